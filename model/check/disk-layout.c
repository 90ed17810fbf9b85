/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Facts of the guest → segments of a disk. The facts come from a foreign disk:
 * nothing of them is trusted to be in order, inside the disk or complete.
 */
#include "model/check/disk-layout.h"

#include <glib/gi18n-lib.h>

#define MAX_SEGMENTS 64
/* Gaps below this are alignment, not free space. */
#define SMALLEST_GAP (G_GUINT64_CONSTANT (16) * 1024 * 1024)

static guint64 read_uint (JsonObject *object, const char *member)
{
  gint64 value = json_object_get_int_member_with_default (object, member, 0);

  return value > 0 ? (guint64) value : 0;
}

static const char *read_string (JsonObject *object, const char *member)
{
  const char *text = json_object_get_string_member_with_default (object, member, NULL);

  return text != NULL && text[0] != '\0' ? text : NULL;
}

static JsonObject *find_filesystem (EmbarkFacts *facts, const char *device)
{
  JsonArray *list = embark_facts_get_list (facts, "disk.filesystems");

  for (guint i = 0; device != NULL && list != NULL && i < json_array_get_length (list); i++)
    {
      JsonObject *entry = json_array_get_object_element (list, i);

      if (entry != NULL && g_strcmp0 (read_string (entry, "device"), device) == 0)
        return entry;
    }
  return NULL;
}

/* "C:" or "/boot" where it is mounted, else its label, else its number. */
static char *name_partition (EmbarkFacts *facts, JsonObject *partition, JsonObject *filesystem)
{
  const char *mount_point = filesystem != NULL ? read_string (filesystem, "mountPoint") : NULL;
  const char *label = read_string (partition, "label");

  /* The partition with Windows on it is mounted at "/" while it is looked into. */
  if (g_strcmp0 (mount_point, "/") == 0 && g_strcmp0 (embark_facts_get_string (facts, "os.type"), "windows") == 0)
    return g_strdup ("C:");

  if (mount_point != NULL)
    return g_strdup (mount_point);
  if (label != NULL)
    return g_strdup (label);
  return g_strdup_printf ("%" G_GUINT64_FORMAT, read_uint (partition, "number"));
}

static void fill_words (EmbarkDiskSegment *segment, const char *name, const char *filesystem)
{
  const char *type = g_strcmp0 (filesystem, "ntfs") == 0 ? "NTFS" : filesystem;
  g_autofree char *size = g_format_size_full (segment->size, G_FORMAT_SIZE_IEC_UNITS);

  /* Translators: name and file system of a partition: "/boot · ext4". */
  segment->title = type != NULL ? g_strdup_printf (_ ("%s · %s"), name, type) : g_strdup (name);
  if (segment->is_used_known)
    {
      g_autofree char *used = g_format_size_full (segment->used, G_FORMAT_SIZE_IEC_UNITS);
      /* Translators: how full a partition is: "31 GB of 59 GB used". */
      segment->subtitle = g_strdup_printf (_ ("%s of %s used"), used, size);
      return;
    }
  segment->subtitle = g_steal_pointer (&size);
}

static EmbarkDiskSegment *make_partition (EmbarkFacts *facts, JsonObject *partition)
{
  EmbarkDiskSegment *segment = g_new0 (EmbarkDiskSegment, 1);
  const char *device = read_string (partition, "device");
  JsonObject *filesystem = find_filesystem (facts, device);
  const char *type = read_string (partition, "filesystem");
  g_autofree char *name = name_partition (facts, partition, filesystem);

  segment->start = read_uint (partition, "start");
  segment->size = read_uint (partition, "size");
  segment->is_root = device != NULL && g_strcmp0 (embark_facts_get_string (facts, "os.root"), device) == 0;
  if (filesystem != NULL && json_object_has_member (filesystem, "free"))
    {
      guint64 size = read_uint (filesystem, "size");
      guint64 free_size = read_uint (filesystem, "free");

      segment->is_used_known = size > 0 && free_size <= size;
      segment->used = segment->is_used_known ? MIN (size - free_size, segment->size) : 0;
    }
  fill_words (segment, name, type);
  return segment;
}

static EmbarkDiskSegment *make_free (guint64 start, guint64 size)
{
  EmbarkDiskSegment *segment = g_new0 (EmbarkDiskSegment, 1);

  segment->start = start;
  segment->size = size;
  segment->is_free = TRUE;
  segment->title = g_strdup (_ ("free"));
  segment->subtitle = g_format_size_full (size, G_FORMAT_SIZE_IEC_UNITS);
  return segment;
}

static int compare_starts (gconstpointer a, gconstpointer b)
{
  const EmbarkDiskSegment *left = *(const EmbarkDiskSegment *const *) a;
  const EmbarkDiskSegment *right = *(const EmbarkDiskSegment *const *) b;

  return left->start < right->start ? -1 : left->start > right->start;
}

/* Without a partition table a file system may fill the whole disk. */
static void add_whole_disk (GPtrArray *segments, EmbarkFacts *facts, guint64 disk_size)
{
  JsonArray *list = embark_facts_get_list (facts, "disk.filesystems");
  EmbarkDiskSegment *segment;
  JsonObject *entry;
  const char *mount_point;

  if (list == NULL || json_array_get_length (list) != 1 || disk_size == 0)
    return;
  entry = json_array_get_object_element (list, 0);
  if (entry == NULL)
    return;

  segment = g_new0 (EmbarkDiskSegment, 1);
  segment->size = disk_size;
  mount_point = read_string (entry, "mountPoint");
  fill_words (segment, mount_point != NULL ? mount_point : _ ("no partitions"), read_string (entry, "type"));
  g_ptr_array_add (segments, segment);
}

static GPtrArray *add_gaps (GPtrArray *partitions, guint64 disk_size)
{
  GPtrArray *segments = g_ptr_array_new_with_free_func ((GDestroyNotify) embark_disk_segment_free);
  guint64 end = 0;

  for (guint i = 0; i < partitions->len; i++)
    {
      EmbarkDiskSegment *partition = g_steal_pointer (&partitions->pdata[i]);

      if (partition->start > end && partition->start - end >= SMALLEST_GAP)
        g_ptr_array_add (segments, make_free (end, partition->start - end));
      end = MAX (end, partition->start + MIN (partition->size, G_MAXUINT64 - partition->start));
      g_ptr_array_add (segments, partition);
    }
  if (disk_size > end && disk_size - end >= SMALLEST_GAP && segments->len > 0)
    g_ptr_array_add (segments, make_free (end, disk_size - end));
  return segments;
}

void embark_disk_segment_free (EmbarkDiskSegment *self)
{
  if (self == NULL)
    return;

  g_free (self->title);
  g_free (self->subtitle);
  g_free (self);
}

GPtrArray *embark_disk_layout_new (EmbarkFacts *facts)
{
  g_autoptr (GPtrArray) partitions = NULL;
  JsonArray *list;
  guint64 disk_size = 0;

  g_return_val_if_fail (facts != NULL, NULL);

  partitions = g_ptr_array_new_with_free_func ((GDestroyNotify) embark_disk_segment_free);
  embark_facts_get_uint (facts, "image.virtualSize", &disk_size);
  list = embark_facts_get_list (facts, "disk.partitions");
  for (guint i = 0; list != NULL && i < json_array_get_length (list) && i < MAX_SEGMENTS; i++)
    {
      JsonObject *entry = json_array_get_object_element (list, i);

      /* mbrType 5 and 15 are extended partitions: only a frame around logical ones. */
      if (entry == NULL || read_uint (entry, "size") == 0 || read_uint (entry, "mbrType") == 5
          || read_uint (entry, "mbrType") == 15)
        continue;
      g_ptr_array_add (partitions, make_partition (facts, entry));
    }
  if (partitions->len == 0)
    add_whole_disk (partitions, facts, disk_size);
  g_ptr_array_sort (partitions, compare_starts);
  return add_gaps (partitions, disk_size);
}

char *embark_disk_layout_describe (GPtrArray *segments)
{
  g_autoptr (GPtrArray) parts = g_ptr_array_new_with_free_func (g_free);

  g_return_val_if_fail (segments != NULL, NULL);

  for (guint i = 0; i < segments->len; i++)
    {
      const EmbarkDiskSegment *segment = g_ptr_array_index (segments, i);

      /* Translators: one part of a disk for screen readers: what it is, then its size. */
      g_ptr_array_add (parts, g_strdup_printf (_ ("%s, %s"), segment->title, segment->subtitle));
    }
  g_ptr_array_add (parts, NULL);
  return g_strjoinv ("; ", (char **) parts->pdata);
}

void embark_disk_layout_place (GPtrArray *segments, guint index, double width, double gap, double smallest,
                               double *ret_from, double *ret_width)
{
  double usable = MAX (width - gap * ((double) segments->len - 1) - smallest * (double) segments->len, 0);
  double total = 0;
  double from = 0;

  g_return_if_fail (index < segments->len);
  for (guint i = 0; i < segments->len; i++)
    total += (double) ((EmbarkDiskSegment *) g_ptr_array_index (segments, i))->size;
  for (guint i = 0; i <= index; i++)
    {
      const EmbarkDiskSegment *segment = g_ptr_array_index (segments, i);

      *ret_from = from;
      *ret_width = smallest + usable * (double) segment->size / MAX (total, 1);
      from += *ret_width + gap;
    }
}
