/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A guest cluster takes at most one new host cluster: deflated ones are packed
 * byte by byte into the open host cluster, even behind plain ones, as long as
 * the part that holds it is still in memory. An L2 table is written as soon
 * as the guest order has left its range, so that it need not be kept.
 */
#include "model/stream/qcow2-layout.h"

#include <string.h>

#define CLUSTER EMBARK_QCOW2_CLUSTER_SIZE
#define SECTOR 512
#define HEADER_LENGTH 104
#define REFCOUNT_ORDER 4
#define REFCOUNTS_PER_BLOCK (CLUSTER / 2)
#define MAX_REFCOUNT G_MAXUINT16
#define NO_TABLE G_MAXUINT64

#define FLAG_COPIED (G_GUINT64_CONSTANT (1) << 63)
#define FLAG_COMPRESSED (G_GUINT64_CONSTANT (1) << 62)
/* Where the number of additional sectors begins in the entry of a deflated cluster. */
#define SECTORS_SHIFT (62 - (EMBARK_QCOW2_CLUSTER_BITS - 8))

struct _EmbarkQcow2Layout
{
  guint64 virtual_size;
  guint64 part_size;
  EmbarkQcow2WriteFunc write_func;
  gpointer user_data;

  GArray *refcounts; /* guint16 for each host cluster; its length is the size of the file */
  guint64 packed_to; /* end of the last deflated cluster, 0: none may follow it */
  guint64 *l1;       /* big-endian */
  guint64 n_l1;
  guint64 *l2; /* big-endian, of the range being written */
  guint64 l2_index;
};

static guint64 count_l1_entries (guint64 virtual_size)
{
  guint64 range = (guint64) CLUSTER * EMBARK_QCOW2_L2_ENTRIES;

  return virtual_size / range + (virtual_size % range != 0);
}

static guint64 count_clusters (guint64 bytes)
{
  return bytes / CLUSTER + (bytes % CLUSTER != 0);
}

/* Refcount blocks and the table of them also count themselves. */
static void size_refcounts (guint64 n_others, guint64 *ret_n_blocks, guint64 *ret_n_table)
{
  guint64 n_blocks = 0, n_table = 0, n_needed = 1;

  while (n_needed != n_blocks)
    {
      n_blocks = n_needed;
      n_table = count_clusters (n_blocks * 8);
      guint64 n_all = n_others + n_table + n_blocks;
      n_needed = n_all / REFCOUNTS_PER_BLOCK + (n_all % REFCOUNTS_PER_BLOCK != 0);
    }
  *ret_n_blocks = n_blocks;
  *ret_n_table = n_table;
}

EmbarkQcow2Layout *embark_qcow2_layout_new (guint64 virtual_size, guint64 part_size, EmbarkQcow2WriteFunc write_func,
                                            gpointer user_data)
{
  g_return_val_if_fail (virtual_size > 0 && virtual_size % SECTOR == 0, NULL);
  g_return_val_if_fail (part_size > 0 && part_size % CLUSTER == 0, NULL);
  EmbarkQcow2Layout *self = g_new0 (EmbarkQcow2Layout, 1);

  self->virtual_size = virtual_size;
  self->part_size = part_size;
  self->write_func = write_func;
  self->user_data = user_data;
  self->refcounts = g_array_new (FALSE, TRUE, sizeof (guint16));
  g_array_set_size (self->refcounts, 1);
  g_array_index (self->refcounts, guint16, 0) = 1;
  self->n_l1 = count_l1_entries (virtual_size);
  self->l1 = g_new0 (guint64, self->n_l1);
  self->l2 = g_new0 (guint64, EMBARK_QCOW2_L2_ENTRIES);
  self->l2_index = NO_TABLE;
  return self;
}

void embark_qcow2_layout_free (EmbarkQcow2Layout *self)
{
  g_array_unref (self->refcounts);
  g_free (self->l1);
  g_free (self->l2);
  g_free (self);
}

guint64 embark_qcow2_layout_get_size (EmbarkQcow2Layout *self)
{
  return (guint64) self->refcounts->len * CLUSTER;
}

static guint64 add_clusters (EmbarkQcow2Layout *self, guint64 n_clusters)
{
  guint64 offset = embark_qcow2_layout_get_size (self);
  guint first = self->refcounts->len;

  g_array_set_size (self->refcounts, first + (guint) n_clusters);
  for (guint i = first; i < self->refcounts->len; i++)
    g_array_index (self->refcounts, guint16, i) = 1;
  return offset;
}

static gboolean write_table (EmbarkQcow2Layout *self, const guint64 *table, gsize n_entries, guint64 *ret_offset,
                             GError **error)
{
  guint64 offset = add_clusters (self, count_clusters (n_entries * 8));

  *ret_offset = offset;
  return self->write_func (offset, (const guint8 *) table, n_entries * 8, self->user_data, error);
}

/* Where @length deflated bytes go; counts them in every host cluster they touch. */
static guint64 place_packed (EmbarkQcow2Layout *self, gsize length)
{
  guint64 end_of_file = embark_qcow2_layout_get_size (self);
  guint64 room = (CLUSTER - self->packed_to % CLUSTER) % CLUSTER;
  guint64 open = self->packed_to / CLUSTER;
  gboolean may_follow = room > 0 && g_array_index (self->refcounts, guint16, open) < MAX_REFCOUNT;
  gboolean is_last = self->packed_to + room == end_of_file;
  gboolean is_in_memory = self->packed_to / self->part_size == (end_of_file - 1) / self->part_size;
  guint64 offset = end_of_file;

  if (may_follow && length <= room && is_in_memory)
    {
      offset = self->packed_to;
      g_array_index (self->refcounts, guint16, open)++;
    }
  else if (may_follow && length > room && is_last)
    {
      offset = self->packed_to;
      g_array_index (self->refcounts, guint16, open)++;
      add_clusters (self, 1);
    }
  else
    add_clusters (self, 1);
  self->packed_to = offset + length;
  return offset;
}

static gboolean finish_l2_table (EmbarkQcow2Layout *self, GError **error)
{
  guint64 offset = 0;

  if (self->l2_index == NO_TABLE)
    return TRUE;
  if (!write_table (self, self->l2, EMBARK_QCOW2_L2_ENTRIES, &offset, error))
    return FALSE;
  self->l1[self->l2_index] = GUINT64_TO_BE (offset | FLAG_COPIED);
  memset (self->l2, 0, CLUSTER);
  self->l2_index = NO_TABLE;
  return TRUE;
}

gboolean embark_qcow2_layout_add (EmbarkQcow2Layout *self, guint64 guest_cluster, const guint8 *data, gsize length,
                                  GError **error)
{
  guint64 l2_index = guest_cluster / EMBARK_QCOW2_L2_ENTRIES;
  guint64 entry = 0, offset = 0;

  g_return_val_if_fail (l2_index < self->n_l1 && length > 0 && length <= CLUSTER, FALSE);
  g_return_val_if_fail (self->l2_index == NO_TABLE || l2_index >= self->l2_index, FALSE);
  if (self->l2_index != l2_index && !finish_l2_table (self, error))
    return FALSE;
  self->l2_index = l2_index;
  if (length == CLUSTER)
    {
      offset = add_clusters (self, 1);
      entry = offset | FLAG_COPIED;
    }
  else
    {
      offset = place_packed (self, length);
      guint64 n_more_sectors = (offset + length - 1) / SECTOR - offset / SECTOR;
      entry = offset | n_more_sectors << SECTORS_SHIFT | FLAG_COMPRESSED;
    }
  self->l2[guest_cluster % EMBARK_QCOW2_L2_ENTRIES] = GUINT64_TO_BE (entry);
  return self->write_func (offset, data, length, self->user_data, error);
}

static gboolean write_refcounts (EmbarkQcow2Layout *self, guint64 n_blocks, guint64 *ret_table, GError **error)
{
  g_autofree guint64 *table = g_new0 (guint64, n_blocks);
  guint64 n_table = count_clusters (n_blocks * 8);
  guint64 table_offset = embark_qcow2_layout_get_size (self);
  guint64 blocks_offset = table_offset + n_table * CLUSTER;
  guint64 table_at = 0;

  for (guint64 i = 0; i < n_blocks; i++)
    table[i] = GUINT64_TO_BE (blocks_offset + i * CLUSTER);
  if (!write_table (self, table, n_blocks, &table_at, error))
    return FALSE;
  add_clusters (self, n_blocks);
  g_array_set_size (self->refcounts, self->refcounts->len);
  for (guint64 i = 0; i < n_blocks; i++)
    {
      guint64 first = i * REFCOUNTS_PER_BLOCK;
      guint64 n = MIN (REFCOUNTS_PER_BLOCK, self->refcounts->len - first);
      guint16 *block = &g_array_index (self->refcounts, guint16, first);

      for (guint64 j = 0; j < n; j++)
        block[j] = GUINT16_TO_BE (block[j]);
      if (!self->write_func (blocks_offset + i * CLUSTER, (const guint8 *) block, n * 2, self->user_data, error))
        return FALSE;
    }
  *ret_table = table_at;
  return TRUE;
}

static void put_be32 (guint8 *to, guint32 value)
{
  value = GUINT32_TO_BE (value);
  memcpy (to, &value, sizeof value);
}

static void put_be64 (guint8 *to, guint64 value)
{
  value = GUINT64_TO_BE (value);
  memcpy (to, &value, sizeof value);
}

/* Everything not set is 0: no backing file, encryption, snapshots, feature bits; deflate; no extensions. */
static gboolean write_header (EmbarkQcow2Layout *self, guint64 l1_offset, guint64 refcount_table,
                              guint64 n_refcount_table, GError **error)
{
  guint8 header[HEADER_LENGTH + 8] = { 'Q', 'F', 'I', 0xfb };

  put_be32 (header + 4, 3);
  put_be32 (header + 20, EMBARK_QCOW2_CLUSTER_BITS);
  put_be64 (header + 24, self->virtual_size);
  put_be32 (header + 36, (guint32) self->n_l1);
  put_be64 (header + 40, l1_offset);
  put_be64 (header + 48, refcount_table);
  put_be32 (header + 56, (guint32) n_refcount_table);
  put_be32 (header + 96, REFCOUNT_ORDER);
  put_be32 (header + 100, HEADER_LENGTH);
  return self->write_func (0, header, sizeof header, self->user_data, error);
}

gboolean embark_qcow2_layout_finish (EmbarkQcow2Layout *self, GError **error)
{
  guint64 n_blocks = 0, n_table = 0, l1_offset = 0, refcount_table = 0;

  if (!finish_l2_table (self, error) || !write_table (self, self->l1, self->n_l1, &l1_offset, error))
    return FALSE;
  size_refcounts (self->refcounts->len, &n_blocks, &n_table);
  if (!write_refcounts (self, n_blocks, &refcount_table, error))
    return FALSE;
  return write_header (self, l1_offset, refcount_table, n_table, error);
}

guint64 embark_qcow2_layout_get_upper_bound (guint64 virtual_size, guint64 n_clusters, guint64 n_l2_tables)
{
  guint64 n_others = 1 + n_clusters + n_l2_tables + count_clusters (count_l1_entries (virtual_size) * 8);
  guint64 n_blocks = 0, n_table = 0;

  size_refcounts (n_others, &n_blocks, &n_table);
  return (n_others + n_blocks + n_table) * CLUSTER;
}
