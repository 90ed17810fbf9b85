/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Outcomes and verdicts as icons with a word.
 */
#include "gui/outcome-icon.h"

#include "model/check/report-form.h"

typedef struct
{
  const char *icon;
  const char *style;
} Look;

static const Look looks[] = {
  [EMBARK_OUTCOME_NOT_APPLICABLE] = { "embark-not-applicable-symbolic", "dim-label" },
  [EMBARK_OUTCOME_PASS] = { "embark-ready-symbolic", "success" },
  [EMBARK_OUTCOME_INFO] = { "embark-note-symbolic", "accent" },
  [EMBARK_OUTCOME_UNKNOWN] = { "embark-unknown-symbolic", "dim-label" },
  [EMBARK_OUTCOME_WARNING] = { "embark-attention-symbolic", "warning" },
  [EMBARK_OUTCOME_BLOCKER] = { "embark-blocked-symbolic", "error" },
};

static void show_look (GtkImage *image, EmbarkOutcome outcome, const char *word)
{
  g_assert (outcome < G_N_ELEMENTS (looks));

  gtk_image_set_from_icon_name (image, looks[outcome].icon);
  for (guint i = 0; i < G_N_ELEMENTS (looks); i++)
    gtk_widget_remove_css_class (GTK_WIDGET (image), looks[i].style);
  gtk_widget_add_css_class (GTK_WIDGET (image), looks[outcome].style);
  gtk_widget_set_tooltip_text (GTK_WIDGET (image), word);
  gtk_accessible_update_property (GTK_ACCESSIBLE (image), GTK_ACCESSIBLE_PROPERTY_LABEL, word, -1);
}

const char *embark_outcome_get_style (EmbarkOutcome outcome)
{
  g_return_val_if_fail (outcome < G_N_ELEMENTS (looks), "");

  return looks[outcome].style;
}

void embark_outcome_icon_show (GtkImage *image, EmbarkOutcome outcome)
{
  g_return_if_fail (GTK_IS_IMAGE (image));

  show_look (image, outcome, embark_outcome_to_word (outcome));
}

void embark_outcome_icon_show_verdict (GtkImage *image, EmbarkVerdict verdict)
{
  g_return_if_fail (GTK_IS_IMAGE (image));

  show_look (image, embark_verdict_to_outcome (verdict), embark_verdict_to_word (verdict));
}
