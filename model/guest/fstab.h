/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * /etc/fstab, and whether what its lines name is on this disk. Pure text and
 * bytes; any thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  guint line;        /* from 1 */
  char *text;        /* the line, blanks as they are, at most 512 bytes */
  char *device;      /* unescaped: "UUID=…", "/dev/sda1", "tmpfs" */
  char *mount_point; /* unescaped; "none" for swap */
  char *type;
  char *options; /* "defaults" when the line has none */
} EmbarkFstabLine;

void embark_fstab_line_free (EmbarkFstabLine *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmbarkFstabLine, embark_fstab_line_free)
/* Lines that name a device and a mount point, at most 256. */
GPtrArray *embark_fstab_read (const char *text);

/* What is on the disk. Sets of strings; those of UUIDs are in lower case. */
typedef struct
{
  GHashTable *uuids;
  GHashTable *labels;
  GHashTable *part_uuids;  /* (nullable) the partition table was not read */
  GHashTable *part_labels; /* (nullable) */
  GHashTable *volumes;     /* "/dev/VG/LV" */
  gboolean has_closed;     /* something encrypted is on it: what is inside cannot be known */
} EmbarkDiskNames;

EmbarkDiskNames *embark_disk_names_new (void);
void embark_disk_names_free (EmbarkDiskNames *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmbarkDiskNames, embark_disk_names_free)
/* Fills part_uuids and part_labels. @head: the first bytes of the disk, 34 sectors for a GPT. @numbers: of the
 * partitions on an MBR, ended by 0. Returns FALSE and leaves them NULL when there is no table in it. */
gboolean embark_disk_names_read_table (EmbarkDiskNames *self, const guint8 *head, gsize length, const guint *numbers);

/* "present", "absent", "name" or "virtual" as in the facts; NULL when it cannot be known. */
const char *embark_fstab_match (const EmbarkFstabLine *line, const EmbarkDiskNames *names);

G_END_DECLS
