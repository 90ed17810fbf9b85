/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * libarchive's filters read on behind the end of some streams and fail on what
 * is there; for those the end is found first, from the format's own lengths.
 */
#include "model/guest/unpack.h"

#include <string.h>

#include <archive.h>

#include "model/guest/lzop.h"

#define LZ4_BLOCK_MAX (8 * 1024 * 1024 + 8 * 1024 * 1024 / 255 + 16)
#define LZ4_LEGACY 0x184C2102u
#define LZ4_FRAME 0x184D2204u
#define ZSTD_FRAME 0xFD2FB528u
#define ZSTD_RLE 1
#define XZ_FOOTER 12

struct _EmbarkUnpack
{
  struct archive *archive; /* owned, or */
  EmbarkLzop *lzop;        /* owned */
  gsize length;            /* of the stream where it is known in advance, else 0 */
};

static guint32 get_le32 (const guint8 *p)
{
  return p[0] | (guint32) p[1] << 8 | (guint32) p[2] << 16 | (guint32) p[3] << 24;
}

/* Blocks with their length in front, until something that cannot be one. */
static gsize find_lz4_end (const guint8 *data, gsize length)
{
  gsize position = 4;

  while (length - position >= 4)
    {
      guint32 size = get_le32 (data + position);
      if (size == LZ4_LEGACY)
        size = 0;
      else if (size == 0 || size > LZ4_BLOCK_MAX)
        break;
      if (size > length - position - 4)
        return length;
      position += 4 + size;
    }
  return position;
}

/* lz4_Frame_format.md: a header of optional fields, blocks with their length, an end mark. */
static gsize find_lz4_frame_end (const guint8 *data, gsize length)
{
  guint8 flags = data[4];
  gsize block_sum = flags & 0x10 ? 4 : 0;
  gsize position = 7 + (flags & 0x08 ? 8 : 0) + (flags & 0x01 ? 4 : 0);

  while (position <= length && length - position >= 4)
    {
      gsize size = get_le32 (data + position) & 0x7FFFFFFF;

      position += 4;
      if (size == 0)
        return MIN (position + (flags & 0x04 ? 4 : 0), length);
      if (size + block_sum > length - position)
        break;
      position += size + block_sum;
    }
  return length;
}

/* RFC 8878, section 3.1.1. */
static gsize find_zstd_end (const guint8 *data, gsize length)
{
  static const guint8 dictionary_sizes[] = { 0, 1, 2, 4 };
  static const guint8 content_sizes[] = { 0, 2, 4, 8 };
  guint8 descriptor = length > 4 ? data[4] : 0;
  gboolean is_single = (descriptor & 0x20) != 0;
  gsize position = 5 + (is_single ? 0 : 1) + dictionary_sizes[descriptor & 3] + content_sizes[descriptor >> 6];
  guint32 header;

  if (is_single && descriptor >> 6 == 0)
    position++;
  do
    {
      gsize size;

      if (position > length || length - position < 3)
        return length;
      header = data[position] | (guint32) data[position + 1] << 8 | (guint32) data[position + 2] << 16;
      size = (header >> 1 & 3) == ZSTD_RLE ? 1 : header >> 3;
      position += 3;
      if (size > length - position)
        return length;
      position += size;
    }
  while (!(header & 1));
  position += descriptor & 4 ? 4 : 0;
  return MIN (position, length);
}

static guint32 make_crc32 (const guint8 *data, gsize length)
{
  guint32 crc = 0xFFFFFFFF;

  for (gsize i = 0; i < length; i++)
    {
      crc ^= data[i];
      for (guint bit = 0; bit < 8; bit++)
        crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320u : 0);
    }
  return ~crc;
}

/* A stream ends with "YZ", at a multiple of four; before it a checksum, the size of the index, the stream's flags. */
static gsize find_xz_end (const guint8 *data, gsize length)
{
  for (gsize end = 12 + XZ_FOOTER; end <= length; end += 4)
    {
      const guint8 *footer = data + end - XZ_FOOTER;
      guint64 index_size;

      if (footer[10] != 'Y' || footer[11] != 'Z' || memcmp (footer + 8, data + 6, 2) != 0
          || make_crc32 (footer + 4, 6) != get_le32 (footer))
        continue;
      index_size = ((guint64) get_le32 (footer + 4) + 1) * 4;
      if (index_size <= end - 12 - XZ_FOOTER && footer[-(gssize) index_size] == 0)
        return end;
    }
  return length;
}

/* Where the stream ends; 0 when its reader tells by itself. */
static gsize find_end (const guint8 *data, gsize length)
{
  static const guint8 xz[] = { 0xFD, '7', 'z', 'X', 'Z', 0 };

  if (length >= 8 && get_le32 (data) == LZ4_LEGACY)
    return find_lz4_end (data, length);
  if (length >= 8 && get_le32 (data) == LZ4_FRAME)
    return find_lz4_frame_end (data, length);
  if (length >= 8 && get_le32 (data) == ZSTD_FRAME)
    return find_zstd_end (data, length);
  if (length >= 12 && memcmp (data, xz, sizeof xz) == 0)
    return find_xz_end (data, length);
  return 0;
}

static struct archive *open_archive (const guint8 *data, gsize length)
{
  struct archive *archive = archive_read_new ();
  struct archive_entry *entry = NULL;

  /* Never filter_all: it would start programs of the host for some formats. */
  archive_read_support_filter_gzip (archive);
  archive_read_support_filter_xz (archive);
  archive_read_support_filter_lzma (archive);
  archive_read_support_filter_zstd (archive);
  archive_read_support_filter_lz4 (archive);
  archive_read_support_filter_bzip2 (archive);
  archive_read_support_format_raw (archive);
  if (archive_read_open_memory (archive, data, length) == ARCHIVE_OK
      && archive_read_next_header (archive, &entry) == ARCHIVE_OK
      && archive_filter_code (archive, 0) != ARCHIVE_FILTER_NONE)
    return archive;
  archive_read_free (archive);
  return NULL;
}

EmbarkUnpack *embark_unpack_new (const guint8 *data, gsize length)
{
  g_autoptr (EmbarkUnpack) self = g_new0 (EmbarkUnpack, 1);

  if (embark_lzop_is (data, length))
    self->lzop = embark_lzop_new (data, length);
  else
    {
      self->length = find_end (data, length);
      self->archive = open_archive (data, self->length ? self->length : length);
    }
  return self->lzop || self->archive ? g_steal_pointer (&self) : NULL;
}

void embark_unpack_free (EmbarkUnpack *self)
{
  g_clear_pointer (&self->archive, archive_read_free);
  g_clear_pointer (&self->lzop, embark_lzop_free);
  g_free (self);
}

gssize embark_unpack_read (EmbarkUnpack *self, guint8 *buffer, gsize size)
{
  gsize got = 0;

  if (self->lzop)
    return embark_lzop_read (self->lzop, buffer, size);
  while (got < size)
    {
      la_ssize_t n = archive_read_data (self->archive, buffer + got, size - got);
      if (n < 0)
        return -1;
      if (n == 0)
        break;
      got += n;
    }
  return got;
}

gsize embark_unpack_get_used (EmbarkUnpack *self)
{
  if (self->lzop)
    return embark_lzop_get_used (self->lzop);
  return self->length ? self->length : (gsize) MAX (archive_filter_bytes (self->archive, -1), 0);
}

GBytes *embark_unpack_all (const guint8 *data, gsize length, gsize max)
{
  g_autoptr (EmbarkUnpack) unpack = embark_unpack_new (data, length);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  guint8 buffer[16384];

  while (unpack && bytes->len < max)
    {
      gssize n = embark_unpack_read (unpack, buffer, MIN (sizeof buffer, max - bytes->len));
      if (n <= 0)
        break;
      g_byte_array_append (bytes, buffer, n);
    }
  return bytes->len > 0 ? g_byte_array_free_to_bytes (g_steal_pointer (&bytes)) : NULL;
}
