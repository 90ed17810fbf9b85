/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Builds the explanation of a code or finding from labels, lists and rows.
 */
#include "gui/explain-topic.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <string.h>

#include "gui/outcome-icon.h"
#include "model/check/help.h"

#define FIX_PREFIX "fix:"

/* `code` in the font of code; everything else as it stands. */
static char *make_markup (const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text, "`", -1);
  GString *markup = g_string_new (NULL);

  for (guint i = 0; parts[i] != NULL; i++)
    {
      g_autofree char *escaped = g_markup_escape_text (parts[i], -1);

      g_string_append_printf (markup, i % 2 == 1 ? "<tt>%s</tt>" : "%s", escaped);
    }
  return g_string_free (markup, FALSE);
}

static GtkWidget *make_label (const char *text, const char *style)
{
  GtkWidget *label = gtk_label_new (NULL);
  g_autofree char *markup = make_markup (text);

  gtk_label_set_markup (GTK_LABEL (label), markup);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  gtk_widget_set_focusable (label, FALSE);
  gtk_widget_set_hexpand (label, TRUE);
  if (style != NULL)
    gtk_widget_add_css_class (label, style);
  return label;
}

static GtkWidget *make_heading (const char *text)
{
  GtkWidget *label = make_label (text, "heading");

  gtk_widget_add_css_class (label, "explain-heading");
  return label;
}

/* A mark or number at the left, the text beside it. */
static GtkWidget *make_item (const char *mark, const char *text)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *mark_label = gtk_label_new (mark);

  gtk_widget_set_valign (mark_label, GTK_ALIGN_START);
  gtk_widget_add_css_class (mark_label, "dim-label");
  gtk_widget_add_css_class (mark_label, "explain-mark");
  gtk_label_set_xalign (GTK_LABEL (mark_label), 1);
  gtk_box_append (GTK_BOX (box), mark_label);
  gtk_box_append (GTK_BOX (box), make_label (text, NULL));
  return box;
}

static GtkWidget *make_code (const char *text)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *label = gtk_label_new (text);
  GtkWidget *button = gtk_button_new_from_icon_name ("edit-copy-symbolic");

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  gtk_widget_set_focusable (label, FALSE);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_widget_add_css_class (label, "monospace");
  gtk_widget_set_valign (button, GTK_ALIGN_START);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_tooltip_text (button, _ ("Copy"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Copy these lines"), -1);
  gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "s", text);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "explain.copy");
  gtk_widget_add_css_class (box, "card");
  gtk_widget_add_css_class (box, "explain-code");
  gtk_box_append (GTK_BOX (box), label);
  gtk_box_append (GTK_BOX (box), button);
  return box;
}

static GtkWidget *make_list (const char *name)
{
  GtkWidget *list = gtk_list_box_new ();

  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (list, "boxed-list");
  gtk_accessible_update_property (GTK_ACCESSIBLE (list), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  return list;
}

static GtkWidget *make_disk_row (const EmbarkFinding *finding, gboolean is_link)
{
  GtkWidget *row = is_link ? embark_explain_row_new (finding->id, finding->title, finding->evidence)
                           : embark_explain_row_new (NULL, finding->title, finding->evidence);
  GtkWidget *icon = gtk_image_new ();

  embark_outcome_icon_show (GTK_IMAGE (icon), finding->outcome);
  gtk_image_set_pixel_size (GTK_IMAGE (icon), 20);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), icon);
  return row;
}

static void add_section (GtkBox *box, const EmbarkHelpSection *section)
{
  for (guint i = 0; section != NULL && i < section->blocks->len; i++)
    {
      const EmbarkHelpBlock *block = g_ptr_array_index (section->blocks, i);
      g_autofree char *number = g_strdup_printf ("%u.", block->number);

      if (block->kind == EMBARK_HELP_CODE)
        gtk_box_append (box, make_code (block->text));
      else if (block->kind == EMBARK_HELP_ITEM)
        gtk_box_append (box, make_item (number, block->text));
      else
        gtk_box_append (box, make_label (block->text, NULL));
    }
}

/* Which findings of the chosen disk predict @code. */
static void add_disk_findings (GtkBox *box, EmbarkReport *report, const char *code)
{
  GPtrArray *findings = embark_report_get_findings (report);
  GtkWidget *list = NULL;

  gtk_box_append (box, make_heading (_ ("On This Disk")));
  for (guint i = 0; i < findings->len; i++)
    {
      const EmbarkFinding *finding = g_ptr_array_index (findings, i);

      /* Only what a disk breaks has a code. */
      if (g_strcmp0 (finding->code, code) != 0)
        continue;
      if (list == NULL)
        list = make_list (_ ("On This Disk"));
      gtk_list_box_append (GTK_LIST_BOX (list), make_disk_row (finding, TRUE));
    }
  gtk_box_append (box, list != NULL ? list : make_label (_ ("Nothing that was seen on it predicts this code."), NULL));
}

static void add_predictors (GtkBox *box, const char *code)
{
  g_autoptr (GPtrArray) ids = embark_codes_list_findings (embark_limits_get_default (), code);
  GtkWidget *list;

  if (ids->len == 0)
    return;
  list = make_list (_ ("Findings That Predict It"));
  for (guint i = 0; i < ids->len; i++)
    {
      const char *id = g_ptr_array_index (ids, i);

      gtk_list_box_append (GTK_LIST_BOX (list), embark_explain_row_new (id, embark_help_get_title (id), id));
    }
  gtk_box_append (box, make_heading (_ ("Findings That Predict It")));
  gtk_box_append (box, list);
}

static void add_codes (GtkBox *box, const char *id)
{
  g_autoptr (GPtrArray) codes = embark_codes_list_of_finding (embark_limits_get_default (), id);
  GtkWidget *list = NULL;

  for (guint i = 0; i < codes->len; i++)
    {
      const EmbarkCode *code = embark_codes_find (g_ptr_array_index (codes, i));

      if (code == NULL)
        continue;
      if (list == NULL)
        list = make_list (_ ("The Error Code It Predicts"));
      gtk_list_box_append (GTK_LIST_BOX (list), embark_explain_row_new (code->code, code->code, _ (code->meaning)));
    }
  if (list == NULL)
    return;
  gtk_box_append (box, make_heading (_ ("The Error Code It Predicts")));
  gtk_box_append (box, list);
}

/* What the program can do for a finding instead of its user. */
static void add_fixes (GtkBox *box, const char *id)
{
  g_autoptr (GPtrArray) fixes = embark_fixes_list_for (id);
  GtkWidget *list;

  if (fixes->len == 0)
    return;
  list = make_list (_ ("What Embark Can Do"));
  for (guint i = 0; i < fixes->len; i++)
    {
      const EmbarkFix *fix = g_ptr_array_index (fixes, i);
      g_autofree char *word = embark_explain_make_fix_word (fix);

      gtk_list_box_append (GTK_LIST_BOX (list), embark_explain_row_new (word, _ (fix->title), fix->id));
    }
  gtk_box_append (box, make_heading (_ ("What Embark Can Do")));
  gtk_box_append (box, list);
}

/* The other way: what a fix is good for. */
static void add_turned_green (GtkBox *box, const EmbarkFix *fix)
{
  GtkWidget *list;

  if (fix->findings[0] == NULL)
    return;
  list = make_list (_ ("Findings That It Turns Green"));
  for (guint i = 0; fix->findings[i] != NULL; i++)
    gtk_list_box_append (
        GTK_LIST_BOX (list),
        embark_explain_row_new (fix->findings[i], embark_help_get_title (fix->findings[i]), fix->findings[i]));
  gtk_box_append (box, make_heading (_ ("Findings That It Turns Green")));
  gtk_box_append (box, list);
}

char *embark_explain_make_fix_word (const EmbarkFix *fix)
{
  g_return_val_if_fail (fix != NULL, NULL);
  return g_strconcat (FIX_PREFIX, fix->id, NULL);
}

const EmbarkFix *embark_explain_find_fix_word (const char *word)
{
  g_return_val_if_fail (word != NULL, NULL);
  return g_str_has_prefix (word, FIX_PREFIX) ? embark_fixes_find_word (word + strlen (FIX_PREFIX)) : NULL;
}

GtkWidget *embark_explain_row_new (const char *word, const char *title, const char *subtitle)
{
  GtkWidget *row = adw_action_row_new ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  if (subtitle != NULL)
    adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), word != NULL);
  if (word == NULL)
    return row;
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), gtk_image_new_from_icon_name ("go-next-symbolic"));
  gtk_actionable_set_action_target (GTK_ACTIONABLE (row), "s", word);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (row), "explain.show");
  return row;
}

GtkWidget *embark_explain_topic_new_code (const EmbarkCode *code, EmbarkReport *report)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);

  gtk_box_append (GTK_BOX (box), make_label (code->code, "title-2"));
  gtk_box_append (GTK_BOX (box), make_label (code->is_import ? _ ("An import that failed ends with this code.")
                                                             : _ ("The cloud refuses a request with this code."),
                                             "dim-label"));
  gtk_box_append (GTK_BOX (box), make_label (_ (code->meaning), NULL));
  gtk_box_append (GTK_BOX (box), make_heading (_ ("Usual Causes")));
  for (guint i = 0; code->causes[i] != NULL; i++)
    gtk_box_append (GTK_BOX (box), make_item ("•", _ (code->causes[i])));
  gtk_box_append (GTK_BOX (box), make_heading (_ ("What to Do")));
  gtk_box_append (GTK_BOX (box), make_label (_ (code->advice), NULL));
  if (report != NULL && code->is_import)
    add_disk_findings (GTK_BOX (box), report, code->code);
  add_predictors (GTK_BOX (box), code->code);
  return box;
}

GtkWidget *embark_explain_topic_new_finding (const char *id, EmbarkReport *report)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 10);
  const EmbarkFinding *finding = report != NULL ? embark_report_find (report, id) : NULL;

  gtk_box_append (GTK_BOX (box), make_label (embark_help_get_title (id), "title-2"));
  if (finding != NULL && finding->outcome != EMBARK_OUTCOME_NOT_APPLICABLE)
    {
      GtkWidget *list = make_list (_ ("On This Disk"));

      gtk_list_box_append (GTK_LIST_BOX (list), make_disk_row (finding, FALSE));
      gtk_box_append (GTK_BOX (box), list);
    }
  add_section (GTK_BOX (box), embark_help_find (id));
  add_codes (GTK_BOX (box), id);
  add_fixes (GTK_BOX (box), id);
  return box;
}

GtkWidget *embark_explain_topic_new_fix (const EmbarkFix *fix)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 10);

  gtk_box_append (GTK_BOX (box), make_label (_ (fix->title), "title-2"));
  gtk_box_append (GTK_BOX (box), make_label (fix->id, "dim-label"));
  add_section (GTK_BOX (box), embark_help_find_fix (fix->id));
  add_turned_green (GTK_BOX (box), fix);
  return box;
}
