/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Everything that is told by a signature near the start of a file and needs no
 * further parsing: formats Embark only names, archives, raw disks, and text.
 */
#include "model/source/probe-reader.h"

typedef struct
{
  guint offset;
  guint size;
  const char *bytes;
  EmbarkImageFormat format;
  const char *subformat; /* (nullable) */
} Signature;

/* The first that matches wins: containers and archives before what a raw disk shows. */
static const Signature signatures[] = {
  { 0, 8, "vhdxfile", EMBARK_IMAGE_VHDX, NULL },
  { 0x40, 4, "\x7f\x10\xda\xbe", EMBARK_IMAGE_VDI, NULL },
  { 0, 4, "QED", EMBARK_IMAGE_QED, NULL },
  { 0, 3, "\x1f\x8b\x08", EMBARK_IMAGE_ARCHIVE, "gzip" },
  { 0, 6,
    "\xfd"
    "7zXZ",
    EMBARK_IMAGE_ARCHIVE, "xz" },
  { 0, 4, "\x28\xb5\x2f\xfd", EMBARK_IMAGE_ARCHIVE, "zstd" },
  { 0, 4, "\x04\x22\x4d\x18", EMBARK_IMAGE_ARCHIVE, "lz4" },
  { 0, 4, "PK\x03\x04", EMBARK_IMAGE_ARCHIVE, "zip" },
  { 0, 4, "PK\x05\x06", EMBARK_IMAGE_ARCHIVE, "zip" },
  { 0, 6, "7z\xbc\xaf\x27\x1c", EMBARK_IMAGE_ARCHIVE, "7z" },
  { 0, 6, "Rar!\x1a\x07", EMBARK_IMAGE_ARCHIVE, "rar" },
  { 257, 5, "ustar", EMBARK_IMAGE_ARCHIVE, "tar" },
  { 0x8001, 5, "CD001", EMBARK_IMAGE_ISO, NULL }, /* before the MBR: hybrid media have both */
  { 512, 8, "EFI PART", EMBARK_IMAGE_RAW, NULL },
  { 4096, 8, "EFI PART", EMBARK_IMAGE_RAW, NULL },
  { 0, 6, "LUKS\xba\xbe", EMBARK_IMAGE_RAW, "luks" },
  { 510, 2, "\x55\xaa", EMBARK_IMAGE_RAW, NULL },
  { 0, 4, "XFSB", EMBARK_IMAGE_RAW, NULL },
  { 0x438, 2, "\x53\xef", EMBARK_IMAGE_RAW, NULL },         /* ext2, ext3, ext4 */
  { 0x400, 4, "\x10\x20\xf5\xf2", EMBARK_IMAGE_RAW, NULL }, /* F2FS */
  { 512, 8, "LABELONE", EMBARK_IMAGE_RAW, NULL },           /* LVM */
  { 0x10040, 8, "_BHRfS_M", EMBARK_IMAGE_RAW, NULL },       /* Btrfs */
  { 0x10034, 6, "ReIsEr", EMBARK_IMAGE_RAW, NULL },         /* ReiserFS */
  { 0x8000, 4, "JFS1", EMBARK_IMAGE_RAW, NULL },
  { 4086, 10, "SWAPSPACE2", EMBARK_IMAGE_RAW, NULL },
};

static gboolean matches (const EmbarkProbeReader *reader, const Signature *signature)
{
  return reader->head_size >= (gsize) signature->offset + signature->size
         && memcmp (reader->head + signature->offset, signature->bytes, signature->size) == 0;
}

static gboolean is_bzip2 (const EmbarkProbeReader *reader)
{
  const guint8 *p = reader->head;

  return reader->head_size >= 10 && memcmp (p, "BZh", 3) == 0 && p[3] >= '1' && p[3] <= '9'
         && (memcmp (p + 4, "1AY&SY", 6) == 0 || memcmp (p + 4, "\x17\x72\x45\x38\x50\x90", 6) == 0);
}

/* The first page holds no control characters that text has no use for. */
static gboolean is_text (const EmbarkProbeReader *reader)
{
  gsize size = MIN (reader->head_size, 4096);

  if (size == 0)
    return FALSE;
  if (size >= 2 && (memcmp (reader->head, "\xff\xfe", 2) == 0 || memcmp (reader->head, "\xfe\xff", 2) == 0))
    return TRUE;
  for (gsize i = 0; i < size; i++)
    {
      guint8 c = reader->head[i];
      if (c == 0x7f || (c < 0x20 && !(c >= '\b' && c <= '\r') && c != 0x1b))
        return FALSE;
    }
  return TRUE;
}

void embark_probe_signatures (const EmbarkProbeReader *reader, EmbarkImageProbe *probe)
{
  for (gsize i = 0; i < G_N_ELEMENTS (signatures); i++)
    {
      if (!matches (reader, &signatures[i]))
        continue;
      probe->format = signatures[i].format;
      probe->subformat = g_strdup (signatures[i].subformat);
      probe->is_encrypted = g_strcmp0 (signatures[i].subformat, "luks") == 0;
      return;
    }
  if (is_bzip2 (reader))
    {
      probe->format = EMBARK_IMAGE_ARCHIVE;
      probe->subformat = g_strdup ("bzip2");
      return;
    }
  if (is_text (reader))
    probe->format = EMBARK_IMAGE_TEXT;
}
