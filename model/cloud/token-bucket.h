/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A limit on bytes per second: what may be sent now, and when it is worth
 * asking again. Pure: the clock is given by the caller. Private to this folder.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  guint64 rate; /* bytes per second; 0: no limit */
  double tokens;
  gint64 at_us; /* when tokens was right */
} EmbarkTokenBucket;

/* What was saved up is forgotten; setting the same rate again changes nothing. */
void embark_token_bucket_set_rate (EmbarkTokenBucket *self, guint64 bytes_per_second, gint64 now_us);
/* How many of @wanted bytes may be sent now; those are taken. 0: come back after get_wait_us(). */
gsize embark_token_bucket_take (EmbarkTokenBucket *self, gsize wanted, gint64 now_us);
/* 0: now. Long enough that asking again does not keep the processor busy. */
gint64 embark_token_bucket_get_wait_us (EmbarkTokenBucket *self, gint64 now_us);

G_END_DECLS
