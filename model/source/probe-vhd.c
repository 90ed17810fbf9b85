/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * VHD, as Microsoft's "Virtual Hard Disk Image Format Specification" 1.0
 * describes it (big-endian): a footer of 512 bytes, and for dynamic disks a
 * copy of it at the start, a header and the block allocation table.
 */
#include <glib/gi18n-lib.h>

#include "model/source/probe-reader.h"

#define FOOTER_SIZE 512
#define TYPE_FIXED 2
#define TYPE_DYNAMIC 3
#define TYPE_DIFFERENCING 4
#define UNUSED_BLOCK 0xffffffffu
#define TABLE_MAX (16 * 1024 * 1024)

static gboolean is_checksum_right (const guint8 *footer)
{
  guint32 sum = 0;

  for (guint i = 0; i < FOOTER_SIZE; i++)
    if (i < 64 || i >= 68)
      sum += footer[i];
  return ~sum == embark_probe_be32 (footer + 64);
}

static void set_contradiction (EmbarkImageProbe *probe)
{
  embark_probe_set_damaged (probe, _ ("The numbers in its header contradict each other."));
}

static void set_cut_off (EmbarkImageProbe *probe)
{
  embark_probe_set_damaged (probe, _ ("Its end is missing. Copy or download it again."));
}

static gboolean check_blocks (const EmbarkProbeReader *reader, const guint8 *table, gsize size, EmbarkImageProbe *probe)
{
  for (gsize at = 0; at < size; at += 4)
    {
      guint32 sector = embark_probe_be32 (table + at);
      if (sector == UNUSED_BLOCK || (guint64) sector * 512 < reader->length)
        continue;
      set_cut_off (probe);
      return FALSE;
    }
  return TRUE;
}

static gboolean check_dynamic (const EmbarkProbeReader *reader, const guint8 *footer, EmbarkImageProbe *probe,
                               GError **error)
{
  guint8 header[1024] = { 0 };
  guint64 header_offset = embark_probe_be64 (footer + 16);

  gssize n = embark_probe_read (reader, header_offset, header, sizeof header, error);
  if (n < 0)
    return FALSE;
  guint64 table_offset = embark_probe_be64 (header + 16);
  guint64 n_entries = embark_probe_be32 (header + 28);
  guint64 block_size = embark_probe_be32 (header + 32);
  if (n != sizeof header || memcmp (header, "cxsparse", 8) != 0 || block_size < 512
      || (block_size & (block_size - 1)) != 0 || n_entries * 4 > TABLE_MAX
      || n_entries * block_size < probe->virtual_size)
    {
      set_contradiction (probe);
      return TRUE;
    }
  if (!embark_probe_contains (reader, table_offset, n_entries * 4))
    {
      set_cut_off (probe);
      return TRUE;
    }
  g_autofree guint8 *table = g_malloc0 (n_entries * 4 + 1);
  if (embark_probe_read (reader, table_offset, table, n_entries * 4, error) < 0)
    return FALSE;
  check_blocks (reader, table, n_entries * 4, probe);
  return TRUE;
}

gboolean embark_probe_vhd (const EmbarkProbeReader *reader, const guint8 *footer, EmbarkImageProbe *probe,
                           GError **error)
{
  /* QEMU goes by the copy at the start where there is one. */
  gboolean has_copy = reader->head_size >= FOOTER_SIZE && memcmp (reader->head, "conectix", 8) == 0;
  const guint8 *judged = has_copy ? reader->head : footer;

  probe->format = EMBARK_IMAGE_VPC;
  probe->virtual_size = 0;
  if (judged == NULL)
    {
      set_cut_off (probe);
      return TRUE;
    }
  guint32 type = embark_probe_be32 (judged + 60);
  probe->virtual_size = embark_probe_be64 (judged + 48);
  if (type == TYPE_DIFFERENCING)
    {
      probe->subformat = g_strdup ("differencing");
      embark_probe_set_unsafe (probe,
                               _ ("It is a differencing VHD that needs another file. Merge it into its parent first."));
      return TRUE;
    }
  probe->subformat = g_strdup (type == TYPE_DYNAMIC ? "dynamic" : "fixed");
  if (footer == NULL)
    set_cut_off (probe);
  else if (has_copy && memcmp (reader->head, footer, FOOTER_SIZE) != 0)
    embark_probe_set_damaged (probe, _ ("The two copies of its footer differ."));
  else if (!is_checksum_right (judged) || (type != TYPE_FIXED && type != TYPE_DYNAMIC)
           || probe->virtual_size > G_MAXINT64 || has_copy != (type == TYPE_DYNAMIC))
    set_contradiction (probe);
  else if (type == TYPE_FIXED && probe->virtual_size > reader->length - FOOTER_SIZE)
    set_cut_off (probe);
  if (probe->damaged != NULL || type != TYPE_DYNAMIC)
    return TRUE;
  return check_dynamic (reader, judged, probe, error);
}
