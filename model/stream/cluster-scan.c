/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Only what reads as zero is skipped: NBD lets a hole that is not marked as
 * zero hold anything.
 */
#include "model/stream/cluster-scan.h"

#include "model/stream/qcow2-layout.h"

struct _EmbarkClusterScan
{
  EmbarkDiskReader *reader;
  GArray *extents;
  guint next_extent;
  guint64 asked_to;     /* bytes; what lies before is in extents or done */
  guint64 next_cluster; /* clusters before are decided */
};

EmbarkClusterScan *embark_cluster_scan_new (EmbarkDiskReader *reader)
{
  EmbarkClusterScan *self = g_new0 (EmbarkClusterScan, 1);

  self->reader = reader;
  self->extents = g_array_new (FALSE, FALSE, sizeof (EmbarkDiskExtent));
  return self;
}

void embark_cluster_scan_free (EmbarkClusterScan *self)
{
  g_array_unref (self->extents);
  g_free (self);
}

static gboolean ask_for_more (EmbarkClusterScan *self, guint64 size, GCancellable *cancellable, GError **error)
{
  g_array_set_size (self->extents, 0);
  self->next_extent = 0;
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  if (!embark_disk_reader_get_extents (self->reader, self->asked_to, size - self->asked_to, self->extents, cancellable,
                                       error))
    return FALSE;
  const EmbarkDiskExtent *last = &g_array_index (self->extents, EmbarkDiskExtent, self->extents->len - 1);
  self->asked_to = last->offset + last->length;
  return TRUE;
}

gboolean embark_cluster_scan_next (EmbarkClusterScan *self, guint64 *ret_first, guint64 *ret_count,
                                   GCancellable *cancellable, GError **error)
{
  guint64 size = embark_disk_reader_get_size (self->reader);

  for (;;)
    {
      while (self->next_extent < self->extents->len)
        {
          const EmbarkDiskExtent *extent = &g_array_index (self->extents, EmbarkDiskExtent, self->next_extent++);
          guint64 first = MAX (extent->offset / EMBARK_QCOW2_CLUSTER_SIZE, self->next_cluster);
          guint64 end = (extent->offset + extent->length - 1) / EMBARK_QCOW2_CLUSTER_SIZE + 1;

          if (extent->is_zero || first >= end)
            continue;
          self->next_cluster = end;
          *ret_first = first;
          *ret_count = end - first;
          return TRUE;
        }
      if (self->asked_to >= size)
        break;
      if (!ask_for_more (self, size, cancellable, error))
        return FALSE;
    }
  *ret_first = 0;
  *ret_count = 0;
  return TRUE;
}
