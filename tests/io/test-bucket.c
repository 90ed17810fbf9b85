/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Calls on buckets and objects against the practice cloud: keys, clock,
 * refusals, and the URL that anybody may use for a while.
 */
#include <string.h>

#include "model/base/errors.h"
#include "model/cloud/upload.h"
#include "model/stream/crc64.h"
#include "tests/support/practice-cloud.h"

#define TOKEN "session-token/with+chars=="
#define TEXT "what is in the object"

typedef struct
{
  PracticeCloud *cloud;
  EmbarkHttp *http;
  EmbarkCredentials *keys;
  EmbarkCos cos;
} Fixture;

static void set_up (Fixture *fixture, gconstpointer data)
{
  static const char *const options[] = { "--keys", PRACTICE_CLOUD_ID ":" PRACTICE_CLOUD_KEY,
                                         "--keys", "AKIDtemporary:temporaryKey:" TOKEN ":3600",
                                         "--keys", "AKIDexpired:expiredSecretKey:" TOKEN ":-10",
                                         NULL };

  fixture->cloud = practice_cloud_start (options);
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

static void put_object (const EmbarkCos *cos, const char *key)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EmbarkUpload) upload =
      embark_upload_new (cos, key, NULL, &(EmbarkUploadOptions){ .parallel = 1 }, NULL, &error);
  g_autoptr (GBytes) bytes = g_bytes_new_static (TEXT, strlen (TEXT));
  guint64 crc = embark_crc64 (0, TEXT, strlen (TEXT));

  g_assert_no_error (error);
  embark_upload_put_part (upload, 1, bytes, crc, NULL, &error);
  g_assert_no_error (error);
  embark_upload_finish (upload, strlen (TEXT), crc, NULL, &error);
  g_assert_no_error (error);
}

static void make_bucket (Fixture *fixture, const char *bucket, const char *region)
{
  g_autofree char *command =
      g_strdup_printf ("{\"command\":\"make-bucket\",\"bucket\":\"%s\",\"region\":\"%s\"}", bucket, region);
  g_autoptr (JsonNode) result = practice_cloud_command (fixture->cloud, command);

  g_assert_nonnull (result);
}

static void test_list (Fixture *fixture, gconstpointer data)
{
  EmbarkCos everywhere = { fixture->http, fixture->keys, NULL, NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) all = NULL, local = NULL;
  const EmbarkBucketInfo *info;

  make_bucket (fixture, "other-1250000000", "eu-frankfurt");
  all = embark_bucket_list (&everywhere, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (all->len, ==, 2);
  local = embark_bucket_list (&fixture->cos, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (local->len, ==, 1);
  info = g_ptr_array_index (local, 0);
  g_assert_cmpstr (info->name, ==, PRACTICE_CLOUD_BUCKET);
  g_assert_cmpstr (info->region, ==, PRACTICE_CLOUD_REGION);
  g_assert_nonnull (info->created);
}

static void test_create_and_head (Fixture *fixture, gconstpointer data)
{
  EmbarkCos cos = fixture->cos;
  g_autoptr (GError) error = NULL;

  cos.bucket = "fresh-1250000000";
  g_assert_false (embark_bucket_head (&cos, NULL, &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_NO_BUCKET);
  g_assert_nonnull (strstr (error->message, "fresh-1250000000"));
  g_clear_error (&error);
  embark_bucket_create (&cos, NULL, &error);
  g_assert_no_error (error);
  /* Mine already: as good as made. */
  embark_bucket_create (&cos, NULL, &error);
  g_assert_no_error (error);
  embark_bucket_head (&cos, NULL, &error);
  g_assert_no_error (error);

  cos.region = "ap-shanghai";
  g_assert_false (embark_bucket_head (&cos, NULL, &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_NO_BUCKET);
}

static void test_taken_name (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  practice_cloud_set_faults (fixture->cloud, "[{\"match\":{\"op\":\"PutBucket\"},\"do\":\"status\",\"status\":409,"
                                             "\"code\":\"BucketAlreadyExists\"}]");
  g_assert_false (embark_bucket_create (&fixture->cos, NULL, &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_NAME_TAKEN);
}

static void test_object (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  EmbarkObjectInfo info;

  g_assert_false (embark_object_head (&fixture->cos, "a", &info, NULL, &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_NOT_FOUND);
  g_clear_error (&error);
  put_object (&fixture->cos, "a");
  embark_object_head (&fixture->cos, "a", &info, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (info.size, ==, strlen (TEXT));
  g_assert_true (info.has_crc64);
  g_assert_cmpuint (info.crc64, ==, embark_crc64 (0, TEXT, strlen (TEXT)));
  g_assert_nonnull (info.etag);
  g_assert_null (strchr (info.etag, '"'));
  embark_object_info_clear (&info);

  embark_object_delete (&fixture->cos, "a", NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (practice_cloud_count (fixture->cloud, "objects"), ==, 0);
  embark_object_delete (&fixture->cos, "a", NULL, &error);
  g_assert_no_error (error);
}

static guint fetch_status (EmbarkHttp *http, const char *url)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EmbarkHttpResponse) response =
      embark_http_send (http, &(EmbarkHttpRequest){ .method = "GET", .url = url }, NULL, &error);

  g_assert_no_error (error);
  if (response->status == 200)
    g_assert_cmpmem (g_bytes_get_data (response->body, NULL), g_bytes_get_size (response->body), TEXT, strlen (TEXT));
  return response->status;
}

static void test_presign (Fixture *fixture, gconstpointer data)
{
  static const char *const keys[] = { "a", "镜像/a b+c~d(1)!*'=&?#%.qcow2" };
  g_autoptr (EmbarkCredentials) temporary = embark_credentials_new ("AKIDtemporary", "temporaryKey", TOKEN);
  EmbarkCos cos = fixture->cos;

  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      g_autofree char *url = embark_object_presign (&fixture->cos, keys[i], 600);
      g_autofree char *bare = g_strndup (url, strcspn (url, "?"));
      g_autofree char *with_token = NULL;

      put_object (&fixture->cos, keys[i]);
      g_assert_cmpuint (fetch_status (fixture->http, url), ==, 200);
      g_assert_cmpuint (fetch_status (fixture->http, bare), ==, 403);
      cos.credentials = temporary;
      with_token = embark_object_presign (&cos, keys[i], 600);
      g_assert_cmpuint (fetch_status (fixture->http, with_token), ==, 200);
    }
}

static void test_presign_expires (Fixture *fixture, gconstpointer data)
{
  g_autofree char *url = embark_object_presign (&fixture->cos, "a", 600);
  g_autoptr (JsonNode) result = NULL;

  put_object (&fixture->cos, "a");
  result = practice_cloud_command (fixture->cloud, "{\"command\":\"set\",\"clockOffset\":700}");
  g_assert_cmpuint (fetch_status (fixture->http, url), ==, 403);
}

static void assert_refused (Fixture *fixture, const char *id, const char *key, const char *token, EmbarkError code)
{
  g_autoptr (EmbarkCredentials) keys = embark_credentials_new (id, key, token);
  EmbarkCos cos = { fixture->http, keys, PRACTICE_CLOUD_REGION, PRACTICE_CLOUD_BUCKET };
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) list = embark_bucket_list (&cos, NULL, &error);
  g_autoptr (EmbarkUpload) upload = NULL;

  g_test_message ("%s", error != NULL ? error->message : "no error");
  g_assert_null (list);
  g_assert_error (error, EMBARK_ERROR, (int) code);
  g_assert_null (strstr (error->message, key));
  g_clear_error (&error);
  upload = embark_upload_new (&cos, "a", NULL, &(EmbarkUploadOptions){ .parallel = 1 }, NULL, &error);
  g_assert_null (upload);
  g_assert_error (error, EMBARK_ERROR, (int) code);
}

static void test_keys (Fixture *fixture, gconstpointer data)
{
  g_autoptr (EmbarkCredentials) temporary = embark_credentials_new ("AKIDtemporary", "temporaryKey", TOKEN);
  EmbarkCos cos = fixture->cos;

  assert_refused (fixture, PRACTICE_CLOUD_ID, "wrongSecretKey000000000000000000", NULL, EMBARK_ERROR_KEYS_REFUSED);
  assert_refused (fixture, "AKIDnobody", PRACTICE_CLOUD_KEY, NULL, EMBARK_ERROR_KEYS_REFUSED);
  assert_refused (fixture, "AKIDexpired", "expiredSecretKey", TOKEN, EMBARK_ERROR_KEYS_EXPIRED);
  cos.credentials = temporary;
  put_object (&cos, "by-temporary-keys");
}

static void test_denied (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  EmbarkObjectInfo info;

  practice_cloud_set_faults (fixture->cloud,
                             "[{\"match\":{},\"do\":\"status\",\"status\":403,\"code\":\"AccessDenied\"}]");
  g_assert_null (embark_bucket_list (&fixture->cos, NULL, &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_PERMISSION);
  g_clear_error (&error);
  g_assert_false (embark_bucket_head (&fixture->cos, NULL, &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_PERMISSION);
  g_clear_error (&error);
  g_assert_false (embark_object_head (&fixture->cos, "a", &info, NULL, &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_PERMISSION);
  /* Refusals are not asked again. */
  g_assert_cmpuint (practice_cloud_count_seen (fixture->cloud, 0), ==, 3);
}

static void test_clock (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) list = NULL;
  g_autoptr (JsonNode) result = practice_cloud_command (fixture->cloud, "{\"command\":\"set\",\"clockOffset\":1200}");

  /* HEAD has no body and so no code that would tell of the clock. */
  embark_bucket_head (&fixture->cos, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (embark_http_get_clock_offset (fixture->http), >, 1100);
  embark_http_set_clock_offset (fixture->http, 0);
  list = embark_bucket_list (&fixture->cos, NULL, &error);
  g_assert_no_error (error);
}

/* The Date of the answer does not explain the refusal: then it is not sent round in circles. */
static void test_clock_that_is_right (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  practice_cloud_set_faults (fixture->cloud,
                             "[{\"match\":{},\"do\":\"status\",\"status\":403,\"code\":\"RequestTimeTooSkewed\"}]");
  g_assert_null (embark_bucket_list (&fixture->cos, NULL, &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_CLOCK);
  g_assert_cmpuint (practice_cloud_count_seen (fixture->cloud, 0), ==, 1);
}

static void test_bad_names (Fixture *fixture, gconstpointer data)
{
  EmbarkCos cos = fixture->cos;
  g_autoptr (GError) error = NULL;
  EmbarkObjectInfo info;

  practice_cloud_set_faults (fixture->cloud, "[{\"match\":{},\"do\":\"garbage\"}]");
  cos.bucket = "evil.example/?-1";
  g_assert_false (embark_bucket_head (&cos, NULL, &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_BAD_NAME);
  g_clear_error (&error);
  g_assert_false (embark_object_head (&fixture->cos, "../a", &info, NULL, &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_BAD_NAME);
  g_clear_error (&error);
  cos = fixture->cos;
  cos.region = "x@evil.example";
  g_assert_null (embark_bucket_list (&cos, NULL, &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_BAD_NAME);
  g_assert_cmpuint (practice_cloud_count_seen (fixture->cloud, 0), ==, 0);
}

#define ADD(name, func) g_test_add ("/bucket/" name, Fixture, NULL, set_up, func, tear_down)

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("list", test_list);
  ADD ("create-and-head", test_create_and_head);
  ADD ("taken-name", test_taken_name);
  ADD ("object", test_object);
  ADD ("presign", test_presign);
  ADD ("presign-expires", test_presign_expires);
  ADD ("keys", test_keys);
  ADD ("denied", test_denied);
  ADD ("clock", test_clock);
  ADD ("clock-that-is-right", test_clock_that_is_right);
  ADD ("bad-names", test_bad_names);
  return g_test_run ();
}
