/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ISA-L's deflate with the window QEMU inflates with. Data that looks random
 * is not tried.
 */
#include "model/stream/cluster-codec.h"

#include <isa-l/igzip_lib.h>
#include <isa-l/mem_routines.h>

#include "model/stream/cluster-order.h"

#define WINDOW_BITS 12
/* Whoever reads the image inflates every compressed cluster, so a small saving is not worth it. */
#define MIN_SAVING 2048

/* Up to 2.30 at least, the AVX2 matcher hashes a part of the stream's address instead of bytes 2 to 5 when it goes on
 * after the first byte of a stream: the output is right but differs from run to run. Given so little that it stops
 * after that byte (it keeps 288 bytes to look ahead), it begins again with the bytes themselves. */
#define FIRST_INPUT (288 + 1)

struct _EmbarkClusterCodec
{
  struct isal_zstream stream;
  guint8 *level_buffer; /* owned; NULL: do not compress */
  guint32 level_buffer_size;
  guint32 level;
};

EmbarkClusterCodec *embark_cluster_codec_new (EmbarkStreamLevel level)
{
  EmbarkClusterCodec *self = g_new0 (EmbarkClusterCodec, 1);

  if (level == EMBARK_STREAM_PLAIN)
    return self;
  self->level = level == EMBARK_STREAM_SMALL ? 3 : 1;
  self->level_buffer_size = level == EMBARK_STREAM_SMALL ? ISAL_DEF_LVL3_DEFAULT : ISAL_DEF_LVL1_DEFAULT;
  self->level_buffer = g_malloc0 (self->level_buffer_size);
  return self;
}

void embark_cluster_codec_free (EmbarkClusterCodec *self)
{
  g_free (self->level_buffer);
  g_free (self);
}

gsize embark_cluster_codec_encode (EmbarkClusterCodec *self, const guint8 *in, guint8 *out)
{
  struct isal_zstream *stream = &self->stream;

  if (isal_zero_detect ((void *) in, EMBARK_QCOW2_CLUSTER_SIZE) == 0)
    return 0;
  if (self->level_buffer == NULL || embark_cluster_looks_random (in))
    return EMBARK_QCOW2_CLUSTER_SIZE;
  isal_deflate_init (stream);
  stream->level = self->level;
  stream->level_buf = self->level_buffer;
  stream->level_buf_size = self->level_buffer_size;
  stream->hist_bits = WINDOW_BITS;
  stream->gzip_flag = IGZIP_DEFLATE;
  stream->flush = NO_FLUSH;
  stream->next_in = (guint8 *) in;
  stream->avail_in = FIRST_INPUT;
  stream->next_out = out;
  stream->avail_out = EMBARK_QCOW2_CLUSTER_SIZE - MIN_SAVING;
  if (isal_deflate (stream) != COMP_OK)
    return EMBARK_QCOW2_CLUSTER_SIZE;
  stream->avail_in += EMBARK_QCOW2_CLUSTER_SIZE - FIRST_INPUT;
  stream->end_of_stream = 1;
  if (isal_deflate (stream) != COMP_OK || stream->internal_state.state != ZSTATE_END)
    return EMBARK_QCOW2_CLUSTER_SIZE;
  return stream->total_out;
}
