/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkQcow2Layout: where everything of a QCOW2 written forward goes, and its
 * tables. Memory: one L2 table and 2 bytes for each host cluster. Version 3,
 * clusters of 64 KiB, refcounts of 16 bit, no incompatible features.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define EMBARK_QCOW2_CLUSTER_BITS 16
#define EMBARK_QCOW2_CLUSTER_SIZE (1 << EMBARK_QCOW2_CLUSTER_BITS)
/* Guest clusters that one L2 table describes. */
#define EMBARK_QCOW2_L2_ENTRIES (EMBARK_QCOW2_CLUSTER_SIZE / 8)

/* Offsets grow from call to call but within one part, and stay in a part once a later one was written to; only the
 * header, the last call, is at offset 0. What lies between is zero. */
typedef gboolean (*EmbarkQcow2WriteFunc) (guint64 offset, const guint8 *data, gsize length, gpointer user_data,
                                          GError **error);

typedef struct _EmbarkQcow2Layout EmbarkQcow2Layout;

/* @virtual_size: bytes, a multiple of 512. @part_size: a multiple of the cluster size. */
EmbarkQcow2Layout *embark_qcow2_layout_new (guint64 virtual_size, guint64 part_size, EmbarkQcow2WriteFunc write_func,
                                            gpointer user_data);
void embark_qcow2_layout_free (EmbarkQcow2Layout *self);

/* Guest clusters come in ascending order. @length: EMBARK_QCOW2_CLUSTER_SIZE (stored as it is) or less (deflated). */
gboolean embark_qcow2_layout_add (EmbarkQcow2Layout *self, guint64 guest_cluster, const guint8 *data, gsize length,
                                  GError **error);
/* Writes the tables, then the header. */
gboolean embark_qcow2_layout_finish (EmbarkQcow2Layout *self, GError **error);
/* Bytes of the file so far; final after embark_qcow2_layout_finish(). */
guint64 embark_qcow2_layout_get_size (EmbarkQcow2Layout *self);

/* Bytes of the file at most, with @n_clusters guest clusters in @n_l2_tables ranges of EMBARK_QCOW2_L2_ENTRIES. */
guint64 embark_qcow2_layout_get_upper_bound (guint64 virtual_size, guint64 n_clusters, guint64 n_l2_tables);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmbarkQcow2Layout, embark_qcow2_layout_free)

G_END_DECLS
