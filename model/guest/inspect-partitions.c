/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The disk as it is laid out, and why there may be nothing to find on it:
 * libguestfs skips what it cannot open without a word.
 */
#include <glib/gi18n-lib.h>
#include <stdlib.h>
#include <string.h>

#include "model/guest/inspect.h"

#define DISK "/dev/sda"
#define PARTITIONS_MAX 128
#define FILESYSTEMS_MAX 256
#define SECTOR 512
#define MBR_TABLE 446
#define MBR_ENTRY 16
#define MBR_ENTRY_TYPE 4
#define MBR_TYPE_LDM 0x42
#define MBR_TYPE_ESP 0xEF
#define MBR_TYPE_PROTECTIVE 0xEE
#define GPT_TYPE_ESP "C12A7328-F81F-11D2-BA4B-00A0C93EC93B"
#define GPT_TYPE_BIOS_BOOT "21686148-6449-6E6F-744E-656564454649"
#define GPT_TYPE_LDM_METADATA "5808C8AA-7E8F-42E0-85D2-E1E90434CFB3"
#define GPT_TYPE_LDM_DATA "AF9B60A0-1431-4F62-BC68-3311714A69AD"

typedef struct
{
  gboolean has_esp;
  gboolean has_bios_boot;
  gboolean has_protective;
} Layout;

static void set_text (JsonObject *object, const char *name, const char *value)
{
  g_autofree char *valid = value ? g_utf8_make_valid (value, -1) : NULL;

  if (valid && *valid)
    json_object_set_string_member (object, name, valid);
}

static void take_text (JsonObject *object, const char *name, char *value)
{
  set_text (object, name, value);
  free (value);
}

static void flag_container (const char *type, EmbarkFacts *facts)
{
  static const struct
  {
    const char *type;
    const char *flag;
  } containers[] = { { "crypto_LUKS", "disk.luks" },
                     { "BitLocker", "disk.bitlocker" },
                     { "linux_raid_member", "disk.raid" },
                     { "LVM2_member", "disk.lvm" } };

  for (guint i = 0; i < G_N_ELEMENTS (containers); i++)
    if (g_strcmp0 (type, containers[i].type) == 0)
      embark_facts_set_boolean (facts, containers[i].flag, TRUE);
}

/* One call of blkid, since each call costs a tenth of a second without KVM. */
static void add_contents (guestfs_h *g, const char *device, JsonObject *object, const char *type_name,
                          EmbarkFacts *facts)
{
  char **found = guestfs_blkid (g, device);

  for (guint i = 0; found && found[i] && found[i + 1]; i += 2)
    {
      if (strcmp (found[i], "TYPE") == 0)
        {
          flag_container (found[i + 1], facts);
          set_text (object, type_name, found[i + 1]);
        }
      else if (strcmp (found[i], "LABEL") == 0)
        set_text (object, "label", found[i + 1]);
      else if (strcmp (found[i], "UUID") == 0)
        set_text (object, "uuid", found[i + 1]);
    }
  for (guint i = 0; found && found[i]; i++)
    free (found[i]);
  free (found);
}

static void add_gpt_type (guestfs_h *g, int number, JsonObject *object, Layout *layout, EmbarkFacts *facts)
{
  char *type = guestfs_part_get_gpt_type (g, DISK, number);

  if (!type)
    return;
  if (g_ascii_strcasecmp (type, GPT_TYPE_ESP) == 0)
    layout->has_esp = TRUE;
  else if (g_ascii_strcasecmp (type, GPT_TYPE_BIOS_BOOT) == 0)
    layout->has_bios_boot = TRUE;
  else if (g_ascii_strcasecmp (type, GPT_TYPE_LDM_METADATA) == 0 || g_ascii_strcasecmp (type, GPT_TYPE_LDM_DATA) == 0)
    embark_facts_set_boolean (facts, "disk.ldm", TRUE);
  take_text (object, "gptType", type);
}

/* The four entries of the table itself are read at once; only logical partitions are asked for one by one. */
static void add_mbr_type (guestfs_h *g, int number, const guint8 *sector, JsonObject *object, Layout *layout,
                          EmbarkFacts *facts)
{
  gboolean is_primary = number >= 1 && number <= 4;
  const guint8 *entry = sector + MBR_TABLE + (is_primary ? MBR_ENTRY * (number - 1) : 0);
  int type = is_primary ? entry[MBR_ENTRY_TYPE] : guestfs_part_get_mbr_id (g, DISK, number);

  json_object_set_boolean_member (object, "bootable", is_primary && (entry[0] & 0x80) != 0);
  if (type < 0)
    return;
  layout->has_esp = layout->has_esp || type == MBR_TYPE_ESP;
  layout->has_protective = layout->has_protective || type == MBR_TYPE_PROTECTIVE;
  if (type == MBR_TYPE_LDM)
    embark_facts_set_boolean (facts, "disk.ldm", TRUE);
  json_object_set_int_member (object, "mbrType", type);
}

static void read_first_sector (guestfs_h *g, guint8 *sector)
{
  size_t length = 0;
  char *bytes = guestfs_pread_device (g, DISK, SECTOR, 0, &length);

  if (bytes && length == SECTOR)
    memcpy (sector, bytes, SECTOR);
  free (bytes);
}

static guint add_partitions (guestfs_h *g, gboolean is_gpt, Layout *layout, EmbarkFacts *facts)
{
  struct guestfs_partition_list *list = guestfs_part_list (g, DISK);
  guint n = list ? MIN (list->len, PARTITIONS_MAX) : 0;
  guint8 sector[SECTOR] = { 0 };

  read_first_sector (g, sector);
  for (guint i = 0; i < n; i++)
    {
      const struct guestfs_partition *part = &list->val[i];
      g_autofree char *device = g_strdup_printf (DISK "%d", part->part_num);
      JsonObject *object = embark_facts_append (facts, "disk.partitions");

      json_object_set_int_member (object, "number", part->part_num);
      json_object_set_string_member (object, "device", device);
      json_object_set_int_member (object, "start", (gint64) part->part_start);
      json_object_set_int_member (object, "size", (gint64) part->part_size);
      if (is_gpt)
        add_gpt_type (g, part->part_num, object, layout, facts);
      else
        add_mbr_type (g, part->part_num, sector, object, layout, facts);
      add_contents (g, device, object, "filesystem", facts);
    }
  if (list)
    guestfs_free_partition_list (list);
  return n;
}

static gboolean is_container (const char *type)
{
  return strcmp (type, "LVM2_member") == 0 || strcmp (type, "crypto_LUKS") == 0 || strcmp (type, "BitLocker") == 0
         || strcmp (type, "linux_raid_member") == 0;
}

/* A partition or volume joins disk.filesystems unless it is a container of others or holds nothing known. */
static void add_filesystem (const char *device, const char *type, const char *label, const char *uuid,
                            EmbarkFacts *facts)
{
  JsonArray *list = embark_facts_get_list (facts, "disk.filesystems");
  JsonObject *object;

  if (!type || is_container (type) || (list && json_array_get_length (list) >= FILESYSTEMS_MAX))
    return;
  object = embark_facts_append (facts, "disk.filesystems");
  set_text (object, "device", device);
  set_text (object, "type", type);
  set_text (object, "label", label);
  set_text (object, "uuid", uuid);
}

static void add_described (JsonObject *object, const char *device, const char *type_name, EmbarkFacts *facts)
{
  add_filesystem (device, json_object_get_string_member_with_default (object, type_name, NULL),
                  json_object_get_string_member_with_default (object, "label", NULL),
                  json_object_get_string_member_with_default (object, "uuid", NULL), facts);
}

/* Takes a list of volumes; TRUE when there was one. */
static gboolean add_volumes (guestfs_h *g, char **devices, EmbarkFacts *facts)
{
  gboolean has_any = devices && devices[0];

  for (guint i = 0; devices && devices[i]; i++)
    {
      g_autoptr (JsonObject) contents = json_object_new ();

      if (i < FILESYSTEMS_MAX)
        {
          add_contents (g, devices[i], contents, "type", facts);
          add_described (contents, devices[i], "type", facts);
        }
      free (devices[i]);
    }
  free (devices);
  return has_any;
}

/* What libguestfs' own list would say, without the seconds it takes to ask for every kind of volume again. */
static void add_filesystems (guestfs_h *g, EmbarkFacts *facts)
{
  JsonArray *partitions = embark_facts_get_list (facts, "disk.partitions");

  for (guint i = 0; partitions && i < json_array_get_length (partitions); i++)
    {
      JsonObject *object = json_array_get_object_element (partitions, i);
      add_described (object, json_object_get_string_member (object, "device"), "filesystem", facts);
    }
  if (!partitions)
    {
      g_autoptr (JsonObject) contents = json_object_new ();
      add_contents (g, DISK, contents, "type", facts);
      add_described (contents, DISK, "type", facts);
    }
  if (add_volumes (g, guestfs_lvs (g), facts))
    embark_facts_set_boolean (facts, "disk.lvm", TRUE);
  if (add_volumes (g, guestfs_list_md_devices (g), facts))
    embark_facts_set_boolean (facts, "disk.raid", TRUE);
}

void embark_inspect_partitions (guestfs_h *g, EmbarkFacts *facts)
{
  static const char *const flags[] = { "disk.lvm", "disk.ldm", "disk.luks", "disk.bitlocker", "disk.raid" };
  char *table = guestfs_part_get_parttype (g, DISK);
  gboolean is_gpt = g_strcmp0 (table, "gpt") == 0;
  gboolean is_mbr = g_strcmp0 (table, "msdos") == 0;
  Layout layout = { 0 };
  guint n = 0;

  for (guint i = 0; i < G_N_ELEMENTS (flags); i++)
    embark_facts_set_boolean (facts, flags[i], FALSE);
  /* parted calls a file system that begins at the first sector "loop". */
  embark_facts_set_string (facts, "disk.partitionTable",
                           is_gpt                                  ? "gpt"
                           : is_mbr                                ? "mbr"
                           : !table || strcmp (table, "loop") == 0 ? "none"
                                                                   : table);
  if (is_gpt || is_mbr)
    n = add_partitions (g, is_gpt, &layout, facts);
  embark_facts_set_boolean (facts, "disk.protectiveOnly", (is_gpt && n == 0) || (is_mbr && layout.has_protective));
  add_filesystems (g, facts);

  if (layout.has_esp)
    embark_facts_set_string (facts, "boot.firmware", is_mbr || layout.has_bios_boot ? "both" : "uefi");
  else if (n > 0)
    embark_facts_set_string (facts, "boot.firmware", "bios");
  else
    embark_facts_set_unknown (facts, "boot.firmware", _ ("the disk has no partitions"));
  free (table);
}

/* The first file system that looks like one and cannot be opened, with the reason. */
static char *find_unreadable (guestfs_h *g, EmbarkFacts *facts)
{
  JsonArray *list = embark_facts_get_list (facts, "disk.filesystems");

  for (guint i = 0; list && i < json_array_get_length (list); i++)
    {
      JsonObject *object = json_array_get_object_element (list, i);
      const char *device = json_object_get_string_member_with_default (object, "device", "");
      const char *type = json_object_get_string_member_with_default (object, "type", "");

      if (!*type || strcmp (type, "swap") == 0)
        continue;
      if (guestfs_mount_ro (g, device, "/") == 0)
        guestfs_umount_all (g);
      else
        /* Translators: a file system type, a device name as Linux gives it, the reason in English. */
        return g_strdup_printf (_ ("the %s file system on %s could not be opened: %s"), type, device,
                                guestfs_last_error (g) ? guestfs_last_error (g) : "?");
    }
  return NULL;
}

void embark_inspect_explain_nothing (guestfs_h *g, EmbarkFacts *facts)
{
  JsonArray *filesystems = embark_facts_get_list (facts, "disk.filesystems");
  g_autofree char *unreadable = NULL;
  const char *reason;

  if (embark_facts_is (facts, "disk.bitlocker"))
    reason = _ ("the disk is encrypted with BitLocker");
  else if (embark_facts_is (facts, "disk.luks"))
    reason = _ ("the disk is encrypted with LUKS");
  else if (embark_facts_is (facts, "disk.ldm"))
    reason = _ ("the disk is a Windows dynamic disk");
  else if (embark_facts_is (facts, "disk.protectiveOnly"))
    reason = _ ("the GPT partition table of the disk cannot be read");
  else if ((unreadable = find_unreadable (g, facts)))
    reason = unreadable;
  else if (filesystems && json_array_get_length (filesystems) > 0)
    reason = _ ("the disk has file systems but no operating system on them");
  else if (embark_facts_get_list (facts, "disk.partitions"))
    reason = _ ("none of the partitions holds a known file system");
  else
    reason = _ ("the disk has neither partitions nor a file system");
  embark_facts_set_unknown (facts, "os", reason);
}

void embark_inspect_mounted (guestfs_h *g, EmbarkFacts *facts)
{
  JsonArray *list = embark_facts_get_list (facts, "disk.filesystems");

  for (guint i = 0; list && i < json_array_get_length (list); i++)
    {
      JsonObject *object = json_array_get_object_element (list, i);
      const char *target = json_object_get_string_member_with_default (object, "mountPoint", NULL);
      struct guestfs_statvfs *space = target ? guestfs_statvfs (g, target) : NULL;

      if (!space)
        continue;
      json_object_set_int_member (object, "size", space->blocks * space->frsize);
      json_object_set_int_member (object, "free", space->bavail * space->frsize);
      guestfs_free_statvfs (space);
    }
}
