/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkPipeline: guest clusters are found by a planner thread, read and
 * deflated by workers, and taken in guest order by the caller. Memory: a fixed
 * ring of batches. Created, used and freed by one thread.
 */
#pragma once

#include "model/stream/disk-reader.h"
#include "model/stream/qcow2-layout.h"
#include "model/stream/qcow2-stream.h"

G_BEGIN_DECLS

#define EMBARK_BATCH_CLUSTERS 16

typedef struct
{
  guint n_clusters;
  guint64 clusters[EMBARK_BATCH_CLUSTERS];   /* guest cluster numbers, ascending */
  gsize lengths[EMBARK_BATCH_CLUSTERS];      /* as embark_cluster_codec_encode() returns */
  const guint8 *data[EMBARK_BATCH_CLUSTERS]; /* of lengths[i] bytes; NULL for zero */
} EmbarkBatch;

typedef struct _EmbarkPipeline EmbarkPipeline;

/* Starts the threads; borrows @reader. @cancellable stops everything. */
EmbarkPipeline *embark_pipeline_new (EmbarkDiskReader *reader, EmbarkStreamLevel level, guint n_workers,
                                     GCancellable *cancellable, GError **error);
/* Stops and joins all threads. */
void embark_pipeline_free (EmbarkPipeline *self);

/* The next batch in guest order, valid until the next call; *@ret_batch is NULL at the end. */
gboolean embark_pipeline_next (EmbarkPipeline *self, const EmbarkBatch **ret_batch, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmbarkPipeline, embark_pipeline_free)

G_END_DECLS
