/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkMigration: one disk's whole way into the cloud, kept in the journal.
 * Main thread; its steps run in an EmbarkJob.
 *
 *  draft → checking → checked → preparing → prepared → uploading → uploaded → importing → done
 *           (t)                  (t)                     (t)                    (t)
 * (t) is transient: on failure, cancel or crash it returns to the stable state before it.
 */
#pragma once

#include "model/disk.h"
#include "model/event.h"

G_BEGIN_DECLS

typedef enum
{
  EMBARK_MIGRATION_DRAFT,
  EMBARK_MIGRATION_CHECKING,
  EMBARK_MIGRATION_CHECKED,
  EMBARK_MIGRATION_PREPARING,
  EMBARK_MIGRATION_PREPARED,
  EMBARK_MIGRATION_UPLOADING,
  EMBARK_MIGRATION_UPLOADED,
  EMBARK_MIGRATION_IMPORTING,
  EMBARK_MIGRATION_DONE,
} EmbarkMigrationState;

#define EMBARK_N_MIGRATION_STATES (EMBARK_MIGRATION_DONE + 1)

#define EMBARK_TYPE_MIGRATION (embark_migration_get_type ())
G_DECLARE_FINAL_TYPE (EmbarkMigration, embark_migration, EMBARK, MIGRATION, GObject)

/* Properties, notified on the main thread: "state" (int), "job" (EmbarkJob or NULL), "error" (pointer, const GError
 * of the last failure), "progress" (double 0..1 over all steps), "image-id" (string), "is-running" (boolean: a
 * step is under way, or it waits its turn), "is-queued", "is-paused" (boolean), "status" (string: translated one-liner
 * for rows: "Uploading 62 % · 6 min left", "Done · img-…", "Stopped: …").
 * Signal "ended" (no arguments): the whole way ended by itself: DONE, or failed (error is set). Not on cancel. */

const char *embark_migration_get_id (EmbarkMigration *self);
const char *embark_migration_get_machine_name (EmbarkMigration *self);
const char *embark_migration_get_machine_id (EmbarkMigration *self);
const char *embark_migration_get_system (EmbarkMigration *self);    /* "Debian 12 · 64-bit" (nullable) */
const char *embark_migration_get_system_id (EmbarkMigration *self); /* as of EmbarkMachine (nullable) */
const char *embark_migration_get_image_name (EmbarkMigration *self);
const char *embark_migration_get_region (EmbarkMigration *self);
const char *embark_migration_get_bucket (EmbarkMigration *self);
const char *embark_migration_get_key (EmbarkMigration *self);
gint64 embark_migration_get_created_at (EmbarkMigration *self);
gboolean embark_migration_is_import_wanted (EmbarkMigration *self); /* FALSE: upload only */
EmbarkMigrationState embark_migration_get_state (EmbarkMigration *self);
gboolean embark_migration_is_running (EmbarkMigration *self);
/* TRUE when it was started and waits until the one before it has sent its disk. Running, but without a job. */
gboolean embark_migration_is_queued (EmbarkMigration *self);
gboolean embark_migration_is_paused (EmbarkMigration *self);
/* TRUE while there is something to pause: before and during the upload. */
gboolean embark_migration_can_pause (EmbarkMigration *self);
/* TRUE when another program of this user works on it right now. */
gboolean embark_migration_is_elsewhere (EmbarkMigration *self);
/* TRUE when it stopped before its end and can go on from where it was. */
gboolean embark_migration_can_continue (EmbarkMigration *self);
EmbarkJob *embark_migration_get_job (EmbarkMigration *self);       /* (nullable) */
const GError *embark_migration_get_error (EmbarkMigration *self);  /* (nullable) */
const char *embark_migration_get_image_id (EmbarkMigration *self); /* (nullable) */
double embark_migration_get_progress (EmbarkMigration *self);
const char *embark_migration_get_status (EmbarkMigration *self);
/* Of EmbarkEvent, oldest first, borrowed. */
GListModel *embark_migration_get_events (EmbarkMigration *self);
/* The last report of the running job (bytes, parts), zeroed when none runs. Borrowed. */
const EmbarkProgress *embark_migration_get_report (EmbarkMigration *self);
/* Bytes a second; 0 not known. Seconds left of the upload; -1 not known. */
double embark_migration_get_speed (EmbarkMigration *self);
gint64 embark_migration_get_seconds_left (EmbarkMigration *self);
/* Bytes of the object once uploaded and bytes of the disk they stand for; 0 not known. */
guint64 embark_migration_get_sent_size (EmbarkMigration *self);
guint64 embark_migration_get_source_size (EmbarkMigration *self);

/* Goes all the way from where it is: check if needed, upload, import, wait. A blocked report stops it with BLOCKED
 * unless forced and the only blockers are those that forced import lifts. While another one reads or sends, it is
 * queued behind that. */
void embark_migration_start (EmbarkMigration *self);
/* Stops; an upload under way is removed from the bucket; an import that was accepted goes on in the cloud. */
void embark_migration_cancel (EmbarkMigration *self);
/* Stops; what was sent stays in the bucket, so that it can be continued another day. */
void embark_migration_stop (EmbarkMigration *self);
/* Nothing is sent until it is resumed; another one in the queue may go on meanwhile. */
void embark_migration_pause (EmbarkMigration *self);
void embark_migration_resume (EmbarkMigration *self);

/* The table of legal transitions. */
gboolean embark_migration_state_may_follow (EmbarkMigrationState from, EmbarkMigrationState to);
gboolean embark_migration_state_is_transient (EmbarkMigrationState state);
/* The stable state before a transient one; itself when stable. */
EmbarkMigrationState embark_migration_state_get_stable (EmbarkMigrationState state);
const char *embark_migration_state_to_string (EmbarkMigrationState state);
gboolean embark_migration_state_from_string (const char *word, EmbarkMigrationState *ret_state);

G_END_DECLS
