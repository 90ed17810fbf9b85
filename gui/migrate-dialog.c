/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkMigrateDialog: destination, name, forced import, summary, start.
 */
#include "gui/migrate-dialog.h"

#include <glib/gi18n.h>

#include "gui/destination-group.h"
#include "gui/error-text.h"
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

static void update (EmbarkMigrateDialog *self)
{
  EmbarkDestination *destination = embark_destination_group_get_destination (self->destination_group);
  gboolean has_name = gtk_editable_get_text (GTK_EDITABLE (self->name_row))[0] != '\0';
  gboolean is_agreed = self->way == EMBARK_WAY_PLAIN || gtk_switch_get_active (self->forced_switch);
  g_autofree char *summary = make_summary (self, destination);

  gtk_label_set_label (self->summary_label, summary);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "migrate.start", destination != NULL && has_name && is_agreed);
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
  /* Whoever hears of the start may close the window that this one belongs to. */
  g_autoptr (EmbarkMigrateDialog) self = g_object_ref (EMBARK_MIGRATE_DIALOG (widget));
  EmbarkDestination *destination = embark_destination_group_get_destination (self->destination_group);
  g_autofree char *name = g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->name_row))));
  g_autofree char *prefix = g_settings_get_string (self->settings, "key-prefix");
  g_autofree char *level = g_settings_get_string (self->settings, "compression");
  EmbarkMigrationParams params = {
    .region = embark_destination_get_region (destination),
    .bucket = embark_destination_get_bucket (destination),
    .key_prefix = prefix,
    .level = level,
    .image_name = name,
    .preparation = self->preparation,
    .is_forced = self->way == EMBARK_WAY_FORCED,
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
  gtk_widget_class_set_template_from_resource (widget_class, "/org/embark/Embark/ui/migrate-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, EmbarkMigrateDialog, destination_group);
  gtk_widget_class_bind_template_child (widget_class, EmbarkMigrateDialog, name_row);
  gtk_widget_class_bind_template_child (widget_class, EmbarkMigrateDialog, error_box);
  gtk_widget_class_bind_template_child (widget_class, EmbarkMigrateDialog, error_title);
  gtk_widget_class_bind_template_child (widget_class, EmbarkMigrateDialog, error_body);
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
  gtk_widget_set_visible (self->forced_group, way == EMBARK_WAY_FORCED);
  g_signal_connect_object (self->destination_group, "notify::destination", G_CALLBACK (update), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->name_row, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->forced_switch, "notify::active", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  embark_destination_group_set_account (self->destination_group, embark_context_get_account (context));
  update (self);
  return GTK_WIDGET (self);
}
