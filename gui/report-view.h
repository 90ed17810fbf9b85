/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkReportView: a report as a page: the verdict, the disk in pictures, and
 * the findings by outcome.
 */
#pragma once

#include <gtk/gtk.h>

#include "model/check/report.h"

G_BEGIN_DECLS

#define EMBARK_TYPE_REPORT_VIEW (embark_report_view_get_type ())
G_DECLARE_FINAL_TYPE (EmbarkReportView, embark_report_view, EMBARK, REPORT_VIEW, GtkBox)

/* @place: path of the disk for people. @format: "QCOW2" (nullable). @judge: whose limits the gauges show. */
void embark_report_view_set_report (EmbarkReportView *self, EmbarkReport *report, EmbarkJudge judge, const char *place,
                                    const char *format);
/* Bytes that would be sent at most; 0 when not measured. */
guint64 embark_report_view_get_send_size (EmbarkReport *report);

G_END_DECLS
