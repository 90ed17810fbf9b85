/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkExplainWindow: what error codes of the cloud mean, what findings are
 * about and what fixes do: a list to search in, and a page for each.
 */
#pragma once

#include <adwaita.h>

#include "model/check/report.h"

G_BEGIN_DECLS

#define EMBARK_TYPE_EXPLAIN_WINDOW (embark_explain_window_get_type ())
G_DECLARE_FINAL_TYPE (EmbarkExplainWindow, embark_explain_window, EMBARK, EXPLAIN_WINDOW, AdwWindow)

/* @report (nullable): of the disk that is chosen, for what a code means there. @word: an error code, the id of a
 * finding or the name of a fix to show at once; NULL or unknown: the list. Actions: explain.show(s), explain.back,
 * explain.copy(s). */
GtkWidget *embark_explain_window_new (GtkWindow *parent, EmbarkReport *report, const char *word);

G_END_DECLS
