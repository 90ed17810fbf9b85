/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Undoes the compression of one stream in memory, within this process: gzip,
 * bzip2, xz, lzma, zstd, lz4 (frame and the kernel's old kind), lzop. Says
 * where the stream ended, since others may follow it. Any thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _EmbarkUnpack EmbarkUnpack;

/* @data is borrowed until the reader is freed. NULL: no compression that is known. */
EmbarkUnpack *embark_unpack_new (const guint8 *data, gsize length);
void embark_unpack_free (EmbarkUnpack *self);
/* Up to @size bytes; fewer only at the end; -1: damaged. The caller bounds what it reads. */
gssize embark_unpack_read (EmbarkUnpack *self, guint8 *buffer, gsize size);
/* After the end: the bytes of @data that belonged to the stream. */
gsize embark_unpack_get_used (EmbarkUnpack *self);

/* All of it up to @max bytes, or what can be read of a stream that is cut off; NULL when nothing can. */
GBytes *embark_unpack_all (const guint8 *data, gsize length, gsize max);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmbarkUnpack, embark_unpack_free)

G_END_DECLS
