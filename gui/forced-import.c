/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A disk whose only blocker is cloud-init may be imported by force: the same
 * facts are judged again as the cloud would with that choice. Other blockers may
 * all have a fix.
 */
#include "gui/forced-import.h"

#include "model/check/fixes.h"

EmbarkWay embark_way_of (EmbarkReport *report, EmbarkJudge judge)
{
  g_autoptr (EmbarkReport) forced = NULL;

  if (report == NULL)
    return EMBARK_WAY_NONE;
  if (embark_report_get_verdict (report) != EMBARK_VERDICT_BLOCKED)
    return EMBARK_WAY_PLAIN;

  forced = embark_report_new (embark_report_get_facts (report), embark_limits_get_default (), judge, TRUE);
  if (embark_report_get_verdict (forced) != EMBARK_VERDICT_BLOCKED)
    return EMBARK_WAY_FORCED;
  return embark_fixes_are_enough (report) ? EMBARK_WAY_FIXED : EMBARK_WAY_NONE;
}
