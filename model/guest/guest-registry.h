/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reading of one Windows registry hive, by hivex inside the appliance, never
 * in this process. One hive is open at a time. In the helper only.
 */
#pragma once

#include <glib.h>
#include <guestfs.h>

G_BEGIN_DECLS

/* @path: in the guest, in its own spelling. FALSE when there is none or it is damaged. */
gboolean embark_guest_registry_open (guestfs_h *g, const char *path);
void embark_guest_registry_close (guestfs_h *g);
/* @path: keys joined by '\\', case ignored as Windows does. 0 when absent. */
gint64 embark_guest_registry_find (guestfs_h *g, const char *path);
/* Strings of any string type, valid UTF-8; NULL when absent or not a string. */
char *embark_guest_registry_get_string (guestfs_h *g, gint64 node, const char *name);
/* FALSE when absent or not a DWORD; then *ret_value is untouched. */
gboolean embark_guest_registry_get_dword (guestfs_h *g, gint64 node, const char *name, guint32 *ret_value);
/* Names of the children, at most 4096. Free with g_strfreev(). */
GStrv embark_guest_registry_list (guestfs_h *g, gint64 node);

G_END_DECLS
