/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `embark keys set|test|clear`. The secret is read from standard input, never
 * from arguments, and wiped once it is handed over.
 */
#include <glib-unix.h>
#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "gui/command.h"
#include "model/base/errors.h"

#define LINE_MAX_BYTES 4096

static void wipe (char *line)
{
  if (line == NULL)
    return;
  explicit_bzero (line, LINE_MAX_BYTES);
  g_free (line);
}

static gboolean input_came_cb (int fd, GIOCondition condition, gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_REMOVE;
}

/* In the main loop, so that Ctrl+C at the prompt is heard. */
static gboolean wait_for_input (const EmbarkCommand *command)
{
  gboolean is_there = FALSE;
  guint id = g_unix_fd_add (STDIN_FILENO, G_IO_IN | G_IO_HUP | G_IO_ERR | G_IO_NVAL, input_came_cb, &is_there);

  while (!is_there && !command->is_interrupted)
    g_main_context_iteration (NULL, TRUE);
  if (!is_there)
    g_source_remove (id);
  return is_there && !command->is_interrupted;
}

/* What belongs into a header: no control characters, no blanks, ASCII. */
static gboolean is_plain (const char *line)
{
  for (const char *p = line; *p != '\0'; p++)
    if (!g_ascii_isgraph (*p))
      return FALSE;
  return *line != '\0';
}

/* One line without its end; NULL when it is empty or cannot be a key. Byte by byte, so that no buffer of stdio keeps
 * the secret. */
static char *read_line (const EmbarkCommand *command)
{
  char *line = g_malloc0 (LINE_MAX_BYTES);
  gsize length = 0;
  char c = '\0';

  while (wait_for_input (command) && read (STDIN_FILENO, &c, 1) == 1 && c != '\n')
    {
      /* Of a line that is too long the rest is read, lest it becomes the next one. */
      if (length + 1 < LINE_MAX_BYTES)
        line[length] = c;
      length++;
    }
  explicit_bzero (&c, sizeof c);
  g_strstrip (line);
  if (length + 1 < LINE_MAX_BYTES && is_plain (line))
    return line;
  wipe (line);
  return NULL;
}

/* Asks at a terminal, without showing what is typed if it is secret. */
static char *ask (const EmbarkCommand *command, const char *prompt, gboolean is_secret)
{
  struct termios before;
  struct termios quiet;
  gboolean is_terminal = isatty (STDIN_FILENO) && tcgetattr (STDIN_FILENO, &before) == 0;
  char *line;

  if (!is_terminal)
    return read_line (command);
  quiet = before;
  if (is_secret)
    {
      quiet.c_lflag &= ~(tcflag_t) ECHO;
      tcsetattr (STDIN_FILENO, TCSAFLUSH, &quiet);
    }
  /* The prompt comes once nothing is shown any more: whoever answers it fast is not seen either. */
  g_printerr ("%s ", prompt);
  line = read_line (command);
  if (is_secret)
    {
      tcsetattr (STDIN_FILENO, TCSAFLUSH, &before);
      g_printerr ("\n");
    }
  return line;
}

static int report_saved (EmbarkCommand *command, EmbarkAccount *account, EmbarkJob *job)
{
  const GError *keyring_error = embark_account_get_keyring_error (account);

  if (embark_job_get_state (job) != EMBARK_JOB_DONE)
    return embark_command_fail (command, embark_job_get_error (job));
  /* Memory ends with this program: at a terminal that is as good as not saved. */
  if (embark_account_get_keys_place (account) != EMBARK_KEYS_IN_KEYRING && keyring_error != NULL)
    return embark_command_fail (command, keyring_error);
  /* Translators: %s is the number of an account. */
  embark_command_print (_ ("The keys of account %s are kept in the keyring."), embark_account_get_identity (account));
  return EMBARK_EXIT_DONE;
}

static int set_keys (EmbarkCommand *command)
{
  EmbarkAccount *account = embark_context_get_account (command->context);
  char *secret_id = ask (command, _ ("SecretId:"), FALSE);
  char *secret_key = secret_id != NULL ? ask (command, _ ("SecretKey:"), TRUE) : NULL;
  char *token = secret_key != NULL ? ask (command, _ ("Token (leave empty for permanent keys):"), TRUE) : NULL;
  g_autoptr (EmbarkJob) job = NULL;

  if (secret_key != NULL && !command->is_interrupted)
    job = embark_account_set_keys (account, secret_id, secret_key, token);
  wipe (secret_id);
  wipe (secret_key);
  wipe (token);
  if (command->is_interrupted)
    return EMBARK_EXIT_CANCELLED;
  if (job == NULL)
    return embark_command_refuse (command, _ ("Give the SecretId on the first line and the SecretKey on the second."));
  embark_command_wait (command, job);
  return report_saved (command, account, job);
}

static int test_keys (EmbarkCommand *command)
{
  EmbarkAccount *account = embark_context_get_account (command->context);
  g_autoptr (GError) error = NULL;
  g_autoptr (EmbarkJob) job = NULL;

  if (!embark_command_load_keys (command, &error))
    return embark_command_fail (command, error);
  job = embark_account_test (account);
  embark_command_wait (command, job);
  if (embark_job_get_state (job) != EMBARK_JOB_DONE)
    return embark_command_fail (command, embark_job_get_error (job));
  /* Translators: the first %s is a shortened key id, the second the number of an account. */
  embark_command_print (_ ("The keys %s belong to account %s."), embark_account_get_key_hint (account),
                        embark_account_get_identity (account));
  return EMBARK_EXIT_DONE;
}

static int clear_keys (EmbarkCommand *command)
{
  EmbarkAccount *account = embark_context_get_account (command->context);
  g_autoptr (EmbarkJob) job = embark_account_clear (account);

  embark_command_wait (command, job);
  if (embark_job_get_state (job) != EMBARK_JOB_DONE)
    return embark_command_fail (command, embark_job_get_error (job));
  embark_command_print ("%s", _ ("The keyring holds no keys of Embark any more."));
  return EMBARK_EXIT_DONE;
}

int embark_command_keys (EmbarkCommand *command)
{
  const char *what = command->targets != NULL ? command->targets[0] : NULL;

  if (what != NULL && command->targets[1] == NULL)
    {
      if (g_str_equal (what, "set"))
        return set_keys (command);
      if (g_str_equal (what, "test"))
        return test_keys (command);
      if (g_str_equal (what, "clear"))
        return clear_keys (command);
    }
  return embark_command_refuse (command, _ ("Say set, test or clear. Keys are never arguments."));
}
