/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkStepStrip: one small column a step, lines between their circles.
 */
#include "gui/step-strip.h"

#include <glib/gi18n.h>

typedef struct
{
  /* All borrowed: children of the strip */
  GtkWidget *column;
  GtkWidget *line_before;
  GtkWidget *line_after;
  GtkWidget *circle;
  GtkImage *icon;
  GtkLabel *number;
  GtkLabel *name;
  GtkLabel *detail;
} Step;

struct _EmbarkStepStrip
{
  GtkBox parent_instance;

  /* Owned */
  GArray *steps;
};

G_DEFINE_FINAL_TYPE (EmbarkStepStrip, embark_step_strip, GTK_TYPE_BOX)

static const char *const state_styles[] = {
  [EMBARK_STEP_TO_COME] = "to-come",
  [EMBARK_STEP_ACTIVE] = "active",
  [EMBARK_STEP_DONE] = "done",
  [EMBARK_STEP_STOPPED] = "stopped",
};

static const char *name_state (EmbarkStepState state)
{
  switch (state)
    {
    case EMBARK_STEP_ACTIVE:
      return _ ("under way");
    case EMBARK_STEP_DONE:
      return _ ("done");
    case EMBARK_STEP_STOPPED:
      return _ ("stopped");
    case EMBARK_STEP_TO_COME:
    default:
      return _ ("to come");
    }
}

static GtkWidget *make_line (gboolean is_visible)
{
  GtkWidget *line = gtk_separator_new (GTK_ORIENTATION_HORIZONTAL);

  gtk_widget_set_hexpand (line, TRUE);
  gtk_widget_set_valign (line, GTK_ALIGN_CENTER);
  gtk_widget_set_opacity (line, is_visible ? 1 : 0);
  return line;
}

static GtkLabel *make_label (const char *text, const char *style)
{
  GtkLabel *label = GTK_LABEL (gtk_label_new (text));

  gtk_label_set_ellipsize (label, PANGO_ELLIPSIZE_END);
  gtk_label_set_justify (label, GTK_JUSTIFY_CENTER);
  gtk_widget_add_css_class (GTK_WIDGET (label), style);
  return label;
}

static void fill_circle (Step *step, guint index)
{
  g_autofree char *number = g_strdup_printf ("%u", index + 1);
  GtkWidget *overlay = gtk_overlay_new ();

  step->number = GTK_LABEL (gtk_label_new (number));
  step->icon = GTK_IMAGE (gtk_image_new_from_icon_name ("object-select-symbolic"));
  gtk_widget_set_visible (GTK_WIDGET (step->icon), FALSE);
  gtk_overlay_set_child (GTK_OVERLAY (overlay), GTK_WIDGET (step->number));
  gtk_overlay_add_overlay (GTK_OVERLAY (overlay), GTK_WIDGET (step->icon));
  step->circle = overlay;
  gtk_widget_add_css_class (overlay, "step-circle");
}

static void add_step (EmbarkStepStrip *self, const char *name, guint index, gboolean is_last)
{
  Step step = { 0 };
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);

  step.column = g_object_new (GTK_TYPE_BOX, "orientation", GTK_ORIENTATION_VERTICAL, "spacing", 4, "accessible-role",
                              GTK_ACCESSIBLE_ROLE_GROUP, NULL);
  step.line_before = make_line (index > 0);
  step.line_after = make_line (!is_last);
  fill_circle (&step, index);
  gtk_box_append (GTK_BOX (row), step.line_before);
  gtk_box_append (GTK_BOX (row), step.circle);
  gtk_box_append (GTK_BOX (row), step.line_after);
  step.name = make_label (name, "caption-heading");
  step.detail = make_label ("", "caption");
  gtk_widget_add_css_class (GTK_WIDGET (step.detail), "dim-label");
  gtk_widget_add_css_class (GTK_WIDGET (step.detail), "numeric");
  gtk_box_append (GTK_BOX (step.column), row);
  gtk_box_append (GTK_BOX (step.column), GTK_WIDGET (step.name));
  gtk_box_append (GTK_BOX (step.column), GTK_WIDGET (step.detail));
  gtk_widget_add_css_class (step.column, "step");
  gtk_box_append (GTK_BOX (self), step.column);
  g_array_append_val (self->steps, step);
}

static void set_line (GtkWidget *line, gboolean is_done)
{
  if (is_done)
    gtk_widget_add_css_class (line, "done");
  else
    gtk_widget_remove_css_class (line, "done");
}

static void embark_step_strip_finalize (GObject *object)
{
  EmbarkStepStrip *self = EMBARK_STEP_STRIP (object);

  g_clear_pointer (&self->steps, g_array_unref);
  G_OBJECT_CLASS (embark_step_strip_parent_class)->finalize (object);
}

static void embark_step_strip_class_init (EmbarkStepStripClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = embark_step_strip_finalize;
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (klass), "stepstrip");
}

static void embark_step_strip_init (EmbarkStepStrip *self)
{
  self->steps = g_array_new (FALSE, TRUE, sizeof (Step));
  gtk_box_set_homogeneous (GTK_BOX (self), TRUE);
  gtk_box_set_spacing (GTK_BOX (self), 0);
}

void embark_step_strip_set_names (EmbarkStepStrip *self, const char *const *names)
{
  g_return_if_fail (EMBARK_IS_STEP_STRIP (self));

  for (guint i = 0; i < self->steps->len; i++)
    gtk_box_remove (GTK_BOX (self), g_array_index (self->steps, Step, i).column);
  g_array_set_size (self->steps, 0);
  for (guint i = 0; names[i] != NULL; i++)
    add_step (self, names[i], i, names[i + 1] == NULL);
}

void embark_step_strip_set (EmbarkStepStrip *self, guint index, EmbarkStepState state, const char *detail)
{
  g_autofree char *words = NULL;
  Step *step;

  g_return_if_fail (EMBARK_IS_STEP_STRIP (self));
  g_return_if_fail (index < self->steps->len);

  step = &g_array_index (self->steps, Step, index);
  for (guint i = 0; i < G_N_ELEMENTS (state_styles); i++)
    gtk_widget_remove_css_class (step->column, state_styles[i]);
  gtk_widget_add_css_class (step->column, state_styles[state]);
  gtk_widget_set_visible (GTK_WIDGET (step->icon), state == EMBARK_STEP_DONE || state == EMBARK_STEP_STOPPED);
  gtk_widget_set_opacity (GTK_WIDGET (step->number), state == EMBARK_STEP_DONE || state == EMBARK_STEP_STOPPED ? 0 : 1);
  gtk_image_set_from_icon_name (step->icon,
                                state == EMBARK_STEP_STOPPED ? "window-close-symbolic" : "object-select-symbolic");
  gtk_label_set_label (step->detail, detail != NULL ? detail : "");
  gtk_widget_set_visible (GTK_WIDGET (step->detail), detail != NULL);
  set_line (step->line_before, state != EMBARK_STEP_TO_COME);
  set_line (step->line_after, state == EMBARK_STEP_DONE);

  /* Translators: a step of a migration for screen readers: its name, then its state: "Uploading: under way". */
  words = g_strdup_printf (_ ("%s: %s"), gtk_label_get_label (step->name), name_state (state));
  gtk_accessible_update_property (GTK_ACCESSIBLE (step->column), GTK_ACCESSIBLE_PROPERTY_LABEL, words, -1);
}
