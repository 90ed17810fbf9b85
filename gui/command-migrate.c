/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `embark upload`, `embark migrate` and `embark continue`.
 */
#include <glib/gi18n.h>

#include "gui/command.h"
#include "model/base/errors.h"

/* An entry that has nothing to continue in the bucket only clutters the history of a terminal's user. */
static void forget_failed_start (EmbarkCommand *command, EmbarkMigration *migration)
{
  EmbarkMigrationState state = embark_migration_get_state (migration);

  if (state == EMBARK_MIGRATION_DRAFT || state == EMBARK_MIGRATION_CHECKED)
    embark_migration_list_remove (embark_context_get_migrations (command->context), migration, NULL);
}

static int run_migration (EmbarkCommand *command, EmbarkMigrationParams *params)
{
  EmbarkMigrationList *migrations = embark_context_get_migrations (command->context);
  g_autoptr (EmbarkMachine) machine = NULL;
  g_autoptr (EmbarkMigration) migration = NULL;
  g_autoptr (EmbarkFixOptions) options = NULL;
  g_autoptr (GError) error = NULL;
  EmbarkDisk *disk;
  int status = EMBARK_EXIT_DONE;

  if (command->targets == NULL || g_strv_length (command->targets) != 1)
    return embark_command_refuse (command, _ ("Name one disk image, or machine:NAME."));
  if (command->bucket == NULL || command->region == NULL)
    return embark_command_refuse (command, _ ("Name the bucket with --bucket and its region with --region."));
  if (!embark_destination_check (command->region, command->bucket, &error))
    return embark_command_fail (command, error);
  disk = embark_command_find_disk (command, &machine, &error);
  if (disk == NULL || !embark_command_load_keys (command, &error))
    return embark_command_fail (command, error);
  if (command->fix != NULL)
    status = embark_command_check_for_fixes (command, disk, &options);
  if (status != EMBARK_EXIT_DONE)
    return status;
  params->options = options;
  migration = embark_migration_list_create (migrations, machine, disk, params, &error);
  if (migration == NULL)
    return embark_command_fail (command, error);
  status = embark_command_watch (command, migration);
  if (status != EMBARK_EXIT_DONE)
    forget_failed_start (command, migration);
  return status;
}

/* The newest that stopped on its way; one that never began to send is not what is meant. */
static EmbarkMigration *find_stopped (GListModel *migrations, GError **error)
{
  for (guint i = 0; i < g_list_model_get_n_items (migrations); i++)
    {
      g_autoptr (EmbarkMigration) migration = g_list_model_get_item (migrations, i);
      if (embark_migration_can_continue (migration))
        return g_steal_pointer (&migration);
    }
  g_set_error_literal (error, EMBARK_ERROR, EMBARK_ERROR_NOT_FOUND,
                       _ ("There is nothing to continue. `embark imports` lists all migrations of this computer."));
  return NULL;
}

static EmbarkMigration *find_by_id (GListModel *migrations, const char *id, GError **error)
{
  g_autofree char *clean = embark_command_clean (id);

  for (guint i = 0; i < g_list_model_get_n_items (migrations); i++)
    {
      g_autoptr (EmbarkMigration) migration = g_list_model_get_item (migrations, i);
      if (g_str_equal (embark_migration_get_id (migration), id))
        return g_steal_pointer (&migration);
    }
  g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_NOT_FOUND,
               /* Translators: %s is what was typed in place of an id. */
               _ ("There is no migration “%s”. `embark imports` lists them with their ids."), clean);
  return NULL;
}

int embark_command_continue (EmbarkCommand *command)
{
  GListModel *migrations = G_LIST_MODEL (embark_context_get_migrations (command->context));
  g_autoptr (EmbarkMigration) migration = NULL;
  g_autoptr (GError) error = NULL;

  if (command->targets != NULL && g_strv_length (command->targets) > 1)
    return embark_command_refuse (command, _ ("Name one migration by its id, or none for the newest."));
  migration = command->targets != NULL ? find_by_id (migrations, command->targets[0], &error)
                                       : find_stopped (migrations, &error);
  if (migration == NULL)
    return embark_command_fail (command, error);
  if (!embark_migration_can_continue (migration))
    {
      g_set_error (&error, EMBARK_ERROR, EMBARK_ERROR_FAILED,
                   embark_migration_is_elsewhere (migration)
                       /* Translators: %s is the id of a migration. */
                       ? _ ("Another program of yours works on %s right now.")
                       /* Translators: %s is the id of a migration. */
                       : _ ("%s is done already, there is nothing to continue."),
                   embark_migration_get_id (migration));
      return embark_command_fail (command, error);
    }
  if (!embark_command_load_keys (command, &error))
    return embark_command_fail (command, error);
  return embark_command_watch (command, migration);
}

int embark_command_upload (EmbarkCommand *command)
{
  EmbarkMigrationParams params = { .region = command->region,
                                   .bucket = command->bucket,
                                   .key = command->key,
                                   .level = command->level,
                                   .is_upload_only = TRUE };

  return run_migration (command, &params);
}

int embark_command_migrate (EmbarkCommand *command)
{
  EmbarkMigrationParams params = { .region = command->region,
                                   .bucket = command->bucket,
                                   .key = command->key,
                                   .level = command->level,
                                   .image_name = command->name,
                                   .is_forced = command->is_forced,
                                   .is_no_wait = command->is_no_wait };

  return run_migration (command, &params);
}
