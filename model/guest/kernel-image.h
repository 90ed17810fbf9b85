/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the first bytes of kernels and modules say of their machine, and who
 * signed a module. Pure bytes; any thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define EMBARK_KERNEL_HEAD_SIZE (64 * 1024) /* enough of an image that is not compressed as a whole */

typedef struct
{
  const char *machine; /* (nullable) "x86_64", "i386", "aarch64" …; static */
  char *version;       /* (nullable) as "uname -r" would say it */
} EmbarkKernelImage;

/* The start of a kernel: bzImage, Image of arm64, PE, ELF, or one of these in gzip. Both members NULL when it is none
 * of them or too old to tell. */
EmbarkKernelImage *embark_kernel_image_read (const guint8 *data, gsize length);
void embark_kernel_image_free (EmbarkKernelImage *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmbarkKernelImage, embark_kernel_image_free)

/* From a kernel's config-VERSION; static, NULL when it does not say. */
const char *embark_kernel_config_get_machine (const char *config);
/* Of an ELF file's header; static; NULL when it is none. */
const char *embark_elf_get_machine (const guint8 *data, gsize length);
/* The common name of the signer, from the end of a module; NULL when it is not signed. */
char *embark_module_get_signer (const guint8 *tail, gsize length);
/* TRUE: the signer is a distribution; FALSE: it tells nothing (a key made during a build). */
gboolean embark_module_signer_is_vendor (const char *signer);

G_END_DECLS
