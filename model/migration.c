/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkMigration: one disk's whole way into the cloud as an object to watch.
 * What it does is in migration-run.c.
 */
#include "model/migration-private.h"

#include <glib/gi18n-lib.h>

#include "model/base/errors.h"

G_DEFINE_FINAL_TYPE (EmbarkMigration, embark_migration, G_TYPE_OBJECT)

enum
{
  PROP_STATE = 1,
  PROP_JOB,
  PROP_ERROR,
  PROP_PROGRESS,
  PROP_IMAGE_ID,
  PROP_IS_RUNNING,
  PROP_STATUS,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

static void embark_migration_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  EmbarkMigration *self = EMBARK_MIGRATION (object);

  switch (prop_id)
    {
    case PROP_STATE:
      g_value_set_int (value, (int) self->state);
      break;
    case PROP_JOB:
      g_value_set_object (value, self->job);
      break;
    case PROP_ERROR:
      g_value_set_pointer (value, self->error);
      break;
    case PROP_PROGRESS:
      g_value_set_double (value, self->progress);
      break;
    case PROP_IMAGE_ID:
      g_value_set_string (value, self->image_id);
      break;
    case PROP_IS_RUNNING:
      g_value_set_boolean (value, self->job != NULL);
      break;
    case PROP_STATUS:
      g_value_set_string (value, self->status);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void embark_migration_dispose (GObject *object)
{
  EmbarkMigration *self = EMBARK_MIGRATION (object);

  if (self->job != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->job, self);
      embark_job_cancel (self->job);
    }
  g_clear_object (&self->job);
  g_clear_object (&self->disk);
  G_OBJECT_CLASS (embark_migration_parent_class)->dispose (object);
}

static void embark_migration_finalize (GObject *object)
{
  EmbarkMigration *self = EMBARK_MIGRATION (object);

  g_clear_pointer (&self->record, embark_migration_record_unref);
  g_clear_error (&self->error);
  g_clear_object (&self->events);
  g_clear_pointer (&self->rate, embark_rate_free);
  g_free (self->machine_name);
  g_free (self->machine_id);
  g_free (self->system);
  g_free (self->system_id);
  g_free (self->image_name);
  g_free (self->region);
  g_free (self->bucket);
  g_free (self->key);
  g_free (self->image_id);
  g_free (self->status);
  G_OBJECT_CLASS (embark_migration_parent_class)->finalize (object);
}

static void embark_migration_class_init (EmbarkMigrationClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = embark_migration_get_property;
  object_class->dispose = embark_migration_dispose;
  object_class->finalize = embark_migration_finalize;
  properties[PROP_STATE] = g_param_spec_int ("state", NULL, NULL, 0, EMBARK_MIGRATION_DONE, 0, flags);
  properties[PROP_JOB] = g_param_spec_object ("job", NULL, NULL, EMBARK_TYPE_JOB, flags);
  properties[PROP_ERROR] = g_param_spec_pointer ("error", NULL, NULL, flags);
  properties[PROP_PROGRESS] = g_param_spec_double ("progress", NULL, NULL, 0, 1, 0, flags);
  properties[PROP_IMAGE_ID] = g_param_spec_string ("image-id", NULL, NULL, NULL, flags);
  properties[PROP_IS_RUNNING] = g_param_spec_boolean ("is-running", NULL, NULL, FALSE, flags);
  properties[PROP_STATUS] = g_param_spec_string ("status", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  g_signal_new ("ended", EMBARK_TYPE_MIGRATION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void embark_migration_init (EmbarkMigration *self)
{
  self->events = g_list_store_new (EMBARK_TYPE_EVENT);
  self->rate = embark_rate_new ();
}

static void reread (EmbarkMigration *self, char **field, const char *key)
{
  g_free (*field);
  *field = embark_migration_record_dup (self->record, key);
}

void embark_migration_reread (EmbarkMigration *self)
{
  reread (self, &self->system, EMBARK_RECORD_SYSTEM);
  reread (self, &self->system_id, EMBARK_RECORD_SYSTEM_ID);
  reread (self, &self->image_name, EMBARK_RECORD_IMAGE_NAME);
  reread (self, &self->image_id, EMBARK_RECORD_IMAGE_ID);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_IMAGE_ID]);
}

static void load_events (EmbarkMigration *self)
{
  guint n = embark_migration_record_get_n_events (self->record);

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *title = NULL;
      g_autofree char *detail = NULL;
      g_autoptr (EmbarkEvent) event = NULL;
      gint64 time;
      int outcome;

      if (!embark_migration_record_get_event (self->record, i, &time, &outcome, &title, &detail))
        continue;
      event = embark_event_new (time, (EmbarkOutcome) CLAMP (outcome, 0, (int) EMBARK_OUTCOME_BLOCKER), title, detail);
      g_list_store_append (self->events, event);
    }
}

static void load_state (EmbarkMigration *self)
{
  g_autofree char *word = embark_migration_record_dup (self->record, EMBARK_RECORD_STATE);
  g_autofree char *message = embark_migration_record_dup (self->record, EMBARK_RECORD_ERROR);
  int code = (int) embark_migration_record_get_uint (self->record, EMBARK_RECORD_ERROR_CODE);

  if (!embark_migration_state_from_string (word, &self->state))
    self->state = EMBARK_MIGRATION_DRAFT;
  self->state = embark_migration_state_get_stable (self->state);
  if (message != NULL)
    self->error = g_error_new_literal (EMBARK_ERROR, code, message);
}

EmbarkMigration *embark_migration_new (EmbarkContext *context, EmbarkMigrationRecord *record, EmbarkDisk *disk)
{
  EmbarkMigration *self = g_object_new (EMBARK_TYPE_MIGRATION, NULL);

  self->context = context;
  self->record = record;
  self->disk = disk != NULL ? g_object_ref (disk) : NULL;
  reread (self, &self->machine_name, EMBARK_RECORD_MACHINE_NAME);
  reread (self, &self->machine_id, EMBARK_RECORD_MACHINE_ID);
  reread (self, &self->region, EMBARK_RECORD_REGION);
  reread (self, &self->bucket, EMBARK_RECORD_BUCKET);
  reread (self, &self->key, EMBARK_RECORD_KEY);
  embark_migration_reread (self);
  load_state (self);
  load_events (self);
  embark_migration_update_status (self);
  return self;
}

gboolean embark_migration_lock (EmbarkMigration *self, GError **error)
{
  EmbarkJournal *journal = embark_context_get_journal (self->context);

  if (!embark_journal_lock (journal, embark_migration_get_id (self)))
    {
      if (!embark_migration_is_elsewhere (self))
        g_set_error_literal (error, EMBARK_ERROR, EMBARK_ERROR_FAILED,
                             _ ("Could not write into the folder of the migrations. Make room there, then try again."));
      return FALSE;
    }
  if (!embark_migration_record_reload (self->record, error))
    {
      embark_journal_unlock (journal, embark_migration_get_id (self));
      return FALSE;
    }
  g_clear_error (&self->error);
  load_state (self);
  g_list_store_remove_all (self->events);
  load_events (self);
  embark_migration_reread (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
  return TRUE;
}

void embark_migration_set_state (EmbarkMigration *self, EmbarkMigrationState state)
{
  g_autoptr (GError) error = NULL;

  g_assert (embark_migration_state_may_follow (self->state, state));
  self->state = state;
  embark_migration_record_set (self->record, EMBARK_RECORD_STATE, embark_migration_state_to_string (state));
  /* The step that follows writes again before its effect and fails there; here only the history is late. */
  if (!embark_migration_record_save (self->record, &error))
    g_warning ("could not write the history: %s", error->message);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
}

void embark_migration_set_job (EmbarkMigration *self, EmbarkJob *job)
{
  if (self->job != NULL)
    g_signal_handlers_disconnect_by_data (self->job, self);
  g_set_object (&self->job, job);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_JOB]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_IS_RUNNING]);
}

void embark_migration_take_error (EmbarkMigration *self, GError *error)
{
  gboolean is_ours = error != NULL && error->domain == EMBARK_ERROR;

  g_clear_error (&self->error);
  self->error = error;
  embark_migration_record_set (self->record, EMBARK_RECORD_ERROR, error != NULL ? error->message : NULL);
  embark_migration_record_set_uint (self->record, EMBARK_RECORD_ERROR_CODE,
                                    is_ours ? (guint64) error->code : EMBARK_ERROR_FAILED);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ERROR]);
}

void embark_migration_add_event (EmbarkMigration *self, EmbarkOutcome outcome, const char *title, const char *detail)
{
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  g_autoptr (EmbarkEvent) event = embark_event_new (now, outcome, title, detail);

  embark_migration_record_add_event (self->record, now, (int) outcome, title, detail);
  g_list_store_append (self->events, event);
}

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

static char *build_upload_status (EmbarkMigration *self)
{
  int percent = (int) (embark_job_get_progress (self->job) * 100);
  gint64 seconds = embark_migration_get_seconds_left (self);

  if (g_str_equal (embark_job_get_report (self->job)->stage, "finish"))
    return g_strdup (_ ("Finishing the upload"));
  if (seconds < 0)
    /* Translators: %d is a number from 0 to 100. */
    return g_strdup_printf (_ ("Uploading %d %%"), percent);
  if (seconds < 60)
    return g_strdup_printf (_ ("Uploading %d %% · less than a minute left"), percent);
  return g_strdup_printf (ngettext ("Uploading %d %% · about %d minute left", "Uploading %d %% · about %d minutes left",
                                    (gulong) ((seconds + 59) / 60)),
                          percent, (int) ((seconds + 59) / 60));
}

static char *build_status (EmbarkMigration *self)
{
  if (self->job != NULL)
    switch (self->state)
      {
      case EMBARK_MIGRATION_UPLOADING:
        return build_upload_status (self);
      case EMBARK_MIGRATION_IMPORTING:
        if (g_str_equal (embark_job_get_report (self->job)->stage, "offline"))
          return g_strdup (_ ("Importing · waiting for the network"));
        return g_strdup (_ ("Importing"));
      case EMBARK_MIGRATION_CHECKING:
        return g_strdup (_ ("Looking inside"));
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
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATUS]);
    }
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PROGRESS]);
}
