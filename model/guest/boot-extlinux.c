/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * extlinux, syslinux and isolinux: words in any case, settings before the
 * first label are defaults of all. Any thread.
 */
#include "model/guest/boot-config.h"

#include <string.h>

#include "model/guest/boot-lines.h"

#define ENTRIES_MAX 256

/* What follows one of two names for the same word, in any case; NULL when the line begins otherwise. */
static const char *match_any (const char *line, const char *word, const char *other)
{
  const char *words[] = { word, other };

  for (guint i = 0; i < G_N_ELEMENTS (words) && words[i]; i++)
    {
      gsize length = strlen (words[i]);
      if (g_ascii_strncasecmp (line, words[i], length) == 0 && (line[length] == ' ' || line[length] == '\t'))
        return line + length + strspn (line + length, " \t");
    }
  return NULL;
}

static void drop_entry (gpointer entry)
{
  embark_boot_entry_free (entry);
}

/* "a.img,b.img" are loaded one behind the other; the last holds the modules. */
static void set_initrd (EmbarkBootEntry *entry, const char *value)
{
  g_autofree char *list = g_strdup (value);

  g_strdelimit (list, ",", ' ');
  embark_boot_entry_set_initrd (entry, list);
}

static void keep_line (char **field, const char *value)
{
  g_free (*field);
  *field = g_strdup (value);
}

static void read_line (EmbarkBootEntry *entry, const char *line)
{
  const char *rest;

  if ((rest = match_any (line, "kernel", "linux")))
    {
      g_autofree char *append = g_steal_pointer (&entry->cmdline);
      embark_boot_entry_set_kernel (entry, rest);
      if (append)
        keep_line (&entry->cmdline, append);
    }
  else if ((rest = match_any (line, "append", NULL)))
    keep_line (&entry->cmdline, rest);
  else if ((rest = match_any (line, "initrd", NULL)))
    set_initrd (entry, rest);
}

static EmbarkBootEntry *find_title (GPtrArray *entries, const char *title)
{
  for (guint i = 0; title && i < entries->len; i++)
    {
      EmbarkBootEntry *entry = g_ptr_array_index (entries, i);
      if (g_ascii_strcasecmp (entry->title, title) == 0 && entry->kernel)
        return entry;
    }
  return NULL;
}

static EmbarkBootEntry *find_bootable (GPtrArray *entries)
{
  for (guint i = 0; i < entries->len; i++)
    {
      EmbarkBootEntry *entry = g_ptr_array_index (entries, i);
      /* Menus and chain loaders are "kernels" too. */
      if (entry->kernel && !g_str_has_suffix (entry->kernel, ".c32"))
        return entry;
    }
  return NULL;
}

static void complete_entry (EmbarkBootEntry *entry, const char *append)
{
  g_autofree char *initrd = NULL;

  if (append && (!entry->cmdline || !*entry->cmdline))
    keep_line (&entry->cmdline, append);
  initrd = embark_cmdline_get (entry->cmdline ? entry->cmdline : "", "initrd");
  if (initrd && *initrd && !entry->initrd)
    set_initrd (entry, initrd);
}

EmbarkBootEntry *embark_boot_config_read_extlinux (const char *config)
{
  g_auto (GStrv) lines = embark_boot_split_lines (config);
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func (drop_entry);
  g_autofree char *wanted = NULL;
  g_autofree char *marked = NULL; /* by the menu, which is asked first */
  g_autofree char *append = NULL;
  EmbarkBootEntry *entry = NULL;

  for (guint i = 0; lines[i]; i++)
    {
      const char *rest;

      if ((rest = match_any (lines[i], "label", NULL)) && entries->len < ENTRIES_MAX)
        {
          entry = g_new0 (EmbarkBootEntry, 1);
          entry->title = g_strdup (rest);
          g_ptr_array_add (entries, entry);
        }
      else if ((rest = match_any (lines[i], "default", NULL)))
        keep_line (&wanted, rest);
      else if ((rest = match_any (lines[i], "menu", NULL)))
        {
          if (entry && g_ascii_strcasecmp (rest, "default") == 0)
            keep_line (&marked, entry->title);
        }
      else if (entry)
        read_line (entry, lines[i]);
      else if ((rest = match_any (lines[i], "append", NULL)))
        keep_line (&append, rest);
    }
  entry = find_title (entries, marked);
  entry = entry ? entry : find_title (entries, wanted);
  entry = entry ? entry : find_bootable (entries);
  if (!entry)
    return NULL;
  complete_entry (entry, append);
  g_ptr_array_set_free_func (entries, NULL);
  for (guint i = 0; i < entries->len; i++)
    if (g_ptr_array_index (entries, i) != entry)
      drop_entry (g_ptr_array_index (entries, i));
  return entry;
}

char *embark_boot_config_get_extlinux_include (const char *config)
{
  g_auto (GStrv) lines = embark_boot_split_lines (config);

  for (guint i = 0; lines[i]; i++)
    {
      const char *rest = match_any (lines[i], "include", NULL);
      if (rest && *rest)
        return g_strndup (rest, strcspn (rest, " \t"));
    }
  return NULL;
}
