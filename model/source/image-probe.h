/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tells the format of an image file from its own bytes, without any library,
 * and what in it could reach other files. Reads a few tables, 64 MiB at most.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum
{
  EMBARK_IMAGE_UNKNOWN, /* none of the below: perhaps raw, perhaps not an image */
  EMBARK_IMAGE_RAW,     /* an MBR, GPT or file system signature at the start */
  EMBARK_IMAGE_QCOW2,
  EMBARK_IMAGE_VPC, /* VHD */
  EMBARK_IMAGE_VMDK,
  EMBARK_IMAGE_VHDX,
  EMBARK_IMAGE_VDI,
  EMBARK_IMAGE_ISO,
  EMBARK_IMAGE_QED,
  EMBARK_IMAGE_ARCHIVE, /* gzip, xz, zstd, bzip2, zip, 7z, tar, rar; subformat says which */
  EMBARK_IMAGE_TEXT,
} EmbarkImageFormat;

typedef struct
{
  EmbarkImageFormat format;
  char *subformat;      /* (nullable) fixed dynamic differencing monolithicSparse streamOptimized … gzip xz … */
  guint64 virtual_size; /* bytes; for raw the length of the file */
  char *backing_file;   /* (nullable) as written in the header */
  char *backing_format; /* (nullable) */
  gboolean is_encrypted;
  guint n_snapshots;
  char *unsafe;  /* (nullable) one translated sentence: why this must not be opened */
  char *damaged; /* (nullable) one translated sentence: cut off or contradictory */
} EmbarkImageProbe;

/* @fd: open for reading, a regular file or block device; its offset is not moved (pread). Only I/O fails. */
EmbarkImageProbe *embark_image_probe (int fd, guint64 length, GError **error);
/* A disk that libvirt says is raw, whatever its guest wrote to its start. */
EmbarkImageProbe *embark_image_probe_new_raw (guint64 length);
void embark_image_probe_free (EmbarkImageProbe *self);
/* qemu's word: "raw", "qcow2", "vpc", …; "unknown". */
const char *embark_image_format_to_string (EmbarkImageFormat format);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmbarkImageProbe, embark_image_probe_free)

G_END_DECLS
