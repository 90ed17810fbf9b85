/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkMachinePage: one update function for the state of the chosen disk. The
 * texts of a running check are in gui/check-view.c.
 */
#include "gui/machine-page.h"

#include <glib/gi18n.h>

#include "gui/check-banner.h"
#include "gui/check-view.h"
#include "gui/forced-import.h"
#include "gui/format.h"
#include "gui/page-stack.h"
#include "gui/report-view.h"
#include "gui/save-report.h"
#include "gui/send-text.h"
#include "gui/settings.h"
#include "gui/system-tile.h"
#include "model/check/fixes.h"

struct _EmbarkMachinePage
{
  AdwBin parent_instance;

  /* Owned */
  EmbarkContext *context;
  EmbarkMachine *machine;
  EmbarkDisk *disk;
  GSettings *settings;
  GSignalGroup *machine_signals;
  GSignalGroup *disks_signals;
  GSignalGroup *disk_signals;
  GSignalGroup *migration_signals;
  EmbarkReport *shown_report;
  char *subtitle;

  /* Template children */
  GtkScrolledWindow *scroller;
  EmbarkSystemTile *tile;
  GtkLabel *name_label;
  GtkLabel *description_label;
  GtkDropDown *disk_chooser;
  GtkWidget *migration_box;
  AdwActionRow *migration_row;
  EmbarkCheckBanner *check_banner;
  GtkStack *stack;
  EmbarkCheckView *check_view;
  EmbarkReportView *report_view;
  GtkWidget *bottom_bar;
  GtkLabel *send_label;
  GtkWidget *report_buttons;
};

enum
{
  PROP_0,
  PROP_SUBTITLE,
  PROP_CAN_CHECK,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (EmbarkMachinePage, embark_machine_page, ADW_TYPE_BIN)

static void show_subtitle (EmbarkMachinePage *self)
{
  gint64 checked_at = self->disk != NULL ? embark_disk_get_checked_at (self->disk) : 0;
  g_autofree char *when = NULL;

  g_clear_pointer (&self->subtitle, g_free);
  if (self->disk != NULL && embark_disk_get_job (self->disk) != NULL)
    self->subtitle = g_strdup (_ ("Looking inside…"));
  else if (checked_at > 0)
    {
      when = embark_format_when (checked_at, g_get_real_time () / G_USEC_PER_SEC);
      /* Translators: the placeholder is a time: "Checked 5 minutes ago". */
      self->subtitle = g_strdup_printf (_ ("Checked %s"), when);
    }
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SUBTITLE]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CAN_CHECK]);
}

/* "Debian 12 · 64-bit · Shut off · 2 disks" */
static void show_header (EmbarkMachinePage *self)
{
  EmbarkReport *report = self->disk != NULL ? embark_disk_get_report (self->disk) : NULL;
  g_autofree char *system = report != NULL ? embark_report_describe_system (report) : NULL;
  guint n_disks = g_list_model_get_n_items (embark_machine_get_disks (self->machine));
  g_autoptr (GPtrArray) parts = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *text = NULL;

  if (system != NULL)
    g_ptr_array_add (parts, g_strdup (system));
  if (embark_machine_is_file (self->machine))
    g_ptr_array_add (parts, g_strdup (_ ("Disk file")));
  else
    {
      g_ptr_array_add (parts, g_strdup (embark_machine_get_power_word (self->machine)));
      g_ptr_array_add (parts, g_strdup_printf (ngettext ("%u disk", "%u disks", n_disks), n_disks));
    }
  g_ptr_array_add (parts, NULL);
  text = g_strjoinv (" · ", (char **) parts->pdata);

  embark_system_tile_set_system (self->tile, embark_machine_get_system_id (self->machine));
  gtk_label_set_label (self->name_label, embark_machine_get_name (self->machine));
  gtk_label_set_label (self->description_label, text);
  gtk_widget_set_visible (GTK_WIDGET (self->disk_chooser), n_disks > 1);
}

static void show_migration (EmbarkMachinePage *self)
{
  EmbarkMigrationList *migrations = embark_context_get_migrations (self->context);
  EmbarkMigration *migration = embark_migration_list_find (migrations, embark_machine_get_id (self->machine));
  g_autofree char *title = NULL;
  g_autofree char *when = NULL;

  g_signal_group_set_target (self->migration_signals, migration);
  gtk_widget_set_visible (self->migration_box, migration != NULL);
  if (migration == NULL)
    return;

  when = embark_format_when (embark_migration_get_created_at (migration), g_get_real_time () / G_USEC_PER_SEC);
  /* Translators: name of an image, then when its import was started: "Import “web-01-2026-11” · yesterday at 14:02". */
  title = g_strdup_printf (_ ("Import “%s” · %s"), embark_migration_get_image_name (migration), when);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->migration_row), title);
  adw_action_row_set_subtitle (self->migration_row, embark_migration_get_status (migration));
  gtk_actionable_set_action_target (GTK_ACTIONABLE (self->migration_row), "s", embark_migration_get_id (migration));
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->migration_row), "win.show-migration");
}

static void show_bottom_bar (EmbarkMachinePage *self, EmbarkReport *report)
{
  EmbarkWay way = embark_way_of (report, embark_context_get_judge (self->context));
  g_autofree char *text = NULL;

  gtk_widget_set_visible (self->bottom_bar, report != NULL);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "page.migrate", way != EMBARK_WAY_NONE);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "page.save-report", report != NULL);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "page.copy-report", report != NULL);
  if (way == EMBARK_WAY_NONE)
    text = g_strdup (_ ("Mend what stops the import, then check again."));
  else if (embark_fixes_are_enough (report))
    text = g_strdup (_ ("What stops the import can be fixed on the way."));
  else if (way == EMBARK_WAY_FORCED)
    text = g_strdup (_ ("Only a forced import is possible."));
  else
    text = embark_describe_send (report, self->settings);
  gtk_label_set_label (self->send_label, text);
}

/* Nobody has looked inside yet, but somebody is about to. */
static gboolean is_partial (EmbarkMachinePage *self, EmbarkReport *report)
{
  return embark_disk_get_job (self->disk) != NULL && embark_report_is_partial (report);
}

static void show_report (EmbarkMachinePage *self, EmbarkReport *report)
{
  if (report == self->shown_report)
    return;

  g_clear_pointer (&self->shown_report, embark_report_unref);
  if (report == NULL)
    return;

  self->shown_report = embark_report_ref (report);
  embark_report_view_set_report (self->report_view, report, embark_context_get_judge (self->context),
                                 embark_disk_get_display_path (self->disk), embark_disk_get_format (self->disk),
                                 is_partial (self, report));
}

static void update (EmbarkMachinePage *self)
{
  EmbarkReport *report;
  gboolean is_checking;

  if (self->machine == NULL)
    return;

  is_checking = self->disk != NULL && embark_disk_get_job (self->disk) != NULL;
  report = self->disk != NULL ? embark_disk_get_report (self->disk) : NULL;
  show_header (self);
  show_migration (self);
  if (self->disk == NULL)
    embark_page_stack_show (self->stack, "no-disk");
  else if (report != NULL)
    {
      show_report (self, report);
      embark_page_stack_show (self->stack, "report");
    }
  else
    embark_page_stack_show (self->stack, "check");
  embark_report_view_set_fixable (self->report_view,
                                  report != NULL && !is_checking && !embark_report_is_partial (report));
  /* Before the headers are read, the banner says it all. */
  gtk_widget_set_visible (GTK_WIDGET (self->stack), report != NULL || !is_checking);
  show_bottom_bar (self, is_checking ? NULL : report);
  show_subtitle (self);
}

static void set_disk (EmbarkMachinePage *self, EmbarkDisk *disk)
{
  g_set_object (&self->disk, disk);
  g_signal_group_set_target (self->disk_signals, disk);
  embark_check_banner_set_disk (self->check_banner, disk);
  embark_check_view_set_disk (self->check_view, disk);
}

static guint find_position (GListModel *disks, EmbarkDisk *wanted)
{
  for (guint i = 0; i < g_list_model_get_n_items (disks); i++)
    {
      g_autoptr (EmbarkDisk) disk = g_list_model_get_item (disks, i);

      if (disk == wanted)
        return i;
    }
  return GTK_INVALID_LIST_POSITION;
}

static char *describe_disk (EmbarkDisk *disk, gpointer user_data)
{
  g_autofree char *size = NULL;

  if (disk == NULL)
    return NULL;

  size = g_format_size_full (embark_disk_get_virtual_size (disk), G_FORMAT_SIZE_IEC_UNITS);
  if (embark_disk_get_virtual_size (disk) == 0)
    return g_strdup (embark_disk_get_target (disk));
  /* Translators: name of a disk and its size: "vda · 20 GB". */
  return g_strdup_printf (_ ("%s · %s"), embark_disk_get_target (disk), size);
}

static void disk_chosen_cb (GtkDropDown *chooser, GParamSpec *pspec, EmbarkMachinePage *self)
{
  EmbarkDisk *disk = gtk_drop_down_get_selected_item (chooser);

  if (disk == NULL || disk == self->disk)
    return;

  set_disk (self, disk);
  update (self);
}

/* Keeps the chosen disk while the machine has it, else goes back to the one it starts from. */
static void disks_changed_cb (EmbarkMachinePage *self)
{
  GListModel *disks = embark_machine_get_disks (self->machine);
  guint position = find_position (disks, self->disk);

  if (position == GTK_INVALID_LIST_POSITION)
    {
      set_disk (self, embark_machine_get_boot_disk (self->machine));
      position = find_position (disks, self->disk);
    }
  gtk_drop_down_set_selected (self->disk_chooser, position);
  update (self);
}

static void anything_changed_cb (EmbarkMachinePage *self)
{
  update (self);
}

static void judge_changed_cb (EmbarkMachinePage *self)
{
  g_clear_pointer (&self->shown_report, embark_report_unref);
  update (self);
}

static void save_report_activated (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  EmbarkMachinePage *self = EMBARK_MACHINE_PAGE (widget);

  embark_save_report (widget, self->disk, embark_context_get_judge (self->context),
                      embark_machine_get_name (self->machine));
}

static void copy_report_activated (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  EmbarkMachinePage *self = EMBARK_MACHINE_PAGE (widget);

  embark_copy_report (widget, self->disk, embark_context_get_judge (self->context));
}

static void migrate_activated (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  gtk_widget_activate_action (widget, "win.migrate", NULL);
}

static void embark_machine_page_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  EmbarkMachinePage *self = EMBARK_MACHINE_PAGE (object);

  switch (prop_id)
    {
    case PROP_SUBTITLE:
      g_value_set_string (value, self->subtitle);
      break;
    case PROP_CAN_CHECK:
      g_value_set_boolean (value, embark_machine_page_can_check (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void embark_machine_page_dispose (GObject *object)
{
  EmbarkMachinePage *self = EMBARK_MACHINE_PAGE (object);

  /* The parent class keeps its child by a pointer of its own, which the next call would leave dangling. */
  adw_bin_set_child (ADW_BIN (self), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), EMBARK_TYPE_MACHINE_PAGE);
  g_clear_object (&self->machine_signals);
  g_clear_object (&self->disks_signals);
  g_clear_object (&self->disk_signals);
  g_clear_object (&self->migration_signals);
  g_clear_object (&self->machine);
  g_clear_object (&self->disk);
  g_clear_object (&self->settings);
  g_clear_object (&self->context);
  g_clear_pointer (&self->shown_report, embark_report_unref);
  g_clear_pointer (&self->subtitle, g_free);
  G_OBJECT_CLASS (embark_machine_page_parent_class)->dispose (object);
}

static void bind_template (GtkWidgetClass *widget_class)
{
  gtk_widget_class_set_template_from_resource (widget_class, "/org/embark/Embark/ui/machine-page.ui");
  gtk_widget_class_bind_template_child (widget_class, EmbarkMachinePage, scroller);
  gtk_widget_class_bind_template_child (widget_class, EmbarkMachinePage, tile);
  gtk_widget_class_bind_template_child (widget_class, EmbarkMachinePage, name_label);
  gtk_widget_class_bind_template_child (widget_class, EmbarkMachinePage, description_label);
  gtk_widget_class_bind_template_child (widget_class, EmbarkMachinePage, disk_chooser);
  gtk_widget_class_bind_template_child (widget_class, EmbarkMachinePage, migration_box);
  gtk_widget_class_bind_template_child (widget_class, EmbarkMachinePage, migration_row);
  gtk_widget_class_bind_template_child (widget_class, EmbarkMachinePage, check_banner);
  gtk_widget_class_bind_template_child (widget_class, EmbarkMachinePage, stack);
  gtk_widget_class_bind_template_child (widget_class, EmbarkMachinePage, check_view);
  gtk_widget_class_bind_template_child (widget_class, EmbarkMachinePage, report_view);
  gtk_widget_class_bind_template_child (widget_class, EmbarkMachinePage, bottom_bar);
  gtk_widget_class_bind_template_child (widget_class, EmbarkMachinePage, send_label);
  gtk_widget_class_bind_template_child (widget_class, EmbarkMachinePage, report_buttons);
  gtk_widget_class_bind_template_callback (widget_class, describe_disk);
  gtk_widget_class_bind_template_callback (widget_class, disk_chosen_cb);
}

static void embark_machine_page_class_init (EmbarkMachinePageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = embark_machine_page_get_property;
  object_class->dispose = embark_machine_page_dispose;
  properties[PROP_SUBTITLE] =
      g_param_spec_string ("subtitle", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_CAN_CHECK] =
      g_param_spec_boolean ("can-check", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  g_type_ensure (EMBARK_TYPE_SYSTEM_TILE);
  g_type_ensure (EMBARK_TYPE_CHECK_BANNER);
  g_type_ensure (EMBARK_TYPE_CHECK_VIEW);
  g_type_ensure (EMBARK_TYPE_REPORT_VIEW);
  g_type_ensure (EMBARK_TYPE_DISK);
  bind_template (widget_class);
  gtk_widget_class_install_action (widget_class, "page.save-report", NULL, save_report_activated);
  gtk_widget_class_install_action (widget_class, "page.copy-report", NULL, copy_report_activated);
  gtk_widget_class_install_action (widget_class, "page.migrate", NULL, migrate_activated);
}

static void embark_machine_page_init (EmbarkMachinePage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  embark_page_stack_show (self->stack, "no-disk");
  self->settings = embark_settings_new ();
  self->machine_signals = g_signal_group_new (EMBARK_TYPE_MACHINE);
  self->disks_signals = g_signal_group_new (G_TYPE_LIST_MODEL);
  self->disk_signals = g_signal_group_new (EMBARK_TYPE_DISK);
  self->migration_signals = g_signal_group_new (EMBARK_TYPE_MIGRATION);
  g_signal_group_connect_swapped (self->machine_signals, "notify", G_CALLBACK (anything_changed_cb), self);
  g_signal_group_connect_swapped (self->disks_signals, "items-changed", G_CALLBACK (disks_changed_cb), self);
  g_signal_group_connect_swapped (self->disk_signals, "notify", G_CALLBACK (anything_changed_cb), self);
  g_signal_group_connect_swapped (self->migration_signals, "notify::status", G_CALLBACK (show_migration), self);
  g_signal_connect_object (self->settings, "changed::last-bucket", G_CALLBACK (anything_changed_cb), self,
                           G_CONNECT_SWAPPED);
}

void embark_machine_page_set_context (EmbarkMachinePage *self, EmbarkContext *context)
{
  g_return_if_fail (EMBARK_IS_MACHINE_PAGE (self));
  g_return_if_fail (self->context == NULL);

  self->context = g_object_ref (context);
  g_signal_connect_object (context, "notify::judge", G_CALLBACK (judge_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (embark_context_get_migrations (context), "items-changed", G_CALLBACK (anything_changed_cb),
                           self, G_CONNECT_SWAPPED);
}

void embark_machine_page_set_machine (EmbarkMachinePage *self, EmbarkMachine *machine)
{
  g_return_if_fail (EMBARK_IS_MACHINE_PAGE (self));

  if (!g_set_object (&self->machine, machine))
    return;

  g_clear_pointer (&self->shown_report, embark_report_unref);
  g_signal_group_set_target (self->machine_signals, machine);
  g_signal_group_set_target (self->disks_signals, machine != NULL ? embark_machine_get_disks (machine) : NULL);
  /* The chooser takes the first disk of its new model; the one the machine starts from is set after that. */
  gtk_drop_down_set_model (self->disk_chooser, machine != NULL ? embark_machine_get_disks (machine) : NULL);
  set_disk (self, machine != NULL ? embark_machine_get_boot_disk (machine) : NULL);
  if (machine == NULL)
    return;

  disks_changed_cb (self);
  gtk_adjustment_set_value (gtk_scrolled_window_get_vadjustment (self->scroller), 0);
}

EmbarkMachine *embark_machine_page_get_machine (EmbarkMachinePage *self)
{
  g_return_val_if_fail (EMBARK_IS_MACHINE_PAGE (self), NULL);

  return self->machine;
}

EmbarkDisk *embark_machine_page_get_disk (EmbarkMachinePage *self)
{
  g_return_val_if_fail (EMBARK_IS_MACHINE_PAGE (self), NULL);

  return self->disk;
}

void embark_machine_page_set_narrow (EmbarkMachinePage *self, gboolean is_narrow)
{
  g_return_if_fail (EMBARK_IS_MACHINE_PAGE (self));

  gtk_widget_set_visible (self->report_buttons, !is_narrow);
  embark_report_view_set_narrow (self->report_view, is_narrow);
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self->bottom_bar),
                                  is_narrow ? GTK_ORIENTATION_VERTICAL : GTK_ORIENTATION_HORIZONTAL);
}

void embark_machine_page_check (EmbarkMachinePage *self)
{
  g_return_if_fail (EMBARK_IS_MACHINE_PAGE (self));

  if (!embark_machine_page_can_check (self))
    return;
  /* Whoever sees a report and asks again wants another look. */
  if (embark_disk_get_report (self->disk) != NULL)
    embark_disk_check_again (self->disk);
  else
    embark_disk_check (self->disk);
}

const char *embark_machine_page_get_subtitle (EmbarkMachinePage *self)
{
  g_return_val_if_fail (EMBARK_IS_MACHINE_PAGE (self), NULL);

  return self->subtitle;
}

gboolean embark_machine_page_can_check (EmbarkMachinePage *self)
{
  g_return_val_if_fail (EMBARK_IS_MACHINE_PAGE (self), FALSE);

  return self->disk != NULL && embark_disk_get_job (self->disk) == NULL;
}
