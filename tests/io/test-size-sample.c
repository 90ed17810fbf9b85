/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Disks behind a real server, estimated and then streamed. */
#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "model/base/errors.h"
#include "model/stream/size-estimate.h"
#include "tests/support/nbd-disk.h"

#define MIB (1024 * 1024)

/* Text, random bytes and holes in turns; random runs of both. */
static char *make_disk (NbdDisk *disk, guint n_mib, guint32 seed)
{
  char *path = nbd_disk_path (disk, "mixed.raw");
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  g_autofree char *data = g_malloc (MIB);
  FILE *file = g_fopen (path, "w");

  g_assert_nonnull (file);
  for (guint i = 0; i < n_mib; i++)
    {
      guint kind = g_rand_int (rand) % 4;
      for (gsize at = 0; at < MIB; at += 32)
        if (kind == 0 || (kind == 1 && at % 128 == 0))
          for (gsize j = 0; j < 32; j += 4)
            {
              guint32 word = g_rand_int (rand);
              memcpy (data + at + j, &word, 4);
            }
        else
          memcpy (data + at, "a line of text that shrinks well", 32);
      if (kind == 3)
        fseek (file, MIB, SEEK_CUR);
      else
        g_assert_cmpuint (fwrite (data, MIB, 1, file), ==, 1);
    }
  fclose (file);
  g_assert_cmpint (truncate (path, (off_t) n_mib * MIB + 512), ==, 0);
  return path;
}

static void estimate (NbdDisk *disk, EmbarkSizeEstimate *ret_estimate)
{
  g_autoptr (GError) error = NULL;

  embark_stream_plan (disk->socket, &disk->plan, NULL, &error);
  g_assert_no_error (error);
  embark_size_estimate (disk->socket, &disk->plan, EMBARK_STREAM_FAST, ret_estimate, NULL, &error);
  g_assert_no_error (error);
}

static void test_sampled (gconstpointer seed)
{
  g_autoptr (NbdDisk) disk = nbd_disk_new ();
  g_autofree char *path = make_disk (disk, 96, GPOINTER_TO_UINT (seed));
  EmbarkSizeEstimate first, second;
  g_autoptr (GError) error = NULL;

  disk->part_size = 0;
  nbd_disk_serve (disk, path, "raw", "0");
  estimate (disk, &first);
  estimate (disk, &second);
  g_assert_cmpmem (&first, sizeof first, &second, sizeof second);
  nbd_disk_stream (disk, &error);
  g_assert_no_error (error);
  g_test_message ("%" G_GUINT64_FORMAT " in %" G_GUINT64_FORMAT "–%" G_GUINT64_FORMAT, disk->result.size, first.low,
                  first.high);
  g_assert_cmpuint (first.low, <=, disk->result.size);
  g_assert_cmpuint (first.high, >=, disk->result.size);
  g_assert_cmpuint (first.high, <=, disk->plan.upper_bound);
  g_assert_cmpuint (first.sampled, ==, (guint64) EMBARK_SAMPLE_CLUSTERS << 16);
}

/* All of it is deflated, so the three numbers are the true one. */
static void test_exact (void)
{
  g_autoptr (NbdDisk) disk = nbd_disk_new ();
  g_autofree char *path = make_disk (disk, 12, 4);
  EmbarkSizeEstimate exact;
  g_autoptr (GError) error = NULL;

  disk->part_size = 0;
  nbd_disk_serve (disk, path, "raw", "0");
  estimate (disk, &exact);
  nbd_disk_stream (disk, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (exact.low, ==, disk->result.size);
  g_assert_cmpuint (exact.likely, ==, disk->result.size);
  g_assert_cmpuint (exact.high, ==, disk->result.size);
  g_assert_cmpuint (exact.sampled, ==, disk->plan.allocated);
}

static void test_changed (void)
{
  g_autoptr (NbdDisk) disk = nbd_disk_new ();
  g_autofree char *path = make_disk (disk, 12, 5);
  EmbarkSizeEstimate ignored;
  g_autoptr (GError) error = NULL;

  nbd_disk_serve (disk, path, "raw", "0");
  embark_stream_plan (disk->socket, &disk->plan, NULL, &error);
  g_assert_no_error (error);
  disk->plan.allocated -= 1 << 16;
  g_assert_false (embark_size_estimate (disk->socket, &disk->plan, EMBARK_STREAM_FAST, &ignored, NULL, &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_SOURCE_CHANGED);
}

static void test_cancelled (void)
{
  g_autoptr (NbdDisk) disk = nbd_disk_new ();
  g_autofree char *path = make_disk (disk, 12, 6);
  EmbarkSizeEstimate ignored;
  g_autoptr (GError) error = NULL;

  nbd_disk_serve (disk, path, "raw", "0");
  embark_stream_plan (disk->socket, &disk->plan, NULL, &error);
  g_assert_no_error (error);
  g_cancellable_cancel (disk->cancellable);
  g_assert_false (
      embark_size_estimate (disk->socket, &disk->plan, EMBARK_STREAM_FAST, &ignored, disk->cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/size-sample/one", GUINT_TO_POINTER (1), test_sampled);
  g_test_add_data_func ("/size-sample/two", GUINT_TO_POINTER (2), test_sampled);
  g_test_add_data_func ("/size-sample/three", GUINT_TO_POINTER (3), test_sampled);
  g_test_add_func ("/size-sample/exact", test_exact);
  g_test_add_func ("/size-sample/changed", test_changed);
  g_test_add_func ("/size-sample/cancelled", test_cancelled);
  return g_test_run ();
}
