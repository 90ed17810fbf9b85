/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkMigration: one disk's whole way into the cloud as an object to watch.
 * What it does is in migration-run.c.
 */
#include "model/migration-private.h"

#include <glib/gi18n-lib.h>

#include "model/base/errors.h"
#include "model/base/fix-changes.h"
#include "model/check/fixes.h"

G_DEFINE_FINAL_TYPE (EmbarkMigration, embark_migration, G_TYPE_OBJECT)

enum
{
  PROP_STATE = 1,
  PROP_JOB,
  PROP_ERROR,
  PROP_PROGRESS,
  PROP_IMAGE_ID,
  PROP_IS_RUNNING,
  PROP_IS_QUEUED,
  PROP_IS_PAUSED,
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
      g_value_set_boolean (value, embark_migration_is_running (self));
      break;
    case PROP_IS_QUEUED:
      g_value_set_boolean (value, self->is_queued);
      break;
    case PROP_IS_PAUSED:
      g_value_set_boolean (value, embark_migration_is_paused (self));
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
  g_clear_pointer (&self->gate, embark_gate_unref);
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
  properties[PROP_IS_QUEUED] = g_param_spec_boolean ("is-queued", NULL, NULL, FALSE, flags);
  properties[PROP_IS_PAUSED] = g_param_spec_boolean ("is-paused", NULL, NULL, FALSE, flags);
  properties[PROP_STATUS] = g_param_spec_string ("status", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  g_signal_new ("ended", EMBARK_TYPE_MIGRATION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void embark_migration_init (EmbarkMigration *self)
{
  self->events = g_list_store_new (EMBARK_TYPE_EVENT);
  self->rate = embark_rate_new ();
  self->gate = embark_gate_new ();
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

void embark_migration_set_queued (EmbarkMigration *self, gboolean is_queued)
{
  if (self->is_queued == is_queued)
    return;
  self->is_queued = is_queued;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_IS_QUEUED]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_IS_RUNNING]);
  embark_migration_update_status (self);
}

void embark_migration_notify_paused (EmbarkMigration *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_IS_PAUSED]);
  embark_migration_update_status (self);
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

void embark_migration_add_fix_events (EmbarkMigration *self, JsonArray *changes)
{
  guint n = changes != NULL ? embark_fix_changes_count (changes) : 0;
  g_autofree char *detail = g_strdup_printf (ngettext ("%u change, in an overlay", "%u changes, in an overlay", n), n);

  embark_migration_add_event (self, EMBARK_OUTCOME_PASS, _ ("Made ready"), changes != NULL ? detail : NULL);
  for (const EmbarkFix *fix = embark_fixes_get (); fix->id != NULL && changes != NULL; fix++)
    {
      const char *reason = embark_fix_changes_get_reason (changes, fix->id);
      /* Translators: %s is the title of a fix. */
      g_autofree char *title = g_strdup_printf (_ ("Left out: %s"), _ (fix->title));

      if (reason != NULL)
        embark_migration_add_event (self, EMBARK_OUTCOME_WARNING, title, reason);
    }
}
