/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Most of a disk's bytes that do not shrink are archives and pictures, and
 * trying them costs as much as shrinking. How evenly the values of some bytes
 * are spread tells them from the rest at a third of that and less.
 */
#include "model/stream/cluster-order.h"

#include "model/stream/qcow2-layout.h"

/* Groups of SAMPLE_GROUP bytes are looked at, first few of them: most data shows at once that it is not random. */
#define SAMPLE_GROUP 16
#define FEW_STEP 2048
#define MANY_STEP 256
#define FEW_LIMIT 125
#define MANY_LIMIT 103

/* The sum of the squares of how often each byte was seen in every @step bytes, in percent of what it is for random
 * bytes, N²/256 + N: 100 at best. */
static guint measure_order (const guint8 *in, gsize step)
{
  guint64 n = EMBARK_QCOW2_CLUSTER_SIZE / step * SAMPLE_GROUP;
  guint16 seen[256] = { 0 };
  guint64 squares = 0;

  for (gsize at = 0; at < EMBARK_QCOW2_CLUSTER_SIZE; at += step)
    for (gsize i = 0; i < SAMPLE_GROUP; i++)
      seen[in[at + i]]++;
  for (guint i = 0; i < G_N_ELEMENTS (seen); i++)
    squares += (guint64) seen[i] * seen[i];
  return (guint) (squares * 100 / (n * n / 256 + n));
}

gboolean embark_cluster_looks_random (const guint8 *in)
{
  return measure_order (in, FEW_STEP) < FEW_LIMIT && measure_order (in, MANY_STEP) < MANY_LIMIT;
}
