/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Has a QCOW2 file been cut off? The highest cluster with a reference tells it
 * from one or two blocks. Only when that one lies behind the end of the file
 * (or counts are known to be stale) all L2 tables are walked: a crash leaves
 * counts of clusters that nothing points to, and such a file is whole.
 */
#include <glib/gi18n-lib.h>

#include "model/source/probe-reader.h"

#define OFFSET_MASK G_GUINT64_CONSTANT (0x00fffffffffffe00)
#define COMPRESSED G_GUINT64_CONSTANT (0x4000000000000000)
#define INCOMPATIBLE_DIRTY 1u
#define INCOMPATIBLE_EXTENDED_L2 0x10u
#define L1_MAX (32 * 1024 * 1024)
#define REFCOUNT_TABLE_MAX (8 * 1024 * 1024)

typedef struct
{
  const EmbarkProbeReader *reader;
  guint cluster_bits;
  gsize cluster_size;
  guint refcount_bits;
  gsize l2_entry_size;
  guint64 l1_offset, l1_entries;
  guint64 refcount_offset, refcount_size;
  gboolean is_dirty;
} Layout;

static void read_layout (const EmbarkProbeReader *reader, Layout *layout)
{
  const guint8 *header = reader->head;
  gboolean is_v3 = embark_probe_be32 (header + 4) >= 3;
  guint64 incompatible = is_v3 ? embark_probe_be64 (header + 72) : 0;

  layout->reader = reader;
  layout->cluster_bits = embark_probe_be32 (header + 20);
  layout->cluster_size = (gsize) 1 << layout->cluster_bits;
  layout->refcount_bits = 1u << (is_v3 ? embark_probe_be32 (header + 96) : 4);
  layout->l2_entry_size = incompatible & INCOMPATIBLE_EXTENDED_L2 ? 16 : 8;
  layout->l1_entries = embark_probe_be32 (header + 36);
  layout->l1_offset = embark_probe_be64 (header + 40);
  layout->refcount_offset = embark_probe_be64 (header + 48);
  layout->refcount_size = (guint64) embark_probe_be32 (header + 56) << layout->cluster_bits;
  layout->is_dirty = (incompatible & INCOMPATIBLE_DIRTY) != 0;
}

static gboolean is_layout_sound (const Layout *layout, guint64 virtual_size)
{
  guint64 l2_span = (layout->cluster_size / layout->l2_entry_size) << layout->cluster_bits;
  guint64 needed = virtual_size / l2_span + (virtual_size % l2_span != 0);

  return layout->l1_entries >= needed && layout->l1_entries * 8 <= L1_MAX && layout->refcount_size <= REFCOUNT_TABLE_MAX
         && layout->refcount_size > 0 && layout->l1_offset % layout->cluster_size == 0
         && layout->refcount_offset % layout->cluster_size == 0 && layout->refcount_offset != 0
         && (layout->l1_entries == 0 || layout->l1_offset != 0);
}

/* The whole of a table, or NULL with @error unset when the file ends before it does. */
static guint8 *read_table (const EmbarkProbeReader *reader, guint64 offset, gsize size, GError **error)
{
  if (!embark_probe_contains (reader, offset, size))
    return NULL;

  g_autofree guint8 *table = g_malloc (MAX (size, 1));
  gssize n = embark_probe_read (reader, offset, table, size, error);
  if (n < 0 || (gsize) n != size)
    return NULL;
  return g_steal_pointer (&table);
}

/* Index of the last count in @block that is not zero, or -1. */
static gint64 find_last_count (const Layout *layout, const guint8 *block)
{
  gsize at = layout->cluster_size;

  while (at > 0 && block[at - 1] == 0)
    at--;
  if (at == 0)
    return -1;
  at--;
  if (layout->refcount_bits >= 8)
    return at / (layout->refcount_bits / 8);
  /* Counts below a byte are filled from the least significant bit. */
  return at * (8 / layout->refcount_bits) + g_bit_nth_msf (block[at], 8) / layout->refcount_bits;
}

typedef enum
{
  TABLES_WHOLE,
  TABLES_DOUBTFUL, /* counts speak of clusters behind the end */
  TABLES_CUT_OFF,
  TABLES_UNREADABLE, /* error set */
} Tables;

static Tables look_at_counts (const Layout *layout, GError **error)
{
  GError *read_error = NULL;
  gsize budget = EMBARK_PROBE_METADATA_MAX;
  guint64 per_block = layout->cluster_size * 8 / layout->refcount_bits;
  g_autofree guint8 *table = read_table (layout->reader, layout->refcount_offset, layout->refcount_size, &read_error);

  if (table == NULL && read_error != NULL)
    return g_propagate_error (error, read_error), TABLES_UNREADABLE;
  if (table == NULL)
    return TABLES_CUT_OFF;

  for (guint64 i = layout->refcount_size / 8; i-- > 0 && budget >= layout->cluster_size;)
    {
      guint64 offset = embark_probe_be64 (table + i * 8) & ~(guint64) 511;
      if (offset == 0)
        continue;
      g_autofree guint8 *block = read_table (layout->reader, offset, layout->cluster_size, &read_error);
      if (block == NULL && read_error != NULL)
        return g_propagate_error (error, read_error), TABLES_UNREADABLE;
      if (block == NULL)
        return TABLES_CUT_OFF;
      budget -= layout->cluster_size;
      gint64 last = find_last_count (layout, block);
      if (last < 0)
        continue;
      guint64 cluster = i * per_block + (guint64) last;
      return cluster > (layout->reader->length - 1) >> layout->cluster_bits ? TABLES_DOUBTFUL : TABLES_WHOLE;
    }
  return TABLES_DOUBTFUL;
}

static gboolean is_entry_inside (const Layout *layout, const guint8 *entry)
{
  guint64 value = embark_probe_be64 (entry);
  guint64 offset = value & OFFSET_MASK;

  if (value & COMPRESSED)
    {
      guint sector_bits = layout->cluster_bits - 8;
      offset = value & ((G_GUINT64_CONSTANT (1) << (62 - sector_bits)) - 1);
    }
  return offset == 0 || offset < layout->reader->length;
}

static Tables walk_l2 (const Layout *layout, const guint8 *l1, GError **error)
{
  gsize budget = EMBARK_PROBE_METADATA_MAX;

  for (guint64 i = 0; i < layout->l1_entries && budget >= layout->cluster_size; i++)
    {
      GError *read_error = NULL;
      guint64 offset = embark_probe_be64 (l1 + i * 8) & OFFSET_MASK;
      if (offset == 0)
        continue;
      g_autofree guint8 *l2 = read_table (layout->reader, offset, layout->cluster_size, &read_error);
      if (l2 == NULL && read_error != NULL)
        return g_propagate_error (error, read_error), TABLES_UNREADABLE;
      if (l2 == NULL)
        return TABLES_CUT_OFF;
      for (gsize at = 0; at < layout->cluster_size; at += layout->l2_entry_size)
        if (!is_entry_inside (layout, l2 + at))
          return TABLES_CUT_OFF;
      budget -= layout->cluster_size;
    }
  return TABLES_WHOLE;
}

static Tables look_at_tables (const Layout *layout, GError **error)
{
  GError *read_error = NULL;
  g_autofree guint8 *l1 = read_table (layout->reader, layout->l1_offset, layout->l1_entries * 8, &read_error);

  if (l1 == NULL && read_error != NULL)
    return g_propagate_error (error, read_error), TABLES_UNREADABLE;
  if (l1 == NULL)
    return TABLES_CUT_OFF;
  for (guint64 i = 0; i < layout->l1_entries; i++)
    {
      guint64 offset = embark_probe_be64 (l1 + i * 8) & OFFSET_MASK;
      if (offset != 0 && !embark_probe_contains (layout->reader, offset, layout->cluster_size))
        return TABLES_CUT_OFF;
    }

  Tables counts = look_at_counts (layout, error);
  if (counts == TABLES_UNREADABLE || counts == TABLES_CUT_OFF || (counts == TABLES_WHOLE && !layout->is_dirty))
    return counts;
  return walk_l2 (layout, l1, error);
}

gboolean embark_probe_qcow2_tables (const EmbarkProbeReader *reader, EmbarkImageProbe *probe, GError **error)
{
  Layout layout;

  read_layout (reader, &layout);
  if (!is_layout_sound (&layout, probe->virtual_size))
    {
      embark_probe_set_damaged (probe, _ ("The numbers in its header contradict each other."));
      return TRUE;
    }
  Tables tables = look_at_tables (&layout, error);
  if (tables == TABLES_CUT_OFF)
    embark_probe_set_damaged (probe, _ ("Its end is missing. Copy or download it again."));
  return tables != TABLES_UNREADABLE;
}
