/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/guest/boot-config.h"

#include <string.h>

#define MENU                                                                                                           \
  "function load {\n  true\n}\n"                                                                                       \
  "menuentry 'Debian' --class debian $menuentry_id_option 'simple' {\n"                                                \
  "\tlinux /vmlinuz-2 root=UUID=abc ro quiet\n\tinitrd /microcode.img /initrd.img-2\n}\n"                              \
  "submenu 'Advanced' $menuentry_id_option 'advanced' {\n"                                                             \
  "\tmenuentry 'Debian 2' $menuentry_id_option 'adv-2' {\n\t\tlinux /boot/vmlinuz-2 root=/dev/sda1\n\t}\n"             \
  "\tmenuentry \"Debian 1\" --id adv-1 {\n\t\tlinuxefi ($root)/boot/vmlinuz-1 root=/dev/sdb1\n\t}\n}\n"

/* What grub-mkconfig writes in front of the entries. */
#define NEXT_ENTRY "if [ \"${next_entry}\" ] ; then\n set default=\"${next_entry}\"\nelse\n set default=\"%s\"\nfi\n"

static void check_grub2 (const char *wanted, const char *grubenv, const char *kernel)
{
  g_autofree char *config = g_strdup_printf (NEXT_ENTRY MENU, wanted);
  g_autoptr (EmbarkBootEntry) entry = embark_boot_config_read_grub2 (config, grubenv);

  g_assert_nonnull (entry);
  g_assert_cmpstr (entry->kernel, ==, kernel);
}

static void test_grub2 (void)
{
  check_grub2 ("0", NULL, "/vmlinuz-2");
  check_grub2 ("simple", NULL, "/vmlinuz-2");
  check_grub2 ("1>1", NULL, "/boot/vmlinuz-1");
  check_grub2 ("advanced>adv-1", NULL, "/boot/vmlinuz-1");
  check_grub2 ("Advanced>Debian 2", NULL, "/boot/vmlinuz-2");
  check_grub2 ("1", NULL, "/boot/vmlinuz-2");
  check_grub2 ("gone", NULL, "/vmlinuz-2");
  check_grub2 ("${saved_entry}", "# GRUB Environment Block\nsaved_entry=1>adv-1\n####", "/boot/vmlinuz-1");
  check_grub2 ("${saved_entry}", NULL, "/vmlinuz-2");
  check_grub2 ("0", "next_entry=1>1\n", "/boot/vmlinuz-1");
}

static void test_grub2_entry (void)
{
  g_autoptr (EmbarkBootEntry) entry = embark_boot_config_read_grub2 (MENU, NULL);
  g_autofree char *root = embark_cmdline_get (entry->cmdline, "root");

  g_assert_cmpstr (entry->title, ==, "Debian");
  g_assert_cmpstr (entry->initrd, ==, "/initrd.img-2");
  g_assert_cmpstr (entry->cmdline, ==, "root=UUID=abc ro quiet");
  g_assert_cmpstr (root, ==, "UUID=abc");
  g_assert_null (embark_boot_config_read_grub2 ("set default=0\n", NULL));
  g_assert_null (embark_boot_config_read_grub2 ("}}}\nmenuentry 'x' {\n", NULL));
}

static void test_legacy (void)
{
  static const char config[] = "# default=9\ndefault=1\ntimeout 5\ntitle New\n root (hd0,0)\n kernel /vmlinuz-2 ro\n"
                               "title Old\n kernel (hd0,0)/vmlinuz-1 ro root=/dev/sda2\n initrd /initrd-1.img\n";
  g_autoptr (EmbarkBootEntry) entry = embark_boot_config_read_legacy (config);

  g_assert_nonnull (entry);
  g_assert_cmpstr (entry->title, ==, "Old");
  g_assert_cmpstr (entry->kernel, ==, "/vmlinuz-1");
  g_assert_cmpstr (entry->initrd, ==, "/initrd-1.img");
  g_assert_null (embark_boot_config_read_legacy ("timeout=5\n"));
}

static void test_bls (void)
{
  static const char *const names[] = { "0-rescue-1.conf", "id-5.14.0-70.el9.conf", "id-5.14.0-427.el9.conf", NULL };
  static const char *const texts[] = {
    "title Rescue\nlinux /vmlinuz-0-rescue\n", "title Old\nlinux /vmlinuz-5.14.0-70.el9\noptions root=UUID=a\n",
    "title New\nlinux /vmlinuz-5.14.0-427.el9\ninitrd /i.img\noptions $kernelopts x\n", NULL
  };
  g_autoptr (EmbarkBootEntry) newest = embark_boot_config_read_bls (names, texts, "kernelopts=root=UUID=b ro\n");
  g_autoptr (EmbarkBootEntry) saved = embark_boot_config_read_bls (names, texts, "saved_entry=id-5.14.0-70.el9\n");

  g_assert_nonnull (newest);
  g_assert_nonnull (saved);
  g_assert_cmpstr (newest->kernel, ==, "/vmlinuz-5.14.0-427.el9");
  g_assert_cmpstr (newest->cmdline, ==, "root=UUID=b ro x");
  g_assert_cmpstr (saved->kernel, ==, "/vmlinuz-5.14.0-70.el9");
  g_assert_true (embark_boot_config_uses_bls ("insmod blscfg\nblscfg\n"));
  g_assert_false (embark_boot_config_uses_bls (MENU));
}

static void check_version (const char *path, const char *expected)
{
  g_autofree char *version = embark_boot_kernel_version (path);

  g_assert_cmpstr (version, ==, expected);
}

static void test_version (void)
{
  check_version ("/boot/vmlinuz-6.1.0-9-amd64", "6.1.0-9-amd64");
  check_version ("vmlinuz-5.14.0-427.el9.x86_64", "5.14.0-427.el9.x86_64");
  check_version ("/vmlinuz", NULL);
  check_version ("/boot/initrd.img-6.1", NULL);
}

static void check_fstab (const char *fstab, const char *expected)
{
  g_autofree char *root = embark_fstab_get_root (fstab);

  g_assert_cmpstr (root, ==, expected);
}

static void test_fstab (void)
{
  check_fstab ("# /dev/sda9 / x\nproc /proc proc\nUUID=ab\t/\text4 defaults 0 1\n", "UUID=ab");
  check_fstab ("  /dev/sda1 /boot ext4\n /dev/mapper/vg-root   /  xfs\n", "/dev/mapper/vg-root");
  check_fstab ("", NULL);
}

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/boot-config/grub2", test_grub2);
  g_test_add_func ("/boot-config/grub2-entry", test_grub2_entry);
  g_test_add_func ("/boot-config/legacy", test_legacy);
  g_test_add_func ("/boot-config/bls", test_bls);
  g_test_add_func ("/boot-config/version", test_version);
  g_test_add_func ("/boot-config/fstab", test_fstab);
  return g_test_run ();
}
