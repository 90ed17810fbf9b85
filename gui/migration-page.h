/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkMigrationPage: one migration: how far it is, how it ended, what
 * happened, and what can be done now.
 */
#pragma once

#include <adwaita.h>

#include "model/migration.h"

G_BEGIN_DECLS

#define EMBARK_TYPE_MIGRATION_PAGE (embark_migration_page_get_type ())
G_DECLARE_FINAL_TYPE (EmbarkMigrationPage, embark_migration_page, EMBARK, MIGRATION_PAGE, AdwBin)

/* Uses the actions win.continue-migration(s), win.remove-migration(s), win.show-machine(s) and win.toast(s). */

/* NULL for none. */
void embark_migration_page_set_migration (EmbarkMigrationPage *self, EmbarkMigration *migration);
/* Buttons below the text instead of beside it. */
void embark_migration_page_set_narrow (EmbarkMigrationPage *self, gboolean is_narrow);
EmbarkMigration *embark_migration_page_get_migration (EmbarkMigrationPage *self);

G_END_DECLS
