/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkUnfinishedDialog: one job at a time looks or deletes; rows stand for
 * what the last look found.
 */
#include "gui/unfinished-dialog.h"

#include <glib/gi18n.h>

#include "gui/destination-group.h"
#include "gui/error-text.h"
#include "gui/format.h"
#include "model/unfinished.h"

struct _EmbarkUnfinishedDialog
{
  AdwWindow parent_instance;

  /* Owned */
  EmbarkContext *context;
  EmbarkJob *job;        /* the one that runs */
  EmbarkJob *found;      /* the last that looked: holds the uploads */
  GtkWidget *doomed_row; /* of the upload that is being deleted */

  /* Template children */
  EmbarkDestinationGroup *destination_group;
  GtkSpinner *spinner;
  GtkWidget *error_box;
  GtkLabel *error_title;
  GtkLabel *error_body;
  GtkWidget *found_box;
  GtkListBox *list;
  GtkWidget *none_label;
};

G_DEFINE_FINAL_TYPE (EmbarkUnfinishedDialog, embark_unfinished_dialog, ADW_TYPE_WINDOW)

static void update (EmbarkUnfinishedDialog *self)
{
  gboolean is_busy = self->job != NULL;
  gboolean is_chosen = embark_destination_group_get_destination (self->destination_group) != NULL;
  gboolean has_rows = gtk_widget_get_first_child (GTK_WIDGET (self->list)) != NULL;

  gtk_widget_action_set_enabled (GTK_WIDGET (self), "unfinished.look", !is_busy && is_chosen);
  gtk_widget_set_sensitive (GTK_WIDGET (self->destination_group), !is_busy);
  gtk_widget_set_sensitive (GTK_WIDGET (self->list), !is_busy);
  gtk_widget_set_visible (GTK_WIDGET (self->spinner), is_busy);
  gtk_spinner_set_spinning (self->spinner, is_busy);
  gtk_widget_set_visible (self->found_box, has_rows);
  gtk_widget_set_visible (self->none_label, self->found != NULL && !is_busy && !has_rows);
}

static void show_error (EmbarkUnfinishedDialog *self, const GError *error)
{
  g_autoptr (EmbarkErrorText) text = NULL;
  g_autofree char *body = NULL;

  gtk_widget_set_visible (self->error_box, error != NULL);
  if (error == NULL)
    return;

  text = embark_error_text_new (error);
  body = embark_error_text_join (text);
  gtk_label_set_label (self->error_title, text->heading);
  gtk_label_set_label (self->error_body, body);
}

static void clear_rows (EmbarkUnfinishedDialog *self)
{
  GtkWidget *row;

  while ((row = gtk_widget_get_first_child (GTK_WIDGET (self->list))) != NULL)
    gtk_list_box_remove (self->list, row);
  g_clear_object (&self->found);
}

static char *describe (const EmbarkUnfinishedUpload *upload)
{
  g_autofree char *when =
      upload->begun_at > 0 ? embark_format_when (upload->begun_at, g_get_real_time () / G_USEC_PER_SEC) : NULL;

  if (upload->migration != NULL && when != NULL)
    /* Translators: when an upload was begun, then an image: "Begun yesterday at 14:02 · of the import “web-01”". */
    return g_strdup_printf (_ ("Begun %s · of the import “%s”"), when,
                            embark_migration_get_image_name (upload->migration));
  if (upload->migration != NULL)
    /* Translators: the placeholder is the name of an image. */
    return g_strdup_printf (_ ("Of the import “%s”"), embark_migration_get_image_name (upload->migration));
  if (when != NULL)
    /* Translators: the placeholder is a time: "Begun yesterday at 14:02 · of no import in the history". */
    return g_strdup_printf (_ ("Begun %s · of no import in the history"), when);
  return g_strdup (_ ("Of no import in the history"));
}

static GtkWidget *make_button (const char *label, const char *words, const char *action, guint index)
{
  GtkWidget *button = gtk_button_new_with_mnemonic (label);

  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, words, -1);
  gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "u", index);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action);
  return button;
}

static GtkWidget *make_row (const EmbarkUnfinishedUpload *upload, guint index)
{
  GtkWidget *row = adw_action_row_new ();
  const char *slash = strrchr (upload->key, '/');
  const char *name = slash != NULL ? slash + 1 : upload->key;
  g_autofree char *subtitle = describe (upload);
  /* Translators: for screen readers; the placeholder is the name of an object in a bucket. */
  g_autofree char *continue_words = g_strdup_printf (_ ("Continue %s"), name);
  /* Translators: for screen readers; the placeholder is the name of an object in a bucket. */
  g_autofree char *delete_words = g_strdup_printf (_ ("Delete %s"), name);
  GtkWidget *delete_button = make_button (_ ("_Delete…"), delete_words, "unfinished.delete", index);

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), name);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  gtk_widget_set_tooltip_text (row, upload->key);
  if (upload->migration != NULL && embark_migration_can_continue (upload->migration))
    adw_action_row_add_suffix (ADW_ACTION_ROW (row),
                               make_button (_ ("C_ontinue"), continue_words, "unfinished.continue", index));
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), delete_button);
  g_object_set_data (G_OBJECT (row), "index", GUINT_TO_POINTER (index));
  return row;
}

static void take_job (EmbarkUnfinishedDialog *self, EmbarkJob *job, const GError *error, GCallback finished_cb)
{
  show_error (self, error);
  self->job = job;
  if (job != NULL)
    g_signal_connect_object (job, "finished", finished_cb, self, G_CONNECT_SWAPPED);
  update (self);
}

/* NULL when it was left: then there is nothing to show. */
static EmbarkJob *finish_job (EmbarkUnfinishedDialog *self)
{
  EmbarkJob *finished = g_steal_pointer (&self->job);
  const GError *error = embark_job_get_error (finished);

  if (error != NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    show_error (self, error);
  return finished;
}

static void looked_cb (EmbarkUnfinishedDialog *self, EmbarkJob *job)
{
  g_autoptr (EmbarkJob) finished = finish_job (self);
  GPtrArray *uploads = embark_job_get_result (finished);

  if (uploads != NULL)
    {
      self->found = g_object_ref (finished);
      for (guint i = 0; i < uploads->len; i++)
        gtk_list_box_append (self->list, make_row (g_ptr_array_index (uploads, i), i));
    }
  update (self);
}

static void look_activated (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  EmbarkUnfinishedDialog *self = EMBARK_UNFINISHED_DIALOG (widget);
  EmbarkDestination *destination = embark_destination_group_get_destination (self->destination_group);
  g_autoptr (GError) error = NULL;
  EmbarkJob *job;

  clear_rows (self);
  job = embark_context_find_unfinished (self->context, embark_destination_get_region (destination),
                                        embark_destination_get_bucket (destination), &error);
  take_job (self, job, error, G_CALLBACK (looked_cb));
}

static const EmbarkUnfinishedUpload *find_upload (EmbarkUnfinishedDialog *self, GVariant *index)
{
  GPtrArray *uploads = embark_job_get_result (self->found);

  return g_ptr_array_index (uploads, g_variant_get_uint32 (index));
}

static void deleted_cb (EmbarkUnfinishedDialog *self, EmbarkJob *job)
{
  g_autoptr (EmbarkJob) finished = finish_job (self);
  g_autoptr (GtkWidget) row = g_steal_pointer (&self->doomed_row);

  if (embark_job_get_result (finished) != NULL)
    gtk_list_box_remove (self->list, row);
  update (self);
}

static GtkWidget *find_row (EmbarkUnfinishedDialog *self, guint index)
{
  for (GtkWidget *row = gtk_widget_get_first_child (GTK_WIDGET (self->list)); row != NULL;
       row = gtk_widget_get_next_sibling (row))
    if (GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (row), "index")) == index)
      return row;
  return NULL;
}

static void delete_answered_cb (AdwMessageDialog *dialog, const char *response, EmbarkUnfinishedDialog *self)
{
  GVariant *index = g_object_get_data (G_OBJECT (dialog), "index");
  g_autoptr (GError) error = NULL;
  EmbarkJob *job;

  if (!g_str_equal (response, "delete"))
    return;

  job = embark_context_remove_unfinished (self->context, find_upload (self, index), &error);
  if (job != NULL)
    g_set_object (&self->doomed_row, find_row (self, g_variant_get_uint32 (index)));
  take_job (self, job, error, G_CALLBACK (deleted_cb));
}

static void delete_activated (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  const EmbarkUnfinishedUpload *upload = find_upload (EMBARK_UNFINISHED_DIALOG (widget), parameter);
  GtkWidget *dialog = adw_message_dialog_new (GTK_WINDOW (widget), _ ("Delete This Upload?"), NULL);

  adw_message_dialog_set_body (ADW_MESSAGE_DIALOG (dialog),
                               upload->migration != NULL
                                   ? _ ("The parts are removed from the bucket. When the import is continued, its disk "
                                        "is sent from the beginning.")
                                   : _ ("The parts are removed from the bucket. If another computer is still sending "
                                        "them, its upload fails."));
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "keep", _ ("_Keep"), "delete", _ ("_Delete"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "delete", ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "keep");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "keep");
  g_object_set_data_full (G_OBJECT (dialog), "index", g_variant_ref (parameter), (GDestroyNotify) g_variant_unref);
  g_signal_connect_object (dialog, "response", G_CALLBACK (delete_answered_cb), widget, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void continue_activated (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  EmbarkUnfinishedDialog *self = EMBARK_UNFINISHED_DIALOG (widget);
  const EmbarkUnfinishedUpload *upload = find_upload (self, parameter);
  GtkWindow *parent = gtk_window_get_transient_for (GTK_WINDOW (self));

  embark_migration_start (upload->migration);
  gtk_widget_activate_action (GTK_WIDGET (parent), "win.show-migration", "s",
                              embark_migration_get_id (upload->migration));
  gtk_window_destroy (GTK_WINDOW (self));
}

static void embark_unfinished_dialog_dispose (GObject *object)
{
  EmbarkUnfinishedDialog *self = EMBARK_UNFINISHED_DIALOG (object);

  if (self->job != NULL)
    g_signal_handlers_disconnect_by_data (self->job, self);
  /* A delete that the user asked for goes on; nobody waits for a look any more. */
  if (self->job != NULL && self->doomed_row == NULL)
    embark_job_cancel (self->job);
  g_clear_object (&self->job);
  g_clear_object (&self->found);
  g_clear_object (&self->doomed_row);
  gtk_widget_dispose_template (GTK_WIDGET (self), EMBARK_TYPE_UNFINISHED_DIALOG);
  g_clear_object (&self->context);
  G_OBJECT_CLASS (embark_unfinished_dialog_parent_class)->dispose (object);
}

static void embark_unfinished_dialog_class_init (EmbarkUnfinishedDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = embark_unfinished_dialog_dispose;
  g_type_ensure (EMBARK_TYPE_DESTINATION_GROUP);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/embark/Embark/ui/unfinished-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, EmbarkUnfinishedDialog, destination_group);
  gtk_widget_class_bind_template_child (widget_class, EmbarkUnfinishedDialog, spinner);
  gtk_widget_class_bind_template_child (widget_class, EmbarkUnfinishedDialog, error_box);
  gtk_widget_class_bind_template_child (widget_class, EmbarkUnfinishedDialog, error_title);
  gtk_widget_class_bind_template_child (widget_class, EmbarkUnfinishedDialog, error_body);
  gtk_widget_class_bind_template_child (widget_class, EmbarkUnfinishedDialog, found_box);
  gtk_widget_class_bind_template_child (widget_class, EmbarkUnfinishedDialog, list);
  gtk_widget_class_bind_template_child (widget_class, EmbarkUnfinishedDialog, none_label);
  gtk_widget_class_install_action (widget_class, "unfinished.look", NULL, look_activated);
  gtk_widget_class_install_action (widget_class, "unfinished.delete", "u", delete_activated);
  gtk_widget_class_install_action (widget_class, "unfinished.continue", "u", continue_activated);
}

static void embark_unfinished_dialog_init (EmbarkUnfinishedDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  show_error (self, NULL);
}

/* What was found is of another bucket. */
static void destination_changed_cb (EmbarkUnfinishedDialog *self)
{
  clear_rows (self);
  show_error (self, NULL);
  update (self);
}

GtkWidget *embark_unfinished_dialog_new (GtkWindow *parent, EmbarkContext *context)
{
  EmbarkUnfinishedDialog *self = g_object_new (EMBARK_TYPE_UNFINISHED_DIALOG, "transient-for", parent, NULL);

  self->context = g_object_ref (context);
  g_signal_connect_object (self->destination_group, "notify::destination", G_CALLBACK (destination_changed_cb), self,
                           G_CONNECT_SWAPPED);
  embark_destination_group_set_account (self->destination_group, embark_context_get_account (context));
  update (self);
  return GTK_WIDGET (self);
}
