/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * libvirt's default event loop is the default GLib main context since 6.1:
 * registering it is all there is to do, and its callbacks come on the main
 * thread while that context runs. Calls on a connection whose daemon hangs end
 * with its keepalive, which that loop sends.
 */
#include "model/source/hypervisor.h"

#include <glib/gi18n-lib.h>
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <libxml/parser.h>

#include "model/base/errors.h"
#include "model/source/domain-xml.h"
#include "model/source/hypervisor-error.h"

#define KEEPALIVE_INTERVAL_S 3
#define KEEPALIVE_COUNT 3
#define MACHINES_MAX 4096
#define N_EVENTS 5

/* Outlives the hypervisor while a callback of libvirt or a source of the main loop still refers to it. */
typedef struct
{
  EmbarkHypervisor *self; /* NULL once freed; main thread */
} Link;

struct _EmbarkHypervisor
{
  char *uri;
  virConnectPtr connection;
  Link *link; /* g_atomic_rc_box */
  EmbarkHypervisorFunc func;
  gpointer user_data;
  int event_ids[N_EVENTS]; /* -1: not registered */
  gboolean has_close_callback;
};

static void ignore_error_cb (gpointer user_data, virErrorPtr error)
{
}

void embark_hypervisor_init (void)
{
  static gsize is_done = 0;

  if (!g_once_init_enter (&is_done))
    return;
  xmlInitParser ();
  virSetErrorFunc (NULL, ignore_error_cb);
  if (virInitialize () < 0 || virEventRegisterDefaultImpl () < 0)
    g_warning ("libvirt could not be initialised: %s", virGetLastErrorMessage ());
  g_once_init_leave (&is_done, 1);
}

EmbarkHypervisor *embark_hypervisor_open (const char *uri, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (uri != NULL, NULL);

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  virConnectPtr connection = virConnectOpen (uri);
  if (connection == NULL && embark_hypervisor_error_is_denial ())
    connection = virConnectOpenReadOnly (uri);
  if (connection == NULL)
    {
      embark_hypervisor_error_set (error, uri);
      return NULL;
    }
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    {
      virConnectClose (connection);
      return NULL;
    }
  /* Drivers without a daemon have nothing to keep alive and refuse: that is fine. */
  virConnectSetKeepAlive (connection, KEEPALIVE_INTERVAL_S, KEEPALIVE_COUNT);
  virResetLastError ();

  EmbarkHypervisor *self = g_new0 (EmbarkHypervisor, 1);
  self->uri = g_strdup (uri);
  self->connection = connection;
  self->link = g_atomic_rc_box_new0 (Link);
  self->link->self = self;
  for (guint i = 0; i < N_EVENTS; i++)
    self->event_ids[i] = -1;
  return self;
}

const char *embark_hypervisor_get_uri (EmbarkHypervisor *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->uri;
}

char *embark_hypervisor_describe_uri (const char *uri)
{
  g_return_val_if_fail (uri != NULL, NULL);

  if (g_strcmp0 (uri, "qemu:///system") == 0)
    return g_strdup (_ ("This computer"));
  if (g_strcmp0 (uri, "qemu:///session") == 0)
    return g_strdup (_ ("This user"));
  g_autoptr (GUri) parsed = g_uri_parse (uri, G_URI_FLAGS_NON_DNS, NULL);
  const char *host = parsed != NULL ? g_uri_get_host (parsed) : NULL;
  return host != NULL && *host != '\0' ? g_strdup (host) : g_utf8_make_valid (uri, -1);
}

static char *find_volume_path (const char *pool_name, const char *volume_name, gpointer connection)
{
  virStoragePoolPtr pool = virStoragePoolLookupByName (connection, pool_name);
  virStorageVolPtr volume = pool != NULL ? virStorageVolLookupByName (pool, volume_name) : NULL;
  char *found = volume != NULL ? virStorageVolGetPath (volume) : NULL;
  char *path = g_strdup (found);

  free (found);
  if (volume != NULL)
    virStorageVolFree (volume);
  if (pool != NULL)
    virStoragePoolFree (pool);
  return path;
}

static EmbarkPower get_power (virDomainPtr domain, int state)
{
  switch (state)
    {
    case VIR_DOMAIN_RUNNING:
    case VIR_DOMAIN_BLOCKED:
      return EMBARK_POWER_RUNNING;
    case VIR_DOMAIN_PAUSED:
      return EMBARK_POWER_PAUSED;
    case VIR_DOMAIN_SHUTOFF:
      return virDomainHasManagedSaveImage (domain, 0) > 0 ? EMBARK_POWER_SAVED : EMBARK_POWER_OFF;
    default:
      return EMBARK_POWER_OTHER;
    }
}

/* NULL for a machine that vanished while the list was made. */
static EmbarkMachineInfo *describe_machine (EmbarkHypervisor *self, virDomainPtr domain)
{
  char uuid[VIR_UUID_STRING_BUFLEN] = "";
  virDomainInfo numbers = { 0 };
  g_autoptr (GError) error = NULL;

  if (virDomainGetUUIDString (domain, uuid) < 0 || virDomainGetInfo (domain, &numbers) < 0)
    return NULL;

  EmbarkMachineInfo *info = g_new0 (EmbarkMachineInfo, 1);
  info->uri = g_strdup (self->uri);
  info->uuid = g_strdup (uuid);
  info->name = g_utf8_make_valid (virDomainGetName (domain), -1);
  info->power = get_power (domain, numbers.state);
  info->memory = (guint64) numbers.maxMem * 1024;
  info->n_cpus = numbers.nrVirtCpu;
  char *xml = virDomainGetXMLDesc (domain, 0);
  if (xml != NULL && !embark_domain_xml_parse (xml, find_volume_path, self->connection, info, &error))
    g_info ("machine %s: %s", info->name, error->message);
  free (xml);
  if (info->firmware == NULL)
    info->firmware = g_strdup ("bios");
  if (info->disks == NULL)
    info->disks = g_ptr_array_new_with_free_func ((GDestroyNotify) embark_disk_info_free);
  return info;
}

static int compare_names_cb (gconstpointer a, gconstpointer b)
{
  const EmbarkMachineInfo *left = *(EmbarkMachineInfo *const *) a;
  const EmbarkMachineInfo *right = *(EmbarkMachineInfo *const *) b;
  int order = g_utf8_collate (left->name, right->name);

  return order != 0 ? order : strcmp (left->uuid, right->uuid);
}

GPtrArray *embark_hypervisor_list (EmbarkHypervisor *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) machines = g_ptr_array_new_with_free_func ((GDestroyNotify) embark_machine_info_free);
  virDomainPtr *domains = NULL;

  g_return_val_if_fail (self != NULL, NULL);

  int n = virConnectListAllDomains (self->connection, &domains, 0);
  if (n < 0)
    {
      embark_hypervisor_error_set (error, self->uri);
      return NULL;
    }
  for (int i = 0; i < n; i++)
    {
      EmbarkMachineInfo *info = NULL;
      if (i < MACHINES_MAX && !g_cancellable_is_cancelled (cancellable))
        info = describe_machine (self, domains[i]);
      if (info != NULL)
        g_ptr_array_add (machines, info);
      virDomainFree (domains[i]);
    }
  free (domains);
  virResetLastError ();
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  g_ptr_array_sort (machines, compare_names_cb);
  return g_steal_pointer (&machines);
}

static void free_link_cb (gpointer link)
{
  g_atomic_rc_box_release (link);
}

static void tell (Link *link, gboolean is_closed)
{
  if (link->self != NULL && link->self->func != NULL)
    link->self->func (link->self, is_closed, link->self->user_data);
}

static gboolean connection_closed_idle_cb (gpointer link)
{
  tell (link, TRUE);
  return G_SOURCE_REMOVE;
}

/* Comes on whatever thread noticed it. */
static void connection_closed_cb (virConnectPtr connection, int reason, gpointer link)
{
  g_idle_add_full (G_PRIORITY_DEFAULT, connection_closed_idle_cb, g_atomic_rc_box_acquire (link), free_link_cb);
}

static int lifecycle_cb (virConnectPtr connection, virDomainPtr domain, int event, int detail, gpointer link)
{
  tell (link, FALSE);
  return 0;
}

static void device_changed_cb (virConnectPtr connection, virDomainPtr domain, const char *alias, gpointer link)
{
  tell (link, FALSE);
}

static void block_job_cb (virConnectPtr connection, virDomainPtr domain, const char *disk, int type, int status,
                          gpointer link)
{
  tell (link, FALSE);
}

static void metadata_changed_cb (virConnectPtr connection, virDomainPtr domain, int type, const char *uri,
                                 gpointer link)
{
  tell (link, FALSE);
}

static void stop_watching (EmbarkHypervisor *self)
{
  for (guint i = 0; i < N_EVENTS; i++)
    if (self->event_ids[i] >= 0)
      {
        virConnectDomainEventDeregisterAny (self->connection, self->event_ids[i]);
        self->event_ids[i] = -1;
      }
  if (self->has_close_callback)
    virConnectUnregisterCloseCallback (self->connection, connection_closed_cb);
  self->has_close_callback = FALSE;
  self->func = NULL;
}

void embark_hypervisor_watch (EmbarkHypervisor *self, EmbarkHypervisorFunc func, gpointer user_data)
{
  static const struct
  {
    int id;
    virConnectDomainEventGenericCallback callback;
  } events[N_EVENTS] = {
    { VIR_DOMAIN_EVENT_ID_LIFECYCLE, VIR_DOMAIN_EVENT_CALLBACK (lifecycle_cb) },
    { VIR_DOMAIN_EVENT_ID_DEVICE_ADDED, VIR_DOMAIN_EVENT_CALLBACK (device_changed_cb) },
    { VIR_DOMAIN_EVENT_ID_DEVICE_REMOVED, VIR_DOMAIN_EVENT_CALLBACK (device_changed_cb) },
    { VIR_DOMAIN_EVENT_ID_BLOCK_JOB_2, VIR_DOMAIN_EVENT_CALLBACK (block_job_cb) },
    { VIR_DOMAIN_EVENT_ID_METADATA_CHANGE, VIR_DOMAIN_EVENT_CALLBACK (metadata_changed_cb) },
  };

  g_return_if_fail (self != NULL);

  stop_watching (self);
  if (func == NULL)
    return;
  self->func = func;
  self->user_data = user_data;
  /* A driver that lacks an event still has the others. */
  for (guint i = 0; i < N_EVENTS; i++)
    {
      self->event_ids[i] = virConnectDomainEventRegisterAny (self->connection, NULL, events[i].id, events[i].callback,
                                                             g_atomic_rc_box_acquire (self->link), free_link_cb);
      if (self->event_ids[i] < 0)
        g_atomic_rc_box_release (self->link);
    }
  /* Without a reference of its own: drivers that cannot break take the callback, forget it, and free nothing. */
  self->has_close_callback =
      virConnectRegisterCloseCallback (self->connection, connection_closed_cb, self->link, NULL) == 0;
  virResetLastError ();
}

void embark_hypervisor_free (EmbarkHypervisor *self)
{
  if (self == NULL)
    return;
  stop_watching (self);
  self->link->self = NULL;
  virConnectClose (self->connection);
  g_atomic_rc_box_release (self->link);
  virResetLastError ();
  g_free (self->uri);
  g_free (self);
}
