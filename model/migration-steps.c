/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The check as a step of a migration, and what the steps share.
 */
#include "model/migration-steps.h"

#include <glib/gi18n-lib.h>

#include "model/base/errors.h"
#include "model/migration-fixes.h"

void embark_step_free (EmbarkStep *self)
{
  if (self == NULL)
    return;
  embark_migration_record_unref (self->record);
  embark_disk_source_free (self->source);
  embark_http_unref (self->http);
  g_clear_pointer (&self->credentials, embark_credentials_unref);
  g_clear_pointer (&self->facts, embark_facts_unref);
  g_free (self->fingerprint);
  g_free (self->overlay_dir);
  g_clear_pointer (&self->gate, embark_gate_unref);
  g_free (self);
}

static void note_text (EmbarkMigrationRecord *record, const char *key, EmbarkFacts *facts, const char *path)
{
  embark_migration_record_set (record, key, embark_facts_get_string (facts, path));
}

static void note_number (EmbarkMigrationRecord *record, const char *key, EmbarkFacts *facts, const char *path)
{
  guint64 value = 0;

  embark_facts_get_uint (facts, path, &value);
  embark_migration_record_set_uint (record, key, value);
}

/* What the import will need to name the system, and the rows to describe it. */
void embark_step_note_system (EmbarkMigrationRecord *record, EmbarkReport *report)
{
  EmbarkFacts *facts = embark_report_get_facts (report);
  g_autofree char *system = embark_report_describe_system (report);
  g_autofree char *system_id = embark_report_dup_system_id (report);

  embark_migration_record_set (record, EMBARK_RECORD_SYSTEM, system);
  note_text (record, EMBARK_RECORD_OS_TYPE, facts, "os.type");
  note_text (record, EMBARK_RECORD_DISTRIBUTION, facts, "os.distribution");
  note_text (record, EMBARK_RECORD_PRODUCT, facts, "os.product");
  note_text (record, EMBARK_RECORD_ARCHITECTURE, facts, "os.architecture");
  embark_migration_record_set (record, EMBARK_RECORD_FIRMWARE, embark_report_choose_firmware (report));
  note_number (record, EMBARK_RECORD_MAJOR, facts, "os.major");
  note_number (record, EMBARK_RECORD_MINOR, facts, "os.minor");
  embark_migration_record_set (record, EMBARK_RECORD_SYSTEM_ID, system_id);
}

gboolean embark_step_judge (EmbarkReport *report, GError **error)
{
  if (embark_report_get_verdict (report) != EMBARK_VERDICT_BLOCKED)
    return TRUE;
  if (embark_report_get_predicted_code (report) != NULL)
    /* Translators: the first %s is a sentence such as "Two things would stop the import", the second an error code. */
    g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_BLOCKED, _ ("%s. The cloud would answer %s."),
                 embark_report_get_headline (report), embark_report_get_predicted_code (report));
  else
    g_set_error_literal (error, EMBARK_ERROR, EMBARK_ERROR_BLOCKED, embark_report_get_headline (report));
  return FALSE;
}

void embark_check_outcome_free (EmbarkCheckOutcome *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->look, embark_look_free);
  g_clear_pointer (&self->report, embark_report_unref);
  g_clear_pointer (&self->changes, json_array_unref);
  g_free (self);
}

/* TRUE when the files are those that were looked into before. */
static gboolean is_known (const EmbarkStep *self, GCancellable *cancellable)
{
  g_autoptr (EmbarkLook) header = NULL;

  if (self->facts == NULL || self->fingerprint == NULL || !embark_disk_source_check_rest (self->source, NULL))
    return FALSE;
  header = embark_look_at_header (self->source, cancellable, NULL);
  return header != NULL && g_str_equal (header->fingerprint, self->fingerprint);
}

/* An object made of other bytes than these is not the one that is wanted. */
void embark_step_note_fingerprint (EmbarkMigrationRecord *record, const char *fingerprint)
{
  g_autofree char *before = embark_migration_record_dup (record, EMBARK_RECORD_FINGERPRINT);

  if (g_strcmp0 (before, fingerprint) != 0)
    embark_migration_record_set (record, EMBARK_RECORD_OBJECT_CRC, NULL);
  embark_migration_record_set (record, EMBARK_RECORD_FINGERPRINT, fingerprint);
}

/* The facts with where the image is to go. A copy, since the facts of the disk are shared, and know of no migration.
 * A destination is one region, in which both the bucket and the image are. */
static EmbarkFacts *add_destination (EmbarkMigrationRecord *record, EmbarkFacts *facts)
{
  g_autofree char *region = embark_migration_record_dup (record, EMBARK_RECORD_REGION);
  EmbarkFacts *all = embark_facts_new ();

  embark_facts_merge (all, facts);
  embark_facts_set_string (all, "destination.region", region);
  embark_facts_set_string (all, "destination.bucketRegion", region);
  return all;
}

EmbarkReport *embark_step_make_report (const EmbarkStep *self, EmbarkFacts *facts)
{
  g_autoptr (EmbarkFacts) all = add_destination (self->record, facts);

  return embark_report_new (all, embark_limits_get_default (), self->judge,
                            embark_migration_record_is (self->record, EMBARK_RECORD_FORCED));
}

EmbarkCheckOutcome *embark_step_check (const EmbarkStep *self, EmbarkProgressFunc progress, gpointer user_data,
                                       GCancellable *cancellable, GError **error)
{
  g_autoptr (EmbarkCheckOutcome) outcome = g_new0 (EmbarkCheckOutcome, 1);
  gboolean has_fixes = embark_migration_fixes_are_wanted (self->record);
  EmbarkFacts *facts = self->facts;
  const char *fingerprint = self->fingerprint;

  if (embark_migration_record_is (self->record, EMBARK_RECORD_UPLOAD_ONLY) && !has_fixes)
    {
      /* What is only stored is not judged by the limits of an import: safe to read is all it has to be. */
      outcome->look = embark_look_at_header (self->source, cancellable, error);
      if (outcome->look == NULL || !embark_disk_source_check_rest (self->source, error))
        return NULL;
      embark_step_note_fingerprint (self->record, outcome->look->fingerprint);
      return g_steal_pointer (&outcome);
    }
  if (!is_known (self, cancellable))
    {
      EmbarkLookOptions options = { .progress = progress, .user_data = user_data };

      outcome->look = embark_look_inside (self->source, &options, cancellable, error);
      if (outcome->look == NULL)
        return NULL;
      facts = outcome->look->facts;
      fingerprint = outcome->look->fingerprint;
    }
  outcome->report = embark_step_make_report (self, facts);
  embark_step_note_system (self->record, outcome->report);
  /* With fixes, it is what they leave behind that is sent. */
  if (!has_fixes)
    embark_step_note_fingerprint (self->record, fingerprint);
  return g_steal_pointer (&outcome);
}
