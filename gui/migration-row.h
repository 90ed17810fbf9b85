/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkMigrationRow: one migration in the list of imports.
 */
#pragma once

#include <adwaita.h>

#include "model/migration.h"

G_BEGIN_DECLS

#define EMBARK_TYPE_MIGRATION_ROW (embark_migration_row_get_type ())
G_DECLARE_FINAL_TYPE (EmbarkMigrationRow, embark_migration_row, EMBARK, MIGRATION_ROW, GtkListBoxRow)

GtkWidget *embark_migration_row_new (EmbarkMigration *migration);
/* How it stands as an outcome: pass (done), blocker (failed), info (under way), unknown (stopped before its end). */
EmbarkOutcome embark_migration_get_outcome (EmbarkMigration *migration);

G_END_DECLS
