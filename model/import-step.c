/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The import as a step of a migration. ImportImage has no token that makes a
 * second request harmless, so the image name serves: that it may have been sent
 * is in the record first, and an image of that name is then ours.
 */
#include "model/migration-steps.h"

#include <glib/gi18n-lib.h>

#include "model/base/errors.h"
#include "model/cloud/bucket.h"
#include "model/cloud/import.h"

/* The presigned URL has to live until the cloud has fetched the object. */
#define URL_SECONDS (24 * 60 * 60)
/* An accepted import may take minutes until it is listed. */
#define APPEAR_SECONDS (30 * 60)
/* Of the 60 characters of a name, with room for a number. */
#define STEM_MAX_CHARS 55

typedef struct
{
  const EmbarkStep *step;
  EmbarkCvm cvm;
  char *region, *bucket, *key, *name, *image_id;
  EmbarkProgressFunc progress;
  gpointer user_data;
} ImportRun;

static void clear_run (ImportRun *run)
{
  g_free (run->region);
  g_free (run->bucket);
  g_free (run->key);
  g_free (run->name);
  g_free (run->image_id);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ImportRun, clear_run)

static void announce (const ImportRun *run, const char *stage)
{
  EmbarkProgress report = { 0 };

  if (run->progress == NULL)
    return;
  report.fraction = -1;
  g_strlcpy (report.stage, stage, sizeof report.stage);
  run->progress (&report, run->user_data);
}

/* Waits without sleeping through a cancel. */
static gboolean wait_seconds (guint seconds, GCancellable *cancellable, GError **error)
{
  GPollFD fd = { 0 };

  if (!g_cancellable_make_pollfd (cancellable, &fd))
    {
      g_set_error_literal (
          error, EMBARK_ERROR, EMBARK_ERROR_FAILED,
          _ ("Too many files are open in this program. Close it and start it again; the import goes on "
             "in the cloud."));
      return FALSE;
    }
  g_poll (&fd, 1, (int) seconds * 1000);
  g_cancellable_release_fd (cancellable);
  return !g_cancellable_set_error_if_cancelled (cancellable, error);
}

static const char *translate_architecture (const char *architecture)
{
  if (g_strcmp0 (architecture, "i386") == 0 || g_strcmp0 (architecture, "i686") == 0)
    return "i386";
  if (g_strcmp0 (architecture, "aarch64") == 0)
    return "arm_64";
  return "x86_64";
}

static char *build_url (ImportRun *run)
{
  EmbarkCos cos = { run->step->http, run->step->credentials, run->region, run->bucket };

  /* A link serves one import only, and two that are signed in the same second would be the same. */
  return embark_object_presign (&cos, run->key, URL_SECONDS + (guint) g_random_int_range (0, 3600));
}

/* *ret_params points into *ret_systems, which the caller frees. */
static gboolean choose_system (ImportRun *run, GPtrArray **ret_systems, EmbarkImportParams *ret_params,
                               GCancellable *cancellable, GError **error)
{
  EmbarkMigrationRecord *record = run->step->record;
  g_autofree char *os_type = embark_migration_record_dup (record, EMBARK_RECORD_OS_TYPE);
  g_autofree char *distribution = embark_migration_record_dup (record, EMBARK_RECORD_DISTRIBUTION);
  g_autofree char *product = embark_migration_record_dup (record, EMBARK_RECORD_PRODUCT);
  g_autofree char *architecture = embark_migration_record_dup (record, EMBARK_RECORD_ARCHITECTURE);
  g_autoptr (GPtrArray) systems = embark_import_list_os (&run->cvm, cancellable, error);

  if (systems == NULL)
    return FALSE;
  if (!embark_import_choose_os (systems, g_strcmp0 (os_type, "windows") == 0, distribution, product,
                                (guint) embark_migration_record_get_uint (record, EMBARK_RECORD_MAJOR),
                                (guint) embark_migration_record_get_uint (record, EMBARK_RECORD_MINOR),
                                &ret_params->os_type, &ret_params->os_version))
    {
      g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_CLOUD,
                   _ ("The cloud imports no system like “%s” in this region. Choose a bucket in another region."),
                   product != NULL ? product : (distribution != NULL ? distribution : "?"));
      return FALSE;
    }
  ret_params->architecture = translate_architecture (architecture);
  *ret_systems = g_steal_pointer (&systems);
  return TRUE;
}

static gboolean submit (ImportRun *run, GCancellable *cancellable, GError **error)
{
  EmbarkMigrationRecord *record = run->step->record;
  g_autofree char *firmware = embark_migration_record_dup (record, EMBARK_RECORD_FIRMWARE);
  g_autofree char *url = build_url (run);
  g_autoptr (GPtrArray) systems = NULL;
  EmbarkImportParams params = { 0 };

  if (!choose_system (run, &systems, &params, cancellable, error))
    return FALSE;
  params.name = run->name;
  params.boot_mode = g_strcmp0 (firmware, "uefi") == 0 ? "UEFI" : NULL;
  params.is_forced = embark_migration_record_is (record, EMBARK_RECORD_FORCED);
  params.url = url;

  embark_migration_record_set_flag (record, EMBARK_RECORD_IMPORT_SENT, TRUE);
  if (!embark_migration_record_save (record, error))
    return FALSE;
  return embark_import_start (&run->cvm, &params, &run->image_id, cancellable, error);
}

/* A refusal means that nothing was started: the next try may send it again. After a network failure, nobody knows. */
static void forget_request (EmbarkMigrationRecord *record, const GError *error)
{
  if (g_error_matches (error, EMBARK_ERROR, EMBARK_ERROR_NETWORK)
      || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  embark_migration_record_set_flag (record, EMBARK_RECORD_IMPORT_SENT, FALSE);
  embark_migration_record_save (record, NULL);
}

/* "web-01" → "web-01-2" → "web-01-3": an image keeps its name even when its import failed. Free. */
static char *build_next_name (const char *name)
{
  const char *dash = strrchr (name, '-');
  gsize n_digits = dash != NULL ? strspn (dash + 1, "0123456789") : 0;
  guint64 number = n_digits == 1 && dash[2] == '\0' ? g_ascii_strtoull (dash + 1, NULL, 10) : 1;
  g_autofree char *stem = number > 1 ? g_strndup (name, (gsize) (dash - name)) : g_strdup (name);
  g_autofree char *cut = g_utf8_strlen (stem, -1) > STEM_MAX_CHARS ? g_utf8_substring (stem, 0, STEM_MAX_CHARS) : NULL;

  return g_strdup_printf ("%s-%" G_GUINT64_FORMAT, cut != NULL ? cut : stem, number + 1);
}

/* The next try is a request of its own, under another name. */
static void take_next_name (ImportRun *run)
{
  g_autofree char *next_name = build_next_name (run->name);

  embark_migration_record_set (run->step->record, EMBARK_RECORD_IMAGE_NAME, next_name);
  embark_migration_record_set_flag (run->step->record, EMBARK_RECORD_IMPORT_SENT, FALSE);
  embark_migration_record_set (run->step->record, EMBARK_RECORD_IMAGE_ID, NULL);
  embark_migration_record_save (run->step->record, NULL);
}

static gboolean fail_import (ImportRun *run, GError **error)
{
  take_next_name (run);
  /* Translators: %s is the name of an image. */
  g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_IMPORT_FAILED,
               _ ("The cloud could not import “%s”. It tells the reason only in the message centre of the console."),
               run->name);
  return FALSE;
}

static gboolean refuse_name (ImportRun *run, GError **error)
{
  g_autofree char *next_name = NULL;

  take_next_name (run);
  next_name = embark_migration_record_dup (run->step->record, EMBARK_RECORD_IMAGE_NAME);
  /* Translators: both are names of images. */
  g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_NAME_TAKEN,
               _ ("There is an image “%s” in the cloud already. Choose another name, or continue: the new one is then "
                  "called “%s”."),
               run->name, next_name);
  return FALSE;
}

static gboolean note_image (ImportRun *run, const char *image_id, GError **error)
{
  if (run->image_id != image_id)
    {
      g_free (run->image_id);
      run->image_id = g_strdup (image_id);
    }
  embark_migration_record_set (run->step->record, EMBARK_RECORD_IMAGE_ID, image_id);
  return embark_migration_record_save (run->step->record, error);
}

/* An image of that name before the request was sent is somebody else's. */
static gboolean check_name_is_free (ImportRun *run, GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (EmbarkImageInfo) image = embark_import_find (&run->cvm, NULL, run->name, cancellable, &local);

  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  return image == NULL || refuse_name (run, error);
}

/* Looks for the image of a request that may have arrived. */
static gboolean find_own_image (ImportRun *run, gboolean *ret_is_found, GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (EmbarkImageInfo) image = embark_import_find (&run->cvm, run->image_id, run->name, cancellable, &local);

  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  if (image != NULL && image->state == EMBARK_IMPORT_FAILED)
    return fail_import (run, error);
  /* What was answered with an id was accepted, listed or not. */
  *ret_is_found = image != NULL || run->image_id != NULL;
  return image == NULL || note_image (run, image->id, error);
}

/* Once an answer was lost, the request is sent once more: the cloud takes each name only once, so a refusal of the name
 * then means that the first one arrived and is only not listed yet. */
static gboolean find_or_submit (ImportRun *run, GCancellable *cancellable, GError **error)
{
  for (guint n_lost = 0;; n_lost++)
    {
      gboolean may_be_sent = embark_migration_record_is (run->step->record, EMBARK_RECORD_IMPORT_SENT);
      gboolean is_found = FALSE;
      g_autoptr (GError) local = NULL;

      if (may_be_sent && !find_own_image (run, &is_found, cancellable, error))
        return FALSE;
      if (is_found)
        return TRUE;
      if (!may_be_sent && !check_name_is_free (run, cancellable, error))
        return FALSE;
      if (submit (run, cancellable, &local))
        return note_image (run, run->image_id, error);
      if (g_error_matches (local, EMBARK_ERROR, EMBARK_ERROR_NAME_TAKEN))
        return may_be_sent || refuse_name (run, error);
      forget_request (run->step->record, local);
      if (n_lost > 0 || !embark_migration_record_is (run->step->record, EMBARK_RECORD_IMPORT_SENT)
          || g_cancellable_is_cancelled (cancellable))
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
    }
}

/* One look at the import. *ret_is_over once it ended well. */
static gboolean look_at_import (ImportRun *run, gboolean *ret_is_seen, gboolean *ret_is_over, GCancellable *cancellable,
                                GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (EmbarkImageInfo) image = embark_import_find (&run->cvm, run->image_id, run->name, cancellable, &local);

  if (g_error_matches (local, EMBARK_ERROR, EMBARK_ERROR_NETWORK))
    {
      /* The import goes on without us: asking again later is all there is to do. */
      announce (run, "offline");
      return TRUE;
    }
  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  announce (run, "wait");
  if (image == NULL)
    return !*ret_is_seen || fail_import (run, error);
  *ret_is_seen = TRUE;
  if (image->state == EMBARK_IMPORT_FAILED)
    return fail_import (run, error);
  if (g_strcmp0 (run->image_id, image->id) != 0 && !note_image (run, image->id, error))
    return FALSE;
  *ret_is_over = image->state == EMBARK_IMPORT_NORMAL;
  return TRUE;
}

static gboolean wait_for_image (ImportRun *run, GCancellable *cancellable, GError **error)
{
  gint64 deadline = g_get_monotonic_time () + (gint64) APPEAR_SECONDS * G_USEC_PER_SEC;
  gboolean is_seen = FALSE;
  gboolean is_over = FALSE;

  for (;;)
    {
      if (!look_at_import (run, &is_seen, &is_over, cancellable, error))
        return FALSE;
      if (is_over)
        return TRUE;
      if (!is_seen && g_get_monotonic_time () > deadline)
        return fail_import (run, error);
      if (!wait_seconds (run->step->poll_seconds, cancellable, error))
        return FALSE;
    }
}

static void init_run (ImportRun *run, const EmbarkStep *step)
{
  run->step = step;
  run->region = embark_migration_record_dup (step->record, EMBARK_RECORD_REGION);
  run->bucket = embark_migration_record_dup (step->record, EMBARK_RECORD_BUCKET);
  run->key = embark_migration_record_dup (step->record, EMBARK_RECORD_KEY);
  run->name = embark_migration_record_dup (step->record, EMBARK_RECORD_IMAGE_NAME);
  run->image_id = embark_migration_record_dup (step->record, EMBARK_RECORD_IMAGE_ID);
  run->cvm.http = step->http;
  run->cvm.credentials = step->credentials;
  run->cvm.region = run->region;
}

gboolean embark_step_check_import (const EmbarkStep *self, GCancellable *cancellable, GError **error)
{
  g_auto (ImportRun) run = { 0 };
  g_autoptr (GPtrArray) systems = NULL;
  EmbarkImportParams params = { 0 };

  init_run (&run, self);
  return check_name_is_free (&run, cancellable, error) && choose_system (&run, &systems, &params, cancellable, error);
}

gboolean embark_step_import (const EmbarkStep *self, EmbarkProgressFunc progress, gpointer user_data,
                             GCancellable *cancellable, GError **error)
{
  g_auto (ImportRun) run = { 0 };

  init_run (&run, self);
  run.progress = progress;
  run.user_data = user_data;
  announce (&run, "submit");
  if (!find_or_submit (&run, cancellable, error))
    return FALSE;
  if (embark_migration_record_is (self->record, EMBARK_RECORD_NO_WAIT))
    return TRUE;
  announce (&run, "wait");
  return wait_for_image (&run, cancellable, error);
}
