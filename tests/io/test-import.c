/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Importing against the practice cloud: starting once and only once, finding
 * the image again, and every refusal.
 */
#include <string.h>

#include "model/base/errors.h"
#include "model/cloud/import.h"
#include "model/cloud/upload.h"
#include "model/stream/crc64.h"
#include "tests/support/practice-cloud.h"

#define TEXT "this is no disk image"

typedef struct
{
  PracticeCloud *cloud;
  EmbarkHttp *http;
  EmbarkCredentials *keys;
  EmbarkCvm cvm;
  EmbarkImportParams params;
  char *url;
} Fixture;

static char *make_object (Fixture *fixture)
{
  EmbarkCos cos = { fixture->http, fixture->keys, PRACTICE_CLOUD_REGION, PRACTICE_CLOUD_BUCKET };
  g_autoptr (GError) error = NULL;
  g_autoptr (EmbarkUpload) upload =
      embark_upload_new (&cos, "a.qcow2", NULL, &(EmbarkUploadOptions){ .parallel = 1 }, NULL, &error);
  g_autoptr (GBytes) bytes = g_bytes_new_static (TEXT, strlen (TEXT));
  guint64 crc = embark_crc64 (0, TEXT, strlen (TEXT));

  g_assert_no_error (error);
  embark_upload_put_part (upload, 1, bytes, crc, NULL, &error);
  g_assert_no_error (error);
  embark_upload_finish (upload, strlen (TEXT), crc, NULL, &error);
  g_assert_no_error (error);
  return embark_object_presign (&cos, "a.qcow2", 600);
}

static void set_up (Fixture *fixture, gconstpointer data)
{
  fixture->cloud = practice_cloud_start (NULL);
  fixture->http = embark_http_new (&(EmbarkHttpOptions){ .connect_to = practice_cloud_get_connect_to (fixture->cloud),
                                                         .ca_file = practice_cloud_get_ca_file (fixture->cloud),
                                                         .retry_ms = 1 });
  fixture->keys = embark_credentials_new (PRACTICE_CLOUD_ID, PRACTICE_CLOUD_KEY, NULL);
  fixture->cvm = (EmbarkCvm){ .http = fixture->http, .credentials = fixture->keys, .region = PRACTICE_CLOUD_REGION };
  fixture->url = make_object (fixture);
  fixture->params = (EmbarkImportParams){ .architecture = "x86_64",
                                          .os_type = "Other Linux",
                                          .os_version = "8",
                                          .url = fixture->url,
                                          .name = "测试 web-01",
                                          .description = "from \"KVM\" <host>",
                                          .boot_mode = "Legacy BIOS",
                                          .is_forced = TRUE };
}

static void tear_down (Fixture *fixture, gconstpointer data)
{
  embark_http_unref (fixture->http);
  embark_credentials_unref (fixture->keys);
  practice_cloud_stop (fixture->cloud);
  g_free (fixture->url);
}

static void test_whoami (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EmbarkIdentity) identity = embark_cloud_whoami (&fixture->cvm, NULL, &error);
  EmbarkCvm nowhere = fixture->cvm;
  g_autoptr (EmbarkIdentity) again = NULL;

  g_assert_no_error (error);
  g_assert_nonnull (identity->account);
  g_assert_nonnull (identity->arn);
  nowhere.region = NULL;
  again = embark_cloud_whoami (&nowhere, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (again->account, ==, identity->account);
}

static void test_wrong_keys (Fixture *fixture, gconstpointer data)
{
  g_autoptr (EmbarkCredentials) wrong_key =
      embark_credentials_new (PRACTICE_CLOUD_ID, "wrongSecretKey000000000000000000", NULL);
  g_autoptr (EmbarkCredentials) wrong_id = embark_credentials_new ("AKIDnobody", PRACTICE_CLOUD_KEY, NULL);
  EmbarkCvm cvm = fixture->cvm;
  g_autoptr (GError) error = NULL;

  cvm.credentials = wrong_key;
  g_assert_null (embark_cloud_whoami (&cvm, NULL, &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_KEYS_REFUSED);
  g_assert_null (strstr (error->message, "wrongSecretKey"));
  g_clear_error (&error);
  cvm.credentials = wrong_id;
  g_assert_null (embark_import_list_os (&cvm, NULL, &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_KEYS_REFUSED);
}

/* Temporary keys ran out, and somebody has renewed them: whoever holds the old ones goes on with the new. */
static void test_renewed_keys (Fixture *fixture, gconstpointer data)
{
  g_autoptr (JsonNode) result =
      practice_cloud_command (fixture->cloud, "{\"command\":\"add-key\",\"key\":\"AKIDold:oldSecretKey:oldToken:-1\"}");
  g_autoptr (EmbarkCredentials) old = embark_credentials_new ("AKIDold", "oldSecretKey", "oldToken");
  EmbarkCvm cvm = fixture->cvm;
  g_autoptr (EmbarkIdentity) identity = NULL;
  g_autoptr (GError) error = NULL;

  cvm.credentials = old;
  g_assert_null (embark_cloud_whoami (&cvm, NULL, &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_KEYS_EXPIRED);
  g_clear_error (&error);
  embark_credentials_replace (old, fixture->keys);
  identity = embark_cloud_whoami (&cvm, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (identity);
}

static void test_clock (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EmbarkIdentity) identity = NULL;

  embark_http_set_clock_offset (fixture->http, -1200);
  identity = embark_cloud_whoami (&fixture->cvm, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (embark_http_get_clock_offset (fixture->http), >, -10);
}

static void test_list_os (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) list = embark_import_list_os (&fixture->cvm, NULL, &error);
  const char *type = NULL, *version = NULL;

  g_assert_no_error (error);
  g_assert_cmpuint (list->len, >, 5);
  g_assert_true (embark_import_choose_os (list, FALSE, "debian", "Debian", 9, 0, &type, &version));
  g_assert_cmpstr (type, ==, "Debian");
  g_assert_cmpstr (version, ==, "9");
  g_assert_true (
      embark_import_choose_os (list, TRUE, "windows", "Windows Server 2012 R2 Standard", 6, 3, &type, &version));
  g_assert_nonnull (strstr (type, "2012"));
}

static void test_start_and_find (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *id = NULL;
  g_autoptr (EmbarkImageInfo) by_id = NULL, by_name = NULL, none = NULL;
  g_autoptr (JsonNode) hurried = NULL;
  g_autoptr (GPtrArray) list = NULL;

  embark_import_start (&fixture->cvm, &fixture->params, &id, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (id);
  hurried = practice_cloud_command (fixture->cloud, "{\"command\":\"hurry\"}");
  by_id = embark_import_find (&fixture->cvm, id, fixture->params.name, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (by_id);
  g_assert_cmpstr (by_id->id, ==, id);
  g_assert_cmpstr (by_id->name, ==, fixture->params.name);
  g_assert_cmpint (by_id->state, ==, EMBARK_IMPORT_FAILED);
  g_assert_cmpstr (by_id->state_word, ==, "IMPORTFAILED");
  by_name = embark_import_find (&fixture->cvm, NULL, fixture->params.name, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (by_name->id, ==, id);
  /* The service matches parts of names; we do not. */
  none = embark_import_find (&fixture->cvm, NULL, "web-0", NULL, &error);
  g_assert_no_error (error);
  g_assert_null (none);
  list = embark_import_list (&fixture->cvm, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (list->len, ==, 1);
}

static void test_find_unknown_id (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (embark_import_find (&fixture->cvm, "img-00000000", NULL, NULL, &error));
  g_assert_no_error (error);
}

static void test_no_image_id (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EmbarkImageInfo) info = NULL;
  char *id = (char *) "untouched";

  practice_cloud_set_faults (fixture->cloud, "[{\"match\":{\"op\":\"ImportImage\"},\"do\":\"no-image-id\"}]");
  embark_import_start (&fixture->cvm, &fixture->params, &id, NULL, &error);
  g_assert_no_error (error);
  g_assert_null (id);
  info = embark_import_find (&fixture->cvm, NULL, fixture->params.name, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (info);
}

static void test_image_comes_late (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  practice_cloud_set_faults (fixture->cloud,
                             "[{\"match\":{\"op\":\"ImportImage\"},\"do\":\"image-late\",\"seconds\":3600}]");
  g_assert_true (embark_import_start (&fixture->cvm, &fixture->params, NULL, NULL, &error));
  g_assert_null (embark_import_find (&fixture->cvm, NULL, fixture->params.name, NULL, &error));
  g_assert_no_error (error);
}

static void test_name_taken (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (embark_import_start (&fixture->cvm, &fixture->params, NULL, NULL, &error));
  g_assert_false (embark_import_start (&fixture->cvm, &fixture->params, NULL, NULL, &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_NAME_TAKEN);
  g_assert_nonnull (strstr (error->message, fixture->params.name));
}

/* Whether it arrived cannot be known, so it is asked for once; the name tells. */
static void test_lost_answer (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EmbarkImageInfo) info = NULL;
  g_autoptr (EmbarkIdentity) identity = embark_cloud_whoami (&fixture->cvm, NULL, &error);

  g_assert_no_error (error);
  practice_cloud_set_faults (fixture->cloud, "[{\"match\":{\"op\":\"ImportImage\"},\"do\":\"lost-answer\"}]");
  g_assert_false (embark_import_start (&fixture->cvm, &fixture->params, NULL, NULL, &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_NETWORK);
  g_clear_error (&error);
  g_assert_cmpuint (practice_cloud_count_seen (fixture->cloud, 0), ==, 1);
  info = embark_import_find (&fixture->cvm, NULL, fixture->params.name, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (info);
}

static const struct
{
  const char *code;
  guint times;
  gboolean is_good;
  EmbarkError error;
  guint imports;
} refusals[] = {
  { "RequestLimitExceeded", 2, TRUE, 0, 3 },
  { "RequestLimitExceeded", 99, FALSE, EMBARK_ERROR_CLOUD, 4 },
  { "InternalError", 99, FALSE, EMBARK_ERROR_NETWORK, 1 },
  { "UnauthorizedOperation", 99, FALSE, EMBARK_ERROR_PERMISSION, 1 },
  { "AuthFailure.TokenFailure", 99, FALSE, EMBARK_ERROR_KEYS_EXPIRED, 1 },
  { "AuthFailure.SignatureExpire", 99, FALSE, EMBARK_ERROR_CLOCK, 1 },
  { "ImageQuotaLimitExceeded", 99, FALSE, EMBARK_ERROR_CLOUD, 1 },
  { "RegionAbilityLimit.UnsupportedToImportImage", 99, FALSE, EMBARK_ERROR_CLOUD, 1 },
  { "InvalidParameter.InvalidParameterUrlError", 99, FALSE, EMBARK_ERROR_CLOUD, 1 },
};

static void test_refusal (Fixture *fixture, gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);
  g_autofree char *faults =
      g_strdup_printf ("[{\"match\":{\"op\":\"ImportImage\",\"times\":%u},\"do\":\"api-error\",\"code\":\"%s\"}]",
                       refusals[i].times, refusals[i].code);
  g_autoptr (GError) error = NULL;

  practice_cloud_set_faults (fixture->cloud, faults);
  g_assert_cmpint (embark_import_start (&fixture->cvm, &fixture->params, NULL, NULL, &error), ==, refusals[i].is_good);
  if (refusals[i].is_good)
    g_assert_no_error (error);
  else
    {
      g_test_message ("%s", error->message);
      g_assert_error (error, EMBARK_ERROR, (int) refusals[i].error);
      g_assert_nonnull (strstr (error->message, refusals[i].code));
    }
  g_assert_cmpuint (practice_cloud_count_seen (fixture->cloud, 0), ==, refusals[i].imports);
}

static void test_gateway_trouble (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) list = NULL;

  practice_cloud_set_faults (fixture->cloud, "[{\"match\":{\"times\":1},\"do\":\"status\",\"status\":502},"
                                             "{\"match\":{\"times\":1},\"do\":\"reset\"}]");
  list = embark_import_list (&fixture->cvm, NULL, &error);
  g_assert_no_error (error);
  g_clear_pointer (&list, g_ptr_array_unref);
  practice_cloud_set_faults (fixture->cloud, "[{\"match\":{},\"do\":\"garbage\"}]");
  g_assert_null (embark_import_list (&fixture->cvm, NULL, &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_NETWORK);
}

static void test_finance_host (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) list = NULL;

  practice_cloud_set_faults (fixture->cloud, "[{\"match\":{\"host\":\"cvm.ap-shanghai-fsi.tencentcloudapi.com\"},"
                                             "\"do\":\"no-image-id\"}]");
  fixture->cvm.region = "ap-shanghai-fsi";
  list = embark_import_list (&fixture->cvm, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (practice_cloud_count_seen (fixture->cloud, 0), ==, 1);
}

static void test_bad_region (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->cvm.region = "evil\r\nX-Evil: 1";
  g_assert_null (embark_import_list (&fixture->cvm, NULL, &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_BAD_NAME);
}

#define ADD(name, func) g_test_add ("/import/" name, Fixture, NULL, set_up, func, tear_down)

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("whoami", test_whoami);
  ADD ("wrong-keys", test_wrong_keys);
  ADD ("renewed-keys", test_renewed_keys);
  ADD ("clock", test_clock);
  ADD ("list-os", test_list_os);
  ADD ("start-and-find", test_start_and_find);
  ADD ("find-unknown-id", test_find_unknown_id);
  ADD ("no-image-id", test_no_image_id);
  ADD ("image-comes-late", test_image_comes_late);
  ADD ("name-taken", test_name_taken);
  ADD ("lost-answer", test_lost_answer);
  ADD ("gateway-trouble", test_gateway_trouble);
  ADD ("finance-host", test_finance_host);
  ADD ("bad-region", test_bad_region);
  for (gsize i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      g_autofree char *name = g_strdup_printf ("/import/refusal/%s-%u", refusals[i].code, refusals[i].times);

      g_test_add (name, Fixture, GSIZE_TO_POINTER (i), set_up, test_refusal, tear_down);
    }
  return g_test_run ();
}
