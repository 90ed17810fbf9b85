/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The headers of a program or driver of Windows: for which machine it is, and
 * where its signatures stand ("PE Format" and "Windows Authenticode Portable
 * Executable Signature Format" of Microsoft). Pure bytes; any thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define EMBARK_PE_SIZE_MAX (16 * 1024 * 1024) /* drivers of virtio have 20 KiB to 1 MiB */

/* Certificates of this kind hold a PKCS #7 signature. */
#define EMBARK_PE_CERTIFICATE_PKCS7 2

typedef struct
{
  const guint8 *bytes; /* borrowed from who had it read */
  gsize length;
  guint16 machine; /* 0x8664, 0x014C … */
  gsize checksum_at;
  gsize security_at; /* the directory entry of the certificates, 8 bytes; 0: there is none */
  gsize table_at;    /* the certificates; 0: there are none */
  gsize table_length;
} EmbarkPeImage;

typedef struct
{
  guint16 type;
  const guint8 *bytes; /* borrowed; may end with padding */
  gsize length;
} EmbarkPeCertificate;

/* All of a file, at most EMBARK_PE_SIZE_MAX. FAILED when it is no PE file, or its headers, sections or certificates do
 * not lie within it, one after the other. */
gboolean embark_pe_image_read (const guint8 *bytes, gsize length, EmbarkPeImage *ret, GError **error);
/* As the facts name it: "x86_64", "i386", "aarch64" …; static, NULL for another. */
const char *embark_pe_image_get_arch (const EmbarkPeImage *self);

/* One certificate after the other, from *at = 0. FALSE at the end. */
gboolean embark_pe_image_next_certificate (const EmbarkPeImage *self, gsize *at, EmbarkPeCertificate *ret);

typedef void (*EmbarkPeFunc) (const guint8 *bytes, gsize length, gpointer user_data);
/* Everything a signature covers, in order: all before the certificates but for the checksum and the directory entry. */
void embark_pe_image_foreach_signed (const EmbarkPeImage *self, EmbarkPeFunc func, gpointer user_data);
/* Nothing stands behind the certificates: Windows trusts no signature of another file. */
gboolean embark_pe_image_ends_with_table (const EmbarkPeImage *self);

G_END_DECLS
