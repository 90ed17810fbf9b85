/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How many parts are worth sending at once: more while that makes the upload
 * faster, fewer when the cloud asks for it. Pure: the clock and what was sent
 * are given by the caller, who also locks. Private to this folder.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define EMBARK_LANES_FIRST 4
#define EMBARK_LANES_MAX 16

typedef struct
{
  guint lanes;
  guint max;
  guint64 part_size;
  guint before;    /* lanes before the trial under way; 0: none is */
  guint64 rate;    /* bytes per second before the trial */
  guint patience;  /* windows between a trial that brought nothing and the next */
  guint hold;      /* of those, how many are left */
  gint64 start_us; /* of the window; 0: none began */
  guint64 start_bytes;
  gint64 start_waited_us;
  gint64 halved_us; /* 0: never */
} EmbarkLaneControl;

/* @fixed: so many, whatever happens; 0: adaptive. */
void embark_lane_control_init (EmbarkLaneControl *self, guint fixed);
/* The size of the parts, which bounds how many may be in memory at once. */
void embark_lane_control_set_part_size (EmbarkLaneControl *self, guint64 bytes);
/* @bytes: sent so far in all. @waited_us: for how long in all there was a part but no free lane: without that, more
 * lanes would be of no use. Returns TRUE if the number of lanes changed. Call it as often as you like. */
gboolean embark_lane_control_measure (EmbarkLaneControl *self, guint64 bytes, gint64 waited_us, gint64 now_us);
/* The cloud said that this is too much. */
void embark_lane_control_throttle (EmbarkLaneControl *self, gint64 now_us);
/* Time during which nothing could be sent (paused, offline) is no measure. */
void embark_lane_control_interrupt (EmbarkLaneControl *self);

G_END_DECLS
