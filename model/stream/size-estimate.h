/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How large the QCOW2 of a disk will be, from a few of its clusters that are
 * really deflated: about 95 of 100 such ranges hold the true size. Any thread.
 */
#pragma once

#include "model/stream/qcow2-stream.h"

G_BEGIN_DECLS

/* Clusters that are deflated at most: 16 MiB, a quarter of a second and less on a slow computer. */
#define EMBARK_SAMPLE_CLUSTERS 256

typedef struct
{
  guint64 low, likely, high; /* bytes of the QCOW2 */
  guint64 sampled;           /* bytes that were deflated; all that is allocated: the three are the same, and exact */
} EmbarkSizeEstimate;

typedef struct
{
  guint64 cluster; /* of the guest */
  gsize length;    /* as embark_cluster_codec_encode() returns */
} EmbarkSizeSample;

/* Reads and deflates clusters that lie evenly over what is allocated, in an order that lets it stop after two seconds.
 * The same disk gives the same samples. @plan: of this disk. */
gboolean embark_size_estimate (const char *socket, const EmbarkStreamPlan *plan, EmbarkStreamLevel level,
                               EmbarkSizeEstimate *ret_estimate, GCancellable *cancellable, GError **error);

/* The arithmetic of it. @samples: @n in guest order, one of each of @n equal shares of the @n_clusters clusters that
 * are allocated; n <= n_clusters. @n_tables: ranges of EMBARK_QCOW2_L2_ENTRIES in which they lie. */
void embark_size_estimate_from_samples (const EmbarkStreamPlan *plan, const EmbarkSizeSample *samples, guint n,
                                        guint64 n_clusters, guint64 n_tables, EmbarkSizeEstimate *ret_estimate);

G_END_DECLS
