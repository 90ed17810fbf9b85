/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkMigrationPage: one update function for the state of the migration.
 */
#include "gui/migration-page.h"

#include <glib/gi18n.h>

#include "gui/error-text.h"
#include "gui/format.h"
#include "gui/migration-card.h"
#include "gui/migration-row.h"
#include "gui/outcome-icon.h"
#include "gui/system-tile.h"
#include "model/base/errors.h"
#include "model/check/codes.h"
#include "model/destination.h"

#define CONSOLE_IMAGES "https://console.cloud.tencent.com/cvm/image"

struct _EmbarkMigrationPage
{
  AdwBin parent_instance;

  /* Owned */
  EmbarkMigration *migration;
  GSignalGroup *signals;
  GSignalGroup *events_signals;

  /* Template children */
  GtkScrolledWindow *scroller;
  EmbarkSystemTile *tile;
  GtkLabel *name_label;
  GtkLabel *description_label;
  EmbarkMigrationCard *card;
  GtkWidget *end_card;
  GtkImage *end_icon;
  GtkLabel *end_title;
  GtkLabel *end_body;
  GtkWidget *explain_button;
  GtkWidget *image_box;
  AdwActionRow *image_row;
  GtkWidget *events_box;
  GtkListBox *events_list;
  GtkWidget *bottom_bar;
  GtkLabel *hint_label;
  GtkWidget *cancel_button;
  GtkWidget *pause_button;
  GtkWidget *remove_button;
  GtkWidget *continue_button;
};

G_DEFINE_FINAL_TYPE (EmbarkMigrationPage, embark_migration_page, ADW_TYPE_BIN)

/* "Debian 12 · 64-bit · to image “web-01” in Guangzhou" */
static void show_header (EmbarkMigrationPage *self)
{
  EmbarkMigration *migration = self->migration;
  g_autoptr (EmbarkDestination) destination =
      embark_destination_new (embark_migration_get_region (migration), embark_migration_get_bucket (migration));
  const char *region = embark_destination_get_region_name (destination);
  const char *system = embark_migration_get_system (migration);
  g_autofree char *goal = NULL;
  g_autofree char *text = NULL;

  if (embark_migration_is_import_wanted (migration))
    /* Translators: name of an image, then a region: "to the image “web-01-2026-11” in Guangzhou". */
    goal = g_strdup_printf (_ ("to the image “%s” in %s"), embark_migration_get_image_name (migration), region);
  else
    /* Translators: a bucket with its region. */
    goal = g_strdup_printf (_ ("to the bucket %s"), embark_destination_get_title (destination));
  /* Translators: a system, then where it goes: "Debian 12 · 64-bit · to the image “web-01” in Guangzhou". */
  text = system != NULL ? g_strdup_printf (_ ("%s · %s"), system, goal) : g_strdup (goal);

  embark_system_tile_set_system (self->tile, embark_migration_get_system_id (migration));
  gtk_label_set_label (self->name_label, embark_migration_get_machine_name (migration));
  gtk_label_set_label (self->description_label, text);
}

static void set_end (EmbarkMigrationPage *self, EmbarkOutcome outcome, const char *style, const char *title,
                     const char *body)
{
  static const char *const styles[] = { "ready", "blocked", "unknown" };

  for (guint i = 0; i < G_N_ELEMENTS (styles); i++)
    gtk_widget_remove_css_class (self->end_card, styles[i]);
  gtk_widget_add_css_class (self->end_card, style);
  embark_outcome_icon_show (self->end_icon, outcome);
  gtk_label_set_label (self->end_title, title);
  gtk_label_set_label (self->end_body, body);
}

/* The code that the error names; a failed import names none, since the cloud tells it elsewhere. */
static void show_explain_button (EmbarkMigrationPage *self, const GError *error)
{
  const EmbarkCode *code = error != NULL ? embark_codes_find_in (error->message) : NULL;
  gboolean is_import_failed = g_error_matches (error, EMBARK_ERROR, EMBARK_ERROR_IMPORT_FAILED);
  g_autofree char *words = NULL;

  gtk_widget_set_visible (self->explain_button, code != NULL || is_import_failed);
  /* Translators: %s is an error code of the cloud. */
  words = code != NULL ? g_strdup_printf (_ ("Explain %s"), code->code) : g_strdup (_ ("Explain an Error Code…"));
  gtk_button_set_label (GTK_BUTTON (self->explain_button), words);
  /* The action and its parameter belong together: neither is set while the other is of before. */
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->explain_button), NULL);
  gtk_actionable_set_action_target_value (GTK_ACTIONABLE (self->explain_button),
                                          code != NULL ? g_variant_new_string (code->code) : NULL);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->explain_button),
                                  code != NULL ? "win.explain" : "win.explain-codes");
}

static void show_end (EmbarkMigrationPage *self)
{
  EmbarkMigration *migration = self->migration;
  const GError *error = embark_migration_get_error (migration);
  gboolean is_running = embark_migration_is_running (migration);
  g_autoptr (EmbarkErrorText) text = NULL;
  g_autofree char *body = NULL;

  gtk_widget_set_visible (self->end_card, !is_running);
  if (is_running)
    return;
  show_explain_button (self, error);

  if (error != NULL)
    {
      text = embark_error_text_new (error);
      body = embark_error_text_join (text);
      set_end (self, EMBARK_OUTCOME_BLOCKER, "blocked", text->heading, body);
    }
  else if (embark_migration_get_outcome (migration) == EMBARK_OUTCOME_PASS)
    set_end (self, EMBARK_OUTCOME_PASS, "ready",
             embark_migration_is_import_wanted (migration) ? _ ("The image is ready") : _ ("The disk is in the bucket"),
             embark_migration_is_import_wanted (migration)
                 ? _ ("You can now start cloud servers from it or reinstall one with it.")
                 : embark_migration_get_key (migration));
  else if (embark_migration_is_elsewhere (migration))
    set_end (self, EMBARK_OUTCOME_UNKNOWN, "unknown", _ ("Another Embark works on it"),
             _ ("It was started in a terminal or another session. When that one ends, its result is shown here."));
  else
    set_end (self, EMBARK_OUTCOME_UNKNOWN, "unknown", _ ("It stopped before its end"),
             embark_migration_can_continue (migration)
                 ? _ ("Press “Continue” to go on from where it was. What the bucket has already is not sent again.")
                 : _ ("It cannot go on from here. Start a new import from the machine."));
}

static void show_image (EmbarkMigrationPage *self)
{
  const char *image_id = embark_migration_get_image_id (self->migration);

  gtk_widget_set_visible (self->image_box, image_id != NULL);
  if (image_id != NULL)
    adw_action_row_set_subtitle (self->image_row, image_id);
}

static void show_buttons (EmbarkMigrationPage *self)
{
  gboolean is_running = embark_migration_is_running (self->migration);
  gboolean is_elsewhere = embark_migration_is_elsewhere (self->migration);

  gtk_widget_set_visible (self->cancel_button, is_running);
  gtk_widget_set_visible (self->pause_button, embark_migration_can_pause (self->migration));
  gtk_widget_set_visible (self->continue_button, embark_migration_is_paused (self->migration)
                                                     || embark_migration_can_continue (self->migration));
  gtk_widget_set_visible (self->remove_button, !is_running && !is_elsewhere);
  gtk_label_set_label (self->hint_label,
                       is_running && !embark_migration_is_paused (self->migration)
                           ? _ ("You can close the window: Embark goes on and tells you when the image is ready.")
                           : "");
}

static void update (EmbarkMigrationPage *self)
{
  if (self->migration == NULL)
    return;

  show_header (self);
  show_end (self);
  show_image (self);
  show_buttons (self);
}

static GtkWidget *make_event_row (gpointer item, gpointer user_data)
{
  EmbarkEvent *event = item;
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *icon = gtk_image_new ();
  g_autofree char *clock = embark_format_clock (embark_event_get_time (event));
  GtkWidget *time_label = gtk_label_new (clock);

  embark_outcome_icon_show (GTK_IMAGE (icon), embark_event_get_outcome (event));
  gtk_image_set_pixel_size (GTK_IMAGE (icon), 20);
  gtk_widget_add_css_class (time_label, "dim-label");
  gtk_widget_add_css_class (time_label, "caption");
  gtk_widget_add_css_class (time_label, "numeric");
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), embark_event_get_title (event));
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), embark_event_get_detail (event));
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), icon);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), time_label);
  return row;
}

static void events_changed_cb (GListModel *events, guint position, guint n_removed, guint n_added,
                               EmbarkMigrationPage *self)
{
  gtk_widget_set_visible (self->events_box, g_list_model_get_n_items (events) > 0);
}

static void cancel_answered_cb (AdwMessageDialog *dialog, const char *response, EmbarkMigration *migration)
{
  if (g_str_equal (response, "stop"))
    embark_migration_cancel (migration);
}

/* What the bucket loses. */
static const char *describe_cancel (EmbarkMigration *migration)
{
  if (embark_migration_get_state (migration) == EMBARK_MIGRATION_IMPORTING)
    return _ ("The cloud has accepted the import already and goes on with it. Embark only stops watching it.");
  if (embark_migration_get_state (migration) == EMBARK_MIGRATION_UPLOADING)
    return _ ("All parts that were sent are removed from the bucket, so that nothing stays there that costs money. The "
              "disk itself is not changed. To go on later, use “Pause”, or quit Embark and continue another day.");
  return _ ("Nothing was sent in this run. The disk itself is not changed.");
}

static void cancel_activated (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  EmbarkMigrationPage *self = EMBARK_MIGRATION_PAGE (widget);
  GtkWidget *dialog =
      adw_message_dialog_new (GTK_WINDOW (gtk_widget_get_root (widget)), _ ("Cancel This Import?"), NULL);

  adw_message_dialog_set_body (ADW_MESSAGE_DIALOG (dialog), describe_cancel (self->migration));
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "go-on", _ ("_Go On"), "stop", _ ("_Cancel Import"),
                                    NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "stop", ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "go-on");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "go-on");
  g_signal_connect_object (dialog, "response", G_CALLBACK (cancel_answered_cb), self->migration, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void pause_activated (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  embark_migration_pause (EMBARK_MIGRATION_PAGE (widget)->migration);
}

static void copy_activated (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  EmbarkMigrationPage *self = EMBARK_MIGRATION_PAGE (widget);

  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), embark_migration_get_image_id (self->migration));
  gtk_widget_activate_action (widget, "win.toast", "s", _ ("Image id copied"));
}

static void console_activated (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  gtk_show_uri (GTK_WINDOW (gtk_widget_get_root (widget)), CONSOLE_IMAGES, GDK_CURRENT_TIME);
}

/* The window owns what touches the list of migrations: these only say which one. */
static void forward_activated (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  EmbarkMigrationPage *self = EMBARK_MIGRATION_PAGE (widget);

  if (g_str_equal (action_name, "migration.continue") && embark_migration_is_paused (self->migration))
    embark_migration_resume (self->migration);
  else if (g_str_equal (action_name, "migration.continue"))
    gtk_widget_activate_action (widget, "win.continue-migration", "s", embark_migration_get_id (self->migration));
  else if (g_str_equal (action_name, "migration.remove"))
    gtk_widget_activate_action (widget, "win.remove-migration", "s", embark_migration_get_id (self->migration));
  else
    gtk_widget_activate_action (widget, "win.show-machine", "s", embark_migration_get_machine_id (self->migration));
}

static void embark_migration_page_dispose (GObject *object)
{
  EmbarkMigrationPage *self = EMBARK_MIGRATION_PAGE (object);

  /* The parent class keeps its child by a pointer of its own, which the next call would leave dangling. */
  adw_bin_set_child (ADW_BIN (self), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), EMBARK_TYPE_MIGRATION_PAGE);
  g_clear_object (&self->signals);
  g_clear_object (&self->events_signals);
  g_clear_object (&self->migration);
  G_OBJECT_CLASS (embark_migration_page_parent_class)->dispose (object);
}

static void bind_template (GtkWidgetClass *widget_class)
{
  gtk_widget_class_set_template_from_resource (widget_class, "/org/embark/Embark/ui/migration-page.ui");
  gtk_widget_class_bind_template_child (widget_class, EmbarkMigrationPage, scroller);
  gtk_widget_class_bind_template_child (widget_class, EmbarkMigrationPage, tile);
  gtk_widget_class_bind_template_child (widget_class, EmbarkMigrationPage, name_label);
  gtk_widget_class_bind_template_child (widget_class, EmbarkMigrationPage, description_label);
  gtk_widget_class_bind_template_child (widget_class, EmbarkMigrationPage, card);
  gtk_widget_class_bind_template_child (widget_class, EmbarkMigrationPage, end_card);
  gtk_widget_class_bind_template_child (widget_class, EmbarkMigrationPage, end_icon);
  gtk_widget_class_bind_template_child (widget_class, EmbarkMigrationPage, end_title);
  gtk_widget_class_bind_template_child (widget_class, EmbarkMigrationPage, end_body);
  gtk_widget_class_bind_template_child (widget_class, EmbarkMigrationPage, explain_button);
  gtk_widget_class_bind_template_child (widget_class, EmbarkMigrationPage, image_box);
  gtk_widget_class_bind_template_child (widget_class, EmbarkMigrationPage, image_row);
  gtk_widget_class_bind_template_child (widget_class, EmbarkMigrationPage, events_box);
  gtk_widget_class_bind_template_child (widget_class, EmbarkMigrationPage, events_list);
  gtk_widget_class_bind_template_child (widget_class, EmbarkMigrationPage, bottom_bar);
  gtk_widget_class_bind_template_child (widget_class, EmbarkMigrationPage, hint_label);
  gtk_widget_class_bind_template_child (widget_class, EmbarkMigrationPage, cancel_button);
  gtk_widget_class_bind_template_child (widget_class, EmbarkMigrationPage, pause_button);
  gtk_widget_class_bind_template_child (widget_class, EmbarkMigrationPage, remove_button);
  gtk_widget_class_bind_template_child (widget_class, EmbarkMigrationPage, continue_button);
}

static void embark_migration_page_class_init (EmbarkMigrationPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = embark_migration_page_dispose;
  g_type_ensure (EMBARK_TYPE_SYSTEM_TILE);
  g_type_ensure (EMBARK_TYPE_MIGRATION_CARD);
  bind_template (widget_class);
  gtk_widget_class_install_action (widget_class, "migration.cancel", NULL, cancel_activated);
  gtk_widget_class_install_action (widget_class, "migration.pause", NULL, pause_activated);
  gtk_widget_class_install_action (widget_class, "migration.copy-image", NULL, copy_activated);
  gtk_widget_class_install_action (widget_class, "migration.open-console", NULL, console_activated);
  gtk_widget_class_install_action (widget_class, "migration.continue", NULL, forward_activated);
  gtk_widget_class_install_action (widget_class, "migration.remove", NULL, forward_activated);
  gtk_widget_class_install_action (widget_class, "migration.show-machine", NULL, forward_activated);
}

static void embark_migration_page_init (EmbarkMigrationPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->signals = g_signal_group_new (EMBARK_TYPE_MIGRATION);
  g_signal_group_connect_swapped (self->signals, "notify", G_CALLBACK (update), self);
  self->events_signals = g_signal_group_new (G_TYPE_LIST_MODEL);
  g_signal_group_connect_object (self->events_signals, "items-changed", G_CALLBACK (events_changed_cb), self, 0);
}

void embark_migration_page_set_migration (EmbarkMigrationPage *self, EmbarkMigration *migration)
{
  GListModel *events;

  g_return_if_fail (EMBARK_IS_MIGRATION_PAGE (self));

  if (!g_set_object (&self->migration, migration))
    return;

  g_signal_group_set_target (self->signals, migration);
  embark_migration_card_set_migration (self->card, migration);
  events = migration != NULL ? embark_migration_get_events (migration) : NULL;
  g_signal_group_set_target (self->events_signals, events);
  gtk_list_box_bind_model (self->events_list, events, make_event_row, NULL, NULL);
  if (migration == NULL)
    return;

  events_changed_cb (events, 0, 0, 0, self);
  gtk_adjustment_set_value (gtk_scrolled_window_get_vadjustment (self->scroller), 0);
  update (self);
}

EmbarkMigration *embark_migration_page_get_migration (EmbarkMigrationPage *self)
{
  g_return_val_if_fail (EMBARK_IS_MIGRATION_PAGE (self), NULL);

  return self->migration;
}

void embark_migration_page_set_narrow (EmbarkMigrationPage *self, gboolean is_narrow)
{
  g_return_if_fail (EMBARK_IS_MIGRATION_PAGE (self));

  gtk_orientable_set_orientation (GTK_ORIENTABLE (self->bottom_bar),
                                  is_narrow ? GTK_ORIENTATION_VERTICAL : GTK_ORIENTATION_HORIZONTAL);
}
