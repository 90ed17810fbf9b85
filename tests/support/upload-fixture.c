/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The practice cloud and the object that tests of EmbarkUpload send to it.
 */
#include "tests/support/upload-fixture.h"

#include "model/stream/crc64.h"

static void start (UploadFixture *fixture, const char *const *options)
{
  fixture->cloud = practice_cloud_start (options);
  fixture->http = embark_http_new (&(EmbarkHttpOptions){ .connect_to = practice_cloud_get_connect_to (fixture->cloud),
                                                         .ca_file = practice_cloud_get_ca_file (fixture->cloud),
                                                         .retry_ms = 1,
                                                         .stall_s = 1 });
}

void upload_fixture_set_up (UploadFixture *fixture, gconstpointer data)
{
  start (fixture, NULL);
  fixture->keys = embark_credentials_new (PRACTICE_CLOUD_ID, PRACTICE_CLOUD_KEY, NULL);
  fixture->cos = (EmbarkCos){ fixture->http, fixture->keys, PRACTICE_CLOUD_REGION, PRACTICE_CLOUD_BUCKET };
}

void upload_fixture_set_up_temporary (UploadFixture *fixture, gconstpointer data)
{
  const char *const options[] = { "--keys", TEMPORARY_ID ":" TEMPORARY_KEY ":" TEMPORARY_TOKEN ":3600", NULL };

  start (fixture, options);
  fixture->keys = embark_credentials_new (TEMPORARY_ID, TEMPORARY_KEY, TEMPORARY_TOKEN);
  fixture->cos = (EmbarkCos){ fixture->http, fixture->keys, PRACTICE_CLOUD_REGION, PRACTICE_CLOUD_BUCKET };
}

void upload_fixture_tear_down (UploadFixture *fixture, gconstpointer data)
{
  embark_http_unref (fixture->http);
  embark_credentials_unref (fixture->keys);
  practice_cloud_stop (fixture->cloud);
}

GBytes *upload_fixture_make_part (guint number)
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

guint64 upload_fixture_compute_crc (GBytes *bytes, guint64 crc)
{
  return embark_crc64 (crc, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

guint64 upload_fixture_compute_object_crc (void)
{
  guint64 crc = 0;

  for (guint number = 1; number <= N_PARTS; number++)
    {
      g_autoptr (GBytes) part = upload_fixture_make_part (number);

      crc = upload_fixture_compute_crc (part, crc);
    }
  return crc;
}

gboolean upload_fixture_put_parts (EmbarkUpload *upload, guint first, guint last, GCancellable *cancellable,
                                   GError **error)
{
  for (guint number = first; number <= last; number++)
    {
      g_autoptr (GBytes) part = upload_fixture_make_part (number);

      if (!embark_upload_put_part (upload, number, part, upload_fixture_compute_crc (part, 0), cancellable, error))
        return FALSE;
    }
  return TRUE;
}

gboolean upload_fixture_finish (EmbarkUpload *upload, GCancellable *cancellable, GError **error)
{
  return embark_upload_finish (upload, TOTAL, upload_fixture_compute_object_crc (), cancellable, error);
}

gboolean upload_fixture_send_whole (UploadFixture *fixture, const char *key, const EmbarkUploadOptions *options,
                                    GCancellable *cancellable, GError **error)
{
  g_autoptr (EmbarkUpload) upload = embark_upload_new (&fixture->cos, key, NULL, options, NULL, error);

  return upload != NULL && upload_fixture_put_parts (upload, 1, N_PARTS, cancellable, error)
         && upload_fixture_finish (upload, cancellable, error);
}

void upload_fixture_assert_whole (UploadFixture *fixture, const char *key)
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
  g_assert_cmpuint (embark_crc64 (0, contents, length), ==, upload_fixture_compute_object_crc ());
  g_assert_cmpuint (practice_cloud_count (fixture->cloud, "uploads"), ==, 0);
}

void upload_watch_cb (const EmbarkProgress *progress, gpointer user_data)
{
  UploadWatch *watch = user_data;

  g_mutex_lock (&watch->mutex);
  watch->has_gone_back |= progress->bytes_done < watch->last.bytes_done || progress->bytes_kept < watch->last.bytes_kept
                          || progress->bytes_moved < watch->last.bytes_moved;
  watch->last = *progress;
  watch->most_in_flight = MAX (watch->most_in_flight, progress->in_flight);
  watch->reports++;
  watch->is_offline |= g_str_equal (progress->stage, "offline");
  watch->is_paused |= g_str_equal (progress->stage, "paused");
  watch->is_finishing |= g_str_equal (progress->stage, "finish");
  g_mutex_unlock (&watch->mutex);
  if (watch->report_func != NULL)
    watch->report_func (progress, watch->data);
}
