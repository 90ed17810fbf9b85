/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How a migration goes from one stable state to the next: each step is a job,
 * and what happens when it ends, fails or is cancelled stands here.
 */
#include "model/migration-private.h"

#include <glib/gi18n-lib.h>

#include "model/account-private.h"
#include "model/base/errors.h"
#include "model/disk-private.h"
#include "model/migration-fixes.h"
#include "model/migration-list-private.h"
#include "model/migration-steps.h"

static void go_on (EmbarkMigration *self);

static char **list_allowed (EmbarkMigrationRecord *record)
{
  g_autofree char *lines = embark_migration_record_dup (record, EMBARK_RECORD_ALLOWED);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) uris = NULL;

  if (lines == NULL)
    return NULL;
  uris = g_strsplit (lines, "\n", 64);
  for (guint i = 0; uris[i] != NULL; i++)
    {
      g_autofree char *path = g_filename_from_uri (uris[i], NULL, NULL);
      if (path != NULL)
        g_strv_builder_add (builder, path);
    }
  return g_strv_builder_end (builder);
}

static EmbarkDiskSource *make_source (EmbarkMigration *self)
{
  g_autofree char *uri = embark_migration_record_dup (self->record, EMBARK_RECORD_PATH);
  EmbarkDiskSource *source;

  if (self->disk != NULL)
    return embark_disk_source_copy (embark_disk_get_source (self->disk));
  source = g_new0 (EmbarkDiskSource, 1);
  source->path = uri != NULL ? g_filename_from_uri (uri, NULL, NULL) : NULL;
  source->format = embark_migration_record_dup (self->record, EMBARK_RECORD_FORMAT);
  source->allowed = list_allowed (self->record);
  embark_context_fill_source (self->context, source);
  return source;
}

static EmbarkStep *make_step (EmbarkMigration *self, GError **error)
{
  EmbarkAccount *account = embark_context_get_account (self->context);
  EmbarkCredentials *credentials = embark_account_dup_credentials (account, error);
  EmbarkStep *step;

  if (credentials == NULL)
    return NULL;
  step = g_new0 (EmbarkStep, 1);
  step->record = embark_migration_record_ref (self->record);
  step->source = make_source (self);
  step->http = embark_http_ref (embark_context_get_http (self->context));
  step->credentials = credentials;
  step->overlay_dir = embark_context_dup_overlay_dir (self->context);
  step->gate = embark_gate_ref (self->gate);
  step->judge = embark_context_get_judge (self->context);
  step->poll_seconds = embark_context_get_poll_seconds (self->context);
  if (self->disk != NULL && embark_disk_get_report (self->disk) != NULL)
    {
      step->facts = embark_facts_ref (embark_report_get_facts (embark_disk_get_report (self->disk)));
      step->fingerprint = g_strdup (embark_disk_get_fingerprint (self->disk));
    }
  return step;
}

static void job_progressed_cb (EmbarkJob *job, GParamSpec *pspec, EmbarkMigration *self)
{
  if (self->state == EMBARK_MIGRATION_UPLOADING)
    embark_rate_add (self->rate, g_get_monotonic_time (), embark_job_get_report (job)->bytes_moved);
  embark_migration_update_status (self);
}

/* The end of the way, or of this try: nobody works on it any more. */
static void settle (EmbarkMigration *self)
{
  g_autoptr (GError) error = NULL;

  /* The job goes last: whoever waits for that may remove the entry that is written here. */
  if (!embark_migration_record_save (self->record, &error))
    g_warning ("could not write the history: %s", error->message);
  embark_journal_unlock (embark_context_get_journal (self->context), embark_migration_get_id (self));
  embark_migration_reread (self);
  self->is_under_way = FALSE;
  embark_migration_set_job (self, NULL);
  embark_migration_update_status (self);
}

static const char *name_failure (EmbarkMigrationState state)
{
  switch (state)
    {
    case EMBARK_MIGRATION_CHECKING:
      return _ ("The check stopped the migration");
    case EMBARK_MIGRATION_PREPARING:
      return _ ("Making the disk ready stopped");
    case EMBARK_MIGRATION_UPLOADING:
      return _ ("The upload stopped");
    case EMBARK_MIGRATION_IMPORTING:
      return _ ("The import failed");
    default:
      return _ ("The migration could not start");
    }
}

static void step_back (EmbarkMigration *self, const GError *error)
{
  EmbarkMigrationState stable = embark_migration_state_get_stable (self->state);

  if (stable != self->state)
    embark_migration_set_state (self, stable);
  if (g_error_matches (error, EMBARK_ERROR, EMBARK_ERROR_SOURCE_CHANGED)
      && embark_migration_state_may_follow (self->state, EMBARK_MIGRATION_DRAFT))
    embark_migration_set_state (self, EMBARK_MIGRATION_DRAFT);
}

/* The bucket may have been out of reach: then the user must know what is still there. */
static void note_cancel (EmbarkMigration *self)
{
  g_autofree char *upload_id = embark_migration_record_dup (self->record, EMBARK_RECORD_UPLOAD_ID);
  gboolean is_unwanted = embark_migration_record_is (self->record, EMBARK_RECORD_UNWANTED);
  const char *detail = NULL;

  if (upload_id != NULL && is_unwanted)
    detail = _ ("What was sent is still in the bucket. “Remove” deletes it there, “Continue” goes on with it.");
  else if (upload_id != NULL)
    detail = _ ("What was sent stays in the bucket. “Continue” goes on with it.");
  embark_migration_add_event (self, EMBARK_OUTCOME_INFO, is_unwanted ? _ ("Cancelled") : _ ("Stopped"), detail);
}

/* Cancelled for good: the fixes are made again should it be continued all the same. */
static void leave_overlay (EmbarkMigration *self)
{
  if (!embark_migration_record_is (self->record, EMBARK_RECORD_UNWANTED))
    return;
  embark_migration_fixes_drop (self->record);
  if (embark_migration_fixes_are_wanted (self->record)
      && embark_migration_state_may_follow (self->state, EMBARK_MIGRATION_DRAFT))
    embark_migration_set_state (self, EMBARK_MIGRATION_DRAFT);
}

static void fail (EmbarkMigration *self, const GError *error)
{
  g_autoptr (EmbarkMigration) keep = g_object_ref (self);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      note_cancel (self);
      step_back (self, error);
      leave_overlay (self);
      settle (self);
      return;
    }
  embark_migration_add_event (self, EMBARK_OUTCOME_BLOCKER, name_failure (self->state), error->message);
  embark_migration_take_error (self, g_error_copy (error));
  step_back (self, error);
  settle (self);
  g_signal_emit_by_name (self, "ended");
}

static void finish (EmbarkMigration *self)
{
  g_autoptr (EmbarkMigration) keep = g_object_ref (self);

  if (self->state == EMBARK_MIGRATION_DONE)
    embark_migration_fixes_drop (self->record);
  settle (self);
  g_signal_emit_by_name (self, "ended");
}

static void start_job (EmbarkMigration *self, const char *title, EmbarkJobFunc func, GCallback finished_cb,
                       GDestroyNotify result_free)
{
  g_autoptr (EmbarkJob) job = NULL;
  g_autoptr (GError) error = NULL;
  EmbarkStep *step = NULL;

  if (!self->is_cancelled)
    step = make_step (self, &error);
  else
    g_set_error_literal (&error, G_IO_ERROR, G_IO_ERROR_CANCELLED, _ ("Cancelled"));
  if (step == NULL)
    {
      fail (self, error);
      return;
    }
  job = embark_job_new (title);
  g_signal_connect_object (job, "notify", G_CALLBACK (job_progressed_cb), self, 0);
  g_signal_connect_object (job, "finished", finished_cb, self, 0);
  embark_migration_set_job (self, job);
  embark_job_list_start (embark_context_get_jobs (self->context), job, func, step, (GDestroyNotify) embark_step_free,
                         result_free);
  embark_migration_update_status (self);
}

/* In the worker. */
static gpointer check_cb (EmbarkJob *job, gpointer data, GCancellable *cancellable, GError **error)
{
  return embark_step_check (data, embark_job_report_cb, job, cancellable, error);
}

static gpointer prepare_cb (EmbarkJob *job, gpointer data, GCancellable *cancellable, GError **error)
{
  return embark_step_prepare (data, embark_job_report_cb, job, cancellable, error);
}

static gpointer upload_cb (EmbarkJob *job, gpointer data, GCancellable *cancellable, GError **error)
{
  return embark_step_upload (data, embark_job_report_cb, job, cancellable, error) ? GINT_TO_POINTER (TRUE) : NULL;
}

static gpointer import_cb (EmbarkJob *job, gpointer data, GCancellable *cancellable, GError **error)
{
  return embark_step_import (data, embark_job_report_cb, job, cancellable, error) ? GINT_TO_POINTER (TRUE) : NULL;
}

static gpointer forget_cb (EmbarkJob *job, gpointer data, GCancellable *cancellable, GError **error)
{
  return embark_step_forget_upload (data, cancellable, error) ? GINT_TO_POINTER (TRUE) : NULL;
}

/* What was found goes to the disk, so that its page shows it too. */
static void share_look (EmbarkMigration *self, EmbarkCheckOutcome *outcome)
{
  gboolean is_whole = outcome->report != NULL;

  if (outcome->look != NULL && self->disk != NULL)
    embark_disk_take_look (self->disk, g_steal_pointer (&outcome->look), is_whole);
}

static gboolean accept_check (EmbarkMigration *self, EmbarkReport *report, GError **error)
{
  guint n_passed;
  g_autofree char *detail = NULL;

  if (report == NULL)
    return TRUE;
  /* What is to be fixed is judged when it was. */
  if (embark_migration_fixes_are_wanted (self->record))
    {
      embark_migration_add_event (self, EMBARK_OUTCOME_PASS, _ ("Looked inside"), NULL);
      return TRUE;
    }
  if (!embark_step_judge (report, error))
    return FALSE;
  n_passed = embark_report_count (report, EMBARK_OUTCOME_PASS);
  detail = g_strdup_printf (ngettext ("%u limit holds", "%u limits hold", n_passed), n_passed);
  embark_migration_add_event (self, EMBARK_OUTCOME_PASS, _ ("Looked inside"), detail);
  return TRUE;
}

static void checked_cb (EmbarkJob *job, gpointer user_data)
{
  EmbarkMigration *self = EMBARK_MIGRATION (user_data);
  EmbarkCheckOutcome *outcome = embark_job_get_result (job);
  g_autoptr (GError) error = NULL;

  if (outcome == NULL)
    {
      fail (self, embark_job_get_error (job));
      return;
    }
  share_look (self, outcome);
  embark_migration_reread (self);
  if (!accept_check (self, outcome->report, &error))
    {
      fail (self, error);
      return;
    }
  embark_migration_set_state (self, EMBARK_MIGRATION_CHECKED);
  go_on (self);
}

static void prepared_cb (EmbarkJob *job, gpointer user_data)
{
  EmbarkMigration *self = EMBARK_MIGRATION (user_data);
  EmbarkCheckOutcome *outcome = embark_job_get_result (job);

  if (outcome == NULL)
    {
      fail (self, embark_job_get_error (job));
      return;
    }
  embark_migration_reread (self);
  embark_migration_add_fix_events (self, outcome->changes);
  embark_migration_set_state (self, EMBARK_MIGRATION_PREPARED);
  go_on (self);
}

static void uploaded_cb (EmbarkJob *job, gpointer user_data)
{
  EmbarkMigration *self = EMBARK_MIGRATION (user_data);
  g_autofree char *size = NULL;
  g_autofree char *detail = NULL;

  if (embark_job_get_result (job) == NULL)
    {
      fail (self, embark_job_get_error (job));
      return;
    }
  size = g_format_size (embark_migration_get_sent_size (self));
  /* Translators: a size such as "1.2 GB", then a bucket. */
  detail = g_strdup_printf (_ ("%s in %s; size and checksum agree"), size, self->bucket);
  embark_migration_add_event (self, EMBARK_OUTCOME_PASS, _ ("Uploaded"), detail);
  embark_migration_set_state (self, EMBARK_MIGRATION_UPLOADED);
  go_on (self);
}

static void imported_cb (EmbarkJob *job, gpointer user_data)
{
  EmbarkMigration *self = EMBARK_MIGRATION (user_data);

  if (embark_job_get_result (job) == NULL)
    {
      fail (self, embark_job_get_error (job));
      return;
    }
  embark_migration_reread (self);
  if (embark_migration_record_is (self->record, EMBARK_RECORD_NO_WAIT))
    {
      /* Whoever continues it later wants to see its end. */
      embark_migration_record_set_flag (self->record, EMBARK_RECORD_NO_WAIT, FALSE);
      embark_migration_add_event (self, EMBARK_OUTCOME_PASS, _ ("The cloud accepted the import"), self->image_id);
      embark_migration_set_state (self, EMBARK_MIGRATION_UPLOADED);
      finish (self);
      return;
    }
  embark_migration_add_event (self, EMBARK_OUTCOME_PASS, _ ("The image is ready"), self->image_id);
  embark_migration_set_state (self, EMBARK_MIGRATION_DONE);
  finish (self);
}

/* Starts the step that follows the stable state the migration is in. */
static void go_on (EmbarkMigration *self)
{
  switch (self->state)
    {
    case EMBARK_MIGRATION_DRAFT:
      embark_migration_set_state (self, EMBARK_MIGRATION_CHECKING);
      start_job (self, _ ("Looking inside"), check_cb, G_CALLBACK (checked_cb),
                 (GDestroyNotify) embark_check_outcome_free);
      break;
    case EMBARK_MIGRATION_CHECKED:
      if (!embark_migration_fixes_are_wanted (self->record))
        {
          embark_migration_set_state (self, EMBARK_MIGRATION_PREPARED);
          go_on (self);
          break;
        }
      embark_migration_set_state (self, EMBARK_MIGRATION_PREPARING);
      start_job (self, _ ("Making the disk ready"), prepare_cb, G_CALLBACK (prepared_cb),
                 (GDestroyNotify) embark_check_outcome_free);
      break;
    case EMBARK_MIGRATION_PREPARED:
      embark_migration_set_state (self, EMBARK_MIGRATION_UPLOADING);
      start_job (self, _ ("Uploading"), upload_cb, G_CALLBACK (uploaded_cb), NULL);
      break;
    case EMBARK_MIGRATION_UPLOADED:
      if (!embark_migration_is_import_wanted (self))
        {
          embark_migration_set_state (self, EMBARK_MIGRATION_DONE);
          finish (self);
          break;
        }
      embark_migration_set_state (self, EMBARK_MIGRATION_IMPORTING);
      start_job (self, _ ("Importing"), import_cb, G_CALLBACK (imported_cb), NULL);
      break;
    case EMBARK_MIGRATION_CHECKING:
    case EMBARK_MIGRATION_PREPARING:
    case EMBARK_MIGRATION_UPLOADING:
    case EMBARK_MIGRATION_IMPORTING:
    case EMBARK_MIGRATION_DONE:
    default:
      g_assert_not_reached ();
    }
}

gboolean embark_migration_is_busy (EmbarkMigration *self)
{
  return self->is_under_way && self->state < EMBARK_MIGRATION_UPLOADED;
}

void embark_migration_begin (EmbarkMigration *self)
{
  self->is_under_way = TRUE;
  embark_migration_set_queued (self, FALSE);
  go_on (self);
}

void embark_migration_start (EmbarkMigration *self)
{
  g_autoptr (GError) error = NULL;

  g_return_if_fail (EMBARK_IS_MIGRATION (self));

  if (embark_migration_is_running (self) || self->state == EMBARK_MIGRATION_DONE)
    return;
  if (!embark_migration_lock (self, &error))
    {
      if (error != NULL)
        embark_migration_take_error (self, g_steal_pointer (&error));
      embark_migration_update_status (self);
      return;
    }
  if (self->state == EMBARK_MIGRATION_DONE)
    {
      settle (self);
      return;
    }
  self->is_cancelled = FALSE;
  embark_migration_record_set_flag (self->record, EMBARK_RECORD_UNWANTED, FALSE);
  embark_migration_take_error (self, NULL);
  embark_gate_set_open (self->gate, TRUE);
  /* What waits for the cloud only needs no turn. */
  if (self->state >= EMBARK_MIGRATION_UPLOADED)
    embark_migration_begin (self);
  else
    embark_migration_list_enqueue (embark_context_get_migrations (self->context), self);
}

void embark_migration_stop (EmbarkMigration *self)
{
  g_autoptr (GError) cancelled = NULL;

  g_return_if_fail (EMBARK_IS_MIGRATION (self));
  if (!embark_migration_is_running (self))
    return;
  self->is_cancelled = TRUE;
  if (self->job != NULL)
    {
      embark_job_cancel (self->job);
      return;
    }
  embark_migration_set_queued (self, FALSE);
  g_set_error_literal (&cancelled, G_IO_ERROR, G_IO_ERROR_CANCELLED, _ ("Cancelled"));
  fail (self, cancelled);
}

/* Whether the bucket is to be cleaned is for the step to see when it ends; a crash meanwhile leaves it continuable. */
void embark_migration_cancel (EmbarkMigration *self)
{
  g_return_if_fail (EMBARK_IS_MIGRATION (self));
  if (!embark_migration_is_running (self))
    return;
  embark_migration_record_set_flag (self->record, EMBARK_RECORD_UNWANTED, TRUE);
  embark_migration_stop (self);
}

static void set_gate (EmbarkMigration *self, gboolean is_open)
{
  embark_gate_set_open (self->gate, is_open);
  embark_migration_notify_paused (self);
}

void embark_migration_pause (EmbarkMigration *self)
{
  g_return_if_fail (EMBARK_IS_MIGRATION (self));
  if (embark_migration_can_pause (self))
    set_gate (self, FALSE);
}

void embark_migration_resume (EmbarkMigration *self)
{
  g_return_if_fail (EMBARK_IS_MIGRATION (self));
  if (embark_migration_is_paused (self))
    set_gate (self, TRUE);
}

static void forgotten_cb (EmbarkJob *job, gpointer user_data)
{
  EmbarkMigration *self = EMBARK_MIGRATION (user_data);

  if (embark_job_get_result (job) == NULL)
    embark_migration_take_error (self, g_error_copy (embark_job_get_error (job)));
  settle (self);
}

void embark_migration_forget_upload (EmbarkMigration *self)
{
  self->is_cancelled = FALSE;
  embark_migration_take_error (self, NULL);
  start_job (self, _ ("Removing the unfinished upload"), forget_cb, G_CALLBACK (forgotten_cb), NULL);
}
