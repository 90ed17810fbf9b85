/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reading of one Windows registry hive, by hivex inside the appliance, never
 * in this process. One hive is open at a time. In the helper only.
 */
#pragma once

#include <glib.h>
#include <guestfs.h>

G_BEGIN_DECLS

/* Types of values, as Windows numbers them (winnt.h). */
enum
{
  EMBARK_REG_SZ = 1,
  EMBARK_REG_EXPAND_SZ = 2,
  EMBARK_REG_BINARY = 3,
  EMBARK_REG_DWORD = 4,
  EMBARK_REG_MULTI_SZ = 7,
};

/* @path: in the guest, in its own spelling. NULL when it is open now, else why not, translated; free with g_free(). */
char *embark_guest_registry_open (guestfs_h *g, const char *path);
void embark_guest_registry_close (guestfs_h *g);
/* Keys joined by '\\' from the root of the hive, or from @node; case ignored as Windows does. 0 when absent. */
gint64 embark_guest_registry_find (guestfs_h *g, const char *path);
gint64 embark_guest_registry_find_below (guestfs_h *g, gint64 node, const char *path);
/* Strings of any string type, valid UTF-8; NULL when absent or not a string. */
char *embark_guest_registry_get_string (guestfs_h *g, gint64 node, const char *name);
/* A list of strings, or a single one; NULL when absent or neither. */
GStrv embark_guest_registry_get_strings (guestfs_h *g, gint64 node, const char *name);
/* Whatever its type; NULL when absent or empty. */
GBytes *embark_guest_registry_get_bytes (guestfs_h *g, gint64 node, const char *name);
/* FALSE when absent or not a DWORD; then *ret_value is untouched. */
gboolean embark_guest_registry_get_dword (guestfs_h *g, gint64 node, const char *name, guint32 *ret_value);
/* Children, at most @max, of gint64; and the name of one. Free with g_array_unref(), g_free(). */
GArray *embark_guest_registry_list (guestfs_h *g, gint64 node, guint max);
char *embark_guest_registry_get_name (guestfs_h *g, gint64 node);
/* Names of the values, at most 256. Free with g_strfreev(). */
GStrv embark_guest_registry_list_values (guestfs_h *g, gint64 node);

G_END_DECLS
