/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The library on libvirt's test driver: connections come and go, machines
 * follow events and keep their objects, disks are found by name.
 */
#include <libvirt/libvirt.h>
#include <string.h>
#include <unistd.h>

#include "model/base/errors.h"
#include "model/context.h"
#include "model/disk-private.h"
#include "tests/support/image-folder.h"

#define DEFAULT_URI "test:///default"

typedef struct
{
  ImageFolder *folder;
  EmbarkContext *context;
  EmbarkLibrary *library;
  char *node_uri;
} Fixture;

static const char node_xml[] =
    "<node><memory>4194304</memory>"
    "<domain type='test'><name>web</name><memory>8192</memory><os><type>hvm</type></os><devices>"
    "<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='/disks/a.qcow2'/>"
    "<target dev='vda' bus='virtio'/></disk>"
    "<disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='/disks/b.raw'/>"
    "<target dev='vdb' bus='virtio'/></disk></devices></domain>"
    "<domain type='test'><name>shop</name><title>The a/b "
    "shop</title><memory>8192</memory><os><type>hvm</type></os><devices>"
    "<disk type='file' device='disk'><source file='/disks/c.raw'/><target dev='vda' bus='virtio'/></disk>"
    "</devices></domain>"
    "<domain type='test'><name>bare</name><memory>8192</memory><os><type>hvm</type></os></domain>"
    "<domain type='test'><name>test</name><memory>8192</memory><os><type>hvm</type></os></domain></node>";

static void set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  EmbarkContextOptions options = { 0 };

  fixture->folder = image_folder_new ();
  image_folder_write (fixture->folder, "node.xml", node_xml, strlen (node_xml));
  fixture->node_uri = g_strdup_printf ("test://%s/node.xml", fixture->folder->path);
  options.state_dir = options.cache_dir = options.runtime_dir = fixture->folder->path;
  fixture->context = embark_context_new (&options, &error);
  g_assert_no_error (error);
  fixture->library = embark_context_get_library (fixture->context);
}

static void tear_down (Fixture *fixture, gconstpointer data)
{
  embark_context_close (fixture->context);
  g_assert_finalize_object (fixture->context);
  g_free (fixture->node_uri);
  image_folder_free (fixture->folder);
}

static void set_uris (Fixture *fixture, const char *first, const char *second)
{
  const char *const uris[] = { first, second, NULL };

  embark_library_set_uris (fixture->library, uris);
}

static void settle (Fixture *fixture)
{
  while (!embark_library_is_settled (fixture->library))
    g_main_context_iteration (NULL, TRUE);
}

static guint count_connections (Fixture *fixture)
{
  return g_list_model_get_n_items (embark_library_get_connections (fixture->library));
}

static EmbarkConnection *get_connection (Fixture *fixture, guint position)
{
  return g_list_model_get_item (embark_library_get_connections (fixture->library), position);
}

/* Borrowed. */
static EmbarkMachine *find_machine (EmbarkConnection *connection, const char *name)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (connection)); i++)
    {
      g_autoptr (EmbarkMachine) machine = g_list_model_get_item (G_LIST_MODEL (connection), i);
      if (g_str_equal (embark_machine_get_name (machine), name))
        return machine;
    }
  return NULL;
}

static void test_connections (Fixture *fixture, gconstpointer data)
{
  g_autoptr (EmbarkConnection) first = NULL;
  g_autoptr (EmbarkConnection) same = NULL;
  g_autoptr (EmbarkConnection) last = NULL;

  g_assert_true (embark_library_is_settled (fixture->library));
  set_uris (fixture, DEFAULT_URI, fixture->node_uri);
  g_assert_false (embark_library_is_settled (fixture->library));
  settle (fixture);
  g_assert_cmpuint (count_connections (fixture), ==, 3);
  first = get_connection (fixture, 0);
  g_assert_cmpint (embark_connection_get_state (first), ==, EMBARK_CONNECTION_READY);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (first)), ==, 1);
  set_uris (fixture, DEFAULT_URI, DEFAULT_URI);
  g_assert_cmpuint (count_connections (fixture), ==, 2);
  same = get_connection (fixture, 0);
  g_assert_true (first == same);
  last = get_connection (fixture, 1);
  g_assert_true (last == embark_library_get_files (fixture->library));
}

/* Connections are dropped and made again while they open and list. */
static void test_hasty_changes (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < 20; i++)
    {
      set_uris (fixture, DEFAULT_URI, i % 2 == 0 ? fixture->node_uri : NULL);
      for (guint j = 0; j < i % 5; j++)
        g_main_context_iteration (NULL, FALSE);
      embark_library_refresh (fixture->library);
      set_uris (fixture, i % 3 == 0 ? fixture->node_uri : NULL, NULL);
    }
  set_uris (fixture, fixture->node_uri, NULL);
  settle (fixture);
  g_assert_cmpuint (count_connections (fixture), ==, 2);
}

static void drop_all_cb (EmbarkConnection *connection, GParamSpec *pspec, Fixture *fixture)
{
  set_uris (fixture, NULL, NULL);
}

static void changed_cb (GListModel *model, guint position, guint removed, guint added, Fixture *fixture)
{
  set_uris (fixture, NULL, NULL);
}

/* Handlers that remove the very connection that tells them. */
static void test_dropped_by_handlers (Fixture *fixture, gconstpointer data)
{
  EmbarkConnection *connection;

  set_uris (fixture, DEFAULT_URI, NULL);
  connection = get_connection (fixture, 0);
  g_signal_connect (connection, "notify::state", G_CALLBACK (drop_all_cb), fixture);
  g_object_add_weak_pointer (G_OBJECT (connection), (gpointer *) &connection);
  g_object_unref (connection);
  settle (fixture);
  g_assert_null (connection);
  set_uris (fixture, DEFAULT_URI, NULL);
  connection = get_connection (fixture, 0);
  g_signal_connect (connection, "items-changed", G_CALLBACK (changed_cb), fixture);
  g_object_add_weak_pointer (G_OBJECT (connection), (gpointer *) &connection);
  g_object_unref (connection);
  settle (fixture);
  g_assert_null (connection);
  g_assert_cmpuint (count_connections (fixture), ==, 1);
}

static void test_failing (Fixture *fixture, gconstpointer data)
{
  g_autoptr (EmbarkConnection) connection = NULL;

  set_uris (fixture, "qemu+unix:///system?socket=/nonexistent/libvirt", NULL);
  settle (fixture);
  connection = get_connection (fixture, 0);
  g_assert_cmpint (embark_connection_get_state (connection), ==, EMBARK_CONNECTION_FAILED);
  g_assert_error (embark_connection_get_error (connection), EMBARK_ERROR, EMBARK_ERROR_NO_HYPERVISOR);
  embark_library_refresh (fixture->library);
  g_assert_false (embark_library_is_settled (fixture->library));
  settle (fixture);
  g_assert_error (embark_connection_get_error (connection), EMBARK_ERROR, EMBARK_ERROR_NO_HYPERVISOR);
}

/* What another program does to the machines is seen, and a machine stays the same object. */
static void test_events (Fixture *fixture, gconstpointer data)
{
  virConnectPtr other = virConnectOpen (DEFAULT_URI);
  g_autoptr (EmbarkConnection) connection = NULL;
  g_autoptr (EmbarkMachine) kept = NULL;
  virDomainPtr domain;

  set_uris (fixture, DEFAULT_URI, NULL);
  settle (fixture);
  connection = get_connection (fixture, 0);
  domain = virDomainDefineXML (other, "<domain type='test'><name>new</name><memory>8192</memory>"
                                      "<os><type>hvm</type></os></domain>");
  g_assert_nonnull (domain);
  while (find_machine (connection, "new") == NULL)
    g_main_context_iteration (NULL, TRUE);
  kept = g_object_ref (find_machine (connection, "new"));
  g_assert_cmpint (embark_machine_get_power (kept), ==, EMBARK_MACHINE_OFF);
  g_assert_cmpint (virDomainCreate (domain), ==, 0);
  while (embark_machine_get_power (kept) != EMBARK_MACHINE_RUNNING)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (find_machine (connection, "new") == kept);
  g_assert_cmpint (virDomainDestroy (domain), ==, 0);
  g_assert_cmpint (virDomainUndefine (domain), ==, 0);
  while (find_machine (connection, "new") != NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_nonnull (find_machine (connection, "test"));
  virDomainFree (domain);
  virConnectClose (other);
}

/* An event comes, and before its listing is over the connection is gone. */
static void test_event_while_closing (Fixture *fixture, gconstpointer data)
{
  virConnectPtr other = virConnectOpen (DEFAULT_URI);
  virDomainPtr domain;

  set_uris (fixture, DEFAULT_URI, NULL);
  settle (fixture);
  domain = virDomainDefineXML (other, "<domain type='test'><name>brief</name><memory>8192</memory>"
                                      "<os><type>hvm</type></os></domain>");
  g_assert_nonnull (domain);
  g_assert_cmpint (virDomainCreate (domain), ==, 0);
  g_main_context_iteration (NULL, FALSE);
  set_uris (fixture, NULL, NULL);
  g_assert_cmpint (virDomainDestroy (domain), ==, 0);
  g_assert_cmpint (virDomainUndefine (domain), ==, 0);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  virDomainFree (domain);
  virConnectClose (other);
}

static void assert_found (Fixture *fixture, const char *name, const char *path)
{
  g_autoptr (GError) error = NULL;
  EmbarkMachine *machine = NULL;
  EmbarkDisk *disk = embark_library_find_disk (fixture->library, name, &machine, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (embark_disk_get_path (disk), ==, path);
  g_assert_nonnull (machine);
}

static void assert_not_found (Fixture *fixture, const char *name, EmbarkError code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (embark_library_find_disk (fixture->library, name, NULL, &error));
  g_assert_error (error, EMBARK_ERROR, (int) code);
}

static void test_find_disk (Fixture *fixture, gconstpointer data)
{
  set_uris (fixture, fixture->node_uri, DEFAULT_URI);
  settle (fixture);
  assert_found (fixture, "web", "/disks/a.qcow2");
  assert_found (fixture, "web/vda", "/disks/a.qcow2");
  assert_found (fixture, "web/vdb", "/disks/b.raw");
  assert_found (fixture, "shop", "/disks/c.raw");
  assert_found (fixture, "The a/b shop/vda", "/disks/c.raw");
  assert_found (fixture, "The a/b shop", "/disks/c.raw");
  assert_not_found (fixture, "web/vdc", EMBARK_ERROR_NOT_FOUND);
  assert_not_found (fixture, "web/", EMBARK_ERROR_NOT_FOUND);
  assert_not_found (fixture, "/vda", EMBARK_ERROR_NOT_FOUND);
  assert_not_found (fixture, "", EMBARK_ERROR_NOT_FOUND);
  assert_not_found (fixture, "bare", EMBARK_ERROR_NOT_FOUND);
  assert_not_found (fixture, "nobody", EMBARK_ERROR_NOT_FOUND);
  assert_not_found (fixture, "test", EMBARK_ERROR_FAILED); /* on both connections */
}

static void disks_changed_cb (GListModel *disks, guint position, guint removed, guint added, EmbarkMachine *machine)
{
  EmbarkDisk *boot_disk = embark_machine_get_boot_disk (machine);

  g_assert_cmpuint (removed, ==, 1);
  g_assert_cmpuint (added, ==, 1);
  g_assert_cmpstr (embark_disk_get_path (boot_disk), ==, "/disks/new.raw");
}

static char *build_domain (const char *disk)
{
  return g_strdup_printf ("<domain type='test'><name>swap</name><uuid>4f2c1c9e-53b4-4b6c-9f5e-0d5b1e1f0a11</uuid>"
                          "<memory>8192</memory><os><type>hvm</type></os><devices><disk type='file' device='disk'>"
                          "<source file='/disks/%s.raw'/><target dev='vda' bus='virtio'/></disk></devices></domain>",
                          disk);
}

/* A machine gets another disk: list and boot disk change in one step. */
static void test_disk_is_replaced (Fixture *fixture, gconstpointer data)
{
  virConnectPtr other = virConnectOpen (DEFAULT_URI);
  g_autofree char *old_xml = build_domain ("old");
  g_autofree char *new_xml = build_domain ("new");
  virDomainPtr domain = virDomainDefineXML (other, old_xml);
  g_autoptr (EmbarkConnection) connection = NULL;
  EmbarkMachine *machine;

  g_assert_nonnull (domain);
  set_uris (fixture, DEFAULT_URI, NULL);
  settle (fixture);
  connection = get_connection (fixture, 0);
  machine = find_machine (connection, "swap");
  g_signal_connect (embark_machine_get_disks (machine), "items-changed", G_CALLBACK (disks_changed_cb), machine);
  virDomainFree (domain);
  domain = virDomainDefineXML (other, new_xml);
  g_assert_nonnull (domain);
  while (g_strcmp0 (embark_disk_get_path (embark_machine_get_boot_disk (machine)), "/disks/new.raw") != 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (virDomainUndefine (domain), ==, 0);
  virDomainFree (domain);
  virConnectClose (other);
}

static void count_report_cb (EmbarkDisk *disk, GParamSpec *pspec, guint *n_reports)
{
  (*n_reports)++;
}

/* Another judge: what was found is judged again, without another look. */
static void test_judge (Fixture *fixture, gconstpointer data)
{
  EmbarkLook *look = g_new0 (EmbarkLook, 1);
  guint n_reports = 0;
  EmbarkDisk *disk;
  gint64 checked_at;

  set_uris (fixture, fixture->node_uri, NULL);
  settle (fixture);
  disk = embark_library_find_disk (fixture->library, "web", NULL, NULL);
  look->facts = embark_facts_new ();
  look->fingerprint = g_strdup ("1");
  embark_facts_set_uint (look->facts, "image.virtualSize", G_GUINT64_CONSTANT (1) << 40);
  embark_disk_take_look (disk, look, TRUE);
  g_assert_cmpint (embark_disk_get_verdict (disk), ==, EMBARK_VERDICT_BLOCKED);
  checked_at = embark_disk_get_checked_at (disk);
  g_signal_connect (disk, "notify::report", G_CALLBACK (count_report_cb), &n_reports);
  embark_context_set_judge (fixture->context, EMBARK_JUDGE_CURRENT);
  embark_context_set_judge (fixture->context, EMBARK_JUDGE_CURRENT);
  g_assert_cmpuint (n_reports, ==, 1);
  g_assert_cmpint (embark_disk_get_verdict (disk), ==, EMBARK_VERDICT_BLOCKED);
  g_assert_cmpint (embark_disk_get_checked_at (disk), ==, checked_at);
}

/* libvirt gives root the system's machines for the session too. */
static void test_root_session (Fixture *fixture, gconstpointer data)
{
  set_uris (fixture, "qemu:///system", "qemu:///session");
  g_assert_cmpuint (count_connections (fixture), ==, geteuid () == 0 ? 2 : 3);
  set_uris (fixture, "qemu:///session", NULL);
  g_assert_cmpuint (count_connections (fixture), ==, 2);
  settle (fixture);
}

#define ADD(name, func) g_test_add ("/library/" name, Fixture, NULL, set_up, func, tear_down)

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("connections", test_connections);
  ADD ("hasty-changes", test_hasty_changes);
  ADD ("dropped-by-handlers", test_dropped_by_handlers);
  ADD ("failing", test_failing);
  ADD ("events", test_events);
  ADD ("event-while-closing", test_event_while_closing);
  ADD ("find-disk", test_find_disk);
  ADD ("disk-is-replaced", test_disk_is_replaced);
  ADD ("judge", test_judge);
  ADD ("root-session", test_root_session);
  return g_test_run ();
}
