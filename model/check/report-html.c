/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkReport as one HTML page that needs nothing besides itself: no script,
 * no other file, and every word of the disk escaped.
 */
#include "model/check/report-form.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "model/check/help.h"
#include "model/check/report-pictures.h"

#define STYLE "/org/embark/Embark/report.css"

static void append_text (GString *html, const char *text)
{
  g_autofree char *clean = embark_report_clean_text (text);
  g_autofree char *escaped = g_markup_escape_text (clean, -1);

  g_string_append (html, escaped);
}

/* <NAME CLASS>TEXT</NAME>; @attributes with a leading space, of the program only. */
static void append_element (GString *html, const char *name, const char *attributes, const char *text)
{
  g_string_append_printf (html, "<%s%s>", name, attributes);
  append_text (html, text);
  g_string_append_printf (html, "</%s>\n", name);
}

static void append_head (GString *html, const char *target)
{
  g_autoptr (GBytes) style = g_resources_lookup_data (STYLE, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  gsize length;
  const char *text = g_bytes_get_data (style, &length);
  /* Translators: title of a saved report; %s is a disk. */
  g_autofree char *title = g_strdup_printf (_ ("Import check of %s"), target != NULL ? target : "");

  g_string_append_printf (html, "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\"/>\n",
                          embark_help_get_language ());
  g_string_append (html, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
                         "<meta name=\"color-scheme\" content=\"light dark\"/>\n"
                         "<meta name=\"referrer\" content=\"no-referrer\"/>\n"
                         "<meta name=\"generator\" content=\"Embark " EMBARK_VERSION "\"/>\n"
                         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                         "style-src 'unsafe-inline'\"/>\n");
  append_element (html, "title", "", title);
  g_string_append_printf (html, "<style>\n%.*s</style>\n</head>\n", (int) length, text);
}

static void append_lines (GString *html, GPtrArray *lines)
{
  g_string_append (html, "<dl>\n");
  for (guint i = 0; i < lines->len; i++)
    {
      const EmbarkReportLine *line = g_ptr_array_index (lines, i);

      append_element (html, "dt", "", line->name);
      append_element (html, "dd", line->is_code ? " class=\"code\"" : "", line->text);
    }
  g_string_append (html, "</dl>\n");
}

static void append_verdict (GString *html, EmbarkReport *report)
{
  EmbarkVerdict verdict = embark_report_get_verdict (report);

  g_string_append_printf (html, "<section class=\"verdict %s\">\n", embark_verdict_to_string (verdict));
  embark_report_append_icon (html, embark_verdict_to_outcome (verdict), embark_verdict_to_word (verdict));
  g_string_append (html, "<div>\n");
  append_element (html, "h1", "", embark_report_get_headline (report));
  append_element (html, "p", "", embark_report_get_subline (report));
  g_string_append (html, "</div>\n</section>\n");
}

static void append_about (GString *html, EmbarkReport *report, const EmbarkReportAbout *about)
{
  g_autoptr (GPtrArray) lines = embark_report_list_about (report, about);

  g_string_append (html, "<section class=\"card about\">\n");
  append_lines (html, lines);
  g_string_append (html, "</section>\n");
}

static void append_pictures (GString *html, EmbarkReport *report, EmbarkJudge judge)
{
  g_autoptr (GPtrArray) gauges = embark_report_list_gauges (report, judge);
  g_autoptr (GString) disk = g_string_new (NULL);

  embark_report_append_disk (disk, embark_report_get_facts (report));
  if (gauges->len == 0 && disk->len == 0)
    return;
  append_element (html, "h2", "", _ ("Disk"));
  g_string_append_printf (html, "<section class=\"card pictures\">\n%s", disk->str);
  if (gauges->len > 0)
    g_string_append (html, "<div class=\"gauges\">\n");
  for (guint i = 0; i < gauges->len; i++)
    embark_report_append_gauge (html, g_ptr_array_index (gauges, i));
  if (gauges->len > 0)
    g_string_append (html, "</div>\n");
  g_string_append (html, "</section>\n");
}

static void append_finding (GString *html, const EmbarkFinding *finding)
{
  g_autoptr (GPtrArray) lines = embark_finding_list_lines (finding);
  g_autofree char *id = g_markup_escape_text (finding->id, -1);

  g_string_append_printf (html, "<article id=\"%s\">\n", id);
  embark_report_append_icon (html, finding->outcome, embark_outcome_to_word (finding->outcome));
  g_string_append (html, "<div>\n<header>");
  append_element (html, "h3", "", finding->title);
  append_element (html, "span", " class=\"id\"", finding->id);
  g_string_append (html, "</header>\n");
  /* The summary of a limit that holds is what was seen. */
  if (g_strcmp0 (finding->summary, finding->evidence) != 0)
    append_element (html, "p", " class=\"summary\"", finding->summary);
  append_lines (html, lines);
  g_string_append (html, "</div>\n</article>\n");
}

static void append_findings (GString *html, EmbarkReport *report, EmbarkOutcome outcome)
{
  GPtrArray *findings = embark_report_get_findings (report);

  for (guint i = 0; i < findings->len; i++)
    {
      const EmbarkFinding *finding = g_ptr_array_index (findings, i);

      if (finding->outcome == outcome)
        append_finding (html, finding);
    }
}

/* What is folded stands behind its <details>, not in it: so that it is printed open, folded or not, without a script.
 */
static void append_group (GString *html, EmbarkReport *report, const EmbarkReportGroup *group)
{
  guint count = embark_report_count (report, group->outcome);
  g_autofree char *title = embark_report_clean_text (_ (group->title));
  g_autofree char *escaped = g_markup_escape_text (title, -1);
  g_autofree char *heading = g_strdup_printf ("<h2>%s <span class=\"count\">%u</span></h2>", escaped, count);

  if (count == 0)
    return;
  g_string_append (html, "<section class=\"group\">\n");
  if (group->is_folded)
    g_string_append_printf (html, "<details><summary>%s</summary></details>\n<div class=\"card folded\">\n", heading);
  else
    g_string_append_printf (html, "%s\n<div class=\"card\">\n", heading);
  append_findings (html, report, group->outcome);
  g_string_append (html, "</div>\n</section>\n");
}

char *embark_report_to_html (EmbarkReport *self, const EmbarkReportAbout *about)
{
  GString *html = g_string_new (NULL);
  const EmbarkReportGroup *groups;
  guint n_groups;

  g_return_val_if_fail (self != NULL && about != NULL, NULL);
  groups = embark_report_list_groups (&n_groups);
  append_head (html, about->target);
  g_string_append (html, "<body>\n<main>\n");
  append_verdict (html, self);
  append_about (html, self, about);
  append_pictures (html, self, about->judge);
  for (guint i = 0; i < n_groups; i++)
    append_group (html, self, &groups[i]);
  g_string_append (html, "<footer>");
  append_text (html, _ ("Made by Embark. The disk was only read, never changed. What the cloud answers in the end, the "
                        "cloud decides."));
  g_string_append (html, "</footer>\n</main>\n</body>\n</html>\n");
  return g_string_free (html, FALSE);
}
