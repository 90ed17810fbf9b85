/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkMachineGroup: a list box bound to the filtered connection.
 */
#include "gui/machine-group.h"

#include <glib/gi18n.h>

#include "gui/error-text.h"
#include "gui/machine-row.h"

struct _EmbarkMachineGroup
{
  GtkBox parent_instance;

  /* Owned */
  EmbarkConnection *connection;
  EmbarkMigrationList *migrations;
  GtkFilterListModel *filtered;
  char *filter_text;

  /* Template children */
  GtkLabel *title_label;
  GtkSpinner *spinner;
  GtkListBox *list_box;
  GtkWidget *failure_box;
  GtkLabel *failure_label;
  GtkLabel *advice_label;
  GtkLabel *empty_label;
};

enum
{
  SIGNAL_SELECTED,
  SIGNAL_ACTIVATED,
  SIGNAL_VISIBLE_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (EmbarkMachineGroup, embark_machine_group, GTK_TYPE_BOX)

static gboolean is_shown (gpointer item, gpointer user_data)
{
  EmbarkMachineGroup *self = user_data;
  g_autofree char *name = NULL;

  if (self->filter_text == NULL || self->filter_text[0] == '\0')
    return TRUE;

  name = g_utf8_casefold (embark_machine_get_name (item), -1);
  return strstr (name, self->filter_text) != NULL;
}

static GtkWidget *make_row (gpointer item, gpointer user_data)
{
  EmbarkMachineGroup *self = user_data;

  return embark_machine_row_new (item, self->migrations);
}

static void show_failure (EmbarkMachineGroup *self)
{
  const GError *error = embark_connection_get_error (self->connection);
  g_autoptr (EmbarkErrorText) text = NULL;

  if (error == NULL)
    return;

  text = embark_error_text_new (error);
  gtk_label_set_label (self->failure_label, text->body);
  gtk_label_set_label (self->advice_label, text->advice != NULL ? text->advice : "");
  gtk_widget_set_visible (GTK_WIDGET (self->advice_label), text->advice != NULL);
}

static void update (EmbarkMachineGroup *self)
{
  EmbarkConnectionState state = embark_connection_get_state (self->connection);
  gboolean is_files = embark_connection_get_uri (self->connection) == NULL;
  guint n_machines = g_list_model_get_n_items (G_LIST_MODEL (self->connection));
  guint n_shown = embark_machine_group_get_n_shown (self);
  gboolean is_filtered = self->filter_text != NULL && self->filter_text[0] != '\0';
  gboolean is_connecting = state == EMBARK_CONNECTION_CONNECTING;

  gtk_label_set_label (self->title_label, embark_connection_get_title (self->connection));
  gtk_widget_set_visible (GTK_WIDGET (self->spinner), is_connecting);
  gtk_spinner_set_spinning (self->spinner, is_connecting);
  gtk_widget_set_visible (self->failure_box, state == EMBARK_CONNECTION_FAILED && !is_filtered);
  if (state == EMBARK_CONNECTION_FAILED)
    show_failure (self);

  gtk_label_set_label (self->empty_label, is_files ? _ ("Drop disk files here or add them with the button above.")
                                                   : _ ("No machines here yet."));
  gtk_widget_set_visible (GTK_WIDGET (self->empty_label),
                          state == EMBARK_CONNECTION_READY && n_machines == 0 && !is_filtered);
  gtk_widget_set_visible (GTK_WIDGET (self->list_box), n_shown > 0);
  gtk_widget_set_visible (GTK_WIDGET (self), !is_filtered || n_shown > 0);
  g_signal_emit (self, signals[SIGNAL_VISIBLE_CHANGED], 0);
}

static void connection_changed_cb (EmbarkConnection *connection, GParamSpec *pspec, EmbarkMachineGroup *self)
{
  update (self);
}

static void items_changed_cb (GListModel *model, guint position, guint n_removed, guint n_added,
                              EmbarkMachineGroup *self)
{
  update (self);
}

static void row_selected_cb (GtkListBox *list_box, GtkListBoxRow *row, EmbarkMachineGroup *self)
{
  if (row != NULL)
    g_signal_emit (self, signals[SIGNAL_SELECTED], 0, embark_machine_row_get_machine (EMBARK_MACHINE_ROW (row)));
}

static void row_activated_cb (GtkListBox *list_box, GtkListBoxRow *row, EmbarkMachineGroup *self)
{
  g_signal_emit (self, signals[SIGNAL_ACTIVATED], 0, embark_machine_row_get_machine (EMBARK_MACHINE_ROW (row)));
}

static void retry_clicked (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  EmbarkMachineGroup *self = EMBARK_MACHINE_GROUP (widget);

  embark_connection_refresh (self->connection);
}

static void embark_machine_group_dispose (GObject *object)
{
  EmbarkMachineGroup *self = EMBARK_MACHINE_GROUP (object);

  if (self->list_box != NULL)
    gtk_list_box_bind_model (self->list_box, NULL, NULL, NULL, NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), EMBARK_TYPE_MACHINE_GROUP);
  g_clear_object (&self->filtered);
  g_clear_object (&self->connection);
  g_clear_object (&self->migrations);
  g_clear_pointer (&self->filter_text, g_free);
  G_OBJECT_CLASS (embark_machine_group_parent_class)->dispose (object);
}

static void embark_machine_group_class_init (EmbarkMachineGroupClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = embark_machine_group_dispose;
  signals[SIGNAL_SELECTED] = g_signal_new ("selected", EMBARK_TYPE_MACHINE_GROUP, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                           NULL, G_TYPE_NONE, 1, EMBARK_TYPE_MACHINE);
  signals[SIGNAL_ACTIVATED] = g_signal_new ("activated", EMBARK_TYPE_MACHINE_GROUP, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                            NULL, G_TYPE_NONE, 1, EMBARK_TYPE_MACHINE);
  signals[SIGNAL_VISIBLE_CHANGED] = g_signal_new ("visible-changed", EMBARK_TYPE_MACHINE_GROUP, G_SIGNAL_RUN_LAST, 0,
                                                  NULL, NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/embark/Embark/ui/machine-group.ui");
  gtk_widget_class_bind_template_child (widget_class, EmbarkMachineGroup, title_label);
  gtk_widget_class_bind_template_child (widget_class, EmbarkMachineGroup, spinner);
  gtk_widget_class_bind_template_child (widget_class, EmbarkMachineGroup, list_box);
  gtk_widget_class_bind_template_child (widget_class, EmbarkMachineGroup, failure_box);
  gtk_widget_class_bind_template_child (widget_class, EmbarkMachineGroup, failure_label);
  gtk_widget_class_bind_template_child (widget_class, EmbarkMachineGroup, advice_label);
  gtk_widget_class_bind_template_child (widget_class, EmbarkMachineGroup, empty_label);
  gtk_widget_class_bind_template_callback (widget_class, row_selected_cb);
  gtk_widget_class_bind_template_callback (widget_class, row_activated_cb);
  gtk_widget_class_install_action (widget_class, "group.retry", NULL, retry_clicked);
}

static void embark_machine_group_init (EmbarkMachineGroup *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *embark_machine_group_new (EmbarkConnection *connection, EmbarkMigrationList *migrations)
{
  EmbarkMachineGroup *self;
  GtkCustomFilter *filter;

  g_return_val_if_fail (EMBARK_IS_CONNECTION (connection), NULL);

  self = g_object_new (EMBARK_TYPE_MACHINE_GROUP, NULL);
  self->connection = g_object_ref (connection);
  self->migrations = g_object_ref (migrations);
  filter = gtk_custom_filter_new (is_shown, self, NULL);
  self->filtered = gtk_filter_list_model_new (g_object_ref (G_LIST_MODEL (connection)), GTK_FILTER (filter));
  gtk_list_box_bind_model (self->list_box, G_LIST_MODEL (self->filtered), make_row, self, NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->list_box), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  embark_connection_get_title (connection), -1);
  g_signal_connect_object (connection, "notify", G_CALLBACK (connection_changed_cb), self, 0);
  g_signal_connect_object (self->filtered, "items-changed", G_CALLBACK (items_changed_cb), self, 0);
  update (self);
  return GTK_WIDGET (self);
}

EmbarkConnection *embark_machine_group_get_connection (EmbarkMachineGroup *self)
{
  g_return_val_if_fail (EMBARK_IS_MACHINE_GROUP (self), NULL);

  return self->connection;
}

void embark_machine_group_set_filter (EmbarkMachineGroup *self, const char *text)
{
  g_return_if_fail (EMBARK_IS_MACHINE_GROUP (self));

  g_free (self->filter_text);
  self->filter_text = g_utf8_casefold (text, -1);
  gtk_filter_changed (gtk_filter_list_model_get_filter (self->filtered), GTK_FILTER_CHANGE_DIFFERENT);
  update (self);
}

guint embark_machine_group_get_n_shown (EmbarkMachineGroup *self)
{
  g_return_val_if_fail (EMBARK_IS_MACHINE_GROUP (self), 0);

  return g_list_model_get_n_items (G_LIST_MODEL (self->filtered));
}

gboolean embark_machine_group_select (EmbarkMachineGroup *self, EmbarkMachine *machine)
{
  guint n_rows = embark_machine_group_get_n_shown (self);

  for (guint i = 0; machine != NULL && i < n_rows; i++)
    {
      GtkListBoxRow *row = gtk_list_box_get_row_at_index (self->list_box, (int) i);

      if (embark_machine_row_get_machine (EMBARK_MACHINE_ROW (row)) != machine)
        continue;
      if (gtk_list_box_get_selected_row (self->list_box) != row)
        gtk_list_box_select_row (self->list_box, row);
      return TRUE;
    }

  gtk_list_box_unselect_all (self->list_box);
  return FALSE;
}
