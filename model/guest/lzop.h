/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads what lzop writes, within this process: libarchive would start the
 * program lzop of the host for it. Checksums are not verified. Any thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _EmbarkLzop EmbarkLzop;

gboolean embark_lzop_is (const guint8 *data, gsize length);
/* @data is borrowed until the reader is freed. NULL: not lzop's format, or a method it does not have. */
EmbarkLzop *embark_lzop_new (const guint8 *data, gsize length);
void embark_lzop_free (EmbarkLzop *self);
/* Up to @size bytes; fewer only at the end; -1: damaged. */
gssize embark_lzop_read (EmbarkLzop *self, guint8 *buffer, gsize size);
/* Bytes of @data read so far; after the end: where it ended. */
gsize embark_lzop_get_used (EmbarkLzop *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmbarkLzop, embark_lzop_free)

G_END_DECLS
