/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * This disk by UUID instead of a name that changes: in /etc/fstab, crypttab,
 * the boot entries, and where the initramfs looks for a sleeping system.
 */
#include "model/guest/fix-disks.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "model/base/errors.h"
#include "model/guest/boot-config.h"
#include "model/guest/fix-boot-entries.h"

#define DISK "/dev/sda" /* what the appliance calls it */
#define CLOUD_DISK "/dev/vda"
#define CRYPTTAB "/etc/crypttab"

typedef struct
{
  /* borrowed */
  EmbarkFixSession *session;
  EmbarkDeviceMap *map;
  /* owned */
  GError *failure; /* the first */
  /* */
  gboolean has_initramfs; /* without one only names of the kernel are understood in root= */
} Names;

gboolean embark_fix_is_optional (const char *options)
{
  g_auto (GStrv) words = g_strsplit (options, ",", 256);

  return g_strv_contains ((const char *const *) words, "nofail")
         || g_strv_contains ((const char *const *) words, "noauto");
}

/* The field of each line of a table. */
static void add_field (EmbarkFixSession *session, const char *path, guint field, GStrvBuilder *names)
{
  g_autofree char *text = embark_fix_read (session, path);
  g_auto (GStrv) lines = text ? g_strsplit (text, "\n", 20000) : NULL;

  for (guint i = 0; lines && lines[i]; i++)
    {
      g_auto (GStrv) fields = embark_table_split (lines[i]);
      if (g_strv_length (fields) > field)
        g_strv_builder_add (names, fields[field]);
    }
}

EmbarkDeviceMap *embark_fix_map_devices (EmbarkFixSession *session, GError **error)
{
  EmbarkFacts *facts = embark_fix_get_facts (session);
  const char *cmdline = embark_facts_get_string (facts, "linux.cmdline");
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autofree char *root = cmdline ? embark_cmdline_get (cmdline, "root") : NULL;
  g_autofree char *resume = cmdline ? embark_cmdline_get (cmdline, "resume") : NULL;
  g_auto (GStrv) names = NULL;

  add_field (session, EMBARK_FSTAB, 0, builder);
  add_field (session, CRYPTTAB, 1, builder);
  if (root)
    g_strv_builder_add (builder, root);
  if (resume)
    g_strv_builder_add (builder, resume);
  names = g_strv_builder_end (builder);
  return embark_device_map_new (facts, (const char *const *) names, error);
}

static void add_names (EmbarkFacts *facts, const char *path, EmbarkDiskNames *names)
{
  JsonArray *list = embark_facts_get_list (facts, path);

  for (guint i = 0; list && i < json_array_get_length (list); i++)
    {
      JsonObject *object = json_array_get_object_element (list, i);
      const char *uuid = json_object_get_string_member_with_default (object, "uuid", NULL);
      const char *label = json_object_get_string_member_with_default (object, "label", NULL);
      const char *part = json_object_get_string_member_with_default (object, "partUuid", NULL);
      const char *device = json_object_get_string_member_with_default (object, "device", "");

      if (uuid)
        g_hash_table_add (names->uuids, g_ascii_strdown (uuid, -1));
      if (label)
        g_hash_table_add (names->labels, g_strdup (label));
      if (part && names->part_uuids)
        g_hash_table_add (names->part_uuids, g_ascii_strdown (part, -1));
      if (!g_str_has_prefix (device, DISK))
        g_hash_table_add (names->volumes, g_strdup (device));
    }
}

EmbarkDiskNames *embark_fix_collect_names (EmbarkFixSession *session)
{
  EmbarkFacts *facts = embark_fix_get_facts (session);
  EmbarkDiskNames *names = embark_disk_names_new ();
  g_auto (GStrv) volumes = NULL;

  names->part_uuids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  add_names (facts, "disk.partitions", names);
  add_names (facts, "disk.filesystems", names);
  /* A table whose partitions have no names of their own was not read whole. */
  if (g_hash_table_size (names->part_uuids) == 0)
    g_clear_pointer (&names->part_uuids, g_hash_table_unref);
  names->has_closed = embark_facts_is (facts, "disk.luks") || embark_facts_is (facts, "disk.bitlocker");
  volumes = embark_facts_is (facts, "disk.lvm") ? guestfs_lvs (embark_fix_get_guest (session)) : NULL;
  for (guint i = 0; volumes && volumes[i]; i++)
    g_hash_table_add (names->volumes, g_strdup (volumes[i]));
  return names;
}

gboolean embark_fix_map_table (EmbarkFixSession *session, const char *path, EmbarkTableFunc map, gpointer data,
                               GError **failure, GError **error)
{
  g_autofree char *text = embark_fix_read (session, path);
  g_autofree char *changed = text ? embark_table_map (text, map, data) : NULL;

  if (*failure)
    {
      g_propagate_error (error, g_steal_pointer (failure));
      return FALSE;
    }
  if (!text || strcmp (text, changed) == 0)
    return TRUE;
  return embark_fix_write (session, path, changed, -1, 0644, error);
}

static void fail_unclear (Names *names, const char *where, const char *device)
{
  if (!names->failure)
    names->failure = g_error_new (
        EMBARK_ERROR, EMBARK_ERROR_BLOCKED,
        /* Translators: the first %s is a file or “the boot entry”, the second the name of a device. */
        _ ("In %s the name “%s” may mean this disk or another one. Name the file system by its UUID in the machine, as "
           "blkid shows it, and check the machine again."),
        where, device);
}

/* Kinds of file system that can be told from each other by name. */
static gboolean is_contradiction (const char *said, const char *found)
{
  static const char *const known[] = {
    "ext2", "ext3", "ext4", "xfs", "btrfs", "swap", "vfat", "reiserfs", "jfs", NULL
  };

  if (!found || !g_strv_contains (known, said) || !g_strv_contains (known, found))
    return FALSE;
  if (g_str_has_prefix (said, "ext") && g_str_has_prefix (found, "ext"))
    return FALSE;
  return strcmp (said, found) != 0;
}

/* "UUID=…" of this disk's partition, NULL when it cannot be named. */
static char *name_partition (Names *names, guint number)
{
  g_autoptr (GError) error = NULL;
  char *name = embark_device_map_name (names->map, number, &error);

  if (!name && !names->failure)
    names->failure = g_steal_pointer (&error);
  return name;
}

static char *map_fstab_line (const char *text, guint number, gpointer data)
{
  Names *names = data;
  g_autoptr (GPtrArray) lines = embark_fstab_read (text);
  const EmbarkFstabLine *line = lines->len > 0 ? g_ptr_array_index (lines, 0) : NULL;
  g_autofree char *name = NULL;
  gboolean is_root;
  guint part = 0;

  (void) number;
  if (!line)
    return NULL;
  is_root = strcmp (line->mount_point, "/") == 0;
  switch (embark_device_map_find (names->map, line->device, &part))
    {
    case EMBARK_DEVICE_UNCLEAR:
      if (is_root || !embark_fix_is_optional (line->options))
        fail_unclear (names, EMBARK_FSTAB, line->device);
      return NULL;
    case EMBARK_DEVICE_ABSENT:
      if (is_root)
        fail_unclear (names, EMBARK_FSTAB, line->device);
      return NULL;
    case EMBARK_DEVICE_THIS:
      break;
    case EMBARK_DEVICE_OTHER:
    case EMBARK_DEVICE_WHOLE:
    default:
      return NULL;
    }
  /* The root is mounted once, but for the volumes of btrfs: what has its number elsewhere is another disk's. */
  if (is_contradiction (line->type, embark_device_map_get_type (names->map, part))
      || (!is_root && embark_device_map_is_root (names->map, part) && strcmp (line->type, "btrfs") != 0))
    {
      fail_unclear (names, EMBARK_FSTAB, line->device);
      return NULL;
    }
  name = name_partition (names, part);
  return name ? embark_table_replace (text, 0, name) : NULL;
}

static char *map_crypttab_line (const char *text, guint number, gpointer data)
{
  Names *names = data;
  g_auto (GStrv) fields = embark_table_split (text);
  g_autofree char *name = NULL;
  guint part = 0;

  (void) number;
  if (g_strv_length (fields) < 2 || embark_device_map_find (names->map, fields[1], &part) != EMBARK_DEVICE_THIS)
    return NULL;
  name = name_partition (names, part);
  return name ? embark_table_replace (text, 1, name) : NULL;
}

/* "(hd0) /dev/sda": the disk itself, for the next run of grub-install. */
static char *map_device_map_line (const char *text, guint number, gpointer data)
{
  Names *names = data;
  g_auto (GStrv) fields = embark_table_split (text);

  (void) number;
  if (g_strv_length (fields) < 2 || fields[0][0] != '(' || strcmp (fields[1], CLOUD_DISK) == 0
      || embark_device_map_find (names->map, fields[1], NULL) != EMBARK_DEVICE_WHOLE)
    return NULL;
  return embark_table_replace (text, 1, CLOUD_DISK);
}

/* "RESUME=/dev/sda5". */
static char *map_resume_line (const char *text, guint number, gpointer data)
{
  Names *names = data;
  const char *value = g_str_has_prefix (text, "RESUME=") ? text + strlen ("RESUME=") : NULL;
  g_autofree char *device = value ? g_strndup (value, strcspn (value, " \t\r#")) : NULL;
  g_autofree char *name = NULL;
  guint part = 0;

  (void) number;
  if (!device || embark_device_map_find (names->map, device, &part) != EMBARK_DEVICE_THIS)
    return NULL;
  name = name_partition (names, part);
  return name ? g_strconcat ("RESUME=", name, value + strlen (device), NULL) : NULL;
}

/* grub-mkconfig would write names of devices again. */
static char *map_grub_line (const char *text, guint number, gpointer data)
{
  static const char *const settings[] = { "GRUB_DISABLE_LINUX_UUID=true", "GRUB_DISABLE_UUID=true",
                                          "GRUB_DISABLE_LINUX_UUID=\"true\"", "GRUB_DISABLE_UUID=\"true\"" };

  (void) number;
  (void) data;
  for (guint i = 0; i < G_N_ELEMENTS (settings); i++)
    if (g_str_has_prefix (text, settings[i]))
      return g_strconcat ("#", text, NULL);
  return NULL;
}

/* root= and resume= of a boot entry. */
static char *map_argument (const char *word, gpointer data)
{
  Names *names = data;
  gboolean is_root = g_str_has_prefix (word, "root=");
  const char *device = is_root ? word + strlen ("root=") : word + strlen ("resume=");
  g_autofree char *name = NULL;
  guint part = 0;

  if (!is_root && !g_str_has_prefix (word, "resume="))
    return NULL;
  switch (embark_device_map_find (names->map, device, &part))
    {
    case EMBARK_DEVICE_UNCLEAR:
    case EMBARK_DEVICE_ABSENT:
      if (is_root)
        fail_unclear (names, _ ("the boot entry"), device);
      return NULL;
    case EMBARK_DEVICE_THIS:
      break;
    case EMBARK_DEVICE_OTHER:
    case EMBARK_DEVICE_WHOLE:
    default:
      return NULL;
    }
  if (is_root && !names->has_initramfs)
    return g_strdup_printf ("root=%s%u", CLOUD_DISK, part);
  name = name_partition (names, part);
  return name ? g_strconcat (is_root ? "root=" : "resume=", name, NULL) : NULL;
}

static gboolean has_initramfs (EmbarkFacts *facts)
{
  JsonArray *kernels = embark_facts_get_list (facts, "linux.kernels");

  for (guint i = 0; kernels && i < json_array_get_length (kernels); i++)
    {
      JsonObject *kernel = json_array_get_object_element (kernels, i);
      if (json_object_get_boolean_member_with_default (kernel, "default", FALSE))
        return json_object_has_member (kernel, "initramfs");
    }
  return TRUE;
}

static gboolean edit_entries (Names *names, GError **error)
{
  EmbarkCmdlineEdit edit = { .map = map_argument, .data = names };

  if (!embark_fix_boot_entries (names->session, &edit, error))
    return FALSE;
  if (!names->failure)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&names->failure));
  return FALSE;
}

gboolean embark_fix_linux_disks (EmbarkFixSession *session, GError **error)
{
  const struct
  {
    const char *path;
    EmbarkTableFunc map;
  } tables[] = {
    { EMBARK_FSTAB, map_fstab_line },
    { CRYPTTAB, map_crypttab_line },
    { EMBARK_RESUME, map_resume_line },
    { "/boot/grub/device.map", map_device_map_line },
    { "/boot/grub2/device.map", map_device_map_line },
    { "/etc/default/grub", map_grub_line },
  };
  g_autoptr (EmbarkDeviceMap) map = embark_fix_map_devices (session, error);
  Names names = { .session = session, .map = map };
  gboolean ok = map != NULL;

  names.has_initramfs = has_initramfs (embark_fix_get_facts (session));
  for (guint i = 0; ok && i < G_N_ELEMENTS (tables); i++)
    ok = embark_fix_map_table (session, tables[i].path, tables[i].map, &names, &names.failure, error);
  ok = ok && edit_entries (&names, error);
  g_clear_error (&names.failure);
  return ok;
}
