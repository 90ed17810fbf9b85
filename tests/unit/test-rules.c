/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The limits that are for any disk: of the image file, the layout and the
 * destination. The Linux and the Windows limits have programs of their own.
 */
#include "tests/unit/rule-cases.h"

#include "model/cloud/regions.h"

#define DESTINATION(region, bucket) "{'destination': {'region': '" region "', 'bucketRegion': '" bucket "'}}"

/* clang-format off */
static const RuleCase cases[] = {
  { "image-format", DEBIAN, NULL, NULL, BOTH, PASS, NULL },
  { "image-format", DEBIAN, "{'image': {'format': 'raw'}}", NULL, BOTH, PASS, NULL },
  { "image-format", DEBIAN, "{'image': {'format': 'vdi'}}", NULL, BOTH, PASS, NULL },
  { "image-format", DEBIAN, "{'image': {'format': 'archive'}}", NULL, BOTH, BLOCKER, "InvalidFormatSize" },
  { "image-format", DEBIAN, "{'image': {'format': 'unknown'}}", NULL, BOTH, BLOCKER, "InvalidFormatSize" },
  { "image-format", DEBIAN, "{'image': {'encrypted': true}}", NULL, BOTH, BLOCKER, "InvalidFormatSize" },
  { "image-format", DEBIAN, "{'image': {'format': 'iso'}}", NULL, BOTH, SKIPPED, NULL },
  { "image-format", DEBIAN, NULL, "image.format", BOTH, UNKNOWN, NULL },
  { "vhdx", DEBIAN, NULL, NULL, BOTH, SKIPPED, NULL },
  { "vhdx", DEBIAN, "{'image': {'format': 'vhdx'}}", NULL, BOTH, INFO, NULL },
  { "vhdx", DEBIAN, NULL, "image.format", BOTH, UNKNOWN, NULL },
  { "vmdk-snapshot", DEBIAN, NULL, NULL, BOTH, SKIPPED, NULL },
  { "vmdk-snapshot", DEBIAN, "{'image': {'format': 'vmdk', 'path': '/a/b.vmdk'}}", NULL, BOTH, PASS, NULL },
  { "vmdk-snapshot", DEBIAN, "{'image': {'format': 'vmdk', 'path': '/a/b-000002.vmdk'}}", NULL, BOTH, WARNING, NULL },
  { "vmdk-snapshot", DEBIAN, "{'image': {'format': 'vmdk', 'chainLength': 3}}", NULL, BOTH, INFO, NULL },
  { "vmdk-snapshot", DEBIAN, "{'image': {'format': 'vmdk'}}", "image.chainLength", BOTH, UNKNOWN, NULL },
  { "iso", DEBIAN, NULL, NULL, BOTH, PASS, NULL },
  { "iso", DEBIAN, "{'image': {'format': 'iso'}}", NULL, BOTH, BLOCKER, "InvalidFormatSize" },
  { "iso", DEBIAN, NULL, "image.format", BOTH, UNKNOWN, NULL },
  { "actual-size", DEBIAN, NULL, NULL, BOTH, PASS, NULL },
  { "actual-size", DEBIAN, "{'stream': {'upperBound': 50000000000}}", NULL, BOTH, PASS, NULL },
  { "actual-size", DEBIAN, "{'stream': {'upperBound': 50000000001}}", NULL, BOTH, WARNING, "InvalidFormatSize" },
  { "actual-size", DEBIAN, "{'stream': {'upperBound': 53687091201}}", NULL, BOTH, WARNING, "InvalidFormatSize" },
  { "actual-size", DEBIAN, "{'stream': {'upperBound': 90000000000, 'size': 53687091200}}", NULL, BOTH, PASS, NULL },
  { "actual-size", DEBIAN, "{'stream': {'size': 53687091201}}", NULL, BOTH, BLOCKER, "InvalidFormatSize" },
  { "actual-size", DEBIAN, NULL, "stream.upperBound", BOTH, UNKNOWN, NULL },
  { "virtual-size", DEBIAN, "{'image': {'virtualSize': 536870912000}}", NULL, BOTH, PASS, NULL },
  { "virtual-size", DEBIAN, "{'image': {'virtualSize': 536870912512}}", NULL, BOTH, BLOCKER, "InvalidFormatSize" },
  { "virtual-size", DEBIAN, NULL, "image.virtualSize", BOTH, UNKNOWN, NULL },
  { "partition-table", DEBIAN, NULL, NULL, BOTH, PASS, NULL },
  { "partition-table", DEBIAN, "{'disk': {'partitionTable': 'none'}}", NULL, BOTH, BLOCKER, "PartitionNotPresent" },
  { "partition-table", DEBIAN, "{'disk': {'partitionTable': 'bsd'}}", NULL, BOTH, BLOCKER, "PartitionNotPresent" },
  { "partition-table", DEBIAN, "{'disk': {'partitions': []}}", NULL, BOTH, BLOCKER, "PartitionNotPresent" },
  { "partition-table", DEBIAN, "{'disk': {'protectiveOnly': false, 'partitions': 0}}", NULL, BOTH, BLOCKER, "PartitionNotPresent" },
  { "partition-table", DEBIAN, "{'disk': {'partitionTable': 'gpt', 'protectiveOnly': true}}", NULL, BOTH, BLOCKER,
    "PartitionNotPresent" },
  { "partition-table", DEBIAN, NULL, "disk.partitionTable", BOTH, UNKNOWN, NULL },
  { "partition-table", DEBIAN, NULL, "disk.partitions", BOTH, UNKNOWN, NULL },
  { "root-file-system", DEBIAN, NULL, NULL, BOTH, PASS, NULL },
  { "root-file-system", DEBIAN, "{'os': {'found': false}}", NULL, BOTH, BLOCKER, "RootPartitionNotFound" },
  { "root-file-system", DEBIAN, NULL, "os.found", BOTH, UNKNOWN, NULL },
  { "one-system", DEBIAN, NULL, NULL, BOTH, PASS, NULL },
  { "one-system", DEBIAN, "{'os': {'count': 2}}", NULL, BOTH, WARNING, NULL },
  { "one-system", DEBIAN, NULL, "os.count", BOTH, UNKNOWN, NULL },
  { "encryption", DEBIAN, NULL, NULL, BOTH, PASS, NULL },
  { "encryption", DEBIAN, "{'disk': {'luks': true}, 'os': {'found': false}}", NULL, BOTH, BLOCKER, "RootPartitionNotFound" },
  { "encryption", DEBIAN, "{'disk': {'luks': true}}", NULL, BOTH, WARNING, "RootPartitionNotFound" },
  { "encryption", WINDOWS, "{'disk': {'bitlocker': true}, 'os': {'found': false}}", NULL, BOTH, BLOCKER,
    "RootPartitionNotFound" },
  { "encryption", DEBIAN, NULL, "disk.luks", BOTH, UNKNOWN, NULL },
  { "encryption", DEBIAN, NULL, "disk.bitlocker", BOTH, UNKNOWN, NULL },
  { "ipv6", DEBIAN, NULL, NULL, BOTH, PASS, NULL },
  { "ipv6", DEBIAN, "{'linux': {'network': {'ipv6': true}}}", NULL, BOTH, WARNING, NULL },
  { "ipv6", WINDOWS, NULL, NULL, BOTH, INFO, NULL },
  { "ipv6", DEBIAN, NULL, "linux.network.ipv6", BOTH, UNKNOWN, NULL },
  { "permission", DEBIAN, NULL, NULL, BOTH, INFO, NULL },
  { "actual-size", DEBIAN, "{'stream': {'upperBound': 60000000000, 'estimate': {'low': 20000000000, 'likely': 25000000000, 'high': 30000000000}}}", NULL, BOTH,
    PASS, NULL, "18.6 GiB to 27.9 GiB" },
  { "actual-size", DEBIAN, "{'stream': {'upperBound': 60000000000, 'sampled': 268435456, 'estimate': {'low': 20000000000, 'likely': 25000000000, 'high': 30000000000}}}",
    NULL, BOTH, PASS, NULL, "256.0 MiB" },
  { "actual-size", DEBIAN, "{'stream': {'upperBound': 90000000000, 'estimate': {'low': 40000000000, 'likely': 48000000000, 'high': 53000000000}}}", NULL, BOTH,
    WARNING, "InvalidFormatSize", "49.4 GiB" },
  { "actual-size", DEBIAN, "{'stream': {'upperBound': 90000000000, 'estimate': {'low': 50000000000, 'likely': 54000000000, 'high': 60000000000}}}", NULL, BOTH,
    WARNING, "InvalidFormatSize" },
  { "actual-size", DEBIAN, "{'stream': {'upperBound': 90000000000, 'estimate': {'low': 53687091201, 'likely': 60000000000, 'high': 70000000000}}}", NULL, BOTH,
    BLOCKER, "InvalidFormatSize" },
  { "actual-size", DEBIAN, "{'stream': {'upperBound': 40000000000, 'estimate': {'low': 60000000000, 'likely': 60000000000, 'high': 70000000000}}}", NULL, BOTH,
    PASS, NULL },
  { "actual-size", DEBIAN, "{'stream': {'upperBound': 90000000000, 'estimate': {'low': 70000000000, 'likely': 1, 'high': 60000000000}}}", NULL, BOTH,
    WARNING, "InvalidFormatSize" },
  { "partition-table", DEBIAN, "{'image': {'format': 'iso'}, 'disk': {'partitionTable': 'none'}}", NULL, BOTH, SKIPPED, NULL },
  { "partition-table", DEBIAN, "{'image': {'virtualSize': 10737418240}, 'os': {'found': false}}", NULL, BOTH, BLOCKER,
    "PartitionNotPresent", "20.0 GiB" },
  { "partition-table", DEBIAN, "{'image': {'virtualSize': 21474836000}}", NULL, BOTH, WARNING, "PartitionNotPresent" },
  { "partition-table", DEBIAN, "{'disk': {'partitions': [{'number': 1, 'start': 9223372036854775807, 'size': 9223372036854775807}]}}", NULL,
    BOTH, PASS, NULL },
  { "root-file-system", DEBIAN, "{'image': {'format': 'iso'}, 'os': {'found': false}}", NULL, BOTH, SKIPPED, NULL },
  { "root-file-system", DEBIAN, "{'disk': {'partitionTable': 'none'}, 'os': {'found': false}}", NULL, BOTH, SKIPPED, NULL },
  { "root-file-system", DEBIAN, "{'disk': {'luks': true}, 'os': {'found': false}}", NULL, BOTH, UNKNOWN, NULL, "LUKS" },
  { "root-file-system", DEBIAN, "{'image': {'virtualSize': 10737418240}, 'os': {'found': false}}", NULL, BOTH, UNKNOWN, NULL,
    "cut off" },
  { "encryption", DEBIAN, "{'disk': {'luks': true, 'filesystems': [{'device': '/dev/sda2', 'type': 'crypto_LUKS'}]}}", NULL, BOTH,
    WARNING, "RootPartitionNotFound", "/dev/sda2" },
  { "guest-tools", DEBIAN, NULL, NULL, BOTH, PASS, NULL },
  { "guest-tools", DEBIAN, "{'os': {'guestTools': [{'name': 'qemu', 'evidence': 'qemu-guest-agent'}]}}", NULL, BOTH, PASS, NULL,
    "qemu-guest-agent" },
  { "guest-tools", DEBIAN, "{'os': {'guestTools': [{'name': 'vmware', 'evidence': 'open-vm-tools'}]}}", NULL, BOTH, WARNING, NULL,
    "open-vm-tools" },
  { "guest-tools", DEBIAN, "{'os': {'guestTools': [{'name': 'vmware', 'evidence': 'vmtoolsd', 'enabled': false}]}}", NULL, BOTH,
    INFO, NULL, "vmtoolsd" },
  { "guest-tools", DEBIAN, "{'os': {'guestTools': [{'name': 'vmware', 'enabled': false}, {'name': 'xen', 'enabled': true}]}}", NULL,
    BOTH, WARNING, NULL, "xen" },
  { "guest-tools", WINDOWS, "{'os': {'guestTools': [{'name': 'virtualbox'}]}}", NULL, CURRENT, WARNING, NULL, "virtualbox" },
  { "guest-tools", DEBIAN, "{'os': {'found': false}}", NULL, CURRENT, SKIPPED, NULL },
  { "guest-tools", DEBIAN, NULL, "os.guestTools", CURRENT, UNKNOWN, NULL },
  { "guest-tools", DEBIAN, NULL, "os.type", CURRENT, UNKNOWN, NULL },

  { "bucket-region", DEBIAN, NULL, NULL, BOTH, SKIPPED, NULL },
  { "bucket-region", DEBIAN, DESTINATION ("ap-guangzhou", "ap-guangzhou"), NULL, BOTH, PASS, NULL, "ap-guangzhou" },
  { "bucket-region", DEBIAN, DESTINATION ("ap-guangzhou", "ap-beijing"), NULL, CURRENT, WARNING, "InvalidUrl", "ap-beijing" },
  { "bucket-region", DEBIAN, DESTINATION ("ap-singapore", "ap-guangzhou"), NULL, CURRENT, BLOCKER, "InvalidUrl" },
  { "bucket-region", DEBIAN, DESTINATION ("ap-shanghai-fsi", "ap-shanghai"), NULL, CURRENT, BLOCKER, "InvalidUrl" },
  { "bucket-region", DEBIAN, DESTINATION ("ap-singapore", "ap-guangzhou"), NULL, BOTH, WARNING, "InvalidUrl" },
  { "bucket-region", DEBIAN, DESTINATION ("ap-guangzhou", "ap-guangzhou"), "destination.bucketRegion", CURRENT, UNKNOWN, NULL },
  { "object-access", DEBIAN, NULL, NULL, CURRENT, SKIPPED, NULL },
  { "object-access", DEBIAN, DESTINATION ("ap-guangzhou", "ap-guangzhou"), NULL, CURRENT, PASS, NULL, "signed" },
  { "image-quota", DEBIAN, NULL, NULL, CURRENT, INFO, NULL },
};

static const OwnerCase owners[] = {
  { DEBIAN, "{}", "" },
  { DEBIAN, "{'image': {'format': 'iso'}, 'disk': {'partitionTable': 'none'}, 'os': {'found': false}}", "iso" },
  { DEBIAN, "{'disk': {'partitionTable': 'none', 'partitions': []}, 'os': {'found': false}}", "partition-table" },
  { DEBIAN, "{'disk': {'partitionTable': 'gpt', 'protectiveOnly': true}, 'os': {'found': false}}", "partition-table" },
  { DEBIAN, "{'os': {'found': false}}", "root-file-system" },
  { DEBIAN, "{'disk': {'luks': true}, 'os': {'found': false}}", "encryption" },
  { WINDOWS, "{'disk': {'bitlocker': true}, 'os': {'found': false}}", "encryption" },
  { WINDOWS, "{'disk': {'ldm': true}, 'os': {'found': false}}", "windows-ldm" },
  { DEBIAN, "{'image': {'virtualSize': 10737418240}, 'os': {'found': false}}", "partition-table" },
  { DEBIAN, "{'image': {'format': 'vhdx'}}", "" },
  { DEBIAN, "{'os': {'count': 2}}", "one-system" },
};
/* clang-format on */

static const char *const notes[] = { "permission", "object-access", "image-quota", NULL };

static gboolean belongs_here (const char *id)
{
  return !g_str_has_prefix (id, "linux-") && !g_str_has_prefix (id, "windows-") && strcmp (id, "whole-disk") != 0;
}

static void test_every_limit_has_cases (void)
{
  assert_all_covered (cases, G_N_ELEMENTS (cases), notes, belongs_here);
}

static void test_one_owner (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (owners); i++)
    assert_owner (&owners[i]);
}

/* The data of the limit and that of the regions say the same. */
static void test_regions_agree (void)
{
  const EmbarkLimit *limit = embark_limits_find (embark_limits_get_default (), EMBARK_EDITION_CURRENT, "bucket-region");
  GPtrArray *regions = embark_regions_get ();
  guint n = 0;

  for (guint i = 0; i < regions->len; i++)
    {
      const EmbarkRegion *region = g_ptr_array_index (regions, i);
      gboolean is_strict = g_strv_contains ((const char *const *) limit->refused, region->code);

      g_test_message ("%s", region->code);
      g_assert_cmpint (is_strict, ==, region->is_finance || region->is_overseas);
      n += is_strict;
    }
  g_assert_cmpuint (n, ==, g_strv_length (limit->refused));
}

/* What helps is told with figures where there are some. */
static void test_advice_on_size (void)
{
  g_autoptr (EmbarkFacts) facts = read_facts (DEBIAN, "{'stream': {'upperBound': 90000000000},"
                                                      " 'image': {'virtualSize': 644245094400}}");
  g_autoptr (EmbarkReport) report = NULL;

  embark_facts_set_uint (facts, "disk.reclaimable", G_GUINT64_CONSTANT (12) << 30);
  report = embark_report_new (facts, embark_limits_get_default (), BOTH, FALSE);
  g_assert_nonnull (strstr (embark_report_find (report, "actual-size")->advice, "12.0\u00a0GiB"));
  g_assert_nonnull (strstr (embark_report_find (report, "virtual-size")->advice, "end at 20.0\u00a0GiB"));
}

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_cases (cases, G_N_ELEMENTS (cases));
  g_test_add_func ("/rules/every-limit-has-cases", test_every_limit_has_cases);
  g_test_add_func ("/rules/one-owner", test_one_owner);
  g_test_add_func ("/rules/regions-agree", test_regions_agree);
  g_test_add_func ("/rules/advice-on-size", test_advice_on_size);
  return g_test_run ();
}
