/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What Embark needs of libvirt's domain XML. Parsed without network, entities
 * or document types, at most 1 MiB and 256 disks. Pure.
 */
#pragma once

#include "model/source/hypervisor.h"

G_BEGIN_DECLS

/* Path of a volume, or NULL when it is not known. */
typedef char *(*EmbarkVolumeFunc) (const char *pool, const char *volume, gpointer user_data);

/* Fills title, architecture, firmware and disks of @info and leaves the rest alone. @resolve may be NULL.
 * Errors: FAILED; then @info is untouched. */
gboolean embark_domain_xml_parse (const char *xml, EmbarkVolumeFunc resolve, gpointer user_data,
                                  EmbarkMachineInfo *info, GError **error);

G_END_DECLS
