/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkImportsPage: every migration: those under way, then the past ones.
 */
#pragma once

#include <adwaita.h>

#include "model/migration-list.h"

G_BEGIN_DECLS

#define EMBARK_TYPE_IMPORTS_PAGE (embark_imports_page_get_type ())
G_DECLARE_FINAL_TYPE (EmbarkImportsPage, embark_imports_page, EMBARK, IMPORTS_PAGE, AdwBin)

/* Once. */
void embark_imports_page_set_migrations (EmbarkImportsPage *self, EmbarkMigrationList *migrations);

G_END_DECLS
