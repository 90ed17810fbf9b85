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
  g_assert_false (embark_kernel_guess_packaged ("6.9.0-mine", &value));
}

static void test_versions (void)
{
  g_assert_cmpint (embark_kernel_compare_versions ("6.1.0-9-amd64", "6.1.0-56-amd64"), <, 0);
  g_assert_cmpint (embark_kernel_compare_versions ("5.10.0", "5.9.12"), >, 0);
  g_assert_cmpint (embark_kernel_compare_versions ("5.9", "5.9"), ==, 0);
}

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/kernel-modules/driver", test_driver);
  g_test_add_func ("/kernel-modules/driver-not-installed", test_driver_not_installed);
  g_test_add_func ("/kernel-modules/packaged", test_packaged);
  g_test_add_func ("/kernel-modules/versions", test_versions);
  return g_test_run ();
}
