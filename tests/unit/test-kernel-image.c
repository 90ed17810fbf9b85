/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/guest/kernel-image.h"

#include <string.h>

#include <archive.h>
#include <archive_entry.h>

static void check_image (const guint8 *data, gsize length, const char *machine, const char *version)
{
  g_autofree guint8 *exact = g_memdup2 (data, length);
  g_autoptr (EmbarkKernelImage) image = embark_kernel_image_read (exact, length);

  g_assert_cmpstr (image->machine, ==, machine);
  g_assert_cmpstr (image->version, ==, version);
}

static void fill_bzimage (guint8 *data, guint16 protocol, guint16 flags)
{
  static const char version[] = "6.1.0-9-amd64 (debian-kernel@lists.debian.org) #1 SMP";

  memcpy (data + 0x1FE, "\x55\xAA", 2);
  memcpy (data + 0x202, "HdrS", 4);
  data[0x206] = (guint8) protocol;
  data[0x207] = (guint8) (protocol >> 8);
  data[0x20E] = 0x00;
  data[0x20F] = 0x02; /* 0x400, with the base */
  data[0x236] = (guint8) flags;
  memcpy (data + 0x400, version, sizeof version);
}

static void test_bzimage (void)
{
  guint8 data[2048] = { 0 };

  fill_bzimage (data, 0x20F, 0x3F);
  check_image (data, sizeof data, "x86_64", "6.1.0-9-amd64");
  check_image (data, 0x405, "x86_64", "6.1.0");
  check_image (data, 0x300, "x86_64", NULL);
  check_image (data, 0x210, NULL, NULL);
  fill_bzimage (data, 0x20F, 0x3E);
  check_image (data, sizeof data, "i386", "6.1.0-9-amd64");
  /* Before 2.12 the header does not say it. */
  fill_bzimage (data, 0x20A, 0x3F);
  check_image (data, sizeof data, NULL, "6.1.0-9-amd64");
  data[0x20E] = data[0x20F] = 0xFF;
  check_image (data, sizeof data, NULL, NULL);
  data[0x20E] = 0;
  data[0x20F] = 2;
  memcpy (data + 0x400, "\033[31mred", 9);
  check_image (data, sizeof data, NULL, NULL);
}

static void test_others (void)
{
  guint8 data[256] = { 0 };

  check_image (data, sizeof data, NULL, NULL);
  check_image (data, 0, NULL, NULL);
  memcpy (data + 0x38, "ARM\x64", 4);
  check_image (data, sizeof data, "aarch64", NULL);
  memset (data, 0, sizeof data);
  memcpy (data, "MZ", 2);
  data[0x3C] = 0x80;
  memcpy (data + 0x80, "PE\0\0\x64\xAA", 6);
  check_image (data, sizeof data, "aarch64", NULL);
  check_image (data, 0x84, NULL, NULL);
  memset (data + 0x3C, 0xFF, 4);
  check_image (data, sizeof data, NULL, NULL);
  memset (data, 0, sizeof data);
  memcpy (data, "\177ELF\2\1", 6);
  data[18] = 62;
  check_image (data, sizeof data, "x86_64", NULL);
  check_image (data, 19, NULL, NULL);
  data[18] = 21;
  check_image (data, sizeof data, "ppc64le", NULL);
  data[5] = 2;
  data[18] = 0;
  data[19] = 21;
  check_image (data, sizeof data, "ppc64", NULL);
}

/* Image.gz of arm64; only its start is read. */
static void test_gzip (void)
{
  struct archive *archive = archive_write_new ();
  struct archive_entry *entry = archive_entry_new ();
  g_autofree guint8 *plain = g_malloc0 (300000);
  g_autofree guint8 *packed = g_malloc0 (400000);
  gsize used = 0;

  for (guint i = 256; i < 300000; i++)
    plain[i] = (guint8) (i * 2654435761u >> 24);
  memcpy (plain + 0x38, "ARM\x64", 4);
  g_assert_cmpint (archive_write_add_filter_gzip (archive), ==, ARCHIVE_OK);
  g_assert_cmpint (archive_write_set_format_raw (archive), ==, ARCHIVE_OK);
  g_assert_cmpint (archive_write_open_memory (archive, packed, 400000, &used), ==, ARCHIVE_OK);
  archive_entry_set_filetype (entry, AE_IFREG);
  g_assert_cmpint (archive_write_header (archive, entry), ==, ARCHIVE_OK);
  g_assert_cmpint (archive_write_data (archive, plain, 300000), ==, 300000);
  g_assert_cmpint (archive_write_close (archive), ==, ARCHIVE_OK);
  archive_entry_free (entry);
  archive_write_free (archive);
  check_image (packed, used * 3 / 4, "aarch64", NULL);
  check_image (packed, 10, NULL, NULL);
}

static void test_config (void)
{
  g_assert_cmpstr (embark_kernel_config_get_machine ("CONFIG_64BIT=y\nCONFIG_X86_64=y\n"), ==, "x86_64");
  g_assert_cmpstr (embark_kernel_config_get_machine ("CONFIG_X86_32=y\n"), ==, "i386");
  g_assert_null (embark_kernel_config_get_machine ("#CONFIG_X86_64=y\n# CONFIG_X86_32=y\n"));
}

static char *get_signer (const char *before, gsize length, const guint8 *info)
{
  g_autoptr (GByteArray) tail = g_byte_array_new ();
  g_autofree guint8 *exact = NULL;

  g_byte_array_append (tail, (const guint8 *) before, length);
  g_byte_array_append (tail, info, 12);
  g_byte_array_append (tail, (const guint8 *) "~Module signature appended~\n", 28);
  exact = g_memdup2 (tail->data, tail->len);
  return embark_module_get_signer (exact, tail->len);
}

static void test_signer (void)
{
  static const char pkcs7[] = "xx\x06\x03\x55\x04\x03\x0C\x16Rocky kernel signing\0k yy";
  static const char old[] = "CentOS Linux kernel signing keyKEYSIGN";
  static const guint8 pkcs7_info[] = { 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, sizeof pkcs7 - 1 };
  static const guint8 old_info[] = { 1, 4, 1, 31, 3, 0, 0, 0, 0, 0, 0, 4 };
  static const guint8 huge_info[] = { 0, 0, 2, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF };
  g_autofree char *signer = get_signer (pkcs7, sizeof pkcs7 - 1, pkcs7_info);
  g_autofree char *old_signer = get_signer (old, sizeof old - 1, old_info);

  g_assert_cmpstr (signer, ==, "Rocky kernel signing");
  g_assert_cmpstr (old_signer, ==, "CentOS Linux kernel signing key");
  g_assert_null (get_signer (pkcs7, sizeof pkcs7 - 1, huge_info));
  g_assert_null (get_signer (old, 10, old_info));
  g_assert_null (embark_module_get_signer ((const guint8 *) "~Module signature appended~\n", 28));
  g_assert_null (embark_module_get_signer ((const guint8 *) "", 0));
  g_assert_true (embark_module_signer_is_vendor (signer));
  g_assert_true (embark_module_signer_is_vendor ("Debian Secure Boot Signer 2022 - linux"));
  g_assert_false (embark_module_signer_is_vendor ("Build time autogenerated kernel key"));
}

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/kernel-image/bzimage", test_bzimage);
  g_test_add_func ("/kernel-image/others", test_others);
  g_test_add_func ("/kernel-image/gzip", test_gzip);
  g_test_add_func ("/kernel-image/config", test_config);
  g_test_add_func ("/kernel-image/signer", test_signer);
  return g_test_run ();
}
