/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkReport as Markdown and as plain text, for tickets and mails.
 */
#include "model/check/report-form.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Puts @text on one line with nothing in it that Markdown or the HTML in it would obey. */
static void append_escaped (GString *out, const char *text)
{
  g_autofree char *clean = embark_report_clean_text (text);

  for (const char *p = clean; *p != '\0'; p++)
    {
      gboolean is_in_word = p > clean && g_ascii_isalnum (p[-1]) && g_ascii_isalnum (p[1]);

      if (*p == '<')
        g_string_append (out, "&lt;");
      else if (*p == '>')
        g_string_append (out, "&gt;");
      else if (*p == '&')
        g_string_append (out, "&amp;");
      else if (strchr ("\\`*[]{}#|~$!", *p) != NULL || (*p == '_' && !is_in_word))
        g_string_append_printf (out, "\\%c", *p);
      else
        g_string_append_c (out, *p);
    }
}

/* In back quotes: of an id or code, of which nothing else is expected. */
static void append_code (GString *out, const char *text)
{
  g_autofree char *clean = embark_report_clean_text (text);

  g_string_append_printf (out, "`%s`", g_strdelimit (clean, "`", '\''));
}

static void append_lines (GString *out, GPtrArray *lines)
{
  for (guint i = 0; i < lines->len; i++)
    {
      const EmbarkReportLine *line = g_ptr_array_index (lines, i);

      g_string_append (out, "- **");
      append_escaped (out, line->name);
      g_string_append (out, ":** ");
      if (line->is_code)
        append_code (out, line->text);
      else
        append_escaped (out, line->text);
      g_string_append_c (out, '\n');
    }
  g_string_append_c (out, '\n');
}

static void append_gauges (GString *out, EmbarkReport *report, EmbarkJudge judge)
{
  g_autoptr (GPtrArray) gauges = embark_report_list_gauges (report, judge);

  for (guint i = 0; i < gauges->len; i++)
    {
      const EmbarkReportGauge *gauge = g_ptr_array_index (gauges, i);

      g_string_append (out, "- **");
      append_escaped (out, gauge->title);
      g_string_append (out, ":** ");
      append_escaped (out, gauge->text);
      g_string_append_c (out, '\n');
    }
  if (gauges->len > 0)
    g_string_append_c (out, '\n');
}

static void append_finding (GString *out, const EmbarkFinding *finding)
{
  g_autoptr (GPtrArray) lines = embark_finding_list_lines (finding);

  g_string_append (out, "### ");
  append_escaped (out, finding->title);
  g_string_append_c (out, ' ');
  append_code (out, finding->id);
  g_string_append (out, "\n\n");
  append_lines (out, lines);
}

/* What holds or does not apply is worth one line each. */
static void append_short_finding (GString *out, const EmbarkFinding *finding)
{
  g_string_append (out, "- ");
  append_escaped (out, finding->title);
  if (*finding->evidence != '\0')
    {
      g_string_append (out, ": ");
      append_escaped (out, finding->evidence);
    }
  g_string_append_c (out, '\n');
}

static void append_group (GString *out, EmbarkReport *report, const EmbarkReportGroup *group)
{
  GPtrArray *findings = embark_report_get_findings (report);
  guint count = embark_report_count (report, group->outcome);

  if (count == 0)
    return;
  g_string_append (out, "## ");
  append_escaped (out, _ (group->title));
  g_string_append_printf (out, " (%u)\n\n", count);
  for (guint i = 0; i < findings->len; i++)
    {
      const EmbarkFinding *finding = g_ptr_array_index (findings, i);

      if (finding->outcome == group->outcome && group->is_folded)
        append_short_finding (out, finding);
      else if (finding->outcome == group->outcome)
        append_finding (out, finding);
    }
  if (group->is_folded)
    g_string_append_c (out, '\n');
}

/* One empty line at the end is one too many. */
static char *finish (GString *out)
{
  while (g_str_has_suffix (out->str, "\n\n"))
    g_string_truncate (out, out->len - 1);
  return g_string_free (out, FALSE);
}

char *embark_report_to_markdown (EmbarkReport *self, const EmbarkReportAbout *about)
{
  GString *out = g_string_new ("# ");
  g_autoptr (GPtrArray) lines = NULL;
  const EmbarkReportGroup *groups;
  guint n_groups;

  g_return_val_if_fail (self != NULL && about != NULL, NULL);
  lines = embark_report_list_about (self, about);
  groups = embark_report_list_groups (&n_groups);
  append_escaped (out, embark_report_get_headline (self));
  g_string_append (out, "\n\n");
  append_escaped (out, embark_report_get_subline (self));
  g_string_append (out, "\n\n");
  append_lines (out, lines);
  append_gauges (out, self, about->judge);
  for (guint i = 0; i < n_groups; i++)
    append_group (out, self, &groups[i]);
  return finish (out);
}

static void append_plain (GString *out, const char *indent, const char *name, const char *text)
{
  g_autofree char *clean = embark_report_clean_text (text);

  g_string_append_printf (out, "%s%s: %s\n", indent, name, clean);
}

static void append_plain_finding (GString *out, const EmbarkFinding *finding)
{
  g_autoptr (GPtrArray) lines = embark_finding_list_lines (finding);
  g_autofree char *title = embark_report_clean_text (finding->title);

  append_plain (out, "", embark_outcome_to_word (finding->outcome), title);
  for (guint i = 0; i < lines->len; i++)
    {
      const EmbarkReportLine *line = g_ptr_array_index (lines, i);

      append_plain (out, "    ", line->name, line->text);
    }
  g_string_append_c (out, '\n');
}

static void append_plain_group (GString *out, EmbarkReport *report, const EmbarkReportGroup *group)
{
  GPtrArray *findings = embark_report_get_findings (report);

  for (guint i = 0; i < findings->len; i++)
    {
      const EmbarkFinding *finding = g_ptr_array_index (findings, i);

      if (finding->outcome == group->outcome && !group->is_folded)
        append_plain_finding (out, finding);
      else if (finding->outcome == group->outcome && finding->outcome == EMBARK_OUTCOME_PASS)
        append_plain (out, "", embark_outcome_to_word (finding->outcome), finding->title);
    }
}

char *embark_report_to_text (EmbarkReport *self, const EmbarkReportAbout *about)
{
  GString *out = g_string_new (NULL);
  g_autoptr (GPtrArray) lines = NULL;
  const EmbarkReportGroup *groups;
  guint n_groups;

  g_return_val_if_fail (self != NULL && about != NULL, NULL);
  lines = embark_report_list_about (self, about);
  groups = embark_report_list_groups (&n_groups);
  g_string_append_printf (out, "%s\n%s\n\n", embark_report_get_headline (self), embark_report_get_subline (self));
  for (guint i = 0; i < lines->len; i++)
    {
      const EmbarkReportLine *line = g_ptr_array_index (lines, i);

      append_plain (out, "", line->name, line->text);
    }
  g_string_append_c (out, '\n');
  for (guint i = 0; i < n_groups; i++)
    append_plain_group (out, self, &groups[i]);
  return finish (out);
}
