/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkClusterCodec: one guest cluster into what QCOW2 stores of it. Its
 * buffers are allocated once; one codec for each thread.
 */
#pragma once

#include "model/stream/qcow2-layout.h"
#include "model/stream/qcow2-stream.h"

G_BEGIN_DECLS

typedef struct _EmbarkClusterCodec EmbarkClusterCodec;

EmbarkClusterCodec *embark_cluster_codec_new (EmbarkStreamLevel level);
void embark_cluster_codec_free (EmbarkClusterCodec *self);

/* @in and @out: EMBARK_QCOW2_CLUSTER_SIZE bytes each. Returns 0: all bytes are zero; EMBARK_QCOW2_CLUSTER_SIZE: to be
 * stored as it is, @out holds anything; else the length of a raw deflate stream with a window of 4 KiB in @out. */
gsize embark_cluster_codec_encode (EmbarkClusterCodec *self, const guint8 *in, guint8 *out);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmbarkClusterCodec, embark_cluster_codec_free)

G_END_DECLS
