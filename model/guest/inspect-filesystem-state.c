/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Adds to disk.filesystems whether each was closed properly. Before anything
 * is mounted: mounting replays the journal into the appliance's overlay, after
 * which every file system looks clean.
 */
#include <stdlib.h>

#include "model/guest/filesystem-state.h"
#include "model/guest/inspect.h"

#define FILESYSTEMS_MAX 64

static EmbarkFilesystemState read_state (guestfs_h *g, const char *device, const char *type)
{
  gboolean is_ext = g_str_equal (type, "ext2") || g_str_equal (type, "ext3") || g_str_equal (type, "ext4");
  gboolean is_btrfs = g_str_equal (type, "btrfs");
  EmbarkFilesystemState state = EMBARK_FILESYSTEM_STATE_UNKNOWN;
  size_t length = 0;
  char *bytes;

  if (!is_ext && !is_btrfs)
    return EMBARK_FILESYSTEM_STATE_UNKNOWN;
  bytes = guestfs_pread_device (g, device, EMBARK_SUPERBLOCK_SIZE,
                                is_ext ? EMBARK_EXT_SUPERBLOCK_OFFSET : EMBARK_BTRFS_SUPERBLOCK_OFFSET, &length);
  if (bytes)
    state = is_ext ? embark_filesystem_state_of_ext ((const guint8 *) bytes, length)
                   : embark_filesystem_state_of_btrfs ((const guint8 *) bytes, length);
  free (bytes);
  return state;
}

void embark_inspect_filesystem_state (guestfs_h *g, EmbarkFacts *facts)
{
  JsonArray *list = embark_facts_get_list (facts, "disk.filesystems");

  for (guint i = 0; list && i < MIN (json_array_get_length (list), FILESYSTEMS_MAX); i++)
    {
      JsonObject *object = json_array_get_object_element (list, i);
      const char *device = json_object_get_string_member_with_default (object, "device", NULL);
      const char *type = json_object_get_string_member_with_default (object, "type", "");
      EmbarkFilesystemState state = device ? read_state (g, device, type) : EMBARK_FILESYSTEM_STATE_UNKNOWN;

      if (state != EMBARK_FILESYSTEM_STATE_UNKNOWN)
        json_object_set_boolean_member (object, "clean", state == EMBARK_FILESYSTEM_STATE_CLEAN);
    }
}
