/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The model's migrations against the practice cloud, without an appliance:
 * uploads that end, fail, are continued, cancelled, forgotten, and what the
 * journal keeps of them.
 */
#include <glib/gstdio.h>
#include <sys/stat.h>

#include "model/base/errors.h"
#include "model/context.h"
#include "tests/support/practice-cloud.h"

typedef struct
{
  PracticeCloud *cloud;
  char *folder;
  char *disk_path;
  EmbarkContext *context;
} Fixture;

static void open_context (Fixture *fixture)
{
  g_autofree char *state = g_build_filename (fixture->folder, "state", NULL);
  g_autofree char *cache = g_build_filename (fixture->folder, "cache", NULL);
  g_autofree char *runtime = g_build_filename (fixture->folder, "run", NULL);
  EmbarkContextOptions options = { .state_dir = state,
                                   .cache_dir = cache,
                                   .runtime_dir = runtime,
                                   .connect_to = practice_cloud_get_connect_to (fixture->cloud),
                                   .ca_file = practice_cloud_get_ca_file (fixture->cloud),
                                   .retry_ms = 1 };
  g_autoptr (GError) error = NULL;
  g_autoptr (EmbarkJob) job = NULL;

  g_mkdir_with_parents (runtime, 0700);
  fixture->context = embark_context_new (&options, &error);
  g_assert_no_error (error);
  job = embark_account_load (embark_context_get_account (fixture->context));
  embark_job_wait (job);
  g_assert_true (embark_account_has_keys (embark_context_get_account (fixture->context)));
}

static void close_context (Fixture *fixture)
{
  embark_context_close (fixture->context);
  g_assert_finalize_object (fixture->context);
  fixture->context = NULL;
}

/* A raw disk with an MBR signature and @megabytes of data that does not compress. */
static void write_disk (const char *path, guint megabytes, guint32 seed)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  gsize length = (gsize) megabytes * 1024 * 1024;
  g_autofree guint32 *data = g_malloc0 (length);
  g_autoptr (GError) error = NULL;

  for (gsize i = 1024; i < length / 4; i++)
    data[i] = g_rand_int (rand);
  ((guint8 *) data)[510] = 0x55;
  ((guint8 *) data)[511] = 0xaa;
  g_file_set_contents (path, (const char *) data, (gssize) length, &error);
  g_assert_no_error (error);
}

static void set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->cloud = practice_cloud_start (NULL);
  fixture->folder = g_dir_make_tmp ("embark-migration-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->disk_path = g_build_filename (fixture->folder, "disk.raw", NULL);
  write_disk (fixture->disk_path, 40, 7);
  open_context (fixture);
}

static void tear_down (Fixture *fixture, gconstpointer data)
{
  const char *argv[] = { "rm", "-rf", fixture->folder, NULL };

  if (fixture->context != NULL)
    close_context (fixture);
  g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL);
  practice_cloud_stop (fixture->cloud);
  g_free (fixture->folder);
  g_free (fixture->disk_path);
}

static void added_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static EmbarkMachine *add_disk (Fixture *fixture, GError **error)
{
  EmbarkLibrary *library = embark_context_get_library (fixture->context);
  g_autoptr (GFile) file = g_file_new_for_path (fixture->disk_path);
  g_autoptr (GAsyncResult) result = NULL;

  embark_library_add_file_async (library, file, NULL, added_cb, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return embark_library_add_file_finish (library, result, error);
}

static EmbarkMigration *create_upload (Fixture *fixture)
{
  EmbarkMigrationParams params = {
    .region = PRACTICE_CLOUD_REGION, .bucket = PRACTICE_CLOUD_BUCKET, .key = "images/disk.qcow2", .is_upload_only = TRUE
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (EmbarkMachine) machine = add_disk (fixture, &error);
  EmbarkMigration *migration;

  g_assert_no_error (error);
  migration = embark_migration_list_create (embark_context_get_migrations (fixture->context), machine,
                                            embark_machine_get_boot_disk (machine), &params, &error);
  g_assert_no_error (error);
  return migration;
}

static void run (EmbarkMigration *migration)
{
  embark_migration_start (migration);
  while (embark_migration_is_running (migration))
    g_main_context_iteration (NULL, TRUE);
}

static void assert_done (Fixture *fixture, EmbarkMigration *migration)
{
  g_assert_no_error (embark_migration_get_error (migration));
  g_assert_cmpint (embark_migration_get_state (migration), ==, EMBARK_MIGRATION_DONE);
  g_assert_cmpfloat (embark_migration_get_progress (migration), ==, 1);
  g_assert_cmpuint (practice_cloud_count (fixture->cloud, "objects"), ==, 1);
  g_assert_cmpuint (practice_cloud_count (fixture->cloud, "uploads"), ==, 0);
}

static void count_ended_cb (EmbarkMigration *migration, guint *n_ended)
{
  (*n_ended)++;
}

static void test_upload (Fixture *fixture, gconstpointer data)
{
  g_autoptr (EmbarkMigration) migration = create_upload (fixture);
  guint n_ended = 0;

  g_signal_connect (migration, "ended", G_CALLBACK (count_ended_cb), &n_ended);
  run (migration);
  assert_done (fixture, migration);
  g_assert_cmpuint (n_ended, ==, 1);
  g_assert_cmpuint (embark_migration_get_source_size (migration), ==, 40 * 1024 * 1024);
  g_assert_cmpuint (g_list_model_get_n_items (embark_migration_get_events (migration)), ==, 1);
}

/* What was done is there after a restart, with its events. */
static void test_history (Fixture *fixture, gconstpointer data)
{
  EmbarkMigration *migration = create_upload (fixture);
  g_autofree char *id = g_strdup (embark_migration_get_id (migration));
  g_autoptr (EmbarkMigration) again = NULL;

  run (migration);
  g_object_unref (migration);
  close_context (fixture);
  open_context (fixture);
  again = g_list_model_get_item (G_LIST_MODEL (embark_context_get_migrations (fixture->context)), 0);
  g_assert_cmpstr (embark_migration_get_id (again), ==, id);
  g_assert_cmpstr (embark_migration_get_machine_name (again), ==, "disk.raw");
  g_assert_cmpint (embark_migration_get_state (again), ==, EMBARK_MIGRATION_DONE);
  g_assert_cmpuint (g_list_model_get_n_items (embark_migration_get_events (again)), ==, 1);
  g_assert_false (embark_migration_can_continue (again));
}

/* The network goes away in the middle: the upload stays in the bucket, and after a restart only the rest is sent. */
static void test_continue (Fixture *fixture, gconstpointer data)
{
  EmbarkMigration *migration = create_upload (fixture);
  g_autoptr (EmbarkMigration) again = NULL;

  practice_cloud_set_faults (fixture->cloud, "[{\"match\": {\"op\": \"UploadPart\", \"part\": 4}, \"do\": \"reset\"}]");
  run (migration);
  g_assert_error (embark_migration_get_error (migration), EMBARK_ERROR, EMBARK_ERROR_NETWORK);
  g_assert_cmpint (embark_migration_get_state (migration), ==, EMBARK_MIGRATION_PREPARED);
  g_assert_cmpuint (practice_cloud_count (fixture->cloud, "uploads"), ==, 1);
  g_object_unref (migration);
  close_context (fixture);
  open_context (fixture);
  again = g_list_model_get_item (G_LIST_MODEL (embark_context_get_migrations (fixture->context)), 0);
  g_assert_true (embark_migration_can_continue (again));
  /* Counts, and does nothing: part 2 was finished before. */
  practice_cloud_set_faults (fixture->cloud,
                             "[{\"match\": {\"op\": \"UploadPart\", \"part\": 2, \"times\": 0}, \"do\": \"reset\"}]");
  run (again);
  assert_done (fixture, again);
  g_assert_cmpuint (practice_cloud_count_seen (fixture->cloud, 0), ==, 0);
}

/* Uploads, and restarts with a journal that does not know yet that it is done. */
static EmbarkMigration *upload_and_die (Fixture *fixture)
{
  EmbarkMigration *migration = create_upload (fixture);
  g_autofree char *id = g_strdup (embark_migration_get_id (migration));
  g_autofree char *path = g_strdup_printf ("%s/state/migrations/%s.entry", fixture->folder, id);
  g_autoptr (GKeyFile) entry = g_key_file_new ();

  run (migration);
  g_object_unref (migration);
  close_context (fixture);
  g_assert_true (g_key_file_load_from_file (entry, path, G_KEY_FILE_NONE, NULL));
  g_key_file_set_string (entry, "migration", "state", "uploading");
  g_assert_true (g_key_file_save_to_file (entry, path, NULL));
  open_context (fixture);
  return g_list_model_get_item (G_LIST_MODEL (embark_context_get_migrations (fixture->context)), 0);
}

/* The program dies between the end of the upload and the note of it: nothing is sent again, nor is the key taken. */
static void test_died_behind_the_upload (Fixture *fixture, gconstpointer data)
{
  g_autoptr (EmbarkMigration) again = upload_and_die (fixture);

  g_assert_cmpint (embark_migration_get_state (again), ==, EMBARK_MIGRATION_PREPARED);
  practice_cloud_set_faults (fixture->cloud, "[{\"match\": {\"op\": \"UploadPart\"}, \"do\": \"reset\"}]");
  run (again);
  assert_done (fixture, again);
}

/* The same, and then the disk changes: the object of before is not taken for the new one. */
static void test_changed_behind_the_upload (Fixture *fixture, gconstpointer data)
{
  g_autoptr (EmbarkMigration) again = upload_and_die (fixture);

  write_disk (fixture->disk_path, 41, 8);
  run (again);
  g_assert_error (embark_migration_get_error (again), EMBARK_ERROR, EMBARK_ERROR_SOURCE_CHANGED);
  run (again);
  g_assert_error (embark_migration_get_error (again), EMBARK_ERROR, EMBARK_ERROR_NAME_TAKEN);
}

/* Two programs on one journal: what one does is not done again by the other, which had read it before. */
static void test_two_programs (Fixture *fixture, gconstpointer data)
{
  g_autoptr (EmbarkMigration) ours = create_upload (fixture);
  Fixture other = *fixture;
  g_autoptr (EmbarkMigration) theirs = NULL;
  g_autoptr (GError) error = NULL;
  EmbarkMigrationList *list;

  open_context (&other);
  list = embark_context_get_migrations (other.context);
  theirs = g_list_model_get_item (G_LIST_MODEL (list), 0);
  embark_migration_start (ours);
  g_assert_true (embark_migration_is_elsewhere (theirs));
  g_assert_false (embark_migration_can_continue (theirs));
  embark_migration_start (theirs);
  g_assert_false (embark_migration_is_running (theirs));
  g_assert_false (embark_migration_list_remove (list, theirs, &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_FAILED);
  g_clear_error (&error);
  while (embark_migration_is_running (ours))
    g_main_context_iteration (NULL, TRUE);
  assert_done (fixture, ours);
  practice_cloud_set_faults (fixture->cloud, "[{\"match\": {\"op\": \"*\"}, \"do\": \"reset\"}]");
  run (theirs);
  assert_done (fixture, theirs);
  g_assert_cmpuint (g_list_model_get_n_items (embark_migration_get_events (theirs)), ==, 1);
  g_assert_true (embark_migration_list_remove (embark_context_get_migrations (fixture->context), ours, &error));
  g_assert_no_error (error);
  g_assert_true (embark_migration_list_remove (list, theirs, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (list)), ==, 0);
  g_clear_object (&theirs);
  close_context (&other);
}

static void cancel_at_end_cb (EmbarkJob *job, GParamSpec *pspec, EmbarkMigration *migration)
{
  if (embark_job_get_state (job) == EMBARK_JOB_DONE)
    embark_migration_cancel (migration);
}

/* The step is over in the very moment of the cancel: the next one does not begin. */
static void test_cancel_between_steps (Fixture *fixture, gconstpointer data)
{
  g_autoptr (EmbarkMigration) migration = create_upload (fixture);

  embark_migration_start (migration);
  g_signal_connect (embark_migration_get_job (migration), "notify::state", G_CALLBACK (cancel_at_end_cb), migration);
  while (embark_migration_is_running (migration))
    g_main_context_iteration (NULL, TRUE);
  g_assert_no_error (embark_migration_get_error (migration));
  g_assert_cmpint (embark_migration_get_state (migration), ==, EMBARK_MIGRATION_PREPARED);
  g_assert_cmpuint (practice_cloud_count (fixture->cloud, "objects"), ==, 0);
  run (migration);
  assert_done (fixture, migration);
}

/* The window closes when the check has just ended: the upload behind it does not keep the window open. */
static void test_close_between_steps (Fixture *fixture, gconstpointer data)
{
  g_autoptr (EmbarkMigration) migration = create_upload (fixture);

  embark_migration_start (migration);
  while (!g_main_context_pending (NULL))
    g_thread_yield ();
  embark_context_close (fixture->context);
  g_assert_false (embark_migration_is_running (migration));
  g_assert_cmpuint (practice_cloud_count (fixture->cloud, "objects"), ==, 0);
  g_assert_cmpuint (practice_cloud_count (fixture->cloud, "uploads"), ==, 0);
  g_clear_object (&migration);
}

static void progress_moved_cb (EmbarkMigration *migration, GParamSpec *pspec, double *last)
{
  double progress = embark_migration_get_progress (migration);

  g_assert_cmpfloat (progress, >=, *last);
  *last = progress;
}

static void test_progress (Fixture *fixture, gconstpointer data)
{
  g_autoptr (EmbarkMigration) migration = create_upload (fixture);
  double last = 0;

  g_signal_connect (migration, "notify::progress", G_CALLBACK (progress_moved_cb), &last);
  run (migration);
  assert_done (fixture, migration);
  g_assert_cmpfloat (last, ==, 1);
}

static void test_cancel (Fixture *fixture, gconstpointer data)
{
  g_autoptr (EmbarkMigration) migration = create_upload (fixture);

  practice_cloud_set_faults (fixture->cloud,
                             "[{\"match\": {\"op\": \"UploadPart\"}, \"do\": \"slow\", \"bytesPerSecond\": 100000}]");
  embark_migration_start (migration);
  while (embark_migration_get_report (migration)->in_flight == 0)
    g_main_context_iteration (NULL, TRUE);
  embark_migration_cancel (migration);
  embark_migration_cancel (migration);
  while (embark_migration_is_running (migration))
    g_main_context_iteration (NULL, TRUE);
  g_assert_no_error (embark_migration_get_error (migration));
  g_assert_cmpint (embark_migration_get_state (migration), ==, EMBARK_MIGRATION_PREPARED);
  g_assert_cmpuint (practice_cloud_count (fixture->cloud, "uploads"), ==, 0);
  practice_cloud_set_faults (fixture->cloud, "[]");
  run (migration);
  assert_done (fixture, migration);
}

/* The disk changes after the check: it is said, and the next start looks anew. */
static void test_source_changed (Fixture *fixture, gconstpointer data)
{
  g_autoptr (EmbarkMigration) migration = create_upload (fixture);

  practice_cloud_set_faults (fixture->cloud, "[{\"match\": {\"op\": \"UploadPart\", \"part\": 4}, \"do\": \"reset\"}]");
  run (migration);
  g_assert_cmpint (embark_migration_get_state (migration), ==, EMBARK_MIGRATION_PREPARED);
  practice_cloud_set_faults (fixture->cloud, "[]");
  write_disk (fixture->disk_path, 41, 8);
  run (migration);
  g_assert_error (embark_migration_get_error (migration), EMBARK_ERROR, EMBARK_ERROR_SOURCE_CHANGED);
  g_assert_cmpint (embark_migration_get_state (migration), ==, EMBARK_MIGRATION_DRAFT);
  g_assert_cmpuint (practice_cloud_count (fixture->cloud, "objects"), ==, 0);
  run (migration);
  assert_done (fixture, migration);
}

static void test_remove (Fixture *fixture, gconstpointer data)
{
  EmbarkMigrationList *list = embark_context_get_migrations (fixture->context);
  g_autoptr (EmbarkMigration) migration = create_upload (fixture);
  g_autoptr (GError) error = NULL;

  practice_cloud_set_faults (fixture->cloud, "[{\"match\": {\"op\": \"UploadPart\", \"part\": 4}, \"do\": \"reset\"}]");
  run (migration);
  g_assert_cmpuint (practice_cloud_count (fixture->cloud, "uploads"), ==, 1);
  g_assert_true (embark_migration_list_remove (list, migration, &error));
  g_assert_no_error (error);
  while (g_list_model_get_n_items (G_LIST_MODEL (list)) > 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (practice_cloud_count (fixture->cloud, "uploads"), ==, 0);
  close_context (fixture);
  open_context (fixture);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (embark_context_get_migrations (fixture->context))), ==, 0);
}

static void test_refused_files (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (fixture->disk_path, "Dear reader", -1, NULL));
  g_assert_null (add_disk (fixture, &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_NOT_AN_IMAGE);
  g_clear_error (&error);
  g_assert_cmpint (g_remove (fixture->disk_path), ==, 0);
  g_assert_null (add_disk (fixture, &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_NOT_FOUND);
  g_assert_cmpuint (g_list_model_get_n_items (
                        G_LIST_MODEL (embark_library_get_files (embark_context_get_library (fixture->context)))),
                    ==, 0);
}

static void test_names (Fixture *fixture, gconstpointer data)
{
  EmbarkMigrationList *list = embark_context_get_migrations (fixture->context);
  g_autoptr (EmbarkMachine) machine = add_disk (fixture, NULL);
  EmbarkDisk *disk = embark_machine_get_boot_disk (machine);
  g_autofree char *too_long = g_strnfill (61, 'x');
  const char *const image_names[] = { "", too_long, "two\nlines" };
  g_autofree char *suggestion = embark_migration_list_suggest_name (list, machine);

  g_assert_true (g_str_has_prefix (suggestion, "disk-2"));
  for (guint i = 0; i < G_N_ELEMENTS (image_names); i++)
    {
      EmbarkMigrationParams params = { .region = PRACTICE_CLOUD_REGION,
                                       .bucket = PRACTICE_CLOUD_BUCKET,
                                       .image_name = image_names[i] };
      g_autoptr (GError) error = NULL;

      g_assert_null (embark_migration_list_create (list, machine, disk, &params, &error));
      g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_BAD_NAME);
    }
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (list)), ==, 0);
}

static void test_buckets (Fixture *fixture, gconstpointer data)
{
  EmbarkAccount *account = embark_context_get_account (fixture->context);
  g_autoptr (EmbarkJob) list_job = embark_account_list_buckets (account);
  g_autoptr (EmbarkJob) create_job = NULL;
  g_autoptr (EmbarkDestination) first = NULL;
  g_autoptr (EmbarkDestination) second = NULL;

  embark_job_wait (list_job);
  first = g_list_model_get_item (embark_account_get_buckets (account), 0);
  g_assert_cmpstr (embark_destination_get_bucket (first), ==, PRACTICE_CLOUD_BUCKET);
  create_job = embark_account_create_bucket (account, "ap-shanghai", "more");
  embark_job_wait (create_job);
  g_assert_no_error (embark_job_get_error (create_job));
  second = g_list_model_get_item (embark_account_get_buckets (account), 1);
  g_assert_cmpstr (embark_destination_get_bucket (second), ==, "more-1250000000");
  g_assert_cmpuint (practice_cloud_count (fixture->cloud, "buckets"), ==, 2);
}

#define ADD(name, func) g_test_add ("/migration/" name, Fixture, NULL, set_up, func, tear_down)

int main (int argc, char **argv)
{
  g_setenv ("TENCENTCLOUD_SECRET_ID", PRACTICE_CLOUD_ID, TRUE);
  g_setenv ("TENCENTCLOUD_SECRET_KEY", PRACTICE_CLOUD_KEY, TRUE);
  g_test_init (&argc, &argv, NULL);
  ADD ("upload", test_upload);
  ADD ("history", test_history);
  ADD ("continue", test_continue);
  ADD ("died-behind-the-upload", test_died_behind_the_upload);
  ADD ("changed-behind-the-upload", test_changed_behind_the_upload);
  ADD ("two-programs", test_two_programs);
  ADD ("cancel", test_cancel);
  ADD ("cancel-between-steps", test_cancel_between_steps);
  ADD ("close-between-steps", test_close_between_steps);
  ADD ("progress", test_progress);
  ADD ("source-changed", test_source_changed);
  ADD ("remove", test_remove);
  ADD ("refused-files", test_refused_files);
  ADD ("names", test_names);
  ADD ("buckets", test_buckets);
  return g_test_run ();
}
