/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/guest/initramfs-config.h"

static const char *const modules[] = { "virtio_pci", "virtio_blk", NULL };

typedef char *(*AddFunc) (const char *text, const char *const *modules);

static void check_add (AddFunc add, const char *text, const char *expected)
{
  g_autofree char *once = add (text, modules);
  g_autofree char *twice = add (once, modules);

  g_assert_cmpstr (once, ==, expected);
  g_assert_cmpstr (twice, ==, expected);
}

static void test_lines (void)
{
  check_add (embark_initramfs_add_lines, "", "virtio_pci\nvirtio_blk\n");
  check_add (embark_initramfs_add_lines, "# list\next4\nvirtio-blk  num_request_queues=1",
             "# list\next4\nvirtio-blk  num_request_queues=1\nvirtio_pci\n");
  check_add (embark_initramfs_add_lines, "#virtio_pci\n", "#virtio_pci\nvirtio_pci\nvirtio_blk\n");
}

static void test_words (void)
{
  check_add (embark_initramfs_add_words, "## x\nINITRD_MODULES=\"ata_piix virtio_blk\"\nY=1\n",
             "## x\nINITRD_MODULES=\"ata_piix virtio_blk virtio_pci\"\nY=1\n");
  check_add (embark_initramfs_add_words, "INITRD_MODULES=\"\"", "INITRD_MODULES=\"virtio_pci virtio_blk\"");
  check_add (embark_initramfs_add_words, "INITRD_MODULES=jbd # x", "INITRD_MODULES=\"jbd virtio_pci virtio_blk\" # x");
  check_add (embark_initramfs_add_words, "#INITRD_MODULES=\"\"\n", "#INITRD_MODULES=\"\"\n");
}

static void test_aliases (void)
{
  check_add (embark_initramfs_add_aliases,
             "alias eth0 e1000\nalias scsi_hostadapter mptbase\nalias scsi_hostadapter1 mptspi",
             "alias eth0 e1000\nalias scsi_hostadapter mptbase\nalias scsi_hostadapter1 mptspi\n"
             "alias scsi_hostadapter2 virtio_pci\nalias scsi_hostadapter3 virtio_blk\n");
  check_add (embark_initramfs_add_aliases, "",
             "alias scsi_hostadapter1 virtio_pci\nalias scsi_hostadapter2 virtio_blk\n");
}

static void test_dracut (void)
{
  g_autofree char *text = embark_initramfs_make_dracut (modules);

  g_assert_true (g_str_has_suffix (text, "\nadd_drivers+=\" virtio_pci virtio_blk \"\n"));
}

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/initramfs-config/lines", test_lines);
  g_test_add_func ("/initramfs-config/words", test_words);
  g_test_add_func ("/initramfs-config/aliases", test_aliases);
  g_test_add_func ("/initramfs-config/dracut", test_dracut);
  return g_test_run ();
}
