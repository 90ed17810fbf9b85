/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkAccountDialog: the entries are emptied as soon as the keys are handed
 * over, whatever becomes of them, so that no secret stays readable on screen.
 */
#include "gui/account-dialog.h"

#include <glib/gi18n.h>

#include "gui/error-text.h"

#define CONSOLE_KEYS "https://console.cloud.tencent.com/cam/capi"

struct _EmbarkAccountDialog
{
  AdwWindow parent_instance;

  /* Owned */
  EmbarkAccount *account;
  EmbarkJob *job;

  /* Template children */
  AdwPreferencesGroup *group;
  AdwEntryRow *id_row;
  AdwPasswordEntryRow *key_row;
  AdwPasswordEntryRow *token_row;
  AdwExpanderRow *temporary_row;
  GtkWidget *error_box;
  GtkLabel *error_title;
  GtkLabel *error_body;
  GtkSpinner *spinner;
};

static guint saved_signal;

G_DEFINE_FINAL_TYPE (EmbarkAccountDialog, embark_account_dialog, ADW_TYPE_WINDOW)

/* Copied keys often come with a space or a line end. */
static char *read_row (gpointer row)
{
  return g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (row))));
}

static void forget (char *secret)
{
  if (secret == NULL)
    return;

  explicit_bzero (secret, strlen (secret));
  g_free (secret);
}

static void update (EmbarkAccountDialog *self)
{
  g_autofree char *id = read_row (self->id_row);
  gboolean is_key_given = gtk_editable_get_text (GTK_EDITABLE (self->key_row))[0] != '\0';
  gboolean is_busy = self->job != NULL;

  gtk_widget_action_set_enabled (GTK_WIDGET (self), "account.save", !is_busy && id[0] != '\0' && is_key_given);
  gtk_widget_set_sensitive (GTK_WIDGET (self->group), !is_busy);
  gtk_widget_set_visible (GTK_WIDGET (self->spinner), is_busy);
  gtk_spinner_set_spinning (self->spinner, is_busy);
}

static void clear_secrets (EmbarkAccountDialog *self)
{
  gtk_editable_set_text (GTK_EDITABLE (self->key_row), "");
  gtk_editable_set_text (GTK_EDITABLE (self->token_row), "");
}

static void show_error (EmbarkAccountDialog *self, const GError *error)
{
  g_autoptr (EmbarkErrorText) text = embark_error_text_new (error);
  g_autofree char *body = embark_error_text_join (text);

  gtk_label_set_label (self->error_title, text->heading);
  gtk_label_set_label (self->error_body, body);
  gtk_widget_set_visible (self->error_box, TRUE);
  gtk_widget_grab_focus (GTK_WIDGET (self->key_row));
}

static void job_finished_cb (EmbarkAccountDialog *self, EmbarkJob *job)
{
  const GError *error = embark_job_get_error (job);
  g_autoptr (EmbarkJob) finished = g_steal_pointer (&self->job);

  update (self);
  if (embark_job_get_state (finished) == EMBARK_JOB_DONE)
    {
      gtk_editable_set_text (GTK_EDITABLE (self->id_row), "");
      g_signal_emit (self, saved_signal, 0);
      gtk_window_destroy (GTK_WINDOW (self));
      return;
    }
  if (error != NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    show_error (self, error);
}

static void save_activated (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  EmbarkAccountDialog *self = EMBARK_ACCOUNT_DIALOG (widget);
  g_autofree char *id = read_row (self->id_row);
  char *key = read_row (self->key_row);
  char *token = adw_expander_row_get_enable_expansion (self->temporary_row) ? read_row (self->token_row) : NULL;

  gtk_widget_set_visible (self->error_box, FALSE);
  self->job = embark_account_set_keys (self->account, id, key, token != NULL && token[0] != '\0' ? token : NULL);
  forget (key);
  forget (token);
  clear_secrets (self);
  g_signal_connect_object (self->job, "finished", G_CALLBACK (job_finished_cb), self, G_CONNECT_SWAPPED);
  update (self);
  if (embark_job_is_finished (self->job))
    job_finished_cb (self, self->job);
}

static void entry_activated_cb (GtkWidget *row, EmbarkAccountDialog *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "account.save", NULL);
}

static void console_activated (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  gtk_show_uri (GTK_WINDOW (widget), CONSOLE_KEYS, GDK_CURRENT_TIME);
}

static void embark_account_dialog_dispose (GObject *object)
{
  EmbarkAccountDialog *self = EMBARK_ACCOUNT_DIALOG (object);

  if (self->job != NULL)
    embark_job_cancel (self->job);
  g_clear_object (&self->job);
  if (self->key_row != NULL)
    clear_secrets (self);
  gtk_widget_dispose_template (GTK_WIDGET (self), EMBARK_TYPE_ACCOUNT_DIALOG);
  g_clear_object (&self->account);
  G_OBJECT_CLASS (embark_account_dialog_parent_class)->dispose (object);
}

static void embark_account_dialog_class_init (EmbarkAccountDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = embark_account_dialog_dispose;
  saved_signal =
      g_signal_new ("saved", EMBARK_TYPE_ACCOUNT_DIALOG, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/embark/Embark/ui/account-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, EmbarkAccountDialog, group);
  gtk_widget_class_bind_template_child (widget_class, EmbarkAccountDialog, id_row);
  gtk_widget_class_bind_template_child (widget_class, EmbarkAccountDialog, key_row);
  gtk_widget_class_bind_template_child (widget_class, EmbarkAccountDialog, token_row);
  gtk_widget_class_bind_template_child (widget_class, EmbarkAccountDialog, temporary_row);
  gtk_widget_class_bind_template_child (widget_class, EmbarkAccountDialog, error_box);
  gtk_widget_class_bind_template_child (widget_class, EmbarkAccountDialog, error_title);
  gtk_widget_class_bind_template_child (widget_class, EmbarkAccountDialog, error_body);
  gtk_widget_class_bind_template_child (widget_class, EmbarkAccountDialog, spinner);
  gtk_widget_class_bind_template_callback (widget_class, update);
  gtk_widget_class_bind_template_callback (widget_class, entry_activated_cb);
  gtk_widget_class_install_action (widget_class, "account.save", NULL, save_activated);
  gtk_widget_class_install_action (widget_class, "account.open-console", NULL, console_activated);
}

static void embark_account_dialog_init (EmbarkAccountDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_widget_set_visible (self->error_box, FALSE);
}

GtkWidget *embark_account_dialog_new (GtkWindow *parent, EmbarkAccount *account)
{
  EmbarkAccountDialog *self = g_object_new (EMBARK_TYPE_ACCOUNT_DIALOG, "transient-for", parent, NULL);

  self->account = g_object_ref (account);
  update (self);
  return GTK_WIDGET (self);
}

const char *embark_account_describe_place (EmbarkKeysPlace place)
{
  switch (place)
    {
    case EMBARK_KEYS_IN_KEYRING:
      return _ ("In the keyring of this computer");
    case EMBARK_KEYS_IN_MEMORY:
      return _ ("In memory until Embark ends, since there is no keyring");
    case EMBARK_KEYS_IN_ENVIRONMENT:
      return _ ("From the environment in which Embark was started");
    case EMBARK_KEYS_NOT_LOADED:
      return _ ("Not read yet");
    case EMBARK_KEYS_NONE:
    default:
      return _ ("None yet");
    }
}
