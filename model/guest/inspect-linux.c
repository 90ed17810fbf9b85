/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The order of the look at a Linux guest; each part has a file of its own.
 */
#include "model/guest/inspect-linux.h"

#include <string.h>

#include "model/guest/guest-files.h"
#include "model/guest/inspect.h"

#define OS_RELEASE_LINES_MAX 1000

/* libguestfs knows only "12.15" of a Debian; os-release has the name. */
static void add_product (guestfs_h *g, EmbarkFacts *facts)
{
  static const char *const paths[] = { "/etc/os-release", "/usr/lib/os-release" };
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (paths) && !text; i++)
    text = embark_guest_read_text (g, paths[i]);
  lines = text ? g_strsplit (text, "\n", OS_RELEASE_LINES_MAX) : NULL;
  for (guint i = 0; lines && lines[i]; i++)
    {
      g_autofree char *value = NULL;
      if (!g_str_has_prefix (lines[i], "PRETTY_NAME="))
        continue;
      value = g_shell_unquote (lines[i] + strlen ("PRETTY_NAME="), NULL);
      if (value && *value)
        embark_facts_set_string (facts, "os.product", value);
      return;
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
