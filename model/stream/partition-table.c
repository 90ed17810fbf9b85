/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The MBR with its chain of logical partitions, and what a table means in
 * facts. The GPT is in partition-gpt.c. A guest could have written anything:
 * every list and every jump is bounded.
 */
#include "model/stream/partition-table.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "model/stream/disk-reader.h"
#include "model/stream/partition-gpt.h"

#define SECTOR EMBARK_SECTOR_SIZE
#define MBR_TABLE 446
#define MBR_ENTRY 16
#define MBR_ENTRIES 4
#define FIRST_LOGICAL 5

#define TYPE_LDM 0x42
#define TYPE_PROTECTIVE 0xEE
#define TYPE_ESP 0xEF

#define GPT_TYPE_ESP "C12A7328-F81F-11D2-BA4B-00A0C93EC93B"
#define GPT_TYPE_BIOS_BOOT "21686148-6449-6E6F-744E-656564454649"
#define GPT_TYPE_LDM_METADATA "5808C8AA-7E8F-42E0-85D2-E1E90434CFB3"
#define GPT_TYPE_LDM_DATA "AF9B60A0-1431-4F62-BC68-3311714A69AD"

typedef struct
{
  guint8 flags, type;
  guint64 start, size; /* bytes; start counts from where the table says */
} MbrEntry;

static guint32 get_le32 (const guint8 *from)
{
  guint32 value;

  memcpy (&value, from, sizeof value);
  return GUINT32_FROM_LE (value);
}

static MbrEntry get_entry (const guint8 *sector, guint index)
{
  const guint8 *entry = sector + MBR_TABLE + index * MBR_ENTRY;
  MbrEntry found = { entry[0], entry[4], (guint64) get_le32 (entry + 8) * SECTOR,
                     (guint64) get_le32 (entry + 12) * SECTOR };

  return found;
}

static gboolean is_extended (guint8 type)
{
  return type == 0x05 || type == 0x0F || type == 0x85;
}

static gboolean is_signed (const guint8 *sector)
{
  return sector[510] == 0x55 && sector[511] == 0xAA;
}

/* FAT, NTFS and exFAT begin with a jump and end with the signature of a boot record, too. */
static gboolean is_file_system (const guint8 *sector)
{
  if (sector[0] != 0xEB && sector[0] != 0xE9)
    return FALSE;
  return memcmp (sector + 3, "NTFS    ", 8) == 0 || memcmp (sector + 3, "EXFAT   ", 8) == 0
         || memcmp (sector + 0x36, "FAT1", 4) == 0 || memcmp (sector + 0x52, "FAT32", 5) == 0;
}

/* As Linux and parted decide it: where a table would be, every entry has to look like one. */
static gboolean is_mbr (const guint8 *sector)
{
  gboolean is_empty = TRUE;

  if (!is_signed (sector))
    return FALSE;
  for (guint i = 0; i < MBR_ENTRIES; i++)
    {
      MbrEntry entry = get_entry (sector, i);
      if (entry.flags != 0 && entry.flags != 0x80)
        return FALSE;
      is_empty = is_empty && entry.type == 0;
    }
  return !is_empty || !is_file_system (sector);
}

static void partition_free (gpointer data)
{
  EmbarkPartition *partition = data;

  g_free (partition->name);
  g_free (partition);
}

/* An extended partition lies over the logical ones in it; everything else has its place for itself. */
static gboolean is_over_another (const EmbarkPartitionTable *self, guint64 start, guint64 size, guint8 type)
{
  if (is_extended (type))
    return FALSE;
  for (guint i = 0; i < self->partitions->len; i++)
    {
      const EmbarkPartition *other = g_ptr_array_index (self->partitions, i);
      if (!is_extended (other->mbr_type) && start < other->start + other->size && other->start < start + size)
        return TRUE;
    }
  return FALSE;
}

EmbarkPartition *embark_partition_table_add (EmbarkPartitionTable *self, guint64 disk_size, guint number, guint64 start,
                                             guint64 size, guint8 mbr_type)
{
  if (self->partitions->len >= EMBARK_PARTITIONS_MAX || size == 0 || start < SECTOR || start >= disk_size
      || size > disk_size - start || is_over_another (self, start, size, mbr_type))
    {
      self->has_nonsense = TRUE;
      return NULL;
    }
  EmbarkPartition *partition = g_new0 (EmbarkPartition, 1);
  partition->number = number;
  partition->start = start;
  partition->size = size;
  partition->mbr_type = mbr_type;
  g_ptr_array_add (self->partitions, partition);
  return partition;
}

/* Each logical partition has a sector of its own, which names the next one, counted from the start of the extended
 * partition. */
static gboolean add_logical (EmbarkPartitionTable *self, guint64 disk_size, const EmbarkPartition *extended,
                             EmbarkSectorFunc read_func, gpointer user_data, GError **error)
{
  guint64 table_start = extended->start, extended_end = extended->start + extended->size;
  guint64 extended_start = extended->start;
  guint8 sector[SECTOR];
  guint number = FIRST_LOGICAL;

  for (guint n_tables = 0; n_tables < EMBARK_PARTITIONS_MAX; n_tables++)
    {
      if (!read_func (table_start, sector, sizeof sector, user_data, error))
        return FALSE;
      MbrEntry entry = get_entry (sector, 0), next = get_entry (sector, 1);
      if (!is_signed (sector))
        {
          self->has_nonsense = self->has_nonsense || n_tables > 0;
          return TRUE;
        }
      if (entry.type != 0 && entry.start + entry.size > extended_end - table_start)
        self->has_nonsense = TRUE;
      else if (entry.type != 0 && !is_extended (entry.type)
               && embark_partition_table_add (self, disk_size, number, table_start + entry.start, entry.size,
                                              entry.type))
        number++;
      if (!is_extended (next.type))
        return TRUE;
      if (next.start >= extended_end - extended_start || next.start == 0)
        break;
      table_start = extended_start + next.start;
    }
  self->has_nonsense = TRUE;
  return TRUE;
}

static gboolean add_mbr (EmbarkPartitionTable *self, guint64 disk_size, const guint8 *sector,
                         EmbarkSectorFunc read_func, gpointer user_data, GError **error)
{
  const EmbarkPartition *extended = NULL;

  for (guint i = 0; i < MBR_ENTRIES; i++)
    {
      MbrEntry entry = get_entry (sector, i);
      if (entry.type == 0)
        continue;
      /* Of a disk that was cut off Linux takes what is left of the partition. */
      if (entry.start < disk_size && entry.size > disk_size - entry.start)
        {
          self->has_nonsense = TRUE;
          entry.size = disk_size - entry.start;
        }
      EmbarkPartition *partition =
          embark_partition_table_add (self, disk_size, i + 1, entry.start, entry.size, entry.type);
      if (partition == NULL)
        continue;
      partition->is_bootable = entry.flags == 0x80;
      if (is_extended (entry.type) && extended == NULL)
        extended = partition;
    }
  return extended == NULL || add_logical (self, disk_size, extended, read_func, user_data, error);
}

static gboolean has_protective_entry (const guint8 *sector)
{
  for (guint i = 0; i < MBR_ENTRIES; i++)
    if (get_entry (sector, i).type == TYPE_PROTECTIVE)
      return TRUE;
  return FALSE;
}

EmbarkPartitionTable *embark_partition_table_parse (guint64 disk_size, EmbarkSectorFunc read_func, gpointer user_data,
                                                    GError **error)
{
  g_autoptr (EmbarkPartitionTable) self = g_new0 (EmbarkPartitionTable, 1);
  guint8 sector[SECTOR];

  self->partitions = g_ptr_array_new_with_free_func (partition_free);
  if (disk_size < SECTOR)
    return g_steal_pointer (&self);
  if (!read_func (0, sector, sizeof sector, user_data, error))
    return NULL;
  if (!is_mbr (sector))
    return g_steal_pointer (&self);
  self->kind = has_protective_entry (sector) ? EMBARK_TABLE_GPT : EMBARK_TABLE_MBR;
  if (self->kind == EMBARK_TABLE_GPT ? !embark_partition_gpt_parse (self, disk_size, read_func, user_data, error)
                                     : !add_mbr (self, disk_size, sector, read_func, user_data, error))
    return NULL;
  self->is_protective_only = self->kind == EMBARK_TABLE_GPT && self->partitions->len == 0;
  return g_steal_pointer (&self);
}

typedef struct
{
  EmbarkDiskReader *reader;
  GCancellable *cancellable;
} NbdDisk;

static gboolean read_sectors_cb (guint64 offset, guint8 *buffer, gsize length, gpointer user_data, GError **error)
{
  const NbdDisk *disk = user_data;
  EmbarkDiskRun run = { offset, length, buffer };

  return embark_disk_reader_read (disk->reader, &run, 1, disk->cancellable, error);
}

EmbarkPartitionTable *embark_partition_table_read (const char *socket, GCancellable *cancellable, GError **error)
{
  g_autoptr (EmbarkDiskReader) reader = embark_disk_reader_new (socket, 1, cancellable, error);
  NbdDisk disk = { reader, cancellable };

  if (reader == NULL)
    return NULL;
  return embark_partition_table_parse (embark_disk_reader_get_size (reader), read_sectors_cb, &disk, error);
}

void embark_partition_table_free (EmbarkPartitionTable *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->partitions);
  g_free (self);
}

static gboolean has_type (const EmbarkPartitionTable *self, guint8 mbr_type, const char *gpt_type)
{
  for (guint i = 0; i < self->partitions->len; i++)
    {
      const EmbarkPartition *partition = g_ptr_array_index (self->partitions, i);
      gboolean is_gpt = self->kind == EMBARK_TABLE_GPT;
      if (is_gpt ? strcmp (partition->gpt_type, gpt_type) == 0 : mbr_type != 0 && partition->mbr_type == mbr_type)
        return TRUE;
    }
  return FALSE;
}

static void add_partition_facts (const EmbarkPartitionTable *self, EmbarkFacts *facts)
{
  for (guint i = 0; i < self->partitions->len; i++)
    {
      const EmbarkPartition *partition = g_ptr_array_index (self->partitions, i);
      JsonObject *object = embark_facts_append (facts, "disk.partitions");

      json_object_set_int_member (object, "number", partition->number);
      json_object_set_int_member (object, "start", (gint64) partition->start);
      json_object_set_int_member (object, "size", (gint64) partition->size);
      if (self->kind == EMBARK_TABLE_GPT)
        json_object_set_string_member (object, "gptType", partition->gpt_type);
      else
        {
          json_object_set_int_member (object, "mbrType", partition->mbr_type);
          json_object_set_boolean_member (object, "bootable", partition->is_bootable);
        }
      if (partition->name != NULL)
        json_object_set_string_member (object, "label", partition->name);
    }
}

void embark_partition_table_add_facts (const EmbarkPartitionTable *self, EmbarkFacts *facts)
{
  static const char *const kinds[] = {
    [EMBARK_TABLE_NONE] = "none",
    [EMBARK_TABLE_MBR] = "mbr",
    [EMBARK_TABLE_GPT] = "gpt",
  };
  gboolean has_esp = has_type (self, TYPE_ESP, GPT_TYPE_ESP);
  gboolean has_bios = self->kind == EMBARK_TABLE_MBR || has_type (self, 0, GPT_TYPE_BIOS_BOOT);

  embark_facts_set_string (facts, "disk.partitionTable", kinds[self->kind]);
  embark_facts_set_boolean (facts, "disk.protectiveOnly", self->is_protective_only);
  embark_facts_set_boolean (facts, "disk.ldm",
                            has_type (self, TYPE_LDM, GPT_TYPE_LDM_METADATA) || has_type (self, 0, GPT_TYPE_LDM_DATA));
  add_partition_facts (self, facts);
  /* Where nothing is left, that is the answer. */
  if (self->has_nonsense && self->partitions->len > 0)
    embark_facts_set_unknown (facts, "disk.partitions", _ ("some entries of the partition table make no sense"));
  if (has_esp)
    embark_facts_set_string (facts, "boot.firmware", has_bios ? "both" : "uefi");
  else if (self->partitions->len > 0)
    embark_facts_set_string (facts, "boot.firmware", "bios");
  else
    embark_facts_set_unknown (facts, "boot.firmware", _ ("the disk has no partitions"));
}
