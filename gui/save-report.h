/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Saving a report as a JSON file, the same object as `embark check --json`.
 */
#pragma once

#include <gtk/gtk.h>

#include "model/check/report.h"

G_BEGIN_DECLS

/* Asks for the file. Tells the end by the action win.toast(s) of the window of @widget. */
void embark_save_report (GtkWidget *widget, EmbarkReport *report, const char *name, const char *target);

G_END_DECLS
