/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Drives embark-guest, the helper process with the one libguestfs session of a
 * disk: JSON lines over its pipes. Blocking; any thread. Cancel and deadlines
 * are a kill of the helper's process group, which ends its qemu too.
 */
#pragma once

#include <gio/gio.h>

#include "model/base/facts.h"
#include "model/base/progress.h"

G_BEGIN_DECLS

typedef struct
{
  const char *helper;    /* path of embark-guest */
  const char *socket;    /* unix socket of the export */
  const char *cache_dir; /* for the appliance and the answer of the KVM probe, created 0700 */
} EmbarkGuestRequest;

/* Launches, inspects, returns the guest.* facts (disk, boot, os, linux, windows paths of facts.h). An image in
 * which nothing was found is not an error: os.found is false. *ret_slow (may be NULL): TCG is in use.
 * Stages reported: "launch", "filesystems", "inspect", "mount", "kernels", "finish".
 * Errors: APPLIANCE (message says what to do, e.g. kernel in /boot not readable), TOOL_MISSING, cancelled. */
EmbarkFacts *embark_guest_inspect (const EmbarkGuestRequest *request, gboolean *ret_slow, EmbarkProgressFunc progress,
                                   gpointer user_data, GCancellable *cancellable, GError **error);

G_END_DECLS
