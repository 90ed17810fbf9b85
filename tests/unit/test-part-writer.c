/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Parts from writes that leave gaps and go back, as those of an image do.
 */
#include <string.h>

#include "model/base/errors.h"
#include "model/stream/crc64.h"
#include "model/stream/part-writer.h"

#define PART ((gsize) 1 << 20)

typedef struct
{
  GByteArray *whole;   /* as the bucket would put it together */
  GString *order;      /* "2 3 1 " */
  guint64 part_crc64s; /* of those whose checksum was right */
} Bucket;

static gboolean take_part_cb (guint number, GBytes *bytes, guint64 crc64, gpointer data, GCancellable *cancellable,
                              GError **error)
{
  Bucket *bucket = data;
  gsize length = 0, begin = (number - 1) * PART;
  const guint8 *content = g_bytes_get_data (bytes, &length);

  if (bucket->whole->len < begin + length)
    g_byte_array_set_size (bucket->whole, (guint) (begin + length));
  memcpy (bucket->whole->data + begin, content, length);
  g_string_append_printf (bucket->order, "%u ", number);
  bucket->part_crc64s += crc64 == embark_crc64 (0, content, length);
  return TRUE;
}

/* Fills what malloc gives next with something else than 0. */
static void soil_memory (void)
{
  gpointer blocks[4];

  for (guint i = 0; i < G_N_ELEMENTS (blocks); i++)
    {
      blocks[i] = g_malloc (PART);
      memset (blocks[i], 0xa5, PART);
    }
  for (guint i = 0; i < G_N_ELEMENTS (blocks); i++)
    g_free (blocks[i]);
}

typedef struct
{
  guint64 offset;
  gsize length;
} Piece;

/* Writes the pieces and compares what arrives with the same done in one cleared piece of memory. */
static void assert_parts (const Piece *pieces, gsize n_pieces, guint64 size, const char *order)
{
  Bucket bucket = { g_byte_array_new (), g_string_new (NULL), 0 };
  g_autofree guint8 *expected = g_malloc0 (size);
  g_autofree guint8 *data = g_malloc (size);
  g_autoptr (GError) error = NULL;

  soil_memory ();
  g_autoptr (EmbarkPartWriter) writer = embark_part_writer_new (PART, take_part_cb, &bucket, NULL);
  for (gsize i = 0; i < n_pieces; i++)
    {
      memset (data, (int) (i + 1), pieces[i].length);
      memcpy (expected + pieces[i].offset, data, pieces[i].length);
      embark_part_writer_write_cb (pieces[i].offset, data, pieces[i].length, writer, &error);
      g_assert_no_error (error);
      soil_memory ();
    }
  embark_part_writer_finish (writer, size, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (bucket.whole->data, bucket.whole->len, expected, size);
  g_assert_cmpstr (bucket.order->str, ==, order);
  g_assert_cmpuint (bucket.part_crc64s, ==, embark_part_writer_get_n_parts (writer));
  g_assert_cmphex (embark_part_writer_get_crc64 (writer), ==, embark_crc64 (0, expected, size));
  g_byte_array_unref (bucket.whole);
  g_string_free (bucket.order, TRUE);
}

static void test_one_part (void)
{
  const Piece pieces[] = { { 65536, 100 }, { 131072, 7 }, { 65636, 50 }, { 0, 112 } };

  assert_parts (pieces, G_N_ELEMENTS (pieces), 196608, "1 ");
}

static void test_gaps_are_zero (void)
{
  const Piece pieces[] = { { 65536, 3 },      { PART - 5, 10 },     { PART + 70000, 9 },
                           { PART + 30, 40 }, { 3 * PART + 17, 1 }, { 0, 112 } };

  assert_parts (pieces, G_N_ELEMENTS (pieces), 4 * PART - 65536, "2 3 4 1 ");
}

static void test_only_the_end (void)
{
  const Piece pieces[] = { { 0, 1 } };

  assert_parts (pieces, G_N_ELEMENTS (pieces), 2 * PART + 1, "2 3 1 ");
}

static void test_one_write_over_parts (void)
{
  const Piece pieces[] = { { 10, 3 * PART } };

  assert_parts (pieces, G_N_ELEMENTS (pieces), 3 * PART + 10, "2 3 4 1 ");
}

static gboolean count_cb (guint number, GBytes *bytes, guint64 crc64, gpointer data, GCancellable *cancellable,
                          GError **error)
{
  guint *n_parts = data;

  (*n_parts)++;
  return TRUE;
}

static void test_too_many_parts (void)
{
  guint n_parts = 0;
  g_autoptr (GError) error = NULL;
  g_autoptr (EmbarkPartWriter) writer = embark_part_writer_new (1, count_cb, &n_parts, NULL);

  g_assert_true (embark_part_writer_write_cb (EMBARK_MAX_PARTS - 1, (const guint8 *) "x", 1, writer, &error));
  g_assert_no_error (error);
  g_assert_false (embark_part_writer_write_cb (EMBARK_MAX_PARTS, (const guint8 *) "x", 1, writer, &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_SOURCE_CHANGED);
  /* All but the first, which is complete last. */
  g_assert_cmpuint (n_parts, ==, EMBARK_MAX_PARTS - 1);
}

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/part-writer/one-part", test_one_part);
  g_test_add_func ("/part-writer/gaps-are-zero", test_gaps_are_zero);
  g_test_add_func ("/part-writer/only-the-end", test_only_the_end);
  g_test_add_func ("/part-writer/one-write-over-parts", test_one_write_over_parts);
  g_test_add_func ("/part-writer/too-many-parts", test_too_many_parts);
  return g_test_run ();
}
