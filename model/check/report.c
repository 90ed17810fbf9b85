/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkReport: asks both editions of every limit, brings their answers
 * together into one finding each, and draws the verdict.
 */
#include "model/check/report.h"

#include "model/check/rules.h"

#include <glib/gi18n-lib.h>
#include <string.h>

struct _EmbarkReport
{
  gatomicrefcount ref_count;
  EmbarkFacts *facts;
  GPtrArray *findings; /* of EmbarkFinding */
  EmbarkVerdict verdict;
  guint n_open_blockers; /* limits that could block and were not decided */
  char *headline, *subline;
};

/* The answers of the editions to one rule. */
typedef struct
{
  const EmbarkRule *rule;
  const EmbarkLimit *limits[EMBARK_N_EDITIONS]; /* NULL: has no such limit, or is not asked */
  EmbarkDecision decisions[EMBARK_N_EDITIONS];
  gboolean is_judge[EMBARK_N_EDITIONS];
} Answers;

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
  const char *type = embark_facts_get_string (facts, "os.type");
  gboolean is_found;

  if (embark_facts_get_boolean (facts, "os.found", &is_found) && !is_found)
    return EMBARK_SYSTEM_NONE;
  if (type == NULL || strcmp (type, "unknown") == 0)
    return EMBARK_SYSTEM_UNKNOWN;
  if (strcmp (type, "linux") == 0)
    return EMBARK_SYSTEM_LINUX;
  return strcmp (type, "windows") == 0 ? EMBARK_SYSTEM_WINDOWS : EMBARK_SYSTEM_OTHER;
}

/* While it is not known which system this is, only what could stop the import is worth a line. */
static EmbarkDecision decide_for_unknown_system (const EmbarkRuleContext *context, const EmbarkLimit *limit)
{
  if (limit->severity == EMBARK_OUTCOME_BLOCKER)
    return embark_decide_unknown (context, "os.type");
  return embark_decide_not_applicable (_ ("It is not known which system this is"));
}

static EmbarkDecision decide_limit (const EmbarkRuleContext *context, const EmbarkRule *rule, const EmbarkLimit *limit)
{
  EmbarkSystem wanted = limit->applies == EMBARK_APPLIES_LINUX ? EMBARK_SYSTEM_LINUX : EMBARK_SYSTEM_WINDOWS;

  if (limit->applies == EMBARK_APPLIES_ANY || context->system == wanted)
    return rule->decide (context, limit);
  switch (context->system)
    {
    case EMBARK_SYSTEM_UNKNOWN:
      return decide_for_unknown_system (context, limit);
    case EMBARK_SYSTEM_NONE:
      return embark_decide_not_applicable (_ ("There is no system on the disk"));
    case EMBARK_SYSTEM_LINUX:
      return embark_decide_not_applicable (_ ("The system is Linux"));
    case EMBARK_SYSTEM_WINDOWS:
      return embark_decide_not_applicable (_ ("The system is Windows"));
    case EMBARK_SYSTEM_OTHER:
    default:
      return embark_decide_not_applicable (_ ("Neither Linux nor Windows"));
    }
}

static gboolean is_breach (EmbarkOutcome outcome)
{
  return outcome == EMBARK_OUTCOME_WARNING || outcome == EMBARK_OUTCOME_BLOCKER;
}

/* The edition whose words the finding has: the stricter one, the newer one when they agree. */
static EmbarkEdition choose_edition (const Answers *answers)
{
  if (answers->limits[EMBARK_EDITION_CURRENT] == NULL)
    return EMBARK_EDITION_ORIGINAL;
  if (answers->limits[EMBARK_EDITION_ORIGINAL] == NULL)
    return EMBARK_EDITION_CURRENT;
  return answers->decisions[EMBARK_EDITION_ORIGINAL].outcome > answers->decisions[EMBARK_EDITION_CURRENT].outcome
             ? EMBARK_EDITION_ORIGINAL
             : EMBARK_EDITION_CURRENT;
}

static gboolean has_disagreement (const Answers *answers)
{
  if (!answers->is_judge[EMBARK_EDITION_ORIGINAL] || !answers->is_judge[EMBARK_EDITION_CURRENT])
    return FALSE;
  if (answers->limits[EMBARK_EDITION_ORIGINAL] == NULL || answers->limits[EMBARK_EDITION_CURRENT] == NULL)
    return TRUE;
  return answers->decisions[EMBARK_EDITION_ORIGINAL].outcome != answers->decisions[EMBARK_EDITION_CURRENT].outcome;
}

static char *describe_source (const Answers *answers)
{
  const EmbarkLimit *original = answers->limits[EMBARK_EDITION_ORIGINAL];
  const EmbarkLimit *current = answers->limits[EMBARK_EDITION_CURRENT];
  const char *original_section = original != NULL ? embark_limit_get_section (original) : NULL;
  const char *current_section = current != NULL ? embark_limit_get_section (current) : NULL;

  if (original_section == NULL && current_section == NULL)
    return g_strdup (_ ("In no document, but known from practice"));
  if (current_section == NULL)
    /* Translators: %s is a heading of the cloud's document. */
    return g_strdup_printf (_ ("Original edition, “%s”"), original_section);
  if (original_section == NULL)
    return g_strdup_printf (_ ("Current edition, “%s”"), current_section);
  if (strcmp (original_section, current_section) == 0)
    return g_strdup_printf (_ ("Original and current edition, “%s”"), current_section);
  return g_strdup_printf (_ ("Original edition, “%s”, and current edition, “%s”"), original_section, current_section);
}

static char **list_editions (const Answers *answers)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; i < EMBARK_N_EDITIONS; i++)
    if (answers->limits[i] != NULL)
      g_strv_builder_add (builder, embark_edition_to_string (i));
  return g_strv_builder_end (builder);
}

static EmbarkFinding *make_finding (const Answers *answers)
{
  EmbarkEdition edition = choose_edition (answers);
  const EmbarkDecision *decision = &answers->decisions[edition];
  const EmbarkLimit *limit = answers->limits[edition];
  EmbarkFinding *finding = g_new0 (EmbarkFinding, 1);
  const char *summary = decision->summary;

  finding->outcome = decision->outcome;
  if (is_breach (decision->outcome) && has_disagreement (answers))
    {
      finding->outcome = EMBARK_OUTCOME_WARNING;
      summary = edition == EMBARK_EDITION_ORIGINAL ? _ ("Only the original edition of the limits objects to this")
                                                   : _ ("Only the current edition of the limits objects to this");
    }
  finding->id = g_strdup (answers->rule->id);
  finding->title = g_strdup (decision->title != NULL ? decision->title : _ (answers->rule->title));
  finding->evidence = g_strdup (decision->evidence != NULL ? decision->evidence : "");
  finding->summary = g_strdup (summary != NULL ? summary : finding->evidence);
  finding->why = g_strdup (decision->why != NULL ? decision->why : _ (answers->rule->why));
  finding->advice = g_strdup (decision->advice);
  finding->code = is_breach (finding->outcome) ? g_strdup (limit->code) : NULL;
  finding->editions = list_editions (answers);
  finding->source = describe_source (answers);
  return finding;
}

/* A limit that was not decided, although all judges would stop the import for it. */
static gboolean could_block (const Answers *answers)
{
  for (guint i = 0; i < EMBARK_N_EDITIONS; i++)
    {
      if (!answers->is_judge[i])
        continue;
      if (answers->limits[i] == NULL || answers->limits[i]->severity != EMBARK_OUTCOME_BLOCKER
          || answers->decisions[i].outcome != EMBARK_OUTCOME_UNKNOWN)
        return FALSE;
    }
  return TRUE;
}

static void judge_rule (EmbarkReport *self, const EmbarkRuleContext *context, const EmbarkRule *rule,
                        EmbarkLimits *limits, EmbarkJudge judge)
{
  Answers answers = { .rule = rule };
  guint n = 0;

  answers.is_judge[EMBARK_EDITION_ORIGINAL] = judge != EMBARK_JUDGE_CURRENT;
  answers.is_judge[EMBARK_EDITION_CURRENT] = judge != EMBARK_JUDGE_ORIGINAL;
  for (guint i = 0; i < EMBARK_N_EDITIONS; i++)
    {
      answers.limits[i] = answers.is_judge[i] ? embark_limits_find (limits, i, rule->id) : NULL;
      if (answers.limits[i] == NULL)
        continue;
      answers.decisions[i] = decide_limit (context, rule, answers.limits[i]);
      n++;
    }
  if (n > 0)
    {
      g_ptr_array_add (self->findings, make_finding (&answers));
      self->n_open_blockers += could_block (&answers);
    }
  for (guint i = 0; i < EMBARK_N_EDITIONS; i++)
    g_free (answers.decisions[i].evidence);
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
  EmbarkRuleContext context = { .facts = facts, .system = find_system (facts), .is_forced = is_forced };

  g_atomic_ref_count_init (&self->ref_count);
  self->facts = embark_facts_ref (facts);
  self->findings = g_ptr_array_new_with_free_func ((GDestroyNotify) embark_finding_free);
  for (const EmbarkRule *rule = embark_rules_get (); rule->id != NULL; rule++)
    judge_rule (self, &context, rule, limits, judge);
  sort_findings (self);
  if (embark_report_count (self, EMBARK_OUTCOME_BLOCKER) > 0)
    self->verdict = EMBARK_VERDICT_BLOCKED;
  else if (self->n_open_blockers > 0)
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
