/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkUpload: one multipart upload. Parts are handed in one by one and sent
 * in parallel; each answer's CRC64 is compared, and the object's at the end.
 * Blocking; put_part is called from one thread.
 */
#pragma once

#include "model/base/progress.h"
#include "model/cloud/bucket.h"

G_BEGIN_DECLS

typedef struct _EmbarkUpload EmbarkUpload;

/* Starts a new upload, or continues @upload_id if not NULL (parts the bucket holds with the same size and MD5 are
 * then not sent again). Copies what it needs of @cos. @parallel: parts at once, 0: 4.
 * Errors: NO_BUCKET, PERMISSION, KEYS_REFUSED, NO_UPLOAD (that id is gone), NETWORK, … */
EmbarkUpload *embark_upload_new (const EmbarkCos *cos, const char *key, const char *upload_id, guint parallel,
                                 GCancellable *cancellable, GError **error);
const char *embark_upload_get_id (EmbarkUpload *self);
/* Called from sending threads, at most ten times a second: bytes_done (acknowledged, plus what is on its way; never
 * backwards, retries not counted twice) and in_flight. Must be set before the first part. */
void embark_upload_set_progress (EmbarkUpload *self, EmbarkProgressFunc progress, gpointer user_data);
/* Blocks while @parallel parts are under way. Fails with the first error of any part. @number 1..10000, each once. */
gboolean embark_upload_put_part (EmbarkUpload *self, guint number, GBytes *bytes, guint64 crc64,
                                 GCancellable *cancellable, GError **error);
/* Waits for all parts, completes, compares size and CRC64 of the object: CHECKSUM if they differ. When the upload
 * is no longer known but the object is there and the same, an earlier answer was lost: success. */
gboolean embark_upload_finish (EmbarkUpload *self, guint64 size, guint64 crc64, GCancellable *cancellable,
                               GError **error);
/* Ends parts under way and removes what the bucket holds of it, also the object if completing it was tried and is
 * of the right size and sum. Not cancellable, bounded to 30 s for each of the two. Idempotent; nothing happens after
 * a successful finish. */
gboolean embark_upload_abort (EmbarkUpload *self, GError **error);
/* Removes all unfinished uploads of exactly @key: those whose id got lost in a crash. */
gboolean embark_upload_abort_strays (const EmbarkCos *cos, const char *key, GCancellable *cancellable, GError **error);
/* Ends parts under way; the upload stays in the bucket and can be continued. */
void embark_upload_free (EmbarkUpload *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmbarkUpload, embark_upload_free)

G_END_DECLS
