/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The program: a verb goes to the command line, everything else to the window.
 */
#include <glib/gi18n.h>
#include <locale.h>

#include "gui/application.h"
#include "gui/command-line.h"

static void open_translations (void)
{
  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
}

int main (int argc, char **argv)
{
  g_autoptr (EmbarkApplication) application = NULL;

  open_translations ();
  if (argc > 1 && embark_command_line_is_verb (argv[1]))
    return embark_command_line_run (argc, argv);

  application = embark_application_new ();
  return g_application_run (G_APPLICATION (application), argc, argv);
}
