/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkPreparation: runs embark_prepare() in a job, keeps what came of it, and
 * deletes the overlay when nobody took it over.
 */
#include "model/preparation-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "model/base/errors.h"
#include "model/context-private.h"
#include "model/disk-private.h"
#include "model/guest/guest-client.h"
#include "model/overlay-folder.h"
#include "model/prepare.h"

#define LOG_MAX 2000

/* Lines on their way from the worker to the main thread. */
typedef struct
{
  gatomicrefcount ref_count;
  GMutex lock;
  GPtrArray *lines; /* (mutex lock) of strings */
  GWeakRef owner;   /* EmbarkPreparation */
} LogPipe;

/* For the worker. */
typedef struct
{
  EmbarkDiskSource *source;
  EmbarkFacts *facts;
  char *fingerprint, *overlay;
  EmbarkFixOptions *options;
  EmbarkJob *job; /* borrowed: it runs this */
  LogPipe *log;
} Work;

struct _EmbarkPreparation
{
  GObject parent_instance;

  /* owned */
  EmbarkMachine *machine;
  EmbarkDisk *disk;
  EmbarkFixOptions *options;
  EmbarkJob *job;
  GError *error;
  EmbarkOverlayHold *hold; /* (nullable) until it is discarded or handed over */
  EmbarkPrepared *prepared;
  EmbarkReport *before, *after;
  char *original_fingerprint, *overlay;
  GPtrArray *lines;
  LogPipe *log;

  /* borrowed */
  EmbarkContext *context;
};

G_DEFINE_FINAL_TYPE (EmbarkPreparation, embark_preparation, G_TYPE_OBJECT)

enum
{
  PROP_JOB = 1,
  PROP_ERROR,
  PROP_IS_READY,
  N_PROPS,
};

enum
{
  SIGNAL_ENDED,
  SIGNAL_LOG,
  N_SIGNALS,
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static LogPipe *ref_log (LogPipe *log)
{
  g_atomic_ref_count_inc (&log->ref_count);
  return log;
}

static void unref_log (gpointer data)
{
  LogPipe *log = data;

  if (!g_atomic_ref_count_dec (&log->ref_count))
    return;
  g_mutex_clear (&log->lock);
  g_weak_ref_clear (&log->owner);
  g_ptr_array_unref (log->lines);
  g_free (log);
}

static LogPipe *make_log (EmbarkPreparation *owner)
{
  LogPipe *log = g_new0 (LogPipe, 1);

  g_atomic_ref_count_init (&log->ref_count);
  g_mutex_init (&log->lock);
  g_weak_ref_init (&log->owner, owner);
  log->lines = g_ptr_array_new_with_free_func (g_free);
  return log;
}

static void take_lines (EmbarkPreparation *self)
{
  g_autoptr (GPtrArray) news = g_ptr_array_new_with_free_func (g_free);

  g_mutex_lock (&self->log->lock);
  while (self->log->lines->len > 0)
    g_ptr_array_add (news, g_ptr_array_steal_index (self->log->lines, 0));
  g_mutex_unlock (&self->log->lock);
  for (guint i = 0; i < news->len; i++)
    {
      const char *line = g_ptr_array_index (news, i);

      if (self->lines->len >= LOG_MAX)
        g_ptr_array_remove_index (self->lines, 0);
      g_ptr_array_add (self->lines, g_strdup (line));
      g_signal_emit (self, signals[SIGNAL_LOG], 0, line);
    }
}

static gboolean lines_arrived_cb (gpointer user_data)
{
  LogPipe *log = user_data;
  g_autoptr (EmbarkPreparation) owner = g_weak_ref_get (&log->owner);

  if (owner != NULL)
    take_lines (owner);
  return G_SOURCE_REMOVE;
}

/* In the worker. Whoever is slow to read loses the oldest lines, not memory. */
static void log_cb (const char *line, gpointer user_data)
{
  LogPipe *log = ((Work *) user_data)->log;
  gboolean is_first;

  g_mutex_lock (&log->lock);
  is_first = log->lines->len == 0;
  if (log->lines->len >= LOG_MAX)
    g_ptr_array_remove_index (log->lines, 0);
  g_ptr_array_add (log->lines, g_strdup (line));
  g_mutex_unlock (&log->lock);
  if (is_first)
    g_idle_add_full (G_PRIORITY_DEFAULT, lines_arrived_cb, ref_log (log), unref_log);
}

static void progressed_cb (const EmbarkProgress *progress, gpointer user_data)
{
  embark_job_report (((Work *) user_data)->job, progress);
}

static void free_work (gpointer data)
{
  Work *work = data;

  embark_disk_source_free (work->source);
  embark_facts_unref (work->facts);
  embark_fix_options_free (work->options);
  g_free (work->fingerprint);
  g_free (work->overlay);
  unref_log (work->log);
  g_free (work);
}

/* In the worker. */
static gpointer prepare_cb (EmbarkJob *job, gpointer data, GCancellable *cancellable, GError **error)
{
  Work *work = data;
  const EmbarkPrepareRequest request = {
    .source = work->source,
    .facts = work->facts,
    .fingerprint = work->fingerprint,
    .options = work->options,
    .overlay = work->overlay,
    .progress = progressed_cb,
    .log = log_cb,
    .user_data = work,
  };

  work->job = job;
  return embark_prepare (&request, cancellable, error);
}

static void embark_preparation_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  EmbarkPreparation *self = EMBARK_PREPARATION (object);

  switch (prop_id)
    {
    case PROP_JOB:
      g_value_set_object (value, self->job);
      break;
    case PROP_ERROR:
      g_value_set_pointer (value, self->error);
      break;
    case PROP_IS_READY:
      g_value_set_boolean (value, embark_preparation_is_ready (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void embark_preparation_dispose (GObject *object)
{
  EmbarkPreparation *self = EMBARK_PREPARATION (object);

  embark_preparation_discard (self);
  g_clear_object (&self->job);
  g_clear_object (&self->machine);
  g_clear_object (&self->disk);
  G_OBJECT_CLASS (embark_preparation_parent_class)->dispose (object);
}

static void embark_preparation_finalize (GObject *object)
{
  EmbarkPreparation *self = EMBARK_PREPARATION (object);

  embark_fix_options_free (self->options);
  g_clear_error (&self->error);
  embark_prepared_free (self->prepared);
  g_clear_pointer (&self->before, embark_report_unref);
  g_clear_pointer (&self->after, embark_report_unref);
  g_free (self->original_fingerprint);
  g_free (self->overlay);
  g_ptr_array_unref (self->lines);
  unref_log (self->log);
  G_OBJECT_CLASS (embark_preparation_parent_class)->finalize (object);
}

static void embark_preparation_class_init (EmbarkPreparationClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = embark_preparation_get_property;
  object_class->dispose = embark_preparation_dispose;
  object_class->finalize = embark_preparation_finalize;
  properties[PROP_JOB] = g_param_spec_object ("job", NULL, NULL, EMBARK_TYPE_JOB, flags);
  properties[PROP_ERROR] = g_param_spec_pointer ("error", NULL, NULL, flags);
  properties[PROP_IS_READY] = g_param_spec_boolean ("is-ready", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  signals[SIGNAL_ENDED] =
      g_signal_new ("ended", EMBARK_TYPE_PREPARATION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_LOG] = g_signal_new ("log", EMBARK_TYPE_PREPARATION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                      G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void embark_preparation_init (EmbarkPreparation *self)
{
  self->lines = g_ptr_array_new_with_free_func (g_free);
  self->log = make_log (self);
}

static void notify_all (EmbarkPreparation *self)
{
  for (guint i = 1; i < N_PROPS; i++)
    g_object_notify_by_pspec (G_OBJECT (self), properties[i]);
}

EmbarkPreparation *embark_preparation_new (EmbarkMachine *machine, EmbarkDisk *disk, const EmbarkFixOptions *options)
{
  EmbarkPreparation *self;
  EmbarkReport *report;

  g_return_val_if_fail (EMBARK_IS_MACHINE (machine) && EMBARK_IS_DISK (disk) && options != NULL, NULL);
  report = embark_disk_get_report (disk);
  g_return_val_if_fail (report != NULL && !embark_report_is_partial (report), NULL);
  self = g_object_new (EMBARK_TYPE_PREPARATION, NULL);
  self->context = embark_disk_get_context (disk);
  self->machine = g_object_ref (machine);
  self->disk = g_object_ref (disk);
  self->options = embark_fix_options_copy (options);
  self->before = embark_report_ref (report);
  self->original_fingerprint = g_strdup (embark_disk_get_fingerprint (disk));
  return self;
}

static void end (EmbarkPreparation *self)
{
  g_autoptr (EmbarkPreparation) keep = g_object_ref (self);

  if (self->prepared == NULL)
    g_clear_pointer (&self->hold, embark_overlay_hold_delete);
  notify_all (self);
  g_signal_emit (self, signals[SIGNAL_ENDED], 0);
}

static void finished_cb (EmbarkJob *job, gpointer user_data)
{
  EmbarkPreparation *self = EMBARK_PREPARATION (user_data);

  take_lines (self);
  self->prepared = embark_job_steal_result (job);
  if (self->prepared != NULL)
    {
      self->overlay = g_strdup (embark_overlay_hold_get_path (self->hold));
      self->after = embark_report_new (self->prepared->look->facts, embark_limits_get_default (),
                                       embark_context_get_judge (self->context), FALSE);
    }
  else if (embark_job_get_state (job) == EMBARK_JOB_FAILED)
    self->error = g_error_copy (embark_job_get_error (job));
  g_clear_object (&self->job);
  end (self);
}

void embark_preparation_start (EmbarkPreparation *self)
{
  g_autofree char *folder = NULL;
  Work *work;

  g_return_if_fail (EMBARK_IS_PREPARATION (self));
  if (self->job != NULL || self->prepared != NULL)
    return;
  g_clear_error (&self->error);
  folder = embark_context_dup_overlay_dir (self->context);
  self->hold = embark_overlay_hold_new (folder, &self->error);
  if (self->hold == NULL)
    {
      end (self);
      return;
    }
  work = g_new0 (Work, 1);
  work->source = embark_disk_source_copy (embark_disk_get_source (self->disk));
  work->facts = embark_facts_ref (embark_report_get_facts (self->before));
  work->fingerprint = g_strdup (self->original_fingerprint);
  work->options = embark_fix_options_copy (self->options);
  work->overlay = g_strdup (embark_overlay_hold_get_path (self->hold));
  work->log = ref_log (self->log);
  self->job = embark_job_new (_ ("Making the disk ready"));
  g_signal_connect_object (self->job, "finished", G_CALLBACK (finished_cb), self, 0);
  embark_job_list_start (embark_context_get_jobs (self->context), self->job, prepare_cb, work, free_work,
                         (GDestroyNotify) embark_prepared_free);
  notify_all (self);
}

void embark_preparation_cancel (EmbarkPreparation *self)
{
  g_return_if_fail (EMBARK_IS_PREPARATION (self));
  if (self->job != NULL)
    embark_job_cancel (self->job);
}

/* A job that runs still writes the file: it is deleted when that has ended. */
static void job_gone_cb (EmbarkJob *job, gpointer hold)
{
  embark_overlay_hold_delete (hold);
}

void embark_preparation_discard (EmbarkPreparation *self)
{
  g_return_if_fail (EMBARK_IS_PREPARATION (self));
  if (self->job != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->job, self);
      if (self->hold != NULL)
        g_signal_connect (self->job, "finished", G_CALLBACK (job_gone_cb), g_steal_pointer (&self->hold));
      embark_job_cancel (self->job);
      g_clear_object (&self->job);
    }
  g_clear_pointer (&self->hold, embark_overlay_hold_delete);
  if (self->prepared == NULL)
    return;
  g_clear_pointer (&self->prepared, embark_prepared_free);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_IS_READY]);
}

EmbarkMachine *embark_preparation_get_machine (EmbarkPreparation *self)
{
  g_return_val_if_fail (EMBARK_IS_PREPARATION (self), NULL);
  return self->machine;
}

EmbarkDisk *embark_preparation_get_disk (EmbarkPreparation *self)
{
  g_return_val_if_fail (EMBARK_IS_PREPARATION (self), NULL);
  return self->disk;
}

const EmbarkFixOptions *embark_preparation_get_options (EmbarkPreparation *self)
{
  g_return_val_if_fail (EMBARK_IS_PREPARATION (self), NULL);
  return self->options;
}

EmbarkJob *embark_preparation_get_job (EmbarkPreparation *self)
{
  g_return_val_if_fail (EMBARK_IS_PREPARATION (self), NULL);
  return self->job;
}

const GError *embark_preparation_get_error (EmbarkPreparation *self)
{
  g_return_val_if_fail (EMBARK_IS_PREPARATION (self), NULL);
  return self->error;
}

gboolean embark_preparation_is_ready (EmbarkPreparation *self)
{
  g_return_val_if_fail (EMBARK_IS_PREPARATION (self), FALSE);
  return self->prepared != NULL;
}

const char *embark_preparation_get_fix (EmbarkPreparation *self)
{
  const char *stage;

  g_return_val_if_fail (EMBARK_IS_PREPARATION (self), NULL);
  stage = self->job != NULL ? embark_job_get_report (self->job)->stage : "";
  return g_str_has_prefix (stage, EMBARK_GUEST_FIX_STAGE) ? stage + strlen (EMBARK_GUEST_FIX_STAGE) : NULL;
}

EmbarkReport *embark_preparation_get_before (EmbarkPreparation *self)
{
  g_return_val_if_fail (EMBARK_IS_PREPARATION (self), NULL);
  return self->before;
}

EmbarkReport *embark_preparation_get_after (EmbarkPreparation *self)
{
  g_return_val_if_fail (EMBARK_IS_PREPARATION (self), NULL);
  return self->after;
}

JsonArray *embark_preparation_get_changes (EmbarkPreparation *self)
{
  g_return_val_if_fail (EMBARK_IS_PREPARATION (self), NULL);
  return self->prepared != NULL ? self->prepared->changes : NULL;
}

guint64 embark_preparation_get_overlay_size (EmbarkPreparation *self)
{
  g_return_val_if_fail (EMBARK_IS_PREPARATION (self), 0);
  return self->prepared != NULL ? self->prepared->overlay_size : 0;
}

GPtrArray *embark_preparation_get_log (EmbarkPreparation *self)
{
  g_return_val_if_fail (EMBARK_IS_PREPARATION (self), NULL);
  return self->lines;
}

const char *embark_preparation_get_overlay (EmbarkPreparation *self)
{
  return self->overlay;
}

const char *embark_preparation_get_fingerprint (EmbarkPreparation *self)
{
  return self->prepared != NULL ? self->prepared->look->fingerprint : NULL;
}

void embark_preparation_hand_over (EmbarkPreparation *self)
{
  g_clear_pointer (&self->hold, embark_overlay_hold_keep);
}
