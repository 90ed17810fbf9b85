/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One error code of the cloud, or the help of one finding or fix, as widgets.
 */
#pragma once

#include <gtk/gtk.h>

#include "model/check/codes.h"
#include "model/check/fixes.h"
#include "model/check/report.h"

G_BEGIN_DECLS

/* Rows lead on by the action explain.show(s), code is copied by explain.copy(s). @report (nullable): of the disk that
 * is chosen. */
GtkWidget *embark_explain_topic_new_code (const EmbarkCode *code, EmbarkReport *report);
GtkWidget *embark_explain_topic_new_finding (const char *id, EmbarkReport *report);
GtkWidget *embark_explain_topic_new_fix (const EmbarkFix *fix);
/* The word that a row of @fix leads to: a fix may have the name of a finding. Free. */
char *embark_explain_make_fix_word (const EmbarkFix *fix);
/* The fix of such a word; NULL when it is none. */
const EmbarkFix *embark_explain_find_fix_word (const char *word);
/* A row that leads to @word. @subtitle (nullable) in plain text. */
GtkWidget *embark_explain_row_new (const char *word, const char *title, const char *subtitle);

G_END_DECLS
