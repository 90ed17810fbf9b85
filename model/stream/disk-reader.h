/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkDiskReader: the disk behind an NBD socket, over as many connections as
 * the server allows. Blocking; any number of threads at once. Everything given
 * one cancellable returns soon after it is cancelled.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _EmbarkDiskReader EmbarkDiskReader;

typedef struct
{
  guint64 offset;
  guint64 length;
  gboolean is_zero; /* reads as zeroes: need not be read */
} EmbarkDiskExtent;

typedef struct
{
  guint64 offset;
  gsize length; /* within the disk */
  guint8 *buffer;
} EmbarkDiskRun;

/* Opens the first connection; the others, up to @max_connections, are opened when they are needed. */
EmbarkDiskReader *embark_disk_reader_new (const char *socket, guint max_connections, GCancellable *cancellable,
                                          GError **error);
/* No call may be under way. */
void embark_disk_reader_free (EmbarkDiskReader *self);

/* Bytes, more than 0. */
guint64 embark_disk_reader_get_size (EmbarkDiskReader *self);

/* Appends the extents from @offset on, without gaps, at least one, up to @offset + @length at most.
 * A server without block status answers with one extent of data. */
gboolean embark_disk_reader_get_extents (EmbarkDiskReader *self, guint64 offset, guint64 length, GArray *extents,
                                         GCancellable *cancellable, GError **error);

/* Reads all of @runs, several requests under way at once. On failure the buffers hold anything. */
gboolean embark_disk_reader_read (EmbarkDiskReader *self, const EmbarkDiskRun *runs, guint n_runs,
                                  GCancellable *cancellable, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmbarkDiskReader, embark_disk_reader_free)

G_END_DECLS
