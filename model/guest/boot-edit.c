/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every loader keeps arguments at the end of a line: only which lines, and
 * what stands before them, differ. Lines are taken apart and put together
 * again around the arguments.
 */
#include "model/guest/boot-edit.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "model/base/errors.h"
#include "model/guest/boot-config.h"

#define BLANKS " \t\r"

/* Where the arguments of @line start; NULL when it has none to change. */
typedef const char *(*FindFunc) (const char *line);

/* The end of the word at @p; blanks within quotes belong to it. */
static const char *find_word_end (const char *p)
{
  char quote = 0;

  for (; *p && (quote || !strchr (BLANKS, *p)); p++)
    if (quote ? *p == quote : (*p == '"' || *p == '\''))
      quote = quote ? 0 : *p;
  return p;
}

static gsize get_name_length (const char *word)
{
  return strcspn (word, "=");
}

/* The index in @add of the argument with the name of @word; -1 when it is none of them. */
static int find_added (const char *const *add, const char *word)
{
  gsize length = get_name_length (word);

  for (int i = 0; add && add[i]; i++)
    if (get_name_length (add[i]) == length && strncmp (add[i], word, length) == 0)
      return i;
  return -1;
}

/* What becomes of @word: NULL when it goes. @seen: those of edit->add that are there by now. */
static char *change_word (const EmbarkCmdlineEdit *edit, const char *word, guint64 *seen)
{
  char *mapped = edit->map ? edit->map (word, edit->data) : NULL;
  int added = find_added (edit->add, mapped ? mapped : word);

  if (mapped && !*mapped)
    {
      g_free (mapped);
      return NULL;
    }
  if (added < 0)
    return mapped ? mapped : g_strdup (word);
  g_free (mapped);
  if (*seen & (G_GUINT64_CONSTANT (1) << added))
    return NULL;
  *seen |= G_GUINT64_CONSTANT (1) << added;
  return g_strdup (edit->add[added]);
}

static void append_word (GString *out, const char *word)
{
  if (out->len > 0 && !strchr (BLANKS, out->str[out->len - 1]))
    g_string_append_c (out, ' ');
  g_string_append (out, word);
}

/* @is_complete: what is new is added where it is not there; else it only takes the place of what has its name. */
static char *edit_words (const char *cmdline, const EmbarkCmdlineEdit *edit, gboolean is_complete)
{
  gsize n_blanks = strspn (cmdline, BLANKS);
  g_autoptr (GString) out = g_string_new_len (cmdline, n_blanks);
  guint64 seen = 0;
  const char *p = cmdline + n_blanks;

  while (TRUE)
    {
      const char *start = p + strspn (p, BLANKS);
      const char *end = find_word_end (start);
      g_autofree char *word = g_strndup (start, end - start);
      g_autofree char *changed = NULL;

      /* What follows "--" is for init. */
      if (!*word || strcmp (word, "--") == 0)
        break;
      changed = change_word (edit, word, &seen);
      if (changed)
        {
          /* The first word may have lost what stood before it. */
          g_string_append_len (out, p, out->len > n_blanks ? start - p : 0);
          g_string_append (out, changed);
        }
      p = end;
    }
  for (guint i = 0; is_complete && edit->add && edit->add[i]; i++)
    if (!(seen & (G_GUINT64_CONSTANT (1) << i)))
      append_word (out, edit->add[i]);
  g_string_append (out, p);
  return g_string_free (g_steal_pointer (&out), FALSE);
}

char *embark_cmdline_edit (const char *cmdline, const EmbarkCmdlineEdit *edit)
{
  return edit_words (cmdline, edit, TRUE);
}

static gboolean is_own (const char *cmdline, const EmbarkCmdlineEdit *edit)
{
  g_autofree char *root = embark_cmdline_get (cmdline, "root");

  if (!edit->roots)
    return TRUE;
  return root && g_strv_contains (edit->roots, root);
}

/* Applies @edit to the arguments that @find finds in each line. */
static char *edit_lines (const char *text, const EmbarkCmdlineEdit *edit, FindFunc find)
{
  g_autoptr (GString) out = g_string_sized_new (strlen (text) + 256);

  for (const char *p = text; *p;)
    {
      gsize length = strcspn (p, "\n");
      g_autofree char *line = g_strndup (p, length);
      const char *cmdline = find (line);

      if (cmdline && is_own (cmdline, edit))
        {
          g_autofree char *changed = embark_cmdline_edit (cmdline, edit);
          g_string_append_len (out, line, cmdline - line);
          /* The path of a kernel that had no arguments. */
          if (*changed && !strchr (BLANKS "=", cmdline[-1]) && !strchr (BLANKS, *changed))
            g_string_append_c (out, ' ');
          g_string_append (out, changed);
        }
      else
        g_string_append (out, line);
      p += length;
      if (*p)
        g_string_append_c (out, *p++);
    }
  return g_string_free (g_steal_pointer (&out), FALSE);
}

/* Behind the word and the path after it, when @line begins with one of @words, in any case. */
static const char *skip_word (const char *line, const char *const *words, gboolean has_path)
{
  const char *p = line + strspn (line, BLANKS);
  gsize length = strcspn (p, BLANKS);

  for (guint i = 0; words[i]; i++)
    {
      if (strlen (words[i]) != length || g_ascii_strncasecmp (p, words[i], length) != 0)
        continue;
      p += length + strspn (p + length, BLANKS);
      return has_path ? find_word_end (p) : p;
    }
  return NULL;
}

static const char *find_grub2 (const char *line)
{
  static const char *const words[] = { "linux", "linux16", "linuxefi", "module", "module2", NULL };

  return skip_word (line, words, TRUE);
}

static const char *find_legacy (const char *line)
{
  static const char *const words[] = { "kernel", "module", NULL };
  static const char kopt[] = "# kopt=";

  if (g_str_has_prefix (line, kopt))
    return line + strlen (kopt);
  return skip_word (line, words, TRUE);
}

static const char *find_extlinux (const char *line)
{
  static const char *const words[] = { "append", NULL };

  return skip_word (line, words, FALSE);
}

static const char *find_bls (const char *line)
{
  static const char *const words[] = { "options", NULL };

  return skip_word (line, words, FALSE);
}

/* An assignment of the shell: NAME=VALUE, quoted or not. */
typedef struct
{
  char *before; /* with the quote */
  char *value;
  char *after; /* from the closing quote on */
} Assignment;

static void clear_assignment (Assignment *self)
{
  g_free (self->before);
  g_free (self->value);
  g_free (self->after);
}

/* FALSE: the name that @line assigns does not begin with @prefix. */
static gboolean read_assignment (const char *line, const char *prefix, Assignment *self)
{
  const char *name = line + strspn (line, BLANKS);
  const char *value = g_str_has_prefix (name, prefix) ? strchr (name, '=') : NULL;
  const char *end;

  if (!value)
    return FALSE;
  value++;
  if (*value == '"' || *value == '\'')
    {
      end = strrchr (value + 1, *value);
      if (!end)
        return FALSE;
      value++;
    }
  else
    end = value + strcspn (value, BLANKS);
  self->before = g_strndup (line, value - line);
  self->value = g_strndup (value, end - value);
  self->after = g_strdup (end);
  return TRUE;
}

/* "set kernelopts="root=…"": as RHEL 8 keeps what its entries take when grub has no environment. */
static char *edit_kernelopts (const char *text, const EmbarkCmdlineEdit *edit)
{
  g_autoptr (GString) out = g_string_sized_new (strlen (text) + 256);

  for (const char *p = text; *p;)
    {
      gsize length = strcspn (p, "\n");
      g_autofree char *line = g_strndup (p, length);
      Assignment found = { 0 };

      if (read_assignment (line, "set kernelopts=", &found) && is_own (found.value, edit))
        {
          g_autofree char *changed = embark_cmdline_edit (found.value, edit);
          g_string_append_printf (out, "%s%s%s", found.before, changed, found.after);
        }
      else
        g_string_append (out, line);
      clear_assignment (&found);
      p += length;
      if (*p)
        g_string_append_c (out, *p++);
    }
  return g_string_free (g_steal_pointer (&out), FALSE);
}

char *embark_boot_edit_grub2 (const char *text, const EmbarkCmdlineEdit *edit)
{
  g_autofree char *lines = edit_lines (text, edit, find_grub2);

  return strstr (lines, "set kernelopts=") ? edit_kernelopts (lines, edit) : g_steal_pointer (&lines);
}

char *embark_boot_edit_legacy (const char *text, const EmbarkCmdlineEdit *edit)
{
  return edit_lines (text, edit, find_legacy);
}

char *embark_boot_edit_extlinux (const char *text, const EmbarkCmdlineEdit *edit)
{
  return edit_lines (text, edit, find_extlinux);
}

char *embark_boot_edit_bls (const char *text, const EmbarkCmdlineEdit *edit)
{
  return edit_lines (text, edit, find_bls);
}

static const char *find_kernelopts (const char *line)
{
  static const char name[] = "kernelopts=";

  return g_str_has_prefix (line, name) ? line + strlen (name) : NULL;
}

char *embark_boot_edit_grubenv (const char *text, const EmbarkCmdlineEdit *edit, GError **error)
{
  gsize size = strlen (text);
  gsize used = size;
  g_autofree char *lines = NULL;
  g_autofree char *changed = NULL;
  char *block;

  /* Behind the last line the block is filled with "#". */
  while (used > 0 && text[used - 1] == '#')
    used--;
  lines = g_strndup (text, used);
  changed = edit_lines (lines, edit, find_kernelopts);
  if (strcmp (changed, lines) == 0)
    return g_strdup (text);
  used = strlen (changed);
  if (used > size)
    {
      g_set_error_literal (error, EMBARK_ERROR, EMBARK_ERROR_FAILED,
                           _ ("The environment block of the boot loader grub has no room for the new kernel arguments. "
                              "Remove kernel arguments that are not needed in the machine, and try again."));
      return NULL;
    }
  block = g_malloc (size + 1);
  memcpy (block, changed, used);
  memset (block + used, '#', size - used);
  block[size] = '\0';
  return block;
}

/* One line of /etc/default/grub. *has_added: what is new has found its place, here or before. */
static char *edit_default (const char *line, const EmbarkCmdlineEdit *edit, gboolean *has_added)
{
  static const char name[] = "GRUB_CMDLINE_LINUX";
  g_autofree char *changed = NULL;
  Assignment found = { 0 };
  gboolean is_main;
  char *result;

  if (!read_assignment (line, name, &found))
    return g_strdup (line);
  is_main = line[strspn (line, BLANKS) + strlen (name)] == '=';
  *has_added = *has_added || is_main;
  changed = edit_words (found.value, edit, is_main);
  if (strpbrk (changed, BLANKS) && !strpbrk (found.before, "\"'"))
    result = g_strdup_printf ("%s\"%s\"%s", found.before, changed, found.after);
  else
    result = g_strconcat (found.before, changed, found.after, NULL);
  clear_assignment (&found);
  return result;
}

char *embark_boot_edit_defaults (const char *text, const EmbarkCmdlineEdit *edit, gboolean may_append)
{
  g_autoptr (GString) out = g_string_sized_new (strlen (text) + 256);
  gboolean has_added = !edit->add || !edit->add[0];

  for (const char *p = text; *p;)
    {
      gsize length = strcspn (p, "\n");
      g_autofree char *line = g_strndup (p, length);
      g_autofree char *changed = edit_default (line, edit, &has_added);

      g_string_append (out, changed);
      p += length;
      if (*p)
        g_string_append_c (out, *p++);
    }
  if (!has_added && may_append)
    {
      g_autofree char *words = embark_cmdline_edit ("", edit);
      if (out->len > 0 && out->str[out->len - 1] != '\n')
        g_string_append_c (out, '\n');
      g_string_append_printf (out, "GRUB_CMDLINE_LINUX=\"%s\"\n", words);
    }
  return g_string_free (g_steal_pointer (&out), FALSE);
}
