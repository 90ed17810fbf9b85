/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Saving a report as a JSON file.
 */
#include "gui/save-report.h"

#include <glib/gi18n.h>

typedef struct
{
  GtkWidget *widget; /* owned */
  GBytes *text;      /* owned */
  GFile *file;       /* owned, once chosen */
} Save;

static void free_save (Save *save)
{
  g_clear_object (&save->widget);
  g_clear_pointer (&save->text, g_bytes_unref);
  g_clear_object (&save->file);
  g_free (save);
}

static void file_written_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Save *save = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *name = g_file_get_parse_name (save->file);
  g_autofree char *message = NULL;

  if (g_file_replace_contents_finish (G_FILE (source), result, NULL, &error))
    /* Translators: the placeholder is the name of a file. */
    message = g_strdup_printf (_ ("Report saved as %s"), name);
  else
    /* Translators: the name of a file, then the reason. */
    message = g_strdup_printf (_ ("The report could not be saved as %s: %s"), name, error->message);
  gtk_widget_activate_action (save->widget, "win.toast", "s", message);
  free_save (save);
}

static void file_chosen_cb (GtkNativeDialog *dialog, int response, gpointer user_data)
{
  Save *save = user_data;

  if (response != GTK_RESPONSE_ACCEPT)
    {
      g_object_unref (dialog);
      free_save (save);
      return;
    }

  save->file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
  g_object_unref (dialog);
  g_file_replace_contents_bytes_async (save->file, save->text, NULL, FALSE, G_FILE_CREATE_NONE, NULL, file_written_cb,
                                       save);
}

void embark_save_report (GtkWidget *widget, EmbarkReport *report, const char *name, const char *target)
{
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *file_name = g_strdup_printf ("%s-report.json", name);
  GtkFileChooserNative *dialog;
  char *text;
  Save *save;

  g_return_if_fail (GTK_IS_WIDGET (widget));
  g_return_if_fail (report != NULL);

  node = embark_report_to_json (report, target);
  text = json_to_string (node, TRUE);
  save = g_new0 (Save, 1);
  save->widget = g_object_ref (widget);
  save->text = g_bytes_new_take (text, strlen (text));

  dialog = gtk_file_chooser_native_new (_ ("Save Report"), GTK_WINDOW (gtk_widget_get_root (widget)),
                                        GTK_FILE_CHOOSER_ACTION_SAVE, _ ("_Save"), _ ("_Cancel"));
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), g_strdelimit (file_name, "/\\:\n", '-'));
  g_signal_connect (dialog, "response", G_CALLBACK (file_chosen_cb), save);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}
