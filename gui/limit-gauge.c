/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkLimitGauge: a level bar with its words.
 */
#include "gui/limit-gauge.h"

#include <glib/gi18n.h>

struct _EmbarkLimitGauge
{
  GtkBox parent_instance;

  /* Template children */
  GtkLabel *title_label;
  GtkLabel *value_label;
  GtkLevelBar *bar;
};

G_DEFINE_FINAL_TYPE (EmbarkLimitGauge, embark_limit_gauge, GTK_TYPE_BOX)

static char *describe_value (guint64 low, guint64 high, guint64 limit)
{
  g_autofree char *low_text = g_format_size_full (low, G_FORMAT_SIZE_IEC_UNITS);
  g_autofree char *high_text = g_format_size_full (high, G_FORMAT_SIZE_IEC_UNITS);
  g_autofree char *limit_text = g_format_size_full (limit, G_FORMAT_SIZE_IEC_UNITS);
  g_autofree char *low_unit = g_format_size_full (low, G_FORMAT_SIZE_IEC_UNITS | G_FORMAT_SIZE_ONLY_UNIT);
  g_autofree char *high_unit = g_format_size_full (high, G_FORMAT_SIZE_IEC_UNITS | G_FORMAT_SIZE_ONLY_UNIT);

  if (limit == 0)
    return g_steal_pointer (&high_text);

  if (g_str_equal (low_text, high_text))
    /* Translators: a size and its limit: "60.0 GiB of 500.0 GiB". */
    return g_strdup_printf (_ ("%s of %s"), high_text, limit_text);

  if (g_str_equal (low_unit, high_unit))
    {
      g_free (low_text);
      low_text = g_format_size_full (low, G_FORMAT_SIZE_IEC_UNITS | G_FORMAT_SIZE_ONLY_VALUE);
    }
  /* Translators: a range of sizes and their limit: "11.0 – 13.0 GiB of 50.0 GiB", "900.0 MiB – 1.1 GiB of 50.0 GiB". */
  return g_strdup_printf (_ ("%s – %s of %s"), low_text, high_text, limit_text);
}

/* Disks and their limits are counted in units of 1024 bytes, as by the cloud and QEMU; what is sent, in units of 1000.
 */
static char *describe_limit (guint64 limit)
{
  g_autofree char *size = g_format_size_full (limit, G_FORMAT_SIZE_IEC_UNITS);

  /* Translators: the placeholder is a size: "The limit of the cloud is 50.0 GiB". */
  return limit > 0 ? g_strdup_printf (_ ("The limit of the cloud is %s"), size) : NULL;
}

static const char *choose_style (guint64 low, guint64 high, guint64 limit)
{
  if (limit == 0)
    return "fine";
  if (low > limit)
    return "over";
  return high > limit ? "near" : "fine";
}

static void embark_limit_gauge_class_init (EmbarkLimitGaugeClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  gtk_widget_class_set_template_from_resource (widget_class, "/org/embark/Embark/ui/limit-gauge.ui");
  gtk_widget_class_bind_template_child (widget_class, EmbarkLimitGauge, title_label);
  gtk_widget_class_bind_template_child (widget_class, EmbarkLimitGauge, value_label);
  gtk_widget_class_bind_template_child (widget_class, EmbarkLimitGauge, bar);
}

static void embark_limit_gauge_init (EmbarkLimitGauge *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_level_bar_remove_offset_value (self->bar, GTK_LEVEL_BAR_OFFSET_LOW);
  gtk_level_bar_remove_offset_value (self->bar, GTK_LEVEL_BAR_OFFSET_HIGH);
  gtk_level_bar_remove_offset_value (self->bar, GTK_LEVEL_BAR_OFFSET_FULL);
}

void embark_limit_gauge_set (EmbarkLimitGauge *self, const char *title, guint64 low, guint64 high, guint64 limit)
{
  static const char *const styles[] = { "fine", "near", "over" };
  g_autofree char *value = describe_value (low, high, limit);
  g_autofree char *limit_words = describe_limit (limit);
  g_autofree char *words = NULL;
  double level = limit > 0 ? (double) high / (double) limit : 0;

  g_return_if_fail (EMBARK_IS_LIMIT_GAUGE (self));

  gtk_label_set_label (self->title_label, title);
  gtk_label_set_label (self->value_label, value);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), limit_words);
  gtk_level_bar_set_value (self->bar, CLAMP (level, 0, 1));
  for (guint i = 0; i < G_N_ELEMENTS (styles); i++)
    gtk_widget_remove_css_class (GTK_WIDGET (self), styles[i]);
  gtk_widget_add_css_class (GTK_WIDGET (self), choose_style (low, high, limit));

  /* Translators: for screen readers: what is measured, then the value: "Virtual size: 60 GB of 500 GiB". */
  words = g_strdup_printf (_ ("%s: %s"), title, value);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->bar), GTK_ACCESSIBLE_PROPERTY_LABEL, words, -1);
}
