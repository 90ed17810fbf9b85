/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The calls a multipart upload is made of (documents 436/7746 and following).
 * Blocking; any thread. Private to this folder; upload.c puts them in order.
 */
#pragma once

#include "model/cloud/bucket.h"

G_BEGIN_DECLS

#define EMBARK_MULTIPART_PARTS_MAX 10000

typedef struct
{
  guint number; /* 1..10000 */
  guint64 size;
  char *etag; /* without quotes */
} EmbarkPart;

void embark_part_free (EmbarkPart *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmbarkPart, embark_part_free)

/* What one part is, for sending. */
typedef struct
{
  guint number;
  GBytes *bytes;
  guint64 crc64;
  const guint8 *md5; /* (nullable) 16 bytes: sent along, so that the service compares */
  void (*sent_func) (guint64 bytes_sent, gpointer user_data);      /* of the try under way */
  void (*failed_func) (gboolean is_throttled, gpointer user_data); /* after each try that failed */
  gpointer user_data;
} EmbarkPartSend;

/* The new upload id, or NULL. */
char *embark_multipart_start (const EmbarkCos *cos, const char *key, GCancellable *cancellable, GError **error);
/* Number → EmbarkPart of what the bucket holds. NO_UPLOAD when the id is not known. */
GHashTable *embark_multipart_list (const EmbarkCos *cos, const char *key, const char *upload_id,
                                   GCancellable *cancellable, GError **error);
/* The ETag, once the answer's CRC64 is right; CHECKSUM when it stays wrong after several tries. @ret_is_proven: FALSE
 * when there was neither a CRC64 in the answer nor an MD5 in @part, so that nothing is known of what arrived. */
char *embark_multipart_send (const EmbarkCos *cos, const char *key, const char *upload_id, const EmbarkPartSend *part,
                             gboolean *ret_is_proven, GCancellable *cancellable, GError **error);
/* @parts: of EmbarkPart, ascending, without gaps. */
gboolean embark_multipart_complete (const EmbarkCos *cos, const char *key, const char *upload_id, GPtrArray *parts,
                                    GCancellable *cancellable, GError **error);
/* An id that is not known is success. Ends within 30 s. */
gboolean embark_multipart_abort (const EmbarkCos *cos, const char *key, const char *upload_id,
                                 GCancellable *cancellable, GError **error);

G_END_DECLS
