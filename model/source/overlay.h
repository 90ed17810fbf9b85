/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The overlay of a disk: a qcow2 file that holds only what fixes changed, over
 * files that are never written. Blocking functions; any thread.
 */
#pragma once

#include "model/source/image-chain.h"

G_BEGIN_DECLS

/* Makes @path, a new private file (0600), over @chain, without opening an image format outside the sandbox: format and
 * size are given. Afterwards the disk with its changes is opened as a chain of its own, with the files of @chain
 * allowed. DISK_FULL, TOOL_MISSING, FAILED; then nothing is left. */
gboolean embark_overlay_create (EmbarkImageChain *chain, const char *path, GCancellable *cancellable, GError **error);
/* What was written to @path outlives a power cut from now on. */
gboolean embark_overlay_flush (const char *path, GError **error);
/* Writes @chain (the overlay on top) as one standalone, compressed qcow2 at @path, by qemu-img in the sandbox; the file
 * appears under its name when it is whole. An existing file is refused (NAME_TAKEN). */
gboolean embark_overlay_save (EmbarkImageChain *chain, const char *path, GCancellable *cancellable, GError **error);

G_END_DECLS
