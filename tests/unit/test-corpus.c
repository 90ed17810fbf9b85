/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The facts that were found in the images of the corpus (tests/guest), judged
 * again without them: each must get the verdict, the code and the findings
 * that tests/guest/corpus/expected.json names, and no others.
 */
#include "model/check/report.h"

#include <string.h>

#define EXPECTED "guest", "corpus", "expected.json"

/* As in expected.json: what is not named there has one of the three quiet outcomes. */
static gboolean is_quiet (EmbarkOutcome outcome)
{
  return outcome == EMBARK_OUTCOME_PASS || outcome == EMBARK_OUTCOME_INFO || outcome == EMBARK_OUTCOME_NOT_APPLICABLE;
}

static EmbarkFacts *load_facts (const char *name)
{
  g_autofree char *file = g_strconcat (name, ".json", NULL);
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "unit", "fixtures", "corpus", file, NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  EmbarkFacts *facts;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  facts = embark_facts_new_from_json (text, -1, &error);
  g_assert_no_error (error);
  return facts;
}

typedef struct
{
  char *name;
  JsonObject *expected; /* borrowed */
} Image;

static void check_findings (EmbarkReport *report, JsonObject *expected)
{
  GPtrArray *findings = embark_report_get_findings (report);
  guint n = 0;

  for (guint i = 0; i < findings->len; i++)
    {
      const EmbarkFinding *finding = g_ptr_array_index (findings, i);
      const char *wanted = json_object_get_string_member_with_default (expected, finding->id, NULL);

      n += wanted != NULL;
      if (wanted == NULL && is_quiet (finding->outcome))
        continue;
      g_test_message ("%s: %s", finding->id, finding->evidence);
      g_assert_cmpstr (embark_outcome_to_string (finding->outcome), ==, wanted);
    }
  g_assert_cmpuint (n, ==, json_object_get_size (expected));
}

static void test_image (gconstpointer data)
{
  const Image *image = data;
  g_autoptr (EmbarkFacts) facts = load_facts (image->name);
  g_autoptr (EmbarkReport) report = embark_report_new (facts, embark_limits_get_default (), EMBARK_JUDGE_BOTH, FALSE);

  check_findings (report, json_object_get_object_member (image->expected, "findings"));
  g_assert_cmpstr (embark_verdict_to_string (embark_report_get_verdict (report)), ==,
                   json_object_get_string_member (image->expected, "verdict"));
  g_assert_cmpstr (embark_report_get_predicted_code (report), ==,
                   json_object_get_string_member_with_default (image->expected, "code", NULL));
}

/* The limits that no disk can break, whose answer is never more than a word of information, or (the format) what breaks
 * them is refused before there is a report. */
static gboolean is_beyond_disks (const char *id)
{
  static const char *const ids[] = { "permission",
                                     "image-format",
                                     "bucket-region",
                                     "object-access",
                                     "image-quota",
                                     "linux-hardware",
                                     "windows-network",
                                     "linux-selinux",
                                     "windows-activation",
                                     "vhdx",
                                     "windows-fast-startup",
                                     "iso",
                                     NULL };

  return g_strv_contains (ids, id);
}

/* How many images break @id and at most @most limits in all; what is not known is not broken. */
static guint count_breaking (GPtrArray *images, const char *id, guint most)
{
  guint n = 0;

  for (guint i = 0; i < images->len; i++)
    {
      const Image *image = g_ptr_array_index (images, i);
      JsonObject *findings = json_object_get_object_member (image->expected, "findings");
      g_autoptr (GList) outcomes = json_object_get_values (findings);
      guint n_broken = 0;

      for (GList *outcome = outcomes; outcome != NULL; outcome = outcome->next)
        n_broken += strcmp (json_node_get_string (outcome->data), "unknown") != 0;
      n += json_object_has_member (findings, id) && n_broken <= most
           && strcmp (json_object_get_string_member (findings, id), "unknown") != 0;
    }
  return n;
}

/* Every limit has an image that breaks only that limit. Two cannot be broken while cloud-init works. */
static void test_coverage (gconstpointer data)
{
  static const char *const paired[] = { "linux-network", "linux-interface-name", NULL };
  GPtrArray *images = (GPtrArray *) data;
  g_autoptr (EmbarkFacts) facts = load_facts ("debian12-cloud");
  g_autoptr (EmbarkReport) report = embark_report_new (facts, embark_limits_get_default (), EMBARK_JUDGE_BOTH, FALSE);
  GPtrArray *findings = embark_report_get_findings (report);

  g_assert_cmpuint (findings->len, >, 40);
  for (guint i = 0; i < findings->len; i++)
    {
      const EmbarkFinding *finding = g_ptr_array_index (findings, i);

      if (is_beyond_disks (finding->id))
        continue;
      g_test_message ("%s", finding->id);
      g_assert_cmpuint (count_breaking (images, finding->id, g_strv_contains (paired, finding->id) ? 2 : 1), >, 0);
    }
}

static void free_image (gpointer data)
{
  Image *image = data;

  g_free (image->name);
  g_free (image);
}

int main (int argc, char **argv)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GPtrArray) images = g_ptr_array_new_with_free_func (free_image);
  g_autoptr (GError) error = NULL;
  g_autoptr (GList) names = NULL;
  g_autofree char *path = NULL;
  JsonObject *root;

  g_test_init (&argc, &argv, NULL);
  path = g_test_build_filename (G_TEST_DIST, EXPECTED, NULL);
  json_parser_load_from_file (parser, path, &error);
  g_assert_no_error (error);
  root = json_node_get_object (json_parser_get_root (parser));
  names = json_object_get_members (root);
  for (GList *name = names; name != NULL; name = name->next)
    {
      g_autofree char *test = g_strconcat ("/corpus/", name->data, NULL);
      Image *image;

      /* A file that is refused before anybody looks inside has no facts. */
      if (json_object_has_member (json_object_get_object_member (root, name->data), "refusal"))
        continue;
      image = g_new0 (Image, 1);
      image->name = g_strdup (name->data);
      image->expected = json_object_get_object_member (root, name->data);
      g_ptr_array_add (images, image);
      g_test_add_data_func (test, image, test_image);
    }
  g_test_add_data_func ("/corpus/coverage", images, test_coverage);
  return g_test_run ();
}
