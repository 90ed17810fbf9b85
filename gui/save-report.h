/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Handing on a report: as a file (HTML, Markdown, JSON, text) or by the
 * clipboard.
 */
#pragma once

#include <gtk/gtk.h>

#include "model/check/report-form.h"
#include "model/disk.h"

G_BEGIN_DECLS

/* Asks for the file. @name: of the machine. Tells the end by the action win.toast(s) of the window of @widget. */
void embark_save_report (GtkWidget *widget, EmbarkDisk *disk, EmbarkJudge judge, const char *name);
/* As plain text. */
void embark_copy_report (GtkWidget *widget, EmbarkDisk *disk, EmbarkJudge judge);
/* The name to write to, and its form. What the user typed is kept: an ending that is none of ours gets the one of the
 * chosen form behind it. Only the name that was suggested, left as it was, takes the ending of the form. Free. */
char *embark_save_report_choose_name (const char *typed, const char *suggested, EmbarkReportForm chosen,
                                      EmbarkReportForm *ret_form);

G_END_DECLS
