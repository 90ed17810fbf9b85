/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Connections to libvirt's test driver, which needs no daemon: machines, their
 * disks, and events through the default main context.
 */
#include "model/source/hypervisor.h"

#include <glib/gstdio.h>
#include <gio/gunixsocketaddress.h>
#include <libvirt/libvirt.h>
#include <string.h>
#include <unistd.h>

#include "model/base/errors.h"
#include "tests/support/image-folder.h"

static const char node_xml[] =
    "<node><cpu><mhz>2000</mhz></cpu><memory>4194304</memory>"
    "<domain type='test'><name>zeta</name><memory>1048576</memory><vcpu>3</vcpu>"
    "<os><type arch='x86_64'>hvm</type></os><devices>"
    "<disk type='file' device='cdrom'><source file='/isos/x.iso'/><target dev='sda' bus='sata'/></disk>"
    "<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='/disks/a b,c.qcow2'/>"
    "<target dev='vda' bus='virtio'/></disk>"
    "<disk type='volume' device='disk'><driver name='qemu' type='raw'/><source pool='pool' volume='vol'/>"
    "<target dev='vdb' bus='virtio'/></disk></devices></domain>"
    "<domain type='test'><name>alpha</name><memory>8192</memory><os><type>hvm</type></os></domain>"
    "<pool type='dir'><name>pool</name><target><path>/pool</path></target>"
    "<volume type='file'><name>vol</name><capacity>1000000</capacity><target><path>/pool/vol</path></target></volume>"
    "</pool></node>";

static EmbarkHypervisor *open_node (ImageFolder *folder)
{
  g_autoptr (GError) error = NULL;

  image_folder_write (folder, "node.xml", node_xml, strlen (node_xml));
  g_autofree char *uri = g_strdup_printf ("test://%s/node.xml", folder->path);
  EmbarkHypervisor *self = embark_hypervisor_open (uri, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (embark_hypervisor_get_uri (self), ==, uri);
  return self;
}

static void test_list (void)
{
  g_autoptr (ImageFolder) folder = image_folder_new ();
  g_autoptr (EmbarkHypervisor) self = open_node (folder);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) machines = embark_hypervisor_list (self, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (machines->len, ==, 2);
  const EmbarkMachineInfo *alpha = g_ptr_array_index (machines, 0);
  const EmbarkMachineInfo *zeta = g_ptr_array_index (machines, 1);
  g_assert_cmpstr (alpha->name, ==, "alpha");
  g_assert_cmpuint (alpha->disks->len, ==, 0);
  g_assert_cmpstr (zeta->name, ==, "zeta");
  g_assert_cmpuint (strlen (zeta->uuid), ==, 36);
  g_assert_cmpuint (zeta->memory, ==, G_GUINT64_CONSTANT (1) << 30);
  g_assert_cmpuint (zeta->n_cpus, ==, 3);
  g_assert_cmpint (zeta->power, ==, EMBARK_POWER_RUNNING);
  g_assert_cmpstr (zeta->architecture, ==, "x86_64");
  g_assert_cmpstr (zeta->firmware, ==, "bios");
  g_assert_cmpuint (zeta->disks->len, ==, 2);
  const EmbarkDiskInfo *file = g_ptr_array_index (zeta->disks, 0);
  const EmbarkDiskInfo *volume = g_ptr_array_index (zeta->disks, 1);
  g_assert_cmpstr (file->path, ==, "/disks/a b,c.qcow2");
  g_assert_cmpstr (file->format, ==, "qcow2");
  g_assert_true (file->is_boot);
  g_assert_cmpstr (volume->kind, ==, "volume");
  g_assert_cmpstr (volume->path, ==, "/pool/vol");
}

static EmbarkPower get_power (EmbarkHypervisor *self, const char *name)
{
  g_autoptr (GPtrArray) machines = embark_hypervisor_list (self, NULL, NULL);

  for (guint i = 0; machines != NULL && i < machines->len; i++)
    {
      const EmbarkMachineInfo *info = g_ptr_array_index (machines, i);
      if (g_strcmp0 (info->name, name) == 0)
        return info->power;
    }
  return EMBARK_POWER_OTHER;
}

static void changed_cb (EmbarkHypervisor *self, gboolean is_closed, gpointer user_data)
{
  g_assert_false (is_closed);
  g_assert_true (g_main_context_is_owner (NULL));
  (*(guint *) user_data)++;
}

static gboolean give_up_cb (gpointer user_data)
{
  g_assert_not_reached ();
}

static void wait_for_more (guint *count, guint seen)
{
  guint timeout = g_timeout_add_seconds (60, give_up_cb, NULL);

  while (*count <= seen)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (timeout);
}

/* test:///default is one node for the whole process, so what another connection does is seen here. */
static void test_events (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EmbarkHypervisor) self = embark_hypervisor_open ("test:///default", NULL, &error);
  virConnectPtr other = virConnectOpen ("test:///default");
  guint count = 0;

  g_assert_no_error (error);
  g_assert_nonnull (other);
  embark_hypervisor_watch (self, changed_cb, &count);
  virDomainPtr domain = virDomainDefineXML (other, "<domain type='test'><name>new</name><memory>8192</memory>"
                                                   "<os><type>hvm</type></os></domain>");
  g_assert_nonnull (domain);
  wait_for_more (&count, 0);
  g_assert_cmpint (get_power (self, "new"), ==, EMBARK_POWER_OFF);

  guint seen = count;
  g_assert_cmpint (virDomainCreate (domain), ==, 0);
  wait_for_more (&count, seen);
  g_assert_cmpint (get_power (self, "new"), ==, EMBARK_POWER_RUNNING);

  seen = count;
  g_assert_cmpint (virDomainSuspend (domain), ==, 0);
  wait_for_more (&count, seen);
  g_assert_cmpint (get_power (self, "new"), ==, EMBARK_POWER_PAUSED);

  seen = count;
  g_assert_cmpint (virDomainDestroy (domain), ==, 0);
  wait_for_more (&count, seen);
  g_assert_cmpint (virDomainCreate (domain), ==, 0);
  g_assert_cmpint (virDomainManagedSave (domain, 0), ==, 0);
  g_assert_cmpint (get_power (self, "new"), ==, EMBARK_POWER_SAVED);

  embark_hypervisor_watch (self, NULL, NULL);
  seen = count;
  g_assert_cmpint (virDomainManagedSaveRemove (domain, 0), ==, 0);
  g_assert_cmpint (virDomainUndefine (domain), ==, 0);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (count, ==, seen);
  virDomainFree (domain);
  virConnectClose (other);
}

/* Freed with an event still on its way. */
static void test_free_while_watching (void)
{
  EmbarkHypervisor *self = embark_hypervisor_open ("test:///default", NULL, NULL);
  virConnectPtr other = virConnectOpen ("test:///default");
  guint count = 0;

  embark_hypervisor_watch (self, changed_cb, &count);
  virDomainPtr domain = virDomainDefineXML (other, "<domain type='test'><name>brief</name><memory>8192</memory>"
                                                   "<os><type>hvm</type></os></domain>");
  embark_hypervisor_free (self);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (count, ==, 0);
  g_assert_cmpint (virDomainUndefine (domain), ==, 0);
  virDomainFree (domain);
  virConnectClose (other);
}

static void test_refusals (void)
{
  static const char *const uris[] = { "nonsense:///x", "test:///nowhere/node.xml", "qemu:///nonsense", "::" };

  for (gsize i = 0; i < G_N_ELEMENTS (uris); i++)
    {
      g_autoptr (GError) error = NULL;
      g_assert_null (embark_hypervisor_open (uris[i], NULL, &error));
      g_test_message ("%s", error->message);
      g_assert_true (error->domain == EMBARK_ERROR);
      g_assert_nonnull (strstr (error->message, uris[i]));
    }

  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  g_cancellable_cancel (cancellable);
  g_assert_null (embark_hypervisor_open ("test:///default", cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* A socket that nobody listens on stands for the daemon that does not run. */
static void test_no_daemon (void)
{
  g_autoptr (ImageFolder) folder = image_folder_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *uri = g_strdup_printf ("qemu+unix:///system?socket=%s/none", folder->path);

  g_assert_null (embark_hypervisor_open (uri, NULL, &error));
  g_test_message ("%s", error->message);
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_NO_HYPERVISOR);
  g_assert_nonnull (strstr (error->message, "libvirt"));
}

/* Another computer's daemon is not started from here. */
static void test_unreachable (void)
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  guint16 port = g_socket_listener_add_any_inet_port (listener, NULL, NULL);
  g_autofree char *uri = g_strdup_printf ("qemu+tcp://127.0.0.1:%u/system", port);
  g_autoptr (GError) error = NULL;

  g_socket_listener_close (listener);
  g_assert_null (embark_hypervisor_open (uri, NULL, &error));
  g_test_message ("%s", error->message);
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_NO_HYPERVISOR);
  g_assert_null (strstr (error->message, "systemctl"));
}

static void test_system_without_daemon (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EmbarkHypervisor) self = embark_hypervisor_open ("qemu:///system", NULL, &error);

  if (self != NULL || g_error_matches (error, EMBARK_ERROR, EMBARK_ERROR_HYPERVISOR_DENIED))
    {
      g_test_skip ("a libvirt daemon runs on this computer");
      return;
    }
  g_test_message ("%s", error->message);
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_NO_HYPERVISOR);
}

/* A socket this user may not open. */
static void test_denied (void)
{
  g_autoptr (ImageFolder) folder = image_folder_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *path = image_folder_get_path (folder, "sock");
  g_autofree char *uri = g_strdup_printf ("qemu+unix:///system?socket=%s", path);
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  gboolean is_root = geteuid () == 0;

  g_assert_true (g_socket_listener_add_address (listener, address, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT,
                                                NULL, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpint (g_chmod (path, 0), ==, 0);
  g_assert_cmpint (g_chmod (folder->path, 0755), ==, 0);
  if (is_root)
    g_assert_cmpint (seteuid (65534), ==, 0);
  EmbarkHypervisor *self = embark_hypervisor_open (uri, NULL, &error);
  if (is_root)
    g_assert_cmpint (seteuid (0), ==, 0);
  g_assert_null (self);
  g_test_message ("%s", error->message);
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_HYPERVISOR_DENIED);
  g_assert_nonnull (strstr (error->message, "group “libvirt”"));
}

static void test_describe (void)
{
  g_autofree char *system = embark_hypervisor_describe_uri ("qemu:///system");
  g_autofree char *session = embark_hypervisor_describe_uri ("qemu:///session");
  g_autofree char *remote = embark_hypervisor_describe_uri ("qemu+ssh://me@host.example:22/system");
  g_autofree char *other = embark_hypervisor_describe_uri ("test:///default");

  g_assert_cmpstr (system, ==, "This computer");
  g_assert_cmpstr (session, ==, "This user");
  g_assert_cmpstr (remote, ==, "host.example");
  g_assert_cmpstr (other, ==, "test:///default");
}

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  embark_hypervisor_init ();
  g_test_add_func ("/hypervisor/list", test_list);
  g_test_add_func ("/hypervisor/events", test_events);
  g_test_add_func ("/hypervisor/free-while-watching", test_free_while_watching);
  g_test_add_func ("/hypervisor/refusals", test_refusals);
  g_test_add_func ("/hypervisor/no-daemon", test_no_daemon);
  g_test_add_func ("/hypervisor/unreachable", test_unreachable);
  g_test_add_func ("/hypervisor/system-without-daemon", test_system_without_daemon);
  g_test_add_func ("/hypervisor/denied", test_denied);
  g_test_add_func ("/hypervisor/describe", test_describe);
  return g_test_run ();
}
