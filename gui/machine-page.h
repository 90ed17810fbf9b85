/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkMachinePage: one machine: what it is, whether the cloud would take its
 * disk, and the next step.
 */
#pragma once

#include <adwaita.h>

#include "model/context.h"

G_BEGIN_DECLS

#define EMBARK_TYPE_MACHINE_PAGE (embark_machine_page_get_type ())
G_DECLARE_FINAL_TYPE (EmbarkMachinePage, embark_machine_page, EMBARK, MACHINE_PAGE, AdwBin)

/* Property "subtitle" (string: "Checked a minute ago", for the header), "can-check" (boolean).
 * Uses the actions win.migrate and win.show-migration(s). */

/* Once. */
void embark_machine_page_set_context (EmbarkMachinePage *self, EmbarkContext *context);
/* NULL for none. */
void embark_machine_page_set_machine (EmbarkMachinePage *self, EmbarkMachine *machine);
EmbarkMachine *embark_machine_page_get_machine (EmbarkMachinePage *self);
/* The chosen one; NULL when the machine has none. */
EmbarkDisk *embark_machine_page_get_disk (EmbarkMachinePage *self);
/* Leaves out what a narrow window has no room for and the menu offers, too. */
void embark_machine_page_set_narrow (EmbarkMachinePage *self, gboolean is_narrow);
/* Starts a check of the chosen disk; where there is a report already, one that looks inside in any case. */
void embark_machine_page_check (EmbarkMachinePage *self);
const char *embark_machine_page_get_subtitle (EmbarkMachinePage *self);
gboolean embark_machine_page_can_check (EmbarkMachinePage *self);

G_END_DECLS
