/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkReportView: built anew for each report; a report never changes.
 */
#include "gui/report-view.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "gui/disk-picture.h"
#include "gui/finding-row.h"
#include "gui/limit-gauge.h"
#include "gui/outcome-icon.h"
#include "model/check/fixes.h"
#include "model/check/report-form.h"

struct _EmbarkReportView
{
  GtkBox parent_instance;

  /* Template children */
  GtkWidget *verdict_card;
  GtkImage *verdict_icon;
  GtkLabel *verdict_title;
  GtkLabel *verdict_subtitle;
  GtkOrientable *verdict_box;
  GtkWidget *fix_button;
  GtkLabel *place_label;
  EmbarkDiskPicture *picture;
  EmbarkLimitGauge *send_gauge;
  EmbarkLimitGauge *size_gauge;
  GtkBox *groups_box;
};

G_DEFINE_FINAL_TYPE (EmbarkReportView, embark_report_view, GTK_TYPE_BOX)

static const char *const verdict_styles[] = { "ready", "attention", "blocked", "unknown" };

static void show_fixes (EmbarkReportView *self, EmbarkReport *report)
{
  g_autoptr (GPtrArray) fixes = embark_fixes_choose (report);
  g_autofree char *text = NULL;

  gtk_widget_set_visible (self->fix_button, fixes->len > 0);
  if (embark_fixes_are_enough (report))
    /* Translators: follows a sentence about what stops the import. */
    text = g_strdup_printf (_ ("%s What stops the import can be fixed here."), embark_report_get_subline (report));
  else
    text = g_strdup (embark_report_get_subline (report));
  gtk_label_set_label (self->verdict_subtitle, text);
}

static void show_verdict (EmbarkReportView *self, EmbarkReport *report)
{
  EmbarkVerdict verdict = embark_report_get_verdict (report);

  for (guint i = 0; i < G_N_ELEMENTS (verdict_styles); i++)
    gtk_widget_remove_css_class (self->verdict_card, verdict_styles[i]);
  gtk_widget_add_css_class (self->verdict_card, embark_verdict_to_string (verdict));
  embark_outcome_icon_show_verdict (self->verdict_icon, verdict);
  gtk_label_set_label (self->verdict_title, embark_report_get_headline (report));
  show_fixes (self, report);
}

static void show_disk (EmbarkReportView *self, EmbarkReport *report, EmbarkJudge judge)
{
  EmbarkLimits *limits = embark_limits_get_default ();
  EmbarkFacts *facts = embark_report_get_facts (report);
  EmbarkSendSize send_size;
  guint64 virtual_size = 0;
  gboolean is_sized = embark_facts_get_uint (facts, "image.virtualSize", &virtual_size);

  embark_report_view_get_send_size (report, &send_size);
  gtk_widget_set_visible (GTK_WIDGET (self->picture), embark_disk_picture_set_facts (self->picture, facts));
  gtk_widget_set_visible (GTK_WIDGET (self->send_gauge), send_size.high > 0);
  gtk_widget_set_visible (GTK_WIDGET (self->size_gauge), is_sized);
  if (send_size.high > 0)
    embark_limit_gauge_set (self->send_gauge, send_size.is_estimate ? _ ("To send") : _ ("To send, at most"),
                            send_size.low, send_size.high, embark_limits_get_bytes (limits, judge, "actual-size"));
  if (is_sized)
    embark_limit_gauge_set (self->size_gauge, _ ("Virtual size"), virtual_size, virtual_size,
                            embark_limits_get_bytes (limits, judge, "virtual-size"));
}

static GtkWidget *make_heading (const char *title, guint count)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *title_label = gtk_label_new (title);
  g_autofree char *number = g_strdup_printf ("%u", count);
  GtkWidget *count_label = gtk_label_new (number);

  gtk_label_set_xalign (GTK_LABEL (title_label), 0);
  gtk_widget_set_hexpand (title_label, TRUE);
  gtk_widget_add_css_class (title_label, "heading");
  gtk_widget_add_css_class (count_label, "dim-label");
  gtk_widget_add_css_class (count_label, "numeric");
  gtk_box_append (GTK_BOX (box), title_label);
  gtk_box_append (GTK_BOX (box), count_label);
  gtk_widget_add_css_class (box, "section-heading");
  return box;
}

static GtkWidget *make_list (void)
{
  GtkWidget *list = gtk_list_box_new ();

  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (list, "boxed-list");
  return list;
}

static GtkWidget *make_row (const EmbarkFinding *finding)
{
  GtkWidget *row = embark_finding_row_new (finding);

  gtk_widget_set_name (row, finding->id);
  return row;
}

static void add_open_group (EmbarkReportView *self, EmbarkReport *report, const EmbarkReportGroup *group, guint count)
{
  GPtrArray *findings = embark_report_get_findings (report);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);
  GtkWidget *list = make_list ();

  for (guint i = 0; i < findings->len; i++)
    {
      const EmbarkFinding *finding = g_ptr_array_index (findings, i);

      if (finding->outcome == group->outcome)
        gtk_list_box_append (GTK_LIST_BOX (list), make_row (finding));
    }
  gtk_accessible_update_property (GTK_ACCESSIBLE (list), GTK_ACCESSIBLE_PROPERTY_LABEL, _ (group->title), -1);
  gtk_box_append (GTK_BOX (box), make_heading (_ (group->title), count));
  gtk_box_append (GTK_BOX (box), list);
  gtk_box_append (self->groups_box, box);
}

static void add_closed_group (GtkWidget *list, EmbarkReport *report, const EmbarkReportGroup *group, guint count)
{
  GPtrArray *findings = embark_report_get_findings (report);
  GtkWidget *row = adw_expander_row_new ();
  GtkWidget *icon = gtk_image_new ();
  g_autofree char *subtitle =
      g_strdup_printf (ngettext ("%u limit of the cloud", "%u limits of the cloud", count), count);

  gtk_widget_set_name (row, group->title);
  embark_outcome_icon_show (GTK_IMAGE (icon), group->outcome);
  gtk_image_set_pixel_size (GTK_IMAGE (icon), 20);
  gtk_widget_set_valign (icon, GTK_ALIGN_CENTER);
  adw_expander_row_add_prefix (ADW_EXPANDER_ROW (row), icon);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), _ (group->title));
  adw_expander_row_set_subtitle (ADW_EXPANDER_ROW (row), subtitle);
  for (guint i = 0; i < findings->len; i++)
    {
      const EmbarkFinding *finding = g_ptr_array_index (findings, i);

      if (finding->outcome == group->outcome)
        adw_expander_row_add_row (ADW_EXPANDER_ROW (row), make_row (finding));
    }
  gtk_list_box_append (GTK_LIST_BOX (list), row);
}

/* Names of the rows that the user has opened, so that they stay open when more is known. */
static void find_opened (GtkWidget *widget, GHashTable *opened)
{
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      if (ADW_IS_EXPANDER_ROW (child) && adw_expander_row_get_expanded (ADW_EXPANDER_ROW (child)))
        g_hash_table_add (opened, g_strdup (gtk_widget_get_name (child)));
      find_opened (child, opened);
    }
}

static void open_rows (GtkWidget *widget, GHashTable *opened)
{
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      if (ADW_IS_EXPANDER_ROW (child) && g_hash_table_contains (opened, gtk_widget_get_name (child)))
        adw_expander_row_set_expanded (ADW_EXPANDER_ROW (child), TRUE);
      open_rows (child, opened);
    }
}

static gboolean is_shown (const EmbarkReportGroup *group, gboolean is_partial)
{
  return !is_partial || (group->outcome != EMBARK_OUTCOME_UNKNOWN && group->outcome != EMBARK_OUTCOME_NOT_APPLICABLE);
}

static void show_groups (EmbarkReportView *self, EmbarkReport *report, gboolean is_partial)
{
  g_autoptr (GHashTable) opened = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GtkWidget *child;
  GtkWidget *closed = NULL;
  guint n_groups;
  const EmbarkReportGroup *groups = embark_report_list_groups (&n_groups);

  find_opened (GTK_WIDGET (self->groups_box), opened);
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->groups_box))) != NULL)
    gtk_box_remove (self->groups_box, child);

  for (guint i = 0; i < n_groups; i++)
    {
      guint count = embark_report_count (report, groups[i].outcome);

      if (count == 0 || !is_shown (&groups[i], is_partial))
        continue;
      if (!groups[i].is_folded)
        {
          add_open_group (self, report, &groups[i], count);
          continue;
        }
      if (closed == NULL)
        {
          closed = make_list ();
          gtk_box_append (self->groups_box, closed);
        }
      add_closed_group (closed, report, &groups[i], count);
    }
  open_rows (GTK_WIDGET (self->groups_box), opened);
}

/* The id of a fix, or none for everything that can be fixed. */
static void fix_activated (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  gtk_widget_activate_action (widget, "win.fix", "s", parameter != NULL ? g_variant_get_string (parameter, NULL) : "");
}

static void embark_report_view_class_init (EmbarkReportViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (EMBARK_TYPE_DISK_PICTURE);
  g_type_ensure (EMBARK_TYPE_LIMIT_GAUGE);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/embark/Embark/ui/report-view.ui");
  gtk_widget_class_bind_template_child (widget_class, EmbarkReportView, verdict_card);
  gtk_widget_class_bind_template_child (widget_class, EmbarkReportView, verdict_icon);
  gtk_widget_class_bind_template_child (widget_class, EmbarkReportView, verdict_title);
  gtk_widget_class_bind_template_child (widget_class, EmbarkReportView, verdict_subtitle);
  gtk_widget_class_bind_template_child (widget_class, EmbarkReportView, verdict_box);
  gtk_widget_class_bind_template_child (widget_class, EmbarkReportView, fix_button);
  gtk_widget_class_bind_template_child (widget_class, EmbarkReportView, place_label);
  gtk_widget_class_bind_template_child (widget_class, EmbarkReportView, picture);
  gtk_widget_class_bind_template_child (widget_class, EmbarkReportView, send_gauge);
  gtk_widget_class_bind_template_child (widget_class, EmbarkReportView, size_gauge);
  gtk_widget_class_bind_template_child (widget_class, EmbarkReportView, groups_box);
  gtk_widget_class_install_action (widget_class, "report.fix", "s", fix_activated);
  gtk_widget_class_install_action (widget_class, "report.fix-all", NULL, fix_activated);
}

static void embark_report_view_init (EmbarkReportView *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void embark_report_view_get_send_size (EmbarkReport *report, EmbarkSendSize *ret_size)
{
  EmbarkFacts *facts = embark_report_get_facts (report);
  EmbarkSendSize size = { 0 };
  guint64 upper = 0;

  size.is_estimate = embark_facts_get_uint (facts, "stream.estimate.low", &size.low)
                     && embark_facts_get_uint (facts, "stream.estimate.likely", &size.likely)
                     && embark_facts_get_uint (facts, "stream.estimate.high", &size.high);
  if (!size.is_estimate)
    {
      embark_facts_get_uint (facts, "stream.upperBound", &upper);
      size.low = size.likely = size.high = upper;
    }
  *ret_size = size;
}

void embark_report_view_set_fixable (EmbarkReportView *self, gboolean is_fixable)
{
  g_return_if_fail (EMBARK_IS_REPORT_VIEW (self));

  gtk_widget_action_set_enabled (GTK_WIDGET (self), "report.fix", is_fixable);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "report.fix-all", is_fixable);
}

void embark_report_view_set_narrow (EmbarkReportView *self, gboolean is_narrow)
{
  g_return_if_fail (EMBARK_IS_REPORT_VIEW (self));

  gtk_orientable_set_orientation (self->verdict_box, is_narrow ? GTK_ORIENTATION_VERTICAL : GTK_ORIENTATION_HORIZONTAL);
}

void embark_report_view_set_report (EmbarkReportView *self, EmbarkReport *report, EmbarkJudge judge, const char *place,
                                    const char *format, gboolean is_partial)
{
  g_autofree char *text = NULL;

  g_return_if_fail (EMBARK_IS_REPORT_VIEW (self));
  g_return_if_fail (report != NULL);

  /* Translators: where a disk is and its format: "/var/lib/libvirt/images/web.qcow2 · QCOW2". */
  text = format != NULL ? g_strdup_printf (_ ("%s · %s"), place, format) : g_strdup (place);
  gtk_label_set_label (self->place_label, text);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->place_label), text);
  show_verdict (self, report);
  /* While it is open, only one answer is final. */
  gtk_widget_set_visible (self->verdict_card,
                          !is_partial || embark_report_get_verdict (report) == EMBARK_VERDICT_BLOCKED);
  show_disk (self, report, judge);
  show_groups (self, report, is_partial);
}
