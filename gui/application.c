/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkApplication: start, files, actions of the whole program, end.
 */
#include "gui/application.h"

#include <glib-unix.h>
#include <glib/gi18n.h>
#include <signal.h>

#include "gui/about.h"
#include "gui/error-text.h"
#include "gui/notifier.h"
#include "gui/preferences-window.h"
#include "gui/session.h"
#include "gui/window.h"

struct _EmbarkApplication
{
  AdwApplication parent_instance;

  /* Owned */
  EmbarkContext *context; /* NULL when it could not be built */
  EmbarkSession *session;
  EmbarkNotifier *notifier;
  GError *error; /* why there is no context */
};

G_DEFINE_FINAL_TYPE (EmbarkApplication, embark_application, ADW_TYPE_APPLICATION)

static EmbarkWindow *get_window (EmbarkApplication *self)
{
  GList *windows = gtk_application_get_windows (GTK_APPLICATION (self));

  for (GList *l = windows; l != NULL; l = l->next)
    if (EMBARK_IS_WINDOW (l->data))
      return l->data;
  return NULL;
}

static void failure_answered_cb (AdwMessageDialog *dialog, const char *response, GApplication *application)
{
  g_application_quit (application);
}

/* Without a context there is nothing to show: say why and end. */
static void show_failure (EmbarkApplication *self)
{
  g_autoptr (EmbarkErrorText) text = embark_error_text_new (self->error);
  g_autofree char *body = embark_error_text_join (text);
  GtkWidget *dialog = adw_message_dialog_new (NULL, _ ("Embark Cannot Start"), body);

  adw_message_dialog_add_response (ADW_MESSAGE_DIALOG (dialog), "close", _ ("_Close"));
  gtk_window_set_application (GTK_WINDOW (dialog), GTK_APPLICATION (self));
  g_signal_connect (dialog, "response", G_CALLBACK (failure_answered_cb), self);
  gtk_window_present (GTK_WINDOW (dialog));
}

/* NULL when there is no context. */
static EmbarkWindow *ensure_window (EmbarkApplication *self)
{
  EmbarkWindow *window = get_window (self);

  if (self->context == NULL)
    {
      show_failure (self);
      return NULL;
    }
  if (window == NULL)
    window = embark_window_new (GTK_APPLICATION (self), self->context);
  gtk_window_present (GTK_WINDOW (window));
  return window;
}

static void quit_answered_cb (AdwMessageDialog *dialog, const char *response, GApplication *application)
{
  if (g_str_equal (response, "quit"))
    g_application_quit (application);
}

static void quit_activated_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  EmbarkApplication *self = user_data;
  guint n_running =
      self->context != NULL ? embark_migration_list_get_n_running (embark_context_get_migrations (self->context)) : 0;
  GtkWidget *dialog;

  if (n_running == 0)
    {
      g_application_quit (G_APPLICATION (self));
      return;
    }

  dialog = adw_message_dialog_new (GTK_WINDOW (ensure_window (self)), _ ("Quit and Stop Imports?"), NULL);
  adw_message_dialog_set_body (
      ADW_MESSAGE_DIALOG (dialog),
      ngettext ("One import is under way. It stops, what was sent stays in the bucket, and “Continue” goes on from "
                "there another day. If you only close the window, it goes on.",
                "Several imports are under way. They stop, what was sent stays in the bucket, and “Continue” goes on "
                "from there another day. If you only close the window, they go on.",
                n_running));
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "stay", _ ("_Keep Running"), "quit", _ ("_Quit"),
                                    NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "quit", ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "stay");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "stay");
  g_signal_connect (dialog, "response", G_CALLBACK (quit_answered_cb), self);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void about_activated_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  EmbarkApplication *self = user_data;

  embark_show_about (gtk_application_get_active_window (GTK_APPLICATION (self)), self->context);
}

static void preferences_activated_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  EmbarkApplication *self = user_data;
  EmbarkWindow *window = ensure_window (self);

  if (window != NULL)
    gtk_window_present (GTK_WINDOW (embark_preferences_window_new (GTK_WINDOW (window), self->context)));
}

static void transfer_preferences_activated_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  EmbarkApplication *self = user_data;
  EmbarkWindow *window = ensure_window (self);
  GtkWidget *preferences;

  if (window == NULL)
    return;
  preferences = embark_preferences_window_new (GTK_WINDOW (window), self->context);
  adw_preferences_window_set_visible_page_name (ADW_PREFERENCES_WINDOW (preferences), "transfer");
  gtk_window_present (GTK_WINDOW (preferences));
}

static void help_activated_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  embark_show_help (gtk_application_get_active_window (GTK_APPLICATION (user_data)));
}

static void shortcuts_activated_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  embark_show_shortcuts (gtk_application_get_active_window (GTK_APPLICATION (user_data)));
}

static void show_migration_activated_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  EmbarkWindow *window = ensure_window (EMBARK_APPLICATION (user_data));

  if (window != NULL)
    gtk_widget_activate_action_variant (GTK_WIDGET (window), "win.show-migration", parameter);
}

static const GActionEntry action_entries[] = {
  { .name = "quit", .activate = quit_activated_cb },
  { .name = "about", .activate = about_activated_cb },
  { .name = "preferences", .activate = preferences_activated_cb },
  { .name = "transfer-preferences", .activate = transfer_preferences_activated_cb },
  { .name = "help", .activate = help_activated_cb },
  { .name = "shortcuts", .activate = shortcuts_activated_cb },
  { .name = "show-migration", .activate = show_migration_activated_cb, .parameter_type = "s" },
};

static const struct
{
  const char *action;
  const char *keys[3];
} shortcuts[] = {
  { "app.quit", { "<Control>q" } },
  { "app.preferences", { "<Control>comma" } },
  { "app.help", { "F1" } },
  { "app.shortcuts", { "<Control>question" } },
  { "win.add-disk", { "<Control>o" } },
  { "win.search", { "<Control>f" } },
  { "win.refresh", { "F5", "<Control>r" } },
  { "win.check", { "<Control>k" } },
  { "win.migrate", { "<Control>u" } },
  { "win.show-imports", { "<Control>i" } },
  { "window.close", { "<Control>w" } },
};

/* Ending the session is an ordinary end: jobs are stopped and nothing is left behind. */
static gboolean signal_received_cb (gpointer application)
{
  g_application_quit (application);
  return G_SOURCE_CONTINUE;
}

static void embark_application_startup (GApplication *application)
{
  EmbarkApplication *self = EMBARK_APPLICATION (application);

  G_APPLICATION_CLASS (embark_application_parent_class)->startup (application);

  g_action_map_add_action_entries (G_ACTION_MAP (self), action_entries, G_N_ELEMENTS (action_entries), self);
  for (guint i = 0; i < G_N_ELEMENTS (shortcuts); i++)
    gtk_application_set_accels_for_action (GTK_APPLICATION (self), shortcuts[i].action, shortcuts[i].keys);

  g_unix_signal_add (SIGTERM, signal_received_cb, self);
  g_unix_signal_add (SIGINT, signal_received_cb, self);
  g_unix_signal_add (SIGHUP, signal_received_cb, self);

  self->context = embark_context_new (NULL, &self->error);
  if (self->context == NULL)
    return;
  self->session = embark_session_new (self->context);
  self->notifier = embark_notifier_new (GTK_APPLICATION (self), self->context);
}

static void embark_application_activate (GApplication *application)
{
  ensure_window (EMBARK_APPLICATION (application));
}

static void embark_application_open (GApplication *application, GFile **files, int n_files, const char *hint)
{
  EmbarkWindow *window = ensure_window (EMBARK_APPLICATION (application));
  g_autoptr (GListStore) list = g_list_store_new (G_TYPE_FILE);

  if (window == NULL)
    return;

  for (int i = 0; i < n_files; i++)
    g_list_store_append (list, files[i]);
  embark_window_add_files (window, G_LIST_MODEL (list));
}

static int embark_application_handle_local_options (GApplication *application, GVariantDict *options)
{
  if (!g_variant_dict_contains (options, "version"))
    return -1;

  g_print ("embark %s\n", EMBARK_VERSION);
  return 0;
}

static void embark_application_shutdown (GApplication *application)
{
  EmbarkApplication *self = EMBARK_APPLICATION (application);
  EmbarkWindow *window = get_window (self);

  if (window != NULL)
    gtk_window_destroy (GTK_WINDOW (window));
  g_clear_object (&self->notifier);
  g_clear_object (&self->session);
  if (self->context != NULL)
    embark_context_close (self->context);
  g_clear_object (&self->context);
  G_APPLICATION_CLASS (embark_application_parent_class)->shutdown (application);
}

static void embark_application_finalize (GObject *object)
{
  EmbarkApplication *self = EMBARK_APPLICATION (object);

  g_clear_error (&self->error);
  G_OBJECT_CLASS (embark_application_parent_class)->finalize (object);
}

static void embark_application_class_init (EmbarkApplicationClass *klass)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  application_class->startup = embark_application_startup;
  application_class->activate = embark_application_activate;
  application_class->open = embark_application_open;
  application_class->handle_local_options = embark_application_handle_local_options;
  application_class->shutdown = embark_application_shutdown;
  G_OBJECT_CLASS (klass)->finalize = embark_application_finalize;
}

static void embark_application_init (EmbarkApplication *self)
{
  GApplication *application = G_APPLICATION (self);

  g_application_add_main_option (application, "version", 'v', 0, G_OPTION_ARG_NONE, _ ("Print the version and end"),
                                 NULL);
  g_application_set_option_context_parameter_string (application, _ ("[DISK FILE…]"));
  g_application_set_option_context_description (
      application, _ ("In a terminal: embark check | explain | machines | fixes | "
                      "prepare | upload | migrate | continue | imports | uploads | keys, each with --help."));
}

EmbarkApplication *embark_application_new (void)
{
  return g_object_new (EMBARK_TYPE_APPLICATION, "application-id", EMBARK_APP_ID, "flags", G_APPLICATION_HANDLES_OPEN,
                       "resource-base-path", "/org/embark/Embark", NULL);
}

void embark_application_withdraw (EmbarkApplication *self, EmbarkMigration *migration)
{
  g_return_if_fail (EMBARK_IS_APPLICATION (self));

  embark_notifier_withdraw (self->notifier, migration);
}
