/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkImportsPage: two filters over one list. A migration changes the group
 * when "is-running" changes, which the number of running ones announces.
 */
#include "gui/imports-page.h"

#include "gui/migration-row.h"
#include "gui/page-stack.h"

struct _EmbarkImportsPage
{
  AdwBin parent_instance;

  /* Owned */
  EmbarkMigrationList *migrations;
  GtkFilter *running_filter;
  GtkFilter *past_filter;

  /* Template children */
  GtkStack *stack;
  GtkWidget *running_group;
  GtkListBox *running_box;
  GtkWidget *past_group;
  GtkListBox *past_box;
};

G_DEFINE_FINAL_TYPE (EmbarkImportsPage, embark_imports_page, ADW_TYPE_BIN)

static gboolean is_running (gpointer item, gpointer user_data)
{
  return embark_migration_is_running (item);
}

static gboolean is_past (gpointer item, gpointer user_data)
{
  return !embark_migration_is_running (item);
}

static GtkWidget *make_row (gpointer item, gpointer user_data)
{
  return embark_migration_row_new (item);
}

static void update (EmbarkImportsPage *self)
{
  guint n_all = g_list_model_get_n_items (G_LIST_MODEL (self->migrations));
  guint n_running = embark_migration_list_get_n_running (self->migrations);

  gtk_filter_changed (self->running_filter, GTK_FILTER_CHANGE_DIFFERENT);
  gtk_filter_changed (self->past_filter, GTK_FILTER_CHANGE_DIFFERENT);
  gtk_widget_set_visible (self->running_group, n_running > 0);
  gtk_widget_set_visible (self->past_group, n_all > n_running);
  embark_page_stack_show (self->stack, n_all > 0 ? "imports" : "empty");
}

static void bind_box (EmbarkImportsPage *self, GtkListBox *box, GtkFilter *filter)
{
  g_autoptr (GtkFilterListModel) model =
      gtk_filter_list_model_new (g_object_ref (G_LIST_MODEL (self->migrations)), g_object_ref (filter));

  gtk_list_box_bind_model (box, G_LIST_MODEL (model), make_row, NULL, NULL);
}

static void embark_imports_page_dispose (GObject *object)
{
  EmbarkImportsPage *self = EMBARK_IMPORTS_PAGE (object);

  /* The parent class keeps its child by a pointer of its own, which the next call would leave dangling. */
  adw_bin_set_child (ADW_BIN (self), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), EMBARK_TYPE_IMPORTS_PAGE);
  g_clear_object (&self->running_filter);
  g_clear_object (&self->past_filter);
  g_clear_object (&self->migrations);
  G_OBJECT_CLASS (embark_imports_page_parent_class)->dispose (object);
}

static void embark_imports_page_class_init (EmbarkImportsPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = embark_imports_page_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/embark/Embark/ui/imports-page.ui");
  gtk_widget_class_bind_template_child (widget_class, EmbarkImportsPage, stack);
  gtk_widget_class_bind_template_child (widget_class, EmbarkImportsPage, running_group);
  gtk_widget_class_bind_template_child (widget_class, EmbarkImportsPage, running_box);
  gtk_widget_class_bind_template_child (widget_class, EmbarkImportsPage, past_group);
  gtk_widget_class_bind_template_child (widget_class, EmbarkImportsPage, past_box);
}

static void embark_imports_page_init (EmbarkImportsPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->running_filter = GTK_FILTER (gtk_custom_filter_new (is_running, NULL, NULL));
  self->past_filter = GTK_FILTER (gtk_custom_filter_new (is_past, NULL, NULL));
}

void embark_imports_page_set_migrations (EmbarkImportsPage *self, EmbarkMigrationList *migrations)
{
  g_return_if_fail (EMBARK_IS_IMPORTS_PAGE (self));
  g_return_if_fail (self->migrations == NULL);

  self->migrations = g_object_ref (migrations);
  bind_box (self, self->running_box, self->running_filter);
  bind_box (self, self->past_box, self->past_filter);
  g_signal_connect_object (migrations, "items-changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (migrations, "notify::n-running", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
}
