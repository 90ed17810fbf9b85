/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkClusterScan: the guest clusters that must be read, in ascending order,
 * from block status. Holds the extents of one answer of the server at most.
 */
#pragma once

#include "model/stream/disk-reader.h"

G_BEGIN_DECLS

typedef struct _EmbarkClusterScan EmbarkClusterScan;

/* Borrows @reader. */
EmbarkClusterScan *embark_cluster_scan_new (EmbarkDiskReader *reader);
void embark_cluster_scan_free (EmbarkClusterScan *self);

/* The next run; @ret_count is 0 at the end. Runs may touch, never overlap. */
gboolean embark_cluster_scan_next (EmbarkClusterScan *self, guint64 *ret_first, guint64 *ret_count,
                                   GCancellable *cancellable, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmbarkClusterScan, embark_cluster_scan_free)

G_END_DECLS
