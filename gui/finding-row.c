/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkFindingRow: an expander row with a small table inside.
 */
#include "gui/finding-row.h"

#include <glib/gi18n.h>

#include "gui/outcome-icon.h"
#include "model/check/report-form.h"

struct _EmbarkFindingRow
{
  AdwExpanderRow parent_instance;

  /* Template children */
  GtkImage *icon;
  GtkWidget *fix_button;
  GtkGrid *grid;
  GtkWidget *help_button;

  int n_lines;
};

G_DEFINE_FINAL_TYPE (EmbarkFindingRow, embark_finding_row, ADW_TYPE_EXPANDER_ROW)

static GtkWidget *make_text (const char *text)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_widget_set_focusable (label, FALSE);
  return label;
}

/* A code leads to its explanation. */
static GtkWidget *make_code_button (const char *code)
{
  GtkWidget *button = gtk_button_new ();
  GtkWidget *label = gtk_label_new (code);
  /* Translators: %s is an error code of the cloud. */
  g_autofree char *words = g_strdup_printf (_ ("Explain %s"), code);

  /* One long word: unless it may break, the narrow window cannot show the row, not even while it is folded. */
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_button_set_child (GTK_BUTTON (button), label);
  gtk_widget_set_halign (button, GTK_ALIGN_START);
  gtk_widget_set_tooltip_text (button, words);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_add_css_class (button, "code-link");
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, words, -1);
  gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "s", code);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "win.explain");
  return button;
}

static void add_line (EmbarkFindingRow *self, const EmbarkReportLine *line)
{
  GtkWidget *name_label = gtk_label_new (line->name);
  GtkWidget *value = line->is_code ? make_code_button (line->text) : make_text (line->text);

  gtk_label_set_xalign (GTK_LABEL (name_label), 0);
  gtk_widget_set_valign (name_label, line->is_code ? GTK_ALIGN_CENTER : GTK_ALIGN_START);
  gtk_widget_add_css_class (name_label, "dim-label");
  gtk_widget_add_css_class (name_label, "finding-name");
  if (!line->is_code)
    gtk_accessible_update_relation (GTK_ACCESSIBLE (value), GTK_ACCESSIBLE_RELATION_LABELLED_BY, name_label, NULL, -1);
  gtk_grid_attach (self->grid, name_label, 0, self->n_lines, 1, 1);
  gtk_grid_attach (self->grid, value, 1, self->n_lines, 1, 1);
  self->n_lines++;
}

static void show_help_button (EmbarkFindingRow *self, const EmbarkFinding *finding)
{
  /* Translators: the help about a finding, for screen readers: "Help: No virtio disk driver". */
  g_autofree char *words = g_strdup_printf (_ ("Help: %s"), finding->title);

  gtk_actionable_set_action_target (GTK_ACTIONABLE (self->help_button), "s", finding->id);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->help_button), "win.explain");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->help_button), GTK_ACCESSIBLE_PROPERTY_LABEL, words, -1);
}

static void show_fix_button (EmbarkFindingRow *self, const EmbarkFinding *finding)
{
  /* Translators: what mends a finding, for screen readers: "Fix: No virtio disk driver". */
  g_autofree char *words = g_strdup_printf (_ ("Fix: %s"), finding->title);

  gtk_widget_set_visible (self->fix_button, finding->fix != NULL);
  if (finding->fix == NULL)
    return;
  gtk_actionable_set_action_target (GTK_ACTIONABLE (self->fix_button), "s", finding->fix);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->fix_button), "report.fix");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->fix_button), GTK_ACCESSIBLE_PROPERTY_LABEL, words, -1);
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
  gtk_widget_class_bind_template_child (widget_class, EmbarkFindingRow, fix_button);
  gtk_widget_class_bind_template_child (widget_class, EmbarkFindingRow, grid);
  gtk_widget_class_bind_template_child (widget_class, EmbarkFindingRow, help_button);
}

static void embark_finding_row_init (EmbarkFindingRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *embark_finding_row_new (const EmbarkFinding *finding)
{
  EmbarkFindingRow *self;
  g_autoptr (GPtrArray) lines = NULL;
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

  lines = embark_finding_list_lines (finding);
  for (guint i = 0; i < lines->len; i++)
    add_line (self, g_ptr_array_index (lines, i));
  show_fix_button (self, finding);
  show_help_button (self, finding);

  /* Translators: a finding for screen readers: its outcome, then what it is: "Stops the import: No virtio driver". */
  words = g_strdup_printf (_ ("%s: %s"), embark_outcome_to_word (finding->outcome), finding->title);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, words, -1);
  return GTK_WIDGET (self);
}
