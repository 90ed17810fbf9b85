/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/base/rate.h"

#define SECOND G_USEC_PER_SEC
#define MIB (1024.0 * 1024)

static void test_unknown (void)
{
  g_autoptr (EmbarkRate) rate = embark_rate_new ();

  g_assert_cmpfloat (embark_rate_get (rate), ==, 0);
  g_assert_cmpint (embark_rate_seconds_left (rate, 100), ==, -1);
  g_assert_cmpint (embark_rate_seconds_left (rate, 0), ==, 0);

  embark_rate_add (rate, 5 * SECOND, 1000);
  g_assert_cmpfloat (embark_rate_get (rate), ==, 0);

  embark_rate_add (rate, 5 * SECOND + SECOND / 4, 2000); /* too short to say */
  g_assert_cmpfloat (embark_rate_get (rate), ==, 0);

  embark_rate_add (rate, 6 * SECOND, 3000);
  g_assert_cmpfloat_with_epsilon (embark_rate_get (rate), 2000, 1);
}

static void test_steady (void)
{
  g_autoptr (EmbarkRate) rate = embark_rate_new ();

  for (int ms = 0; ms <= 60000; ms += 7)
    embark_rate_add (rate, (gint64) ms * 1000, (guint64) (ms * MIB / 1000));
  g_assert_cmpfloat_with_epsilon (embark_rate_get (rate), MIB, MIB / 100);
  g_assert_cmpint (embark_rate_seconds_left (rate, (guint64) (30 * MIB)), >=, 29);
  g_assert_cmpint (embark_rate_seconds_left (rate, (guint64) (30 * MIB)), <=, 31);
}

/* What was before the last ten seconds counts no more. */
static void test_window (void)
{
  g_autoptr (EmbarkRate) rate = embark_rate_new ();
  guint64 bytes = 0;

  for (int s = 0; s <= 20; s++, bytes += 1000000)
    embark_rate_add (rate, s * SECOND, bytes);
  bytes -= 1000000;
  for (int s = 21; s <= 30; s++)
    embark_rate_add (rate, s * SECOND, bytes += 10);
  g_assert_cmpfloat_with_epsilon (embark_rate_get (rate), 10, 0.001);

  for (int s = 31; s <= 40; s++)
    embark_rate_add (rate, s * SECOND, bytes);
  g_assert_cmpfloat (embark_rate_get (rate), ==, 0);
  g_assert_cmpint (embark_rate_seconds_left (rate, 1), ==, -1);
}

/* Two samples a minute apart: the bytes are spread over it. */
static void test_gap (void)
{
  g_autoptr (EmbarkRate) rate = embark_rate_new ();

  embark_rate_add (rate, 0, 0);
  embark_rate_add (rate, 60 * SECOND, 60000);
  g_assert_cmpfloat_with_epsilon (embark_rate_get (rate), 1000, 0.01);
}

static void test_starts_over (void)
{
  g_autoptr (EmbarkRate) rate = embark_rate_new ();

  embark_rate_add (rate, 0, 1000);
  embark_rate_add (rate, SECOND, 9000);
  embark_rate_add (rate, 2 * SECOND, 500);
  g_assert_cmpfloat (embark_rate_get (rate), ==, 0);
  embark_rate_add (rate, 3 * SECOND, 700);
  g_assert_cmpfloat_with_epsilon (embark_rate_get (rate), 200, 0.01);

  embark_rate_add (rate, SECOND, 800); /* the clock went back */
  g_assert_cmpfloat (embark_rate_get (rate), ==, 0);
}

static void test_extremes (void)
{
  g_autoptr (EmbarkRate) rate = embark_rate_new ();

  embark_rate_add (rate, 0, 0);
  embark_rate_add (rate, 10 * SECOND, 1);
  g_assert_cmpint (embark_rate_seconds_left (rate, G_MAXUINT64), ==, -1);
  embark_rate_add (rate, 11 * SECOND, G_MAXUINT64);
  g_assert_cmpfloat (embark_rate_get (rate), >, 1e17);
}

int main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rate/unknown", test_unknown);
  g_test_add_func ("/rate/steady", test_steady);
  g_test_add_func ("/rate/window", test_window);
  g_test_add_func ("/rate/gap", test_gap);
  g_test_add_func ("/rate/starts-over", test_starts_over);
  g_test_add_func ("/rate/extremes", test_extremes);
  return g_test_run ();
}
