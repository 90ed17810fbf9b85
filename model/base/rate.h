/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkRate: bytes a second over a sliding window and the time left, from
 * (time, bytes) samples. Pure: the caller gives the clock. Not thread-safe.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _EmbarkRate EmbarkRate;

EmbarkRate *embark_rate_new (void);
void embark_rate_free (EmbarkRate *self);
/* @now_us: monotonic microseconds, @bytes: total so far; a smaller total than before starts over. */
void embark_rate_add (EmbarkRate *self, gint64 now_us, guint64 bytes);
/* Bytes a second over the last ten seconds; 0 when not known. */
double embark_rate_get (EmbarkRate *self);
/* Seconds left for @remaining bytes; -1 when not known. */
gint64 embark_rate_seconds_left (EmbarkRate *self, guint64 remaining);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmbarkRate, embark_rate_free)

G_END_DECLS
