/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkCheckBanner: follows the disk and the job of its check. A failure that
 * left nothing to show is the matter of gui/check-view.c.
 */
#include "gui/check-banner.h"

#include <glib/gi18n.h>

#include "gui/error-text.h"

struct _EmbarkCheckBanner
{
  AdwBin parent_instance;

  /* Owned */
  EmbarkDisk *disk;
  GSignalGroup *disk_signals;
  GSignalGroup *job_signals;

  /* Template children */
  GtkWidget *running_card;
  GtkLabel *stage_label;
  GtkProgressBar *progress_bar;
  GtkLabel *slow_label;
  GtkWidget *failed_card;
  GtkLabel *failed_title;
  GtkLabel *failed_body;
};

G_DEFINE_FINAL_TYPE (EmbarkCheckBanner, embark_check_banner, ADW_TYPE_BIN)

typedef struct
{
  const char *stage;
  const char *words;
} Stage;

static const Stage stages[] = {
  { "probe", N_ ("Reading the header of the image") }, { "export", N_ ("Opening the disk, read-only") },
  { "measure", N_ ("Measuring what would be sent") },  { "launch", N_ ("Starting a small machine that looks inside") },
  { "filesystems", N_ ("Finding file systems") },      { "inspect", N_ ("Finding the operating system") },
  { "mount", N_ ("Opening file systems, read-only") }, { "kernels", N_ ("Looking at kernels and drivers") },
  { "finish", N_ ("Judging what was seen") },
};

static const char *describe_stage (const char *stage)
{
  for (guint i = 0; i < G_N_ELEMENTS (stages); i++)
    if (g_strcmp0 (stage, stages[i].stage) == 0)
      return _ (stages[i].words);
  return _ ("Waiting for other checks to end");
}

static void show_progress (EmbarkCheckBanner *self)
{
  EmbarkJob *job = embark_disk_get_job (self->disk);

  if (job == NULL)
    return;

  gtk_label_set_label (self->stage_label, describe_stage (embark_job_get_report (job)->stage));
  gtk_progress_bar_set_fraction (self->progress_bar, embark_job_get_progress (job));
  gtk_widget_set_visible (GTK_WIDGET (self->slow_label), embark_disk_is_slow (self->disk));
}

static void show_failure (EmbarkCheckBanner *self)
{
  g_autoptr (EmbarkErrorText) text = embark_error_text_new (embark_disk_get_error (self->disk));
  g_autofree char *body = embark_error_text_join (text);

  gtk_label_set_label (self->failed_title, text->heading);
  gtk_label_set_label (self->failed_body, body);
}

static void update (EmbarkCheckBanner *self)
{
  EmbarkJob *job = self->disk != NULL ? embark_disk_get_job (self->disk) : NULL;
  gboolean is_failed = job == NULL && self->disk != NULL && embark_disk_get_error (self->disk) != NULL
                       && embark_disk_get_report (self->disk) != NULL;

  g_signal_group_set_target (self->job_signals, job);
  if (job != NULL)
    show_progress (self);
  if (is_failed)
    show_failure (self);
  gtk_widget_set_visible (self->running_card, job != NULL);
  gtk_widget_set_visible (self->failed_card, is_failed);
  gtk_widget_set_visible (GTK_WIDGET (self), job != NULL || is_failed);
}

static void again_activated (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  embark_disk_check_again (EMBARK_CHECK_BANNER (widget)->disk);
}

static void cancel_activated (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  embark_disk_cancel_check (EMBARK_CHECK_BANNER (widget)->disk);
}

static void embark_check_banner_dispose (GObject *object)
{
  EmbarkCheckBanner *self = EMBARK_CHECK_BANNER (object);

  /* The parent class keeps its child by a pointer of its own, which the next call would leave dangling. */
  adw_bin_set_child (ADW_BIN (self), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), EMBARK_TYPE_CHECK_BANNER);
  g_clear_object (&self->disk_signals);
  g_clear_object (&self->job_signals);
  g_clear_object (&self->disk);
  G_OBJECT_CLASS (embark_check_banner_parent_class)->dispose (object);
}

static void embark_check_banner_class_init (EmbarkCheckBannerClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = embark_check_banner_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/embark/Embark/ui/check-banner.ui");
  gtk_widget_class_bind_template_child (widget_class, EmbarkCheckBanner, running_card);
  gtk_widget_class_bind_template_child (widget_class, EmbarkCheckBanner, stage_label);
  gtk_widget_class_bind_template_child (widget_class, EmbarkCheckBanner, progress_bar);
  gtk_widget_class_bind_template_child (widget_class, EmbarkCheckBanner, slow_label);
  gtk_widget_class_bind_template_child (widget_class, EmbarkCheckBanner, failed_card);
  gtk_widget_class_bind_template_child (widget_class, EmbarkCheckBanner, failed_title);
  gtk_widget_class_bind_template_child (widget_class, EmbarkCheckBanner, failed_body);
  gtk_widget_class_install_action (widget_class, "check.cancel", NULL, cancel_activated);
  gtk_widget_class_install_action (widget_class, "check.again", NULL, again_activated);
}

static void embark_check_banner_init (EmbarkCheckBanner *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
  self->disk_signals = g_signal_group_new (EMBARK_TYPE_DISK);
  self->job_signals = g_signal_group_new (EMBARK_TYPE_JOB);
  g_signal_group_connect_swapped (self->disk_signals, "notify", G_CALLBACK (update), self);
  g_signal_group_connect_swapped (self->job_signals, "notify", G_CALLBACK (show_progress), self);
}

void embark_check_banner_set_disk (EmbarkCheckBanner *self, EmbarkDisk *disk)
{
  g_return_if_fail (EMBARK_IS_CHECK_BANNER (self));

  g_set_object (&self->disk, disk);
  g_signal_group_set_target (self->disk_signals, disk);
  update (self);
}
