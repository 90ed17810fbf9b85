/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which kernel modules an initramfs holds. Reads the format the kernel reads
 * (a sequence of newc archives, each plain or compressed, zeros between), so
 * early microcode and module archives in front of the compressed one count.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _EmbarkInitramfs EmbarkInitramfs;

#define EMBARK_INITRAMFS_UNPACKED_MAX (G_GUINT64_CONSTANT (1) << 30)

/* The whole file, unpacked within this process. *budget: bytes that may be unpacked for this and further ones, of
 * which this one takes EMBARK_INITRAMFS_UNPACKED_MAX at most; what it took is subtracted, also when it fails.
 * Errors: FAILED (unknown compression, damaged, too large): one clause, translated. */
EmbarkInitramfs *embark_initramfs_read (GBytes *file, guint64 *budget, GError **error);
void embark_initramfs_free (EmbarkInitramfs *self);

/* @version: of the kernel; modules of other kernels do not count. @module: "virtio_blk"; "-" and "_" are one. */
gboolean embark_initramfs_has_module (EmbarkInitramfs *self, const char *version, const char *module);
/* Archives found, and modules found in all of them. */
guint embark_initramfs_get_n_archives (EmbarkInitramfs *self);
guint embark_initramfs_get_n_modules (EmbarkInitramfs *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmbarkInitramfs, embark_initramfs_free)

G_END_DECLS
