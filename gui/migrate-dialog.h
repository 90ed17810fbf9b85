/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkMigrateDialog: where a disk goes and under which name, then starts the
 * migration.
 */
#pragma once

#include <adwaita.h>

#include "gui/forced-import.h"
#include "model/context.h"

G_BEGIN_DECLS

#define EMBARK_TYPE_MIGRATE_DIALOG (embark_migrate_dialog_get_type ())
G_DECLARE_FINAL_TYPE (EmbarkMigrateDialog, embark_migrate_dialog, EMBARK, MIGRATE_DIALOG, AdwWindow)

/* Signal "started" (EmbarkMigration): it runs; the dialog closes after it. */

/* The keys are there already; @way is not NONE. @preparation: (nullable) a ready one, whose overlay is sent along; @way
 * is that of its result. */
GtkWidget *embark_migrate_dialog_new (GtkWindow *parent, EmbarkContext *context, EmbarkMachine *machine,
                                      EmbarkDisk *disk, EmbarkWay way, EmbarkPreparation *preparation);

G_END_DECLS
