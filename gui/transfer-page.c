/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkTransferPage: widgets bound to settings; choices are actions of them.
 */
#include "gui/transfer-page.h"

#include <glib/gi18n.h>

#include "gui/error-text.h"
#include "gui/settings.h"
#include "model/proxy-login.h"

#define KB_PER_MB 1000.0
#define MINUTES_PER_DAY (24 * 60)

struct _EmbarkTransferPage
{
  AdwPreferencesPage parent_instance;

  /* Owned */
  EmbarkContext *context;
  GSettings *settings;

  /* Template children */
  GtkSwitch *limit_switch;
  GtkWidget *speed_row;
  GtkSpinButton *speed_spin;
  GtkWidget *hours_row;
  GtkSwitch *hours_switch;
  GtkWidget *from_row;
  GtkSpinButton *from_spin;
  AdwActionRow *to_row;
  GtkSpinButton *to_spin;
  AdwEntryRow *proxy_row;
  GtkWidget *proxy_hint_row;
  GtkImage *proxy_hint_icon;
  GtkLabel *proxy_hint_label;
  GtkWidget *login_row;
  AdwEntryRow *user_row;
  AdwPasswordEntryRow *password_row;

  gboolean is_showing;
};

G_DEFINE_FINAL_TYPE (EmbarkTransferPage, embark_transfer_page, ADW_TYPE_PREFERENCES_PAGE)

static void show_hours (EmbarkTransferPage *self, gboolean is_limited)
{
  gboolean is_scheduled = is_limited && g_settings_get_boolean (self->settings, "send-limit-scheduled");
  guint from = g_settings_get_uint (self->settings, "send-limit-from");
  guint to = g_settings_get_uint (self->settings, "send-limit-to");

  gtk_widget_set_visible (self->from_row, is_scheduled);
  gtk_widget_set_visible (GTK_WIDGET (self->to_row), is_scheduled);
  /* The same time twice is no hours at all, or all of them: the model takes it for the whole day. */
  adw_action_row_set_subtitle (self->to_row, from > to ? _ ("On the next day") : from == to ? _ ("All day") : "");
}

static void show_limit (EmbarkTransferPage *self)
{
  guint limit = g_settings_get_uint (self->settings, "send-limit");

  self->is_showing = TRUE;
  gtk_switch_set_active (self->limit_switch, limit > 0);
  /* Without a limit the amount of before is kept, for whoever switches it on again. */
  if (limit > 0)
    gtk_spin_button_set_value (self->speed_spin, limit / KB_PER_MB);
  self->is_showing = FALSE;
  gtk_widget_set_visible (self->speed_row, limit > 0);
  gtk_widget_set_visible (self->hours_row, limit > 0);
  show_hours (self, limit > 0);
}

static void limit_changed_cb (EmbarkTransferPage *self)
{
  guint limit = 0;

  if (self->is_showing)
    return;

  if (gtk_switch_get_active (self->limit_switch))
    limit = (guint) (gtk_spin_button_get_value (self->speed_spin) * KB_PER_MB + 0.5);
  g_settings_set_uint (self->settings, "send-limit", limit);
}

/* "08:00": minutes of the day are shown as a clock does. */
static gboolean show_clock_cb (GtkSpinButton *spin, EmbarkTransferPage *self)
{
  guint minutes = (guint) gtk_spin_button_get_value_as_int (spin);
  g_autofree char *text = g_strdup_printf ("%02u:%02u", minutes / 60, minutes % 60);

  if (!g_str_equal (text, gtk_editable_get_text (GTK_EDITABLE (spin))))
    gtk_editable_set_text (GTK_EDITABLE (spin), text);
  return TRUE;
}

static int read_clock_cb (GtkSpinButton *spin, double *ret_value, EmbarkTransferPage *self)
{
  guint hours = 0;
  guint minutes = 0;
  int n = sscanf (gtk_editable_get_text (GTK_EDITABLE (spin)), "%2u:%2u", &hours, &minutes);

  if (n < 1 || hours > 23 || minutes > 59)
    return GTK_INPUT_ERROR;
  *ret_value = hours * 60 + minutes;
  return TRUE;
}

static void show_proxy_hint (EmbarkTransferPage *self, const GError *error)
{
  gtk_label_set_label (self->proxy_hint_label,
                       error != NULL ? error->message
                                     : _ ("Host and port, such as proxy.example.com:3128. Ask whoever runs your "
                                          "network for them."));
  gtk_widget_set_visible (GTK_WIDGET (self->proxy_hint_icon), error != NULL);
  if (error != NULL)
    {
      gtk_widget_add_css_class (GTK_WIDGET (self->proxy_row), "error");
      gtk_widget_add_css_class (GTK_WIDGET (self->proxy_hint_label), "error");
      gtk_widget_remove_css_class (GTK_WIDGET (self->proxy_hint_label), "dim-label");
    }
  else
    {
      gtk_widget_remove_css_class (GTK_WIDGET (self->proxy_row), "error");
      gtk_widget_remove_css_class (GTK_WIDGET (self->proxy_hint_label), "error");
      gtk_widget_add_css_class (GTK_WIDGET (self->proxy_hint_label), "dim-label");
    }
}

static void show_proxy (EmbarkTransferPage *self)
{
  g_autofree char *mode = g_settings_get_string (self->settings, "proxy-mode");
  gboolean is_manual = g_str_equal (mode, "manual");

  gtk_widget_set_visible (GTK_WIDGET (self->proxy_row), is_manual);
  gtk_widget_set_visible (self->proxy_hint_row, is_manual);
  gtk_widget_set_visible (self->login_row, is_manual);
}

static void proxy_applied_cb (AdwEntryRow *row, EmbarkTransferPage *self)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *address = embark_proxy_address_normalize (gtk_editable_get_text (GTK_EDITABLE (row)), &error);

  show_proxy_hint (self, error);
  if (address == NULL)
    return;

  gtk_editable_set_text (GTK_EDITABLE (row), address);
  g_settings_set_string (self->settings, "proxy-uri", address);
}

static void say (EmbarkTransferPage *self, const char *text)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));

  if (ADW_IS_PREFERENCES_WINDOW (root))
    adw_preferences_window_add_toast (ADW_PREFERENCES_WINDOW (root), adw_toast_new (text));
}

static void login_kept_cb (EmbarkTransferPage *self, EmbarkJob *job)
{
  const GError *error = embark_job_get_error (job);
  g_autoptr (EmbarkErrorText) text = NULL;

  if (error == NULL)
    {
      say (self, _ ("The keyring was changed"));
      return;
    }
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  text = embark_error_text_new (error);
  say (self, text->body);
}

static void keep_login (EmbarkTransferPage *self, const char *user, const char *password)
{
  g_autoptr (EmbarkJob) job = embark_context_set_proxy_login (self->context, user, password);

  /* No secret stays in an entry, whatever becomes of it. */
  gtk_editable_set_text (GTK_EDITABLE (self->password_row), "");
  g_signal_connect_object (job, "finished", G_CALLBACK (login_kept_cb), self, G_CONNECT_SWAPPED);
}

static void login_changed_cb (EmbarkTransferPage *self)
{
  gboolean has_user = gtk_editable_get_text (GTK_EDITABLE (self->user_row))[0] != '\0';

  gtk_widget_action_set_enabled (GTK_WIDGET (self), "login.save", has_user);
}

static void save_login_activated (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  EmbarkTransferPage *self = EMBARK_TRANSFER_PAGE (widget);
  char *password = g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->password_row)));

  keep_login (self, gtk_editable_get_text (GTK_EDITABLE (self->user_row)), password);
  explicit_bzero (password, strlen (password));
  g_free (password);
}

static void forget_login_activated (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  EmbarkTransferPage *self = EMBARK_TRANSFER_PAGE (widget);

  gtk_editable_set_text (GTK_EDITABLE (self->user_row), "");
  keep_login (self, "", "");
}

static void embark_transfer_page_dispose (GObject *object)
{
  EmbarkTransferPage *self = EMBARK_TRANSFER_PAGE (object);

  if (self->password_row != NULL)
    gtk_editable_set_text (GTK_EDITABLE (self->password_row), "");
  gtk_widget_dispose_template (GTK_WIDGET (object), EMBARK_TYPE_TRANSFER_PAGE);
  g_clear_object (&self->context);
  g_clear_object (&self->settings);
  G_OBJECT_CLASS (embark_transfer_page_parent_class)->dispose (object);
}

static void embark_transfer_page_class_init (EmbarkTransferPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = embark_transfer_page_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/embark/Embark/ui/transfer-page.ui");
  gtk_widget_class_bind_template_child (widget_class, EmbarkTransferPage, limit_switch);
  gtk_widget_class_bind_template_child (widget_class, EmbarkTransferPage, speed_row);
  gtk_widget_class_bind_template_child (widget_class, EmbarkTransferPage, speed_spin);
  gtk_widget_class_bind_template_child (widget_class, EmbarkTransferPage, hours_row);
  gtk_widget_class_bind_template_child (widget_class, EmbarkTransferPage, hours_switch);
  gtk_widget_class_bind_template_child (widget_class, EmbarkTransferPage, from_row);
  gtk_widget_class_bind_template_child (widget_class, EmbarkTransferPage, from_spin);
  gtk_widget_class_bind_template_child (widget_class, EmbarkTransferPage, to_row);
  gtk_widget_class_bind_template_child (widget_class, EmbarkTransferPage, to_spin);
  gtk_widget_class_bind_template_child (widget_class, EmbarkTransferPage, proxy_row);
  gtk_widget_class_bind_template_child (widget_class, EmbarkTransferPage, proxy_hint_row);
  gtk_widget_class_bind_template_child (widget_class, EmbarkTransferPage, proxy_hint_icon);
  gtk_widget_class_bind_template_child (widget_class, EmbarkTransferPage, proxy_hint_label);
  gtk_widget_class_bind_template_child (widget_class, EmbarkTransferPage, login_row);
  gtk_widget_class_bind_template_child (widget_class, EmbarkTransferPage, user_row);
  gtk_widget_class_bind_template_child (widget_class, EmbarkTransferPage, password_row);
  gtk_widget_class_bind_template_callback (widget_class, limit_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, show_clock_cb);
  gtk_widget_class_bind_template_callback (widget_class, read_clock_cb);
  gtk_widget_class_bind_template_callback (widget_class, proxy_applied_cb);
  gtk_widget_class_bind_template_callback (widget_class, login_changed_cb);
  gtk_widget_class_install_action (widget_class, "login.save", NULL, save_login_activated);
  gtk_widget_class_install_action (widget_class, "login.forget", NULL, forget_login_activated);
}

static void add_choices (EmbarkTransferPage *self)
{
  g_autoptr (GSimpleActionGroup) group = g_simple_action_group_new ();
  g_autoptr (GAction) compression = g_settings_create_action (self->settings, "compression");
  g_autoptr (GAction) proxy = g_settings_create_action (self->settings, "proxy-mode");

  g_action_map_add_action (G_ACTION_MAP (group), compression);
  g_action_map_add_action (G_ACTION_MAP (group), proxy);
  gtk_widget_insert_action_group (GTK_WIDGET (self), "transfer", G_ACTION_GROUP (group));
}

static void embark_transfer_page_init (EmbarkTransferPage *self)
{
  g_autofree char *address = NULL;

  self->settings = embark_settings_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  add_choices (self);
  g_settings_bind (self->settings, "send-limit-scheduled", self->hours_switch, "active", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (self->settings, "send-limit-from", gtk_spin_button_get_adjustment (self->from_spin), "value",
                   G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (self->settings, "send-limit-to", gtk_spin_button_get_adjustment (self->to_spin), "value",
                   G_SETTINGS_BIND_DEFAULT);
  g_signal_connect_object (self->settings, "changed", G_CALLBACK (show_limit), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->settings, "changed::proxy-mode", G_CALLBACK (show_proxy), self, G_CONNECT_SWAPPED);
  address = g_settings_get_string (self->settings, "proxy-uri");
  gtk_editable_set_text (GTK_EDITABLE (self->proxy_row), address);
  show_limit (self);
  show_proxy (self);
  show_proxy_hint (self, NULL);
  login_changed_cb (self);
}

void embark_transfer_page_set_context (EmbarkTransferPage *self, EmbarkContext *context)
{
  g_return_if_fail (EMBARK_IS_TRANSFER_PAGE (self));
  g_return_if_fail (self->context == NULL);

  self->context = g_object_ref (context);
}
