/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The steps of a migration as blocking functions: this is where the folders
 * below model/ meet. Any thread; everything a step must remember goes into the
 * record before the effect in the world.
 */
#pragma once

#include "model/base/gate.h"
#include "model/base/progress.h"
#include "model/check/report.h"
#include "model/cloud/credentials.h"
#include "model/cloud/http.h"
#include "model/disk-look.h"
#include "model/migration-record.h"

G_BEGIN_DECLS

typedef struct
{
  EmbarkMigrationRecord *record;
  EmbarkDiskSource *source;
  EmbarkHttp *http;
  EmbarkCredentials *credentials; /* (nullable) for a check */
  EmbarkFacts *facts;             /* (nullable) of a look before, whose fingerprint is below */
  char *fingerprint;              /* (nullable) */
  char *overlay_dir;
  EmbarkGate *gate; /* closed while its user paused it */
  EmbarkJudge judge;
  guint poll_seconds;
} EmbarkStep;

void embark_step_free (EmbarkStep *self);

/* What a check brings back; error is set when the migration must stop here. */
typedef struct
{
  EmbarkLook *look;     /* (nullable) NULL when the facts of before still hold */
  EmbarkReport *report; /* (nullable) NULL for an upload without import, which is not judged */
  JsonArray *changes;   /* (nullable) by fixes, as of model/base/fix-changes.h */
} EmbarkCheckOutcome;

void embark_check_outcome_free (EmbarkCheckOutcome *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmbarkCheckOutcome, embark_check_outcome_free)

/* Looks inside (unless the facts of before hold), judges, and notes system and fingerprint in the record. */
EmbarkCheckOutcome *embark_step_check (const EmbarkStep *self, EmbarkProgressFunc progress, gpointer user_data,
                                       GCancellable *cancellable, GError **error);
/* BLOCKED when the report says so. */
gboolean embark_step_judge (EmbarkReport *report, GError **error);

/* For the steps themselves: judges @facts for where the image is to go; notes what the import will need to know; notes
 * of which files the object is to be made. */
EmbarkReport *embark_step_make_report (const EmbarkStep *self, EmbarkFacts *facts);
void embark_step_note_system (EmbarkMigrationRecord *record, EmbarkReport *report);
void embark_step_note_fingerprint (EmbarkMigrationRecord *record, const char *fingerprint);
/* The disk that is sent: with the overlay where the record has fixes. */
EmbarkDiskSource *embark_step_make_source (const EmbarkStep *self, GCancellable *cancellable, GError **error);

/* Makes the disk ready in an overlay, and judges the result; what an earlier run made of the same disk is used. Stages
 * as of embark_prepare(). BLOCKED when the fixes were not enough, SOURCE_CHANGED … The report is NULL when nothing had
 * to be done. */
EmbarkCheckOutcome *embark_step_prepare (const EmbarkStep *self, EmbarkProgressFunc progress, gpointer user_data,
                                         GCancellable *cancellable, GError **error);

/* Streams the disk into the bucket, continuing the record's upload if there is one. While the network is away it waits.
 * What the bucket holds is kept when it fails or is stopped, so that it can be continued; it is removed only when the
 * record says that it is unwanted. A bucket that forgot the upload gets it again from the start.
 * SOURCE_CHANGED when the files are not those that were checked. Stages: "read", "send", "offline", "paused",
 * "finish". */
gboolean embark_step_upload (const EmbarkStep *self, EmbarkProgressFunc progress, gpointer user_data,
                             GCancellable *cancellable, GError **error);

/* Removes an unfinished upload of the record from the bucket. */
gboolean embark_step_forget_upload (const EmbarkStep *self, GCancellable *cancellable, GError **error);

/* What would end the import after hours of uploading: a name that is taken, a system the region does not import. */
gboolean embark_step_check_import (const EmbarkStep *self, GCancellable *cancellable, GError **error);

/* Sends ImportImage (at most once: after a lost answer the image is looked for by its name) and waits for its end, or
 * until it was accepted if the record says no-wait. Stages "submit", "wait" and "offline". After IMPORT_FAILED and
 * NAME_TAKEN the record has another name for the next try. */
gboolean embark_step_import (const EmbarkStep *self, EmbarkProgressFunc progress, gpointer user_data,
                             GCancellable *cancellable, GError **error);

G_END_DECLS
