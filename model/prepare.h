/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Making a disk ready: overlay, fixes, and the look that proves them. Blocking;
 * any thread. The original is only read; what is made is one overlay file.
 */
#pragma once

#include "model/base/fix-options.h"
#include "model/disk-look.h"

G_BEGIN_DECLS

typedef void (*EmbarkPrepareLogFunc) (const char *line, gpointer user_data);

typedef struct
{
  const EmbarkDiskSource *source;
  EmbarkFacts *facts;      /* of a whole look at @source … */
  const char *fingerprint; /* … and its fingerprint: SOURCE_CHANGED when the disk is another by now */
  const EmbarkFixOptions *options;
  const char *overlay; /* path of the file to make */
  EmbarkProgressFunc progress;
  EmbarkPrepareLogFunc log; /* (nullable) */
  gpointer user_data;       /* of both; called from the thread of the call */
} EmbarkPrepareRequest;

typedef struct
{
  EmbarkLook *look;     /* the disk with the overlay: facts and fingerprint of the new chain */
  JsonArray *changes;   /* as of model/base/fix-changes.h */
  guint64 overlay_size; /* bytes on the disk */
} EmbarkPrepared;

void embark_prepared_free (EmbarkPrepared *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmbarkPrepared, embark_prepared_free)

/* Stages: "overlay", "launch", "mount", "fix:ID", "finish". DISK_FULL before anything is done when the folder of the
 * overlay has less room than the fixes may take. On failure and cancel no overlay is left. */
EmbarkPrepared *embark_prepare (const EmbarkPrepareRequest *request, GCancellable *cancellable, GError **error);
/* @source with its overlay on top, as a source of its own: what is looked at and uploaded from then on. The files of
 * @source are found anew, so BLOCKING for as long as a header probe. */
EmbarkDiskSource *embark_prepare_make_source (const EmbarkDiskSource *source, const char *overlay,
                                              GCancellable *cancellable, GError **error);

G_END_DECLS
