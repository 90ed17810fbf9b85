/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whatever is deflated must come back through zlib with the window QEMU uses: 4 KiB. */
#include <string.h>
#include <zlib.h>

#include "model/stream/cluster-codec.h"

#define CLUSTER EMBARK_QCOW2_CLUSTER_SIZE

typedef void (*FillFunc) (guint8 *to, GRand *rand);

static void fill_words (guint8 *to, GRand *rand)
{
  static const char *const words[] = { "disk ", "cluster ", "refcount ", "table ", "\n", "window ", "0x00 " };
  gsize at = 0;

  while (at < CLUSTER)
    {
      const char *word = words[g_rand_int_range (rand, 0, G_N_ELEMENTS (words))];
      gsize n = MIN (strlen (word), CLUSTER - at);
      memcpy (to + at, word, n);
      at += n;
    }
}

static void fill_random (guint8 *to, GRand *rand)
{
  for (gsize i = 0; i < CLUSTER; i++)
    to[i] = (guint8) g_rand_int_range (rand, 0, 256);
}

/* Six bits a byte: shrinks by a quarter, without any match. */
static void fill_base64 (guint8 *to, GRand *rand)
{
  for (gsize i = 0; i < CLUSTER; i++)
    to[i] = (guint8) g_rand_int_range (rand, 32, 96);
}

static void fill_one_byte (guint8 *to, GRand *rand)
{
  memset (to, g_rand_int_range (rand, 1, 256), CLUSTER);
}

static void fill_last_byte (guint8 *to, GRand *rand)
{
  memset (to, 0, CLUSTER);
  to[CLUSTER - 1] = 1;
}

/* The same 6000 letters again and again: matches that are longest beyond the window, to tempt the encoder. */
static void fill_far_repeats (guint8 *to, GRand *rand)
{
  for (gsize i = 0; i < CLUSTER; i++)
    to[i] = i < 6000 ? (guint8) g_rand_int_range (rand, 'a', 'a' + 20) : to[i - 6000];
}

static void fill_near_repeats (guint8 *to, GRand *rand)
{
  gsize distance = (gsize) g_rand_int_range (rand, 4000, 4200);

  for (gsize i = 0; i < CLUSTER; i++)
    to[i] = i < distance ? (guint8) g_rand_int_range (rand, 'a', 'a' + 20) : to[i - distance];
}

static void inflate_as_qemu (const guint8 *data, gsize length, guint8 *out)
{
  z_stream stream = { 0 };

  stream.next_in = (Bytef *) data;
  stream.avail_in = (uInt) length;
  stream.next_out = out;
  stream.avail_out = CLUSTER;
  g_assert_cmpint (inflateInit2 (&stream, -12), ==, Z_OK);
  g_assert_cmpint (inflate (&stream, Z_FINISH), ==, Z_STREAM_END);
  g_assert_cmpuint (stream.total_out, ==, CLUSTER);
  g_assert_cmpuint (stream.avail_in, ==, 0);
  inflateEnd (&stream);
}

static void check_round_trips (FillFunc fill, gboolean is_shrinkable)
{
  static const EmbarkStreamLevel levels[] = { EMBARK_STREAM_FAST, EMBARK_STREAM_SMALL };
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  g_autofree guint8 *in = g_malloc (CLUSTER);
  g_autofree guint8 *out = g_malloc (CLUSTER);
  g_autofree guint8 *back = g_malloc (CLUSTER);

  for (guint i = 0; i < G_N_ELEMENTS (levels); i++)
    {
      g_autoptr (EmbarkClusterCodec) codec = embark_cluster_codec_new (levels[i]);

      for (guint round = 0; round < 20; round++)
        {
          fill (in, rand);
          gsize length = embark_cluster_codec_encode (codec, in, out);
          g_assert_cmpuint (length, >, 0);
          g_assert_cmpint (length < CLUSTER, ==, is_shrinkable);
          if (length == CLUSTER)
            continue;
          memset (back, 0xaa, CLUSTER);
          inflate_as_qemu (out, length, back);
          g_assert_cmpmem (back, CLUSTER, in, CLUSTER);
        }
    }
}

static void shrinks_words (void)
{
  check_round_trips (fill_words, TRUE);
}

static void shrinks_base64 (void)
{
  check_round_trips (fill_base64, TRUE);
}

static void shrinks_one_byte (void)
{
  check_round_trips (fill_one_byte, TRUE);
}

static void keeps_the_last_byte (void)
{
  check_round_trips (fill_last_byte, TRUE);
}

static void stays_within_the_window (void)
{
  check_round_trips (fill_far_repeats, TRUE);
  check_round_trips (fill_near_repeats, TRUE);
}

static void stores_random_data_plain (void)
{
  check_round_trips (fill_random, FALSE);
}

static void finds_zeroes (void)
{
  static const EmbarkStreamLevel levels[] = { EMBARK_STREAM_FAST, EMBARK_STREAM_SMALL, EMBARK_STREAM_PLAIN };
  g_autofree guint8 *in = g_malloc0 (CLUSTER);
  g_autofree guint8 *out = g_malloc (CLUSTER);

  for (guint i = 0; i < G_N_ELEMENTS (levels); i++)
    {
      g_autoptr (EmbarkClusterCodec) codec = embark_cluster_codec_new (levels[i]);

      g_assert_cmpuint (embark_cluster_codec_encode (codec, in, out), ==, 0);
      for (gsize at = 0; at < CLUSTER; at = at * 2 + 1)
        {
          in[at] = 0x80;
          g_assert_cmpuint (embark_cluster_codec_encode (codec, in, out), !=, 0);
          in[at] = 0;
        }
    }
}

static void plain_level_never_deflates (void)
{
  g_autoptr (EmbarkClusterCodec) codec = embark_cluster_codec_new (EMBARK_STREAM_PLAIN);
  g_autofree guint8 *in = g_malloc (CLUSTER);
  g_autofree guint8 *out = g_malloc (CLUSTER);

  memset (in, 'x', CLUSTER);
  g_assert_cmpuint (embark_cluster_codec_encode (codec, in, out), ==, CLUSTER);
}

/* A few bytes whose first, second and third position are each found again: what the encoder does at its start shows. */
static void fill_start_again (guint8 *to, GRand *rand)
{
  memset (to, 'a', CLUSTER);
  for (gsize i = 0; i < 8; i++)
    to[i] = (guint8) g_rand_int_range (rand, 0, 256);
  for (gsize i = 0; i < 3; i++)
    memcpy (to + 100 + i * 50, to + i, 5);
}

/* Neither what was encoded before nor where the codec lies in memory may be seen in the bytes. */
static void is_the_same_from_any_codec (gconstpointer user_data)
{
  EmbarkStreamLevel level = GPOINTER_TO_INT (user_data);
  FillFunc fills[] = { fill_words, fill_base64, fill_near_repeats, fill_random };
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);
  g_autoptr (GPtrArray) codecs = g_ptr_array_new_with_free_func ((GDestroyNotify) embark_cluster_codec_free);
  g_autofree guint8 *in = g_malloc (CLUSTER);
  g_autofree guint8 *first = g_malloc0 (CLUSTER);
  g_autofree guint8 *other = g_malloc0 (CLUSTER);

  for (guint i = 0; i < 4; i++)
    g_ptr_array_add (codecs, embark_cluster_codec_new (level));
  for (guint round = 0; round < 3000; round++)
    {
      FillFunc fill = round < 100 ? fills[round % G_N_ELEMENTS (fills)] : fill_start_again;

      fill (in, rand);
      gsize n_first = embark_cluster_codec_encode (g_ptr_array_index (codecs, 0), in, first);
      for (guint i = 1; i < codecs->len; i++)
        {
          gsize n_other = embark_cluster_codec_encode (g_ptr_array_index (codecs, i), in, other);

          g_assert_cmpuint (n_first, ==, n_other);
          if (n_first < CLUSTER)
            g_assert_cmpmem (first, n_first, other, n_other);
        }
    }
}

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cluster-codec/words", shrinks_words);
  g_test_add_func ("/cluster-codec/base64", shrinks_base64);
  g_test_add_func ("/cluster-codec/one-byte", shrinks_one_byte);
  g_test_add_func ("/cluster-codec/last-byte", keeps_the_last_byte);
  g_test_add_func ("/cluster-codec/window", stays_within_the_window);
  g_test_add_func ("/cluster-codec/random", stores_random_data_plain);
  g_test_add_func ("/cluster-codec/zero", finds_zeroes);
  g_test_add_func ("/cluster-codec/plain", plain_level_never_deflates);
  g_test_add_data_func ("/cluster-codec/same-fast", GINT_TO_POINTER (EMBARK_STREAM_FAST), is_the_same_from_any_codec);
  g_test_add_data_func ("/cluster-codec/same-small", GINT_TO_POINTER (EMBARK_STREAM_SMALL), is_the_same_from_any_codec);
  return g_test_run ();
}
