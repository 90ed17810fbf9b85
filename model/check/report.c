/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkReport: one finding for every limit, sorted, and the verdict drawn from
 * them.
 */
#include "model/check/report.h"

#include "model/check/fixes.h"
#include "model/check/judge.h"

#include <glib/gi18n-lib.h>
#include <string.h>

struct _EmbarkReport
{
  gatomicrefcount ref_count;
  EmbarkFacts *facts;
  GPtrArray *findings; /* of EmbarkFinding */
  EmbarkVerdict verdict;
  gboolean is_partial;
  guint n_open_blockers; /* limits that could block and were not decided */
  char *headline, *subline;
};

/* In the order in which the cloud looks. */
static const char *const codes[] = { "InvalidUrl",          "InvalidFormatSize",
                                     "PartitionNotPresent", "RootPartitionNotFound",
                                     "VirtioNotInstall",    "CloudInitNotInstalled",
                                     "InternalError" };

/* In the order in which findings are shown. */
static const EmbarkOutcome outcome_order[] = {
  EMBARK_OUTCOME_BLOCKER, EMBARK_OUTCOME_WARNING, EMBARK_OUTCOME_UNKNOWN,
  EMBARK_OUTCOME_INFO,    EMBARK_OUTCOME_PASS,    EMBARK_OUTCOME_NOT_APPLICABLE,
};

static EmbarkSystem find_system (EmbarkFacts *facts)
{
  const EmbarkRuleContext context = { .facts = facts };
  const char *type = embark_facts_get_string (facts, "os.type");
  gboolean is_found;

  /* What is encrypted or cut off may well hold a system. */
  if (embark_facts_get_boolean (facts, "os.found", &is_found) && !is_found)
    return embark_rule_find_cover (&context) != NULL ? EMBARK_SYSTEM_UNKNOWN : EMBARK_SYSTEM_NONE;
  if (type == NULL || strcmp (type, "unknown") == 0)
    return EMBARK_SYSTEM_UNKNOWN;
  if (strcmp (type, "linux") == 0)
    return EMBARK_SYSTEM_LINUX;
  return strcmp (type, "windows") == 0 ? EMBARK_SYSTEM_WINDOWS : EMBARK_SYSTEM_OTHER;
}

/* TRUE when neither an answer nor a reason for its absence is there: nobody looked inside. */
static gboolean lacks_look (EmbarkFacts *facts)
{
  return !embark_facts_has (facts, "os.found") && embark_facts_get_unknown (facts, "os.found") == NULL
         && embark_facts_get_unknown (facts, "os.type") == NULL;
}

/* A stable sort by outcome. */
static void sort_findings (EmbarkReport *self)
{
  GPtrArray *sorted = g_ptr_array_new_with_free_func ((GDestroyNotify) embark_finding_free);

  for (guint i = 0; i < G_N_ELEMENTS (outcome_order); i++)
    for (guint j = 0; j < self->findings->len; j++)
      {
        EmbarkFinding *finding = g_ptr_array_index (self->findings, j);

        if (finding->outcome == outcome_order[i])
          g_ptr_array_add (sorted, finding);
      }
  g_ptr_array_set_free_func (self->findings, NULL);
  g_ptr_array_unref (self->findings);
  self->findings = sorted;
}

static void name_fixes (EmbarkReport *self)
{
  for (guint i = 0; i < self->findings->len; i++)
    {
      EmbarkFinding *finding = g_ptr_array_index (self->findings, i);
      const EmbarkFix *fix = embark_fixes_find_for (self, finding->id);

      finding->fix = fix != NULL ? g_strdup (fix->id) : NULL;
    }
}

static void fill_headline (EmbarkReport *self)
{
  guint n_blockers = embark_report_count (self, EMBARK_OUTCOME_BLOCKER);
  guint n_warnings = embark_report_count (self, EMBARK_OUTCOME_WARNING);
  const char *code = embark_report_get_predicted_code (self);

  switch (self->verdict)
    {
    case EMBARK_VERDICT_BLOCKED:
      self->headline = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "One thing would stop the import",
                                                     "%u things would stop the import", n_blockers),
                                        n_blockers);
      /* Translators: %s is an error code of the cloud: "VirtioNotInstall". */
      self->subline = code != NULL
                          ? g_strdup_printf (_ ("The cloud would answer %s. The original disk is never changed."), code)
                          : g_strdup (_ ("The original disk is never changed."));
      return;
    case EMBARK_VERDICT_ATTENTION:
      self->headline = g_strdup_printf (
          g_dngettext (GETTEXT_PACKAGE, "One thing needs attention", "%u things need attention", n_warnings),
          n_warnings);
      self->subline = g_strdup (_ ("Nothing stops the import, but read this first."));
      return;
    case EMBARK_VERDICT_READY:
      self->headline = g_strdup (_ ("Ready for the cloud"));
      self->subline = g_strdup (_ ("It keeps to every limit that can be checked here."));
      return;
    case EMBARK_VERDICT_UNKNOWN:
    default:
      if (self->is_partial)
        {
          self->headline = g_strdup (_ ("Not looked inside yet"));
          self->subline = g_strdup (_ ("So far only the size and the layout of the disk were seen."));
          return;
        }
      self->headline = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "One limit could not be checked",
                                                     "%u limits could not be checked", self->n_open_blockers),
                                        self->n_open_blockers);
      self->subline = g_strdup (_ ("Nothing that was seen stops the import, but something that was not seen may."));
      return;
    }
}

EmbarkReport *embark_report_new (EmbarkFacts *facts, EmbarkLimits *limits, EmbarkJudge judge, gboolean is_forced)
{
  EmbarkReport *self = g_new0 (EmbarkReport, 1);
  EmbarkRuleContext context = {
    .facts = facts,
    .system = find_system (facts),
    .is_forced = is_forced,
    .is_partial = lacks_look (facts),
  };

  g_atomic_ref_count_init (&self->ref_count);
  self->facts = embark_facts_ref (facts);
  self->is_partial = context.is_partial;
  self->findings = g_ptr_array_new_with_free_func ((GDestroyNotify) embark_finding_free);
  for (const EmbarkRule *rule = embark_rules_get (); rule->id != NULL; rule++)
    {
      gboolean is_open = FALSE;
      EmbarkFinding *finding = embark_judge_rule (&context, rule, limits, judge, &is_open);

      if (finding != NULL)
        g_ptr_array_add (self->findings, finding);
      self->n_open_blockers += is_open;
    }
  sort_findings (self);
  name_fixes (self);
  if (embark_report_count (self, EMBARK_OUTCOME_BLOCKER) > 0)
    self->verdict = EMBARK_VERDICT_BLOCKED;
  else if (self->is_partial || self->n_open_blockers > 0)
    self->verdict = EMBARK_VERDICT_UNKNOWN;
  else if (embark_report_count (self, EMBARK_OUTCOME_WARNING) > 0)
    self->verdict = EMBARK_VERDICT_ATTENTION;
  else
    self->verdict = EMBARK_VERDICT_READY;
  fill_headline (self);
  return self;
}

EmbarkReport *embark_report_ref (EmbarkReport *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void embark_report_unref (EmbarkReport *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->ref_count))
    return;
  embark_facts_unref (self->facts);
  g_ptr_array_unref (self->findings);
  g_free (self->headline);
  g_free (self->subline);
  g_free (self);
}

EmbarkVerdict embark_report_get_verdict (EmbarkReport *self)
{
  g_return_val_if_fail (self != NULL, EMBARK_VERDICT_UNKNOWN);
  return self->verdict;
}

const char *embark_report_get_headline (EmbarkReport *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->headline;
}

const char *embark_report_get_subline (EmbarkReport *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->subline;
}

const char *embark_report_get_predicted_code (EmbarkReport *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    for (guint j = 0; j < self->findings->len; j++)
      {
        const EmbarkFinding *finding = g_ptr_array_index (self->findings, j);

        if (finding->outcome == EMBARK_OUTCOME_BLOCKER && g_strcmp0 (finding->code, codes[i]) == 0)
          return codes[i];
      }
  return NULL;
}

GPtrArray *embark_report_get_findings (EmbarkReport *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->findings;
}

guint embark_report_count (EmbarkReport *self, EmbarkOutcome outcome)
{
  guint n = 0;

  g_return_val_if_fail (self != NULL, 0);
  for (guint i = 0; i < self->findings->len; i++)
    n += ((const EmbarkFinding *) g_ptr_array_index (self->findings, i))->outcome == outcome;
  return n;
}

const EmbarkFinding *embark_report_find (EmbarkReport *self, const char *id)
{
  g_return_val_if_fail (self != NULL, NULL);
  for (guint i = 0; i < self->findings->len; i++)
    {
      const EmbarkFinding *finding = g_ptr_array_index (self->findings, i);

      if (g_strcmp0 (finding->id, id) == 0)
        return finding;
    }
  return NULL;
}

EmbarkFacts *embark_report_get_facts (EmbarkReport *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->facts;
}

gboolean embark_report_is_partial (EmbarkReport *self)
{
  g_return_val_if_fail (self != NULL, FALSE);
  return self->is_partial;
}
