/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The GPT of a disk with a protective MBR. Internal to partition-table.c.
 * Source: UEFI 2.10, chapter 5.3.
 */
#pragma once

#include "model/stream/partition-table.h"

G_BEGIN_DECLS

#define EMBARK_SECTOR_SIZE 512

/* Adds the partitions of the first header, or of the last when the first is damaged. FALSE only when @read_func
 * failed. */
gboolean embark_partition_gpt_parse (EmbarkPartitionTable *self, guint64 disk_size, EmbarkSectorFunc read_func,
                                     gpointer user_data, GError **error);

/* NULL, and has_nonsense, when the place is not within the disk or that of another. Borrowed. */
EmbarkPartition *embark_partition_table_add (EmbarkPartitionTable *self, guint64 disk_size, guint number, guint64 start,
                                             guint64 size, guint8 mbr_type);

G_END_DECLS
