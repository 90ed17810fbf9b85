/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The inside of EmbarkMigration, shared by migration.c (the object),
 * migration-run.c (its steps) and migration-list.c (which makes them).
 */
#pragma once

#include "model/base/gate.h"
#include "model/base/rate.h"
#include "model/context-private.h"
#include "model/migration-record.h"
#include "model/migration.h"

G_BEGIN_DECLS

struct _EmbarkMigration
{
  GObject parent_instance;

  /* owned */
  EmbarkMigrationRecord *record;
  EmbarkDisk *disk; /* (nullable) the one it was made for, in this run of the program */
  EmbarkJob *job;   /* (nullable) of the step under way */
  GError *error;    /* (nullable) of the last failure */
  EmbarkGate *gate; /* of the way under way: closed while it is paused */
  GListStore *events;
  EmbarkRate *rate;
  char *machine_name, *machine_id, *system, *system_id, *image_name, *region, *bucket, *key, *image_id, *status;

  /* borrowed */
  EmbarkContext *context;

  EmbarkMigrationState state;
  gboolean is_cancelled; /* wanted, also when a step was over in the same moment */
  gboolean is_queued;    /* started, and waiting until others have sent theirs */
  gboolean is_under_way; /* from its turn on until it settles, between two steps too */
  double progress;
};

/* @disk (nullable): its report is reused and renewed. A record in a transient state is brought back to the stable
 * one before. Takes @record. */
EmbarkMigration *embark_migration_new (EmbarkContext *context, EmbarkMigrationRecord *record, EmbarkDisk *disk);
/* Takes the migration for this program, as the journal holds it now: another program may have brought it further.
 * FALSE without @error when another one works on it. NOT_FOUND when it was removed. Undone by settling. */
gboolean embark_migration_lock (EmbarkMigration *self, GError **error);
/* Its turn has come: the first step starts. For the list, which keeps the queue. */
void embark_migration_begin (EmbarkMigration *self);
/* TRUE while it reads or sends: one does so at a time. */
gboolean embark_migration_is_busy (EmbarkMigration *self);
void embark_migration_set_queued (EmbarkMigration *self, gboolean is_queued);
/* Removes what the bucket holds of an unfinished upload, in a job of its own. */
void embark_migration_forget_upload (EmbarkMigration *self);

/* For migration-run.c. The one setter of the state: asserts the table, writes the journal, notifies. */
void embark_migration_set_state (EmbarkMigration *self, EmbarkMigrationState state);
void embark_migration_set_job (EmbarkMigration *self, EmbarkJob *job);
void embark_migration_notify_paused (EmbarkMigration *self);
void embark_migration_take_error (EmbarkMigration *self, GError *error);
void embark_migration_add_event (EmbarkMigration *self, EmbarkOutcome outcome, const char *title, const char *detail);
/* That the disk was made ready, and each fix that was left out. @changes: (nullable) as of model/base/fix-changes.h. */
void embark_migration_add_fix_events (EmbarkMigration *self, JsonArray *changes);
/* Reads what a step noted in the record. */
void embark_migration_reread (EmbarkMigration *self);
/* Progress and status line from the state and the running job. */
void embark_migration_update_status (EmbarkMigration *self);

G_END_DECLS
