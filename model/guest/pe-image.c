/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every offset is checked once, in embark_pe_image_read(): what is in an
 * EmbarkPeImage lies within its bytes.
 */
#include "model/guest/pe-image.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "model/base/errors.h"

#define PE_POINTER_AT 0x3C
#define COFF_SIZE 24 /* with the signature "PE\0\0" */
#define SECTION_COUNT_AT 6
#define OPTIONAL_SIZE_AT 20
#define OPTIONAL_MAGIC 0x10B
#define OPTIONAL_MAGIC_64 0x20B
#define HEADERS_SIZE_AT 60 /* of the optional header, as the next ones */
#define CHECKSUM_AT 64
#define DIRECTORY_COUNT_AT 92
#define DIRECTORY_COUNT_AT_64 108
#define DIRECTORY_SIZE 8
#define DIRECTORY_SECURITY 4
#define SECTION_SIZE 40
#define SECTION_RAW_SIZE_AT 16
#define CERTIFICATE_HEAD 8
#define CERTIFICATE_TYPE_AT 6
#define CERTIFICATE_MAX 64

static guint16 get_le16 (const guint8 *p)
{
  return (guint16) (p[0] | p[1] << 8);
}

static guint32 get_le32 (const guint8 *p)
{
  return get_le16 (p) | (guint32) get_le16 (p + 2) << 16;
}

static gboolean lies_within (guint64 at, guint64 length, guint64 whole)
{
  return at <= whole && length <= whole - at;
}

static gboolean refuse (GError **error, const char *message)
{
  g_set_error_literal (error, EMBARK_ERROR, EMBARK_ERROR_FAILED, message);
  return FALSE;
}

static gboolean refuse_damaged (GError **error)
{
  return refuse (error, _ ("The file is damaged: its headers name places that are not in it. Get it again from where "
                           "it came from."));
}

/* Where the raw data of the last section ends; FALSE when one does not lie within the file. */
static gboolean find_end (const EmbarkPeImage *self, gsize sections, guint count, gsize *end)
{
  for (guint i = 0; i < count; i++)
    {
      const guint8 *section = self->bytes + sections + (gsize) i * SECTION_SIZE;
      guint32 size = get_le32 (section + SECTION_RAW_SIZE_AT), at = get_le32 (section + SECTION_RAW_SIZE_AT + 4);

      if (size == 0 || at == 0) /* only in memory */
        continue;
      if (!lies_within (at, size, self->length))
        return FALSE;
      *end = MAX (*end, (gsize) at + size);
    }
  return TRUE;
}

static gboolean check_certificates (const EmbarkPeImage *self)
{
  gsize at = 0;
  guint count = 0;

  while (self->table_length - at >= CERTIFICATE_HEAD)
    {
      guint32 length = get_le32 (self->bytes + self->table_at + at);

      if (length < CERTIFICATE_HEAD || length > self->table_length - at || ++count > CERTIFICATE_MAX)
        return FALSE;
      at = MIN (at + (((gsize) length + 7) & ~(gsize) 7), self->table_length);
    }
  return count > 0;
}

/* @end: of the headers and sections, before which no certificate can stand. */
static gboolean read_table (EmbarkPeImage *self, gsize end)
{
  guint32 at = get_le32 (self->bytes + self->security_at), length = get_le32 (self->bytes + self->security_at + 4);

  if (length == 0)
    return TRUE;
  if (at < end || !lies_within (at, length, self->length))
    return FALSE;
  self->table_at = at;
  self->table_length = length;
  return check_certificates (self);
}

/* @at: of the optional header, which has @size bytes and the section table behind it. */
static gboolean read_optional (EmbarkPeImage *self, gsize at, gsize size, guint section_count)
{
  guint16 magic = size >= 2 ? get_le16 (self->bytes + at) : 0;
  gsize directories_at = magic == OPTIONAL_MAGIC_64 ? DIRECTORY_COUNT_AT_64 : DIRECTORY_COUNT_AT;
  gsize end, headers_size;

  if ((magic != OPTIONAL_MAGIC && magic != OPTIONAL_MAGIC_64) || size < directories_at + 4)
    return FALSE;
  self->checksum_at = at + CHECKSUM_AT;
  end = at + size + (gsize) section_count * SECTION_SIZE;
  headers_size = get_le32 (self->bytes + at + HEADERS_SIZE_AT);
  if (headers_size > self->length || !find_end (self, at + size, section_count, &end))
    return FALSE;
  end = MAX (end, headers_size);
  if (get_le32 (self->bytes + at + directories_at) <= DIRECTORY_SECURITY)
    return TRUE;
  if (size < directories_at + 4 + (DIRECTORY_SECURITY + 1) * DIRECTORY_SIZE)
    return FALSE;
  self->security_at = at + directories_at + 4 + DIRECTORY_SECURITY * DIRECTORY_SIZE;
  return read_table (self, end);
}

gboolean embark_pe_image_read (const guint8 *bytes, gsize length, EmbarkPeImage *ret, GError **error)
{
  EmbarkPeImage self = { .bytes = bytes, .length = length };
  const char *no_program = _ ("The file is no program or driver of Windows. Get it again from where it came from.");
  gsize at, optional_size;
  guint section_count;

  if (length > EMBARK_PE_SIZE_MAX)
    return refuse (error, _ ("The file is larger than any driver of Windows (16 MiB)."));
  if (length < PE_POINTER_AT + 4 || memcmp (bytes, "MZ", 2) != 0)
    return refuse (error, no_program);
  at = get_le32 (bytes + PE_POINTER_AT);
  if (!lies_within (at, COFF_SIZE, length))
    return refuse_damaged (error);
  if (memcmp (bytes + at, "PE\0\0", 4) != 0)
    return refuse (error, no_program);
  self.machine = get_le16 (bytes + at + 4);
  section_count = get_le16 (bytes + at + SECTION_COUNT_AT);
  optional_size = get_le16 (bytes + at + OPTIONAL_SIZE_AT);
  if (!lies_within (at + COFF_SIZE, optional_size + (gsize) section_count * SECTION_SIZE, length)
      || !read_optional (&self, at + COFF_SIZE, optional_size, section_count))
    return refuse_damaged (error);
  *ret = self;
  return TRUE;
}

const char *embark_pe_image_get_arch (const EmbarkPeImage *self)
{
  static const struct
  {
    guint16 number;
    const char *arch;
  } machines[] = { { 0x8664, "x86_64" }, { 0x014C, "i386" }, { 0xAA64, "aarch64" }, { 0x01C4, "arm" } };

  for (guint i = 0; i < G_N_ELEMENTS (machines); i++)
    if (self->machine == machines[i].number)
      return machines[i].arch;
  return NULL;
}

gboolean embark_pe_image_next_certificate (const EmbarkPeImage *self, gsize *at, EmbarkPeCertificate *ret)
{
  const guint8 *head = self->bytes + self->table_at + *at;
  guint32 length;

  if (self->table_at == 0 || *at >= self->table_length || self->table_length - *at < CERTIFICATE_HEAD)
    return FALSE;
  length = get_le32 (head);
  ret->type = get_le16 (head + CERTIFICATE_TYPE_AT);
  ret->bytes = head + CERTIFICATE_HEAD;
  ret->length = length - CERTIFICATE_HEAD;
  *at = MIN (*at + (((gsize) length + 7) & ~(gsize) 7), self->table_length);
  return TRUE;
}

void embark_pe_image_foreach_signed (const EmbarkPeImage *self, EmbarkPeFunc func, gpointer user_data)
{
  gsize end = self->table_at > 0 ? self->table_at : self->length;
  gsize at = self->checksum_at + 4;

  func (self->bytes, self->checksum_at, user_data);
  if (self->security_at > 0)
    {
      func (self->bytes + at, self->security_at - at, user_data);
      at = self->security_at + DIRECTORY_SIZE;
    }
  func (self->bytes + at, end - at, user_data);
}

gboolean embark_pe_image_ends_with_table (const EmbarkPeImage *self)
{
  return self->table_at > 0 && self->table_at + self->table_length == self->length;
}
