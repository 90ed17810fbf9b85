/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkMachineGroup: the machines of one connection under its title, or why
 * they cannot be seen and what to do.
 */
#pragma once

#include <gtk/gtk.h>

#include "model/connection.h"
#include "model/migration-list.h"

G_BEGIN_DECLS

#define EMBARK_TYPE_MACHINE_GROUP (embark_machine_group_get_type ())
G_DECLARE_FINAL_TYPE (EmbarkMachineGroup, embark_machine_group, EMBARK, MACHINE_GROUP, GtkBox)

/* Signals: "selected" (EmbarkMachine), "activated" (EmbarkMachine), "visible-changed". */

GtkWidget *embark_machine_group_new (EmbarkConnection *connection, EmbarkMigrationList *migrations);
EmbarkConnection *embark_machine_group_get_connection (EmbarkMachineGroup *self);
/* Shows only machines whose name contains @text; "" shows all. */
void embark_machine_group_set_filter (EmbarkMachineGroup *self, const char *text);
guint embark_machine_group_get_n_shown (EmbarkMachineGroup *self);
/* FALSE when it is not in this group; NULL selects none. */
gboolean embark_machine_group_select (EmbarkMachineGroup *self, EmbarkMachine *machine);

G_END_DECLS
