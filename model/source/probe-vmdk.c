/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * VMDK files that hold a whole disk (monolithicSparse, streamOptimized): the
 * sparse header of VMware's "Virtual Disk Format 5.0" (little-endian, sectors
 * of 512 bytes). Text descriptors and all other kinds live on other files.
 */
#include <glib/gi18n-lib.h>

#include "model/source/probe-reader.h"

#define SECTOR 512
#define HEADER_SIZE 512
#define FLAG_MARKERS 0x20000u
#define GD_AT_END G_MAXUINT64
#define DESCRIPTOR_MAX (1024 * 1024 - 1)
#define CAPACITY_MAX (G_GUINT64_CONSTANT (1) << 53) /* sectors: 4 EiB */
#define DIRECTORY_MAX (16 * 1024 * 1024)

typedef struct
{
  guint64 capacity, grain_size, descriptor_offset, descriptor_size, directory_offset; /* sectors */
  guint32 flags, entries_per_table;
} Header;

static void parse_header (const guint8 *bytes, Header *header)
{
  header->flags = embark_probe_le32 (bytes + 8);
  header->capacity = embark_probe_le64 (bytes + 12);
  header->grain_size = embark_probe_le64 (bytes + 20);
  header->descriptor_offset = embark_probe_le64 (bytes + 28);
  header->descriptor_size = embark_probe_le64 (bytes + 36);
  header->entries_per_table = embark_probe_le32 (bytes + 44);
  header->directory_offset = embark_probe_le64 (bytes + 56);
}

static gboolean is_header_sound (const guint8 *bytes, const Header *header)
{
  guint32 version = embark_probe_le32 (bytes + 4);

  return version >= 1 && version <= 3 && memcmp (bytes + 73, "\n \r\n", 4) == 0 && header->capacity <= CAPACITY_MAX
         && header->grain_size >= 8 && header->grain_size <= 4096
         && (header->grain_size & (header->grain_size - 1)) == 0 && header->entries_per_table == 512
         && header->directory_offset != 0;
}

static void set_cut_off (EmbarkImageProbe *probe)
{
  embark_probe_set_damaged (probe, _ ("Its end is missing. Copy or download it again."));
}

/* The last KiB is a copy of the header that knows where the directory is, and the end marker. */
static gboolean read_footer (const EmbarkProbeReader *reader, Header *header, EmbarkImageProbe *probe, GError **error)
{
  guint8 footer[1024] = { 0 };
  Header other;

  if (reader->length < HEADER_SIZE + sizeof footer)
    {
      set_cut_off (probe);
      return TRUE;
    }
  if (embark_probe_read (reader, reader->length - sizeof footer, footer, sizeof footer, error) < 0)
    return FALSE;
  if (memcmp (footer, "KDMV", 4) != 0)
    {
      set_cut_off (probe);
      return TRUE;
    }
  parse_header (footer, &other);
  if (!is_header_sound (footer, &other) || other.capacity != header->capacity || other.grain_size != header->grain_size
      || other.flags != header->flags
      || (other.descriptor_offset != header->descriptor_offset && other.descriptor_offset != 0))
    embark_probe_set_unsafe (probe, _ ("Its header and its footer contradict each other."));
  header->directory_offset = other.directory_offset;
  return TRUE;
}

static gboolean is_table_inside (const EmbarkProbeReader *reader, const Header *header, guint32 table_sector,
                                 gboolean *ret_inside, GError **error)
{
  g_autofree guint8 *table = NULL;
  gsize size = (gsize) header->entries_per_table * 4;

  *ret_inside = embark_probe_contains (reader, (guint64) table_sector * SECTOR, size);
  if (!*ret_inside || header->flags & FLAG_MARKERS)
    return TRUE;
  table = g_malloc0 (size);
  if (embark_probe_read (reader, (guint64) table_sector * SECTOR, table, size, error) < 0)
    return FALSE;
  for (gsize at = 0; at < size && *ret_inside; at += 4)
    *ret_inside = (guint64) embark_probe_le32 (table + at) * SECTOR < reader->length;
  return TRUE;
}

static gboolean check_tables (const EmbarkProbeReader *reader, const Header *header, EmbarkImageProbe *probe,
                              GError **error)
{
  guint64 span = header->grain_size * header->entries_per_table;
  guint64 size = (header->capacity / span + (header->capacity % span != 0)) * 4;
  guint64 offset = header->directory_offset;

  if (size > DIRECTORY_MAX)
    {
      embark_probe_set_damaged (probe, _ ("The numbers in its header contradict each other."));
      return TRUE;
    }
  if (offset > reader->length / SECTOR || !embark_probe_contains (reader, offset * SECTOR, size))
    {
      set_cut_off (probe);
      return TRUE;
    }
  g_autofree guint8 *directory = g_malloc0 (size);
  if (embark_probe_read (reader, offset * SECTOR, directory, size, error) < 0)
    return FALSE;
  gsize budget = EMBARK_PROBE_METADATA_MAX;
  for (guint64 at = 0; at < size && budget >= 2048; at += 4, budget -= 2048)
    {
      gboolean is_inside = TRUE;
      guint32 sector = embark_probe_le32 (directory + at);
      if (sector == 0)
        continue;
      if (!is_table_inside (reader, header, sector, &is_inside, error))
        return FALSE;
      if (is_inside)
        continue;
      set_cut_off (probe);
      return TRUE;
    }
  return TRUE;
}

static gboolean check_descriptor (const EmbarkProbeReader *reader, const Header *header, EmbarkImageProbe *probe,
                                  GError **error)
{
  const char *expected = header->flags & FLAG_MARKERS ? "streamOptimized" : "monolithicSparse";

  if (header->descriptor_offset == 0 || header->descriptor_size == 0
      || header->descriptor_size > DESCRIPTOR_MAX / SECTOR)
    {
      embark_probe_set_unsafe (probe, _ ("It has no descriptor that says it is complete in one file."));
      return TRUE;
    }
  gsize size = header->descriptor_size * SECTOR;
  if (header->descriptor_offset > reader->length / SECTOR
      || !embark_probe_contains (reader, header->descriptor_offset * SECTOR, size))
    {
      set_cut_off (probe);
      return TRUE;
    }
  g_autofree char *text = g_malloc0 (size);
  if (embark_probe_read (reader, header->descriptor_offset * SECTOR, text, size, error) < 0)
    return FALSE;
  embark_probe_vmdk_descriptor (text, size, expected, probe);
  return TRUE;
}

gboolean embark_probe_vmdk (const EmbarkProbeReader *reader, EmbarkImageProbe *probe, GError **error)
{
  Header header;

  probe->format = EMBARK_IMAGE_VMDK;
  probe->virtual_size = 0;
  if (reader->head[0] == '#')
    {
      probe->subformat = g_strdup ("descriptor");
      embark_probe_set_unsafe (probe,
                               _ ("It only names other files that hold the disk. Export the machine again as one "
                                  "file, for example with “qemu-img convert -O qcow2”."));
      return TRUE;
    }
  if (reader->head[0] == 'C')
    {
      probe->subformat = g_strdup ("COWD");
      return TRUE;
    }
  if (reader->head_size < HEADER_SIZE)
    {
      set_cut_off (probe);
      return TRUE;
    }
  parse_header (reader->head, &header);
  if (!is_header_sound (reader->head, &header))
    {
      embark_probe_set_damaged (probe, _ ("The numbers in its header contradict each other."));
      return TRUE;
    }
  /* QEMU takes a header without capacity for a mere container of a descriptor and follows its extents. */
  if (header.capacity == 0)
    embark_probe_set_unsafe (probe, _ ("It only names other files that hold the disk."));
  probe->virtual_size = header.capacity * SECTOR;
  if (!check_descriptor (reader, &header, probe, error))
    return FALSE;
  if (header.directory_offset == GD_AT_END && !read_footer (reader, &header, probe, error))
    return FALSE;
  if (probe->unsafe != NULL || probe->damaged != NULL)
    return TRUE;
  return check_tables (reader, &header, probe, error);
}
