/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Adds to disk.filesystems whether each was closed properly. Before anything
 * is mounted: mounting replays the journal into the appliance's overlay, after
 * which every file system looks clean.
 */
#include <glib/gi18n-lib.h>
#include <stdlib.h>
#include <string.h>

#include "model/guest/filesystem-state.h"
#include "model/guest/inspect.h"
#include "model/guest/xfs-log.h"

#define FILESYSTEMS_MAX 64

typedef struct
{
  guestfs_h *g;
  const char *device;
} Reader;

static gboolean read_device (gpointer user_data, guint64 offset, guint8 *buffer, gsize size)
{
  Reader *reader = user_data;
  size_t length = 0;
  char *bytes = guestfs_pread_device (reader->g, reader->device, (int) size, (gint64) offset, &length);
  gboolean is_whole = bytes && length == size;

  if (is_whole)
    memcpy (buffer, bytes, size);
  free (bytes);
  return is_whole;
}

static EmbarkFilesystemState read_xfs_state (guestfs_h *g, const char *device, EmbarkFacts *facts)
{
  Reader reader = { .g = g, .device = device };
  const char *cause = NULL;
  EmbarkFilesystemState state = embark_xfs_get_state (read_device, &reader, &cause);

  if (state == EMBARK_FILESYSTEM_STATE_UNKNOWN)
    {
      /* Translators: a device name as Linux gives it, the reason: "its log is damaged". */
      g_autofree char *reason = g_strdup_printf (
          _ ("whether the file system on %s was closed properly cannot be told: %s"), device, _ (cause));
      embark_facts_set_unknown (facts, "disk.filesystems.clean", reason);
    }
  return state;
}

static EmbarkFilesystemState read_state (guestfs_h *g, const char *device, const char *type, EmbarkFacts *facts)
{
  gboolean is_ext = g_str_equal (type, "ext2") || g_str_equal (type, "ext3") || g_str_equal (type, "ext4");
  gboolean is_btrfs = g_str_equal (type, "btrfs");
  EmbarkFilesystemState state = EMBARK_FILESYSTEM_STATE_UNKNOWN;
  size_t length = 0;
  char *bytes;

  if (g_str_equal (type, "xfs"))
    return read_xfs_state (g, device, facts);
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
      EmbarkFilesystemState state = device ? read_state (g, device, type, facts) : EMBARK_FILESYSTEM_STATE_UNKNOWN;

      if (state != EMBARK_FILESYSTEM_STATE_UNKNOWN)
        json_object_set_boolean_member (object, "clean", state == EMBARK_FILESYSTEM_STATE_CLEAN);
    }
}
