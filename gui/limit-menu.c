/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkLimitMenu: the items of the menu are actions of the settings.
 */
#include "gui/limit-menu.h"

#include <glib/gi18n.h>

#include "gui/format.h"
#include "gui/settings.h"

struct _EmbarkLimitMenu
{
  AdwBin parent_instance;

  /* Owned */
  GSettings *settings;

  /* Template children */
  GtkMenuButton *button;
};

G_DEFINE_FINAL_TYPE (EmbarkLimitMenu, embark_limit_menu, ADW_TYPE_BIN)

static void update (EmbarkLimitMenu *self)
{
  EmbarkSendLimit limit;
  g_autofree char *speed = NULL;
  g_autofree char *text = NULL;

  embark_settings_get_send_limit (self->settings, &limit);
  speed = embark_format_speed ((double) limit.bytes_per_second);
  if (limit.bytes_per_second == 0)
    text = g_strdup (_ ("Limit Speed"));
  else if (limit.is_scheduled && limit.from_minute != limit.to_minute)
    /* Translators: the placeholder is a speed that holds at some hours of the day only: "At times 5 MB/s". */
    text = g_strdup_printf (_ ("At times %s"), speed);
  else
    /* Translators: the placeholder is a speed: "At most 5 MB/s". */
    text = g_strdup_printf (_ ("At most %s"), speed);
  gtk_menu_button_set_label (self->button, text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->button), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
}

static void embark_limit_menu_dispose (GObject *object)
{
  EmbarkLimitMenu *self = EMBARK_LIMIT_MENU (object);

  /* The parent class keeps its child by a pointer of its own, which the next call would leave dangling. */
  adw_bin_set_child (ADW_BIN (self), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), EMBARK_TYPE_LIMIT_MENU);
  g_clear_object (&self->settings);
  G_OBJECT_CLASS (embark_limit_menu_parent_class)->dispose (object);
}

static void embark_limit_menu_class_init (EmbarkLimitMenuClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = embark_limit_menu_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/embark/Embark/ui/limit-menu.ui");
  gtk_widget_class_bind_template_child (widget_class, EmbarkLimitMenu, button);
}

static void embark_limit_menu_init (EmbarkLimitMenu *self)
{
  g_autoptr (GSimpleActionGroup) group = g_simple_action_group_new ();
  g_autoptr (GAction) amount = NULL;
  g_autoptr (GAction) schedule = NULL;

  gtk_widget_init_template (GTK_WIDGET (self));
  self->settings = embark_settings_new ();
  amount = g_settings_create_action (self->settings, "send-limit");
  schedule = g_settings_create_action (self->settings, "send-limit-scheduled");
  g_action_map_add_action (G_ACTION_MAP (group), amount);
  g_action_map_add_action (G_ACTION_MAP (group), schedule);
  gtk_widget_insert_action_group (GTK_WIDGET (self), "limit", G_ACTION_GROUP (group));
  g_signal_connect_object (self->settings, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
}
