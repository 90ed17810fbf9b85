/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The picture of a disk as data, from sane and from hostile facts.
 */
#include "model/check/disk-layout.h"

#define MIB (1024 * 1024)

static GPtrArray *lay_out (const char *json)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EmbarkFacts) facts = embark_facts_new_from_json (json, -1, &error);

  g_assert_no_error (error);
  return embark_disk_layout_new (facts);
}

static const EmbarkDiskSegment *get (GPtrArray *segments, guint index)
{
  g_assert_cmpuint (index, <, segments->len);
  return g_ptr_array_index (segments, index);
}

static void test_partitions_and_gaps (void)
{
  g_autoptr (GPtrArray) segments =
      lay_out ("{\"image\": {\"virtualSize\": 1073741824}, \"os\": {\"root\": \"/dev/sda2\"},"
               " \"disk\": {\"partitions\": ["
               "  {\"number\": 2, \"device\": \"/dev/sda2\", \"start\": 269484032, \"size\": 536870912,"
               "   \"filesystem\": \"ext4\"},"
               "  {\"number\": 1, \"device\": \"/dev/sda1\", \"start\": 1048576, \"size\": 268435456,"
               "   \"label\": \"EFI\", \"filesystem\": \"vfat\"}],"
               " \"filesystems\": [{\"device\": \"/dev/sda2\", \"mountPoint\": \"/\", \"size\": 500000000,"
               "   \"free\": 200000000}]}}");
  g_autofree char *words = embark_disk_layout_describe (segments);

  g_assert_cmpuint (segments->len, ==, 3);
  g_assert_cmpstr (get (segments, 0)->title, ==, "EFI · vfat");
  g_assert_false (get (segments, 0)->is_used_known);
  g_assert_cmpstr (get (segments, 1)->title, ==, "/ · ext4");
  g_assert_true (get (segments, 1)->is_root);
  g_assert_true (get (segments, 1)->is_used_known);
  g_assert_cmpuint (get (segments, 1)->used, ==, 300000000);
  g_assert_true (get (segments, 2)->is_free);
  g_assert_nonnull (strstr (words, "/ · ext4, 286.1"));
  g_assert_nonnull (strstr (words, "; free, "));
}

static void test_windows_is_on_c (void)
{
  g_autoptr (GPtrArray) segments =
      lay_out ("{\"image\": {\"virtualSize\": 1000000000}, \"os\": {\"type\": \"windows\"},"
               " \"disk\": {\"partitions\": [{\"number\": 1, \"device\": \"/dev/sda1\", \"start\": 1048576,"
               "   \"size\": 998951424, \"filesystem\": \"ntfs\"}],"
               " \"filesystems\": [{\"device\": \"/dev/sda1\", \"mountPoint\": \"/\"}]}}");

  g_assert_cmpuint (segments->len, ==, 1);
  g_assert_cmpstr (get (segments, 0)->title, ==, "C: · NTFS");
}

static void test_nothing_is_known (void)
{
  g_autoptr (GPtrArray) segments = lay_out ("{}");
  g_autoptr (GPtrArray) empty = lay_out ("{\"image\": {\"virtualSize\": 1000}, \"disk\": {\"partitions\": []}}");

  g_assert_cmpuint (segments->len, ==, 0);
  g_assert_cmpuint (empty->len, ==, 0);
}

static void test_a_file_system_without_partitions (void)
{
  g_autoptr (GPtrArray) segments =
      lay_out ("{\"image\": {\"virtualSize\": 1000000000},"
               " \"disk\": {\"filesystems\": [{\"device\": \"/dev/sda\", \"type\": \"ext4\"}]}}");

  g_assert_cmpuint (segments->len, ==, 1);
  g_assert_cmpuint (get (segments, 0)->size, ==, 1000000000);
}

/* A partition may claim to end behind the disk, to overlap, or to have more free than there is. */
static void test_hostile_facts (void)
{
  g_autoptr (GPtrArray) segments =
      lay_out ("{\"image\": {\"virtualSize\": 1000000000}, \"disk\": {\"partitions\": ["
               "  {\"number\": 1, \"device\": \"a\", \"start\": 9223372036854775807, \"size\": 9223372036854775807},"
               "  {\"number\": 2, \"device\": \"b\", \"start\": 0, \"size\": 500000000},"
               "  {\"number\": 3, \"device\": \"c\", \"start\": 1000, \"size\": 400000000},"
               "  {\"number\": 4, \"device\": \"d\", \"start\": -5, \"size\": -7},"
               "  {\"number\": 5, \"device\": \"e\", \"start\": 0, \"size\": 900000000, \"mbrType\": 5}],"
               " \"filesystems\": [{\"device\": \"b\", \"size\": 10, \"free\": 99}]}}");

  g_assert_cmpuint (segments->len, ==, 4);
  g_assert_cmpstr (get (segments, 0)->title, ==, "2");
  g_assert_false (get (segments, 0)->is_used_known);
  g_assert_cmpstr (get (segments, 1)->title, ==, "3");
  g_assert_true (get (segments, 2)->is_free);
  g_assert_cmpstr (get (segments, 3)->title, ==, "1");
}

static void test_too_many_partitions (void)
{
  g_autoptr (GString) json = g_string_new ("{\"disk\": {\"partitions\": [");
  g_autoptr (GPtrArray) segments = NULL;

  for (guint i = 0; i < 500; i++)
    g_string_append_printf (json, "%s{\"number\": %u, \"start\": %u, \"size\": %u}", i > 0 ? "," : "", i, i * MIB, MIB);
  g_string_append (json, "]}}");
  segments = lay_out (json->str);
  g_assert_cmpuint (segments->len, ==, 64);
}

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/disk-layout/partitions", test_partitions_and_gaps);
  g_test_add_func ("/disk-layout/windows", test_windows_is_on_c);
  g_test_add_func ("/disk-layout/nothing", test_nothing_is_known);
  g_test_add_func ("/disk-layout/whole-disk", test_a_file_system_without_partitions);
  g_test_add_func ("/disk-layout/hostile", test_hostile_facts);
  g_test_add_func ("/disk-layout/too-many", test_too_many_partitions);
  return g_test_run ();
}
