/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The end of an upload: the parts become an object, which is compared; or all
 * of it is removed.
 */
#include <glib/gi18n-lib.h>

#include "model/base/errors.h"
#include "model/cloud/upload-private.h"

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

static gboolean is_passing (const GError *error)
{
  return g_error_matches (error, EMBARK_ERROR, EMBARK_ERROR_NETWORK)
         || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* Called again after trouble of the network. An upload that is no longer known was completed by an earlier call whose
 * answer was lost, if the object is there and the same. */
static gboolean complete_upload (EmbarkUpload *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) unknown = NULL, failure = NULL;
  gboolean is_same = FALSE;

  if (!self->is_completed)
    self->is_completed = embark_multipart_complete (&self->cos, self->key, self->id, self->done, cancellable, &unknown);
  if (!self->is_completed && !g_error_matches (unknown, EMBARK_ERROR, EMBARK_ERROR_NO_UPLOAD))
    {
      g_propagate_error (error, g_steal_pointer (&unknown));
      return FALSE;
    }
  if (compare_object (self, cancellable, &is_same, &failure) && is_same)
    return TRUE;
  if (failure != NULL && (self->is_completed || is_passing (failure)))
    g_propagate_error (error, g_steal_pointer (&failure));
  else if (!self->is_completed)
    g_propagate_error (error, g_steal_pointer (&unknown));
  else
    g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_CHECKSUM,
                 /* Translators: bucket, then object. */
                 _ ("%s/%s in the cloud is not what was sent. Delete it and upload again."), self->cos.bucket,
                 self->key);
  return FALSE;
}

static gboolean try_completion (EmbarkUpload *self, gpointer data, GCancellable *cancellable, GError **error)
{
  EmbarkSender *sender = data;
  g_autoptr (GError) failure = NULL;

  if (complete_upload (self, cancellable, &failure))
    return TRUE;
  /* All tries of the call are behind it: nothing gets through. */
  if (g_error_matches (failure, EMBARK_ERROR, EMBARK_ERROR_NETWORK))
    for (guint i = 0; i < 2; i++)
      embark_upload_note_failed (self, sender, FALSE);
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

gboolean embark_upload_finish (EmbarkUpload *self, guint64 size, guint64 crc64, GCancellable *cancellable,
                               GError **error)
{
  EmbarkSender sender = { 0 };

  g_return_val_if_fail (self != NULL, FALSE);

  if (!embark_upload_wait_all (self, cancellable, error) || !check_parts (self, size, error))
    return FALSE;
  g_mutex_lock (&self->mutex);
  self->is_finishing = TRUE;
  g_mutex_unlock (&self->mutex);
  embark_upload_tell (self, TRUE);

  self->size = size;
  self->crc64 = crc64;
  self->is_completion_tried = TRUE;
  self->is_finished = embark_upload_persist (self, &sender, try_completion, &sender, cancellable, error);
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
  embark_upload_end_parts (self);
  if (!embark_multipart_abort (&self->cos, self->key, self->id, NULL, error))
    return FALSE;
  self->is_aborted = TRUE;
  return !self->is_completion_tried || remove_completed (self, error);
}
