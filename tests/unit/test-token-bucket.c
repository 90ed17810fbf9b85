/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The limit of bytes per second, by a clock of our own.
 */
#include "model/cloud/token-bucket.h"

#define WANTED (512 * 1024)
#define HOUR_US ((gint64) 3600 * G_USEC_PER_SEC)

/* What a sender gets in @seconds that asks whenever it is worth it, and how often it asked. */
static guint64 send (EmbarkTokenBucket *bucket, gint64 *now_us, guint seconds, guint *ret_asked)
{
  gint64 end_us = *now_us + (gint64) seconds * G_USEC_PER_SEC;
  guint64 sent = 0;

  *ret_asked = 0;
  while (*now_us < end_us)
    {
      gint64 wait_us = embark_token_bucket_get_wait_us (bucket, *now_us);

      *now_us += wait_us;
      sent += embark_token_bucket_take (bucket, WANTED, *now_us);
      ++*ret_asked;
    }
  return sent;
}

static void test_rate (void)
{
  static const guint64 rates[] = { 1, 1000, 100 * 1000, 12500 * 1000, 125 * 1000 * 1000 };

  for (gsize i = 0; i < G_N_ELEMENTS (rates); i++)
    {
      EmbarkTokenBucket bucket = { 0 };
      gint64 now_us = 77;
      guint asked, seconds = rates[i] < 1024 ? 10 * 1024 : 10;
      guint64 sent;

      embark_token_bucket_set_rate (&bucket, rates[i], now_us);
      sent = send (&bucket, &now_us, seconds, &asked);
      /* Never more than the rate and one portion; nearly all of it. */
      g_assert_cmpuint (sent, <=, rates[i] * seconds + MAX (rates[i] / 4, 1024) + 1024);
      g_assert_cmpuint (sent, >=, rates[i] * seconds - MAX (rates[i] * seconds / 20, 1024));
      g_assert_cmpuint (asked, <=, MAX (60 * seconds, rates[i] * seconds / (256 * 1024)));
    }
}

static void test_no_limit (void)
{
  EmbarkTokenBucket bucket = { 0 };

  g_assert_cmpuint (embark_token_bucket_take (&bucket, WANTED, 0), ==, WANTED);
  g_assert_cmpint (embark_token_bucket_get_wait_us (&bucket, 0), ==, 0);
}

/* After an idle hour no more than a quarter of a second's worth goes out at once. */
static void test_burst (void)
{
  EmbarkTokenBucket bucket = { 0 };

  embark_token_bucket_set_rate (&bucket, 1000 * 1000, 0);
  g_assert_cmpuint (embark_token_bucket_take (&bucket, WANTED, HOUR_US), ==, 250 * 1000);
  g_assert_cmpuint (embark_token_bucket_take (&bucket, WANTED, HOUR_US), ==, 0);
  /* A clock that goes back is no gift. */
  g_assert_cmpuint (embark_token_bucket_take (&bucket, WANTED, 0), ==, 0);
}

static void test_change (void)
{
  EmbarkTokenBucket bucket = { 0 };

  embark_token_bucket_set_rate (&bucket, 1024, 0);
  g_assert_cmpint (embark_token_bucket_get_wait_us (&bucket, 0), >, 900 * 1000);
  embark_token_bucket_set_rate (&bucket, 1024, 500 * 1000);
  g_assert_cmpint (embark_token_bucket_get_wait_us (&bucket, 500 * 1000), <, 600 * 1000);
  embark_token_bucket_set_rate (&bucket, 1000 * 1000, 500 * 1000);
  g_assert_cmpint (embark_token_bucket_get_wait_us (&bucket, 500 * 1000), <, 50 * 1000);
  embark_token_bucket_set_rate (&bucket, 0, 500 * 1000);
  g_assert_cmpuint (embark_token_bucket_take (&bucket, WANTED, 500 * 1000), ==, WANTED);
}

/* The last bytes of a body need not wait for a whole portion. */
static void test_crumbs (void)
{
  EmbarkTokenBucket bucket = { 0 };

  embark_token_bucket_set_rate (&bucket, 1024, 0);
  g_assert_cmpuint (embark_token_bucket_take (&bucket, 10, 5 * 1000), ==, 0);
  g_assert_cmpuint (embark_token_bucket_take (&bucket, 10, 10 * 1000), ==, 10);
}

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/token-bucket/rate", test_rate);
  g_test_add_func ("/token-bucket/no-limit", test_no_limit);
  g_test_add_func ("/token-bucket/burst", test_burst);
  g_test_add_func ("/token-bucket/change", test_change);
  g_test_add_func ("/token-bucket/crumbs", test_crumbs);
  return g_test_run ();
}
