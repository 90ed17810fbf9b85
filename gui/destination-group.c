/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkDestinationGroup: the buckets come from a job; what was chosen last is
 * chosen again when it is among them.
 */
#include "gui/destination-group.h"

#include <glib/gi18n.h>

#include "gui/bucket-dialog.h"
#include "gui/error-text.h"
#include "gui/region-row.h"
#include "gui/settings.h"

struct _EmbarkDestinationGroup
{
  AdwPreferencesGroup parent_instance;

  /* Owned */
  EmbarkAccount *account;
  EmbarkJob *job;
  EmbarkDestination *destination;
  GSettings *settings;
  char *wanted_region;
  char *wanted_bucket;

  /* Template children */
  AdwComboRow *bucket_row;
  AdwExpanderRow *manual_row;
  AdwComboRow *region_row;
  AdwEntryRow *name_row;
  AdwActionRow *error_row;
  GtkSpinner *spinner;
};

enum
{
  PROP_0,
  PROP_DESTINATION,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (EmbarkDestinationGroup, embark_destination_group, ADW_TYPE_PREFERENCES_GROUP)

static void show_error (EmbarkDestinationGroup *self, const GError *error)
{
  g_autoptr (EmbarkErrorText) text = NULL;
  g_autofree char *body = NULL;

  gtk_widget_set_visible (GTK_WIDGET (self->error_row), error != NULL);
  if (error == NULL)
    return;

  text = embark_error_text_new (error);
  body = embark_error_text_join (text);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->error_row), text->heading);
  adw_action_row_set_subtitle (self->error_row, body);
}

/* The name as typed by hand, with its region; NULL with @error while it is not valid. */
static EmbarkDestination *read_manual (EmbarkDestinationGroup *self, GError **error)
{
  g_autofree char *bucket = g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->name_row))));
  const char *region = embark_region_row_get (self->region_row);

  if (region == NULL || bucket[0] == '\0' || !embark_destination_check (region, bucket, error))
    return NULL;

  return embark_destination_new (region, bucket);
}

static void update (EmbarkDestinationGroup *self)
{
  gboolean is_manual = adw_expander_row_get_enable_expansion (self->manual_row);
  gboolean has_buckets = g_list_model_get_n_items (embark_account_get_buckets (self->account)) > 0;
  g_autoptr (EmbarkDestination) destination = NULL;
  g_autoptr (GError) error = NULL;

  if (is_manual)
    destination = read_manual (self, &error);
  else if (has_buckets)
    g_set_object (&destination, adw_combo_row_get_selected_item (self->bucket_row));

  if (is_manual)
    show_error (self, error);
  gtk_widget_set_sensitive (GTK_WIDGET (self->bucket_row), !is_manual && has_buckets);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->bucket_row),
                               has_buckets || self->job != NULL ? "" : _ ("There is none yet: press “New Bucket…”"));
  gtk_widget_set_visible (GTK_WIDGET (self->spinner), self->job != NULL);
  gtk_spinner_set_spinning (self->spinner, self->job != NULL);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "destination.refresh", self->job == NULL);
  if (g_set_object (&self->destination, destination))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DESTINATION]);
}

/* @bucket may lack "-APPID". */
static gboolean is_bucket (EmbarkDestination *destination, const char *region, const char *bucket)
{
  const char *name = embark_destination_get_bucket (destination);

  if (bucket == NULL || g_strcmp0 (embark_destination_get_region (destination), region) != 0)
    return FALSE;
  if (g_str_equal (name, bucket))
    return TRUE;
  return g_str_has_prefix (name, bucket) && name[strlen (bucket)] == '-';
}

static void select_wanted (EmbarkDestinationGroup *self)
{
  GListModel *buckets = embark_account_get_buckets (self->account);

  for (guint i = 0; i < g_list_model_get_n_items (buckets); i++)
    {
      g_autoptr (EmbarkDestination) destination = g_list_model_get_item (buckets, i);

      if (is_bucket (destination, self->wanted_region, self->wanted_bucket))
        adw_combo_row_set_selected (self->bucket_row, i);
    }
}

static void job_finished_cb (EmbarkDestinationGroup *self, EmbarkJob *job)
{
  g_autoptr (EmbarkJob) finished = g_steal_pointer (&self->job);
  const GError *error = embark_job_get_error (finished);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  select_wanted (self);
  if (error != NULL)
    adw_expander_row_set_enable_expansion (self->manual_row, TRUE);
  update (self);
  show_error (self, error);
}

static void refresh (EmbarkDestinationGroup *self)
{
  show_error (self, NULL);
  self->job = embark_account_list_buckets (self->account);
  g_signal_connect_object (self->job, "finished", G_CALLBACK (job_finished_cb), self, G_CONNECT_SWAPPED);
  update (self);
  if (embark_job_is_finished (self->job))
    job_finished_cb (self, self->job);
}

static void refresh_activated (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  refresh (EMBARK_DESTINATION_GROUP (widget));
}

static void created_cb (GtkWidget *dialog, const char *region, const char *bucket, EmbarkDestinationGroup *self)
{
  g_free (self->wanted_region);
  g_free (self->wanted_bucket);
  self->wanted_region = g_strdup (region);
  self->wanted_bucket = g_strdup (bucket);
  adw_expander_row_set_enable_expansion (self->manual_row, FALSE);
  show_error (self, NULL);
  select_wanted (self);
  update (self);
}

static void create_activated (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  EmbarkDestinationGroup *self = EMBARK_DESTINATION_GROUP (widget);
  GtkWidget *dialog =
      embark_bucket_dialog_new (GTK_WINDOW (gtk_widget_get_root (widget)), self->account, self->wanted_region);

  g_signal_connect_object (dialog, "created", G_CALLBACK (created_cb), self, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void embark_destination_group_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  EmbarkDestinationGroup *self = EMBARK_DESTINATION_GROUP (object);

  if (prop_id == PROP_DESTINATION)
    g_value_set_object (value, self->destination);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void embark_destination_group_dispose (GObject *object)
{
  EmbarkDestinationGroup *self = EMBARK_DESTINATION_GROUP (object);

  if (self->job != NULL)
    embark_job_cancel (self->job);
  g_clear_object (&self->job);
  gtk_widget_dispose_template (GTK_WIDGET (self), EMBARK_TYPE_DESTINATION_GROUP);
  g_clear_object (&self->account);
  g_clear_object (&self->destination);
  g_clear_object (&self->settings);
  g_clear_pointer (&self->wanted_region, g_free);
  g_clear_pointer (&self->wanted_bucket, g_free);
  G_OBJECT_CLASS (embark_destination_group_parent_class)->dispose (object);
}

static void embark_destination_group_class_init (EmbarkDestinationGroupClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = embark_destination_group_get_property;
  object_class->dispose = embark_destination_group_dispose;
  properties[PROP_DESTINATION] = g_param_spec_object ("destination", NULL, NULL, EMBARK_TYPE_DESTINATION,
                                                      G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  g_type_ensure (EMBARK_TYPE_DESTINATION);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/embark/Embark/ui/destination-group.ui");
  gtk_widget_class_bind_template_child (widget_class, EmbarkDestinationGroup, bucket_row);
  gtk_widget_class_bind_template_child (widget_class, EmbarkDestinationGroup, manual_row);
  gtk_widget_class_bind_template_child (widget_class, EmbarkDestinationGroup, region_row);
  gtk_widget_class_bind_template_child (widget_class, EmbarkDestinationGroup, name_row);
  gtk_widget_class_bind_template_child (widget_class, EmbarkDestinationGroup, error_row);
  gtk_widget_class_bind_template_child (widget_class, EmbarkDestinationGroup, spinner);
  gtk_widget_class_install_action (widget_class, "destination.refresh", NULL, refresh_activated);
  gtk_widget_class_install_action (widget_class, "destination.create", NULL, create_activated);
}

static void embark_destination_group_init (EmbarkDestinationGroup *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->settings = embark_settings_new ();
  embark_region_row_fill (self->region_row);
  gtk_widget_set_visible (GTK_WIDGET (self->error_row), FALSE);
}

void embark_destination_group_set_account (EmbarkDestinationGroup *self, EmbarkAccount *account)
{
  g_return_if_fail (EMBARK_IS_DESTINATION_GROUP (self));
  g_return_if_fail (self->account == NULL);

  self->account = g_object_ref (account);
  if (embark_settings_get_last_destination (self->settings, &self->wanted_bucket, &self->wanted_region))
    {
      embark_region_row_set (self->region_row, self->wanted_region);
      gtk_editable_set_text (GTK_EDITABLE (self->name_row), self->wanted_bucket);
    }
  adw_combo_row_set_model (self->bucket_row, embark_account_get_buckets (account));
  g_signal_connect_object (self->bucket_row, "notify::selected-item", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->manual_row, "notify::enable-expansion", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->region_row, "notify::selected-item", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->name_row, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  refresh (self);
}

EmbarkDestination *embark_destination_group_get_destination (EmbarkDestinationGroup *self)
{
  g_return_val_if_fail (EMBARK_IS_DESTINATION_GROUP (self), NULL);

  return self->destination;
}
