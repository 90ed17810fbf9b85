/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the readers of boot loaders' texts share, grub legacy, and the kernel
 * command line; the other loaders have files of their own. Any thread.
 */
#include "model/guest/boot-config.h"

#include <string.h>

#include "model/guest/boot-lines.h"

#define LINES_MAX 20000

void embark_boot_entry_free (EmbarkBootEntry *self)
{
  g_free (self->title);
  g_free (self->kernel);
  g_free (self->initrd);
  g_free (self->cmdline);
  g_free (self->version);
  g_free (self);
}

char **embark_boot_split_lines (const char *text)
{
  char **lines = g_strsplit (text, "\n", LINES_MAX);

  for (guint i = 0; lines[i]; i++)
    g_strstrip (lines[i]);
  return lines;
}

const char *embark_boot_match_word (const char *line, const char *const *words)
{
  for (guint i = 0; words[i]; i++)
    {
      gsize length = strlen (words[i]);
      if (strncmp (line, words[i], length) == 0 && (line[length] == ' ' || line[length] == '\t'))
        return line + length + strspn (line + length, " \t");
    }
  return NULL;
}

const char *embark_boot_skip_device (const char *path)
{
  const char *end = path[0] == '(' ? strchr (path, ')') : NULL;
  const char *slash = strchr (end ? end : path, '/');

  return slash && (path[0] == '(' || path[0] == '$') ? slash : path;
}

void embark_boot_entry_set_kernel (EmbarkBootEntry *entry, const char *rest)
{
  gsize length = strcspn (rest, " \t");
  g_autofree char *path = g_strndup (rest, length);

  g_free (entry->kernel);
  g_free (entry->cmdline);
  entry->kernel = g_strdup (embark_boot_skip_device (path));
  entry->cmdline = g_strstrip (g_strdup (rest + length));
}

void embark_boot_entry_set_initrd (EmbarkBootEntry *entry, const char *rest)
{
  g_auto (GStrv) words = g_strsplit_set (rest, " \t", 32);

  for (guint i = 0; words[i]; i++)
    if (*words[i])
      {
        g_free (entry->initrd);
        entry->initrd = g_strdup (embark_boot_skip_device (words[i]));
      }
}

static void drop_entry (gpointer entry)
{
  embark_boot_entry_free (entry);
}

/* "saved" stands for the number in a file of its own. */
static guint64 read_number (const char *text, const char *saved)
{
  if (g_str_has_prefix (text, "saved"))
    text = saved ? saved : "0";
  return g_ascii_strtoull (text, NULL, 10);
}

/* What follows "NAME=" or "NAME " at the start of a line; NULL when it says something else. */
static const char *match_setting (const char *line, const char *name)
{
  gsize length = strlen (name);

  return strncmp (line, name, length) == 0 && line[length] && strchr ("= \t", line[length]) ? line + length + 1 : NULL;
}

/* One line of an entry. Under Xen "kernel" is the hypervisor, and the first "module" what it starts. */
static void read_entry_line (EmbarkBootEntry *entry, const char *line)
{
  static const char *const kernel_words[] = { "kernel", NULL };
  static const char *const module_words[] = { "module", NULL };
  static const char *const initrd_words[] = { "initrd", NULL };
  const char *rest;

  if ((rest = embark_boot_match_word (line, kernel_words)))
    embark_boot_entry_set_kernel (entry, rest);
  else if ((rest = embark_boot_match_word (line, initrd_words)))
    embark_boot_entry_set_initrd (entry, rest);
  else if ((rest = embark_boot_match_word (line, module_words)) && entry->kernel && strstr (entry->kernel, "/xen"))
    embark_boot_entry_set_kernel (entry, rest);
  else if (rest)
    embark_boot_entry_set_initrd (entry, rest);
}

EmbarkBootEntry *embark_boot_config_read_legacy (const char *config, const char *saved)
{
  static const char *const title_words[] = { "title", NULL };
  g_auto (GStrv) lines = embark_boot_split_lines (config);
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func (drop_entry);
  EmbarkBootEntry *entry = NULL;
  guint64 wanted = 0, fallback = 0;

  for (guint i = 0; lines[i]; i++)
    {
      const char *rest;

      if ((rest = match_setting (lines[i], "default")))
        wanted = read_number (rest, saved);
      else if ((rest = match_setting (lines[i], "fallback")))
        fallback = read_number (rest, saved);
      else if ((rest = embark_boot_match_word (lines[i], title_words)))
        {
          entry = g_new0 (EmbarkBootEntry, 1);
          entry->title = g_strdup (rest);
          g_ptr_array_add (entries, entry);
        }
      else if (entry)
        read_entry_line (entry, lines[i]);
    }
  if (wanted >= entries->len)
    wanted = fallback;
  if (wanted >= entries->len)
    return NULL;
  entry = g_ptr_array_index (entries, wanted);
  return entry->kernel ? g_ptr_array_steal_index (entries, wanted) : NULL;
}

char *embark_boot_kernel_version (const char *path)
{
  static const char *const prefixes[] = { "vmlinuz-", "vmlinux-", "kernel-", "bzImage-", "Image-", "linux-" };
  const char *base = strrchr (path, '/');

  base = base ? base + 1 : path;
  for (guint i = 0; i < G_N_ELEMENTS (prefixes); i++)
    if (g_str_has_prefix (base, prefixes[i]) && g_ascii_isdigit (base[strlen (prefixes[i])]))
      return g_strdup (base + strlen (prefixes[i]));
  return NULL;
}

char *embark_cmdline_get (const char *cmdline, const char *name)
{
  g_auto (GStrv) words = g_strsplit_set (cmdline, " \t", 512);
  gsize length = strlen (name);
  char *value = NULL;

  for (guint i = 0; words[i]; i++)
    if (strncmp (words[i], name, length) == 0 && (words[i][length] == '=' || !words[i][length]))
      {
        g_free (value);
        value = g_strdup (words[i][length] ? words[i] + length + 1 : "");
      }
  return value;
}
