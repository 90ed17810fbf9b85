/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkMachineRow: one update function, called whenever anything notifies.
 */
#include "gui/machine-row.h"

#include <glib/gi18n.h>

#include "gui/outcome-icon.h"
#include "gui/page-stack.h"
#include "gui/system-tile.h"
#include "gui/transfer-state.h"

struct _EmbarkMachineRow
{
  GtkListBoxRow parent_instance;

  /* Owned */
  EmbarkMachine *machine;
  EmbarkMigrationList *migrations;
  GSignalGroup *migration_signals;

  /* Template children */
  EmbarkSystemTile *tile;
  GtkLabel *name_label;
  GtkLabel *description_label;
  GtkStack *badge_stack;
  GtkImage *badge;
  GtkSpinner *spinner;
  GtkPopoverMenu *menu;
};

G_DEFINE_FINAL_TYPE (EmbarkMachineRow, embark_machine_row, GTK_TYPE_LIST_BOX_ROW)

static void show_badge (EmbarkMachineRow *self, gboolean is_busy, const EmbarkTransferState *state)
{
  EmbarkDisk *disk = embark_machine_get_boot_disk (self->machine);
  EmbarkReport *report = disk != NULL ? embark_disk_get_report (disk) : NULL;

  /* What waits does not spin. */
  is_busy = is_busy && (state == NULL || !state->is_waiting);
  gtk_spinner_set_spinning (self->spinner, is_busy);
  if (is_busy)
    {
      embark_page_stack_show (self->badge_stack, "busy");
      return;
    }

  embark_page_stack_show (self->badge_stack, "verdict");
  if (state != NULL && state->is_waiting)
    {
      embark_transfer_state_show (state, self->badge);
      return;
    }
  if (report != NULL)
    {
      embark_outcome_icon_show_verdict (self->badge, embark_report_get_verdict (report));
      return;
    }
  embark_outcome_icon_show (self->badge, EMBARK_OUTCOME_UNKNOWN);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->badge), _ ("Not checked yet"));
}

static void update (EmbarkMachineRow *self)
{
  EmbarkMigration *migration = embark_migration_list_find (self->migrations, embark_machine_get_id (self->machine));
  gboolean is_migrating = migration != NULL && embark_migration_is_running (migration);
  EmbarkDisk *disk = embark_machine_get_boot_disk (self->machine);
  gboolean is_checking = disk != NULL && embark_disk_get_job (disk) != NULL;
  g_autofree char *description = NULL;
  g_autofree char *words = NULL;

  description =
      is_migrating ? g_strdup (embark_migration_get_status (migration)) : embark_machine_describe (self->machine);
  gtk_label_set_label (self->name_label, embark_machine_get_name (self->machine));
  gtk_label_set_label (self->description_label, description);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->name_label), embark_machine_get_name (self->machine));
  embark_system_tile_set_system (self->tile, embark_machine_get_system_id (self->machine));
  show_badge (self, is_migrating || is_checking, is_migrating ? embark_transfer_state_of (migration) : NULL);

  /* Translators: a machine for screen readers: its name, then what is known of it, then the verdict. */
  words = g_strdup_printf (_ ("%s, %s, %s"), embark_machine_get_name (self->machine), description,
                           is_migrating || is_checking ? _ ("under way")
                                                       : gtk_widget_get_tooltip_text (GTK_WIDGET (self->badge)));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, words, -1);
}

static void machine_changed_cb (EmbarkMachine *machine, GParamSpec *pspec, EmbarkMachineRow *self)
{
  update (self);
}

static void migration_changed_cb (EmbarkMigration *migration, GParamSpec *pspec, EmbarkMachineRow *self)
{
  update (self);
}

static void migrations_changed_cb (GListModel *model, guint position, guint n_removed, guint n_added,
                                   EmbarkMachineRow *self)
{
  g_signal_group_set_target (self->migration_signals,
                             embark_migration_list_find (self->migrations, embark_machine_get_id (self->machine)));
  update (self);
}

static void show_menu (EmbarkMachineRow *self, double x, double y)
{
  g_autoptr (GMenu) menu = g_menu_new ();
  g_autoptr (GMenuItem) remove = NULL;

  if (!embark_machine_is_file (self->machine))
    return;

  remove = g_menu_item_new (_ ("_Remove from List"), NULL);
  g_menu_item_set_action_and_target (remove, "win.remove-file", "s", embark_machine_get_id (self->machine));
  g_menu_append_item (menu, remove);
  gtk_popover_menu_set_menu_model (self->menu, G_MENU_MODEL (menu));
  gtk_popover_set_pointing_to (GTK_POPOVER (self->menu), &(GdkRectangle){ (int) x, (int) y, 1, 1 });
  gtk_popover_popup (GTK_POPOVER (self->menu));
}

static void secondary_pressed_cb (GtkGestureClick *gesture, int n_press, double x, double y, EmbarkMachineRow *self)
{
  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
  show_menu (self, x, y);
}

static gboolean menu_key_pressed_cb (GtkWidget *widget, GVariant *args, gpointer user_data)
{
  show_menu (EMBARK_MACHINE_ROW (widget), gtk_widget_get_width (widget) / 2.0, gtk_widget_get_height (widget));
  return TRUE;
}

static gboolean delete_pressed_cb (GtkWidget *widget, GVariant *args, gpointer user_data)
{
  EmbarkMachineRow *self = EMBARK_MACHINE_ROW (widget);

  if (!embark_machine_is_file (self->machine))
    return FALSE;

  return gtk_widget_activate_action (widget, "win.remove-file", "s", embark_machine_get_id (self->machine));
}

static void embark_machine_row_dispose (GObject *object)
{
  EmbarkMachineRow *self = EMBARK_MACHINE_ROW (object);

  /* The parent class keeps its child by a pointer of its own, which the next call would leave dangling. */
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (self), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), EMBARK_TYPE_MACHINE_ROW);
  g_clear_object (&self->migration_signals);
  g_clear_object (&self->migrations);
  g_clear_object (&self->machine);
  G_OBJECT_CLASS (embark_machine_row_parent_class)->dispose (object);
}

static void embark_machine_row_class_init (EmbarkMachineRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = embark_machine_row_dispose;
  g_type_ensure (EMBARK_TYPE_SYSTEM_TILE);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/embark/Embark/ui/machine-row.ui");
  gtk_widget_class_bind_template_child (widget_class, EmbarkMachineRow, tile);
  gtk_widget_class_bind_template_child (widget_class, EmbarkMachineRow, name_label);
  gtk_widget_class_bind_template_child (widget_class, EmbarkMachineRow, description_label);
  gtk_widget_class_bind_template_child (widget_class, EmbarkMachineRow, badge_stack);
  gtk_widget_class_bind_template_child (widget_class, EmbarkMachineRow, badge);
  gtk_widget_class_bind_template_child (widget_class, EmbarkMachineRow, spinner);
  gtk_widget_class_bind_template_child (widget_class, EmbarkMachineRow, menu);
  gtk_widget_class_bind_template_callback (widget_class, secondary_pressed_cb);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Delete, 0, delete_pressed_cb, NULL);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Menu, 0, menu_key_pressed_cb, NULL);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_F10, GDK_SHIFT_MASK, menu_key_pressed_cb, NULL);
}

static void embark_machine_row_init (EmbarkMachineRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->migration_signals = g_signal_group_new (EMBARK_TYPE_MIGRATION);
  g_signal_group_connect_object (self->migration_signals, "notify", G_CALLBACK (migration_changed_cb), self, 0);
}

GtkWidget *embark_machine_row_new (EmbarkMachine *machine, EmbarkMigrationList *migrations)
{
  EmbarkMachineRow *self;

  g_return_val_if_fail (EMBARK_IS_MACHINE (machine), NULL);

  self = g_object_new (EMBARK_TYPE_MACHINE_ROW, NULL);
  self->machine = g_object_ref (machine);
  self->migrations = g_object_ref (migrations);
  g_signal_connect_object (machine, "notify", G_CALLBACK (machine_changed_cb), self, 0);
  g_signal_connect_object (migrations, "items-changed", G_CALLBACK (migrations_changed_cb), self, 0);
  migrations_changed_cb (G_LIST_MODEL (migrations), 0, 0, 0, self);
  return GTK_WIDGET (self);
}

EmbarkMachine *embark_machine_row_get_machine (EmbarkMachineRow *self)
{
  g_return_val_if_fail (EMBARK_IS_MACHINE_ROW (self), NULL);

  return self->machine;
}
