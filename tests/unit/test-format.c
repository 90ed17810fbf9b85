/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sizes, durations and dates in words, with a clock given by the test.
 */
#include "gui/format.h"

static void test_part (void)
{
  g_autofree char *text = embark_format_part (2300000000, 3700000000);

  g_assert_cmpstr (text, ==, "2.3\302\240GB of 3.7\302\240GB");
}

static void test_speed (void)
{
  g_autofree char *known = embark_format_speed (4100000);
  g_autofree char *unknown = embark_format_speed (0);

  g_assert_cmpstr (known, ==, "4.1\302\240MB/s");
  g_assert_cmpstr (unknown, ==, "");
}

static void test_time_left (void)
{
  static const struct
  {
    gint64 seconds;
    const char *words;
  } cases[] = {
    { -1, "" },
    { 0, "less than a minute left" },
    { 59, "less than a minute left" },
    { 60, "about 1 minute left" },
    { 89, "about 1 minute left" },
    { 90, "about 2 minutes left" },
    { 360, "about 6 minutes left" },
    { 89 * 60, "about 89 minutes left" },
    { 90 * 60, "about 2 hours left" },
    { 47 * 3600, "about 47 hours left" },
    { 3 * 86400, "about 3 days left" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = embark_format_time_left (cases[i].seconds);

      g_assert_cmpstr (text, ==, cases[i].words);
    }
}

static void test_duration (void)
{
  g_autofree char *one = embark_format_duration (1);
  g_autofree char *many = embark_format_duration (59);

  g_assert_cmpstr (one, ==, "1 second");
  g_assert_cmpstr (many, ==, "59 seconds");
}

static gint64 at (int day, int hour, int minute)
{
  g_autoptr (GDateTime) time = g_date_time_new_local (2026, 11, day, hour, minute, 0);

  return g_date_time_to_unix (time);
}

static void test_when (void)
{
  const struct
  {
    gint64 then;
    const char *words;
  } cases[] = {
    { at (22, 15, 0) - 59, "just now" },
    { at (22, 15, 0) - 60, "1 minute ago" },
    { at (22, 14, 20), "40 minutes ago" },
    { at (22, 14, 0), "today at 14:00" },
    { at (22, 0, 1), "today at 00:01" },
    { at (21, 23, 59), "yesterday at 23:59" },
    { at (3, 9, 30), "3 November 2026" },
    /* A clock that was set back must not say nonsense. */
    { at (22, 15, 30), "today at 15:30" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = embark_format_when (cases[i].then, at (22, 15, 0));

      g_assert_cmpstr (text, ==, cases[i].words);
    }
}

static void test_clock (void)
{
  g_autofree char *text = embark_format_clock (at (22, 14, 2));

  g_assert_cmpstr (text, ==, "14:02");
}

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/format/part", test_part);
  g_test_add_func ("/format/speed", test_speed);
  g_test_add_func ("/format/time-left", test_time_left);
  g_test_add_func ("/format/duration", test_duration);
  g_test_add_func ("/format/when", test_when);
  g_test_add_func ("/format/clock", test_clock);
  return g_test_run ();
}
