/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the tests of the rules share: a case is a whole disk (fixtures/) and
 * what differs, and the outcome one limit has for it. Each of the programs that
 * include this has its own table, and proves that it left out no limit.
 */
#pragma once

#include "model/check/report.h"
#include "model/check/rules.h"
#include "tests/unit/fixture-facts.h"

#include <string.h>

#define BOTH EMBARK_JUDGE_BOTH
#define ORIGINAL EMBARK_JUDGE_ORIGINAL
#define CURRENT EMBARK_JUDGE_CURRENT
#define SKIPPED EMBARK_OUTCOME_NOT_APPLICABLE
#define PASS EMBARK_OUTCOME_PASS
#define INFO EMBARK_OUTCOME_INFO
#define UNKNOWN EMBARK_OUTCOME_UNKNOWN
#define WARNING EMBARK_OUTCOME_WARNING
#define BLOCKER EMBARK_OUTCOME_BLOCKER

typedef struct
{
  const char *id;
  const char *base;
  const char *change; /* (nullable) JSON with ' for ", laid over the base */
  const char *remove; /* (nullable) path that is not known, with the reason “the disk went away”; with a “-” in front
                       * it is absent without a reason */
  EmbarkJudge judge;
  EmbarkOutcome outcome;
  const char *code;     /* of the finding */
  const char *evidence; /* (nullable) what the evidence has to name */
} RuleCase;

static EmbarkFacts *make_case_facts (const RuleCase *c)
{
  EmbarkFacts *facts = read_facts (c->base, c->change);
  const char *path = c->remove != NULL && *c->remove == '-' ? c->remove + 1 : c->remove;

  if (path == NULL)
    return facts;
  embark_facts_set_string (facts, path, NULL);
  g_assert_false (embark_facts_has (facts, path));
  if (path == c->remove)
    embark_facts_set_unknown (facts, path, "the disk went away");
  return facts;
}

static void test_case (gconstpointer data)
{
  const RuleCase *c = data;
  g_autoptr (EmbarkFacts) facts = make_case_facts (c);
  g_autoptr (EmbarkReport) report = embark_report_new (facts, embark_limits_get_default (), c->judge, FALSE);
  const EmbarkFinding *finding = embark_report_find (report, c->id);
  g_autoptr (GString) evidence = NULL;

  g_assert_nonnull (finding);
  /* Sizes have a blank that does not break. */
  evidence = g_string_new (finding->evidence);
  g_string_replace (evidence, "\u00a0", " ", 0);
  g_test_message ("%s: %s", finding->title, finding->evidence);
  g_assert_cmpstr (embark_outcome_to_string (finding->outcome), ==, embark_outcome_to_string (c->outcome));
  g_assert_cmpstr (finding->code, ==, c->code);
  g_assert_cmpstr (finding->title, !=, "");
  g_assert_cmpstr (finding->evidence, !=, "");
  g_assert_cmpstr (finding->summary, !=, "");
  g_assert_cmpstr (finding->why, !=, "");
  g_assert_cmpstr (finding->source, !=, "");
  /* What is fine needs no fix. */
  if (finding->outcome != WARNING && finding->outcome != BLOCKER)
    g_assert_null (finding->fix);
  if (finding->outcome == WARNING || finding->outcome == BLOCKER)
    g_assert_nonnull (finding->advice);
  if (finding->outcome == UNKNOWN && c->remove != NULL && *c->remove != '-')
    g_assert_cmpstr (finding->evidence, ==, "the disk went away");
  if (c->evidence != NULL && strstr (evidence->str, c->evidence) == NULL)
    g_assert_cmpstr (evidence->str, ==, c->evidence);
  /* Where it could stop the import and was not decided, nobody is told that the disk is ready. */
  if (finding->outcome == BLOCKER)
    g_assert_cmpint (embark_report_get_verdict (report), ==, EMBARK_VERDICT_BLOCKED);
}

/* A limit nobody wrote a case for would be a limit nobody knows to work. @notes: those that are a note for every disk,
 * so that they can neither hold nor break nor be unknown. @belongs: whether a limit is for this program. */
static void assert_all_covered (const RuleCase *cases, guint n, const char *const *notes,
                                gboolean (*belongs) (const char *id))
{
  for (const EmbarkRule *rule = embark_rules_get (); rule->id != NULL; rule++)
    {
      gboolean has_fine = FALSE, has_broken = FALSE, has_unknown = FALSE;

      if (!belongs (rule->id))
        continue;
      for (guint i = 0; i < n; i++)
        {
          if (strcmp (cases[i].id, rule->id) != 0)
            continue;
          has_fine |= cases[i].outcome == PASS || cases[i].outcome == SKIPPED;
          has_broken |= cases[i].outcome >= WARNING || cases[i].outcome == INFO;
          has_unknown |= cases[i].outcome == UNKNOWN;
        }
      g_test_message ("%s", rule->id);
      if (g_strv_contains (notes, rule->id))
        g_assert_true (has_fine || has_broken);
      else
        g_assert_true (has_fine && has_broken && has_unknown);
    }
}

static void add_cases (const RuleCase *cases, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *path =
          g_strdup_printf ("/rules/%s/%u-%s", cases[i].id, i, embark_outcome_to_string (cases[i].outcome));

      g_test_add_data_func (path, &cases[i], test_case);
    }
}

/* One defect and the only limits that it breaks, in the order of the report. */
typedef struct
{
  const char *base;
  const char *change;
  const char *broken; /* ids with blanks between */
} OwnerCase;

static void assert_owner (const OwnerCase *c)
{
  g_autoptr (EmbarkFacts) facts = read_facts (c->base, c->change);
  g_autoptr (EmbarkReport) report = embark_report_new (facts, embark_limits_get_default (), BOTH, FALSE);
  GPtrArray *findings = embark_report_get_findings (report);
  g_autoptr (GString) broken = g_string_new (NULL);

  for (guint i = 0; i < findings->len; i++)
    {
      const EmbarkFinding *finding = g_ptr_array_index (findings, i);

      if (finding->outcome == WARNING || finding->outcome == BLOCKER)
        g_string_append_printf (broken, "%s%s", broken->len > 0 ? " " : "", finding->id);
    }
  g_test_message ("%s", c->change);
  g_assert_cmpstr (broken->str, ==, c->broken);
}
