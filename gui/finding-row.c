/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkFindingRow: an expander row with a small table inside.
 */
#include "gui/finding-row.h"

#include <glib/gi18n.h>

#include "gui/outcome-icon.h"

struct _EmbarkFindingRow
{
  AdwExpanderRow parent_instance;

  /* Template children */
  GtkImage *icon;
  GtkGrid *grid;

  int n_lines;
};

G_DEFINE_FINAL_TYPE (EmbarkFindingRow, embark_finding_row, ADW_TYPE_EXPANDER_ROW)

static void add_line (EmbarkFindingRow *self, const char *name, const char *text, gboolean is_code)
{
  GtkWidget *name_label;
  GtkWidget *text_label;

  if (text == NULL || text[0] == '\0')
    return;

  name_label = gtk_label_new (name);
  gtk_label_set_xalign (GTK_LABEL (name_label), 0);
  gtk_widget_set_valign (name_label, GTK_ALIGN_START);
  gtk_widget_add_css_class (name_label, "dim-label");
  gtk_widget_add_css_class (name_label, "finding-name");

  text_label = gtk_label_new (text);
  gtk_label_set_xalign (GTK_LABEL (text_label), 0);
  gtk_label_set_wrap (GTK_LABEL (text_label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (text_label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_selectable (GTK_LABEL (text_label), TRUE);
  gtk_widget_set_hexpand (text_label, TRUE);
  gtk_widget_set_focusable (text_label, FALSE);
  if (is_code)
    gtk_widget_add_css_class (text_label, "monospace");
  gtk_accessible_update_relation (GTK_ACCESSIBLE (text_label), GTK_ACCESSIBLE_RELATION_LABELLED_BY, name_label, NULL,
                                  -1);

  gtk_grid_attach (self->grid, name_label, 0, self->n_lines, 1, 1);
  gtk_grid_attach (self->grid, text_label, 1, self->n_lines, 1, 1);
  self->n_lines++;
}

static char *make_subtitle (const EmbarkFinding *finding)
{
  g_autofree char *summary = g_markup_escape_text (finding->summary != NULL ? finding->summary : "", -1);
  g_autofree char *code = NULL;

  if (finding->code == NULL
      || (finding->outcome != EMBARK_OUTCOME_BLOCKER && finding->outcome != EMBARK_OUTCOME_WARNING))
    return g_steal_pointer (&summary);

  code = g_markup_escape_text (finding->code, -1);
  if (summary[0] == '\0')
    return g_strdup_printf ("<tt>%s</tt>", code);
  return g_strdup_printf ("%s · <tt>%s</tt>", summary, code);
}

static void embark_finding_row_class_init (EmbarkFindingRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  gtk_widget_class_set_template_from_resource (widget_class, "/org/embark/Embark/ui/finding-row.ui");
  gtk_widget_class_bind_template_child (widget_class, EmbarkFindingRow, icon);
  gtk_widget_class_bind_template_child (widget_class, EmbarkFindingRow, grid);
}

static void embark_finding_row_init (EmbarkFindingRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *embark_finding_row_new (const EmbarkFinding *finding)
{
  EmbarkFindingRow *self;
  g_autofree char *title = NULL;
  g_autofree char *subtitle = NULL;
  g_autofree char *words = NULL;

  g_return_val_if_fail (finding != NULL, NULL);

  self = g_object_new (EMBARK_TYPE_FINDING_ROW, NULL);
  title = g_markup_escape_text (finding->title, -1);
  subtitle = make_subtitle (finding);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), title);
  adw_expander_row_set_subtitle (ADW_EXPANDER_ROW (self), subtitle);
  embark_outcome_icon_show (self->icon, finding->outcome);

  add_line (self, _ ("Seen"), finding->evidence, FALSE);
  add_line (self, _ ("Why"), finding->why, FALSE);
  add_line (self, _ ("What to do"), finding->advice, FALSE);
  add_line (self, _ ("The cloud says"), finding->code, TRUE);
  add_line (self, _ ("Rule"), finding->source, FALSE);

  /* Translators: a finding for screen readers: its outcome, then what it is: "Stops the import: No virtio driver". */
  words = g_strdup_printf (_ ("%s: %s"), embark_outcome_to_word (finding->outcome), finding->title);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, words, -1);
  return GTK_WIDGET (self);
}
