/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkMigrationRow: one update function, called whenever anything notifies.
 */
#include "gui/migration-row.h"

#include <glib/gi18n.h>

#include "gui/format.h"
#include "gui/outcome-icon.h"
#include "gui/system-tile.h"
#include "gui/transfer-state.h"

struct _EmbarkMigrationRow
{
  GtkListBoxRow parent_instance;

  /* Owned */
  EmbarkMigration *migration;

  /* Template children */
  EmbarkSystemTile *tile;
  GtkLabel *title_label;
  GtkLabel *status_label;
  GtkLabel *when_label;
  GtkProgressBar *progress_bar;
  GtkImage *icon;
  GtkSpinner *spinner;
};

G_DEFINE_FINAL_TYPE (EmbarkMigrationRow, embark_migration_row, GTK_TYPE_LIST_BOX_ROW)

/* What waits does not spin. */
static void show_icon (EmbarkMigrationRow *self)
{
  const EmbarkTransferState *state = embark_transfer_state_of (self->migration);
  gboolean is_waiting = state != NULL && state->is_waiting;
  gboolean is_busy = embark_migration_is_running (self->migration) && !is_waiting;

  gtk_widget_set_visible (GTK_WIDGET (self->spinner), is_busy);
  gtk_spinner_set_spinning (self->spinner, is_busy);
  gtk_widget_set_visible (GTK_WIDGET (self->icon), !is_busy);
  if (is_waiting)
    embark_transfer_state_show (state, self->icon);
  else
    embark_outcome_icon_show (self->icon, embark_migration_get_outcome (self->migration));
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->icon), embark_migration_get_status (self->migration));
}

static void update (EmbarkMigrationRow *self)
{
  EmbarkMigration *migration = self->migration;
  gboolean is_running = embark_migration_is_running (migration);
  g_autofree char *when =
      embark_format_when (embark_migration_get_created_at (migration), g_get_real_time () / G_USEC_PER_SEC);
  g_autofree char *words = NULL;

  embark_system_tile_set_system (self->tile, embark_migration_get_system_id (migration));
  gtk_label_set_label (self->title_label, embark_migration_get_image_name (migration));
  gtk_label_set_label (self->status_label, embark_migration_get_status (migration));
  gtk_label_set_label (self->when_label, when);
  gtk_widget_set_visible (GTK_WIDGET (self->progress_bar), is_running);
  gtk_progress_bar_set_fraction (self->progress_bar, embark_migration_get_progress (migration));
  show_icon (self);

  /* Translators: an import for screen readers: name of the image, then how it stands. */
  words = g_strdup_printf (_ ("%s, %s"), embark_migration_get_image_name (migration),
                           embark_migration_get_status (migration));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, words, -1);
}

static void embark_migration_row_dispose (GObject *object)
{
  EmbarkMigrationRow *self = EMBARK_MIGRATION_ROW (object);

  /* The parent class keeps its child by a pointer of its own, which the next call would leave dangling. */
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (self), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), EMBARK_TYPE_MIGRATION_ROW);
  g_clear_object (&self->migration);
  G_OBJECT_CLASS (embark_migration_row_parent_class)->dispose (object);
}

static void embark_migration_row_class_init (EmbarkMigrationRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = embark_migration_row_dispose;
  g_type_ensure (EMBARK_TYPE_SYSTEM_TILE);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/embark/Embark/ui/migration-row.ui");
  gtk_widget_class_bind_template_child (widget_class, EmbarkMigrationRow, tile);
  gtk_widget_class_bind_template_child (widget_class, EmbarkMigrationRow, title_label);
  gtk_widget_class_bind_template_child (widget_class, EmbarkMigrationRow, status_label);
  gtk_widget_class_bind_template_child (widget_class, EmbarkMigrationRow, when_label);
  gtk_widget_class_bind_template_child (widget_class, EmbarkMigrationRow, progress_bar);
  gtk_widget_class_bind_template_child (widget_class, EmbarkMigrationRow, icon);
  gtk_widget_class_bind_template_child (widget_class, EmbarkMigrationRow, spinner);
}

static void embark_migration_row_init (EmbarkMigrationRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *embark_migration_row_new (EmbarkMigration *migration)
{
  EmbarkMigrationRow *self;

  g_return_val_if_fail (EMBARK_IS_MIGRATION (migration), NULL);

  self = g_object_new (EMBARK_TYPE_MIGRATION_ROW, NULL);
  self->migration = g_object_ref (migration);
  gtk_actionable_set_action_target (GTK_ACTIONABLE (self), "s", embark_migration_get_id (migration));
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self), "win.show-migration");
  g_signal_connect_object (migration, "notify", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
  return GTK_WIDGET (self);
}

EmbarkOutcome embark_migration_get_outcome (EmbarkMigration *migration)
{
  if (embark_migration_is_running (migration))
    return EMBARK_OUTCOME_INFO;
  if (embark_migration_get_error (migration) != NULL)
    return EMBARK_OUTCOME_BLOCKER;
  if (embark_migration_get_state (migration) == EMBARK_MIGRATION_DONE
      || (embark_migration_get_state (migration) == EMBARK_MIGRATION_UPLOADED
          && !embark_migration_is_import_wanted (migration)))
    return EMBARK_OUTCOME_PASS;
  return EMBARK_OUTCOME_UNKNOWN;
}
