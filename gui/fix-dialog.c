/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkFixDialog: one update function for the state of the preparation.
 */
#include "gui/fix-dialog.h"

#include <glib/gi18n.h>

#include "gui/error-text.h"
#include "gui/fix-chooser.h"
#include "gui/fix-result-page.h"
#include "gui/fix-run-page.h"
#include "gui/forced-import.h"
#include "gui/page-stack.h"

typedef enum
{
  STATE_CHOOSING,
  STATE_RUNNING,
  STATE_FAILED,
  STATE_READY,
  STATE_SAVING,
} State;

struct _EmbarkFixDialog
{
  AdwWindow parent_instance;

  /* Owned */
  EmbarkContext *context;
  EmbarkMachine *machine;
  EmbarkDisk *disk;
  EmbarkPreparation *preparation; /* (nullable) */
  EmbarkJob *save_job;            /* (nullable) */
  char *save_path;

  /* Template children */
  AdwToastOverlay *toast_overlay;
  AdwWindowTitle *title;
  GtkButton *back_button;
  GtkWidget *start_button;
  GtkWidget *save_button;
  GtkStack *stack;
  EmbarkFixChooser *chooser;
  EmbarkFixRunPage *run_page;
  EmbarkFixResultPage *result_page;
  GtkWidget *bottom_bar;
  GtkLabel *bottom_label;
  GtkSpinner *save_spinner;

  gboolean is_result_shown;
  gboolean is_saved;
};

static guint migrate_signal;

G_DEFINE_FINAL_TYPE (EmbarkFixDialog, embark_fix_dialog, ADW_TYPE_WINDOW)

static State get_state (EmbarkFixDialog *self)
{
  if (self->preparation == NULL)
    return STATE_CHOOSING;
  if (self->save_job != NULL)
    return STATE_SAVING;
  if (embark_preparation_is_ready (self->preparation))
    return STATE_READY;
  return embark_preparation_get_error (self->preparation) != NULL ? STATE_FAILED : STATE_RUNNING;
}

/* What its button at the start does. */
static const char *name_way_back (State state)
{
  switch (state)
    {
    case STATE_RUNNING:
    case STATE_SAVING:
      return _ ("_Stop");
    case STATE_FAILED:
      return _ ("_Back");
    case STATE_READY:
      return _ ("_Discard");
    case STATE_CHOOSING:
    default:
      return _ ("_Cancel");
    }
}

static gboolean can_migrate (EmbarkFixDialog *self)
{
  EmbarkWay way =
      embark_way_of (embark_preparation_get_after (self->preparation), embark_context_get_judge (self->context));

  return way == EMBARK_WAY_PLAIN || way == EMBARK_WAY_FORCED;
}

static void show_bottom_bar (EmbarkFixDialog *self, State state)
{
  gboolean is_saving = state == STATE_SAVING;
  g_autofree char *size = NULL;
  g_autofree char *text = NULL;

  gtk_widget_set_visible (self->bottom_bar, state == STATE_READY || is_saving);
  gtk_widget_set_visible (self->save_button, state == STATE_READY || is_saving);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "fix.save", state == STATE_READY);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "fix.migrate", state == STATE_READY && can_migrate (self));
  if (state != STATE_READY && !is_saving)
    return;
  size = g_format_size_full (embark_preparation_get_overlay_size (self->preparation), G_FORMAT_SIZE_IEC_UNITS);
  if (is_saving)
    text = g_strdup (_ ("Saving the disk…"));
  else if (!can_migrate (self))
    text = g_strdup (_ ("Something still stops the import."));
  else
    /* Translators: the placeholder is a size. */
    text = g_strdup_printf (_ ("The extra file has %s."), size);
  gtk_label_set_label (self->bottom_label, text);
  gtk_widget_set_visible (GTK_WIDGET (self->save_spinner), is_saving);
  gtk_spinner_set_spinning (self->save_spinner, is_saving);
}

static void update (EmbarkFixDialog *self)
{
  State state = get_state (self);
  gboolean is_stopping =
      state == STATE_RUNNING && embark_preparation_get_job (self->preparation) != NULL
      && embark_job_get_state (embark_preparation_get_job (self->preparation)) == EMBARK_JOB_CANCELLING;

  gtk_button_set_label (self->back_button, name_way_back (state));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "fix.back", !is_stopping);
  gtk_widget_set_visible (self->start_button, state == STATE_CHOOSING);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "fix.start",
                                 state == STATE_CHOOSING && embark_fix_chooser_is_complete (self->chooser));
  show_bottom_bar (self, state);
  if (state == STATE_CHOOSING)
    embark_page_stack_show (self->stack, "choose");
  else if (state == STATE_RUNNING || state == STATE_FAILED)
    embark_page_stack_show (self->stack, "run");
  else
    embark_page_stack_show (self->stack, "result");
}

static void forget_preparation (EmbarkFixDialog *self)
{
  embark_fix_run_page_set_preparation (self->run_page, NULL);
  g_clear_object (&self->preparation);
}

static void ended_cb (EmbarkFixDialog *self)
{
  if (embark_preparation_is_ready (self->preparation) && !self->is_result_shown)
    {
      self->is_result_shown = TRUE;
      embark_fix_result_page_show (self->result_page, self->preparation);
    }
  else if (embark_preparation_get_error (self->preparation) == NULL)
    forget_preparation (self); /* cancelled */
  update (self);
  gtk_widget_grab_focus (GTK_WIDGET (self->back_button));
}

static void start_activated (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  EmbarkFixDialog *self = EMBARK_FIX_DIALOG (widget);
  g_autoptr (EmbarkFixOptions) options = embark_fix_chooser_make_options (self->chooser);

  self->preparation = embark_preparation_new (self->machine, self->disk, options);
  g_signal_connect_object (self->preparation, "ended", G_CALLBACK (ended_cb), self, G_CONNECT_SWAPPED);
  embark_fix_run_page_set_preparation (self->run_page, self->preparation);
  embark_preparation_start (self->preparation);
  if (self->preparation == NULL)
    return;
  update (self);
  gtk_widget_grab_focus (GTK_WIDGET (self->back_button));
}

static void back_activated (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  EmbarkFixDialog *self = EMBARK_FIX_DIALOG (widget);

  switch (get_state (self))
    {
    case STATE_RUNNING:
      embark_preparation_cancel (self->preparation);
      update (self);
      break;
    case STATE_SAVING:
      embark_job_cancel (self->save_job);
      break;
    case STATE_FAILED:
      forget_preparation (self);
      update (self);
      break;
    case STATE_READY:
    case STATE_CHOOSING:
    default:
      gtk_window_destroy (GTK_WINDOW (self));
    }
}

static void migrate_activated (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  g_signal_emit (widget, migrate_signal, 0);
}

static void show_save_error (EmbarkFixDialog *self, const GError *error)
{
  g_autoptr (EmbarkErrorText) text = embark_error_text_new (error);
  g_autofree char *body = embark_error_text_join (text);
  GtkWidget *dialog = adw_message_dialog_new (GTK_WINDOW (self), text->heading, body);

  adw_message_dialog_add_response (ADW_MESSAGE_DIALOG (dialog), "close", _ ("_Close"));
  gtk_window_present (GTK_WINDOW (dialog));
}

static void saved_cb (EmbarkFixDialog *self, EmbarkJob *job)
{
  g_autoptr (EmbarkJob) finished = g_steal_pointer (&self->save_job);
  g_autofree char *name = g_filename_display_name (self->save_path);
  g_autofree char *text = NULL;
  g_autofree char *markup = NULL;

  update (self);
  if (embark_job_get_state (finished) == EMBARK_JOB_FAILED)
    show_save_error (self, embark_job_get_error (finished));
  if (embark_job_get_state (finished) != EMBARK_JOB_DONE)
    return;
  self->is_saved = TRUE;
  /* Translators: the placeholder is the name of a file. */
  text = g_strdup_printf (_ ("Saved as %s"), name);
  markup = g_markup_escape_text (text, -1);
  adw_toast_overlay_add_toast (self->toast_overlay, adw_toast_new (markup));
}

static void save_chosen_cb (GtkNativeDialog *dialog, int response, EmbarkFixDialog *self)
{
  g_autoptr (GFile) file =
      response == GTK_RESPONSE_ACCEPT ? gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog)) : NULL;
  g_autofree char *path = file != NULL ? g_file_get_path (file) : NULL;

  g_object_unref (dialog);
  if (path == NULL || get_state (self) != STATE_READY)
    return;
  g_free (self->save_path);
  self->save_path = g_steal_pointer (&path);
  self->save_job = embark_preparation_save (self->preparation, self->save_path, FALSE);
  g_signal_connect_object (self->save_job, "finished", G_CALLBACK (saved_cb), self, G_CONNECT_SWAPPED);
  update (self);
}

/* "web-01-ready.qcow2" */
static char *suggest_name (EmbarkFixDialog *self)
{
  g_autofree char *stem = g_strdup (embark_machine_get_name (self->machine));
  char *dot = strrchr (stem, '.');
  char *name;

  if (embark_machine_is_file (self->machine) && dot != NULL && dot != stem)
    *dot = '\0';
  name = g_strconcat (stem, "-ready.qcow2", NULL);
  return g_strdelimit (name, "/\\:\n", '-');
}

static void save_activated (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  EmbarkFixDialog *self = EMBARK_FIX_DIALOG (widget);
  g_autofree char *name = suggest_name (self);
  GtkFileChooserNative *dialog = gtk_file_chooser_native_new (_ ("Save as a Disk File"), GTK_WINDOW (self),
                                                              GTK_FILE_CHOOSER_ACTION_SAVE, _ ("_Save"), _ ("_Cancel"));

  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), name);
  g_signal_connect_object (dialog, "response", G_CALLBACK (save_chosen_cb), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

/* It may have come to its end while the question was open: then there is another one to ask. */
static void close_answered_cb (AdwMessageDialog *dialog, const char *response, EmbarkFixDialog *self)
{
  State asked = GPOINTER_TO_INT (g_object_get_data (G_OBJECT (dialog), "state"));

  if (g_str_equal (response, "leave") && get_state (self) == asked)
    gtk_window_destroy (GTK_WINDOW (self));
}

static void ask_to_close (EmbarkFixDialog *self, State state)
{
  gboolean is_working = state == STATE_RUNNING || state == STATE_SAVING;
  GtkWidget *dialog =
      adw_message_dialog_new (GTK_WINDOW (self), is_working ? _ ("Stop and Close?") : _ ("Discard What Was Made?"),
                              is_working ? _ ("What was done so far is lost. The disk itself is not changed.")
                                         : _ ("The extra file was neither uploaded nor saved: it is deleted. The disk "
                                              "itself is not changed."));

  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "stay", is_working ? _ ("_Keep Going") : _ ("_Keep"),
                                    "leave", is_working ? _ ("_Stop") : _ ("_Discard"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "leave", ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "stay");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "stay");
  g_object_set_data (G_OBJECT (dialog), "state", GINT_TO_POINTER (state));
  g_signal_connect_object (dialog, "response", G_CALLBACK (close_answered_cb), self, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

static gboolean embark_fix_dialog_close_request (GtkWindow *window)
{
  EmbarkFixDialog *self = EMBARK_FIX_DIALOG (window);
  State state = get_state (self);

  if (state == STATE_CHOOSING || state == STATE_FAILED || (state == STATE_READY && self->is_saved))
    return GTK_WINDOW_CLASS (embark_fix_dialog_parent_class)->close_request (window);
  ask_to_close (self, state);
  return TRUE;
}

static void embark_fix_dialog_dispose (GObject *object)
{
  EmbarkFixDialog *self = EMBARK_FIX_DIALOG (object);

  if (self->save_job != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->save_job, self);
      embark_job_cancel (self->save_job);
    }
  g_clear_object (&self->save_job);
  if (self->preparation != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->preparation, self);
      forget_preparation (self);
    }
  gtk_widget_dispose_template (GTK_WIDGET (self), EMBARK_TYPE_FIX_DIALOG);
  g_clear_object (&self->context);
  g_clear_object (&self->machine);
  g_clear_object (&self->disk);
  g_clear_pointer (&self->save_path, g_free);
  G_OBJECT_CLASS (embark_fix_dialog_parent_class)->dispose (object);
}

static void embark_fix_dialog_class_init (EmbarkFixDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = embark_fix_dialog_dispose;
  GTK_WINDOW_CLASS (klass)->close_request = embark_fix_dialog_close_request;
  migrate_signal =
      g_signal_new ("migrate", EMBARK_TYPE_FIX_DIALOG, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  g_type_ensure (EMBARK_TYPE_FIX_CHOOSER);
  g_type_ensure (EMBARK_TYPE_FIX_RUN_PAGE);
  g_type_ensure (EMBARK_TYPE_FIX_RESULT_PAGE);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/embark/Embark/ui/fix-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, EmbarkFixDialog, toast_overlay);
  gtk_widget_class_bind_template_child (widget_class, EmbarkFixDialog, title);
  gtk_widget_class_bind_template_child (widget_class, EmbarkFixDialog, back_button);
  gtk_widget_class_bind_template_child (widget_class, EmbarkFixDialog, start_button);
  gtk_widget_class_bind_template_child (widget_class, EmbarkFixDialog, save_button);
  gtk_widget_class_bind_template_child (widget_class, EmbarkFixDialog, stack);
  gtk_widget_class_bind_template_child (widget_class, EmbarkFixDialog, chooser);
  gtk_widget_class_bind_template_child (widget_class, EmbarkFixDialog, run_page);
  gtk_widget_class_bind_template_child (widget_class, EmbarkFixDialog, result_page);
  gtk_widget_class_bind_template_child (widget_class, EmbarkFixDialog, bottom_bar);
  gtk_widget_class_bind_template_child (widget_class, EmbarkFixDialog, bottom_label);
  gtk_widget_class_bind_template_child (widget_class, EmbarkFixDialog, save_spinner);
  gtk_widget_class_install_action (widget_class, "fix.start", NULL, start_activated);
  gtk_widget_class_install_action (widget_class, "fix.back", NULL, back_activated);
  gtk_widget_class_install_action (widget_class, "fix.save", NULL, save_activated);
  gtk_widget_class_install_action (widget_class, "fix.migrate", NULL, migrate_activated);
}

static void embark_fix_dialog_init (EmbarkFixDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_object (self->chooser, "notify::is-complete", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
}

GtkWidget *embark_fix_dialog_new (GtkWindow *parent, EmbarkContext *context, EmbarkMachine *machine, EmbarkDisk *disk,
                                  const char *only)
{
  EmbarkFixDialog *self = g_object_new (EMBARK_TYPE_FIX_DIALOG, "transient-for", parent, NULL);

  self->context = g_object_ref (context);
  self->machine = g_object_ref (machine);
  self->disk = g_object_ref (disk);
  adw_window_title_set_subtitle (self->title, embark_machine_get_name (machine));
  embark_fix_chooser_set_report (self->chooser, embark_disk_get_report (disk), only, TRUE);
  update (self);
  return GTK_WIDGET (self);
}

EmbarkPreparation *embark_fix_dialog_get_preparation (EmbarkFixDialog *self)
{
  g_return_val_if_fail (EMBARK_IS_FIX_DIALOG (self), NULL);

  return self->preparation;
}
