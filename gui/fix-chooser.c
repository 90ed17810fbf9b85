/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkFixChooser: rows of the fixes, and a group for each kind of need, which
 * is there while a chosen fix has it.
 */
#include "gui/fix-chooser.h"

#include <glib/gi18n.h>

#include "gui/fix-row.h"
#include "gui/path-row.h"
#include "gui/settings.h"

struct _EmbarkFixChooser
{
  GtkBox parent_instance;

  /* Owned */
  EmbarkReport *report;
  GSettings *settings;
  GPtrArray *rows; /* borrowed EmbarkFixRow, in the order of the screen */

  /* Template children */
  AdwPreferencesGroup *fixes_group;
  AdwPreferencesGroup *choices_group;
  GtkWidget *drivers_group;
  EmbarkPathRow *drivers_row;
  GtkWidget *cloudbase_group;
  EmbarkPathRow *cloudbase_row;
  GtkWidget *packages_group;
  EmbarkPathRow *packages_row;
  GtkSwitch *network_switch;
  GtkLabel *hint_label;

  gboolean is_complete;
};

enum
{
  PROP_0,
  PROP_IS_COMPLETE,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (EmbarkFixChooser, embark_fix_chooser, GTK_TYPE_BOX)

static guint collect_needs (EmbarkFixChooser *self)
{
  guint needed = EMBARK_FIX_NEEDS_NOTHING;

  for (guint i = 0; i < self->rows->len; i++)
    {
      EmbarkFixRow *row = g_ptr_array_index (self->rows, i);

      if (embark_fix_row_is_chosen (row))
        needed |= embark_fixes_get_needed (self->report, embark_fix_row_get_fix (row));
    }
  return needed;
}

/* The first chosen one that lacks something; NULL when none does. */
static const EmbarkFix *find_incomplete (EmbarkFixChooser *self, const EmbarkFixOptions *options)
{
  for (guint i = 0; options->fixes[i] != NULL; i++)
    {
      const EmbarkFix *fix = embark_fixes_find (options->fixes[i]);

      if (!embark_fixes_have_needs (self->report, fix, options))
        return fix;
    }
  return NULL;
}

static char *make_hint (const EmbarkFixOptions *options, const EmbarkFix *incomplete)
{
  if (options->fixes[0] == NULL)
    return g_strdup (_ ("Choose what is to be fixed."));
  if (incomplete == NULL)
    return NULL;
  /* Translators: the title of a fix. */
  return g_strdup_printf (_ ("“%s” lacks what it needs: give it above, or leave this fix out."), _ (incomplete->title));
}

static void update (EmbarkFixChooser *self)
{
  guint needed = collect_needs (self);
  g_autoptr (EmbarkFixOptions) options = NULL;
  const EmbarkFix *incomplete;
  g_autofree char *hint = NULL;
  gboolean is_complete;

  gtk_widget_set_visible (self->drivers_group, (needed & EMBARK_FIX_NEEDS_VIRTIO_WIN) != 0);
  gtk_widget_set_visible (self->cloudbase_group, (needed & EMBARK_FIX_NEEDS_CLOUDBASE) != 0);
  gtk_widget_set_visible (self->packages_group, (needed & EMBARK_FIX_NEEDS_PACKAGES) != 0);
  options = embark_fix_chooser_make_options (self);
  incomplete = find_incomplete (self, options);
  hint = make_hint (options, incomplete);
  gtk_label_set_label (self->hint_label, hint != NULL ? hint : "");
  gtk_widget_set_visible (GTK_WIDGET (self->hint_label), hint != NULL);
  is_complete = hint == NULL;
  if (is_complete == self->is_complete)
    return;
  self->is_complete = is_complete;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_IS_COMPLETE]);
}

static void changed_cb (EmbarkFixChooser *self)
{
  if (self->report != NULL)
    update (self);
}

static void add_rows (EmbarkFixChooser *self, AdwPreferencesGroup *group, GPtrArray *fixes, const char *const *chosen)
{
  for (guint i = 0; i < fixes->len; i++)
    {
      const EmbarkFix *fix = g_ptr_array_index (fixes, i);
      GtkWidget *row = embark_fix_row_new (fix, self->report);

      embark_fix_row_set_chosen (EMBARK_FIX_ROW (row), g_strv_contains (chosen, fix->id));
      adw_preferences_group_add (group, row);
      g_ptr_array_add (self->rows, row);
      g_signal_connect_object (row, "notify::is-chosen", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
    }
  gtk_widget_set_visible (GTK_WIDGET (group), fixes->len > 0);
}

static void open_row (EmbarkFixChooser *self, const char *id)
{
  for (guint i = 0; i < self->rows->len; i++)
    {
      EmbarkFixRow *row = g_ptr_array_index (self->rows, i);

      if (g_str_equal (embark_fix_row_get_fix (row)->id, id))
        adw_expander_row_set_expanded (ADW_EXPANDER_ROW (row), TRUE);
    }
}

static void embark_fix_chooser_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  if (prop_id == PROP_IS_COMPLETE)
    g_value_set_boolean (value, EMBARK_FIX_CHOOSER (object)->is_complete);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void embark_fix_chooser_dispose (GObject *object)
{
  EmbarkFixChooser *self = EMBARK_FIX_CHOOSER (object);

  g_clear_pointer (&self->report, embark_report_unref);
  gtk_widget_dispose_template (GTK_WIDGET (self), EMBARK_TYPE_FIX_CHOOSER);
  g_clear_pointer (&self->rows, g_ptr_array_unref);
  g_clear_object (&self->settings);
  G_OBJECT_CLASS (embark_fix_chooser_parent_class)->dispose (object);
}

static void embark_fix_chooser_class_init (EmbarkFixChooserClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = embark_fix_chooser_get_property;
  object_class->dispose = embark_fix_chooser_dispose;
  properties[PROP_IS_COMPLETE] =
      g_param_spec_boolean ("is-complete", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  g_type_ensure (EMBARK_TYPE_PATH_ROW);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/embark/Embark/ui/fix-chooser.ui");
  gtk_widget_class_bind_template_child (widget_class, EmbarkFixChooser, fixes_group);
  gtk_widget_class_bind_template_child (widget_class, EmbarkFixChooser, choices_group);
  gtk_widget_class_bind_template_child (widget_class, EmbarkFixChooser, drivers_group);
  gtk_widget_class_bind_template_child (widget_class, EmbarkFixChooser, drivers_row);
  gtk_widget_class_bind_template_child (widget_class, EmbarkFixChooser, cloudbase_group);
  gtk_widget_class_bind_template_child (widget_class, EmbarkFixChooser, cloudbase_row);
  gtk_widget_class_bind_template_child (widget_class, EmbarkFixChooser, packages_group);
  gtk_widget_class_bind_template_child (widget_class, EmbarkFixChooser, packages_row);
  gtk_widget_class_bind_template_child (widget_class, EmbarkFixChooser, network_switch);
  gtk_widget_class_bind_template_child (widget_class, EmbarkFixChooser, hint_label);
}

static void embark_fix_chooser_init (EmbarkFixChooser *self)
{
  self->rows = g_ptr_array_new ();
  self->settings = embark_settings_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  embark_path_row_bind (self->drivers_row, self->settings, "virtio-win");
  embark_path_row_bind (self->cloudbase_row, self->settings, "cloudbase-init");
  g_signal_connect_object (self->drivers_row, "notify::path", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->cloudbase_row, "notify::path", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->packages_row, "notify::path", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->network_switch, "notify::active", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
}

void embark_fix_chooser_set_report (EmbarkFixChooser *self, EmbarkReport *report, const char *only,
                                    gboolean has_choices)
{
  const char *const words[] = { only != NULL ? only : "auto", NULL };
  g_auto (GStrv) chosen = NULL;
  g_autoptr (GPtrArray) fixes = NULL;
  g_autoptr (GPtrArray) choices = NULL;

  g_return_if_fail (EMBARK_IS_FIX_CHOOSER (self) && self->report == NULL);
  g_return_if_fail (report != NULL);

  self->report = embark_report_ref (report);
  /* With what belongs to it: new labels for SELinux. */
  chosen = embark_fixes_resolve (report, words, NULL);
  g_return_if_fail (chosen != NULL);
  fixes = embark_fixes_choose (report);
  choices = has_choices ? embark_fixes_list_choices (report) : g_ptr_array_new ();
  add_rows (self, self->fixes_group, fixes, (const char *const *) chosen);
  add_rows (self, self->choices_group, choices, (const char *const *) chosen);
  if (only != NULL)
    open_row (self, only);
  update (self);
}

gboolean embark_fix_chooser_is_complete (EmbarkFixChooser *self)
{
  g_return_val_if_fail (EMBARK_IS_FIX_CHOOSER (self), FALSE);

  return self->is_complete;
}

EmbarkFixOptions *embark_fix_chooser_make_options (EmbarkFixChooser *self)
{
  g_autoptr (GStrvBuilder) fixes = g_strv_builder_new ();
  g_autoptr (GStrvBuilder) optional = g_strv_builder_new ();
  EmbarkFixOptions *options;
  guint needed;

  g_return_val_if_fail (EMBARK_IS_FIX_CHOOSER (self) && self->report != NULL, NULL);

  needed = collect_needs (self);
  options = embark_fix_options_new ();
  for (guint i = 0; i < self->rows->len; i++)
    {
      EmbarkFixRow *row = g_ptr_array_index (self->rows, i);
      const EmbarkFix *fix = embark_fix_row_get_fix (row);

      if (!embark_fix_row_is_chosen (row))
        continue;
      g_strv_builder_add (fixes, fix->id);
      /* What Embark proposed, not the user, may be left out. */
      if (!fix->is_by_choice)
        g_strv_builder_add (optional, fix->id);
    }
  embark_fix_options_take (options, fixes, optional);
  if ((needed & EMBARK_FIX_NEEDS_VIRTIO_WIN) != 0)
    options->virtio_win = g_strdup (embark_path_row_get_path (self->drivers_row));
  if ((needed & EMBARK_FIX_NEEDS_CLOUDBASE) != 0)
    options->cloudbase = g_strdup (embark_path_row_get_path (self->cloudbase_row));
  /* What no chosen fix asks for is not handed on, least of all the network. */
  if ((needed & EMBARK_FIX_NEEDS_PACKAGES) != 0)
    {
      options->packages = g_strdup (embark_path_row_get_path (self->packages_row));
      options->is_networked = gtk_switch_get_active (self->network_switch);
    }
  return options;
}
