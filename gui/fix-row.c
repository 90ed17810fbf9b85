/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkFixRow: an expander row whose prefix is a check box.
 */
#include "gui/fix-row.h"

#include <glib/gi18n.h>

struct _EmbarkFixRow
{
  AdwExpanderRow parent_instance;

  /* Template children */
  GtkCheckButton *check;
  GtkLabel *changes_label;
  GtkLabel *needs_label;

  const EmbarkFix *fix;
};

enum
{
  PROP_0,
  PROP_IS_CHOSEN,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (EmbarkFixRow, embark_fix_row, ADW_TYPE_EXPANDER_ROW)

/* "No virtio disk driver · Named by its place". */
static char *list_findings (const EmbarkFix *fix, EmbarkReport *report)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; fix->findings[i] != NULL; i++)
    {
      const EmbarkFinding *finding = embark_report_find (report, fix->findings[i]);

      if (finding == NULL || g_strcmp0 (finding->fix, fix->id) != 0)
        continue;
      if (text->len > 0)
        g_string_append (text, " · ");
      g_string_append (text, finding->title);
    }
  return g_string_free (text, FALSE);
}

static void show_needs (EmbarkFixRow *self, EmbarkReport *report)
{
  gboolean has_needs = embark_fixes_get_needed (report, self->fix) != EMBARK_FIX_NEEDS_NOTHING;
  g_autofree char *text = NULL;

  gtk_widget_set_visible (GTK_WIDGET (self->needs_label), has_needs);
  if (!has_needs)
    return;
  /* Translators: %s is what a fix needs, a clause without a full stop. */
  text = g_strdup_printf (_ ("Needs: %s."), _ (self->fix->needs));
  gtk_label_set_label (self->needs_label, text);
}

static void toggled_cb (GtkCheckButton *check, GParamSpec *pspec, EmbarkFixRow *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_IS_CHOSEN]);
}

static void embark_fix_row_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  if (prop_id == PROP_IS_CHOSEN)
    g_value_set_boolean (value, embark_fix_row_is_chosen (EMBARK_FIX_ROW (object)));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void embark_fix_row_class_init (EmbarkFixRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->get_property = embark_fix_row_get_property;
  properties[PROP_IS_CHOSEN] =
      g_param_spec_boolean ("is-chosen", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (G_OBJECT_CLASS (klass), N_PROPS, properties);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/embark/Embark/ui/fix-row.ui");
  gtk_widget_class_bind_template_child (widget_class, EmbarkFixRow, check);
  gtk_widget_class_bind_template_child (widget_class, EmbarkFixRow, changes_label);
  gtk_widget_class_bind_template_child (widget_class, EmbarkFixRow, needs_label);
  gtk_widget_class_bind_template_callback (widget_class, toggled_cb);
}

static void embark_fix_row_init (EmbarkFixRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *embark_fix_row_new (const EmbarkFix *fix, EmbarkReport *report)
{
  EmbarkFixRow *self;
  g_autofree char *findings = NULL;
  g_autofree char *subtitle = NULL;
  g_autofree char *title = NULL;

  g_return_val_if_fail (fix != NULL && report != NULL, NULL);

  self = g_object_new (EMBARK_TYPE_FIX_ROW, NULL);
  self->fix = fix;
  findings = list_findings (fix, report);
  subtitle = g_markup_escape_text (findings, -1);
  title = g_markup_escape_text (_ (fix->title), -1);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), title);
  adw_expander_row_set_subtitle (ADW_EXPANDER_ROW (self), subtitle);
  gtk_label_set_label (self->changes_label, _ (fix->changes));
  show_needs (self, report);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->check), GTK_ACCESSIBLE_PROPERTY_LABEL, _ (fix->title), -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, _ (fix->title), -1);
  return GTK_WIDGET (self);
}

const EmbarkFix *embark_fix_row_get_fix (EmbarkFixRow *self)
{
  g_return_val_if_fail (EMBARK_IS_FIX_ROW (self), NULL);

  return self->fix;
}

gboolean embark_fix_row_is_chosen (EmbarkFixRow *self)
{
  g_return_val_if_fail (EMBARK_IS_FIX_ROW (self), FALSE);

  return gtk_check_button_get_active (self->check);
}

void embark_fix_row_set_chosen (EmbarkFixRow *self, gboolean is_chosen)
{
  g_return_if_fail (EMBARK_IS_FIX_ROW (self));

  gtk_check_button_set_active (self->check, is_chosen);
}
