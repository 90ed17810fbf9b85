/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkBucketDialog: region and name; stays open when the cloud refuses.
 */
#include "gui/bucket-dialog.h"

#include <glib/gi18n.h>

#include "gui/error-text.h"
#include "gui/region-row.h"

struct _EmbarkBucketDialog
{
  AdwWindow parent_instance;

  /* Owned */
  EmbarkAccount *account;
  EmbarkJob *job;

  /* Template children */
  AdwPreferencesGroup *group;
  AdwComboRow *region_row;
  AdwEntryRow *name_row;
  GtkLabel *error_label;
  GtkSpinner *spinner;
};

static guint created_signal;

G_DEFINE_FINAL_TYPE (EmbarkBucketDialog, embark_bucket_dialog, ADW_TYPE_WINDOW)

static void show_error (EmbarkBucketDialog *self, const GError *error)
{
  g_autoptr (EmbarkErrorText) text = NULL;
  g_autofree char *body = NULL;

  gtk_widget_set_visible (GTK_WIDGET (self->error_label), error != NULL);
  if (error == NULL)
    return;

  text = embark_error_text_new (error);
  body = embark_error_text_join (text);
  gtk_label_set_label (self->error_label, body);
}

static void update (EmbarkBucketDialog *self)
{
  const char *name = gtk_editable_get_text (GTK_EDITABLE (self->name_row));
  const char *region = embark_region_row_get (self->region_row);
  gboolean is_busy = self->job != NULL;
  g_autoptr (GError) error = NULL;
  gboolean is_valid = region != NULL && name[0] != '\0' && embark_destination_check (region, name, &error);

  show_error (self, name[0] != '\0' ? error : NULL);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "bucket.create", !is_busy && is_valid);
  gtk_widget_set_sensitive (GTK_WIDGET (self->group), !is_busy);
  gtk_widget_set_visible (GTK_WIDGET (self->spinner), is_busy);
  gtk_spinner_set_spinning (self->spinner, is_busy);
}

static void job_finished_cb (EmbarkBucketDialog *self, EmbarkJob *job)
{
  g_autoptr (EmbarkJob) finished = g_steal_pointer (&self->job);
  const GError *error = embark_job_get_error (finished);

  update (self);
  if (embark_job_get_state (finished) == EMBARK_JOB_DONE)
    {
      g_signal_emit (self, created_signal, 0, embark_region_row_get (self->region_row),
                     gtk_editable_get_text (GTK_EDITABLE (self->name_row)));
      gtk_window_destroy (GTK_WINDOW (self));
      return;
    }
  if (error != NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    show_error (self, error);
}

static void create_activated (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  EmbarkBucketDialog *self = EMBARK_BUCKET_DIALOG (widget);

  self->job = embark_account_create_bucket (self->account, embark_region_row_get (self->region_row),
                                            gtk_editable_get_text (GTK_EDITABLE (self->name_row)));
  g_signal_connect_object (self->job, "finished", G_CALLBACK (job_finished_cb), self, G_CONNECT_SWAPPED);
  update (self);
  if (embark_job_is_finished (self->job))
    job_finished_cb (self, self->job);
}

static void entry_activated_cb (GtkWidget *row, EmbarkBucketDialog *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "bucket.create", NULL);
}

static void embark_bucket_dialog_dispose (GObject *object)
{
  EmbarkBucketDialog *self = EMBARK_BUCKET_DIALOG (object);

  if (self->job != NULL)
    embark_job_cancel (self->job);
  g_clear_object (&self->job);
  gtk_widget_dispose_template (GTK_WIDGET (self), EMBARK_TYPE_BUCKET_DIALOG);
  g_clear_object (&self->account);
  G_OBJECT_CLASS (embark_bucket_dialog_parent_class)->dispose (object);
}

static void embark_bucket_dialog_class_init (EmbarkBucketDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = embark_bucket_dialog_dispose;
  created_signal = g_signal_new ("created", EMBARK_TYPE_BUCKET_DIALOG, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/embark/Embark/ui/bucket-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, EmbarkBucketDialog, group);
  gtk_widget_class_bind_template_child (widget_class, EmbarkBucketDialog, region_row);
  gtk_widget_class_bind_template_child (widget_class, EmbarkBucketDialog, name_row);
  gtk_widget_class_bind_template_child (widget_class, EmbarkBucketDialog, error_label);
  gtk_widget_class_bind_template_child (widget_class, EmbarkBucketDialog, spinner);
  gtk_widget_class_bind_template_callback (widget_class, update);
  gtk_widget_class_bind_template_callback (widget_class, entry_activated_cb);
  gtk_widget_class_install_action (widget_class, "bucket.create", NULL, create_activated);
}

static void embark_bucket_dialog_init (EmbarkBucketDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  embark_region_row_fill (self->region_row);
}

GtkWidget *embark_bucket_dialog_new (GtkWindow *parent, EmbarkAccount *account, const char *region)
{
  EmbarkBucketDialog *self = g_object_new (EMBARK_TYPE_BUCKET_DIALOG, "transient-for", parent, NULL);

  self->account = g_object_ref (account);
  if (region != NULL)
    embark_region_row_set (self->region_row, region);
  update (self);
  return GTK_WIDGET (self);
}
