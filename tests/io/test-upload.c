/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkUpload against the practice cloud: the whole way, taking up again, and
 * every fault the way can have.
 */
#include <string.h>

#include "model/base/errors.h"
#include "model/cloud/upload.h"
#include "model/stream/crc64.h"
#include "tests/support/practice-cloud.h"

#define PART_SIZE (1024 * 1024)
#define LAST_SIZE 123456
#define N_PARTS 5
#define TOTAL ((N_PARTS - 1) * (guint64) PART_SIZE + LAST_SIZE)

/* The first try works unheard, the others do not get through. */
#define LOST_COMPLETION                                                                                                \
  "[{\"match\":{\"op\":\"CompleteMultipartUpload\",\"times\":1},\"do\":\"lost-answer\"},"                              \
  "{\"match\":{\"op\":\"CompleteMultipartUpload\"},\"do\":\"status\",\"status\":503}]"

typedef struct
{
  PracticeCloud *cloud;
  EmbarkHttp *http;
  EmbarkCredentials *keys;
  EmbarkCos cos;
} Fixture;

static void set_up (Fixture *fixture, gconstpointer data)
{
  fixture->cloud = practice_cloud_start (NULL);
  fixture->http = embark_http_new (&(EmbarkHttpOptions){ .connect_to = practice_cloud_get_connect_to (fixture->cloud),
                                                         .ca_file = practice_cloud_get_ca_file (fixture->cloud),
                                                         .retry_ms = 1 });
  fixture->keys = embark_credentials_new (PRACTICE_CLOUD_ID, PRACTICE_CLOUD_KEY, NULL);
  fixture->cos = (EmbarkCos){ fixture->http, fixture->keys, PRACTICE_CLOUD_REGION, PRACTICE_CLOUD_BUCKET };
}

static void tear_down (Fixture *fixture, gconstpointer data)
{
  embark_http_unref (fixture->http);
  embark_credentials_unref (fixture->keys);
  practice_cloud_stop (fixture->cloud);
}

/* Part @number of the test object: the same bytes every time, others for every number. */
static GBytes *make_part (guint number)
{
  gsize size = number == N_PARTS ? LAST_SIZE : PART_SIZE;
  guint32 *words = g_malloc (size + sizeof *words);
  guint32 state = number;

  for (gsize i = 0; i <= size / sizeof *words; i++)
    {
      state = state * 1664525u + 1013904223u;
      words[i] = state;
    }
  return g_bytes_new_take (words, size);
}

static guint64 compute_crc (GBytes *bytes, guint64 crc)
{
  return embark_crc64 (crc, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

static gboolean put_parts (EmbarkUpload *upload, guint first, guint last, GCancellable *cancellable, GError **error)
{
  for (guint number = first; number <= last; number++)
    {
      g_autoptr (GBytes) part = make_part (number);

      if (!embark_upload_put_part (upload, number, part, compute_crc (part, 0), cancellable, error))
        return FALSE;
    }
  return TRUE;
}

static guint64 compute_object_crc (void)
{
  guint64 crc = 0;

  for (guint number = 1; number <= N_PARTS; number++)
    {
      g_autoptr (GBytes) part = make_part (number);

      crc = compute_crc (part, crc);
    }
  return crc;
}

static gboolean upload_whole (Fixture *fixture, const char *key, GError **error)
{
  g_autoptr (EmbarkUpload) upload =
      embark_upload_new (&fixture->cos, key, NULL, &(EmbarkUploadOptions){ .parallel = 3 }, NULL, error);

  return upload != NULL && put_parts (upload, 1, N_PARTS, NULL, error)
         && embark_upload_finish (upload, TOTAL, compute_object_crc (), NULL, error);
}

/* Looks at the file behind the object, not at what the cloud says of it. */
static void assert_object_is_whole (Fixture *fixture, const char *key)
{
  g_autoptr (JsonNode) objects = practice_cloud_command (fixture->cloud, "{\"command\":\"objects\"}");
  JsonArray *list = json_node_get_array (objects);
  JsonObject *object;
  g_autofree char *contents = NULL;
  gsize length;

  g_assert_cmpuint (json_array_get_length (list), ==, 1);
  object = json_array_get_object_element (list, 0);
  g_assert_cmpstr (json_object_get_string_member (object, "key"), ==, key);
  g_assert_true (g_file_get_contents (json_object_get_string_member (object, "path"), &contents, &length, NULL));
  g_assert_cmpuint (length, ==, TOTAL);
  g_assert_cmpuint (embark_crc64 (0, contents, length), ==, compute_object_crc ());
  g_assert_cmpuint (practice_cloud_count (fixture->cloud, "uploads"), ==, 0);
}

typedef struct
{
  GMutex mutex;
  guint64 last;
  guint reports, most_in_flight;
  gboolean has_gone_back;
} Watch;

static void watch_cb (const EmbarkProgress *progress, gpointer user_data)
{
  Watch *watch = user_data;

  g_mutex_lock (&watch->mutex);
  watch->has_gone_back |= progress->bytes_done < watch->last;
  watch->last = progress->bytes_done;
  watch->most_in_flight = MAX (watch->most_in_flight, progress->in_flight);
  watch->reports++;
  g_mutex_unlock (&watch->mutex);
}

static void test_whole (Fixture *fixture, gconstpointer data)
{
  const char *key = "images/镜像 a+b(1).qcow2";
  g_autoptr (GError) error = NULL;
  Watch watch = { .last = 0 };
  const EmbarkUploadOptions options = { .parallel = 3, .progress = watch_cb, .user_data = &watch };
  g_autoptr (EmbarkUpload) upload = embark_upload_new (&fixture->cos, key, NULL, &options, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (embark_upload_get_id (upload));
  put_parts (upload, 1, N_PARTS, NULL, &error);
  g_assert_no_error (error);
  embark_upload_finish (upload, TOTAL, compute_object_crc (), NULL, &error);
  g_assert_no_error (error);
  assert_object_is_whole (fixture, key);
  g_assert_false (watch.has_gone_back);
  g_assert_cmpuint (watch.last, ==, TOTAL);
  g_assert_cmpuint (watch.most_in_flight, <=, 3);
  g_assert_true (embark_upload_abort (upload, &error));
  assert_object_is_whole (fixture, key);
}

/* Each is met once or twice and must be got over without anybody noticing. */
static const char *const passing_faults[] = {
  "{\"match\":{\"op\":\"InitiateMultipartUpload\",\"times\":1},\"do\":\"status\",\"status\":503}",
  "{\"match\":{\"op\":\"UploadPart\",\"part\":2,\"times\":2},\"do\":\"status\",\"status\":503,\"code\":\"SlowDown\"}",
  "{\"match\":{\"op\":\"UploadPart\",\"times\":2},\"do\":\"status\",\"status\":500}",
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

static void test_passing_fault (Fixture *fixture, gconstpointer data)
{
  g_autofree char *faults = g_strdup_printf ("[%s]", (const char *) data);
  g_autoptr (GError) error = NULL;

  practice_cloud_set_faults (fixture->cloud, faults);
  upload_whole (fixture, "a", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (practice_cloud_count_seen (fixture->cloud, 0), >, 0);
  assert_object_is_whole (fixture, "a");
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
  { "error-in-200", "{\"match\":{\"op\":\"CompleteMultipartUpload\"},\"do\":\"error-in-200\"}", EMBARK_ERROR_NETWORK },
  { "refused-in-200",
    "{\"match\":{\"op\":\"CompleteMultipartUpload\"},\"do\":\"error-in-200\",\"code\":\"InvalidPart\"}",
    EMBARK_ERROR_CLOUD },
  { "no-upload",
    "{\"match\":{\"op\":\"UploadPart\",\"part\":2},\"do\":\"status\",\"status\":404,\"code\":\"NoSuchUpload\"}",
    EMBARK_ERROR_NO_UPLOAD },
  { "denied", "{\"match\":{\"op\":\"UploadPart\"},\"do\":\"status\",\"status\":403,\"code\":\"AccessDenied\"}",
    EMBARK_ERROR_PERMISSION },
  { "always-503", "{\"match\":{\"op\":\"UploadPart\",\"part\":3},\"do\":\"status\",\"status\":503}",
    EMBARK_ERROR_NETWORK },
  { "always-reset", "{\"match\":{\"op\":\"UploadPart\",\"part\":3},\"do\":\"reset\",\"after\":1000}",
    EMBARK_ERROR_NETWORK },
  { "portal", "{\"match\":{\"op\":\"InitiateMultipartUpload\"},\"do\":\"garbage\"}", EMBARK_ERROR_NETWORK },
  { "refused-start",
    "{\"match\":{\"op\":\"InitiateMultipartUpload\"},\"do\":\"status\",\"status\":451,"
    "\"code\":\"UnavailableForLegalReasons\"}",
    EMBARK_ERROR_CLOUD },
};

static void test_final_fault (Fixture *fixture, gconstpointer data)
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

static void test_resume (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) other = g_bytes_new_take (g_malloc0 (PART_SIZE), PART_SIZE);
  g_autofree char *id = NULL;
  EmbarkUpload *first =
      embark_upload_new (&fixture->cos, "a", NULL, &(EmbarkUploadOptions){ .parallel = 1 }, NULL, &error);
  EmbarkUpload *second;

  g_assert_no_error (error);
  id = g_strdup (embark_upload_get_id (first));
  /* Parts one at a time, so that the bucket surely holds 1 and 2 once 4 is accepted; 3 is not what it will be. */
  g_assert_true (put_parts (first, 1, 2, NULL, &error));
  g_assert_true (embark_upload_put_part (first, 3, other, compute_crc (other, 0), NULL, &error));
  g_assert_true (put_parts (first, 4, 4, NULL, &error));
  embark_upload_free (first);
  g_assert_cmpuint (practice_cloud_count (fixture->cloud, "uploads"), ==, 1);

  practice_cloud_set_faults (fixture->cloud, "[{\"match\":{\"op\":\"UploadPart\",\"part\":1},\"do\":\"no-crc\"},"
                                             "{\"match\":{\"op\":\"UploadPart\",\"part\":2},\"do\":\"no-crc\"},"
                                             "{\"match\":{\"op\":\"UploadPart\",\"part\":3},\"do\":\"no-crc\"}]");
  second = embark_upload_new (&fixture->cos, "a", id, &(EmbarkUploadOptions){ .parallel = 4 }, NULL, &error);
  g_assert_no_error (error);
  put_parts (second, 1, N_PARTS, NULL, &error);
  g_assert_no_error (error);
  embark_upload_finish (second, TOTAL, compute_object_crc (), NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (practice_cloud_count_seen (fixture->cloud, 0), ==, 0);
  g_assert_cmpuint (practice_cloud_count_seen (fixture->cloud, 1), ==, 0);
  g_assert_cmpuint (practice_cloud_count_seen (fixture->cloud, 2), ==, 1);
  assert_object_is_whole (fixture, "a");

  embark_upload_free (second);
  g_assert_null (embark_upload_new (&fixture->cos, "a", id, &(EmbarkUploadOptions){ .parallel = 4 }, NULL, &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_NO_UPLOAD);
}

/* Completing went through but every answer was lost: asked again later, the object is there and right. */
static void test_finish_again (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EmbarkUpload) upload =
      embark_upload_new (&fixture->cos, "a", NULL, &(EmbarkUploadOptions){ .parallel = 2 }, NULL, &error);

  g_assert_true (put_parts (upload, 1, N_PARTS, NULL, &error));
  practice_cloud_set_faults (fixture->cloud, LOST_COMPLETION);
  g_assert_false (embark_upload_finish (upload, TOTAL, compute_object_crc (), NULL, &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_NETWORK);
  g_clear_error (&error);
  practice_cloud_set_faults (fixture->cloud, "[]");
  embark_upload_finish (upload, TOTAL, compute_object_crc (), NULL, &error);
  g_assert_no_error (error);
  assert_object_is_whole (fixture, "a");
}

static void test_missing_part (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EmbarkUpload) upload =
      embark_upload_new (&fixture->cos, "a", NULL, &(EmbarkUploadOptions){ .parallel = 2 }, NULL, &error);

  g_assert_true (put_parts (upload, 2, N_PARTS, NULL, &error));
  g_assert_false (embark_upload_finish (upload, TOTAL, compute_object_crc (), NULL, &error));
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

static void test_cancel_and_abort (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  const EmbarkUploadOptions options = { .parallel = 2, .progress = cancel_cb, .user_data = cancellable };
  g_autoptr (EmbarkUpload) upload = embark_upload_new (&fixture->cos, "a", NULL, &options, NULL, &error);

  /* Slow enough never to end by itself, fast enough to be no stall. */
  practice_cloud_set_faults (fixture->cloud,
                             "[{\"match\":{\"op\":\"UploadPart\"},\"do\":\"slow\",\"bytesPerSecond\":20000}]");
  g_assert_false (put_parts (upload, 1, N_PARTS, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  embark_upload_abort (upload, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (practice_cloud_count (fixture->cloud, "uploads"), ==, 0);
  g_assert_cmpuint (practice_cloud_count (fixture->cloud, "objects"), ==, 0);
}

/* Completing went through but was never heard of: aborting removes the object too. */
static void test_abort_after_lost_completion (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EmbarkUpload) upload =
      embark_upload_new (&fixture->cos, "a", NULL, &(EmbarkUploadOptions){ .parallel = 2 }, NULL, &error);

  g_assert_true (put_parts (upload, 1, N_PARTS, NULL, &error));
  practice_cloud_set_faults (fixture->cloud, LOST_COMPLETION);
  g_assert_false (embark_upload_finish (upload, TOTAL, compute_object_crc (), NULL, &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_NETWORK);
  g_clear_error (&error);
  g_assert_cmpuint (practice_cloud_count (fixture->cloud, "objects"), ==, 1);
  embark_upload_abort (upload, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (practice_cloud_count (fixture->cloud, "objects"), ==, 0);
}

static void test_clock (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) result = practice_cloud_command (fixture->cloud, "{\"command\":\"set\",\"clockOffset\":-1200}");

  upload_whole (fixture, "a", &error);
  g_assert_no_error (error);
  assert_object_is_whole (fixture, "a");
  g_assert_cmpint (embark_http_get_clock_offset (fixture->http), <, -1100);
}

/* Parts that are on their way at once all learn of it at once. */
static void test_clock_in_the_middle (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EmbarkUpload) upload =
      embark_upload_new (&fixture->cos, "a", NULL, &(EmbarkUploadOptions){ .parallel = 4 }, NULL, &error);
  g_autoptr (JsonNode) result = practice_cloud_command (fixture->cloud, "{\"command\":\"set\",\"clockOffset\":1200}");

  put_parts (upload, 1, N_PARTS, NULL, &error);
  g_assert_no_error (error);
  embark_upload_finish (upload, TOTAL, compute_object_crc (), NULL, &error);
  g_assert_no_error (error);
  assert_object_is_whole (fixture, "a");
}

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/upload/whole", Fixture, NULL, set_up, test_whole, tear_down);
  for (gsize i = 0; i < G_N_ELEMENTS (passing_faults); i++)
    {
      g_autofree char *name = g_strdup_printf ("/upload/passing-fault/%02" G_GSIZE_FORMAT, i);

      g_test_add (name, Fixture, passing_faults[i], set_up, test_passing_fault, tear_down);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (final_faults); i++)
    {
      g_autofree char *name = g_strconcat ("/upload/final-fault/", final_faults[i].name, NULL);

      g_test_add (name, Fixture, GSIZE_TO_POINTER (i), set_up, test_final_fault, tear_down);
    }
  g_test_add ("/upload/resume", Fixture, NULL, set_up, test_resume, tear_down);
  g_test_add ("/upload/finish-again", Fixture, NULL, set_up, test_finish_again, tear_down);
  g_test_add ("/upload/missing-part", Fixture, NULL, set_up, test_missing_part, tear_down);
  g_test_add ("/upload/cancel-and-abort", Fixture, NULL, set_up, test_cancel_and_abort, tear_down);
  g_test_add ("/upload/abort-after-lost-completion", Fixture, NULL, set_up, test_abort_after_lost_completion,
              tear_down);
  g_test_add ("/upload/clock", Fixture, NULL, set_up, test_clock, tear_down);
  g_test_add ("/upload/clock-in-the-middle", Fixture, NULL, set_up, test_clock_in_the_middle, tear_down);
  return g_test_run ();
}
