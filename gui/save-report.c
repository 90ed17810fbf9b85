/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Saves a report in the form that the name or the filter of the dialog says,
 * and copies it.
 */
#include "gui/save-report.h"

#include <glib/gi18n.h>

typedef struct
{
  GtkWidget *widget;    /* owned */
  EmbarkReport *report; /* owned */
  char *target;         /* owned */
  char *suggested;      /* owned */
  gint64 checked;
  EmbarkJudge judge;
  GFile *file;  /* owned, once chosen */
  GBytes *text; /* owned, once chosen */
} Save;

/* In the order of the dialog; the first is the default. */
static const struct
{
  const char *name;    /* N_() */
  const char *pattern; /* of further endings; NULL */
  const char *ending;
  EmbarkReportForm form;
} choices[] = {
  { N_ ("HTML page, to read and print"), "*.htm", ".html", EMBARK_REPORT_FORM_HTML },
  { N_ ("Markdown, for tickets and wikis"), "*.markdown", ".md", EMBARK_REPORT_FORM_MARKDOWN },
  { N_ ("JSON, for programs"), NULL, ".json", EMBARK_REPORT_FORM_JSON },
  { N_ ("Plain text"), NULL, ".txt", EMBARK_REPORT_FORM_TEXT },
};

static void free_save (Save *save)
{
  g_clear_object (&save->widget);
  g_clear_pointer (&save->report, embark_report_unref);
  g_clear_pointer (&save->text, g_bytes_unref);
  g_clear_object (&save->file);
  g_free (save->target);
  g_free (save->suggested);
  g_free (save);
}

static const char *get_ending (EmbarkReportForm form)
{
  for (guint i = 0; i < G_N_ELEMENTS (choices); i++)
    if (choices[i].form == form)
      return choices[i].ending;
  return choices[0].ending;
}

static EmbarkReportForm get_chosen_form (GtkFileChooser *chooser)
{
  GtkFileFilter *filter = gtk_file_chooser_get_filter (chooser);
  const char *name = filter != NULL ? gtk_file_filter_get_name (filter) : NULL;

  for (guint i = 0; i < G_N_ELEMENTS (choices); i++)
    if (g_strcmp0 (name, _ (choices[i].name)) == 0)
      return choices[i].form;
  return choices[0].form;
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

static void write_file (Save *save, GFile *typed_file, EmbarkReportForm chosen)
{
  EmbarkReportAbout about = { .target = save->target, .checked = save->checked, .judge = save->judge };
  g_autofree char *typed = g_file_get_basename (typed_file);
  g_autoptr (GFile) folder = g_file_get_parent (typed_file);
  EmbarkReportForm form;
  g_autofree char *name = embark_save_report_choose_name (typed, save->suggested, chosen, &form);
  gboolean is_renamed = g_strcmp0 (name, typed) != 0 && folder != NULL;
  char *text = embark_report_to_form (save->report, form, &about);

  save->file = is_renamed ? g_file_get_child (folder, name) : g_object_ref (typed_file);
  save->text = g_bytes_new_take (text, strlen (text));
  /* The dialog did not ask about a file of another name: what was there is kept as a backup. */
  g_file_replace_contents_bytes_async (save->file, save->text, NULL, is_renamed, G_FILE_CREATE_NONE, NULL,
                                       file_written_cb, save);
}

static void file_chosen_cb (GtkNativeDialog *dialog, int response, gpointer user_data)
{
  Save *save = user_data;
  g_autoptr (GFile) file = NULL;
  EmbarkReportForm chosen;

  file = response == GTK_RESPONSE_ACCEPT ? gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog)) : NULL;
  chosen = get_chosen_form (GTK_FILE_CHOOSER (dialog));
  g_object_unref (dialog);
  if (file == NULL)
    {
      free_save (save);
      return;
    }
  write_file (save, file, chosen);
}

static void add_filters (GtkFileChooser *chooser)
{
  for (guint i = 0; i < G_N_ELEMENTS (choices); i++)
    {
      g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();
      g_autofree char *pattern = g_strconcat ("*", choices[i].ending, NULL);

      gtk_file_filter_set_name (filter, _ (choices[i].name));
      gtk_file_filter_add_pattern (filter, pattern);
      if (choices[i].pattern != NULL)
        gtk_file_filter_add_pattern (filter, choices[i].pattern);
      gtk_file_chooser_add_filter (chooser, filter);
      if (i == 0)
        gtk_file_chooser_set_filter (chooser, filter);
    }
}

char *embark_save_report_choose_name (const char *typed, const char *suggested, EmbarkReportForm chosen,
                                      EmbarkReportForm *ret_form)
{
  g_autofree char *stem = NULL;

  g_return_val_if_fail (typed != NULL && suggested != NULL, NULL);
  *ret_form = chosen;
  if (g_str_equal (typed, suggested))
    {
      stem = g_strndup (typed, (gsize) (strrchr (typed, '.') - typed));
      return g_strconcat (stem, get_ending (chosen), NULL);
    }
  if (embark_report_form_from_name (typed, ret_form))
    return g_strdup (typed);
  return g_strconcat (typed, get_ending (chosen), NULL);
}

void embark_save_report (GtkWidget *widget, EmbarkDisk *disk, EmbarkJudge judge, const char *name)
{
  g_autofree char *file_name = g_strdup_printf ("%s-report%s", name, choices[0].ending);
  GtkFileChooserNative *dialog;
  Save *save;

  g_return_if_fail (GTK_IS_WIDGET (widget));
  g_return_if_fail (embark_disk_get_report (disk) != NULL);

  save = g_new0 (Save, 1);
  save->widget = g_object_ref (widget);
  save->report = embark_report_ref (embark_disk_get_report (disk));
  save->target = g_strdup (embark_disk_get_display_path (disk));
  save->suggested = g_strdup (g_strdelimit (file_name, "/\\:\n", '-'));
  save->checked = embark_disk_get_checked_at (disk);
  save->judge = judge;

  dialog = gtk_file_chooser_native_new (_ ("Save Report"), GTK_WINDOW (gtk_widget_get_root (widget)),
                                        GTK_FILE_CHOOSER_ACTION_SAVE, _ ("_Save"), _ ("_Cancel"));
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  add_filters (GTK_FILE_CHOOSER (dialog));
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), save->suggested);
  g_signal_connect (dialog, "response", G_CALLBACK (file_chosen_cb), save);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

void embark_copy_report (GtkWidget *widget, EmbarkDisk *disk, EmbarkJudge judge)
{
  EmbarkReportAbout about = {
    .target = embark_disk_get_display_path (disk),
    .checked = embark_disk_get_checked_at (disk),
    .judge = judge,
  };
  g_autofree char *text = NULL;

  g_return_if_fail (embark_disk_get_report (disk) != NULL);
  text = embark_report_to_text (embark_disk_get_report (disk), &about);
  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), text);
  gtk_widget_activate_action (widget, "win.toast", "s", _ ("Report copied"));
}
