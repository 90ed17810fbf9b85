/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * VHD and VMDK headers made by hand, whole and hostile: what the probe says of each.
 */
#include "tests/support/image-bytes.h"

static void close_vhd_footer (guint8 *footer)
{
  guint32 sum = 0;

  put_be32 (footer + 64, 0);
  for (guint i = 0; i < 512; i++)
    sum += footer[i];
  put_be32 (footer + 64, ~sum);
}

static void make_vhd_footer (guint8 *footer, guint64 size, guint32 type)
{
  memset (footer, 0, 512);
  memcpy (footer, "conectix", 8);
  put_be64 (footer + 16, type == 2 ? G_MAXUINT64 : 512);
  put_be64 (footer + 48, size);
  put_be32 (footer + 60, type);
  close_vhd_footer (footer);
}

static void test_vhd_fixed (void)
{
  g_autofree guint8 *image = g_malloc0 (CLUSTER + 512);

  make_vhd_footer (image + CLUSTER, CLUSTER, 2);
  g_autoptr (EmbarkImageProbe) probe = probe_bytes (image, CLUSTER + 512);
  g_assert_cmpint (probe->format, ==, EMBARK_IMAGE_VPC);
  g_assert_cmpstr (probe->subformat, ==, "fixed");
  g_assert_cmpuint (probe->virtual_size, ==, CLUSTER);
  g_assert_cmpstr (probe->damaged, ==, NULL);

  make_vhd_footer (image + CLUSTER, CLUSTER + 512, 2);
  g_autoptr (EmbarkImageProbe) too_big = probe_bytes (image, CLUSTER + 512);
  g_assert_nonnull (too_big->damaged);

  make_vhd_footer (image + CLUSTER, CLUSTER, 4);
  g_autoptr (EmbarkImageProbe) differencing = probe_bytes (image, CLUSTER + 512);
  g_assert_nonnull (differencing->unsafe);

  make_vhd_footer (image + CLUSTER, CLUSTER, 2);
  image[CLUSTER + 100] ^= 1;
  g_autoptr (EmbarkImageProbe) checksum = probe_bytes (image, CLUSTER + 512);
  g_assert_nonnull (checksum->damaged);
}

static void test_vhd_dynamic (void)
{
  const gsize size = 8192 + 512;
  g_autofree guint8 *image = g_malloc0 (size);

  make_vhd_footer (image, 4 * 2097152, 3);
  make_vhd_footer (image + 8192, 4 * 2097152, 3);
  memcpy (image + 512, "cxsparse", 8);
  put_be64 (image + 512 + 16, 1536);
  put_be32 (image + 512 + 28, 4);
  put_be32 (image + 512 + 32, 2097152);
  memset (image + 1536, 0xff, 16);
  g_autoptr (EmbarkImageProbe) probe = probe_bytes (image, size);
  g_assert_cmpstr (probe->subformat, ==, "dynamic");
  g_assert_cmpstr (probe->damaged, ==, NULL);

  g_autoptr (EmbarkImageProbe) cut = probe_bytes (image, 8192);
  g_assert_cmpint (cut->format, ==, EMBARK_IMAGE_VPC);
  g_assert_nonnull (cut->damaged);

  put_be32 (image + 1536, 1000);
  g_autoptr (EmbarkImageProbe) block = probe_bytes (image, size);
  g_assert_nonnull (block->damaged);

  put_be32 (image + 512 + 28, 3);
  g_autoptr (EmbarkImageProbe) table = probe_bytes (image, size);
  g_assert_nonnull (table->damaged);
}

static const char good_descriptor[] = "# Disk DescriptorFile\nversion=1\nCID=12345678\nparentCID=ffffffff\n"
                                      "createType=\"monolithicSparse\"\n\n# Extent description\n"
                                      "RW 2048 SPARSE \"disk.vmdk\"\n\n#DDB\nddb.adapterType = \"ide\"\n";

static guint8 *make_vmdk (const char *descriptor, guint64 capacity, guint64 gd)
{
  guint8 *image = g_malloc0 (CLUSTER);

  memcpy (image, "KDMV", 4);
  put_le32 (image + 4, 1);
  put_le32 (image + 8, 3);
  put_le64 (image + 12, capacity);
  put_le64 (image + 20, 128);
  put_le64 (image + 28, 1);
  put_le64 (image + 36, 20);
  put_le32 (image + 44, 512);
  put_le64 (image + 56, gd);
  memcpy (image + 73, "\n \r\n", 4);
  memcpy (image + 512, descriptor, strlen (descriptor));
  put_le32 (image + 40 * 512, 41);
  return image;
}

static EmbarkImageProbe *probe_vmdk (const char *descriptor, guint64 capacity, guint64 gd)
{
  g_autofree guint8 *image = make_vmdk (descriptor, capacity, gd);

  return probe_bytes (image, CLUSTER);
}

static void test_vmdk_whole (void)
{
  g_autoptr (EmbarkImageProbe) probe = probe_vmdk (good_descriptor, 2048, 40);

  g_assert_cmpint (probe->format, ==, EMBARK_IMAGE_VMDK);
  g_assert_cmpstr (probe->unsafe, ==, NULL);
  g_assert_cmpstr (probe->damaged, ==, NULL);
  g_assert_cmpstr (probe->subformat, ==, "monolithicSparse");
  g_assert_cmpuint (probe->virtual_size, ==, 1024 * 1024);
}

/* What qemu-img leaves behind the text when the new CID has fewer digits than the one before. */
static void test_vmdk_rewritten (void)
{
  static const struct
  {
    const char *rest;
    gsize size;
    gboolean is_safe;
  } cases[] = {
    { "\0\n", 2, TRUE },    { "\0\"ide\"\n", 7, TRUE }, { "\0= \"ide\"\n", 9, FALSE }, { "\0e\"\n\0\n\0\n", 8, TRUE },
    { "\0\n\n", 3, FALSE }, { "\0a=b\n", 5, FALSE },    { "\0\nRW", 4, FALSE },        { "\0\n\0a", 4, FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree guint8 *image = make_vmdk (good_descriptor, 2048, 40);
      memcpy (image + 512 + strlen (good_descriptor), cases[i].rest, cases[i].size);
      g_autoptr (EmbarkImageProbe) probe = probe_bytes (image, CLUSTER);
      g_test_message ("case %" G_GSIZE_FORMAT, i);
      g_assert_cmpint (probe->unsafe == NULL, ==, cases[i].is_safe);
    }
}

static void test_vmdk_hostile (void)
{
  static const struct
  {
    const char *find;
    const char *replace;
  } changes[] = {
    { "disk.vmdk", "/etc/passwd" },
    { "disk.vmdk", "..\\x.vmdk" },
    { "disk.vmdk", "nbd:x" },
    { "SPARSE", "FLAT" },
    { "RW 2048 SPARSE \"disk.vmdk\"", "RW 2048 FLAT \"/etc/shadow\" 0" },
    { "RW 2048 SPARSE \"disk.vmdk\"", "RW 2048 SPARSE \"disk.vmdk\"\nRW 2048 SPARSE \"other.vmdk\"" },
    { "RW 2048 SPARSE \"disk.vmdk\"", "" },
    { "monolithicSparse", "twoGbMaxExtentFlat" },
    { "monolithicSparse", "streamOptimized" },
    { "parentCID=ffffffff", "parentCID=00000001" },
    { "parentCID=ffffffff", "parentCID=ffffffff\nparentFileNameHint=\"/etc/passwd\"" },
    { "version=1", "version=1\nchangeTrackPath=\"x\"" },
    { "version=1", "version=1\nrubbish" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (changes); i++)
    {
      g_auto (GStrv) halves = g_strsplit (good_descriptor, changes[i].find, 2);
      g_autofree char *descriptor = g_strjoinv (changes[i].replace, halves);
      g_autoptr (EmbarkImageProbe) probe = probe_vmdk (descriptor, 2048, 40);
      g_test_message ("change %" G_GSIZE_FORMAT, i);
      g_assert_nonnull (probe->unsafe);
    }
  g_autoptr (EmbarkImageProbe) container = probe_vmdk (good_descriptor, 0, 40);
  g_assert_nonnull (container->unsafe);
  g_autoptr (EmbarkImageProbe) cut = probe_vmdk (good_descriptor, 2048, 4000);
  g_assert_nonnull (cut->damaged);
  g_autoptr (EmbarkImageProbe) no_footer = probe_vmdk (good_descriptor, 2048, G_MAXUINT64);
  g_assert_nonnull (no_footer->damaged);
  g_autoptr (EmbarkImageProbe) text = probe_bytes ((const guint8 *) good_descriptor, strlen (good_descriptor));
  g_assert_cmpint (text->format, ==, EMBARK_IMAGE_VMDK);
  g_assert_nonnull (text->unsafe);
}

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/probe-containers/vhd/fixed", test_vhd_fixed);
  g_test_add_func ("/probe-containers/vhd/dynamic", test_vhd_dynamic);
  g_test_add_func ("/probe-containers/vmdk/whole", test_vmdk_whole);
  g_test_add_func ("/probe-containers/vmdk/rewritten", test_vmdk_rewritten);
  g_test_add_func ("/probe-containers/vmdk/hostile", test_vmdk_hostile);
  return g_test_run ();
}
