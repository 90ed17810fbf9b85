/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Both editions answer, the stricter one has the word, and a breach that only
 * one of them sees becomes a warning that says which.
 */
#include "model/check/judge.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* The answers of the editions to one rule. */
typedef struct
{
  const EmbarkRule *rule;
  const EmbarkLimit *limits[EMBARK_N_EDITIONS]; /* NULL: has no such limit, or is not asked */
  EmbarkDecision decisions[EMBARK_N_EDITIONS];
  gboolean is_judge[EMBARK_N_EDITIONS];
} Answers;

/* A limit whose breach can stop the import, whatever its usual weight: some words always do. */
static gboolean can_block (const EmbarkLimit *limit)
{
  return limit != NULL && (limit->severity == EMBARK_OUTCOME_BLOCKER || limit->refused != NULL);
}

/* While it is not known which system this is, only what could stop the import is worth a line. */
static EmbarkDecision decide_for_unknown_system (const EmbarkRuleContext *context, const EmbarkLimit *limit)
{
  if (can_block (limit))
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

/* The edition whose words the finding has: the stricter one, the newer one when they agree. Where both object and one
 * of them only warns, the finding is a warning, and has the words of one. */
static EmbarkEdition choose_edition (const Answers *answers)
{
  EmbarkOutcome original = answers->decisions[EMBARK_EDITION_ORIGINAL].outcome;
  EmbarkOutcome current = answers->decisions[EMBARK_EDITION_CURRENT].outcome;

  if (answers->limits[EMBARK_EDITION_CURRENT] == NULL)
    return EMBARK_EDITION_ORIGINAL;
  if (answers->limits[EMBARK_EDITION_ORIGINAL] == NULL)
    return EMBARK_EDITION_CURRENT;
  if (is_breach (original) && is_breach (current))
    return original < current ? EMBARK_EDITION_ORIGINAL : EMBARK_EDITION_CURRENT;
  return original > current ? EMBARK_EDITION_ORIGINAL : EMBARK_EDITION_CURRENT;
}

/* TRUE when one of two judges sees a breach and the other none. */
static gboolean has_lone_objector (const Answers *answers)
{
  guint n_objectors = 0, n_judges = 0;

  for (guint i = 0; i < EMBARK_N_EDITIONS; i++)
    {
      n_judges += answers->is_judge[i];
      n_objectors += answers->limits[i] != NULL && is_breach (answers->decisions[i].outcome);
    }
  return n_judges == EMBARK_N_EDITIONS && n_objectors == 1;
}

/* The code of the strictest edition that objects, because it is the one that would be answered. */
static const char *find_code (const Answers *answers)
{
  const char *code = NULL;
  EmbarkOutcome strictest = EMBARK_OUTCOME_UNKNOWN;

  for (guint i = 0; i < EMBARK_N_EDITIONS; i++)
    if (answers->limits[i] != NULL && answers->decisions[i].outcome >= MAX (strictest, EMBARK_OUTCOME_WARNING)
        && !answers->decisions[i].is_later)
      {
        strictest = answers->decisions[i].outcome;
        code = answers->limits[i]->code != NULL ? answers->limits[i]->code : code;
      }
  return code;
}

/* "213/4945 of 2023-06". */
static char *describe_document (const EmbarkLimitDocument *document)
{
  /* Translators: number or title of a document of the cloud, and its date: "213/4945 of 2023-06". */
  return g_strdup_printf (C_ ("document and date", "%s of %s"),
                          document->number != NULL ? document->number : document->title, document->date);
}

static char *describe_source (const Answers *answers)
{
  const EmbarkLimit *original = answers->limits[EMBARK_EDITION_ORIGINAL];
  const EmbarkLimit *current = answers->limits[EMBARK_EDITION_CURRENT];
  const char *original_section = original != NULL ? embark_limit_get_section (original) : NULL;
  const char *current_section = current != NULL ? embark_limit_get_section (current) : NULL;
  g_autofree char *first = original_section != NULL ? describe_document (original->document) : NULL;
  g_autofree char *second = current_section != NULL ? describe_document (current->document) : NULL;

  if (first == NULL && second == NULL)
    return g_strdup (_ ("In no document, but known from practice"));
  if (second == NULL)
    /* Translators: a heading of the cloud's document, then the document: "213/4945 of 2023-06". */
    return g_strdup_printf (_ ("Original edition, “%s” (%s)"), original_section, first);
  if (first == NULL)
    return g_strdup_printf (_ ("Current edition, “%s” (%s)"), current_section, second);
  if (strcmp (original_section, current_section) == 0)
    /* Translators: a heading that both documents have, then the two documents. */
    return g_strdup_printf (_ ("Original and current edition, “%s” (%s and %s)"), current_section, first, second);
  /* Translators: twice a heading and its document. */
  return g_strdup_printf (_ ("Original edition, “%s” (%s), and current edition, “%s” (%s)"), original_section, first,
                          current_section, second);
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
  EmbarkFinding *finding = g_new0 (EmbarkFinding, 1);
  const char *summary = decision->summary;

  finding->outcome = decision->outcome;
  if (has_lone_objector (answers))
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
  finding->advice = g_strdup (decision->own_advice != NULL ? decision->own_advice : decision->advice);
  finding->code = g_strdup (find_code (answers));
  finding->editions = list_editions (answers);
  finding->source = describe_source (answers);
  return finding;
}

/* Even where the other edition has no such limit: what only one of them excludes may be what the cloud does. */
static gboolean is_open (const Answers *answers)
{
  for (guint i = 0; i < EMBARK_N_EDITIONS; i++)
    if (can_block (answers->limits[i]) && answers->decisions[i].outcome == EMBARK_OUTCOME_UNKNOWN)
      return TRUE;
  return FALSE;
}

EmbarkFinding *embark_judge_rule (const EmbarkRuleContext *context, const EmbarkRule *rule, EmbarkLimits *limits,
                                  EmbarkJudge judge, gboolean *ret_is_open)
{
  Answers answers = { .rule = rule };
  EmbarkFinding *finding = NULL;

  answers.is_judge[EMBARK_EDITION_ORIGINAL] = judge != EMBARK_JUDGE_CURRENT;
  answers.is_judge[EMBARK_EDITION_CURRENT] = judge != EMBARK_JUDGE_ORIGINAL;
  for (guint i = 0; i < EMBARK_N_EDITIONS; i++)
    {
      answers.limits[i] = answers.is_judge[i] ? embark_limits_find (limits, i, rule->id) : NULL;
      if (answers.limits[i] != NULL)
        answers.decisions[i] = decide_limit (context, rule, answers.limits[i]);
    }
  if (answers.limits[EMBARK_EDITION_ORIGINAL] != NULL || answers.limits[EMBARK_EDITION_CURRENT] != NULL)
    {
      finding = make_finding (&answers);
      *ret_is_open = is_open (&answers);
    }
  for (guint i = 0; i < EMBARK_N_EDITIONS; i++)
    {
      g_free (answers.decisions[i].evidence);
      g_free (answers.decisions[i].own_advice);
    }
  return finding;
}
