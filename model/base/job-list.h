/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkJobList: a GListModel of the jobs that are not finished, so that the
 * application can inhibit suspend, cancel all on quit, and bound how many run.
 * Jobs started through a list wait their turn: at most "limit" run at once.
 */
#pragma once

#include "model/base/job.h"

G_BEGIN_DECLS

#define EMBARK_TYPE_JOB_LIST (embark_job_list_get_type ())
G_DECLARE_FINAL_TYPE (EmbarkJobList, embark_job_list, EMBARK, JOB_LIST, GObject)

/* @limit 0: no bound. Property "n-jobs" (uint) is notified. */
EmbarkJobList *embark_job_list_new (guint limit);
/* Like embark_job_start(), but queued behind those that run. The list holds the job until it is finished. */
void embark_job_list_start (EmbarkJobList *self, EmbarkJob *job, EmbarkJobFunc func, gpointer data,
                            GDestroyNotify data_free, GDestroyNotify result_free);
void embark_job_list_cancel_all (EmbarkJobList *self);
guint embark_job_list_get_n_jobs (EmbarkJobList *self);

G_END_DECLS
