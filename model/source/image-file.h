/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One file of a chain: opened without following anything in it, and judged.
 * Internal to image-chain.c.
 */
#pragma once

#include "model/source/image-chain.h"

G_BEGIN_DECLS

/* Opens, measures and probes @path (absolute). @follow_links: FALSE refuses a symbolic link.
 * Errors: NOT_FOUND, NOT_READABLE, NOT_AN_IMAGE, UNSAFE_IMAGE, FAILED. */
EmbarkImageFile *embark_image_file_open (const char *path, gboolean follow_links, GError **error);
void embark_image_file_free (EmbarkImageFile *self);
/* May Embark read it as a disk of @format (NULL: a loose file, its own word counts)? @is_named: by libvirt, so that
 * "raw" is believed and then noted as the format of the file. */
gboolean embark_image_file_judge (EmbarkImageFile *self, const char *format, gboolean is_named, GError **error);
/* Does @path still lead to the same bytes? */
gboolean embark_image_file_verify (const EmbarkImageFile *self, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmbarkImageFile, embark_image_file_free)

G_END_DECLS
