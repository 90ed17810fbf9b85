/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Files come in by button, by drop and by the command line, all through one
 * function that collects what was refused until the last one is decided.
 */
#include <glib/gi18n.h>

#include "gui/error-text.h"
#include "gui/window-private.h"

/* One round of adding files, one after the other so that the list has them in the order they were given. */
typedef struct
{
  EmbarkWindow *window; /* owned */
  GListModel *files;    /* owned, of GFile */
  EmbarkMachine *first; /* owned; (nullable) */
  GString *refused;     /* one paragraph a file */
  guint n_done, n_refused;
} Round;

static void free_round (Round *round)
{
  g_clear_object (&round->window);
  g_clear_object (&round->files);
  g_clear_object (&round->first);
  g_string_free (round->refused, TRUE);
  g_free (round);
}

static void show_refused (Round *round)
{
  guint n_files = g_list_model_get_n_items (round->files);
  g_autofree char *heading = n_files == 1
                                 ? g_strdup (_ ("This File Was Not Added"))
                                 : g_strdup_printf (ngettext ("%u of %u Files Was Not Added",
                                                              "%u of %u Files Were Not Added", round->n_refused),
                                                    round->n_refused, n_files);
  GtkWidget *dialog = adw_message_dialog_new (GTK_WINDOW (round->window), heading, round->refused->str);

  adw_message_dialog_add_response (ADW_MESSAGE_DIALOG (dialog), "close", _ ("_Close"));
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "close");
  gtk_window_present (GTK_WINDOW (dialog));
}

static void end_round (Round *round)
{
  if (round->first != NULL)
    embark_window_show_machine (round->window, round->first);
  if (round->n_refused > 0)
    show_refused (round);
  free_round (round);
}

static void refuse (Round *round, const GError *error)
{
  g_autoptr (EmbarkErrorText) text = embark_error_text_new (error);
  g_autofree char *paragraph = embark_error_text_join (text);

  round->n_refused++;
  g_string_append_printf (round->refused, "%s%s", round->refused->len > 0 ? "\n\n" : "", paragraph);
}

/* What is new is looked into at once; what was there already keeps its report. */
static void accept (Round *round, EmbarkMachine *machine)
{
  EmbarkDisk *disk = embark_machine_get_boot_disk (machine);

  if (round->first == NULL)
    round->first = g_object_ref (machine);
  if (disk != NULL && (embark_disk_get_report (disk) == NULL || embark_disk_get_error (disk) != NULL))
    embark_disk_check (disk);
}

static void add_next (Round *round);

static void file_added_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Round *round = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (EmbarkMachine) machine = embark_library_add_file_finish (EMBARK_LIBRARY (source), result, &error);

  if (machine != NULL)
    accept (round, machine);
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    refuse (round, error);
  round->n_done++;
  add_next (round);
}

static void add_next (Round *round)
{
  EmbarkLibrary *library = embark_context_get_library (round->window->context);
  g_autoptr (GFile) file = g_list_model_get_item (round->files, round->n_done);

  if (file == NULL)
    end_round (round);
  else
    embark_library_add_file_async (library, file, NULL, file_added_cb, round);
}

void embark_window_add_files (EmbarkWindow *self, GListModel *files)
{
  Round *round = g_new0 (Round, 1);

  round->window = g_object_ref (self);
  round->files = g_object_ref (files);
  round->refused = g_string_new (NULL);
  add_next (round);
}

static void files_chosen_cb (GtkNativeDialog *dialog, int response, EmbarkWindow *self)
{
  g_autoptr (GListModel) files = NULL;

  if (response == GTK_RESPONSE_ACCEPT)
    {
      files = gtk_file_chooser_get_files (GTK_FILE_CHOOSER (dialog));
      embark_window_add_files (self, files);
    }
  g_object_unref (dialog);
}

static void add_filters (GtkFileChooser *chooser)
{
  static const char *const patterns[] = { "*.qcow2", "*.img", "*.raw", "*.vmdk", "*.vhd", "*.vpc", NULL };
  g_autoptr (GtkFileFilter) images = gtk_file_filter_new ();
  g_autoptr (GtkFileFilter) all = gtk_file_filter_new ();

  gtk_file_filter_set_name (images, _ ("Disk Images"));
  for (guint i = 0; patterns[i] != NULL; i++)
    gtk_file_filter_add_suffix (images, patterns[i] + 2);
  gtk_file_filter_set_name (all, _ ("All Files"));
  gtk_file_filter_add_pattern (all, "*");
  gtk_file_chooser_add_filter (chooser, images);
  gtk_file_chooser_add_filter (chooser, all);
}

void embark_window_choose_files (EmbarkWindow *self)
{
  GtkFileChooserNative *dialog = gtk_file_chooser_native_new (_ ("Add Disk Files"), GTK_WINDOW (self),
                                                              GTK_FILE_CHOOSER_ACTION_OPEN, _ ("_Add"), _ ("_Cancel"));

  gtk_file_chooser_set_select_multiple (GTK_FILE_CHOOSER (dialog), TRUE);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  add_filters (GTK_FILE_CHOOSER (dialog));
  g_signal_connect_object (dialog, "response", G_CALLBACK (files_chosen_cb), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

/* Hidden altogether, or screen readers would find its words at any time. */
static void hide_highlight (EmbarkWindow *self)
{
  gtk_revealer_set_reveal_child (self->drop_revealer, FALSE);
  gtk_widget_set_visible (GTK_WIDGET (self->drop_revealer), FALSE);
}

static GdkDragAction drag_entered_cb (GtkDropTarget *target, double x, double y, EmbarkWindow *self)
{
  gtk_widget_set_visible (GTK_WIDGET (self->drop_revealer), TRUE);
  gtk_revealer_set_reveal_child (self->drop_revealer, TRUE);
  return GDK_ACTION_COPY;
}

static void drag_left_cb (GtkDropTarget *target, EmbarkWindow *self)
{
  hide_highlight (self);
}

static gboolean dropped_cb (GtkDropTarget *target, const GValue *value, double x, double y, EmbarkWindow *self)
{
  g_autoptr (GListStore) list = g_list_store_new (G_TYPE_FILE);
  g_autoptr (GSList) files = gdk_file_list_get_files (g_value_get_boxed (value));

  hide_highlight (self);
  for (GSList *l = files; l != NULL; l = l->next)
    g_list_store_append (list, l->data);
  embark_window_add_files (self, G_LIST_MODEL (list));
  return TRUE;
}

void embark_window_init_drop (EmbarkWindow *self)
{
  GtkDropTarget *target = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);

  hide_highlight (self);
  g_signal_connect (target, "enter", G_CALLBACK (drag_entered_cb), self);
  g_signal_connect (target, "leave", G_CALLBACK (drag_left_cb), self);
  g_signal_connect (target, "drop", G_CALLBACK (dropped_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (target));
}
