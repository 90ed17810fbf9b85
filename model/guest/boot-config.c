/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The plain ones of the boot loaders' texts: grub legacy, BootLoaderSpec, the
 * kernel command line, fstab. boot-grub2.c reads grub 2. Any thread.
 */
#include "model/guest/boot-config.h"

#include <stdio.h>
#include <string.h>

#include "model/guest/boot-lines.h"
#include "model/guest/kernel-modules.h"

#define LINES_MAX 20000

void embark_boot_entry_free (EmbarkBootEntry *self)
{
  g_free (self->title);
  g_free (self->kernel);
  g_free (self->initrd);
  g_free (self->cmdline);
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

/* Without "(hd0,0)", "($root)" or "${root}" in front. */
static const char *skip_device (const char *path)
{
  const char *slash = strchr (path, '/');

  return slash && (path[0] == '(' || path[0] == '$') ? slash : path;
}

void embark_boot_entry_set_kernel (EmbarkBootEntry *entry, const char *rest)
{
  gsize length = strcspn (rest, " \t");
  g_autofree char *path = g_strndup (rest, length);

  g_free (entry->kernel);
  g_free (entry->cmdline);
  entry->kernel = g_strdup (skip_device (path));
  entry->cmdline = g_strstrip (g_strdup (rest + length));
}

void embark_boot_entry_set_initrd (EmbarkBootEntry *entry, const char *rest)
{
  g_auto (GStrv) words = g_strsplit_set (rest, " \t", 32);

  for (guint i = 0; words[i]; i++)
    if (*words[i])
      {
        g_free (entry->initrd);
        entry->initrd = g_strdup (skip_device (words[i]));
      }
}

static void drop_entry (gpointer entry)
{
  embark_boot_entry_free (entry);
}

EmbarkBootEntry *embark_boot_config_read_legacy (const char *config)
{
  static const char *const title_words[] = { "title", NULL };
  static const char *const kernel_words[] = { "kernel", NULL };
  static const char *const initrd_words[] = { "initrd", NULL };
  g_auto (GStrv) lines = embark_boot_split_lines (config);
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func (drop_entry);
  EmbarkBootEntry *entry = NULL;
  guint64 wanted = 0;

  for (guint i = 0; lines[i]; i++)
    {
      const char *rest;

      if (g_str_has_prefix (lines[i], "default") && strchr ("= \t", lines[i][7]) && lines[i][7])
        wanted = g_ascii_strtoull (lines[i] + 8, NULL, 10);
      else if ((rest = embark_boot_match_word (lines[i], title_words)))
        {
          entry = g_new0 (EmbarkBootEntry, 1);
          entry->title = g_strdup (rest);
          g_ptr_array_add (entries, entry);
        }
      else if (entry && (rest = embark_boot_match_word (lines[i], kernel_words)))
        embark_boot_entry_set_kernel (entry, rest);
      else if (entry && (rest = embark_boot_match_word (lines[i], initrd_words)))
        embark_boot_entry_set_initrd (entry, rest);
    }
  if (entries->len == 0)
    return NULL;
  if (wanted >= entries->len)
    wanted = 0;
  entry = g_ptr_array_index (entries, wanted);
  return entry->kernel ? g_ptr_array_steal_index (entries, wanted) : NULL;
}

static EmbarkBootEntry *parse_bls (const char *text, const char *grubenv)
{
  static const char *const title_words[] = { "title", NULL };
  static const char *const linux_words[] = { "linux", NULL };
  static const char *const initrd_words[] = { "initrd", NULL };
  static const char *const options_words[] = { "options", NULL };
  g_auto (GStrv) lines = embark_boot_split_lines (text);
  g_autoptr (EmbarkBootEntry) entry = g_new0 (EmbarkBootEntry, 1);
  g_autoptr (GString) options = g_string_new (NULL);

  for (guint i = 0; lines[i]; i++)
    {
      const char *rest;

      if ((rest = embark_boot_match_word (lines[i], title_words)) && !entry->title)
        entry->title = g_strdup (rest);
      else if ((rest = embark_boot_match_word (lines[i], linux_words)))
        embark_boot_entry_set_kernel (entry, rest);
      else if ((rest = embark_boot_match_word (lines[i], initrd_words)))
        embark_boot_entry_set_initrd (entry, rest);
      else if ((rest = embark_boot_match_word (lines[i], options_words)))
        g_string_append_printf (options, "%s%s", options->len ? " " : "", rest);
    }
  if (!entry->kernel)
    return NULL;
  if (strstr (options->str, "$kernelopts"))
    {
      g_autofree char *value = embark_grubenv_get (grubenv, "kernelopts");
      g_string_replace (options, "$kernelopts", value ? value : "", 1);
    }
  g_free (entry->cmdline);
  entry->cmdline = g_strdup (options->str);
  return g_steal_pointer (&entry);
}

EmbarkBootEntry *embark_boot_config_read_bls (const char *const *names, const char *const *texts, const char *grubenv)
{
  g_autofree char *saved = embark_grubenv_get (grubenv, "saved_entry");
  g_autofree char *next = embark_grubenv_get (grubenv, "next_entry");
  const char *wanted = next && *next ? next : saved;
  const char *best_name = NULL;
  g_autoptr (EmbarkBootEntry) best = NULL;

  for (guint i = 0; names[i] && texts[i]; i++)
    {
      g_autoptr (EmbarkBootEntry) entry = parse_bls (texts[i], grubenv);
      g_autofree char *id = NULL;

      if (!entry)
        continue;
      id = g_strndup (names[i], g_str_has_suffix (names[i], ".conf") ? strlen (names[i]) - 5 : strlen (names[i]));
      if (wanted && (g_strcmp0 (wanted, id) == 0 || g_strcmp0 (wanted, entry->title) == 0))
        return g_steal_pointer (&entry);
      if (strstr (id, "-rescue") || strstr (id, "0-rescue"))
        continue;
      if (best_name && embark_kernel_compare_versions (names[i], best_name) < 0)
        continue;
      best_name = names[i];
      g_clear_pointer (&best, embark_boot_entry_free);
      best = g_steal_pointer (&entry);
    }
  return g_steal_pointer (&best);
}

gboolean embark_boot_config_uses_bls (const char *config)
{
  return g_regex_match_simple ("^\\s*blscfg\\b", config, G_REGEX_MULTILINE, 0);
}

char *embark_boot_kernel_version (const char *path)
{
  static const char *const prefixes[] = { "vmlinuz-", "vmlinux-", "kernel-", "bzImage-", "Image-", "linux-" };
  const char *base = strrchr (path, '/');

  base = base ? base + 1 : path;
  for (guint i = 0; i < G_N_ELEMENTS (prefixes); i++)
    if (g_str_has_prefix (base, prefixes[i]) && base[strlen (prefixes[i])])
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

char *embark_fstab_get_root (const char *fstab)
{
  g_auto (GStrv) lines = embark_boot_split_lines (fstab);

  for (guint i = 0; lines[i]; i++)
    {
      char device[512], target[512];

      if (lines[i][0] != '#' && sscanf (lines[i], "%511s %511s", device, target) == 2 && strcmp (target, "/") == 0)
        return g_strdup (device);
    }
  return NULL;
}
