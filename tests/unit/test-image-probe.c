/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Headers made by hand, whole and hostile: what the probe says of each.
 */
#include <fcntl.h>

#include "tests/support/image-bytes.h"

/* Six clusters: header, refcount table, refcount block, L1, one L2, one data cluster. */
static guint8 *make_qcow2 (void)
{
  guint8 *image = g_malloc0 (6 * CLUSTER);

  memcpy (image, "QFI\xfb", 4);
  put_be32 (image + 4, 3);
  put_be32 (image + 20, 16);
  put_be64 (image + 24, 512 * 1024 * 1024);
  put_be32 (image + 36, 1);
  put_be64 (image + 40, 3 * CLUSTER);
  put_be64 (image + 48, CLUSTER);
  put_be32 (image + 56, 1);
  put_be32 (image + 96, 4);
  put_be32 (image + 100, 104);
  put_be64 (image + CLUSTER, 2 * CLUSTER);
  for (guint i = 0; i < 6; i++)
    image[2 * CLUSTER + 2 * i + 1] = 1;
  put_be64 (image + 3 * CLUSTER, (G_GUINT64_CONSTANT (1) << 63) | 4 * CLUSTER);
  put_be64 (image + 4 * CLUSTER, (G_GUINT64_CONSTANT (1) << 63) | 5 * CLUSTER);
  return image;
}

static void test_qcow2_whole (void)
{
  g_autofree guint8 *image = make_qcow2 ();
  g_autoptr (EmbarkImageProbe) probe = probe_bytes (image, 6 * CLUSTER);

  g_assert_cmpint (probe->format, ==, EMBARK_IMAGE_QCOW2);
  g_assert_cmpuint (probe->virtual_size, ==, 512 * 1024 * 1024);
  g_assert_cmpstr (probe->unsafe, ==, NULL);
  g_assert_cmpstr (probe->damaged, ==, NULL);
  g_assert_null (probe->backing_file);
}

static void test_qcow2_cut_off (void)
{
  g_autofree guint8 *image = make_qcow2 ();
  const gsize lengths[] = { 4, 71, 103, 104, 600, CLUSTER, 2 * CLUSTER, 3 * CLUSTER, 4 * CLUSTER, 5 * CLUSTER };

  for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      g_autoptr (EmbarkImageProbe) probe = probe_length (image, 6 * CLUSTER, lengths[i]);
      g_assert_cmpint (probe->format, ==, EMBARK_IMAGE_QCOW2);
      g_assert_nonnull (probe->damaged);
    }
}

/* A crash left a count for a cluster that was never written and that nothing points to. */
static void test_qcow2_leaked (void)
{
  g_autofree guint8 *image = make_qcow2 ();

  image[2 * CLUSTER + 2 * 40 + 1] = 1;
  g_autoptr (EmbarkImageProbe) probe = probe_bytes (image, 6 * CLUSTER);
  g_assert_cmpstr (probe->damaged, ==, NULL);
}

/* Counts that say all is there, but the dirty bit says they are stale. */
static void test_qcow2_dirty (void)
{
  g_autofree guint8 *image = make_qcow2 ();

  put_be64 (image + 72, 1);
  g_autoptr (EmbarkImageProbe) whole = probe_bytes (image, 6 * CLUSTER);
  g_assert_cmpstr (whole->damaged, ==, NULL);
  put_be64 (image + 4 * CLUSTER + 8, 99 * CLUSTER);
  g_autoptr (EmbarkImageProbe) cut = probe_bytes (image, 6 * CLUSTER);
  g_assert_nonnull (cut->damaged);
}

typedef struct
{
  guint offset;
  guint64 value;
  gboolean is_wide;
  gboolean is_unsafe; /* else damaged */
} Patch;

static void test_qcow2_hostile (void)
{
  const Patch patches[] = {
    { 4, 4, FALSE, TRUE },                            /* version of the future */
    { 72, 1 << 2, TRUE, TRUE },                       /* external data file */
    { 72, 1 << 5, TRUE, TRUE },                       /* unknown feature */
    { 72, G_GUINT64_CONSTANT (1) << 63, TRUE, TRUE }, /* the last of them */
    { 72, 1 << 1, TRUE, FALSE },                      /* corrupt */
    { 104, 0x44415441, FALSE, TRUE },                 /* the name of a data file alone */
    { 20, 8, FALSE, FALSE },
    { 20, 22, FALSE, FALSE },
    { 20, 0xffffffff, FALSE, FALSE },
    { 24, G_MAXUINT64, TRUE, FALSE },
    { 24, G_GUINT64_CONSTANT (1) << 40, TRUE, FALSE }, /* more than L1 holds */
    { 36, 0, FALSE, FALSE },
    { 36, 0xffffffff, FALSE, FALSE },
    { 40, 0, TRUE, FALSE },
    { 40, 100 * CLUSTER, TRUE, FALSE },
    { 40, G_MAXUINT64 - CLUSTER + 1, TRUE, FALSE },
    { 40, 3 * CLUSTER + 8, TRUE, FALSE },
    { 48, 100 * CLUSTER, TRUE, FALSE },
    { 56, 0xffffffff, FALSE, FALSE },
    { 96, 7, FALSE, FALSE },
    { 100, 80, FALSE, FALSE },
    { 100, 0xffffff00, FALSE, FALSE },
    { 3 * CLUSTER, 77 * CLUSTER, TRUE, FALSE }, /* L2 table behind the end */
    { CLUSTER, 77 * CLUSTER, TRUE, FALSE },     /* refcount block behind the end */
  };

  for (gsize i = 0; i < G_N_ELEMENTS (patches); i++)
    {
      g_autofree guint8 *image = make_qcow2 ();
      if (patches[i].is_wide)
        put_be64 (image + patches[i].offset, patches[i].value);
      else
        put_be32 (image + patches[i].offset, (guint32) patches[i].value);
      g_test_message ("patch %" G_GSIZE_FORMAT, i);
      g_autoptr (EmbarkImageProbe) probe = probe_bytes (image, 6 * CLUSTER);
      g_assert_nonnull (patches[i].is_unsafe ? probe->unsafe : probe->damaged);
    }
}

static void set_backing (guint8 *image, const char *name, gsize size, const char *format)
{
  gsize at = 104;

  if (format != NULL)
    {
      put_be32 (image + at, 0xe2792aca);
      put_be32 (image + at + 4, (guint32) strlen (format));
      memcpy (image + at + 8, format, strlen (format));
      at += 8 + ((strlen (format) + 7) & ~(gsize) 7);
    }
  put_be64 (image + 8, 1024);
  put_be32 (image + 16, (guint32) size);
  memcpy (image + 1024, name, MIN (size, 2048));
}

static void test_qcow2_backing (void)
{
  g_autofree guint8 *image = make_qcow2 ();
  char name[1024];

  set_backing (image, "base.img", 8, "raw");
  g_autoptr (EmbarkImageProbe) probe = probe_bytes (image, 6 * CLUSTER);
  g_assert_cmpstr (probe->backing_file, ==, "base.img");
  g_assert_cmpstr (probe->backing_format, ==, "raw");
  g_assert_cmpstr (probe->damaged, ==, NULL);

  memset (name, 'x', sizeof name);
  set_backing (image, name, 1023, "raw");
  g_autoptr (EmbarkImageProbe) longest = probe_bytes (image, 6 * CLUSTER);
  g_assert_cmpuint (strlen (longest->backing_file), ==, 1023);

  set_backing (image, name, 1024, "raw");
  g_autoptr (EmbarkImageProbe) too_long = probe_bytes (image, 6 * CLUSTER);
  g_assert_nonnull (too_long->damaged);

  set_backing (image, "a\0/etc/passwd", 13, "raw");
  g_autoptr (EmbarkImageProbe) with_nul = probe_bytes (image, 6 * CLUSTER);
  g_assert_nonnull (with_nul->unsafe);

  set_backing (image, "base.img", 8, "a-format-of-many-letters");
  g_autoptr (EmbarkImageProbe) long_format = probe_bytes (image, 6 * CLUSTER);
  g_assert_nonnull (long_format->damaged);

  set_backing (image, "base.img", 8, "raw");
  put_be64 (image + 8, CLUSTER - 4);
  g_autoptr (EmbarkImageProbe) outside = probe_bytes (image, 6 * CLUSTER);
  g_assert_nonnull (outside->damaged);
}

static void test_qcow2_kinds (void)
{
  g_autofree guint8 *image = make_qcow2 ();

  put_be32 (image + 32, 2);
  put_be32 (image + 60, 7);
  g_autoptr (EmbarkImageProbe) encrypted = probe_bytes (image, 6 * CLUSTER);
  g_assert_true (encrypted->is_encrypted);
  g_assert_cmpuint (encrypted->n_snapshots, ==, 7);

  put_be32 (image + 4, 1);
  g_autoptr (EmbarkImageProbe) old = probe_bytes (image, 6 * CLUSTER);
  g_assert_cmpstr (old->subformat, ==, "qcow1");
}

/* Whatever bytes follow a magic, the probe returns and says something. */
static void test_noise (void)
{
  const char *const magics[] = { "QFI\xfb", "KDMV", "conectix", "COWD", "# Disk DescriptorFile" };
  g_autofree guint8 *image = g_malloc (2 * CLUSTER);

  for (guint round = 0; round < 400; round++)
    {
      const char *magic = magics[round % G_N_ELEMENTS (magics)];
      for (gsize i = 0; i < 2 * CLUSTER; i++)
        image[i] = (guint8) g_test_rand_int ();
      memcpy (image, magic, strlen (magic));
      if (round % 2 == 0)
        put_be32 (image + 4, 3);
      g_autoptr (EmbarkImageProbe) probe =
          probe_length (image, 2 * CLUSTER, 1 + (guint) g_test_rand_int_range (0, 2 * CLUSTER));
      g_assert_cmpint (probe->format, <=, EMBARK_IMAGE_TEXT);
    }
}

static void test_signatures (void)
{
  static const struct
  {
    guint offset;
    const char *bytes;
    guint size;
    EmbarkImageFormat format;
    const char *subformat;
  } cases[] = {
    { 0, "vhdxfile", 8, EMBARK_IMAGE_VHDX, NULL },
    { 64, "\x7f\x10\xda\xbe", 4, EMBARK_IMAGE_VDI, NULL },
    { 0, "QED\0", 4, EMBARK_IMAGE_QED, NULL },
    { 32769, "CD001", 5, EMBARK_IMAGE_ISO, NULL },
    { 0, "\x1f\x8b\x08", 3, EMBARK_IMAGE_ARCHIVE, "gzip" },
    { 0,
      "\xfd"
      "7zXZ\0",
      6, EMBARK_IMAGE_ARCHIVE, "xz" },
    { 0, "\x28\xb5\x2f\xfd", 4, EMBARK_IMAGE_ARCHIVE, "zstd" },
    { 0, "BZh91AY&SY", 10, EMBARK_IMAGE_ARCHIVE, "bzip2" },
    { 0, "PK\x03\x04", 4, EMBARK_IMAGE_ARCHIVE, "zip" },
    { 0, "7z\xbc\xaf\x27\x1c", 6, EMBARK_IMAGE_ARCHIVE, "7z" },
    { 0, "Rar!\x1a\x07", 6, EMBARK_IMAGE_ARCHIVE, "rar" },
    { 257, "ustar", 5, EMBARK_IMAGE_ARCHIVE, "tar" },
    { 510, "\x55\xaa", 2, EMBARK_IMAGE_RAW, NULL },
    { 512, "EFI PART", 8, EMBARK_IMAGE_RAW, NULL },
    { 4096, "EFI PART", 8, EMBARK_IMAGE_RAW, NULL },
    { 1080, "\x53\xef", 2, EMBARK_IMAGE_RAW, NULL },
    { 0, "XFSB", 4, EMBARK_IMAGE_RAW, NULL },
    { 65600, "_BHRfS_M", 8, EMBARK_IMAGE_RAW, NULL },
    { 0, "LUKS\xba\xbe", 6, EMBARK_IMAGE_RAW, "luks" },
    { 0, "", 0, EMBARK_IMAGE_UNKNOWN, NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree guint8 *image = g_malloc0 (2 * CLUSTER);
      memcpy (image + cases[i].offset, cases[i].bytes, cases[i].size);
      g_autoptr (EmbarkImageProbe) probe = probe_bytes (image, 2 * CLUSTER);
      g_assert_cmpint (probe->format, ==, cases[i].format);
      g_assert_cmpstr (probe->subformat, ==, cases[i].subformat);
      g_assert_cmpuint (probe->virtual_size, ==, 2 * CLUSTER);
    }
}

/* An installation medium that can also be booted from a stick is still a medium. */
static void test_hybrid_iso (void)
{
  g_autofree guint8 *image = g_malloc0 (2 * CLUSTER);

  memcpy (image + 510, "\x55\xaa", 2);
  memcpy (image + 512, "EFI PART", 8);
  memcpy (image + 32769, "CD001", 5);
  g_autoptr (EmbarkImageProbe) probe = probe_bytes (image, 2 * CLUSTER);
  g_assert_cmpint (probe->format, ==, EMBARK_IMAGE_ISO);
}

static void test_text (void)
{
  const char *const texts[] = { "x", "hello\nworld\t\n", "na\xc3\xafve", "latin \xe9" };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (EmbarkImageProbe) probe = probe_bytes ((const guint8 *) texts[i], strlen (texts[i]));
      g_assert_cmpint (probe->format, ==, EMBARK_IMAGE_TEXT);
    }
  g_autoptr (EmbarkImageProbe) empty = probe_bytes ((const guint8 *) "", 0);
  g_assert_cmpint (empty->format, ==, EMBARK_IMAGE_UNKNOWN);
  g_assert_cmpstr (embark_image_format_to_string (EMBARK_IMAGE_VPC), ==, "vpc");
  g_assert_cmpstr (embark_image_format_to_string (EMBARK_IMAGE_UNKNOWN), ==, "unknown");
}

static void test_read_error (void)
{
  g_autoptr (GError) error = NULL;
  int fd = open ("/dev/null", O_WRONLY | O_CLOEXEC);

  g_assert_null (embark_image_probe (fd, 4096, &error));
  g_assert_nonnull (error);
  close (fd);
}

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/image-probe/qcow2/whole", test_qcow2_whole);
  g_test_add_func ("/image-probe/qcow2/cut-off", test_qcow2_cut_off);
  g_test_add_func ("/image-probe/qcow2/leaked", test_qcow2_leaked);
  g_test_add_func ("/image-probe/qcow2/dirty", test_qcow2_dirty);
  g_test_add_func ("/image-probe/qcow2/hostile", test_qcow2_hostile);
  g_test_add_func ("/image-probe/qcow2/backing", test_qcow2_backing);
  g_test_add_func ("/image-probe/qcow2/kinds", test_qcow2_kinds);
  g_test_add_func ("/image-probe/signatures", test_signatures);
  g_test_add_func ("/image-probe/hybrid-iso", test_hybrid_iso);
  g_test_add_func ("/image-probe/text", test_text);
  g_test_add_func ("/image-probe/read-error", test_read_error);
  g_test_add_func ("/image-probe/noise", test_noise);
  return g_test_run ();
}
