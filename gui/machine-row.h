/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkMachineRow: one machine in the sidebar: system, name, what is known of
 * it or how its migration goes, and the verdict.
 */
#pragma once

#include <gtk/gtk.h>

#include "model/machine.h"
#include "model/migration-list.h"

G_BEGIN_DECLS

#define EMBARK_TYPE_MACHINE_ROW (embark_machine_row_get_type ())
G_DECLARE_FINAL_TYPE (EmbarkMachineRow, embark_machine_row, EMBARK, MACHINE_ROW, GtkListBoxRow)

GtkWidget *embark_machine_row_new (EmbarkMachine *machine, EmbarkMigrationList *migrations);
EmbarkMachine *embark_machine_row_get_machine (EmbarkMachineRow *self);

G_END_DECLS
