/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The import as a step of a migration against the practice cloud: whatever is
 * lost on the way, the cloud imports once and the image is found again.
 */
#include "model/migration-steps.h"

#include <string.h>

#include "model/base/errors.h"
#include "tests/support/image-folder.h"
#include "tests/support/practice-cloud.h"

#define NAME "web-01-2026-11-22"
#define N_SECTORS (16 * 2048)

typedef struct
{
  PracticeCloud *cloud;
  ImageFolder *folder;
  EmbarkJournal *journal;
  EmbarkMigrationRecord *record;
  EmbarkHttp *http;
  EmbarkCredentials *keys;
  GCancellable *cancellable;
  const char *faults_on_wait;    /* set once the step waits */
  const char *faults_on_offline; /* set once the network is away */
  gboolean is_cancelled_on_wait;
  guint n_offline;
} Fixture;

/* A raw disk with one partition. */
static void make_disk (Fixture *fixture)
{
  g_autofree guint8 *disk = g_malloc0 (N_SECTORS * 512);
  const guint8 entry[16] = { 0x80, 0, 33, 0, 0x83, 0, 0, 0, 0, 8, 0, 0, 0, 64, 0, 0 };

  memcpy (disk + 446, entry, sizeof entry);
  disk[510] = 0x55;
  disk[511] = 0xaa;
  memset (disk + 1024 * 1024, 'x', 100000);
  image_folder_write (fixture->folder, "disk.raw", disk, N_SECTORS * 512);
}

static void make_record (Fixture *fixture, const char *name, const char *key)
{
  g_clear_pointer (&fixture->record, embark_migration_record_unref);
  fixture->record = embark_migration_record_new (fixture->journal);
  embark_migration_record_set (fixture->record, EMBARK_RECORD_REGION, PRACTICE_CLOUD_REGION);
  embark_migration_record_set (fixture->record, EMBARK_RECORD_BUCKET, PRACTICE_CLOUD_BUCKET);
  embark_migration_record_set (fixture->record, EMBARK_RECORD_KEY, key);
  embark_migration_record_set (fixture->record, EMBARK_RECORD_IMAGE_NAME, name);
  embark_migration_record_set (fixture->record, EMBARK_RECORD_OS_TYPE, "linux");
  embark_migration_record_set (fixture->record, EMBARK_RECORD_DISTRIBUTION, "debian");
  embark_migration_record_set_uint (fixture->record, EMBARK_RECORD_MAJOR, 12);
}

static EmbarkStep *make_step (Fixture *fixture)
{
  EmbarkStep *step = g_new0 (EmbarkStep, 1);

  step->record = embark_migration_record_ref (fixture->record);
  step->source = g_new0 (EmbarkDiskSource, 1);
  step->source->path = image_folder_get_path (fixture->folder, "disk.raw");
  step->source->runtime_dir = g_strdup (fixture->folder->path);
  step->http = embark_http_ref (fixture->http);
  step->credentials = embark_credentials_ref (fixture->keys);
  return step;
}

static gboolean upload (Fixture *fixture, GError **error)
{
  EmbarkStep *step = make_step (fixture);
  g_autoptr (EmbarkLook) look = embark_look_at_header (step->source, NULL, error);
  gboolean is_uploaded;

  g_assert_nonnull (look);
  embark_migration_record_set (fixture->record, EMBARK_RECORD_FINGERPRINT, look->fingerprint);
  is_uploaded = embark_step_upload (step, NULL, NULL, NULL, error);
  embark_step_free (step);
  return is_uploaded;
}

static void set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *journal = NULL;

  fixture->cloud = practice_cloud_start (NULL);
  fixture->folder = image_folder_new ();
  journal = image_folder_get_path (fixture->folder, "journal");
  fixture->journal = embark_journal_open (journal, &error);
  g_assert_no_error (error);
  fixture->http = embark_http_new (&(EmbarkHttpOptions){ .connect_to = practice_cloud_get_connect_to (fixture->cloud),
                                                         .ca_file = practice_cloud_get_ca_file (fixture->cloud),
                                                         .retry_ms = 1 });
  fixture->keys = embark_credentials_new (PRACTICE_CLOUD_ID, PRACTICE_CLOUD_KEY, NULL);
  fixture->cancellable = g_cancellable_new ();
  json_node_unref (practice_cloud_command (fixture->cloud, "{\"command\": \"set\", \"importSeconds\": 0}"));
  make_disk (fixture);
  make_record (fixture, NAME, "disk.qcow2");
  g_assert_true (upload (fixture, &error));
  g_assert_no_error (error);
}

static void tear_down (Fixture *fixture, gconstpointer data)
{
  embark_migration_record_unref (fixture->record);
  embark_journal_free (fixture->journal);
  embark_http_unref (fixture->http);
  embark_credentials_unref (fixture->keys);
  g_object_unref (fixture->cancellable);
  image_folder_free (fixture->folder);
  practice_cloud_stop (fixture->cloud);
}

static void progressed_cb (const EmbarkProgress *progress, gpointer user_data)
{
  Fixture *fixture = user_data;

  if (g_str_equal (progress->stage, "wait"))
    {
      if (fixture->is_cancelled_on_wait)
        g_cancellable_cancel (fixture->cancellable);
      if (fixture->faults_on_wait != NULL)
        practice_cloud_set_faults (fixture->cloud, g_steal_pointer (&fixture->faults_on_wait));
    }
  if (g_str_equal (progress->stage, "offline"))
    {
      fixture->n_offline++;
      if (fixture->faults_on_offline != NULL)
        practice_cloud_set_faults (fixture->cloud, g_steal_pointer (&fixture->faults_on_offline));
    }
}

/* As after a crash: the record is what the journal holds. */
static void reload (Fixture *fixture)
{
  g_autofree char *id = g_strdup (embark_migration_record_get_id (fixture->record));
  g_autoptr (GError) error = NULL;

  embark_migration_record_unref (fixture->record);
  fixture->record = embark_migration_record_load (fixture->journal, id, &error);
  g_assert_no_error (error);
}

static gboolean import (Fixture *fixture, GError **error)
{
  EmbarkStep *step = make_step (fixture);
  gboolean is_imported = embark_step_import (step, progressed_cb, fixture, fixture->cancellable, error);

  embark_step_free (step);
  return is_imported;
}

static void assert_text (Fixture *fixture, const char *key, const char *text)
{
  g_autofree char *value = embark_migration_record_dup (fixture->record, key);

  g_assert_cmpstr (value, ==, text);
}

/* One image, and the record knows it, also after a crash. */
static void assert_imported_once (Fixture *fixture, const char *name)
{
  g_autoptr (JsonNode) images = practice_cloud_command (fixture->cloud, "{\"command\": \"images\"}");
  JsonArray *list = json_node_get_array (images);
  JsonObject *image;

  g_assert_cmpuint (json_array_get_length (list), ==, 1);
  image = json_array_get_object_element (list, 0);
  g_assert_cmpstr (json_object_get_string_member (image, "ImageName"), ==, name);
  g_assert_cmpstr (json_object_get_string_member (image, "ImageState"), ==, "NORMAL");
  reload (fixture);
  assert_text (fixture, EMBARK_RECORD_IMAGE_ID, json_object_get_string_member (image, "ImageId"));
}

static void import_well (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  gboolean is_imported = import (fixture, &error);

  g_assert_no_error (error);
  g_assert_true (is_imported);
}

static void import_badly (Fixture *fixture, EmbarkError code)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (import (fixture, &error));
  g_assert_error (error, EMBARK_ERROR, (int) code);
  reload (fixture);
}

static void test_done (Fixture *fixture, gconstpointer data)
{
  import_well (fixture);
  assert_imported_once (fixture, NAME);
}

/* It has arrived, but the answer is lost: found by its name at once. */
static void test_lost_answer (Fixture *fixture, gconstpointer data)
{
  practice_cloud_set_faults (fixture->cloud, "[{\"match\": {\"op\": \"ImportImage\", \"times\": 1}, "
                                             "\"do\": \"lost-answer\"}]");
  import_well (fixture);
  assert_imported_once (fixture, NAME);
}

/* The program dies behind a request whose answer was lost; the next one knows the name only. */
static void test_died_behind_the_request (Fixture *fixture, gconstpointer data)
{
  import_well (fixture);
  embark_migration_record_set (fixture->record, EMBARK_RECORD_IMAGE_ID, NULL);
  g_assert_true (embark_migration_record_save (fixture->record, NULL));
  reload (fixture);
  import_well (fixture);
  assert_imported_once (fixture, NAME);
}

/* The same, and the image is not listed yet: the cloud takes a name once. */
static void test_lost_answer_listed_late (Fixture *fixture, gconstpointer data)
{
  practice_cloud_set_faults (fixture->cloud, "[{\"match\": {\"op\": \"ImportImage\", \"times\": 1}, "
                                             "\"do\": \"image-late\", \"seconds\": 1}]");
  embark_migration_record_set_flag (fixture->record, EMBARK_RECORD_NO_WAIT, TRUE);
  import_well (fixture);
  embark_migration_record_set_flag (fixture->record, EMBARK_RECORD_NO_WAIT, FALSE);
  embark_migration_record_set (fixture->record, EMBARK_RECORD_IMAGE_ID, NULL);
  import_well (fixture);
  assert_imported_once (fixture, NAME);
}

/* Accepted with an id, not listed yet, and asked for by the next run of the program: not sent again. */
static void test_accepted_listed_late (Fixture *fixture, gconstpointer data)
{
  practice_cloud_set_faults (fixture->cloud, "[{\"match\": {\"op\": \"ImportImage\"}, "
                                             "\"do\": \"image-late\", \"seconds\": 1}]");
  embark_migration_record_set_flag (fixture->record, EMBARK_RECORD_NO_WAIT, TRUE);
  import_well (fixture);
  embark_migration_record_set_flag (fixture->record, EMBARK_RECORD_NO_WAIT, FALSE);
  import_well (fixture);
  g_assert_cmpuint (practice_cloud_count_seen (fixture->cloud, 0), ==, 1);
  assert_imported_once (fixture, NAME);
}

/* The request never arrives: it is sent again, once in each run. */
static void test_lost_request (Fixture *fixture, gconstpointer data)
{
  practice_cloud_set_faults (fixture->cloud, "[{\"match\": {\"op\": \"ImportImage\"}, \"do\": \"reset\"}]");
  import_badly (fixture, EMBARK_ERROR_NETWORK);
  g_assert_cmpuint (practice_cloud_count_seen (fixture->cloud, 0), ==, 2);
  g_assert_cmpuint (practice_cloud_count (fixture->cloud, "images"), ==, 0);
  practice_cloud_set_faults (fixture->cloud, "[]");
  import_well (fixture);
  assert_imported_once (fixture, NAME);
}

static void test_no_image_id (Fixture *fixture, gconstpointer data)
{
  practice_cloud_set_faults (fixture->cloud, "[{\"match\": {\"op\": \"ImportImage\"}, \"do\": \"no-image-id\"}]");
  import_well (fixture);
  assert_imported_once (fixture, NAME);
}

/* The failed image keeps its name; the next try has another, also for a name of many bytes. */
static void test_import_fails (Fixture *fixture, gconstpointer data)
{
  g_autofree char *long_name = g_utf8_substring ("一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十"
                                                 "一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十",
                                                 0, 60);
  const char *const names[][2] = {
    { "web", "web-2" }, { "web-9", "web-10" }, { "web-01-2026-11-22", "web-01-2026-11-22-2" }, { long_name, NULL }
  };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *key = g_strdup_printf ("disk-%u.qcow2", i);
      g_autofree char *next = NULL;
      g_autoptr (GError) error = NULL;

      make_record (fixture, names[i][0], key);
      g_assert_true (upload (fixture, &error));
      g_assert_no_error (error);
      practice_cloud_set_faults (fixture->cloud, "[{\"match\": {\"op\": \"ImportImage\"}, \"do\": \"import-fails\", "
                                                 "\"code\": \"VirtioNotInstall\"}]");
      import_badly (fixture, EMBARK_ERROR_IMPORT_FAILED);
      next = embark_migration_record_dup (fixture->record, EMBARK_RECORD_IMAGE_NAME);
      if (names[i][1] != NULL)
        g_assert_cmpstr (next, ==, names[i][1]);
      g_assert_true (g_utf8_validate (next, -1, NULL));
      g_assert_cmpint (g_utf8_strlen (next, -1), <=, 60);
      practice_cloud_set_faults (fixture->cloud, "[]");
      import_well (fixture);
    }
}

/* It fails while nobody watches: whoever continues is told, and nothing is sent behind the user's back. */
static void test_failed_meanwhile (Fixture *fixture, gconstpointer data)
{
  practice_cloud_set_faults (fixture->cloud, "[{\"match\": {\"op\": \"ImportImage\"}, \"do\": \"import-fails\", "
                                             "\"code\": \"InternalError\"}]");
  embark_migration_record_set_flag (fixture->record, EMBARK_RECORD_NO_WAIT, TRUE);
  import_well (fixture);
  embark_migration_record_set_flag (fixture->record, EMBARK_RECORD_NO_WAIT, FALSE);
  json_node_unref (practice_cloud_command (fixture->cloud, "{\"command\": \"hurry\"}"));
  import_badly (fixture, EMBARK_ERROR_IMPORT_FAILED);
  g_assert_cmpuint (practice_cloud_count_seen (fixture->cloud, 0), ==, 1);
  assert_text (fixture, EMBARK_RECORD_IMAGE_NAME, NAME "-2");
}

/* Somebody else's image of that name is never taken for ours, not even after a request that got lost. */
static void test_name_taken (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  import_well (fixture);
  make_record (fixture, NAME, "second.qcow2");
  g_assert_false (upload (fixture, &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_NAME_TAKEN);
  g_assert_cmpuint (practice_cloud_count (fixture->cloud, "objects"), ==, 1);
  assert_text (fixture, EMBARK_RECORD_IMAGE_NAME, NAME "-2");
  embark_migration_record_set (fixture->record, EMBARK_RECORD_IMAGE_NAME, NAME);
  practice_cloud_set_faults (fixture->cloud, "[{\"match\": {\"op\": \"ImportImage\"}, \"do\": \"reset\"}]");
  import_badly (fixture, EMBARK_ERROR_NAME_TAKEN);
  assert_text (fixture, EMBARK_RECORD_IMAGE_NAME, NAME "-2");
  g_assert_false (embark_migration_record_is (fixture->record, EMBARK_RECORD_IMPORT_SENT));
}

/* The network goes away while the cloud works: waited for, not failed. */
static void test_offline (Fixture *fixture, gconstpointer data)
{
  fixture->faults_on_wait = "[{\"match\": {\"op\": \"DescribeImages\"}, \"do\": \"reset\"}]";
  fixture->faults_on_offline = "[]";
  import_well (fixture);
  g_assert_cmpuint (fixture->n_offline, ==, 1);
  assert_imported_once (fixture, NAME);
}

static void test_keys_expire (Fixture *fixture, gconstpointer data)
{
  fixture->faults_on_wait = "[{\"match\": {\"op\": \"DescribeImages\"}, \"do\": \"api-error\", "
                            "\"code\": \"AuthFailure.TokenFailure\"}]";
  import_badly (fixture, EMBARK_ERROR_KEYS_EXPIRED);
  assert_text (fixture, EMBARK_RECORD_IMAGE_NAME, NAME);
  practice_cloud_set_faults (fixture->cloud, "[]");
  import_well (fixture);
  assert_imported_once (fixture, NAME);
}

static void test_cancel (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  json_node_unref (practice_cloud_command (fixture->cloud, "{\"command\": \"set\", \"importSeconds\": 3600}"));
  fixture->is_cancelled_on_wait = TRUE;
  g_assert_false (import (fixture, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  reload (fixture);
  json_node_unref (practice_cloud_command (fixture->cloud, "{\"command\": \"hurry\"}"));
  fixture->is_cancelled_on_wait = FALSE;
  g_cancellable_reset (fixture->cancellable);
  import_well (fixture);
  assert_imported_once (fixture, NAME);
}

#define ADD(name, func) g_test_add ("/import-step/" name, Fixture, NULL, set_up, func, tear_down)

/* The report of a migration is judged by where it goes; the facts of the disk stay free of that. */
static void test_check_knows_destination (Fixture *fixture, gconstpointer data)
{
  EmbarkStep *step = make_step (fixture);
  g_autoptr (GError) error = NULL;
  g_autoptr (EmbarkLook) look = embark_look_at_header (step->source, NULL, &error);
  g_autoptr (EmbarkCheckOutcome) outcome = NULL;
  EmbarkFacts *facts;

  g_assert_no_error (error);
  /* As if it had been looked into before: no appliance is started. */
  step->facts = embark_facts_ref (look->facts);
  step->fingerprint = g_strdup (look->fingerprint);
  outcome = embark_step_check (step, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  facts = embark_report_get_facts (outcome->report);
  g_assert_cmpstr (embark_facts_get_string (facts, "destination.region"), ==, PRACTICE_CLOUD_REGION);
  g_assert_cmpstr (embark_facts_get_string (facts, "image.format"), ==, "raw");
  g_assert_cmpint (embark_report_find (outcome->report, "bucket-region")->outcome, ==, EMBARK_OUTCOME_PASS);
  g_assert_cmpint (embark_report_find (outcome->report, "object-access")->outcome, ==, EMBARK_OUTCOME_PASS);
  g_assert_false (embark_facts_has (look->facts, "destination"));
  embark_step_free (step);
}

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("done", test_done);
  ADD ("lost-answer", test_lost_answer);
  ADD ("died-behind-the-request", test_died_behind_the_request);
  ADD ("lost-answer-listed-late", test_lost_answer_listed_late);
  ADD ("accepted-listed-late", test_accepted_listed_late);
  ADD ("lost-request", test_lost_request);
  ADD ("no-image-id", test_no_image_id);
  ADD ("import-fails", test_import_fails);
  ADD ("failed-meanwhile", test_failed_meanwhile);
  ADD ("name-taken", test_name_taken);
  ADD ("offline", test_offline);
  ADD ("keys-expire", test_keys_expire);
  ADD ("cancel", test_cancel);
  ADD ("check-knows-destination", test_check_knows_destination);
  return g_test_run ();
}
