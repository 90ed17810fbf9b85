/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Measures a disk and streams it: pipeline → layout → parts. The caller's
 * thread is the one that puts clusters in their places and hands parts over.
 */
#include "model/stream/qcow2-stream.h"

#include <glib/gi18n-lib.h>

#include "model/base/errors.h"
#include "model/stream/cluster-scan.h"
#include "model/stream/part-writer.h"
#include "model/stream/pipeline.h"

#define SECTOR 512
#define MAX_VIRTUAL_SIZE (G_GUINT64_CONSTANT (64) << 40)
#define MIN_PART_SIZE (8 * 1024 * 1024)
#define MAX_WORKERS 8

static EmbarkDiskReader *open_disk (const char *socket, guint max_connections, guint64 *ret_virtual_size,
                                    GCancellable *cancellable, GError **error)
{
  g_autoptr (EmbarkDiskReader) reader = embark_disk_reader_new (socket, max_connections, cancellable, error);

  if (reader == NULL)
    return NULL;
  guint64 size = embark_disk_reader_get_size (reader);
  if (size > MAX_VIRTUAL_SIZE)
    {
      g_autofree char *text = g_format_size (size);
      g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_UNSUPPORTED_IMAGE,
                   /* Translators: %s is a size such as "70.4 TB". */
                   _ ("The disk has a size of %s, and Embark does not read disks of more than 64 TiB."), text);
      return NULL;
    }
  *ret_virtual_size = (size + SECTOR - 1) / SECTOR * SECTOR;
  return g_steal_pointer (&reader);
}

gboolean embark_stream_plan (const char *socket, EmbarkStreamPlan *ret_plan, GCancellable *cancellable, GError **error)
{
  EmbarkStreamPlan plan = { .part_size = MIN_PART_SIZE };
  guint64 n_clusters = 0, n_tables = 0, next_table = 0, first = 0, count = 0;
  g_autoptr (EmbarkDiskReader) reader = open_disk (socket, 1, &plan.virtual_size, cancellable, error);

  if (reader == NULL)
    return FALSE;
  g_autoptr (EmbarkClusterScan) scan = embark_cluster_scan_new (reader);
  do
    {
      if (!embark_cluster_scan_next (scan, &first, &count, cancellable, error))
        return FALSE;
      if (count == 0)
        break;
      guint64 table = MAX (first / EMBARK_QCOW2_L2_ENTRIES, next_table);
      next_table = (first + count - 1) / EMBARK_QCOW2_L2_ENTRIES + 1;
      n_tables += next_table - table;
      n_clusters += count;
    }
  while (count > 0);
  plan.allocated = n_clusters * EMBARK_QCOW2_CLUSTER_SIZE;
  plan.upper_bound = embark_qcow2_layout_get_upper_bound (plan.virtual_size, n_clusters, n_tables);
  while ((plan.upper_bound + plan.part_size - 1) / plan.part_size > EMBARK_MAX_PARTS)
    plan.part_size *= 2;
  *ret_plan = plan;
  return TRUE;
}

static gboolean add_batch (EmbarkQcow2Layout *layout, const EmbarkBatch *batch, guint64 virtual_size,
                           EmbarkStreamResult *result, GError **error)
{
  for (guint i = 0; i < batch->n_clusters; i++)
    {
      if (batch->data[i] == NULL)
        continue;
      if (!embark_qcow2_layout_add (layout, batch->clusters[i], batch->data[i], batch->lengths[i], error))
        return FALSE;
      guint64 offset = batch->clusters[i] * EMBARK_QCOW2_CLUSTER_SIZE;
      result->source_bytes += MIN (EMBARK_QCOW2_CLUSTER_SIZE, virtual_size - offset);
    }
  return TRUE;
}

static void report_batch (const EmbarkBatch *batch, const EmbarkStreamPlan *plan, guint64 *n_read,
                          EmbarkProgressFunc progress, gpointer user_data)
{
  EmbarkProgress report = { .stage = "read" };
  guint64 end = (batch->clusters[batch->n_clusters - 1] + 1) * EMBARK_QCOW2_CLUSTER_SIZE;

  *n_read += batch->n_clusters;
  if (progress == NULL)
    return;
  report.bytes_read = MIN (end, plan->virtual_size);
  report.bytes_source = *n_read * EMBARK_QCOW2_CLUSTER_SIZE;
  report.fraction = plan->allocated > 0 ? MIN (1.0, (double) report.bytes_source / (double) plan->allocated) : 1.0;
  progress (&report, user_data);
}

gboolean embark_stream_set_changed_error (GError **error)
{
  g_set_error_literal (error, EMBARK_ERROR, EMBARK_ERROR_SOURCE_CHANGED,
                       _ ("The disk is not what it was when it was measured. Make sure that nothing writes to it and "
                          "try again."));
  return FALSE;
}

/* Everything of the guest goes to @layout. */
static gboolean stream_batches (EmbarkPipeline *pipeline, EmbarkQcow2Layout *layout, const EmbarkStreamPlan *plan,
                                EmbarkStreamResult *result, EmbarkProgressFunc progress, gpointer user_data,
                                GError **error)
{
  const EmbarkBatch *batch = NULL;
  guint64 n_read = 0;

  for (;;)
    {
      if (!embark_pipeline_next (pipeline, &batch, error))
        return FALSE;
      if (batch == NULL)
        return TRUE;
      if (!add_batch (layout, batch, plan->virtual_size, result, error))
        return FALSE;
      if (embark_qcow2_layout_get_size (layout) > plan->upper_bound)
        return embark_stream_set_changed_error (error);
      report_batch (batch, plan, &n_read, progress, user_data);
    }
}

gboolean embark_stream_run_with (const char *socket, const EmbarkStreamPlan *plan, EmbarkStreamLevel level,
                                 guint n_workers, EmbarkPartFunc part_func, gpointer part_data,
                                 EmbarkStreamResult *ret_result, EmbarkProgressFunc progress, gpointer user_data,
                                 GCancellable *cancellable, GError **error)
{
  EmbarkStreamResult result = { 0 };
  guint64 virtual_size = 0;

  g_return_val_if_fail (plan->part_size >= EMBARK_QCOW2_CLUSTER_SIZE, FALSE);
  g_return_val_if_fail (plan->part_size % EMBARK_QCOW2_CLUSTER_SIZE == 0, FALSE);
  g_autoptr (EmbarkDiskReader) reader = open_disk (socket, n_workers, &virtual_size, cancellable, error);
  if (reader == NULL)
    return FALSE;
  if (virtual_size != plan->virtual_size)
    return embark_stream_set_changed_error (error);
  g_autoptr (EmbarkPartWriter) writer = embark_part_writer_new (plan->part_size, part_func, part_data, cancellable);
  g_autoptr (EmbarkQcow2Layout) layout =
      embark_qcow2_layout_new (virtual_size, plan->part_size, embark_part_writer_write_cb, writer);
  g_autoptr (EmbarkPipeline) pipeline = embark_pipeline_new (reader, level, n_workers, cancellable, error);
  if (pipeline == NULL)
    return FALSE;
  if (!stream_batches (pipeline, layout, plan, &result, progress, user_data, error))
    return FALSE;
  if (!embark_qcow2_layout_finish (layout, error))
    return FALSE;
  result.size = embark_qcow2_layout_get_size (layout);
  if (result.size > plan->upper_bound)
    return embark_stream_set_changed_error (error);
  if (!embark_part_writer_finish (writer, result.size, error))
    return FALSE;
  result.crc64 = embark_part_writer_get_crc64 (writer);
  result.n_parts = embark_part_writer_get_n_parts (writer);
  *ret_result = result;
  return TRUE;
}

gboolean embark_stream_run (const char *socket, const EmbarkStreamPlan *plan, EmbarkStreamLevel level,
                            EmbarkPartFunc part_func, gpointer part_data, EmbarkStreamResult *ret_result,
                            EmbarkProgressFunc progress, gpointer user_data, GCancellable *cancellable, GError **error)
{
  /* One more than processors: while one waits for the disk, the others deflate. */
  guint n_workers = MIN (g_get_num_processors () + 1, MAX_WORKERS);

  return embark_stream_run_with (socket, plan, level, n_workers, part_func, part_data, ret_result, progress, user_data,
                                 cancellable, error);
}
