/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkWindow: which page is shown, and what the header says of it.
 */
#include "gui/window.h"

#include <glib/gi18n.h>

#include "gui/application.h"
#include "gui/page-stack.h"
#include "gui/settings.h"
#include "gui/window-private.h"

G_DEFINE_FINAL_TYPE (EmbarkWindow, embark_window, ADW_TYPE_APPLICATION_WINDOW)

static gboolean is_page (EmbarkWindow *self, const char *name)
{
  return g_strcmp0 (gtk_stack_get_visible_child_name (self->stack), name) == 0;
}

static void show_title (EmbarkWindow *self)
{
  EmbarkMachine *machine = embark_machine_page_get_machine (self->machine_page);
  EmbarkMigration *migration = embark_migration_page_get_migration (self->migration_page);
  const char *title = "";
  const char *subtitle = "";

  if (is_page (self, "machine") && machine != NULL)
    {
      title = embark_machine_get_name (machine);
      subtitle = embark_machine_page_get_subtitle (self->machine_page);
    }
  else if (is_page (self, "migration") && migration != NULL)
    {
      title = embark_migration_get_machine_name (migration);
      subtitle = embark_migration_get_status (migration);
    }
  else if (is_page (self, "imports"))
    title = _ ("Imports");

  adw_window_title_set_title (self->title, title);
  adw_window_title_set_subtitle (self->title, subtitle != NULL ? subtitle : "");
}

static void show_header (EmbarkWindow *self)
{
  gboolean is_folded = adw_leaflet_get_folded (self->leaflet);
  gboolean is_machine = is_page (self, "machine");
  EmbarkDisk *disk = is_machine ? embark_machine_page_get_disk (self->machine_page) : NULL;
  gboolean is_checked = disk != NULL && embark_disk_get_report (disk) != NULL;

  show_title (self);
  gtk_widget_set_visible (self->back_button, is_folded || (is_page (self, "migration") && self->is_from_imports));
  gtk_widget_set_visible (self->check_button, is_checked);
  /* There is no room for both, and the page begins with the name. */
  gtk_widget_set_visible (GTK_WIDGET (self->title), !is_folded || !embark_context_is_practice (self->context));
  gtk_label_set_label (self->practice_badge, is_folded ? _ ("Practice") : _ ("Practice Cloud"));
  adw_button_content_set_label (self->check_content, is_folded ? "" : _ ("_Check Again"));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.check",
                                 is_machine && embark_machine_page_can_check (self->machine_page));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.migrate", is_machine);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.save-report", is_checked);
  embark_machine_page_set_narrow (self->machine_page, is_folded);
  embark_migration_page_set_narrow (self->migration_page, is_folded);
}

static void header_changed_cb (EmbarkWindow *self)
{
  if (self->is_gone)
    return;

  show_header (self);
}

static void show_imports_button (EmbarkWindow *self)
{
  guint n_running = embark_migration_list_get_n_running (embark_context_get_migrations (self->context));
  gboolean is_folded = adw_leaflet_get_folded (self->leaflet);
  g_autofree char *label = NULL;

  if (n_running > 0)
    /* Translators: label of a button: how many imports are under way. */
    label = g_strdup_printf (is_folded ? "%u" : _ ("_Imports %u"), n_running);
  else
    label = g_strdup (is_folded ? "" : _ ("_Imports"));
  adw_button_content_set_label (self->imports_content, label);
}

static void folded_cb (EmbarkWindow *self)
{
  if (self->is_gone)
    return;

  header_changed_cb (self);
  show_imports_button (self);
}

static void machine_selected_cb (EmbarkMachineList *list, EmbarkMachine *machine, EmbarkWindow *self)
{
  EmbarkMigrationList *migrations = embark_context_get_migrations (self->context);
  EmbarkMigration *migration = embark_migration_list_find (migrations, embark_machine_get_id (machine));

  embark_machine_page_set_machine (self->machine_page, machine);
  if (migration != NULL && embark_migration_is_running (migration))
    {
      embark_window_show_migration (self, migration);
      return;
    }
  embark_page_stack_show (self->stack, "machine");
  header_changed_cb (self);
}

static void machine_activated_cb (EmbarkMachineList *list, EmbarkMachine *machine, EmbarkWindow *self)
{
  machine_selected_cb (list, machine, self);
  adw_leaflet_set_visible_child (self->leaflet, self->content);
}

static void search_changed_cb (GtkSearchEntry *entry, EmbarkWindow *self)
{
  embark_machine_list_set_filter (self->machine_list, gtk_editable_get_text (GTK_EDITABLE (entry)));
}

/* A machine that is gone is not shown any more. */
static void library_changed_cb (EmbarkWindow *self)
{
  EmbarkMachine *shown = embark_machine_page_get_machine (self->machine_page);
  GListModel *connections = embark_library_get_connections (embark_context_get_library (self->context));

  if (shown == NULL)
    return;
  for (guint i = 0; i < g_list_model_get_n_items (connections); i++)
    {
      g_autoptr (GListModel) machines = g_list_model_get_item (connections, i);

      for (guint j = 0; j < g_list_model_get_n_items (machines); j++)
        {
          g_autoptr (EmbarkMachine) machine = g_list_model_get_item (machines, j);

          if (machine == shown)
            return;
        }
    }
  embark_machine_page_set_machine (self->machine_page, NULL);
  if (is_page (self, "machine"))
    {
      embark_page_stack_show (self->stack, "empty");
      adw_leaflet_set_visible_child (self->leaflet, self->sidebar);
    }
  header_changed_cb (self);
}

static void connections_changed_cb (GListModel *connections, guint position, guint n_removed, guint n_added,
                                    EmbarkWindow *self)
{
  for (guint i = 0; i < n_added; i++)
    {
      g_autoptr (GListModel) machines = g_list_model_get_item (connections, position + i);

      g_signal_connect_object (machines, "items-changed", G_CALLBACK (library_changed_cb), self, G_CONNECT_SWAPPED);
    }
  library_changed_cb (self);
}

static gboolean quit_when_idle (gpointer user_data)
{
  g_autoptr (EmbarkWindow) self = user_data;

  if (!gtk_widget_get_visible (GTK_WIDGET (self))
      && embark_migration_list_get_n_running (embark_context_get_migrations (self->context)) == 0)
    gtk_window_destroy (GTK_WINDOW (self));
  return G_SOURCE_REMOVE;
}

/* A window that was closed while an import ran lives on without being seen; with the last import it ends. */
static void running_changed_cb (EmbarkWindow *self)
{
  show_imports_button (self);
  if (!gtk_widget_get_visible (GTK_WIDGET (self)))
    g_idle_add (quit_when_idle, g_object_ref (self));
}

static void active_changed_cb (EmbarkWindow *self)
{
  EmbarkMigration *migration = embark_migration_page_get_migration (self->migration_page);
  GtkApplication *application = gtk_window_get_application (GTK_WINDOW (self));

  if (gtk_window_is_active (GTK_WINDOW (self)) && application != NULL && is_page (self, "migration")
      && migration != NULL)
    embark_application_withdraw (EMBARK_APPLICATION (application), migration);
}

static void save_size (EmbarkWindow *self)
{
  int width, height;

  gtk_window_get_default_size (GTK_WINDOW (self), &width, &height);
  g_settings_set_boolean (self->settings, "window-maximized", gtk_window_is_maximized (GTK_WINDOW (self)));
  if (width < 360 || height < 294)
    return;
  g_settings_set_int (self->settings, "window-width", width);
  g_settings_set_int (self->settings, "window-height", height);
}

static gboolean embark_window_close_request (GtkWindow *window)
{
  EmbarkWindow *self = EMBARK_WINDOW (window);

  save_size (self);
  /* It asks before it lets go of what it made. */
  if (self->fix_dialog != NULL)
    gtk_window_close (GTK_WINDOW (self->fix_dialog));
  if (self->fix_dialog != NULL)
    return TRUE;
  if (embark_migration_list_get_n_running (embark_context_get_migrations (self->context)) == 0)
    return GTK_WINDOW_CLASS (embark_window_parent_class)->close_request (window);

  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
  return TRUE;
}

static void embark_window_dispose (GObject *object)
{
  EmbarkWindow *self = EMBARK_WINDOW (object);

  self->is_gone = TRUE;
  g_clear_weak_pointer (&self->fix_dialog);
  gtk_widget_dispose_template (GTK_WIDGET (self), EMBARK_TYPE_WINDOW);
  g_clear_object (&self->context);
  g_clear_object (&self->settings);
  G_OBJECT_CLASS (embark_window_parent_class)->dispose (object);
}

static void bind_template (GtkWidgetClass *widget_class)
{
  gtk_widget_class_set_template_from_resource (widget_class, "/org/embark/Embark/ui/window.ui");
  gtk_widget_class_bind_template_child (widget_class, EmbarkWindow, toast_overlay);
  gtk_widget_class_bind_template_child (widget_class, EmbarkWindow, leaflet);
  gtk_widget_class_bind_template_child (widget_class, EmbarkWindow, sidebar);
  gtk_widget_class_bind_template_child (widget_class, EmbarkWindow, content);
  gtk_widget_class_bind_template_child (widget_class, EmbarkWindow, practice_badge);
  gtk_widget_class_bind_template_child (widget_class, EmbarkWindow, search_button);
  gtk_widget_class_bind_template_child (widget_class, EmbarkWindow, search_bar);
  gtk_widget_class_bind_template_child (widget_class, EmbarkWindow, search_entry);
  gtk_widget_class_bind_template_child (widget_class, EmbarkWindow, machine_list);
  gtk_widget_class_bind_template_child (widget_class, EmbarkWindow, back_button);
  gtk_widget_class_bind_template_child (widget_class, EmbarkWindow, title);
  gtk_widget_class_bind_template_child (widget_class, EmbarkWindow, check_button);
  gtk_widget_class_bind_template_child (widget_class, EmbarkWindow, check_content);
  gtk_widget_class_bind_template_child (widget_class, EmbarkWindow, imports_content);
  gtk_widget_class_bind_template_child (widget_class, EmbarkWindow, stack);
  gtk_widget_class_bind_template_child (widget_class, EmbarkWindow, empty_page);
  gtk_widget_class_bind_template_child (widget_class, EmbarkWindow, machine_page);
  gtk_widget_class_bind_template_child (widget_class, EmbarkWindow, imports_page);
  gtk_widget_class_bind_template_child (widget_class, EmbarkWindow, migration_page);
  gtk_widget_class_bind_template_child (widget_class, EmbarkWindow, drop_revealer);
  gtk_widget_class_bind_template_callback (widget_class, search_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, machine_selected_cb);
  gtk_widget_class_bind_template_callback (widget_class, machine_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, folded_cb);
  gtk_widget_class_bind_template_callback (widget_class, header_changed_cb);
}

static void embark_window_class_init (EmbarkWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = embark_window_dispose;
  GTK_WINDOW_CLASS (klass)->close_request = embark_window_close_request;
  g_type_ensure (EMBARK_TYPE_MACHINE_LIST);
  g_type_ensure (EMBARK_TYPE_MACHINE_PAGE);
  g_type_ensure (EMBARK_TYPE_IMPORTS_PAGE);
  g_type_ensure (EMBARK_TYPE_MIGRATION_PAGE);
  bind_template (widget_class);
  embark_window_class_install_actions (widget_class);
}

static void embark_window_init (EmbarkWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  embark_page_stack_show (self->stack, "empty");
  self->settings = embark_settings_new ();
  gtk_window_set_default_size (GTK_WINDOW (self), g_settings_get_int (self->settings, "window-width"),
                               g_settings_get_int (self->settings, "window-height"));
  if (g_settings_get_boolean (self->settings, "window-maximized"))
    gtk_window_maximize (GTK_WINDOW (self));
  gtk_search_bar_connect_entry (self->search_bar, GTK_EDITABLE (self->search_entry));
  g_signal_connect (self, "notify::is-active", G_CALLBACK (active_changed_cb), NULL);
  embark_window_init_drop (self);
}

static void follow_context (EmbarkWindow *self)
{
  EmbarkLibrary *library = embark_context_get_library (self->context);
  EmbarkMigrationList *migrations = embark_context_get_migrations (self->context);
  GListModel *connections = embark_library_get_connections (library);

  embark_machine_page_set_context (self->machine_page, self->context);
  embark_imports_page_set_migrations (self->imports_page, migrations);
  embark_machine_list_set_model (self->machine_list, library, migrations);
  gtk_widget_set_visible (GTK_WIDGET (self->practice_badge), embark_context_is_practice (self->context));
  g_signal_connect_object (migrations, "notify::n-running", G_CALLBACK (running_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (connections, "items-changed", G_CALLBACK (connections_changed_cb), self, 0);
  connections_changed_cb (connections, 0, 0, g_list_model_get_n_items (connections), self);
}

EmbarkWindow *embark_window_new (GtkApplication *application, EmbarkContext *context)
{
  EmbarkWindow *self = g_object_new (EMBARK_TYPE_WINDOW, "application", application, NULL);

  self->context = g_object_ref (context);
  follow_context (self);
  folded_cb (self);
  return self;
}

void embark_window_show_machine (EmbarkWindow *self, EmbarkMachine *machine)
{
  embark_machine_list_select (self->machine_list, machine);
  embark_machine_page_set_machine (self->machine_page, machine);
  embark_page_stack_show (self->stack, "machine");
  adw_leaflet_set_visible_child (self->leaflet, self->content);
  header_changed_cb (self);
}

void embark_window_show_migration (EmbarkWindow *self, EmbarkMigration *migration)
{
  EmbarkMigration *old = embark_migration_page_get_migration (self->migration_page);

  if (old != NULL)
    g_signal_handlers_disconnect_by_func (old, show_title, self);
  g_signal_connect_object (migration, "notify::status", G_CALLBACK (show_title), self, G_CONNECT_SWAPPED);
  self->is_from_imports = is_page (self, "imports");
  embark_migration_page_set_migration (self->migration_page, migration);
  embark_page_stack_show (self->stack, "migration");
  adw_leaflet_set_visible_child (self->leaflet, self->content);
  header_changed_cb (self);
  active_changed_cb (self);
}

void embark_window_show_imports (EmbarkWindow *self)
{
  embark_machine_list_select (self->machine_list, NULL);
  embark_page_stack_show (self->stack, "imports");
  adw_leaflet_set_visible_child (self->leaflet, self->content);
  header_changed_cb (self);
}

void embark_window_go_back (EmbarkWindow *self)
{
  if (is_page (self, "migration") && self->is_from_imports)
    embark_window_show_imports (self);
  else
    adw_leaflet_set_visible_child (self->leaflet, self->sidebar);
}

void embark_window_say (EmbarkWindow *self, const char *message)
{
  g_autofree char *markup = g_markup_escape_text (message, -1);

  adw_toast_overlay_add_toast (self->toast_overlay, adw_toast_new (markup));
}
