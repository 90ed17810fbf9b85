/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What of a guest is mounted where, without mounting it. Helper only.
 */
#pragma once

#include <guestfs.h>

#include "model/base/facts.h"

G_BEGIN_DECLS

/* Both owned. The device as libguestfs names it: "/dev/sda1", "btrfsvol:/dev/sda1/@". */
typedef struct
{
  char *target; /* absolute */
  char *device;
} EmbarkMount;

/* Arrays of EmbarkMount, at most 64, outer folders first; g_array_unref(). */
/* As the search for systems, which must have been made, read them of the guest's fstab; empty when it failed. */
GArray *embark_guest_mounts_find (guestfs_h *g, const char *root);
/* As an earlier look has mounted them, without a search. NULL when @known does not hold them whole: a subvolume has a
 * name that is not among the facts. */
GArray *embark_guest_mounts_recall (EmbarkFacts *known);

G_END_DECLS
