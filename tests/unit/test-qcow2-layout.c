/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Random images are laid out and read back by an independent reader: every
 * guest cluster found, every refcount exact, nothing written twice, no part
 * touched after a later one, never larger than the bound.
 */
#include <string.h>

#include "model/stream/qcow2-layout.h"

#define CLUSTER EMBARK_QCOW2_CLUSTER_SIZE

typedef struct
{
  GByteArray *file;
  GByteArray *is_written; /* one byte a byte */
  guint64 part_size;
  guint64 last_part;
  gboolean is_header_written;
} Sink;

typedef struct
{
  guint64 cluster;
  gsize length;
  guint8 seed;
} Piece;

static void fill_piece (const Piece *piece, guint8 *to)
{
  for (gsize i = 0; i < piece->length; i++)
    to[i] = (guint8) (piece->seed + i * 7 + i / 256) | 1;
}

static void grow (GByteArray *array, gsize size)
{
  gsize old = array->len;

  if (size <= old)
    return;
  g_byte_array_set_size (array, size);
  memset (array->data + old, 0, size - old);
}

static gboolean bytes_written_cb (guint64 offset, const guint8 *data, gsize length, gpointer user_data, GError **error)
{
  Sink *sink = user_data;
  guint64 part = offset / sink->part_size;

  g_assert_false (sink->is_header_written);
  if (offset == 0)
    sink->is_header_written = TRUE;
  else
    g_assert_cmpuint (part, >=, sink->last_part);
  sink->last_part = (offset + length - 1) / sink->part_size;
  grow (sink->file, offset + length);
  grow (sink->is_written, offset + length);
  for (gsize i = 0; i < length; i++)
    g_assert_cmpuint (sink->is_written->data[offset + i], ==, 0);
  memset (sink->is_written->data + offset, 1, length);
  memcpy (sink->file->data + offset, data, length);
  return TRUE;
}

static guint64 get_be (const Sink *sink, guint64 offset, guint n_bytes)
{
  guint64 value = 0;

  g_assert_cmpuint (offset + n_bytes, <=, sink->file->len);
  for (guint i = 0; i < n_bytes; i++)
    value = value << 8 | sink->file->data[offset + i];
  return value;
}

static void count (GArray *counts, guint64 cluster)
{
  g_assert_cmpuint (cluster, <, counts->len);
  g_array_index (counts, guint32, cluster)++;
}

static void check_piece (const Sink *sink, guint64 entry, const Piece *piece, GArray *counts)
{
  g_autofree guint8 *expected = g_malloc (CLUSTER);
  guint64 offset = 0;

  fill_piece (piece, expected);
  if (entry >> 62 == 1)
    {
      offset = entry & ((G_GUINT64_CONSTANT (1) << 54) - 1);
      guint64 n_sectors = (entry >> 54 & 0xff) + 1;
      guint64 end = offset / 512 * 512 + n_sectors * 512;
      g_assert_cmpuint (piece->length, <, CLUSTER);
      g_assert_cmpuint (offset + piece->length, <=, end);
      g_assert_cmpuint (end - (offset + piece->length), <, 512);
      for (guint64 cluster = offset / CLUSTER; cluster <= (end - 1) / CLUSTER; cluster++)
        count (counts, cluster);
    }
  else
    {
      g_assert_cmpuint (entry >> 62, ==, 2);
      g_assert_cmpuint (piece->length, ==, CLUSTER);
      offset = entry & ~(G_GUINT64_CONSTANT (1) << 63);
      g_assert_cmpuint (offset % CLUSTER, ==, 0);
      count (counts, offset / CLUSTER);
    }
  g_assert_cmpuint (offset + piece->length, <=, sink->file->len);
  g_assert_cmpmem (sink->file->data + offset, piece->length, expected, piece->length);
}

/* Every entry of every table, against the sorted @pieces. */
static void check_tables (const Sink *sink, GArray *pieces, guint64 virtual_size, GArray *counts)
{
  guint64 n_l1 = get_be (sink, 36, 4), l1 = get_be (sink, 40, 8);
  guint next = 0;

  g_assert_cmpuint (n_l1, ==, (virtual_size + (G_GUINT64_CONSTANT (512) << 20) - 1) >> 29);
  for (guint64 at = l1; at < l1 + n_l1 * 8; at += CLUSTER)
    count (counts, at / CLUSTER);
  for (guint64 i = 0; i < n_l1; i++)
    {
      guint64 l2 = get_be (sink, l1 + i * 8, 8);
      if (l2 == 0)
        continue;
      g_assert_cmpuint (l2 >> 63, ==, 1);
      l2 &= ~(G_GUINT64_CONSTANT (1) << 63);
      g_assert_cmpuint (l2 % CLUSTER, ==, 0);
      count (counts, l2 / CLUSTER);
      for (guint64 j = 0; j < EMBARK_QCOW2_L2_ENTRIES; j++)
        {
          guint64 entry = get_be (sink, l2 + j * 8, 8);
          if (entry == 0)
            continue;
          g_assert_cmpuint (next, <, pieces->len);
          const Piece *piece = &g_array_index (pieces, Piece, next++);
          g_assert_cmpuint (piece->cluster, ==, i * EMBARK_QCOW2_L2_ENTRIES + j);
          check_piece (sink, entry, piece, counts);
        }
    }
  g_assert_cmpuint (next, ==, pieces->len);
}

static void check_refcounts (const Sink *sink, GArray *counts)
{
  guint64 table = get_be (sink, 48, 8), n_table = get_be (sink, 56, 4);

  count (counts, 0);
  for (guint64 i = 0; i < n_table; i++)
    count (counts, table / CLUSTER + i);
  for (guint64 i = 0; i < n_table * CLUSTER / 8; i++)
    {
      guint64 block = get_be (sink, table + i * 8, 8);
      if (block != 0)
        count (counts, block / CLUSTER);
    }
  for (guint64 i = 0; i < counts->len; i++)
    {
      guint64 block = get_be (sink, table + i / (CLUSTER / 2) * 8, 8);
      g_assert_cmpuint (block, !=, 0);
      guint64 refcount = get_be (sink, block + i % (CLUSTER / 2) * 2, 2);
      g_assert_cmpuint (refcount, ==, g_array_index (counts, guint32, i));
      g_assert_cmpuint (refcount, >, 0);
    }
}

static void check_header (const Sink *sink, guint64 virtual_size)
{
  g_assert_cmpmem (sink->file->data, 4, "QFI\xfb", 4);
  g_assert_cmpuint (get_be (sink, 4, 4), ==, 3);
  g_assert_cmpuint (get_be (sink, 8, 8), ==, 0);
  g_assert_cmpuint (get_be (sink, 20, 4), ==, 16);
  g_assert_cmpuint (get_be (sink, 24, 8), ==, virtual_size);
  g_assert_cmpuint (get_be (sink, 60, 4), ==, 0);
  g_assert_cmpuint (get_be (sink, 72, 8) | get_be (sink, 80, 8) | get_be (sink, 88, 8), ==, 0);
  g_assert_cmpuint (get_be (sink, 96, 4), ==, 4);
  g_assert_cmpuint (get_be (sink, 100, 4), ==, 104);
  g_assert_cmpuint (get_be (sink, 104, 8), ==, 0);
}

/* Lays @pieces out, checks all, returns the size. */
static guint64 check_image (guint64 virtual_size, guint64 part_size, GArray *pieces)
{
  g_autoptr (GByteArray) file = g_byte_array_new ();
  g_autoptr (GByteArray) is_written = g_byte_array_new ();
  g_autoptr (GArray) counts = g_array_new (FALSE, TRUE, sizeof (guint32));
  g_autofree guint8 *data = g_malloc (CLUSTER);
  Sink sink = { file, is_written, part_size, 0, FALSE };
  g_autoptr (EmbarkQcow2Layout) layout = embark_qcow2_layout_new (virtual_size, part_size, bytes_written_cb, &sink);
  guint64 n_tables = 0, last_table = G_MAXUINT64;

  for (guint i = 0; i < pieces->len; i++)
    {
      const Piece *piece = &g_array_index (pieces, Piece, i);
      n_tables += piece->cluster / EMBARK_QCOW2_L2_ENTRIES != last_table;
      last_table = piece->cluster / EMBARK_QCOW2_L2_ENTRIES;
      fill_piece (piece, data);
      g_assert_true (embark_qcow2_layout_add (layout, piece->cluster, data, piece->length, NULL));
    }
  g_assert_true (embark_qcow2_layout_finish (layout, NULL));
  guint64 size = embark_qcow2_layout_get_size (layout);
  g_assert_true (sink.is_header_written);
  g_assert_cmpuint (sink.file->len, <=, size);
  g_assert_cmpuint (size, <=, embark_qcow2_layout_get_upper_bound (virtual_size, pieces->len, n_tables));
  grow (sink.file, size);
  g_array_set_size (counts, (guint) (size / CLUSTER));
  check_header (&sink, virtual_size);
  check_tables (&sink, pieces, virtual_size, counts);
  check_refcounts (&sink, counts);
  return size;
}

static void add_piece (GArray *pieces, guint64 cluster, gsize length)
{
  Piece piece = { cluster, length, (guint8) (cluster * 31 + length) };

  g_array_append_val (pieces, piece);
}

static void lays_out_an_empty_disk (void)
{
  static const guint64 sizes[] = {
    512, 65536, 65536 + 512, 512 << 20, (512 << 20) + 512, G_GUINT64_CONSTANT (64) << 40
  };
  g_autoptr (GArray) pieces = g_array_new (FALSE, FALSE, sizeof (Piece));

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    check_image (sizes[i], 8 << 20, pieces);
  g_assert_cmpuint (check_image (512, 8 << 20, pieces), ==, 4 * CLUSTER);
}

static void lays_out_random_disks (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (2026);

  for (guint round = 0; round < 60; round++)
    {
      g_autoptr (GArray) pieces = g_array_new (FALSE, FALSE, sizeof (Piece));
      guint64 part_size = (guint64) CLUSTER << g_rand_int_range (rand, 0, 6);
      gint n = g_rand_int_range (rand, 1, 150), plain_percent = g_rand_int_range (rand, 0, 101);
      gint max_step = round % 3 == 0 ? 20000 : round % 3 == 1 ? 2 : 50;
      gint max_length = round % 2 == 0 ? CLUSTER : 3000;
      guint64 cluster = 0;

      for (gint i = 0; i < n; i++)
        {
          gboolean is_plain = g_rand_int_range (rand, 0, 100) < plain_percent;
          add_piece (pieces, cluster, is_plain ? CLUSTER : (gsize) g_rand_int_range (rand, 1, max_length));
          cluster += (guint64) g_rand_int_range (rand, 1, max_step);
        }
      check_image (cluster * CLUSTER + 512, part_size, pieces);
    }
}

/* Deflated clusters between plain ones share a host cluster instead of taking one each. */
static void packs_behind_plain_clusters (void)
{
  g_autoptr (GArray) pieces = g_array_new (FALSE, FALSE, sizeof (Piece));

  for (guint i = 0; i < 40; i++)
    add_piece (pieces, i, i % 2 == 0 ? CLUSTER : 3000);
  g_assert_cmpuint (check_image (40 * CLUSTER, 8 << 20, pieces), ==, (1 + 20 + 1 + 4) * CLUSTER);
}

/* The worst there is: nothing fits together; the bound must still hold, exactly. */
static void bound_is_reached (void)
{
  g_autoptr (GArray) pieces = g_array_new (FALSE, FALSE, sizeof (Piece));

  for (guint i = 0; i < 100; i++)
    add_piece (pieces, i, i % 2 == 0 ? CLUSTER : 40000);
  guint64 size = check_image (100 * CLUSTER, 8 << 20, pieces);
  g_assert_cmpuint (size, ==, embark_qcow2_layout_get_upper_bound (100 * CLUSTER, 100, 1));
}

/* One byte each: 65536 would fit into one host cluster, one more than a refcount can say. */
static void stops_before_a_refcount_overflows (void)
{
  g_autoptr (GArray) pieces = g_array_new (FALSE, FALSE, sizeof (Piece));

  for (guint i = 0; i < 140000; i++)
    add_piece (pieces, i, 1);
  check_image (G_GUINT64_CONSTANT (140000) * CLUSTER, 8 << 20, pieces);
}

/* A refcount block describes 32768 clusters; beyond, there are several that also count each other. */
static void bound_counts_many_refcount_blocks (void)
{
  for (guint64 n = 32700; n < 32800; n++)
    {
      guint64 virtual_size = n * CLUSTER;
      guint64 bound = embark_qcow2_layout_get_upper_bound (virtual_size, n, 4) / CLUSTER;
      guint64 n_blocks = bound - 1 - n - 4 - 1 - 1;
      g_assert_cmpuint (n_blocks, ==, (bound + 32767) / 32768);
    }
}

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/qcow2-layout/empty", lays_out_an_empty_disk);
  g_test_add_func ("/qcow2-layout/random", lays_out_random_disks);
  g_test_add_func ("/qcow2-layout/pack", packs_behind_plain_clusters);
  g_test_add_func ("/qcow2-layout/bound", bound_is_reached);
  g_test_add_func ("/qcow2-layout/refcount-overflow", stops_before_a_refcount_overflows);
  g_test_add_func ("/qcow2-layout/refcount-blocks", bound_counts_many_refcount_blocks);
  return g_test_run ();
}
