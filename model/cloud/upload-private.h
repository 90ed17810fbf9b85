/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the files of EmbarkUpload share: upload.c opens it and takes the parts,
 * upload-send.c sends them, upload-progress.c counts, upload-finish.c puts the
 * object together.
 */
#pragma once

#include "model/cloud/lane-control.h"
#include "model/cloud/multipart.h"
#include "model/cloud/upload.h"

G_BEGIN_DECLS

/* One request that is sent until it gets through. Guarded by the mutex of the upload. */
typedef struct
{
  guint n_failed; /* tries in a row, since anything got through */
  gboolean is_trying;
  guint64 bytes_sent; /* of the try under way */
} EmbarkSender;

struct _EmbarkUpload
{
  /* Owned, not changed after embark_upload_new(). */
  EmbarkCos cos; /* strings owned */
  char *key;
  char *id;
  EmbarkGate *gate; /* (nullable) */
  GThreadPool *pool;
  GCancellable *stop; /* ends the parts under way */
  GHashTable *held;   /* number → EmbarkPart in the bucket when this upload was taken up again */
  EmbarkProgressFunc progress;
  gpointer progress_data;

  gint is_md5_needed; /* atomic: the answers of this bucket have no CRC64 */

  GMutex report_mutex; /* taken before the other one */
  GMutex mutex;
  GCond changed;
  EmbarkLaneControl lanes;
  guint n_threads; /* of the pool */
  guint n_under_way;
  gint64 waited_us, waiting_since_us; /* for a free lane; waiting_since_us 0: not now */
  GPtrArray *done;                    /* of EmbarkPart */
  GPtrArray *senders;                 /* of EmbarkSender, borrowed */
  guint n_arrived;                    /* requests that got through */
  guint64 bytes_acknowledged, bytes_kept, bytes_moved;
  gint64 reported_at;
  const char *reported_stage; /* (nullable) static */
  GError *error;              /* the first one */
  gboolean is_finishing;      /* all parts are there */
  gboolean is_finished;
  gboolean is_aborted;

  /* Of embark_upload_finish() and embark_upload_abort(), which are called from one thread. */
  gboolean is_completion_tried;
  gboolean is_completed;
  guint64 size, crc64; /* of the object, once completion was tried */
};

typedef struct
{
  EmbarkUpload *upload;
  EmbarkSender sender;
  guint number;
  GBytes *bytes;
  guint64 crc64;
  gboolean has_md5;
  guint8 md5[16];
  char *etag; /* (nullable) once it arrived */
} EmbarkSendTask;

void embark_send_task_free (EmbarkSendTask *task);
void embark_send_task_compute_md5 (EmbarkSendTask *task);
/* A function of the pool: sends a task and frees it. */
void embark_upload_part_queued_cb (gpointer task, gpointer upload);
/* Notes what became of @task; @error NULL: it is in the bucket. Takes @error. */
void embark_upload_note_outcome (EmbarkUpload *self, EmbarkSendTask *task, gboolean is_kept, GError *error);

typedef gboolean (*EmbarkUploadTryFunc) (EmbarkUpload *self, gpointer data, GCancellable *cancellable, GError **error);
/* Calls @try_func until it succeeds: again at once when the gate closed meanwhile and is open again, after a wait when
 * the network failed. Fails when it fails otherwise, or @cancellable is cancelled. */
gboolean embark_upload_persist (EmbarkUpload *self, EmbarkSender *sender, EmbarkUploadTryFunc try_func, gpointer data,
                                GCancellable *cancellable, GError **error);

/* The try of @sender sent so much so far. */
void embark_upload_note_sent (EmbarkUpload *self, EmbarkSender *sender, guint64 bytes_sent);
void embark_upload_note_failed (EmbarkUpload *self, EmbarkSender *sender, gboolean is_throttled);
/* With the mutex held: something got through, so the network is there. */
void embark_upload_note_arrival (EmbarkUpload *self);
/* Reports if the stage changed, or it is time to. Without the mutex held. */
void embark_upload_tell (EmbarkUpload *self, gboolean is_forced);

/* Until all parts are there; on failure of any its error. */
gboolean embark_upload_wait_all (EmbarkUpload *self, GCancellable *cancellable, GError **error);
/* After this no thread of the pool works for the upload. */
void embark_upload_end_parts (EmbarkUpload *self);
/* FALSE with @error only when cancelled. */
gboolean embark_upload_wait_for_gate (EmbarkUpload *self, GCancellable *cancellable, GError **error);
/* Wakes all who wait for self->changed. */
void embark_upload_wake_cb (GCancellable *cancellable, gpointer upload);

G_END_DECLS
