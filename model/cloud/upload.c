/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkUpload: hands parts to a small pool of sending threads, as many at
 * once as lane-control.c finds worth it, and remembers what the bucket
 * acknowledged. The mutex guards all that those threads and the caller share.
 */
#include "model/cloud/upload.h"

#include <glib/gi18n-lib.h>

#include "model/base/errors.h"
#include "model/cloud/upload-private.h"

#define PARALLEL_MAX 32

static gboolean has_room (EmbarkUpload *self, gboolean is_all)
{
  return is_all ? self->n_under_way == 0 : self->n_under_way < self->lanes.lanes;
}

/* Until a lane is free, or all are; on failure of any part its error. */
static gboolean wait_for_room (EmbarkUpload *self, gboolean is_all, GCancellable *cancellable, GError **error)
{
  gulong id =
      cancellable != NULL ? g_cancellable_connect (cancellable, G_CALLBACK (embark_upload_wake_cb), self, NULL) : 0;
  gboolean is_good;

  g_mutex_lock (&self->mutex);
  self->waiting_since_us = is_all ? 0 : g_get_monotonic_time ();
  while (!has_room (self, is_all) && self->error == NULL && !g_cancellable_is_cancelled (cancellable))
    g_cond_wait (&self->changed, &self->mutex);
  if (!is_all)
    self->waited_us += g_get_monotonic_time () - self->waiting_since_us;
  self->waiting_since_us = 0;
  is_good = self->error == NULL;
  if (!is_good)
    g_propagate_error (error, g_error_copy (self->error));
  g_mutex_unlock (&self->mutex);
  g_cancellable_disconnect (cancellable, id);
  return is_good && !g_cancellable_set_error_if_cancelled (cancellable, error);
}

gboolean embark_upload_wait_all (EmbarkUpload *self, GCancellable *cancellable, GError **error)
{
  return wait_for_room (self, TRUE, cancellable, error);
}

void embark_upload_end_parts (EmbarkUpload *self)
{
  g_cancellable_cancel (self->stop);
  g_mutex_lock (&self->mutex);
  while (self->n_under_way > 0)
    g_cond_wait (&self->changed, &self->mutex);
  g_mutex_unlock (&self->mutex);
}

static gboolean open_upload (EmbarkUpload *self, const char *upload_id, GCancellable *cancellable, GError **error)
{
  if (upload_id == NULL)
    {
      self->id = embark_multipart_start (&self->cos, self->key, cancellable, error);
      self->held = g_hash_table_new (NULL, NULL);
      return self->id != NULL;
    }
  self->id = g_strdup (upload_id);
  self->held = embark_multipart_list (&self->cos, self->key, self->id, cancellable, error);
  return self->held != NULL;
}

EmbarkUpload *embark_upload_new (const EmbarkCos *cos, const char *key, const char *upload_id,
                                 const EmbarkUploadOptions *options, GCancellable *cancellable, GError **error)
{
  const EmbarkUploadOptions defaults = { 0 };
  g_autoptr (EmbarkUpload) self = NULL;

  g_return_val_if_fail (cos != NULL && cos->bucket != NULL && key != NULL, NULL);

  options = options != NULL ? options : &defaults;
  self = g_new0 (EmbarkUpload, 1);
  self->cos = (EmbarkCos){ embark_http_ref (cos->http), embark_credentials_ref (cos->credentials),
                           g_strdup (cos->region), g_strdup (cos->bucket) };
  self->key = g_strdup (key);
  self->gate = options->gate != NULL ? embark_gate_ref (options->gate) : NULL;
  self->progress = options->progress;
  self->progress_data = options->user_data;
  self->stop = g_cancellable_new ();
  g_mutex_init (&self->report_mutex);
  g_mutex_init (&self->mutex);
  g_cond_init (&self->changed);
  embark_lane_control_init (&self->lanes, MIN (options->parallel, PARALLEL_MAX));
  self->done = g_ptr_array_new_with_free_func ((GDestroyNotify) embark_part_free);
  self->senders = g_ptr_array_new ();
  if (!open_upload (self, upload_id, cancellable, error))
    return NULL;
  self->n_threads = self->lanes.lanes;
  self->pool = g_thread_pool_new (embark_upload_part_queued_cb, self, (int) self->n_threads, TRUE, error);
  return self->pool != NULL ? g_steal_pointer (&self) : NULL;
}

const char *embark_upload_get_id (EmbarkUpload *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->id;
}

static EmbarkSendTask *make_task (EmbarkUpload *self, guint number, GBytes *bytes, guint64 crc64)
{
  EmbarkSendTask *task = g_new0 (EmbarkSendTask, 1);

  task->upload = self;
  task->number = number;
  task->bytes = g_bytes_ref (bytes);
  task->crc64 = crc64;
  return task;
}

/* The bucket's ETag of a part is its MD5 in hex, unless the bucket encrypts with keys of its own: then it is sent. The
 * sum is computed by the caller's thread, which would otherwise only wait, so that sending threads always send. */
static gboolean is_held (EmbarkUpload *self, EmbarkSendTask *task)
{
  const EmbarkPart *part = g_hash_table_lookup (self->held, GUINT_TO_POINTER (task->number));
  char hex[33];

  if (part == NULL || part->size != g_bytes_get_size (task->bytes))
    return FALSE;
  embark_send_task_compute_md5 (task);
  for (guint i = 0; i < sizeof task->md5; i++)
    g_snprintf (hex + 2 * i, 3, "%02x", task->md5[i]);
  if (g_ascii_strcasecmp (hex, part->etag) != 0)
    return FALSE;
  task->etag = g_strdup (part->etag);
  return TRUE;
}

/* The lane of @task is free: hands it to the pool, which grows with the lanes. */
static void push_task (EmbarkUpload *self, EmbarkSendTask *task)
{
  guint wanted;

  g_mutex_lock (&self->mutex);
  self->n_under_way++;
  wanted = self->lanes.lanes;
  g_mutex_unlock (&self->mutex);
  /* A thread that cannot be had leaves the task to those that are there. */
  if (wanted > self->n_threads && g_thread_pool_set_max_threads (self->pool, (int) wanted, NULL))
    self->n_threads = wanted;
  g_thread_pool_push (self->pool, task, NULL);
}

gboolean embark_upload_put_part (EmbarkUpload *self, guint number, GBytes *bytes, guint64 crc64,
                                 GCancellable *cancellable, GError **error)
{
  EmbarkSendTask *task;

  g_return_val_if_fail (self != NULL && bytes != NULL, FALSE);
  g_return_val_if_fail (!self->is_aborted && !self->is_finished, FALSE);

  if (number < 1 || number > EMBARK_MULTIPART_PARTS_MAX)
    {
      g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_FAILED,
                   /* Translators: bucket, object, the most parts. */
                   _ ("%s/%s would need more than %d parts. Choose a larger part size."), self->cos.bucket, self->key,
                   EMBARK_MULTIPART_PARTS_MAX);
      return FALSE;
    }
  if (!embark_upload_wait_for_gate (self, cancellable, error))
    return FALSE;
  g_mutex_lock (&self->mutex);
  embark_lane_control_set_part_size (&self->lanes, g_bytes_get_size (bytes));
  g_mutex_unlock (&self->mutex);
  task = make_task (self, number, bytes, crc64);
  if (is_held (self, task))
    {
      embark_upload_note_outcome (self, task, TRUE, NULL);
      embark_upload_tell (self, FALSE);
      embark_send_task_free (task);
      return !g_cancellable_set_error_if_cancelled (cancellable, error);
    }
  if (!wait_for_room (self, FALSE, cancellable, error))
    {
      embark_send_task_free (task);
      return FALSE;
    }
  push_task (self, task);
  return TRUE;
}

void embark_upload_free (EmbarkUpload *self)
{
  if (self == NULL)
    return;
  if (self->pool != NULL)
    {
      embark_upload_end_parts (self);
      g_thread_pool_free (self->pool, FALSE, TRUE);
    }
  g_clear_pointer (&self->held, g_hash_table_unref);
  g_ptr_array_unref (self->done);
  g_ptr_array_unref (self->senders);
  g_clear_error (&self->error);
  g_object_unref (self->stop);
  g_clear_pointer (&self->gate, embark_gate_unref);
  embark_http_unref (self->cos.http);
  embark_credentials_unref (self->cos.credentials);
  g_free ((char *) self->cos.region);
  g_free ((char *) self->cos.bucket);
  g_free (self->key);
  g_free (self->id);
  g_mutex_clear (&self->report_mutex);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->changed);
  g_free (self);
}
