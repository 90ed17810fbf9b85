/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which ways into the cloud a report leaves open.
 */
#include "gui/forced-import.h"

/* A Debian disk that keeps to every limit, save for what @more says. */
static EmbarkReport *judge (const char *more)
{
  g_autofree char *json = g_strdup_printf (
      "{\"image\": {\"format\": \"qcow2\", \"virtualSize\": 2147483648},"
      " \"disk\": {\"partitionTable\": \"mbr\", \"partitions\": [{\"number\": 1, \"start\": 1048576,"
      " \"size\": 2146435072}]},"
      " \"os\": {\"found\": true, \"count\": 1, \"type\": \"linux\", \"distribution\": \"debian\", \"major\": 12,"
      " \"architecture\": \"x86_64\"}, %s}",
      more);
  g_autoptr (GError) error = NULL;
  g_autoptr (EmbarkFacts) facts = embark_facts_new_from_json (json, -1, &error);

  g_assert_no_error (error);
  return embark_report_new (facts, embark_limits_get_default (), EMBARK_JUDGE_BOTH, FALSE);
}

static void test_no_report (void)
{
  g_assert_cmpint (embark_way_of (NULL, EMBARK_JUDGE_BOTH), ==, EMBARK_WAY_NONE);
}

static void test_plain (void)
{
  g_autoptr (EmbarkReport) report = judge ("\"linux\": {\"cloudInit\": {\"installed\": true, \"enabled\": true}}");

  g_assert_cmpint (embark_report_get_verdict (report), !=, EMBARK_VERDICT_BLOCKED);
  g_assert_cmpint (embark_way_of (report, EMBARK_JUDGE_BOTH), ==, EMBARK_WAY_PLAIN);
}

static void test_forced (void)
{
  g_autoptr (EmbarkReport) report = judge ("\"linux\": {\"cloudInit\": {\"installed\": false}}");

  g_assert_cmpint (embark_report_get_verdict (report), ==, EMBARK_VERDICT_BLOCKED);
  g_assert_cmpint (embark_way_of (report, EMBARK_JUDGE_BOTH), ==, EMBARK_WAY_FORCED);
}

/* Force would not make it start, but the fixes do. */
static void test_fixed (void)
{
  const char *kernels = "\"kernels\": [{\"version\": \"6.1\", \"default\": true, \"virtioBlk\": \"module\","
                        " \"virtioNet\": \"module\", \"virtioPci\": \"module\", \"initramfs\": \"/boot/initrd.img\","
                        " \"initramfsVirtioBlk\": false, \"initramfsVirtioPci\": false}]";
  g_autofree char *linux_facts =
      g_strdup_printf ("\"linux\": {\"cloudInit\": {\"installed\": true, \"enabled\": true}, %s}", kernels);
  g_autofree char *large =
      g_strdup_printf ("%s, \"image\": {\"format\": \"qcow2\", \"virtualSize\": 999999999999}", linux_facts);
  g_autoptr (EmbarkReport) report = judge (linux_facts);
  g_autoptr (EmbarkReport) too_large = judge (large);

  g_assert_cmpint (embark_report_get_verdict (report), ==, EMBARK_VERDICT_BLOCKED);
  g_assert_cmpint (embark_way_of (report, EMBARK_JUDGE_BOTH), ==, EMBARK_WAY_FIXED);
  g_assert_cmpint (embark_way_of (too_large, EMBARK_JUDGE_BOTH), ==, EMBARK_WAY_NONE);
}

/* Force lifts cloud-init alone: a disk that is too large stays out. */
static void test_blocked (void)
{
  g_autoptr (EmbarkReport) report =
      judge ("\"linux\": {\"cloudInit\": {\"installed\": false}}, \"stream\": {\"upperBound\": 99999999999,"
             " \"allocated\": 99999999999}, \"image\": {\"format\": \"qcow2\", \"virtualSize\": 999999999999}");

  g_assert_cmpint (embark_report_get_verdict (report), ==, EMBARK_VERDICT_BLOCKED);
  g_assert_cmpint (embark_way_of (report, EMBARK_JUDGE_BOTH), ==, EMBARK_WAY_NONE);
}

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/forced-import/no-report", test_no_report);
  g_test_add_func ("/forced-import/plain", test_plain);
  g_test_add_func ("/forced-import/forced", test_forced);
  g_test_add_func ("/forced-import/fixed", test_fixed);
  g_test_add_func ("/forced-import/blocked", test_blocked);
  return g_test_run ();
}
