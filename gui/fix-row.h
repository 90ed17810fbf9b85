/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkFixRow: one fix to choose: a check box, what it is for, and folded
 * away what it would change.
 */
#pragma once

#include <adwaita.h>

#include "model/check/fixes.h"

G_BEGIN_DECLS

#define EMBARK_TYPE_FIX_ROW (embark_fix_row_get_type ())
G_DECLARE_FINAL_TYPE (EmbarkFixRow, embark_fix_row, EMBARK, FIX_ROW, AdwExpanderRow)

/* Property "is-chosen" (boolean). */

/* @report: whose findings it is for; not kept. */
GtkWidget *embark_fix_row_new (const EmbarkFix *fix, EmbarkReport *report);
const EmbarkFix *embark_fix_row_get_fix (EmbarkFixRow *self);
gboolean embark_fix_row_is_chosen (EmbarkFixRow *self);
void embark_fix_row_set_chosen (EmbarkFixRow *self, gboolean is_chosen);

G_END_DECLS
