/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Three parties: the main thread owns everything but what is under the lock,
 * the worker writes the newest report under the lock, and at most one source
 * of the default main context carries it over.
 */
#include "model/base/job.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "model/base/errors.h"

#define ANNOUNCE_US (G_USEC_PER_SEC / 10)

struct _EmbarkJob
{
  GObject parent_instance;

  /* Owned, main thread */
  char *title;
  EmbarkJobState state;
  double progress;
  EmbarkProgress report; /* as announced */
  GThread *thread;
  gpointer data;
  GDestroyNotify data_free;
  gpointer result;
  GDestroyNotify result_free;
  GError *error;
  gpointer news; /* while "published" is emitted */

  /* Set before the worker starts, then constant */
  EmbarkJobFunc func;
  GCancellable *cancellable;

  /* Written by the worker, read after it was joined */
  gpointer outcome;
  GError *outcome_error;

  /* Under the lock */
  GMutex lock;
  EmbarkProgress latest;
  double highest;
  gboolean known, moved, closed;
  gint64 announced_us;
  GSource *pending; /* owned */
  gpointer latest_news;
  GDestroyNotify news_free;
};

enum
{
  PROP_TITLE = 1,
  PROP_STATE,
  PROP_PROGRESS,
  PROP_STAGE,
  N_PROPS
};

static GParamSpec *props[N_PROPS];
static guint finished_signal;
static guint published_signal;

G_DEFINE_FINAL_TYPE (EmbarkJob, embark_job, G_TYPE_OBJECT)

static void set_state (EmbarkJob *self, EmbarkJobState state)
{
  if (self->state == state)
    return;

  self->state = state;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_STATE]);
}

static gboolean is_same_progress (const EmbarkProgress *a, const EmbarkProgress *b)
{
  return fabs (a->fraction - b->fraction) <= 0 && strcmp (a->stage, b->stage) == 0 && a->bytes_read == b->bytes_read
         && a->bytes_done == b->bytes_done && a->bytes_total == b->bytes_total && a->bytes_source == b->bytes_source
         && a->bytes_kept == b->bytes_kept && a->bytes_moved == b->bytes_moved && a->bytes_packed == b->bytes_packed
         && a->in_flight == b->in_flight;
}

static void announce_news (EmbarkJob *self)
{
  g_mutex_lock (&self->lock);
  GDestroyNotify news_free = self->news_free;
  self->news = g_steal_pointer (&self->latest_news);
  g_mutex_unlock (&self->lock);

  if (self->news == NULL)
    return;

  g_signal_emit (self, published_signal, 0);
  gpointer left = g_steal_pointer (&self->news);
  if (left != NULL && news_free != NULL)
    news_free (left);
}

static void announce_progress (EmbarkJob *self)
{
  g_mutex_lock (&self->lock);
  gboolean moved = self->moved;
  EmbarkProgress latest = self->latest;
  double highest = self->highest;
  self->moved = FALSE;
  self->announced_us = g_get_monotonic_time ();
  g_mutex_unlock (&self->lock);

  if (!moved)
    return;

  gboolean stage_changed = strcmp (latest.stage, self->report.stage) != 0;
  gboolean progress_changed = highest > self->progress;
  self->report = latest;
  self->progress = highest;

  g_object_freeze_notify (G_OBJECT (self));
  if (stage_changed)
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_STAGE]);
  /* Byte counts move while the fraction stands still; whoever shows them listens to "progress" too. */
  if (progress_changed || !stage_changed)
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_PROGRESS]);
  g_object_thaw_notify (G_OBJECT (self));
}

static void announce (EmbarkJob *self)
{
  g_autoptr (EmbarkJob) keep = g_object_ref (self); /* handlers may let go of it */

  announce_progress (self);
  announce_news (self);
}

static gboolean announce_due_cb (gpointer user_data)
{
  EmbarkJob *self = user_data;

  g_mutex_lock (&self->lock);
  g_clear_pointer (&self->pending, g_source_unref);
  g_mutex_unlock (&self->lock);

  announce (self);
  return G_SOURCE_REMOVE;
}

/* With the lock held. The source borrows the job, which lives until it is finished. */
static void queue_announcement (EmbarkJob *self)
{
  if (self->pending != NULL || self->closed)
    return;

  gint64 due_us = self->announced_us + ANNOUNCE_US - g_get_monotonic_time ();
  self->pending = g_timeout_source_new (due_us > 0 ? (guint) ((due_us + 999) / 1000) : 0);
  g_source_set_callback (self->pending, announce_due_cb, self, NULL);
  g_source_set_name (self->pending, "[embark] job progress");
  g_source_attach (self->pending, NULL);
}

/* After this no report is taken and none is under way. */
static void close_reports (EmbarkJob *self)
{
  g_mutex_lock (&self->lock);
  self->closed = TRUE;
  if (self->pending != NULL)
    {
      g_source_destroy (self->pending);
      g_clear_pointer (&self->pending, g_source_unref);
    }
  g_mutex_unlock (&self->lock);
}

static void finish (EmbarkJob *self)
{
  EmbarkJobState state = EMBARK_JOB_DONE;

  if (self->error != NULL)
    state = g_error_matches (self->error, G_IO_ERROR, G_IO_ERROR_CANCELLED) ? EMBARK_JOB_CANCELLED : EMBARK_JOB_FAILED;
  set_state (self, state);
  g_signal_emit (self, finished_signal, 0);
}

static void free_data (EmbarkJob *self)
{
  gpointer data = g_steal_pointer (&self->data);

  if (data != NULL && self->data_free != NULL)
    self->data_free (data);
}

static gboolean worker_returned_cb (gpointer user_data)
{
  g_autoptr (EmbarkJob) self = user_data; /* the reference the worker was started with */

  g_clear_pointer (&self->thread, g_thread_join);
  close_reports (self);
  announce (self);

  self->result = g_steal_pointer (&self->outcome);
  self->error = g_steal_pointer (&self->outcome_error);
  if (self->result != NULL && self->error != NULL)
    {
      /* The effect has happened: whoever cancelled in the same moment was too late. */
      g_warning ("job “%s” returned a result together with an error: %s", self->title, self->error->message);
      g_clear_error (&self->error);
    }
  if (self->result == NULL && self->error == NULL)
    {
      g_critical ("job “%s” returned neither a result nor an error", self->title);
      /* Translators: %s is the title of a job */
      g_set_error (&self->error, EMBARK_ERROR, EMBARK_ERROR_FAILED, _ ("“%s” failed without saying why."), self->title);
    }

  free_data (self);
  finish (self);
  return G_SOURCE_REMOVE;
}

static gpointer run_worker (gpointer user_data)
{
  EmbarkJob *self = user_data;

  self->outcome = self->func (self, self->data, self->cancellable, &self->outcome_error);

  g_autoptr (GSource) source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, worker_returned_cb, self, NULL);
  g_source_set_name (source, "[embark] job returned");
  g_source_attach (source, NULL);
  return NULL;
}

static void embark_job_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  EmbarkJob *self = EMBARK_JOB (object);

  switch (id)
    {
    case PROP_TITLE:
      g_value_set_string (value, self->title);
      break;
    case PROP_STATE:
      g_value_set_int (value, self->state);
      break;
    case PROP_PROGRESS:
      g_value_set_double (value, self->progress);
      break;
    case PROP_STAGE:
      g_value_set_string (value, self->report.stage);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void embark_job_finalize (GObject *object)
{
  EmbarkJob *self = EMBARK_JOB (object);

  if (self->result != NULL && self->result_free != NULL)
    self->result_free (self->result);
  if (self->latest_news != NULL && self->news_free != NULL)
    self->news_free (self->latest_news); /* published after the end */
  g_clear_error (&self->error);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->title, g_free);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (embark_job_parent_class)->finalize (object);
}

static void embark_job_class_init (EmbarkJobClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->get_property = embark_job_get_property;
  object_class->finalize = embark_job_finalize;

  props[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL, flags);
  props[PROP_STATE] =
      g_param_spec_int ("state", NULL, NULL, EMBARK_JOB_PENDING, EMBARK_JOB_CANCELLED, EMBARK_JOB_PENDING, flags);
  props[PROP_PROGRESS] = g_param_spec_double ("progress", NULL, NULL, 0, 1, 0, flags);
  props[PROP_STAGE] = g_param_spec_string ("stage", NULL, NULL, "", flags);
  g_object_class_install_properties (object_class, N_PROPS, props);

  published_signal =
      g_signal_new ("published", EMBARK_TYPE_JOB, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  finished_signal = g_signal_new ("finished", EMBARK_TYPE_JOB, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void embark_job_init (EmbarkJob *self)
{
  g_mutex_init (&self->lock);
  self->cancellable = g_cancellable_new ();
  self->announced_us = g_get_monotonic_time () - ANNOUNCE_US;
}

EmbarkJob *embark_job_new (const char *title)
{
  EmbarkJob *self = g_object_new (EMBARK_TYPE_JOB, NULL);

  self->title = g_strdup (title != NULL ? title : "");
  return self;
}

void embark_job_start (EmbarkJob *self, EmbarkJobFunc func, gpointer data, GDestroyNotify data_free,
                       GDestroyNotify result_free)
{
  g_return_if_fail (EMBARK_IS_JOB (self));
  g_return_if_fail (func != NULL);
  g_return_if_fail (self->func == NULL);

  self->func = func;
  self->data = data;
  self->data_free = data_free;
  self->result_free = result_free;
  if (embark_job_is_finished (self)) /* cancelled while it waited */
    {
      free_data (self);
      return;
    }

  g_autoptr (EmbarkJob) keep = g_object_ref (self); /* handlers of "state" may let go of it */
  set_state (self, EMBARK_JOB_RUNNING);
  self->thread = g_thread_try_new ("embark-job", run_worker, g_object_ref (self), &self->outcome_error);
  if (self->thread == NULL)
    g_idle_add_full (G_PRIORITY_DEFAULT, worker_returned_cb, self, NULL);
}

void embark_job_report (EmbarkJob *self, const EmbarkProgress *progress)
{
  g_return_if_fail (EMBARK_IS_JOB (self));
  g_return_if_fail (progress != NULL);

  EmbarkProgress next = *progress;
  next.stage[sizeof next.stage - 1] = '\0';

  g_mutex_lock (&self->lock);
  if (isgreaterequal (next.fraction, 0))
    {
      self->highest = CLAMP (next.fraction, self->highest, 1.0);
      self->known = TRUE;
    }
  next.fraction = self->known ? self->highest : -1;
  if (!self->closed && !is_same_progress (&next, &self->latest))
    {
      self->latest = next;
      self->moved = TRUE;
      queue_announcement (self);
    }
  g_mutex_unlock (&self->lock);
}

void embark_job_report_cb (const EmbarkProgress *progress, gpointer job)
{
  embark_job_report (job, progress);
}

void embark_job_publish (EmbarkJob *self, gpointer news, GDestroyNotify news_free)
{
  g_return_if_fail (EMBARK_IS_JOB (self));
  g_return_if_fail (news != NULL);

  g_mutex_lock (&self->lock);
  gpointer stale = g_steal_pointer (&self->latest_news);
  GDestroyNotify stale_free = self->news_free;
  self->latest_news = news;
  self->news_free = news_free;
  queue_announcement (self);
  /* News do not wait for the time of the next progress. */
  if (self->pending != NULL)
    g_source_set_ready_time (self->pending, 0);
  g_mutex_unlock (&self->lock);

  if (stale != NULL && stale_free != NULL)
    stale_free (stale);
}

gpointer embark_job_steal_news (EmbarkJob *self)
{
  g_return_val_if_fail (EMBARK_IS_JOB (self), NULL);

  return g_steal_pointer (&self->news);
}

void embark_job_cancel (EmbarkJob *self)
{
  g_return_if_fail (EMBARK_IS_JOB (self));

  g_autoptr (EmbarkJob) keep = g_object_ref (self);
  if (self->state == EMBARK_JOB_PENDING)
    {
      g_cancellable_cancel (self->cancellable);
      close_reports (self);
      g_set_error (&self->error, G_IO_ERROR, G_IO_ERROR_CANCELLED, _ ("“%s” was cancelled."), self->title);
      finish (self);
      return;
    }
  if (self->state != EMBARK_JOB_RUNNING)
    return;

  set_state (self, EMBARK_JOB_CANCELLING);
  g_cancellable_cancel (self->cancellable);
}

void embark_job_wait (EmbarkJob *self)
{
  g_return_if_fail (EMBARK_IS_JOB (self));

  g_autoptr (EmbarkJob) keep = g_object_ref (self);
  while (!embark_job_is_finished (self))
    g_main_context_iteration (NULL, TRUE);
}

EmbarkJobState embark_job_get_state (EmbarkJob *self)
{
  g_return_val_if_fail (EMBARK_IS_JOB (self), EMBARK_JOB_FAILED);

  return self->state;
}

gboolean embark_job_is_finished (EmbarkJob *self)
{
  g_return_val_if_fail (EMBARK_IS_JOB (self), TRUE);

  return self->state >= EMBARK_JOB_DONE;
}

double embark_job_get_progress (EmbarkJob *self)
{
  g_return_val_if_fail (EMBARK_IS_JOB (self), 0);

  return self->progress;
}

const char *embark_job_get_title (EmbarkJob *self)
{
  g_return_val_if_fail (EMBARK_IS_JOB (self), NULL);

  return self->title;
}

const EmbarkProgress *embark_job_get_report (EmbarkJob *self)
{
  g_return_val_if_fail (EMBARK_IS_JOB (self), NULL);

  return &self->report;
}

gpointer embark_job_get_result (EmbarkJob *self)
{
  g_return_val_if_fail (EMBARK_IS_JOB (self), NULL);

  return self->result;
}

gpointer embark_job_steal_result (EmbarkJob *self)
{
  g_return_val_if_fail (EMBARK_IS_JOB (self), NULL);

  return g_steal_pointer (&self->result);
}

const GError *embark_job_get_error (EmbarkJob *self)
{
  g_return_val_if_fail (EMBARK_IS_JOB (self), NULL);

  return self->error;
}
