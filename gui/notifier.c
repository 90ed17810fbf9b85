/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkNotifier: one notification a migration, with its id, so that a newer
 * end replaces an older one.
 */
#include "gui/notifier.h"

#include <glib/gi18n.h>

#include "gui/error-text.h"
#include "gui/settings.h"

struct _EmbarkNotifier
{
  GObject parent_instance;

  /* Owned */
  EmbarkContext *context;
  GSettings *settings;

  /* Borrowed */
  GtkApplication *application;

  guint inhibit_cookie;
};

G_DEFINE_FINAL_TYPE (EmbarkNotifier, embark_notifier, G_TYPE_OBJECT)

static gboolean is_looked_at (EmbarkNotifier *self)
{
  GtkWindow *window = gtk_application_get_active_window (self->application);

  return window != NULL && gtk_window_is_active (window);
}

static void migration_ended_cb (EmbarkMigration *migration, EmbarkNotifier *self)
{
  const GError *error = embark_migration_get_error (migration);
  g_autoptr (GNotification) notification = NULL;
  g_autofree char *title = NULL;
  g_autofree char *body = NULL;

  if (!g_settings_get_boolean (self->settings, "notify") || is_looked_at (self))
    return;

  if (error != NULL)
    {
      g_autoptr (EmbarkErrorText) text = embark_error_text_new (error);
      /* Translators: the placeholder is the name of a machine. */
      title = g_strdup_printf (_ ("Import of %s stopped"), embark_migration_get_machine_name (migration));
      body = g_strdup (text->body);
    }
  else
    {
      /* Translators: the placeholder is the name of a machine. */
      title = g_strdup_printf (_ ("%s is in the cloud"), embark_migration_get_machine_name (migration));
      body = g_strdup (embark_migration_get_status (migration));
    }
  notification = g_notification_new (title);
  g_notification_set_body (notification, body);
  g_notification_set_priority (notification,
                               error != NULL ? G_NOTIFICATION_PRIORITY_HIGH : G_NOTIFICATION_PRIORITY_NORMAL);
  g_notification_set_default_action_and_target (notification, "app.show-migration", "s",
                                                embark_migration_get_id (migration));
  g_application_send_notification (G_APPLICATION (self->application), embark_migration_get_id (migration),
                                   notification);
}

/* What its user paused for the night does not keep the computer awake. */
static guint count_moving (EmbarkNotifier *self)
{
  GListModel *migrations = G_LIST_MODEL (embark_context_get_migrations (self->context));
  guint n = embark_job_list_get_n_jobs (embark_context_get_jobs (self->context));

  for (guint i = 0; i < g_list_model_get_n_items (migrations); i++)
    {
      g_autoptr (EmbarkMigration) migration = g_list_model_get_item (migrations, i);

      if (n > 0 && embark_migration_is_paused (migration))
        n--;
    }
  return n;
}

static void update_inhibit (EmbarkNotifier *self)
{
  guint n_moving = count_moving (self);

  if (n_moving > 0 && self->inhibit_cookie == 0)
    self->inhibit_cookie = gtk_application_inhibit (self->application, NULL,
                                                    GTK_APPLICATION_INHIBIT_LOGOUT | GTK_APPLICATION_INHIBIT_SUSPEND,
                                                    _ ("A disk is on its way into the cloud"));
  else if (n_moving == 0 && self->inhibit_cookie != 0)
    {
      gtk_application_uninhibit (self->application, self->inhibit_cookie);
      self->inhibit_cookie = 0;
    }
}

static void migrations_changed_cb (GListModel *migrations, guint position, guint n_removed, guint n_added,
                                   EmbarkNotifier *self)
{
  for (guint i = 0; i < n_added; i++)
    {
      g_autoptr (EmbarkMigration) migration = g_list_model_get_item (migrations, position + i);

      g_signal_handlers_disconnect_by_func (migration, migration_ended_cb, self);
      g_signal_connect_object (migration, "ended", G_CALLBACK (migration_ended_cb), self, 0);
      g_signal_handlers_disconnect_by_func (migration, update_inhibit, self);
      g_signal_connect_object (migration, "notify::is-paused", G_CALLBACK (update_inhibit), self, G_CONNECT_SWAPPED);
    }
}

static void embark_notifier_dispose (GObject *object)
{
  EmbarkNotifier *self = EMBARK_NOTIFIER (object);

  if (self->inhibit_cookie != 0)
    gtk_application_uninhibit (self->application, self->inhibit_cookie);
  self->inhibit_cookie = 0;
  g_clear_object (&self->context);
  g_clear_object (&self->settings);
  G_OBJECT_CLASS (embark_notifier_parent_class)->dispose (object);
}

static void embark_notifier_class_init (EmbarkNotifierClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = embark_notifier_dispose;
}

static void embark_notifier_init (EmbarkNotifier *self)
{
  self->settings = embark_settings_new ();
}

EmbarkNotifier *embark_notifier_new (GtkApplication *application, EmbarkContext *context)
{
  EmbarkNotifier *self = g_object_new (EMBARK_TYPE_NOTIFIER, NULL);
  GListModel *migrations = G_LIST_MODEL (embark_context_get_migrations (context));

  self->application = application;
  self->context = g_object_ref (context);
  g_signal_connect_object (migrations, "items-changed", G_CALLBACK (migrations_changed_cb), self, 0);
  g_signal_connect_object (embark_context_get_jobs (context), "notify::n-jobs", G_CALLBACK (update_inhibit), self,
                           G_CONNECT_SWAPPED);
  migrations_changed_cb (migrations, 0, 0, g_list_model_get_n_items (migrations), self);
  update_inhibit (self);
  return self;
}

void embark_notifier_withdraw (EmbarkNotifier *self, EmbarkMigration *migration)
{
  g_return_if_fail (EMBARK_IS_NOTIFIER (self));

  g_application_withdraw_notification (G_APPLICATION (self->application), embark_migration_get_id (migration));
}
