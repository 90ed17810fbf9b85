/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkImageChain: the files that hold one disk, top first, each with the
 * format decided by Embark's own header probe, opened by nobody else before.
 * Made by a blocking call; immutable afterwards; any thread.
 */
#pragma once

#include <gio/gio.h>

#include "model/base/facts.h"
#include "model/source/image-probe.h"

G_BEGIN_DECLS

typedef struct
{
  char *path; /* absolute, file name bytes as they are */
  EmbarkImageProbe *probe;
  guint64 device, inode;
  gint64 size; /* st_size, bytes; of a block device its length */
  gint64 mtime_ns;
  gint64 ctime_ns; /* both 0 of a block device: its times change with every look at it */
} EmbarkImageFile;

typedef struct _EmbarkImageChain EmbarkImageChain;

/* @path: any file name bytes. @format: what the domain XML says (qemu's word) or NULL for a loose file; when it
 * disagrees with the probe: EMBARK_ERROR_UNSAFE_IMAGE, except that "raw" from the XML is believed.
 * @allowed: NULL-terminated backing files that libvirt itself names, or NULL. A backing file is followed only if
 * it is in @allowed or lies in the folder of the image that names it, is a regular file, and its format is given
 * and agrees. At most 32 files.
 * Errors: NOT_FOUND, NOT_READABLE, NOT_AN_IMAGE, UNSAFE_IMAGE, DAMAGED_IMAGE, UNSUPPORTED_IMAGE.
 * A loose file that no format recognises is raw only if its size is a multiple of 512, at least 1 MiB, and it has
 * a boot signature or a file system at its start or was named so by libvirt; else NOT_AN_IMAGE. */
EmbarkImageChain *embark_image_chain_open (const char *path, const char *format, const char *const *allowed,
                                           GCancellable *cancellable, GError **error);
void embark_image_chain_free (EmbarkImageChain *self);

guint embark_image_chain_get_length (EmbarkImageChain *self);
/* 0: top. Borrowed. */
const EmbarkImageFile *embark_image_chain_get_file (EmbarkImageChain *self, guint index);
guint64 embark_image_chain_get_virtual_size (EmbarkImageChain *self);
/* Writes the image.* facts. */
void embark_image_chain_add_facts (EmbarkImageChain *self, EmbarkFacts *facts);
/* Looks at every file again: EMBARK_ERROR_SOURCE_CHANGED when device, inode, size or mtime differ. */
gboolean embark_image_chain_verify (EmbarkImageChain *self, GError **error);
/* A line that changes when any file of the chain changes, for caches and the journal. */
char *embark_image_chain_get_fingerprint (EmbarkImageChain *self);
/* The fingerprint and more: same identity, same bytes, whenever it was taken. NULL when nothing can promise that: times
 * do not tell whether a block device was written to, nor a file that was written only just now. */
char *embark_image_chain_get_identity (EmbarkImageChain *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmbarkImageChain, embark_image_chain_free)

G_END_DECLS
