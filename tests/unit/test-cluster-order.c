/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is tried and what is not: a wrong yes costs space in the object, a wrong no costs time. */
#include <string.h>
#include <zlib.h>

#include "model/stream/cluster-order.h"
#include "model/stream/qcow2-layout.h"

#define CLUSTER EMBARK_QCOW2_CLUSTER_SIZE
#define ROUNDS 200

typedef void (*FillFunc) (guint8 *to, GRand *rand);

static void fill_random (guint8 *to, GRand *rand)
{
  for (gsize i = 0; i < CLUSTER; i++)
    to[i] = (guint8) g_rand_int_range (rand, 0, 256);
}

static void fill_base64 (guint8 *to, GRand *rand)
{
  for (gsize i = 0; i < CLUSTER; i++)
    to[i] = (guint8) g_rand_int_range (rand, 32, 96);
}

/* As records are: a number, flags, and padding with a few random bytes between. */
static void fill_records (guint8 *to, GRand *rand)
{
  memset (to, 0, CLUSTER);
  for (gsize at = 0; at < CLUSTER; at += 32)
    {
      guint32 number = g_rand_int (rand);

      memcpy (to + at, &number, sizeof number);
      to[at + 12] = (guint8) (at / 32);
    }
}

/* The end of a picture and the beginning of a text. */
static void fill_half_and_half (guint8 *to, GRand *rand)
{
  fill_random (to, rand);
  for (gsize i = CLUSTER / 2; i < CLUSTER; i++)
    to[i] = (guint8) "an ordinary text "[i % 17];
}

/* Random bytes that come again within the window of the encoder. */
static void fill_repeated (guint8 *to, GRand *rand)
{
  for (gsize i = 0; i < CLUSTER; i++)
    to[i] = i < 2048 ? (guint8) g_rand_int_range (rand, 0, 256) : to[i - 2048];
}

/* What zlib makes of text at its best: random to whoever looks at bytes. */
static void fill_archive (guint8 *to, GRand *rand)
{
  gsize length = CLUSTER * 8;
  g_autofree guint8 *text = g_malloc (length);
  g_autofree guint8 *packed = g_malloc (compressBound (length));
  uLongf n_packed = compressBound (length);

  for (gsize i = 0; i < length; i++)
    text[i] = (guint8) g_rand_int_range (rand, 'a', 'z');
  g_assert_cmpint (compress2 (packed, &n_packed, text, length, 9), ==, Z_OK);
  g_assert_cmpuint (n_packed, >, CLUSTER + 1000);
  memcpy (to, packed + 1000, CLUSTER);
}

static guint count_random (FillFunc fill)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (11);
  g_autofree guint8 *cluster = g_malloc (CLUSTER);
  guint count = 0;

  for (guint i = 0; i < ROUNDS; i++)
    {
      fill (cluster, rand);
      count += embark_cluster_looks_random (cluster) ? 1 : 0;
    }
  return count;
}

/* Not each time: what is random may happen to be uneven, and then it is tried. */
static void knows_what_is_random (void)
{
  g_assert_cmpuint (count_random (fill_random), >, ROUNDS * 19 / 20);
}

static void lets_be_tried_what_shrinks (void)
{
  g_assert_cmpuint (count_random (fill_base64), ==, 0);
  g_assert_cmpuint (count_random (fill_records), ==, 0);
  g_assert_cmpuint (count_random (fill_half_and_half), ==, 0);
  g_assert_cmpuint (count_random (fill_repeated), ==, 0);
}

static void knows_archives (void)
{
  guint count = count_random (fill_archive);

  g_test_message ("%u of %u", count, ROUNDS);
  g_assert_cmpuint (count, >, ROUNDS / 2);
}

static void answers_by_the_bytes_alone (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (5);
  g_autofree guint8 *room = g_malloc (CLUSTER + 64);
  g_autofree guint8 *cluster = g_malloc (CLUSTER);

  for (guint i = 0; i < 64; i++)
    {
      fill_random (cluster, rand);
      memcpy (room + i, cluster, CLUSTER);
      g_assert_cmpint (embark_cluster_looks_random (room + i), ==, embark_cluster_looks_random (cluster));
    }
}

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cluster-order/random", knows_what_is_random);
  g_test_add_func ("/cluster-order/shrinks", lets_be_tried_what_shrinks);
  g_test_add_func ("/cluster-order/archives", knows_archives);
  g_test_add_func ("/cluster-order/same", answers_by_the_bytes_alone);
  return g_test_run ();
}
