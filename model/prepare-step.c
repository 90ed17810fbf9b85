/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Making the disk ready as a step of a migration. The path of the overlay is in
 * the record before the file is made, and that it is whole only when it is.
 */
#include "model/migration-steps.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "model/base/errors.h"
#include "model/migration-fixes.h"
#include "model/prepare.h"

/* The overlay and every file below it are as they were when it was made. */
static gboolean is_overlay_current (const EmbarkStep *self, GCancellable *cancellable)
{
  g_autofree char *overlay = embark_migration_fixes_dup_overlay (self->record);
  g_autofree char *fingerprint = embark_migration_record_dup (self->record, EMBARK_RECORD_FINGERPRINT);
  g_autoptr (EmbarkDiskSource) source = NULL;
  g_autoptr (EmbarkLook) header = NULL;

  if (!embark_migration_record_is (self->record, EMBARK_RECORD_OVERLAY_WHOLE) || overlay == NULL)
    return FALSE;
  source = embark_prepare_make_source (self->source, overlay, cancellable, NULL);
  header = source != NULL ? embark_look_at_header (source, cancellable, NULL) : NULL;
  return header != NULL && g_strcmp0 (header->fingerprint, fingerprint) == 0;
}

/* The facts of the original, from a look before where it has not changed. */
static EmbarkLook *look_at_original (const EmbarkStep *self, GCancellable *cancellable, GError **error)
{
  EmbarkLookOptions options = { 0 };
  g_autoptr (EmbarkLook) header = embark_look_at_header (self->source, cancellable, error);

  if (header == NULL || !embark_disk_source_check_rest (self->source, error))
    return NULL;
  if (self->facts == NULL || g_strcmp0 (header->fingerprint, self->fingerprint) != 0)
    return embark_look_inside (self->source, &options, cancellable, error);
  embark_facts_unref (header->facts);
  header->facts = embark_facts_ref (self->facts);
  return g_steal_pointer (&header);
}

/* What a crash left is not whole, and what an earlier try left is not of this disk. */
static char *begin_overlay (const EmbarkStep *self, GError **error)
{
  g_autofree char *path = embark_migration_fixes_dup_overlay (self->record);

  if (path == NULL)
    {
      g_autofree char *name = g_strdup_printf ("%s.qcow2", embark_migration_record_get_id (self->record));
      path = g_build_filename (self->overlay_dir, name, NULL);
    }
  embark_migration_fixes_set_overlay (self->record, path);
  embark_migration_record_set_flag (self->record, EMBARK_RECORD_OVERLAY_WHOLE, FALSE);
  if (!embark_migration_record_save (self->record, error))
    return NULL;
  if (g_mkdir_with_parents (self->overlay_dir, 0700) != 0)
    {
      embark_error_set_errno (error, errno, _ ("could not make a private folder"), self->overlay_dir);
      return NULL;
    }
  g_unlink (path);
  return g_steal_pointer (&path);
}

static EmbarkReport *judge (const EmbarkStep *self, EmbarkFacts *facts, GError **error)
{
  g_autoptr (EmbarkReport) report = embark_step_make_report (self, facts);
  g_autoptr (GError) local = NULL;

  /* What is only stored is not judged. */
  if (embark_migration_record_is (self->record, EMBARK_RECORD_UPLOAD_ONLY) || embark_step_judge (report, &local))
    return g_steal_pointer (&report);
  g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_BLOCKED,
               /* Translators: %s is a sentence such as “One thing would stop the import”. */
               _ ("The fixes were made, but it is not enough. %s"), local->message);
  return NULL;
}

static void note_prepared (const EmbarkStep *self, const EmbarkPrepared *prepared, EmbarkReport *report)
{
  embark_step_note_system (self->record, report);
  embark_step_note_fingerprint (self->record, prepared->look->fingerprint);
  embark_migration_record_set_flag (self->record, EMBARK_RECORD_OVERLAY_WHOLE, TRUE);
}

static EmbarkCheckOutcome *make_ready (const EmbarkStep *self, EmbarkLook *original, EmbarkProgressFunc progress,
                                       gpointer user_data, GCancellable *cancellable, GError **error)
{
  g_autoptr (EmbarkFixOptions) options = embark_migration_fixes_dup (self->record);
  g_autofree char *path = begin_overlay (self, error);
  EmbarkPrepareRequest request = {
    .source = self->source,
    .facts = original->facts,
    .fingerprint = original->fingerprint,
    .options = options,
    .overlay = path,
    .progress = progress,
    .user_data = user_data,
  };
  g_autoptr (EmbarkPrepared) prepared = path != NULL ? embark_prepare (&request, cancellable, error) : NULL;
  g_autoptr (EmbarkCheckOutcome) outcome = g_new0 (EmbarkCheckOutcome, 1);

  if (prepared == NULL)
    return NULL;
  outcome->report = judge (self, prepared->look->facts, error);
  if (outcome->report == NULL)
    {
      g_unlink (path);
      return NULL;
    }
  note_prepared (self, prepared, outcome->report);
  outcome->changes = json_array_ref (prepared->changes);
  return embark_migration_record_save (self->record, error) ? g_steal_pointer (&outcome) : NULL;
}

EmbarkCheckOutcome *embark_step_prepare (const EmbarkStep *self, EmbarkProgressFunc progress, gpointer user_data,
                                         GCancellable *cancellable, GError **error)
{
  g_autoptr (EmbarkLook) original = look_at_original (self, cancellable, error);

  if (original == NULL)
    return NULL;
  if (is_overlay_current (self, cancellable))
    return g_new0 (EmbarkCheckOutcome, 1);
  return make_ready (self, original, progress, user_data, cancellable, error);
}

EmbarkDiskSource *embark_step_make_source (const EmbarkStep *self, GCancellable *cancellable, GError **error)
{
  g_autofree char *overlay = embark_migration_fixes_dup_overlay (self->record);

  if (!embark_disk_source_check_rest (self->source, error))
    return NULL;
  if (!embark_migration_fixes_are_wanted (self->record))
    return embark_disk_source_copy (self->source);
  if (overlay != NULL && g_access (overlay, R_OK) == 0)
    return embark_prepare_make_source (self->source, overlay, cancellable, error);
  g_set_error_literal (error, EMBARK_ERROR, EMBARK_ERROR_SOURCE_CHANGED,
                       _ ("What the fixes changed is not there any more. Start again to make the disk ready anew."));
  return NULL;
}
