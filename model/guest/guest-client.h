/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Drives embark-guest, the helper process with the one libguestfs session of a
 * disk: JSON lines over its pipes. Blocking; any thread. Cancel and deadlines
 * are a kill of the helper's process group, which ends its qemu too.
 */
#pragma once

#include <gio/gio.h>

#include "model/base/facts.h"
#include "model/base/fix-options.h"
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

/* The stage of a preparation while a fix is at work: this, and the id of the fix. */
#define EMBARK_GUEST_FIX_STAGE "fix:"

/* What a preparation brings back. */
typedef struct
{
  EmbarkFacts *facts; /* guest.* facts, looked at anew after the fixes */
  JsonArray *changes; /* as of model/base/fix-changes.h; at most 4096 */
  gboolean is_slow;   /* TCG */
} EmbarkGuestPrepared;

void embark_guest_prepared_free (EmbarkGuestPrepared *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmbarkGuestPrepared, embark_guest_prepared_free)

/* A line of the guest's log, valid UTF-8, at most 4 KiB. */
typedef void (*EmbarkGuestLogFunc) (const char *line, gpointer user_data);

/* Applies @options->fixes in one session to the writable export of @request, and looks again. @facts: of the look
 * before, of the same disk. Stages: "launch", "mount", "fix:ID" for each, "finish". Errors: as inspect, and BLOCKED
 * when a fix refuses, FAILED when one fails; then what was written is of no use. @log may be NULL. */
EmbarkGuestPrepared *embark_guest_prepare (const EmbarkGuestRequest *request, EmbarkFacts *facts,
                                           const EmbarkFixOptions *options, EmbarkGuestLogFunc log,
                                           EmbarkProgressFunc progress, gpointer user_data, GCancellable *cancellable,
                                           GError **error);

G_END_DECLS
