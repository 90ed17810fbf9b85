/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Both stages through a real qemu-nbd, with a program in the place of the appliance that counts how often it is asked.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "model/base/errors.h"
#include "model/context-private.h"
#include "model/disk-private.h"
#include "model/source/image-chain.h"
#include "tests/support/image-folder.h"

#define MIB (1024 * 1024)

typedef struct
{
  ImageFolder *folder;
  EmbarkContext *context;
  EmbarkDiskSource *source;
  guint n_first_stages;
} Fixture;

/* @extra: what it does before it answers. */
static void write_helper (Fixture *fixture, const char *extra)
{
  g_autofree char *path = image_folder_get_path (fixture->folder, "helper");
  g_autofree char *calls = image_folder_get_path (fixture->folder, "calls");
  g_autofree char *script =
      g_strdup_printf ("#!/bin/sh\nread request\necho call >> '%s'\n%s\n"
                       "echo '{\"event\":\"facts\",\"slow\":true,\"facts\":{\"os\":{\"found\":true,\"type\":\"linux\"},"
                       "\"disk\":{\"partitionTable\":\"mbr\"}}}'\n",
                       calls, extra);

  g_assert_true (g_file_set_contents_full (path, script, -1, G_FILE_SET_CONTENTS_NONE, 0700, NULL));
}

static guint count_calls (Fixture *fixture)
{
  g_autofree char *path = image_folder_get_path (fixture->folder, "calls");
  g_autofree char *text = NULL;
  gsize length = 0;

  g_file_get_contents (path, &text, &length, NULL);
  return (guint) length / 5;
}

/* Two partitions, some data. */
static void make_image (ImageFolder *folder)
{
  guint8 sector[512] = { 0 };
  g_autofree char *path = image_folder_get_path (folder, "disk.raw");
  int fd;

  image_folder_make_raw (folder, "disk.raw", 64 * MIB);
  memcpy (sector + 446, "\x80\0\0\0\x83\0\0\0\0\x08\0\0\0\0\1\0", 16);
  memcpy (sector + 462, "\0\0\0\0\x82\0\0\0\0\x08\1\0\0\x80\0\0", 16);
  memcpy (sector + 510, "\x55\xAA", 2);
  fd = g_open (path, O_WRONLY | O_CLOEXEC, 0);
  g_assert_cmpint (pwrite (fd, sector, sizeof sector, 0), ==, sizeof sector);
  close (fd);
  image_folder_run (folder, "qemu-img", "convert", "-f", "raw", "-O", "qcow2", "disk.raw", "disk.qcow2", NULL);
}

static void set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->folder = image_folder_new ();
  g_autofree char *helper = image_folder_get_path (fixture->folder, "helper");
  g_autofree char *cache = image_folder_get_path (fixture->folder, "cache");
  g_autofree char *state = image_folder_get_path (fixture->folder, "state");
  EmbarkContextOptions options = { .state_dir = state, .cache_dir = cache, .guest_helper = helper };

  make_image (fixture->folder);
  write_helper (fixture, ":");
  fixture->context = embark_context_new (&options, &error);
  g_assert_no_error (error);
  fixture->source = g_new0 (EmbarkDiskSource, 1);
  fixture->source->path = image_folder_get_path (fixture->folder, "disk.qcow2");
  embark_context_fill_source (fixture->context, fixture->source);
}

static void tear_down (Fixture *fixture, gconstpointer data)
{
  embark_disk_source_free (fixture->source);
  embark_context_close (fixture->context);
  g_object_unref (fixture->context);
  image_folder_free (fixture->folder);
}

static gboolean tick_cb (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

/* Until the times of the file are old enough to be trusted. */
static void settle (Fixture *fixture)
{
  guint tick = g_timeout_add (5, tick_cb, NULL);

  for (;;)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (EmbarkImageChain) chain = embark_image_chain_open (fixture->source->path, NULL, NULL, NULL, &error);
      g_autofree char *identity = NULL;

      g_assert_no_error (error);
      identity = embark_image_chain_get_identity (chain);
      if (identity != NULL)
        break;
      g_main_context_iteration (NULL, TRUE);
    }
  g_source_remove (tick);
}

static void first_stage_cb (EmbarkLook *look, gpointer user_data)
{
  Fixture *fixture = user_data;

  g_assert_true (embark_facts_has (look->facts, "disk.partitions"));
  g_assert_true (embark_facts_has (look->facts, "stream.upperBound"));
  g_assert_false (embark_facts_has (look->facts, "os"));
  fixture->n_first_stages++;
  embark_look_free (look);
}

static EmbarkLook *try_look (Fixture *fixture, gboolean is_again, GError **error)
{
  EmbarkLookOptions options = { .is_again = is_again, .first_stage = first_stage_cb, .user_data = fixture };

  return embark_look_inside (fixture->source, &options, NULL, error);
}

static void check_look (Fixture *fixture, gboolean is_again, gboolean is_kept, guint n_calls)
{
  g_autoptr (GError) error = NULL;
  guint n_first_stages = fixture->n_first_stages;
  g_autoptr (EmbarkLook) look = try_look (fixture, is_again, &error);

  g_assert_no_error (error);
  g_assert_cmpint (look->is_kept, ==, is_kept);
  g_assert_true (look->is_slow);
  g_assert_cmpuint (fixture->n_first_stages, ==, n_first_stages + (is_kept ? 0 : 1));
  g_assert_cmpuint (count_calls (fixture), ==, n_calls);
  g_assert_cmpstr (embark_facts_get_string (look->facts, "os.type"), ==, "linux");
  g_assert_true (embark_facts_has (look->facts, "stream.estimate.likely"));
  g_assert_cmpuint (json_array_get_length (embark_facts_get_list (look->facts, "image.files")), ==, 1);
  g_assert_cmpuint (json_array_get_length (embark_facts_get_list (look->facts, "disk.partitions")), ==, 2);
}

static void test_layout (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EmbarkLook) look = embark_look_at_layout (fixture->source, NULL, NULL, NULL, &error);
  JsonObject *swap;

  g_assert_no_error (error);
  g_assert_cmpuint (count_calls (fixture), ==, 0);
  g_assert_cmpstr (embark_facts_get_string (look->facts, "image.format"), ==, "qcow2");
  g_assert_cmpstr (embark_facts_get_string (look->facts, "disk.partitionTable"), ==, "mbr");
  g_assert_cmpstr (embark_facts_get_string (look->facts, "boot.firmware"), ==, "bios");
  g_assert_true (embark_facts_has (look->facts, "stream.allocated"));
  g_assert_false (embark_facts_has (look->facts, "stream.estimate"));
  g_assert_false (embark_facts_has (look->facts, "os"));
  swap = json_array_get_object_element (embark_facts_get_list (look->facts, "disk.partitions"), 1);
  g_assert_cmpint (json_object_get_int_member (swap, "start"), ==, 33 * MIB);
  g_assert_cmpint (json_object_get_int_member (swap, "size"), ==, 16 * MIB);
}

static void test_layout_held (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->source->holder = g_strdup ("web");
  g_assert_null (embark_look_at_layout (fixture->source, NULL, NULL, NULL, &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_IN_USE);
}

static void test_kept (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL, held_error = NULL;
  g_autoptr (EmbarkLook) look = NULL;
  gint64 start = g_get_real_time () / G_USEC_PER_SEC;

  settle (fixture);
  check_look (fixture, FALSE, FALSE, 1);
  check_look (fixture, FALSE, TRUE, 1);
  check_look (fixture, TRUE, FALSE, 2);
  check_look (fixture, FALSE, TRUE, 2);
  look = try_look (fixture, FALSE, &error);
  g_assert_no_error (error);
  g_assert_cmpint (look->looked_at, >=, start);
  fixture->source->holder = g_strdup ("web");
  g_assert_null (try_look (fixture, FALSE, &held_error));
  g_assert_error (held_error, EMBARK_ERROR, EMBARK_ERROR_IN_USE);
}

static void test_changed_times (Fixture *fixture, gconstpointer data)
{
  struct timespec times[2] = { { 1000000000, 1 }, { 1000000000, 1 } };

  settle (fixture);
  check_look (fixture, FALSE, FALSE, 1);
  g_assert_cmpint (utimensat (AT_FDCWD, fixture->source->path, times, 0), ==, 0);
  settle (fixture);
  check_look (fixture, FALSE, FALSE, 2);
  /* Back to the same time of change: that it was set shows. */
  g_assert_cmpint (utimensat (AT_FDCWD, fixture->source->path, times, 0), ==, 0);
  settle (fixture);
  check_look (fixture, FALSE, FALSE, 3);
  check_look (fixture, FALSE, TRUE, 3);
}

static void test_changed_inode (Fixture *fixture, gconstpointer data)
{
  settle (fixture);
  check_look (fixture, FALSE, FALSE, 1);
  image_folder_run (fixture->folder, "cp", "-p", "disk.qcow2", "copy", NULL);
  image_folder_run (fixture->folder, "mv", "copy", "disk.qcow2", NULL);
  settle (fixture);
  check_look (fixture, FALSE, FALSE, 2);
}

/* The backing file counts as much as the top. */
static void test_changed_backing (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EmbarkLook) first = NULL, kept = NULL, other = NULL;

  image_folder_run (fixture->folder, "qemu-img", "create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", "disk.qcow2",
                    "top.qcow2", NULL);
  g_free (fixture->source->path);
  fixture->source->path = image_folder_get_path (fixture->folder, "top.qcow2");
  settle (fixture);
  first = try_look (fixture, FALSE, &error);
  g_assert_no_error (error);
  kept = try_look (fixture, FALSE, &error);
  g_assert_no_error (error);
  g_assert_true (kept->is_kept);
  image_folder_run (fixture->folder, "qemu-io", "-f", "qcow2", "-c", "write -P 7 2M 64k", "disk.qcow2", NULL);
  settle (fixture);
  other = try_look (fixture, FALSE, &error);
  g_assert_no_error (error);
  g_assert_false (other->is_kept);
  g_assert_cmpuint (count_calls (fixture), ==, 2);
}

static void test_failed (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  settle (fixture);
  write_helper (fixture, "echo '{\"event\":\"error\",\"code\":\"appliance\",\"message\":\"no\"}'; exit");
  g_assert_null (try_look (fixture, FALSE, &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_APPLIANCE);
  write_helper (fixture, ":");
  check_look (fixture, FALSE, FALSE, 2);
}

static void test_changed_meanwhile (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *write = g_strdup_printf ("echo >> '%s'", fixture->source->path);

  settle (fixture);
  write_helper (fixture, write);
  g_assert_null (try_look (fixture, FALSE, &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_SOURCE_CHANGED);
  write_helper (fixture, ":");
  settle (fixture);
  check_look (fixture, FALSE, FALSE, 2);
}

/* Within one tick of the clock a file could be changed without showing it. */
static void test_just_written (Fixture *fixture, gconstpointer data)
{
  struct timespec future = { g_get_real_time () / G_USEC_PER_SEC + 3600, 0 };
  struct timespec times[2] = { future, future };

  g_assert_cmpint (utimensat (AT_FDCWD, fixture->source->path, times, 0), ==, 0);
  check_look (fixture, FALSE, FALSE, 1);
  check_look (fixture, FALSE, FALSE, 2);
}

static void report_changed_cb (EmbarkDisk *disk, GParamSpec *pspec, gpointer user_data)
{
  Fixture *fixture = user_data;
  g_autofree char *gate = image_folder_get_path (fixture->folder, "gate");
  int fd;

  if (embark_disk_get_job (disk) == NULL || embark_disk_get_report (disk) == NULL)
    return;
  g_assert_cmpuint (embark_disk_get_virtual_size (disk), ==, 64 * MIB);
  g_assert_null (embark_disk_get_fingerprint (disk));
  fixture->n_first_stages++;
  if (fixture->n_first_stages == 1)
    {
      fd = g_open (gate, O_WRONLY | O_CLOEXEC, 0);
      g_assert_cmpint (fd, >=, 0);
      close (fd);
    }
}

static EmbarkDisk *make_disk (Fixture *fixture)
{
  EmbarkDiskSource *source = g_new0 (EmbarkDiskSource, 1);

  source->path = g_strdup (fixture->source->path);
  return embark_disk_new (fixture->context, source, NULL, NULL);
}

/* The helper waits until the report of the first stage is there. */
static void test_disk_shows_first_stage (Fixture *fixture, gconstpointer data)
{
  g_autofree char *gate = image_folder_get_path (fixture->folder, "gate");
  g_autofree char *wait = g_strdup_printf ("cat '%s' > /dev/null", gate);
  g_autoptr (EmbarkDisk) disk = make_disk (fixture);
  gint64 checked_at;

  settle (fixture);
  g_assert_cmpint (mkfifo (gate, 0600), ==, 0);
  write_helper (fixture, wait);
  g_signal_connect (disk, "notify::report", G_CALLBACK (report_changed_cb), fixture);
  embark_job_wait (embark_disk_check (disk));
  g_assert_cmpuint (fixture->n_first_stages, ==, 1);
  g_assert_nonnull (embark_disk_get_fingerprint (disk));
  g_assert_cmpstr (embark_facts_get_string (embark_report_get_facts (embark_disk_get_report (disk)), "os.type"), ==,
                   "linux");
  checked_at = embark_disk_get_checked_at (disk);

  write_helper (fixture, "exit 1");
  g_signal_handlers_disconnect_by_data (disk, fixture);
  embark_job_wait (embark_disk_check_again (disk));
  g_assert_error (embark_disk_get_error (disk), EMBARK_ERROR, EMBARK_ERROR_APPLIANCE);
  g_assert_cmpstr (embark_facts_get_string (embark_report_get_facts (embark_disk_get_report (disk)), "os.type"), ==,
                   "linux");
  g_assert_cmpint (embark_disk_get_checked_at (disk), ==, checked_at);
}

/* What the first stage saw outlives the failure of the second. */
static void test_disk_keeps_first_stage (Fixture *fixture, gconstpointer data)
{
  g_autoptr (EmbarkDisk) disk = make_disk (fixture);
  EmbarkFacts *facts;
  guint64 size = 0;

  settle (fixture);
  write_helper (fixture, "exit 1");
  embark_job_wait (embark_disk_check (disk));
  g_assert_error (embark_disk_get_error (disk), EMBARK_ERROR, EMBARK_ERROR_APPLIANCE);
  g_assert_nonnull (embark_disk_get_report (disk));
  g_assert_null (embark_disk_get_fingerprint (disk));
  facts = embark_report_get_facts (embark_disk_get_report (disk));
  g_assert_true (embark_facts_get_uint (facts, "image.virtualSize", &size));
  g_assert_cmpuint (size, ==, 64 * MIB);
  g_assert_cmpstr (embark_facts_get_unknown (facts, "os.type"), ==, "looking inside failed");
  g_assert_false (embark_report_is_partial (embark_disk_get_report (disk)));
  g_assert_cmpint (embark_disk_get_verdict (disk), ==, EMBARK_VERDICT_UNKNOWN);

  write_helper (fixture, ":");
  embark_job_wait (embark_disk_check_again (disk));
  g_assert_null (embark_disk_get_error (disk));
  g_assert_nonnull (embark_disk_get_fingerprint (disk));
}

static void test_disk_changed_meanwhile (Fixture *fixture, gconstpointer data)
{
  g_autofree char *write = g_strdup_printf ("echo >> '%s'", fixture->source->path);
  g_autoptr (EmbarkDisk) disk = make_disk (fixture);

  settle (fixture);
  write_helper (fixture, write);
  embark_job_wait (embark_disk_check (disk));
  g_assert_error (embark_disk_get_error (disk), EMBARK_ERROR, EMBARK_ERROR_SOURCE_CHANGED);
  g_assert_null (embark_disk_get_report (disk));
}

static void cancel_with_report_cb (EmbarkDisk *disk, GParamSpec *pspec, gpointer user_data)
{
  if (embark_disk_get_job (disk) != NULL && embark_disk_get_report (disk) != NULL)
    embark_disk_cancel_check (disk);
}

static void test_disk_cancelled (Fixture *fixture, gconstpointer data)
{
  g_autoptr (EmbarkDisk) disk = make_disk (fixture);
  EmbarkFacts *facts;

  write_helper (fixture, "exec sleep 60");
  g_signal_connect (disk, "notify::report", G_CALLBACK (cancel_with_report_cb), NULL);
  embark_job_wait (embark_disk_check (disk));
  g_assert_null (embark_disk_get_error (disk));
  g_assert_nonnull (embark_disk_get_report (disk));
  g_assert_null (embark_disk_get_fingerprint (disk));
  facts = embark_report_get_facts (embark_disk_get_report (disk));
  g_assert_nonnull (embark_facts_get_unknown (facts, "os.type"));
  g_assert_cmpint (embark_disk_get_verdict (disk), !=, EMBARK_VERDICT_READY);
}

static void test_disk_headers (Fixture *fixture, gconstpointer data)
{
  g_autoptr (EmbarkDisk) disk = make_disk (fixture);

  embark_job_wait (embark_disk_check_headers (disk));
  g_assert_cmpuint (count_calls (fixture), ==, 0);
  g_assert_nonnull (embark_disk_get_report (disk));
  g_assert_null (embark_disk_get_fingerprint (disk));
  g_assert_cmpint (embark_disk_get_verdict (disk), ==, EMBARK_VERDICT_UNKNOWN);
}

#define ADD(name, func) g_test_add ("/disk-look/" name, Fixture, NULL, set_up, func, tear_down)

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("layout", test_layout);
  ADD ("layout-held", test_layout_held);
  ADD ("kept", test_kept);
  ADD ("changed-times", test_changed_times);
  ADD ("changed-inode", test_changed_inode);
  ADD ("changed-backing", test_changed_backing);
  ADD ("failed", test_failed);
  ADD ("changed-meanwhile", test_changed_meanwhile);
  ADD ("just-written", test_just_written);
  ADD ("disk-shows-first-stage", test_disk_shows_first_stage);
  ADD ("disk-keeps-first-stage", test_disk_keeps_first_stage);
  ADD ("disk-changed-meanwhile", test_disk_changed_meanwhile);
  ADD ("disk-cancelled", test_disk_cancelled);
  ADD ("disk-headers", test_disk_headers);
  return g_test_run ();
}
