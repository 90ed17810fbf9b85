/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A system that names its root by the kernel's name tells with it what this
 * disk was called. One that does not leaves only the first name of each kind.
 */
#include "model/guest/device-map.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "model/base/errors.h"

#define DISK "/dev/sda" /* what the appliance calls it */

struct _EmbarkDeviceMap
{
  EmbarkFacts *facts;    /* owned */
  GHashTable *own;       /* names of this disk: "/dev/hda", "/dev/disk/by-path/…" */
  gboolean has_own_name; /* the root was named by the kernel's name */
  gboolean has_own_link; /* a link that is sure to be of this disk */
};

char *embark_device_split (const char *device, guint *ret_number)
{
  static const char pattern[] = "^(/dev/(?:(?:sd|hd|vd|xvd)[a-z]{1,3}|ubd[a-z]))([0-9]{1,3})?$|"
                                "^(/dev/(?:nvme[0-9]+n[0-9]+|mmcblk[0-9]+|(?:cciss/|ida/)c[0-9]+d[0-9]+))"
                                "(?:p([0-9]{1,3}))?$|"
                                "^(/dev/disk/by-(?:path|id)/(?!dm-|md-|lvm-).+?)(?:-part([0-9]{1,3}))?$";
  g_autoptr (GRegex) regex = g_regex_new (pattern, G_REGEX_RAW, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;

  if (!g_regex_match (regex, device, 0, &match))
    return NULL;
  for (int i = 1; i <= 5; i += 2)
    {
      g_autofree char *disk = g_match_info_fetch (match, i);
      g_autofree char *number = g_match_info_fetch (match, i + 1);

      if (!disk || !*disk)
        continue;
      if (ret_number)
        *ret_number = number ? (guint) g_ascii_strtoull (number, NULL, 10) : 0;
      return g_steal_pointer (&disk);
    }
  return NULL;
}

static gboolean is_link (const char *disk)
{
  return g_str_has_prefix (disk, "/dev/disk/");
}

static JsonObject *find_partition (EmbarkDeviceMap *self, guint number)
{
  JsonArray *list = embark_facts_get_list (self->facts, "disk.partitions");

  for (guint i = 0; list && i < json_array_get_length (list); i++)
    {
      JsonObject *object = json_array_get_object_element (list, i);
      if (json_object_get_int_member_with_default (object, "number", 0) == (gint64) number)
        return object;
    }
  return NULL;
}

/* The number of the partition that the root lies on; 0 when it lies on a volume or on the whole disk. */
static guint get_root_number (EmbarkFacts *facts)
{
  const char *root = embark_facts_get_string (facts, "os.root");
  const char *device = root ? strstr (root, DISK) : NULL;

  return device ? (guint) g_ascii_strtoull (device + strlen (DISK), NULL, 10) : 0;
}

/* A name of the root tells what this disk was called, if it is the number of the partition that the root is on. */
static gboolean take_root (EmbarkDeviceMap *self, const char *device, const char *where, GError **error)
{
  guint expected = get_root_number (self->facts);
  guint number = 0;
  g_autofree char *disk = device ? embark_device_split (device, &number) : NULL;

  if (!disk)
    return TRUE;
  if (number != expected)
    {
      g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_BLOCKED,
                   /* Translators: %1$s is a device like “/dev/sda2”, %2$s where it is named, %3$s the device on which
                      the system was found. */
                   _ ("The root file system is called “%1$s” in %2$s, but it was found on “%3$s”, so it is not clear "
                      "which disk that name means. Name the root by its UUID in the machine and check it again."),
                   device, where, embark_facts_get_string (self->facts, "os.root"));
      return FALSE;
    }
  g_hash_table_add (self->own, g_strdup (disk));
  if (is_link (disk))
    self->has_own_link = TRUE;
  else
    self->has_own_name = TRUE;
  return TRUE;
}

/* The only link that is there is of this disk, which is the only one that is known. */
static void take_only_link (EmbarkDeviceMap *self, const char *const *names)
{
  g_autofree char *only = NULL;

  for (guint i = 0; names[i]; i++)
    {
      guint number = 0;
      g_autofree char *disk = embark_device_split (names[i], &number);

      if (!disk || !is_link (disk) || number == 0)
        continue;
      if (only && strcmp (only, disk) != 0)
        return;
      g_free (only);
      only = g_steal_pointer (&disk);
    }
  if (only)
    g_hash_table_add (self->own, g_steal_pointer (&only));
}

EmbarkDeviceMap *embark_device_map_new (EmbarkFacts *facts, const char *const *names, GError **error)
{
  static const char *const first_disks[] = { "/dev/sda",     "/dev/hda",     "/dev/vda",        "/dev/xvda",
                                             "/dev/nvme0n1", "/dev/mmcblk0", "/dev/cciss/c0d0", "/dev/ida/c0d0" };
  g_autoptr (EmbarkDeviceMap) self = g_new0 (EmbarkDeviceMap, 1);

  self->facts = embark_facts_ref (facts);
  self->own = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  if (!take_root (self, embark_facts_get_string (facts, "linux.fstabRoot"), "/etc/fstab", error)
      || !take_root (self, embark_facts_get_string (facts, "linux.rootDevice"), _ ("the boot entry"), error))
    return NULL;
  for (guint i = 0; !self->has_own_name && i < G_N_ELEMENTS (first_disks); i++)
    g_hash_table_add (self->own, g_strdup (first_disks[i]));
  if (!self->has_own_link)
    take_only_link (self, names);
  return g_steal_pointer (&self);
}

void embark_device_map_free (EmbarkDeviceMap *self)
{
  embark_facts_unref (self->facts);
  g_hash_table_unref (self->own);
  g_free (self);
}

EmbarkDeviceKind embark_device_map_find (EmbarkDeviceMap *self, const char *device, guint *ret_number)
{
  guint number = 0;
  g_autofree char *disk = embark_device_split (device, &number);

  if (!disk)
    return EMBARK_DEVICE_OTHER;
  if (ret_number)
    *ret_number = number;
  if (!g_hash_table_contains (self->own, disk))
    return is_link (disk) ? EMBARK_DEVICE_UNCLEAR : EMBARK_DEVICE_ABSENT;
  if (number == 0)
    return EMBARK_DEVICE_WHOLE;
  return find_partition (self, number) ? EMBARK_DEVICE_THIS : EMBARK_DEVICE_ABSENT;
}

const char *embark_device_map_get_type (EmbarkDeviceMap *self, guint number)
{
  JsonObject *object = find_partition (self, number);

  return object ? json_object_get_string_member_with_default (object, "filesystem", NULL) : NULL;
}

gboolean embark_device_map_is_root (EmbarkDeviceMap *self, guint number)
{
  return number > 0 && number == get_root_number (self->facts);
}

static guint count_uuid (EmbarkDeviceMap *self, const char *uuid)
{
  JsonArray *list = embark_facts_get_list (self->facts, "disk.partitions");
  guint n = 0;

  for (guint i = 0; list && i < json_array_get_length (list); i++)
    {
      JsonObject *object = json_array_get_object_element (list, i);
      n += g_ascii_strcasecmp (json_object_get_string_member_with_default (object, "uuid", ""), uuid) == 0;
    }
  return n;
}

char *embark_device_map_name (EmbarkDeviceMap *self, guint number, GError **error)
{
  JsonObject *object = find_partition (self, number);
  const char *uuid = object ? json_object_get_string_member_with_default (object, "uuid", NULL) : NULL;

  if (!uuid || !*uuid || strpbrk (uuid, " \t\"'\\,"))
    {
      g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_BLOCKED,
                   /* Translators: %u is the number of a partition. */
                   _ ("Partition %u has no UUID by which it could be named. Format it anew in the machine, or remove "
                      "what names it, and check the machine again."),
                   number);
      return NULL;
    }
  if (count_uuid (self, uuid) > 1)
    {
      g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_BLOCKED,
                   /* Translators: %s is a UUID. */
                   _ ("More than one partition has the UUID %s, so it does not name one of them. Give one of them "
                      "another UUID in the machine and check it again."),
                   uuid);
      return NULL;
    }
  return g_strconcat ("UUID=", uuid, NULL);
}
