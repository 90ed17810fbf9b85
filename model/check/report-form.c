/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the forms of a report have in common: the choice of a form, the order
 * of the findings, the names of their lines, and text that is safe to show.
 */
#include "model/check/report-form.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "model/check/fixes.h"

typedef struct
{
  const char *ending;
  EmbarkReportForm form;
} Ending;

static const Ending endings[] = {
  { ".html", EMBARK_REPORT_FORM_HTML },   { ".htm", EMBARK_REPORT_FORM_HTML },
  { ".md", EMBARK_REPORT_FORM_MARKDOWN }, { ".markdown", EMBARK_REPORT_FORM_MARKDOWN },
  { ".json", EMBARK_REPORT_FORM_JSON },   { ".txt", EMBARK_REPORT_FORM_TEXT },
};

static const EmbarkReportGroup groups[] = {
  { EMBARK_OUTCOME_BLOCKER, N_ ("Stops the import"), FALSE },
  { EMBARK_OUTCOME_WARNING, N_ ("Needs attention"), FALSE },
  { EMBARK_OUTCOME_UNKNOWN, N_ ("Not known"), FALSE },
  { EMBARK_OUTCOME_INFO, N_ ("Notes"), FALSE },
  { EMBARK_OUTCOME_PASS, N_ ("Fine"), TRUE },
  { EMBARK_OUTCOME_NOT_APPLICABLE, N_ ("Does not apply to this disk"), TRUE },
};

static void free_line (gpointer data)
{
  EmbarkReportLine *line = data;

  g_free (line->text);
  g_free (line);
}

static void free_gauge (gpointer data)
{
  EmbarkReportGauge *gauge = data;

  g_free (gauge->text);
  g_free (gauge);
}

/* Takes @text; leaves an empty one out. */
static void add_line (GPtrArray *lines, const char *name, char *text, gboolean is_code)
{
  EmbarkReportLine *line;

  if (text == NULL || *text == '\0')
    {
      g_free (text);
      return;
    }
  line = g_new0 (EmbarkReportLine, 1);
  line->name = name;
  line->text = text;
  line->is_code = is_code;
  g_ptr_array_add (lines, line);
}

static char *format_time (gint64 seconds)
{
  g_autoptr (GDateTime) time = seconds > 0 ? g_date_time_new_from_unix_local (seconds) : NULL;

  /* Translators: date and time of a check for g_date_time_format(): "3 November 2026, 14:02". */
  return time != NULL ? g_date_time_format (time, _ ("%-e %B %Y, %H:%M")) : NULL;
}

static char *describe_judge (EmbarkJudge judge)
{
  EmbarkLimits *limits = embark_limits_get_default ();
  const char *original = embark_limits_get_date (limits, EMBARK_EDITION_ORIGINAL);
  const char *current = embark_limits_get_date (limits, EMBARK_EDITION_CURRENT);

  switch (judge)
    {
    case EMBARK_JUDGE_ORIGINAL:
      /* Translators: %s is when the documents of that edition were written: "2018–2019". */
      return g_strdup_printf (_ ("The original edition of the limits (%s)"), original);
    case EMBARK_JUDGE_CURRENT:
      return g_strdup_printf (_ ("The current edition of the limits (%s)"), current);
    case EMBARK_JUDGE_BOTH:
    default:
      /* Translators: the dates of both editions: "2018–2019" and "2026-08". */
      return g_strdup_printf (_ ("Both editions of the limits (%s and %s)"), original, current);
    }
}

static char *describe_size (guint64 low, guint64 high, guint64 limit)
{
  g_autofree char *low_text = g_format_size_full (low, G_FORMAT_SIZE_IEC_UNITS);
  g_autofree char *high_text = g_format_size_full (high, G_FORMAT_SIZE_IEC_UNITS);
  g_autofree char *limit_text = g_format_size_full (limit, G_FORMAT_SIZE_IEC_UNITS);

  if (limit == 0)
    return g_steal_pointer (&high_text);
  if (strcmp (low_text, high_text) == 0)
    /* Translators: a size and its limit: "60.0 GiB of 500.0 GiB". */
    return g_strdup_printf (_ ("%s of %s"), high_text, limit_text);
  /* Translators: a range of sizes and their limit: "11.0 GiB – 13.0 GiB of 50.0 GiB". */
  return g_strdup_printf (_ ("%s – %s of %s"), low_text, high_text, limit_text);
}

static void add_gauge (GPtrArray *gauges, const char *title, guint64 low, guint64 high, guint64 limit)
{
  EmbarkReportGauge *gauge = g_new0 (EmbarkReportGauge, 1);

  gauge->title = title;
  gauge->low = MIN (low, high);
  gauge->high = high;
  gauge->limit = limit;
  gauge->text = describe_size (gauge->low, high, limit);
  g_ptr_array_add (gauges, gauge);
}

/* Marks that let a reader see text in another order than it stands. */
static gboolean is_turning_text (gunichar c)
{
  return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0x200e || c == 0x200f || c == 0x61c;
}

/* What XML and HTML do not allow even as a reference. */
static gboolean is_no_character (gunichar c)
{
  return (c & 0xfffe) == 0xfffe || (c >= 0xfdd0 && c <= 0xfdef);
}

gboolean embark_report_form_from_name (const char *file_name, EmbarkReportForm *ret_form)
{
  g_autofree char *base = NULL;
  g_autofree char *name = NULL;

  g_return_val_if_fail (file_name != NULL, FALSE);
  base = g_path_get_basename (file_name);
  name = g_ascii_strdown (base, -1);
  for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
    if (g_str_has_suffix (name, endings[i].ending) && strlen (name) > strlen (endings[i].ending))
      {
        *ret_form = endings[i].form;
        return TRUE;
      }
  return FALSE;
}

static char *make_json (EmbarkReport *self, const EmbarkReportAbout *about)
{
  g_autofree char *target = about->target != NULL ? g_utf8_make_valid (about->target, -1) : NULL;
  g_autoptr (JsonNode) node = embark_report_to_json (self, target);
  g_autofree char *text = json_to_string (node, TRUE);

  return g_strconcat (text, "\n", NULL);
}

char *embark_report_to_form (EmbarkReport *self, EmbarkReportForm form, const EmbarkReportAbout *about)
{
  g_return_val_if_fail (self != NULL && about != NULL, NULL);
  switch (form)
    {
    case EMBARK_REPORT_FORM_HTML:
      return embark_report_to_html (self, about);
    case EMBARK_REPORT_FORM_MARKDOWN:
      return embark_report_to_markdown (self, about);
    case EMBARK_REPORT_FORM_JSON:
      return make_json (self, about);
    case EMBARK_REPORT_FORM_TEXT:
    default:
      return embark_report_to_text (self, about);
    }
}

const EmbarkReportGroup *embark_report_list_groups (guint *ret_n)
{
  *ret_n = G_N_ELEMENTS (groups);
  return groups;
}

GPtrArray *embark_report_list_about (EmbarkReport *self, const EmbarkReportAbout *about)
{
  GPtrArray *lines = g_ptr_array_new_with_free_func (free_line);

  add_line (lines, _ ("Disk"), g_strdup (about->target), FALSE);
  add_line (lines, _ ("System"), embark_report_describe_system (self), FALSE);
  add_line (lines, _ ("The cloud would answer"), g_strdup (embark_report_get_predicted_code (self)), TRUE);
  add_line (lines, _ ("Checked"), format_time (about->checked), FALSE);
  add_line (lines, _ ("Judged by"), describe_judge (about->judge), FALSE);
  add_line (lines, _ ("Program"), g_strdup ("Embark " EMBARK_VERSION), FALSE);
  return lines;
}

/* What the program offers where the reader need not do it by hand; NULL when it cannot. */
static char *describe_fix (const EmbarkFinding *finding)
{
  const EmbarkFix *fix = finding->fix != NULL ? embark_fixes_find (finding->fix) : NULL;

  if (fix == NULL)
    return NULL;
  if (fix->needs == NULL)
    /* Translators: what a fix does, and its name: "Switch fast startup off: the fix “windows-fast-startup”." */
    return g_strdup_printf (_ ("%s: the fix “%s”."), _ (fix->title), fix->id);
  /* Translators: what a fix does, its name, and what it needs (a clause without a full stop). */
  return g_strdup_printf (_ ("%s: the fix “%s”. It may need: %s."), _ (fix->title), fix->id, _ (fix->needs));
}

GPtrArray *embark_finding_list_lines (const EmbarkFinding *finding)
{
  GPtrArray *lines = g_ptr_array_new_with_free_func (free_line);

  add_line (lines, _ ("Seen"), g_strdup (finding->evidence), FALSE);
  add_line (lines, _ ("Why"), g_strdup (finding->why), FALSE);
  add_line (lines, _ ("What to do"), g_strdup (finding->advice), FALSE);
  add_line (lines, _ ("Embark can do it"), describe_fix (finding), FALSE);
  add_line (lines, _ ("The cloud says"), g_strdup (finding->code), TRUE);
  add_line (lines, _ ("Rule"), g_strdup (finding->source), FALSE);
  return lines;
}

GPtrArray *embark_report_list_gauges (EmbarkReport *self, EmbarkJudge judge)
{
  GPtrArray *gauges = g_ptr_array_new_with_free_func (free_gauge);
  EmbarkLimits *limits = embark_limits_get_default ();
  EmbarkFacts *facts = embark_report_get_facts (self);
  guint64 send_limit = embark_limits_get_bytes (limits, judge, "actual-size");
  guint64 low, high, size;

  if (embark_facts_get_uint (facts, "stream.size", &size))
    add_gauge (gauges, _ ("To send"), size, size, send_limit);
  else if (embark_facts_get_uint (facts, "stream.estimate.low", &low)
           && embark_facts_get_uint (facts, "stream.estimate.high", &high))
    add_gauge (gauges, _ ("To send, estimated"), low, high, send_limit);
  else if (embark_facts_get_uint (facts, "stream.upperBound", &size))
    add_gauge (gauges, _ ("To send, at most"), size, size, send_limit);
  if (embark_facts_get_uint (facts, "image.virtualSize", &size))
    add_gauge (gauges, _ ("Virtual size"), size, size, embark_limits_get_bytes (limits, judge, "virtual-size"));
  return gauges;
}

EmbarkOutcome embark_verdict_to_outcome (EmbarkVerdict verdict)
{
  switch (verdict)
    {
    case EMBARK_VERDICT_READY:
      return EMBARK_OUTCOME_PASS;
    case EMBARK_VERDICT_ATTENTION:
      return EMBARK_OUTCOME_WARNING;
    case EMBARK_VERDICT_BLOCKED:
      return EMBARK_OUTCOME_BLOCKER;
    case EMBARK_VERDICT_UNKNOWN:
    default:
      return EMBARK_OUTCOME_UNKNOWN;
    }
}

char *embark_report_clean_text (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text != NULL ? text : "", -1);
  GString *clean = g_string_new (NULL);

  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (c == '\n' || c == '\t')
        g_string_append_c (clean, ' ');
      else if (g_unichar_iscntrl (c) || is_turning_text (c) || is_no_character (c) || c == 0x2028 || c == 0x2029)
        g_string_append_printf (clean, "\\x%02x", c);
      else
        g_string_append_unichar (clean, c);
    }
  return g_string_free (clean, FALSE);
}
