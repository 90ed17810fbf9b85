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

/* Bytes that would be sent; all 0 when not measured. */
typedef struct
{
  guint64 low, likely, high;
  gboolean is_estimate; /* from a sample; else all three are the most that it can be */
} EmbarkSendSize;

/* @place: path of the disk for people. @format: "QCOW2" (nullable). @judge: whose limits the gauges show.
 * @is_partial: a check is still looking inside, so only what is decided already is shown. */
void embark_report_view_set_report (EmbarkReportView *self, EmbarkReport *report, EmbarkJudge judge, const char *place,
                                    const char *format, gboolean is_partial);
/* Whether its buttons “Fix…” do something now: a check that runs would change what they are about. */
void embark_report_view_set_fixable (EmbarkReportView *self, gboolean is_fixable);
/* Puts the button of the verdict below its words. */
void embark_report_view_set_narrow (EmbarkReportView *self, gboolean is_narrow);
void embark_report_view_get_send_size (EmbarkReport *report, EmbarkSendSize *ret_size);

G_END_DECLS
