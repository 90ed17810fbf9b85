/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkLimits: the rules of the cloud as dated data (resources/limits), both
 * editions. Immutable after loading; any thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  EMBARK_JUDGE_BOTH,
  EMBARK_JUDGE_ORIGINAL,
  EMBARK_JUDGE_CURRENT,
} EmbarkJudge;

typedef struct _EmbarkLimits EmbarkLimits;

/* From the two JSON texts (original.json, current.json). Errors: FAILED with file and member. */
EmbarkLimits *embark_limits_new (GBytes *original, GBytes *current, GError **error);
/* From the GResource compiled into the program (/org/embark/Embark/limits/). Aborts if it is not there. */
EmbarkLimits *embark_limits_get_default (void);
void embark_limits_free (EmbarkLimits *self);
/* "both", "original", "current"; FALSE for another word. */
gboolean embark_judge_from_string (const char *word, EmbarkJudge *ret_judge);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmbarkLimits, embark_limits_free)

G_END_DECLS
