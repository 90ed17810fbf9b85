/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/guest/guest-mounts.h"

#include <stdlib.h>
#include <string.h>

#define MOUNTS_MAX 64
#define SUBVOLUME "btrfsvol:"

static void clear_mount (gpointer item)
{
  EmbarkMount *mount = item;

  g_free (mount->target);
  g_free (mount->device);
}

static GArray *make_mounts (void)
{
  GArray *mounts = g_array_new (FALSE, FALSE, sizeof (EmbarkMount));

  g_array_set_clear_func (mounts, clear_mount);
  return mounts;
}

static void add_mount (GArray *mounts, const char *target, const char *device)
{
  EmbarkMount mount = { g_strdup (target), g_strdup (device) };

  g_array_append_val (mounts, mount);
}

static int compare_targets (const void *a, const void *b)
{
  return (int) strlen (((const EmbarkMount *) a)->target) - (int) strlen (((const EmbarkMount *) b)->target);
}

GArray *embark_guest_mounts_find (guestfs_h *g, const char *root)
{
  char **found = guestfs_inspect_get_mountpoints (g, root);
  GArray *mounts = make_mounts ();

  for (guint i = 0; found && found[i]; i += 2)
    {
      if (mounts->len < MOUNTS_MAX)
        add_mount (mounts, found[i], found[i + 1]);
      free (found[i]);
      free (found[i + 1]);
    }
  free (found);
  g_array_sort (mounts, compare_targets);
  return mounts;
}

GArray *embark_guest_mounts_recall (EmbarkFacts *known)
{
  const char *root = embark_facts_get_string (known, "os.root");
  JsonArray *list = embark_facts_get_list (known, "disk.filesystems");
  GArray *mounts;

  if (!root || g_str_has_prefix (root, SUBVOLUME))
    return NULL;
  mounts = make_mounts ();
  add_mount (mounts, "/", root);
  for (guint i = 0; list && i < json_array_get_length (list) && mounts->len < MOUNTS_MAX; i++)
    {
      JsonObject *item = json_array_get_object_element (list, i);
      const char *target = json_object_get_string_member_with_default (item, "mountPoint", "");
      const char *device = json_object_get_string_member_with_default (item, "device", NULL);

      if (device && g_str_has_prefix (target, "/") && strcmp (target, "/") != 0)
        add_mount (mounts, target, device);
    }
  g_array_sort (mounts, compare_targets);
  return mounts;
}
