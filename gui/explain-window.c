/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkExplainWindow: the list is made once, the page anew for each word.
 */
#include "gui/explain-window.h"

#include <glib/gi18n.h>

#include "gui/explain-topic.h"
#include "model/check/help.h"

struct _EmbarkExplainWindow
{
  AdwWindow parent_instance;

  /* Owned */
  EmbarkReport *report;
  GPtrArray *history; /* of char *: words shown, the one on the screen last */

  /* Borrowed from their groups */
  GPtrArray *rows; /* of GtkWidget */

  /* Template children */
  AdwWindowTitle *title;
  GtkWidget *back_button;
  GtkStack *stack;
  GtkStack *list_stack;
  GtkSearchEntry *entry;
  AdwPreferencesGroup *import_group;
  AdwPreferencesGroup *request_group;
  AdwPreferencesGroup *finding_group;
  AdwPreferencesGroup *fix_group;
  GtkScrolledWindow *topic_scroller;
  AdwBin *topic_bin;
};

G_DEFINE_FINAL_TYPE (EmbarkExplainWindow, embark_explain_window, ADW_TYPE_WINDOW)

static gboolean matches (GtkWidget *row, const char *text)
{
  g_autofree char *words = g_strdup_printf ("%s %s", adw_preferences_row_get_title (ADW_PREFERENCES_ROW (row)),
                                            adw_action_row_get_subtitle (ADW_ACTION_ROW (row)));
  g_autofree char *folded = g_utf8_casefold (words, -1);
  g_autofree char *wanted = g_utf8_casefold (text, -1);

  return strstr (folded, wanted) != NULL;
}

static void filter (EmbarkExplainWindow *self)
{
  AdwPreferencesGroup *groups[] = { self->import_group, self->request_group, self->finding_group, self->fix_group };
  g_autofree char *text = g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->entry))));
  gboolean is_any = FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (groups); i++)
    {
      gboolean is_in_group = FALSE;

      for (guint j = 0; j < self->rows->len; j++)
        {
          GtkWidget *row = g_ptr_array_index (self->rows, j);
          gboolean is_match;

          if (!gtk_widget_is_ancestor (row, GTK_WIDGET (groups[i])))
            continue;
          is_match = matches (row, text);
          gtk_widget_set_visible (row, is_match);
          is_in_group = is_in_group || is_match;
        }
      gtk_widget_set_visible (GTK_WIDGET (groups[i]), is_in_group);
      is_any = is_any || is_in_group;
    }
  gtk_stack_set_visible_child_name (self->list_stack, is_any ? "found" : "nothing");
}

/* Shows the page of @word, which stands in the history, or the list when that is empty. */
static void update (EmbarkExplainWindow *self)
{
  const char *word = self->history->len > 0 ? g_ptr_array_index (self->history, self->history->len - 1) : NULL;
  const EmbarkCode *code = word != NULL ? embark_codes_find (word) : NULL;
  const EmbarkFix *fix = word != NULL ? embark_explain_find_fix_word (word) : NULL;
  GtkWidget *topic;

  gtk_widget_set_visible (self->back_button, word != NULL);
  gtk_stack_set_visible_child_name (self->stack, word != NULL ? "topic" : "list");
  if (word == NULL)
    {
      adw_window_title_set_title (self->title, _ ("Error Codes, Findings and Fixes"));
      gtk_widget_grab_focus (GTK_WIDGET (self->entry));
      return;
    }
  if (fix != NULL)
    topic = embark_explain_topic_new_fix (fix);
  else
    topic = code != NULL ? embark_explain_topic_new_code (code, self->report)
                         : embark_explain_topic_new_finding (word, self->report);
  adw_window_title_set_title (self->title, code != NULL ? _ ("Error Code") : _ ("Help"));
  adw_bin_set_child (self->topic_bin, topic);
  gtk_adjustment_set_value (gtk_scrolled_window_get_vadjustment (self->topic_scroller), 0);
  gtk_widget_grab_focus (self->back_button);
}

/* What the history holds of @word: a code, the id of a finding, or the word of a fix. NULL when it is none. Free. */
static char *find_name (const char *word)
{
  const EmbarkCode *code = embark_codes_find (word);
  const char *id = embark_codes_find_id (embark_limits_get_default (), word);
  const EmbarkFix *fix = embark_explain_find_fix_word (word);

  if (code != NULL)
    return g_strdup (code->code);
  if (id != NULL)
    return g_strdup (id);
  if (fix == NULL)
    fix = embark_fixes_find_word (word);
  return fix != NULL ? embark_explain_make_fix_word (fix) : NULL;
}

static gboolean show_word (EmbarkExplainWindow *self, const char *word)
{
  char *name = find_name (word);

  if (name == NULL)
    return FALSE;
  g_ptr_array_add (self->history, name);
  update (self);
  return TRUE;
}

static void search_changed_cb (GtkSearchEntry *entry, EmbarkExplainWindow *self)
{
  filter (self);
}

/* Return shows what was typed, or the first that fits. */
static void entry_activated_cb (GtkSearchEntry *entry, EmbarkExplainWindow *self)
{
  g_autofree char *text = g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (entry))));

  if (*text == '\0' || show_word (self, text))
    return;
  filter (self);
  for (guint i = 0; i < self->rows->len; i++)
    {
      GtkWidget *row = g_ptr_array_index (self->rows, i);

      if (!gtk_widget_get_visible (row))
        continue;
      gtk_widget_activate (row);
      return;
    }
}

static void search_stopped_cb (GtkSearchEntry *entry, EmbarkExplainWindow *self)
{
  gtk_window_close (GTK_WINDOW (self));
}

static void show_activated (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  show_word (EMBARK_EXPLAIN_WINDOW (widget), g_variant_get_string (parameter, NULL));
}

static void back_activated (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  EmbarkExplainWindow *self = EMBARK_EXPLAIN_WINDOW (widget);

  if (self->history->len == 0)
    return;
  g_ptr_array_remove_index (self->history, self->history->len - 1);
  update (self);
}

static void copy_activated (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), g_variant_get_string (parameter, NULL));
}

static void add_row (EmbarkExplainWindow *self, AdwPreferencesGroup *group, const char *word, const char *title,
                     const char *subtitle)
{
  GtkWidget *row = embark_explain_row_new (word, title, subtitle);

  adw_preferences_group_add (group, row);
  g_ptr_array_add (self->rows, row);
}

static void fill (EmbarkExplainWindow *self)
{
  g_autoptr (GPtrArray) ids = embark_codes_list_ids (embark_limits_get_default ());

  for (const EmbarkCode *code = embark_codes_list (); code->code != NULL; code++)
    add_row (self, code->is_import ? self->import_group : self->request_group, code->code, code->code,
             _ (code->meaning));
  for (guint i = 0; i < ids->len; i++)
    add_row (self, self->finding_group, g_ptr_array_index (ids, i), embark_help_get_title (g_ptr_array_index (ids, i)),
             g_ptr_array_index (ids, i));
  for (const EmbarkFix *fix = embark_fixes_get (); fix->id != NULL; fix++)
    {
      g_autofree char *word = embark_explain_make_fix_word (fix);

      add_row (self, self->fix_group, word, _ (fix->title), fix->id);
    }
}

static void embark_explain_window_dispose (GObject *object)
{
  EmbarkExplainWindow *self = EMBARK_EXPLAIN_WINDOW (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), EMBARK_TYPE_EXPLAIN_WINDOW);
  g_clear_pointer (&self->report, embark_report_unref);
  g_clear_pointer (&self->history, g_ptr_array_unref);
  g_clear_pointer (&self->rows, g_ptr_array_unref);
  G_OBJECT_CLASS (embark_explain_window_parent_class)->dispose (object);
}

static void embark_explain_window_class_init (EmbarkExplainWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = embark_explain_window_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/embark/Embark/ui/explain-window.ui");
  gtk_widget_class_bind_template_child (widget_class, EmbarkExplainWindow, title);
  gtk_widget_class_bind_template_child (widget_class, EmbarkExplainWindow, back_button);
  gtk_widget_class_bind_template_child (widget_class, EmbarkExplainWindow, stack);
  gtk_widget_class_bind_template_child (widget_class, EmbarkExplainWindow, list_stack);
  gtk_widget_class_bind_template_child (widget_class, EmbarkExplainWindow, entry);
  gtk_widget_class_bind_template_child (widget_class, EmbarkExplainWindow, import_group);
  gtk_widget_class_bind_template_child (widget_class, EmbarkExplainWindow, request_group);
  gtk_widget_class_bind_template_child (widget_class, EmbarkExplainWindow, finding_group);
  gtk_widget_class_bind_template_child (widget_class, EmbarkExplainWindow, fix_group);
  gtk_widget_class_bind_template_child (widget_class, EmbarkExplainWindow, topic_scroller);
  gtk_widget_class_bind_template_child (widget_class, EmbarkExplainWindow, topic_bin);
  gtk_widget_class_bind_template_callback (widget_class, search_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, entry_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_stopped_cb);
  gtk_widget_class_install_action (widget_class, "explain.show", "s", show_activated);
  gtk_widget_class_install_action (widget_class, "explain.back", NULL, back_activated);
  gtk_widget_class_install_action (widget_class, "explain.copy", "s", copy_activated);
}

static void embark_explain_window_init (EmbarkExplainWindow *self)
{
  self->history = g_ptr_array_new_with_free_func (g_free);
  self->rows = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  fill (self);
}

GtkWidget *embark_explain_window_new (GtkWindow *parent, EmbarkReport *report, const char *word)
{
  EmbarkExplainWindow *self = g_object_new (EMBARK_TYPE_EXPLAIN_WINDOW, "transient-for", parent, NULL);

  self->report = report != NULL ? embark_report_ref (report) : NULL;
  if (word == NULL || !show_word (self, word))
    update (self);
  return GTK_WIDGET (self);
}
