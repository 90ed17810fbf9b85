/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A report as a page, as Markdown and as plain text: everything is in it, the
 * page is well-formed and needs nothing else, and hostile text stays text.
 */
#include "model/check/report-form.h"

#include <json-glib/json-glib.h>
#include <string.h>

/* Marks of HTML, Markdown and XML, control characters, marks that turn text around, U+FFFE, and a broken byte. */
#define HOSTILE                                                                                                        \
  "</script><img src=x onerror=alert(1)>]]>&amp;\" '`![a](javascript:b)|*_\x01\x1b[2J\xc2\x9b\xe2\x80\xaegnp\xef\xbf"  \
  "\xbe\xff\n# new heading"

static EmbarkFacts *load_facts (const char *name)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "unit", "fixtures", name, NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  EmbarkFacts *facts;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  facts = embark_facts_new_from_json (text, -1, &error);
  g_assert_no_error (error);
  return facts;
}

static EmbarkReport *make_report (const char *name)
{
  g_autoptr (EmbarkFacts) facts = load_facts (name);

  embark_facts_set_uint (facts, "image.virtualSize", G_GUINT64_CONSTANT (40) << 30);
  embark_facts_set_uint (facts, "stream.upperBound", G_GUINT64_CONSTANT (2) << 30);
  return embark_report_new (facts, embark_limits_get_default (), EMBARK_JUDGE_BOTH, FALSE);
}

static void assert_contains (const char *text, const char *part)
{
  if (strstr (text, part) == NULL)
    g_error ("“%s” is not in “%.60s…”", part, text);
}

static void assert_lacks (const char *text, const char *part)
{
  if (strstr (text, part) != NULL)
    g_error ("“%s” is in “%.60s…”", part, text);
}

/* Counts elements, and refuses every attribute that could reach out of the page or run something. */
static void element_started_cb (GMarkupParseContext *context, const char *element, const char **names,
                                const char **values, gpointer user_data, GError **error)
{
  static const char *const allowed[] = {
    "html", "head", "meta",   "title",  "style",   "body",    "main",    "section", "div", "h1",  "h2",
    "h3",   "p",    "span",   "dl",     "dt",      "dd",      "b",       "ul",      "li",  "svg", "path",
    "rect", "text", "footer", "header", "article", "details", "summary", "title",   NULL,
  };
  guint *n_articles = user_data;

  if (!g_strv_contains (allowed, element))
    g_error ("<%s> in a report", element);
  for (guint i = 0; names[i] != NULL; i++)
    if (g_str_has_prefix (names[i], "on") || strcmp (names[i], "href") == 0 || strcmp (names[i], "src") == 0
        || strcmp (names[i], "style") == 0)
      g_error ("%s=\"%s\" in a report", names[i], values[i]);
  *n_articles += strcmp (element, "article") == 0;
}

static void assert_page (const char *html, guint n_findings)
{
  static const GMarkupParser parser = { .start_element = element_started_cb };
  guint n_articles = 0;
  g_autoptr (GMarkupParseContext) context = g_markup_parse_context_new (&parser, 0, &n_articles, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (g_utf8_validate (html, -1, NULL));
  g_markup_parse_context_parse (context, html, -1, &error);
  g_assert_no_error (error);
  g_markup_parse_context_end_parse (context, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (n_articles, ==, n_findings);
  assert_lacks (html, "<script");
  assert_lacks (html, "http:");
  assert_lacks (html, "url(");
  assert_lacks (html, "@import");
}

static void test_every_fixture_is_a_page (void)
{
  static const char *const fixtures[] = { "facts-debian-12.json",     "facts-debian12-cloud.json",
                                          "facts-debian12.json",      "facts-win2008r2.json",
                                          "facts-win2012r2.json",     "facts-win2012r2-virtio.json",
                                          "facts-windows-2012r2.json" };

  for (guint i = 0; i < G_N_ELEMENTS (fixtures); i++)
    {
      g_autoptr (EmbarkReport) report = make_report (fixtures[i]);
      EmbarkReportAbout about = { .target = fixtures[i], .checked = 1793000000, .judge = EMBARK_JUDGE_BOTH };
      g_autofree char *html = embark_report_to_html (report, &about);
      g_autofree char *page = g_strconcat (html, NULL);
      /* GMarkup does not know the one namespace of the icons, which is no address to go to. */
      g_auto (GStrv) parts = g_strsplit (page, "http://www.w3.org/2000/svg", -1);
      g_autofree char *plain = g_strjoinv ("svg", parts);

      assert_page (plain, embark_report_get_findings (report)->len);
    }
}

static void test_everything_is_in_it (void)
{
  g_autoptr (EmbarkReport) report = make_report ("facts-win2012r2.json");
  EmbarkReportAbout about = { .target = "/images/old.vmdk", .checked = 1793000000, .judge = EMBARK_JUDGE_BOTH };
  g_autofree char *html = embark_report_to_html (report, &about);
  g_autofree char *markdown = embark_report_to_markdown (report, &about);
  g_autofree char *text = embark_report_to_text (report, &about);
  const char *const forms[] = { html, markdown, text };

  for (guint i = 0; i < G_N_ELEMENTS (forms); i++)
    {
      assert_contains (forms[i], embark_report_get_headline (report));
      assert_contains (forms[i], "/images/old.vmdk");
      assert_contains (forms[i], "VirtioNotInstall");
      assert_contains (forms[i], "Windows Server 2012 R2");
      assert_contains (forms[i], "Embark " EMBARK_VERSION);
      assert_contains (forms[i], "2026-08");
      assert_contains (forms[i], "October 2026");
      assert_contains (forms[i], "No virtio disk driver");
    }
  assert_contains (html, "class=\"verdict blocked\"");
  assert_contains (html, "<article id=\"windows-virtio\">");
  assert_contains (html, "class=\"disk\"");
  assert_contains (html, "class=\"gauge fine\"");
  assert_contains (html, "<details>");
  assert_contains (markdown, "## Stops the import (");
  assert_contains (markdown, "### No virtio disk driver `windows-virtio`");
  assert_contains (markdown, "- **The cloud says:** `VirtioNotInstall`");
  assert_contains (text, "Stops the import: No virtio disk driver\n    Seen: ");
}

/* Every form says in words what the program can mend, and only where it can. */
static void test_fixes_are_named (void)
{
  g_autoptr (EmbarkFacts) facts = load_facts ("facts-debian12.json");
  g_autoptr (EmbarkReport) report = NULL;
  EmbarkReportAbout about = { .target = "debian12", .judge = EMBARK_JUDGE_BOTH };
  g_autofree char *html = NULL, *markdown = NULL, *text = NULL;

  embark_facts_set_string (facts, "linux.rootDevice", "/dev/sda1");
  report = embark_report_new (facts, embark_limits_get_default (), EMBARK_JUDGE_BOTH, FALSE);
  g_assert_cmpstr (embark_report_find (report, "linux-root-device")->fix, ==, "linux-disks");
  g_assert_cmpstr (embark_report_find (report, "linux-cloud-init")->fix, ==, "linux-cloud-init");
  html = embark_report_to_html (report, &about);
  markdown = embark_report_to_markdown (report, &about);
  text = embark_report_to_text (report, &about);
  assert_contains (html, "<dt>Embark can do it</dt>\n<dd>Name the disk by its UUID: the fix “linux-disks”.</dd>");
  assert_contains (html, "the fix “linux-cloud-init”. It may need: A folder with the packages");
  assert_contains (markdown, "- **Embark can do it:** Name the disk by its UUID: the fix “linux-disks”.\n");
  assert_contains (text, "    Embark can do it: Name the disk by its UUID: the fix “linux-disks”.\n");
  for (guint i = 0; i < embark_report_get_findings (report)->len; i++)
    {
      const EmbarkFinding *finding = g_ptr_array_index (embark_report_get_findings (report), i);
      g_autoptr (GPtrArray) lines = embark_finding_list_lines (finding);
      gboolean is_named = FALSE;

      for (guint j = 0; j < lines->len; j++)
        is_named = is_named
                   || strcmp (((const EmbarkReportLine *) g_ptr_array_index (lines, j))->name, "Embark can do it") == 0;
      g_assert_cmpint (is_named, ==, finding->fix != NULL);
    }
}

static void test_hostile_text (void)
{
  g_autoptr (EmbarkFacts) facts = load_facts ("facts-debian12.json");
  g_autoptr (EmbarkReport) report = NULL;
  EmbarkReportAbout about = { .target = HOSTILE, .judge = EMBARK_JUDGE_BOTH };
  g_autofree char *html = NULL, *markdown = NULL, *text = NULL, *json = NULL;
  JsonObject *partition = json_array_get_object_element (embark_facts_get_list (facts, "disk.partitions"), 0);
  g_autofree char *valid = g_utf8_make_valid (HOSTILE, -1);
  g_auto (GStrv) parts = NULL;
  g_autofree char *plain = NULL;
  g_autoptr (JsonNode) node = NULL;

  json_object_set_string_member (partition, "label", valid);
  json_object_set_string_member (partition, "filesystem", valid);
  embark_facts_set_string (facts, "os.product", HOSTILE);
  embark_facts_set_string (facts, "os.distribution", HOSTILE);
  embark_facts_set_string (facts, "os.architecture", HOSTILE);
  report = embark_report_new (facts, embark_limits_get_default (), EMBARK_JUDGE_BOTH, FALSE);
  html = embark_report_to_html (report, &about);
  markdown = embark_report_to_markdown (report, &about);
  text = embark_report_to_text (report, &about);
  json = embark_report_to_form (report, EMBARK_REPORT_FORM_JSON, &about);

  parts = g_strsplit (html, "http://www.w3.org/2000/svg", -1);
  plain = g_strjoinv ("svg", parts);
  assert_page (plain, embark_report_get_findings (report)->len);
  assert_contains (html, "&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;");
  assert_contains (html, "\\x1b[2J\\x9b\\x202egnp\\xfffe");
  assert_contains (markdown, "&lt;/script&gt;&lt;img");
  assert_contains (markdown, "\\!\\[a\\](javascript:b)\\|\\*\\_");
  assert_lacks (markdown, "<img");
  assert_lacks (markdown, "\n# new");
  for (guint i = 0; i < 3; i++)
    {
      const char *form = i == 0 ? html : i == 1 ? markdown : text;

      assert_lacks (form, "\x01");
      assert_lacks (form, "\x1b");
      assert_lacks (form, "\xc2\x9b");
      assert_lacks (form, "\xe2\x80\xae");
      assert_lacks (form, "\xff");
    }
  node = json_from_string (json, NULL);
  g_assert_nonnull (node);
}

static void test_disk_is_drawn_to_scale (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EmbarkFacts) facts =
      embark_facts_new_from_json ("{\"image\": {\"virtualSize\": 1000000000}, \"stream\": {\"upperBound\": "
                                  "60000000000}, \"disk\": {\"partitions\": ["
                                  " {\"number\": 1, \"device\": \"a\", \"start\": 0, \"size\": 250000000},"
                                  " {\"number\": 2, \"device\": \"b\", \"start\": 250000000, \"size\": 750000000}]}}",
                                  -1, &error);
  g_autoptr (EmbarkReport) report = embark_report_new (facts, embark_limits_get_default (), EMBARK_JUDGE_BOTH, FALSE);
  EmbarkReportAbout about = { .target = "disk", .judge = EMBARK_JUDGE_CURRENT };
  g_autofree char *html = embark_report_to_html (report, &about);

  g_assert_no_error (error);
  /* 100 % less a gap of 0.3, of which each has 0.8 in any case and its share of the rest. */
  assert_contains (html, "x=\"0.000%\" width=\"25.325%\"");
  assert_contains (html, "x=\"25.625%\" width=\"74.375%\"");
  assert_contains (html, "class=\"gauge over\"");
  assert_contains (html, "class=\"mark\"");
  assert_lacks (html, "Both editions");
}

static void test_nothing_is_known (void)
{
  g_autoptr (EmbarkFacts) facts = embark_facts_new ();
  g_autoptr (EmbarkReport) report = embark_report_new (facts, embark_limits_get_default (), EMBARK_JUDGE_BOTH, FALSE);
  EmbarkReportAbout about = { .judge = EMBARK_JUDGE_BOTH };
  g_autofree char *html = embark_report_to_html (report, &about);
  g_autofree char *markdown = embark_report_to_markdown (report, &about);

  assert_lacks (html, "class=\"card pictures\"");
  assert_contains (html, "class=\"verdict unknown\"");
  assert_contains (markdown, "## Not known (");
}

static void test_endings (void)
{
  static const struct
  {
    const char *name;
    gboolean is_known;
    EmbarkReportForm form;
  } cases[] = {
    { "a.html", TRUE, EMBARK_REPORT_FORM_HTML },
    { "a.b.HTM", TRUE, EMBARK_REPORT_FORM_HTML },
    { "/x/r.md", TRUE, EMBARK_REPORT_FORM_MARKDOWN },
    { "r.Markdown", TRUE, EMBARK_REPORT_FORM_MARKDOWN },
    { "r.json", TRUE, EMBARK_REPORT_FORM_JSON },
    { "r.txt", TRUE, EMBARK_REPORT_FORM_TEXT },
    { "r.pdf", FALSE, 0 },
    { "html", FALSE, 0 },
    { ".md", FALSE, 0 },
    { "/x.d/.md", FALSE, 0 },
    { "a.html/b", FALSE, 0 },
    { "", FALSE, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      EmbarkReportForm form = EMBARK_REPORT_FORM_TEXT;

      g_assert_cmpint (embark_report_form_from_name (cases[i].name, &form), ==, cases[i].is_known);
      if (cases[i].is_known)
        g_assert_cmpint (form, ==, cases[i].form);
    }
}

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/report-forms/pages", test_every_fixture_is_a_page);
  g_test_add_func ("/report-forms/complete", test_everything_is_in_it);
  g_test_add_func ("/report-forms/fixes", test_fixes_are_named);
  g_test_add_func ("/report-forms/hostile", test_hostile_text);
  g_test_add_func ("/report-forms/to-scale", test_disk_is_drawn_to_scale);
  g_test_add_func ("/report-forms/nothing", test_nothing_is_known);
  g_test_add_func ("/report-forms/endings", test_endings);
  return g_test_run ();
}
