/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whether a file system was closed properly, from its superblock alone. Pure
 * bytes; any thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  EMBARK_FILESYSTEM_STATE_UNKNOWN, /* not the superblock of this kind of file system, or cut off */
  EMBARK_FILESYSTEM_STATE_CLEAN,
  EMBARK_FILESYSTEM_STATE_UNCLEAN,
} EmbarkFilesystemState;

#define EMBARK_EXT_SUPERBLOCK_OFFSET 1024
#define EMBARK_BTRFS_SUPERBLOCK_OFFSET (64 * 1024)
#define EMBARK_SUPERBLOCK_SIZE 1024 /* as much as either needs */

/* ext2, ext3, ext4: marked valid, without errors, and nothing in the journal to be replayed. */
EmbarkFilesystemState embark_filesystem_state_of_ext (const guint8 *superblock, gsize length);
/* btrfs: an empty log tree. */
EmbarkFilesystemState embark_filesystem_state_of_btrfs (const guint8 *superblock, gsize length);

G_END_DECLS
