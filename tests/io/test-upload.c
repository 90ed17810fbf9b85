/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkUpload against the practice cloud: the whole way, taking up again, and
 * every fault the way can have.
 */
#include <string.h>

#include "model/base/errors.h"
#include "tests/support/upload-fixture.h"

/* The first try works unheard, the others do not get through. */
#define LOST_COMPLETION                                                                                                \
  "[{\"match\":{\"op\":\"CompleteMultipartUpload\",\"times\":1},\"do\":\"lost-answer\"},"                              \
  "{\"match\":{\"op\":\"CompleteMultipartUpload\"},\"do\":\"status\",\"status\":503}]"

static gboolean upload_whole (UploadFixture *fixture, const char *key, GError **error)
{
  return upload_fixture_send_whole (fixture, key, &(EmbarkUploadOptions){ .parallel = 3 }, NULL, error);
}

static void test_whole (UploadFixture *fixture, gconstpointer data)
{
  const char *key = "images/镜像 a+b(1).qcow2";
  g_autoptr (GError) error = NULL;
  UploadWatch watch = { .reports = 0 };
  const EmbarkUploadOptions options = { .parallel = 3, .progress = upload_watch_cb, .user_data = &watch };
  g_autoptr (EmbarkUpload) upload = embark_upload_new (&fixture->cos, key, NULL, &options, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (embark_upload_get_id (upload));
  upload_fixture_put_parts (upload, 1, N_PARTS, NULL, &error);
  g_assert_no_error (error);
  upload_fixture_finish (upload, NULL, &error);
  g_assert_no_error (error);
  upload_fixture_assert_whole (fixture, key);
  g_assert_false (watch.has_gone_back);
  g_assert_cmpuint (watch.last.bytes_done, ==, TOTAL);
  g_assert_cmpuint (watch.last.bytes_kept, ==, 0);
  g_assert_cmpuint (watch.last.bytes_moved, ==, TOTAL);
  g_assert_true (watch.is_finishing);
  g_assert_cmpuint (watch.most_in_flight, <=, 3);
  g_assert_true (embark_upload_abort (upload, &error));
  upload_fixture_assert_whole (fixture, key);
}

/* Each is met once or twice and must be got over without anybody noticing. */
static const char *const passing_faults[] = {
  "{\"match\":{\"op\":\"InitiateMultipartUpload\",\"times\":1},\"do\":\"status\",\"status\":503}",
  "{\"match\":{\"op\":\"UploadPart\",\"part\":2,\"times\":2},\"do\":\"status\",\"status\":503,\"code\":\"SlowDown\"}",
  "{\"match\":{\"op\":\"UploadPart\",\"times\":2},\"do\":\"status\",\"status\":500}",
  "{\"match\":{\"op\":\"UploadPart\",\"every\":5},\"do\":\"status\",\"status\":503}",
  "{\"match\":{\"op\":\"UploadPart\",\"times\":1},\"do\":\"status\",\"status\":400,\"code\":\"RequestTimeout\"}",
  "{\"match\":{\"op\":\"UploadPart\",\"times\":1},\"do\":\"status\",\"status\":409,\"code\":\"PathConflict\"}",
  "{\"match\":{\"op\":\"UploadPart\",\"part\":3,\"times\":2},\"do\":\"reset\",\"after\":300000}",
  "{\"match\":{\"op\":\"UploadPart\",\"part\":5,\"times\":1},\"do\":\"wrong-crc\"}",
  "{\"match\":{\"op\":\"UploadPart\",\"part\":1,\"times\":1},\"do\":\"flip-byte\",\"at\":77}",
  "{\"match\":{\"op\":\"UploadPart\",\"part\":4,\"times\":1},\"do\":\"lost-answer\"}",
  "{\"match\":{\"op\":\"UploadPart\",\"part\":4,\"times\":1},\"do\":\"cut-answer\"}",
  "{\"match\":{\"op\":\"UploadPart\",\"part\":4},\"do\":\"no-crc\"}",
  "{\"match\":{\"op\":\"UploadPart\",\"part\":4,\"times\":1},\"do\":\"garbage\"}",
  "{\"match\":{\"op\":\"CompleteMultipartUpload\",\"times\":1},\"do\":\"status\",\"status\":503}",
  "{\"match\":{\"op\":\"CompleteMultipartUpload\",\"times\":1},\"do\":\"error-in-200\"}",
  "{\"match\":{\"op\":\"CompleteMultipartUpload\",\"times\":1},\"do\":\"lost-answer\"}",
  "{\"match\":{\"op\":\"CompleteMultipartUpload\",\"times\":1},\"do\":\"cut-answer\"}",
  "{\"match\":{\"op\":\"CompleteMultipartUpload\",\"times\":1},\"do\":\"slow-complete\",\"seconds\":2}",
  "{\"match\":{\"op\":\"HeadObject\",\"times\":1},\"do\":\"lost-answer\"}",
  /* The usual domain is out of reach all the time: the other one serves. */
  "{\"match\":{\"host\":\"*.myqcloud.com\"},\"do\":\"status\",\"status\":502,\"noRequestId\":true}",
};

static void test_passing_fault (UploadFixture *fixture, gconstpointer data)
{
  g_autofree char *faults = g_strdup_printf ("[%s]", (const char *) data);
  g_autoptr (GError) error = NULL;

  practice_cloud_set_faults (fixture->cloud, faults);
  upload_whole (fixture, "a", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (practice_cloud_count_seen (fixture->cloud, 0), >, 0);
  upload_fixture_assert_whole (fixture, "a");
}

static const struct
{
  const char *name, *fault;
  EmbarkError code;
} final_faults[] = {
  { "wrong-crc", "{\"match\":{\"op\":\"UploadPart\",\"part\":2},\"do\":\"wrong-crc\"}", EMBARK_ERROR_CHECKSUM },
  { "rot",
    "{\"match\":{\"op\":\"CompleteMultipartUpload\"},\"do\":\"wrong-crc\"},"
    "{\"match\":{\"op\":\"HeadObject\"},\"do\":\"wrong-crc\"}",
    EMBARK_ERROR_CHECKSUM },
  { "refused-in-200",
    "{\"match\":{\"op\":\"CompleteMultipartUpload\"},\"do\":\"error-in-200\",\"code\":\"InvalidPart\"}",
    EMBARK_ERROR_CLOUD },
  { "no-upload",
    "{\"match\":{\"op\":\"UploadPart\",\"part\":2},\"do\":\"status\",\"status\":404,\"code\":\"NoSuchUpload\"}",
    EMBARK_ERROR_NO_UPLOAD },
  { "denied", "{\"match\":{\"op\":\"UploadPart\"},\"do\":\"status\",\"status\":403,\"code\":\"AccessDenied\"}",
    EMBARK_ERROR_PERMISSION },
  { "portal", "{\"match\":{\"op\":\"InitiateMultipartUpload\"},\"do\":\"garbage\"}", EMBARK_ERROR_NETWORK },
  { "refused-start",
    "{\"match\":{\"op\":\"InitiateMultipartUpload\"},\"do\":\"status\",\"status\":451,"
    "\"code\":\"UnavailableForLegalReasons\"}",
    EMBARK_ERROR_CLOUD },
};

static void test_final_fault (UploadFixture *fixture, gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);
  g_autofree char *faults = g_strdup_printf ("[%s]", final_faults[i].fault);
  g_autoptr (GError) error = NULL;

  practice_cloud_set_faults (fixture->cloud, faults);
  g_assert_false (upload_whole (fixture, "a", &error));
  g_test_message ("%s", error->message);
  g_assert_error (error, EMBARK_ERROR, (int) final_faults[i].code);
  g_assert_nonnull (strstr (error->message, PRACTICE_CLOUD_BUCKET));
}

static void test_resume (UploadFixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) other = g_bytes_new_take (g_malloc0 (PART_SIZE), PART_SIZE);
  g_autofree char *id = NULL;
  EmbarkUpload *first =
      embark_upload_new (&fixture->cos, "a", NULL, &(EmbarkUploadOptions){ .parallel = 1 }, NULL, &error);
  UploadWatch watch = { .reports = 0 };
  const EmbarkUploadOptions options = { .parallel = 4, .progress = upload_watch_cb, .user_data = &watch };
  EmbarkUpload *second;

  g_assert_no_error (error);
  id = g_strdup (embark_upload_get_id (first));
  /* Parts one at a time, so that the bucket surely holds 1 and 2 once 4 is accepted; 3 is not what it will be. */
  g_assert_true (upload_fixture_put_parts (first, 1, 2, NULL, &error));
  g_assert_true (embark_upload_put_part (first, 3, other, upload_fixture_compute_crc (other, 0), NULL, &error));
  g_assert_true (upload_fixture_put_parts (first, 4, 4, NULL, &error));
  embark_upload_free (first);
  g_assert_cmpuint (practice_cloud_count (fixture->cloud, "uploads"), ==, 1);

  practice_cloud_set_faults (fixture->cloud, "[{\"match\":{\"op\":\"UploadPart\",\"part\":1},\"do\":\"no-crc\"},"
                                             "{\"match\":{\"op\":\"UploadPart\",\"part\":2},\"do\":\"no-crc\"},"
                                             "{\"match\":{\"op\":\"UploadPart\",\"part\":3},\"do\":\"no-crc\"}]");
  second = embark_upload_new (&fixture->cos, "a", id, &options, NULL, &error);
  g_assert_no_error (error);
  upload_fixture_put_parts (second, 1, N_PARTS, NULL, &error);
  g_assert_no_error (error);
  upload_fixture_finish (second, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (practice_cloud_count_seen (fixture->cloud, 0), ==, 0);
  g_assert_cmpuint (practice_cloud_count_seen (fixture->cloud, 1), ==, 0);
  /* The bucket holds this part, so its MD5 was computed and sent along: an answer without CRC64 is enough. */
  g_assert_cmpuint (practice_cloud_count_seen (fixture->cloud, 2), ==, 1);
  upload_fixture_assert_whole (fixture, "a");
  g_assert_false (watch.has_gone_back);
  g_assert_cmpuint (watch.last.bytes_done, ==, TOTAL);
  g_assert_cmpuint (watch.last.bytes_kept, >=, 2 * PART_SIZE);
  g_assert_cmpuint (watch.last.bytes_kept + watch.last.bytes_moved, ==, TOTAL);

  embark_upload_free (second);
  g_assert_null (embark_upload_new (&fixture->cos, "a", id, &(EmbarkUploadOptions){ .parallel = 4 }, NULL, &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_NO_UPLOAD);
}

/* Every try of a part fails once or more: what moved is more than what was done, and nothing is counted twice. */
static void test_progress_of_repeats (UploadFixture *fixture, gconstpointer data)
{
  UploadWatch watch = { .reports = 0 };
  const EmbarkUploadOptions options = { .parallel = 3, .progress = upload_watch_cb, .user_data = &watch };
  g_autoptr (GError) error = NULL;

  practice_cloud_set_faults (fixture->cloud,
                             "[{\"match\":{\"op\":\"UploadPart\",\"every\":2,\"times\":20},\"do\":\"lost-answer\"},"
                             "{\"match\":{\"op\":\"UploadPart\",\"every\":3,\"times\":5},\"do\":\"slow\","
                             "\"bytesPerSecond\":4000000}]");
  upload_fixture_send_whole (fixture, "a", &options, NULL, &error);
  g_assert_no_error (error);
  upload_fixture_assert_whole (fixture, "a");
  g_assert_false (watch.has_gone_back);
  g_assert_cmpuint (watch.last.bytes_done, ==, TOTAL);
  g_assert_cmpuint (watch.last.bytes_kept, ==, 0);
  g_assert_cmpuint (watch.last.bytes_moved, >=, TOTAL);
}

/* A bucket whose answers have no CRC64: the first part is sent again with its MD5, the others only once. */
static void test_without_crc (UploadFixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  practice_cloud_set_faults (fixture->cloud, "[{\"match\":{\"op\":\"UploadPart\"},\"do\":\"no-crc\"}]");
  upload_fixture_send_whole (fixture, "a", &(EmbarkUploadOptions){ .parallel = 1 }, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (practice_cloud_count_seen (fixture->cloud, 0), ==, N_PARTS + 1);
  upload_fixture_assert_whole (fixture, "a");
}

/* Without an MD5 on the way the bucket takes a flipped byte; the CRC64 of its answer gives it away. */
static void test_flipped_byte (UploadFixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  practice_cloud_set_faults (fixture->cloud, "[{\"match\":{\"op\":\"UploadPart\",\"part\":2,\"times\":1},"
                                             "\"do\":\"flip-byte\",\"at\":77}]");
  upload_whole (fixture, "a", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (practice_cloud_count_seen (fixture->cloud, 0), ==, 2);
  upload_fixture_assert_whole (fixture, "a");
}

/* … and if nobody lived to send it again, its ETag does when the upload is taken up. */
static void test_flipped_byte_is_left (UploadFixture *fixture, gconstpointer data)
{
  const EmbarkUploadOptions options = { .parallel = 1 };
  g_autoptr (GError) error = NULL;
  EmbarkUpload *upload = embark_upload_new (&fixture->cos, "a", NULL, &options, NULL, &error);
  g_autofree char *id = g_strdup (embark_upload_get_id (upload));

  practice_cloud_set_faults (fixture->cloud, "[{\"match\":{\"op\":\"UploadPart\",\"part\":2},"
                                             "\"do\":\"flip-byte\",\"at\":77}]");
  g_assert_false (upload_fixture_put_parts (upload, 1, N_PARTS, NULL, &error)
                  && upload_fixture_finish (upload, NULL, &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_CHECKSUM);
  g_clear_error (&error);
  embark_upload_free (upload);

  practice_cloud_set_faults (fixture->cloud, "[{\"match\":{\"op\":\"UploadPart\",\"part\":1},\"do\":\"no-crc\"},"
                                             "{\"match\":{\"op\":\"UploadPart\",\"part\":2},\"do\":\"no-crc\"}]");
  upload = embark_upload_new (&fixture->cos, "a", id, &options, NULL, &error);
  g_assert_no_error (error);
  upload_fixture_put_parts (upload, 1, N_PARTS, NULL, &error);
  g_assert_no_error (error);
  upload_fixture_finish (upload, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (practice_cloud_count_seen (fixture->cloud, 0), ==, 0);
  g_assert_cmpuint (practice_cloud_count_seen (fixture->cloud, 1), ==, 1);
  upload_fixture_assert_whole (fixture, "a");
  embark_upload_free (upload);
}

static void test_missing_part (UploadFixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EmbarkUpload) upload =
      embark_upload_new (&fixture->cos, "a", NULL, &(EmbarkUploadOptions){ .parallel = 2 }, NULL, &error);

  g_assert_true (upload_fixture_put_parts (upload, 2, N_PARTS, NULL, &error));
  g_assert_false (upload_fixture_finish (upload, NULL, &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_FAILED);
  g_clear_error (&error);
  g_assert_true (embark_upload_abort (upload, &error));
  g_assert_true (embark_upload_abort (upload, &error));
  g_assert_cmpuint (practice_cloud_count (fixture->cloud, "uploads"), ==, 0);
  g_assert_cmpuint (practice_cloud_count (fixture->cloud, "objects"), ==, 0);
}

static void cancel_cb (const EmbarkProgress *progress, gpointer cancellable)
{
  if (progress->bytes_moved > 0)
    g_cancellable_cancel (cancellable);
}

static void test_cancel_and_abort (UploadFixture *fixture, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  const EmbarkUploadOptions options = { .parallel = 2, .progress = cancel_cb, .user_data = cancellable };
  g_autoptr (EmbarkUpload) upload = embark_upload_new (&fixture->cos, "a", NULL, &options, NULL, &error);

  /* Slow enough never to end by itself, fast enough to be no stall. */
  practice_cloud_set_faults (fixture->cloud,
                             "[{\"match\":{\"op\":\"UploadPart\"},\"do\":\"slow\",\"bytesPerSecond\":20000}]");
  g_assert_false (upload_fixture_put_parts (upload, 1, N_PARTS, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  embark_upload_abort (upload, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (practice_cloud_count (fixture->cloud, "uploads"), ==, 0);
  g_assert_cmpuint (practice_cloud_count (fixture->cloud, "objects"), ==, 0);
}

static void cancel_offline_cb (const EmbarkProgress *progress, gpointer cancellable)
{
  if (g_str_equal (progress->stage, "offline"))
    g_cancellable_cancel (cancellable);
}

/* Completing went through but was never heard of: aborting removes the object too. */
static void test_abort_after_lost_completion (UploadFixture *fixture, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  const EmbarkUploadOptions options = { .parallel = 2, .progress = cancel_offline_cb, .user_data = cancellable };
  g_autoptr (EmbarkUpload) upload = embark_upload_new (&fixture->cos, "a", NULL, &options, NULL, &error);

  g_assert_true (upload_fixture_put_parts (upload, 1, N_PARTS, NULL, &error));
  practice_cloud_set_faults (fixture->cloud, LOST_COMPLETION);
  g_assert_false (upload_fixture_finish (upload, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_cmpuint (practice_cloud_count (fixture->cloud, "objects"), ==, 1);
  embark_upload_abort (upload, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (practice_cloud_count (fixture->cloud, "objects"), ==, 0);
}

static void test_clock (UploadFixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) result = practice_cloud_command (fixture->cloud, "{\"command\":\"set\",\"clockOffset\":-1200}");

  upload_whole (fixture, "a", &error);
  g_assert_no_error (error);
  upload_fixture_assert_whole (fixture, "a");
  g_assert_cmpint (embark_http_get_clock_offset (fixture->http), <, -1100);
}

static void set_clock_cb (const EmbarkProgress *progress, gpointer data)
{
  UploadFixture *fixture = data;
  g_autoptr (JsonNode) result = NULL;

  if (progress->bytes_done > 0 && embark_http_get_clock_offset (fixture->http) == 0)
    result = practice_cloud_command (fixture->cloud, "{\"command\":\"set\",\"clockOffset\":1200}");
}

/* The clock is off by 20 minutes from one part to the next; those that are on their way learn of it all at once. */
static void test_clock_in_the_middle (UploadFixture *fixture, gconstpointer data)
{
  UploadWatch watch = { .report_func = set_clock_cb, .data = fixture };
  const EmbarkUploadOptions options = { .parallel = 2, .progress = upload_watch_cb, .user_data = &watch };
  g_autoptr (GError) error = NULL;

  upload_fixture_send_whole (fixture, "a", &options, NULL, &error);
  g_assert_no_error (error);
  upload_fixture_assert_whole (fixture, "a");
  g_assert_cmpint (embark_http_get_clock_offset (fixture->http), >, 1100);
  g_assert_false (watch.is_offline);
}

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/upload/whole", UploadFixture, NULL, upload_fixture_set_up, test_whole, upload_fixture_tear_down);
  for (gsize i = 0; i < G_N_ELEMENTS (passing_faults); i++)
    {
      g_autofree char *name = g_strdup_printf ("/upload/passing-fault/%02" G_GSIZE_FORMAT, i);

      g_test_add (name, UploadFixture, passing_faults[i], upload_fixture_set_up, test_passing_fault,
                  upload_fixture_tear_down);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (final_faults); i++)
    {
      g_autofree char *name = g_strconcat ("/upload/final-fault/", final_faults[i].name, NULL);

      g_test_add (name, UploadFixture, GSIZE_TO_POINTER (i), upload_fixture_set_up, test_final_fault,
                  upload_fixture_tear_down);
    }
  g_test_add ("/upload/resume", UploadFixture, NULL, upload_fixture_set_up, test_resume, upload_fixture_tear_down);
  g_test_add ("/upload/progress-of-repeats", UploadFixture, NULL, upload_fixture_set_up, test_progress_of_repeats,
              upload_fixture_tear_down);
  g_test_add ("/upload/without-crc", UploadFixture, NULL, upload_fixture_set_up, test_without_crc,
              upload_fixture_tear_down);
  g_test_add ("/upload/flipped-byte", UploadFixture, NULL, upload_fixture_set_up, test_flipped_byte,
              upload_fixture_tear_down);
  g_test_add ("/upload/flipped-byte-is-left", UploadFixture, NULL, upload_fixture_set_up, test_flipped_byte_is_left,
              upload_fixture_tear_down);
  g_test_add ("/upload/missing-part", UploadFixture, NULL, upload_fixture_set_up, test_missing_part,
              upload_fixture_tear_down);
  g_test_add ("/upload/cancel-and-abort", UploadFixture, NULL, upload_fixture_set_up, test_cancel_and_abort,
              upload_fixture_tear_down);
  g_test_add ("/upload/abort-after-lost-completion", UploadFixture, NULL, upload_fixture_set_up,
              test_abort_after_lost_completion, upload_fixture_tear_down);
  g_test_add ("/upload/clock", UploadFixture, NULL, upload_fixture_set_up, test_clock, upload_fixture_tear_down);
  g_test_add ("/upload/clock-in-the-middle", UploadFixture, NULL, upload_fixture_set_up, test_clock_in_the_middle,
              upload_fixture_tear_down);
  return g_test_run ();
}
