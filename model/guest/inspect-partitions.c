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

static void set_text (JsonObject *object, const char *name, char *value)
{
  g_autofree char *valid = value ? g_utf8_make_valid (value, -1) : NULL;

  if (valid && *valid)
    json_object_set_string_member (object, name, valid);
  free (value);
}

/* What blkid says of a partition or volume; flags the containers that hide what is in them. */
static void add_contents (guestfs_h *g, const char *device, JsonObject *object, const char *type_name,
                          EmbarkFacts *facts)
{
  char *type = guestfs_vfs_type (g, device);

  if (type && strcmp (type, "crypto_LUKS") == 0)
    embark_facts_set_boolean (facts, "disk.luks", TRUE);
  else if (type && strcmp (type, "BitLocker") == 0)
    embark_facts_set_boolean (facts, "disk.bitlocker", TRUE);
  else if (type && strcmp (type, "linux_raid_member") == 0)
    embark_facts_set_boolean (facts, "disk.raid", TRUE);
  else if (type && strcmp (type, "LVM2_member") == 0)
    embark_facts_set_boolean (facts, "disk.lvm", TRUE);
  set_text (object, type_name, type);
  set_text (object, "label", guestfs_vfs_label (g, device));
  set_text (object, "uuid", guestfs_vfs_uuid (g, device));
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
  set_text (object, "gptType", type);
}

static void add_mbr_type (guestfs_h *g, int number, JsonObject *object, Layout *layout, EmbarkFacts *facts)
{
  int type = guestfs_part_get_mbr_id (g, DISK, number);
  int bootable = guestfs_part_get_bootable (g, DISK, number);

  if (bootable >= 0)
    json_object_set_boolean_member (object, "bootable", bootable == 1);
  if (type < 0)
    return;
  layout->has_esp = layout->has_esp || type == MBR_TYPE_ESP;
  layout->has_protective = layout->has_protective || type == MBR_TYPE_PROTECTIVE;
  if (type == MBR_TYPE_LDM)
    embark_facts_set_boolean (facts, "disk.ldm", TRUE);
  json_object_set_int_member (object, "mbrType", type);
}

static guint add_partitions (guestfs_h *g, gboolean is_gpt, Layout *layout, EmbarkFacts *facts)
{
  struct guestfs_partition_list *list = guestfs_part_list (g, DISK);
  guint n = list ? MIN (list->len, PARTITIONS_MAX) : 0;

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
        add_mbr_type (g, part->part_num, object, layout, facts);
      add_contents (g, device, object, "filesystem", facts);
    }
  if (list)
    guestfs_free_partition_list (list);
  return n;
}

static void add_filesystems (guestfs_h *g, EmbarkFacts *facts)
{
  char **list = guestfs_list_filesystems (g);
  guint n = 0;

  for (guint i = 0; list && list[i]; i += 2)
    {
      if (n < FILESYSTEMS_MAX && strcmp (list[i + 1], "unknown") != 0 && !g_str_has_prefix (list[i], "btrfsvol:"))
        {
          JsonObject *object = embark_facts_append (facts, "disk.filesystems");
          json_object_set_string_member (object, "device", list[i]);
          add_contents (g, list[i], object, "type", facts);
          n++;
        }
      free (list[i]);
      free (list[i + 1]);
    }
  free (list);
}

static gboolean has_any (char **list)
{
  gboolean has = list && list[0];

  for (guint i = 0; list && list[i]; i++)
    free (list[i]);
  free (list);
  return has;
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
  if (has_any (guestfs_lvs (g)))
    embark_facts_set_boolean (facts, "disk.lvm", TRUE);
  if (has_any (guestfs_list_md_devices (g)))
    embark_facts_set_boolean (facts, "disk.raid", TRUE);

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
