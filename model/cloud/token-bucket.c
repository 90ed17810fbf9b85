/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tokens come in with time, a quarter of a second's worth at most, and are
 * given out in portions of a fiftieth of a second or more.
 */
#include "model/cloud/token-bucket.h"

#define PORTIONS_PER_S 50
#define PORTION_MIN 1024
#define PORTION_MAX (512 * 1024)

static double get_portion (const EmbarkTokenBucket *self)
{
  return (double) CLAMP (self->rate / PORTIONS_PER_S, PORTION_MIN, PORTION_MAX);
}

static void fill (EmbarkTokenBucket *self, gint64 now_us)
{
  double most = MAX ((double) self->rate / 4, get_portion (self));

  if (now_us > self->at_us)
    self->tokens += (double) self->rate * (double) (now_us - self->at_us) / G_USEC_PER_SEC;
  self->tokens = MIN (self->tokens, most);
  self->at_us = MAX (self->at_us, now_us);
}

void embark_token_bucket_set_rate (EmbarkTokenBucket *self, guint64 bytes_per_second, gint64 now_us)
{
  if (self->rate == bytes_per_second)
    return;
  *self = (EmbarkTokenBucket){ .rate = bytes_per_second, .at_us = now_us };
}

gsize embark_token_bucket_take (EmbarkTokenBucket *self, gsize wanted, gint64 now_us)
{
  gsize given;

  if (self->rate == 0 || wanted == 0)
    return wanted;
  fill (self, now_us);
  /* The rest of a body may be smaller than a portion. */
  if (self->tokens < MIN (get_portion (self), (double) wanted))
    return 0;
  given = MIN (wanted, (gsize) self->tokens);
  self->tokens -= (double) given;
  return given;
}

gint64 embark_token_bucket_get_wait_us (EmbarkTokenBucket *self, gint64 now_us)
{
  double missing;

  if (self->rate == 0)
    return 0;
  fill (self, now_us);
  missing = get_portion (self) - self->tokens;
  /* One more, so that rounding never leaves a crumb missing. */
  return missing > 0 ? (gint64) (missing * G_USEC_PER_SEC / (double) self->rate) + 1 : 0;
}
