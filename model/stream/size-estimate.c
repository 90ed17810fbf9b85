/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A stratified sample: the allocated clusters in equal shares, one of each
 * share, at a place that only its number decides. What the layout loses
 * between deflated clusters is measured with the layout itself.
 */
#include "model/stream/size-estimate.h"

#include <math.h>
#include <string.h>

#include "model/stream/cluster-codec.h"
#include "model/stream/cluster-scan.h"

#define CLUSTER EMBARK_QCOW2_CLUSTER_SIZE
/* Shares are read in rounds: the first has every eighth share, so what was read is spread at any time. */
#define ROUNDS 8
#define TIME_MAX_US (2 * G_USEC_PER_SEC)

typedef struct
{
  EmbarkDiskReader *reader;
  EmbarkClusterCodec *codec;
  guint64 size; /* of the disk */
} Sampler;

/* SplitMix64: spreads the number of a share over all values. */
static guint64 spread (guint64 number)
{
  guint64 z = (number + 1) * G_GUINT64_CONSTANT (0x9E3779B97F4A7C15);

  z = (z ^ z >> 30) * G_GUINT64_CONSTANT (0xBF58476D1CE4E5B9);
  z = (z ^ z >> 27) * G_GUINT64_CONSTANT (0x94D049BB133111EB);
  return z ^ z >> 31;
}

/* Which of the allocated clusters stands for share @i of @n. At most 2^30 clusters in a disk, so nothing overflows. */
static guint64 choose_cluster (guint64 n_clusters, guint n, guint i)
{
  guint64 first = n_clusters * i / n, end = n_clusters * (i + 1) / n;

  return first + spread (i) % (end - first);
}

/* Finds the guest clusters of the samples in one pass over block status. Returns how many clusters were seen. */
static gboolean locate_samples (EmbarkDiskReader *reader, guint64 n_clusters, EmbarkSizeSample *samples, guint n,
                                guint64 *ret_seen, guint64 *ret_tables, GCancellable *cancellable, GError **error)
{
  g_autoptr (EmbarkClusterScan) scan = embark_cluster_scan_new (reader);
  guint64 seen = 0, n_tables = 0, next_table = 0, first = 0, count = 0;
  guint i = 0;

  for (;;)
    {
      if (!embark_cluster_scan_next (scan, &first, &count, cancellable, error))
        return FALSE;
      if (count == 0)
        break;
      for (; i < n && choose_cluster (n_clusters, n, i) < seen + count; i++)
        samples[i].cluster = first + choose_cluster (n_clusters, n, i) - seen;
      guint64 table = MAX (first / EMBARK_QCOW2_L2_ENTRIES, next_table);
      next_table = (first + count - 1) / EMBARK_QCOW2_L2_ENTRIES + 1;
      n_tables += next_table - table;
      seen += count;
    }
  *ret_seen = seen;
  *ret_tables = n_tables;
  return TRUE;
}

/* Every ROUNDS-th share from @round on. */
static gboolean deflate_round (const Sampler *sampler, EmbarkSizeSample *samples, guint n, guint round, guint8 *buffer,
                               GCancellable *cancellable, GError **error)
{
  g_autoptr (GArray) runs = g_array_new (FALSE, FALSE, sizeof (EmbarkDiskRun));
  g_autofree guint8 *out = g_malloc (CLUSTER);

  memset (buffer, 0, (gsize) (EMBARK_SAMPLE_CLUSTERS / ROUNDS) * CLUSTER);
  for (guint i = round; i < n; i += ROUNDS)
    {
      guint64 offset = samples[i].cluster * CLUSTER;
      EmbarkDiskRun run = { offset, MIN (CLUSTER, sampler->size - offset), buffer + (gsize) runs->len * CLUSTER };
      g_array_append_val (runs, run);
    }
  if (!embark_disk_reader_read (sampler->reader, (EmbarkDiskRun *) (void *) runs->data, runs->len, cancellable, error))
    return FALSE;
  for (guint i = round, at = 0; i < n; i += ROUNDS, at++)
    samples[i].length = embark_cluster_codec_encode (sampler->codec, buffer + (gsize) at * CLUSTER, out);
  return TRUE;
}

/* Keeps the samples of the first @n_rounds rounds, in guest order. */
static guint keep_rounds (EmbarkSizeSample *samples, guint n, guint n_rounds)
{
  guint kept = 0;

  for (guint i = 0; i < n; i++)
    if (i % ROUNDS < n_rounds)
      samples[kept++] = samples[i];
  return kept;
}

static gboolean deflate_samples (const Sampler *sampler, EmbarkSizeSample *samples, guint *inout_n,
                                 GCancellable *cancellable, GError **error)
{
  g_autofree guint8 *buffer = g_malloc ((gsize) (EMBARK_SAMPLE_CLUSTERS / ROUNDS) * CLUSTER);
  gint64 deadline = g_get_monotonic_time () + TIME_MAX_US;
  guint n_rounds = 0;

  while (n_rounds < MIN (ROUNDS, *inout_n) && (n_rounds == 0 || g_get_monotonic_time () < deadline))
    {
      if (!deflate_round (sampler, samples, *inout_n, n_rounds, buffer, cancellable, error))
        return FALSE;
      n_rounds++;
    }
  *inout_n = keep_rounds (samples, *inout_n, n_rounds);
  return TRUE;
}

gboolean embark_size_estimate (const char *socket, const EmbarkStreamPlan *plan, EmbarkStreamLevel level,
                               EmbarkSizeEstimate *ret_estimate, GCancellable *cancellable, GError **error)
{
  guint64 n_clusters = plan->allocated / CLUSTER, seen = 0, n_tables = 0;
  guint n = (guint) MIN (n_clusters, EMBARK_SAMPLE_CLUSTERS);
  g_autofree EmbarkSizeSample *samples = g_new0 (EmbarkSizeSample, n + 1);
  g_autoptr (EmbarkDiskReader) reader = embark_disk_reader_new (socket, 1, cancellable, error);

  if (reader == NULL || !locate_samples (reader, n_clusters, samples, n, &seen, &n_tables, cancellable, error))
    return FALSE;
  if (seen != n_clusters)
    return embark_stream_set_changed_error (error);
  g_autoptr (EmbarkClusterCodec) codec = embark_cluster_codec_new (level);
  Sampler sampler = { reader, codec, embark_disk_reader_get_size (reader) };
  if (!deflate_samples (&sampler, samples, &n, cancellable, error))
    return FALSE;
  embark_size_estimate_from_samples (plan, samples, n, n_clusters, n_tables, ret_estimate);
  return TRUE;
}

static gboolean write_nothing_cb (guint64 offset, const guint8 *data, gsize length, gpointer user_data, GError **error)
{
  return TRUE;
}

/* Bytes of the file that the layout makes of the samples: with their own places, or one after the other, which leaves
 * out the tables. */
static guint64 lay_out (const EmbarkStreamPlan *plan, const EmbarkSizeSample *samples, guint n, gboolean is_whole)
{
  g_autoptr (EmbarkQcow2Layout) layout =
      embark_qcow2_layout_new (plan->virtual_size, plan->part_size, write_nothing_cb, NULL);
  static const guint8 nothing[CLUSTER];

  for (guint i = 0; i < n; i++)
    if (samples[i].length > 0)
      embark_qcow2_layout_add (layout, is_whole ? samples[i].cluster : i, nothing, samples[i].length, NULL);
  if (is_whole)
    embark_qcow2_layout_finish (layout, NULL);
  return embark_qcow2_layout_get_size (layout);
}

/* Student's factor for 95 % with @n - 1 degrees of freedom, within a few hundredths from 5 on. */
static double get_factor (guint n)
{
  return 1.96 + 3.0 / MAX (1, n - 1);
}

/* Half of the range of the mean, in bytes a cluster, downward and upward. Neighbours among the shares resemble each
 * other: their differences say more about the error of a stratified sample than the variance does. What was never seen
 * among n may still be 3 in n (95 %), each of them as far away as a cluster can be. */
static void measure_error (const EmbarkSizeSample *samples, guint n, double mean, double left_out, double *ret_down,
                           double *ret_up)
{
  double squares = 0;

  for (guint i = 1; i < n; i++)
    squares += pow ((double) samples[i].length - (double) samples[i - 1].length, 2);
  double spread_of_mean = n > 1 ? sqrt (squares / (2.0 * (n - 1) * n)) : CLUSTER;
  double half = get_factor (n) * spread_of_mean;
  double unseen = MIN (1.0, 3.0 / n);
  *ret_down = sqrt (left_out) * MAX (half, unseen * mean);
  *ret_up = sqrt (left_out) * MAX (half, unseen * (CLUSTER - mean));
}

/* The file with @data bytes of clusters. */
static guint64 add_tables (const EmbarkStreamPlan *plan, double data, guint64 n_tables)
{
  guint64 n = (guint64) (MAX (data, 0) / CLUSTER + 0.5);

  return MIN (embark_qcow2_layout_get_upper_bound (plan->virtual_size, n, n_tables), plan->upper_bound);
}

void embark_size_estimate_from_samples (const EmbarkStreamPlan *plan, const EmbarkSizeSample *samples, guint n,
                                        guint64 n_clusters, guint64 n_tables, EmbarkSizeEstimate *ret_estimate)
{
  EmbarkSizeEstimate estimate = { .sampled = (guint64) n * CLUSTER };
  double sum = 0, down = 0, up = 0;

  if (n == n_clusters)
    {
      estimate.low = estimate.likely = estimate.high = lay_out (plan, samples, n, TRUE);
      *ret_estimate = estimate;
      return;
    }
  for (guint i = 0; i < n; i++)
    sum += (double) samples[i].length;
  double mean = sum / n;
  /* Far apart as they are, samples change between deflated and plain more often than the disk does. */
  double lost = ((double) lay_out (plan, samples, n, FALSE) - CLUSTER - sum) / n;
  double count = (double) n_clusters;
  measure_error (samples, n, mean, 1.0 - n / count, &down, &up);
  estimate.low = add_tables (plan, (mean - down) * count, MIN (n_tables, 1));
  estimate.likely = add_tables (plan, (mean + lost / 2) * count, n_tables);
  estimate.high = add_tables (plan, (mean + lost + up) * count, n_tables);
  *ret_estimate = estimate;
}
