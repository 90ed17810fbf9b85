/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The state of an NTFS volume, from its own bytes: a driver that mounts it
 * read-only does not tell. Pure; any thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define EMBARK_NTFS_BOOT_SIZE 512
#define EMBARK_NTFS_RECORD_MAX 4096

/* Where the record of $Volume is, from the first sector. FALSE when that is none of NTFS or makes no sense. */
gboolean embark_ntfs_find_volume_record (const guint8 *boot, guint64 *ret_offset, gsize *ret_size);
/* The dirty flag in that record: Windows will check the volume when it starts. FALSE when the record is damaged. */
gboolean embark_ntfs_read_dirty (const guint8 *record, gsize size, gboolean *ret_is_dirty);

G_END_DECLS
