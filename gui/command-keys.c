/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `embark keys set|test|clear`. The secret is read from standard input, never
 * from arguments, and wiped once it is handed over.
 */
#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "gui/command.h"
#include "model/base/errors.h"

#define LINE_MAX_BYTES 4096

/* One line without its end; NULL at the end of input. Byte by byte, so that no buffer of stdio keeps the secret. */
static char *read_line (void)
{
  char *line = g_malloc0 (LINE_MAX_BYTES);
  gsize length = 0;
  char c;

  while (length + 1 < LINE_MAX_BYTES && read (STDIN_FILENO, &c, 1) == 1 && c != '\n')
    line[length++] = c;
  if (length > 0)
    return line;
  g_free (line);
  return NULL;
}

/* Asks at a terminal, without showing what is typed if it is secret. */
static char *ask (const char *prompt, gboolean is_secret)
{
  struct termios before;
  struct termios quiet;
  gboolean is_terminal = isatty (STDIN_FILENO) && tcgetattr (STDIN_FILENO, &before) == 0;
  char *line;

  if (!is_terminal)
    return read_line ();
  g_printerr ("%s ", prompt);
  quiet = before;
  if (is_secret)
    {
      quiet.c_lflag &= ~(tcflag_t) ECHO;
      tcsetattr (STDIN_FILENO, TCSAFLUSH, &quiet);
    }
  line = read_line ();
  if (is_secret)
    {
      tcsetattr (STDIN_FILENO, TCSAFLUSH, &before);
      g_printerr ("\n");
    }
  return line;
}

static void wipe (char *line)
{
  if (line == NULL)
    return;
  explicit_bzero (line, LINE_MAX_BYTES);
  g_free (line);
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
  char *secret_id = ask (_ ("SecretId:"), FALSE);
  char *secret_key = ask (_ ("SecretKey:"), TRUE);
  char *token = isatty (STDIN_FILENO) ? ask (_ ("Token (leave empty for permanent keys):"), TRUE) : read_line ();
  g_autoptr (EmbarkJob) job = NULL;

  if (secret_id != NULL && secret_key != NULL)
    job = embark_account_set_keys (account, secret_id, secret_key, token);
  wipe (secret_id);
  wipe (secret_key);
  wipe (token);
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
