/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads a GPT header and its entries, and believes neither without its sum.
 */
#include "model/stream/partition-gpt.h"

#include <isa-l/crc.h>
#include <string.h>

#define SECTOR EMBARK_SECTOR_SIZE
#define SIGNATURE "EFI PART"
#define HEADER_MIN 92
#define HEADER_SUM 16
#define ENTRY_MIN 128
#define NAME_AT 56
#define NAME_UNITS 36
/* 128 entries of 128 bytes are the rule. */
#define ENTRIES_BYTES_MAX (1024 * 1024)

typedef struct
{
  guint64 entries_start; /* sector */
  guint32 n_entries, entry_size;
  guint32 entries_sum;
} Header;

static guint32 get_le32 (const guint8 *from)
{
  guint32 value;

  memcpy (&value, from, sizeof value);
  return GUINT32_FROM_LE (value);
}

static guint64 get_le64 (const guint8 *from)
{
  guint64 value;

  memcpy (&value, from, sizeof value);
  return GUINT64_FROM_LE (value);
}

/* @sector is written to. */
static gboolean is_sound_header (guint8 *sector, guint64 place, guint64 n_sectors)
{
  guint32 length = get_le32 (sector + 12);
  guint32 sum = get_le32 (sector + HEADER_SUM);

  if (memcmp (sector, SIGNATURE, 8) != 0 || length < HEADER_MIN || length > SECTOR)
    return FALSE;
  memset (sector + HEADER_SUM, 0, 4);
  if (crc32_gzip_refl (0, sector, length) != sum)
    return FALSE;
  return get_le64 (sector + 24) == place && get_le64 (sector + 40) <= get_le64 (sector + 48)
         && get_le64 (sector + 48) < n_sectors;
}

static gboolean is_sound_list (const Header *header, guint64 n_sectors)
{
  guint64 length = (guint64) header->n_entries * header->entry_size;
  guint32 size = header->entry_size;

  return size >= ENTRY_MIN && (size & (size - 1)) == 0 && header->n_entries > 0 && length <= ENTRIES_BYTES_MAX
         && header->entries_start < n_sectors && length <= (n_sectors - header->entries_start) * SECTOR;
}

/* The list of entries behind the header at sector @place; *@ret_entries is NULL when they are not to be believed. */
static gboolean read_entries (guint64 place, guint64 n_sectors, EmbarkSectorFunc read_func, gpointer user_data,
                              Header *ret_header, guint8 **ret_entries, GError **error)
{
  guint8 sector[SECTOR];
  Header header;

  *ret_entries = NULL;
  if (!read_func (place * SECTOR, sector, sizeof sector, user_data, error))
    return FALSE;
  if (!is_sound_header (sector, place, n_sectors))
    return TRUE;
  header = (Header){ get_le64 (sector + 72), get_le32 (sector + 80), get_le32 (sector + 84), get_le32 (sector + 88) };
  if (!is_sound_list (&header, n_sectors))
    return TRUE;

  gsize length = (gsize) header.n_entries * header.entry_size;
  gsize whole = (length + SECTOR - 1) / SECTOR * SECTOR;
  g_autofree guint8 *entries = g_malloc (whole);
  if (!read_func (header.entries_start * SECTOR, entries, whole, user_data, error))
    return FALSE;
  if (crc32_gzip_refl (0, entries, length) != header.entries_sum)
    return TRUE;
  *ret_header = header;
  *ret_entries = g_steal_pointer (&entries);
  return TRUE;
}

/* The first three groups of a GUID are stored with the last byte first. */
static void write_guid (const guint8 *from, char *to, gsize length)
{
  guint16 second = (guint16) (from[4] | from[5] << 8), third = (guint16) (from[6] | from[7] << 8);

  g_snprintf (to, length, "%08X-%04X-%04X-%02X%02X-%02X%02X%02X%02X%02X%02X", get_le32 (from), second, third, from[8],
              from[9], from[10], from[11], from[12], from[13], from[14], from[15]);
}

/* NULL for none, and for one that is no text. */
static char *read_name (const guint8 *from)
{
  gunichar2 units[NAME_UNITS];
  glong n = 0;

  for (; n < NAME_UNITS; n++)
    {
      units[n] = (gunichar2) (from[2 * n] | from[2 * n + 1] << 8);
      if (units[n] == 0)
        break;
      if (units[n] < 0x20 || units[n] == 0x7F)
        units[n] = ' ';
    }
  return n > 0 ? g_utf16_to_utf8 (units, n, NULL, NULL, NULL) : NULL;
}

static void add_entry (EmbarkPartitionTable *self, const guint8 *entry, guint number, guint64 disk_size)
{
  static const guint8 unused[16] = { 0 };
  guint64 first = get_le64 (entry + 32), last = get_le64 (entry + 40);

  if (memcmp (entry, unused, sizeof unused) == 0)
    return;
  if (last < first || last >= disk_size / SECTOR)
    {
      self->has_nonsense = TRUE;
      return;
    }
  EmbarkPartition *partition =
      embark_partition_table_add (self, disk_size, number, first * SECTOR, (last - first + 1) * SECTOR, 0);
  if (partition == NULL)
    return;
  write_guid (entry, partition->gpt_type, sizeof partition->gpt_type);
  partition->name = read_name (entry + NAME_AT);
}

gboolean embark_partition_gpt_parse (EmbarkPartitionTable *self, guint64 disk_size, EmbarkSectorFunc read_func,
                                     gpointer user_data, GError **error)
{
  guint64 n_sectors = disk_size / SECTOR;
  g_autofree guint8 *entries = NULL;
  Header header = { 0 };

  if (n_sectors < 3)
    return TRUE;
  if (!read_entries (1, n_sectors, read_func, user_data, &header, &entries, error))
    return FALSE;
  if (entries == NULL)
    {
      if (!read_entries (n_sectors - 1, n_sectors, read_func, user_data, &header, &entries, error))
        return FALSE;
      self->is_from_backup = entries != NULL;
    }
  for (guint i = 0; entries != NULL && i < header.n_entries; i++)
    add_entry (self, entries + (gsize) i * header.entry_size, i + 1, disk_size);
  return TRUE;
}
