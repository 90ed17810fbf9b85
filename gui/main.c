/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The program: a verb goes to the command line, everything else to the window.
 */
#include <glib/gi18n.h>
#include <locale.h>
#include <string.h>
#include <sys/prctl.h>

#include "gui/application.h"
#include "gui/command-line.h"

static void open_translations (void)
{
  const char *characters;

  setlocale (LC_ALL, "");
  /* Where nobody chose a language, the terminal still shows more than ASCII. */
  characters = setlocale (LC_CTYPE, NULL);
  if (characters == NULL || strcmp (characters, "C") == 0 || strcmp (characters, "POSIX") == 0)
    setlocale (LC_CTYPE, "C.UTF-8");
  bindtextdomain (GETTEXT_PACKAGE, LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
}

/* The keys are in the memory of this program: no core dump, and no look from other programs of the user. A leak
 * sanitizer has to look. */
static void guard_memory (void)
{
#ifndef __SANITIZE_ADDRESS__
  prctl (PR_SET_DUMPABLE, 0);
#endif
}

int main (int argc, char **argv)
{
  g_autoptr (EmbarkApplication) application = NULL;

  guard_memory ();
  open_translations ();
  if (argc > 1 && embark_command_line_is_verb (argv[1]))
    return embark_command_line_run (argc, argv);
  if (argc > 1 && embark_command_line_is_mistake (argv[1]))
    return embark_command_line_refuse (argv[1]);

  application = embark_application_new ();
  return g_application_run (G_APPLICATION (application), argc, argv);
}
