/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "model/guest/ntfs-volume.h"
#include "model/guest/registry-value.h"
#include "model/guest/text-clean.h"

static void check_string (const char *bytes, gsize length, const char *expected)
{
  g_autofree char *text = embark_registry_decode_string ((const guint8 *) bytes, length);

  g_assert_cmpstr (text, ==, expected);
}

static void test_string (void)
{
  g_autofree char *many = g_malloc (4 * EMBARK_REGISTRY_CHARS_MAX);
  g_autofree char *text = NULL;

  check_string ("C\0:\0\0\0x\0", 8, "C:");
  check_string ("C\0:\0", 4, "C:");
  check_string ("C\0:", 3, "C");
  check_string ("", 0, "");
  check_string ("\x3d\xd8\x00\xde", 4, "😀");
  check_string ("\x3d\xd8", 2, "\xef\xbf\xbd");
  check_string ("\x00\xdex\0", 4, "\xef\xbf\xbdx");
  memset (many, 'a', 4 * EMBARK_REGISTRY_CHARS_MAX);
  text = embark_registry_decode_string ((const guint8 *) many, 4 * EMBARK_REGISTRY_CHARS_MAX);
  g_assert_cmpint (g_utf8_strlen (text, -1), ==, EMBARK_REGISTRY_CHARS_MAX);
}

static void check_strings (const char *bytes, gsize length, const char *expected)
{
  g_auto (GStrv) texts = embark_registry_decode_strings ((const guint8 *) bytes, length);
  g_autofree char *joined = g_strjoinv ("|", texts);

  g_assert_cmpstr (joined, ==, expected);
}

static void test_strings (void)
{
  static const char endless[4000] = "a\0\0\0";
  g_autofree char *bytes = g_malloc (sizeof endless);
  g_auto (GStrv) texts = NULL;

  check_strings ("a\0\0\0b\0c\0\0\0\0\0d\0", 14, "a|bc");
  check_strings ("a\0\0\0b\0", 6, "a|b");
  check_strings ("", 0, "");
  check_strings ("\0\0", 2, "");
  for (gsize i = 0; i < sizeof endless; i += 4)
    memcpy (bytes + i, "a\0\0\0", 4);
  texts = embark_registry_decode_strings ((const guint8 *) bytes, sizeof endless);
  g_assert_cmpuint (g_strv_length (texts), ==, EMBARK_REGISTRY_STRINGS_MAX);
}

static void test_channel (void)
{
  guint8 bytes[0x500] = { 0 };
  const char *word = "Volume:GVLK";
  g_autofree char *channel = NULL;

  g_assert_null (embark_registry_get_channel (bytes, sizeof bytes));
  g_assert_null (embark_registry_get_channel (bytes, 164));
  for (guint i = 0; word[i]; i++)
    bytes[0x3F8 + 2 * i] = (guint8) word[i];
  channel = embark_registry_get_channel (bytes, sizeof bytes);
  g_assert_cmpstr (channel, ==, word);
}

static void test_mount (void)
{
  static const guint8 mbr[12] = { 0x78, 0x56, 0x34, 0x12, 0, 0, 0x10, 0, 0, 0, 0, 0 };
  static const guint8 gpt[24] = "DMIO:ID:\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10";
  EmbarkRegistryMount mount;

  g_assert_true (embark_registry_parse_mount (mbr, sizeof mbr, &mount));
  g_assert_false (mount.is_gpt);
  g_assert_cmphex (mount.disk_id, ==, 0x12345678);
  g_assert_cmpuint (mount.start, ==, 1024 * 1024);
  g_assert_true (embark_registry_parse_mount (gpt, sizeof gpt, &mount));
  g_assert_true (mount.is_gpt);
  g_assert_cmpstr (mount.guid, ==, "04030201-0605-0807-090a-0b0c0d0e0f10");
  g_assert_false (embark_registry_parse_mount (gpt, 23, &mount));
  g_assert_false (embark_registry_parse_mount ((const guint8 *) "\\\0?\0?\0\\\0", 8, &mount));
  g_assert_false (embark_registry_parse_mount (mbr, 0, &mount));
}

static void make_boot (guint8 *boot)
{
  memset (boot, 0, EMBARK_NTFS_BOOT_SIZE);
  memcpy (boot + 3, "NTFS    ", 8);
  boot[0x0C] = 2;    /* 512 bytes a sector */
  boot[0x0D] = 8;    /* 4 KiB a cluster */
  boot[0x30] = 4;    /* first cluster of the MFT */
  boot[0x40] = 0xF6; /* 1 KiB a record */
}

static void test_ntfs_boot (void)
{
  guint8 boot[EMBARK_NTFS_BOOT_SIZE];
  guint64 offset = 0;
  gsize size = 0;

  make_boot (boot);
  g_assert_true (embark_ntfs_find_volume_record (boot, &offset, &size));
  g_assert_cmpuint (offset, ==, 4 * 4096 + 3 * 1024);
  g_assert_cmpuint (size, ==, 1024);
  boot[0x40] = 1;
  g_assert_true (embark_ntfs_find_volume_record (boot, &offset, &size));
  g_assert_cmpuint (size, ==, 4096);
  boot[0x0D] = 0xF7; /* 512 sectors a cluster */
  boot[0x40] = 0xF6;
  g_assert_true (embark_ntfs_find_volume_record (boot, &offset, &size));
  g_assert_cmpuint (offset, ==, 4 * 256 * 1024 + 3 * 1024);
  boot[0x0D] = 3;
  g_assert_false (embark_ntfs_find_volume_record (boot, &offset, &size));
  make_boot (boot);
  memset (boot + 0x30, 0xFF, 8);
  g_assert_false (embark_ntfs_find_volume_record (boot, &offset, &size));
  make_boot (boot);
  boot[0x40] = 0x80;
  g_assert_false (embark_ntfs_find_volume_record (boot, &offset, &size));
  make_boot (boot);
  boot[3] = 'X';
  g_assert_false (embark_ntfs_find_volume_record (boot, &offset, &size));
}

/* A record of 1 KiB with an attribute before the one that counts; the flags are @flags. */
static void make_record (guint8 *record, guint8 flags)
{
  guint8 *attribute = record + 0x38;

  memset (record, 0, 1024);
  memcpy (record, "FILE", 4);
  record[4] = 0x30; /* update sequence */
  record[6] = 3;
  record[0x14] = 0x38;
  attribute[0] = 0x10; /* $STANDARD_INFORMATION */
  attribute[4] = 0x48;
  attribute += 0x48;
  attribute[0] = 0x70;
  attribute[4] = 0x28;
  attribute[0x10] = 12;
  attribute[0x14] = 0x18;
  attribute[0x18 + 10] = flags;
  memset (attribute + 0x28, 0xFF, 4);
  memcpy (record + 0x30, "\x07\x00\xAA\xBB\xCC\xDD", 6);
  memcpy (record + 510, "\x07\x00", 2);
  memcpy (record + 1022, "\x07\x00", 2);
}

static void test_ntfs_dirty (void)
{
  guint8 record[1024];
  gboolean is_dirty = TRUE;

  make_record (record, 0);
  g_assert_true (embark_ntfs_read_dirty (record, sizeof record, &is_dirty));
  g_assert_false (is_dirty);
  make_record (record, 0x81);
  g_assert_true (embark_ntfs_read_dirty (record, sizeof record, &is_dirty));
  g_assert_true (is_dirty);
}

static void test_ntfs_damaged (void)
{
  guint8 record[1024];
  gboolean is_dirty = TRUE;

  make_record (record, 1);
  record[511] = 9;
  g_assert_false (embark_ntfs_read_dirty (record, sizeof record, &is_dirty));
  make_record (record, 1);
  record[6] = 200;
  g_assert_false (embark_ntfs_read_dirty (record, sizeof record, &is_dirty));
  make_record (record, 1);
  record[0x38 + 4] = 0; /* an attribute without length would be read for ever */
  g_assert_false (embark_ntfs_read_dirty (record, sizeof record, &is_dirty));
  make_record (record, 1);
  memset (record + 0x38 + 4, 0xFF, 4);
  g_assert_false (embark_ntfs_read_dirty (record, sizeof record, &is_dirty));
  make_record (record, 1);
  memset (record + 0x38 + 0x48 + 0x14, 0xFF, 2);
  g_assert_false (embark_ntfs_read_dirty (record, sizeof record, &is_dirty));
  make_record (record, 1);
  g_assert_false (embark_ntfs_read_dirty (record, 256, &is_dirty));
  for (guint i = 0; i < 1024; i++)
    {
      make_record (record, 1);
      record[i] ^= 0xFF;
      embark_ntfs_read_dirty (record, sizeof record, &is_dirty);
    }
}

static void check_clean (const char *text, const char *expected)
{
  g_autofree char *clean = embark_text_clean (text);

  g_assert_cmpstr (clean, ==, expected);
}

static void test_clean (void)
{
  g_autofree char *many = g_strnfill (EMBARK_TEXT_CHARS_MAX + 10, 'x');
  g_autofree char *clean = embark_text_clean (many);

  check_clean ("Debian <b>12</b>", "Debian <b>12</b>");
  check_clean ("a\x1b[2Jb\r\nc", "a [2Jb  c");
  check_clean ("a\xe2\x80\xae"
               "b",
               "a b"); /* right-to-left override */
  check_clean ("a\xff", "a\xef\xbf\xbd");
  check_clean ("系统", "系统");
  g_assert_cmpint (g_utf8_strlen (clean, -1), ==, EMBARK_TEXT_CHARS_MAX + 1);
  g_assert_true (g_str_has_suffix (clean, "x…"));
}

static void test_clean_facts (void)
{
  g_autoptr (EmbarkFacts) facts = embark_facts_new ();
  JsonObject *object = embark_facts_append (facts, "disk.partitions");

  embark_facts_set_string (facts, "os.product", "a\nb");
  embark_facts_set_uint (facts, "os.major", 12);
  embark_facts_append_string (facts, "linux.cloudInit.datasources", "No\tne");
  embark_facts_set_unknown (facts, "linux", "because of\x07");
  json_object_set_string_member (object, "label", "\x1b[31mred");
  embark_text_clean_facts (facts);
  g_assert_cmpstr (embark_facts_get_string (facts, "os.product"), ==, "a b");
  g_assert_cmpstr (json_array_get_string_element (embark_facts_get_list (facts, "linux.cloudInit.datasources"), 0), ==,
                   "No ne");
  g_assert_cmpstr (embark_facts_get_unknown (facts, "linux"), ==, "because of ");
  g_assert_cmpstr (json_object_get_string_member (object, "label"), ==, " [31mred");
}

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/windows-values/string", test_string);
  g_test_add_func ("/windows-values/strings", test_strings);
  g_test_add_func ("/windows-values/channel", test_channel);
  g_test_add_func ("/windows-values/mount", test_mount);
  g_test_add_func ("/windows-values/ntfs-boot", test_ntfs_boot);
  g_test_add_func ("/windows-values/ntfs-dirty", test_ntfs_dirty);
  g_test_add_func ("/windows-values/ntfs-damaged", test_ntfs_damaged);
  g_test_add_func ("/windows-values/clean", test_clean);
  g_test_add_func ("/windows-values/clean-facts", test_clean_facts);
  return g_test_run ();
}
