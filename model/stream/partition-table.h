/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkPartitionTable: the MBR or GPT of a disk, read without trusting it.
 * Sectors of 512 bytes, as the cloud's machines see their disks. Any thread.
 */
#pragma once

#include <gio/gio.h>

#include "model/base/facts.h"

G_BEGIN_DECLS

/* As many as are ever listed. */
#define EMBARK_PARTITIONS_MAX 128

typedef enum
{
  EMBARK_TABLE_NONE, /* no boot record, or that of a file system which begins at the first sector */
  EMBARK_TABLE_MBR,
  EMBARK_TABLE_GPT, /* a protective MBR; a GPT that can be read behind it unless is_protective_only */
} EmbarkTableKind;

typedef struct
{
  guint number;        /* 1..; logical ones from 5 */
  guint64 start, size; /* bytes, inside the disk, size > 0 */
  guint8 mbr_type;     /* 0 in a GPT */
  char gpt_type[37];   /* upper case; "" in an MBR */
  gboolean is_bootable;
  char *name; /* (nullable) UTF-8, from a GPT */
} EmbarkPartition;

typedef struct
{
  EmbarkTableKind kind;
  gboolean is_protective_only;
  gboolean is_from_backup; /* the first header of the GPT is damaged, the last one is not */
  gboolean has_nonsense;   /* entries outside the disk or over others, or a circle of logical ones: left out; or one
                              that ends behind the disk: cut */
  GPtrArray *partitions;   /* of EmbarkPartition, in the order of the table */
} EmbarkPartitionTable;

/* Reads @length bytes at @offset, both within the disk and multiples of 512. */
typedef gboolean (*EmbarkSectorFunc) (guint64 offset, guint8 *buffer, gsize length, gpointer user_data, GError **error);

/* NULL only when @read_func failed. */
EmbarkPartitionTable *embark_partition_table_parse (guint64 disk_size, EmbarkSectorFunc read_func, gpointer user_data,
                                                    GError **error);
/* Of the disk behind an NBD socket. */
EmbarkPartitionTable *embark_partition_table_read (const char *socket, GCancellable *cancellable, GError **error);
void embark_partition_table_free (EmbarkPartitionTable *self);

/* Writes disk.partitionTable, .protectiveOnly, .partitions, .ldm and boot.firmware, meant as the guest helper means
 * them when it asks parted. */
void embark_partition_table_add_facts (const EmbarkPartitionTable *self, EmbarkFacts *facts);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmbarkPartitionTable, embark_partition_table_free)

G_END_DECLS
