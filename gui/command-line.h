/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The command line: the same model as the window, no display needed.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a command ends with. */
typedef enum
{
  EMBARK_EXIT_DONE = 0,    /* done, or ready */
  EMBARK_EXIT_REFUSED = 1, /* the check blocks it, or the input is refused */
  EMBARK_EXIT_USAGE = 2,   /* wrong options, names or arguments */
  EMBARK_EXIT_FAILED = 3,  /* something went wrong, or could not be decided */
  EMBARK_EXIT_CANCELLED = 130,
} EmbarkExit;

/* TRUE when @word is a verb of the command line ("check", "migrate" …). */
gboolean embark_command_line_is_verb (const char *word);
/* TRUE when @word, the first argument, is none of options, verbs, files and addresses of files. */
gboolean embark_command_line_is_mistake (const char *word);
/* Says so; the exit status. */
int embark_command_line_refuse (const char *word);
/* @argv: the program's, argv[1] being the verb. Returns the exit status. */
int embark_command_line_run (int argc, char **argv);

G_END_DECLS
