/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/migration-world.h"

void migration_world_open (MigrationWorld *self)
{
  g_autofree char *state = g_build_filename (self->folder, "state", NULL);
  g_autofree char *cache = g_build_filename (self->folder, "cache", NULL);
  g_autofree char *runtime = g_build_filename (self->folder, "run", NULL);
  EmbarkContextOptions options = { .state_dir = state,
                                   .cache_dir = cache,
                                   .runtime_dir = runtime,
                                   .connect_to = practice_cloud_get_connect_to (self->cloud),
                                   .ca_file = practice_cloud_get_ca_file (self->cloud),
                                   .retry_ms = 1 };
  g_autoptr (GError) error = NULL;
  g_autoptr (EmbarkJob) job = NULL;

  g_mkdir_with_parents (runtime, 0700);
  self->context = embark_context_new (&options, &error);
  g_assert_no_error (error);
  job = embark_account_load (embark_context_get_account (self->context));
  embark_job_wait (job);
  g_assert_true (embark_account_has_keys (embark_context_get_account (self->context)));
}

void migration_world_close (MigrationWorld *self)
{
  embark_context_close (self->context);
  g_assert_finalize_object (self->context);
  self->context = NULL;
}

void migration_world_write_disk (const char *path, guint megabytes, guint32 seed)
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

void migration_world_set_up (MigrationWorld *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  self->cloud = practice_cloud_start (NULL);
  self->folder = g_dir_make_tmp ("embark-migration-XXXXXX", &error);
  g_assert_no_error (error);
  self->disk_path = g_build_filename (self->folder, "disk.raw", NULL);
  migration_world_write_disk (self->disk_path, 40, 7);
  migration_world_open (self);
}

void migration_world_tear_down (MigrationWorld *self, gconstpointer data)
{
  const char *argv[] = { "rm", "-rf", self->folder, NULL };

  if (self->context != NULL)
    migration_world_close (self);
  g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL);
  practice_cloud_stop (self->cloud);
  g_free (self->folder);
  g_free (self->disk_path);
}

static void added_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

EmbarkMachine *migration_world_add_disk (MigrationWorld *self, GError **error)
{
  EmbarkLibrary *library = embark_context_get_library (self->context);
  g_autoptr (GFile) file = g_file_new_for_path (self->disk_path);
  g_autoptr (GAsyncResult) result = NULL;

  embark_library_add_file_async (library, file, NULL, added_cb, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return embark_library_add_file_finish (library, result, error);
}

EmbarkMigration *migration_world_create (MigrationWorld *self, const char *key, const char *level)
{
  EmbarkMigrationParams params = {
    .region = PRACTICE_CLOUD_REGION, .bucket = PRACTICE_CLOUD_BUCKET, .key = key, .level = level, .is_upload_only = TRUE
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (EmbarkMachine) machine = migration_world_add_disk (self, &error);
  EmbarkMigration *migration;

  g_assert_no_error (error);
  migration = embark_migration_list_create (embark_context_get_migrations (self->context), machine,
                                            embark_machine_get_boot_disk (machine), &params, &error);
  g_assert_no_error (error);
  return migration;
}

EmbarkMigration *migration_world_create_upload (MigrationWorld *self)
{
  return migration_world_create (self, "images/disk.qcow2", NULL);
}

void migration_world_run (EmbarkMigration *migration)
{
  embark_migration_start (migration);
  while (embark_migration_is_running (migration))
    g_main_context_iteration (NULL, TRUE);
}

void migration_world_assert_done (MigrationWorld *self, EmbarkMigration *migration)
{
  g_assert_no_error (embark_migration_get_error (migration));
  g_assert_cmpint (embark_migration_get_state (migration), ==, EMBARK_MIGRATION_DONE);
  g_assert_cmpfloat (embark_migration_get_progress (migration), ==, 1);
  g_assert_cmpuint (practice_cloud_count (self->cloud, "objects"), ==, 1);
  g_assert_cmpuint (practice_cloud_count (self->cloud, "uploads"), ==, 0);
}
