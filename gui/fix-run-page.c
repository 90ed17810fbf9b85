/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkFixRunPage: follows the preparation, its job and its log.
 */
#include "gui/fix-run-page.h"

#include <glib/gi18n.h>

#include "gui/error-text.h"
#include "gui/outcome-icon.h"
#include "model/base/errors.h"
#include "model/base/fix-changes.h"
#include "model/check/fixes.h"

#define LOG_MAX 2000

struct _EmbarkFixRunPage
{
  AdwBin parent_instance;

  /* Owned */
  EmbarkPreparation *preparation;
  GSignalGroup *preparation_signals;
  GSignalGroup *job_signals;
  GPtrArray *fixes;     /* borrowed EmbarkFix, in the order of the work */
  GPtrArray *icons;     /* borrowed GtkStack, one for each */
  GHashTable *left_out; /* of those, what the guest did not allow */

  /* Template children */
  GtkWidget *running_card;
  GtkLabel *stage_label;
  GtkProgressBar *progress_bar;
  GtkWidget *slow_label;
  GtkWidget *failed_card;
  GtkLabel *failed_title;
  GtkLabel *failed_body;
  GtkListBox *fixes_list;
  GtkToggleButton *log_button;
  GtkTextView *log_view;

  int current; /* index of the fix at work; -1 before the first, the number of fixes after the last */
};

G_DEFINE_FINAL_TYPE (EmbarkFixRunPage, embark_fix_run_page, ADW_TYPE_BIN)

static const struct
{
  const char *stage;
  const char *words;
} stages[] = {
  { "overlay", N_ ("Making the extra file") },
  { "launch", N_ ("Starting a small machine that works inside the disk") },
  { "mount", N_ ("Opening file systems") },
  { "finish", N_ ("Looking at the result") },
};

static const char *describe_stage (EmbarkFixRunPage *self, const char *stage)
{
  const char *id = embark_preparation_get_fix (self->preparation);
  const EmbarkFix *fix = id != NULL ? embark_fixes_find (id) : NULL;

  if (fix != NULL)
    return _ (fix->title);
  for (guint i = 0; i < G_N_ELEMENTS (stages); i++)
    if (g_strcmp0 (stage, stages[i].stage) == 0)
      return _ (stages[i].words);
  return _ ("Waiting for other checks to end");
}

static int find_current (EmbarkFixRunPage *self, const char *stage)
{
  const char *id = embark_preparation_get_fix (self->preparation);

  for (guint i = 0; id != NULL && i < self->fixes->len; i++)
    if (g_str_equal (((const EmbarkFix *) g_ptr_array_index (self->fixes, i))->id, id))
      return (int) i;
  return g_strcmp0 (stage, "finish") == 0 ? (int) self->fixes->len : self->current;
}

static void show_icon (GtkStack *stack, const char *page, EmbarkOutcome outcome)
{
  GtkWidget *spinner = gtk_stack_get_child_by_name (stack, "spinner");

  gtk_spinner_set_spinning (GTK_SPINNER (spinner), g_str_equal (page, "spinner"));
  if (g_str_equal (page, "icon"))
    embark_outcome_icon_show (GTK_IMAGE (gtk_stack_get_child_by_name (stack, "icon")), outcome);
  gtk_stack_set_visible_child_name (stack, page);
}

static void show_fixes (EmbarkFixRunPage *self)
{
  gboolean is_failed = embark_preparation_get_error (self->preparation) != NULL;

  for (guint i = 0; i < self->icons->len; i++)
    {
      GtkStack *stack = g_ptr_array_index (self->icons, i);

      if ((int) i < self->current && g_hash_table_contains (self->left_out, g_ptr_array_index (self->fixes, i)))
        show_icon (stack, "icon", EMBARK_OUTCOME_WARNING);
      else if ((int) i < self->current)
        show_icon (stack, "icon", EMBARK_OUTCOME_PASS);
      else if ((int) i > self->current)
        show_icon (stack, "nothing", EMBARK_OUTCOME_UNKNOWN);
      else if (is_failed)
        show_icon (stack, "icon", EMBARK_OUTCOME_BLOCKER);
      else
        show_icon (stack, "spinner", EMBARK_OUTCOME_UNKNOWN);
    }
}

static void show_progress (EmbarkFixRunPage *self)
{
  EmbarkJob *job = embark_preparation_get_job (self->preparation);
  const char *stage;

  if (job == NULL)
    return;
  stage = embark_job_get_report (job)->stage;
  self->current = find_current (self, stage);
  if (embark_job_get_state (job) == EMBARK_JOB_CANCELLING)
    gtk_label_set_label (self->stage_label, _ ("Stopping…"));
  else
    gtk_label_set_label (self->stage_label, describe_stage (self, stage));
  gtk_progress_bar_set_fraction (self->progress_bar, embark_job_get_progress (job));
  show_fixes (self);
}

/* The message of a refusal is about a fix: what is known of the code speaks of the check of an import. */
static void show_failure (EmbarkFixRunPage *self, const GError *error)
{
  g_autoptr (EmbarkErrorText) text = embark_error_text_new (error);
  gboolean is_of_fix = g_error_matches (error, EMBARK_ERROR, EMBARK_ERROR_BLOCKED)
                       || g_error_matches (error, EMBARK_ERROR, EMBARK_ERROR_FAILED);
  g_autofree char *body = is_of_fix ? g_strdup (text->body) : embark_error_text_join (text);

  gtk_label_set_label (self->failed_title, is_of_fix ? _ ("The Disk Was Not Made Ready") : text->heading);
  gtk_label_set_label (self->failed_body, body);
  gtk_toggle_button_set_active (self->log_button, TRUE);
}

static void update (EmbarkFixRunPage *self)
{
  const GError *error = embark_preparation_get_error (self->preparation);
  EmbarkJob *job = embark_preparation_get_job (self->preparation);

  g_signal_group_set_target (self->job_signals, job);
  gtk_widget_set_visible (self->running_card, error == NULL);
  gtk_widget_set_visible (self->failed_card, error != NULL);
  if (error != NULL)
    show_failure (self, error);
  show_progress (self);
  show_fixes (self);
}

static void add_line (EmbarkFixRunPage *self, const char *line)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (self->log_view);
  GtkTextIter start, end;

  gtk_text_buffer_get_end_iter (buffer, &end);
  gtk_text_buffer_insert (buffer, &end, line, -1);
  gtk_text_buffer_insert (buffer, &end, "\n", 1);
  if (gtk_text_buffer_get_line_count (buffer) > LOG_MAX)
    {
      gtk_text_buffer_get_start_iter (buffer, &start);
      gtk_text_buffer_get_iter_at_line (buffer, &end, 1);
      gtk_text_buffer_delete (buffer, &start, &end);
    }
  gtk_text_buffer_get_end_iter (buffer, &end);
  gtk_text_buffer_move_mark_by_name (buffer, "end", &end);
  gtk_text_view_scroll_mark_onscreen (self->log_view, gtk_text_buffer_get_mark (buffer, "end"));
}

static void note_left_out (EmbarkFixRunPage *self, const char *line)
{
  for (guint i = 0; i < self->fixes->len; i++)
    {
      const EmbarkFix *fix = g_ptr_array_index (self->fixes, i);
      g_autofree char *begin = embark_fix_changes_make_line (fix->id, NULL);

      if (g_str_has_prefix (line, begin))
        g_hash_table_add (self->left_out, (gpointer) fix);
    }
}

static void log_cb (EmbarkPreparation *preparation, const char *line, EmbarkFixRunPage *self)
{
  add_line (self, line);
  note_left_out (self, line);
}

static GtkStack *make_icon (void)
{
  GtkStack *stack = GTK_STACK (gtk_stack_new ());
  GtkWidget *icon = gtk_image_new ();

  gtk_image_set_pixel_size (GTK_IMAGE (icon), 20);
  gtk_widget_set_size_request (GTK_WIDGET (stack), 20, 20);
  gtk_widget_set_valign (GTK_WIDGET (stack), GTK_ALIGN_CENTER);
  gtk_stack_add_named (stack, gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0), "nothing");
  gtk_stack_add_named (stack, gtk_spinner_new (), "spinner");
  gtk_stack_add_named (stack, icon, "icon");
  return stack;
}

static void add_fix (EmbarkFixRunPage *self, const EmbarkFix *fix)
{
  GtkWidget *row = adw_action_row_new ();
  GtkStack *icon = make_icon ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), _ (fix->title));
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), GTK_WIDGET (icon));
  gtk_list_box_append (self->fixes_list, row);
  g_ptr_array_add (self->fixes, (gpointer) fix);
  g_ptr_array_add (self->icons, icon);
}

static void clear (EmbarkFixRunPage *self)
{
  GtkWidget *row;

  while ((row = gtk_widget_get_first_child (GTK_WIDGET (self->fixes_list))) != NULL)
    gtk_list_box_remove (self->fixes_list, row);
  g_ptr_array_set_size (self->fixes, 0);
  g_ptr_array_set_size (self->icons, 0);
  g_hash_table_remove_all (self->left_out);
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (self->log_view), "", 0);
  self->current = -1;
}

static void fill (EmbarkFixRunPage *self)
{
  const char *const *chosen = (const char *const *) embark_preparation_get_options (self->preparation)->fixes;
  GPtrArray *lines = embark_preparation_get_log (self->preparation);

  for (const EmbarkFix *fix = embark_fixes_get (); fix->id != NULL; fix++)
    if (g_strv_contains (chosen, fix->id))
      add_fix (self, fix);
  for (guint i = 0; i < lines->len; i++)
    log_cb (self->preparation, g_ptr_array_index (lines, i), self);
  gtk_widget_set_visible (self->slow_label, embark_disk_is_slow (embark_preparation_get_disk (self->preparation)));
}

static void embark_fix_run_page_dispose (GObject *object)
{
  EmbarkFixRunPage *self = EMBARK_FIX_RUN_PAGE (object);

  /* The parent class keeps its child by a pointer of its own, which the next call would leave dangling. */
  adw_bin_set_child (ADW_BIN (self), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), EMBARK_TYPE_FIX_RUN_PAGE);
  g_clear_object (&self->preparation_signals);
  g_clear_object (&self->job_signals);
  g_clear_object (&self->preparation);
  g_clear_pointer (&self->fixes, g_ptr_array_unref);
  g_clear_pointer (&self->left_out, g_hash_table_unref);
  g_clear_pointer (&self->icons, g_ptr_array_unref);
  G_OBJECT_CLASS (embark_fix_run_page_parent_class)->dispose (object);
}

static void embark_fix_run_page_class_init (EmbarkFixRunPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = embark_fix_run_page_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/embark/Embark/ui/fix-run-page.ui");
  gtk_widget_class_bind_template_child (widget_class, EmbarkFixRunPage, running_card);
  gtk_widget_class_bind_template_child (widget_class, EmbarkFixRunPage, stage_label);
  gtk_widget_class_bind_template_child (widget_class, EmbarkFixRunPage, progress_bar);
  gtk_widget_class_bind_template_child (widget_class, EmbarkFixRunPage, slow_label);
  gtk_widget_class_bind_template_child (widget_class, EmbarkFixRunPage, failed_card);
  gtk_widget_class_bind_template_child (widget_class, EmbarkFixRunPage, failed_title);
  gtk_widget_class_bind_template_child (widget_class, EmbarkFixRunPage, failed_body);
  gtk_widget_class_bind_template_child (widget_class, EmbarkFixRunPage, fixes_list);
  gtk_widget_class_bind_template_child (widget_class, EmbarkFixRunPage, log_button);
  gtk_widget_class_bind_template_child (widget_class, EmbarkFixRunPage, log_view);
}

static void embark_fix_run_page_init (EmbarkFixRunPage *self)
{
  GtkTextIter end;

  self->fixes = g_ptr_array_new ();
  self->icons = g_ptr_array_new ();
  self->left_out = g_hash_table_new (NULL, NULL);
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_text_buffer_get_end_iter (gtk_text_view_get_buffer (self->log_view), &end);
  gtk_text_buffer_create_mark (gtk_text_view_get_buffer (self->log_view), "end", &end, FALSE);
  self->preparation_signals = g_signal_group_new (EMBARK_TYPE_PREPARATION);
  self->job_signals = g_signal_group_new (EMBARK_TYPE_JOB);
  g_signal_group_connect_swapped (self->preparation_signals, "notify", G_CALLBACK (update), self);
  g_signal_group_connect (self->preparation_signals, "log", G_CALLBACK (log_cb), self);
  g_signal_group_connect_swapped (self->job_signals, "notify", G_CALLBACK (show_progress), self);
}

void embark_fix_run_page_set_preparation (EmbarkFixRunPage *self, EmbarkPreparation *preparation)
{
  g_return_if_fail (EMBARK_IS_FIX_RUN_PAGE (self));

  if (!g_set_object (&self->preparation, preparation))
    return;
  g_signal_group_set_target (self->job_signals, NULL);
  g_signal_group_set_target (self->preparation_signals, preparation);
  clear (self);
  if (preparation == NULL)
    return;
  fill (self);
  update (self);
}
