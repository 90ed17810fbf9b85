/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Under which name and in which form a report is saved.
 */
#include "gui/save-report.h"

typedef struct
{
  const char *typed;
  EmbarkReportForm chosen;
  const char *name;
  EmbarkReportForm form;
} Case;

static void test_names (void)
{
  static const Case cases[] = {
    /* The suggestion, with each filter. */
    { "web-report.html", EMBARK_REPORT_FORM_HTML, "web-report.html", EMBARK_REPORT_FORM_HTML },
    { "web-report.html", EMBARK_REPORT_FORM_MARKDOWN, "web-report.md", EMBARK_REPORT_FORM_MARKDOWN },
    { "web-report.html", EMBARK_REPORT_FORM_JSON, "web-report.json", EMBARK_REPORT_FORM_JSON },
    { "web-report.html", EMBARK_REPORT_FORM_TEXT, "web-report.txt", EMBARK_REPORT_FORM_TEXT },
    /* What was typed is kept, and tells the form. */
    { "mine.html", EMBARK_REPORT_FORM_JSON, "mine.html", EMBARK_REPORT_FORM_HTML },
    { "mine.HTM", EMBARK_REPORT_FORM_JSON, "mine.HTM", EMBARK_REPORT_FORM_HTML },
    { "a.b.markdown", EMBARK_REPORT_FORM_HTML, "a.b.markdown", EMBARK_REPORT_FORM_MARKDOWN },
    /* An ending of another kind is no ending. */
    { "mine", EMBARK_REPORT_FORM_HTML, "mine.html", EMBARK_REPORT_FORM_HTML },
    { "mine", EMBARK_REPORT_FORM_JSON, "mine.json", EMBARK_REPORT_FORM_JSON },
    { "mine.pdf", EMBARK_REPORT_FORM_HTML, "mine.pdf.html", EMBARK_REPORT_FORM_HTML },
    { "v1.2", EMBARK_REPORT_FORM_MARKDOWN, "v1.2.md", EMBARK_REPORT_FORM_MARKDOWN },
    { ".html", EMBARK_REPORT_FORM_HTML, ".html.html", EMBARK_REPORT_FORM_HTML },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      EmbarkReportForm form;
      g_autofree char *name =
          embark_save_report_choose_name (cases[i].typed, "web-report.html", cases[i].chosen, &form);

      g_assert_cmpstr (name, ==, cases[i].name);
      g_assert_cmpint (form, ==, cases[i].form);
    }
}

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/save-report/names", test_names);
  return g_test_run ();
}
