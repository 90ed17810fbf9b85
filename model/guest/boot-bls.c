/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Entries of the BootLoaderSpec, as grub's blscfg and systemd-boot take them:
 * one file each, the highest name first. Any thread.
 */
#include "model/guest/boot-config.h"

#include <string.h>

#include "model/guest/boot-lines.h"
#include "model/guest/kernel-modules.h"

#define VALUE_MAX_LENGTH 16384

typedef struct
{
  char *id; /* owned: the file's name without ".conf" */
  EmbarkBootEntry *boot;
} BlsEntry;

static void free_bls_entry (gpointer data)
{
  BlsEntry *entry = data;

  g_free (entry->id);
  g_clear_pointer (&entry->boot, embark_boot_entry_free);
  g_free (entry);
}

/* From grub's environment, else as grub's configuration sets it ("set kernelopts=…"); "" when neither does. */
static char *find_variable (const EmbarkBlsInput *input, const char *name)
{
  g_autofree char *pattern = g_strdup_printf ("set %s=", name);
  g_auto (GStrv) lines = NULL;
  char *value = embark_grubenv_get (input->grubenv, name);

  if (value || !input->grub_config || !strstr (input->grub_config, pattern))
    return value ? value : g_strdup ("");
  lines = embark_boot_split_lines (input->grub_config);
  for (guint i = 0; lines[i] && !value; i++)
    if (g_str_has_prefix (lines[i], pattern))
      {
        const char *start = lines[i] + strlen (pattern);
        gsize length = strlen (start);
        gboolean is_quoted = length >= 2 && strchr ("'\"", start[0]) && start[length - 1] == start[0];

        value = is_quoted ? g_strndup (start + 1, length - 2) : g_strdup (start);
      }
  return value ? value : g_strdup ("");
}

/* With $name and ${name} replaced once; what their values hold stays as it is. */
static char *expand (const EmbarkBlsInput *input, const char *text)
{
  g_autoptr (GString) out = g_string_new (NULL);

  for (const char *p = text; *p && out->len < VALUE_MAX_LENGTH;)
    {
      gboolean has_brace = p[0] == '$' && p[1] == '{';
      const char *start = p + 1 + has_brace;
      gsize length = 0;

      while (p[0] == '$' && (g_ascii_isalnum (start[length]) || start[length] == '_'))
        length++;
      if (length == 0)
        g_string_append_c (out, *p++);
      else
        {
          g_autofree char *name = g_strndup (start, length);
          g_autofree char *value = find_variable (input, name);

          g_string_append (out, value);
          p = start + length + (has_brace && start[length] == '}');
        }
    }
  return g_strstrip (g_string_free (g_steal_pointer (&out), FALSE));
}

static EmbarkBootEntry *parse_entry (const char *text, const EmbarkBlsInput *input)
{
  static const char *const title_words[] = { "title", NULL };
  static const char *const version_words[] = { "version", NULL };
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
      else if ((rest = embark_boot_match_word (lines[i], version_words)) && !entry->version)
        entry->version = g_strdup (rest);
      else if ((rest = embark_boot_match_word (lines[i], linux_words)))
        embark_boot_entry_set_kernel (entry, rest);
      else if ((rest = embark_boot_match_word (lines[i], initrd_words)))
        {
          g_autofree char *value = expand (input, rest);
          embark_boot_entry_set_initrd (entry, value);
        }
      else if ((rest = embark_boot_match_word (lines[i], options_words)))
        g_string_append_printf (options, "%s%s", options->len ? " " : "", rest);
    }
  if (!entry->kernel)
    return NULL;
  g_free (entry->cmdline);
  entry->cmdline = expand (input, options->str);
  return g_steal_pointer (&entry);
}

/* The highest first: with grub that is the order of its menu. */
static int compare_entries (gconstpointer a, gconstpointer b)
{
  const BlsEntry *first = *(const BlsEntry *const *) a;
  const BlsEntry *second = *(const BlsEntry *const *) b;

  return embark_kernel_compare_versions (second->id, first->id);
}

static GPtrArray *parse_entries (const EmbarkBlsInput *input)
{
  GPtrArray *entries = g_ptr_array_new_with_free_func (free_bls_entry);

  for (guint i = 0; input->names[i] && input->texts[i]; i++)
    {
      const char *name = input->names[i];
      EmbarkBootEntry *boot = parse_entry (input->texts[i], input);
      BlsEntry *entry = boot ? g_new0 (BlsEntry, 1) : NULL;

      if (!entry)
        continue;
      entry->boot = boot;
      entry->id = g_strndup (name, strlen (name) - (g_str_has_suffix (name, ".conf") ? strlen (".conf") : 0));
      g_ptr_array_add (entries, entry);
    }
  g_ptr_array_sort (entries, compare_entries);
  return entries;
}

/* What the loader takes without asking: an id, a title, a number or (systemd-boot) a pattern; NULL: the first. */
static char *find_wanted (const EmbarkBlsInput *input)
{
  static const char *const default_words[] = { "default", NULL };
  g_autofree char *next = embark_grubenv_get (input->grubenv, "next_entry");
  g_autofree char *saved = embark_grubenv_get (input->grubenv, "saved_entry");
  g_auto (GStrv) lines = NULL;

  if (next && *next)
    return g_steal_pointer (&next);
  if (saved && *saved)
    return g_steal_pointer (&saved);
  lines = input->loader_config ? embark_boot_split_lines (input->loader_config) : NULL;
  for (guint i = 0; lines && lines[i]; i++)
    {
      const char *rest = embark_boot_match_word (lines[i], default_words);
      if (rest && *rest && *rest != '@')
        return g_strdup (rest);
    }
  return NULL;
}

static gboolean is_wanted (const BlsEntry *entry, guint index, const char *wanted)
{
  g_autofree char *file = g_strconcat (entry->id, ".conf", NULL);
  guint64 number;

  if (g_ascii_string_to_unsigned (wanted, 10, 0, G_MAXUINT, &number, NULL))
    return number == index;
  return strcmp (entry->id, wanted) == 0 || g_strcmp0 (entry->boot->title, wanted) == 0
         || g_pattern_match_simple (wanted, file) || g_pattern_match_simple (wanted, entry->id);
}

EmbarkBootEntry *embark_boot_config_read_bls (const EmbarkBlsInput *input)
{
  g_autoptr (GPtrArray) entries = parse_entries (input);
  g_autofree char *wanted = find_wanted (input);
  BlsEntry *found = NULL;

  for (guint i = 0; i < entries->len && wanted && !found; i++)
    if (is_wanted (g_ptr_array_index (entries, i), i, wanted))
      found = g_ptr_array_index (entries, i);
  for (guint i = 0; i < entries->len && !found; i++)
    {
      BlsEntry *entry = g_ptr_array_index (entries, i);
      if (!strstr (entry->id, "-rescue") && !g_str_has_prefix (entry->id, "0-rescue"))
        found = entry;
    }
  return found ? g_steal_pointer (&found->boot) : NULL;
}

gboolean embark_boot_config_uses_bls (const char *config)
{
  return g_regex_match_simple ("^\\s*blscfg\\b", config, G_REGEX_MULTILINE, 0);
}
