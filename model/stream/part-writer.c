/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The checksum of the whole is combined from those of the parts, since part 1
 * is complete last.
 */
#include "model/stream/part-writer.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "model/base/errors.h"
#include "model/stream/crc64.h"

/* Memory that is not cleared first: most of it is written over at once. */
typedef struct
{
  guint8 *data; /* (nullable); owned */
  gsize filled; /* everything before it was written, or cleared because nobody did */
} Part;

struct _EmbarkPartWriter
{
  gsize part_size;
  EmbarkPartFunc part_func;
  gpointer part_data;
  GCancellable *cancellable;

  Part first;
  Part current;   /* the part being filled when it is not part 1 */
  guint64 number; /* of the part being filled */
  guint64 rest_crc64;
  guint64 rest_length; /* of the parts handed over, without part 1 */
  guint64 crc64;
};

static void clear_to (Part *part, gsize end)
{
  if (end <= part->filled)
    return;
  memset (part->data + part->filled, 0, end - part->filled);
  part->filled = end;
}

static void fill (Part *part, gsize at, const guint8 *data, gsize length)
{
  clear_to (part, at);
  memcpy (part->data + at, data, length);
  part->filled = MAX (part->filled, at + length);
}

EmbarkPartWriter *embark_part_writer_new (gsize part_size, EmbarkPartFunc part_func, gpointer part_data,
                                          GCancellable *cancellable)
{
  EmbarkPartWriter *self = g_new0 (EmbarkPartWriter, 1);

  self->part_size = part_size;
  self->part_func = part_func;
  self->part_data = part_data;
  self->cancellable = cancellable != NULL ? g_object_ref (cancellable) : NULL;
  self->first.data = g_malloc (part_size);
  self->number = 1;
  return self;
}

void embark_part_writer_free (EmbarkPartWriter *self)
{
  g_clear_object (&self->cancellable);
  g_free (self->first.data);
  g_free (self->current.data);
  g_free (self);
}

/* Takes @buffer. */
static gboolean hand_over_part (EmbarkPartWriter *self, guint number, guint8 *buffer, gsize length, guint64 crc64,
                                GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new_take (buffer, length);

  if (g_cancellable_set_error_if_cancelled (self->cancellable, error))
    return FALSE;
  return self->part_func (number, bytes, crc64, self->part_data, self->cancellable, error);
}

static gboolean hand_over_current (EmbarkPartWriter *self, gsize length, GError **error)
{
  clear_to (&self->current, length);
  guint64 crc64 = embark_crc64 (0, self->current.data, length);

  self->rest_crc64 = embark_crc64_combine (self->rest_crc64, crc64, length);
  self->rest_length += length;
  return hand_over_part (self, (guint) self->number, g_steal_pointer (&self->current.data), length, crc64, error);
}

/* The part being filled is full and something comes behind it. */
static gboolean begin_next_part (EmbarkPartWriter *self, GError **error)
{
  if (self->current.data != NULL && !hand_over_current (self, self->part_size, error))
    return FALSE;
  self->number++;
  if (self->number > EMBARK_MAX_PARTS)
    {
      g_set_error_literal (error, EMBARK_ERROR, EMBARK_ERROR_SOURCE_CHANGED,
                           _ ("The disk holds more data than when it was measured. Make sure that nothing writes to "
                              "it and try again."));
      return FALSE;
    }
  self->current = (Part){ .data = g_malloc (self->part_size) };
  return TRUE;
}

gboolean embark_part_writer_write_cb (guint64 offset, const guint8 *data, gsize length, gpointer writer, GError **error)
{
  EmbarkPartWriter *self = writer;

  while (length > 0)
    {
      guint64 number = offset / self->part_size + 1;
      gsize at = offset % self->part_size;
      gsize n = MIN (length, self->part_size - at);

      while (self->number < number)
        if (!begin_next_part (self, error))
          return FALSE;
      g_return_val_if_fail (number == 1 || number == self->number, FALSE);
      fill (number == 1 ? &self->first : &self->current, at, data, n);
      offset += n;
      data += n;
      length -= n;
    }
  return TRUE;
}

gboolean embark_part_writer_finish (EmbarkPartWriter *self, guint64 size, GError **error)
{
  guint64 n_parts = (size + self->part_size - 1) / self->part_size;
  gsize last_length = size - (n_parts - 1) * self->part_size;
  gsize first_length = n_parts == 1 ? last_length : self->part_size;

  while (self->number < n_parts)
    if (!begin_next_part (self, error))
      return FALSE;
  g_return_val_if_fail (self->number == n_parts, FALSE);
  if (n_parts > 1 && !hand_over_current (self, last_length, error))
    return FALSE;
  clear_to (&self->first, first_length);
  guint64 first_crc64 = embark_crc64 (0, self->first.data, first_length);
  self->crc64 = embark_crc64_combine (first_crc64, self->rest_crc64, self->rest_length);
  return hand_over_part (self, 1, g_steal_pointer (&self->first.data), first_length, first_crc64, error);
}

guint64 embark_part_writer_get_crc64 (EmbarkPartWriter *self)
{
  return self->crc64;
}

guint embark_part_writer_get_n_parts (EmbarkPartWriter *self)
{
  return (guint) self->number;
}
