/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkLibrary: the connections with their machines, and last the disk files
 * the user added.
 */
#include "model/library-private.h"

#include <glib/gi18n-lib.h>
#include <unistd.h>

#include "model/base/errors.h"
#include "model/connection-private.h"
#include "model/context-private.h"
#include "model/disk-private.h"
#include "model/machine-private.h"

struct _EmbarkLibrary
{
  GObject parent_instance;

  /* owned */
  GListStore *connections;
  EmbarkConnection *files;

  /* borrowed */
  EmbarkContext *context;

  gboolean is_settled;
};

G_DEFINE_FINAL_TYPE (EmbarkLibrary, embark_library, G_TYPE_OBJECT)

enum
{
  PROP_IS_SETTLED = 1,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

static void embark_library_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  if (prop_id == PROP_IS_SETTLED)
    g_value_set_boolean (value, EMBARK_LIBRARY (object)->is_settled);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void embark_library_finalize (GObject *object)
{
  EmbarkLibrary *self = EMBARK_LIBRARY (object);

  g_clear_object (&self->files);
  g_clear_object (&self->connections);
  G_OBJECT_CLASS (embark_library_parent_class)->finalize (object);
}

static void embark_library_class_init (EmbarkLibraryClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = embark_library_get_property;
  object_class->finalize = embark_library_finalize;
  properties[PROP_IS_SETTLED] =
      g_param_spec_boolean ("is-settled", NULL, NULL, TRUE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void embark_library_init (EmbarkLibrary *self)
{
  self->connections = g_list_store_new (EMBARK_TYPE_CONNECTION);
  self->is_settled = TRUE;
}

EmbarkLibrary *embark_library_new (EmbarkContext *context)
{
  EmbarkLibrary *self = g_object_new (EMBARK_TYPE_LIBRARY, NULL);

  self->context = context;
  self->files = embark_connection_new (context, NULL);
  g_list_store_append (self->connections, self->files);
  return self;
}

static void update_settled (EmbarkLibrary *self)
{
  gboolean is_settled = TRUE;
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->connections));

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (EmbarkConnection) connection = g_list_model_get_item (G_LIST_MODEL (self->connections), i);
      if (embark_connection_get_state (connection) == EMBARK_CONNECTION_CONNECTING)
        is_settled = FALSE;
    }
  if (self->is_settled == is_settled)
    return;
  self->is_settled = is_settled;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_IS_SETTLED]);
}

static void connection_changed_cb (EmbarkConnection *connection, GParamSpec *pspec, EmbarkLibrary *self)
{
  update_settled (self);
}

/* For root, libvirt takes the session for the system: the same machines would be listed twice. */
static gboolean is_same_as_system (const char *const *uris, const char *uri)
{
  return geteuid () == 0 && g_str_equal (uri, "qemu:///session") && g_strv_contains (uris, "qemu:///system");
}

static gboolean has_connection (EmbarkLibrary *self, const char *uri)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->connections));

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (EmbarkConnection) connection = g_list_model_get_item (G_LIST_MODEL (self->connections), i);
      if (g_strcmp0 (embark_connection_get_uri (connection), uri) == 0)
        return TRUE;
    }
  return FALSE;
}

void embark_library_set_uris (EmbarkLibrary *self, const char *const *uris)
{
  g_return_if_fail (EMBARK_IS_LIBRARY (self) && uris != NULL);

  for (guint i = g_list_model_get_n_items (G_LIST_MODEL (self->connections)); i-- > 0;)
    {
      g_autoptr (EmbarkConnection) connection = g_list_model_get_item (G_LIST_MODEL (self->connections), i);
      const char *uri = embark_connection_get_uri (connection);
      if (uri != NULL && !g_strv_contains (uris, uri))
        g_list_store_remove (self->connections, i);
    }
  for (guint i = 0; uris[i] != NULL; i++)
    {
      g_autoptr (EmbarkConnection) connection = NULL;
      if (has_connection (self, uris[i]) || is_same_as_system (uris, uris[i]))
        continue;
      connection = embark_connection_new (self->context, uris[i]);
      g_signal_connect_object (connection, "notify::state", G_CALLBACK (connection_changed_cb), self, 0);
      g_list_store_insert (self->connections, g_list_model_get_n_items (G_LIST_MODEL (self->connections)) - 1,
                           connection);
    }
  update_settled (self);
}

GListModel *embark_library_get_connections (EmbarkLibrary *self)
{
  g_return_val_if_fail (EMBARK_IS_LIBRARY (self), NULL);
  return G_LIST_MODEL (self->connections);
}

EmbarkConnection *embark_library_get_files (EmbarkLibrary *self)
{
  g_return_val_if_fail (EMBARK_IS_LIBRARY (self), NULL);
  return self->files;
}

gboolean embark_library_is_settled (EmbarkLibrary *self)
{
  g_return_val_if_fail (EMBARK_IS_LIBRARY (self), TRUE);
  return self->is_settled;
}

void embark_library_refresh (EmbarkLibrary *self)
{
  guint n;

  g_return_if_fail (EMBARK_IS_LIBRARY (self));
  n = g_list_model_get_n_items (G_LIST_MODEL (self->connections));
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (EmbarkConnection) connection = g_list_model_get_item (G_LIST_MODEL (self->connections), i);
      embark_connection_refresh (connection);
    }
}

static EmbarkMachine *find_file (EmbarkLibrary *self, const char *path)
{
  GListModel *model = G_LIST_MODEL (self->files);
  guint n = g_list_model_get_n_items (model);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (EmbarkMachine) machine = g_list_model_get_item (model, i);
      if (g_strcmp0 (embark_disk_get_path (embark_machine_get_boot_disk (machine)), path) == 0)
        return g_steal_pointer (&machine);
    }
  return NULL;
}

/* In the worker. */
static gpointer look_at_header_cb (EmbarkJob *job, gpointer data, GCancellable *cancellable, GError **error)
{
  return embark_look_at_header (data, cancellable, error);
}

static void file_looked_at_cb (EmbarkJob *job, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  EmbarkLibrary *self = g_task_get_source_object (task);
  EmbarkLook *look = embark_job_steal_result (job);
  const char *path = g_task_get_task_data (task);
  EmbarkMachine *machine;

  if (look == NULL)
    {
      g_task_return_error (task, g_error_copy (embark_job_get_error (job)));
      return;
    }
  machine = find_file (self, path);
  if (machine == NULL)
    {
      machine = embark_machine_new_file (self->context, path);
      embark_connection_add (self->files, machine);
    }
  embark_disk_take_look (embark_machine_get_boot_disk (machine), look, FALSE);
  g_task_return_pointer (task, machine, g_object_unref);
}

void embark_library_add_file_async (EmbarkLibrary *self, GFile *file, GCancellable *cancellable,
                                    GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (EmbarkJob) job = NULL;
  g_autofree char *path = NULL;
  EmbarkDiskSource *source;

  g_return_if_fail (EMBARK_IS_LIBRARY (self) && G_IS_FILE (file));
  task = g_task_new (self, cancellable, callback, user_data);
  path = g_file_get_path (file);
  if (path == NULL)
    {
      g_autofree char *name = g_file_get_parse_name (file);
      /* Translators: %s is the address of a file. */
      g_task_return_new_error (task, EMBARK_ERROR, EMBARK_ERROR_NOT_FOUND,
                               _ ("“%s” is not on this computer. Copy it here first, then add the copy."), name);
      return;
    }
  source = g_new0 (EmbarkDiskSource, 1);
  source->path = g_strdup (path);
  g_task_set_task_data (task, g_steal_pointer (&path), g_free);
  job = embark_job_new (_ ("Adding a disk file"));
  g_signal_connect (job, "finished", G_CALLBACK (file_looked_at_cb), g_object_ref (task));
  embark_job_list_start (embark_context_get_housekeeping (self->context), job, look_at_header_cb, source,
                         (GDestroyNotify) embark_disk_source_free, (GDestroyNotify) embark_look_free);
}

EmbarkMachine *embark_library_add_file_finish (EmbarkLibrary *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

void embark_library_remove_file (EmbarkLibrary *self, EmbarkMachine *machine)
{
  g_return_if_fail (EMBARK_IS_LIBRARY (self) && EMBARK_IS_MACHINE (machine));
  if (embark_machine_get_boot_disk (machine) != NULL)
    embark_disk_cancel_check (embark_machine_get_boot_disk (machine));
  embark_connection_remove (self->files, machine);
}

void embark_library_foreach_disk (EmbarkLibrary *self, GFunc func, gpointer user_data)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->connections));

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GListModel) connection = g_list_model_get_item (G_LIST_MODEL (self->connections), i);
      for (guint j = 0; j < g_list_model_get_n_items (connection); j++)
        {
          g_autoptr (EmbarkMachine) machine = g_list_model_get_item (connection, j);
          GListModel *disks = embark_machine_get_disks (machine);
          for (guint k = 0; k < g_list_model_get_n_items (disks); k++)
            {
              g_autoptr (EmbarkDisk) disk = g_list_model_get_item (disks, k);
              func (disk, user_data);
            }
        }
    }
}

/* Machines that @get_name calls @name, on all connections. */
static GPtrArray *find_by (EmbarkLibrary *self, const char *name, const char *(*get_name) (EmbarkMachine *machine))
{
  GPtrArray *found = g_ptr_array_new_with_free_func (g_object_unref);
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->connections));

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (EmbarkConnection) connection = g_list_model_get_item (G_LIST_MODEL (self->connections), i);
      if (connection == self->files)
        continue;
      for (guint j = 0; j < g_list_model_get_n_items (G_LIST_MODEL (connection)); j++)
        {
          g_autoptr (EmbarkMachine) machine = g_list_model_get_item (G_LIST_MODEL (connection), j);
          if (g_strcmp0 (get_name (machine), name) == 0)
            g_ptr_array_add (found, g_steal_pointer (&machine));
        }
    }
  return found;
}

/* libvirt's own names are unique in a connection, titles need not be. */
static GPtrArray *find_by_name (EmbarkLibrary *self, const char *name)
{
  GPtrArray *found = find_by (self, name, embark_machine_get_domain_name);

  if (found->len > 0)
    return found;
  g_ptr_array_unref (found);
  return find_by (self, name, embark_machine_get_name);
}

EmbarkDisk *embark_library_find_disk (EmbarkLibrary *self, const char *name, EmbarkMachine **ret_machine,
                                      GError **error)
{
  g_autoptr (GPtrArray) found = NULL;
  const char *slash;
  EmbarkMachine *machine;
  EmbarkDisk *disk;

  g_return_val_if_fail (EMBARK_IS_LIBRARY (self) && name != NULL, NULL);
  found = find_by_name (self, name);
  slash = strrchr (name, '/');
  if (found->len == 0 && slash != NULL)
    {
      g_autofree char *machine_name = g_strndup (name, (gsize) (slash - name));
      g_clear_pointer (&found, g_ptr_array_unref);
      found = find_by_name (self, machine_name);
    }
  else
    slash = NULL;
  if (found->len == 0)
    {
      g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_NOT_FOUND,
                   _ ("There is no machine “%s”. `embark machines` lists those that Embark can see."), name);
      return NULL;
    }
  if (found->len > 1)
    {
      g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_FAILED,
                   _ ("Several machines are called “%s”. Name one connection with --connect."), name);
      return NULL;
    }
  machine = g_ptr_array_index (found, 0);
  disk = slash != NULL ? embark_machine_find_disk (machine, slash + 1) : embark_machine_get_boot_disk (machine);
  if (disk == NULL)
    {
      g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_NOT_FOUND, _ ("The machine “%s” has no such disk."), name);
      return NULL;
    }
  if (ret_machine != NULL)
    *ret_machine = machine;
  return disk;
}
