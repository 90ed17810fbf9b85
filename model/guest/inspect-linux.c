/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The order of the look at a Linux guest; each part has a file of its own.
 */
#include "model/guest/inspect-linux.h"

#include <string.h>

#include "model/guest/guest-files.h"
#include "model/guest/inspect.h"

#define OS_RELEASE_LINES_MAX 1000

/* NULL when @line sets something else, or nothing. */
static char *read_assignment (const char *line, const char *name)
{
  g_autofree char *value = NULL;
  gsize length = strlen (name);

  if (strncmp (line, name, length) != 0 || line[length] != '=')
    return NULL;
  value = g_shell_unquote (line + length + 1, NULL);
  return value && *value ? g_steal_pointer (&value) : NULL;
}

/* libguestfs knows only "12.15" of a Debian, and of younger distributions nothing: os-release has the names. */
static void add_product (guestfs_h *g, EmbarkFacts *facts)
{
  static const char *const paths[] = { "/etc/os-release", "/usr/lib/os-release" };
  gboolean has_distribution = embark_facts_has (facts, "os.distribution");
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (paths) && !text; i++)
    text = embark_guest_read_text (g, paths[i]);
  lines = text ? g_strsplit (text, "\n", OS_RELEASE_LINES_MAX) : NULL;
  for (guint i = 0; lines && lines[i]; i++)
    {
      g_autofree char *product = read_assignment (lines[i], "PRETTY_NAME");
      g_autofree char *id = has_distribution ? NULL : read_assignment (lines[i], "ID");
      g_autofree char *word = id ? g_ascii_strdown (id, -1) : NULL;

      if (product)
        embark_facts_set_string (facts, "os.product", product);
      if (word)
        embark_facts_set_string (facts, "os.distribution", word);
    }
}

void embark_linux_set_list (EmbarkFacts *facts, const char *path)
{
  embark_facts_append (facts, path);
  json_array_remove_element (embark_facts_get_list (facts, path), 0);
}

static void clear_guest (EmbarkLinux *self)
{
  g_clear_pointer (&self->entry, embark_boot_entry_free);
  g_free (self->kernel_path);
  g_free (self->initrd_path);
  g_free (self->dpkg_status);
  if (self->packages)
    guestfs_free_application2_list (self->packages);
}

void embark_inspect_linux (guestfs_h *g, const char *root, EmbarkFacts *facts)
{
  EmbarkLinux self = { .g = g, .root = root, .facts = facts };

  add_product (g, facts);
  embark_inspect_boot (&self);
  embark_inspect_fstab (&self);
  embark_inspect_kernels (&self);
  embark_inspect_cloud_init (&self);
  embark_inspect_network (&self);
  embark_inspect_settings (&self);
  clear_guest (&self);
}
