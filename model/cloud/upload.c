/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkUpload: hands parts to a small pool of sending threads, remembers what
 * the bucket acknowledged, and completes. The mutex guards everything that
 * sending threads and the caller share.
 */
#include "model/cloud/upload.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "model/base/errors.h"
#include "model/cloud/multipart.h"

#define PARALLEL_DEFAULT 4
#define PARALLEL_MAX 32
#define REPORT_INTERVAL_US (G_USEC_PER_SEC / 10)

struct _EmbarkUpload
{
  /* Owned, not changed after embark_upload_new(). */
  EmbarkCos cos; /* strings owned */
  char *key;
  char *id;
  guint parallel;
  GThreadPool *pool;
  GCancellable *stop; /* ends the parts under way */
  GHashTable *held;   /* number → EmbarkPart in the bucket when this upload was taken up again */
  EmbarkProgressFunc progress;
  gpointer progress_data;

  GMutex report_mutex; /* taken before the other one */
  GMutex mutex;
  GCond changed;
  guint n_under_way;
  GPtrArray *done;       /* of EmbarkPart */
  GPtrArray *on_the_way; /* of SendTask, borrowed */
  guint64 bytes_acknowledged;
  guint64 bytes_reported;
  gint64 reported_at;
  GError *error; /* the first one */
  gboolean is_finished;
  gboolean is_aborted;
  gboolean is_completion_tried;
  guint64 size, crc64; /* of the object, once completion was tried */
};

typedef struct
{
  EmbarkUpload *upload;
  guint number;
  GBytes *bytes;
  guint64 crc64;
  guint8 md5[16];
  guint64 bytes_sent; /* guarded by the mutex */
} SendTask;

static void free_task (SendTask *task)
{
  g_bytes_unref (task->bytes);
  g_free (task);
}

/* With the mutex held: fills @ret_progress and returns TRUE if it is time to tell. */
static gboolean take_report (EmbarkUpload *self, gboolean is_forced, EmbarkProgress *ret_progress)
{
  guint64 bytes = self->bytes_acknowledged;
  gint64 now = g_get_monotonic_time ();

  if (self->progress == NULL || (!is_forced && now - self->reported_at < REPORT_INTERVAL_US))
    return FALSE;
  for (guint i = 0; i < self->on_the_way->len; i++)
    {
      const SendTask *task = g_ptr_array_index (self->on_the_way, i);

      bytes += task->bytes_sent;
    }
  self->reported_at = now;
  self->bytes_reported = MAX (self->bytes_reported, bytes);
  *ret_progress = (EmbarkProgress){ .fraction = -1,
                                    .stage = "send",
                                    .bytes_done = self->bytes_reported,
                                    .bytes_moved = bytes,
                                    .in_flight = self->on_the_way->len };
  return TRUE;
}

/* The second mutex keeps reports of two threads from arriving in the wrong order. */
static void tell_progress (EmbarkUpload *self, gboolean is_forced)
{
  EmbarkProgress progress;
  gboolean is_due;

  g_mutex_lock (&self->report_mutex);
  g_mutex_lock (&self->mutex);
  is_due = take_report (self, is_forced, &progress);
  g_mutex_unlock (&self->mutex);
  if (is_due)
    self->progress (&progress, self->progress_data);
  g_mutex_unlock (&self->report_mutex);
}

static void sent_cb (guint64 bytes_sent, gpointer user_data)
{
  SendTask *task = user_data;
  EmbarkUpload *self = task->upload;

  g_mutex_lock (&self->mutex);
  task->bytes_sent = MIN (bytes_sent, g_bytes_get_size (task->bytes));
  g_mutex_unlock (&self->mutex);
  tell_progress (self, FALSE);
}

static void compute_md5 (GBytes *bytes, guint8 *ret_digest)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_MD5);
  gsize length = 16;

  g_checksum_update (checksum, g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes));
  g_checksum_get_digest (checksum, ret_digest, &length);
}

/* The bucket's ETag of a part is its MD5 in hex, unless the bucket encrypts with keys of its own: then it is sent. */
static char *find_held (const EmbarkUpload *self, const SendTask *task)
{
  const EmbarkPart *part = g_hash_table_lookup (self->held, GUINT_TO_POINTER (task->number));
  char hex[33];

  if (part == NULL || part->size != g_bytes_get_size (task->bytes))
    return NULL;
  for (guint i = 0; i < 16; i++)
    g_snprintf (hex + 2 * i, 3, "%02x", task->md5[i]);
  return g_ascii_strcasecmp (hex, part->etag) == 0 ? g_strdup (part->etag) : NULL;
}

static char *send_task (SendTask *task, GError **error)
{
  EmbarkUpload *self = task->upload;
  EmbarkPartSend part = {
    .number = task->number, .bytes = task->bytes, .crc64 = task->crc64, .sent_func = sent_cb, .user_data = task
  };

  if (g_cancellable_set_error_if_cancelled (self->stop, error))
    return NULL;
  memcpy (part.md5, task->md5, sizeof part.md5);
  g_mutex_lock (&self->mutex);
  g_ptr_array_add (self->on_the_way, task);
  g_mutex_unlock (&self->mutex);
  return embark_multipart_send (&self->cos, self->key, self->id, &part, self->stop, error);
}

/* @etag NULL: failed with @error. Takes both. */
static void note_outcome (EmbarkUpload *self, SendTask *task, char *etag, GError *error)
{
  EmbarkPart *part = etag != NULL ? g_new0 (EmbarkPart, 1) : NULL;

  g_mutex_lock (&self->mutex);
  g_ptr_array_remove (self->on_the_way, task);
  if (part != NULL)
    {
      *part = (EmbarkPart){ task->number, g_bytes_get_size (task->bytes), etag };
      g_ptr_array_add (self->done, part);
      self->bytes_acknowledged += part->size;
    }
  else if (self->error == NULL)
    self->error = g_steal_pointer (&error);
  g_mutex_unlock (&self->mutex);
  g_clear_error (&error);

  /* One part that cannot be sent ends the upload: the others need not go on. Only now, so that this error is first. */
  if (part == NULL)
    g_cancellable_cancel (self->stop);
}

static void part_queued_cb (gpointer data, gpointer user_data)
{
  SendTask *task = data;
  EmbarkUpload *self = user_data;
  GError *error = NULL;
  char *etag = send_task (task, &error);

  note_outcome (self, task, etag, error);
  tell_progress (self, FALSE);
  free_task (task);
  g_mutex_lock (&self->mutex);
  self->n_under_way--;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->mutex);
}

static void wake_cb (GCancellable *cancellable, gpointer user_data)
{
  EmbarkUpload *self = user_data;

  g_mutex_lock (&self->mutex);
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->mutex);
}

/* Until fewer than @below parts are under way; on failure of any part its error. */
static gboolean wait_below (EmbarkUpload *self, guint below, GCancellable *cancellable, GError **error)
{
  gulong id = cancellable != NULL ? g_cancellable_connect (cancellable, G_CALLBACK (wake_cb), self, NULL) : 0;
  gboolean is_good;

  g_mutex_lock (&self->mutex);
  while (self->n_under_way >= below && self->error == NULL && !g_cancellable_is_cancelled (cancellable))
    g_cond_wait (&self->changed, &self->mutex);
  is_good = self->error == NULL;
  if (!is_good)
    g_propagate_error (error, g_error_copy (self->error));
  g_mutex_unlock (&self->mutex);
  g_cancellable_disconnect (cancellable, id);
  return is_good && !g_cancellable_set_error_if_cancelled (cancellable, error);
}

/* After this no thread of the pool works for the upload. */
static void end_parts (EmbarkUpload *self)
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
  g_autoptr (EmbarkUpload) self = NULL;
  guint parallel = options != NULL ? options->parallel : 0;

  g_return_val_if_fail (cos != NULL && cos->bucket != NULL && key != NULL, NULL);

  self = g_new0 (EmbarkUpload, 1);
  self->cos = (EmbarkCos){ embark_http_ref (cos->http), embark_credentials_ref (cos->credentials),
                           g_strdup (cos->region), g_strdup (cos->bucket) };
  self->key = g_strdup (key);
  self->parallel = parallel > 0 ? MIN (parallel, PARALLEL_MAX) : PARALLEL_DEFAULT;
  self->progress = options != NULL ? options->progress : NULL;
  self->progress_data = options != NULL ? options->user_data : NULL;
  self->stop = g_cancellable_new ();
  g_mutex_init (&self->report_mutex);
  g_mutex_init (&self->mutex);
  g_cond_init (&self->changed);
  self->done = g_ptr_array_new_with_free_func ((GDestroyNotify) embark_part_free);
  self->on_the_way = g_ptr_array_new ();
  if (!open_upload (self, upload_id, cancellable, error))
    return NULL;
  self->pool = g_thread_pool_new (part_queued_cb, self, (int) self->parallel, TRUE, error);
  return self->pool != NULL ? g_steal_pointer (&self) : NULL;
}

const char *embark_upload_get_id (EmbarkUpload *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->id;
}

/* The sum is computed by the caller's thread, which would otherwise only wait, so that sending threads always send. */
static SendTask *make_task (EmbarkUpload *self, guint number, GBytes *bytes, guint64 crc64)
{
  SendTask *task = g_new0 (SendTask, 1);

  task->upload = self;
  task->number = number;
  task->bytes = g_bytes_ref (bytes);
  task->crc64 = crc64;
  compute_md5 (bytes, task->md5);
  return task;
}

gboolean embark_upload_put_part (EmbarkUpload *self, guint number, GBytes *bytes, guint64 crc64,
                                 GCancellable *cancellable, GError **error)
{
  SendTask *task;
  char *held;

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
  task = make_task (self, number, bytes, crc64);
  held = find_held (self, task);
  if (held != NULL)
    {
      note_outcome (self, task, held, NULL);
      tell_progress (self, FALSE);
      free_task (task);
      return !g_cancellable_set_error_if_cancelled (cancellable, error);
    }
  if (!wait_below (self, self->parallel, cancellable, error))
    {
      free_task (task);
      return FALSE;
    }
  g_mutex_lock (&self->mutex);
  self->n_under_way++;
  g_mutex_unlock (&self->mutex);
  /* An exclusive pool has its threads already, so this cannot fail. */
  g_thread_pool_push (self->pool, task, NULL);
  return TRUE;
}

static int compare_parts (gconstpointer a, gconstpointer b)
{
  const EmbarkPart *const *left = a, *const *right = b;

  return (*left)->number < (*right)->number ? -1 : (*left)->number > (*right)->number;
}

/* Called when nothing is under way any more. */
static gboolean check_parts (EmbarkUpload *self, guint64 size, GError **error)
{
  guint64 total = 0;

  g_ptr_array_sort (self->done, compare_parts);
  for (guint i = 0; i < self->done->len; i++)
    {
      const EmbarkPart *part = g_ptr_array_index (self->done, i);

      total += part->number == i + 1 ? part->size : 0;
    }
  if (self->done->len > 0 && total == size)
    return TRUE;
  g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_FAILED,
               /* Translators: bucket, then object. */
               _ ("The parts of %s/%s do not add up to the whole, so it was not put together. Upload it again."),
               self->cos.bucket, self->key);
  return FALSE;
}

static gboolean compare_object (EmbarkUpload *self, GCancellable *cancellable, gboolean *ret_is_same, GError **error)
{
  EmbarkObjectInfo info;

  if (!embark_object_head (&self->cos, self->key, &info, cancellable, error))
    return FALSE;
  *ret_is_same = info.size == self->size && (!info.has_crc64 || info.crc64 == self->crc64);
  if (!info.has_crc64)
    g_message ("the bucket tells no CRC64 of %s/%s, only its size was compared", self->cos.bucket, self->key);
  embark_object_info_clear (&info);
  return TRUE;
}

static gboolean complete_upload (EmbarkUpload *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) failure = NULL;
  gboolean is_same = FALSE, is_complete;

  is_complete = embark_multipart_complete (&self->cos, self->key, self->id, self->done, cancellable, &failure);
  if (!is_complete && !g_error_matches (failure, EMBARK_ERROR, EMBARK_ERROR_NO_UPLOAD))
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  if (!compare_object (self, cancellable, &is_same, is_complete ? error : NULL))
    {
      if (!is_complete)
        g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  if (is_same)
    return TRUE;
  if (!is_complete)
    g_propagate_error (error, g_steal_pointer (&failure));
  else
    g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_CHECKSUM,
                 /* Translators: bucket, then object. */
                 _ ("%s/%s in the cloud is not what was sent. Delete it and upload again."), self->cos.bucket,
                 self->key);
  return FALSE;
}

gboolean embark_upload_finish (EmbarkUpload *self, guint64 size, guint64 crc64, GCancellable *cancellable,
                               GError **error)
{
  g_return_val_if_fail (self != NULL, FALSE);

  if (!wait_below (self, 1, cancellable, error) || !check_parts (self, size, error))
    return FALSE;
  tell_progress (self, TRUE);

  self->size = size;
  self->crc64 = crc64;
  self->is_completion_tried = TRUE;
  self->is_finished = complete_upload (self, cancellable, error);
  return self->is_finished;
}

/* An answer to Complete that never arrived may have left the whole object there. */
static gboolean remove_completed (EmbarkUpload *self, GError **error)
{
  gboolean is_same = FALSE;

  if (!compare_object (self, NULL, &is_same, NULL) || !is_same)
    return TRUE;
  return embark_object_delete (&self->cos, self->key, NULL, error);
}

gboolean embark_upload_abort (EmbarkUpload *self, GError **error)
{
  g_return_val_if_fail (self != NULL, FALSE);

  if (self->is_finished || self->is_aborted)
    return TRUE;
  end_parts (self);
  if (!embark_multipart_abort (&self->cos, self->key, self->id, NULL, error))
    return FALSE;
  self->is_aborted = TRUE;
  return !self->is_completion_tried || remove_completed (self, error);
}

void embark_upload_free (EmbarkUpload *self)
{
  if (self == NULL)
    return;
  if (self->pool != NULL)
    {
      end_parts (self);
      g_thread_pool_free (self->pool, FALSE, TRUE);
    }
  g_clear_pointer (&self->held, g_hash_table_unref);
  g_ptr_array_unref (self->done);
  g_ptr_array_unref (self->on_the_way);
  g_clear_error (&self->error);
  g_object_unref (self->stop);
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
