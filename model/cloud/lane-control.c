/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Hill climbing: a window is measured, then the next one with half as many
 * lanes again. If that was not clearly faster, the old number comes back and
 * the next trial waits longer.
 */
#include "model/cloud/lane-control.h"

/* A connection that was just opened is slow for a while. */
#define SETTLE_US (1 * G_USEC_PER_SEC)
#define WINDOW_MIN_US (3 * G_USEC_PER_SEC)
#define WINDOW_MAX_US (15 * G_USEC_PER_SEC)
/* Parts under way when the cloud first said no say so too: one answer. */
#define THROTTLE_AGAIN_US (5 * G_USEC_PER_SEC)
#define PATIENCE_MIN 4
#define PATIENCE_MAX 32
#define PATIENCE_THROTTLED 8
#define MEMORY_MAX (96u * 1024 * 1024)
#define LANES_LEAST_FOR_MEMORY 2

void embark_lane_control_init (EmbarkLaneControl *self, guint fixed)
{
  *self = (EmbarkLaneControl){ .lanes = EMBARK_LANES_FIRST, .max = EMBARK_LANES_MAX, .patience = PATIENCE_MIN };
  if (fixed > 0)
    {
      self->lanes = fixed;
      self->max = 0;
    }
}

void embark_lane_control_set_part_size (EmbarkLaneControl *self, guint64 bytes)
{
  guint64 fitting = bytes > 0 ? MEMORY_MAX / bytes : EMBARK_LANES_MAX;

  if (self->max == 0 || bytes <= self->part_size)
    return;
  self->part_size = bytes;
  self->max = (guint) CLAMP (fitting, LANES_LEAST_FOR_MEMORY, EMBARK_LANES_MAX);
  self->lanes = MIN (self->lanes, self->max);
}

static void begin_window (EmbarkLaneControl *self, guint64 bytes, gint64 waited_us, gint64 now_us)
{
  self->start_us = now_us;
  self->start_bytes = bytes;
  self->start_waited_us = waited_us;
}

static void set_lanes (EmbarkLaneControl *self, guint lanes, guint64 bytes, gint64 waited_us, gint64 now_us)
{
  self->lanes = lanes;
  begin_window (self, bytes, waited_us, now_us + SETTLE_US);
}

/* TRUE if the trial brought more than the noise of a measurement. */
static gboolean judge_trial (EmbarkLaneControl *self, guint64 rate)
{
  gboolean is_faster = rate > self->rate + self->rate / 10;

  if (is_faster)
    self->patience = PATIENCE_MIN;
  else
    {
      self->hold = self->patience;
      self->patience = MIN (self->patience * 2, PATIENCE_MAX);
    }
  return is_faster;
}

gboolean embark_lane_control_measure (EmbarkLaneControl *self, guint64 bytes, gint64 waited_us, gint64 now_us)
{
  gint64 length = now_us - self->start_us;
  guint64 moved = bytes - self->start_bytes, rate;
  guint before = self->before, lanes = self->lanes;

  if (self->max == 0)
    return FALSE;
  if (self->start_us == 0 || length <= 0)
    {
      /* Also while a new number settles: the window begins with what is there at its beginning. */
      begin_window (self, bytes, waited_us, MAX (self->start_us, now_us));
      return FALSE;
    }
  if (length < WINDOW_MIN_US || (length < WINDOW_MAX_US && moved < lanes * self->part_size))
    return FALSE;

  rate = (guint64) ((double) moved * G_USEC_PER_SEC / (double) length);
  self->before = 0;
  if (waited_us - self->start_waited_us < length / 4)
    {
      begin_window (self, bytes, waited_us, now_us);
      return FALSE;
    }
  if (before > 0 && !judge_trial (self, rate))
    {
      set_lanes (self, MIN (before, lanes), bytes, waited_us, now_us);
      return TRUE;
    }
  if (self->hold > 0 || lanes >= self->max)
    {
      self->hold -= self->hold > 0;
      begin_window (self, bytes, waited_us, now_us);
      return FALSE;
    }
  self->before = lanes;
  self->rate = rate;
  set_lanes (self, MIN (lanes + MAX (lanes / 2, 1), self->max), bytes, waited_us, now_us);
  return TRUE;
}

void embark_lane_control_throttle (EmbarkLaneControl *self, gint64 now_us)
{
  if (self->max == 0 || (self->halved_us != 0 && now_us - self->halved_us < THROTTLE_AGAIN_US))
    return;
  self->halved_us = now_us;
  self->lanes = MAX (self->lanes / 2, 1);
  self->hold = PATIENCE_THROTTLED;
  embark_lane_control_interrupt (self);
}

void embark_lane_control_interrupt (EmbarkLaneControl *self)
{
  self->before = 0;
  self->start_us = 0;
}
