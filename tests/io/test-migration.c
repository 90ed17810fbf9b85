/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The model's migrations against the practice cloud, without an appliance:
 * uploads that end, fail, are continued, cancelled, forgotten, and what the
 * journal keeps of them.
 */
#include <glib/gstdio.h>
#include <sys/stat.h>

#include "model/base/errors.h"
#include "tests/support/migration-world.h"

static void count_ended_cb (EmbarkMigration *migration, guint *n_ended)
{
  (*n_ended)++;
}

static void test_upload (MigrationWorld *world, gconstpointer data)
{
  g_autoptr (EmbarkMigration) migration = migration_world_create_upload (world);
  guint n_ended = 0;

  g_signal_connect (migration, "ended", G_CALLBACK (count_ended_cb), &n_ended);
  migration_world_run (migration);
  migration_world_assert_done (world, migration);
  g_assert_cmpuint (n_ended, ==, 1);
  g_assert_cmpuint (embark_migration_get_source_size (migration), ==, 40 * 1024 * 1024);
  g_assert_cmpuint (g_list_model_get_n_items (embark_migration_get_events (migration)), ==, 1);
}

/* What was done is there after a restart, with its events. */
static void test_history (MigrationWorld *world, gconstpointer data)
{
  EmbarkMigration *migration = migration_world_create_upload (world);
  g_autofree char *id = g_strdup (embark_migration_get_id (migration));
  g_autoptr (EmbarkMigration) again = NULL;

  migration_world_run (migration);
  g_object_unref (migration);
  migration_world_close (world);
  migration_world_open (world);
  again = g_list_model_get_item (G_LIST_MODEL (embark_context_get_migrations (world->context)), 0);
  g_assert_cmpstr (embark_migration_get_id (again), ==, id);
  g_assert_cmpstr (embark_migration_get_machine_name (again), ==, "disk.raw");
  g_assert_cmpint (embark_migration_get_state (again), ==, EMBARK_MIGRATION_DONE);
  g_assert_cmpuint (g_list_model_get_n_items (embark_migration_get_events (again)), ==, 1);
  g_assert_false (embark_migration_can_continue (again));
}

#define NO_PART_4 "[{\"match\": {\"op\": \"UploadPart\", \"part\": 4}, \"do\": \"reset\"}]"

static gboolean is_offline (EmbarkMigration *migration)
{
  return g_str_equal (embark_migration_get_report (migration)->stage, "offline");
}

/* Without the network for part 4, until nothing moves any more. */
static void run_until_offline (MigrationWorld *world, EmbarkMigration *migration)
{
  practice_cloud_set_faults (world->cloud, NO_PART_4);
  embark_migration_start (migration);
  while (!is_offline (migration))
    g_main_context_iteration (NULL, TRUE);
}

static void stop (EmbarkMigration *migration)
{
  embark_migration_stop (migration);
  while (embark_migration_is_running (migration))
    g_main_context_iteration (NULL, TRUE);
}

static EmbarkMigration *restart (MigrationWorld *world, EmbarkMigration *migration)
{
  g_object_unref (migration);
  migration_world_close (world);
  migration_world_open (world);
  return g_list_model_get_item (G_LIST_MODEL (embark_context_get_migrations (world->context)), 0);
}

/* The program ends while the network is away: the upload stays in the bucket, and after a restart only the rest is
 * sent. */
static void test_continue (MigrationWorld *world, gconstpointer data)
{
  EmbarkMigration *migration = migration_world_create_upload (world);
  g_autoptr (EmbarkMigration) again = NULL;

  run_until_offline (world, migration);
  again = restart (world, migration);
  g_assert_cmpint (embark_migration_get_state (again), ==, EMBARK_MIGRATION_PREPARED);
  g_assert_cmpuint (practice_cloud_count (world->cloud, "uploads"), ==, 1);
  g_assert_true (embark_migration_can_continue (again));
  /* Counts, and does nothing: part 2 was finished before. */
  practice_cloud_set_faults (world->cloud,
                             "[{\"match\": {\"op\": \"UploadPart\", \"part\": 2, \"times\": 0}, \"do\": \"reset\"}]");
  migration_world_run (again);
  migration_world_assert_done (world, again);
  g_assert_cmpuint (practice_cloud_count_seen (world->cloud, 0), ==, 0);
}

/* Uploads, and restarts with a journal that does not know yet that it is done. */
static EmbarkMigration *upload_and_die (MigrationWorld *world)
{
  EmbarkMigration *migration = migration_world_create_upload (world);
  g_autofree char *id = g_strdup (embark_migration_get_id (migration));
  g_autofree char *path = g_strdup_printf ("%s/state/migrations/%s.entry", world->folder, id);
  g_autoptr (GKeyFile) entry = g_key_file_new ();

  migration_world_run (migration);
  g_object_unref (migration);
  migration_world_close (world);
  g_assert_true (g_key_file_load_from_file (entry, path, G_KEY_FILE_NONE, NULL));
  g_key_file_set_string (entry, "migration", "state", "uploading");
  g_assert_true (g_key_file_save_to_file (entry, path, NULL));
  migration_world_open (world);
  return g_list_model_get_item (G_LIST_MODEL (embark_context_get_migrations (world->context)), 0);
}

/* The program dies between the end of the upload and the note of it: nothing is sent again, nor is the key taken. */
static void test_died_behind_the_upload (MigrationWorld *world, gconstpointer data)
{
  g_autoptr (EmbarkMigration) again = upload_and_die (world);

  g_assert_cmpint (embark_migration_get_state (again), ==, EMBARK_MIGRATION_PREPARED);
  practice_cloud_set_faults (world->cloud, "[{\"match\": {\"op\": \"UploadPart\"}, \"do\": \"reset\"}]");
  migration_world_run (again);
  migration_world_assert_done (world, again);
}

/* The same, and then the disk changes: the object of before is not taken for the new one. */
static void test_changed_behind_the_upload (MigrationWorld *world, gconstpointer data)
{
  g_autoptr (EmbarkMigration) again = upload_and_die (world);

  migration_world_write_disk (world->disk_path, 41, 8);
  migration_world_run (again);
  g_assert_error (embark_migration_get_error (again), EMBARK_ERROR, EMBARK_ERROR_SOURCE_CHANGED);
  migration_world_run (again);
  g_assert_error (embark_migration_get_error (again), EMBARK_ERROR, EMBARK_ERROR_NAME_TAKEN);
}

/* Two programs on one journal: what one does is not done again by the other, which had read it before. */
static void test_two_programs (MigrationWorld *world, gconstpointer data)
{
  g_autoptr (EmbarkMigration) ours = migration_world_create_upload (world);
  MigrationWorld other = *world;
  g_autoptr (EmbarkMigration) theirs = NULL;
  g_autoptr (GError) error = NULL;
  EmbarkMigrationList *list;

  migration_world_open (&other);
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
  migration_world_assert_done (world, ours);
  practice_cloud_set_faults (world->cloud, "[{\"match\": {\"op\": \"*\"}, \"do\": \"reset\"}]");
  migration_world_run (theirs);
  migration_world_assert_done (world, theirs);
  g_assert_cmpuint (g_list_model_get_n_items (embark_migration_get_events (theirs)), ==, 1);
  g_assert_true (embark_migration_list_remove (embark_context_get_migrations (world->context), ours, &error));
  g_assert_no_error (error);
  g_assert_true (embark_migration_list_remove (list, theirs, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (list)), ==, 0);
  g_clear_object (&theirs);
  migration_world_close (&other);
}

static void cancel_at_end_cb (EmbarkJob *job, GParamSpec *pspec, EmbarkMigration *migration)
{
  if (embark_job_get_state (job) == EMBARK_JOB_DONE)
    embark_migration_cancel (migration);
}

/* The step is over in the very moment of the cancel: the next one does not begin. */
static void test_cancel_between_steps (MigrationWorld *world, gconstpointer data)
{
  g_autoptr (EmbarkMigration) migration = migration_world_create_upload (world);

  embark_migration_start (migration);
  g_signal_connect (embark_migration_get_job (migration), "notify::state", G_CALLBACK (cancel_at_end_cb), migration);
  while (embark_migration_is_running (migration))
    g_main_context_iteration (NULL, TRUE);
  g_assert_no_error (embark_migration_get_error (migration));
  g_assert_cmpint (embark_migration_get_state (migration), ==, EMBARK_MIGRATION_PREPARED);
  g_assert_cmpuint (practice_cloud_count (world->cloud, "objects"), ==, 0);
  migration_world_run (migration);
  migration_world_assert_done (world, migration);
}

/* The window closes when the check has just ended: the upload behind it does not keep the window open. */
static void test_close_between_steps (MigrationWorld *world, gconstpointer data)
{
  g_autoptr (EmbarkMigration) migration = migration_world_create_upload (world);

  embark_migration_start (migration);
  while (!g_main_context_pending (NULL))
    g_thread_yield ();
  embark_context_close (world->context);
  g_assert_false (embark_migration_is_running (migration));
  g_assert_cmpuint (practice_cloud_count (world->cloud, "objects"), ==, 0);
  g_assert_cmpuint (practice_cloud_count (world->cloud, "uploads"), ==, 0);
  g_clear_object (&migration);
}

static void progress_moved_cb (EmbarkMigration *migration, GParamSpec *pspec, double *last)
{
  double progress = embark_migration_get_progress (migration);

  g_assert_cmpfloat (progress, >=, *last);
  *last = progress;
}

static void test_progress (MigrationWorld *world, gconstpointer data)
{
  g_autoptr (EmbarkMigration) migration = migration_world_create_upload (world);
  double last = 0;

  g_signal_connect (migration, "notify::progress", G_CALLBACK (progress_moved_cb), &last);
  migration_world_run (migration);
  migration_world_assert_done (world, migration);
  g_assert_cmpfloat (last, ==, 1);
}

static void test_cancel (MigrationWorld *world, gconstpointer data)
{
  g_autoptr (EmbarkMigration) migration = migration_world_create_upload (world);

  practice_cloud_set_faults (world->cloud,
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
  g_assert_cmpuint (practice_cloud_count (world->cloud, "uploads"), ==, 0);
  practice_cloud_set_faults (world->cloud, "[]");
  migration_world_run (migration);
  migration_world_assert_done (world, migration);
}

/* The disk changes after the check: it is said, and the next start looks anew. */
static void test_source_changed (MigrationWorld *world, gconstpointer data)
{
  g_autoptr (EmbarkMigration) migration = migration_world_create_upload (world);

  run_until_offline (world, migration);
  stop (migration);
  g_assert_cmpint (embark_migration_get_state (migration), ==, EMBARK_MIGRATION_PREPARED);
  practice_cloud_set_faults (world->cloud, "[]");
  migration_world_write_disk (world->disk_path, 41, 8);
  migration_world_run (migration);
  g_assert_error (embark_migration_get_error (migration), EMBARK_ERROR, EMBARK_ERROR_SOURCE_CHANGED);
  g_assert_cmpint (embark_migration_get_state (migration), ==, EMBARK_MIGRATION_DRAFT);
  g_assert_cmpuint (practice_cloud_count (world->cloud, "objects"), ==, 0);
  migration_world_run (migration);
  migration_world_assert_done (world, migration);
}

static void test_remove (MigrationWorld *world, gconstpointer data)
{
  EmbarkMigrationList *list = embark_context_get_migrations (world->context);
  g_autoptr (EmbarkMigration) migration = migration_world_create_upload (world);
  g_autoptr (GError) error = NULL;

  run_until_offline (world, migration);
  stop (migration);
  g_assert_cmpuint (practice_cloud_count (world->cloud, "uploads"), ==, 1);
  g_assert_true (embark_migration_list_remove (list, migration, &error));
  g_assert_no_error (error);
  while (g_list_model_get_n_items (G_LIST_MODEL (list)) > 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (practice_cloud_count (world->cloud, "uploads"), ==, 0);
  migration_world_close (world);
  migration_world_open (world);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (embark_context_get_migrations (world->context))), ==, 0);
}

static void test_refused_files (MigrationWorld *world, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (world->disk_path, "Dear reader", -1, NULL));
  g_assert_null (migration_world_add_disk (world, &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_NOT_AN_IMAGE);
  g_clear_error (&error);
  g_assert_cmpint (g_remove (world->disk_path), ==, 0);
  g_assert_null (migration_world_add_disk (world, &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_NOT_FOUND);
  g_assert_cmpuint (
      g_list_model_get_n_items (G_LIST_MODEL (embark_library_get_files (embark_context_get_library (world->context)))),
      ==, 0);
}

static void test_names (MigrationWorld *world, gconstpointer data)
{
  EmbarkMigrationList *list = embark_context_get_migrations (world->context);
  g_autoptr (EmbarkMachine) machine = migration_world_add_disk (world, NULL);
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

static void test_buckets (MigrationWorld *world, gconstpointer data)
{
  EmbarkAccount *account = embark_context_get_account (world->context);
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
  g_assert_cmpuint (practice_cloud_count (world->cloud, "buckets"), ==, 2);
}

#define ADD(name, func)                                                                                                \
  g_test_add ("/migration/" name, MigrationWorld, NULL, migration_world_set_up, func, migration_world_tear_down)

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
