/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From a launched, writable appliance to a disk made ready and looked at again,
 * in one session. In the helper only.
 */
#pragma once

#include <guestfs.h>

#include "model/base/facts.h"
#include "model/base/fix-options.h"

G_BEGIN_DECLS

/* Mounts by @before, asks every chosen fix whether it must refuse, applies them in the order of the table, unmounts,
 * and looks into the disk as embark_inspect_disk() does, into @after. Appends to @changes what was changed. Sends the
 * stages "mount", "fix:ID", "finish". BLOCKED, FAILED, APPLIANCE; then what was written is of no use. */
gboolean embark_prepare_disk (guestfs_h *g, EmbarkFacts *before, const EmbarkFixOptions *options, EmbarkFacts *after,
                              JsonArray *changes, GError **error);

G_END_DECLS
