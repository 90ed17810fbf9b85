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
  const char *arguments; /* marked for translation */
  const char *summary;   /* marked for translation */
} Verb;

static const Verb verbs[] = {
  { "check", embark_command_check, N_ ("TARGET"), N_ ("Tell whether the cloud would import a disk, and if not, why.") },
  { "explain", embark_command_explain, N_ ("[CODE|FINDING]"),
    N_ ("Explain an error code of the cloud or a finding of the check; without a name, list all.") },
  { "machines", embark_command_machines, "", N_ ("List the virtual machines of this computer and their disks.") },
  { "upload", embark_command_upload, N_ ("TARGET"), N_ ("Send a disk to a bucket as a compressed QCOW2.") },
  { "migrate", embark_command_migrate, N_ ("TARGET"), N_ ("Check, upload and import a disk, and wait for the image.") },
  { "imports", embark_command_imports, "", N_ ("List the migrations of this computer.") },
  { "keys", embark_command_keys, N_ ("set|test|clear"), N_ ("Keep, try or forget the keys of the account.") },
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

static GOptionContext *build_options (const Verb *verb, EmbarkCommand *command)
{
  GOptionEntry common[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &command->is_json, N_ ("Print JSON for programs"), NULL },
    { "connect", 0, 0, G_OPTION_ARG_STRING_ARRAY, &command->uris, N_ ("Look for machines at this libvirt URI"),
      N_ ("URI") },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &command->targets, NULL, NULL },
    { 0 },
  };
  GOptionEntry look[] = {
    { "headers", 0, 0, G_OPTION_ARG_NONE, &command->is_headers, N_ ("Read the headers only, do not look inside"),
      NULL },
    { "again", 0, 0, G_OPTION_ARG_NONE, &command->is_again, N_ ("Look inside even if the disk has not changed"), NULL },
    { 0 },
  };
  GOptionEntry check[] = {
    { "edition", 0, 0, G_OPTION_ARG_STRING, &command->edition, N_ ("Judge by both editions of the limits, or by one"),
      N_ ("both|original|current") },
    { 0 },
  };
  GOptionEntry save[] = {
    { "save", 0, 0, G_OPTION_ARG_FILENAME, &command->save,
      N_ ("Save the report; the ending chooses the form: .html, .md, .json or .txt"), N_ ("FILE") },
    { 0 },
  };
  GOptionEntry send[] = {
    { "bucket", 0, 0, G_OPTION_ARG_STRING, &command->bucket, N_ ("Bucket with its account number"), N_ ("NAME-APPID") },
    { "region", 0, 0, G_OPTION_ARG_STRING, &command->region, N_ ("Region of the bucket, such as ap-guangzhou"),
      N_ ("REGION") },
    { "key", 0, 0, G_OPTION_ARG_STRING, &command->key, N_ ("Name of the object in the bucket"), N_ ("KEY") },
    { 0 },
  };
  GOptionEntry migrate[] = {
    { "name", 0, 0, G_OPTION_ARG_STRING, &command->name, N_ ("Name of the image in the cloud"), N_ ("NAME") },
    { "force", 0, 0, G_OPTION_ARG_NONE, &command->is_forced, N_ ("Forced import: for a Linux without cloud-init"),
      NULL },
    { "no-wait", 0, 0, G_OPTION_ARG_NONE, &command->is_no_wait, N_ ("End once the cloud accepted the import"), NULL },
    { 0 },
  };
  GOptionContext *options = g_option_context_new (*verb->arguments != '\0' ? _ (verb->arguments) : NULL);

  g_option_context_set_summary (options, _ (verb->summary));
  g_option_context_add_main_entries (options, common, NULL);
  if (verb->func == embark_command_check)
    g_option_context_add_main_entries (options, look, NULL);
  if (verb->func == embark_command_check || verb->func == embark_command_migrate)
    g_option_context_add_main_entries (options, check, NULL);
  if (verb->func == embark_command_check)
    g_option_context_add_main_entries (options, save, NULL);
  if (verb->func == embark_command_upload || verb->func == embark_command_migrate)
    g_option_context_add_main_entries (options, send, NULL);
  if (verb->func == embark_command_migrate)
    g_option_context_add_main_entries (options, migrate, NULL);
  return options;
}

static void clear_command (EmbarkCommand *command)
{
  g_clear_object (&command->context);
  g_strfreev (command->targets);
  g_strfreev (command->uris);
  g_free (command->save);
  g_free (command->edition);
  g_free (command->bucket);
  g_free (command->region);
  g_free (command->key);
  g_free (command->name);
}

static int run_verb (const Verb *verb, EmbarkCommand *command)
{
  g_autoptr (GError) error = NULL;
  EmbarkJudge judge = EMBARK_JUDGE_BOTH;
  guint interrupt_id;
  guint terminate_id;
  int status;

  /* Whoever reads may go away, as `head` does; a migration is not lost by that. */
  signal (SIGPIPE, SIG_IGN);
  if (command->edition != NULL && !embark_judge_from_string (command->edition, &judge))
    return embark_command_refuse (command, _ ("--edition is one of both, original and current."));
  command->context = embark_context_new (NULL, &error);
  if (command->context == NULL)
    return embark_command_fail (command, error);
  embark_context_set_judge (command->context, judge);
  interrupt_id = g_unix_signal_add (SIGINT, interrupted_cb, command);
  terminate_id = g_unix_signal_add (SIGTERM, interrupted_cb, command);
  status = verb->func (command);
  embark_command_show_progress (NULL);
  embark_context_close (command->context);
  g_source_remove (interrupt_id);
  g_source_remove (terminate_id);
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
