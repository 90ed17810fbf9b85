/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkUnfinishedDialog: uploads that a bucket still holds in parts, each to
 * be continued or deleted.
 */
#pragma once

#include <adwaita.h>

#include "model/context.h"

G_BEGIN_DECLS

#define EMBARK_TYPE_UNFINISHED_DIALOG (embark_unfinished_dialog_get_type ())
G_DECLARE_FINAL_TYPE (EmbarkUnfinishedDialog, embark_unfinished_dialog, EMBARK, UNFINISHED_DIALOG, AdwWindow)

/* @parent is a window with the action "win.show-migration". */
GtkWidget *embark_unfinished_dialog_new (GtkWindow *parent, EmbarkContext *context);

G_END_DECLS
