/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Changes single fields of tables like /etc/fstab and /etc/crypttab: blanks,
 * comments and all else stay. Pure text; any thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The fields of @line as they are written, at most 8; empty for a comment or an empty line. Never NULL. */
GStrv embark_table_split (const char *line);
/* @line with its @field (from 0) replaced by @value; fields that are missing before it are not made up: when @field is
 * the next one, it is appended, else @line is returned as it is. Free. */
char *embark_table_replace (const char *line, guint field, const char *value);

/* What one line becomes: NULL: it stays. @number: from 1. */
typedef char *(*EmbarkTableFunc) (const char *line, guint number, gpointer data);
/* Each line in turn, without its end; those behind the 20000th stay. Free. */
char *embark_table_map (const char *text, EmbarkTableFunc map, gpointer data);

/* @options with each of @wanted ("nofail", "x=5s") that has no sister of its name in it. Free. */
char *embark_mount_options_add (const char *options, const char *const *wanted);

G_END_DECLS
