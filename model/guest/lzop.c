/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The format as the kernel reads it (lib/decompress_unlzo.c): a header, then
 * blocks with both their lengths, numbers with the high byte first.
 */
#include "model/guest/lzop.h"

#include <string.h>

#include <lzo/lzo1x.h>

#define BLOCK_MAX (64 * 1024 * 1024) /* lzop's own bound */
#define FLAG_ADLER_PLAIN 0x1
#define FLAG_ADLER_PACKED 0x2
#define FLAG_EXTRA 0x40
#define FLAG_CRC_PLAIN 0x100
#define FLAG_CRC_PACKED 0x200
#define FLAG_FILTER 0x800
#define VERSION_WITH_LEVEL 0x0940

struct _EmbarkLzop
{
  const guint8 *data;
  gsize length;
  gsize position;
  gboolean is_damaged;
  gboolean is_ended;
  guint32 flags;
  guint8 *block; /* owned: the one being read */
  gsize block_length;
  gsize block_position;
};

static const guint8 magic[] = { 0x89, 'L', 'Z', 'O', 0, '\r', '\n', 0x1A, '\n' };

gboolean embark_lzop_is (const guint8 *data, gsize length)
{
  return length >= sizeof magic && memcmp (data, magic, sizeof magic) == 0;
}

/* A number of @size bytes; 0 and damaged when the data ends. */
static guint32 take_number (EmbarkLzop *self, guint size)
{
  guint32 value = 0;

  if (size > self->length - self->position)
    {
      self->is_damaged = TRUE;
      return 0;
    }
  for (guint i = 0; i < size; i++)
    value = value << 8 | self->data[self->position++];
  return value;
}

static void skip_bytes (EmbarkLzop *self, gsize size)
{
  if (size > self->length - self->position)
    self->is_damaged = TRUE;
  else
    self->position += size;
}

static gboolean read_header (EmbarkLzop *self)
{
  guint32 version, method;

  self->position = sizeof magic;
  version = take_number (self, 2);
  skip_bytes (self, 2);
  if (version >= VERSION_WITH_LEVEL)
    skip_bytes (self, 2);
  method = take_number (self, 1);
  if (version >= VERSION_WITH_LEVEL)
    skip_bytes (self, 1);
  self->flags = take_number (self, 4);
  if (self->flags & FLAG_FILTER)
    skip_bytes (self, 4);
  /* Mode, times, the name with its length, the checksum. */
  skip_bytes (self, version >= VERSION_WITH_LEVEL ? 12 : 8);
  skip_bytes (self, take_number (self, 1));
  skip_bytes (self, 4);
  if (self->flags & FLAG_EXTRA)
    {
      skip_bytes (self, take_number (self, 4));
      skip_bytes (self, 4);
    }
  return !self->is_damaged && method >= 1 && method <= 3 && !(self->flags & FLAG_FILTER);
}

EmbarkLzop *embark_lzop_new (const guint8 *data, gsize length)
{
  g_autoptr (EmbarkLzop) self = NULL;

  if (!embark_lzop_is (data, length) || lzo_init () != LZO_E_OK)
    return NULL;
  self = g_new0 (EmbarkLzop, 1);
  self->data = data;
  self->length = length;
  return read_header (self) ? g_steal_pointer (&self) : NULL;
}

void embark_lzop_free (EmbarkLzop *self)
{
  g_free (self->block);
  g_free (self);
}

/* FALSE at the end and when damaged. */
static gboolean read_block (EmbarkLzop *self)
{
  gsize plain, packed;
  lzo_uint got;

  plain = take_number (self, 4);
  if (self->is_damaged || plain == 0)
    {
      self->is_ended = !self->is_damaged;
      return FALSE;
    }
  packed = take_number (self, 4);
  if (self->flags & FLAG_ADLER_PLAIN)
    skip_bytes (self, 4);
  if (self->flags & FLAG_CRC_PLAIN)
    skip_bytes (self, 4);
  if (packed < plain && (self->flags & FLAG_ADLER_PACKED))
    skip_bytes (self, 4);
  if (packed < plain && (self->flags & FLAG_CRC_PACKED))
    skip_bytes (self, 4);
  self->is_damaged =
      self->is_damaged || plain > BLOCK_MAX || packed == 0 || packed > plain || packed > self->length - self->position;
  if (self->is_damaged)
    return FALSE;

  g_free (self->block);
  self->block = g_malloc (plain);
  self->block_length = plain;
  self->block_position = 0;
  got = plain;
  if (packed == plain)
    memcpy (self->block, self->data + self->position, plain);
  else if (lzo1x_decompress_safe (self->data + self->position, packed, self->block, &got, NULL) != LZO_E_OK
           || got != plain)
    self->is_damaged = TRUE;
  self->position += packed;
  return !self->is_damaged;
}

gssize embark_lzop_read (EmbarkLzop *self, guint8 *buffer, gsize size)
{
  gsize done = 0;

  while (done < size && !self->is_ended)
    {
      gsize n = MIN (size - done, self->block_length - self->block_position);

      if (n > 0)
        memcpy (buffer + done, self->block + self->block_position, n);
      self->block_position += n;
      done += n;
      if (done < size && !read_block (self) && self->is_damaged)
        return -1;
    }
  return done;
}

gsize embark_lzop_get_used (EmbarkLzop *self)
{
  return self->position;
}
