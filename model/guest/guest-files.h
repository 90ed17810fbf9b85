/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bounded reading of a guest's files through the appliance. Everything that
 * is missing, too large or unreadable is NULL, never an error; what was too
 * large is remembered. Helper only, one thread.
 */
#pragma once

#include <glib.h>
#include <guestfs.h>

G_BEGIN_DECLS

#define EMBARK_GUEST_TEXT_MAX (8 * 1024 * 1024)

/* Symbolic links are followed inside the guest. NUL-terminated, NULs within replaced by spaces. */
char *embark_guest_read_text (guestfs_h *g, const char *path);
/* At most @max bytes of a larger file are refused. The bytes stay in an unlinked temporary file. */
GBytes *embark_guest_read_bytes (guestfs_h *g, const char *path, gsize max);
/* Sorted names, at most 4096; an empty list when there is no such folder. Free with g_strfreev(). */
GStrv embark_guest_list_dir (guestfs_h *g, const char *path);
/* Why something was not read although it is there: the first such clause, translated, or NULL. It stays. */
const char *embark_guest_get_complaint (void);
gboolean embark_guest_has_file (guestfs_h *g, const char *path);
gboolean embark_guest_has_dir (guestfs_h *g, const char *path);
/* True also for a link that leads nowhere. */
gboolean embark_guest_has_entry (guestfs_h *g, const char *path);

G_END_DECLS
