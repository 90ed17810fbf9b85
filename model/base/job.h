/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkJob: one long operation that can be watched and cancelled, the only
 * asynchronous boundary of Embark. Runs a blocking function in a thread of its
 * own; progress is stored under a lock and announced on the main context at
 * most ten times a second; completion flushes the last progress first.
 * Owned by the main thread; only embark_job_report() and embark_job_publish() may be called elsewhere.
 */
#pragma once

#include <gio/gio.h>

#include "model/base/progress.h"

G_BEGIN_DECLS

typedef enum
{
  EMBARK_JOB_PENDING,
  EMBARK_JOB_RUNNING,
  EMBARK_JOB_CANCELLING, /* cancel was asked for, the worker has not returned */
  EMBARK_JOB_DONE,
  EMBARK_JOB_FAILED,
  EMBARK_JOB_CANCELLED,
} EmbarkJobState;

#define EMBARK_TYPE_JOB (embark_job_get_type ())
G_DECLARE_FINAL_TYPE (EmbarkJob, embark_job, EMBARK, JOB, GObject)

/* Runs in the worker. Returns the result (non-NULL) or NULL with @error set. Must not touch @data after
 * returning: it is freed on the main thread. */
typedef gpointer (*EmbarkJobFunc) (EmbarkJob *job, gpointer data, GCancellable *cancellable, GError **error);

/* Properties: "title" (string), "state" (int, EmbarkJobState), "progress" (double 0..1, never backwards),
 * "stage" (string). All notified on the main thread. Signal "finished" (no arguments): once, after the last
 * progress was notified and the state is DONE, FAILED or CANCELLED. Signal "published" (no arguments): there is news
 * of embark_job_publish(), always before "finished". */
EmbarkJob *embark_job_new (const char *title);

/* Once per job. Takes @data; @data_free and @result_free may be NULL. The job keeps itself alive until finished. */
void embark_job_start (EmbarkJob *self, EmbarkJobFunc func, gpointer data, GDestroyNotify data_free,
                       GDestroyNotify result_free);

/* Any thread. A fraction below what was reported before is raised to it, above 1 lowered to 1. */
void embark_job_report (EmbarkJob *self, const EmbarkProgress *progress);
/* EmbarkProgressFunc with the job as user_data. */
void embark_job_report_cb (const EmbarkProgress *progress, gpointer job);

/* Any thread, while the function runs: something that is worth having before the end. Takes @news, which are freed with
 * @news_free when nobody steals them, or when newer ones come before the main thread saw these. */
void embark_job_publish (EmbarkJob *self, gpointer news, GDestroyNotify news_free);
/* In a handler of "published": what was published; NULL when somebody else has taken it. */
gpointer embark_job_steal_news (EmbarkJob *self);

/* Idempotent; nothing happens once finished. A pending job becomes CANCELLED at once, with "finished". */
void embark_job_cancel (EmbarkJob *self);

/* Iterates the default main context until finished: for the command line and tests. */
void embark_job_wait (EmbarkJob *self);

EmbarkJobState embark_job_get_state (EmbarkJob *self);
gboolean embark_job_is_finished (EmbarkJob *self);
double embark_job_get_progress (EmbarkJob *self);
const char *embark_job_get_title (EmbarkJob *self);
/* The last report that was announced on the main thread (zeroed before the first). Borrowed. */
const EmbarkProgress *embark_job_get_report (EmbarkJob *self);
/* Borrowed; NULL unless DONE / FAILED or CANCELLED. */
gpointer embark_job_get_result (EmbarkJob *self);
gpointer embark_job_steal_result (EmbarkJob *self);
const GError *embark_job_get_error (EmbarkJob *self);

G_END_DECLS
