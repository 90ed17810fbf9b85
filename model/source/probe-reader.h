/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the header parsers of image-probe.c share: bounded positional reads,
 * integers of either byte order, and one function for each format. Internal.
 */
#pragma once

#include <string.h>

#include "model/source/image-probe.h"

G_BEGIN_DECLS

#define EMBARK_PROBE_HEAD_SIZE (68 * 1024) /* reaches the last signature looked for, that of Btrfs */
#define EMBARK_PROBE_METADATA_MAX (64 * 1024 * 1024)

typedef struct
{
  int fd;
  guint64 length;
  const guint8 *head; /* the first @head_size bytes */
  gsize head_size;
} EmbarkProbeReader;

/* Reads as much of @size as the file has. Returns the count, or -1 with @error set. */
gssize embark_probe_read (const EmbarkProbeReader *self, guint64 offset, void *buffer, gsize size, GError **error);
/* TRUE if [@offset, @offset + @size) lies in the file. */
gboolean embark_probe_contains (const EmbarkProbeReader *self, guint64 offset, guint64 size);
/* Notes the first reason only. @sentence: translated. */
void embark_probe_set_damaged (EmbarkImageProbe *probe, const char *sentence);
void embark_probe_set_unsafe (EmbarkImageProbe *probe, const char *sentence);

static inline guint32 embark_probe_be32 (const guint8 *p)
{
  return (guint32) p[0] << 24 | (guint32) p[1] << 16 | (guint32) p[2] << 8 | p[3];
}

static inline guint64 embark_probe_be64 (const guint8 *p)
{
  return (guint64) embark_probe_be32 (p) << 32 | embark_probe_be32 (p + 4);
}

static inline guint16 embark_probe_le16 (const guint8 *p)
{
  return (guint16) (p[0] | p[1] << 8);
}

static inline guint32 embark_probe_le32 (const guint8 *p)
{
  return (guint32) p[3] << 24 | (guint32) p[2] << 16 | (guint32) p[1] << 8 | p[0];
}

static inline guint64 embark_probe_le64 (const guint8 *p)
{
  return (guint64) embark_probe_le32 (p + 4) << 32 | embark_probe_le32 (p);
}

/* Each fills @probe and returns FALSE only when reading failed. The magic has been seen by the caller. */
gboolean embark_probe_qcow2 (const EmbarkProbeReader *reader, EmbarkImageProbe *probe, GError **error);
/* The second half of the above: are the tables and what they point to in the file? */
gboolean embark_probe_qcow2_tables (const EmbarkProbeReader *reader, EmbarkImageProbe *probe, GError **error);
gboolean embark_probe_vmdk (const EmbarkProbeReader *reader, EmbarkImageProbe *probe, GError **error);
/* Judges the text of a descriptor; @size bytes, not terminated. */
void embark_probe_vmdk_descriptor (const char *text, gsize size, const char *expected_type, EmbarkImageProbe *probe);
/* @footer: the last 512 bytes, or NULL when they are not a VHD footer (a dynamic VHD that was cut off). */
gboolean embark_probe_vhd (const EmbarkProbeReader *reader, const guint8 *footer, EmbarkImageProbe *probe,
                           GError **error);
/* Decides by @reader's head alone. */
void embark_probe_signatures (const EmbarkProbeReader *reader, EmbarkImageProbe *probe);

G_END_DECLS
