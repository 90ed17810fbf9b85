/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "model/migration-list.h"

G_BEGIN_DECLS

/* Reads the journal. @context is borrowed and outlives the list. */
EmbarkMigrationList *embark_migration_list_new (EmbarkContext *context);

/* Deletes what crashes left in the folder of the overlays. */
void embark_migration_sweep_overlays (EmbarkContext *context);

/* Begins @migration at once, or when those before it have sent their disks. */
void embark_migration_list_enqueue (EmbarkMigrationList *self, EmbarkMigration *migration);
/* Stops all, those that wait first, so that nothing begins meanwhile. What was sent is kept. */
void embark_migration_list_stop_all (EmbarkMigrationList *self);

G_END_DECLS
