/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkUpload: one multipart upload. Parts are handed in one by one and sent
 * in parallel; each answer's CRC64 is compared, and the object's at the end.
 * Trouble of the network is waited out. Blocking; put_part is called from one
 * thread.
 */
#pragma once

#include "model/base/gate.h"
#include "model/base/progress.h"
#include "model/cloud/bucket.h"

G_BEGIN_DECLS

typedef struct _EmbarkUpload EmbarkUpload;

typedef struct
{
  guint parallel;              /* parts at once; 0: from 4 on as many as make it faster, 1 to 16 */
  EmbarkGate *gate;            /* (nullable) while it is closed nothing is sent */
  EmbarkProgressFunc progress; /* (nullable) from sending threads, at most ten times a second */
  gpointer user_data;
} EmbarkUploadOptions;

/* Starts a new upload, or continues @upload_id if not NULL (parts the bucket holds with the same size and MD5 are
 * then not sent again). Copies what it needs of @cos. @options (nullable).
 * Errors: NO_BUCKET, PERMISSION, KEYS_REFUSED, NO_UPLOAD (that id is gone), NETWORK, …; only here NETWORK fails.
 *
 * Progress has bytes_done, bytes_kept, bytes_moved, in_flight, and the stage: "send"; "offline" while nothing gets
 * through; "paused" while the gate is closed; "finish" while the bucket puts the object together. */
EmbarkUpload *embark_upload_new (const EmbarkCos *cos, const char *key, const char *upload_id,
                                 const EmbarkUploadOptions *options, GCancellable *cancellable, GError **error);
const char *embark_upload_get_id (EmbarkUpload *self);
/* Blocks while enough parts are under way, and while the gate is closed. Fails with the first error of any part; a
 * part that the network keeps back is sent again until it arrives. @number 1..10000, each once. */
gboolean embark_upload_put_part (EmbarkUpload *self, guint number, GBytes *bytes, guint64 crc64,
                                 GCancellable *cancellable, GError **error);
/* Waits for all parts, completes, compares size and CRC64 of the object: CHECKSUM if they differ. When the upload
 * is no longer known but the object is there and the same, an earlier answer was lost: success. Waits for the network
 * and for the gate as parts do. */
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

/* An upload that was begun and neither completed nor removed: the account pays for its parts. */
typedef struct
{
  char *key;
  char *upload_id;
  gint64 initiated; /* unix seconds, 0: not known */
} EmbarkUnfinished;

void embark_unfinished_free (EmbarkUnfinished *self);
/* Of EmbarkUnfinished, all whose key begins with @prefix (nullable), at most 10,000. Of any program, not only ours. */
GPtrArray *embark_upload_list_unfinished (const EmbarkCos *cos, const char *prefix, GCancellable *cancellable,
                                          GError **error);
/* Removes the upload and its parts; one that is not there any more is success. */
gboolean embark_upload_remove_unfinished (const EmbarkCos *cos, const char *key, const char *upload_id,
                                          GCancellable *cancellable, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmbarkUpload, embark_upload_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmbarkUnfinished, embark_unfinished_free)

G_END_DECLS
