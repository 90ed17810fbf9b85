/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "model/base/errors.h"
#include "tests/guest/guest-fixture.h"

static EmbarkFacts *inspect_image (const char *image, const char *format)
{
  GuestFixture *fixture = guest_fixture_open (image, format);
  EmbarkGuestRequest request = guest_fixture_make_request (fixture);
  g_autoptr (GError) error = NULL;
  EmbarkFacts *facts = embark_guest_inspect (&request, NULL, NULL, NULL, NULL, &error);
  g_autofree char *text = NULL;

  g_assert_no_error (error);
  g_assert_true (guest_fixture_wait_gone (fixture));
  guest_fixture_close (fixture);
  text = embark_facts_to_json (facts, TRUE);
  g_test_message ("%s", text);
  return facts;
}

static EmbarkFacts *inspect_guest (const char *name)
{
  g_autofree char *image = g_build_filename (guest_fixture_get_images (), name, NULL);

  return inspect_image (image, "qcow2");
}

static void check_boolean (EmbarkFacts *facts, const char *path, gboolean expected)
{
  gboolean value = !expected;

  g_assert_true (embark_facts_get_boolean (facts, path, &value));
  g_assert_cmpint (value, ==, expected);
}

static void check_uint (EmbarkFacts *facts, const char *path, guint64 expected)
{
  guint64 value = 0;

  g_assert_true (embark_facts_get_uint (facts, path, &value));
  g_assert_cmpuint (value, ==, expected);
}

static JsonObject *get_only (EmbarkFacts *facts, const char *path)
{
  JsonArray *list = embark_facts_get_list (facts, path);

  g_assert_nonnull (list);
  g_assert_cmpuint (json_array_get_length (list), ==, 1);
  return json_array_get_object_element (list, 0);
}

static void check_debian_disk (EmbarkFacts *facts)
{
  JsonObject *partition = get_only (facts, "disk.partitions");
  JsonObject *filesystem = get_only (facts, "disk.filesystems");

  g_assert_cmpstr (embark_facts_get_string (facts, "disk.partitionTable"), ==, "mbr");
  g_assert_cmpstr (embark_facts_get_string (facts, "boot.firmware"), ==, "bios");
  check_boolean (facts, "disk.lvm", FALSE);
  check_boolean (facts, "disk.luks", FALSE);
  g_assert_cmpint (json_object_get_int_member (partition, "mbrType"), ==, 0x83);
  g_assert_true (json_object_get_boolean_member (partition, "bootable"));
  g_assert_cmpint (json_object_get_int_member (partition, "start"), ==, 1024 * 1024);
  g_assert_cmpstr (json_object_get_string_member (filesystem, "type"), ==, "ext4");
  g_assert_cmpstr (json_object_get_string_member (filesystem, "mountPoint"), ==, "/");
  g_assert_true (json_object_get_boolean_member (filesystem, "clean"));
  g_assert_cmpint (json_object_get_int_member (filesystem, "free"), >, 100 * 1024 * 1024);
}

static void check_debian_settings (EmbarkFacts *facts)
{
  JsonObject *line = get_only (facts, "linux.fstab");

  g_assert_cmpstr (embark_facts_get_string (facts, "linux.bootLoader"), ==, "grub2");
  g_assert_cmpstr (embark_facts_get_string (facts, "linux.init"), ==, "systemd");
  g_assert_cmpstr (embark_facts_get_string (facts, "linux.network.naming"), ==, "kernel");
  g_assert_cmpstr (embark_facts_get_string (facts, "linux.network.namingEvidence"), ==, "net.ifnames=0");
  g_assert_cmpstr (embark_facts_get_string (facts, "linux.shadow"), ==, "ok");
  g_assert_cmpstr (embark_facts_get_string (facts, "linux.selinux"), ==, "disabled");
  check_boolean (facts, "linux.selinuxRelabel", FALSE);
  g_assert_cmpstr (json_object_get_string_member (line, "mountPoint"), ==, "/");
  g_assert_cmpstr (json_object_get_string_member (line, "match"), ==, "present");
}

static void check_debian (EmbarkFacts *facts)
{
  JsonObject *kernel = get_only (facts, "linux.kernels");
  JsonObject *interface = get_only (facts, "linux.network.interfaces");
  const char *version = embark_facts_get_string (facts, "linux.bootKernel");

  check_debian_disk (facts);
  check_debian_settings (facts);
  check_boolean (facts, "os.found", TRUE);
  check_uint (facts, "os.count", 1);
  check_uint (facts, "os.major", 12);
  g_assert_cmpstr (embark_facts_get_string (facts, "os.type"), ==, "linux");
  g_assert_cmpstr (embark_facts_get_string (facts, "os.distribution"), ==, "debian");
  g_assert_cmpstr (embark_facts_get_string (facts, "os.product"), ==, "Debian GNU/Linux 12 (bookworm)");
  g_assert_cmpstr (embark_facts_get_string (facts, "os.architecture"), ==, "x86_64");
  g_assert_cmpstr (embark_facts_get_string (facts, "os.packageFormat"), ==, "deb");
  g_assert_cmpstr (embark_facts_get_string (facts, "linux.bootKernelFrom"), ==, "/boot/grub/grub.cfg");
  g_assert_cmpstr (json_object_get_string_member (kernel, "version"), ==, version);
  g_assert_cmpstr (json_object_get_string_member (kernel, "virtioBlk"), ==, "module");
  g_assert_cmpstr (json_object_get_string_member (kernel, "virtioNet"), ==, "module");
  g_assert_cmpstr (json_object_get_string_member (kernel, "virtioPci"), ==, "module");
  g_assert_true (json_object_get_boolean_member (kernel, "default"));
  g_assert_true (json_object_get_boolean_member (kernel, "initramfsVirtioBlk"));
  g_assert_true (json_object_get_boolean_member (kernel, "initramfsVirtioPci"));
  g_assert_true (json_object_get_boolean_member (kernel, "fromPackage"));
  g_assert_cmpstr (json_object_get_string_member (kernel, "machine"), ==, "x86_64");
  g_assert_cmpstr (json_object_get_string_member (interface, "name"), ==, "eth0");
  g_assert_cmpstr (json_object_get_string_member (interface, "method"), ==, "dhcp");
  check_boolean (facts, "linux.network.ipv6", FALSE);
  check_boolean (facts, "linux.network.persistentRules", FALSE);
  g_assert_true (g_str_has_prefix (embark_facts_get_string (facts, "linux.rootDevice"), "UUID="));
  g_assert_cmpstr (embark_facts_get_string (facts, "linux.fstabRoot"), ==,
                   embark_facts_get_string (facts, "linux.rootDevice"));
}

static void test_debian (void)
{
  g_autoptr (EmbarkFacts) facts = inspect_guest ("debian12.qcow2");

  check_debian (facts);
  check_boolean (facts, "linux.cloudInit.installed", FALSE);
  g_assert_false (embark_facts_has (facts, "linux.cloudInit.enabled"));
}

static void test_debian_cloud (void)
{
  g_autoptr (EmbarkFacts) facts = inspect_guest ("debian12-cloud.qcow2");
  JsonArray *datasources;

  check_debian (facts);
  check_boolean (facts, "linux.cloudInit.installed", TRUE);
  check_boolean (facts, "linux.cloudInit.enabled", TRUE);
  g_assert_true (g_str_has_prefix (embark_facts_get_string (facts, "linux.cloudInit.version"), "22."));
  g_assert_false (embark_facts_has (facts, "linux.cloudInit.disabledBy"));
  g_assert_cmpuint (json_array_get_length (embark_facts_get_list (facts, "linux.cloudInit.missingServices")), ==, 0);
  datasources = embark_facts_get_list (facts, "linux.cloudInit.datasources");
  g_assert_nonnull (datasources);
  g_assert_cmpstr (json_array_get_string_element (datasources, 0), ==, "ConfigDrive");
}

/* Each costs a millisecond or more without KVM. */
#define WINDOWS_CALLS_MAX 600

static void check_windows (EmbarkFacts *facts, const char *product, const char *build, guint major, guint minor)
{
  JsonObject *partition = get_only (facts, "disk.partitions");
  guint64 calls = 0;

  check_boolean (facts, "os.found", TRUE);
  g_assert_cmpstr (embark_facts_get_string (facts, "os.type"), ==, "windows");
  g_assert_cmpstr (embark_facts_get_string (facts, "os.product"), ==, product);
  g_assert_cmpstr (embark_facts_get_string (facts, "os.variant"), ==, "Server");
  g_assert_cmpstr (embark_facts_get_string (facts, "os.architecture"), ==, "x86_64");
  check_uint (facts, "os.major", major);
  check_uint (facts, "os.minor", minor);
  g_assert_cmpstr (embark_facts_get_string (facts, "windows.build"), ==, build);
  g_assert_cmpstr (embark_facts_get_string (facts, "windows.edition"), ==, "ServerStandard");
  g_assert_cmpstr (embark_facts_get_string (facts, "windows.controlSet"), ==, "ControlSet001");
  check_boolean (facts, "windows.hibernated", FALSE);
  check_boolean (facts, "windows.dirty", FALSE);
  check_boolean (facts, "windows.fastStartup", FALSE);
  g_assert_cmpstr (embark_facts_get_string (facts, "os.hostname"), ==, "EMBARK");
  g_assert_cmpstr (embark_facts_get_string (facts, "disk.partitionTable"), ==, "mbr");
  g_assert_cmpstr (json_object_get_string_member (partition, "filesystem"), ==, "ntfs");
  g_assert_true (embark_facts_get_uint (facts, "look.calls", &calls));
  g_assert_cmpuint (calls, <, WINDOWS_CALLS_MAX);
}

static void test_windows_2008 (void)
{
  g_autoptr (EmbarkFacts) facts = inspect_guest ("win2008r2.qcow2");

  check_windows (facts, "Windows Server 2008 R2 Standard", "7601", 6, 1);
  check_boolean (facts, "windows.drivers.viostor.file", FALSE);
  check_boolean (facts, "windows.drivers.viostor.registered", FALSE);
  check_boolean (facts, "windows.cloudbaseInit", FALSE);
}

static void test_windows_2012 (void)
{
  g_autoptr (EmbarkFacts) facts = inspect_guest ("win2012r2.qcow2");

  check_windows (facts, "Windows Server 2012 R2 Standard", "9600", 6, 3);
  check_boolean (facts, "windows.drivers.viostor.file", FALSE);
  g_assert_false (embark_facts_has (facts, "windows.drivers.viostor.start"));
  check_boolean (facts, "windows.drivers.netkvm.file", FALSE);
}

static void test_windows_virtio (void)
{
  g_autoptr (EmbarkFacts) facts = inspect_guest ("win2012r2-virtio.qcow2");

  check_windows (facts, "Windows Server 2012 R2 Standard", "9600", 6, 3);
  check_boolean (facts, "windows.drivers.viostor.file", TRUE);
  check_boolean (facts, "windows.drivers.viostor.registered", TRUE);
  g_assert_cmpstr (embark_facts_get_string (facts, "windows.drivers.viostor.database"), ==, "driver");
  check_uint (facts, "windows.drivers.viostor.start", 0);
  check_boolean (facts, "windows.drivers.netkvm.file", TRUE);
  check_uint (facts, "windows.drivers.netkvm.start", 3);
  check_boolean (facts, "windows.drivers.vioscsi.file", FALSE);
  check_boolean (facts, "windows.cloudbaseInit", TRUE);
}

static char *make_disk (const char *dir, const char *name)
{
  char *path = g_build_filename (dir, name, NULL);
  int fd = g_open (path, O_RDWR | O_CREAT | O_EXCL, 0600);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (ftruncate (fd, 32 * 1024 * 1024), ==, 0);
  close (fd);
  return path;
}

/* One Linux partition from 1 MiB on, with an ext4 of 16 MiB. */
static void make_data_partition (const char *path)
{
  static const guint8 entry[16] = { 0, 0, 0, 0, 0x83, 0, 0, 0, 0, 8, 0, 0, 0, 0x80, 0, 0 };
  const char *argv[] = { "mke2fs", "-q", "-F", "-t", "ext4", "-b", "4096", "-E", "offset=1048576", path, "4096", NULL };
  g_autoptr (GError) error = NULL;
  int status = 0;
  int fd = g_open (path, O_RDWR, 0);

  g_assert_cmpint (pwrite (fd, entry, sizeof entry, 446), ==, sizeof entry);
  g_assert_cmpint (pwrite (fd, "\x55\xaa", 2, 510), ==, 2);
  close (fd);
  g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, &status, &error);
  g_assert_no_error (error);
  g_assert_cmpint (status, ==, 0);
}

static void test_empty_disk (void)
{
  g_autofree char *dir = g_dir_make_tmp ("embark-disk-XXXXXX", NULL);
  g_autofree char *path = make_disk (dir, "empty.raw");
  g_autoptr (EmbarkFacts) facts = inspect_image (path, "raw");

  check_boolean (facts, "os.found", FALSE);
  check_uint (facts, "os.count", 0);
  g_assert_cmpstr (embark_facts_get_string (facts, "disk.partitionTable"), ==, "none");
  check_boolean (facts, "disk.protectiveOnly", FALSE);
  g_assert_cmpstr (embark_facts_get_unknown (facts, "os"), ==, "the disk has neither partitions nor a file system");
  g_assert_nonnull (embark_facts_get_unknown (facts, "boot.firmware"));
  g_unlink (path);
  g_rmdir (dir);
}

static void test_data_disk (void)
{
  g_autofree char *dir = g_dir_make_tmp ("embark-disk-XXXXXX", NULL);
  g_autofree char *path = make_disk (dir, "data.raw");
  g_autoptr (EmbarkFacts) facts = NULL;

  make_data_partition (path);
  facts = inspect_image (path, "raw");
  check_boolean (facts, "os.found", FALSE);
  g_assert_cmpstr (embark_facts_get_string (facts, "disk.partitionTable"), ==, "mbr");
  g_assert_cmpstr (json_object_get_string_member (get_only (facts, "disk.filesystems"), "type"), ==, "ext4");
  g_assert_cmpstr (embark_facts_get_unknown (facts, "os"), ==,
                   "the disk has file systems but no operating system on them");
  g_unlink (path);
  g_rmdir (dir);
}

/* The MBR that stands before a GPT, and no GPT. */
static void test_protective_disk (void)
{
  static const guint8 entry[16] = { 0, 0, 2, 0, 0xEE, 0xFF, 0xFF, 0xFF, 1, 0, 0, 0, 0xFF, 0xFF, 0, 0 };
  g_autofree char *dir = g_dir_make_tmp ("embark-disk-XXXXXX", NULL);
  g_autofree char *path = make_disk (dir, "protective.raw");
  g_autoptr (EmbarkFacts) facts = NULL;
  int fd = g_open (path, O_RDWR, 0);

  g_assert_cmpint (pwrite (fd, entry, sizeof entry, 446), ==, sizeof entry);
  g_assert_cmpint (pwrite (fd, "\x55\xaa", 2, 510), ==, 2);
  close (fd);
  facts = inspect_image (path, "raw");
  check_boolean (facts, "os.found", FALSE);
  g_assert_cmpstr (embark_facts_get_string (facts, "disk.partitionTable"), ==, "gpt");
  check_boolean (facts, "disk.protectiveOnly", TRUE);
  g_assert_cmpstr (embark_facts_get_unknown (facts, "os"), ==, "the GPT partition table of the disk cannot be read");
  g_unlink (path);
  g_rmdir (dir);
}

/* What libguestfs passes over in silence: an encrypted partition, here only its header, and a dynamic disk. */
static void test_closed_disk (void)
{
  static const guint8 entries[32] = { 0x80, 0, 0, 0, 0x83, 0, 0, 0, 0, 8,    0, 0, 0, 0x40, 0, 0,
                                      0,    0, 0, 0, 0x42, 0, 0, 0, 0, 0x50, 0, 0, 0, 0x40, 0, 0 };
  static const char luks[] = "LUKS\xba\xbe\0\1";
  g_autofree char *dir = g_dir_make_tmp ("embark-disk-XXXXXX", NULL);
  g_autofree char *path = make_disk (dir, "closed.raw");
  g_autoptr (EmbarkFacts) facts = NULL;
  JsonObject *first;
  int fd = g_open (path, O_RDWR, 0);

  g_assert_cmpint (pwrite (fd, entries, sizeof entries, 446), ==, sizeof entries);
  g_assert_cmpint (pwrite (fd, "\x55\xaa", 2, 510), ==, 2);
  g_assert_cmpint (pwrite (fd, luks, sizeof luks, 1024 * 1024), ==, sizeof luks);
  close (fd);
  facts = inspect_image (path, "raw");
  check_boolean (facts, "os.found", FALSE);
  check_boolean (facts, "disk.luks", TRUE);
  check_boolean (facts, "disk.ldm", TRUE);
  check_boolean (facts, "disk.bitlocker", FALSE);
  g_assert_false (embark_facts_has (facts, "disk.filesystems"));
  g_assert_cmpuint (json_array_get_length (embark_facts_get_list (facts, "disk.partitions")), ==, 2);
  first = json_array_get_object_element (embark_facts_get_list (facts, "disk.partitions"), 0);
  g_assert_cmpstr (json_object_get_string_member (first, "filesystem"), ==, "crypto_LUKS");
  g_assert_cmpstr (embark_facts_get_unknown (facts, "os"), ==, "the disk is encrypted with LUKS");
  g_unlink (path);
  g_rmdir (dir);
}

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/inspect/debian", test_debian);
  g_test_add_func ("/inspect/debian-cloud", test_debian_cloud);
  g_test_add_func ("/inspect/windows-2008r2", test_windows_2008);
  g_test_add_func ("/inspect/windows-2012r2", test_windows_2012);
  g_test_add_func ("/inspect/windows-virtio", test_windows_virtio);
  g_test_add_func ("/inspect/empty-disk", test_empty_disk);
  g_test_add_func ("/inspect/data-disk", test_data_disk);
  g_test_add_func ("/inspect/protective-disk", test_protective_disk);
  g_test_add_func ("/inspect/closed-disk", test_closed_disk);
  return g_test_run ();
}
