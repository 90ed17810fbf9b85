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

static const char *get_tag (char **tags, const char *name)
{
  for (guint i = 0; tags && tags[i] && tags[i + 1]; i += 2)
    if (strcmp (tags[i], name) == 0)
      return tags[i + 1];
  return NULL;
}

static guint64 get_number (char **tags, const char *name)
{
  const char *text = get_tag (tags, name);

  return text ? g_ascii_strtoull (text, NULL, 0) : 0;
}

static void free_tags (char **tags)
{
  for (guint i = 0; tags && tags[i]; i++)
    free (tags[i]);
  free (tags);
}

/* NULL when it cannot tell. One call tells all of a partition, and each costs a tenth of a second without KVM. */
static char **ask_blkid (guestfs_h *g, const char *device, EmbarkFacts *facts)
{
  char **tags = guestfs_blkid (g, device);

  if (!tags)
    {
      /* Translators: a device name as Linux gives it, the reason in English. */
      g_autofree char *reason = g_strdup_printf (_ ("what is on %s cannot be told: %s"), device,
                                                 guestfs_last_error (g) ? guestfs_last_error (g) : "?");
      embark_facts_set_unknown (facts, "disk.filesystems", reason);
    }
  return tags;
}

static void add_contents (char **tags, JsonObject *object, const char *type_name, EmbarkFacts *facts)
{
  flag_container (get_tag (tags, "TYPE"), facts);
  set_text (object, type_name, get_tag (tags, "TYPE"));
  set_text (object, "label", get_tag (tags, "LABEL"));
  set_text (object, "uuid", get_tag (tags, "UUID"));
}

static void add_gpt_type (const char *type, JsonObject *object, Layout *layout, EmbarkFacts *facts)
{
  g_autofree char *upper = g_ascii_strup (type, -1);

  if (strcmp (upper, GPT_TYPE_ESP) == 0)
    layout->has_esp = TRUE;
  else if (strcmp (upper, GPT_TYPE_BIOS_BOOT) == 0)
    layout->has_bios_boot = TRUE;
  else if (strcmp (upper, GPT_TYPE_LDM_METADATA) == 0 || strcmp (upper, GPT_TYPE_LDM_DATA) == 0)
    embark_facts_set_boolean (facts, "disk.ldm", TRUE);
  set_text (object, "gptType", upper);
}

static void add_mbr_type (int type, gboolean is_bootable, JsonObject *object, Layout *layout, EmbarkFacts *facts)
{
  json_object_set_boolean_member (object, "bootable", is_bootable);
  layout->has_esp = layout->has_esp || type == MBR_TYPE_ESP;
  layout->has_protective = layout->has_protective || type == MBR_TYPE_PROTECTIVE;
  if (type == MBR_TYPE_LDM)
    embark_facts_set_boolean (facts, "disk.ldm", TRUE);
  json_object_set_int_member (object, "mbrType", type);
}

/* From the table itself, for a partition whose contents confuse blkid. Logical ones stay untold. */
static void add_primary (guestfs_h *g, int number, JsonObject *object, Layout *layout, EmbarkFacts *facts)
{
  size_t length = 0;
  char *bytes = guestfs_pread_device (g, DISK, SECTOR, 0, &length);
  const guint8 *entry = (const guint8 *) bytes + MBR_TABLE + MBR_ENTRY * (number - 1);
  guint32 start, size;

  if (bytes && length == SECTOR)
    {
      memcpy (&start, entry + 8, 4);
      memcpy (&size, entry + 12, 4);
      json_object_set_int_member (object, "start", (gint64) GUINT32_FROM_LE (start) * SECTOR);
      json_object_set_int_member (object, "size", (gint64) GUINT32_FROM_LE (size) * SECTOR);
      add_mbr_type (entry[MBR_ENTRY_TYPE], (entry[0] & 0x80) != 0, object, layout, facts);
    }
  free (bytes);
}

static void add_partition (guestfs_h *g, const char *device, gboolean is_gpt, Layout *layout, EmbarkFacts *facts)
{
  char **tags = ask_blkid (g, device, facts);
  JsonObject *object = embark_facts_append (facts, "disk.partitions");
  int number = (int) g_ascii_strtoull (device + strlen (DISK), NULL, 10);
  const char *type = get_tag (tags, "PART_ENTRY_TYPE");

  json_object_set_int_member (object, "number", number);
  json_object_set_string_member (object, "device", device);
  set_text (object, "partUuid", get_tag (tags, "PART_ENTRY_UUID"));
  if (type)
    {
      json_object_set_int_member (object, "start", (gint64) get_number (tags, "PART_ENTRY_OFFSET") * SECTOR);
      json_object_set_int_member (object, "size", (gint64) get_number (tags, "PART_ENTRY_SIZE") * SECTOR);
    }
  if (type && is_gpt)
    add_gpt_type (type, object, layout, facts);
  else if (type)
    add_mbr_type ((int) get_number (tags, "PART_ENTRY_TYPE") & 0xFF,
                  (get_number (tags, "PART_ENTRY_FLAGS") & 0x80) != 0, object, layout, facts);
  else if (!is_gpt && number >= 1 && number <= 4)
    add_primary (g, number, object, layout, facts);
  add_contents (tags, object, "filesystem", facts);
  free_tags (tags);
}

static guint add_partitions (guestfs_h *g, gboolean is_gpt, Layout *layout, EmbarkFacts *facts)
{
  char **devices = guestfs_list_partitions (g);
  guint n = 0;

  for (guint i = 0; devices && devices[i]; i++)
    {
      if (g_str_has_prefix (devices[i], DISK) && n < PARTITIONS_MAX)
        {
          add_partition (g, devices[i], is_gpt, layout, facts);
          n++;
        }
      free (devices[i]);
    }
  free (devices);
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

/* Takes @tags. */
static void add_volume (char **tags, const char *device, EmbarkFacts *facts)
{
  g_autoptr (JsonObject) contents = json_object_new ();

  add_contents (tags, contents, "type", facts);
  add_described (contents, device, "type", facts);
  free_tags (tags);
}

/* Takes a list of volumes; TRUE when there was one. */
static gboolean add_volumes (guestfs_h *g, char **devices, EmbarkFacts *facts)
{
  gboolean has_any = devices && devices[0];

  for (guint i = 0; devices && devices[i]; i++)
    {
      if (i < FILESYSTEMS_MAX)
        add_volume (ask_blkid (g, devices[i], facts), devices[i], facts);
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
  if (add_volumes (g, guestfs_list_md_devices (g), facts))
    embark_facts_set_boolean (facts, "disk.raid", TRUE);
  /* Volumes need a place that blkid has called one of LVM. */
  if (embark_facts_is (facts, "disk.lvm"))
    add_volumes (g, guestfs_lvs (g), facts);
}

/* "gpt", "dos", another word of blkid, or NULL. Where blkid cannot tell, parted is asked, which costs a second. */
static char *get_table (guestfs_h *g, char **tags)
{
  char *found = tags ? NULL : guestfs_part_get_parttype (g, DISK);
  char *table = g_strdup (tags ? get_tag (tags, "PTTYPE") : found);

  free (found);
  if (g_strcmp0 (table, "msdos") == 0)
    {
      g_free (table);
      return g_strdup ("dos");
    }
  /* parted calls a file system that begins at the first sector "loop". */
  if (g_strcmp0 (table, "loop") == 0)
    g_clear_pointer (&table, g_free);
  return table;
}

static void set_firmware (const Layout *layout, gboolean is_mbr, guint n_partitions, EmbarkFacts *facts)
{
  if (layout->has_esp)
    embark_facts_set_string (facts, "boot.firmware", is_mbr || layout->has_bios_boot ? "both" : "uefi");
  else if (n_partitions > 0)
    embark_facts_set_string (facts, "boot.firmware", "bios");
  else
    embark_facts_set_unknown (facts, "boot.firmware", _ ("the disk has no partitions"));
}

void embark_inspect_partitions (guestfs_h *g, EmbarkFacts *facts)
{
  static const char *const flags[] = { "disk.lvm", "disk.ldm", "disk.luks", "disk.bitlocker", "disk.raid" };
  char **tags = ask_blkid (g, DISK, facts);
  g_autofree char *table = get_table (g, tags);
  /* "PMBR": the MBR of a GPT that is not there. */
  gboolean is_protective = g_strcmp0 (table, "PMBR") == 0;
  gboolean is_gpt = is_protective || g_strcmp0 (table, "gpt") == 0;
  gboolean is_mbr = g_strcmp0 (table, "dos") == 0;
  Layout layout = { 0 };
  guint n = 0;

  for (guint i = 0; i < G_N_ELEMENTS (flags); i++)
    embark_facts_set_boolean (facts, flags[i], FALSE);
  embark_facts_set_string (facts, "disk.partitionTable", is_gpt ? "gpt" : is_mbr ? "mbr" : table ? table : "none");
  if (is_gpt || is_mbr)
    n = add_partitions (g, is_gpt, &layout, facts);
  embark_facts_set_boolean (facts, "disk.protectiveOnly", (is_gpt && n == 0) || (is_mbr && layout.has_protective));
  if (n == 0)
    add_volume (tags, DISK, facts);
  else
    free_tags (tags);
  add_filesystems (g, facts);
  set_firmware (&layout, is_mbr, n, facts);
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
