/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `embark imports`: what this computer knows of; `embark uploads`: what a
 * bucket still holds unfinished.
 */
#include <glib/gi18n.h>

#include "gui/command.h"
#include "model/base/errors.h"
#include "model/unfinished.h"

static void add_migration (JsonBuilder *builder, EmbarkMigration *migration)
{
  const GError *error = embark_migration_get_error (migration);

  json_builder_begin_object (builder);
  embark_command_add_text (builder, "id", embark_migration_get_id (migration));
  embark_command_add_number (builder, "created", (guint64) embark_migration_get_created_at (migration));
  embark_command_add_text (builder, "machine", embark_migration_get_machine_name (migration));
  embark_command_add_text (builder, "state", embark_migration_state_to_string (embark_migration_get_state (migration)));
  json_builder_set_member_name (builder, "running");
  json_builder_add_boolean_value (builder, embark_migration_is_elsewhere (migration));
  json_builder_set_member_name (builder, "canContinue");
  json_builder_add_boolean_value (builder, embark_migration_can_continue (migration));
  embark_command_add_text (builder, "imageName", embark_migration_get_image_name (migration));
  embark_command_add_text (builder, "imageId", embark_migration_get_image_id (migration));
  embark_command_add_text (builder, "region", embark_migration_get_region (migration));
  embark_command_add_text (builder, "bucket", embark_migration_get_bucket (migration));
  embark_command_add_text (builder, "key", embark_migration_get_key (migration));
  embark_command_add_text (builder, "error", error != NULL ? error->message : NULL);
  json_builder_end_object (builder);
}

static void print_migration (EmbarkMigration *migration)
{
  g_autoptr (GDateTime) created = g_date_time_new_from_unix_local (embark_migration_get_created_at (migration));
  g_autofree char *date = created != NULL ? g_date_time_format (created, "%x %H:%M") : g_strdup ("");
  g_autofree char *name = embark_command_clean (embark_migration_get_machine_name (migration));
  g_autofree char *status = embark_command_clean (embark_migration_get_status (migration));

  embark_command_print ("%s  %s  %s  %s", embark_migration_get_id (migration), date, name, status);
}

int embark_command_imports (EmbarkCommand *command)
{
  GListModel *migrations = G_LIST_MODEL (embark_context_get_migrations (command->context));
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  if (command->targets != NULL)
    return embark_command_refuse (command, _ ("This verb takes no target."));
  json_builder_begin_array (builder);
  for (guint i = 0; i < g_list_model_get_n_items (migrations); i++)
    {
      g_autoptr (EmbarkMigration) migration = g_list_model_get_item (migrations, i);
      if (command->is_json)
        add_migration (builder, migration);
      else
        print_migration (migration);
    }
  json_builder_end_array (builder);
  if (command->is_json)
    embark_command_print_json (json_builder_get_root (builder), TRUE);
  else if (g_list_model_get_n_items (migrations) == 0)
    embark_command_print ("%s", _ ("No migrations yet. `embark migrate` starts one."));
  return EMBARK_EXIT_DONE;
}

static void add_upload (JsonBuilder *builder, const EmbarkUnfinishedUpload *upload)
{
  const char *id = upload->migration != NULL ? embark_migration_get_id (upload->migration) : NULL;

  json_builder_begin_object (builder);
  embark_command_add_text (builder, "key", upload->key);
  embark_command_add_text (builder, "uploadId", upload->upload_id);
  embark_command_add_number (builder, "begun", (guint64) upload->begun_at);
  embark_command_add_text (builder, "migration", id);
  json_builder_end_object (builder);
}

static void print_upload (const EmbarkUnfinishedUpload *upload)
{
  g_autoptr (GDateTime) begun = g_date_time_new_from_unix_local (upload->begun_at);
  g_autofree char *date =
      begun != NULL && upload->begun_at > 0 ? g_date_time_format (begun, "%x %H:%M") : g_strdup ("?");
  g_autofree char *key = embark_command_clean (upload->key);

  if (upload->migration != NULL)
    /* Translators: a date, the key of an object, the id of a migration. `embark continue` stays as it is. */
    embark_command_print (_ ("%s  %s  (`embark continue %s` goes on with it)"), date, key,
                          embark_migration_get_id (upload->migration));
  else
    embark_command_print ("%s  %s", date, key);
}

static void print_uploads (EmbarkCommand *command, GPtrArray *uploads)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_array (builder);
  for (guint i = 0; i < uploads->len; i++)
    if (command->is_json)
      add_upload (builder, g_ptr_array_index (uploads, i));
    else
      print_upload (g_ptr_array_index (uploads, i));
  json_builder_end_array (builder);
  if (command->is_json)
    embark_command_print_json (json_builder_get_root (builder), TRUE);
  else if (uploads->len == 0)
    embark_command_print ("%s", _ ("The bucket holds no unfinished upload of Embark."));
}

static gboolean remove_upload (EmbarkCommand *command, const EmbarkUnfinishedUpload *upload, GError **error)
{
  g_autoptr (EmbarkJob) job = embark_context_remove_unfinished (command->context, upload, error);
  g_autofree char *key = embark_command_clean (upload->key);

  if (job == NULL)
    return FALSE;
  embark_command_wait (command, job);
  if (embark_job_get_result (job) == NULL)
    {
      g_propagate_error (error, g_error_copy (embark_job_get_error (job)));
      return FALSE;
    }
  if (!command->is_json)
    /* Translators: %s is the key of an object. */
    embark_command_print (_ ("Removed what was sent of %s."), key);
  return TRUE;
}

/* Only those that are named: what is removed would have to be sent again. */
static gboolean remove_uploads (EmbarkCommand *command, GPtrArray *uploads, GError **error)
{
  for (guint i = 0; command->removals[i] != NULL; i++)
    {
      gboolean is_found = FALSE;

      for (guint j = 0; j < uploads->len; j++)
        {
          const EmbarkUnfinishedUpload *upload = g_ptr_array_index (uploads, j);

          if (!g_str_equal (upload->key, command->removals[i]))
            continue;
          is_found = TRUE;
          if (!remove_upload (command, upload, error))
            return FALSE;
        }
      if (!is_found)
        {
          g_autofree char *key = embark_command_clean (command->removals[i]);

          g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_NOT_FOUND,
                       /* Translators: the key of an object, a bucket. */
                       _ ("No unfinished upload of Embark has the key “%s” in %s."), key, command->bucket);
          return FALSE;
        }
    }
  return TRUE;
}

int embark_command_uploads (EmbarkCommand *command)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EmbarkJob) job = NULL;
  GPtrArray *uploads;

  if (command->targets != NULL)
    return embark_command_refuse (command, _ ("This verb takes no target."));
  if (command->bucket == NULL || command->region == NULL)
    return embark_command_refuse (command, _ ("Name the bucket with --bucket and its region with --region."));
  if (!embark_destination_check (command->region, command->bucket, &error)
      || !embark_command_load_keys (command, &error))
    return embark_command_fail (command, error);
  job = embark_context_find_unfinished (command->context, command->region, command->bucket, &error);
  if (job == NULL)
    return embark_command_fail (command, error);
  embark_command_wait (command, job);
  uploads = embark_job_get_result (job);
  if (uploads == NULL)
    return embark_command_fail (command, embark_job_get_error (job));
  if (command->removals == NULL)
    print_uploads (command, uploads);
  else if (!remove_uploads (command, uploads, &error))
    return embark_command_fail (command, error);
  return EMBARK_EXIT_DONE;
}
