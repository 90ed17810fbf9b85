/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkReport: all findings of a disk and the verdict. Reference counted,
 * immutable; any thread.
 */
#pragma once

#include "model/base/facts.h"
#include "model/check/finding.h"
#include "model/check/limits.h"

G_BEGIN_DECLS

typedef enum
{
  EMBARK_VERDICT_UNKNOWN, /* something that could block was not decided, nothing blocks */
  EMBARK_VERDICT_READY,
  EMBARK_VERDICT_ATTENTION, /* warnings, nothing blocks */
  EMBARK_VERDICT_BLOCKED,
} EmbarkVerdict;

typedef struct _EmbarkReport EmbarkReport;

/* Judges @facts. @is_forced: the user chose forced import (cloud-init is then no blocker).
 * Never fails: what is not known is a finding of outcome unknown. */
EmbarkReport *embark_report_new (EmbarkFacts *facts, EmbarkLimits *limits, EmbarkJudge judge, gboolean is_forced);
EmbarkReport *embark_report_ref (EmbarkReport *self);
void embark_report_unref (EmbarkReport *self);

EmbarkVerdict embark_report_get_verdict (EmbarkReport *self);
const char *embark_verdict_to_string (EmbarkVerdict verdict); /* ready attention blocked unknown */
const char *embark_verdict_to_word (EmbarkVerdict verdict);   /* translated */
/* One translated line for the banner: "Two things would stop the import". Borrowed. */
const char *embark_report_get_headline (EmbarkReport *self);
const char *embark_report_get_subline (EmbarkReport *self);
/* The code the cloud would answer: of the first blocker in the order in which the cloud looks; NULL when none. */
const char *embark_report_get_predicted_code (EmbarkReport *self);
/* Of EmbarkFinding, borrowed; blockers first, then warnings, unknown, info, pass, not-applicable. */
GPtrArray *embark_report_get_findings (EmbarkReport *self);
guint embark_report_count (EmbarkReport *self, EmbarkOutcome outcome);
const EmbarkFinding *embark_report_find (EmbarkReport *self, const char *id);
EmbarkFacts *embark_report_get_facts (EmbarkReport *self);
/* The object of `embark check --json`: target, verdict, predictedCode, facts, findings. */
JsonNode *embark_report_to_json (EmbarkReport *self, const char *target);
/* "Debian 12 · 64-bit", "Windows Server 2012 R2 Standard · 64-bit"; NULL when no system was found. */
char *embark_report_describe_system (EmbarkReport *self);
/* Which picture stands for the system: "linux:debian", "linux", "windows"; NULL when no system was found. Free. */
char *embark_report_dup_system_id (EmbarkReport *self);
/* The firmware to ask the cloud for, "bios" or "uefi"; "both" on a disk without GPT, NULL when not known. A GPT disk
 * that starts either way is "uefi", the only way the cloud takes a GPT. */
const char *embark_report_choose_firmware (EmbarkReport *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmbarkReport, embark_report_unref)

G_END_DECLS
