/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * QEMU's image locks, taken by Embark itself for as long as it reads a disk:
 * qemu-nbd would not keep writers away from a raw image.
 */
#pragma once

#include "model/source/image-chain.h"

G_BEGIN_DECLS

/* Of the files from @first on. Descriptors that hold the locks; closing them lets go. File systems without locks are
 * passed over. Errors: IN_USE, SOURCE_CHANGED, and those of opening a file. */
GArray *embark_export_lock (EmbarkImageChain *chain, guint first, GError **error);

G_END_DECLS
