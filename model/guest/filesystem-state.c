/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The few fields of the superblocks of ext and btrfs that tell it; offsets as
 * in the kernel's fs/ext4/ext4.h and include/uapi/linux/btrfs_tree.h.
 */
#include "model/guest/filesystem-state.h"

#include <string.h>

#define EXT_MAGIC_AT 0x38
#define EXT_STATE_AT 0x3A
#define EXT_INCOMPATIBLE_AT 0x60
#define EXT_STATE_VALID 0x1
#define EXT_STATE_ERRORS 0x2
#define EXT_FEATURE_RECOVER 0x4
#define BTRFS_MAGIC_AT 64
#define BTRFS_LOG_ROOT_AT 96

static guint16 get_le16 (const guint8 *p)
{
  return (guint16) (p[0] | p[1] << 8);
}

static guint32 get_le32 (const guint8 *p)
{
  return get_le16 (p) | (guint32) get_le16 (p + 2) << 16;
}

EmbarkFilesystemState embark_filesystem_state_of_ext (const guint8 *superblock, gsize length)
{
  guint16 state;

  if (length < EXT_INCOMPATIBLE_AT + 4 || get_le16 (superblock + EXT_MAGIC_AT) != 0xEF53)
    return EMBARK_FILESYSTEM_STATE_UNKNOWN;
  state = get_le16 (superblock + EXT_STATE_AT);
  if (!(state & EXT_STATE_VALID) || (state & EXT_STATE_ERRORS)
      || (get_le32 (superblock + EXT_INCOMPATIBLE_AT) & EXT_FEATURE_RECOVER))
    return EMBARK_FILESYSTEM_STATE_UNCLEAN;
  return EMBARK_FILESYSTEM_STATE_CLEAN;
}

EmbarkFilesystemState embark_filesystem_state_of_btrfs (const guint8 *superblock, gsize length)
{
  static const guint8 zeros[8] = { 0 };

  if (length < BTRFS_LOG_ROOT_AT + 8 || memcmp (superblock + BTRFS_MAGIC_AT, "_BHRfS_M", 8) != 0)
    return EMBARK_FILESYSTEM_STATE_UNKNOWN;
  return memcmp (superblock + BTRFS_LOG_ROOT_AT, zeros, 8) == 0 ? EMBARK_FILESYSTEM_STATE_CLEAN
                                                                : EMBARK_FILESYSTEM_STATE_UNCLEAN;
}
