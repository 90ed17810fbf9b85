/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/guest/driver-source.h"

#include "model/base/errors.h"
#include "tests/unit/driver-cases.h"

static const char all_versions[] = "xp 2k3 2k8 w7 2k8R2 w8 2k12 w8.1 2k12R2 w10 2k16 2k19 w11 2k22 2k25";

/* As the ISO has them: <Driver>/<os>/<arch>. @drivers: "viostor 1001 …". */
static void write_versions (const char *top, const char *versions)
{
  g_auto (GStrv) names = g_strsplit (versions, " ", -1);
  const char *const drivers[][3] = { { "viostor", "viostor", "1001" },
                                     { "NetKVM", "netkvm", "1000" },
                                     { "vioserial", "vioser", "1003" } };

  for (guint i = 0; names[i]; i++)
    for (guint j = 0; j < G_N_ELEMENTS (drivers); j++)
      {
        g_autofree char *x64 = g_strdup_printf ("%s/%s/amd64", drivers[j][0], names[i]);
        g_autofree char *x86 = g_strdup_printf ("%s/%s/x86", drivers[j][0], names[i]);
        g_autofree char *arm = g_strdup_printf ("%s/%s/ARM64", drivers[j][0], names[i]);
        write_driver (top, x64, drivers[j][1], drivers[j][2], "NTamd64");
        write_driver (top, x86, drivers[j][1], drivers[j][2], "NTx86");
        write_driver (top, arm, drivers[j][1], drivers[j][2], "NTarm64");
      }
}

static GPtrArray *load (const char *path, const EmbarkWindowsVersion *windows)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *drivers = embark_driver_source_load (path, windows, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (drivers);
  return drivers;
}

static char *refuse (const char *path, const EmbarkWindowsVersion *windows)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) drivers = embark_driver_source_load (path, windows, NULL, &error);

  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_BLOCKED);
  g_assert_null (drivers);
  return g_strdup (error->message);
}

static const EmbarkDriver *find (GPtrArray *drivers, const char *name)
{
  for (guint i = 0; i < drivers->len; i++)
    {
      const EmbarkDriver *driver = g_ptr_array_index (drivers, i);
      if (strcmp (driver->name, name) == 0)
        return driver;
    }
  return NULL;
}

/* "viostor: .inf .cat .sys" in their order. */
static void check_files (const EmbarkDriver *driver, const char *expected)
{
  g_autoptr (GString) names = g_string_new (NULL);

  g_assert_nonnull (driver);
  for (guint i = 0; i < driver->files->len; i++)
    {
      const EmbarkDriverFile *file = g_ptr_array_index (driver->files, i);
      g_string_append_printf (names, "%s%s", i > 0 ? " " : "", file->name);
      g_assert_cmpuint (g_bytes_get_size (file->bytes), >, 0);
    }
  g_assert_cmpstr (names->str, ==, expected);
}

static void check_program (const EmbarkDriver *driver, const char *file, const char *expected)
{
  const EmbarkDriverFile *found = embark_driver_find_file (driver, file);
  gsize length = 0;
  const char *bytes;

  g_assert_nonnull (found);
  bytes = g_bytes_get_data (found->bytes, &length);
  g_assert_cmpmem (bytes, length, expected, strlen (expected));
}

static void check_names (GPtrArray *drivers, const char *expected)
{
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; i < drivers->len; i++)
    g_string_append_printf (names, "%s%s", i > 0 ? " " : "", ((EmbarkDriver *) g_ptr_array_index (drivers, i))->name);
  g_assert_cmpstr (names->str, ==, expected);
}

static void test_whole (void)
{
  g_autofree char *top = make_folder ();
  g_autoptr (GPtrArray) drivers = NULL;
  const EmbarkDriver *viostor;

  write_versions (top, all_versions);
  drivers = load (top, &windows_2012r2);
  check_names (drivers, "netkvm vioser viostor");
  viostor = find (drivers, "viostor");
  g_assert_cmpstr (viostor->folder, ==, "viostor/2k12R2/amd64");
  g_assert_cmpstr (viostor->version, ==, "62.93.104.24000");
  g_assert_cmpstr (viostor->service, ==, "viostor");
  g_assert_cmpstr (viostor->binary, ==, "viostor.sys");
  g_assert_cmpstr (viostor->class_guid, ==, "{4D36E97B-E325-11CE-BFC1-08002BE10318}");
  g_assert_cmpuint (g_strv_length (viostor->ids), ==, 2);
  g_assert_cmpstr (viostor->ids[0], ==, "PCI\\VEN_1AF4&DEV_1001&SUBSYS_00021AF4&REV_00");
  g_assert_true (embark_driver_drives (viostor, "1001"));
  g_assert_false (embark_driver_drives (viostor, "100"));
  g_assert_false (embark_driver_drives (viostor, "1042"));
  check_files (viostor, "viostor.inf viostor.cat viostor.sys");
  check_program (viostor, "viostor.sys", "program of viostor in viostor/2k12R2/amd64");
  remove_tree (top);
}

static void check_folder (const char *path, guint major, guint minor, guint build, gboolean is_server,
                          gboolean is_64_bit, const char *expected)
{
  const EmbarkWindowsVersion windows = { major, minor, build, is_server, is_64_bit };
  g_autoptr (GPtrArray) drivers = load (path, &windows);

  g_assert_cmpstr (find (drivers, "viostor")->folder, ==, expected);
}

/* All versions, from one image of all. */
static void test_table (void)
{
  g_autofree char *top = make_folder ();
  g_autofree char *folder = make_folder ();
  g_autofree char *iso = g_build_filename (folder, "a.iso", NULL);

  write_versions (top, all_versions);
  write_iso (top, iso, "joliet,rockridge=useful");
  check_folder (iso, 5, 1, 2600, FALSE, FALSE, "viostor/xp/x86");
  check_folder (iso, 5, 2, 3790, TRUE, FALSE, "viostor/2k3/x86");
  check_folder (iso, 6, 0, 6002, TRUE, TRUE, "viostor/2k8/amd64");
  check_folder (iso, 6, 1, 7601, FALSE, TRUE, "viostor/w7/amd64");
  check_folder (iso, 6, 1, 7601, TRUE, TRUE, "viostor/2k8R2/amd64");
  check_folder (iso, 6, 1, 7601, TRUE, FALSE, "viostor/2k8R2/x86");
  check_folder (iso, 6, 2, 9200, TRUE, TRUE, "viostor/2k12/amd64");
  check_folder (iso, 6, 3, 9600, FALSE, FALSE, "viostor/w8.1/x86");
  check_folder (iso, 6, 3, 9600, TRUE, TRUE, "viostor/2k12R2/amd64");
  check_folder (iso, 10, 0, 14393, TRUE, TRUE, "viostor/2k16/amd64");
  check_folder (iso, 10, 0, 17763, TRUE, TRUE, "viostor/2k19/amd64");
  check_folder (iso, 10, 0, 20348, TRUE, TRUE, "viostor/2k22/amd64");
  check_folder (iso, 10, 0, 26100, TRUE, TRUE, "viostor/2k25/amd64");
  check_folder (iso, 10, 0, 19045, FALSE, TRUE, "viostor/w10/amd64");
  check_folder (iso, 10, 0, 22631, FALSE, TRUE, "viostor/w11/amd64");
  remove_tree (top);
  remove_tree (folder);
}

/* The folders of the distribution's package, and the trees of links of the ISO. */
static void test_layouts (void)
{
  const char *const folders[] = { "drivers/by-driver/viostor/2k19/amd64", "drivers/by-os/amd64/2k19", "amd64/2k19",
                                  "Win2019/x64/viostor", "vendor/virtio/2K19/AMD64/disk" };

  for (guint i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autofree char *top = make_folder ();
      write_driver (top, "drivers/by-os/i386/2k19", "viostor", "1001", "NTx86");
      write_driver (top, "drivers/by-os/amd64/2k22", "viostor", "1001", "NTamd64");
      write_driver (top, "drivers/by-os/amd64/2k16", "viostor", "1001", "NTamd64");
      write_driver (top, "drivers/by-os/amd64/2k16", "netkvm", "1000", "NTamd64");
      write_driver (top, folders[i], "viostor", "1001", "NTamd64");
      check_folder (top, 10, 0, 17763, TRUE, TRUE, folders[i]);
      remove_tree (top);
    }
}

static void test_links (void)
{
  g_autofree char *top = make_folder ();
  g_autofree char *part = g_build_filename (top, "amd64", NULL);
  g_autofree char *folder = make_folder ();
  g_autofree char *iso = g_build_filename (folder, "a.iso", NULL);
  const char *const suffixes[] = { "inf", "cat", "sys" };
  g_autoptr (GPtrArray) drivers = NULL;
  g_autoptr (GPtrArray) of_iso = NULL;
  g_autofree char *message = NULL;

  write_driver (top, "by-driver/viostor/w10/x64-files", "viostor", "1001", "NTamd64");
  write_driver (top, "by-driver/NetKVM/w10/x64-files", "netkvm", "1000", "NTamd64");
  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *link = g_strconcat ("amd64/2k19/viostor.", suffixes[i], NULL);
      g_autofree char *target = g_strconcat ("../../by-driver/viostor/w10/x64-files/viostor.", suffixes[i], NULL);
      write_link (top, link, target);
    }
  drivers = load (top, &windows_2019);
  g_assert_cmpstr (find (drivers, "viostor")->folder, ==, "amd64/2k19");
  check_program (find (drivers, "viostor"), "viostor.sys", "program of viostor in by-driver/viostor/w10/x64-files");
  write_iso (top, iso, "rockridge=useful,!joliet");
  of_iso = load (iso, &windows_2019);
  g_assert_cmpstr (find (of_iso, "viostor")->folder, ==, "amd64/2k19");
  check_program (find (of_iso, "viostor"), "viostor.sys", "program of viostor in by-driver/viostor/w10/x64-files");
  message = refuse (part, &windows_2019);
  g_assert_nonnull (strstr (message, "lead out of it"));
  remove_tree (top);
  remove_tree (folder);
}

/* No names that mean anything: the INF decides, then its date. */
static void test_flat (void)
{
  g_autofree char *top = make_folder ();
  g_autoptr (GPtrArray) drivers = NULL;
  g_autoptr (GPtrArray) older = NULL;

  write_driver (top, "", "netkvm", "1000", "NTamd64.6.1");
  write_driver (top, "one", "viostor", "1001", "NTamd64.6.1");
  write_driver (top, "two", "viostor", "1001", "NTamd64.6.3");
  write_driver (top, "three", "viostor", "1001", "NTamd64.10.0");
  write_driver (top, "four", "viostor", "1001", "NTx86.6.3");
  drivers = load (top, &windows_2012r2);
  g_assert_cmpstr (find (drivers, "viostor")->folder, ==, "two");
  g_assert_cmpstr (find (drivers, "netkvm")->folder, ==, ".");
  check_files (find (drivers, "netkvm"), "netkvm.inf netkvm.cat netkvm.sys");
  write_driver_dated (top, "newer", "viostor", "1001", "NTamd64.6.3", "08/01/2024");
  write_driver_dated (top, "older", "viostor", "1001", "NTamd64.6.3", "12/31/2022");
  older = load (top, &windows_2012r2);
  g_assert_cmpstr (find (older, "viostor")->folder, ==, "newer");
  check_folder (top, 6, 1, 7601, TRUE, TRUE, "one");
  check_folder (top, 10, 0, 17763, TRUE, TRUE, "three");
  remove_tree (top);
}

/* A name decides before the INF, but what the INF does not allow is not taken. */
static void test_named_and_flat (void)
{
  g_autofree char *top = make_folder ();

  write_driver (top, "2k12R2/amd64", "netkvm", "1000", "NTamd64.6.1");
  write_driver (top, "2k8R2/amd64", "viostor", "1001", "NTamd64.6.1");
  write_driver (top, "flat", "viostor", "1001", "NTamd64.6.3");
  check_folder (top, 6, 3, 9600, TRUE, TRUE, "2k8R2/amd64");
  write_driver (top, "2k12R2/amd64", "viostor", "1001", "NTamd64.10.0");
  check_folder (top, 6, 3, 9600, TRUE, TRUE, "2k8R2/amd64");
  write_driver (top, "2k12R2/amd64", "viostor", "1001", "NTamd64.6.3");
  check_folder (top, 6, 3, 9600, TRUE, TRUE, "2k12R2/amd64");
  remove_tree (top);
}

/* vioscsi serves as well as viostor; a driver that goes by another name too. */
static void test_enough (void)
{
  g_autofree char *top = make_folder ();
  g_autoptr (GPtrArray) drivers = NULL;

  write_driver (top, "amd64", "vioscsi", "1048", "NTamd64");
  write_driver (top, "amd64", "cloudnet", "1041", "NTamd64");
  drivers = load (top, &windows_2019);
  check_names (drivers, "cloudnet vioscsi");
  remove_tree (top);
}

static void test_skipped (void)
{
  g_autofree char *top = make_folder ();
  g_autofree char *sys = g_build_filename (top, "w10/amd64/balloon.sys", NULL);
  g_autofree char *huge = g_build_filename (top, "w10/amd64/viorng.sys", NULL);
  g_autoptr (GPtrArray) drivers = NULL;
  g_autoptr (GPtrArray) old_name = NULL;

  write_driver (top, "w10/amd64", "viostor", "1001", "NTamd64");
  write_driver (top, "w10/amd64", "netkvm", "1000", "NTamd64");
  write_driver (top, "w10/amd64", "vioprot", "1000", "NTamd64");
  write_driver (top, "SRIOV/w10/amd64", "other", "1000", "NTamd64");
  write_driver (top, "w10/amd64", "qemufwcfg", "10ff", "NTamd64");
  write_driver (top, "w10/amd64", "balloon", "1002", "NTamd64");
  write_driver (top, "w10/amd64", "viorng", "1005", "NTamd64");
  write_bytes (top, "w10/amd64/with blank.inf", "x", 1);
  write_bytes (top, "w10/amd64/.inf", "x", 1);
  write_bytes (top, "w10/amd64/random.inf", "\0\1\2\3", 4);
  g_assert_cmpint (unlink (sys), ==, 0);
  g_assert_cmpint (truncate (huge, 17 * 1024 * 1024), ==, 0);
  old_name = load (top, &windows_2019);
  check_names (old_name, "netkvm qemufwcfg viostor");
  write_driver (top, "w10/amd64", "fwcfg", "10ff", "NTamd64");
  drivers = load (top, &windows_2019);
  check_names (drivers, "fwcfg netkvm viostor");
  remove_tree (top);
}

/* Another file that the INF copies, also by another name; never a .pdb, and nothing that it does not name. */
static void test_helpers (void)
{
  static const char inf[] = "[Version]\nCatalogFile=NETKVM.CAT\n[Manufacturer]\nA=M,NTamd64\n"
                            "[M.NTamd64]\nd = i, PCI\\VEN_1AF4&DEV_1000\n"
                            "[i]\nCopyFiles = l, @NetKVM.pdb, @absent.exe\n[l]\nnetkvm.sys\n"
                            "[i.CoInstallers]\nCopyFiles = c\n[c]\nrenamed.dll, netkvmco.dll\n"
                            "[SourceDisksFiles]\nnetkvmp.exe = 1\nnetkvm.sys = 1\n";
  g_autofree char *top = make_folder ();
  g_autoptr (GPtrArray) drivers = NULL;

  write_driver (top, "2k19/amd64", "viostor", "1001", "NTamd64");
  write_driver (top, "2k19/amd64", "netkvm", "1000", "NTamd64");
  write_bytes (top, "2k19/amd64/netkvm.inf", inf, strlen (inf));
  write_bytes (top, "2k19/amd64/NetKVMco.DLL", "dll", 3);
  write_bytes (top, "2k19/amd64/netkvmp.exe", "exe", 3);
  write_bytes (top, "2k19/amd64/readme.txt", "txt", 3);
  drivers = load (top, &windows_2019);
  check_files (find (drivers, "netkvm"), "netkvm.inf netkvm.cat netkvm.sys netkvmco.dll netkvmp.exe");
  g_assert_null (find (drivers, "netkvm")->service);
  g_assert_null (find (drivers, "netkvm")->binary);
  remove_tree (top);
}

static void test_refused (void)
{
  g_autofree char *top = make_folder ();
  g_autofree char *sys = g_build_filename (top, "viostor/2k12R2/amd64/viostor.sys", NULL);
  g_autofree char *empty = refuse (top, &windows_2012r2);
  g_autofree char *both = NULL;
  g_autofree char *network = NULL;
  g_autofree char *storage = NULL;

  g_assert_nonnull (strstr (empty, "no storage driver"));
  g_assert_nonnull (strstr (empty, "no driver (.inf)"));
  write_versions (top, "2k16 w10");
  both = refuse (top, &windows_2012r2);
  g_assert_nonnull (strstr (both, top));
  g_assert_nonnull (strstr (both, "no storage driver (viostor or vioscsi) and no network driver (netkvm)"));
  g_assert_nonnull (strstr (both, "Windows Server 2012 R2, 64-bit"));
  g_assert_nonnull (strstr (both, "2k16/ARM64, 2k16/amd64, 2k16/x86, w10/ARM64, w10/amd64, w10/x86."));
  g_assert_nonnull (strstr (both, "fedorapeople.org/groups/virt/virtio-win/direct-downloads/"));
  write_driver (top, "viostor/2k12R2/amd64", "viostor", "1001", "NTamd64");
  network = refuse (top, &windows_2012r2);
  g_assert_nonnull (strstr (network, "no network driver"));
  g_assert_null (strstr (network, "no storage driver"));
  write_driver (top, "NetKVM/2k12R2/amd64", "netkvm", "1000", "NTamd64");
  g_assert_cmpint (unlink (sys), ==, 0);
  storage = refuse (top, &windows_2012r2);
  g_assert_nonnull (strstr (storage, "no storage driver"));
  g_assert_null (strstr (storage, "no network driver"));
  g_assert_nonnull (strstr (storage, "viostor/2k12R2/amd64/viostor.sys is missing"));
  remove_tree (top);
}

static void test_cancelled (void)
{
  g_autofree char *top = make_folder ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  write_versions (top, "2k12R2");
  g_cancellable_cancel (cancellable);
  g_assert_null (embark_driver_source_load (top, &windows_2012r2, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  remove_tree (top);
}

int main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/driver-source/whole", test_whole);
  g_test_add_func ("/driver-source/table", test_table);
  g_test_add_func ("/driver-source/layouts", test_layouts);
  g_test_add_func ("/driver-source/links", test_links);
  g_test_add_func ("/driver-source/flat", test_flat);
  g_test_add_func ("/driver-source/named-and-flat", test_named_and_flat);
  g_test_add_func ("/driver-source/enough", test_enough);
  g_test_add_func ("/driver-source/skipped", test_skipped);
  g_test_add_func ("/driver-source/helpers", test_helpers);
  g_test_add_func ("/driver-source/refused", test_refused);
  g_test_add_func ("/driver-source/cancelled", test_cancelled);
  return g_test_run ();
}
