/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A disk is made ready in an overlay, by itself and on the way of a migration:
 * who owns the overlay, when it goes, and what is made anew. The guest helper is
 * a double; that fixes do what they say is the business of the guest tests.
 */
#include <glib/gstdio.h>
#include <string.h>

#include "model/base/errors.h"
#include "model/context-private.h"
#include "model/overlay-folder.h"
#include "model/preparation.h"
#include "tests/support/migration-world.h"

static void copy_file (const char *from, const char *to, guint mode)
{
  g_autofree char *text = NULL;
  gsize length;
  g_autoptr (GError) error = NULL;

  g_file_get_contents (from, &text, &length, &error);
  g_assert_no_error (error);
  g_file_set_contents (to, text, (gssize) length, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_chmod (to, (int) mode), ==, 0);
}

static char *name_file (MigrationWorld *world, const char *name)
{
  return g_build_filename (world->folder, name, NULL);
}

/* The facts of the fixture without cloud-init before, with it after. */
static void place_facts (MigrationWorld *world, const char *name, gboolean is_ready)
{
  g_autofree char *fixture = g_test_build_filename (G_TEST_DIST, "unit", "fixtures", "facts-debian-12.json", NULL);
  g_autofree char *path = name_file (world, name);
  g_autofree char *text = NULL;
  g_autofree char *json = NULL;
  g_autoptr (EmbarkFacts) facts = NULL;
  g_autoptr (GError) error = NULL;

  g_file_get_contents (fixture, &text, NULL, &error);
  g_assert_no_error (error);
  facts = embark_facts_new_from_json (text, -1, &error);
  g_assert_no_error (error);
  json_object_remove_member (embark_facts_get_object (facts), "image");
  json_object_remove_member (embark_facts_get_object (facts), "stream");
  embark_facts_set_boolean (facts, "linux.cloudInit.installed", is_ready);
  json = embark_facts_to_json (facts, FALSE);
  g_file_set_contents (path, json, -1, &error);
  g_assert_no_error (error);
}

static void set_up (MigrationWorld *world, gconstpointer data)
{
  g_autofree char *script = g_test_build_filename (G_TEST_DIST, "support", "facts_helper.py", NULL);
  g_autofree char *helper = NULL;

  migration_world_set_up (world, data);
  migration_world_close (world);
  helper = name_file (world, "facts_helper.py");
  copy_file (script, helper, 0700);
  place_facts (world, "facts.json", FALSE);
  place_facts (world, "prepared.json", TRUE);
  g_setenv ("EMBARK_GUEST_HELPER", helper, TRUE);
  migration_world_open (world);
}

static guint count_calls (MigrationWorld *world, const char *verb)
{
  g_autofree char *path = name_file (world, "calls");
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  guint n = 0;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return 0;
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    n += g_str_equal (lines[i], verb);
  return n;
}

static guint count_files (MigrationWorld *world)
{
  g_autofree char *folder = embark_context_dup_overlay_dir (world->context);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  guint n = 0;

  while (dir != NULL && g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

static EmbarkFixOptions *make_options (void)
{
  EmbarkFixOptions *options = embark_fix_options_new ();

  g_strfreev (options->fixes);
  options->fixes = g_strsplit ("linux-cloud-init,linux-machine-id", ",", -1);
  options->packages = g_strdup ("/nonexistent");
  return options;
}

static EmbarkMachine *add_checked (MigrationWorld *world)
{
  g_autoptr (GError) error = NULL;
  EmbarkMachine *machine = migration_world_add_disk (world, &error);
  g_autoptr (EmbarkJob) job = NULL;

  g_assert_no_error (error);
  job = g_object_ref (embark_disk_check (embark_machine_get_boot_disk (machine)));
  embark_job_wait (job);
  g_assert_no_error (embark_job_get_error (job));
  return machine;
}

static void ended_cb (EmbarkPreparation *preparation, gboolean *is_ended)
{
  *is_ended = TRUE;
}

static void wait_for_end (EmbarkPreparation *preparation)
{
  gboolean is_ended = FALSE;

  g_signal_connect (preparation, "ended", G_CALLBACK (ended_cb), &is_ended);
  while (!is_ended)
    g_main_context_iteration (NULL, TRUE);
  g_signal_handlers_disconnect_by_data (preparation, &is_ended);
}

static EmbarkPreparation *make_ready (EmbarkMachine *machine)
{
  g_autoptr (EmbarkFixOptions) options = make_options ();
  EmbarkPreparation *preparation = embark_preparation_new (machine, embark_machine_get_boot_disk (machine), options);

  embark_preparation_start (preparation);
  g_assert_nonnull (embark_preparation_get_job (preparation));
  wait_for_end (preparation);
  g_assert_no_error (embark_preparation_get_error (preparation));
  return preparation;
}

static EmbarkMigration *create (MigrationWorld *world, EmbarkMachine *machine, EmbarkPreparation *preparation,
                                gboolean is_upload_only, GError **error)
{
  g_autoptr (EmbarkFixOptions) options = make_options ();
  EmbarkMigrationParams params = {
    .region = PRACTICE_CLOUD_REGION,
    .bucket = PRACTICE_CLOUD_BUCKET,
    .key = "images/disk.qcow2",
    .options = options,
    .preparation = preparation,
    .is_upload_only = is_upload_only,
  };

  return embark_migration_list_create (embark_context_get_migrations (world->context), machine,
                                       embark_machine_get_boot_disk (machine), &params, error);
}

static EmbarkOutcome find_outcome (EmbarkReport *report)
{
  return embark_report_find (report, "linux-cloud-init")->outcome;
}

static void test_ready (MigrationWorld *world, gconstpointer data)
{
  g_autoptr (EmbarkMachine) machine = add_checked (world);
  g_autoptr (EmbarkPreparation) preparation = make_ready (machine);
  GPtrArray *lines = embark_preparation_get_log (preparation);
  JsonArray *changes = embark_preparation_get_changes (preparation);

  g_assert_true (embark_preparation_is_ready (preparation));
  g_assert_cmpint (find_outcome (embark_preparation_get_before (preparation)), ==, EMBARK_OUTCOME_BLOCKER);
  g_assert_cmpint (find_outcome (embark_preparation_get_after (preparation)), ==, EMBARK_OUTCOME_PASS);
  g_assert_cmpuint (lines->len, ==, 2);
  g_assert_cmpstr (g_ptr_array_index (lines, 0), ==, "making linux-cloud-init");
  g_assert_cmpuint (json_array_get_length (changes), ==, 2);
  g_assert_cmpuint (embark_preparation_get_overlay_size (preparation), >, 0);
  g_assert_cmpuint (count_files (world), ==, 2);
  embark_preparation_discard (preparation);
  g_assert_false (embark_preparation_is_ready (preparation));
  g_assert_cmpuint (count_files (world), ==, 0);
}

static void cancel_at_line_cb (EmbarkPreparation *preparation, const char *line, gpointer user_data)
{
  if (g_str_equal (line, "stalled"))
    embark_preparation_cancel (preparation);
}

static void test_cancel (MigrationWorld *world, gconstpointer data)
{
  g_autoptr (EmbarkMachine) machine = add_checked (world);
  g_autoptr (EmbarkFixOptions) options = make_options ();
  g_autoptr (EmbarkPreparation) preparation =
      embark_preparation_new (machine, embark_machine_get_boot_disk (machine), options);
  g_autofree char *stall = name_file (world, "stall");

  g_assert_true (g_file_set_contents (stall, "", 0, NULL));
  g_signal_connect (preparation, "log", G_CALLBACK (cancel_at_line_cb), NULL);
  embark_preparation_start (preparation);
  g_assert_cmpuint (count_files (world), >, 0);
  wait_for_end (preparation);
  g_assert_null (embark_preparation_get_error (preparation));
  g_assert_false (embark_preparation_is_ready (preparation));
  g_assert_cmpuint (count_files (world), ==, 0);
}

static void test_save (MigrationWorld *world, gconstpointer data)
{
  g_autoptr (EmbarkMachine) machine = add_checked (world);
  g_autoptr (EmbarkPreparation) preparation = make_ready (machine);
  g_autofree char *whole = name_file (world, "whole.qcow2");
  g_autofree char *overlay = name_file (world, "overlay.qcow2");
  g_autoptr (EmbarkJob) first = embark_preparation_save (preparation, whole, FALSE);
  g_autoptr (EmbarkJob) second = embark_preparation_save (preparation, overlay, TRUE);
  g_autoptr (EmbarkJob) third = NULL;

  embark_job_wait (first);
  g_assert_no_error (embark_job_get_error (first));
  embark_job_wait (second);
  g_assert_no_error (embark_job_get_error (second));
  g_assert_true (g_file_test (whole, G_FILE_TEST_IS_REGULAR));
  g_assert_true (g_file_test (overlay, G_FILE_TEST_IS_REGULAR));
  third = embark_preparation_save (preparation, overlay, TRUE);
  embark_job_wait (third);
  g_assert_error (embark_job_get_error (third), EMBARK_ERROR, EMBARK_ERROR_NAME_TAKEN);
}

static void note_state_cb (EmbarkMigration *migration, GParamSpec *pspec, guint *states)
{
  *states |= 1u << embark_migration_get_state (migration);
}

static void test_migration (MigrationWorld *world, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EmbarkMachine) machine = migration_world_add_disk (world, &error);
  g_autoptr (EmbarkMigration) migration = create (world, machine, NULL, TRUE, &error);
  guint states = 0;

  g_assert_no_error (error);
  g_signal_connect (migration, "notify::state", G_CALLBACK (note_state_cb), &states);
  migration_world_run (migration);
  migration_world_assert_done (world, migration);
  g_assert_true ((states & (1u << EMBARK_MIGRATION_PREPARING)) != 0);
  g_assert_cmpuint (count_calls (world, "prepare"), ==, 1);
  g_assert_cmpuint (count_files (world), ==, 0);
}

/* What was made ready in the window is not made again, and goes with the migration. */
static void test_handed_over (MigrationWorld *world, gconstpointer data)
{
  g_autoptr (EmbarkMachine) machine = add_checked (world);
  g_autoptr (EmbarkPreparation) preparation = make_ready (machine);
  g_autoptr (GError) error = NULL;
  g_autoptr (EmbarkMigration) migration = create (world, machine, preparation, TRUE, &error);

  g_assert_no_error (error);
  g_clear_object (&preparation);
  g_assert_cmpuint (count_files (world), ==, 1);
  migration_world_run (migration);
  migration_world_assert_done (world, migration);
  g_assert_cmpuint (count_calls (world, "prepare"), ==, 1);
  g_assert_cmpuint (count_files (world), ==, 0);
}

static void test_original_changed (MigrationWorld *world, gconstpointer data)
{
  g_autoptr (EmbarkMachine) machine = add_checked (world);
  g_autoptr (EmbarkPreparation) preparation = make_ready (machine);
  g_autoptr (GError) error = NULL;
  g_autoptr (EmbarkMigration) migration = create (world, machine, preparation, TRUE, &error);

  g_assert_no_error (error);
  migration_world_write_disk (world->disk_path, 2, 99);
  migration_world_run (migration);
  migration_world_assert_done (world, migration);
  g_assert_cmpuint (count_calls (world, "prepare"), ==, 2);
  g_assert_cmpuint (count_files (world), ==, 0);
}

static void test_removed (MigrationWorld *world, gconstpointer data)
{
  g_autoptr (EmbarkMachine) machine = add_checked (world);
  g_autoptr (EmbarkPreparation) preparation = make_ready (machine);
  g_autoptr (GError) error = NULL;
  g_autoptr (EmbarkMigration) migration = create (world, machine, preparation, TRUE, &error);

  g_assert_no_error (error);
  g_assert_true (embark_migration_list_remove (embark_context_get_migrations (world->context), migration, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (count_files (world), ==, 0);
}

static void test_not_enough (MigrationWorld *world, gconstpointer data)
{
  g_autoptr (EmbarkMachine) machine = NULL;
  g_autoptr (EmbarkPreparation) preparation = NULL;
  g_autoptr (EmbarkMigration) migration = NULL;
  g_autoptr (GError) error = NULL;

  place_facts (world, "prepared.json", FALSE);
  machine = add_checked (world);
  migration = create (world, machine, NULL, FALSE, &error);
  g_assert_no_error (error);
  migration_world_run (migration);
  g_assert_error (embark_migration_get_error (migration), EMBARK_ERROR, EMBARK_ERROR_BLOCKED);
  g_assert_nonnull (strstr (embark_migration_get_error (migration)->message, "not enough"));
  g_assert_cmpint (embark_migration_get_state (migration), ==, EMBARK_MIGRATION_CHECKED);
  g_assert_cmpuint (count_files (world), ==, 0);
  preparation = make_ready (machine);
  g_assert_null (create (world, machine, preparation, FALSE, &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_BLOCKED);
}

static void output_seen_cb (EmbarkMigration *migration, GParamSpec *pspec, gpointer user_data)
{
  EmbarkJob *job = embark_migration_get_job (migration);

  if (embark_migration_get_state (migration) == EMBARK_MIGRATION_PREPARING && job != NULL
      && g_str_has_prefix (embark_job_get_report (job)->stage, "fix:"))
    embark_migration_cancel (migration);
}

/* Cancelled while it was made ready: nothing is left, and it can be started again. */
static void test_cancelled_migration (MigrationWorld *world, gconstpointer data)
{
  g_autoptr (EmbarkMachine) machine = add_checked (world);
  g_autoptr (GError) error = NULL;
  g_autoptr (EmbarkMigration) migration = create (world, machine, NULL, TRUE, &error);
  g_autofree char *stall = name_file (world, "stall");

  g_assert_no_error (error);
  g_assert_true (g_file_set_contents (stall, "", 0, NULL));
  g_signal_connect (migration, "notify::progress", G_CALLBACK (output_seen_cb), NULL);
  migration_world_run (migration);
  g_assert_null (embark_migration_get_error (migration));
  g_assert_cmpint (embark_migration_get_state (migration), ==, EMBARK_MIGRATION_DRAFT);
  g_assert_cmpuint (count_files (world), ==, 0);
  g_signal_handlers_disconnect_by_func (migration, output_seen_cb, NULL);
  g_unlink (stall);
  migration_world_run (migration);
  migration_world_assert_done (world, migration);
}

/* What a program that died left goes at the next start; what another one works with stays. */
static void test_swept (MigrationWorld *world, gconstpointer data)
{
  g_autoptr (EmbarkMachine) machine = add_checked (world);
  g_autoptr (EmbarkPreparation) preparation = make_ready (machine);
  g_autofree char *folder = embark_context_dup_overlay_dir (world->context);
  g_autofree char *stray = g_build_filename (folder, "stray.qcow2", NULL);
  g_autofree char *held = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (EmbarkMigration) migration = create (world, machine, preparation, TRUE, &error);
  EmbarkOverlayHold *hold = embark_overlay_hold_new (folder, &error);

  g_assert_no_error (error);
  held = g_strdup (embark_overlay_hold_get_path (hold));
  g_assert_true (g_file_set_contents (stray, "x", 1, NULL));
  g_assert_true (g_file_set_contents (held, "x", 1, NULL));
  g_clear_object (&migration);
  g_clear_object (&preparation);
  g_clear_object (&machine);
  migration_world_close (world);
  migration_world_open (world);
  g_assert_false (g_file_test (stray, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (held, G_FILE_TEST_EXISTS));
  g_assert_cmpuint (count_files (world), ==, 3);
  embark_overlay_hold_delete (hold);
  g_assert_cmpuint (count_files (world), ==, 1);
}

int main (int argc, char **argv)
{
  g_setenv ("TENCENTCLOUD_SECRET_ID", PRACTICE_CLOUD_ID, TRUE);
  g_setenv ("TENCENTCLOUD_SECRET_KEY", PRACTICE_CLOUD_KEY, TRUE);
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add (path, MigrationWorld, NULL, set_up, func, migration_world_tear_down)
  ADD ("/preparation/ready", test_ready);
  ADD ("/preparation/cancel", test_cancel);
  ADD ("/preparation/save", test_save);
  ADD ("/preparation/migration", test_migration);
  ADD ("/preparation/handed-over", test_handed_over);
  ADD ("/preparation/original-changed", test_original_changed);
  ADD ("/preparation/removed", test_removed);
  ADD ("/preparation/not-enough", test_not_enough);
  ADD ("/preparation/cancelled-migration", test_cancelled_migration);
  ADD ("/preparation/swept", test_swept);
#undef ADD
  return g_test_run ();
}
