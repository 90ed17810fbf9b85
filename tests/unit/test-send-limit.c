/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/send-limit.h"

#define AT(hour, minute) ((hour) *60 + (minute))

static void test_hours (void)
{
  const EmbarkSendLimit always = { .bytes_per_second = 7 };
  const EmbarkSendLimit day = { 7, TRUE, AT (8, 0), AT (18, 30) };
  const EmbarkSendLimit night = { 7, TRUE, AT (22, 0), AT (6, 0) };
  const EmbarkSendLimit whole = { 7, TRUE, AT (9, 0), AT (9, 0) };
  const struct
  {
    const EmbarkSendLimit *limit;
    guint minute;
    guint64 expected;
  } rows[] = {
    { &always, 0, 7 },         { &always, AT (23, 59), 7 }, { &day, AT (7, 59), 0 },   { &day, AT (8, 0), 7 },
    { &day, AT (18, 29), 7 },  { &day, AT (18, 30), 0 },    { &day, AT (0, 0), 0 },    { &night, AT (21, 59), 0 },
    { &night, AT (22, 0), 7 }, { &night, AT (0, 0), 7 },    { &night, AT (5, 59), 7 }, { &night, AT (6, 0), 0 },
    { &night, AT (12, 0), 0 }, { &whole, AT (3, 0), 7 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpuint (embark_send_limit_get (rows[i].limit, rows[i].minute), ==, rows[i].expected);
}

static void test_amounts (void)
{
  static const struct
  {
    const char *text;
    guint64 expected;
  } rows[] = {
    { "none", 0 },         { "0", 0 },       { "800k", 800000 }, { "5M", 5000000 },    { "1.5M", 1500000 },
    { "2 MB/s", 2000000 }, { "2000", 2000 }, { "3kB", 3000 },    { "1g", 1000000000 },
  };
  static const char *const wrong[] = { "",     "fast", "-5M", "5X",  "M",     "999", "0.5k",
                                       "1e99", "nan",  "inf", "5MM", "0x10M", "1 2M" };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      guint64 value = 1;

      g_assert_true (embark_send_limit_parse (rows[i].text, &value));
      g_assert_cmpuint (value, ==, rows[i].expected);
    }
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      guint64 value = 1;

      if (embark_send_limit_parse (wrong[i], &value))
        g_error ("“%s” was taken for %" G_GUINT64_FORMAT, wrong[i], value);
      g_assert_cmpuint (value, ==, 1);
    }
}

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/send-limit/hours", test_hours);
  g_test_add_func ("/send-limit/amounts", test_amounts);
  return g_test_run ();
}
