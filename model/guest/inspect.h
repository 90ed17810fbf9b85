/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From a launched appliance to facts, in one session, reading only; no
 * program of the guest is ever run. In the helper only.
 */
#pragma once

#include <guestfs.h>

#include "model/base/facts.h"

G_BEGIN_DECLS

/* All of them. Sends the stages "filesystems", "inspect", "mount", "kernels".
 * @known: (nullable) facts of a look before fixes, none of which changes what systems there are and where: they are
 * taken over where they are whole, as the search for systems is the longest part of a look. */
void embark_inspect_disk (guestfs_h *g, EmbarkFacts *known, EmbarkFacts *facts);

/* The parts, in the order they are called. */
/* disk.* and boot.firmware, without mounting. */
void embark_inspect_partitions (guestfs_h *g, EmbarkFacts *facts);
/* Why nothing was found, for os.found false: into the unknown reasons of "os". */
void embark_inspect_explain_nothing (guestfs_h *g, EmbarkFacts *facts);
/* Space of what is mounted: completes disk.filesystems. */
void embark_inspect_mounted (guestfs_h *g, EmbarkFacts *facts);
/* Whether each of disk.filesystems was closed properly; before anything is mounted. */
void embark_inspect_filesystem_state (guestfs_h *g, EmbarkFacts *facts);
/* linux.* and os.guestTools, with the root mounted. @root: as libguestfs names it. */
void embark_inspect_linux (guestfs_h *g, const char *root, EmbarkFacts *facts);
/* windows.*, with the root mounted. windows.systemRoot is not asked for when it is there. */
void embark_inspect_windows (guestfs_h *g, const char *root, EmbarkFacts *facts);
/* windows.hibernated and windows.dirty of @device; before anything is mounted. */
void embark_inspect_windows_device (guestfs_h *g, const char *device, EmbarkFacts *facts);

G_END_DECLS
