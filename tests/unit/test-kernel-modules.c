/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/guest/kernel-modules.h"

static const char builtin[] = "kernel/fs/ext4/ext4.ko\nkernel/drivers/virtio/virtio-pci.ko\n";
static const char dep[] = "kernel/drivers/block/virtio_blk.ko.xz: kernel/drivers/virtio/virtio.ko.xz\n"
                          "kernel/drivers/net/other_virtio_net.ko: kernel/drivers/net/virtio_net.ko\n";

static void check_driver (const char *config, const char *builtins, const char *deps, const char *driver,
                          const char *expected)
{
  g_autofree char *evidence = NULL;
  EmbarkDriverState state = embark_kernel_find_driver (config, builtins, deps, driver, &evidence);

  g_assert_cmpstr (embark_driver_state_to_string (state), ==, expected);
  if (expected)
    g_assert_nonnull (evidence);
  else
    g_assert_null (evidence);
}

static void test_driver (void)
{
  check_driver (NULL, builtin, dep, "virtio_pci", "builtin");
  check_driver (NULL, builtin, dep, "virtio_blk", "module");
  check_driver ("CONFIG_VIRTIO_NET=y\n", NULL, NULL, "virtio_net", "builtin");
  check_driver ("# x\nCONFIG_VIRTIO_BLK=m\n", NULL, NULL, "virtio_blk", "module");
  check_driver ("# CONFIG_VIRTIO_BLK is not set\n", NULL, NULL, "virtio_blk", "absent");
  check_driver (NULL, NULL, NULL, "virtio_blk", NULL);
  check_driver ("CONFIG_EXT4_FS=y\n", NULL, NULL, "virtio_blk", NULL);
}

/* What depends on a module is not the module; what the configuration promises must be installed. */
static void test_driver_not_installed (void)
{
  check_driver (NULL, builtin, dep, "virtio_net", "absent");
  check_driver ("CONFIG_VIRTIO_NET=m\n", builtin, dep, "virtio_net", "absent");
  check_driver (NULL, builtin, dep, "virtio", "absent");
}

static void test_packaged (void)
{
  gboolean value = FALSE;

  g_assert_true (embark_kernel_guess_packaged ("5.14.0-427.13.1.el9_4.x86_64", &value));
  g_assert_true (value);
  g_assert_true (embark_kernel_guess_packaged ("6.8.9-1.el9.elrepo.x86_64", &value));
  g_assert_false (value);
  g_assert_true (embark_kernel_guess_packaged ("4.19.124-coreos", &value));
  g_assert_true (value);
  g_assert_false (embark_kernel_guess_packaged ("6.9.0-mine", &value));
}

static void test_versions (void)
{
  g_assert_cmpint (embark_kernel_compare_versions ("6.1.0-9-amd64", "6.1.0-56-amd64"), <, 0);
  g_assert_cmpint (embark_kernel_compare_versions ("5.10.0", "5.9.12"), >, 0);
  g_assert_cmpint (embark_kernel_compare_versions ("5.9", "5.9"), ==, 0);
  g_assert_cmpint (embark_kernel_compare_versions ("5.14.0-70.13.1.el9_0", "5.14.0-70.el9_0"), >, 0);
  g_assert_cmpint (embark_kernel_compare_versions ("4.18.0-80.el8", "4.18.0-080.el8"), ==, 0);
  g_assert_cmpint (embark_kernel_compare_versions ("ffff-4.18", "aaaa-5.14"), >, 0);
  g_assert_cmpint (embark_kernel_compare_versions ("", "1"), <, 0);
  g_assert_cmpint (embark_kernel_compare_versions ("--", ".."), ==, 0);
}

static void test_special (void)
{
  g_assert_true (embark_kernel_is_special ("0-rescue-1a2b"));
  g_assert_true (embark_kernel_is_special ("5.14.0-427.el9.x86_64+debug"));
  g_assert_true (embark_kernel_is_special ("2.6.18-398.el5xen"));
  g_assert_true (embark_kernel_is_special ("3.0.101-63-xen"));
  g_assert_true (embark_kernel_is_special ("5.14.0-427.el9.x86_64kdump"));
  g_assert_false (embark_kernel_is_special ("6.1.0-9-amd64"));
}

static void test_dependencies (void)
{
  static const char list[] =
      "kernel/a.ko:\nkernel/drivers/block/virtio_blk.ko.xz: kernel/drivers/virtio/virtio-ring.ko.xz "
      " kernel/drivers/virtio/virtio.ko.xz\n";
  g_auto (GStrv) names = embark_kernel_list_dependencies (list, "virtio_blk");
  g_auto (GStrv) none = embark_kernel_list_dependencies (list, "a");
  g_auto (GStrv) absent = embark_kernel_list_dependencies (NULL, "a");
  g_autofree char *joined = g_strjoinv (" ", names);

  g_assert_cmpstr (joined, ==, "virtio_ring virtio");
  g_assert_cmpuint (g_strv_length (none), ==, 0);
  g_assert_cmpuint (g_strv_length (absent), ==, 0);
}

static void check_path (const char *list, const char *expected)
{
  g_autofree char *path = embark_kernel_find_module_path (list, "virtio_blk");

  g_assert_cmpstr (path, ==, expected);
}

static void test_module_path (void)
{
  check_path ("kernel/a.ko:\nkernel/virtio_blk.ko.zst: kernel/a.ko\n", "kernel/virtio_blk.ko.zst");
  check_path ("kernel/a.ko:\n", "kernel/a.ko");
  check_path ("/lib/modules/2.6.18/kernel/a.ko: \n", "/lib/modules/2.6.18/kernel/a.ko");
  check_path ("../../../etc/shadow.ko:\n", NULL);
  check_path ("", NULL);
  check_path ("\n\n", NULL);
}

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/kernel-modules/driver", test_driver);
  g_test_add_func ("/kernel-modules/driver-not-installed", test_driver_not_installed);
  g_test_add_func ("/kernel-modules/packaged", test_packaged);
  g_test_add_func ("/kernel-modules/versions", test_versions);
  g_test_add_func ("/kernel-modules/special", test_special);
  g_test_add_func ("/kernel-modules/dependencies", test_dependencies);
  g_test_add_func ("/kernel-modules/module-path", test_module_path);
  return g_test_run ();
}
