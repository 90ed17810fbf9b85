/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The limits of a Windows system.
 */
#include "tests/unit/rule-cases.h"

#define DRIVER(name, members) "{'windows': {'drivers': {'" name "': {" members "}}}}"
#define DRIVES(members)                                                                                                \
  "{'windows': {'drives': [{'letter': 'C:', 'device': '/dev/sda2', 'use': 'system'}, {" members "}]}}"
#define TENCENT                                                                                                        \
  "{'windows': {'virtioPackage': {'name': 'Tencent VirtIO Drivers', 'publisher': 'Tencent Technology', 'version': "    \
  "'1.0.9'}}}"

/* clang-format off */
static const RuleCase cases[] = {
  { "windows-mbr", WINDOWS, "{'disk': {'partitionTable': 'none'}}", NULL, BOTH, SKIPPED, NULL },
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
  { "windows-virtio", WINDOWS, DRIVER ("viostor", "'registered': false, 'file': false"), NULL, BOTH,
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
  { "windows-virtio-net", WINDOWS,
    DRIVER ("netkvm", "'registered': false, 'file': false, 'waiting': '/Windows/Drivers/VirtIO/netkvm.inf'"), NULL, BOTH,
    PASS, NULL },
  { "windows-virtio-net", WINDOWS, NULL, "windows.drivers.netkvm", BOTH, UNKNOWN, NULL },
  { "windows-hibernated", WINDOWS, NULL, NULL, BOTH, PASS, NULL },
  { "windows-hibernated", WINDOWS, "{'windows': {'hibernated': true}}", NULL, BOTH, BLOCKER, "InternalError" },
  { "windows-hibernated", WINDOWS, NULL, "windows.hibernated", BOTH, UNKNOWN, NULL },
  { "windows-hibernated", WINDOWS, "{'disk': {'filesystems': [{'device': '/dev/sda2', 'type': 'vfat'}]}}",
    "windows.hibernated", BOTH, SKIPPED, NULL },
  { "windows-unclean", WINDOWS, "{'disk': {'filesystems': [{'device': '/dev/sda2', 'type': 'vfat'}]}}", "windows.dirty",
    BOTH, SKIPPED, NULL },
  { "windows-cloudbase-init", WINDOWS, NULL, NULL, BOTH, PASS, NULL },
  { "windows-cloudbase-init", WINDOWS, "{'windows': {'cloudbaseInit': false}}", NULL, BOTH, WARNING,
    "CloudInitNotInstalled" },
  { "windows-cloudbase-init", WINDOWS, NULL, "windows.cloudbaseInit", BOTH, UNKNOWN, NULL },
  { "windows-network", WINDOWS, NULL, NULL, BOTH, INFO, NULL },
  { "windows-activation", WINDOWS, NULL, NULL, BOTH, INFO, NULL },
  { "windows-version", WINDOWS, "{'os': {'product': 'Windows 10 Pro', 'variant': 'Client'}}", NULL, CURRENT, WARNING, "InternalError",
    "build 9600, not a server" },
  { "windows-version", WINDOWS, "{'os': {'product': 'Windows 10 Pro', 'variant': 'Client'}}", NULL, ORIGINAL, BLOCKER, "InternalError" },
  { "windows-version", WINDOWS, "{'os': {'product': 'Windows Server 2025 Datacenter'}}", NULL, CURRENT, WARNING, "InternalError" },
  { "windows-version", WINDOWS, "{'os': {'product': 'Windows XP Professional'}}", NULL, CURRENT, BLOCKER, "InternalError" },
  { "windows-architecture", WINDOWS, "{'os': {'architecture': 'aarch64'}}", NULL, CURRENT, PASS, NULL },
  { "windows-boot-loader", WINDOWS, NULL, NULL, BOTH, PASS, NULL, "winload.exe" },
  { "windows-boot-loader", WINDOWS, "{'windows': {'bootLoader': '/Windows/system32/WINLOAD.EFI'}}", NULL, BOTH, BLOCKER, "InternalError",
    "/Boot/BCD" },
  { "windows-boot-loader", WINDOWS, "{'disk': {'partitionTable': 'gpt'}, 'windows': {'bootLoader': '/winload.efi'}}", NULL, BOTH, SKIPPED, NULL },
  { "windows-boot-loader", WINDOWS, "{'os': {'major': 5}}", "windows.bootLoader", BOTH, SKIPPED, NULL },
  { "windows-boot-loader", WINDOWS, NULL, "windows.bootLoader", BOTH, UNKNOWN, NULL },
  { "windows-ldm", DEBIAN, "{'disk': {'ldm': true}}", NULL, BOTH, SKIPPED, NULL },
  { "windows-ldm", WINDOWS, "{'disk': {'ldm': true}, 'os': {'found': false}}", NULL, BOTH, BLOCKER, "RootPartitionNotFound" },
  { "windows-virtio", WINDOWS, DRIVER ("viostor", "'registered': false"), NULL, BOTH, BLOCKER, "VirtioNotInstall", "VEN_1AF4&DEV_1001" },
  { "windows-virtio", WINDOWS, DRIVER ("viostor", "'start': 4"), NULL, BOTH, BLOCKER, "VirtioNotInstall", "Start=4" },
  { "windows-virtio", WINDOWS, DRIVER ("viostor", "'start': 3, 'key': 'HKLM\\\\SYSTEM\\\\ControlSet001\\\\Services\\\\viostor'"), NULL, BOTH,
    BLOCKER, "VirtioNotInstall", "ControlSet001" },
  { "windows-virtio", WINDOWS, NULL, "-windows.drivers.viostor.start", BOTH, BLOCKER, "VirtioNotInstall", "Services" },
  { "windows-virtio", WINDOWS, "{'windows': {'drivers': {'viostor': {'file': false, 'registered': false, 'start': 3}, "
    "'vioscsi': {'file': true, 'registered': true, 'start': 0}}}}", NULL, BOTH, BLOCKER, "VirtioNotInstall", "vioscsi is there" },
  { "windows-virtio", WINDOWS, TENCENT, NULL, BOTH, PASS, NULL, "Tencent VirtIO" },
  { "windows-virtio", WINDOWS, TENCENT, "-windows.drivers.viostor.start", BOTH, UNKNOWN, NULL, "Tencent VirtIO" },
  { "windows-virtio-net", WINDOWS, DRIVER ("netkvm", "'start': 4"), NULL, BOTH, WARNING, "VirtioNotInstall", "disabled" },
  { "windows-virtio-net", WINDOWS, DRIVER ("netkvm", "'file': false"), NULL, CURRENT, WARNING, "VirtioNotInstall", "netkvm.sys" },
  { "windows-virtio-net", WINDOWS, NULL, "-windows.drivers.netkvm.start", CURRENT, WARNING, "VirtioNotInstall" },
  { "windows-fast-startup", WINDOWS, NULL, NULL, BOTH, PASS, NULL },
  { "windows-fast-startup", WINDOWS, "{'windows': {'fastStartup': true}}", NULL, BOTH, INFO, NULL, "HiberbootEnabled" },
  { "windows-fast-startup", WINDOWS, "{'windows': {'fastStartup': true, 'hibernated': true}}", NULL, BOTH, SKIPPED, NULL },
  { "windows-fast-startup", WINDOWS, NULL, "windows.fastStartup", BOTH, UNKNOWN, NULL },
  { "windows-unclean", WINDOWS, NULL, NULL, BOTH, PASS, NULL },
  { "windows-unclean", WINDOWS, "{'windows': {'dirty': true}}", NULL, BOTH, WARNING, NULL, "/dev/sda2" },
  { "windows-unclean", WINDOWS, NULL, "windows.dirty", BOTH, UNKNOWN, NULL },
  { "windows-other-drives", WINDOWS, NULL, NULL, BOTH, PASS, NULL },
  { "windows-other-drives", WINDOWS, DRIVES ("'letter': 'D:', 'use': 'pagefile', 'evidence': 'PagingFiles'"), NULL, BOTH, WARNING, NULL,
    "D: (PagingFiles)" },
  { "windows-other-drives", WINDOWS, DRIVES ("'letter': 'D:', 'device': '/dev/sda3', 'use': 'pagefile'"), NULL, BOTH, PASS, NULL },
  { "windows-other-drives", WINDOWS, DRIVES ("'letter': 'D:'"), NULL, BOTH, PASS, NULL },
  { "windows-other-drives", WINDOWS, NULL, "windows.drives", BOTH, UNKNOWN, NULL },
  { "windows-cloudbase-init", WINDOWS, "{'windows': {'cloudbaseInitStart': 4}}", NULL, CURRENT, WARNING, "CloudInitNotInstalled", "Start=4" },
  { "windows-cloudbase-init", WINDOWS, "{'windows': {'cloudbaseInitConfig': 'metadata_services lacks ConfigDriveService'}}", NULL, BOTH, WARNING,
    "CloudInitNotInstalled", "ConfigDriveService" },
  { "windows-cloudbase-init", WINDOWS, NULL, "windows.cloudbaseInitConfig", BOTH, UNKNOWN, NULL },
  { "windows-cloudbase-init", WINDOWS, NULL, "-windows.cloudbaseInitConfig", BOTH, PASS, NULL },
  { "windows-remote-desktop", WINDOWS, NULL, NULL, BOTH, PASS, NULL, "fDenyTSConnections=0" },
  { "windows-remote-desktop", WINDOWS, "{'windows': {'remoteDesktop': false, 'remoteDesktopEvidence': 'fDenyTSConnections=1'}}", NULL, BOTH,
    WARNING, NULL, "fDenyTSConnections=1" },
  { "windows-remote-desktop", WINDOWS, NULL, "windows.remoteDesktop", BOTH, UNKNOWN, NULL },
  { "windows-static-address", WINDOWS, NULL, NULL, BOTH, PASS, NULL },
  { "windows-static-address", WINDOWS, "{'windows': {'network': {'interfaces': [{'name': 'LAN', 'method': 'static', 'address': '10.0.0.9'}]}}}",
    NULL, BOTH, WARNING, NULL, "LAN: 10.0.0.9" },
  { "windows-static-address", WINDOWS, NULL, "windows.network.interfaces", BOTH, UNKNOWN, NULL },
  { "windows-static-address", WINDOWS, NULL, "-windows.network.interfaces", BOTH, PASS, NULL },
  { "windows-activation", WINDOWS, "{'windows': {'activation': 'oem', 'activationEvidence': 'OEM key'}}", NULL, BOTH, INFO, NULL, "OEM" },
  { "windows-activation", WINDOWS, "{'windows': {'activation': 'strange'}}", NULL, BOTH, INFO, NULL, "Windows Server 2012 R2 Standard" },
};

static const OwnerCase owners[] = {
  { WINDOWS, "{}", "" },
  { WINDOWS, "{'disk': {'partitionTable': 'gpt'}, 'boot': {'firmware': 'uefi'}, 'windows': {'bootLoader': '/winload.efi'}}", "windows-mbr" },
  { WINDOWS, "{'windows': {'bootLoader': '/winload.efi'}}", "windows-boot-loader" },
  { WINDOWS, "{'windows': {'hibernated': true, 'fastStartup': true}}", "windows-hibernated" },
  { WINDOWS, "{'windows': {'network': {'interfaces': [{'method': 'static'}]}}}", "windows-static-address" },
  { WINDOWS, DRIVER ("viostor", "'registered': false, 'file': false, 'start': null"), "windows-virtio" },
  { WINDOWS, DRIVER ("netkvm", "'registered': false, 'file': false, 'start': null"), "windows-virtio-net" },
};
/* clang-format on */

static const char *const notes[] = { "windows-network", "windows-activation", NULL };

static gboolean belongs_here (const char *id)
{
  return g_str_has_prefix (id, "windows-");
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

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_cases (cases, G_N_ELEMENTS (cases));
  g_test_add_func ("/rules/every-limit-has-cases", test_every_limit_has_cases);
  g_test_add_func ("/rules/one-owner", test_one_owner);
  return g_test_run ();
}
