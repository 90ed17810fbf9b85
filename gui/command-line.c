/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Options and verbs of the command line.
 */
#include "gui/command-line.h"

#include <glib-unix.h>
#include <glib/gi18n.h>

#include "gui/command.h"
#include "model/base/errors.h"

typedef struct
{
  const char *verb;
  EmbarkCommandFunc func;
  EmbarkCommandOptions options;
  const char *arguments; /* marked for translation */
  const char *summary;   /* marked for translation */
} Verb;

static const Verb verbs[] = {
  { "check", embark_command_check, EMBARK_OPTIONS_LOOK | EMBARK_OPTIONS_EDITION | EMBARK_OPTIONS_SAVE, N_ ("TARGET"),
    N_ ("Tell whether the cloud would import a disk, and if not, why.") },
  { "explain", embark_command_explain, EMBARK_OPTIONS_NONE, N_ ("[CODE|FINDING|FIX]"),
    N_ ("Explain an error code of the cloud, a finding of the check or a fix; without a name, list all.") },
  { "machines", embark_command_machines, EMBARK_OPTIONS_NONE, "",
    N_ ("List the virtual machines of this computer and their disks.") },
  { "fixes", embark_command_fixes, EMBARK_OPTIONS_NONE, N_ ("[TARGET]"),
    N_ ("List what Embark can fix; with a disk, what it can fix on that.") },
  { "prepare", embark_command_prepare, EMBARK_OPTIONS_EDITION | EMBARK_OPTIONS_FIX | EMBARK_OPTIONS_KEEP, N_ ("TARGET"),
    N_ ("Make a disk ready for the import, in an overlay; the disk itself is not changed.") },
  { "upload", embark_command_upload,
    EMBARK_OPTIONS_FIX | EMBARK_OPTIONS_BUCKET | EMBARK_OPTIONS_SEND | EMBARK_OPTIONS_TRANSFER | EMBARK_OPTIONS_PROXY,
    N_ ("TARGET"), N_ ("Send a disk to a bucket as a compressed QCOW2.") },
  { "migrate", embark_command_migrate,
    EMBARK_OPTIONS_EDITION | EMBARK_OPTIONS_FIX | EMBARK_OPTIONS_BUCKET | EMBARK_OPTIONS_SEND | EMBARK_OPTIONS_TRANSFER
        | EMBARK_OPTIONS_IMPORT | EMBARK_OPTIONS_PROXY,
    N_ ("TARGET"), N_ ("Check, upload and import a disk, and wait for the image.") },
  { "continue", embark_command_continue, EMBARK_OPTIONS_TRANSFER | EMBARK_OPTIONS_PROXY, N_ ("[ID]"),
    N_ ("Go on with a migration that stopped; without an id, with the newest. Nothing is sent twice.") },
  { "imports", embark_command_imports, EMBARK_OPTIONS_NONE, "", N_ ("List the migrations of this computer.") },
  { "uploads", embark_command_uploads, EMBARK_OPTIONS_BUCKET | EMBARK_OPTIONS_REMOVE | EMBARK_OPTIONS_PROXY, "",
    N_ ("List what a bucket still holds of unfinished uploads, and remove it on request.") },
  { "keys", embark_command_keys, EMBARK_OPTIONS_PROXY, N_ ("set|test|clear"),
    N_ ("Keep, try or forget the keys of the account.") },
};

static const Verb *find_verb (const char *word)
{
  for (guint i = 0; i < G_N_ELEMENTS (verbs); i++)
    if (g_strcmp0 (word, verbs[i].verb) == 0)
      return &verbs[i];
  return NULL;
}

gboolean embark_command_line_is_verb (const char *word)
{
  return find_verb (word) != NULL;
}

static gboolean interrupted_cb (gpointer user_data)
{
  EmbarkCommand *command = user_data;

  command->is_interrupted = TRUE;
  if (command->job != NULL)
    embark_job_cancel (command->job);
  if (command->migration != NULL)
    embark_migration_cancel (command->migration);
  return G_SOURCE_CONTINUE;
}

/* The end of the session is not the wish of the user: what was sent is kept. */
static gboolean terminated_cb (gpointer user_data)
{
  EmbarkCommand *command = user_data;

  command->is_interrupted = TRUE;
  if (command->job != NULL)
    embark_job_cancel (command->job);
  if (command->migration != NULL)
    embark_migration_stop (command->migration);
  return G_SOURCE_CONTINUE;
}

static GOptionContext *build_options (const Verb *verb, EmbarkCommand *command)
{
  GOptionContext *options = g_option_context_new (*verb->arguments != '\0' ? _ (verb->arguments) : NULL);

  g_option_context_set_summary (options, _ (verb->summary));
  embark_command_add_options (command, options, verb->options);
  return options;
}

static void clear_command (EmbarkCommand *command)
{
  g_clear_object (&command->context);
  g_strfreev (command->targets);
  g_strfreev (command->uris);
  g_free (command->save);
  g_free (command->fix);
  g_free (command->virtio_win);
  g_free (command->cloudbase);
  g_free (command->packages);
  g_free (command->keep);
  g_free (command->edition);
  g_free (command->bucket);
  g_free (command->region);
  g_free (command->key);
  g_free (command->name);
  g_free (command->level);
  g_free (command->limit);
  g_free (command->proxy);
  g_strfreev (command->removals);
}

static int run_verb (const Verb *verb, EmbarkCommand *command)
{
  g_autoptr (GError) error = NULL;
  EmbarkJudge judge = EMBARK_JUDGE_BOTH;
  guint interrupt_id;
  guint terminate_id;
  guint hangup_id;
  int status;

  /* Whoever reads may go away, as `head` does; a migration is not lost by that. */
  signal (SIGPIPE, SIG_IGN);
  if (command->edition != NULL && !embark_judge_from_string (command->edition, &judge))
    return embark_command_refuse (command, _ ("--edition is one of both, original and current."));
  command->context = embark_context_new (NULL, &error);
  if (command->context == NULL)
    return embark_command_fail (command, error);
  embark_context_set_judge (command->context, judge);
  if ((verb->options & EMBARK_OPTIONS_PROXY) != 0 && !embark_command_apply_transfer (command, &error))
    return embark_command_fail (command, error);
  interrupt_id = g_unix_signal_add (SIGINT, interrupted_cb, command);
  terminate_id = g_unix_signal_add (SIGTERM, terminated_cb, command);
  hangup_id = g_unix_signal_add (SIGHUP, terminated_cb, command);
  status = verb->func (command);
  embark_command_show_progress (NULL);
  embark_context_close (command->context);
  g_source_remove (interrupt_id);
  g_source_remove (terminate_id);
  g_source_remove (hangup_id);
  if (!embark_command_check_output (&error))
    return embark_command_fail (command, error);
  return command->is_interrupted ? EMBARK_EXIT_CANCELLED : status;
}

gboolean embark_command_line_is_mistake (const char *word)
{
  return *word != '-' && strchr (word, '/') == NULL && g_uri_peek_scheme (word) == NULL
         && !g_file_test (word, G_FILE_TEST_EXISTS);
}

int embark_command_line_refuse (const char *word)
{
  g_autofree char *clean = embark_command_clean (word);

  /* Translators: %s is the first argument of the call. */
  g_printerr (_ ("embark: “%s” is neither a verb nor a file.\nTry `embark --help`.\n"), clean);
  return EMBARK_EXIT_USAGE;
}

int embark_command_line_run (int argc, char **argv)
{
  const Verb *verb = argc > 1 ? find_verb (argv[1]) : NULL;
  g_autoptr (GOptionContext) options = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *program = NULL;
  EmbarkCommand command = { 0 };
  /* A plain copy: GOption takes arguments out of the array. */
  g_autofree char **arguments = g_memdup2 (argv, sizeof (char *) * ((gsize) argc + 1));
  int n_arguments = argc - 1;
  int status;

  g_return_val_if_fail (verb != NULL, EMBARK_EXIT_USAGE);
  program = g_strdup_printf ("embark %s", verb->verb);
  memmove (arguments, arguments + 1, sizeof (char *) * (gsize) argc);
  arguments[0] = program;
  command.verb = verb->verb;
  options = build_options (verb, &command);
  if (g_option_context_parse (options, &n_arguments, &arguments, &error))
    status = run_verb (verb, &command);
  else
    status = embark_command_refuse (&command, error->message);
  clear_command (&command);
  return status;
}
