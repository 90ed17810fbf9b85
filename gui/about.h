/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * About, help and keyboard shortcuts.
 */
#pragma once

#include <gtk/gtk.h>

#include "model/context.h"

G_BEGIN_DECLS

/* @context may be NULL. */
void embark_show_about (GtkWindow *parent, EmbarkContext *context);
/* What Embark needs of the account, and where the documents are. */
void embark_show_help (GtkWindow *parent);
void embark_show_shortcuts (GtkWindow *parent);

G_END_DECLS
