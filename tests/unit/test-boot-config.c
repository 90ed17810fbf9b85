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

/* What Debian, Ubuntu and EL 9 put on the partition of UEFI. */
static void check_include (const char *config, const char *expected)
{
  g_autofree char *include = embark_boot_config_get_grub2_include (config);

  g_assert_cmpstr (include, ==, expected);
}

static void test_grub2_include (void)
{
  check_include ("search.fs_uuid 6d7a-1 root hd0,gpt2\nset prefix=($root)'/boot/grub'\nconfigfile $prefix/grub.cfg\n",
                 "/boot/grub/grub.cfg");
  check_include ("search --no-floppy --fs-uuid --set=dev 6d7a\nset prefix=($dev)/grub2\nexport $prefix\n"
                 "configfile $prefix/grub.cfg\n",
                 "/grub2/grub.cfg");
  check_include ("configfile (lvm/vg-root)/boot/grub2/grub.cfg\n", "/boot/grub2/grub.cfg");
  check_include ("configfile ${prefix}/grub.cfg\n", "/boot/grub/grub.cfg");
  check_include ("configfile\n", NULL);
  check_include ("configfile /x\nblscfg\n", NULL);
  check_include (MENU "configfile /x\n", NULL);
}

static void check_legacy (const char *settings, const char *saved, const char *expected)
{
  g_autofree char *config =
      g_strconcat (settings,
                   "timeout 5\ntitle New\n root (hd0,0)\n kernel /vmlinuz-2 ro\n"
                   "title Old\n kernel (hd0,0)/vmlinuz-1 ro root=/dev/sda2\n initrd /initrd-1.img\n"
                   "title Xen\n kernel /xen.gz-2.6.18\n module /vmlinuz-2.6.18-8.el5xen ro\n module /initrd-x.img\n",
                   NULL);
  g_autoptr (EmbarkBootEntry) entry = embark_boot_config_read_legacy (config, saved);

  g_assert_cmpstr (entry ? entry->kernel : NULL, ==, expected);
}

static void test_legacy (void)
{
  g_autoptr (EmbarkBootEntry) entry = embark_boot_config_read_legacy (
      "default 1\ntitle A\n kernel /a\ntitle Old\n kernel (hd0,0)/vmlinuz-1 ro\n initrd /initrd-1.img\n", NULL);

  g_assert_cmpstr (entry->title, ==, "Old");
  g_assert_cmpstr (entry->initrd, ==, "/initrd-1.img");
  check_legacy ("# default=9\ndefault=1\n", NULL, "/vmlinuz-1");
  check_legacy ("default=saved\n", "1\n", "/vmlinuz-1");
  check_legacy ("default=saved\n", NULL, "/vmlinuz-2");
  check_legacy ("default=9\nfallback=1\n", NULL, "/vmlinuz-1");
  check_legacy ("default=9\nfallback=9\n", NULL, NULL);
  check_legacy ("default=2\n", NULL, "/vmlinuz-2.6.18-8.el5xen");
  g_assert_null (embark_boot_config_read_legacy ("timeout=5\n", NULL));
  g_assert_null (embark_boot_config_read_legacy ("title\ntitle \001\n kernel\n", NULL));
}

static void check_extlinux (const char *config, const char *kernel, const char *initrd, const char *cmdline)
{
  g_autoptr (EmbarkBootEntry) entry = embark_boot_config_read_extlinux (config);

  g_assert_cmpstr (entry ? entry->kernel : NULL, ==, kernel);
  g_assert_cmpstr (entry ? entry->initrd : NULL, ==, initrd);
  g_assert_cmpstr (entry ? entry->cmdline : NULL, ==, cmdline);
}

static void test_extlinux (void)
{
  static const char entries[] = "LABEL l0\n MENU LABEL Zero\n LINUX /boot/vmlinuz-2\n INITRD /u.img,/boot/initrd-2\n"
                                " APPEND root=UUID=a ro\nlabel l1\n kernel ../vmlinuz-1\n"
                                " append initrd=../initrd-1 root=/dev/sda1\n";
  g_autofree char *first = g_strconcat ("default l0\nprompt 0\n", entries, NULL);
  g_autofree char *second = g_strconcat ("DEFAULT l1\n", entries, NULL);
  g_autofree char *marked = g_strconcat ("default l0\n", entries, " menu default\n", NULL);
  g_autofree char *menu = g_strconcat ("ui vesamenu.c32\nDEFAULT menu.c32\n", entries, NULL);
  g_autofree char *include = embark_boot_config_get_extlinux_include ("# x\nINCLUDE linux.cfg tag\n");

  check_extlinux (first, "/boot/vmlinuz-2", "/boot/initrd-2", "root=UUID=a ro");
  check_extlinux (second, "../vmlinuz-1", "../initrd-1", "initrd=../initrd-1 root=/dev/sda1");
  check_extlinux (marked, "../vmlinuz-1", "../initrd-1", "initrd=../initrd-1 root=/dev/sda1");
  check_extlinux (menu, "/boot/vmlinuz-2", "/boot/initrd-2", "root=UUID=a ro");
  check_extlinux ("append root=/dev/x\nlabel a\nkernel /k\n", "/k", NULL, "root=/dev/x");
  check_extlinux ("label menu\nkernel menu.c32\n", NULL, NULL, NULL);
  check_extlinux ("", NULL, NULL, NULL);
  g_assert_cmpstr (include, ==, "linux.cfg");
  g_assert_null (embark_boot_config_get_extlinux_include ("include\nINCLUDE \n"));
}

static const char *const bls_names[] = { "aa-0-rescue.conf", "aa-5.14.0-70.el9.conf", "aa-5.14.0-70.13.1.el9.conf",
                                         NULL };
static const char *const bls_texts[] = {
  "title Rescue\nlinux /vmlinuz-0-rescue\n", "title Old\nlinux /vmlinuz-5.14.0-70.el9\noptions root=UUID=a\n",
  "title New\nversion 5.14.0-70.13.1.el9\nlinux /vmlinuz-5.14.0-70.13.1.el9\ninitrd /i.img $tuned_initrd\n"
  "options $kernelopts ${more}x $tuned_params\n",
  NULL
};

static void check_bls (const char *grubenv, const char *config, const char *loader, const char *kernel,
                       const char *cmdline)
{
  EmbarkBlsInput input = { bls_names, bls_texts, grubenv, config, loader };
  g_autoptr (EmbarkBootEntry) entry = embark_boot_config_read_bls (&input);

  g_assert_nonnull (entry);
  g_assert_cmpstr (entry->kernel, ==, kernel);
  g_assert_cmpstr (entry->cmdline, ==, cmdline);
}

static void test_bls (void)
{
  static const char *const none[] = { NULL };
  EmbarkBlsInput empty = { none, none, NULL, NULL, NULL };
  EmbarkBlsInput input = { bls_names, bls_texts, NULL, NULL, NULL };
  g_autoptr (EmbarkBootEntry) newest = embark_boot_config_read_bls (&input);

  check_bls ("kernelopts=root=UUID=b ro\n", NULL, NULL, "/vmlinuz-5.14.0-70.13.1.el9", "root=UUID=b ro x");
  check_bls (NULL, "if [ -z $kernelopts ]; then\n set kernelopts=\"root=UUID=c $kernelopts\"\nfi\n", NULL,
             "/vmlinuz-5.14.0-70.13.1.el9", "root=UUID=c $kernelopts x");
  check_bls ("saved_entry=aa-5.14.0-70.el9\n", NULL, NULL, "/vmlinuz-5.14.0-70.el9", "root=UUID=a");
  check_bls ("saved_entry=1\n", NULL, NULL, "/vmlinuz-5.14.0-70.el9", "root=UUID=a");
  check_bls ("saved_entry=gone\n", NULL, NULL, "/vmlinuz-5.14.0-70.13.1.el9", "x");
  check_bls ("saved_entry=aa-0-rescue\n", NULL, NULL, "/vmlinuz-0-rescue", "");
  check_bls (NULL, NULL, "timeout 3\ndefault *-70.el9*\n", "/vmlinuz-5.14.0-70.el9", "root=UUID=a");
  g_assert_cmpstr (newest->version, ==, "5.14.0-70.13.1.el9");
  g_assert_cmpstr (newest->initrd, ==, "/i.img");
  g_assert_null (embark_boot_config_read_bls (&empty));
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
  check_version ("/boot/vmlinuz-linux", NULL);
  check_version ("/boot/initrd.img-6.1", NULL);
}

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/boot-config/grub2", test_grub2);
  g_test_add_func ("/boot-config/grub2-entry", test_grub2_entry);
  g_test_add_func ("/boot-config/grub2-include", test_grub2_include);
  g_test_add_func ("/boot-config/legacy", test_legacy);
  g_test_add_func ("/boot-config/extlinux", test_extlinux);
  g_test_add_func ("/boot-config/bls", test_bls);
  g_test_add_func ("/boot-config/version", test_version);
  return g_test_run ();
}
