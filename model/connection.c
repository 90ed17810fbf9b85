/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkConnection: one libvirt connection as a list of machines. Opening and
 * listing run in jobs; an event asks for the list again, and what did not
 * change keeps its object, so that a running check or a selection survives.
 */
#include "model/connection-private.h"

#include <glib/gi18n-lib.h>

#include "model/base/errors.h"
#include "model/context-private.h"
#include "model/machine-private.h"

/* Shared by the connection and a listing under way; both let go of it on the main thread. */
typedef struct
{
  EmbarkHypervisor *hypervisor;
} HypervisorHold;

struct _EmbarkConnection
{
  GObject parent_instance;

  /* owned */
  char *uri;
  char *title;
  GListStore *machines;
  HypervisorHold *hold; /* (nullable) reference counted box */
  EmbarkJob *job;
  GError *error;

  /* borrowed */
  EmbarkContext *context;

  EmbarkConnectionState state;
  gboolean is_stale; /* an event came while a listing was under way */
};

static void embark_connection_list_model_init (GListModelInterface *iface);
static void start_listing (EmbarkConnection *self);

G_DEFINE_FINAL_TYPE_WITH_CODE (EmbarkConnection, embark_connection, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, embark_connection_list_model_init))

enum
{
  PROP_TITLE = 1,
  PROP_STATE,
  PROP_ERROR,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

static void clear_hold (HypervisorHold *hold)
{
  g_clear_pointer (&hold->hypervisor, embark_hypervisor_free);
}

static void release_hold (HypervisorHold *hold)
{
  g_rc_box_release_full (hold, (GDestroyNotify) clear_hold);
}

static void drop_hypervisor (EmbarkConnection *self)
{
  if (self->hold == NULL)
    return;
  embark_hypervisor_watch (self->hold->hypervisor, NULL, NULL);
  g_clear_pointer (&self->hold, release_hold);
}

static GType embark_connection_get_item_type (GListModel *model)
{
  return EMBARK_TYPE_MACHINE;
}

static guint embark_connection_get_n_items (GListModel *model)
{
  return g_list_model_get_n_items (G_LIST_MODEL (EMBARK_CONNECTION (model)->machines));
}

static gpointer embark_connection_get_item (GListModel *model, guint position)
{
  return g_list_model_get_item (G_LIST_MODEL (EMBARK_CONNECTION (model)->machines), position);
}

static void embark_connection_list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = embark_connection_get_item_type;
  iface->get_n_items = embark_connection_get_n_items;
  iface->get_item = embark_connection_get_item;
}

static void embark_connection_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  EmbarkConnection *self = EMBARK_CONNECTION (object);

  switch (prop_id)
    {
    case PROP_TITLE:
      g_value_set_string (value, self->title);
      break;
    case PROP_STATE:
      g_value_set_int (value, (int) self->state);
      break;
    case PROP_ERROR:
      g_value_set_pointer (value, self->error);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

/* What it brings is not wanted any more. */
static void drop_job (EmbarkConnection *self)
{
  if (self->job == NULL)
    return;
  g_signal_handlers_disconnect_by_data (self->job, self);
  embark_job_cancel (self->job);
  g_clear_object (&self->job);
}

static void embark_connection_dispose (GObject *object)
{
  EmbarkConnection *self = EMBARK_CONNECTION (object);

  drop_job (self);
  drop_hypervisor (self);
  G_OBJECT_CLASS (embark_connection_parent_class)->dispose (object);
}

static void embark_connection_finalize (GObject *object)
{
  EmbarkConnection *self = EMBARK_CONNECTION (object);

  g_free (self->uri);
  g_free (self->title);
  g_clear_object (&self->machines);
  g_clear_error (&self->error);
  G_OBJECT_CLASS (embark_connection_parent_class)->finalize (object);
}

static void embark_connection_class_init (EmbarkConnectionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = embark_connection_get_property;
  object_class->dispose = embark_connection_dispose;
  object_class->finalize = embark_connection_finalize;
  properties[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL, flags);
  properties[PROP_STATE] = g_param_spec_int ("state", NULL, NULL, 0, EMBARK_CONNECTION_FAILED, 0, flags);
  properties[PROP_ERROR] = g_param_spec_pointer ("error", NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void machines_changed_cb (GListModel *model, guint position, guint removed, guint added, gpointer user_data)
{
  g_list_model_items_changed (G_LIST_MODEL (user_data), position, removed, added);
}

static void embark_connection_init (EmbarkConnection *self)
{
  self->machines = g_list_store_new (EMBARK_TYPE_MACHINE);
  g_signal_connect_object (self->machines, "items-changed", G_CALLBACK (machines_changed_cb), self, 0);
}

static void set_state (EmbarkConnection *self, EmbarkConnectionState state, const GError *error)
{
  g_clear_error (&self->error);
  if (error != NULL)
    self->error = g_error_copy (error);
  self->state = state;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ERROR]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
}

static void hypervisor_changed_cb (EmbarkHypervisor *hypervisor, gboolean is_closed, gpointer user_data)
{
  /* Handlers may drop the connection. */
  g_autoptr (EmbarkConnection) self = g_object_ref (EMBARK_CONNECTION (user_data));

  if (is_closed)
    {
      g_autoptr (GError) error = g_error_new_literal (EMBARK_ERROR, EMBARK_ERROR_NO_HYPERVISOR,
                                                      _ ("The connection to libvirt was lost. Connect again."));
      drop_job (self);
      g_list_store_remove_all (self->machines);
      set_state (self, EMBARK_CONNECTION_FAILED, error);
      return;
    }
  start_listing (self);
}

/* In the worker. */
static gpointer open_cb (EmbarkJob *job, gpointer data, GCancellable *cancellable, GError **error)
{
  return embark_hypervisor_open (data, cancellable, error);
}

static gpointer list_cb (EmbarkJob *job, gpointer data, GCancellable *cancellable, GError **error)
{
  HypervisorHold *hold = data;

  return embark_hypervisor_list (hold->hypervisor, cancellable, error);
}

static EmbarkMachine *find_machine (EmbarkConnection *self, const EmbarkMachineInfo *info)
{
  g_autofree char *id = g_strdup_printf ("%s#%s", info->uri, info->uuid);
  guint n_machines = g_list_model_get_n_items (G_LIST_MODEL (self->machines));

  for (guint i = 0; i < n_machines; i++)
    {
      g_autoptr (EmbarkMachine) machine = g_list_model_get_item (G_LIST_MODEL (self->machines), i);
      if (g_str_equal (embark_machine_get_id (machine), id))
        return g_steal_pointer (&machine);
    }
  return NULL;
}

/* Brings the list to @infos with as few changes as there are, in their order. */
static void apply_list (EmbarkConnection *self, GPtrArray *infos)
{
  g_autoptr (GPtrArray) wanted = g_ptr_array_new_with_free_func (g_object_unref);
  GListModel *model = G_LIST_MODEL (self->machines);
  guint n_before = g_list_model_get_n_items (model);
  gboolean is_same = n_before == infos->len;

  for (guint i = 0; i < infos->len; i++)
    {
      const EmbarkMachineInfo *info = g_ptr_array_index (infos, i);
      EmbarkMachine *machine = find_machine (self, info);

      if (machine != NULL)
        embark_machine_update (machine, info);
      else
        machine = embark_machine_new_domain (self->context, info);
      g_ptr_array_add (wanted, machine);
    }
  for (guint i = 0; is_same && i < wanted->len; i++)
    {
      g_autoptr (EmbarkMachine) machine = g_list_model_get_item (model, i);
      is_same = machine == g_ptr_array_index (wanted, i);
    }
  if (!is_same)
    g_list_store_splice (self->machines, 0, n_before, wanted->pdata, wanted->len);
}

static void listed_cb (EmbarkJob *job, gpointer user_data)
{
  EmbarkConnection *self = EMBARK_CONNECTION (user_data);
  GPtrArray *infos = embark_job_get_result (job);

  g_clear_object (&self->job);
  if (infos == NULL)
    {
      set_state (self, EMBARK_CONNECTION_FAILED, embark_job_get_error (job));
      return;
    }
  apply_list (self, infos);
  if (self->state != EMBARK_CONNECTION_READY)
    set_state (self, EMBARK_CONNECTION_READY, NULL);
  if (self->is_stale)
    start_listing (self);
}

static void start_listing (EmbarkConnection *self)
{
  self->is_stale = self->job != NULL;
  if (self->is_stale || self->hold == NULL)
    return;
  self->job = embark_job_new (self->title);
  g_signal_connect_object (self->job, "finished", G_CALLBACK (listed_cb), self, 0);
  embark_job_list_start (embark_context_get_housekeeping (self->context), self->job, list_cb,
                         g_rc_box_acquire (self->hold), (GDestroyNotify) release_hold,
                         (GDestroyNotify) g_ptr_array_unref);
}

static void opened_cb (EmbarkJob *job, gpointer user_data)
{
  EmbarkConnection *self = EMBARK_CONNECTION (user_data);
  EmbarkHypervisor *hypervisor = embark_job_steal_result (job);

  g_clear_object (&self->job);
  if (hypervisor == NULL)
    {
      set_state (self, EMBARK_CONNECTION_FAILED, embark_job_get_error (job));
      return;
    }
  self->hold = g_rc_box_new0 (HypervisorHold);
  self->hold->hypervisor = hypervisor;
  embark_hypervisor_watch (hypervisor, hypervisor_changed_cb, self);
  start_listing (self);
}

static void start_opening (EmbarkConnection *self)
{
  drop_hypervisor (self);
  set_state (self, EMBARK_CONNECTION_CONNECTING, NULL);
  self->job = embark_job_new (self->title);
  g_signal_connect_object (self->job, "finished", G_CALLBACK (opened_cb), self, 0);
  embark_job_list_start (embark_context_get_housekeeping (self->context), self->job, open_cb, g_strdup (self->uri),
                         g_free, (GDestroyNotify) embark_hypervisor_free);
}

EmbarkConnection *embark_connection_new (EmbarkContext *context, const char *uri)
{
  EmbarkConnection *self = g_object_new (EMBARK_TYPE_CONNECTION, NULL);

  self->context = context;
  self->uri = g_strdup (uri);
  if (uri == NULL)
    {
      self->title = g_strdup (_ ("Disk files"));
      self->state = EMBARK_CONNECTION_READY;
      return self;
    }
  self->title = embark_hypervisor_describe_uri (uri);
  start_opening (self);
  return self;
}

void embark_connection_add (EmbarkConnection *self, EmbarkMachine *machine)
{
  g_list_store_append (self->machines, machine);
}

void embark_connection_remove (EmbarkConnection *self, EmbarkMachine *machine)
{
  guint position;

  if (g_list_store_find (self->machines, machine, &position))
    g_list_store_remove (self->machines, position);
}

void embark_connection_refresh (EmbarkConnection *self)
{
  g_return_if_fail (EMBARK_IS_CONNECTION (self));
  if (self->uri == NULL)
    return;
  if (self->state == EMBARK_CONNECTION_FAILED && self->job == NULL)
    start_opening (self);
  else if (self->state == EMBARK_CONNECTION_READY)
    start_listing (self);
}

const char *embark_connection_get_title (EmbarkConnection *self)
{
  g_return_val_if_fail (EMBARK_IS_CONNECTION (self), NULL);
  return self->title;
}

const char *embark_connection_get_uri (EmbarkConnection *self)
{
  g_return_val_if_fail (EMBARK_IS_CONNECTION (self), NULL);
  return self->uri;
}

EmbarkConnectionState embark_connection_get_state (EmbarkConnection *self)
{
  g_return_val_if_fail (EMBARK_IS_CONNECTION (self), EMBARK_CONNECTION_FAILED);
  return self->state;
}

const GError *embark_connection_get_error (EmbarkConnection *self)
{
  g_return_val_if_fail (EMBARK_IS_CONNECTION (self), NULL);
  return self->error;
}
