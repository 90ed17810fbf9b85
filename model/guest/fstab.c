/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads fstab as libmount does (blanks, octal escapes) and compares what its
 * lines name with what is on the disk.
 */
#include "model/guest/fstab.h"

#include <string.h>

#define LINES_MAX 20000
#define ENTRIES_MAX 256
#define TEXT_MAX_LENGTH 512

void embark_fstab_line_free (EmbarkFstabLine *self)
{
  g_free (self->text);
  g_free (self->device);
  g_free (self->mount_point);
  g_free (self->type);
  g_free (self->options);
  g_free (self);
}

static void drop_line (gpointer line)
{
  embark_fstab_line_free (line);
}

static gboolean is_octal (char c)
{
  return c >= '0' && c <= '7';
}

/* The next field with its "\040" undone; NULL at the end of the line. */
static char *take_field (const char **p)
{
  g_autoptr (GString) field = NULL;

  *p += strspn (*p, " \t\r");
  if (!**p || **p == '#')
    return NULL;
  field = g_string_new (NULL);
  while (**p && !strchr (" \t\r", **p))
    if (**p == '\\' && is_octal ((*p)[1]) && is_octal ((*p)[2]) && is_octal ((*p)[3]))
      {
        int value = ((*p)[1] - '0') * 64 + ((*p)[2] - '0') * 8 + ((*p)[3] - '0');
        g_string_append_c (field, value > 0 && value < 256 ? (char) value : '?');
        *p += 4;
      }
    else
      g_string_append_c (field, *(*p)++);
  return g_string_free (g_steal_pointer (&field), FALSE);
}

static EmbarkFstabLine *read_line (const char *text, guint number)
{
  g_autoptr (EmbarkFstabLine) line = g_new0 (EmbarkFstabLine, 1);
  const char *p = text;

  line->device = take_field (&p);
  line->mount_point = line->device ? take_field (&p) : NULL;
  if (!line->mount_point)
    return NULL;
  line->type = take_field (&p);
  line->options = line->type ? take_field (&p) : NULL;
  if (!line->type)
    line->type = g_strdup ("auto");
  if (!line->options)
    line->options = g_strdup ("defaults");
  line->line = number;
  line->text = g_strstrip (g_strndup (text, TEXT_MAX_LENGTH));
  return g_steal_pointer (&line);
}

GPtrArray *embark_fstab_read (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", LINES_MAX);
  GPtrArray *list = g_ptr_array_new_with_free_func (drop_line);

  for (guint i = 0; lines[i] && list->len < ENTRIES_MAX; i++)
    {
      EmbarkFstabLine *line = read_line (lines[i], i + 1);
      if (line)
        g_ptr_array_add (list, line);
    }
  return list;
}

EmbarkDiskNames *embark_disk_names_new (void)
{
  EmbarkDiskNames *self = g_new0 (EmbarkDiskNames, 1);

  self->uuids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->labels = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->volumes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return self;
}

void embark_disk_names_free (EmbarkDiskNames *self)
{
  g_hash_table_unref (self->uuids);
  g_hash_table_unref (self->labels);
  g_hash_table_unref (self->volumes);
  g_clear_pointer (&self->part_uuids, g_hash_table_unref);
  g_clear_pointer (&self->part_labels, g_hash_table_unref);
  g_free (self);
}

static gboolean is_one_of (const char *word, const char *const *words)
{
  return g_strv_contains (words, word);
}

static gboolean starts_with_one_of (const char *text, const char *const *prefixes)
{
  for (guint i = 0; prefixes[i]; i++)
    if (g_str_has_prefix (text, prefixes[i]))
      return TRUE;
  return FALSE;
}

/* File systems without a disk, of a network, in a file, bound from elsewhere, in a drive for media. */
static gboolean is_virtual (const EmbarkFstabLine *line)
{
  static const char *const types[] = { "proc",        "sysfs",
                                       "tmpfs",       "devpts",
                                       "devtmpfs",    "cgroup",
                                       "cgroup2",     "debugfs",
                                       "tracefs",     "configfs",
                                       "securityfs",  "hugetlbfs",
                                       "mqueue",      "ramfs",
                                       "binfmt_misc", "usbfs",
                                       "fusectl",     "pstore",
                                       "efivarfs",    "bpf",
                                       "overlay",     "aufs",
                                       "nfs",         "nfs4",
                                       "cifs",        "smbfs",
                                       "smb3",        "ceph",
                                       "glusterfs",   "9p",
                                       "virtiofs",    "vboxsf",
                                       "vmhgfs",      "prl_fs",
                                       "davfs",       "sshfs",
                                       "fuse.sshfs",  "fuse.vmhgfs-fuse",
                                       "fuse",        "iso9660",
                                       "swapfile",    "rpc_pipefs",
                                       "autofs",      NULL };
  static const char *const media[] = { "/dev/sr",   "/dev/scd",  "/dev/cdrom", "/dev/dvd", "/dev/fd", "/dev/floppy",
                                       "/dev/loop", "/dev/zram", "/dev/ram",   "/dev/shm", NULL };
  g_auto (GStrv) options = g_strsplit (line->options, ",", 64);

  if (is_one_of (line->type, types) || starts_with_one_of (line->device, media))
    return TRUE;
  if (g_strv_contains ((const char *const *) options, "bind")
      || g_strv_contains ((const char *const *) options, "rbind")
      || g_strv_contains ((const char *const *) options, "loop"))
    return TRUE;
  return line->device[0] == '/' && !g_str_has_prefix (line->device, "/dev/");
}

/* Names that depend on the order, the kind or the serial number of the disk. */
static gboolean is_kernel_name (const char *device)
{
  static const char *const prefixes[] = {
    "/dev/sd",     "/dev/hd",   "/dev/vd",   "/dev/xvd",         "/dev/nvme",          "/dev/mmcblk",
    "/dev/cciss/", "/dev/ida/", "/dev/dasd", "/dev/disk/by-id/", "/dev/disk/by-path/", NULL
  };

  return starts_with_one_of (device, prefixes);
}

static char *unquote (const char *text)
{
  gsize length = strlen (text);

  if (length >= 2 && (text[0] == '"' || text[0] == '\'') && text[length - 1] == text[0])
    return g_strndup (text + 1, length - 2);
  return g_strdup (text);
}

static char *unescape_link (const char *name)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (const char *p = name; *p; p++)
    if (p[0] == '\\' && p[1] == 'x' && g_ascii_isxdigit (p[2]) && g_ascii_isxdigit (p[3]))
      {
        g_string_append_c (text, (char) (g_ascii_xdigit_value (p[2]) << 4 | g_ascii_xdigit_value (p[3])));
        p += 3;
      }
    else
      g_string_append_c (text, *p);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static const char *judge (GHashTable *set, const char *value, gboolean has_closed)
{
  if (!set)
    return NULL;
  if (g_hash_table_contains (set, value))
    return "present";
  return has_closed ? NULL : "absent";
}

/* What a tag or a link below /dev/disk names. FALSE: @device is neither. */
static gboolean match_tag (const char *device, const EmbarkDiskNames *names, const char **ret_match)
{
  const struct
  {
    const char *tag;
    const char *link;
    GHashTable *set;
    gboolean is_uuid;
    gboolean can_be_inside; /* of something encrypted; partitions cannot */
  } kinds[] = {
    { "UUID=", "/dev/disk/by-uuid/", names->uuids, TRUE, TRUE },
    { "LABEL=", "/dev/disk/by-label/", names->labels, FALSE, TRUE },
    { "PARTUUID=", "/dev/disk/by-partuuid/", names->part_uuids, TRUE, FALSE },
    { "PARTLABEL=", "/dev/disk/by-partlabel/", names->part_labels, FALSE, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      gboolean is_tag = g_str_has_prefix (device, kinds[i].tag);
      g_autofree char *value = NULL;
      g_autofree char *lower = NULL;

      if (!is_tag && !g_str_has_prefix (device, kinds[i].link))
        continue;
      value = is_tag ? unquote (device + strlen (kinds[i].tag)) : unescape_link (device + strlen (kinds[i].link));
      lower = g_ascii_strdown (value, -1);
      *ret_match = judge (kinds[i].set, kinds[i].is_uuid ? lower : value, kinds[i].can_be_inside && names->has_closed);
      return TRUE;
    }
  return FALSE;
}

/* "/dev/a-b/c" of "/dev/mapper/a--b-c"; NULL when it is not the name of a logical volume. */
static char *undo_mapper (const char *name)
{
  g_autoptr (GString) path = g_string_new ("/dev/");
  gboolean has_slash = FALSE;

  for (const char *p = name; *p; p++)
    if (p[0] == '-' && p[1] == '-')
      g_string_append_c (path, *p++);
    else if (*p == '-' && !has_slash)
      {
        g_string_append_c (path, '/');
        has_slash = TRUE;
      }
    else
      g_string_append_c (path, *p);
  return has_slash ? g_string_free (g_steal_pointer (&path), FALSE) : NULL;
}

const char *embark_fstab_match (const EmbarkFstabLine *line, const EmbarkDiskNames *names)
{
  static const char *const unknowable[] = { "/dev/md", "/dev/dm-", "/dev/bcache", "/dev/root", "/dev/zvol/", NULL };
  const char *match = NULL;

  if (match_tag (line->device, names, &match))
    return match;
  if (is_virtual (line))
    return "virtual";
  if (is_kernel_name (line->device))
    return "name";
  if (g_hash_table_contains (names->volumes, line->device))
    return "present";
  if (g_str_has_prefix (line->device, "/dev/mapper/"))
    {
      g_autofree char *volume = undo_mapper (line->device + strlen ("/dev/mapper/"));
      return volume ? judge (names->volumes, volume, names->has_closed) : names->has_closed ? NULL : "absent";
    }
  if (!g_str_has_prefix (line->device, "/dev/"))
    return strcmp (line->type, "zfs") == 0 ? NULL : "virtual";
  if (starts_with_one_of (line->device, unknowable))
    return NULL;
  /* What is left has the form of "/dev/VG/LV". */
  return strchr (line->device + strlen ("/dev/"), '/') ? judge (names->volumes, line->device, names->has_closed) : NULL;
}
