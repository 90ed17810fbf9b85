/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkExport: a disk as a read-only NBD socket, the one door through which
 * every other layer reads it. qemu-nbd with explicit formats and node names,
 * inside bwrap that sees only the files of that disk and has no network.
 */
#pragma once

#include "model/source/image-chain.h"

G_BEGIN_DECLS

typedef struct _EmbarkExport EmbarkExport;

/* Blocks until the socket answers. The chain must outlive the export. @runtime_dir: private folder (0700).
 * Errors: IN_USE (a running machine holds a write lock), TOOL_MISSING, DAMAGED_IMAGE, FAILED. */
EmbarkExport *embark_export_start (EmbarkImageChain *chain, const char *runtime_dir, GCancellable *cancellable,
                                   GError **error);
/* The same with file 0 of the chain, an overlay, writable; the files below it are read-only in the sandbox. What was
 * written is safe on the disk after embark_export_free(). */
EmbarkExport *embark_export_start_writable (EmbarkImageChain *chain, const char *runtime_dir, GCancellable *cancellable,
                                            GError **error);
/* Path of the unix socket, export name "". Multi-conn; read-only unless started writable. */
const char *embark_export_get_socket (EmbarkExport *self);
/* Ends the process, removes the socket. */
void embark_export_free (EmbarkExport *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmbarkExport, embark_export_free)

G_END_DECLS
