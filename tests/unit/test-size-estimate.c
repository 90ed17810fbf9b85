/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The arithmetic of the estimate, against layouts of whole disks. */
#include "model/stream/qcow2-layout.h"
#include "model/stream/size-estimate.h"

#define CLUSTER EMBARK_QCOW2_CLUSTER_SIZE

static gboolean write_nothing_cb (guint64 offset, const guint8 *data, gsize length, gpointer user_data, GError **error)
{
  return TRUE;
}

static EmbarkStreamPlan make_plan (guint64 n_clusters)
{
  guint64 virtual_size = n_clusters * CLUSTER;
  guint64 n_tables = (n_clusters + EMBARK_QCOW2_L2_ENTRIES - 1) / EMBARK_QCOW2_L2_ENTRIES;
  EmbarkStreamPlan plan = { .virtual_size = virtual_size, .allocated = virtual_size, .part_size = 8 << 20 };

  plan.upper_bound = embark_qcow2_layout_get_upper_bound (virtual_size, n_clusters, n_tables);
  return plan;
}

static guint64 lay_out (const EmbarkStreamPlan *plan, const guint32 *lengths, guint64 n_clusters)
{
  g_autoptr (EmbarkQcow2Layout) layout =
      embark_qcow2_layout_new (plan->virtual_size, plan->part_size, write_nothing_cb, NULL);
  g_autofree guint8 *data = g_malloc0 (CLUSTER);

  for (guint64 i = 0; i < n_clusters; i++)
    if (lengths[i] > 0)
      g_assert_true (embark_qcow2_layout_add (layout, i, data, lengths[i], NULL));
  g_assert_true (embark_qcow2_layout_finish (layout, NULL));
  return embark_qcow2_layout_get_size (layout);
}

/* As embark_size_estimate() would choose, but with the random numbers of @rand. */
static void sample (const guint32 *lengths, guint64 n_clusters, GRand *rand, const EmbarkStreamPlan *plan,
                    EmbarkSizeEstimate *ret_estimate)
{
  EmbarkSizeSample samples[EMBARK_SAMPLE_CLUSTERS];
  guint n = (guint) MIN (n_clusters, EMBARK_SAMPLE_CLUSTERS);

  for (guint i = 0; i < n; i++)
    {
      guint64 first = n_clusters * i / n, end = n_clusters * (i + 1) / n;
      samples[i].cluster = first + g_rand_int (rand) % (end - first);
      samples[i].length = lengths[samples[i].cluster];
    }
  embark_size_estimate_from_samples (plan, samples, n, n_clusters, (n_clusters - 1) / EMBARK_QCOW2_L2_ENTRIES + 1,
                                     ret_estimate);
  g_assert_cmpuint (ret_estimate->low, <=, ret_estimate->likely);
  g_assert_cmpuint (ret_estimate->likely, <=, ret_estimate->high);
  g_assert_cmpuint (ret_estimate->high, <=, plan->upper_bound);
  g_assert_cmpuint (ret_estimate->sampled, ==, (guint64) n * CLUSTER);
}

/* Runs of clusters of one kind, as files make them: text, programs, archives, zeroes. */
static guint32 *make_disk (GRand *rand, guint64 n_clusters, guint longest_run)
{
  guint32 *lengths = g_new0 (guint32, n_clusters);

  for (guint64 i = 0; i < n_clusters;)
    {
      guint64 end = i + 1 + g_rand_int (rand) % longest_run;
      guint kind = g_rand_int (rand) % 4;

      for (; i < MIN (end, n_clusters); i++)
        lengths[i] = kind == 0   ? 0
                     : kind == 1 ? CLUSTER
                     : kind == 2 ? 8000 + g_rand_int (rand) % 8000
                                 : 25000 + g_rand_int (rand) % 20000;
    }
  return lengths;
}

/* 95 of 100 are promised; the numbers do not change from run to run. */
static void test_range (gconstpointer longest_run)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);
  guint n_inside = 0, n_rounds = 200;
  double width = 0;

  for (guint i = 0; i < n_rounds; i++)
    {
      guint64 n_clusters = 2000 + g_rand_int (rand) % 20000;
      g_autofree guint32 *lengths = make_disk (rand, n_clusters, GPOINTER_TO_UINT (longest_run));
      EmbarkStreamPlan plan = make_plan (n_clusters);
      guint64 size = lay_out (&plan, lengths, n_clusters);
      EmbarkSizeEstimate estimate;

      sample (lengths, n_clusters, rand, &plan, &estimate);
      n_inside += size >= estimate.low && size <= estimate.high;
      width += (double) (estimate.high - estimate.low) / (double) size / n_rounds;
    }
  g_test_message ("%u of %u inside, width %.2f", n_inside, n_rounds, width);
  g_assert_cmpuint (n_inside, >=, n_rounds * 94 / 100);
  g_assert_cmpfloat (width, <, 0.45);
}

static void test_exact (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (5);

  for (guint n_clusters = 1; n_clusters <= EMBARK_SAMPLE_CLUSTERS; n_clusters += 15)
    {
      g_autofree guint32 *lengths = make_disk (rand, n_clusters, 5);
      EmbarkStreamPlan plan = make_plan (n_clusters);
      EmbarkSizeEstimate estimate;

      sample (lengths, n_clusters, rand, &plan, &estimate);
      g_assert_cmpuint (estimate.low, ==, lay_out (&plan, lengths, n_clusters));
      g_assert_cmpuint (estimate.likely, ==, estimate.low);
      g_assert_cmpuint (estimate.high, ==, estimate.low);
    }
}

static void test_empty (void)
{
  EmbarkStreamPlan plan = { .virtual_size = 1 << 30, .part_size = 8 << 20 };
  EmbarkSizeEstimate estimate;

  plan.upper_bound = embark_qcow2_layout_get_upper_bound (plan.virtual_size, 0, 0);
  embark_size_estimate_from_samples (&plan, NULL, 0, 0, 0, &estimate);
  g_assert_cmpuint (estimate.low, ==, plan.upper_bound);
  g_assert_cmpuint (estimate.high, ==, plan.upper_bound);
  g_assert_cmpuint (estimate.sampled, ==, 0);
}

/* Samples that say nothing of what was not seen do not say that there is nothing. */
static void test_all_alike (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (9);
  guint64 n_clusters = 100000;
  g_autofree guint32 *lengths = g_new0 (guint32, n_clusters);
  EmbarkStreamPlan plan = make_plan (n_clusters);
  EmbarkSizeEstimate zero, full;

  sample (lengths, n_clusters, rand, &plan, &zero);
  g_assert_cmpuint (zero.high - zero.low, >, plan.allocated / 100);
  for (guint64 i = 0; i < n_clusters; i++)
    lengths[i] = CLUSTER;
  sample (lengths, n_clusters, rand, &plan, &full);
  g_assert_cmpuint (full.high, ==, plan.upper_bound);
  g_assert_cmpuint (full.low, <, plan.allocated / 100 * 99);
}

/* Fewer samples, as after a time limit, say less. */
static void test_few (void)
{
  EmbarkStreamPlan plan = make_plan (10000);
  EmbarkSizeSample samples[32];
  EmbarkSizeEstimate few, more;

  for (guint i = 0; i < G_N_ELEMENTS (samples); i++)
    samples[i] = (EmbarkSizeSample){ i * 300, i % 2 == 0 ? 10000 : 30000 };
  embark_size_estimate_from_samples (&plan, samples, 4, 10000, 2, &few);
  embark_size_estimate_from_samples (&plan, samples, 32, 10000, 2, &more);
  g_assert_cmpuint (few.low, <, more.low);
  g_assert_cmpuint (few.high, >, more.high);
  g_assert_cmpuint (few.high, <=, plan.upper_bound);
  embark_size_estimate_from_samples (&plan, samples, 1, 10000, 2, &few);
  g_assert_cmpuint (few.low, <=, few.likely);
  g_assert_cmpuint (few.high, ==, plan.upper_bound);
}

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/size-estimate/scattered", GUINT_TO_POINTER (3), test_range);
  g_test_add_data_func ("/size-estimate/files", GUINT_TO_POINTER (60), test_range);
  g_test_add_data_func ("/size-estimate/large-files", GUINT_TO_POINTER (1500), test_range);
  g_test_add_func ("/size-estimate/exact", test_exact);
  g_test_add_func ("/size-estimate/empty", test_empty);
  g_test_add_func ("/size-estimate/all-alike", test_all_alike);
  g_test_add_func ("/size-estimate/few", test_few);
  return g_test_run ();
}
