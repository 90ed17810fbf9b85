/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The fixes of a migration as a line of JSON, and the overlay as a file URI.
 */
#include "model/migration-fixes.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "model/base/errors.h"
#include "model/context-private.h"
#include "model/disk-private.h"
#include "model/migration-list-private.h"
#include "model/migration-steps.h"
#include "model/overlay-folder.h"
#include "model/preparation-private.h"

#define TEXT_MAX (64 * 1024)

static char *write_options (const EmbarkFixOptions *options)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);

  json_node_take_object (node, embark_fix_options_to_json (options));
  return json_to_string (node, FALSE);
}

/* The report with the eyes of an import, as the check of a migration has it. */
static gboolean check_verdict (EmbarkPreparation *preparation, const EmbarkMigrationParams *params, GError **error)
{
  EmbarkFacts *facts = embark_report_get_facts (embark_preparation_get_after (preparation));
  EmbarkContext *context = embark_disk_get_context (embark_preparation_get_disk (preparation));
  g_autoptr (EmbarkReport) report =
      embark_report_new (facts, embark_limits_get_default (), embark_context_get_judge (context), params->is_forced);

  return params->is_upload_only || embark_step_judge (report, error);
}

gboolean embark_migration_fixes_note (EmbarkMigrationRecord *record, const EmbarkMigrationParams *params,
                                      GError **error)
{
  const EmbarkFixOptions *options =
      params->preparation != NULL ? embark_preparation_get_options (params->preparation) : params->options;
  g_autofree char *text = NULL;

  if (options == NULL || options->fixes[0] == NULL)
    return TRUE;
  text = write_options (options);
  embark_migration_record_set (record, EMBARK_RECORD_FIXES, text);
  if (params->preparation == NULL)
    return TRUE;
  if (!embark_preparation_is_ready (params->preparation))
    {
      g_set_error_literal (error, EMBARK_ERROR, EMBARK_ERROR_FAILED, _ ("The disk is not made ready yet."));
      return FALSE;
    }
  if (!check_verdict (params->preparation, params, error))
    return FALSE;
  embark_step_note_system (record, embark_preparation_get_after (params->preparation));
  embark_migration_fixes_set_overlay (record, embark_preparation_get_overlay (params->preparation));
  embark_migration_record_set_flag (record, EMBARK_RECORD_OVERLAY_WHOLE, TRUE);
  embark_migration_record_set (record, EMBARK_RECORD_FINGERPRINT,
                               embark_preparation_get_fingerprint (params->preparation));
  return TRUE;
}

gboolean embark_migration_fixes_are_wanted (EmbarkMigrationRecord *record)
{
  g_autofree char *text = embark_migration_record_dup (record, EMBARK_RECORD_FIXES);

  return text != NULL;
}

EmbarkFixOptions *embark_migration_fixes_dup (EmbarkMigrationRecord *record)
{
  g_autofree char *text = embark_migration_record_dup (record, EMBARK_RECORD_FIXES);
  g_autoptr (JsonNode) node = NULL;

  if (text == NULL || strlen (text) > TEXT_MAX)
    return NULL;
  node = json_from_string (text, NULL);
  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? embark_fix_options_new_from_json (json_node_get_object (node))
                                                       : embark_fix_options_new ();
}

char *embark_migration_fixes_dup_overlay (EmbarkMigrationRecord *record)
{
  g_autofree char *uri = embark_migration_record_dup (record, EMBARK_RECORD_OVERLAY);

  return uri != NULL ? g_filename_from_uri (uri, NULL, NULL) : NULL;
}

void embark_migration_fixes_set_overlay (EmbarkMigrationRecord *record, const char *path)
{
  g_autofree char *uri = path != NULL ? g_filename_to_uri (path, NULL, NULL) : NULL;

  embark_migration_record_set (record, EMBARK_RECORD_OVERLAY, uri);
}

void embark_migration_fixes_drop (EmbarkMigrationRecord *record)
{
  g_autofree char *path = embark_migration_fixes_dup_overlay (record);
  g_autoptr (GError) error = NULL;

  if (path == NULL)
    return;
  embark_migration_fixes_set_overlay (record, NULL);
  embark_migration_record_set_flag (record, EMBARK_RECORD_OVERLAY_WHOLE, FALSE);
  if (!embark_migration_record_save (record, &error))
    g_warning ("could not write the history: %s", error->message);
  g_unlink (path);
}

/* One that is not whole is of use only to the program that makes it right now. */
static gboolean is_entry_using (EmbarkJournal *journal, const char *id, const char *path)
{
  g_autoptr (EmbarkMigrationRecord) record = embark_migration_record_load (journal, id, NULL);
  g_autofree char *named = record != NULL ? embark_migration_fixes_dup_overlay (record) : NULL;

  if (g_strcmp0 (named, path) != 0)
    return FALSE;
  return embark_migration_record_is (record, EMBARK_RECORD_OVERLAY_WHOLE)
         || embark_journal_is_locked_elsewhere (journal, id);
}

static gboolean is_wanted_cb (const char *path, gpointer user_data)
{
  EmbarkJournal *journal = user_data;
  g_auto (GStrv) ids = embark_journal_list (journal);

  for (guint i = 0; ids != NULL && ids[i] != NULL; i++)
    if (is_entry_using (journal, ids[i], path))
      return TRUE;
  return FALSE;
}

void embark_migration_sweep_overlays (EmbarkContext *context)
{
  g_autofree char *folder = embark_context_dup_overlay_dir (context);

  embark_overlay_folder_sweep (folder, is_wanted_cb, embark_context_get_journal (context));
}
