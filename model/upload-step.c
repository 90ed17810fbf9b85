/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The upload as a step of a migration: chain → export → stream → multipart
 * upload. The upload id is in the record before the first part, size and
 * checksum of the object before it is completed.
 */
#include "model/migration-steps.h"

#include <glib/gi18n-lib.h>

#include "model/base/errors.h"
#include "model/cloud/upload.h"
#include "model/migration-list.h"
#include "model/source/export.h"
#include "model/stream/qcow2-stream.h"

#define RESTARTS_MAX 2

/* One upload under way. Progress comes from the reading and from the sending threads. */
typedef struct
{
  const EmbarkStep *step;
  EmbarkImageChain *chain; /* borrowed */
  EmbarkCos cos;
  char *region, *bucket, *key;
  EmbarkUpload *upload;
  EmbarkProgressFunc progress;
  gpointer user_data;

  GMutex lock;
  EmbarkProgress report; /* (mutex lock) its stage is what the upload says */
  double read_fraction;  /* (mutex lock) */
  gboolean is_finishing; /* (mutex lock) */
} UploadRun;

static void clear_run (UploadRun *run)
{
  g_clear_pointer (&run->upload, embark_upload_free);
  g_mutex_clear (&run->lock);
  g_free (run->region);
  g_free (run->bucket);
  g_free (run->key);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (UploadRun, clear_run)

static const char *choose_stage (const UploadRun *run)
{
  const EmbarkProgress *report = &run->report;

  if (!g_str_equal (report->stage, "send"))
    return report->stage;
  if (run->is_finishing)
    return "finish";
  return report->bytes_done == 0 && report->bytes_moved == 0 && report->in_flight == 0 ? "read" : "send";
}

/* With the lock held. The size of the object is known only at its end: until then it is reckoned from how much of
 * the disk was read into the bytes that came out. */
static void announce (UploadRun *run)
{
  EmbarkProgress report = run->report;

  if (run->progress == NULL)
    return;
  g_strlcpy (report.stage, choose_stage (run), sizeof report.stage);
  if (run->read_fraction > 0 && run->read_fraction < 1)
    report.bytes_total = MAX ((guint64) ((double) report.bytes_packed / run->read_fraction), report.bytes_packed);
  if (report.bytes_total > 0)
    report.fraction = (double) report.bytes_done / (double) report.bytes_total;
  run->report.bytes_total = report.bytes_total;
  run->progress (&report, run->user_data);
}

static void read_progressed_cb (const EmbarkProgress *progress, gpointer user_data)
{
  UploadRun *run = user_data;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&run->lock);

  run->report.bytes_read = progress->bytes_read;
  run->report.bytes_source = progress->bytes_source;
  run->read_fraction = progress->fraction;
  announce (run);
}

static void sent_progressed_cb (const EmbarkProgress *progress, gpointer user_data)
{
  UploadRun *run = user_data;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&run->lock);

  run->report.bytes_done = progress->bytes_done;
  run->report.bytes_kept = progress->bytes_kept;
  run->report.bytes_moved = progress->bytes_moved;
  run->report.in_flight = progress->in_flight;
  g_strlcpy (run->report.stage, progress->stage, sizeof run->report.stage);
  announce (run);
}

/* A disk that is written to meanwhile is noticed at the next part, not only at the end. */
static gboolean take_part_cb (guint number, GBytes *bytes, guint64 crc64, gpointer user_data, GCancellable *cancellable,
                              GError **error)
{
  UploadRun *run = user_data;

  if (!embark_image_chain_verify (run->chain, error))
    return FALSE;
  g_mutex_lock (&run->lock);
  run->report.bytes_packed += g_bytes_get_size (bytes);
  g_mutex_unlock (&run->lock);
  return embark_upload_put_part (run->upload, number, bytes, crc64, cancellable, error);
}

/* Before the first try, and before another one: nothing was read or sent yet. */
static void reset_report (UploadRun *run)
{
  run->report = (EmbarkProgress){ .stage = "send" };
  run->read_fraction = 0;
  run->is_finishing = FALSE;
}

static void init_run (UploadRun *run, const EmbarkStep *step, EmbarkProgressFunc progress, gpointer user_data)
{
  g_mutex_init (&run->lock);
  run->step = step;
  run->progress = progress;
  run->user_data = user_data;
  run->region = embark_migration_record_dup (step->record, EMBARK_RECORD_REGION);
  run->bucket = embark_migration_record_dup (step->record, EMBARK_RECORD_BUCKET);
  run->key = embark_migration_record_dup (step->record, EMBARK_RECORD_KEY);
  run->cos.http = step->http;
  run->cos.credentials = step->credentials;
  run->cos.region = run->region;
  run->cos.bucket = run->bucket;
  reset_report (run);
}

static gboolean note_upload (EmbarkMigrationRecord *record, const char *upload_id, GError **error)
{
  embark_migration_record_set (record, EMBARK_RECORD_UPLOAD_ID, upload_id);
  return embark_migration_record_save (record, error);
}

/* A lost answer of Complete, or a crash right behind it: the object may be there, whole. */
static gboolean is_object_there (UploadRun *run, GCancellable *cancellable)
{
  g_autofree char *crc = embark_migration_record_dup (run->step->record, EMBARK_RECORD_OBJECT_CRC);
  guint64 size = embark_migration_record_get_uint (run->step->record, EMBARK_RECORD_OBJECT_SIZE);
  EmbarkObjectInfo info = { 0 };
  gboolean is_there;

  if (crc == NULL || size == 0 || !embark_object_head (&run->cos, run->key, &info, cancellable, NULL))
    return FALSE;
  is_there = info.size == size && info.has_crc64 && info.crc64 == g_ascii_strtoull (crc, NULL, 10);
  embark_object_info_clear (&info);
  return is_there;
}

/* A key that the user chose must not replace an object that is there already. */
static gboolean check_key_is_free (UploadRun *run, GCancellable *cancellable, GError **error)
{
  EmbarkObjectInfo info = { 0 };
  g_autoptr (GError) local = NULL;

  if (embark_object_head (&run->cos, run->key, &info, cancellable, &local))
    {
      embark_object_info_clear (&info);
      /* Translators: an object key, then a bucket. */
      g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_NAME_TAKEN,
                   _ ("“%s” is already in the bucket “%s”. Choose another key, or delete that object first."), run->key,
                   run->bucket);
      return FALSE;
    }
  /* A bucket that is not there answers the same; starting the upload tells them apart. So may a right that is
   * missing: then the upload decides. */
  if (g_error_matches (local, EMBARK_ERROR, EMBARK_ERROR_NOT_FOUND)
      || g_error_matches (local, EMBARK_ERROR, EMBARK_ERROR_NO_BUCKET)
      || g_error_matches (local, EMBARK_ERROR, EMBARK_ERROR_PERMISSION))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

static EmbarkUpload *open_upload (UploadRun *run, const char *upload_id, GCancellable *cancellable, GError **error)
{
  const EmbarkUploadOptions options = { .gate = run->step->gate, .progress = sent_progressed_cb, .user_data = run };

  return embark_upload_new (&run->cos, run->key, upload_id, &options, cancellable, error);
}

/* A lost answer of the start leaves an upload whose id nobody ever heard. When ours has ended, what the bucket still
 * has under the key is that. */
static void remove_strays (UploadRun *run, GCancellable *cancellable)
{
  g_autoptr (GError) error = NULL;

  if (embark_migration_record_is (run->step->record, EMBARK_RECORD_UPLOAD_BEGUN)
      && !embark_upload_abort_strays (&run->cos, run->key, cancellable, &error))
    g_info ("could not look for uploads left of %s: %s", run->key, error->message);
}

/* The id comes with the answer: whoever dies before it is written leaves an upload that only its key tells of. */
static gboolean start_upload (UploadRun *run, GCancellable *cancellable, GError **error)
{
  EmbarkMigrationRecord *record = run->step->record;

  remove_strays (run, cancellable);
  embark_migration_record_set_flag (record, EMBARK_RECORD_UPLOAD_BEGUN, TRUE);
  if (!embark_migration_record_save (record, error))
    return FALSE;
  run->upload = open_upload (run, NULL, cancellable, error);
  if (run->upload == NULL)
    return FALSE;
  if (note_upload (record, embark_upload_get_id (run->upload), error))
    return TRUE;
  /* What cannot be remembered must not be left behind. */
  embark_upload_abort (run->upload, NULL);
  return FALSE;
}

static gboolean begin_upload (UploadRun *run, gboolean *ret_is_done, GCancellable *cancellable, GError **error)
{
  EmbarkMigrationRecord *record = run->step->record;
  g_autofree char *upload_id = embark_migration_record_dup (record, EMBARK_RECORD_UPLOAD_ID);
  g_autoptr (GError) local = NULL;

  *ret_is_done = FALSE;
  if (upload_id != NULL)
    {
      run->upload = open_upload (run, upload_id, cancellable, &local);
      if (run->upload != NULL)
        return TRUE;
      if (!g_error_matches (local, EMBARK_ERROR, EMBARK_ERROR_NO_UPLOAD))
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
    }
  if (is_object_there (run, cancellable))
    {
      *ret_is_done = TRUE;
      return note_upload (record, NULL, error);
    }
  if (upload_id == NULL && !check_key_is_free (run, cancellable, error))
    return FALSE;
  return start_upload (run, cancellable, error);
}

static gboolean finish_upload (UploadRun *run, const EmbarkStreamResult *result, GCancellable *cancellable,
                               GError **error)
{
  EmbarkMigrationRecord *record = run->step->record;
  g_autofree char *crc = g_strdup_printf ("%" G_GUINT64_FORMAT, result->crc64);

  embark_migration_record_set_uint (record, EMBARK_RECORD_OBJECT_SIZE, result->size);
  embark_migration_record_set (record, EMBARK_RECORD_OBJECT_CRC, crc);
  embark_migration_record_set_uint (record, EMBARK_RECORD_SOURCE_SIZE, result->source_bytes);
  if (!embark_migration_record_save (record, error))
    return FALSE;
  g_mutex_lock (&run->lock);
  run->report.bytes_total = result->size;
  run->report.bytes_packed = result->size;
  run->read_fraction = 1;
  run->is_finishing = TRUE;
  announce (run);
  g_mutex_unlock (&run->lock);
  return embark_upload_finish (run->upload, result->size, result->crc64, cancellable, error);
}

static EmbarkStreamLevel get_level (EmbarkMigrationRecord *record)
{
  g_autofree char *word = embark_migration_record_dup (record, EMBARK_RECORD_LEVEL);

  if (g_strcmp0 (word, EMBARK_LEVEL_SMALL) == 0)
    return EMBARK_STREAM_SMALL;
  return g_strcmp0 (word, EMBARK_LEVEL_NONE) == 0 ? EMBARK_STREAM_PLAIN : EMBARK_STREAM_FAST;
}

static gboolean send_disk (UploadRun *run, const char *socket, GCancellable *cancellable, GError **error)
{
  EmbarkStreamPlan plan;
  EmbarkStreamResult result;

  if (!embark_stream_plan (socket, &plan, cancellable, error)
      || !embark_stream_run (socket, &plan, get_level (run->step->record), take_part_cb, run, &result,
                             read_progressed_cb, run, cancellable, error))
    return FALSE;
  return embark_image_chain_verify (run->chain, error) && finish_upload (run, &result, cancellable, error);
}

static gboolean remove_upload (UploadRun *run, GError **error)
{
  g_autofree char *upload_id = embark_migration_record_dup (run->step->record, EMBARK_RECORD_UPLOAD_ID);

  if (run->upload != NULL && !embark_upload_abort (run->upload, error))
    return FALSE;
  if (run->upload == NULL && upload_id != NULL
      && !embark_upload_remove_unfinished (&run->cos, run->key, upload_id, NULL, error))
    return FALSE;
  remove_strays (run, NULL);
  return note_upload (run->step->record, NULL, error);
}

/* Whatever stopped it, what was sent is worth keeping, unless its user says otherwise: also of a disk that changed,
 * much may still be the same, and each part is compared before it is used. */
static void leave_upload (UploadRun *run)
{
  g_autoptr (GError) error = NULL;

  if (embark_migration_record_is (run->step->record, EMBARK_RECORD_UNWANTED) && !remove_upload (run, &error))
    g_warning ("could not remove the unfinished upload of %s: %s", run->key, error->message);
}

static EmbarkImageChain *open_checked_chain (const EmbarkStep *self, GCancellable *cancellable, GError **error)
{
  g_autofree char *checked = embark_migration_record_dup (self->record, EMBARK_RECORD_FINGERPRINT);
  g_autoptr (EmbarkDiskSource) source = embark_step_make_source (self, cancellable, error);

  return source != NULL ? embark_disk_source_open_checked (source, checked, cancellable, error) : NULL;
}

static gboolean send_whole (UploadRun *run, const char *socket, GCancellable *cancellable, GError **error)
{
  gboolean is_done = FALSE;

  if (!begin_upload (run, &is_done, cancellable, error))
    return FALSE;
  if (is_done)
    return TRUE;
  if (!send_disk (run, socket, cancellable, error))
    return FALSE;
  remove_strays (run, cancellable);
  return note_upload (run->step->record, NULL, error);
}

/* Unfinished uploads may be removed by a rule of the bucket or by others: then it begins anew, with what is known to be
 * gone forgotten first. */
static gboolean send_until_held (UploadRun *run, const char *socket, GCancellable *cancellable, GError **error)
{
  for (guint n_restarts = 0;; n_restarts++)
    {
      g_autoptr (GError) local = NULL;

      if (send_whole (run, socket, cancellable, &local))
        return TRUE;
      if (!g_error_matches (local, EMBARK_ERROR, EMBARK_ERROR_NO_UPLOAD) || n_restarts >= RESTARTS_MAX)
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      g_message ("%s is not under way in the bucket any more, sending it again", run->key);
      g_clear_pointer (&run->upload, embark_upload_free);
      if (!note_upload (run->step->record, NULL, error))
        return FALSE;
      g_mutex_lock (&run->lock);
      reset_report (run);
      g_mutex_unlock (&run->lock);
    }
}

gboolean embark_step_upload (const EmbarkStep *self, EmbarkProgressFunc progress, gpointer user_data,
                             GCancellable *cancellable, GError **error)
{
  g_autoptr (EmbarkImageChain) chain = NULL;
  g_autoptr (EmbarkExport) export = NULL;
  g_auto (UploadRun) run = { 0 };
  g_autoptr (GError) local = NULL;

  init_run (&run, self, progress, user_data);
  chain = open_checked_chain (self, cancellable, &local);
  run.chain = chain;
  if (chain != NULL
      && (embark_migration_record_is (self->record, EMBARK_RECORD_UPLOAD_ONLY)
          || embark_step_check_import (self, cancellable, &local)))
    export = embark_export_start (chain, self->source->runtime_dir, cancellable, &local);
  if (export != NULL && send_until_held (&run, embark_export_get_socket (export), cancellable, &local))
    return TRUE;
  leave_upload (&run);
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

gboolean embark_step_forget_upload (const EmbarkStep *self, GCancellable *cancellable, GError **error)
{
  g_auto (UploadRun) run = { 0 };

  init_run (&run, self, NULL, NULL);
  return remove_upload (&run, error);
}
