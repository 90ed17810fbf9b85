/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The fixes of a migration in its record, and the overlay that belongs to it.
 * The functions of a record: any thread.
 */
#pragma once

#include "model/base/fix-options.h"
#include "model/migration-list.h"
#include "model/migration-record.h"

G_BEGIN_DECLS

/* Writes the fixes of @params into a record that is not saved yet; with a ready preparation also its overlay. FALSE
 * when what that made would be blocked. */
gboolean embark_migration_fixes_note (EmbarkMigrationRecord *record, const EmbarkMigrationParams *params,
                                      GError **error);
gboolean embark_migration_fixes_are_wanted (EmbarkMigrationRecord *record);
/* NULL when there are none. */
EmbarkFixOptions *embark_migration_fixes_dup (EmbarkMigrationRecord *record);
/* Path of the overlay; NULL when there is none. */
char *embark_migration_fixes_dup_overlay (EmbarkMigrationRecord *record);
void embark_migration_fixes_set_overlay (EmbarkMigrationRecord *record, const char *path);
/* Deletes the overlay; the record, which is saved, forgets it first. */
void embark_migration_fixes_drop (EmbarkMigrationRecord *record);

G_END_DECLS
