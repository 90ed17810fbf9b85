/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The program is killed wherever it is on its way; another one goes on, and
 * nothing is lost, left over or done twice. The one that dies is this program
 * itself, started again with a folder to work in.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "model/context.h"
#include "tests/support/image-folder.h"
#include "tests/support/practice-cloud.h"

#define VICTIM "EMBARK_TEST_VICTIM"
#define MEGABYTES 40

static EmbarkContext *open_context (const char *folder)
{
  g_autofree char *state = g_build_filename (folder, "state", NULL);
  EmbarkContextOptions options = { .state_dir = state, .cache_dir = folder, .runtime_dir = folder, .retry_ms = 1 };
  g_autoptr (GError) error = NULL;
  EmbarkContext *context = embark_context_new (&options, &error);
  g_autoptr (EmbarkJob) job = NULL;

  g_assert_no_error (error);
  job = embark_account_load (embark_context_get_account (context));
  embark_job_wait (job);
  return context;
}

static void added_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(EmbarkMachine **) user_data = embark_library_add_file_finish (EMBARK_LIBRARY (source), result, NULL);
  g_assert_nonnull (*(EmbarkMachine **) user_data);
}

static void run (EmbarkMigration *migration)
{
  embark_migration_start (migration);
  while (embark_migration_is_running (migration))
    g_main_context_iteration (NULL, TRUE);
}

static void state_changed_cb (EmbarkMigration *migration, GParamSpec *pspec, const char *deadly)
{
  if (strcmp (embark_migration_state_to_string (embark_migration_get_state (migration)), deadly) == 0)
    raise (SIGKILL);
}

/* The program that dies: at the state @deadly, or wherever it is killed from outside. */
static int be_victim (const char *folder, const char *deadly)
{
  EmbarkContext *context = open_context (folder);
  g_autofree char *path = g_build_filename (folder, "disk.raw", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  EmbarkMigrationParams params = {
    .region = PRACTICE_CLOUD_REGION, .bucket = PRACTICE_CLOUD_BUCKET, .key = "disk.qcow2", .is_upload_only = TRUE
  };
  EmbarkMachine *machine = NULL;
  EmbarkMigration *migration;

  prctl (PR_SET_PDEATHSIG, SIGKILL);
  embark_library_add_file_async (embark_context_get_library (context), file, NULL, added_cb, &machine);
  while (machine == NULL)
    g_main_context_iteration (NULL, TRUE);
  migration = embark_migration_list_create (embark_context_get_migrations (context), machine,
                                            embark_machine_get_boot_disk (machine), &params, NULL);
  g_assert_nonnull (migration);
  if (strcmp (deadly, "draft") == 0)
    raise (SIGKILL);
  g_signal_connect (migration, "notify::state", G_CALLBACK (state_changed_cb), (gpointer) deadly);
  run (migration);
  return EXIT_SUCCESS;
}

/* A raw disk with a boot signature and data that does not compress. */
static void write_disk (ImageFolder *folder)
{
  gsize length = MEGABYTES * 1024 * 1024;
  g_autofree guint32 *data = g_malloc0 (length);
  g_autoptr (GRand) rand = g_rand_new_with_seed (11);

  for (gsize i = 1024; i < length / 4; i++)
    data[i] = g_rand_int (rand);
  ((guint8 *) data)[510] = 0x55;
  ((guint8 *) data)[511] = 0xaa;
  image_folder_write (folder, "disk.raw", data, length);
}

typedef struct
{
  const char *name;
  const char *deadly; /* state the program dies at, or "" */
  const char *fault;  /* (nullable) the request the program is killed at */
} Death;

static const Death deaths[] = {
  { "draft", "draft", NULL },
  { "checking", "checking", NULL },
  { "checked", "checked", NULL },
  { "prepared", "prepared", NULL },
  { "uploading", "uploading", NULL },
  { "uploaded", "uploaded", NULL },
  { "begin", "", "{\"match\": {\"op\": \"InitiateMultipartUpload\"}, \"do\": \"stall\", \"seconds\": 600}" },
  { "begun", "", "{\"match\": {\"op\": \"UploadPart\", \"part\": 1}, \"do\": \"stall\", \"seconds\": 600}" },
  { "part", "", "{\"match\": {\"op\": \"UploadPart\", \"part\": 3}, \"do\": \"stall\", \"seconds\": 600}" },
  { "complete", "", "{\"match\": {\"op\": \"CompleteMultipartUpload\"}, \"do\": \"stall\", \"seconds\": 600}" },
  { "completed", "", "{\"match\": {\"op\": \"HeadObject\", \"after\": 1}, \"do\": \"stall\", \"seconds\": 600}" },
};

static GSubprocess *start_victim (ImageFolder *folder, PracticeCloud *cloud, const Death *death)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  g_autoptr (GError) error = NULL;
  GSubprocess *victim;

  g_subprocess_launcher_setenv (launcher, VICTIM, folder->path, TRUE);
  victim = g_subprocess_launcher_spawn (launcher, &error, "/proc/self/exe", death->deadly, NULL);
  g_assert_no_error (error);
  return victim;
}

static void wait_for_request (PracticeCloud *cloud)
{
  while (practice_cloud_count_seen (cloud, 0) == 0)
    g_thread_yield ();
}

static void test_death (gconstpointer data)
{
  const Death *death = data;
  g_autoptr (ImageFolder) folder = image_folder_new ();
  g_autoptr (PracticeCloud) cloud = practice_cloud_start (NULL);
  g_autofree char *faults = g_strdup_printf ("[%s]", death->fault != NULL ? death->fault : "");
  g_autoptr (GSubprocess) victim = NULL;
  g_autoptr (EmbarkMigration) migration = NULL;
  EmbarkContext *context;

  write_disk (folder);
  g_setenv ("EMBARK_CONNECT_TO", practice_cloud_get_connect_to (cloud), TRUE);
  g_setenv ("EMBARK_CA_FILE", practice_cloud_get_ca_file (cloud), TRUE);
  practice_cloud_set_faults (cloud, faults);
  victim = start_victim (folder, cloud, death);
  if (death->fault != NULL)
    {
      wait_for_request (cloud);
      g_subprocess_force_exit (victim);
    }
  g_assert_true (g_subprocess_wait (victim, NULL, NULL));
  g_assert_true (g_subprocess_get_if_signaled (victim));
  practice_cloud_set_faults (cloud, "[]");
  /* The request that nobody waits for any more takes effect. */
  if (g_str_equal (death->name, "begin"))
    while (practice_cloud_count (cloud, "uploads") == 0)
      g_thread_yield ();

  context = open_context (folder->path);
  migration = g_list_model_get_item (G_LIST_MODEL (embark_context_get_migrations (context)), 0);
  g_assert_false (embark_migration_state_is_transient (embark_migration_get_state (migration)));
  g_assert_true (embark_migration_can_continue (migration));
  run (migration);
  g_assert_no_error (embark_migration_get_error (migration));
  g_assert_cmpint (embark_migration_get_state (migration), ==, EMBARK_MIGRATION_DONE);
  g_assert_cmpuint (practice_cloud_count (cloud, "objects"), ==, 1);
  g_assert_cmpuint (practice_cloud_count (cloud, "uploads"), ==, 0);
  g_clear_object (&migration);
  embark_context_close (context);
  g_assert_finalize_object (context);
}

int main (int argc, char **argv)
{
  g_setenv ("TENCENTCLOUD_SECRET_ID", PRACTICE_CLOUD_ID, TRUE);
  g_setenv ("TENCENTCLOUD_SECRET_KEY", PRACTICE_CLOUD_KEY, TRUE);
  if (g_getenv (VICTIM) != NULL && argc == 2)
    return be_victim (g_getenv (VICTIM), argv[1]);
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (deaths); i++)
    {
      g_autofree char *path = g_strconcat ("/crash/", deaths[i].name, NULL);
      g_test_add_data_func (path, &deaths[i], test_death);
    }
  return g_test_run ();
}
