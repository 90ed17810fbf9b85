/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/guest/boot-edit.h"

#include <string.h>

#include "model/base/errors.h"

static const char *const roots[] = { "/dev/sda1", "UUID=abc", NULL };
static const char *const added[] = { "net.ifnames=0", "biosdevname=0", NULL };

static char *map_word (const char *word, gpointer data)
{
  (void) data;
  if (strcmp (word, "root=/dev/sda1") == 0)
    return g_strdup ("root=UUID=abc");
  return g_str_has_prefix (word, "resume=") ? g_strdup ("") : NULL;
}

static const EmbarkCmdlineEdit edit = { .roots = roots, .map = map_word, .add = added };

typedef char *(*EditFunc) (const char *text, const EmbarkCmdlineEdit *edit);

/* What was changed once stays as it is. */
static void check_edit (EditFunc func, const char *text, const char *expected)
{
  g_autofree char *once = func (text, &edit);
  g_autofree char *twice = func (once, &edit);

  g_assert_cmpstr (once, ==, expected);
  g_assert_cmpstr (twice, ==, expected);
}

static void test_words (void)
{
  check_edit (embark_cmdline_edit, "", "net.ifnames=0 biosdevname=0");
  check_edit (embark_cmdline_edit, "resume=/dev/sda5", "net.ifnames=0 biosdevname=0");
  check_edit (embark_cmdline_edit, "resume=/dev/sda5 ro", "ro net.ifnames=0 biosdevname=0");
  check_edit (embark_cmdline_edit, "ro  resume=x\tquiet \r", "ro\tquiet net.ifnames=0 biosdevname=0 \r");
  check_edit (embark_cmdline_edit, "net.ifnames=1 ro net.ifnames biosdevname=0", "net.ifnames=0 ro biosdevname=0");
  check_edit (embark_cmdline_edit, "ro x=\"a  resume=b\" -- resume=c",
              "ro x=\"a  resume=b\" net.ifnames=0 biosdevname=0 -- resume=c");
}

static void test_grub2 (void)
{
  check_edit (embark_boot_edit_grub2,
              "set default=\"0\"\nmenuentry 'Debian' --class x {\n"
              "\tlinux\t/boot/vmlinuz-6.1 root=/dev/sda1 ro resume=/dev/sda5\n\tinitrd\t/boot/initrd.img-6.1\n}\n"
              "menuentry 'recovery' {\n  linux16 /vmlinuz-6.1 root=/dev/sda1 ro single \n}\n"
              "menuentry 'Other' {\n  linuxefi /vmlinuz root=UUID=other ro\n}\n"
              "menuentry 'Memory test' {\n  linux16 /boot/memtest86+.bin\n}\n"
              "menuentry 'Windows' {\n  chainloader +1\n}\n"
              "menuentry 'Xen' {\n  multiboot2 /boot/xen.gz placeholder\n  module2 /boot/vmlinuz-6.1 placeholder "
              "root=UUID=abc ro\n  module2 /boot/initrd.img-6.1\n}",
              "set default=\"0\"\nmenuentry 'Debian' --class x {\n"
              "\tlinux\t/boot/vmlinuz-6.1 root=UUID=abc ro net.ifnames=0 biosdevname=0\n"
              "\tinitrd\t/boot/initrd.img-6.1\n}\n"
              "menuentry 'recovery' {\n  linux16 /vmlinuz-6.1 root=UUID=abc ro single net.ifnames=0 biosdevname=0 \n}\n"
              "menuentry 'Other' {\n  linuxefi /vmlinuz root=UUID=other ro\n}\n"
              "menuentry 'Memory test' {\n  linux16 /boot/memtest86+.bin\n}\n"
              "menuentry 'Windows' {\n  chainloader +1\n}\n"
              "menuentry 'Xen' {\n  multiboot2 /boot/xen.gz placeholder\n  module2 /boot/vmlinuz-6.1 placeholder "
              "root=UUID=abc ro net.ifnames=0 biosdevname=0\n  module2 /boot/initrd.img-6.1\n}");
  check_edit (embark_boot_edit_grub2,
              "if [ -z \"${kernelopts}\" ]; then\n  set kernelopts=\"root=/dev/sda1 ro \"\nfi\nblscfg\n",
              "if [ -z \"${kernelopts}\" ]; then\n  set kernelopts=\"root=UUID=abc ro net.ifnames=0 biosdevname=0 "
              "\"\nfi\nblscfg\n");
  check_edit (embark_boot_edit_grub2, "set kernelopts=\"root=UUID=other ro\"\n",
              "set kernelopts=\"root=UUID=other ro\"\n");
}

static void test_without_roots (void)
{
  EmbarkCmdlineEdit any = { .add = added };
  g_autofree char *changed = embark_boot_edit_grub2 ("linux /vmlinuz\n", &any);

  g_assert_cmpstr (changed, ==, "linux /vmlinuz net.ifnames=0 biosdevname=0\n");
}

static void test_legacy (void)
{
  check_edit (embark_boot_edit_legacy,
              "default=0\n# kopt=root=/dev/sda1 ro\ntitle CentOS\n\troot (hd0,0)\n"
              "\tkernel /vmlinuz-2.6.32 ro root=/dev/sda1 rhgb\n\tinitrd /initramfs.img\n"
              "title Other\n\tkernel /vmlinuz root=/dev/sdb1\ntitle Windows\n\tchainloader +1\n",
              "default=0\n# kopt=root=UUID=abc ro net.ifnames=0 biosdevname=0\ntitle CentOS\n\troot (hd0,0)\n"
              "\tkernel /vmlinuz-2.6.32 ro root=UUID=abc rhgb net.ifnames=0 biosdevname=0\n\tinitrd /initramfs.img\n"
              "title Other\n\tkernel /vmlinuz root=/dev/sdb1\ntitle Windows\n\tchainloader +1\n");
}

static void test_extlinux (void)
{
  check_edit (embark_boot_edit_extlinux,
              "DEFAULT l0\nlabel l0\n\tkernel /vmlinuz\n\tAPPEND initrd=/initrd.img root=/dev/sda1 ro\r\n"
              "label menu\n\tkernel menu.c32\n\tappend other.cfg\n",
              "DEFAULT l0\nlabel l0\n\tkernel /vmlinuz\n\tAPPEND initrd=/initrd.img root=UUID=abc ro net.ifnames=0 "
              "biosdevname=0\r\nlabel menu\n\tkernel menu.c32\n\tappend other.cfg\n");
}

static void test_bls (void)
{
  check_edit (embark_boot_edit_bls, "title Rocky\noptions root=UUID=abc ro $tuned_params\ngrub_class kernel\n",
              "title Rocky\noptions root=UUID=abc ro $tuned_params net.ifnames=0 biosdevname=0\ngrub_class kernel\n");
  /* What is behind the variable is changed where it is set. */
  check_edit (embark_boot_edit_bls, "options $kernelopts\n", "options $kernelopts\n");
}

static char *make_block (const char *lines)
{
  char *block = g_malloc (1025);
  gsize length = strlen (lines);

  memcpy (block, lines, length);
  memset (block + length, '#', 1024 - length);
  block[1024] = '\0';
  return block;
}

static void test_grubenv (void)
{
  g_autofree char *before = make_block ("# GRUB Environment Block\nsaved_entry=0\nkernelopts=root=/dev/sda1 ro\n");
  g_autofree char *expected =
      make_block ("# GRUB Environment Block\nsaved_entry=0\nkernelopts=root=UUID=abc ro net.ifnames=0 biosdevname=0\n");
  g_autoptr (GError) error = NULL;
  g_autofree char *after = embark_boot_edit_grubenv (before, &edit, &error);
  g_autofree char *again = embark_boot_edit_grubenv (after, &edit, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (after, ==, expected);
  g_assert_cmpstr (again, ==, expected);
}

static void test_grubenv_full (void)
{
  g_autoptr (GString) lines = g_string_new ("# GRUB Environment Block\nkernelopts=root=/dev/sda1");
  g_autofree char *before = NULL;
  g_autoptr (GError) error = NULL;

  while (lines->len < 1010)
    g_string_append (lines, " quiet");
  g_string_append_c (lines, '\n');
  before = make_block (lines->str);
  g_assert_null (embark_boot_edit_grubenv (before, &edit, &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_FAILED);
}

static char *edit_defaults (const char *text, const EmbarkCmdlineEdit *changes)
{
  return embark_boot_edit_defaults (text, changes, TRUE);
}

static void test_defaults (void)
{
  g_autofree char *part = NULL;

  check_edit (edit_defaults,
              "GRUB_DEFAULT=0\nGRUB_CMDLINE_LINUX_DEFAULT=\"quiet resume=UUID=x\"\nGRUB_CMDLINE_LINUX=\"\"\n",
              "GRUB_DEFAULT=0\nGRUB_CMDLINE_LINUX_DEFAULT=\"quiet\"\nGRUB_CMDLINE_LINUX=\"net.ifnames=0 "
              "biosdevname=0\"\n");
  check_edit (edit_defaults, "GRUB_CMDLINE_LINUX_DEFAULT='net.ifnames=1'\nGRUB_CMDLINE_LINUX=quiet\n",
              "GRUB_CMDLINE_LINUX_DEFAULT='net.ifnames=0'\nGRUB_CMDLINE_LINUX=\"quiet net.ifnames=0 biosdevname=0\"\n");
  check_edit (edit_defaults, "#GRUB_CMDLINE_LINUX=\"\"\nGRUB_TIMEOUT=0",
              "#GRUB_CMDLINE_LINUX=\"\"\nGRUB_TIMEOUT=0\nGRUB_CMDLINE_LINUX=\"net.ifnames=0 biosdevname=0\"\n");
  part = embark_boot_edit_defaults ("GRUB_TIMEOUT=0\n", &edit, FALSE);
  g_assert_cmpstr (part, ==, "GRUB_TIMEOUT=0\n");
}

/* Any bytes pass, and what is no argument of this system comes out as it went in. */
static void test_odd (void)
{
  static const char *const texts[] = { "",
                                       "\n\n",
                                       "linux",
                                       "linux ",
                                       "linux \"",
                                       "append",
                                       "kernel '",
                                       "options",
                                       "GRUB_CMDLINE_LINUX",
                                       "set kernelopts=\"",
                                       "\xff\xfe = '\n" };
  static const EditFunc funcs[] = { embark_boot_edit_grub2, embark_boot_edit_legacy, embark_boot_edit_extlinux,
                                    embark_boot_edit_bls };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    for (guint k = 0; k < G_N_ELEMENTS (funcs); k++)
      check_edit (funcs[k], texts[i], texts[i]);
}

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/boot-edit/words", test_words);
  g_test_add_func ("/boot-edit/grub2", test_grub2);
  g_test_add_func ("/boot-edit/without-roots", test_without_roots);
  g_test_add_func ("/boot-edit/legacy", test_legacy);
  g_test_add_func ("/boot-edit/extlinux", test_extlinux);
  g_test_add_func ("/boot-edit/bls", test_bls);
  g_test_add_func ("/boot-edit/grubenv", test_grubenv);
  g_test_add_func ("/boot-edit/grubenv-full", test_grubenv_full);
  g_test_add_func ("/boot-edit/defaults", test_defaults);
  g_test_add_func ("/boot-edit/odd", test_odd);
  return g_test_run ();
}
