/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkFinding: the outcome of one limit for one disk. Plain data, immutable
 * once in a report.
 */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

typedef enum
{
  EMBARK_OUTCOME_NOT_APPLICABLE,
  EMBARK_OUTCOME_PASS,
  EMBARK_OUTCOME_INFO,
  EMBARK_OUTCOME_UNKNOWN,
  EMBARK_OUTCOME_WARNING,
  EMBARK_OUTCOME_BLOCKER,
} EmbarkOutcome;

typedef struct
{
  char *id; /* of the limit: "image-format", "linux-virtio" … */
  EmbarkOutcome outcome;
  char *title;     /* translated, short: "No virtio disk driver" */
  char *summary;   /* translated, one clause for the row: "Windows could not find its disk in the cloud" */
  char *evidence;  /* translated, what was seen: the very value, file or key */
  char *why;       /* translated, why it matters */
  char *advice;    /* (nullable) translated, what to do */
  char *code;      /* (nullable) error code the cloud would answer: "VirtioNotInstall" */
  char **editions; /* "original", "current": those in which the limit exists */
  char *source;    /* where the limit stands in its documents, translated */
  char *fix;       /* (nullable) id of the fix that turns it green */
} EmbarkFinding;

void embark_finding_free (EmbarkFinding *self);
/* pass, info, unknown, warning, blocker, not-applicable: for machines. */
const char *embark_outcome_to_string (EmbarkOutcome outcome);
/* Translated word for people: "Fine", "Note", "Not known", "Attention", "Stops the import". */
const char *embark_outcome_to_word (EmbarkOutcome outcome);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmbarkFinding, embark_finding_free)

G_END_DECLS
