/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * hivex answers 0 for what is absent, and -1 for what is broken: both are
 * "not there" to the callers, who then say that they do not know.
 */
#include "model/guest/guest-registry.h"

#include <glib/gi18n-lib.h>
#include <stdlib.h>
#include <string.h>

#include "model/guest/registry-value.h"

#define VALUES_MAX 256
#define DEPTH_MAX 32
#define HIVE_SIZE_MAX (1024 * 1024 * 1024)

char *embark_guest_registry_open (guestfs_h *g, const char *path)
{
  gint64 size = guestfs_is_file (g, path) == 1 ? guestfs_filesize (g, path) : -1;

  if (size < 0)
    /* Translators: %s is the path of a file in the machine. */
    return g_strdup_printf (_ ("the registry file “%s” is missing"), path);
  if (size > HIVE_SIZE_MAX)
    /* Translators: %s is the path of a file in the machine. */
    return g_strdup_printf (_ ("the registry file “%s” is too large to be one"), path);
  if (guestfs_hivex_open (g, path, -1) == 0)
    return NULL;
  /* Translators: the path of a file in the machine, the reason in English. */
  return g_strdup_printf (_ ("the registry file “%s” is damaged: %s"), path,
                          guestfs_last_error (g) ? guestfs_last_error (g) : "?");
}

void embark_guest_registry_close (guestfs_h *g)
{
  guestfs_hivex_close (g);
}

gint64 embark_guest_registry_find_below (guestfs_h *g, gint64 node, const char *path)
{
  g_auto (GStrv) keys = g_strsplit (path, "\\", DEPTH_MAX);

  for (guint i = 0; keys[i] && node > 0; i++)
    node = guestfs_hivex_node_get_child (g, node, keys[i]);
  return MAX (node, 0);
}

gint64 embark_guest_registry_find (guestfs_h *g, const char *path)
{
  return embark_guest_registry_find_below (g, guestfs_hivex_root (g), path);
}

/* Free with free(). */
static guint8 *get_value (guestfs_h *g, gint64 node, const char *name, gint64 *ret_type, gsize *ret_length)
{
  gint64 value = node > 0 ? guestfs_hivex_node_get_value (g, node, name) : 0;
  size_t length = 0;
  char *bytes;

  *ret_type = value > 0 ? guestfs_hivex_value_type (g, value) : -1;
  bytes = *ret_type >= 0 ? guestfs_hivex_value_value (g, value, &length) : NULL;
  *ret_length = length;
  return (guint8 *) bytes;
}

char *embark_guest_registry_get_string (guestfs_h *g, gint64 node, const char *name)
{
  gint64 type;
  gsize length;
  guint8 *bytes = get_value (g, node, name, &type, &length);
  char *text = NULL;

  if (bytes && (type == EMBARK_REG_SZ || type == EMBARK_REG_EXPAND_SZ))
    text = embark_registry_decode_string (bytes, length);
  free (bytes);
  return text;
}

GStrv embark_guest_registry_get_strings (guestfs_h *g, gint64 node, const char *name)
{
  gint64 type;
  gsize length;
  guint8 *bytes = get_value (g, node, name, &type, &length);
  GStrv texts = NULL;

  if (bytes && (type == EMBARK_REG_SZ || type == EMBARK_REG_EXPAND_SZ || type == EMBARK_REG_MULTI_SZ))
    texts = embark_registry_decode_strings (bytes, length);
  free (bytes);
  return texts;
}

GBytes *embark_guest_registry_get_bytes (guestfs_h *g, gint64 node, const char *name)
{
  gint64 type;
  gsize length;
  guint8 *bytes = get_value (g, node, name, &type, &length);

  return bytes ? g_bytes_new_with_free_func (bytes, length, free, bytes) : NULL;
}

gboolean embark_guest_registry_get_dword (guestfs_h *g, gint64 node, const char *name, guint32 *ret_value)
{
  gint64 type;
  gsize length;
  guint8 *bytes = get_value (g, node, name, &type, &length);
  gboolean ok = bytes && type == EMBARK_REG_DWORD && length == 4;

  if (ok)
    *ret_value = bytes[0] | bytes[1] << 8 | bytes[2] << 16 | (guint32) bytes[3] << 24;
  free (bytes);
  return ok;
}

GArray *embark_guest_registry_list (guestfs_h *g, gint64 node, guint max)
{
  struct guestfs_hivex_node_list *list = node > 0 ? guestfs_hivex_node_children (g, node) : NULL;
  GArray *nodes = g_array_new (FALSE, FALSE, sizeof (gint64));

  for (guint i = 0; list && i < MIN (list->len, max); i++)
    g_array_append_val (nodes, list->val[i].hivex_node_h);
  if (list)
    guestfs_free_hivex_node_list (list);
  return nodes;
}

/* Takes a string of libguestfs; what a hive holds need not be valid. */
static char *take_text (char *text)
{
  char *valid = text ? g_utf8_make_valid (text, -1) : NULL;

  free (text);
  return valid;
}

char *embark_guest_registry_get_name (guestfs_h *g, gint64 node)
{
  return take_text (guestfs_hivex_node_name (g, node));
}

GStrv embark_guest_registry_list_values (guestfs_h *g, gint64 node)
{
  struct guestfs_hivex_value_list *list = node > 0 ? guestfs_hivex_node_values (g, node) : NULL;
  GStrv names = g_new0 (char *, (list ? MIN (list->len, VALUES_MAX) : 0) + 1);
  guint n = 0;

  for (guint i = 0; list && i < MIN (list->len, VALUES_MAX); i++)
    {
      char *name = take_text (guestfs_hivex_value_key (g, list->val[i].hivex_value_h));
      if (name)
        names[n++] = name;
    }
  if (list)
    guestfs_free_hivex_value_list (list);
  return names;
}
