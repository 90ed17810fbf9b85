/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * For tests of EmbarkUpload: a practice cloud, an object whose parts are the
 * same every time, and a watch over what an upload reports.
 */
#pragma once

#include "model/cloud/upload.h"
#include "tests/support/practice-cloud.h"

G_BEGIN_DECLS

#define PART_SIZE (1024 * 1024)
#define LAST_SIZE 123456
#define N_PARTS 5
#define TOTAL ((N_PARTS - 1) * (guint64) PART_SIZE + LAST_SIZE)

/* A temporary key of a practice cloud that was started with it. */
#define TEMPORARY_ID "AKIDtemporary"
#define TEMPORARY_KEY "temporarySecretKey"
#define TEMPORARY_TOKEN "temporaryToken"

typedef struct
{
  PracticeCloud *cloud;
  EmbarkHttp *http;
  EmbarkCredentials *keys;
  EmbarkCos cos;
} UploadFixture;

void upload_fixture_set_up (UploadFixture *fixture, gconstpointer data);
/* The key of the cloud is the temporary one. */
void upload_fixture_set_up_temporary (UploadFixture *fixture, gconstpointer data);
void upload_fixture_tear_down (UploadFixture *fixture, gconstpointer data);

/* Part @number of the test object: the same bytes every time, others for every number. */
GBytes *upload_fixture_make_part (guint number);
guint64 upload_fixture_compute_crc (GBytes *bytes, guint64 crc);
guint64 upload_fixture_compute_object_crc (void);
gboolean upload_fixture_put_parts (EmbarkUpload *upload, guint first, guint last, GCancellable *cancellable,
                                   GError **error);
gboolean upload_fixture_finish (EmbarkUpload *upload, GCancellable *cancellable, GError **error);
/* All of an upload that was opened with @options. */
gboolean upload_fixture_send_whole (UploadFixture *fixture, const char *key, const EmbarkUploadOptions *options,
                                    GCancellable *cancellable, GError **error);
/* Looks at the file behind the object, not at what the cloud says of it; and nothing else is there. */
void upload_fixture_assert_whole (UploadFixture *fixture, const char *key);

/* Give its watch function and itself to an upload; then look. */
typedef struct
{
  GMutex mutex;
  EmbarkProgress last;
  guint reports, most_in_flight;
  gboolean has_gone_back;                                              /* any of the numbers */
  gboolean is_offline, is_paused, is_finishing;                        /* such a report came */
  void (*report_func) (const EmbarkProgress *progress, gpointer data); /* (nullable) */
  gpointer data;
} UploadWatch;

void upload_watch_cb (const EmbarkProgress *progress, gpointer watch);

G_END_DECLS
