/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fields are found, not taken apart: what a line looks like is its owner's.
 */
#include "model/guest/fstab-edit.h"

#include <string.h>

#define BLANKS " \t\r"
#define FIELDS_MAX 8
#define LINES_MAX 20000

GStrv embark_table_split (const char *line)
{
  g_autoptr (GStrvBuilder) fields = g_strv_builder_new ();
  const char *p = line + strspn (line, BLANKS);

  for (guint n = 0; *p && *p != '#' && n < FIELDS_MAX; n++)
    {
      gsize length = strcspn (p, BLANKS);
      g_autofree char *field = g_strndup (p, length);

      g_strv_builder_add (fields, field);
      p += length + strspn (p + length, BLANKS);
    }
  return g_strv_builder_end (fields);
}

char *embark_table_replace (const char *line, guint field, const char *value)
{
  const char *p = line + strspn (line, BLANKS);
  const char *end = p; /* of the last field that was passed */

  for (guint n = 0; *p && *p != '#'; n++)
    {
      gsize length = strcspn (p, BLANKS);

      end = p + length;
      if (n == field)
        return g_strdup_printf ("%.*s%s%s", (int) (p - line), line, value, end);
      p = end + strspn (end, BLANKS);
      if (n + 1 == field && (!*p || *p == '#'))
        return g_strdup_printf ("%.*s %s%s", (int) (end - line), line, value, end);
    }
  return g_strdup (line);
}

char *embark_table_map (const char *text, EmbarkTableFunc map, gpointer data)
{
  g_autoptr (GString) out = g_string_sized_new (strlen (text) + 256);
  guint number = 1;

  for (const char *p = text; *p; number++)
    {
      gsize length = strcspn (p, "\n");
      g_autofree char *line = g_strndup (p, length);
      g_autofree char *changed = number <= LINES_MAX ? map (line, number, data) : NULL;

      g_string_append (out, changed ? changed : line);
      p += length;
      if (*p)
        g_string_append_c (out, *p++);
    }
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static gboolean has_option (char **words, const char *wanted)
{
  gsize length = strcspn (wanted, "=");

  for (guint i = 0; words[i]; i++)
    if (strcspn (words[i], "=") == length && strncmp (words[i], wanted, length) == 0)
      return TRUE;
  return FALSE;
}

char *embark_mount_options_add (const char *options, const char *const *wanted)
{
  g_auto (GStrv) words = g_strsplit (options, ",", 256);
  g_autoptr (GString) out = g_string_new (options);

  for (guint i = 0; wanted[i]; i++)
    if (!has_option (words, wanted[i]))
      g_string_append_printf (out, "%s%s", out->len > 0 ? "," : "", wanted[i]);
  return g_string_free (g_steal_pointer (&out), FALSE);
}
