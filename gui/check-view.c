/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkCheckView: follows the disk.
 */
#include "gui/check-view.h"

#include <glib/gi18n.h>

#include "gui/error-text.h"
#include "gui/page-stack.h"

struct _EmbarkCheckView
{
  AdwBin parent_instance;

  /* Owned */
  EmbarkDisk *disk;
  GSignalGroup *disk_signals;

  /* Template children */
  GtkStack *stack;
  AdwStatusPage *error_page;
};

G_DEFINE_FINAL_TYPE (EmbarkCheckView, embark_check_view, ADW_TYPE_BIN)

static void show_error (EmbarkCheckView *self, const GError *error)
{
  g_autoptr (EmbarkErrorText) text = embark_error_text_new (error);
  g_autofree char *body = embark_error_text_join (text);
  g_autofree char *markup = g_markup_escape_text (body, -1);

  adw_status_page_set_title (self->error_page, text->heading);
  adw_status_page_set_description (self->error_page, markup);
}

static void update (EmbarkCheckView *self)
{
  const GError *error;

  if (self->disk == NULL)
    return;

  error = embark_disk_get_error (self->disk);
  if (error != NULL)
    {
      show_error (self, error);
      embark_page_stack_show (self->stack, "error");
    }
  else
    embark_page_stack_show (self->stack, "unchecked");
}

static void check_activated (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  embark_disk_check (EMBARK_CHECK_VIEW (widget)->disk);
}

static void embark_check_view_dispose (GObject *object)
{
  EmbarkCheckView *self = EMBARK_CHECK_VIEW (object);

  /* The parent class keeps its child by a pointer of its own, which the next call would leave dangling. */
  adw_bin_set_child (ADW_BIN (self), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), EMBARK_TYPE_CHECK_VIEW);
  g_clear_object (&self->disk_signals);
  g_clear_object (&self->disk);
  G_OBJECT_CLASS (embark_check_view_parent_class)->dispose (object);
}

static void embark_check_view_class_init (EmbarkCheckViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = embark_check_view_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/embark/Embark/ui/check-view.ui");
  gtk_widget_class_bind_template_child (widget_class, EmbarkCheckView, stack);
  gtk_widget_class_bind_template_child (widget_class, EmbarkCheckView, error_page);
  gtk_widget_class_install_action (widget_class, "check.start", NULL, check_activated);
}

static void embark_check_view_init (EmbarkCheckView *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  embark_page_stack_show (self->stack, "unchecked");
  self->disk_signals = g_signal_group_new (EMBARK_TYPE_DISK);
  g_signal_group_connect_swapped (self->disk_signals, "notify", G_CALLBACK (update), self);
}

void embark_check_view_set_disk (EmbarkCheckView *self, EmbarkDisk *disk)
{
  g_return_if_fail (EMBARK_IS_CHECK_VIEW (self));

  g_set_object (&self->disk, disk);
  g_signal_group_set_target (self->disk_signals, disk);
  update (self);
}
