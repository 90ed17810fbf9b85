/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sources: MS-DTYP for GUIDs; the layout of MountedDevices as libguestfs'
 * drive mappings read it; DigitalProductId4 from its size, which is fixed.
 */
#include "model/guest/registry-value.h"

#include <string.h>

#define CHANNEL_OFFSET 0x3F8
#define CHANNEL_CHARS 64
#define MBR_MOUNT_SIZE 12
#define GPT_MOUNT_PREFIX "DMIO:ID:"
#define GUID_SIZE 16

static guint16 get_unit (const guint8 *bytes)
{
  return (guint16) (bytes[0] | bytes[1] << 8);
}

/* Appends one string of at most @n_units, returns how many units it took, its NUL not counted. */
static gsize append_string (GString *text, const guint8 *bytes, gsize n_units)
{
  gsize i = 0;

  while (i < n_units && get_unit (bytes + 2 * i) != 0)
    {
      guint16 unit = get_unit (bytes + 2 * i++);
      gunichar c = unit;

      if (unit >= 0xD800 && unit < 0xDC00 && i < n_units && (get_unit (bytes + 2 * i) & 0xFC00) == 0xDC00)
        c = 0x10000 + ((gunichar) (unit - 0xD800) << 10) + (get_unit (bytes + 2 * i++) - 0xDC00);
      g_string_append_unichar (text, g_unichar_validate (c) ? c : 0xFFFD);
    }
  return i;
}

char *embark_registry_decode_string (const guint8 *bytes, gsize length)
{
  GString *text = g_string_new (NULL);

  append_string (text, bytes, MIN (length / 2, EMBARK_REGISTRY_CHARS_MAX));
  return g_string_free (text, FALSE);
}

GStrv embark_registry_decode_strings (const guint8 *bytes, gsize length)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  gsize n_units = length / 2;

  for (guint i = 0; i < EMBARK_REGISTRY_STRINGS_MAX && n_units > 0; i++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      gsize taken = append_string (text, bytes, MIN (n_units, EMBARK_REGISTRY_CHARS_MAX));

      if (taken == 0)
        break;
      g_strv_builder_add (builder, text->str);
      taken = MIN (taken + 1, n_units);
      bytes += 2 * taken;
      n_units -= taken;
    }
  return g_strv_builder_end (builder);
}

char *embark_registry_get_channel (const guint8 *bytes, gsize length)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (length < CHANNEL_OFFSET + 2)
    return NULL;
  append_string (text, bytes + CHANNEL_OFFSET, MIN ((length - CHANNEL_OFFSET) / 2, CHANNEL_CHARS));
  return text->len > 0 ? g_string_free (g_steal_pointer (&text), FALSE) : NULL;
}

static void print_guid (const guint8 *b, char *text)
{
  g_snprintf (text, 37, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[3], b[2], b[1], b[0],
              b[5], b[4], b[7], b[6], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]);
}

gboolean embark_registry_parse_mount (const guint8 *bytes, gsize length, EmbarkRegistryMount *ret_mount)
{
  const gsize prefix = strlen (GPT_MOUNT_PREFIX);
  EmbarkRegistryMount mount = { 0 };

  if (length == MBR_MOUNT_SIZE)
    {
      memcpy (&mount.disk_id, bytes, 4);
      memcpy (&mount.start, bytes + 4, 8);
      mount.disk_id = GUINT32_FROM_LE (mount.disk_id);
      mount.start = GUINT64_FROM_LE (mount.start);
      *ret_mount = mount;
      return TRUE;
    }
  if (length != prefix + GUID_SIZE || memcmp (bytes, GPT_MOUNT_PREFIX, prefix) != 0)
    return FALSE;
  mount.is_gpt = TRUE;
  print_guid (bytes + prefix, mount.guid);
  *ret_mount = mount;
  return TRUE;
}
