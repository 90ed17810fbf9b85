/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkMigrationRecord: the journal entry of one migration in memory. Written
 * by the main thread and by its worker, so every access is under a lock.
 * Reference counted.
 */
#pragma once

#include <gio/gio.h>

#include "model/store/journal.h"

G_BEGIN_DECLS

typedef struct _EmbarkMigrationRecord EmbarkMigrationRecord;

/* Keys of a record. Everything a migration has to remember over a crash. */
#define EMBARK_RECORD_STATE "state"
#define EMBARK_RECORD_CREATED "created" /* unix seconds */
#define EMBARK_RECORD_MACHINE_ID "machine-id"
#define EMBARK_RECORD_MACHINE_NAME "machine-name"
#define EMBARK_RECORD_PATH "path" /* as a file URI: names need not be UTF-8 */
#define EMBARK_RECORD_FORMAT "format"
#define EMBARK_RECORD_ALLOWED "allowed"         /* file URIs, one a line */
#define EMBARK_RECORD_FINGERPRINT "fingerprint" /* of what is sent */
#define EMBARK_RECORD_FIXES "fixes"             /* EmbarkFixOptions as JSON; absent: nothing is to be changed */
#define EMBARK_RECORD_OVERLAY "overlay"         /* as a file URI; written before the file is made */
#define EMBARK_RECORD_OVERLAY_WHOLE "overlay-whole"
#define EMBARK_RECORD_REGION "region"
#define EMBARK_RECORD_BUCKET "bucket"
#define EMBARK_RECORD_KEY "key"
#define EMBARK_RECORD_IMAGE_NAME "image-name"
#define EMBARK_RECORD_FORCED "forced"
#define EMBARK_RECORD_UPLOAD_ONLY "upload-only"
#define EMBARK_RECORD_NO_WAIT "no-wait"
#define EMBARK_RECORD_LEVEL "level"   /* of compression: EMBARK_LEVEL_…; absent: fast */
#define EMBARK_RECORD_SYSTEM "system" /* for people */
#define EMBARK_RECORD_SYSTEM_ID "system-id"
#define EMBARK_RECORD_OS_TYPE "os-type" /* linux, windows */
#define EMBARK_RECORD_DISTRIBUTION "distribution"
#define EMBARK_RECORD_PRODUCT "product"
#define EMBARK_RECORD_MAJOR "major"
#define EMBARK_RECORD_MINOR "minor"
#define EMBARK_RECORD_ARCHITECTURE "architecture"
#define EMBARK_RECORD_FIRMWARE "firmware"
#define EMBARK_RECORD_UPLOAD_BEGUN "upload-begun" /* an upload may be in the bucket whose id is not known */
#define EMBARK_RECORD_UPLOAD_ID "upload-id"
#define EMBARK_RECORD_UNWANTED "unwanted"       /* its user cancelled: what the bucket holds of it is to go */
#define EMBARK_RECORD_OBJECT_SIZE "object-size" /* written before Complete is sent */
#define EMBARK_RECORD_OBJECT_CRC "object-crc64"
#define EMBARK_RECORD_SOURCE_SIZE "source-size"
#define EMBARK_RECORD_IMPORT_SENT "import-sent" /* ImportImage may have been sent */
#define EMBARK_RECORD_IMAGE_ID "image-id"
#define EMBARK_RECORD_ERROR "error"           /* message of the last failure */
#define EMBARK_RECORD_ERROR_CODE "error-code" /* EmbarkError */

/* @journal is borrowed. A new entry, not yet written. */
EmbarkMigrationRecord *embark_migration_record_new (EmbarkJournal *journal);
EmbarkMigrationRecord *embark_migration_record_load (EmbarkJournal *journal, const char *id, GError **error);
/* What the journal holds now in place of what is in memory. NOT_FOUND when the entry was removed. */
gboolean embark_migration_record_reload (EmbarkMigrationRecord *self, GError **error);
EmbarkMigrationRecord *embark_migration_record_ref (EmbarkMigrationRecord *self);
void embark_migration_record_unref (EmbarkMigrationRecord *self);
const char *embark_migration_record_get_id (EmbarkMigrationRecord *self);

/* NULL when absent. Free. */
char *embark_migration_record_dup (EmbarkMigrationRecord *self, const char *key);
guint64 embark_migration_record_get_uint (EmbarkMigrationRecord *self, const char *key);
gboolean embark_migration_record_is (EmbarkMigrationRecord *self, const char *key);
/* NULL removes. */
void embark_migration_record_set (EmbarkMigrationRecord *self, const char *key, const char *value);
void embark_migration_record_set_uint (EmbarkMigrationRecord *self, const char *key, guint64 value);
void embark_migration_record_set_flag (EmbarkMigrationRecord *self, const char *key, gboolean value);
/* Durable when TRUE. */
gboolean embark_migration_record_save (EmbarkMigrationRecord *self, GError **error);

/* One line of "What happened". @outcome: as EmbarkOutcome. */
void embark_migration_record_add_event (EmbarkMigrationRecord *self, gint64 time, int outcome, const char *title,
                                        const char *detail);
guint embark_migration_record_get_n_events (EmbarkMigrationRecord *self);
/* FALSE when that event is damaged; then nothing is returned. */
gboolean embark_migration_record_get_event (EmbarkMigrationRecord *self, guint index, gint64 *ret_time,
                                            int *ret_outcome, char **ret_title, char **ret_detail);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmbarkMigrationRecord, embark_migration_record_unref)

G_END_DECLS
