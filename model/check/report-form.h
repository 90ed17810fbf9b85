/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkReport in the forms in which it is handed on: a page (HTML), Markdown,
 * JSON and plain text. Pure text; any thread.
 */
#pragma once

#include "model/check/report.h"

G_BEGIN_DECLS

typedef enum
{
  EMBARK_REPORT_FORM_HTML,
  EMBARK_REPORT_FORM_MARKDOWN,
  EMBARK_REPORT_FORM_JSON,
  EMBARK_REPORT_FORM_TEXT,
} EmbarkReportForm;

/* What the report itself does not know. Borrowed. */
typedef struct
{
  const char *target; /* the disk in words: a path, or machine:NAME */
  gint64 checked;     /* unix seconds; 0: not said */
  EmbarkJudge judge;
} EmbarkReportAbout;

/* Of findings with one outcome. */
typedef struct
{
  EmbarkOutcome outcome;
  const char *title; /* N_() */
  gboolean is_folded;
} EmbarkReportGroup;

/* A name and its value, both translated. */
typedef struct
{
  const char *name; /* owned by the program */
  char *text;
  gboolean is_code; /* an error code of the cloud */
} EmbarkReportLine;

/* A size against its limit. */
typedef struct
{
  const char *title;        /* owned by the program */
  char *text;               /* "1.2 GiB – 1.4 GiB of 50.0 GiB" */
  guint64 low, high, limit; /* bytes; limit 0: there is none */
} EmbarkReportGauge;

/* By the ending of a file's name (.html .htm .md .markdown .json .txt, in any case); FALSE for another or none. */
gboolean embark_report_form_from_name (const char *file_name, EmbarkReportForm *ret_form);
/* Free. Ends with a new line. */
char *embark_report_to_form (EmbarkReport *self, EmbarkReportForm form, const EmbarkReportAbout *about);
char *embark_report_to_html (EmbarkReport *self, const EmbarkReportAbout *about);
char *embark_report_to_markdown (EmbarkReport *self, const EmbarkReportAbout *about);
char *embark_report_to_text (EmbarkReport *self, const EmbarkReportAbout *about);

/* All groups in the order in which they are shown; as many as there are outcomes. */
const EmbarkReportGroup *embark_report_list_groups (guint *ret_n);
/* Of EmbarkReportLine, new: the disk, its system, when, by whose limits. */
GPtrArray *embark_report_list_about (EmbarkReport *self, const EmbarkReportAbout *about);
/* Of EmbarkReportLine, new: seen, why, what to do, what Embark can do itself, the cloud says, rule; empty ones are left
 * out. */
GPtrArray *embark_finding_list_lines (const EmbarkFinding *finding);
/* Of EmbarkReportGauge, new: those whose size is known. */
GPtrArray *embark_report_list_gauges (EmbarkReport *self, EmbarkJudge judge);
/* The outcome whose icon stands for @verdict. */
EmbarkOutcome embark_verdict_to_outcome (EmbarkVerdict verdict);
/* Text from disks may hold anything: control characters and marks that turn text around are shown, not obeyed; on one
 * line. Free. */
char *embark_report_clean_text (const char *text);

G_END_DECLS
