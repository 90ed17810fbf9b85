/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkFixDialog: makes a disk ready: what is to be fixed, the work, and
 * before and after. It owns the preparation: what nobody saved or uploads is
 * gone with it.
 */
#pragma once

#include <adwaita.h>

#include "model/context.h"

G_BEGIN_DECLS

#define EMBARK_TYPE_FIX_DIALOG (embark_fix_dialog_get_type ())
G_DECLARE_FINAL_TYPE (EmbarkFixDialog, embark_fix_dialog, EMBARK, FIX_DIALOG, AdwWindow)

/* Signal "migrate" (no arguments): the user wants to upload what the preparation made; it stays open meanwhile. */

/* @disk must have a whole report. @only: (nullable) id of the fix that is chosen at first; else everything that can be
 * fixed. */
GtkWidget *embark_fix_dialog_new (GtkWindow *parent, EmbarkContext *context, EmbarkMachine *machine, EmbarkDisk *disk,
                                  const char *only);
/* (nullable) Borrowed. */
EmbarkPreparation *embark_fix_dialog_get_preparation (EmbarkFixDialog *self);

G_END_DECLS
