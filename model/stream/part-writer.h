/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkPartWriter: cuts what is written into parts. Part 1 is kept until the
 * end, the others are handed over as soon as something lies behind them.
 * Memory: part 1 and the part being filled.
 */
#pragma once

#include "model/stream/qcow2-stream.h"

G_BEGIN_DECLS

#define EMBARK_MAX_PARTS 10000

typedef struct _EmbarkPartWriter EmbarkPartWriter;

EmbarkPartWriter *embark_part_writer_new (gsize part_size, EmbarkPartFunc part_func, gpointer part_data,
                                          GCancellable *cancellable);
void embark_part_writer_free (EmbarkPartWriter *self);

/* An EmbarkQcow2WriteFunc: @writer is the part writer. */
gboolean embark_part_writer_write_cb (guint64 offset, const guint8 *data, gsize length, gpointer writer,
                                      GError **error);
/* Pads to @size bytes, hands over what is left, part 1 last. */
gboolean embark_part_writer_finish (EmbarkPartWriter *self, guint64 size, GError **error);

/* After embark_part_writer_finish(). */
guint64 embark_part_writer_get_crc64 (EmbarkPartWriter *self);
guint embark_part_writer_get_n_parts (EmbarkPartWriter *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmbarkPartWriter, embark_part_writer_free)

G_END_DECLS
