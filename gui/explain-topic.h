/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One error code of the cloud, or the help of one finding, as widgets.
 */
#pragma once

#include <gtk/gtk.h>

#include "model/check/codes.h"
#include "model/check/report.h"

G_BEGIN_DECLS

/* Rows lead on by the action explain.show(s), code is copied by explain.copy(s). @report (nullable): of the disk that
 * is chosen. */
GtkWidget *embark_explain_topic_new_code (const EmbarkCode *code, EmbarkReport *report);
GtkWidget *embark_explain_topic_new_finding (const char *id, EmbarkReport *report);
/* A row that leads to @word. @subtitle (nullable) in plain text. */
GtkWidget *embark_explain_row_new (const char *word, const char *title, const char *subtitle);

G_END_DECLS
