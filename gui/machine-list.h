/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkMachineList: the sidebar's list: one group a connection, the disk
 * files last, at most one machine selected over all of them.
 */
#pragma once

#include <adwaita.h>

#include "model/library.h"
#include "model/migration-list.h"

G_BEGIN_DECLS

#define EMBARK_TYPE_MACHINE_LIST (embark_machine_list_get_type ())
G_DECLARE_FINAL_TYPE (EmbarkMachineList, embark_machine_list, EMBARK, MACHINE_LIST, AdwBin)

/* Signals: "selected" (EmbarkMachine), "activated" (EmbarkMachine: show it even where both panes do not fit). */

/* Once. */
void embark_machine_list_set_model (EmbarkMachineList *self, EmbarkLibrary *library, EmbarkMigrationList *migrations);
void embark_machine_list_set_filter (EmbarkMachineList *self, const char *text);
/* NULL selects none. */
void embark_machine_list_select (EmbarkMachineList *self, EmbarkMachine *machine);

G_END_DECLS
