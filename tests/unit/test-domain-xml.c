/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Domain XML as libvirt writes it, and as it never would.
 */
#include "model/source/domain-xml.h"

#include <string.h>

#include "model/base/errors.h"

static char *resolve_cb (const char *pool, const char *volume, gpointer user_data)
{
  return strcmp (volume, "gone") == 0 ? NULL : g_strdup_printf ("/pools/%s/%s", pool, volume);
}

static EmbarkMachineInfo *parse (const char *xml)
{
  EmbarkMachineInfo *info = g_new0 (EmbarkMachineInfo, 1);
  g_autoptr (GError) error = NULL;
  gboolean is_parsed = embark_domain_xml_parse (xml, resolve_cb, NULL, info, &error);

  g_assert_no_error (error);
  g_assert_true (is_parsed);
  return info;
}

static void test_whole (void)
{
  g_autoptr (EmbarkMachineInfo) info = parse (
      "<domain type='kvm'><name>a</name><title>A &amp; B</title>"
      "<os firmware='efi'><type arch='aarch64'>hvm</type></os><devices>"
      "<disk type='file' device='cdrom'><source file='/x.iso'/><target dev='sda' bus='sata'/><boot order='1'/></disk>"
      "<disk type='file' device='floppy'><source file='/f'/><target dev='fda' bus='fdc'/></disk>"
      "<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='/d/top &lt;1&gt;.qcow2'/>"
      "<backingStore type='file'><format type='qcow2'/><source file='/d/mid'/><backingStore type='block'>"
      "<format type='raw'/><source dev='/dev/vg/base'/><backingStore/></backingStore></backingStore>"
      "<target dev='vda' bus='virtio'/><boot order='3'/></disk>"
      "<disk type='block'><driver type='raw'/><source dev='/dev/sdz'/><target dev='sdb' bus='scsi'/>"
      "<boot order='2'/></disk>"
      "<disk type='volume' device='disk'><source pool='p' volume='v'/><target dev='vdb' bus='virtio'/></disk>"
      "<disk type='volume' device='disk'><source pool='p' volume='gone'/><target dev='vdc' bus='virtio'/></disk>"
      "<disk type='network' device='disk'><source protocol='rbd' name='x'/><target dev='vdd' bus='virtio'/></disk>"
      "</devices></domain>");
  const EmbarkDiskInfo *disk = g_ptr_array_index (info->disks, 0);

  g_assert_cmpstr (info->title, ==, "A & B");
  g_assert_cmpstr (info->architecture, ==, "aarch64");
  g_assert_cmpstr (info->firmware, ==, "efi");
  g_assert_cmpuint (info->disks->len, ==, 5);
  g_assert_cmpstr (disk->target, ==, "vda");
  g_assert_cmpstr (disk->bus, ==, "virtio");
  g_assert_cmpstr (disk->format, ==, "qcow2");
  g_assert_cmpstr (disk->path, ==, "/d/top <1>.qcow2");
  g_assert_cmpuint (g_strv_length (disk->backing), ==, 2);
  g_assert_cmpstr (disk->backing[0], ==, "/d/mid");
  g_assert_cmpstr (disk->backing[1], ==, "/dev/vg/base");
  g_assert_false (disk->is_boot);
  disk = g_ptr_array_index (info->disks, 1);
  g_assert_cmpstr (disk->kind, ==, "block");
  g_assert_cmpstr (disk->path, ==, "/dev/sdz");
  g_assert_true (disk->is_boot);
  disk = g_ptr_array_index (info->disks, 2);
  g_assert_cmpstr (disk->kind, ==, "volume");
  g_assert_cmpstr (disk->path, ==, "/pools/p/v");
  g_assert_cmpstr (disk->format, ==, NULL);
  disk = g_ptr_array_index (info->disks, 3);
  g_assert_cmpstr (disk->path, ==, NULL);
  disk = g_ptr_array_index (info->disks, 4);
  g_assert_cmpstr (disk->kind, ==, "network");
  g_assert_cmpstr (disk->path, ==, NULL);
  g_assert_cmpuint (g_strv_length (disk->backing), ==, 0);
}

static void test_small (void)
{
  g_autoptr (EmbarkMachineInfo) bare = parse ("<domain/>");
  g_assert_cmpuint (bare->disks->len, ==, 0);
  g_assert_cmpstr (bare->firmware, ==, "bios");
  g_assert_cmpstr (bare->architecture, ==, NULL);

  g_autoptr (EmbarkMachineInfo) first = parse (
      "<domain><os><type arch='x86_64'>hvm</type><loader type='pflash'>/x</loader><boot dev='cdrom'/></os><devices>"
      "<disk><source file='relative'/><target dev='hda'/></disk><disk type='file'/></devices></domain>");
  const EmbarkDiskInfo *disk = g_ptr_array_index (first->disks, 0);
  g_assert_cmpstr (first->firmware, ==, "efi");
  g_assert_true (disk->is_boot);
  g_assert_cmpstr (disk->path, ==, NULL);
  g_assert_false (((EmbarkDiskInfo *) g_ptr_array_index (first->disks, 1))->is_boot);
}

static void refuse (const char *xml)
{
  g_autoptr (EmbarkMachineInfo) info = g_new0 (EmbarkMachineInfo, 1);
  g_autoptr (GError) error = NULL;

  g_assert_false (embark_domain_xml_parse (xml, NULL, NULL, info, &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_FAILED);
  g_assert_null (info->disks);
}

static void test_hostile (void)
{
  refuse ("");
  refuse ("not xml");
  refuse ("<domain>");
  refuse ("<network/>");
  refuse ("<!DOCTYPE domain [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>"
          "<!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;'>]><domain><title>&c;</title></domain>");
  refuse ("<!DOCTYPE domain [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><domain><title>&x;</title></domain>");
  refuse ("<!DOCTYPE domain SYSTEM 'http://127.0.0.1:1/x.dtd'><domain/>");
  refuse ("<domain><title>&undefined;</title></domain>");
}

static void test_bounds (void)
{
  g_autoptr (GString) many = g_string_new ("<domain><devices>");
  g_autoptr (GString) deep = g_string_new ("<domain>");
  g_autoptr (GString) large = g_string_new ("<domain><title>");

  for (guint i = 0; i < 2000; i++)
    g_string_append (many, "<disk type='file'><target dev='vda'/></disk>");
  g_string_append (many, "</devices></domain>");
  g_autoptr (EmbarkMachineInfo) info = parse (many->str);
  g_assert_cmpuint (info->disks->len, ==, 256);

  for (guint i = 0; i < 5000; i++)
    g_string_append (deep, "<a>");
  for (guint i = 0; i < 5000; i++)
    g_string_append (deep, "</a>");
  g_string_append (deep, "</domain>");
  refuse (deep->str);

  for (guint i = 0; i < 1024 * 64; i++)
    g_string_append (large, "0123456789abcdef");
  g_string_append (large, "</title></domain>");
  refuse (large->str);
}

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/domain-xml/whole", test_whole);
  g_test_add_func ("/domain-xml/small", test_small);
  g_test_add_func ("/domain-xml/hostile", test_hostile);
  g_test_add_func ("/domain-xml/bounds", test_bounds);
  return g_test_run ();
}
