/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The window is kept as samples at least 100 ms apart, plus one that lies
 * before it, so that the bytes at its very beginning can be interpolated.
 */
#include "model/base/rate.h"

#define WINDOW_US (10 * G_USEC_PER_SEC)
#define SPACING_US (G_USEC_PER_SEC / 10)
/* Below this span a speed says nothing yet. */
#define LEAST_SPAN_US (G_USEC_PER_SEC / 2)

typedef struct
{
  gint64 at_us;
  guint64 bytes;
} Sample;

struct _EmbarkRate
{
  GArray *samples; /* of Sample, oldest first */
};

static const Sample *get_sample (EmbarkRate *self, guint i)
{
  return &g_array_index (self->samples, Sample, i);
}

static void drop_old (EmbarkRate *self)
{
  gint64 start = get_sample (self, self->samples->len - 1)->at_us - WINDOW_US;
  guint n_old = 0;

  while (n_old + 1 < self->samples->len && get_sample (self, n_old + 1)->at_us <= start)
    n_old++;
  if (n_old > 0)
    g_array_remove_range (self->samples, 0, n_old);
}

EmbarkRate *embark_rate_new (void)
{
  EmbarkRate *self = g_new0 (EmbarkRate, 1);

  self->samples = g_array_new (FALSE, FALSE, sizeof (Sample));
  return self;
}

void embark_rate_free (EmbarkRate *self)
{
  if (self == NULL)
    return;

  g_array_unref (self->samples);
  g_free (self);
}

void embark_rate_add (EmbarkRate *self, gint64 now_us, guint64 bytes)
{
  g_return_if_fail (self != NULL);

  Sample sample = { now_us, bytes };
  if (self->samples->len > 0)
    {
      const Sample *last = get_sample (self, self->samples->len - 1);
      if (bytes < last->bytes || now_us < last->at_us)
        g_array_set_size (self->samples, 0);
    }

  /* The newest sample moves until it is far enough from the one before it. */
  guint n = self->samples->len;
  if (n >= 2 && now_us - get_sample (self, n - 2)->at_us < SPACING_US)
    g_array_set_size (self->samples, n - 1);

  g_array_append_val (self->samples, sample);
  drop_old (self);
}

double embark_rate_get (EmbarkRate *self)
{
  g_return_val_if_fail (self != NULL, 0);

  if (self->samples->len < 2)
    return 0;

  const Sample *first = get_sample (self, 0), *second = get_sample (self, 1);
  const Sample *last = get_sample (self, self->samples->len - 1);
  gint64 start_us = MAX (first->at_us, last->at_us - WINDOW_US);
  gint64 span_us = last->at_us - start_us;
  if (span_us < LEAST_SPAN_US)
    return 0;

  double step = second->at_us > first->at_us ? (double) (start_us - first->at_us) / (second->at_us - first->at_us) : 0;
  double moved = (double) (last->bytes - first->bytes) - step * (double) (second->bytes - first->bytes);
  return moved * G_USEC_PER_SEC / span_us;
}

gint64 embark_rate_seconds_left (EmbarkRate *self, guint64 remaining)
{
  g_return_val_if_fail (self != NULL, -1);

  if (remaining == 0)
    return 0;

  double rate = embark_rate_get (self);
  double seconds = rate > 0 ? remaining / rate : -1;
  if (seconds < 0 || seconds > 1e12)
    return -1;
  return (gint64) (seconds + 0.999);
}
