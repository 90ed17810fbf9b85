/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which failures are tried again, by the table of the rules.
 */
#include "model/cloud/retry.h"

static const struct
{
  guint status;
  const char *code, *message;
  gboolean is_idempotent;
  EmbarkRetryAction action;
} table[] = {
  { 0, NULL, NULL, TRUE, EMBARK_RETRY_WAIT },
  { 0, NULL, NULL, FALSE, EMBARK_RETRY_NEVER },
  { 500, "InternalError", NULL, TRUE, EMBARK_RETRY_WAIT },
  { 500, "InternalError", NULL, FALSE, EMBARK_RETRY_NEVER },
  { 500, "", NULL, TRUE, EMBARK_RETRY_WAIT },
  { 501, "NotImplemented", NULL, TRUE, EMBARK_RETRY_NEVER },
  { 502, NULL, NULL, TRUE, EMBARK_RETRY_WAIT },
  { 503, "ServiceUnavailable", NULL, TRUE, EMBARK_RETRY_WAIT },
  { 503, "SlowDown", NULL, TRUE, EMBARK_RETRY_WAIT },
  { 503, "SlowDown", NULL, FALSE, EMBARK_RETRY_WAIT },
  { 400, "RequestTimeout", NULL, TRUE, EMBARK_RETRY_WAIT },
  { 400, "IncompleteBody", NULL, TRUE, EMBARK_RETRY_WAIT },
  { 400, "BadDigest", NULL, TRUE, EMBARK_RETRY_WAIT },
  { 400, "UserNetworkTooSlow", NULL, TRUE, EMBARK_RETRY_WAIT },
  { 409, "PathConflict", NULL, TRUE, EMBARK_RETRY_WAIT },
  { 400, "InvalidDigest", NULL, TRUE, EMBARK_RETRY_NEVER },
  { 400, "EntityTooSmall", NULL, TRUE, EMBARK_RETRY_NEVER },
  { 403, "SignatureDoesNotMatch", NULL, TRUE, EMBARK_RETRY_NEVER },
  { 403, "InvalidAccessKeyId", NULL, TRUE, EMBARK_RETRY_NEVER },
  { 403, "AccessDenied", "Access Denied.", TRUE, EMBARK_RETRY_NEVER },
  { 403, "AccessDenied", "Request has expired", TRUE, EMBARK_RETRY_CLOCK },
  { 403, "RequestTimeTooSkewed", NULL, TRUE, EMBARK_RETRY_CLOCK },
  { 403, "", NULL, TRUE, EMBARK_RETRY_CLOCK },
  { 404, "", NULL, TRUE, EMBARK_RETRY_NEVER },
  { 404, "NoSuchBucket", NULL, TRUE, EMBARK_RETRY_NEVER },
  { 404, "NoSuchUpload", NULL, TRUE, EMBARK_RETRY_NEVER },
  { 301, NULL, NULL, TRUE, EMBARK_RETRY_NEVER },
  /* CVM answers 200 and says no inside; COS does so when it completes an upload. */
  { 200, "InternalError", NULL, TRUE, EMBARK_RETRY_WAIT },
  { 200, "InternalError", NULL, FALSE, EMBARK_RETRY_NEVER },
  { 200, "InternalServerError", NULL, TRUE, EMBARK_RETRY_WAIT },
  { 200, "RequestLimitExceeded", NULL, FALSE, EMBARK_RETRY_WAIT },
  { 200, "RequestLimitExceeded.UinLimitExceeded", NULL, FALSE, EMBARK_RETRY_WAIT },
  { 200, "AuthFailure.SignatureExpire", NULL, FALSE, EMBARK_RETRY_CLOCK },
  { 200, "AuthFailure.SignatureFailure", NULL, TRUE, EMBARK_RETRY_NEVER },
  { 200, "UnauthorizedOperation", NULL, TRUE, EMBARK_RETRY_NEVER },
  { 200, "InvalidImageName.Duplicate", NULL, TRUE, EMBARK_RETRY_NEVER },
};

static void test_table (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    {
      EmbarkRetryCase failure = { table[i].status, table[i].code, table[i].message, 1, 3, table[i].is_idempotent };

      g_test_message ("%u %s", failure.status, failure.code != NULL ? failure.code : "-");
      g_assert_cmpint (embark_retry_decide (&failure), ==, table[i].action);
      failure.attempt = 2;
      g_assert_cmpint (embark_retry_decide (&failure), ==, table[i].action);
      failure.attempt = 3;
      g_assert_cmpint (embark_retry_decide (&failure), ==, EMBARK_RETRY_NEVER);
    }
}

static void test_delay (void)
{
  g_assert_cmpuint (embark_retry_delay_ms (1, 500, 0), ==, 500);
  g_assert_cmpuint (embark_retry_delay_ms (1, 500, 1), ==, 250);
  g_assert_cmpuint (embark_retry_delay_ms (2, 500, 0), ==, 1000);
  g_assert_cmpuint (embark_retry_delay_ms (3, 500, 0.5), ==, 1500);
  g_assert_cmpuint (embark_retry_delay_ms (6, 500, 0), ==, 16000);
  g_assert_cmpuint (embark_retry_delay_ms (4000000000, 4000000000, 1), ==, 8000);
  g_assert_cmpuint (embark_retry_delay_ms (0, 500, 7), ==, 250);
}

static void test_wait_cancelled (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_false (embark_retry_wait (G_MAXINT, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_true (embark_retry_wait (0, NULL, NULL));
}

static void test_throttled (void)
{
  g_assert_true (embark_retry_is_throttled (503, ""));
  g_assert_true (embark_retry_is_throttled (503, "SlowDown"));
  g_assert_true (embark_retry_is_throttled (200, "RequestLimitExceeded"));
  g_assert_false (embark_retry_is_throttled (500, "InternalError"));
  g_assert_false (embark_retry_is_throttled (0, NULL));
}

static gpointer cancel_it (gpointer cancellable)
{
  g_cancellable_cancel (cancellable);
  return NULL;
}

/* Would hang for weeks if a cancel in the middle did not end it. */
static void test_wait_is_woken (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  GThread *thread = g_thread_new ("cancel", cancel_it, cancellable);

  g_assert_false (embark_retry_wait (G_MAXINT, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_thread_join (thread);
}

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/retry/table", test_table);
  g_test_add_func ("/retry/delay", test_delay);
  g_test_add_func ("/retry/throttled", test_throttled);
  g_test_add_func ("/retry/wait-cancelled", test_wait_cancelled);
  g_test_add_func ("/retry/wait-is-woken", test_wait_is_woken);
  return g_test_run ();
}
