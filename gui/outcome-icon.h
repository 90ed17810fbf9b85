/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Outcomes and verdicts as icons: each has a shape, a colour class and a word,
 * so that none depends on colour alone.
 */
#pragma once

#include <gtk/gtk.h>

#include "model/check/report.h"

G_BEGIN_DECLS

/* "success", "warning", "error", "accent" or "dim-label". */
const char *embark_outcome_get_style (EmbarkOutcome outcome);
/* Sets icon, colour class, tooltip and accessible label. */
void embark_outcome_icon_show (GtkImage *image, EmbarkOutcome outcome);
void embark_outcome_icon_show_verdict (GtkImage *image, EmbarkVerdict verdict);

G_END_DECLS
