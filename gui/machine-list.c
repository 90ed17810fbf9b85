/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkMachineList: keeps one EmbarkMachineGroup for each connection.
 */
#include "gui/machine-list.h"

#include "gui/machine-group.h"
#include "gui/page-stack.h"

struct _EmbarkMachineList
{
  AdwBin parent_instance;

  /* Owned */
  EmbarkLibrary *library;
  EmbarkMigrationList *migrations;
  char *filter_text;

  /* Template children */
  GtkStack *stack;
  GtkBox *groups_box;
};

enum
{
  SIGNAL_SELECTED,
  SIGNAL_ACTIVATED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (EmbarkMachineList, embark_machine_list, ADW_TYPE_BIN)

static EmbarkMachineGroup *get_first_group (EmbarkMachineList *self)
{
  GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self->groups_box));

  return child != NULL ? EMBARK_MACHINE_GROUP (child) : NULL;
}

static EmbarkMachineGroup *get_next_group (EmbarkMachineGroup *group)
{
  GtkWidget *child = gtk_widget_get_next_sibling (GTK_WIDGET (group));

  return child != NULL ? EMBARK_MACHINE_GROUP (child) : NULL;
}

static void visible_changed_cb (EmbarkMachineGroup *changed, EmbarkMachineList *self)
{
  gboolean is_filtered = self->filter_text != NULL && self->filter_text[0] != '\0';
  guint n_shown = 0;

  for (EmbarkMachineGroup *group = get_first_group (self); group != NULL; group = get_next_group (group))
    n_shown += embark_machine_group_get_n_shown (group);
  embark_page_stack_show (self->stack, is_filtered && n_shown == 0 ? "nothing" : "groups");
}

static void selected_cb (EmbarkMachineGroup *selected, EmbarkMachine *machine, EmbarkMachineList *self)
{
  for (EmbarkMachineGroup *group = get_first_group (self); group != NULL; group = get_next_group (group))
    if (group != selected)
      embark_machine_group_select (group, NULL);
  g_signal_emit (self, signals[SIGNAL_SELECTED], 0, machine);
}

static void activated_cb (EmbarkMachineGroup *group, EmbarkMachine *machine, EmbarkMachineList *self)
{
  g_signal_emit (self, signals[SIGNAL_ACTIVATED], 0, machine);
}

static void add_group (EmbarkMachineList *self, guint position)
{
  GListModel *connections = embark_library_get_connections (self->library);
  g_autoptr (EmbarkConnection) connection = g_list_model_get_item (connections, position);
  GtkWidget *group = embark_machine_group_new (connection, self->migrations);
  GtkWidget *before = NULL;
  guint i = 0;

  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self->groups_box)); child != NULL && i < position;
       child = gtk_widget_get_next_sibling (child), i++)
    before = child;
  gtk_box_insert_child_after (self->groups_box, group, before);
  g_signal_connect_object (group, "selected", G_CALLBACK (selected_cb), self, 0);
  g_signal_connect_object (group, "activated", G_CALLBACK (activated_cb), self, 0);
  g_signal_connect_object (group, "visible-changed", G_CALLBACK (visible_changed_cb), self, 0);
}

static void connections_changed_cb (GListModel *model, guint position, guint n_removed, guint n_added,
                                    EmbarkMachineList *self)
{
  GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self->groups_box));

  for (guint i = 0; i < position && child != NULL; i++)
    child = gtk_widget_get_next_sibling (child);
  for (guint i = 0; i < n_removed && child != NULL; i++)
    {
      GtkWidget *next = gtk_widget_get_next_sibling (child);

      gtk_box_remove (self->groups_box, child);
      child = next;
    }
  for (guint i = 0; i < n_added; i++)
    add_group (self, position + i);
}

static void embark_machine_list_dispose (GObject *object)
{
  EmbarkMachineList *self = EMBARK_MACHINE_LIST (object);

  /* The parent class keeps its child by a pointer of its own, which the next call would leave dangling. */
  adw_bin_set_child (ADW_BIN (self), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), EMBARK_TYPE_MACHINE_LIST);
  g_clear_object (&self->library);
  g_clear_object (&self->migrations);
  g_clear_pointer (&self->filter_text, g_free);
  G_OBJECT_CLASS (embark_machine_list_parent_class)->dispose (object);
}

static void embark_machine_list_class_init (EmbarkMachineListClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = embark_machine_list_dispose;
  signals[SIGNAL_SELECTED] = g_signal_new ("selected", EMBARK_TYPE_MACHINE_LIST, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                           G_TYPE_NONE, 1, EMBARK_TYPE_MACHINE);
  signals[SIGNAL_ACTIVATED] = g_signal_new ("activated", EMBARK_TYPE_MACHINE_LIST, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                            NULL, G_TYPE_NONE, 1, EMBARK_TYPE_MACHINE);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/embark/Embark/ui/machine-list.ui");
  gtk_widget_class_bind_template_child (widget_class, EmbarkMachineList, stack);
  gtk_widget_class_bind_template_child (widget_class, EmbarkMachineList, groups_box);
}

static void embark_machine_list_init (EmbarkMachineList *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  embark_page_stack_show (self->stack, "groups");
}

void embark_machine_list_set_model (EmbarkMachineList *self, EmbarkLibrary *library, EmbarkMigrationList *migrations)
{
  GListModel *connections;

  g_return_if_fail (EMBARK_IS_MACHINE_LIST (self));
  g_return_if_fail (self->library == NULL);

  self->library = g_object_ref (library);
  self->migrations = g_object_ref (migrations);
  connections = embark_library_get_connections (library);
  g_signal_connect_object (connections, "items-changed", G_CALLBACK (connections_changed_cb), self, 0);
  connections_changed_cb (connections, 0, 0, g_list_model_get_n_items (connections), self);
}

void embark_machine_list_set_filter (EmbarkMachineList *self, const char *text)
{
  g_return_if_fail (EMBARK_IS_MACHINE_LIST (self));

  g_free (self->filter_text);
  self->filter_text = g_strdup (text);
  for (EmbarkMachineGroup *group = get_first_group (self); group != NULL; group = get_next_group (group))
    embark_machine_group_set_filter (group, text);
}

void embark_machine_list_select (EmbarkMachineList *self, EmbarkMachine *machine)
{
  g_return_if_fail (EMBARK_IS_MACHINE_LIST (self));

  for (EmbarkMachineGroup *group = get_first_group (self); group != NULL; group = get_next_group (group))
    embark_machine_group_select (group, machine);
}
