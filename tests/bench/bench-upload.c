/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Throughput of EmbarkUpload against parallel curl: the same parts to the same
 * practice cloud over loopback TLS. Argument: MiB to send (default 1024).
 */
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "model/cloud/sign-cos.h"
#include "model/cloud/upload.h"
#include "model/stream/crc64.h"
#include "tests/support/practice-cloud.h"

#define PART_SIZE (8 * 1024 * 1024)
#define PARALLEL 4

typedef struct
{
  PracticeCloud *cloud;
  EmbarkHttp *http;
  EmbarkCredentials *keys;
  EmbarkCos cos;
  GBytes *part;
  guint n_parts;
} Bench;

static GBytes *make_part (void)
{
  guint32 *words = g_malloc (PART_SIZE);

  for (gsize i = 0; i < PART_SIZE / sizeof *words; i++)
    words[i] = g_random_int ();
  return g_bytes_new_take (words, PART_SIZE);
}

/* The last report comes when all parts are acknowledged, before the server puts them together. */
static void note_time_cb (const EmbarkProgress *progress, gpointer user_data)
{
  *(gint64 *) user_data = g_get_monotonic_time ();
}

/* CPU seconds of this process, or of its children that ended. */
static double get_cpu (int who)
{
  struct rusage usage;

  getrusage (who, &usage);
  return (double) (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
         + (double) (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static double measure_embark (Bench *bench)
{
  g_autoptr (GError) error = NULL;
  gint64 start = g_get_monotonic_time (), end = start;
  const EmbarkUploadOptions options = { .progress = note_time_cb, .user_data = &end };
  g_autoptr (EmbarkUpload) upload = embark_upload_new (&bench->cos, "embark", NULL, &options, NULL, &error);
  guint64 part_crc = embark_crc64 (0, g_bytes_get_data (bench->part, NULL), PART_SIZE), crc = 0;

  g_assert_no_error (error);
  for (guint number = 1; number <= bench->n_parts; number++)
    {
      embark_upload_put_part (upload, number, bench->part, part_crc, NULL, &error);
      g_assert_no_error (error);
      crc = number == 1 ? part_crc : embark_crc64_combine (crc, part_crc, PART_SIZE);
    }
  embark_upload_finish (upload, (guint64) bench->n_parts * PART_SIZE, crc, NULL, &error);
  g_assert_no_error (error);
  return (double) (end - start) / G_USEC_PER_SEC;
}

static char *make_part_url (Bench *bench, const char *upload_id, guint number)
{
  g_autofree char *text = g_strdup_printf ("%u", number);
  g_autofree char *host = g_strdup_printf ("%s.cos.%s.myqcloud.com", bench->cos.bucket, bench->cos.region);
  const EmbarkCosPair params[] = { { "partNumber", text }, { "uploadId", upload_id } };
  const EmbarkCosPair headers[] = { { "host", host } };
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  g_autofree char *query =
      embark_sign_cos_presign_query (&(EmbarkSignCos){ "put", "/curl", params, 2, headers, 1 }, PRACTICE_CLOUD_ID,
                                     PRACTICE_CLOUD_KEY, NULL, now - 1, now + 3600);

  return g_strdup_printf ("https://%s/curl?%s", host, query);
}

static void write_config (Bench *bench, const char *upload_id, const char *file, const char *path)
{
  GString *config = g_string_new (NULL);

  for (guint number = 1; number <= bench->n_parts; number++)
    {
      g_autofree char *url = make_part_url (bench, upload_id, number);

      g_string_append_printf (config,
                              "%surl = \"%s\"\nupload-file = \"%s\"\nconnect-to = \"::%s\"\ncacert = \"%s\"\n"
                              "noproxy = \"*\"\nhttp1.1\nsilent\nfail\nheader = \"Expect:\"\noutput = \"/dev/null\"\n",
                              number > 1 ? "next\n" : "", url, file, practice_cloud_get_connect_to (bench->cloud),
                              practice_cloud_get_ca_file (bench->cloud));
    }
  g_assert_true (g_file_set_contents (path, config->str, (gssize) config->len, NULL));
  g_string_free (config, TRUE);
}

static double measure_curl (Bench *bench)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EmbarkUpload) upload =
      embark_upload_new (&bench->cos, "curl", NULL, &(EmbarkUploadOptions){ .parallel = 1 }, NULL, &error);
  g_autofree char *file = g_build_filename (practice_cloud_get_dir (bench->cloud), "part", NULL);
  g_autofree char *config = g_build_filename (practice_cloud_get_dir (bench->cloud), "curl.conf", NULL);
  g_autoptr (GSubprocess) curl = NULL;
  gint64 start;
  double seconds;

  g_assert_no_error (error);
  g_assert_true (g_file_set_contents (file, g_bytes_get_data (bench->part, NULL), PART_SIZE, NULL));
  write_config (bench, embark_upload_get_id (upload), file, config);
  start = g_get_monotonic_time ();
  curl = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, &error, "curl", "--parallel", "--parallel-max",
                           G_STRINGIFY (PARALLEL), "--no-progress-meter", "--config", config, NULL);
  g_assert_no_error (error);
  g_subprocess_wait_check (curl, NULL, &error);
  g_assert_no_error (error);
  seconds = (double) (g_get_monotonic_time () - start) / G_USEC_PER_SEC;
  embark_upload_abort (upload, &error);
  g_assert_no_error (error);
  return seconds;
}

int main (int argc, char **argv)
{
  guint mib = argc > 1 ? (guint) atoi (argv[1]) : 1024;
  Bench bench = { .n_parts = MAX (mib * 1024 / (PART_SIZE / 1024), 1) };
  double embark, curl;

  g_test_init (&argc, &argv, NULL);
  /* curl cannot sign the Content-Length it adds. */
  bench.cloud = practice_cloud_start ((const char *const[]){ "--not-strict", NULL });
  bench.http = embark_http_new (&(EmbarkHttpOptions){ .connect_to = practice_cloud_get_connect_to (bench.cloud),
                                                      .ca_file = practice_cloud_get_ca_file (bench.cloud) });
  bench.keys = embark_credentials_new (PRACTICE_CLOUD_ID, PRACTICE_CLOUD_KEY, NULL);
  bench.cos = (EmbarkCos){ bench.http, bench.keys, PRACTICE_CLOUD_REGION, PRACTICE_CLOUD_BUCKET };
  bench.part = make_part ();
  for (guint round = 0; round < 3; round++)
    {
      double curl_cpu = get_cpu (RUSAGE_CHILDREN), embark_cpu;

      curl = measure_curl (&bench);
      curl_cpu = get_cpu (RUSAGE_CHILDREN) - curl_cpu;
      embark_cpu = get_cpu (RUSAGE_SELF);
      embark = measure_embark (&bench);
      embark_cpu = get_cpu (RUSAGE_SELF) - embark_cpu;
      g_print ("%u MiB: embark %.1f MiB/s, %.2f s of CPU; curl, %u at once, %.1f MiB/s, %.2f s of CPU; ratio %.2f\n",
               mib, mib / embark, embark_cpu, PARALLEL, mib / curl, curl_cpu, curl / embark);
    }
  g_bytes_unref (bench.part);
  embark_http_unref (bench.http);
  embark_credentials_unref (bench.keys);
  practice_cloud_stop (bench.cloud);
  return 0;
}
