/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How a migration sends: paused and resumed, queued behind another one, stopped
 * or cancelled, taken up again, limited, forgotten by the bucket.
 */
#include "model/base/errors.h"
#include "model/unfinished.h"
#include "tests/support/migration-world.h"

#define SLOW "[{\"match\": {\"op\": \"UploadPart\"}, \"do\": \"slow\", \"bytesPerSecond\": 20000}]"

/* Until the faults are replaced: then what was held goes on at once. */
#define HELD "[{\"match\": {\"op\": \"UploadPart\"}, \"do\": \"stall\", \"after\": 100000, \"seconds\": 300}]"

static const char *get_stage (EmbarkMigration *migration)
{
  return embark_migration_get_report (migration)->stage;
}

static void wait_for_stage (EmbarkMigration *migration, const char *stage)
{
  while (!g_str_equal (get_stage (migration), stage))
    {
      g_assert_true (embark_migration_is_running (migration));
      g_main_context_iteration (NULL, TRUE);
    }
}

static void wait_until_sending (EmbarkMigration *migration)
{
  while (embark_migration_get_report (migration)->bytes_moved == 0)
    {
      g_assert_true (embark_migration_is_running (migration));
      g_main_context_iteration (NULL, TRUE);
    }
}

static void wait_for_end (EmbarkMigration *migration)
{
  while (embark_migration_is_running (migration))
    g_main_context_iteration (NULL, TRUE);
}

static void test_pause (MigrationWorld *world, gconstpointer data)
{
  g_autoptr (EmbarkMigration) migration = migration_world_create_upload (world);

  g_assert_false (embark_migration_can_pause (migration));
  practice_cloud_set_faults (world->cloud, SLOW);
  embark_migration_start (migration);
  wait_until_sending (migration);
  g_assert_true (embark_migration_can_pause (migration));
  embark_migration_pause (migration);
  g_assert_true (embark_migration_is_paused (migration));
  wait_for_stage (migration, "paused");
  g_assert_true (g_str_has_prefix (embark_migration_get_status (migration), "Paused"));
  g_assert_cmpfloat (embark_migration_get_speed (migration), ==, 0);
  g_assert_true (embark_migration_is_running (migration));

  practice_cloud_set_faults (world->cloud, "[]");
  embark_migration_resume (migration);
  g_assert_false (embark_migration_is_paused (migration));
  wait_for_end (migration);
  migration_world_assert_done (world, migration);
}

/* The bucket is cleaned also of what was paused. */
static void test_cancel_while_paused (MigrationWorld *world, gconstpointer data)
{
  g_autoptr (EmbarkMigration) migration = migration_world_create_upload (world);

  practice_cloud_set_faults (world->cloud, SLOW);
  embark_migration_start (migration);
  wait_until_sending (migration);
  embark_migration_pause (migration);
  wait_for_stage (migration, "paused");
  embark_migration_cancel (migration);
  wait_for_end (migration);
  g_assert_no_error (embark_migration_get_error (migration));
  g_assert_false (embark_migration_is_paused (migration));
  g_assert_cmpuint (practice_cloud_count (world->cloud, "uploads"), ==, 0);
  practice_cloud_set_faults (world->cloud, "[]");
  migration_world_run (migration);
  migration_world_assert_done (world, migration);
}

/* Stopped, not cancelled: what the bucket has is kept, and told as kept afterwards. */
static void test_stop (MigrationWorld *world, gconstpointer data)
{
  g_autoptr (EmbarkMigration) migration = migration_world_create_upload (world);
  guint64 kept = 0;

  practice_cloud_set_faults (
      world->cloud,
      "[{\"match\": {\"op\": \"UploadPart\", \"part\": 3}, \"do\": \"slow\", \"bytesPerSecond\": 20000}]");
  embark_migration_start (migration);
  while (embark_migration_get_report (migration)->bytes_done == 0)
    g_main_context_iteration (NULL, TRUE);
  embark_migration_stop (migration);
  wait_for_end (migration);
  g_assert_no_error (embark_migration_get_error (migration));
  g_assert_cmpint (embark_migration_get_state (migration), ==, EMBARK_MIGRATION_PREPARED);
  g_assert_true (embark_migration_can_continue (migration));
  g_assert_cmpuint (practice_cloud_count (world->cloud, "uploads"), ==, 1);

  practice_cloud_set_faults (world->cloud, "[]");
  embark_migration_start (migration);
  while (embark_migration_is_running (migration))
    {
      kept = MAX (kept, embark_migration_get_report (migration)->bytes_kept);
      g_main_context_iteration (NULL, TRUE);
    }
  migration_world_assert_done (world, migration);
  g_assert_cmpuint (kept, >, 0);
}

static void test_queue (MigrationWorld *world, gconstpointer data)
{
  g_autoptr (EmbarkMigration) first = migration_world_create (world, "images/1.qcow2", NULL);
  g_autoptr (EmbarkMigration) second = migration_world_create (world, "images/2.qcow2", NULL);
  g_autoptr (EmbarkMigration) third = migration_world_create (world, "images/3.qcow2", NULL);

  practice_cloud_set_faults (world->cloud, HELD);
  embark_migration_start (first);
  embark_migration_start (second);
  embark_migration_start (second);
  embark_migration_start (third);
  g_assert_false (embark_migration_is_queued (first));
  g_assert_true (embark_migration_is_queued (second));
  g_assert_true (embark_migration_is_running (second));
  g_assert_null (embark_migration_get_job (second));
  g_assert_cmpstr (embark_migration_get_status (second), ==, "Waiting for its turn");
  g_assert_false (embark_migration_can_pause (second));
  wait_until_sending (first);
  g_assert_true (embark_migration_is_queued (second));
  embark_migration_cancel (second);
  g_assert_false (embark_migration_is_running (second));
  g_assert_true (embark_migration_can_continue (second));
  practice_cloud_set_faults (world->cloud, "[]");
  wait_for_end (first);
  wait_for_end (third);
  g_assert_cmpint (embark_migration_get_state (first), ==, EMBARK_MIGRATION_DONE);
  g_assert_cmpint (embark_migration_get_state (third), ==, EMBARK_MIGRATION_DONE);
  g_assert_cmpint (embark_migration_get_state (second), ==, EMBARK_MIGRATION_DRAFT);
  g_assert_cmpuint (practice_cloud_count (world->cloud, "objects"), ==, 2);
}

/* A paused one lets others pass, and one that fails is no end of the queue. */
static void test_queue_goes_on (MigrationWorld *world, gconstpointer data)
{
  g_autoptr (EmbarkMigration) first = migration_world_create (world, "images/1.qcow2", NULL);
  g_autoptr (EmbarkMigration) second = migration_world_create (world, "images/2.qcow2", NULL);
  g_autoptr (EmbarkMigration) third = migration_world_create (world, "images/3.qcow2", NULL);

  practice_cloud_set_faults (
      world->cloud,
      "[{\"match\": {\"op\": \"UploadPart\", \"key\": \"images/1*\"}, \"do\": \"slow\", \"bytesPerSecond\": 20000},"
      "{\"match\": {\"op\": \"UploadPart\", \"key\": \"images/2*\"}, \"do\": \"status\", \"status\": 403, "
      "\"code\": \"AccessDenied\"}]");
  embark_migration_start (first);
  embark_migration_start (second);
  embark_migration_start (third);
  wait_until_sending (first);
  embark_migration_pause (first);
  wait_for_end (second);
  g_assert_error (embark_migration_get_error (second), EMBARK_ERROR, EMBARK_ERROR_PERMISSION);
  wait_for_end (third);
  g_assert_cmpint (embark_migration_get_state (third), ==, EMBARK_MIGRATION_DONE);
  g_assert_true (embark_migration_is_paused (first));
  practice_cloud_set_faults (world->cloud, "[]");
  embark_migration_resume (first);
  wait_for_end (first);
  g_assert_cmpint (embark_migration_get_state (first), ==, EMBARK_MIGRATION_DONE);
}

/* What waits and what runs both stop when the program ends, and nothing begins meanwhile. */
static void test_close_with_queue (MigrationWorld *world, gconstpointer data)
{
  EmbarkMigration *first = migration_world_create (world, "images/1.qcow2", NULL);
  EmbarkMigration *second = migration_world_create (world, "images/2.qcow2", NULL);

  practice_cloud_set_faults (world->cloud, SLOW);
  embark_migration_start (first);
  embark_migration_start (second);
  wait_until_sending (first);
  embark_context_close (world->context);
  g_assert_false (embark_migration_is_running (first));
  g_assert_false (embark_migration_is_running (second));
  g_assert_cmpint (embark_migration_get_state (first), ==, EMBARK_MIGRATION_PREPARED);
  g_assert_cmpint (embark_migration_get_state (second), ==, EMBARK_MIGRATION_DRAFT);
  g_assert_cmpuint (practice_cloud_count (world->cloud, "uploads"), ==, 1);
  g_object_unref (first);
  g_object_unref (second);
}

/* The bucket forgets the upload near its end: it is sent anew, without anybody's help. */
static void test_forgotten_by_the_bucket (MigrationWorld *world, gconstpointer data)
{
  g_autoptr (EmbarkMigration) migration = migration_world_create_upload (world);

  practice_cloud_set_faults (world->cloud,
                             "[{\"match\": {\"op\": \"UploadPart\", \"part\": 5, \"times\": 1}, \"do\": \"status\", "
                             "\"status\": 404, \"code\": \"NoSuchUpload\"}]");
  migration_world_run (migration);
  g_assert_no_error (embark_migration_get_error (migration));
  g_assert_cmpint (embark_migration_get_state (migration), ==, EMBARK_MIGRATION_DONE);
  g_assert_cmpuint (practice_cloud_count (world->cloud, "objects"), ==, 1);
}

/* Without the right to send it stops, and once the right is there it goes on with the same upload. */
static void test_refused_then_allowed (MigrationWorld *world, gconstpointer data)
{
  g_autoptr (EmbarkMigration) migration = migration_world_create_upload (world);

  practice_cloud_set_faults (world->cloud, "[{\"match\": {\"op\": \"UploadPart\", \"part\": 4}, \"do\": \"status\", "
                                           "\"status\": 403, \"code\": \"AccessDenied\"}]");
  migration_world_run (migration);
  g_assert_error (embark_migration_get_error (migration), EMBARK_ERROR, EMBARK_ERROR_PERMISSION);
  g_assert_true (embark_migration_can_continue (migration));
  g_assert_cmpuint (practice_cloud_count (world->cloud, "uploads"), ==, 1);
  practice_cloud_set_faults (world->cloud,
                             "[{\"match\": {\"op\": \"InitiateMultipartUpload\", \"times\": 0}, \"do\": \"reset\"}]");
  migration_world_run (migration);
  migration_world_assert_done (world, migration);
  g_assert_cmpuint (practice_cloud_count_seen (world->cloud, 0), ==, 0);
}

/* 41 MB at 1 kB/s would take half a day; lifted, it ends at once. */
static void test_limit (MigrationWorld *world, gconstpointer data)
{
  g_autoptr (EmbarkMigration) migration = migration_world_create_upload (world);
  EmbarkSendLimit limit = { .bytes_per_second = 1000 };

  embark_context_set_send_limit (world->context, &limit);
  embark_migration_start (migration);
  wait_until_sending (migration);
  g_assert_cmpuint (embark_migration_get_report (migration)->bytes_done, ==, 0);
  limit.bytes_per_second = 0;
  embark_context_set_send_limit (world->context, &limit);
  wait_for_end (migration);
  migration_world_assert_done (world, migration);
}

static void test_levels (MigrationWorld *world, gconstpointer data)
{
  static const char *const levels[] = { EMBARK_LEVEL_FAST, EMBARK_LEVEL_SMALL, EMBARK_LEVEL_NONE };
  g_autofree char *text = g_strnfill (24 * 1024 * 1024, 'x');
  guint64 sizes[G_N_ELEMENTS (levels)];
  EmbarkMigrationParams wrong = { .region = PRACTICE_CLOUD_REGION, .bucket = PRACTICE_CLOUD_BUCKET, .level = "best" };
  g_autoptr (EmbarkMachine) machine = NULL;
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < 24 * 1024 * 1024; i += 5)
    text[i] = (char) ('a' + (i * 7 + i / 4096) % 23);
  text[510] = 0x55;
  text[511] = (char) 0xaa;
  g_assert_true (g_file_set_contents (world->disk_path, text, 24 * 1024 * 1024, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (levels); i++)
    {
      g_autoptr (EmbarkMigration) migration = migration_world_create (world, levels[i], levels[i]);

      migration_world_run (migration);
      g_assert_no_error (embark_migration_get_error (migration));
      sizes[i] = embark_migration_get_sent_size (migration);
    }
  g_assert_cmpuint (sizes[1], <, sizes[0]);
  g_assert_cmpuint (sizes[0], <, sizes[2]);
  machine = migration_world_add_disk (world, &error);
  g_assert_null (embark_migration_list_create (embark_context_get_migrations (world->context), machine,
                                               embark_machine_get_boot_disk (machine), &wrong, &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_BAD_NAME);
}

static GPtrArray *find_unfinished (MigrationWorld *world)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EmbarkJob) job =
      embark_context_find_unfinished (world->context, PRACTICE_CLOUD_REGION, PRACTICE_CLOUD_BUCKET, &error);

  g_assert_no_error (error);
  embark_job_wait (job);
  g_assert_no_error (embark_job_get_error (job));
  return embark_job_steal_result (job);
}

/* Ours is found with the migration it belongs to; once the history is gone, by its name; what others began is not. */
static void test_unfinished (MigrationWorld *world, gconstpointer data)
{
  g_autoptr (EmbarkMigration) ours = migration_world_create (world, EMBARK_KEY_PREFIX "ours.qcow2", NULL);
  g_autoptr (EmbarkMigration) other = migration_world_create (world, "others/backup.tar", NULL);
  g_autoptr (GPtrArray) found = NULL, left = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (EmbarkJob) removal = NULL;
  const EmbarkUnfinishedUpload *upload;

  practice_cloud_set_faults (world->cloud, SLOW);
  embark_migration_start (ours);
  wait_until_sending (ours);
  found = find_unfinished (world);
  g_assert_cmpuint (found->len, ==, 0);
  g_clear_pointer (&found, g_ptr_array_unref);
  embark_migration_stop (ours);
  wait_for_end (ours);
  embark_migration_start (other);
  wait_until_sending (other);
  embark_migration_stop (other);
  wait_for_end (other);
  g_assert_cmpuint (practice_cloud_count (world->cloud, "uploads"), ==, 2);

  found = find_unfinished (world);
  g_assert_cmpuint (found->len, ==, 2);
  upload = g_ptr_array_index (found, 0);
  g_assert_cmpstr (upload->key, ==, EMBARK_KEY_PREFIX "ours.qcow2");
  g_assert_true (upload->migration == ours);
  g_assert_cmpint (upload->begun_at, >, 1700000000);
  removal = embark_context_remove_unfinished (world->context, upload, &error);
  g_assert_no_error (error);
  embark_job_wait (removal);
  g_assert_nonnull (embark_job_get_result (removal));
  left = find_unfinished (world);
  g_assert_cmpuint (left->len, ==, 1);

  /* Continued all the same, it begins anew. */
  practice_cloud_set_faults (world->cloud, "[]");
  migration_world_run (ours);
  g_assert_no_error (embark_migration_get_error (ours));
  g_assert_cmpuint (practice_cloud_count (world->cloud, "objects"), ==, 1);
}

#define ADD(name, func)                                                                                                \
  g_test_add ("/transfer/" name, MigrationWorld, NULL, migration_world_set_up, func, migration_world_tear_down)

int main (int argc, char **argv)
{
  g_setenv ("TENCENTCLOUD_SECRET_ID", PRACTICE_CLOUD_ID, TRUE);
  g_setenv ("TENCENTCLOUD_SECRET_KEY", PRACTICE_CLOUD_KEY, TRUE);
  g_test_init (&argc, &argv, NULL);
  ADD ("pause", test_pause);
  ADD ("cancel-while-paused", test_cancel_while_paused);
  ADD ("stop", test_stop);
  ADD ("queue", test_queue);
  ADD ("queue-goes-on", test_queue_goes_on);
  ADD ("close-with-queue", test_close_with_queue);
  ADD ("forgotten-by-the-bucket", test_forgotten_by_the_bucket);
  ADD ("refused-then-allowed", test_refused_then_allowed);
  ADD ("limit", test_limit);
  ADD ("levels", test_levels);
  ADD ("unfinished", test_unfinished);
  return g_test_run ();
}
