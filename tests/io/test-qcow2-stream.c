/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Real disks behind real NBD servers, streamed, and judged by qemu-img. */
#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "model/base/errors.h"
#include "model/base/process.h"
#include "tests/support/nbd-disk.h"

/* A disk with something of everything: text, random bytes, zeroes, holes, an end within a cluster. */
static char *make_mixed_disk (NbdDisk *disk, const char *name)
{
  char *path = nbd_disk_path (disk, name);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < 120000; i++)
    g_string_append_printf (text, "line %u of a file that shrinks well\n", i * 7);
  g_assert_true (g_file_set_contents (path, text->str, (gssize) text->len, NULL));
  nbd_disk_write (path, 6 << 20, 1 << 20, 5);
  nbd_disk_write (path, 8 << 20, 1 << 20, 0);
  for (guint i = 0; i < 50; i++)
    nbd_disk_write (path, (12 << 20) + i * 200704, 4096, i + 1);
  nbd_disk_write (path, (30 << 20) + 512, 512, 9);
  return path;
}

static void check_stream (NbdDisk *disk, const char *path, const char *format)
{
  g_autoptr (GError) error = NULL;

  nbd_disk_serve (disk, path, format, "0");
  nbd_disk_stream (disk, &error);
  g_assert_no_error (error);
  nbd_disk_verify (disk, path, format);
  nbd_disk_stop_server (disk);
}

static void streams_raw (void)
{
  g_autoptr (NbdDisk) disk = nbd_disk_new ();
  g_autofree char *path = make_mixed_disk (disk, "mixed.raw");
  static const EmbarkStreamLevel levels[] = { EMBARK_STREAM_FAST, EMBARK_STREAM_SMALL, EMBARK_STREAM_PLAIN };

  for (guint i = 0; i < G_N_ELEMENTS (levels); i++)
    {
      disk->level = levels[i];
      check_stream (disk, path, "raw");
      g_assert_cmpuint (disk->result.n_parts, >, 1);
    }
}

static void streams_formats (gconstpointer format)
{
  g_autoptr (NbdDisk) disk = nbd_disk_new ();
  g_autofree char *raw = make_mixed_disk (disk, "mixed.raw");
  g_autofree char *path = nbd_disk_path (disk, "mixed.image");

  nbd_disk_run ("qemu-img", "convert", "-f", "raw", "-O", format, raw, path, NULL);
  check_stream (disk, path, format);
}

static void streams_a_backing_chain (void)
{
  g_autoptr (NbdDisk) disk = nbd_disk_new ();
  g_autofree char *base = make_mixed_disk (disk, "base.raw");
  g_autofree char *middle = nbd_disk_path (disk, "middle.qcow2");
  g_autofree char *top = nbd_disk_path (disk, "top.qcow2");

  nbd_disk_run ("qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b", base, middle, NULL);
  nbd_disk_run ("qemu-io", "-f", "qcow2", "-c", "write -P 7 3M 70k", "-c", "write -z 6M 128k", middle, NULL);
  nbd_disk_run ("qemu-img", "create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", middle, top, "48M", NULL);
  nbd_disk_run ("qemu-io", "-f", "qcow2", "-c", "write -P 9 3M 512", "-c", "write -P 1 40M 64k", top, NULL);
  check_stream (disk, top, "qcow2");
}

static void streams_sizes (void)
{
  static const guint64 sizes[] = { 512, 65536, 65536 + 512, (5 << 20) + 1536, G_GUINT64_CONSTANT (700) << 20 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (NbdDisk) disk = nbd_disk_new ();
      g_autofree char *path = nbd_disk_path (disk, "sized.raw");

      nbd_disk_write (path, 0, 0, 0);
      g_assert_cmpint (truncate (path, (off_t) sizes[i]), ==, 0);
      check_stream (disk, path, "raw");
      g_assert_cmpuint (disk->result.n_parts, ==, 1);
      g_assert_cmpuint (disk->result.source_bytes, ==, 0);
      nbd_disk_write (path, sizes[i] - 512, 512, 4);
      check_stream (disk, path, "raw");
      g_assert_cmpuint (disk->result.source_bytes, ==,
                        MIN (sizes[i], sizes[i] % 65536 == 0 ? 65536 : sizes[i] % 65536));
    }
}

static void streams_random_data (void)
{
  g_autoptr (NbdDisk) disk = nbd_disk_new ();
  g_autofree char *path = nbd_disk_path (disk, "random.raw");

  disk->part_size = 0;
  nbd_disk_write (path, 0, 20 << 20, 77);
  check_stream (disk, path, "raw");
  g_assert_cmpuint (disk->result.n_parts, ==, 3);
  g_assert_cmpuint (disk->result.source_bytes, ==, 20 << 20);
  g_assert_cmpuint (disk->result.size, >, 20 << 20);
}

static void streams_written_zeroes (void)
{
  g_autoptr (NbdDisk) disk = nbd_disk_new ();
  g_autofree char *path = nbd_disk_path (disk, "zero.raw");

  nbd_disk_write (path, 0, 4 << 20, 0);
  check_stream (disk, path, "raw");
  g_assert_cmpuint (disk->plan.allocated, ==, 4 << 20);
  g_assert_cmpuint (disk->result.source_bytes, ==, 0);
}

static void streams_a_fragmented_disk (void)
{
  g_autoptr (NbdDisk) disk = nbd_disk_new ();
  g_autofree char *path = nbd_disk_path (disk, "fragmented.raw");

  for (guint i = 0; i < 400; i++)
    nbd_disk_write (path, (guint64) (i * 37 % 400) * 3 * 65536 + (i % 16) * 4096, 4096, i + 1);
  check_stream (disk, path, "raw");
  g_assert_cmpuint (disk->plan.allocated, ==, 400 * 65536);
}

static void streams_a_file_system (void)
{
  g_autoptr (NbdDisk) disk = nbd_disk_new ();
  g_autofree char *path = nbd_disk_path (disk, "ext4.raw");
  const char *files = "/usr/lib/x86_64-linux-gnu/perl-base";

  if (!g_file_test ("/usr/sbin/mke2fs", G_FILE_TEST_IS_EXECUTABLE) || !g_file_test (files, G_FILE_TEST_IS_DIR))
    {
      g_test_skip ("needs /usr/sbin/mke2fs and the files of perl-base");
      return;
    }
  disk->part_size = 0;
  nbd_disk_run ("/usr/sbin/mke2fs", "-q", "-t", "ext4", "-d", files, path, "96M", NULL);
  check_stream (disk, path, "raw");
}

/* The number of threads, connections and the run must not be seen in the bytes. */
static void is_deterministic (void)
{
  static const guint workers[] = { 1, 2, 7, 7 };
  g_autoptr (NbdDisk) disk = nbd_disk_new ();
  g_autofree char *path = make_mixed_disk (disk, "mixed.raw");
  guint64 crc64 = 0;

  for (guint i = 0; i < G_N_ELEMENTS (workers); i++)
    {
      disk->n_workers = workers[i];
      check_stream (disk, path, "raw");
      if (i > 0)
        g_assert_cmpuint (disk->result.crc64, ==, crc64);
      crc64 = disk->result.crc64;
    }
}

/* One that allows a single connection, and one that says it allows several but accepts two. */
static void shares_connections (void)
{
  static const char *const connections[] = { "1", "2" };
  g_autoptr (NbdDisk) disk = nbd_disk_new ();
  g_autofree char *path = make_mixed_disk (disk, "mixed.raw");

  for (guint i = 0; i < G_N_ELEMENTS (connections); i++)
    {
      g_autoptr (GError) error = NULL;

      disk->n_workers = 4;
      nbd_disk_serve (disk, path, "raw", connections[i]);
      nbd_disk_stream (disk, &error);
      g_assert_no_error (error);
      nbd_disk_verify (disk, path, "raw");
      nbd_disk_stop_server (disk);
    }
}

static void reads_all_without_block_status (void)
{
  g_autoptr (NbdDisk) disk = nbd_disk_new ();
  g_autofree char *path = make_mixed_disk (disk, "mixed.raw");
  g_autoptr (GError) error = NULL;

  nbd_disk_serve_nbdkit (disk, "--no-sr", "file", path, NULL);
  nbd_disk_stream (disk, &error);
  g_assert_no_error (error);
  nbd_disk_verify (disk, path, "raw");
  g_assert_cmpuint (disk->plan.allocated, >=, 30 << 20);
  g_assert_cmpuint (disk->result.source_bytes, <, 20 << 20);
}

static char *make_random_disk (NbdDisk *disk)
{
  char *path = nbd_disk_path (disk, "random.raw");

  nbd_disk_write (path, 0, 48 << 20, 3);
  return path;
}

static void cancel_now (gpointer user_data)
{
  g_cancellable_cancel (((NbdDisk *) user_data)->cancellable);
}

static void is_cancelled_in_the_middle (void)
{
  g_autoptr (NbdDisk) disk = nbd_disk_new ();
  g_autofree char *path = make_random_disk (disk);
  g_autoptr (GError) error = NULL;

  disk->at_first_part = cancel_now;
  nbd_disk_serve (disk, path, "raw", "0");
  g_assert_false (nbd_disk_stream (disk, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (disk->n_parts, ==, 1);
}

static gpointer cancel_from_thread (gpointer user_data)
{
  cancel_now (user_data);
  return NULL;
}

/* The server answers no read for ten minutes: only a wait that can be cancelled ends before the test is killed. */
static void is_cancelled_while_waiting (void)
{
  g_autoptr (NbdDisk) disk = nbd_disk_new ();
  g_autofree char *path = make_random_disk (disk);
  g_autoptr (GError) error = NULL;

  nbd_disk_serve_nbdkit (disk, "--filter=delay", "file", path, "rdelay=600", NULL);
  GThread *thread = g_thread_new ("cancel", cancel_from_thread, disk);
  g_assert_false (nbd_disk_stream (disk, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_thread_join (thread);
}

static void break_disk (gpointer user_data)
{
  g_autofree char *trigger = nbd_disk_path (user_data, "trigger");

  nbd_disk_write (trigger, 0, 1, 0);
}

static void reports_a_read_error (void)
{
  g_autoptr (NbdDisk) disk = nbd_disk_new ();
  g_autofree char *path = make_random_disk (disk);
  g_autofree char *trigger = nbd_disk_path (disk, "trigger");
  g_autofree char *setting = g_strconcat ("error-file=", trigger, NULL);
  g_autoptr (GError) error = NULL;

  disk->at_first_part = break_disk;
  nbd_disk_serve_nbdkit (disk, "--filter=error", "file", path, "error-pread=EIO", "error-pread-rate=100%", setting,
                         NULL);
  g_assert_false (nbd_disk_stream (disk, &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, "could not be read at byte"));
  g_assert_nonnull (strstr (error->message, "Input/output error"));
}

static void kill_server (gpointer user_data)
{
  nbd_disk_kill_server (user_data);
}

static void reports_a_dead_server (void)
{
  static const guint workers[] = { 1, 4 };

  for (guint i = 0; i < G_N_ELEMENTS (workers); i++)
    {
      g_autoptr (NbdDisk) disk = nbd_disk_new ();
      g_autofree char *path = make_random_disk (disk);
      g_autoptr (GError) error = NULL;

      disk->n_workers = workers[i];
      disk->at_first_part = kill_server;
      nbd_disk_serve (disk, path, "raw", "0");
      g_assert_false (nbd_disk_stream (disk, &error));
      g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_FAILED);
    }
}

static void reports_a_missing_server (void)
{
  g_autoptr (NbdDisk) disk = nbd_disk_new ();
  g_autoptr (GError) error = NULL;

  g_assert_false (nbd_disk_stream (disk, &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_FAILED);
}

static void refuses_sizes (void)
{
  g_autoptr (NbdDisk) disk = nbd_disk_new ();
  g_autoptr (GError) error = NULL;

  nbd_disk_serve_nbdkit (disk, "null", "size=0", NULL);
  g_assert_false (nbd_disk_stream (disk, &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_NOT_AN_IMAGE);
  nbd_disk_stop_server (disk);
  g_clear_error (&error);
  nbd_disk_serve_nbdkit (disk, "null", "size=65T", NULL);
  g_assert_false (nbd_disk_stream (disk, &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_UNSUPPORTED_IMAGE);
}

/* Planned as an empty disk, then written to. */
static void reports_a_changed_disk (void)
{
  g_autoptr (NbdDisk) disk = nbd_disk_new ();
  g_autofree char *path = nbd_disk_path (disk, "changing.raw");
  g_autoptr (GError) error = NULL;
  EmbarkStreamResult result = { .size = 12345 };

  nbd_disk_write (path, 64 << 20, 512, 0);
  nbd_disk_serve (disk, path, "raw", "0");
  g_assert_true (embark_stream_plan (disk->socket, &disk->plan, NULL, &error));
  nbd_disk_write (path, 0, 32 << 20, 6);
  nbd_disk_stop_server (disk);
  nbd_disk_serve (disk, path, "raw", "0");
  EmbarkStreamPlan plan = disk->plan;
  g_assert_false (
      embark_stream_run (disk->socket, &plan, EMBARK_STREAM_FAST, NULL, NULL, &result, NULL, NULL, NULL, &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_SOURCE_CHANGED);
  g_assert_cmpuint (result.size, ==, 12345);
}

static void adds_up_parts_of_huge_disks (void)
{
  g_autoptr (NbdDisk) disk = nbd_disk_new ();
  g_autoptr (GError) error = NULL;

  nbd_disk_serve_nbdkit (disk, "--no-sr", "null", "size=64T", NULL);
  g_assert_true (embark_stream_plan (disk->socket, &disk->plan, NULL, &error));
  g_assert_cmpuint (disk->plan.allocated, ==, G_GUINT64_CONSTANT (64) << 40);
  g_assert_cmpuint (disk->plan.upper_bound, >, disk->plan.allocated);
  g_assert_cmpuint (disk->plan.upper_bound / disk->plan.part_size, <, 10000);
  g_assert_cmpuint (disk->plan.upper_bound / (disk->plan.part_size / 2), >=, 10000);
}

static EmbarkProcess *serve_lies (NbdDisk *disk, const char *mode)
{
  g_autofree char *script = g_test_build_filename (G_TEST_DIST, "support", "lying_nbd.py", NULL);
  const char *const argv[] = { "/usr/bin/python3", script, disk->socket, mode, NULL };
  g_autoptr (GError) error = NULL;
  EmbarkProcess *server = embark_process_spawn (argv, &error);

  g_assert_no_error (error);
  g_autofree char *line = embark_process_read_line (server, 80, 60, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (line, ==, "ready");
  return server;
}

static void refuses_extents_of_no_bytes (void)
{
  g_autoptr (NbdDisk) disk = nbd_disk_new ();
  g_autoptr (EmbarkProcess) server = serve_lies (disk, "empty");
  g_autoptr (GError) error = NULL;

  g_assert_false (nbd_disk_stream (disk, &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, "contradictory"));
}

/* Nothing is believed beyond the end of the disk, and no list may grow without end. */
static void bounds_extents (void)
{
  static const char *const modes[] = { "endless", "many" };

  for (guint i = 0; i < G_N_ELEMENTS (modes); i++)
    {
      g_autoptr (NbdDisk) disk = nbd_disk_new ();
      g_autoptr (EmbarkProcess) server = serve_lies (disk, modes[i]);
      g_autoptr (GError) error = NULL;

      nbd_disk_stream (disk, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (disk->plan.allocated, ==, 64 << 20);
      g_assert_cmpuint (disk->result.source_bytes, ==, 0);
    }
}

static void is_cancelled_while_planning (void)
{
  g_autoptr (NbdDisk) disk = nbd_disk_new ();
  g_autoptr (EmbarkProcess) server = serve_lies (disk, "silent");
  g_autoptr (GError) error = NULL;
  GThread *thread = g_thread_new ("cancel", cancel_from_thread, disk);

  g_assert_false (nbd_disk_stream (disk, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_thread_join (thread);
}

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/qcow2-stream/raw", streams_raw);
  g_test_add_data_func ("/qcow2-stream/qcow2", "qcow2", streams_formats);
  g_test_add_data_func ("/qcow2-stream/vmdk", "vmdk", streams_formats);
  g_test_add_data_func ("/qcow2-stream/vpc", "vpc", streams_formats);
  g_test_add_func ("/qcow2-stream/backing-chain", streams_a_backing_chain);
  g_test_add_func ("/qcow2-stream/sizes", streams_sizes);
  g_test_add_func ("/qcow2-stream/random", streams_random_data);
  g_test_add_func ("/qcow2-stream/written-zeroes", streams_written_zeroes);
  g_test_add_func ("/qcow2-stream/fragmented", streams_a_fragmented_disk);
  g_test_add_func ("/qcow2-stream/file-system", streams_a_file_system);
  g_test_add_func ("/qcow2-stream/deterministic", is_deterministic);
  g_test_add_func ("/qcow2-stream/connections", shares_connections);
  g_test_add_func ("/qcow2-stream/no-block-status", reads_all_without_block_status);
  g_test_add_func ("/qcow2-stream/cancel", is_cancelled_in_the_middle);
  g_test_add_func ("/qcow2-stream/cancel-waiting", is_cancelled_while_waiting);
  g_test_add_func ("/qcow2-stream/read-error", reports_a_read_error);
  g_test_add_func ("/qcow2-stream/dead-server", reports_a_dead_server);
  g_test_add_func ("/qcow2-stream/missing-server", reports_a_missing_server);
  g_test_add_func ("/qcow2-stream/bad-sizes", refuses_sizes);
  g_test_add_func ("/qcow2-stream/changed", reports_a_changed_disk);
  g_test_add_func ("/qcow2-stream/huge", adds_up_parts_of_huge_disks);
  g_test_add_func ("/qcow2-stream/empty-extents", refuses_extents_of_no_bytes);
  g_test_add_func ("/qcow2-stream/bound-extents", bounds_extents);
  g_test_add_func ("/qcow2-stream/cancel-planning", is_cancelled_while_planning);
  return g_test_run ();
}
