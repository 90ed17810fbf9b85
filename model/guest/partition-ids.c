/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * PARTUUID and PARTLABEL of a disk's partitions, from the table itself: asking
 * the appliance would start a program for each. UEFI specification, chapter 5.
 */
#include <string.h>

#include "model/guest/fstab.h"

#define SECTOR 512
#define MBR_ID 440
#define MBR_TYPE 450
#define GPT_TYPE 0xEE
#define GPT_HEADER 512
#define GPT_ENTRIES_AT 1024 /* where every tool puts them */
#define GPT_ENTRY_SIZE 128
#define GPT_ENTRIES 128
#define GPT_NAME_AT 56
#define GPT_NAME_LENGTH 36
#define NUMBERS_MAX 128

static guint16 get_le16 (const guint8 *p)
{
  return (guint16) (p[0] | p[1] << 8);
}

static guint32 get_le32 (const guint8 *p)
{
  return get_le16 (p) | (guint32) get_le16 (p + 2) << 16;
}

static char *format_guid (const guint8 *p)
{
  return g_strdup_printf ("%08x-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x", get_le32 (p), get_le16 (p + 4),
                          get_le16 (p + 6), p[8], p[9], p[10], p[11], p[12], p[13], p[14], p[15]);
}

static char *read_name (const guint8 *p)
{
  gunichar2 name[GPT_NAME_LENGTH + 1] = { 0 };

  for (guint i = 0; i < GPT_NAME_LENGTH; i++)
    name[i] = get_le16 (p + 2 * i);
  return g_utf16_to_utf8 (name, -1, NULL, NULL, NULL);
}

static void read_gpt (EmbarkDiskNames *self, const guint8 *head, gsize length)
{
  static const guint8 no_type[16] = { 0 };

  for (gsize i = 0; i < GPT_ENTRIES; i++)
    {
      const guint8 *entry = head + GPT_ENTRIES_AT + i * GPT_ENTRY_SIZE;
      char *name;

      if (GPT_ENTRIES_AT + (i + 1) * GPT_ENTRY_SIZE > length)
        return;
      if (memcmp (entry, no_type, sizeof no_type) == 0)
        continue;
      g_hash_table_add (self->part_uuids, format_guid (entry + 16));
      name = read_name (entry + GPT_NAME_AT);
      if (name && *name)
        g_hash_table_add (self->part_labels, name);
      else
        g_free (name);
    }
}

gboolean embark_disk_names_read_table (EmbarkDiskNames *self, const guint8 *head, gsize length, const guint *numbers)
{
  gboolean is_gpt = length >= GPT_HEADER + SECTOR && memcmp (head + GPT_HEADER, "EFI PART", 8) == 0;

  if (length < SECTOR || head[510] != 0x55 || head[511] != 0xAA)
    return FALSE;
  if (head[MBR_TYPE] == GPT_TYPE && !is_gpt)
    return FALSE;
  /* Entries elsewhere or of another size are allowed, but nobody writes them. */
  if (is_gpt && (get_le32 (head + GPT_HEADER + 72) != 2 || get_le32 (head + GPT_HEADER + 84) != GPT_ENTRY_SIZE))
    return FALSE;

  self->part_uuids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->part_labels = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  if (is_gpt)
    read_gpt (self, head, length);
  else
    for (guint i = 0; i < NUMBERS_MAX && numbers[i]; i++)
      g_hash_table_add (self->part_uuids, g_strdup_printf ("%08x-%02x", get_le32 (head + MBR_ID), numbers[i]));
  return TRUE;
}
