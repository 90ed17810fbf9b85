/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkContext: the composition root. Builds everything once; tests build it
 * with folders of their own and the practice cloud.
 */
#pragma once

#include "model/account.h"
#include "model/base/job-list.h"
#include "model/check/limits.h"
#include "model/library.h"
#include "model/migration-list.h"
#include "model/send-limit.h"

G_BEGIN_DECLS

typedef struct
{
  const char *state_dir;    /* (nullable) $XDG_STATE_HOME/embark */
  const char *cache_dir;    /* (nullable) $XDG_CACHE_HOME/embark */
  const char *runtime_dir;  /* (nullable) a new private folder in $XDG_RUNTIME_DIR or the temporary folder */
  const char *guest_helper; /* (nullable) $EMBARK_GUEST_HELPER, else the installed one */
  const char *connect_to;   /* (nullable) $EMBARK_CONNECT_TO */
  const char *ca_file;      /* (nullable) $EMBARK_CA_FILE */
  guint retry_ms;           /* first wait before a request is tried again, 0: as the cloud advises */
} EmbarkContextOptions;

#define EMBARK_TYPE_CONTEXT (embark_context_get_type ())
G_DECLARE_FINAL_TYPE (EmbarkContext, embark_context, EMBARK, CONTEXT, GObject)

/* Property "judge" (int, EmbarkJudge, read-write): all reports are judged again when it changes. */

/* @options may be NULL. Opens the log and the journal. Connections are not opened (embark_library_set_uris()), keys
 * not loaded (embark_account_load()). Errors: DISK_FULL, NOT_READABLE, FAILED. */
EmbarkContext *embark_context_new (const EmbarkContextOptions *options, GError **error);
/* All borrowed. */
EmbarkLibrary *embark_context_get_library (EmbarkContext *self);
EmbarkMigrationList *embark_context_get_migrations (EmbarkContext *self);
EmbarkAccount *embark_context_get_account (EmbarkContext *self);
/* Every job that runs: inhibit suspend while there are any. */
EmbarkJobList *embark_context_get_jobs (EmbarkContext *self);
gboolean embark_context_is_practice (EmbarkContext *self);
EmbarkJudge embark_context_get_judge (EmbarkContext *self);
void embark_context_set_judge (EmbarkContext *self, EmbarkJudge judge);
/* Of all uploads together, at once; the schedule is followed from then on. */
void embark_context_set_send_limit (EmbarkContext *self, const EmbarkSendLimit *limit);
const EmbarkSendLimit *embark_context_get_send_limit (EmbarkContext *self);
/* How requests reach the cloud from now on: "desktop" (its settings, the default), "none", or "manual" by @uri
 * (host:port, socks5://host:port …). BAD_NAME when that is no proxy. */
gboolean embark_context_set_proxy (EmbarkContext *self, const char *mode, const char *uri, GError **error);
/* Stops every migration so that it can be continued, cancels every other job, waits for them, removes the runtime
 * folder. Before the last unref. */
void embark_context_close (EmbarkContext *self);

G_END_DECLS
