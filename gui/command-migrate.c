/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `embark upload`, `embark migrate` and `embark imports`.
 */
#include <glib/gi18n.h>
#include <unistd.h>

#include "gui/command.h"
#include "model/base/errors.h"

/* A migration being watched from the terminal. */
typedef struct
{
  EmbarkCommand *command;
  EmbarkMigration *migration;
  guint n_events; /* lines already printed */
  int last_state; /* EmbarkMigrationState last told, -1 none */
  guint64 last_bytes;
  gint64 last_progress; /* monotonic microseconds of the last progress line of JSON */
} Watch;

static JsonBuilder *begin_line (const char *event)
{
  JsonBuilder *builder = json_builder_new_immutable ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "event");
  json_builder_add_string_value (builder, event);
  return builder;
}

static void add_text (JsonBuilder *builder, const char *name, const char *value)
{
  json_builder_set_member_name (builder, name);
  if (value != NULL)
    json_builder_add_string_value (builder, value);
  else
    json_builder_add_null_value (builder);
}

static void add_number (JsonBuilder *builder, const char *name, guint64 value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, (gint64) value);
}

static void end_line (JsonBuilder *builder)
{
  json_builder_end_object (builder);
  embark_command_print_json (json_builder_get_root (builder), FALSE);
  g_object_unref (builder);
}

static void print_state (Watch *watch)
{
  EmbarkMigrationState state = embark_migration_get_state (watch->migration);
  JsonBuilder *builder;

  if ((int) state == watch->last_state)
    return;
  watch->last_state = (int) state;
  if (!watch->command->is_json)
    return;
  builder = begin_line ("state");
  add_text (builder, "state", embark_migration_state_to_string (state));
  end_line (builder);
}

static void print_events (Watch *watch)
{
  GListModel *events = embark_migration_get_events (watch->migration);

  for (; watch->n_events < g_list_model_get_n_items (events); watch->n_events++)
    {
      g_autoptr (EmbarkEvent) event = g_list_model_get_item (events, watch->n_events);
      g_autofree char *title = embark_command_clean (embark_event_get_title (event));
      g_autofree char *detail = embark_command_clean (embark_event_get_detail (event));

      /* Failures and cancels are told once, at the end. */
      if (watch->command->is_json || embark_event_get_outcome (event) != EMBARK_OUTCOME_PASS)
        continue;
      embark_command_show_progress (NULL);
      embark_command_print ("✓ %s%s%s", title, *detail != '\0' ? ": " : "", detail);
    }
}

static void print_json_progress (Watch *watch)
{
  const EmbarkProgress *report = embark_migration_get_report (watch->migration);
  gint64 now = g_get_monotonic_time ();
  gint64 seconds = embark_migration_get_seconds_left (watch->migration);
  JsonBuilder *builder;

  if (now - watch->last_progress < G_USEC_PER_SEC / 4 && report->bytes_done != report->bytes_total)
    return;
  watch->last_progress = now;
  builder = begin_line ("progress");
  json_builder_set_member_name (builder, "progress");
  json_builder_add_double_value (builder, embark_migration_get_progress (watch->migration));
  add_text (builder, "stage", report->stage);
  add_number (builder, "bytesSent", report->bytes_done);
  add_number (builder, "bytesTotal", report->bytes_total);
  add_number (builder, "bytesRead", report->bytes_source);
  add_number (builder, "bytesPerSecond", (guint64) embark_migration_get_speed (watch->migration));
  json_builder_set_member_name (builder, "secondsLeft");
  if (seconds >= 0)
    json_builder_add_int_value (builder, seconds);
  else
    json_builder_add_null_value (builder);
  end_line (builder);
}

static void print_line_progress (Watch *watch)
{
  const EmbarkProgress *report = embark_migration_get_report (watch->migration);
  double speed = embark_migration_get_speed (watch->migration);
  g_autofree char *line = g_strdup (embark_migration_get_status (watch->migration));

  if (report->bytes_done > 0 && speed > 0)
    {
      g_autofree char *status = g_steal_pointer (&line);
      g_autofree char *done = g_format_size (report->bytes_done);
      g_autofree char *rate = g_format_size ((guint64) speed);
      /* Translators: what is being done, bytes sent so far, bytes a second: "Uploading 62 % · 2.3 GB · 4.1 MB/s" */
      line = g_strdup_printf (_ ("%s · %s · %s/s"), status, done, rate);
    }
  embark_command_show_progress (line);
}

static void migration_changed_cb (EmbarkMigration *migration, GParamSpec *pspec, Watch *watch)
{
  print_state (watch);
  print_events (watch);
  if (!embark_migration_is_running (migration))
    return;
  if (watch->command->is_json)
    print_json_progress (watch);
  else
    print_line_progress (watch);
}

static int print_end (Watch *watch)
{
  const GError *error = embark_migration_get_error (watch->migration);
  JsonBuilder *builder;

  embark_command_show_progress (NULL);
  if (error != NULL)
    return embark_command_fail (watch->command, error);
  if (watch->command->is_json)
    {
      builder = begin_line ("done");
      add_text (builder, "imageId", embark_migration_get_image_id (watch->migration));
      add_text (builder, "imageName", embark_migration_get_image_name (watch->migration));
      add_text (builder, "region", embark_migration_get_region (watch->migration));
      add_text (builder, "bucket", embark_migration_get_bucket (watch->migration));
      add_text (builder, "key", embark_migration_get_key (watch->migration));
      add_number (builder, "size", embark_migration_get_sent_size (watch->migration));
      end_line (builder);
    }
  else if (embark_migration_get_image_id (watch->migration) != NULL)
    embark_command_print ("%s", embark_migration_get_image_id (watch->migration));
  else
    embark_command_print ("cos://%s/%s", embark_migration_get_bucket (watch->migration),
                          embark_migration_get_key (watch->migration));
  return EMBARK_EXIT_DONE;
}

static int watch_migration (EmbarkCommand *command, EmbarkMigration *migration)
{
  Watch watch = { .command = command, .migration = migration, .last_state = -1 };
  gulong handler = g_signal_connect (migration, "notify", G_CALLBACK (migration_changed_cb), &watch);

  command->migration = migration;
  embark_migration_start (migration);
  while (embark_migration_is_running (migration))
    g_main_context_iteration (NULL, TRUE);
  command->migration = NULL;
  print_state (&watch);
  print_events (&watch);
  g_signal_handler_disconnect (migration, handler);
  if (command->is_interrupted)
    {
      g_autoptr (GError) cancelled = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "");
      return embark_command_fail (command, cancelled);
    }
  return print_end (&watch);
}

/* An entry that has nothing to continue in the bucket only clutters the history of a terminal's user. */
static void forget_failed_start (EmbarkCommand *command, EmbarkMigration *migration)
{
  EmbarkMigrationState state = embark_migration_get_state (migration);

  if (state == EMBARK_MIGRATION_DRAFT || state == EMBARK_MIGRATION_CHECKED)
    embark_migration_list_remove (embark_context_get_migrations (command->context), migration, NULL);
}

static int run_migration (EmbarkCommand *command, const EmbarkMigrationParams *params)
{
  EmbarkMigrationList *migrations = embark_context_get_migrations (command->context);
  g_autoptr (EmbarkMachine) machine = NULL;
  g_autoptr (EmbarkMigration) migration = NULL;
  g_autoptr (GError) error = NULL;
  EmbarkDisk *disk;
  int status;

  if (command->targets == NULL || g_strv_length (command->targets) != 1)
    return embark_command_refuse (command, _ ("Name one disk image, or machine:NAME."));
  if (command->bucket == NULL || command->region == NULL)
    return embark_command_refuse (command, _ ("Name the bucket with --bucket and its region with --region."));
  if (!embark_destination_check (command->region, command->bucket, &error))
    return embark_command_fail (command, error);
  disk = embark_command_find_disk (command, &machine, &error);
  if (disk == NULL || !embark_command_load_keys (command, &error))
    return embark_command_fail (command, error);
  migration = embark_migration_list_create (migrations, machine, disk, params, &error);
  if (migration == NULL)
    return embark_command_fail (command, error);
  status = watch_migration (command, migration);
  if (status != EMBARK_EXIT_DONE)
    forget_failed_start (command, migration);
  return status;
}

int embark_command_upload (EmbarkCommand *command)
{
  EmbarkMigrationParams params = {
    .region = command->region, .bucket = command->bucket, .key = command->key, .is_upload_only = TRUE
  };

  return run_migration (command, &params);
}

int embark_command_migrate (EmbarkCommand *command)
{
  EmbarkMigrationParams params = { .region = command->region,
                                   .bucket = command->bucket,
                                   .key = command->key,
                                   .image_name = command->name,
                                   .is_forced = command->is_forced,
                                   .is_no_wait = command->is_no_wait };

  return run_migration (command, &params);
}

static void add_migration (JsonBuilder *builder, EmbarkMigration *migration)
{
  const GError *error = embark_migration_get_error (migration);

  json_builder_begin_object (builder);
  add_text (builder, "id", embark_migration_get_id (migration));
  add_number (builder, "created", (guint64) embark_migration_get_created_at (migration));
  add_text (builder, "machine", embark_migration_get_machine_name (migration));
  add_text (builder, "state", embark_migration_state_to_string (embark_migration_get_state (migration)));
  json_builder_set_member_name (builder, "running");
  json_builder_add_boolean_value (builder, embark_migration_is_elsewhere (migration));
  add_text (builder, "imageName", embark_migration_get_image_name (migration));
  add_text (builder, "imageId", embark_migration_get_image_id (migration));
  add_text (builder, "region", embark_migration_get_region (migration));
  add_text (builder, "bucket", embark_migration_get_bucket (migration));
  add_text (builder, "key", embark_migration_get_key (migration));
  add_text (builder, "error", error != NULL ? error->message : NULL);
  json_builder_end_object (builder);
}

static void print_migration (EmbarkMigration *migration)
{
  g_autoptr (GDateTime) created = g_date_time_new_from_unix_local (embark_migration_get_created_at (migration));
  g_autofree char *date = created != NULL ? g_date_time_format (created, "%x %H:%M") : g_strdup ("");
  g_autofree char *name = embark_command_clean (embark_migration_get_machine_name (migration));
  g_autofree char *status = embark_command_clean (embark_migration_get_status (migration));

  embark_command_print ("%s  %s  %s", date, name, status);
}

int embark_command_imports (EmbarkCommand *command)
{
  GListModel *migrations = G_LIST_MODEL (embark_context_get_migrations (command->context));
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  if (command->targets != NULL)
    return embark_command_refuse (command, _ ("This verb takes no target."));
  json_builder_begin_array (builder);
  for (guint i = 0; i < g_list_model_get_n_items (migrations); i++)
    {
      g_autoptr (EmbarkMigration) migration = g_list_model_get_item (migrations, i);
      if (command->is_json)
        add_migration (builder, migration);
      else
        print_migration (migration);
    }
  json_builder_end_array (builder);
  if (command->is_json)
    embark_command_print_json (json_builder_get_root (builder), TRUE);
  else if (g_list_model_get_n_items (migrations) == 0)
    embark_command_print ("%s", _ ("No migrations yet. `embark migrate` starts one."));
  return EMBARK_EXIT_DONE;
}
