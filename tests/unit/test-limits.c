/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The limits as data: both editions load, are complete and hold the figures of
 * the documents; data that is not well-formed is refused.
 */
#include "model/check/limits.h"

#include "model/base/errors.h"
#include "model/check/rules.h"

static const char *const codes[] = { "InvalidUrl",          "InvalidFormatSize",
                                     "PartitionNotPresent", "RootPartitionNotFound",
                                     "VirtioNotInstall",    "CloudInitNotInstalled",
                                     "InternalError",       NULL };

static void test_well_formed (void)
{
  EmbarkLimits *limits = embark_limits_get_default ();

  for (guint edition = 0; edition < EMBARK_N_EDITIONS; edition++)
    {
      g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
      GPtrArray *list = embark_limits_list (limits, edition);

      g_assert_cmpuint (list->len, >=, 20);
      g_assert_cmpstr (embark_limits_get_date (limits, edition), !=, "");
      for (guint i = 0; i < list->len; i++)
        {
          const EmbarkLimit *limit = g_ptr_array_index (list, i);

          g_assert_true (g_hash_table_add (seen, limit->id));
          if (limit->code != NULL)
            g_assert_true (g_strv_contains (codes, limit->code));
          if (g_strcmp0 (limit->section, "practice") != 0)
            g_assert_nonnull (embark_limit_get_section (limit));
          g_assert_cmpuint (limit->caution_bytes, <=, limit->bytes);
          /* The user must be able to find the text. */
          g_assert_nonnull (limit->document);
          g_assert_true (g_strcmp0 (limit->document->id, "practice") == 0 || limit->document->number != NULL);
        }
    }
}

/* Every limit has a rule and every rule a limit. */
static void test_rules_match (void)
{
  EmbarkLimits *limits = embark_limits_get_default ();
  g_autoptr (GHashTable) ids = g_hash_table_new (g_str_hash, g_str_equal);

  for (const EmbarkRule *rule = embark_rules_get (); rule->id != NULL; rule++)
    {
      g_assert_true (g_hash_table_add (ids, (gpointer) rule->id));
      g_assert_nonnull (rule->decide);
      g_assert_true (embark_limits_find (limits, EMBARK_EDITION_ORIGINAL, rule->id) != NULL
                     || embark_limits_find (limits, EMBARK_EDITION_CURRENT, rule->id) != NULL);
    }
  for (guint edition = 0; edition < EMBARK_N_EDITIONS; edition++)
    {
      GPtrArray *list = embark_limits_list (limits, edition);

      for (guint i = 0; i < list->len; i++)
        g_assert_true (g_hash_table_contains (ids, ((const EmbarkLimit *) g_ptr_array_index (list, i))->id));
    }
}

static void test_figures (void)
{
  EmbarkLimits *limits = embark_limits_get_default ();
  const EmbarkLimit *version = embark_limits_find (limits, EMBARK_EDITION_ORIGINAL, "windows-version");
  const EmbarkLimit *bits = embark_limits_find (limits, EMBARK_EDITION_ORIGINAL, "windows-architecture");

  g_assert_cmpuint (embark_limits_get_bytes (limits, EMBARK_JUDGE_BOTH, "actual-size"), ==,
                    G_GUINT64_CONSTANT (50) << 30);
  g_assert_cmpuint (embark_limits_get_bytes (limits, EMBARK_JUDGE_ORIGINAL, "virtual-size"), ==,
                    G_GUINT64_CONSTANT (500) << 30);
  g_assert_cmpuint (embark_limits_get_bytes (limits, EMBARK_JUDGE_CURRENT, "image-format"), ==, 0);
  g_assert_cmpuint (embark_limits_get_bytes (limits, EMBARK_JUDGE_BOTH, "no-such-limit"), ==, 0);
  g_assert_cmpuint (version->systems->len, ==, 2);
  g_assert_cmpuint (g_strv_length (bits->allowed), ==, 1);
  g_assert_null (embark_limits_find (limits, EMBARK_EDITION_CURRENT, "ipv6"));
  g_assert_null (embark_limits_find (limits, EMBARK_EDITION_ORIGINAL, "linux-gpt"));
}

static GBytes *make_text (const char *edition, const char *limits)
{
  char *text = g_strdup_printf ("{\"edition\": \"%s\", \"date\": \"2026\", \"documents\": "
                                "[{\"id\": \"d\", \"title\": \"D\", \"date\": \"2026\"}], \"limits\": %s}",
                                edition, limits);

  return g_bytes_new_take (text, strlen (text));
}

static void test_refuses_bad_data (void)
{
  static const char *const bad[] = {
    "7",
    "[7]",
    "[{}]",
    "[{\"id\": \"x\", \"document\": \"d\", \"applies\": \"any\", \"severity\": \"fatal\", \"section\": \"size\"}]",
    "[{\"id\": \"x\", \"document\": \"d\", \"applies\": \"bsd\", \"severity\": \"info\", \"section\": \"size\"}]",
    "[{\"id\": \"x\", \"document\": \"d\", \"applies\": \"any\", \"severity\": \"info\", \"section\": \"nowhere\"}]",
    "[{\"id\": \"x\", \"document\": \"d\", \"applies\": \"any\", \"severity\": \"info\", \"section\": \"size\", "
    "\"bytes\": \"50G\"}]",
    "[{\"id\": \"x\", \"document\": \"d\", \"applies\": \"any\", \"severity\": \"info\", \"section\": \"size\", "
    "\"bytes\": -1}]",
    "[{\"id\": \"x\", \"document\": \"d\", \"applies\": \"any\", \"severity\": \"info\", \"section\": \"size\", "
    "\"alowed\": []}]",
    "[{\"id\": \"x\", \"document\": \"d\", \"applies\": \"any\", \"severity\": \"info\", \"section\": \"size\", "
    "\"allowed\": [1]}]",
    "[{\"id\": \"x\", \"document\": \"d\", \"applies\": \"any\", \"severity\": \"info\", \"section\": \"size\", "
    "\"systems\": []}]",
    "[{\"id\": \"x\", \"document\": \"d\", \"applies\": \"any\", \"severity\": \"info\", \"section\": \"size\", "
    "\"code\": 5}]",
    "[{\"id\": \"x\", \"applies\": \"any\", \"severity\": \"info\", \"section\": \"size\"}]",
    "[{\"id\": \"x\", \"document\": \"e\", \"applies\": \"any\", \"severity\": \"info\", \"section\": \"size\"}]",
  };
  g_autoptr (GBytes) good = make_text ("current", "[]");
  g_autoptr (GBytes) swapped = make_text ("current", "[]");
  g_autoptr (GBytes) fine = make_text ("original", "[{\"id\": \"x\", \"document\": \"d\", \"applies\": \"any\", "
                                                   "\"severity\": \"info\", \"section\": \"size\"}]");
  g_autoptr (EmbarkLimits) loaded = NULL;
  g_autoptr (GBytes) broken = g_bytes_new_static ("{", 1);
  g_autoptr (GError) error = NULL;

  /* What the bad ones are one step away from. */
  loaded = embark_limits_new (fine, good, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GBytes) text = make_text ("original", bad[i]);
      g_autoptr (GError) refusal = NULL;

      g_assert_null (embark_limits_new (text, good, &refusal));
      g_assert_error (refusal, EMBARK_ERROR, EMBARK_ERROR_FAILED);
    }
  g_assert_null (embark_limits_new (swapped, good, &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_FAILED);
  g_clear_error (&error);
  g_assert_null (embark_limits_new (broken, good, &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_FAILED);
}

static void test_judge_words (void)
{
  EmbarkJudge judge = EMBARK_JUDGE_BOTH;

  g_assert_true (embark_judge_from_string ("original", &judge));
  g_assert_cmpint (judge, ==, EMBARK_JUDGE_ORIGINAL);
  g_assert_true (embark_judge_from_string ("both", &judge));
  g_assert_cmpint (judge, ==, EMBARK_JUDGE_BOTH);
  g_assert_true (embark_judge_from_string ("current", &judge));
  g_assert_cmpint (judge, ==, EMBARK_JUDGE_CURRENT);
  g_assert_false (embark_judge_from_string ("newest", &judge));
  g_assert_false (embark_judge_from_string (NULL, &judge));
  g_assert_cmpint (judge, ==, EMBARK_JUDGE_CURRENT);
}

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/limits/well-formed", test_well_formed);
  g_test_add_func ("/limits/rules-match", test_rules_match);
  g_test_add_func ("/limits/figures", test_figures);
  g_test_add_func ("/limits/refuses-bad-data", test_refuses_bad_data);
  g_test_add_func ("/limits/judge-words", test_judge_words);
  return g_test_run ();
}
