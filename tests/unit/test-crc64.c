/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The check values are those COS answers with; combining must equal summing up in one go. */
#include <string.h>

#include "model/stream/crc64.h"

static void check_values_are_those_of_cos (void)
{
  g_assert_cmpuint (embark_crc64 (0, "", 0), ==, 0);
  g_assert_cmpuint (embark_crc64 (0, "123456789", 9), ==, G_GUINT64_CONSTANT (11051210869376104954));
  g_assert_cmpuint (embark_crc64 (0, "[Object Part]", 13), ==, G_GUINT64_CONSTANT (4510578591875220731));
  g_assert_cmpuint (embark_crc64 (0, "ObjectContent", 13), ==, G_GUINT64_CONSTANT (2900061071848923409));
}

static void continues_from_a_value (void)
{
  guint64 crc = embark_crc64 (0, "1234", 4);

  g_assert_cmpuint (embark_crc64 (crc, "56789", 5), ==, G_GUINT64_CONSTANT (11051210869376104954));
}

static void combines_any_split (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (64);
  guint8 data[5000];

  for (gsize i = 0; i < sizeof data; i++)
    data[i] = (guint8) g_rand_int (rand);
  guint64 whole = embark_crc64 (0, data, sizeof data);
  for (guint i = 0; i < 200; i++)
    {
      gsize split = i == 0 ? 0 : i == 1 ? sizeof data : (gsize) g_rand_int_range (rand, 0, sizeof data);
      guint64 head = embark_crc64 (0, data, split);
      guint64 tail = embark_crc64 (0, data + split, sizeof data - split);

      g_assert_cmphex (embark_crc64_combine (head, tail, sizeof data - split), ==, whole);
    }
}

static void combines_in_any_order_of_three (void)
{
  guint64 a = embark_crc64 (0, "123", 3), b = embark_crc64 (0, "45", 2), c = embark_crc64 (0, "6789", 4);
  guint64 left = embark_crc64_combine (embark_crc64_combine (a, b, 2), c, 4);
  guint64 right = embark_crc64_combine (a, embark_crc64_combine (b, c, 4), 6);

  g_assert_cmpuint (left, ==, G_GUINT64_CONSTANT (11051210869376104954));
  g_assert_cmpuint (right, ==, left);
}

/* 8 GiB of zeroes, by doubling: longer than 32 bits can count. */
static void combines_long_lengths (void)
{
  g_autofree guint8 *zeroes = g_malloc0 (1 << 20);
  guint64 crc = embark_crc64 (0, zeroes, 1 << 20);
  guint64 length = 1 << 20, summed = crc;

  for (guint i = 1; i < 16; i++)
    summed = embark_crc64 (summed, zeroes, 1 << 20);
  for (; length < 16 << 20; length *= 2)
    crc = embark_crc64_combine (crc, crc, length);
  g_assert_cmphex (crc, ==, summed);
  guint64 one = embark_crc64 (0, "x", 1);
  guint64 at_once = embark_crc64_combine (one, 0, G_GUINT64_CONSTANT (3) << 33);
  guint64 in_steps = one;
  for (guint i = 0; i < 6; i++)
    in_steps = embark_crc64_combine (in_steps, 0, G_GUINT64_CONSTANT (1) << 32);
  g_assert_cmphex (at_once, ==, in_steps);
}

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/crc64/check-values", check_values_are_those_of_cos);
  g_test_add_func ("/crc64/continue", continues_from_a_value);
  g_test_add_func ("/crc64/combine", combines_any_split);
  g_test_add_func ("/crc64/combine-three", combines_in_any_order_of_three);
  g_test_add_func ("/crc64/combine-long", combines_long_lengths);
  return g_test_run ();
}
