/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A flag, a condition for those who wait, and a cancellable for those who must
 * be interrupted in the middle.
 */
#include "model/base/gate.h"

struct _EmbarkGate
{
  gatomicrefcount refs;
  GMutex mutex;
  GCond changed;
  gboolean is_open;
  GCancellable *closing; /* replaced at each opening */
};

EmbarkGate *embark_gate_new (void)
{
  EmbarkGate *self = g_new0 (EmbarkGate, 1);

  g_atomic_ref_count_init (&self->refs);
  g_mutex_init (&self->mutex);
  g_cond_init (&self->changed);
  self->is_open = TRUE;
  self->closing = g_cancellable_new ();
  return self;
}

EmbarkGate *embark_gate_ref (EmbarkGate *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void embark_gate_unref (EmbarkGate *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->refs))
    return;

  g_object_unref (self->closing);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->changed);
  g_free (self);
}

void embark_gate_set_open (EmbarkGate *self, gboolean is_open)
{
  g_autoptr (GCancellable) closed = NULL;

  g_return_if_fail (self != NULL);

  g_mutex_lock (&self->mutex);
  if (is_open && !self->is_open)
    {
      g_object_unref (self->closing);
      self->closing = g_cancellable_new ();
    }
  if (!is_open && self->is_open)
    closed = g_object_ref (self->closing);
  self->is_open = is_open;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->mutex);

  /* Outside of the lock: its handlers may ask the gate. */
  if (closed != NULL)
    g_cancellable_cancel (closed);
}

gboolean embark_gate_is_open (EmbarkGate *self)
{
  gboolean is_open;

  g_return_val_if_fail (self != NULL, TRUE);

  g_mutex_lock (&self->mutex);
  is_open = self->is_open;
  g_mutex_unlock (&self->mutex);
  return is_open;
}

static void cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  EmbarkGate *self = user_data;

  g_mutex_lock (&self->mutex);
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->mutex);
}

gboolean embark_gate_wait_open (EmbarkGate *self, GCancellable *cancellable, GError **error)
{
  gulong id;

  g_return_val_if_fail (self != NULL, FALSE);

  id = cancellable != NULL ? g_cancellable_connect (cancellable, G_CALLBACK (cancelled_cb), self, NULL) : 0;
  g_mutex_lock (&self->mutex);
  while (!self->is_open && !g_cancellable_is_cancelled (cancellable))
    g_cond_wait (&self->changed, &self->mutex);
  g_mutex_unlock (&self->mutex);
  g_cancellable_disconnect (cancellable, id);
  return !g_cancellable_set_error_if_cancelled (cancellable, error);
}

GCancellable *embark_gate_dup_closing (EmbarkGate *self)
{
  GCancellable *closing;

  g_return_val_if_fail (self != NULL, NULL);

  g_mutex_lock (&self->mutex);
  closing = g_object_ref (self->closing);
  g_mutex_unlock (&self->mutex);
  return closing;
}
