/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a blocking function below model/ reports while it works: plain data,
 * copied by the receiver. Callable from any thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  double fraction;      /* 0..1 of this function's own work; < 0: not known */
  char stage[40];       /* machine word, not translated: "launch", "inspect", "read", "send", "offline", "finish" … */
  guint64 bytes_read;   /* of the disk, holes included */
  guint64 bytes_done;   /* acknowledged by the bucket; never goes back */
  guint64 bytes_kept;   /* of those, what the bucket held from an earlier run */
  guint64 bytes_moved;  /* sent in this run, tries under way and repeated ones included: only for the speed */
  guint64 bytes_total;  /* expected size of the object, 0: not known yet */
  guint64 bytes_source; /* allocated bytes of the disk read so far, before compression */
  guint64 bytes_packed; /* what they became, sent or not */
  guint in_flight;      /* parts being sent at once */
} EmbarkProgress;

typedef void (*EmbarkProgressFunc) (const EmbarkProgress *progress, gpointer user_data);

G_END_DECLS
