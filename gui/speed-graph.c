/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkSpeedGraph: hidden until there are enough samples to draw a line.
 */
#include "gui/speed-graph.h"

#include <glib/gi18n.h>

#include "gui/format.h"

#define HEIGHT 56

struct _EmbarkSpeedGraph
{
  GtkWidget parent_instance;

  /* Owned */
  EmbarkSpeedHistory *history;
  GSignalGroup *signals;
};

G_DEFINE_FINAL_TYPE (EmbarkSpeedGraph, embark_speed_graph, GTK_TYPE_WIDGET)

static double find_top_speed (GArray *samples)
{
  double top = 1;

  for (guint i = 0; i < samples->len; i++)
    top = MAX (top, g_array_index (samples, EmbarkSpeedSample, i).speed);
  return top;
}

static void history_changed_cb (EmbarkSpeedHistory *history, EmbarkSpeedGraph *self)
{
  GArray *samples = embark_speed_history_get_samples (history);
  g_autofree char *top = embark_format_speed (find_top_speed (samples));
  /* Translators: for screen readers and as tooltip; the placeholder is a speed: "Speed so far, at most 4.1 MB/s". */
  g_autofree char *words = g_strdup_printf (_ ("Speed so far, at most %s"), top);

  gtk_widget_set_visible (GTK_WIDGET (self), samples->len > 2);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), words);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, words, -1);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void trace_line (cairo_t *cr, GArray *samples, double width, double height)
{
  double top = find_top_speed (samples) * 1.15;

  for (guint i = 0; i < samples->len; i++)
    {
      const EmbarkSpeedSample *sample = &g_array_index (samples, EmbarkSpeedSample, i);

      cairo_line_to (cr, sample->progress * width, height - 1 - sample->speed / top * (height - 4));
    }
}

static void embark_speed_graph_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  EmbarkSpeedGraph *self = EMBARK_SPEED_GRAPH (widget);
  GArray *samples = self->history != NULL ? embark_speed_history_get_samples (self->history) : NULL;
  GdkRGBA color = { 0.5f, 0.5f, 0.5f, 1 };
  double width = gtk_widget_get_width (widget);
  double height = gtk_widget_get_height (widget);
  cairo_t *cr;

  if (samples == NULL || samples->len < 2)
    return;

  gtk_style_context_lookup_color (gtk_widget_get_style_context (widget), "accent_bg_color", &color);
  cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, (float) width, (float) height));
  if (gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL)
    {
      cairo_translate (cr, width, 0);
      cairo_scale (cr, -1, 1);
    }
  cairo_move_to (cr, g_array_index (samples, EmbarkSpeedSample, 0).progress * width, height);
  trace_line (cr, samples, width, height);
  cairo_line_to (cr, g_array_index (samples, EmbarkSpeedSample, samples->len - 1).progress * width, height);
  cairo_close_path (cr);
  cairo_set_source_rgba (cr, color.red, color.green, color.blue, 0.2);
  cairo_fill (cr);
  trace_line (cr, samples, width, height);
  cairo_set_source_rgba (cr, color.red, color.green, color.blue, 1);
  cairo_set_line_width (cr, 2);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  cairo_stroke (cr);
  cairo_destroy (cr);
}

static void embark_speed_graph_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                                        int *natural, int *minimum_baseline, int *natural_baseline)
{
  *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? 100 : HEIGHT;
  *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? 300 : HEIGHT;
}

static void embark_speed_graph_dispose (GObject *object)
{
  EmbarkSpeedGraph *self = EMBARK_SPEED_GRAPH (object);

  g_clear_object (&self->signals);
  g_clear_object (&self->history);
  G_OBJECT_CLASS (embark_speed_graph_parent_class)->dispose (object);
}

static void embark_speed_graph_class_init (EmbarkSpeedGraphClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = embark_speed_graph_dispose;
  widget_class->snapshot = embark_speed_graph_snapshot;
  widget_class->measure = embark_speed_graph_measure;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
  gtk_widget_class_set_css_name (widget_class, "speedgraph");
}

static void embark_speed_graph_init (EmbarkSpeedGraph *self)
{
  self->signals = g_signal_group_new (EMBARK_TYPE_SPEED_HISTORY);
  g_signal_group_connect_object (self->signals, "changed", G_CALLBACK (history_changed_cb), self, 0);
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
}

void embark_speed_graph_set_history (EmbarkSpeedGraph *self, EmbarkSpeedHistory *history)
{
  g_return_if_fail (EMBARK_IS_SPEED_GRAPH (self));

  g_set_object (&self->history, history);
  g_signal_group_set_target (self->signals, history);
  if (history != NULL)
    history_changed_cb (history, self);
  else
    gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
}
