/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Streams the disk behind an NBD socket to a file ("-" drops the bytes) and
 * prints wall seconds, CPU seconds, peak memory in MB, bytes and CRC-64.
 */
#include <fcntl.h>
#include <locale.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "model/stream/qcow2-stream.h"

typedef struct
{
  int fd; /* -1: drop */
  guint64 part_size;
} Target;

static gboolean part_ready_cb (guint number, GBytes *bytes, guint64 crc64, gpointer user_data,
                               GCancellable *cancellable, GError **error)
{
  Target *target = user_data;
  gsize length = 0;
  const guint8 *data = g_bytes_get_data (bytes, &length);
  guint64 offset = (number - 1) * target->part_size;

  while (target->fd >= 0 && length > 0)
    {
      gssize n = pwrite (target->fd, data, length, (off_t) offset);
      if (n <= 0)
        {
          g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "part %u could not be written", number);
          return FALSE;
        }
      data += n;
      offset += (guint64) n;
      length -= (gsize) n;
    }
  return TRUE;
}

static EmbarkStreamLevel parse_level (const char *name)
{
  if (g_strcmp0 (name, "small") == 0)
    return EMBARK_STREAM_SMALL;
  return g_strcmp0 (name, "plain") == 0 ? EMBARK_STREAM_PLAIN : EMBARK_STREAM_FAST;
}

static gboolean run (int argc, char **argv, Target *target, GError **error)
{
  EmbarkStreamPlan plan = { 0 };
  EmbarkStreamResult result = { 0 };
  gint64 start = g_get_monotonic_time ();

  if (!embark_stream_plan (argv[1], &plan, NULL, error))
    return FALSE;
  gint64 planned = g_get_monotonic_time ();
  target->part_size = plan.part_size;
  EmbarkStreamLevel level = parse_level (argc > 3 ? argv[3] : "fast");
  gboolean is_ok =
      argc > 4 ? embark_stream_run_with (argv[1], &plan, level, (guint) g_ascii_strtoull (argv[4], NULL, 10),
                                         part_ready_cb, target, &result, NULL, NULL, NULL, error)
               : embark_stream_run (argv[1], &plan, level, part_ready_cb, target, &result, NULL, NULL, NULL, error);
  if (!is_ok)
    return FALSE;
  struct rusage usage;
  getrusage (RUSAGE_SELF, &usage);
  g_print ("seconds=%.3f plan=%.3f user=%.3f sys=%.3f peak_mb=%.1f bytes=%" G_GUINT64_FORMAT
           " source=%" G_GUINT64_FORMAT " bound=%" G_GUINT64_FORMAT " parts=%u crc64=%" G_GUINT64_FORMAT "\n",
           (double) (g_get_monotonic_time () - start) / G_USEC_PER_SEC, (double) (planned - start) / G_USEC_PER_SEC,
           (double) usage.ru_utime.tv_sec + (double) usage.ru_utime.tv_usec / G_USEC_PER_SEC,
           (double) usage.ru_stime.tv_sec + (double) usage.ru_stime.tv_usec / G_USEC_PER_SEC,
           (double) usage.ru_maxrss / 1024, result.size, result.source_bytes, plan.upper_bound, result.n_parts,
           result.crc64);
  return TRUE;
}

int main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  Target target = { -1, 0 };

  setlocale (LC_ALL, "C.UTF-8");
  if (argc < 3)
    {
      g_printerr ("usage: bench-stream SOCKET FILE|- [fast|small|plain [WORKERS]]\n");
      return 2;
    }
  if (strcmp (argv[2], "-") != 0)
    target.fd = g_open (argv[2], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  gboolean is_ok = run (argc, argv, &target, &error);
  if (target.fd >= 0)
    close (target.fd);
  if (!is_ok)
    g_printerr ("bench-stream: %s\n", error->message);
  return is_ok ? 0 : 1;
}
