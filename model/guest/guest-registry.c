/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * hivex answers 0 for what is absent, and -1 for what is broken: both are
 * "not there" to the callers, who then say that they do not know.
 */
#include "model/guest/guest-registry.h"

#include <stdlib.h>
#include <string.h>

#define CHILDREN_MAX 4096
#define HIVE_SIZE_MAX (1024 * 1024 * 1024)
#define REG_SZ 1
#define REG_EXPAND_SZ 2
#define REG_DWORD 4

gboolean embark_guest_registry_open (guestfs_h *g, const char *path)
{
  gint64 size = guestfs_is_file (g, path) == 1 ? guestfs_filesize (g, path) : -1;

  return size > 0 && size <= HIVE_SIZE_MAX && guestfs_hivex_open (g, path, -1) == 0;
}

void embark_guest_registry_close (guestfs_h *g)
{
  guestfs_hivex_close (g);
}

gint64 embark_guest_registry_find (guestfs_h *g, const char *path)
{
  g_auto (GStrv) keys = g_strsplit (path, "\\", 32);
  gint64 node = guestfs_hivex_root (g);

  for (guint i = 0; keys[i] && node > 0; i++)
    node = guestfs_hivex_node_get_child (g, node, keys[i]);
  return MAX (node, 0);
}

char *embark_guest_registry_get_string (guestfs_h *g, gint64 node, const char *name)
{
  gint64 value = node > 0 ? guestfs_hivex_node_get_value (g, node, name) : 0;
  gint64 type = value > 0 ? guestfs_hivex_value_type (g, value) : 0;
  char *text;
  char *valid;

  if (type != REG_SZ && type != REG_EXPAND_SZ)
    return NULL;
  text = guestfs_hivex_value_string (g, value);
  valid = text ? g_utf8_make_valid (text, (gssize) strnlen (text, 4096)) : NULL;
  free (text);
  return valid;
}

gboolean embark_guest_registry_get_dword (guestfs_h *g, gint64 node, const char *name, guint32 *ret_value)
{
  gint64 value = node > 0 ? guestfs_hivex_node_get_value (g, node, name) : 0;
  size_t length = 0;
  char *bytes;
  guint32 number = 0;

  if (value <= 0 || guestfs_hivex_value_type (g, value) != REG_DWORD)
    return FALSE;
  bytes = guestfs_hivex_value_value (g, value, &length);
  if (bytes && length == 4)
    memcpy (&number, bytes, 4);
  free (bytes);
  if (length != 4)
    return FALSE;
  *ret_value = GUINT32_FROM_LE (number);
  return TRUE;
}

GStrv embark_guest_registry_list (guestfs_h *g, gint64 node)
{
  struct guestfs_hivex_node_list *list = node > 0 ? guestfs_hivex_node_children (g, node) : NULL;
  GStrv names = g_new0 (char *, (list ? MIN (list->len, CHILDREN_MAX) : 0) + 1);
  guint n = 0;

  for (guint i = 0; list && i < MIN (list->len, CHILDREN_MAX); i++)
    {
      char *name = guestfs_hivex_node_name (g, list->val[i].hivex_node_h);
      if (name)
        names[n++] = g_utf8_make_valid (name, -1);
      free (name);
    }
  if (list)
    guestfs_free_hivex_node_list (list);
  return names;
}
