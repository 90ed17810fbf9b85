/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How far a migration is: its share of the whole way, and the line of words
 * that rows show.
 */
#include "model/migration-private.h"

#include <glib/gi18n-lib.h>

/* Shares of the whole way, by what they usually take. */
static double get_step_start (EmbarkMigrationState state)
{
  switch (state)
    {
    case EMBARK_MIGRATION_DRAFT:
    case EMBARK_MIGRATION_CHECKING:
      return 0;
    case EMBARK_MIGRATION_CHECKED:
    case EMBARK_MIGRATION_PREPARING:
      return 0.08;
    case EMBARK_MIGRATION_PREPARED:
    case EMBARK_MIGRATION_UPLOADING:
      return 0.1;
    case EMBARK_MIGRATION_UPLOADED:
    case EMBARK_MIGRATION_IMPORTING:
      return 0.85;
    case EMBARK_MIGRATION_DONE:
    default:
      return 1;
    }
}

static char *build_sending_status (EmbarkMigration *self, int percent)
{
  gint64 seconds = embark_migration_get_seconds_left (self);

  if (seconds < 0)
    /* Translators: %d is a number from 0 to 100. */
    return g_strdup_printf (_ ("Uploading %d %%"), percent);
  if (seconds < 60)
    return g_strdup_printf (_ ("Uploading %d %% · less than a minute left"), percent);
  return g_strdup_printf (ngettext ("Uploading %d %% · about %d minute left", "Uploading %d %% · about %d minutes left",
                                    (gulong) ((seconds + 59) / 60)),
                          percent, (int) ((seconds + 59) / 60));
}

static char *build_upload_status (EmbarkMigration *self)
{
  int percent = (int) (embark_job_get_progress (self->job) * 100);
  const char *stage = embark_job_get_report (self->job)->stage;

  if (embark_migration_is_paused (self))
    /* Translators: %d is a number from 0 to 100. */
    return g_strdup_printf (_ ("Paused at %d %%"), percent);
  if (g_str_equal (stage, "offline"))
    /* Translators: %d is a number from 0 to 100. */
    return g_strdup_printf (_ ("Waiting for the network at %d %%"), percent);
  if (g_str_equal (stage, "read"))
    return g_strdup (_ ("Reading ahead"));
  if (g_str_equal (stage, "finish"))
    return g_strdup (_ ("Finishing the upload"));
  return build_sending_status (self, percent);
}

static char *build_status (EmbarkMigration *self)
{
  if (self->is_queued)
    return g_strdup (_ ("Waiting for its turn"));
  if (self->job != NULL)
    switch (self->state)
      {
      case EMBARK_MIGRATION_UPLOADING:
        return build_upload_status (self);
      case EMBARK_MIGRATION_IMPORTING:
        if (g_str_equal (embark_job_get_report (self->job)->stage, "offline"))
          return g_strdup (_ ("Importing · waiting for the network"));
        return g_strdup (_ ("Importing"));
      case EMBARK_MIGRATION_PREPARING:
        return g_strdup (_ ("Making the disk ready"));
      case EMBARK_MIGRATION_CHECKING:
        return g_strdup (embark_migration_is_paused (self) ? _ ("Paused") : _ ("Looking inside"));
      default:
        return g_strdup (_ ("Working"));
      }
  if (self->state == EMBARK_MIGRATION_DONE)
    /* Translators: %s is the id of an image in the cloud. */
    return self->image_id != NULL ? g_strdup_printf (_ ("Done · %s"), self->image_id) : g_strdup (_ ("Uploaded"));
  if (embark_migration_is_elsewhere (self))
    return g_strdup (_ ("Another program of yours works on it"));
  /* Translators: %s is a sentence that tells what went wrong. */
  return self->error != NULL ? g_strdup_printf (_ ("Stopped: %s"), self->error->message)
                             : g_strdup (_ ("Not finished"));
}

void embark_migration_update_status (EmbarkMigration *self)
{
  double start = get_step_start (self->state);
  double end = get_step_start ((EmbarkMigrationState) MIN (self->state + 1, EMBARK_MIGRATION_DONE));
  g_autofree char *status = build_status (self);

  self->progress = start;
  if (self->job != NULL)
    self->progress += (end - start) * embark_job_get_progress (self->job);
  if (g_strcmp0 (self->status, status) != 0)
    {
      g_free (self->status);
      self->status = g_steal_pointer (&status);
      g_object_notify (G_OBJECT (self), "status");
    }
  g_object_notify (G_OBJECT (self), "progress");
}
