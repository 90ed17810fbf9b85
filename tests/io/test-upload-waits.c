/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkUpload while something keeps it from going on: no network, a pause, a
 * limit, keys that ran out, requests that stall.
 */
#include <string.h>

#include "model/base/errors.h"
#include "tests/support/upload-fixture.h"

#define SLOW "[{\"match\":{\"op\":\"UploadPart\"},\"do\":\"slow\",\"bytesPerSecond\":20000}]"

/* Of a test: what happens when a report comes. */
typedef struct
{
  UploadFixture *fixture;
  EmbarkGate *gate;
  GCancellable *cancellable;
  gboolean is_done;
  guint64 moved; /* when it was done */
} Scene;

static void assert_went_well (UploadFixture *fixture, UploadWatch *watch, const GError *error)
{
  g_assert_no_error (error);
  g_assert_false (watch->has_gone_back);
  g_assert_cmpuint (watch->last.bytes_done, ==, TOTAL);
  upload_fixture_assert_whole (fixture, "a");
}

/* Each lasts until the upload says that it waits. */
static const char *const lasting_faults[] = {
  "[{\"match\":{\"op\":\"UploadPart\"},\"do\":\"status\",\"status\":503}]",
  "[{\"match\":{\"op\":\"UploadPart\",\"after\":2},\"do\":\"status\",\"status\":503,\"code\":\"SlowDown\"}]",
  "[{\"match\":{\"op\":\"UploadPart\"},\"do\":\"reset\",\"after\":1000}]",
  "[{\"match\":{\"op\":\"UploadPart\"},\"do\":\"garbage\"}]",
  "[{\"match\":{\"op\":\"UploadPart\"},\"do\":\"status\",\"status\":400,\"code\":\"RequestTimeout\"}]",
  "[{\"match\":{\"op\":\"UploadPart\"},\"do\":\"lost-answer\"}]",
  "[{\"match\":{\"op\":\"CompleteMultipartUpload\"},\"do\":\"status\",\"status\":503}]",
  "[{\"match\":{\"op\":\"CompleteMultipartUpload\"},\"do\":\"error-in-200\"}]",
  "[{\"match\":{\"op\":\"CompleteMultipartUpload\"},\"do\":\"lost-answer\"},"
  "{\"match\":{\"op\":\"HeadObject\"},\"do\":\"status\",\"status\":500}]",
  "[{\"match\":{\"op\":\"HeadObject\"},\"do\":\"lost-answer\"}]",
};

static void end_faults_cb (const EmbarkProgress *progress, gpointer data)
{
  Scene *scene = data;

  if (g_str_equal (progress->stage, "offline") && !scene->is_done)
    {
      scene->is_done = TRUE;
      practice_cloud_set_faults (scene->fixture->cloud, "[]");
    }
}

static void test_lasting_fault (UploadFixture *fixture, gconstpointer data)
{
  Scene scene = { .fixture = fixture };
  UploadWatch watch = { .report_func = end_faults_cb, .data = &scene };
  const EmbarkUploadOptions options = { .progress = upload_watch_cb, .user_data = &watch };
  g_autoptr (GError) error = NULL;

  practice_cloud_set_faults (fixture->cloud, data);
  upload_fixture_send_whole (fixture, "a", &options, NULL, &error);
  assert_went_well (fixture, &watch, error);
  g_assert_true (watch.is_offline);
}

static void reach_again_cb (const EmbarkProgress *progress, gpointer data)
{
  Scene *scene = data;

  if (g_str_equal (progress->stage, "offline"))
    embark_http_set_proxy (scene->fixture->http, EMBARK_PROXY_NONE, NULL, NULL);
}

/* There is no way to the cloud at all; then there is one again. */
static void test_out_of_reach (UploadFixture *fixture, gconstpointer data)
{
  Scene scene = { .fixture = fixture };
  UploadWatch watch = { .report_func = reach_again_cb, .data = &scene };
  const EmbarkUploadOptions options = { .progress = upload_watch_cb, .user_data = &watch };
  g_autoptr (GError) error = NULL;
  g_autoptr (EmbarkUpload) upload = embark_upload_new (&fixture->cos, "a", NULL, &options, NULL, &error);

  g_assert_no_error (error);
  embark_http_set_proxy (fixture->http, EMBARK_PROXY_MANUAL, "http://127.0.0.1:1", &error);
  g_assert_no_error (error);
  upload_fixture_put_parts (upload, 1, N_PARTS, NULL, &error);
  g_assert_no_error (error);
  upload_fixture_finish (upload, NULL, &error);
  assert_went_well (fixture, &watch, error);
  g_assert_true (watch.is_offline);
}

/* At its beginning an upload does not wait. */
static void test_out_of_reach_at_first (UploadFixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  embark_http_set_proxy (fixture->http, EMBARK_PROXY_MANUAL, "http://127.0.0.1:1", &error);
  g_assert_no_error (error);
  g_assert_null (embark_upload_new (&fixture->cos, "a", NULL, NULL, NULL, &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_NETWORK);
  g_assert_nonnull (strstr (error->message, "127.0.0.1:1"));
}

static void cancel_offline_cb (const EmbarkProgress *progress, gpointer data)
{
  if (g_str_equal (progress->stage, "offline"))
    g_cancellable_cancel (((Scene *) data)->cancellable);
}

static void test_cancel_offline (UploadFixture *fixture, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Scene scene = { .cancellable = cancellable };
  UploadWatch watch = { .report_func = cancel_offline_cb, .data = &scene };
  const EmbarkUploadOptions options = { .progress = upload_watch_cb, .user_data = &watch };
  g_autoptr (GError) error = NULL;
  g_autoptr (EmbarkUpload) upload = embark_upload_new (&fixture->cos, "a", NULL, &options, NULL, &error);

  practice_cloud_set_faults (fixture->cloud, lasting_faults[0]);
  g_assert_false (upload_fixture_put_parts (upload, 1, N_PARTS, cancellable, &error)
                  && upload_fixture_finish (upload, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  embark_upload_abort (upload, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (practice_cloud_count (fixture->cloud, "uploads"), ==, 0);
}

/* Closes the gate in the middle of parts that would take an hour, and opens it when all of them were dropped. */
static void pause_cb (const EmbarkProgress *progress, gpointer data)
{
  Scene *scene = data;

  if (progress->bytes_moved > 0 && !scene->is_done)
    {
      scene->is_done = TRUE;
      embark_gate_set_open (scene->gate, FALSE);
    }
  if (!g_str_equal (progress->stage, "paused") || progress->in_flight > 0)
    return;
  if (scene->cancellable != NULL)
    {
      g_cancellable_cancel (scene->cancellable);
      return;
    }
  practice_cloud_set_faults (scene->fixture->cloud, "[]");
  embark_gate_set_open (scene->gate, TRUE);
}

static void test_pause (UploadFixture *fixture, gconstpointer data)
{
  g_autoptr (EmbarkGate) gate = embark_gate_new ();
  Scene scene = { .fixture = fixture, .gate = gate };
  UploadWatch watch = { .report_func = pause_cb, .data = &scene };
  const EmbarkUploadOptions options = { .gate = gate, .progress = upload_watch_cb, .user_data = &watch };
  g_autoptr (GError) error = NULL;

  practice_cloud_set_faults (fixture->cloud, SLOW);
  upload_fixture_send_whole (fixture, "a", &options, NULL, &error);
  assert_went_well (fixture, &watch, error);
  g_assert_true (watch.is_paused);
  g_assert_false (watch.is_offline);
}

static void test_cancel_paused (UploadFixture *fixture, gconstpointer data)
{
  g_autoptr (EmbarkGate) gate = embark_gate_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Scene scene = { .gate = gate, .cancellable = cancellable };
  UploadWatch watch = { .report_func = pause_cb, .data = &scene };
  const EmbarkUploadOptions options = { .gate = gate, .progress = upload_watch_cb, .user_data = &watch };
  g_autoptr (GError) error = NULL;
  g_autoptr (EmbarkUpload) upload = embark_upload_new (&fixture->cos, "a", NULL, &options, NULL, &error);

  practice_cloud_set_faults (fixture->cloud, SLOW);
  g_assert_false (upload_fixture_put_parts (upload, 1, N_PARTS, cancellable, &error)
                  && upload_fixture_finish (upload, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  embark_upload_abort (upload, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (practice_cloud_count (fixture->cloud, "uploads"), ==, 0);
}

/* So slow that it would take an hour and that every lane is held for longer than a stall may last. */
static void lift_limit_cb (const EmbarkProgress *progress, gpointer data)
{
  Scene *scene = data;

  if (progress->bytes_moved < 4 * 1024 || scene->is_done)
    return;
  scene->is_done = TRUE;
  scene->moved = progress->bytes_moved;
  embark_http_set_send_limit (scene->fixture->http, 0);
}

static void test_limit (UploadFixture *fixture, gconstpointer data)
{
  Scene scene = { .fixture = fixture };
  UploadWatch watch = { .report_func = lift_limit_cb, .data = &scene };
  const EmbarkUploadOptions options = { .parallel = 5, .progress = upload_watch_cb, .user_data = &watch };
  g_autoptr (GError) error = NULL;

  practice_cloud_set_faults (fixture->cloud, "[{\"match\":{\"op\":\"UploadPart\",\"times\":0},\"do\":\"no-crc\"}]");
  embark_http_set_send_limit (fixture->http, 1024);
  upload_fixture_send_whole (fixture, "a", &options, NULL, &error);
  assert_went_well (fixture, &watch, error);
  g_assert_cmpuint (scene.moved, <, PART_SIZE);
  /* Being held back is no stall: nothing was sent twice. */
  g_assert_cmpuint (practice_cloud_count_seen (fixture->cloud, 0), ==, N_PARTS);
}

static void test_limited (UploadFixture *fixture, gconstpointer data)
{
  UploadWatch watch = { .reports = 0 };
  const EmbarkUploadOptions options = { .progress = upload_watch_cb, .user_data = &watch };
  g_autoptr (GError) error = NULL;

  embark_http_set_send_limit (fixture->http, 8 * PART_SIZE);
  upload_fixture_send_whole (fixture, "a", &options, NULL, &error);
  assert_went_well (fixture, &watch, error);
}

static void test_stall (UploadFixture *fixture, gconstpointer data)
{
  UploadWatch watch = { .reports = 0 };
  const EmbarkUploadOptions options = { .progress = upload_watch_cb, .user_data = &watch };
  g_autoptr (GError) error = NULL;

  practice_cloud_set_faults (fixture->cloud, "[{\"match\":{\"op\":\"UploadPart\",\"part\":2,\"times\":1},"
                                             "\"do\":\"stall\",\"after\":1000,\"seconds\":3600}]");
  upload_fixture_send_whole (fixture, "a", &options, NULL, &error);
  assert_went_well (fixture, &watch, error);
  g_assert_cmpuint (practice_cloud_count_seen (fixture->cloud, 0), ==, 2);
}

/* The temporary key is over from one moment to the next, at the first byte that is sent. */
static void end_key (UploadFixture *fixture)
{
  g_autoptr (JsonNode) result =
      practice_cloud_command (fixture->cloud, "{\"command\":\"add-key\",\"key\":\"" TEMPORARY_ID ":" TEMPORARY_KEY
                                              ":" TEMPORARY_TOKEN ":-1\"}");

  g_assert_true (json_node_get_boolean (result));
}

static EmbarkCredentials *renew_key (UploadFixture *fixture)
{
  g_autoptr (JsonNode) result = practice_cloud_command (
      fixture->cloud, "{\"command\":\"add-key\",\"key\":\"AKIDnext:nextSecretKey:nextToken:99\"}");

  g_assert_true (json_node_get_boolean (result));
  return embark_credentials_new ("AKIDnext", "nextSecretKey", "nextToken");
}

static void renew_cb (const EmbarkProgress *progress, gpointer data)
{
  Scene *scene = data;
  g_autoptr (EmbarkCredentials) next = NULL;

  if (progress->bytes_done == 0 || scene->is_done)
    return;
  scene->is_done = TRUE;
  next = renew_key (scene->fixture);
  embark_credentials_replace (scene->fixture->keys, next);
  /* Parts that are on their way were signed with it. */
  end_key (scene->fixture);
}

static void test_renewed_keys (UploadFixture *fixture, gconstpointer data)
{
  Scene scene = { .fixture = fixture };
  UploadWatch watch = { .report_func = renew_cb, .data = &scene };
  const EmbarkUploadOptions options = { .progress = upload_watch_cb, .user_data = &watch };
  g_autoptr (GError) error = NULL;

  upload_fixture_send_whole (fixture, "a", &options, NULL, &error);
  assert_went_well (fixture, &watch, error);
  g_assert_true (scene.is_done);
  g_assert_false (watch.is_offline);
}

static void expire_cb (const EmbarkProgress *progress, gpointer data)
{
  Scene *scene = data;

  if (progress->bytes_done > 0 && !scene->is_done)
    {
      scene->is_done = TRUE;
      end_key (scene->fixture);
    }
}

/* Nobody renews them: the upload fails and stays, and goes on with other keys. */
static void test_expired_keys (UploadFixture *fixture, gconstpointer data)
{
  Scene scene = { .fixture = fixture };
  UploadWatch watch = { .report_func = expire_cb, .data = &scene };
  UploadWatch again = { .reports = 0 };
  const EmbarkUploadOptions options = { .parallel = 1, .progress = upload_watch_cb, .user_data = &watch };
  const EmbarkUploadOptions more = { .progress = upload_watch_cb, .user_data = &again };
  g_autoptr (GError) error = NULL;
  EmbarkUpload *upload = embark_upload_new (&fixture->cos, "a", NULL, &options, NULL, &error);
  g_autofree char *id = g_strdup (embark_upload_get_id (upload));
  g_autoptr (EmbarkCredentials) next = NULL;

  g_assert_false (upload_fixture_put_parts (upload, 1, N_PARTS, NULL, &error)
                  && upload_fixture_finish (upload, NULL, &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_KEYS_EXPIRED);
  g_clear_error (&error);
  embark_upload_free (upload);
  g_assert_cmpuint (practice_cloud_count (fixture->cloud, "uploads"), ==, 1);

  next = renew_key (fixture);
  fixture->cos.credentials = next;
  upload = embark_upload_new (&fixture->cos, "a", id, &more, NULL, &error);
  g_assert_no_error (error);
  upload_fixture_put_parts (upload, 1, N_PARTS, NULL, &error);
  g_assert_no_error (error);
  upload_fixture_finish (upload, NULL, &error);
  assert_went_well (fixture, &again, error);
  g_assert_cmpuint (again.last.bytes_kept, >=, PART_SIZE);
  embark_upload_free (upload);
}

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (lasting_faults); i++)
    {
      g_autofree char *name = g_strdup_printf ("/upload-waits/lasting-fault/%" G_GSIZE_FORMAT, i);

      g_test_add (name, UploadFixture, lasting_faults[i], upload_fixture_set_up, test_lasting_fault,
                  upload_fixture_tear_down);
    }
#define ADD(path, set_up, test)                                                                                        \
  g_test_add ("/upload-waits/" path, UploadFixture, NULL, set_up, test, upload_fixture_tear_down)
  ADD ("out-of-reach", upload_fixture_set_up, test_out_of_reach);
  ADD ("out-of-reach-at-first", upload_fixture_set_up, test_out_of_reach_at_first);
  ADD ("cancel-offline", upload_fixture_set_up, test_cancel_offline);
  ADD ("pause", upload_fixture_set_up, test_pause);
  ADD ("cancel-paused", upload_fixture_set_up, test_cancel_paused);
  ADD ("limit", upload_fixture_set_up, test_limit);
  ADD ("limited", upload_fixture_set_up, test_limited);
  ADD ("stall", upload_fixture_set_up, test_stall);
  ADD ("renewed-keys", upload_fixture_set_up_temporary, test_renewed_keys);
  ADD ("expired-keys", upload_fixture_set_up_temporary, test_expired_keys);
  return g_test_run ();
}
