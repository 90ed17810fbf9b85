/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkMigrationCard: the way of a migration: its steps, the bar, how much was
 * sent at which speed, and the time left.
 */
#pragma once

#include <gtk/gtk.h>

#include "model/migration.h"

G_BEGIN_DECLS

#define EMBARK_TYPE_MIGRATION_CARD (embark_migration_card_get_type ())
G_DECLARE_FINAL_TYPE (EmbarkMigrationCard, embark_migration_card, EMBARK, MIGRATION_CARD, GtkBox)

/* NULL for none. */
void embark_migration_card_set_migration (EmbarkMigrationCard *self, EmbarkMigration *migration);

G_END_DECLS
