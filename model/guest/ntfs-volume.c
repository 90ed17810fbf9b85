/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * $Volume is the fourth record of the MFT and small enough to be resident.
 * Layout: layout.h of ntfs-3g, told in own words.
 */
#include "model/guest/ntfs-volume.h"

#include <string.h>

#define VOLUME_RECORD 3
#define STRIDE 512 /* of the update sequence */
#define ATTRIBUTE_VOLUME_INFORMATION 0x70
#define ATTRIBUTE_END 0xFFFFFFFFu
#define VOLUME_FLAGS_OFFSET 10
#define VOLUME_IS_DIRTY 0x0001
#define RECORD_SIZE_MIN 512
#define VOLUME_SIZE_MAX (G_GUINT64_CONSTANT (1) << 48)

static guint16 get_16 (const guint8 *bytes)
{
  return (guint16) (bytes[0] | bytes[1] << 8);
}

static guint32 get_32 (const guint8 *bytes)
{
  return get_16 (bytes) | (guint32) get_16 (bytes + 2) << 16;
}

static guint64 get_64 (const guint8 *bytes)
{
  return get_32 (bytes) | (guint64) get_32 (bytes + 4) << 32;
}

static gboolean is_power_of_two (guint64 value)
{
  return value != 0 && (value & (value - 1)) == 0;
}

gboolean embark_ntfs_find_volume_record (const guint8 *boot, guint64 *ret_offset, gsize *ret_size)
{
  guint sector = get_16 (boot + 0x0B);
  guint per_cluster = boot[0x0D];
  guint64 mft = get_64 (boot + 0x30);
  int record_code = (gint8) boot[0x40];
  guint64 cluster, record;

  if (memcmp (boot + 3, "NTFS    ", 8) != 0 || sector < 256 || sector > 4096 || !is_power_of_two (sector))
    return FALSE;
  /* Above 128 it is a negative power of two: clusters of more than 64 KiB. */
  cluster = per_cluster <= 128 ? (guint64) per_cluster * sector
                               : (per_cluster >= 244 ? (guint64) sector << (256 - per_cluster) : 0);
  if (!is_power_of_two (cluster) || cluster > 2 * 1024 * 1024)
    return FALSE;
  if (record_code > 0)
    record = cluster * (guint) record_code;
  else
    record = record_code > -16 ? G_GUINT64_CONSTANT (1) << -record_code : 0;
  if (record < RECORD_SIZE_MIN || record > EMBARK_NTFS_RECORD_MAX || !is_power_of_two (record)
      || mft > VOLUME_SIZE_MAX / cluster)
    return FALSE;
  *ret_offset = mft * cluster + VOLUME_RECORD * record;
  *ret_size = record;
  return TRUE;
}

/* The last two bytes of each stride are kept elsewhere, so that a torn write is seen. */
static gboolean restore_strides (guint8 *record, gsize size)
{
  guint offset = get_16 (record + 4);
  guint count = get_16 (record + 6);

  if (count != size / STRIDE + 1 || offset + 2 * count > size)
    return FALSE;
  for (guint i = 1; i < count; i++)
    {
      guint8 *end = record + i * STRIDE - 2;
      if (memcmp (end, record + offset, 2) != 0)
        return FALSE;
      memcpy (end, record + offset + 2 * i, 2);
    }
  return TRUE;
}

gboolean embark_ntfs_read_dirty (const guint8 *record, gsize size, gboolean *ret_is_dirty)
{
  guint8 copy[EMBARK_NTFS_RECORD_MAX];
  gsize at;

  if (size < RECORD_SIZE_MIN || size > sizeof copy || memcmp (record, "FILE", 4) != 0)
    return FALSE;
  memcpy (copy, record, size);
  if (!restore_strides (copy, size))
    return FALSE;
  for (at = get_16 (copy + 0x14); at + 0x18 <= size && get_32 (copy + at) != ATTRIBUTE_END;)
    {
      guint32 length = get_32 (copy + at + 4);
      gsize value = at + get_16 (copy + at + 0x14);

      if (length < 0x18 || length > size - at)
        return FALSE;
      if (get_32 (copy + at) == ATTRIBUTE_VOLUME_INFORMATION)
        {
          if (copy[at + 8] != 0 || value + VOLUME_FLAGS_OFFSET + 2 > at + length)
            return FALSE;
          *ret_is_dirty = (get_16 (copy + value + VOLUME_FLAGS_OFFSET) & VOLUME_IS_DIRTY) != 0;
          return TRUE;
        }
      at += length;
    }
  return FALSE;
}
