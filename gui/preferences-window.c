/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkPreferencesWindow: writes settings only; gui/session.c applies them to
 * the model. The account alone is changed directly.
 */
#include "gui/preferences-window.h"

#include <glib/gi18n.h>

#include "gui/account-dialog.h"
#include "gui/path-row.h"
#include "gui/settings.h"
#include "gui/transfer-page.h"

struct _EmbarkPreferencesWindow
{
  AdwPreferencesWindow parent_instance;

  /* Owned */
  EmbarkContext *context;
  GSettings *settings;
  GPtrArray *connection_rows; /* borrowed rows */

  /* Template children */
  AdwComboRow *judge_row;
  AdwPreferencesGroup *connections_group;
  AdwEntryRow *add_row;
  AdwActionRow *account_row;
  GtkButton *clear_button;
  AdwEntryRow *prefix_row;
  EmbarkPathRow *drivers_row;
  EmbarkPathRow *cloudbase_row;
  GtkSwitch *notify_switch;
  EmbarkTransferPage *transfer_page;
};

G_DEFINE_FINAL_TYPE (EmbarkPreferencesWindow, embark_preferences_window, ADW_TYPE_PREFERENCES_WINDOW)

static void judge_selected_cb (AdwComboRow *row, GParamSpec *pspec, EmbarkPreferencesWindow *self)
{
  embark_settings_set_judge (self->settings, (EmbarkJudge) adw_combo_row_get_selected (row));
}

static void remove_connection (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  EmbarkPreferencesWindow *self = EMBARK_PREFERENCES_WINDOW (widget);
  g_auto (GStrv) uris = g_settings_get_strv (self->settings, "connections");
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) kept = NULL;

  for (guint i = 0; uris[i] != NULL; i++)
    if (!g_str_equal (uris[i], g_variant_get_string (parameter, NULL)))
      g_strv_builder_add (builder, uris[i]);
  kept = g_strv_builder_end (builder);
  g_settings_set_strv (self->settings, "connections", (const char *const *) kept);
}

static void add_connection_cb (AdwEntryRow *row, EmbarkPreferencesWindow *self)
{
  g_autofree char *uri = g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (row))));
  g_auto (GStrv) uris = g_settings_get_strv (self->settings, "connections");
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) all = NULL;

  if (!g_uri_is_valid (uri, G_URI_FLAGS_NONE, NULL))
    {
      gtk_widget_add_css_class (GTK_WIDGET (row), "error");
      adw_preferences_window_add_toast (
          ADW_PREFERENCES_WINDOW (self),
          adw_toast_new (_ ("An address looks like qemu:///system or qemu+ssh://user@host/system")));
      return;
    }
  gtk_widget_remove_css_class (GTK_WIDGET (row), "error");
  gtk_editable_set_text (GTK_EDITABLE (row), "");
  if (g_strv_contains ((const char *const *) uris, uri))
    return;

  g_strv_builder_addv (builder, (const char **) uris);
  g_strv_builder_add (builder, uri);
  all = g_strv_builder_end (builder);
  g_settings_set_strv (self->settings, "connections", (const char *const *) all);
}

static GtkWidget *make_connection_row (const char *uri)
{
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *button = gtk_button_new_from_icon_name ("user-trash-symbolic");
  /* Translators: the placeholder is the address of a connection. */
  g_autofree char *label = g_strdup_printf (_ ("Remove %s"), uri);

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), uri);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_tooltip_text (button, label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "preferences.remove-connection");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "s", uri);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
  return row;
}

static void show_connections (EmbarkPreferencesWindow *self)
{
  g_auto (GStrv) uris = g_settings_get_strv (self->settings, "connections");

  for (guint i = 0; i < self->connection_rows->len; i++)
    adw_preferences_group_remove (self->connections_group, g_ptr_array_index (self->connection_rows, i));
  g_ptr_array_set_size (self->connection_rows, 0);
  g_object_ref (self->add_row);
  adw_preferences_group_remove (self->connections_group, GTK_WIDGET (self->add_row));
  for (guint i = 0; uris[i] != NULL; i++)
    {
      GtkWidget *row = make_connection_row (uris[i]);

      adw_preferences_group_add (self->connections_group, row);
      g_ptr_array_add (self->connection_rows, row);
    }
  adw_preferences_group_add (self->connections_group, GTK_WIDGET (self->add_row));
  g_object_unref (self->add_row);
}

static void show_account (EmbarkPreferencesWindow *self)
{
  EmbarkAccount *account = embark_context_get_account (self->context);
  EmbarkKeysPlace place = embark_account_get_keys_place (account);
  const char *hint = embark_account_get_key_hint (account);
  const char *where = embark_account_describe_place (place);
  g_autofree char *text = NULL;

  /* Translators: a shortened key, then where it is kept: "AKID…0000 · In the keyring of this computer". */
  text = hint != NULL ? g_strdup_printf (_ ("%s · %s"), hint, where) : g_strdup (where);
  adw_action_row_set_subtitle (self->account_row, text);
  gtk_widget_set_visible (GTK_WIDGET (self->clear_button),
                          place == EMBARK_KEYS_IN_KEYRING || place == EMBARK_KEYS_IN_MEMORY);
}

static void change_account (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  EmbarkPreferencesWindow *self = EMBARK_PREFERENCES_WINDOW (widget);

  gtk_window_present (
      GTK_WINDOW (embark_account_dialog_new (GTK_WINDOW (self), embark_context_get_account (self->context))));
}

static void clear_finished_cb (EmbarkPreferencesWindow *self, EmbarkJob *job)
{
  const GError *error = embark_job_get_error (job);

  adw_preferences_window_add_toast (ADW_PREFERENCES_WINDOW (self),
                                    adw_toast_new (error != NULL ? error->message : _ ("The keys were removed")));
}

static void clear_account (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  EmbarkPreferencesWindow *self = EMBARK_PREFERENCES_WINDOW (widget);
  g_autoptr (EmbarkJob) job = embark_account_clear (embark_context_get_account (self->context));

  g_signal_connect_object (job, "finished", G_CALLBACK (clear_finished_cb), self, G_CONNECT_SWAPPED);
}

static void prefix_applied_cb (AdwEntryRow *row, EmbarkPreferencesWindow *self)
{
  g_settings_set_string (self->settings, "key-prefix", gtk_editable_get_text (GTK_EDITABLE (row)));
}

static void embark_preferences_window_dispose (GObject *object)
{
  EmbarkPreferencesWindow *self = EMBARK_PREFERENCES_WINDOW (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), EMBARK_TYPE_PREFERENCES_WINDOW);
  g_clear_object (&self->context);
  g_clear_object (&self->settings);
  g_clear_pointer (&self->connection_rows, g_ptr_array_unref);
  G_OBJECT_CLASS (embark_preferences_window_parent_class)->dispose (object);
}

static void embark_preferences_window_class_init (EmbarkPreferencesWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = embark_preferences_window_dispose;
  g_type_ensure (EMBARK_TYPE_PATH_ROW);
  g_type_ensure (EMBARK_TYPE_TRANSFER_PAGE);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/embark/Embark/ui/preferences-window.ui");
  gtk_widget_class_bind_template_child (widget_class, EmbarkPreferencesWindow, judge_row);
  gtk_widget_class_bind_template_child (widget_class, EmbarkPreferencesWindow, connections_group);
  gtk_widget_class_bind_template_child (widget_class, EmbarkPreferencesWindow, add_row);
  gtk_widget_class_bind_template_child (widget_class, EmbarkPreferencesWindow, account_row);
  gtk_widget_class_bind_template_child (widget_class, EmbarkPreferencesWindow, clear_button);
  gtk_widget_class_bind_template_child (widget_class, EmbarkPreferencesWindow, prefix_row);
  gtk_widget_class_bind_template_child (widget_class, EmbarkPreferencesWindow, drivers_row);
  gtk_widget_class_bind_template_child (widget_class, EmbarkPreferencesWindow, cloudbase_row);
  gtk_widget_class_bind_template_child (widget_class, EmbarkPreferencesWindow, notify_switch);
  gtk_widget_class_bind_template_child (widget_class, EmbarkPreferencesWindow, transfer_page);
  gtk_widget_class_bind_template_callback (widget_class, add_connection_cb);
  gtk_widget_class_bind_template_callback (widget_class, prefix_applied_cb);
  gtk_widget_class_install_action (widget_class, "preferences.remove-connection", "s", remove_connection);
  gtk_widget_class_install_action (widget_class, "preferences.change-account", NULL, change_account);
  gtk_widget_class_install_action (widget_class, "preferences.clear-account", NULL, clear_account);
}

static void embark_preferences_window_init (EmbarkPreferencesWindow *self)
{
  g_autofree char *prefix = NULL;

  gtk_widget_init_template (GTK_WIDGET (self));
  self->settings = embark_settings_new ();
  self->connection_rows = g_ptr_array_new ();
  adw_combo_row_set_selected (self->judge_row, embark_settings_get_judge (self->settings));
  g_signal_connect (self->judge_row, "notify::selected", G_CALLBACK (judge_selected_cb), self);
  g_signal_connect_object (self->settings, "changed::connections", G_CALLBACK (show_connections), self,
                           G_CONNECT_SWAPPED);
  g_settings_bind (self->settings, "notify", self->notify_switch, "active", G_SETTINGS_BIND_DEFAULT);
  prefix = g_settings_get_string (self->settings, "key-prefix");
  gtk_editable_set_text (GTK_EDITABLE (self->prefix_row), prefix);
  embark_path_row_bind (self->drivers_row, self->settings, "virtio-win");
  embark_path_row_bind (self->cloudbase_row, self->settings, "cloudbase-init");
  show_connections (self);
}

GtkWidget *embark_preferences_window_new (GtkWindow *parent, EmbarkContext *context)
{
  EmbarkPreferencesWindow *self = g_object_new (EMBARK_TYPE_PREFERENCES_WINDOW, "transient-for", parent, NULL);

  self->context = g_object_ref (context);
  embark_transfer_page_set_context (self->transfer_page, context);
  g_signal_connect_object (embark_context_get_account (context), "notify", G_CALLBACK (show_account), self,
                           G_CONNECT_SWAPPED);
  show_account (self);
  return GTK_WIDGET (self);
}
