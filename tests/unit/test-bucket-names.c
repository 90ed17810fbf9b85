/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Names of regions, buckets and objects, before any host name is built.
 */
#include <string.h>

#include "model/base/errors.h"
#include "model/cloud/bucket.h"
#include "model/cloud/regions.h"

static void check_bucket (const char *bucket, const char *region, gboolean is_good)
{
  g_autoptr (GError) error = NULL;

  g_autofree char *shown = g_strescape (bucket != NULL ? bucket : "-", NULL);

  g_test_message ("%s in %s", shown, region != NULL ? region : "-");
  g_assert_cmpint (embark_bucket_check_name (bucket, region, &error), ==, is_good);
  if (is_good)
    g_assert_no_error (error);
  else
    g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_BAD_NAME);
}

static void test_bucket (void)
{
  static const char *const good[] = { "images-1250000000", "a-1", "a-b-c-1250000000", "0-1", "web--x-1250000000" };
  static const char *const bad[] = {
    "",
    "images",
    "images-",
    "-1250000000",
    "-images-1250000000",
    "images--1250000000",
    "Images-1250000000",
    "ima_ges-1250000000",
    "ima.ges-1250000000",
    "images-12500x",
    "images-1250000000/",
    "images-1250000000.evil.example",
    "images-1250000000\n",
    "images-1250000000@evil",
    "镜像-1250000000",
    "\xff-1250000000",
    "a b-1250000000",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    check_bucket (good[i], "ap-guangzhou", TRUE);
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    check_bucket (bad[i], "ap-guangzhou", FALSE);
  check_bucket (NULL, "ap-guangzhou", FALSE);
}

/* The whole host name may have 60 characters, so the longest bucket depends on the region. */
static void test_bucket_length (void)
{
  check_bucket ("123456789012345678901-1250000000", "ap-beijing", TRUE);
  check_bucket ("1234567890123456789012-1250000000", "ap-beijing", FALSE);
  check_bucket ("123456789012345678901-1250000000", "ap-guangzhou", FALSE);
  check_bucket ("1234567890123456789-1250000000", "ap-guangzhou", TRUE);
}

static void test_region (void)
{
  static const char *const bad[] = { "",
                                     "guangzhou",
                                     "AP-guangzhou",
                                     "ap-",
                                     "-ap",
                                     "ap_guangzhou",
                                     "ap-guang zhou",
                                     "ap-x.evil.example",
                                     "ap-x/",
                                     "1-ap",
                                     "ap-abcdefghijklmnopqrstuvwxyz01234" };

  check_bucket ("a-1", "na-siliconvalley", TRUE);
  check_bucket ("a-1", "ap-shanghai-fsi", TRUE);
  check_bucket ("a-1", "ap-beijing-1", TRUE);
  check_bucket ("a-1", "xx-notknown9", TRUE);
  check_bucket ("a-1", NULL, FALSE);
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    check_bucket ("a-1", bad[i], FALSE);
}

static void check_key (const char *key, gboolean is_good)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (embark_object_check_key (key, &error), ==, is_good);
  if (!is_good)
    g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_BAD_NAME);
}

static void test_key (void)
{
  static const char *const good[] = { "a", "images/disk.qcow2", "镜像/a b+c~d(1)!*'=&?#%.qcow2", "a..b", ".hidden/x" };
  static const char *const bad[] = { "",   "/a", "\\a",    "a\nb", "a\x18", "a\x7f",
                                     "..", ".",  "a/../b", "../a", "a/.",   "\xff\xfe" };
  g_autofree char *longest = g_strnfill (850, 'x');
  g_autofree char *too_long = g_strnfill (851, 'x');

  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    check_key (good[i], TRUE);
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    check_key (bad[i], FALSE);
  check_key (NULL, FALSE);
  check_key (longest, TRUE);
  check_key (too_long, FALSE);
}

static void test_regions (void)
{
  GPtrArray *regions = embark_regions_get ();
  const EmbarkRegion *guangzhou = embark_regions_find ("ap-guangzhou");
  const EmbarkRegion *finance = embark_regions_find ("ap-shanghai-fsi");
  const EmbarkRegion *overseas = embark_regions_find ("eu-frankfurt");

  g_assert_cmpuint (regions->len, >=, 20);
  g_assert_nonnull (guangzhou);
  g_assert_cmpstr (guangzhou->name_en, ==, "Guangzhou");
  g_assert_cmpstr (guangzhou->name_zh, ==, "广州");
  g_assert_false (guangzhou->is_finance || guangzhou->is_overseas || guangzhou->is_closed);
  g_assert_nonnull (finance);
  g_assert_true (finance->is_finance && !finance->is_overseas);
  g_assert_nonnull (overseas);
  g_assert_true (overseas->is_overseas && !overseas->is_finance);
  g_assert_true (embark_regions_find ("ap-beijing-1")->is_closed);
  g_assert_null (embark_regions_find ("ap-nowhere"));
  g_assert_null (embark_regions_find (NULL));
  g_assert_cmpstr (embark_regions_get_name ("ap-nowhere"), ==, "ap-nowhere");
  for (guint i = 0; i < regions->len; i++)
    g_assert_true (embark_regions_is_valid (((const EmbarkRegion *) g_ptr_array_index (regions, i))->code));
}

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/bucket-names/bucket", test_bucket);
  g_test_add_func ("/bucket-names/bucket-length", test_bucket_length);
  g_test_add_func ("/bucket-names/region", test_region);
  g_test_add_func ("/bucket-names/key", test_key);
  g_test_add_func ("/bucket-names/regions", test_regions);
  return g_test_run ();
}
