/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The one libguestfs session of the helper: how it is launched, and bounded
 * reading of files in it. In the helper only.
 */
#pragma once

#include <glib.h>
#include <guestfs.h>

G_BEGIN_DECLS

typedef struct
{
  const char *socket;    /* unix socket of the NBD export */
  const char *cache_dir; /* private folder */
  const char *tmp_dir;   /* private folder of this session: sockets and the throw-away overlay */
  gboolean force_tcg;    /* KVM is known not to work */
  gboolean is_writable;  /* the drive is written, and programs of the guest may run */
  gboolean is_networked; /* those may use the network */
} EmbarkApplianceOptions;

/* A launched handle with the export as its only drive. *ret_is_slow: TCG. Errors: APPLIANCE. */
guestfs_h *embark_appliance_launch (const EmbarkApplianceOptions *options, gboolean *ret_is_slow, GError **error);
/* Ends a session that wrote, and closes @g. FALSE when what was written may not be on the disk. */
gboolean embark_appliance_finish (guestfs_h *g, GError **error);
/* Calls of libguestfs that any handle of this process has had. */
guint embark_appliance_get_calls (void);

G_END_DECLS
