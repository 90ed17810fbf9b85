/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkPathRow: an action row with the buttons that choose and forget.
 */
#include "gui/path-row.h"

#include <glib/gi18n.h>

#include "gui/settings.h"

struct _EmbarkPathRow
{
  AdwActionRow parent_instance;

  /* Owned */
  char *path;
  char *empty_text;
  GSettings *settings; /* (nullable) where it is kept … */
  char *key;           /* … and under which name */

  /* Template children */
  GtkWidget *clear_button;
  GtkWidget *file_button;

  gboolean is_file_allowed;
};

enum
{
  PROP_0,
  PROP_PATH,
  PROP_EMPTY_TEXT,
  PROP_IS_FILE_ALLOWED,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (EmbarkPathRow, embark_path_row, ADW_TYPE_ACTION_ROW)

static void update (EmbarkPathRow *self)
{
  g_autofree char *name = self->path != NULL ? g_filename_display_name (self->path) : NULL;

  adw_action_row_set_subtitle (ADW_ACTION_ROW (self), name != NULL               ? name
                                                      : self->empty_text != NULL ? self->empty_text
                                                                                 : "");
  gtk_widget_set_visible (self->clear_button, self->path != NULL);
  gtk_widget_set_visible (self->file_button, self->is_file_allowed);
}

static void chosen_cb (GtkNativeDialog *dialog, int response, EmbarkPathRow *self)
{
  g_autoptr (GFile) file =
      response == GTK_RESPONSE_ACCEPT ? gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog)) : NULL;
  g_autofree char *path = file != NULL ? g_file_get_path (file) : NULL;

  g_object_unref (dialog);
  if (path != NULL)
    embark_path_row_set_path (self, path);
}

static void choose (EmbarkPathRow *self, GtkFileChooserAction action)
{
  GtkFileChooserNative *dialog = gtk_file_chooser_native_new (
      adw_preferences_row_get_title (ADW_PREFERENCES_ROW (self)), GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))),
      action, _ ("_Choose"), _ ("_Cancel"));
  g_autofree char *parent = self->path != NULL ? g_path_get_dirname (self->path) : NULL;
  g_autoptr (GFile) folder = parent != NULL ? g_file_new_for_path (parent) : NULL;

  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  if (folder != NULL)
    gtk_file_chooser_set_current_folder (GTK_FILE_CHOOSER (dialog), folder, NULL);
  g_signal_connect_object (dialog, "response", G_CALLBACK (chosen_cb), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

static void choose_folder_activated (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  choose (EMBARK_PATH_ROW (widget), GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER);
}

static void choose_file_activated (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  choose (EMBARK_PATH_ROW (widget), GTK_FILE_CHOOSER_ACTION_OPEN);
}

static void clear_activated (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  embark_path_row_set_path (EMBARK_PATH_ROW (widget), NULL);
}

static void embark_path_row_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  EmbarkPathRow *self = EMBARK_PATH_ROW (object);

  switch (prop_id)
    {
    case PROP_PATH:
      g_value_set_string (value, self->path);
      break;
    case PROP_EMPTY_TEXT:
      g_value_set_string (value, self->empty_text);
      break;
    case PROP_IS_FILE_ALLOWED:
      g_value_set_boolean (value, self->is_file_allowed);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void embark_path_row_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  EmbarkPathRow *self = EMBARK_PATH_ROW (object);

  switch (prop_id)
    {
    case PROP_EMPTY_TEXT:
      g_free (self->empty_text);
      self->empty_text = g_value_dup_string (value);
      break;
    case PROP_IS_FILE_ALLOWED:
      self->is_file_allowed = g_value_get_boolean (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
  update (self);
}

static void embark_path_row_finalize (GObject *object)
{
  EmbarkPathRow *self = EMBARK_PATH_ROW (object);

  g_free (self->path);
  g_free (self->empty_text);
  g_free (self->key);
  g_clear_object (&self->settings);
  G_OBJECT_CLASS (embark_path_row_parent_class)->finalize (object);
}

static void embark_path_row_class_init (EmbarkPathRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = embark_path_row_get_property;
  object_class->set_property = embark_path_row_set_property;
  object_class->finalize = embark_path_row_finalize;
  properties[PROP_PATH] = g_param_spec_string ("path", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_EMPTY_TEXT] =
      g_param_spec_string ("empty-text", NULL, NULL, NULL, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  properties[PROP_IS_FILE_ALLOWED] =
      g_param_spec_boolean ("is-file-allowed", NULL, NULL, FALSE, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/embark/Embark/ui/path-row.ui");
  gtk_widget_class_bind_template_child (widget_class, EmbarkPathRow, clear_button);
  gtk_widget_class_bind_template_child (widget_class, EmbarkPathRow, file_button);
  gtk_widget_class_install_action (widget_class, "path.choose-folder", NULL, choose_folder_activated);
  gtk_widget_class_install_action (widget_class, "path.choose-file", NULL, choose_file_activated);
  gtk_widget_class_install_action (widget_class, "path.clear", NULL, clear_activated);
}

static void embark_path_row_init (EmbarkPathRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  update (self);
}

const char *embark_path_row_get_path (EmbarkPathRow *self)
{
  g_return_val_if_fail (EMBARK_IS_PATH_ROW (self), NULL);

  return self->path;
}

void embark_path_row_set_path (EmbarkPathRow *self, const char *path)
{
  g_return_if_fail (EMBARK_IS_PATH_ROW (self));

  if (g_strcmp0 (self->path, path) == 0)
    return;
  g_free (self->path);
  self->path = g_strdup (path);
  if (self->settings != NULL)
    embark_settings_set_path (self->settings, self->key, path);
  update (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PATH]);
}

void embark_path_row_bind (EmbarkPathRow *self, GSettings *settings, const char *key)
{
  g_autofree char *path = NULL;

  g_return_if_fail (EMBARK_IS_PATH_ROW (self) && self->settings == NULL);

  path = embark_settings_get_path (settings, key);
  embark_path_row_set_path (self, path);
  self->settings = g_object_ref (settings);
  self->key = g_strdup (key);
}
