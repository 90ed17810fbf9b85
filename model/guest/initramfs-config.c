/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Each tool reads words of its own; none of them minds one that is there
 * twice, but a second pass is to change nothing.
 */
#include "model/guest/initramfs-config.h"

#include <string.h>

#define LINES_MAX 20000
#define WORDS "INITRD_MODULES="

static gboolean is_same (const char *a, const char *b)
{
  for (; *a && *b; a++, b++)
    if (*a != *b && !((*a == '-' || *a == '_') && (*b == '-' || *b == '_')))
      return FALSE;
  return *a == *b;
}

static gboolean has_word (const char *text, const char *module)
{
  g_auto (GStrv) words = g_strsplit_set (text, " \t\r\"'", 1024);

  for (guint i = 0; words[i]; i++)
    if (is_same (words[i], module))
      return TRUE;
  return FALSE;
}

/* TRUE when a line of @text begins with @module, which may have parameters behind it. */
static gboolean has_line (const char *text, const char *module)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", LINES_MAX);

  for (guint i = 0; lines[i]; i++)
    {
      const char *start = lines[i] + strspn (lines[i], " \t");
      g_autofree char *word = g_strndup (start, strcspn (start, " \t\r#"));
      if (is_same (word, module))
        return TRUE;
    }
  return FALSE;
}

static void append_line (GString *out, const char *line)
{
  if (out->len > 0 && out->str[out->len - 1] != '\n')
    g_string_append_c (out, '\n');
  g_string_append_printf (out, "%s\n", line);
}

char *embark_initramfs_add_lines (const char *text, const char *const *modules)
{
  g_autoptr (GString) out = g_string_new (text);

  for (guint i = 0; modules[i]; i++)
    if (!has_line (text, modules[i]))
      append_line (out, modules[i]);
  return g_string_free (g_steal_pointer (&out), FALSE);
}

/* INITRD_MODULES="a b": the new ones go before the closing quote. */
static char *add_to_line (const char *line, const char *const *modules)
{
  const char *value = line + strlen (WORDS);
  const char *quote = *value == '"' || *value == '\'' ? strrchr (value + 1, *value) : NULL;
  const char *end = quote ? quote : value + strcspn (value, " \t\r#");
  g_autofree char *old = g_strndup (value, end - value);
  g_autoptr (GString) out = g_string_new_len (line, end - line);
  gboolean is_bare = !quote && *value != '"' && *value != '\'';

  if (is_bare)
    g_string_insert_c (out, (gssize) strlen (WORDS), '"');
  for (guint i = 0; modules[i]; i++)
    if (!has_word (old, modules[i]))
      {
        if (out->len > 0 && !strchr ("\"' ", out->str[out->len - 1]))
          g_string_append_c (out, ' ');
        g_string_append (out, modules[i]);
      }
  if (is_bare)
    g_string_append_c (out, '"');
  g_string_append (out, end);
  return g_string_free (g_steal_pointer (&out), FALSE);
}

char *embark_initramfs_add_words (const char *text, const char *const *modules)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", LINES_MAX);

  for (guint i = 0; lines[i]; i++)
    if (g_str_has_prefix (lines[i], WORDS))
      {
        char *line = add_to_line (lines[i], modules);
        g_free (lines[i]);
        lines[i] = line;
      }
  return g_strjoinv ("\n", lines);
}

static gboolean has_alias (const char *text, const char *module)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", LINES_MAX);

  for (guint i = 0; lines[i]; i++)
    if (g_str_has_prefix (g_strstrip (lines[i]), "alias scsi_hostadapter") && has_word (lines[i], module))
      return TRUE;
  return FALSE;
}

char *embark_initramfs_add_aliases (const char *text, const char *const *modules)
{
  g_autoptr (GString) out = g_string_new (text);
  guint number = 1;

  for (guint i = 0; modules[i]; i++)
    {
      g_autofree char *line = NULL;

      if (has_alias (text, modules[i]))
        continue;
      do
        {
          g_free (line);
          line = g_strdup_printf ("alias scsi_hostadapter%u ", number++);
        }
      while (strstr (out->str, line));
      g_string_append_printf (out, "%s%s%s\n", out->len > 0 && out->str[out->len - 1] != '\n' ? "\n" : "", line,
                              modules[i]);
    }
  return g_string_free (g_steal_pointer (&out), FALSE);
}

char *embark_initramfs_make_dracut (const char *const *modules)
{
  g_autofree char *words = g_strjoinv (" ", (char **) modules);

  return g_strdup_printf ("# The drivers of the cloud's disks, whatever machine the initramfs is built on.\n"
                          "add_drivers+=\" %s \"\n",
                          words);
}
