/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What others may read of an EmbarkMigration.
 */
#include "model/migration-private.h"

const char *embark_migration_get_id (EmbarkMigration *self)
{
  g_return_val_if_fail (EMBARK_IS_MIGRATION (self), NULL);
  return embark_migration_record_get_id (self->record);
}

const char *embark_migration_get_machine_name (EmbarkMigration *self)
{
  g_return_val_if_fail (EMBARK_IS_MIGRATION (self), NULL);
  return self->machine_name;
}

const char *embark_migration_get_machine_id (EmbarkMigration *self)
{
  g_return_val_if_fail (EMBARK_IS_MIGRATION (self), NULL);
  return self->machine_id;
}

const char *embark_migration_get_system (EmbarkMigration *self)
{
  g_return_val_if_fail (EMBARK_IS_MIGRATION (self), NULL);
  return self->system;
}

const char *embark_migration_get_system_id (EmbarkMigration *self)
{
  g_return_val_if_fail (EMBARK_IS_MIGRATION (self), NULL);
  return self->system_id;
}

const char *embark_migration_get_image_name (EmbarkMigration *self)
{
  g_return_val_if_fail (EMBARK_IS_MIGRATION (self), NULL);
  return self->image_name;
}

const char *embark_migration_get_region (EmbarkMigration *self)
{
  g_return_val_if_fail (EMBARK_IS_MIGRATION (self), NULL);
  return self->region;
}

const char *embark_migration_get_bucket (EmbarkMigration *self)
{
  g_return_val_if_fail (EMBARK_IS_MIGRATION (self), NULL);
  return self->bucket;
}

const char *embark_migration_get_key (EmbarkMigration *self)
{
  g_return_val_if_fail (EMBARK_IS_MIGRATION (self), NULL);
  return self->key;
}

const char *embark_migration_get_image_id (EmbarkMigration *self)
{
  g_return_val_if_fail (EMBARK_IS_MIGRATION (self), NULL);
  return self->image_id;
}

const char *embark_migration_get_status (EmbarkMigration *self)
{
  g_return_val_if_fail (EMBARK_IS_MIGRATION (self), NULL);
  return self->status;
}

gint64 embark_migration_get_created_at (EmbarkMigration *self)
{
  g_return_val_if_fail (EMBARK_IS_MIGRATION (self), 0);
  return (gint64) embark_migration_record_get_uint (self->record, EMBARK_RECORD_CREATED);
}

gboolean embark_migration_is_import_wanted (EmbarkMigration *self)
{
  g_return_val_if_fail (EMBARK_IS_MIGRATION (self), FALSE);
  return !embark_migration_record_is (self->record, EMBARK_RECORD_UPLOAD_ONLY);
}

EmbarkMigrationState embark_migration_get_state (EmbarkMigration *self)
{
  g_return_val_if_fail (EMBARK_IS_MIGRATION (self), EMBARK_MIGRATION_DRAFT);
  return self->state;
}

gboolean embark_migration_is_running (EmbarkMigration *self)
{
  g_return_val_if_fail (EMBARK_IS_MIGRATION (self), FALSE);
  return self->job != NULL || self->is_queued;
}

gboolean embark_migration_is_queued (EmbarkMigration *self)
{
  g_return_val_if_fail (EMBARK_IS_MIGRATION (self), FALSE);
  return self->is_queued;
}

gboolean embark_migration_is_paused (EmbarkMigration *self)
{
  g_return_val_if_fail (EMBARK_IS_MIGRATION (self), FALSE);
  return self->is_under_way && !embark_gate_is_open (self->gate);
}

gboolean embark_migration_can_pause (EmbarkMigration *self)
{
  g_return_val_if_fail (EMBARK_IS_MIGRATION (self), FALSE);
  return embark_migration_is_busy (self) && !embark_migration_is_paused (self);
}

gboolean embark_migration_is_elsewhere (EmbarkMigration *self)
{
  g_return_val_if_fail (EMBARK_IS_MIGRATION (self), FALSE);
  return !embark_migration_is_running (self)
         && embark_journal_is_locked_elsewhere (embark_context_get_journal (self->context),
                                                embark_migration_get_id (self));
}

gboolean embark_migration_can_continue (EmbarkMigration *self)
{
  g_return_val_if_fail (EMBARK_IS_MIGRATION (self), FALSE);
  return !embark_migration_is_running (self) && self->state != EMBARK_MIGRATION_DONE
         && !embark_migration_is_elsewhere (self);
}

EmbarkJob *embark_migration_get_job (EmbarkMigration *self)
{
  g_return_val_if_fail (EMBARK_IS_MIGRATION (self), NULL);
  return self->job;
}

const GError *embark_migration_get_error (EmbarkMigration *self)
{
  g_return_val_if_fail (EMBARK_IS_MIGRATION (self), NULL);
  return self->error;
}

double embark_migration_get_progress (EmbarkMigration *self)
{
  g_return_val_if_fail (EMBARK_IS_MIGRATION (self), 0);
  return self->progress;
}

GListModel *embark_migration_get_events (EmbarkMigration *self)
{
  g_return_val_if_fail (EMBARK_IS_MIGRATION (self), NULL);
  return G_LIST_MODEL (self->events);
}

const EmbarkProgress *embark_migration_get_report (EmbarkMigration *self)
{
  static const EmbarkProgress nothing = { 0 };

  g_return_val_if_fail (EMBARK_IS_MIGRATION (self), &nothing);
  return self->job != NULL ? embark_job_get_report (self->job) : &nothing;
}

/* Nothing moves while it is paused or the network is away: then no speed and no time is told. */
static gboolean is_sending (EmbarkMigration *self)
{
  return self->state == EMBARK_MIGRATION_UPLOADING && !embark_migration_is_paused (self)
         && !g_str_equal (embark_migration_get_report (self)->stage, "offline");
}

double embark_migration_get_speed (EmbarkMigration *self)
{
  g_return_val_if_fail (EMBARK_IS_MIGRATION (self), 0);
  return is_sending (self) ? embark_rate_get (self->rate) : 0;
}

gint64 embark_migration_get_seconds_left (EmbarkMigration *self)
{
  const EmbarkProgress *report;

  g_return_val_if_fail (EMBARK_IS_MIGRATION (self), -1);
  report = embark_migration_get_report (self);
  if (!is_sending (self) || report->bytes_total <= report->bytes_done)
    return -1;
  return embark_rate_seconds_left (self->rate, report->bytes_total - report->bytes_done);
}

guint64 embark_migration_get_sent_size (EmbarkMigration *self)
{
  g_return_val_if_fail (EMBARK_IS_MIGRATION (self), 0);
  return embark_migration_record_get_uint (self->record, EMBARK_RECORD_OBJECT_SIZE);
}

guint64 embark_migration_get_source_size (EmbarkMigration *self)
{
  g_return_val_if_fail (EMBARK_IS_MIGRATION (self), 0);
  return embark_migration_record_get_uint (self->record, EMBARK_RECORD_SOURCE_SIZE);
}
