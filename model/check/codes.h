/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the error codes of the cloud mean: those with which an import ends, and
 * those with which a request is refused. Which findings predict one is read
 * from the limits. Any thread.
 */
#pragma once

#include "model/check/limits.h"

G_BEGIN_DECLS

#define EMBARK_CODE_MAX_CAUSES 6

typedef struct
{
  const char *code;
  gboolean is_import;  /* the end of an import, told by message only; else the answer to a request */
  const char *meaning; /* N_() */
  const char *causes[EMBARK_CODE_MAX_CAUSES]; /* N_(), ends with NULL */
  const char *advice;                         /* N_() */
} EmbarkCode;

/* All, in the order in which the cloud looks; ends with a code of NULL. */
const EmbarkCode *embark_codes_list (void);
/* In any case of letters; “Code.Detail” is found by “Code” when it is not known itself. NULL when there is none. */
const EmbarkCode *embark_codes_find (const char *word);
/* The first known code that stands in @text as a word; NULL when there is none. */
const EmbarkCode *embark_codes_find_in (const char *text);
/* Of ids (borrowed, of @limits), new: the findings of either edition that predict @code. */
GPtrArray *embark_codes_list_findings (EmbarkLimits *limits, const char *code);
/* Of codes (borrowed, of @limits), new: what finding @id predicts. */
GPtrArray *embark_codes_list_of_finding (EmbarkLimits *limits, const char *id);
/* Of ids (borrowed, of @limits), new: all findings of either edition. */
GPtrArray *embark_codes_list_ids (EmbarkLimits *limits);
/* The id of a finding in any case of letters; NULL when there is none. Borrowed. */
const char *embark_codes_find_id (EmbarkLimits *limits, const char *word);
/* Of codes, ids of findings and names of fixes (borrowed), new: at most three that @word may have meant, nearest
 * first. */
GPtrArray *embark_codes_suggest (EmbarkLimits *limits, const char *word);

G_END_DECLS
