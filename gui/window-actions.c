/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the buttons, menus and keys of the window do.
 */
#include <glib/gi18n.h>

#include "gui/account-dialog.h"
#include "gui/error-text.h"
#include "gui/explain-window.h"
#include "gui/forced-import.h"
#include "gui/migrate-dialog.h"
#include "gui/unfinished-dialog.h"
#include "gui/window-private.h"

static void add_disk (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  embark_window_choose_files (EMBARK_WINDOW (widget));
}

static void search (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  EmbarkWindow *self = EMBARK_WINDOW (widget);

  adw_leaflet_set_visible_child (self->leaflet, self->sidebar);
  gtk_search_bar_set_search_mode (self->search_bar, TRUE);
  gtk_widget_grab_focus (GTK_WIDGET (self->search_entry));
}

static void refresh (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  embark_library_refresh (embark_context_get_library (EMBARK_WINDOW (widget)->context));
}

static void check (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  embark_machine_page_check (EMBARK_WINDOW (widget)->machine_page);
}

static void save_report (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  gtk_widget_activate_action (GTK_WIDGET (EMBARK_WINDOW (widget)->machine_page), "page.save-report", NULL);
}

static void copy_report (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  gtk_widget_activate_action (GTK_WIDGET (EMBARK_WINDOW (widget)->machine_page), "page.copy-report", NULL);
}

/* An error code or finding, or the list of them. What is known of the chosen disk goes along. */
static void explain (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  EmbarkWindow *self = EMBARK_WINDOW (widget);
  EmbarkDisk *disk = embark_machine_page_get_disk (self->machine_page);
  GtkWidget *window = embark_explain_window_new (GTK_WINDOW (self), disk != NULL ? embark_disk_get_report (disk) : NULL,
                                                 parameter != NULL ? g_variant_get_string (parameter, NULL) : NULL);

  gtk_window_present (GTK_WINDOW (window));
}

static void go_back (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  embark_window_go_back (EMBARK_WINDOW (widget));
}

static void show_imports (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  embark_window_show_imports (EMBARK_WINDOW (widget));
}

static void say (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  embark_window_say (EMBARK_WINDOW (widget), g_variant_get_string (parameter, NULL));
}

/* Borrowed; NULL when it is not there any more. */
static EmbarkMigration *find_migration (EmbarkWindow *self, GVariant *id)
{
  GListModel *migrations = G_LIST_MODEL (embark_context_get_migrations (self->context));

  for (guint i = 0; i < g_list_model_get_n_items (migrations); i++)
    {
      g_autoptr (EmbarkMigration) migration = g_list_model_get_item (migrations, i);

      if (g_strcmp0 (embark_migration_get_id (migration), g_variant_get_string (id, NULL)) == 0)
        return migration;
    }
  return NULL;
}

/* Borrowed; NULL when it is not there any more. */
static EmbarkMachine *find_machine (EmbarkWindow *self, GVariant *id)
{
  GListModel *connections = embark_library_get_connections (embark_context_get_library (self->context));

  for (guint i = 0; i < g_list_model_get_n_items (connections); i++)
    {
      g_autoptr (GListModel) machines = g_list_model_get_item (connections, i);

      for (guint j = 0; j < g_list_model_get_n_items (machines); j++)
        {
          g_autoptr (EmbarkMachine) machine = g_list_model_get_item (machines, j);

          if (g_strcmp0 (embark_machine_get_id (machine), g_variant_get_string (id, NULL)) == 0)
            return machine;
        }
    }
  return NULL;
}

static void show_migration (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  EmbarkWindow *self = EMBARK_WINDOW (widget);
  EmbarkMigration *migration = find_migration (self, parameter);

  if (migration == NULL)
    embark_window_say (self, _ ("This import is not in the history any more"));
  else
    embark_window_show_migration (self, migration);
}

static void continue_migration (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  EmbarkWindow *self = EMBARK_WINDOW (widget);
  EmbarkMigration *migration = find_migration (self, parameter);

  if (migration == NULL)
    return;
  embark_migration_start (migration);
}

static void remove_now (EmbarkWindow *self, EmbarkMigration *migration)
{
  g_autoptr (GError) error = NULL;

  if (!embark_migration_list_remove (embark_context_get_migrations (self->context), migration, &error))
    {
      embark_window_say (self, error->message);
      return;
    }
  embark_migration_page_set_migration (self->migration_page, NULL);
  embark_window_show_imports (self);
  embark_window_say (self, _ ("Removed from the history"));
}

static void remove_answered_cb (AdwMessageDialog *dialog, const char *response, EmbarkWindow *self)
{
  if (g_str_equal (response, "remove"))
    remove_now (self, g_object_get_data (G_OBJECT (dialog), "migration"));
}

static void remove_migration (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  EmbarkWindow *self = EMBARK_WINDOW (widget);
  EmbarkMigration *migration = find_migration (self, parameter);
  GtkWidget *dialog;

  if (migration == NULL)
    return;
  if (!embark_migration_can_continue (migration))
    {
      remove_now (self, migration);
      return;
    }

  dialog = adw_message_dialog_new (GTK_WINDOW (self), _ ("Remove an Unfinished Import?"),
                                   _ ("It cannot be continued after that. What the bucket has of it is removed."));
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "keep", _ ("_Keep"), "remove", _ ("_Remove"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "remove", ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "keep");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "keep");
  g_object_set_data_full (G_OBJECT (dialog), "migration", g_object_ref (migration), g_object_unref);
  g_signal_connect_object (dialog, "response", G_CALLBACK (remove_answered_cb), self, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void find_unfinished (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  EmbarkWindow *self = EMBARK_WINDOW (widget);

  gtk_window_present (GTK_WINDOW (embark_unfinished_dialog_new (GTK_WINDOW (self), self->context)));
}

static void show_machine (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  EmbarkWindow *self = EMBARK_WINDOW (widget);
  EmbarkMachine *machine = find_machine (self, parameter);

  if (machine == NULL)
    embark_window_say (self, _ ("This machine is not in the list any more"));
  else
    embark_window_show_machine (self, machine);
}

static void remove_file (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  EmbarkWindow *self = EMBARK_WINDOW (widget);
  EmbarkMachine *machine = find_machine (self, parameter);

  if (machine != NULL && embark_machine_is_file (machine))
    embark_library_remove_file (embark_context_get_library (self->context), machine);
}

static gboolean fix_dialog_done_cb (gpointer dialog)
{
  gtk_window_destroy (GTK_WINDOW (dialog));
  return G_SOURCE_REMOVE;
}

/* What was made ready belongs to the migration now. The dialog in front of it has to be gone first. */
static void started_cb (GtkWidget *dialog, EmbarkMigration *migration, EmbarkWindow *self)
{
  embark_window_show_migration (self, migration);
  if (self->fix_dialog != NULL)
    g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, fix_dialog_done_cb, g_object_ref (self->fix_dialog), g_object_unref);
}

/* What is uploaded: what was made ready while the dialog of that is open, else the disk on the page. */
static EmbarkPreparation *get_preparation (EmbarkWindow *self)
{
  EmbarkPreparation *preparation =
      self->fix_dialog != NULL ? embark_fix_dialog_get_preparation (self->fix_dialog) : NULL;

  return preparation != NULL && embark_preparation_is_ready (preparation) ? preparation : NULL;
}

static GtkWindow *get_front (EmbarkWindow *self)
{
  return get_preparation (self) != NULL ? GTK_WINDOW (self->fix_dialog) : GTK_WINDOW (self);
}

static void ask_destination (EmbarkWindow *self)
{
  EmbarkPreparation *preparation = get_preparation (self);
  EmbarkMachine *machine = preparation != NULL ? embark_preparation_get_machine (preparation)
                                               : embark_machine_page_get_machine (self->machine_page);
  EmbarkDisk *disk = preparation != NULL ? embark_preparation_get_disk (preparation)
                                         : embark_machine_page_get_disk (self->machine_page);
  EmbarkReport *report;
  EmbarkWay way;
  GtkWidget *dialog;

  if (machine == NULL || disk == NULL)
    return;
  report = preparation != NULL ? embark_preparation_get_after (preparation) : embark_disk_get_report (disk);
  way = embark_way_of (report, embark_context_get_judge (self->context));
  if (way == EMBARK_WAY_NONE)
    return;

  dialog = embark_migrate_dialog_new (get_front (self), self->context, machine, disk, way, preparation);
  g_signal_connect_object (dialog, "started", G_CALLBACK (started_cb), self, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void keys_saved_cb (GtkWidget *dialog, EmbarkWindow *self)
{
  const GError *error = embark_account_get_keyring_error (embark_context_get_account (self->context));
  g_autoptr (EmbarkErrorText) text = NULL;

  if (error != NULL)
    {
      text = embark_error_text_new (error);
      embark_window_say (self, text->advice != NULL ? text->advice : text->body);
    }
  ask_destination (self);
}

static void ask_keys (EmbarkWindow *self)
{
  GtkWidget *dialog = embark_account_dialog_new (get_front (self), embark_context_get_account (self->context));

  g_signal_connect_object (dialog, "saved", G_CALLBACK (keys_saved_cb), self, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void keys_loaded_cb (EmbarkWindow *self, EmbarkJob *job)
{
  if (embark_account_has_keys (embark_context_get_account (self->context)))
    ask_destination (self);
  else
    ask_keys (self);
}

static void ask_keys_and_destination (EmbarkWindow *self)
{
  EmbarkAccount *account = embark_context_get_account (self->context);
  g_autoptr (EmbarkJob) job = NULL;

  if (embark_account_get_keys_place (account) != EMBARK_KEYS_NOT_LOADED)
    {
      keys_loaded_cb (self, NULL);
      return;
    }

  job = embark_account_load (account);
  g_signal_connect_object (job, "finished", G_CALLBACK (keys_loaded_cb), self, G_CONNECT_SWAPPED);
}

static void migrate (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  EmbarkWindow *self = EMBARK_WINDOW (widget);
  EmbarkDisk *disk = embark_machine_page_get_disk (self->machine_page);

  if (disk != NULL
      && embark_way_of (embark_disk_get_report (disk), embark_context_get_judge (self->context)) != EMBARK_WAY_NONE)
    ask_keys_and_destination (self);
}

static void migrate_prepared_cb (GtkWidget *dialog, EmbarkWindow *self)
{
  ask_keys_and_destination (self);
}

/* The id of the fix that is wanted, or "" for everything that can be fixed. */
static void fix (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  EmbarkWindow *self = EMBARK_WINDOW (widget);
  EmbarkMachine *machine = embark_machine_page_get_machine (self->machine_page);
  EmbarkDisk *disk = embark_machine_page_get_disk (self->machine_page);
  EmbarkReport *report = disk != NULL ? embark_disk_get_report (disk) : NULL;
  const char *only = g_variant_get_string (parameter, NULL);
  GtkWidget *dialog;

  if (self->fix_dialog != NULL || report == NULL || embark_report_is_partial (report))
    return;
  dialog = embark_fix_dialog_new (GTK_WINDOW (self), self->context, machine, disk, *only != '\0' ? only : NULL);
  g_set_weak_pointer (&self->fix_dialog, EMBARK_FIX_DIALOG (dialog));
  g_signal_connect_object (dialog, "migrate", G_CALLBACK (migrate_prepared_cb), self, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

void embark_window_class_install_actions (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "win.add-disk", NULL, add_disk);
  gtk_widget_class_install_action (widget_class, "win.search", NULL, search);
  gtk_widget_class_install_action (widget_class, "win.refresh", NULL, refresh);
  gtk_widget_class_install_action (widget_class, "win.check", NULL, check);
  gtk_widget_class_install_action (widget_class, "win.migrate", NULL, migrate);
  gtk_widget_class_install_action (widget_class, "win.fix", "s", fix);
  gtk_widget_class_install_action (widget_class, "win.save-report", NULL, save_report);
  gtk_widget_class_install_action (widget_class, "win.copy-report", NULL, copy_report);
  gtk_widget_class_install_action (widget_class, "win.explain", "s", explain);
  gtk_widget_class_install_action (widget_class, "win.explain-codes", NULL, explain);
  gtk_widget_class_install_action (widget_class, "win.back", NULL, go_back);
  gtk_widget_class_install_action (widget_class, "win.show-imports", NULL, show_imports);
  gtk_widget_class_install_action (widget_class, "win.toast", "s", say);
  gtk_widget_class_install_action (widget_class, "win.show-migration", "s", show_migration);
  gtk_widget_class_install_action (widget_class, "win.continue-migration", "s", continue_migration);
  gtk_widget_class_install_action (widget_class, "win.remove-migration", "s", remove_migration);
  gtk_widget_class_install_action (widget_class, "win.find-unfinished", NULL, find_unfinished);
  gtk_widget_class_install_action (widget_class, "win.show-machine", "s", show_machine);
  gtk_widget_class_install_action (widget_class, "win.remove-file", "s", remove_file);
}
