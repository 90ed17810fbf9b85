/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From the words of a call to the objects of the model: the target, the
 * connections, the keys; and waiting for jobs.
 */
#include <glib/gi18n.h>

#include "gui/command.h"
#include "gui/settings.h"
#include "model/base/errors.h"

#define MACHINE_PREFIX "machine:"

typedef struct
{
  EmbarkMachine *machine;
  GError *error;
  gboolean is_done;
} AddedFile;

/* The connections of the preferences where the schema is installed, else the two every computer has. */
static char **list_uris (const EmbarkCommand *command)
{
  static const char *const defaults[] = { "qemu:///system", "qemu:///session", NULL };
  g_autoptr (GSettings) settings = NULL;

  if (command->uris != NULL)
    return g_strdupv (command->uris);
  settings = embark_settings_try_new ();
  return settings != NULL ? g_settings_get_strv (settings, "connections") : g_strdupv ((char **) defaults);
}

void embark_command_open_connections (EmbarkCommand *command)
{
  EmbarkLibrary *library = embark_context_get_library (command->context);
  g_auto (GStrv) uris = list_uris (command);

  embark_library_set_uris (library, (const char *const *) uris);
  while (!embark_library_is_settled (library) && !command->is_interrupted)
    g_main_context_iteration (NULL, TRUE);
}

static void file_added_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  AddedFile *added = user_data;

  added->machine = embark_library_add_file_finish (EMBARK_LIBRARY (source), result, &added->error);
  added->is_done = TRUE;
}

static EmbarkDisk *add_file (EmbarkCommand *command, const char *path, EmbarkMachine **ret_machine, GError **error)
{
  EmbarkLibrary *library = embark_context_get_library (command->context);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  AddedFile added = { 0 };

  embark_library_add_file_async (library, file, NULL, file_added_cb, &added);
  while (!added.is_done)
    g_main_context_iteration (NULL, TRUE);
  if (added.machine == NULL)
    {
      g_propagate_error (error, added.error);
      return NULL;
    }
  *ret_machine = added.machine;
  return embark_machine_get_boot_disk (added.machine);
}

/* Why machines of a connection that failed cannot be found. */
static void explain_connections (EmbarkCommand *command)
{
  GListModel *connections = embark_library_get_connections (embark_context_get_library (command->context));

  for (guint i = 0; i < g_list_model_get_n_items (connections); i++)
    {
      g_autoptr (EmbarkConnection) connection = g_list_model_get_item (connections, i);
      const GError *error = embark_connection_get_error (connection);
      if (error != NULL)
        {
          g_autofree char *uri = embark_command_clean (embark_connection_get_uri (connection));
          g_autofree char *message = embark_command_clean (error->message);
          g_printerr ("%s: %s\n", uri, message);
        }
    }
}

EmbarkDisk *embark_command_find_disk (EmbarkCommand *command, EmbarkMachine **ret_machine, GError **error)
{
  const char *target = command->targets[0];
  g_autofree char *name = NULL;
  EmbarkDisk *disk;

  if (!g_str_has_prefix (target, MACHINE_PREFIX))
    return add_file (command, target, ret_machine, error);
  name = g_utf8_make_valid (target + strlen (MACHINE_PREFIX), -1);
  embark_command_open_connections (command);
  if (command->is_interrupted)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, _ ("Cancelled."));
      return NULL;
    }
  disk = embark_library_find_disk (embark_context_get_library (command->context), name, ret_machine, error);
  if (disk == NULL)
    explain_connections (command);
  else
    g_object_ref (*ret_machine);
  return disk;
}

void embark_command_wait (EmbarkCommand *command, EmbarkJob *job)
{
  command->job = job;
  if (command->is_interrupted)
    embark_job_cancel (job);
  embark_job_wait (job);
  command->job = NULL;
}

gboolean embark_command_load_keys (EmbarkCommand *command, GError **error)
{
  EmbarkAccount *account = embark_context_get_account (command->context);
  g_autoptr (EmbarkJob) job = embark_account_load (account);
  const GError *keyring_error;

  embark_command_wait (command, job);
  if (embark_account_has_keys (account))
    return TRUE;
  keyring_error = embark_account_get_keyring_error (account);
  if (keyring_error != NULL)
    g_propagate_error (error, g_error_copy (keyring_error));
  else
    g_set_error_literal (error, EMBARK_ERROR, EMBARK_ERROR_NO_KEYS, _ ("No keys are set."));
  return FALSE;
}
