/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The header of a QCOW2 file, versions 2 and 3, as docs/interop/qcow2.txt of
 * QEMU describes it (big-endian). What the tables point to is looked at in
 * probe-qcow2-tables.c.
 */
#include <glib/gi18n-lib.h>

#include "model/source/probe-reader.h"

#define INCOMPATIBLE_CORRUPT (1u << 1)
#define INCOMPATIBLE_DATA_FILE (1u << 2)
#define INCOMPATIBLE_KNOWN 0x1fu /* dirty, corrupt, data file, compression type, extended L2 */

#define EXTENSION_END 0u
#define EXTENSION_BACKING_FORMAT 0xe2792acau
#define EXTENSION_DATA_FILE 0x44415441u

#define BACKING_NAME_MAX 1023

static void judge_features (guint64 incompatible, EmbarkImageProbe *probe)
{
  if (incompatible & INCOMPATIBLE_DATA_FILE)
    embark_probe_set_unsafe (probe, _ ("It keeps its data in another file, which could be any file of this computer."));
  if (incompatible & ~(guint64) INCOMPATIBLE_KNOWN)
    embark_probe_set_unsafe (probe, _ ("It uses a feature of QCOW2 that Embark does not know."));
  if (incompatible & INCOMPATIBLE_CORRUPT)
    embark_probe_set_damaged (probe, _ ("It is marked as corrupt. Repair it with “qemu-img check -r all”."));
}

/* A name with a NUL would read differently here and there. */
static gboolean is_plain_string (const guint8 *bytes, gsize size)
{
  return size > 0 && memchr (bytes, 0, size) == NULL;
}

static void read_backing_name (const guint8 *cluster, gsize cluster_size, gsize header_size, EmbarkImageProbe *probe)
{
  guint64 offset = embark_probe_be64 (cluster + 8);
  guint32 size = embark_probe_be32 (cluster + 16);

  if (offset == 0 || size == 0)
    return;
  if (size > BACKING_NAME_MAX || offset < header_size || offset > cluster_size || size > cluster_size - offset)
    {
      embark_probe_set_damaged (probe, _ ("The name of its backing file is not where it should be."));
      return;
    }
  if (!is_plain_string (cluster + offset, size))
    {
      embark_probe_set_unsafe (probe, _ ("The name of its backing file is not a file name."));
      return;
    }
  probe->backing_file = g_strndup ((const char *) cluster + offset, size);
}

static void read_extensions (const guint8 *cluster, gsize cluster_size, gsize header_size, EmbarkImageProbe *probe)
{
  guint64 backing_offset = embark_probe_be64 (cluster + 8);
  gsize end = backing_offset > 0 && backing_offset < cluster_size ? backing_offset : cluster_size;
  gsize at = header_size;

  while (at <= end && end - at >= 8)
    {
      guint32 type = embark_probe_be32 (cluster + at);
      guint32 size = embark_probe_be32 (cluster + at + 4);
      at += 8;
      if (type == EXTENSION_END)
        return;
      if (size > end - at)
        {
          embark_probe_set_damaged (probe, _ ("The list of extensions in its header runs past the header."));
          return;
        }
      if (type == EXTENSION_DATA_FILE)
        embark_probe_set_unsafe (probe,
                                 _ ("It keeps its data in another file, which could be any file of this computer."));
      if (type == EXTENSION_BACKING_FORMAT && (size > 15 || !is_plain_string (cluster + at, size)))
        embark_probe_set_damaged (probe, _ ("The format of its backing file is not readable."));
      else if (type == EXTENSION_BACKING_FORMAT && probe->backing_format == NULL)
        probe->backing_format = g_strndup ((const char *) cluster + at, size);
      at += ((gsize) size + 7) & ~(gsize) 7;
    }
}

static gboolean judge_numbers (const guint8 *header, EmbarkImageProbe *probe)
{
  guint32 version = embark_probe_be32 (header + 4);
  guint32 cluster_bits = embark_probe_be32 (header + 20);
  guint32 crypt_method = embark_probe_be32 (header + 32);

  if (version == 1)
    {
      probe->subformat = g_strdup ("qcow1");
      return FALSE;
    }
  if (version != 2 && version != 3)
    {
      embark_probe_set_unsafe (probe, _ ("It is of a version of QCOW2 that Embark does not know."));
      return FALSE;
    }
  probe->virtual_size = embark_probe_be64 (header + 24);
  probe->is_encrypted = crypt_method != 0;
  probe->n_snapshots = embark_probe_be32 (header + 60);
  if (cluster_bits < 9 || cluster_bits > 21 || probe->virtual_size > G_MAXINT64 || crypt_method > 2)
    {
      embark_probe_set_damaged (probe, _ ("The numbers in its header contradict each other."));
      return FALSE;
    }
  return TRUE;
}

gboolean embark_probe_qcow2 (const EmbarkProbeReader *reader, EmbarkImageProbe *probe, GError **error)
{
  const guint8 *header = reader->head;
  gsize header_size = 72;

  probe->format = EMBARK_IMAGE_QCOW2;
  probe->virtual_size = 0;
  if (reader->head_size < 104)
    {
      embark_probe_set_damaged (probe, _ ("It ends inside its header. Copy or download it again."));
      return TRUE;
    }
  if (!judge_numbers (header, probe))
    return TRUE;

  gsize cluster_size = (gsize) 1 << embark_probe_be32 (header + 20);
  if (embark_probe_be32 (header + 4) >= 3)
    {
      header_size = embark_probe_be32 (header + 100);
      judge_features (embark_probe_be64 (header + 72), probe);
      if (header_size < 104 || header_size > cluster_size || embark_probe_be32 (header + 96) > 6)
        {
          embark_probe_set_damaged (probe, _ ("The numbers in its header contradict each other."));
          return TRUE;
        }
    }

  /* Zero-filled behind the end of a short file, so that no parser reads past what is there. */
  g_autofree guint8 *cluster = g_malloc0 (cluster_size);
  if (embark_probe_read (reader, 0, cluster, cluster_size, error) < 0)
    return FALSE;
  read_extensions (cluster, cluster_size, header_size, probe);
  read_backing_name (cluster, cluster_size, header_size, probe);
  if (probe->unsafe != NULL || probe->damaged != NULL)
    return TRUE;
  return embark_probe_qcow2_tables (reader, probe, error);
}
