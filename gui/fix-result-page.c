/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkFixResultPage: built once from both reports and the list of changes.
 */
#include "gui/fix-result-page.h"

#include <glib/gi18n.h>

#include "gui/outcome-icon.h"
#include "model/base/fix-changes.h"
#include "model/check/fixes.h"

struct _EmbarkFixResultPage
{
  AdwBin parent_instance;

  /* Template children */
  GtkWidget *before_card;
  GtkImage *before_icon;
  GtkLabel *before_title;
  GtkWidget *after_card;
  GtkImage *after_icon;
  GtkLabel *after_title;
  AdwPreferencesGroup *turned_group;
  AdwPreferencesGroup *open_group;
  AdwPreferencesGroup *changes_group;
};

G_DEFINE_FINAL_TYPE (EmbarkFixResultPage, embark_fix_result_page, ADW_TYPE_BIN)

static gboolean is_open (const EmbarkFinding *finding)
{
  return finding->outcome == EMBARK_OUTCOME_BLOCKER || finding->outcome == EMBARK_OUTCOME_WARNING
         || finding->outcome == EMBARK_OUTCOME_UNKNOWN;
}

static GtkWidget *make_icon (EmbarkOutcome outcome)
{
  GtkWidget *icon = gtk_image_new ();

  embark_outcome_icon_show (GTK_IMAGE (icon), outcome);
  gtk_image_set_pixel_size (GTK_IMAGE (icon), 20);
  gtk_widget_set_valign (icon, GTK_ALIGN_CENTER);
  return icon;
}

static GtkWidget *make_row (const char *title, const char *subtitle, GtkWidget *prefix)
{
  GtkWidget *row = adw_action_row_new ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  if (subtitle != NULL)
    adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 0);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), prefix);
  return row;
}

/* ✗ → ✓, what was found, and what is there now. */
static GtkWidget *make_turned_row (const EmbarkFinding *before, const EmbarkFinding *after)
{
  GtkWidget *icons = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *arrow = gtk_image_new_from_icon_name ("go-next-symbolic");
  /* Translators: what was found on a disk, then what is there now. */
  g_autofree char *both =
      g_strdup_printf (_ ("Before: %s\nNow: %s"), before->title,
                       after->evidence != NULL ? after->evidence : embark_outcome_to_word (after->outcome));
  GtkWidget *row = make_row (after->title, both, icons);
  /* Translators: a finding for screen readers, then its outcomes before and after:
   * "No virtio driver: Stops the import, now Fine". */
  g_autofree char *words =
      g_strdup_printf (_ ("%s: %s, now %s"), before->title, embark_outcome_to_word (before->outcome),
                       embark_outcome_to_word (after->outcome));

  gtk_widget_add_css_class (arrow, "dim-label");
  gtk_box_append (GTK_BOX (icons), make_icon (before->outcome));
  gtk_box_append (GTK_BOX (icons), arrow);
  gtk_box_append (GTK_BOX (icons), make_icon (after->outcome));
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, words, -1);
  return row;
}

static void show_turned (EmbarkFixResultPage *self, EmbarkReport *before, EmbarkReport *after)
{
  GPtrArray *findings = embark_report_get_findings (before);
  guint n_turned = 0;

  for (guint i = 0; i < findings->len; i++)
    {
      const EmbarkFinding *old = g_ptr_array_index (findings, i);
      const EmbarkFinding *now = embark_report_find (after, old->id);

      if (!is_open (old) || now == NULL || is_open (now))
        continue;
      adw_preferences_group_add (self->turned_group, make_turned_row (old, now));
      n_turned++;
    }
  gtk_widget_set_visible (GTK_WIDGET (self->turned_group), n_turned > 0);
}

/* What is still there of it, and why its fix was left out. */
static char *make_open_text (const EmbarkFinding *finding, JsonArray *changes)
{
  g_autoptr (GPtrArray) fixes = embark_fixes_list_for (finding->id);

  for (guint i = 0; i < fixes->len; i++)
    {
      const EmbarkFix *fix = g_ptr_array_index (fixes, i);
      const char *reason = embark_fix_changes_get_reason (changes, fix->id);

      if (reason != NULL)
        /* Translators: what was found, then the reason why it was not fixed, a sentence. */
        return g_strdup_printf (_ ("%s\nNot fixed: %s"), finding->summary, reason);
    }
  return g_strdup (finding->summary);
}

static void show_open (EmbarkFixResultPage *self, EmbarkReport *after, JsonArray *changes)
{
  GPtrArray *findings = embark_report_get_findings (after);
  guint n_open = 0;

  for (guint i = 0; i < findings->len; i++)
    {
      const EmbarkFinding *finding = g_ptr_array_index (findings, i);
      GtkWidget *row;
      g_autofree char *text = NULL;
      g_autofree char *words = NULL;

      if (!is_open (finding))
        continue;
      text = make_open_text (finding, changes);
      row = make_row (finding->title, text, make_icon (finding->outcome));
      words = g_strdup_printf (_ ("%s: %s"), embark_outcome_to_word (finding->outcome), finding->title);
      gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, words, -1);
      adw_preferences_group_add (self->open_group, row);
      n_open++;
    }
  gtk_widget_set_visible (GTK_WIDGET (self->open_group), n_open > 0);
}

static const char *get_text (JsonObject *object, const char *name)
{
  return json_object_get_string_member_with_default (object, name, "");
}

/* One line for each change of @fix; NULL when it changed nothing. */
static char *list_changes (JsonArray *changes, const char *fix, guint *ret_count)
{
  g_autoptr (GString) markup = g_string_new (NULL);
  guint n = 0;

  for (guint i = 0; i < json_array_get_length (changes); i++)
    {
      JsonObject *change = json_array_get_object_element (changes, i);
      g_autofree char *path = NULL;
      g_autofree char *kept = NULL;
      g_autofree char *action = NULL;

      if (!g_str_equal (get_text (change, "fix"), fix))
        continue;
      action = g_markup_escape_text (embark_fix_changes_name_action (get_text (change, "action")), -1);
      path = g_markup_escape_text (get_text (change, "path"), -1);
      kept = g_markup_escape_text (get_text (change, "kept"), -1);
      g_string_append_printf (markup, "%s<tt>%s</tt> <span alpha=\"60%%\">%s</span>", n > 0 ? "\n" : "", path, action);
      if (*kept != '\0')
        /* Translators: the name of a file. */
        g_string_append_printf (markup, "\n<span alpha=\"60%%\" size=\"small\">    %s <tt>%s</tt></span>",
                                _ ("kept as"), kept);
      n++;
    }
  *ret_count = n;
  return n > 0 ? g_string_free (g_steal_pointer (&markup), FALSE) : NULL;
}

static GtkWidget *make_changes_label (const char *markup)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_markup (GTK_LABEL (label), markup);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  gtk_widget_set_focusable (label, FALSE);
  gtk_widget_add_css_class (label, "change-list");
  return label;
}

static void add_changes (EmbarkFixResultPage *self, const EmbarkFix *fix, JsonArray *changes)
{
  guint n = 0;
  g_autofree char *markup = list_changes (changes, fix->id, &n);
  g_autofree char *title = g_markup_escape_text (_ (fix->title), -1);
  g_autofree char *subtitle = NULL;
  GtkWidget *row;

  if (embark_fix_changes_get_reason (changes, fix->id) != NULL)
    {
      adw_preferences_group_add (self->changes_group,
                                 make_row (_ (fix->title), _ ("Left out"), make_icon (EMBARK_OUTCOME_WARNING)));
      return;
    }
  if (markup == NULL)
    {
      adw_preferences_group_add (self->changes_group, make_row (_ (fix->title), _ ("Everything was as it should be"),
                                                                make_icon (EMBARK_OUTCOME_PASS)));
      return;
    }
  row = adw_expander_row_new ();
  subtitle = g_strdup_printf (ngettext ("%u change", "%u changes", n), n);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_expander_row_set_subtitle (ADW_EXPANDER_ROW (row), subtitle);
  adw_expander_row_add_prefix (ADW_EXPANDER_ROW (row), make_icon (EMBARK_OUTCOME_PASS));
  adw_expander_row_add_row (ADW_EXPANDER_ROW (row), make_changes_label (markup));
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, _ (fix->title), -1);
  adw_preferences_group_add (self->changes_group, row);
}

static void show_verdict (GtkWidget *card, GtkImage *icon, GtkLabel *title, EmbarkReport *report)
{
  EmbarkVerdict verdict = embark_report_get_verdict (report);

  gtk_widget_add_css_class (card, embark_verdict_to_string (verdict));
  embark_outcome_icon_show_verdict (icon, verdict);
  gtk_label_set_label (title, embark_report_get_headline (report));
}

static void embark_fix_result_page_dispose (GObject *object)
{
  /* The parent class keeps its child by a pointer of its own, which the next call would leave dangling. */
  adw_bin_set_child (ADW_BIN (object), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (object), EMBARK_TYPE_FIX_RESULT_PAGE);
  G_OBJECT_CLASS (embark_fix_result_page_parent_class)->dispose (object);
}

static void embark_fix_result_page_class_init (EmbarkFixResultPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = embark_fix_result_page_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/embark/Embark/ui/fix-result-page.ui");
  gtk_widget_class_bind_template_child (widget_class, EmbarkFixResultPage, before_card);
  gtk_widget_class_bind_template_child (widget_class, EmbarkFixResultPage, before_icon);
  gtk_widget_class_bind_template_child (widget_class, EmbarkFixResultPage, before_title);
  gtk_widget_class_bind_template_child (widget_class, EmbarkFixResultPage, after_card);
  gtk_widget_class_bind_template_child (widget_class, EmbarkFixResultPage, after_icon);
  gtk_widget_class_bind_template_child (widget_class, EmbarkFixResultPage, after_title);
  gtk_widget_class_bind_template_child (widget_class, EmbarkFixResultPage, turned_group);
  gtk_widget_class_bind_template_child (widget_class, EmbarkFixResultPage, open_group);
  gtk_widget_class_bind_template_child (widget_class, EmbarkFixResultPage, changes_group);
}

static void embark_fix_result_page_init (EmbarkFixResultPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void embark_fix_result_page_show (EmbarkFixResultPage *self, EmbarkPreparation *preparation)
{
  EmbarkReport *before = embark_preparation_get_before (preparation);
  EmbarkReport *after = embark_preparation_get_after (preparation);
  const char *const *chosen = (const char *const *) embark_preparation_get_options (preparation)->fixes;

  g_return_if_fail (EMBARK_IS_FIX_RESULT_PAGE (self));
  g_return_if_fail (embark_preparation_is_ready (preparation));

  show_verdict (self->before_card, self->before_icon, self->before_title, before);
  show_verdict (self->after_card, self->after_icon, self->after_title, after);
  show_turned (self, before, after);
  show_open (self, after, embark_preparation_get_changes (preparation));
  for (const EmbarkFix *fix = embark_fixes_get (); fix->id != NULL; fix++)
    if (g_strv_contains (chosen, fix->id))
      add_changes (self, fix, embark_preparation_get_changes (preparation));
}
