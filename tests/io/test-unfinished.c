/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Uploads that were begun and left: listed page by page, and removed.
 */
#include "model/base/errors.h"
#include "tests/support/upload-fixture.h"

/* More than a page holds. */
#define N_MANY 1003

static char *begin (UploadFixture *fixture, const char *key)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EmbarkUpload) upload =
      embark_upload_new (&fixture->cos, key, NULL, &(EmbarkUploadOptions){ .parallel = 1 }, NULL, &error);

  g_assert_no_error (error);
  return g_strdup (embark_upload_get_id (upload));
}

static guint count (UploadFixture *fixture, const char *prefix)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) uploads = embark_upload_list_unfinished (&fixture->cos, prefix, NULL, &error);

  g_assert_no_error (error);
  return uploads->len;
}

static void test_list (UploadFixture *fixture, gconstpointer data)
{
  const char *key = "embark/镜像 a+b%25.qcow2";
  g_autofree char *id = begin (fixture, key), *other = begin (fixture, "other/a");
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) uploads = embark_upload_list_unfinished (&fixture->cos, "embark/", NULL, &error);
  const EmbarkUnfinished *upload;
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;

  g_assert_no_error (error);
  g_assert_cmpuint (uploads->len, ==, 1);
  upload = g_ptr_array_index (uploads, 0);
  g_assert_cmpstr (upload->key, ==, key);
  g_assert_cmpstr (upload->upload_id, ==, id);
  g_assert_cmpint (upload->initiated, >, now - 3600);
  g_assert_cmpint (upload->initiated, <, now + 3600);
  g_assert_cmpuint (count (fixture, NULL), ==, 2);

  g_assert_true (embark_upload_remove_unfinished (&fixture->cos, "other/a", other, NULL, &error));
  g_assert_true (embark_upload_remove_unfinished (&fixture->cos, "other/a", other, NULL, &error));
  g_assert_cmpuint (count (fixture, NULL), ==, 1);
}

static void test_pages (UploadFixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < N_MANY; i++)
    {
      g_autofree char *key = g_strdup_printf ("many/%u", i % 3);
      g_autofree char *id = begin (fixture, key);

      g_assert_nonnull (id);
    }
  g_assert_cmpuint (count (fixture, "many/"), ==, N_MANY);
  g_assert_cmpuint (count (fixture, "many/2"), ==, N_MANY / 3);
}

static void test_strays (UploadFixture *fixture, gconstpointer data)
{
  g_autofree char *first = begin (fixture, "a"), *second = begin (fixture, "a"), *longer = begin (fixture, "ab");
  g_autoptr (GError) error = NULL;

  embark_upload_abort_strays (&fixture->cos, "a", NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (practice_cloud_count (fixture->cloud, "uploads"), ==, 1);
  g_assert_cmpuint (count (fixture, "ab"), ==, 1);
}

static void test_failures (UploadFixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  practice_cloud_set_faults (fixture->cloud, "[{\"match\":{\"op\":\"ListMultipartUploads\"},\"do\":\"garbage\"}]");
  g_assert_null (embark_upload_list_unfinished (&fixture->cos, NULL, NULL, &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_NETWORK);
  g_clear_error (&error);
  practice_cloud_set_faults (fixture->cloud, "[{\"match\":{\"op\":\"ListMultipartUploads\"},\"do\":\"status\","
                                             "\"status\":403,\"code\":\"AccessDenied\"}]");
  g_assert_null (embark_upload_list_unfinished (&fixture->cos, NULL, NULL, &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_PERMISSION);
}

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, test)                                                                                                \
  g_test_add ("/unfinished/" path, UploadFixture, NULL, upload_fixture_set_up, test, upload_fixture_tear_down)
  ADD ("list", test_list);
  ADD ("pages", test_pages);
  ADD ("strays", test_strays);
  ADD ("failures", test_failures);
  return g_test_run ();
}
