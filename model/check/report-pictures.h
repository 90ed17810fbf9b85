/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The pictures of a report as inline SVG. For report-html.c.
 */
#pragma once

#include "model/check/report-form.h"

G_BEGIN_DECLS

/* The icon of @outcome with @word for screen readers. */
void embark_report_append_icon (GString *html, EmbarkOutcome outcome, const char *word);
/* The disk with its partitions drawn to scale, and a list of them; nothing when none is known. */
void embark_report_append_disk (GString *html, EmbarkFacts *facts);
void embark_report_append_gauge (GString *html, const EmbarkReportGauge *gauge);

G_END_DECLS
