/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkMigrateDialog: destination, name, fixes, forced import, summary, start.
 */
#include "gui/migrate-dialog.h"

#include <glib/gi18n.h>

#include "gui/destination-group.h"
#include "gui/error-text.h"
#include "gui/fix-chooser.h"
#include "gui/report-view.h"
#include "gui/settings.h"

struct _EmbarkMigrateDialog
{
  AdwWindow parent_instance;

  /* Owned */
  EmbarkContext *context;
  EmbarkMachine *machine;
  EmbarkDisk *disk;
  EmbarkPreparation *preparation; /* (nullable) the disk was made ready already */
  GSettings *settings;

  /* Template children */
  EmbarkDestinationGroup *destination_group;
  AdwEntryRow *name_row;
  GtkWidget *error_box;
  GtkLabel *error_title;
  GtkLabel *error_body;
  GtkWidget *fix_group;
  GtkSwitch *fix_switch;
  EmbarkFixChooser *fix_chooser;
  GtkWidget *forced_group;
  GtkSwitch *forced_switch;
  GtkLabel *summary_label;

  EmbarkWay way;
};

static guint started_signal;

G_DEFINE_FINAL_TYPE (EmbarkMigrateDialog, embark_migrate_dialog, ADW_TYPE_WINDOW)

/* Of what is sent. */
static EmbarkReport *get_report (EmbarkMigrateDialog *self)
{
  return self->preparation != NULL ? embark_preparation_get_after (self->preparation)
                                   : embark_disk_get_report (self->disk);
}

static char *make_summary (EmbarkMigrateDialog *self, EmbarkDestination *destination)
{
  EmbarkReport *report = get_report (self);
  EmbarkSendSize size = { 0 };
  g_autofree char *size_text = NULL;

  if (destination == NULL)
    return g_strdup (_ ("Choose a bucket. Its region is where the image will be."));
  if (report != NULL)
    embark_report_view_get_send_size (report, &size);
  if (size.likely == 0)
    /* Translators: a bucket with its region: "vm-images · Guangzhou". */
    return g_strdup_printf (
        _ ("The disk is sent to %s and becomes an image there. The disk itself is not changed and no "
           "copy of it is made here."),
        embark_destination_get_title (destination));
  size_text = g_format_size_full (size.likely, G_FORMAT_SIZE_IEC_UNITS);
  if (size.is_estimate)
    /* Translators: a size, then a bucket with its region. */
    return g_strdup_printf (_ ("About %s are sent to %s and become an image there. The disk itself is not changed and "
                               "no copy of it is made here."),
                            size_text, embark_destination_get_title (destination));
  /* Translators: a size, then a bucket with its region. */
  return g_strdup_printf (_ ("At most %s are sent to %s and become an image there. The disk itself is not changed and "
                             "no copy of it is made here."),
                          size_text, embark_destination_get_title (destination));
}

/* Made ready on the way, imported by force, or neither was needed. */
static gboolean is_way_open (EmbarkMigrateDialog *self)
{
  if (gtk_switch_get_active (self->fix_switch))
    return embark_fix_chooser_is_complete (self->fix_chooser);
  return self->way == EMBARK_WAY_PLAIN
         || (self->way == EMBARK_WAY_FORCED && gtk_switch_get_active (self->forced_switch));
}

static void update (EmbarkMigrateDialog *self)
{
  EmbarkDestination *destination = embark_destination_group_get_destination (self->destination_group);
  gboolean has_name = gtk_editable_get_text (GTK_EDITABLE (self->name_row))[0] != '\0';
  g_autofree char *summary = make_summary (self, destination);

  gtk_label_set_label (self->summary_label, summary);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "migrate.start",
                                 destination != NULL && has_name && is_way_open (self));
}

static void show_error (EmbarkMigrateDialog *self, const GError *error)
{
  g_autoptr (EmbarkErrorText) text = embark_error_text_new (error);
  g_autofree char *body = embark_error_text_join (text);

  gtk_label_set_label (self->error_title, text->heading);
  gtk_label_set_label (self->error_body, body);
  gtk_widget_set_visible (self->error_box, TRUE);
  gtk_widget_grab_focus (GTK_WIDGET (self->name_row));
}

static void start_activated (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  EmbarkMigrateDialog *self = EMBARK_MIGRATE_DIALOG (widget);
  EmbarkDestination *destination = embark_destination_group_get_destination (self->destination_group);
  g_autofree char *name = g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->name_row))));
  g_autofree char *prefix = g_settings_get_string (self->settings, "key-prefix");
  g_autofree char *level = g_settings_get_string (self->settings, "compression");
  g_autoptr (EmbarkFixOptions) options =
      gtk_switch_get_active (self->fix_switch) ? embark_fix_chooser_make_options (self->fix_chooser) : NULL;
  EmbarkMigrationParams params = {
    .region = embark_destination_get_region (destination),
    .bucket = embark_destination_get_bucket (destination),
    .key_prefix = prefix,
    .level = level,
    .image_name = name,
    .options = options,
    .preparation = self->preparation,
    .is_forced = gtk_switch_get_active (self->forced_switch),
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (EmbarkMigration) migration = NULL;

  migration = embark_migration_list_create (embark_context_get_migrations (self->context), self->machine, self->disk,
                                            &params, &error);
  if (migration == NULL)
    {
      show_error (self, error);
      return;
    }

  embark_settings_set_last_destination (self->settings, params.bucket, params.region);
  embark_migration_start (migration);
  g_signal_emit (self, started_signal, 0, migration);
  gtk_window_destroy (GTK_WINDOW (self));
}

static void entry_activated_cb (GtkWidget *row, EmbarkMigrateDialog *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "migrate.start", NULL);
}

static void embark_migrate_dialog_dispose (GObject *object)
{
  EmbarkMigrateDialog *self = EMBARK_MIGRATE_DIALOG (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), EMBARK_TYPE_MIGRATE_DIALOG);
  g_clear_object (&self->context);
  g_clear_object (&self->machine);
  g_clear_object (&self->disk);
  g_clear_object (&self->preparation);
  g_clear_object (&self->settings);
  G_OBJECT_CLASS (embark_migrate_dialog_parent_class)->dispose (object);
}

static void embark_migrate_dialog_class_init (EmbarkMigrateDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = embark_migrate_dialog_dispose;
  started_signal = g_signal_new ("started", EMBARK_TYPE_MIGRATE_DIALOG, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 1, EMBARK_TYPE_MIGRATION);
  g_type_ensure (EMBARK_TYPE_DESTINATION_GROUP);
  g_type_ensure (EMBARK_TYPE_FIX_CHOOSER);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/embark/Embark/ui/migrate-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, EmbarkMigrateDialog, destination_group);
  gtk_widget_class_bind_template_child (widget_class, EmbarkMigrateDialog, name_row);
  gtk_widget_class_bind_template_child (widget_class, EmbarkMigrateDialog, error_box);
  gtk_widget_class_bind_template_child (widget_class, EmbarkMigrateDialog, error_title);
  gtk_widget_class_bind_template_child (widget_class, EmbarkMigrateDialog, error_body);
  gtk_widget_class_bind_template_child (widget_class, EmbarkMigrateDialog, fix_group);
  gtk_widget_class_bind_template_child (widget_class, EmbarkMigrateDialog, fix_switch);
  gtk_widget_class_bind_template_child (widget_class, EmbarkMigrateDialog, fix_chooser);
  gtk_widget_class_bind_template_child (widget_class, EmbarkMigrateDialog, forced_group);
  gtk_widget_class_bind_template_child (widget_class, EmbarkMigrateDialog, forced_switch);
  gtk_widget_class_bind_template_child (widget_class, EmbarkMigrateDialog, summary_label);
  gtk_widget_class_bind_template_callback (widget_class, entry_activated_cb);
  gtk_widget_class_install_action (widget_class, "migrate.start", NULL, start_activated);
}

static void embark_migrate_dialog_init (EmbarkMigrateDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->settings = embark_settings_new ();
  gtk_widget_set_visible (self->error_box, FALSE);
}

/* What was made ready is not made ready again; on the way it is offered where there is something to fix. */
static void show_ways (EmbarkMigrateDialog *self)
{
  EmbarkReport *report = embark_disk_get_report (self->disk);
  g_autoptr (GPtrArray) fixes =
      self->preparation == NULL && report != NULL ? embark_fixes_choose (report) : g_ptr_array_new ();
  const EmbarkFinding *cloud_init = embark_report_find (get_report (self), "linux-cloud-init");

  gtk_widget_set_visible (self->fix_group, fixes->len > 0);
  if (fixes->len > 0)
    {
      embark_fix_chooser_set_report (self->fix_chooser, report, NULL, FALSE);
      gtk_switch_set_active (self->fix_switch, self->way == EMBARK_WAY_FIXED);
    }
  gtk_widget_set_visible (self->forced_group, self->way != EMBARK_WAY_PLAIN && cloud_init != NULL
                                                  && cloud_init->outcome == EMBARK_OUTCOME_BLOCKER);
}

GtkWidget *embark_migrate_dialog_new (GtkWindow *parent, EmbarkContext *context, EmbarkMachine *machine,
                                      EmbarkDisk *disk, EmbarkWay way, EmbarkPreparation *preparation)
{
  EmbarkMigrateDialog *self;
  g_autofree char *name = NULL;

  g_return_val_if_fail (way != EMBARK_WAY_NONE, NULL);

  self = g_object_new (EMBARK_TYPE_MIGRATE_DIALOG, "transient-for", parent, NULL);
  self->context = g_object_ref (context);
  self->machine = g_object_ref (machine);
  self->disk = g_object_ref (disk);
  g_set_object (&self->preparation, preparation);
  self->way = way;
  name = embark_migration_list_suggest_name (embark_context_get_migrations (context), machine);
  gtk_editable_set_text (GTK_EDITABLE (self->name_row), name);
  show_ways (self);
  g_signal_connect_object (self->destination_group, "notify::destination", G_CALLBACK (update), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->name_row, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->fix_switch, "notify::active", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->fix_chooser, "notify::is-complete", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->forced_switch, "notify::active", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  embark_destination_group_set_account (self->destination_group, embark_context_get_account (context));
  update (self);
  return GTK_WIDGET (self);
}
