/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkSpeedHistory: one sample whenever the bar moved by a two hundredth.
 */
#include "gui/speed-history.h"

#define STEP (1.0 / 200)
#define FRESH_START 0.2

struct _EmbarkSpeedHistory
{
  GObject parent_instance;

  /* Owned */
  GArray *samples;
};

G_DEFINE_FINAL_TYPE (EmbarkSpeedHistory, embark_speed_history, G_TYPE_OBJECT)

static guint changed_signal;

static void progress_changed_cb (EmbarkMigration *migration, GParamSpec *pspec, EmbarkSpeedHistory *self)
{
  const EmbarkProgress *report = embark_migration_get_report (migration);
  EmbarkSpeedSample sample = { 0, embark_migration_get_speed (migration) };
  const EmbarkSpeedSample *last;

  if (embark_migration_get_state (migration) != EMBARK_MIGRATION_UPLOADING || report->bytes_total == 0)
    return;

  sample.progress = MIN ((double) report->bytes_done / (double) report->bytes_total, 1);
  if (sample.speed <= 0)
    return;
  last = self->samples->len > 0 ? &g_array_index (self->samples, EmbarkSpeedSample, self->samples->len - 1) : NULL;
  /* The size of the object is estimated while it is made, so the share of it may go back a little: only who begins anew
   * goes back far. */
  if (last != NULL && sample.progress < last->progress - FRESH_START)
    g_array_set_size (self->samples, 0);
  else if (last != NULL && sample.progress - last->progress < STEP)
    return;

  g_array_append_val (self->samples, sample);
  g_signal_emit (self, changed_signal, 0);
}

static void embark_speed_history_finalize (GObject *object)
{
  EmbarkSpeedHistory *self = EMBARK_SPEED_HISTORY (object);

  g_clear_pointer (&self->samples, g_array_unref);
  G_OBJECT_CLASS (embark_speed_history_parent_class)->finalize (object);
}

static void embark_speed_history_class_init (EmbarkSpeedHistoryClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = embark_speed_history_finalize;
  changed_signal =
      g_signal_new ("changed", EMBARK_TYPE_SPEED_HISTORY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void embark_speed_history_init (EmbarkSpeedHistory *self)
{
  self->samples = g_array_new (FALSE, FALSE, sizeof (EmbarkSpeedSample));
}

EmbarkSpeedHistory *embark_speed_history_of (EmbarkMigration *migration)
{
  static const char key[] = "embark-speed-history";
  EmbarkSpeedHistory *self;

  g_return_val_if_fail (EMBARK_IS_MIGRATION (migration), NULL);

  self = g_object_get_data (G_OBJECT (migration), key);
  if (self != NULL)
    return self;

  self = g_object_new (EMBARK_TYPE_SPEED_HISTORY, NULL);
  g_signal_connect_object (migration, "notify::progress", G_CALLBACK (progress_changed_cb), self, 0);
  g_object_set_data_full (G_OBJECT (migration), key, self, g_object_unref);
  return self;
}

GArray *embark_speed_history_get_samples (EmbarkSpeedHistory *self)
{
  g_return_val_if_fail (EMBARK_IS_SPEED_HISTORY (self), NULL);

  return self->samples;
}
