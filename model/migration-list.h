/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkMigrationList: GListModel of all migrations of the journal, newest
 * first: running, finished and failed ones.
 */
#pragma once

#include "model/machine.h"
#include "model/migration.h"
#include "model/preparation.h"

G_BEGIN_DECLS

#define EMBARK_TYPE_MIGRATION_LIST (embark_migration_list_get_type ())
G_DECLARE_FINAL_TYPE (EmbarkMigrationList, embark_migration_list, EMBARK, MIGRATION_LIST, GObject)

#define EMBARK_KEY_PREFIX "cvm-images/"

/* Levels of compression. */
#define EMBARK_LEVEL_FAST "fast"
#define EMBARK_LEVEL_SMALL "small"
#define EMBARK_LEVEL_NONE "none"

typedef struct
{
  const char *region, *bucket;     /* checked */
  const char *key;                 /* (nullable): made of prefix, image name and time */
  const char *key_prefix;          /* (nullable): EMBARK_KEY_PREFIX */
  const char *level;               /* (nullable): EMBARK_LEVEL_FAST */
  const char *image_name;          /* (nullable): made of the machine's name */
  const EmbarkFixOptions *options; /* (nullable) fixes to make on the way */
  EmbarkPreparation *preparation;  /* (nullable) or a ready one, whose overlay becomes the migration's */
  gboolean is_forced;
  gboolean is_upload_only;
  gboolean is_no_wait; /* end when the import was accepted */
} EmbarkMigrationParams;

/* Property "n-running" (uint). */

/* A draft, journaled, not started. BAD_NAME, DISK_FULL …; new reference. */
EmbarkMigration *embark_migration_list_create (EmbarkMigrationList *self, EmbarkMachine *machine, EmbarkDisk *disk,
                                               const EmbarkMigrationParams *params, GError **error);
/* The newest one of that machine, or NULL. Borrowed. */
EmbarkMigration *embark_migration_list_find (EmbarkMigrationList *self, const char *machine_id);
/* Out of the history; refused while it runs. An unfinished upload in the bucket is aborted by its own job first. */
gboolean embark_migration_list_remove (EmbarkMigrationList *self, EmbarkMigration *migration, GError **error);
guint embark_migration_list_get_n_running (EmbarkMigrationList *self);
/* An image name the cloud takes (at most 60 characters, unique by date): "web-01-2026-11-22". */
char *embark_migration_list_suggest_name (EmbarkMigrationList *self, EmbarkMachine *machine);

G_END_DECLS
