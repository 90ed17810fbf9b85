/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every limit with a disk that holds it, one that breaks it and one of which
 * too little is known. A case is a whole disk (fixtures/) and what differs;
 * the last test proves that no limit was left out.
 */
#include "model/check/report.h"
#include "model/check/rules.h"

#include <string.h>

#define DEBIAN "facts-debian-12.json"
#define WINDOWS "facts-windows-2012r2.json"
#define BOTH EMBARK_JUDGE_BOTH
#define ORIGINAL EMBARK_JUDGE_ORIGINAL
#define CURRENT EMBARK_JUDGE_CURRENT
#define SKIPPED EMBARK_OUTCOME_NOT_APPLICABLE
#define PASS EMBARK_OUTCOME_PASS
#define INFO EMBARK_OUTCOME_INFO
#define UNKNOWN EMBARK_OUTCOME_UNKNOWN
#define WARNING EMBARK_OUTCOME_WARNING
#define BLOCKER EMBARK_OUTCOME_BLOCKER
#define KERNEL(members) "{'linux': {'kernels': [{'version': '6.1', 'default': true, " members "}]}}"
#define INTERFACE(members) "{'linux': {'network': {'interfaces': [{" members "}]}}}"
#define NO_CLOUD_INIT "'cloudInit': {'installed': false, 'enabled': false}"

typedef struct
{
  const char *id;
  const char *base;
  const char *change; /* (nullable) JSON with ' for ", laid over the base */
  const char *remove; /* (nullable) path that is not known */
  EmbarkJudge judge;
  EmbarkOutcome outcome;
  const char *code; /* of the finding */
} Case;

/* clang-format off */
static const Case cases[] = {
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
  { "linux-gpt", DEBIAN, "{'disk': {'partitionTable': 'bsd'}}", NULL, BOTH, SKIPPED, NULL },
  { "windows-mbr", WINDOWS, "{'disk': {'partitionTable': 'none'}}", NULL, BOTH, SKIPPED, NULL },
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

  { "linux-distribution", DEBIAN, NULL, NULL, BOTH, PASS, NULL },
  { "linux-distribution", DEBIAN, "{'os': {'distribution': 'fedora'}}", NULL, BOTH, WARNING, "InternalError" },
  { "linux-distribution", DEBIAN, "{'os': {'distribution': 'fedora'}}", NULL, CURRENT, PASS, NULL },
  { "linux-distribution", DEBIAN, "{'os': {'distribution': 'archlinux'}}", NULL, ORIGINAL, BLOCKER, "InternalError" },
  { "linux-distribution", DEBIAN, "{'os': {'distribution': 'archlinux'}}", NULL, CURRENT, WARNING, NULL },
  { "linux-distribution", WINDOWS, NULL, NULL, BOTH, SKIPPED, NULL },
  { "linux-distribution", DEBIAN, NULL, "os.distribution", BOTH, UNKNOWN, NULL },
  { "linux-architecture", DEBIAN, "{'os': {'architecture': 'i386'}}", NULL, BOTH, PASS, NULL },
  { "linux-architecture", DEBIAN, "{'os': {'architecture': 'aarch64'}}", NULL, BOTH, WARNING, "InternalError" },
  { "linux-architecture", DEBIAN, "{'os': {'architecture': 'riscv64'}}", NULL, BOTH, BLOCKER, "InternalError" },
  { "linux-architecture", DEBIAN, NULL, "os.architecture", BOTH, UNKNOWN, NULL },
  { "linux-gpt", DEBIAN, NULL, NULL, BOTH, PASS, NULL },
  { "linux-gpt", DEBIAN, "{'disk': {'partitionTable': 'gpt'}}", NULL, CURRENT, BLOCKER, "InternalError" },
  { "linux-gpt", DEBIAN, "{'disk': {'partitionTable': 'gpt'}}", NULL, BOTH, WARNING, "InternalError" },
  { "linux-gpt", DEBIAN, "{'disk': {'partitionTable': 'gpt'}, 'boot': {'firmware': 'uefi'}}", NULL, CURRENT, WARNING,
    "InternalError" },
  { "linux-gpt", DEBIAN, "{'disk': {'partitionTable': 'gpt'}}", "boot.firmware", BOTH, UNKNOWN, NULL },
  { "linux-virtio", DEBIAN, NULL, NULL, BOTH, PASS, NULL },
  { "linux-virtio", DEBIAN, KERNEL ("'virtioBlk': 'builtin', 'virtioPci': 'builtin', 'virtioNet': 'builtin'"), NULL, BOTH,
    PASS, NULL },
  { "linux-virtio", DEBIAN, KERNEL ("'virtioBlk': 'absent', 'virtioPci': 'builtin', 'virtioNet': 'builtin'"), NULL, BOTH,
    BLOCKER, "VirtioNotInstall" },
  { "linux-virtio", DEBIAN, KERNEL ("'virtioBlk': 'builtin', 'virtioPci': 'builtin', 'virtioNet': 'absent'"), NULL, BOTH,
    BLOCKER, "VirtioNotInstall" },
  { "linux-virtio", DEBIAN, KERNEL ("'virtioBlk': 'module', 'virtioPci': 'builtin', 'virtioNet': 'module', "
    "'initramfs': '/boot/initrd', 'initramfsVirtioBlk': false"), NULL, BOTH, BLOCKER, "VirtioNotInstall" },
  { "linux-virtio", DEBIAN, KERNEL ("'virtioBlk': 'builtin', 'virtioPci': 'module', 'virtioNet': 'module', "
    "'initramfsVirtioPci': false"), NULL, BOTH, BLOCKER, "VirtioNotInstall" },
  { "linux-virtio", DEBIAN, KERNEL ("'virtioBlk': 'module', 'virtioPci': 'builtin', 'virtioNet': 'module'"), NULL, BOTH,
    UNKNOWN, NULL },
  { "linux-virtio", DEBIAN, NULL, "linux.kernels", BOTH, UNKNOWN, NULL },
  { "linux-cloud-init", DEBIAN, NULL, NULL, BOTH, PASS, NULL },
  { "linux-cloud-init", DEBIAN, "{'linux': {" NO_CLOUD_INIT "}}", NULL, BOTH, BLOCKER, "CloudInitNotInstalled" },
  { "linux-cloud-init", DEBIAN, "{'linux': {" NO_CLOUD_INIT "}}", NULL, ORIGINAL, BLOCKER, "CloudInitNotInstalled" },
  { "linux-cloud-init", DEBIAN, "{'linux': {'cloudInit': {'enabled': false}}}", NULL, BOTH, WARNING,
    "CloudInitNotInstalled" },
  { "linux-cloud-init", DEBIAN, "{'linux': {'cloudInit': {'disabledBy': '/etc/cloud/cloud-init.disabled'}}}", NULL, BOTH,
    WARNING, "CloudInitNotInstalled" },
  { "linux-cloud-init", DEBIAN, "{'linux': {'cloudInit': {'datasources': ['Ec2']}}}", NULL, BOTH, WARNING,
    "CloudInitNotInstalled" },
  { "linux-cloud-init", DEBIAN, NULL, "linux.cloudInit.installed", BOTH, UNKNOWN, NULL },
  { "linux-kernel", DEBIAN, NULL, NULL, BOTH, PASS, NULL },
  { "linux-kernel", DEBIAN, KERNEL ("'fromPackage': false"), NULL, BOTH, WARNING, NULL },
  { "linux-kernel", DEBIAN, KERNEL ("'virtioBlk': 'builtin'"), NULL, BOTH, UNKNOWN, NULL },
  { "linux-network", DEBIAN, NULL, NULL, BOTH, PASS, NULL },
  { "linux-network", DEBIAN, INTERFACE ("'name': 'en*', 'method': 'dhcp'"), NULL, BOTH, PASS, NULL },
  { "linux-network", DEBIAN, INTERFACE ("'name': 'ens3', 'file': '/f', 'method': 'dhcp'"), NULL, BOTH, INFO, NULL },
  { "linux-network", DEBIAN, "{'linux': {" NO_CLOUD_INIT ", 'network': {'interfaces': [{'name': 'ens3'}]}}}", NULL, BOTH,
    WARNING, NULL },
  { "linux-network", DEBIAN, "{'linux': {" NO_CLOUD_INIT ", 'network': {'interfaces': [{'name': 'lo'}]}}}", NULL, BOTH,
    WARNING, NULL },
  { "linux-network", DEBIAN, NULL, "linux.network.interfaces", BOTH, UNKNOWN, NULL },
  { "linux-persistent-net", DEBIAN, NULL, NULL, BOTH, PASS, NULL },
  { "linux-persistent-net", DEBIAN, "{'linux': {'network': {'persistentRules': true}}}", NULL, BOTH, WARNING, NULL },
  { "linux-persistent-net", DEBIAN, NULL, "linux.network.persistentRules", BOTH, UNKNOWN, NULL },
  { "linux-static-address", DEBIAN, NULL, NULL, BOTH, PASS, NULL },
  { "linux-static-address", DEBIAN, INTERFACE ("'name': 'lo', 'method': 'static'"), NULL, BOTH, PASS, NULL },
  { "linux-static-address", DEBIAN, INTERFACE ("'name': 'eth0', 'method': 'static'"), NULL, BOTH, WARNING, NULL },
  { "linux-static-address", DEBIAN, NULL, "linux.network.interfaces", BOTH, UNKNOWN, NULL },
  { "linux-root-device", DEBIAN, "{'linux': {'rootDevice': '/dev/vda1'}}", NULL, BOTH, PASS, NULL },
  { "linux-root-device", DEBIAN, "{'linux': {'rootDevice': '/dev/sda1'}}", NULL, BOTH, WARNING, NULL },
  { "linux-root-device", DEBIAN, "{'linux': {'rootDevice': '/dev/sda1'}}", NULL, CURRENT, BLOCKER, NULL },
  { "linux-root-device", DEBIAN, NULL, "linux.rootDevice", BOTH, UNKNOWN, NULL },
  { "linux-fstab", DEBIAN, "{'linux': {'fstabRoot': 'LABEL=root'}}", NULL, BOTH, PASS, NULL },
  { "linux-fstab", DEBIAN, "{'linux': {'fstabRoot': '/dev/hda1'}}", NULL, CURRENT, BLOCKER, NULL },
  { "linux-fstab", DEBIAN, NULL, "linux.fstabRoot", BOTH, UNKNOWN, NULL },
  { "linux-lvm", DEBIAN, NULL, NULL, BOTH, PASS, NULL },
  { "linux-lvm", DEBIAN, "{'disk': {'lvm': true}}", NULL, BOTH, WARNING, "RootPartitionNotFound" },
  { "linux-lvm", DEBIAN, NULL, "disk.lvm", BOTH, UNKNOWN, NULL },

  { "windows-version", WINDOWS, NULL, NULL, BOTH, PASS, NULL },
  { "windows-version", WINDOWS, "{'os': {'product': 'Windows Server 2008 R2 Enterprise'}}", NULL, BOTH, PASS, NULL },
  { "windows-version", WINDOWS, "{'os': {'product': 'Windows Server 2012 R2 Datacenter'}}", NULL, BOTH, WARNING,
    "InternalError" },
  { "windows-version", WINDOWS, "{'os': {'product': 'Windows Server 2012 R2 Datacenter'}}", NULL, ORIGINAL, BLOCKER,
    "InternalError" },
  { "windows-version", WINDOWS, "{'os': {'product': 'Windows Server 2019 Standard'}}", NULL, CURRENT, PASS, NULL },
  { "windows-version", WINDOWS, "{'os': {'product': 'Windows 7 Professional'}}", NULL, CURRENT, WARNING, "InternalError" },
  { "windows-version", WINDOWS, "{'os': {'product': 'Microsoft(R) Windows(R) Server 2003 Standard'}}", NULL, BOTH, BLOCKER,
    "InternalError" },
  { "windows-version", WINDOWS, NULL, "os.product", BOTH, UNKNOWN, NULL },
  { "windows-architecture", WINDOWS, NULL, NULL, BOTH, PASS, NULL },
  { "windows-architecture", WINDOWS, "{'os': {'architecture': 'i386'}}", NULL, BOTH, WARNING, "InternalError" },
  { "windows-architecture", WINDOWS, "{'os': {'architecture': 'i386'}}", NULL, ORIGINAL, BLOCKER, "InternalError" },
  { "windows-architecture", WINDOWS, NULL, "os.architecture", BOTH, UNKNOWN, NULL },
  { "windows-mbr", WINDOWS, NULL, NULL, BOTH, PASS, NULL },
  { "windows-mbr", WINDOWS, "{'disk': {'partitionTable': 'gpt'}}", NULL, BOTH, BLOCKER, "InternalError" },
  { "windows-mbr", WINDOWS, NULL, "disk.partitionTable", BOTH, UNKNOWN, NULL },
  { "windows-ntfs", WINDOWS, NULL, NULL, BOTH, PASS, NULL },
  { "windows-ntfs", WINDOWS, "{'disk': {'filesystems': [{'device': '/dev/sda2', 'type': 'vfat'}]}}", NULL, BOTH, BLOCKER,
    "RootPartitionNotFound" },
  { "windows-ntfs", WINDOWS, NULL, "disk.filesystems", BOTH, UNKNOWN, NULL },
  { "windows-ldm", WINDOWS, NULL, NULL, BOTH, PASS, NULL },
  { "windows-ldm", WINDOWS, "{'disk': {'ldm': true}}", NULL, BOTH, BLOCKER, "RootPartitionNotFound" },
  { "windows-ldm", WINDOWS, NULL, "disk.ldm", BOTH, UNKNOWN, NULL },
  { "windows-virtio", WINDOWS, NULL, NULL, BOTH, PASS, NULL },
  { "windows-virtio", WINDOWS, "{'windows': {'drivers': {'viostor': {'registered': false, 'file': false}}}}", NULL, BOTH,
    BLOCKER, "VirtioNotInstall" },
  { "windows-virtio", WINDOWS, "{'windows': {'drivers': {'viostor': {'file': false}}}}", NULL, BOTH, BLOCKER,
    "VirtioNotInstall" },
  { "windows-virtio", WINDOWS, "{'windows': {'drivers': {'viostor': {'start': 3}}}}", NULL, BOTH, BLOCKER,
    "VirtioNotInstall" },
  { "windows-virtio", WINDOWS, NULL, "windows.drivers.viostor.start", BOTH, UNKNOWN, NULL },
  { "windows-virtio", WINDOWS, NULL, "windows.drivers", BOTH, UNKNOWN, NULL },
  { "windows-virtio-net", WINDOWS, NULL, NULL, BOTH, PASS, NULL },
  { "windows-virtio-net", WINDOWS, "{'windows': {'drivers': {'netkvm': {'registered': false}}}}", NULL, BOTH, WARNING,
    "VirtioNotInstall" },
  { "windows-virtio-net", WINDOWS, NULL, "windows.drivers.netkvm", BOTH, UNKNOWN, NULL },
  { "windows-hibernated", WINDOWS, NULL, NULL, BOTH, PASS, NULL },
  { "windows-hibernated", WINDOWS, "{'windows': {'hibernated': true}}", NULL, BOTH, BLOCKER, "InternalError" },
  { "windows-hibernated", WINDOWS, NULL, "windows.hibernated", BOTH, UNKNOWN, NULL },
  { "windows-cloudbase-init", WINDOWS, NULL, NULL, BOTH, PASS, NULL },
  { "windows-cloudbase-init", WINDOWS, "{'windows': {'cloudbaseInit': false}}", NULL, BOTH, WARNING,
    "CloudInitNotInstalled" },
  { "windows-cloudbase-init", WINDOWS, NULL, "windows.cloudbaseInit", BOTH, UNKNOWN, NULL },
  { "windows-network", WINDOWS, NULL, NULL, BOTH, INFO, NULL },
  { "windows-activation", WINDOWS, NULL, NULL, BOTH, INFO, NULL },
};
/* clang-format on */

/* What is a note for every disk, so that it can neither hold nor break nor be unknown. */
static const char *const notes[] = { "permission", "windows-network", "windows-activation", NULL };

static EmbarkFacts *make_facts (const Case *c)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "unit", "fixtures", c->base, NULL);
  g_autofree char *text = NULL;
  g_autoptr (EmbarkFacts) facts = NULL;
  g_autoptr (GError) error = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  facts = embark_facts_new_from_json (text, -1, &error);
  g_assert_no_error (error);
  if (c->change != NULL)
    {
      g_autofree char *json = g_strdelimit (g_strdup (c->change), "'", '"');
      g_autoptr (EmbarkFacts) change = embark_facts_new_from_json (json, -1, &error);

      g_assert_no_error (error);
      embark_facts_merge (facts, change);
    }
  if (c->remove != NULL)
    {
      embark_facts_set_string (facts, c->remove, NULL);
      g_assert_false (embark_facts_has (facts, c->remove));
      embark_facts_set_unknown (facts, c->remove, "the disk went away");
    }
  return g_steal_pointer (&facts);
}

static void test_case (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (EmbarkFacts) facts = make_facts (c);
  g_autoptr (EmbarkReport) report = embark_report_new (facts, embark_limits_get_default (), c->judge, FALSE);
  const EmbarkFinding *finding = embark_report_find (report, c->id);

  g_assert_nonnull (finding);
  g_test_message ("%s: %s", finding->title, finding->evidence);
  g_assert_cmpstr (embark_outcome_to_string (finding->outcome), ==, embark_outcome_to_string (c->outcome));
  g_assert_cmpstr (finding->code, ==, c->code);
  g_assert_cmpstr (finding->title, !=, "");
  g_assert_cmpstr (finding->evidence, !=, "");
  g_assert_cmpstr (finding->summary, !=, "");
  g_assert_cmpstr (finding->why, !=, "");
  g_assert_cmpstr (finding->source, !=, "");
  g_assert_null (finding->fix);
  if (finding->outcome == WARNING || finding->outcome == BLOCKER)
    g_assert_nonnull (finding->advice);
  if (finding->outcome == UNKNOWN && c->remove != NULL)
    g_assert_cmpstr (finding->evidence, ==, "the disk went away");
}

/* A limit nobody wrote a case for would be a limit nobody knows to work. */
static void test_every_limit_has_cases (void)
{
  for (const EmbarkRule *rule = embark_rules_get (); rule->id != NULL; rule++)
    {
      gboolean has_fine = FALSE, has_broken = FALSE, has_unknown = FALSE;

      for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
        {
          if (strcmp (cases[i].id, rule->id) != 0)
            continue;
          has_fine |= cases[i].outcome == PASS || cases[i].outcome == SKIPPED;
          has_broken |= cases[i].outcome >= WARNING || cases[i].outcome == INFO;
          has_unknown |= cases[i].outcome == UNKNOWN;
        }
      g_test_message ("%s", rule->id);
      g_assert_true (has_broken);
      g_assert_true ((has_fine && has_unknown) || g_strv_contains (notes, rule->id));
    }
}

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path =
          g_strdup_printf ("/rules/%s/%u-%s", cases[i].id, i, embark_outcome_to_string (cases[i].outcome));

      g_test_add_data_func (path, &cases[i], test_case);
    }
  g_test_add_func ("/rules/every-limit-has-cases", test_every_limit_has_cases);
  return g_test_run ();
}
