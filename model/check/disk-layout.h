/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a picture of a disk shows, from facts: segments from the first byte to
 * the last, gaps included. Plain data, no drawing.
 */
#pragma once

#include "model/base/facts.h"

G_BEGIN_DECLS

typedef struct
{
  guint64 start, size;
  guint64 used; /* bytes; 0 when not known */
  gboolean is_used_known;
  gboolean is_free; /* no partition is here */
  gboolean is_root; /* holds the system */
  char *title;      /* "/ · ext4", "C: · NTFS", "2", "free" */
  char *subtitle;   /* "1.2 GB of 2 GB used", "350 MB" */
} EmbarkDiskSegment;

void embark_disk_segment_free (EmbarkDiskSegment *self);
/* Of EmbarkDiskSegment, new; empty when nothing is known. */
GPtrArray *embark_disk_layout_new (EmbarkFacts *facts);
/* Where the segment @index stands in a picture of @width, with @gap between segments: each has its share of the width,
 * but never less than @smallest, so that it can be seen. */
void embark_disk_layout_place (GPtrArray *segments, guint index, double width, double gap, double smallest,
                               double *ret_from, double *ret_width);
/* One sentence for screen readers. Free. */
char *embark_disk_layout_describe (GPtrArray *segments);

G_END_DECLS
