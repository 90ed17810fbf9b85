/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Icons, disk and gauges as inline SVG. All places are in percent, so that the
 * pictures fit any width without the words in them being stretched.
 */
#include "model/check/report-pictures.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "model/check/disk-layout.h"

#define ICONS "/org/embark/Embark/icons/scalable/status/"
#define GAP 0.3
#define SMALLEST 0.8
/* A segment below this share has no room for words; the list below the picture has them. */
#define SMALLEST_FOR_TEXT 12

static const char *const icons[] = {
  [EMBARK_OUTCOME_NOT_APPLICABLE] = "embark-not-applicable-symbolic.svg",
  [EMBARK_OUTCOME_PASS] = "embark-ready-symbolic.svg",
  [EMBARK_OUTCOME_INFO] = "embark-note-symbolic.svg",
  [EMBARK_OUTCOME_UNKNOWN] = "embark-unknown-symbolic.svg",
  [EMBARK_OUTCOME_WARNING] = "embark-attention-symbolic.svg",
  [EMBARK_OUTCOME_BLOCKER] = "embark-blocked-symbolic.svg",
};

static char *escape (const char *text)
{
  g_autofree char *clean = embark_report_clean_text (text);

  return g_markup_escape_text (clean, -1);
}

/* With a decimal point in every language. */
static void append_percent (GString *html, const char *attribute, double value)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_formatd (number, sizeof number, "%.3f", CLAMP (value, 0, 100));
  g_string_append_printf (html, " %s=\"%s%%\"", attribute, number);
}

static void append_rect (GString *html, const char *style, double from, double width)
{
  g_string_append_printf (html, "<rect class=\"%s\" height=\"100%%\"", style);
  append_percent (html, "x", from);
  append_percent (html, "width", width);
  g_string_append (html, "/>");
}

void embark_report_append_icon (GString *html, EmbarkOutcome outcome, const char *word)
{
  g_autofree char *path = NULL;
  g_autofree char *escaped = escape (word);
  g_autoptr (GBytes) bytes = NULL;
  const char *text, *start;
  gsize length;

  g_return_if_fail (outcome < G_N_ELEMENTS (icons));
  path = g_strconcat (ICONS, icons[outcome], NULL);
  bytes = g_resources_lookup_data (path, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  g_return_if_fail (bytes != NULL);
  text = g_bytes_get_data (bytes, &length);
  start = g_strstr_len (text, (gssize) length, "<svg");
  g_return_if_fail (start != NULL);
  g_string_append_printf (html, "<span class=\"icon %s\" role=\"img\" aria-label=\"%s\" title=\"%s\">",
                          embark_outcome_to_string (outcome), escaped, escaped);
  g_string_append_len (html, start, (gssize) (length - (gsize) (start - text)));
  g_string_append (html, "</span>\n");
}

static const char *choose_style (const EmbarkDiskSegment *segment)
{
  if (segment->is_free)
    return "free";
  return segment->is_root || segment->is_used_known ? "known" : "other";
}

static void append_segment (GString *html, GPtrArray *segments, guint index)
{
  const EmbarkDiskSegment *segment = g_ptr_array_index (segments, index);
  g_autofree char *title = escape (segment->title);
  g_autofree char *subtitle = escape (segment->subtitle);
  double from, width;

  embark_disk_layout_place (segments, index, 100, GAP, SMALLEST, &from, &width);
  g_string_append (html, "<svg height=\"100%\"");
  append_percent (html, "x", from);
  append_percent (html, "width", width);
  g_string_append_printf (html, "><title>%s, %s</title>", title, subtitle);
  append_rect (html, choose_style (segment), 0, 100);
  if (segment->is_used_known && segment->size > 0)
    append_rect (html, "used", 0, 100 * (double) segment->used / (double) segment->size);
  if (width >= SMALLEST_FOR_TEXT)
    g_string_append_printf (html, "<text x=\"10\" y=\"24\" class=\"name\">%s</text><text x=\"10\" y=\"42\">%s</text>",
                            title, subtitle);
  g_string_append (html, "</svg>\n");
}

void embark_report_append_disk (GString *html, EmbarkFacts *facts)
{
  g_autoptr (GPtrArray) segments = embark_disk_layout_new (facts);
  g_autofree char *described = embark_disk_layout_describe (segments);
  g_autofree char *words = escape (described);

  if (segments->len == 0)
    return;
  g_string_append_printf (html, "<svg class=\"disk\" role=\"img\" aria-label=\"%s\" width=\"100%%\" height=\"56\">\n",
                          words);
  for (guint i = 0; i < segments->len; i++)
    append_segment (html, segments, i);
  g_string_append (html, "</svg>\n");
  if (segments->len == 1)
    return;
  g_string_append (html, "<ul class=\"segments\">\n");
  for (guint i = 0; i < segments->len; i++)
    {
      const EmbarkDiskSegment *segment = g_ptr_array_index (segments, i);
      g_autofree char *title = escape (segment->title);
      g_autofree char *subtitle = escape (segment->subtitle);

      g_string_append_printf (html, "<li><span class=\"swatch %s\"></span><b>%s</b> %s</li>\n", choose_style (segment),
                              title, subtitle);
    }
  g_string_append (html, "</ul>\n");
}

void embark_report_append_gauge (GString *html, const EmbarkReportGauge *gauge)
{
  g_autofree char *title = escape (gauge->title);
  g_autofree char *text = escape (gauge->text);
  /* A size over its limit fills the bar; the limit then is a line in it. */
  double whole = (double) MAX (gauge->limit, gauge->high);
  double low = whole > 0 ? 100 * (double) gauge->low / whole : 0;
  double high = whole > 0 ? 100 * (double) gauge->high / whole : 0;
  const char *style = gauge->limit == 0 || gauge->high <= gauge->limit ? "fine"
                      : gauge->low > gauge->limit                      ? "over"
                                                                       : "near";

  g_string_append_printf (html, "<div class=\"gauge %s\">\n<p><span>%s</span> <b>%s</b></p>\n", style, title, text);
  if (gauge->limit > 0)
    {
      g_string_append_printf (html, "<svg role=\"img\" aria-label=\"%s: %s\" width=\"100%%\" height=\"10\">", title,
                              text);
      append_rect (html, "trough", 0, 100);
      append_rect (html, "range", 0, high);
      append_rect (html, "level", 0, low);
      if (gauge->high > gauge->limit)
        append_rect (html, "mark", 100 * (double) gauge->limit / whole - 0.3, 0.6);
      g_string_append (html, "</svg>\n");
    }
  g_string_append (html, "</div>\n");
}
