/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The disk behind an NBD socket as one QCOW2 file in parts, never stored.
 * Parts 2..N come in order, part 1 (it holds the header) last. Deterministic:
 * same disk, same level, same part size, same bytes. Blocking; any thread.
 */
#pragma once

#include <gio/gio.h>

#include "model/base/progress.h"

G_BEGIN_DECLS

typedef enum
{
  EMBARK_STREAM_FAST,  /* ISA-L level 1, the default */
  EMBARK_STREAM_SMALL, /* ISA-L level 3 */
  EMBARK_STREAM_PLAIN, /* no compression */
} EmbarkStreamLevel;

typedef struct
{
  guint64 virtual_size; /* bytes */
  guint64 allocated;    /* bytes of clusters that are neither hole nor zero by block status */
  guint64 upper_bound;  /* bytes of the QCOW2 at most */
  guint64 part_size;    /* bytes: power of two from 8 MiB, upper_bound / part_size <= 10000 */
} EmbarkStreamPlan;

typedef struct
{
  guint64 size;  /* bytes of the object */
  guint64 crc64; /* of the whole object, in file order */
  guint n_parts;
  guint64 source_bytes; /* bytes of the clusters that were written, before compression */
} EmbarkStreamResult;

/* Takes one part. May block: that is the back-pressure. Called from one thread at a time. @crc64: of @bytes. */
typedef gboolean (*EmbarkPartFunc) (guint number, GBytes *bytes, guint64 crc64, gpointer user_data,
                                    GCancellable *cancellable, GError **error);

/* Asks block status only. */
gboolean embark_stream_plan (const char *socket, EmbarkStreamPlan *ret_plan, GCancellable *cancellable, GError **error);
/* Reports stage "read" with bytes_read, bytes_source and fraction of the allocated bytes read. */
gboolean embark_stream_run (const char *socket, const EmbarkStreamPlan *plan, EmbarkStreamLevel level,
                            EmbarkPartFunc part_func, gpointer part_data, EmbarkStreamResult *ret_result,
                            EmbarkProgressFunc progress, gpointer user_data, GCancellable *cancellable, GError **error);
/* The same with a number of workers: for tests and benches, the bytes do not depend on it. */
gboolean embark_stream_run_with (const char *socket, const EmbarkStreamPlan *plan, EmbarkStreamLevel level,
                                 guint n_workers, EmbarkPartFunc part_func, gpointer part_data,
                                 EmbarkStreamResult *ret_result, EmbarkProgressFunc progress, gpointer user_data,
                                 GCancellable *cancellable, GError **error);
/* FALSE with SOURCE_CHANGED: what a plan says and what the disk shows do not agree. */
gboolean embark_stream_set_changed_error (GError **error);

G_END_DECLS
