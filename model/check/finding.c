/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkFinding: freeing, and the words for outcomes.
 */
#include "model/check/finding.h"

#include <glib/gi18n-lib.h>

void embark_finding_free (EmbarkFinding *self)
{
  if (self == NULL)
    return;
  g_free (self->id);
  g_free (self->title);
  g_free (self->summary);
  g_free (self->evidence);
  g_free (self->why);
  g_free (self->advice);
  g_free (self->code);
  g_strfreev (self->editions);
  g_free (self->source);
  g_free (self->fix);
  g_free (self);
}

const char *embark_outcome_to_string (EmbarkOutcome outcome)
{
  switch (outcome)
    {
    case EMBARK_OUTCOME_NOT_APPLICABLE:
      return "not-applicable";
    case EMBARK_OUTCOME_PASS:
      return "pass";
    case EMBARK_OUTCOME_INFO:
      return "info";
    case EMBARK_OUTCOME_WARNING:
      return "warning";
    case EMBARK_OUTCOME_BLOCKER:
      return "blocker";
    case EMBARK_OUTCOME_UNKNOWN:
    default:
      return "unknown";
    }
}

const char *embark_outcome_to_word (EmbarkOutcome outcome)
{
  switch (outcome)
    {
    case EMBARK_OUTCOME_NOT_APPLICABLE:
      return _ ("Does not apply");
    case EMBARK_OUTCOME_PASS:
      return _ ("Fine");
    case EMBARK_OUTCOME_INFO:
      return _ ("Note");
    case EMBARK_OUTCOME_WARNING:
      return _ ("Attention");
    case EMBARK_OUTCOME_BLOCKER:
      return _ ("Stops the import");
    case EMBARK_OUTCOME_UNKNOWN:
    default:
      return _ ("Not known");
    }
}
