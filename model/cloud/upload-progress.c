/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an upload counts and tells. The second mutex keeps reports of two
 * threads from arriving in the wrong order.
 */
#include "model/cloud/upload-private.h"

#define REPORT_INTERVAL_US (G_USEC_PER_SEC / 10)
/* One broken connection is nothing to speak of. */
#define OFFLINE_AFTER 2

/* With the mutex held. */
static gboolean is_offline (EmbarkUpload *self)
{
  for (guint i = 0; i < self->senders->len; i++)
    {
      const EmbarkSender *sender = g_ptr_array_index (self->senders, i);

      if (sender->n_failed < OFFLINE_AFTER)
        return FALSE;
    }
  return self->senders->len > 0;
}

/* With the mutex held. */
static const char *find_stage (EmbarkUpload *self)
{
  if (self->gate != NULL && !embark_gate_is_open (self->gate))
    return "paused";
  if (is_offline (self))
    return "offline";
  return self->is_finishing ? "finish" : "send";
}

/* With the mutex held: fills @ret_progress and returns TRUE if it is time to tell. */
static gboolean take_report (EmbarkUpload *self, gboolean is_forced, EmbarkProgress *ret_progress)
{
  gint64 now = g_get_monotonic_time ();
  const char *stage = find_stage (self);

  if (self->progress == NULL
      || (!is_forced && stage == self->reported_stage && now - self->reported_at < REPORT_INTERVAL_US))
    return FALSE;
  self->reported_at = now;
  self->reported_stage = stage;
  *ret_progress = (EmbarkProgress){ .fraction = -1,
                                    .bytes_done = self->bytes_acknowledged,
                                    .bytes_kept = self->bytes_kept,
                                    .bytes_moved = self->bytes_moved };
  g_strlcpy (ret_progress->stage, stage, sizeof ret_progress->stage);
  for (guint i = 0; i < self->senders->len && !self->is_finishing; i++)
    ret_progress->in_flight += ((const EmbarkSender *) g_ptr_array_index (self->senders, i))->is_trying;
  return TRUE;
}

void embark_upload_tell (EmbarkUpload *self, gboolean is_forced)
{
  EmbarkProgress progress;
  gboolean is_due;

  g_mutex_lock (&self->report_mutex);
  g_mutex_lock (&self->mutex);
  is_due = take_report (self, is_forced, &progress);
  g_mutex_unlock (&self->mutex);
  if (is_due)
    self->progress (&progress, self->progress_data);
  g_mutex_unlock (&self->report_mutex);
}

/* With the mutex held. */
static void measure (EmbarkUpload *self)
{
  gint64 now = g_get_monotonic_time ();
  gint64 waited = self->waited_us + (self->waiting_since_us > 0 ? now - self->waiting_since_us : 0);

  if (embark_lane_control_measure (&self->lanes, self->bytes_moved, waited, now))
    {
      g_debug ("%u parts of %s at once", self->lanes.lanes, self->key);
      g_cond_broadcast (&self->changed);
    }
}

void embark_upload_note_sent (EmbarkUpload *self, EmbarkSender *sender, guint64 bytes_sent)
{
  g_mutex_lock (&self->mutex);
  self->bytes_moved += bytes_sent > sender->bytes_sent ? bytes_sent - sender->bytes_sent : 0;
  sender->bytes_sent = MAX (sender->bytes_sent, bytes_sent);
  measure (self);
  g_mutex_unlock (&self->mutex);
  embark_upload_tell (self, FALSE);
}

void embark_upload_note_failed (EmbarkUpload *self, EmbarkSender *sender, gboolean is_throttled)
{
  g_mutex_lock (&self->mutex);
  sender->n_failed++;
  sender->bytes_sent = 0;
  if (is_throttled)
    embark_lane_control_throttle (&self->lanes, g_get_monotonic_time ());
  if (is_offline (self))
    embark_lane_control_interrupt (&self->lanes);
  g_mutex_unlock (&self->mutex);
  embark_upload_tell (self, FALSE);
}

void embark_upload_note_arrival (EmbarkUpload *self)
{
  self->n_arrived++;
  for (guint i = 0; i < self->senders->len; i++)
    ((EmbarkSender *) g_ptr_array_index (self->senders, i))->n_failed = 0;
  measure (self);
  g_cond_broadcast (&self->changed);
}
