/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Writing to a registry hive by hivex in the appliance. It changes nothing on
 * the disk before the hive is closed.
 */
#include <glib/gi18n-lib.h>
#include <stdlib.h>
#include <string.h>

#include "model/base/errors.h"
#include "model/guest/fix-private.h"
#include "model/guest/guest-files.h"
#include "model/guest/guest-registry.h"

#define DEPTH_MAX 32
#define CURRENT "CurrentControlSet"

/* The two counters in the header of a hive differ while a write to it is under way. */
static gboolean is_finished (const char *header, gsize length)
{
  return length >= 12 && memcmp (header, "regf", 4) == 0 && memcmp (header + 4, header + 8, 4) == 0;
}

/* The path of a hive that may be written to. Free; NULL with @error. */
static char *find_hive (EmbarkFixSession *self, const char *hive, GError **error)
{
  const char *root = embark_facts_get_string (self->facts, "windows.systemRoot");
  g_autofree char *wanted = g_strdup_printf ("%s/System32/config/%s", root != NULL ? root : "/Windows", hive);
  char *found = guestfs_case_sensitive_path (self->g, wanted);
  g_autofree char *path = g_strdup (found != NULL ? found : wanted);
  size_t length = 0;
  char *header = guestfs_pread (self->g, path, 12, 0, &length);
  gboolean is_clean = header != NULL && is_finished (header, length);

  free (found);
  free (header);
  if (is_clean)
    return g_steal_pointer (&path);
  g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_BLOCKED,
               /* Translators: %s is the path of a file in the machine. */
               _ ("The registry file “%s” was not closed properly. Start Windows, shut it down (not hibernate), "
                  "and try again."),
               path);
  return NULL;
}

gboolean embark_fix_registry_check (EmbarkFixSession *self, const char *hive, GError **error)
{
  g_autofree char *path = find_hive (self, hive, error);

  return path != NULL;
}

gboolean embark_fix_registry_open (EmbarkFixSession *self, const char *hive, GError **error)
{
  g_autofree char *path = NULL;

  g_return_val_if_fail (self->hive == NULL, FALSE);
  path = find_hive (self, hive, error);
  if (path == NULL)
    return FALSE;
  if (guestfs_hivex_open (self->g, path, GUESTFS_HIVEX_OPEN_WRITE, 1, -1) != 0)
    return embark_fix_fail (self, _ ("Could not open"), path, error);
  self->hive = g_strdup (hive);
  self->hive_path = g_steal_pointer (&path);
  self->is_hive_changed = FALSE;
  return TRUE;
}

gboolean embark_fix_registry_close (EmbarkFixSession *self, GError **error)
{
  gboolean ok = TRUE;

  g_return_val_if_fail (self->hive != NULL, FALSE);
  if (self->is_hive_changed)
    {
      g_autofree char *kept = NULL;
      ok = embark_fix_keep_as (self, self->hive_path, &kept, error);
      if (ok && guestfs_hivex_commit (self->g, NULL) != 0)
        ok = embark_fix_fail (self, _ ("Could not write"), self->hive_path, error);
      if (ok)
        embark_fix_tell (self, "replace", self->hive_path, kept);
    }
  guestfs_hivex_close (self->g);
  g_clear_pointer (&self->hive, g_free);
  g_clear_pointer (&self->hive_path, g_free);
  return ok;
}

char *embark_fix_registry_resolve (EmbarkFixSession *self, const char *path)
{
  const char *set = embark_facts_get_string (self->facts, "windows.controlSet");
  gsize length = strlen (CURRENT);

  if (g_ascii_strncasecmp (path, CURRENT, length) != 0 || (path[length] != '\\' && path[length] != '\0'))
    return g_strdup (path);
  return g_strconcat (set != NULL ? set : "ControlSet001", path + length, NULL);
}

/* The key, made if it is missing; 0 with @error. */
static gint64 make_key (EmbarkFixSession *self, const char *path, GError **error)
{
  g_auto (GStrv) names = g_strsplit (path, "\\", DEPTH_MAX);
  gint64 node = guestfs_hivex_root (self->g);

  for (guint i = 0; names[i] != NULL && node > 0; i++)
    {
      gint64 child = guestfs_hivex_node_get_child (self->g, node, names[i]);
      if (child == 0)
        {
          child = guestfs_hivex_node_add_child (self->g, node, names[i]);
          self->is_hive_changed = TRUE;
        }
      node = child;
    }
  if (node > 0)
    return node;
  embark_fix_fail (self, _ ("Could not create the registry key"), path, error);
  return 0;
}

static gboolean is_equal (EmbarkFixSession *self, gint64 node, const char *name, gint64 type, const void *bytes,
                          gsize length)
{
  gint64 value = guestfs_hivex_node_get_value (self->g, node, name);
  size_t present_length = 0;
  char *present = value > 0 && guestfs_hivex_value_type (self->g, value) == type
                      ? guestfs_hivex_value_value (self->g, value, &present_length)
                      : NULL;
  gboolean is_same = present != NULL && present_length == length && memcmp (present, bytes, length) == 0;

  free (present);
  return is_same;
}

static gboolean set_value (EmbarkFixSession *self, const char *path, const char *name, gint64 type, const void *bytes,
                           gsize length, GError **error)
{
  g_autofree char *real = embark_fix_registry_resolve (self, path);
  g_autofree char *shown = NULL;
  gint64 node;

  g_return_val_if_fail (self->hive != NULL, FALSE);
  node = make_key (self, real, error);
  if (node == 0)
    return FALSE;
  if (is_equal (self, node, name, type, bytes, length))
    return TRUE;
  shown = g_strdup_printf ("HKLM\\%s\\%s\\%s", self->hive, real, *name != '\0' ? name : "@");
  if (guestfs_hivex_node_set_value (self->g, node, name, type, bytes, length) != 0)
    return embark_fix_fail (self, _ ("Could not write"), shown, error);
  self->is_hive_changed = TRUE;
  embark_fix_tell (self, "set", shown, NULL);
  return TRUE;
}

gboolean embark_fix_registry_set_dword (EmbarkFixSession *self, const char *path, const char *name, guint32 value,
                                        GError **error)
{
  guint32 bytes = GUINT32_TO_LE (value);

  return set_value (self, path, name, EMBARK_REG_DWORD, &bytes, sizeof bytes, error);
}

/* As UTF-16 with its end, appended to @bytes. */
static void append_utf16 (GByteArray *bytes, const char *text)
{
  glong n = 0;
  g_autofree gunichar2 *wide = g_utf8_to_utf16 (text, -1, NULL, &n, NULL);

  for (glong i = 0; wide != NULL && i <= n; i++)
    {
      guint16 unit = GUINT16_TO_LE (wide[i]);
      g_byte_array_append (bytes, (const guint8 *) &unit, sizeof unit);
    }
}

gboolean embark_fix_registry_set_string (EmbarkFixSession *self, const char *path, const char *name, guint type,
                                         const char *value, GError **error)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  append_utf16 (bytes, value);
  return set_value (self, path, name, type, bytes->data, bytes->len, error);
}

gboolean embark_fix_registry_set_strings (EmbarkFixSession *self, const char *path, const char *name,
                                          const char *const *values, GError **error)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  for (guint i = 0; values[i] != NULL; i++)
    append_utf16 (bytes, values[i]);
  append_utf16 (bytes, "");
  return set_value (self, path, name, EMBARK_REG_MULTI_SZ, bytes->data, bytes->len, error);
}

gboolean embark_fix_registry_set_binary (EmbarkFixSession *self, const char *path, const char *name, const void *bytes,
                                         gsize length, GError **error)
{
  return set_value (self, path, name, EMBARK_REG_BINARY, bytes, length, error);
}
