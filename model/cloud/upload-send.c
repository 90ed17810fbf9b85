/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sends parts, each in a thread of the pool, until they arrive: a pause drops
 * the request and keeps the part, and a network that is gone is waited for.
 */
#include <string.h>

#include "model/base/errors.h"
#include "model/cloud/retry.h"
#include "model/cloud/upload-private.h"

#define WAIT_MAX_MS 15000

/* Cancelled when the upload stops or the gate closes. */
typedef struct
{
  GCancellable *drop;
  GCancellable *stop, *closing; /* (nullable) */
  gulong stop_id, closing_id;
} Drop;

void embark_send_task_free (EmbarkSendTask *task)
{
  g_bytes_unref (task->bytes);
  g_free (task->etag);
  g_free (task);
}

void embark_send_task_compute_md5 (EmbarkSendTask *task)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_MD5);
  gsize length = sizeof task->md5;

  g_checksum_update (checksum, g_bytes_get_data (task->bytes, NULL), (gssize) g_bytes_get_size (task->bytes));
  g_checksum_get_digest (checksum, task->md5, &length);
  task->has_md5 = TRUE;
}

static void dropped_cb (GCancellable *cancellable, gpointer drop)
{
  g_cancellable_cancel (drop);
}

static gulong follow (GCancellable *drop, GCancellable *cancellable)
{
  if (cancellable == NULL)
    return 0;
  return g_cancellable_connect (cancellable, G_CALLBACK (dropped_cb), g_object_ref (drop), g_object_unref);
}

static void begin_drop (Drop *drop, EmbarkUpload *self, GCancellable *stop)
{
  drop->drop = g_cancellable_new ();
  drop->stop = stop;
  drop->closing = self->gate != NULL ? embark_gate_dup_closing (self->gate) : NULL;
  drop->stop_id = follow (drop->drop, drop->stop);
  drop->closing_id = follow (drop->drop, drop->closing);
}

static void end_drop (Drop *drop)
{
  g_cancellable_disconnect (drop->stop, drop->stop_id);
  g_cancellable_disconnect (drop->closing, drop->closing_id);
  g_clear_object (&drop->closing);
  g_clear_object (&drop->drop);
}

void embark_upload_wake_cb (GCancellable *cancellable, gpointer user_data)
{
  EmbarkUpload *self = user_data;

  g_mutex_lock (&self->mutex);
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->mutex);
}

/* Longer from time to time; at most until another request gets through, or @drop is cancelled. */
static void wait_for_network (EmbarkUpload *self, guint rounds, GCancellable *drop)
{
  guint ms = embark_retry_delay_ms (rounds, embark_http_get_retry_ms (self->cos.http), g_random_double ());
  gint64 end = g_get_monotonic_time () + (gint64) MIN (ms, WAIT_MAX_MS) * 1000;
  gulong id = g_cancellable_connect (drop, G_CALLBACK (embark_upload_wake_cb), self, NULL);
  guint n_arrived;

  g_mutex_lock (&self->mutex);
  n_arrived = self->n_arrived;
  while (self->n_arrived == n_arrived && !g_cancellable_is_cancelled (drop)
         && g_cond_wait_until (&self->changed, &self->mutex, end))
    ;
  g_mutex_unlock (&self->mutex);
  g_cancellable_disconnect (drop, id);
}

gboolean embark_upload_wait_for_gate (EmbarkUpload *self, GCancellable *cancellable, GError **error)
{
  if (self->gate == NULL || embark_gate_is_open (self->gate))
    return !g_cancellable_set_error_if_cancelled (cancellable, error);
  g_mutex_lock (&self->mutex);
  embark_lane_control_interrupt (&self->lanes);
  g_mutex_unlock (&self->mutex);
  embark_upload_tell (self, TRUE);
  if (!embark_gate_wait_open (self->gate, cancellable, error))
    return FALSE;
  embark_upload_tell (self, FALSE);
  return TRUE;
}

static void set_trying (EmbarkUpload *self, EmbarkSender *sender, gboolean is_trying)
{
  g_mutex_lock (&self->mutex);
  sender->is_trying = is_trying;
  sender->bytes_sent = 0;
  g_mutex_unlock (&self->mutex);
}

/* One try and, if that failed for the network's sake, the wait for the next: TRUE to go on, FALSE when it is over,
 * well (@error not set) or badly. */
static gboolean try_once (EmbarkUpload *self, EmbarkSender *sender, EmbarkUploadTryFunc try_func, gpointer data,
                          guint *rounds, GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) failure = NULL;
  gboolean is_again = FALSE;
  Drop drop;

  begin_drop (&drop, self, cancellable);
  set_trying (self, sender, TRUE);
  try_func (self, data, drop.drop, &failure);
  if (failure != NULL)
    set_trying (self, sender, FALSE);
  if (g_error_matches (failure, EMBARK_ERROR, EMBARK_ERROR_NETWORK))
    {
      if (++*rounds == 1)
        g_message ("waiting for the network to send %s: %s", self->key, failure->message);
      wait_for_network (self, *rounds, drop.drop);
      is_again = TRUE;
    }
  /* Dropped by the gate, and not by whoever wants it to end. */
  else if (g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_CANCELLED) && !g_cancellable_is_cancelled (cancellable))
    {
      is_again = g_cancellable_is_cancelled (drop.drop);
      *rounds = 0;
    }
  end_drop (&drop);
  if (!is_again && failure != NULL)
    g_propagate_error (error, g_steal_pointer (&failure));
  return is_again;
}

gboolean embark_upload_persist (EmbarkUpload *self, EmbarkSender *sender, EmbarkUploadTryFunc try_func, gpointer data,
                                GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) local = NULL;
  guint rounds = 0;

  g_mutex_lock (&self->mutex);
  g_ptr_array_add (self->senders, sender);
  g_mutex_unlock (&self->mutex);
  while (embark_upload_wait_for_gate (self, cancellable, &local)
         && try_once (self, sender, try_func, data, &rounds, cancellable, &local))
    ;
  g_mutex_lock (&self->mutex);
  g_ptr_array_remove (self->senders, sender);
  if (local == NULL)
    embark_upload_note_arrival (self);
  g_mutex_unlock (&self->mutex);
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

static void sent_cb (guint64 bytes_sent, gpointer user_data)
{
  EmbarkSendTask *task = user_data;

  embark_upload_note_sent (task->upload, &task->sender, MIN (bytes_sent, g_bytes_get_size (task->bytes)));
}

static void failed_cb (gboolean is_throttled, gpointer user_data)
{
  EmbarkSendTask *task = user_data;

  embark_upload_note_failed (task->upload, &task->sender, is_throttled);
}

/* The CRC64 of the answer proves what arrived, so that no MD5 has to be computed. Where the answers have none, this
 * part is sent again, and the later ones are sent, with an MD5 for the service to compare. */
static gboolean send_part (EmbarkUpload *self, gpointer data, GCancellable *cancellable, GError **error)
{
  EmbarkSendTask *task = data;
  gboolean is_proven = FALSE;

  while (!is_proven)
    {
      EmbarkPartSend part = { .number = task->number,
                              .bytes = task->bytes,
                              .crc64 = task->crc64,
                              .sent_func = sent_cb,
                              .failed_func = failed_cb,
                              .user_data = task };

      if (!task->has_md5 && g_atomic_int_get (&self->is_md5_needed))
        embark_send_task_compute_md5 (task);
      part.md5 = task->has_md5 ? task->md5 : NULL;
      g_clear_pointer (&task->etag, g_free);
      task->etag = embark_multipart_send (&self->cos, self->key, self->id, &part, &is_proven, cancellable, error);
      if (task->etag == NULL)
        return FALSE;
      if (!is_proven)
        {
          g_atomic_int_set (&self->is_md5_needed, 1);
          set_trying (self, &task->sender, TRUE);
        }
    }
  return TRUE;
}

void embark_upload_note_outcome (EmbarkUpload *self, EmbarkSendTask *task, gboolean is_kept, GError *error)
{
  guint64 size = g_bytes_get_size (task->bytes);
  EmbarkPart *part;

  g_mutex_lock (&self->mutex);
  if (error == NULL)
    {
      part = g_new0 (EmbarkPart, 1);
      *part = (EmbarkPart){ task->number, size, g_steal_pointer (&task->etag) };
      g_ptr_array_add (self->done, part);
      self->bytes_acknowledged += size;
      self->bytes_kept += is_kept ? size : 0;
      self->bytes_moved += is_kept ? 0 : size - task->sender.bytes_sent;
    }
  else if (self->error == NULL)
    self->error = g_error_copy (error);
  g_mutex_unlock (&self->mutex);

  /* One part that was refused ends the upload: the others need not go on. Only now, so that this error is first. */
  if (error != NULL)
    g_cancellable_cancel (self->stop);
  g_clear_error (&error);
}

void embark_upload_part_queued_cb (gpointer data, gpointer user_data)
{
  EmbarkSendTask *task = data;
  EmbarkUpload *self = user_data;
  GError *error = NULL;

  embark_upload_persist (self, &task->sender, send_part, task, self->stop, &error);
  embark_upload_note_outcome (self, task, FALSE, error);
  embark_upload_tell (self, FALSE);
  embark_send_task_free (task);
  g_mutex_lock (&self->mutex);
  self->n_under_way--;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->mutex);
}
