/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Asks both editions about one rule and makes one finding of their answers.
 * For report.c only.
 */
#pragma once

#include "model/check/rules.h"

G_BEGIN_DECLS

/* NULL when none of the editions that @judge asks has such a limit. @ret_is_open: set when the limit could stop the
 * import by one of them and was not decided. */
EmbarkFinding *embark_judge_rule (const EmbarkRuleContext *context, const EmbarkRule *rule, EmbarkLimits *limits,
                                  EmbarkJudge judge, gboolean *ret_is_open);

G_END_DECLS
