/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A migration watched from the terminal: a line of progress and of each thing
 * that happened, or one JSON object a line.
 */
#include <glib/gi18n.h>

#include "gui/command.h"

/* A migration being watched from the terminal. */
typedef struct
{
  EmbarkCommand *command;
  EmbarkMigration *migration;
  guint n_events; /* lines already printed */
  int last_state; /* EmbarkMigrationState last told, -1 none */
  guint64 last_bytes;
  gint64 last_progress; /* monotonic microseconds of the last progress line of JSON */
  char last_stage[40];  /* of that line */
} Watch;

static JsonBuilder *begin_line (const char *event)
{
  JsonBuilder *builder = json_builder_new_immutable ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "event");
  json_builder_add_string_value (builder, event);
  return builder;
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
  embark_command_add_text (builder, "state", embark_migration_state_to_string (state));
  end_line (builder);
}

/* Of the events only this one: the others are states, which are told anyway. */
static void print_json_event (EmbarkEvent *event)
{
  JsonBuilder *builder;

  if (embark_event_get_outcome (event) != EMBARK_OUTCOME_WARNING)
    return;
  builder = begin_line ("warning");
  embark_command_add_text (builder, "title", embark_event_get_title (event));
  embark_command_add_text (builder, "detail", embark_event_get_detail (event));
  end_line (builder);
}

/* Failures and cancels are told once, at the end. */
static void print_line_event (EmbarkEvent *event)
{
  EmbarkOutcome outcome = embark_event_get_outcome (event);
  g_autofree char *title = embark_command_clean (embark_event_get_title (event));
  g_autofree char *detail = embark_command_clean (embark_event_get_detail (event));

  if (outcome != EMBARK_OUTCOME_PASS && outcome != EMBARK_OUTCOME_WARNING)
    return;
  embark_command_show_progress (NULL);
  embark_command_print ("%s %s%s%s", outcome == EMBARK_OUTCOME_PASS ? "✓" : "!", title, *detail != '\0' ? ": " : "",
                        detail);
}

static void print_events (Watch *watch)
{
  GListModel *events = embark_migration_get_events (watch->migration);

  for (; watch->n_events < g_list_model_get_n_items (events); watch->n_events++)
    {
      g_autoptr (EmbarkEvent) event = g_list_model_get_item (events, watch->n_events);

      if (watch->command->is_json)
        print_json_event (event);
      else
        print_line_event (event);
    }
}

static void print_json_progress (Watch *watch)
{
  const EmbarkProgress *report = embark_migration_get_report (watch->migration);
  gint64 now = g_get_monotonic_time ();
  gint64 seconds = embark_migration_get_seconds_left (watch->migration);
  JsonBuilder *builder;

  /* Nothing may follow a new stage for long, so it is always told. */
  if (now - watch->last_progress < G_USEC_PER_SEC / 4 && report->bytes_done != report->bytes_total
      && g_str_equal (report->stage, watch->last_stage))
    return;
  watch->last_progress = now;
  g_strlcpy (watch->last_stage, report->stage, sizeof watch->last_stage);
  builder = begin_line ("progress");
  json_builder_set_member_name (builder, "progress");
  json_builder_add_double_value (builder, embark_migration_get_progress (watch->migration));
  embark_command_add_text (builder, "stage", report->stage);
  embark_command_add_number (builder, "bytesSent", report->bytes_done);
  embark_command_add_number (builder, "bytesTotal", report->bytes_total);
  embark_command_add_number (builder, "bytesKept", report->bytes_kept);
  embark_command_add_number (builder, "bytesRead", report->bytes_source);
  embark_command_add_number (builder, "bytesPerSecond", (guint64) embark_migration_get_speed (watch->migration));
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

/* How to go on with what is not lost. */
static void print_way_on (Watch *watch)
{
  const char *id = embark_migration_get_id (watch->migration);
  JsonBuilder *builder;

  if (!embark_migration_can_continue (watch->migration)
      || embark_migration_get_state (watch->migration) < EMBARK_MIGRATION_PREPARED)
    return;
  if (watch->command->is_json)
    {
      builder = begin_line ("stopped");
      embark_command_add_text (builder, "migration", id);
      end_line (builder);
    }
  else
    /* Translators: %s is the id of a migration; the command stays as it is. */
    g_printerr (_ ("`embark continue %s` goes on from where it stopped.\n"), id);
}

/* First what went wrong, then how to go on; for programs the error is the last line. */
static int fail (Watch *watch, const GError *error)
{
  int status;

  if (watch->command->is_json)
    print_way_on (watch);
  status = embark_command_fail (watch->command, error);
  if (!watch->command->is_json)
    print_way_on (watch);
  return status;
}

static int print_end (Watch *watch)
{
  const GError *error = embark_migration_get_error (watch->migration);
  JsonBuilder *builder;

  embark_command_show_progress (NULL);
  if (error != NULL)
    return fail (watch, error);
  if (watch->command->is_json)
    {
      builder = begin_line ("done");
      embark_command_add_text (builder, "imageId", embark_migration_get_image_id (watch->migration));
      embark_command_add_text (builder, "imageName", embark_migration_get_image_name (watch->migration));
      embark_command_add_text (builder, "region", embark_migration_get_region (watch->migration));
      embark_command_add_text (builder, "bucket", embark_migration_get_bucket (watch->migration));
      embark_command_add_text (builder, "key", embark_migration_get_key (watch->migration));
      embark_command_add_number (builder, "size", embark_migration_get_sent_size (watch->migration));
      end_line (builder);
    }
  else if (embark_migration_get_image_id (watch->migration) != NULL)
    embark_command_print ("%s", embark_migration_get_image_id (watch->migration));
  else
    embark_command_print ("cos://%s/%s", embark_migration_get_bucket (watch->migration),
                          embark_migration_get_key (watch->migration));
  return EMBARK_EXIT_DONE;
}

int embark_command_watch (EmbarkCommand *command, EmbarkMigration *migration)
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
      return fail (&watch, cancelled);
    }
  return print_end (&watch);
}
