/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkFixChooser: the fixes that a disk can have, each with a check box, and
 * what the chosen ones need from the user.
 */
#pragma once

#include <adwaita.h>

#include "model/check/fixes.h"

G_BEGIN_DECLS

#define EMBARK_TYPE_FIX_CHOOSER (embark_fix_chooser_get_type ())
G_DECLARE_FINAL_TYPE (EmbarkFixChooser, embark_fix_chooser, EMBARK, FIX_CHOOSER, GtkBox)

/* Property "is-complete" (boolean): something is chosen, and all that it needs was given. */

/* @report: a whole one. @only: (nullable) id of the one fix that is chosen at first; else everything that can be fixed.
 * @has_choices: offer those with a price, too. */
void embark_fix_chooser_set_report (EmbarkFixChooser *self, EmbarkReport *report, const char *only,
                                    gboolean has_choices);
gboolean embark_fix_chooser_is_complete (EmbarkFixChooser *self);
/* What was chosen and given; new. */
EmbarkFixOptions *embark_fix_chooser_make_options (EmbarkFixChooser *self);

G_END_DECLS
