/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The limits of a Linux system.
 */
#include "tests/unit/rule-cases.h"

#define KERNEL(members) "{'linux': {'kernels': [{'version': '6.1', 'default': true, " members "}]}}"
#define INTERFACE(members) "{'linux': {'network': {'interfaces': [{" members "}]}}}"
/* @more: other members of 'linux', each with a comma behind. */
#define NAMED(naming, members, more)                                                                                   \
  "{'linux': {" more "'network': {'naming': '" naming "', 'interfaces': [{" members "}]}}}"
#define NO_CLOUD_INIT "'cloudInit': {'installed': false, 'enabled': false}"
#define ROOT(members) "{'disk': {'filesystems': [{'device': '/dev/sda1', 'mountPoint': '/', " members "}]}}"
#define FSTAB(lines) "{'linux': {'fstab': [" lines "]}}"
#define LINE(device, mount_point, type, options, match)                                                                \
  "{'line': 7, 'text': '" device " " mount_point " " type " " options "', 'device': '" device                          \
  "', 'mountPoint': '" mount_point "', 'type': '" type "', 'options': '" options "', 'match': '" match "'}"

/* clang-format off */
static const RuleCase cases[] = {
  { "linux-gpt", DEBIAN, "{'disk': {'partitionTable': 'bsd'}}", NULL, BOTH, SKIPPED, NULL },
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
  { "linux-network", DEBIAN, INTERFACE ("'name': 'ens3', 'file': '/f', 'method': 'dhcp'"), NULL, BOTH, PASS, NULL, "ens3 in /f" },
  { "linux-network", DEBIAN, INTERFACE ("'name': 'eth0', 'method': 'other'"), NULL, BOTH, PASS, NULL, "cloud-init" },
  { "linux-network", DEBIAN, "{'linux': {" NO_CLOUD_INIT ", 'network': {'interfaces': [{'name': 'eth0', 'method': 'other'}]}}}", NULL,
    BOTH, WARNING, NULL },
  { "linux-network", DEBIAN, "{'linux': {" NO_CLOUD_INIT ", 'network': {'interfaces': [{'name': 'eth0', 'method': 'other'}, "
    "{'name': 'br0', 'method': 'dhcp'}]}}}", NULL, BOTH, PASS, NULL, "br0" },
  { "linux-network", DEBIAN, "{'linux': {" NO_CLOUD_INIT "}}", "-linux.network.interfaces", BOTH, WARNING, NULL },
  { "linux-network", DEBIAN, "{'linux': {'cloudInit': {'networkDisabledBy': '/f'}}}", "-linux.network.interfaces", BOTH, WARNING, NULL },
  { "linux-network", DEBIAN, NULL, "-linux.network.interfaces", BOTH, PASS, NULL },
  { "linux-network", DEBIAN, "{'linux': {" NO_CLOUD_INIT ", 'network': {'interfaces': [{'name': 'lo'}]}}}", NULL, BOTH,
    WARNING, NULL },
  { "linux-network", DEBIAN, "{'linux': {" NO_CLOUD_INIT "}}", "linux.network", BOTH, UNKNOWN, NULL },
  { "linux-persistent-net", DEBIAN, NULL, NULL, BOTH, PASS, NULL },
  { "linux-persistent-net", DEBIAN, "{'linux': {'network': {'persistentRules': true}}}", NULL, BOTH, WARNING, NULL },
  { "linux-persistent-net", DEBIAN, NULL, "linux.network.persistentRules", BOTH, UNKNOWN, NULL },
  { "linux-static-address", DEBIAN, NULL, NULL, BOTH, PASS, NULL },
  { "linux-static-address", DEBIAN, INTERFACE ("'name': 'lo', 'method': 'static'"), NULL, BOTH, PASS, NULL },
  { "linux-static-address", DEBIAN, INTERFACE ("'name': 'eth0', 'method': 'static'"), NULL, BOTH, WARNING, NULL },
  { "linux-static-address", DEBIAN, NULL, "linux.network", BOTH, UNKNOWN, NULL },
  { "linux-static-address", DEBIAN, NULL, "linux.network.interfaces", BOTH, PASS, NULL },
  { "linux-root-device", DEBIAN, "{'linux': {'rootDevice': '/dev/vda1'}}", NULL, BOTH, PASS, NULL },
  { "linux-root-device", DEBIAN, "{'linux': {'rootDevice': '/dev/sda1'}}", NULL, BOTH, WARNING, NULL },
  { "linux-root-device", DEBIAN, "{'linux': {'rootDevice': '/dev/sda1'}}", NULL, CURRENT, BLOCKER, NULL },
  { "linux-root-device", DEBIAN, NULL, "linux.rootDevice", BOTH, UNKNOWN, NULL },
  { "linux-fstab", DEBIAN, "{'linux': {'fstabRoot': 'LABEL=root', 'fstab': null}}", NULL, BOTH, PASS, NULL },
  { "linux-fstab", DEBIAN, "{'linux': {'fstabRoot': '/dev/hda1', 'fstab': null}}", NULL, CURRENT, BLOCKER, NULL },
  { "linux-fstab", DEBIAN, "{'linux': {'fstab': null}}", "linux.fstabRoot", BOTH, UNKNOWN, NULL },
  { "linux-fstab", DEBIAN, NULL, NULL, BOTH, PASS, NULL, "UUID=1f2e" },
  { "linux-fstab", DEBIAN, FSTAB (LINE ("/dev/sda1", "/", "ext4", "defaults", "name")), NULL, BOTH, WARNING, NULL, "line 7" },
  { "linux-fstab", DEBIAN, FSTAB (LINE ("/dev/sda1", "/", "ext4", "defaults", "name")), NULL, CURRENT, BLOCKER, NULL, "/dev/sda1 / ext4" },
  { "linux-fstab", DEBIAN, FSTAB (LINE ("/dev/vda1", "/", "ext4", "defaults", "name")), NULL, CURRENT, PASS, NULL, "/dev/vda1" },
  { "linux-fstab", DEBIAN, FSTAB (LINE ("/dev/vdb1", "/", "ext4", "defaults", "name")), NULL, CURRENT, BLOCKER, NULL },
  { "linux-fstab", DEBIAN, FSTAB (LINE ("/dev/disk/by-id/ata-QEMU-part1", "/", "ext4", "defaults", "name")), NULL, CURRENT, BLOCKER, NULL },
  { "linux-fstab", DEBIAN, FSTAB (LINE ("/dev/disk/by-id/dm-name-vg-root", "/", "ext4", "defaults", "present")), NULL, CURRENT, PASS, NULL },
  { "linux-fstab", DEBIAN, FSTAB (LINE ("/dev/mapper/vg-root", "/", "ext4", "defaults", "present")), NULL, CURRENT, PASS, NULL },
  { "linux-fstab", DEBIAN, FSTAB (LINE ("UUID=dead", "/", "ext4", "defaults", "absent")), NULL, CURRENT, BLOCKER, NULL, "UUID=dead" },
  { "linux-fstab", DEBIAN, FSTAB (LINE ("/dev/sda2", "/boot", "ext4", "defaults", "name")), NULL, CURRENT, WARNING, NULL, "/boot" },
  { "linux-fstab", DEBIAN, FSTAB (LINE ("/dev/sda2", "/boot", "ext4", "nofail", "name")), NULL, CURRENT, PASS, NULL },
  { "linux-fstab", DEBIAN, FSTAB (LINE ("tmpfs", "/tmp", "tmpfs", "defaults", "virtual")), NULL, CURRENT, PASS, NULL, "no entry for /" },
  { "linux-fstab", DEBIAN, "{'linux': {'fstabRoot': null}}", "linux.fstab", CURRENT, UNKNOWN, NULL, NULL },
  { "linux-lvm", DEBIAN, NULL, NULL, BOTH, PASS, NULL },
  { "linux-lvm", DEBIAN, "{'disk': {'lvm': true}, 'os': {'root': '/dev/vg/root'}}", NULL, BOTH, WARNING, "RootPartitionNotFound",
    "/dev/vg/root" },
  { "linux-lvm", DEBIAN, "{'disk': {'lvm': true}}", NULL, BOTH, INFO, NULL },
  { "linux-lvm", DEBIAN, NULL, "disk.lvm", BOTH, UNKNOWN, NULL },
  { "linux-distribution", DEBIAN, "{'os': {'distribution': 'unknown', 'product': 'Hannah Linux'}}", NULL, BOTH, WARNING, "InternalError",
    "Hannah Linux" },
  { "linux-distribution", DEBIAN, "{'os': {'distribution': 'unknown', 'product': null}}", NULL, BOTH, WARNING, "InternalError", "say its name" },
  { "linux-distribution", DEBIAN, "{'os': {'type': 'freebsd', 'distribution': 'freebsd'}}", NULL, CURRENT, PASS, NULL },
  { "linux-architecture", DEBIAN, "{'os': {'architecture': 'i386'}, 'linux': {'kernels': [{'default': true, 'machine': 'x86_64'}]}}", NULL, BOTH,
    PASS, NULL, "The kernel is for x86_64, the programs are for i386" },
  { "linux-architecture", DEBIAN, "{'linux': {'kernels': [{'default': true, 'machine': 'aarch64'}]}}", NULL, ORIGINAL, BLOCKER, "InternalError",
    "aarch64" },
  { "linux-architecture", DEBIAN, "{'linux': {'kernels': [{'default': true, 'machine': 'aarch64'}]}}", NULL, CURRENT, PASS, NULL },
  { "linux-architecture", DEBIAN, "{'linux': {'kernels': [{'default': true, 'machine': 'ppc64le'}]}}", "os.architecture", CURRENT, BLOCKER,
    "InternalError", "ppc64le" },
  { "linux-virtio", DEBIAN, KERNEL ("'virtioBlk': 'builtin', 'virtioPci': 'builtin', 'virtioNet': 'module', 'virtioScsi': 'builtin'"), NULL,
    BOTH, PASS, NULL, "virtio_blk built in, virtio_pci built in, virtio_net as a module, virtio_scsi built in" },
  { "linux-virtio", DEBIAN, KERNEL ("'virtioBlk': 'builtin', 'virtioPci': 'builtin', 'virtioNet': 'module', 'virtioScsi': 'absent'"), NULL,
    BOTH, PASS, NULL },
  { "linux-virtio", DEBIAN, "{'linux': {'kernels': [{'version': '6.1', 'default': true, 'virtioBlk': 'builtin', 'virtioPci': 'builtin', "
    "'virtioNet': 'builtin'}, {'version': '4.19', 'virtioBlk': 'absent'}]}}", NULL, BOTH, PASS, NULL, "other kernels without them: 4.19" },
  { "linux-virtio", DEBIAN, "{'linux': {'kernels': [{'version': '6.1', 'virtioBlk': 'builtin', 'virtioPci': 'builtin', 'virtioNet': 'builtin'}, "
    "{'version': '4.19', 'default': true, 'virtioBlk': 'absent'}]}}", NULL, BOTH, BLOCKER, "VirtioNotInstall", "Kernel 4.19" },
  { "linux-virtio", DEBIAN, "{'linux': {'kernels': [{'version': '4.19', 'virtioBlk': 'builtin'}]}}", NULL, BOTH, BLOCKER, "VirtioNotInstall",
    "6.1.0-28-amd64 in /boot/grub/grub.cfg" },
  { "linux-virtio", DEBIAN, "{'linux': {'bootKernelFrom': '/boot', 'kernels': [{'version': '4.19', 'virtioBlk': 'builtin'}]}}", NULL, BOTH,
    UNKNOWN, NULL },
  { "linux-virtio", DEBIAN, "{'linux': {'cmdline': 'ostree=/ostree/boot.1', 'kernels': [{'version': '4.19'}]}}", NULL, BOTH, UNKNOWN, NULL },
  { "linux-virtio", DEBIAN, KERNEL ("'virtioBlk': 'module', 'virtioPci': 'builtin', 'virtioNet': 'module', 'evidence': 'a strange initramfs'"),
    NULL, BOTH, UNKNOWN, NULL, "a strange initramfs" },
  { "linux-virtio", DEBIAN, KERNEL ("'virtioBlk': 'module', 'virtioPci': 'builtin', 'virtioNet': 'module', 'initramfsVirtioBlk': false"), NULL,
    BOTH, BLOCKER, "VirtioNotInstall", "has no initramfs" },
  { "linux-kernel", DEBIAN, KERNEL ("'fromPackage': false, 'packageEvidence': 'vendor ELRepo'"), NULL, BOTH, WARNING, NULL, "vendor ELRepo" },
  { "linux-cloud-init", DEBIAN, "{'linux': {'cloudInit': {'missingServices': ['cloud-final']}}}", NULL, BOTH, WARNING, "CloudInitNotInstalled",
    "cloud-final" },
  { "linux-cloud-init", DEBIAN, "{'linux': {'cloudInit': {'networkDisabledBy': '/etc/cloud/cloud.cfg.d/99.cfg'}}}", NULL, BOTH, WARNING, NULL,
    "99.cfg" },
  { "linux-cloud-init", DEBIAN, "{'linux': {'cloudInit': {'datasources': []}}}", NULL, BOTH, PASS, NULL },
  { "linux-cloud-init", DEBIAN, "{'linux': {'cloudInit': {'datasources': ['Ec2', 7]}}}", NULL, BOTH, WARNING, "CloudInitNotInstalled", "Ec2" },
  { "linux-root-device", DEBIAN, NULL, "-linux.rootDevice", CURRENT, PASS, NULL, "initramfs" },
  { "linux-root-device", DEBIAN, "{'linux': {'rootDevice': null}}", "linux.cmdline", CURRENT, UNKNOWN, NULL },
  { "linux-root-device", DEBIAN, "{'linux': {'rootDevice': '/dev/vdb1'}}", NULL, CURRENT, BLOCKER, NULL },
  { "linux-root-device", DEBIAN, "{'linux': {'rootDevice': '/dev/nvme0n1p1'}}", NULL, CURRENT, BLOCKER, NULL },
  { "linux-root-device", DEBIAN, "{'linux': {'rootDevice': '/dev/disk/by-path/pci-0000:00:07.0-ata-1-part1'}}", NULL, CURRENT, BLOCKER, NULL },
  { "linux-root-device", DEBIAN, "{'linux': {'rootDevice': '/dev/mapper/vg-root'}}", NULL, CURRENT, PASS, NULL },
  { "linux-root-device", DEBIAN, "{'linux': {'rootDevice': 'UUID=1F2E'}}", NULL, CURRENT, PASS, NULL },
  { "linux-root-device", DEBIAN, "{'linux': {'rootDevice': 'UUID=dead'}}", NULL, CURRENT, BLOCKER, NULL, "no file system of the disk" },
  { "linux-root-device", DEBIAN, "{'linux': {'rootDevice': 'UUID=dead'}, 'disk': {'luks': true}}", NULL, CURRENT, PASS, NULL },
  { "linux-root-device", DEBIAN, "{'linux': {'rootDevice': 'UUID=dead'}, 'disk': {'filesystems': []}}", NULL, CURRENT, PASS, NULL },

  { "whole-disk", DEBIAN, NULL, NULL, BOTH, PASS, NULL },
  { "whole-disk", DEBIAN, FSTAB (LINE ("UUID=dead", "/boot", "ext4", "defaults", "absent")), NULL, BOTH, WARNING, NULL, "/boot" },
  { "whole-disk", DEBIAN, FSTAB (LINE ("UUID=dead", "/boot", "ext4", "defaults", "absent")), "-linux.kernels", BOTH, BLOCKER,
    "PartitionNotPresent", "/boot" },
  { "whole-disk", DEBIAN, FSTAB (LINE ("/dev/sdb1", "/usr", "ext4", "defaults", "name")), NULL, ORIGINAL, BLOCKER, "PartitionNotPresent" },
  { "whole-disk", DEBIAN, FSTAB (LINE ("UUID=dead", "/home", "ext4", "nofail", "absent")), NULL, BOTH, WARNING, NULL, "/home" },
  { "whole-disk", DEBIAN, FSTAB (LINE ("UUID=dead", "/home", "ext4", "", "absent") ", " LINE ("UUID=dead", "/usr", "xfs", "", "absent")), NULL,
    BOTH, BLOCKER, "PartitionNotPresent", "/usr" },
  { "whole-disk", DEBIAN, FSTAB (LINE ("UUID=dead", "/var", "xfs", "", "absent")), NULL, BOTH, WARNING, NULL, "/var" },
  { "whole-disk", DEBIAN, FSTAB (LINE ("UUID=dead", "/data", "ext4", "defaults", "absent")), NULL, BOTH, PASS, NULL },
  { "whole-disk", DEBIAN, NULL, "linux.fstab", BOTH, UNKNOWN, NULL },
  { "linux-other-disks", DEBIAN, NULL, NULL, BOTH, PASS, NULL },
  { "linux-other-disks", DEBIAN, FSTAB (LINE ("/dev/sdb1", "/data", "ext4", "defaults", "name")), NULL, BOTH, WARNING, NULL, "/dev/sdb1 /data" },
  { "linux-other-disks", DEBIAN, FSTAB (LINE ("UUID=dead", "/data", "ext4", "defaults", "absent")), NULL, ORIGINAL, WARNING, NULL },
  { "linux-other-disks", DEBIAN, FSTAB (LINE ("UUID=dead", "/data", "ext4", "rw,nofail", "absent")), NULL, BOTH, PASS, NULL, "nofail" },
  { "linux-other-disks", DEBIAN, FSTAB (LINE ("UUID=dead", "/data", "ext4", "noauto", "absent")), NULL, BOTH, PASS, NULL },
  { "linux-other-disks", DEBIAN, FSTAB (LINE ("nas:/data", "/data", "nfs", "defaults", "virtual")), NULL, BOTH, PASS, NULL },
  { "linux-other-disks", DEBIAN, NULL, "linux.fstab", BOTH, UNKNOWN, NULL },
  { "linux-swap", DEBIAN, NULL, NULL, BOTH, PASS, NULL },
  { "linux-swap", DEBIAN, FSTAB (LINE ("UUID=dead", "none", "swap", "sw", "absent")), NULL, BOTH, WARNING, NULL, "UUID=dead" },
  { "linux-swap", DEBIAN, FSTAB (LINE ("/dev/sda5", "none", "swap", "sw", "name")), NULL, BOTH, WARNING, NULL },
  { "linux-swap", DEBIAN, FSTAB (LINE ("/dev/vda5", "none", "swap", "sw", "name")), NULL, BOTH, PASS, NULL },
  { "linux-swap", DEBIAN, FSTAB (LINE ("/swapfile", "none", "swap", "sw", "virtual")), NULL, BOTH, PASS, NULL },
  { "linux-swap", DEBIAN, NULL, "linux.fstab", BOTH, UNKNOWN, NULL },

  { "linux-interface-name", DEBIAN, NULL, NULL, BOTH, PASS, NULL, "eth0" },
  { "linux-interface-name", DEBIAN, NAMED ("kernel", "'name': 'ens3', 'file': '/f', 'method': 'dhcp'", ""), NULL, BOTH, INFO, NULL, "ens3 in /f" },
  { "linux-interface-name", DEBIAN, NAMED ("kernel", "'name': 'ens3', 'file': '/f', 'method': 'dhcp'", NO_CLOUD_INIT ","), NULL, BOTH, WARNING,
    NULL, "net.ifnames=0" },
  { "linux-interface-name", DEBIAN, NAMED ("predictable", "'name': 'eth0'", NO_CLOUD_INIT ","), NULL, BOTH, WARNING, NULL, "eth0" },
  { "linux-interface-name", DEBIAN, NAMED ("predictable", "'name': 'ens3'", NO_CLOUD_INIT ","), NULL, BOTH, WARNING, NULL },
  { "linux-interface-name", DEBIAN, NAMED ("predictable", "'name': 'en*'", NO_CLOUD_INIT ","), NULL, BOTH, PASS, NULL },
  { "linux-interface-name", DEBIAN, NAMED ("predictable", "'name': 'eth*'", NO_CLOUD_INIT ","), NULL, BOTH, WARNING, NULL },
  { "linux-interface-name", DEBIAN, NAMED ("kernel", "'name': 'eth*'", NO_CLOUD_INIT ","), NULL, BOTH, PASS, NULL },
  { "linux-interface-name", DEBIAN, NAMED ("kernel", "'name': 'en*'", NO_CLOUD_INIT ","), NULL, BOTH, WARNING, NULL },
  { "linux-interface-name", DEBIAN, NAMED ("predictable", "'name': '*'", NO_CLOUD_INIT ","), NULL, BOTH, PASS, NULL },
  { "linux-interface-name", DEBIAN, NAMED ("predictable", "'file': '/f'", NO_CLOUD_INIT ","), NULL, BOTH, PASS, NULL },
  { "linux-interface-name", DEBIAN, NAMED ("biosdevname", "'name': 'eth0'", NO_CLOUD_INIT ","), NULL, BOTH, PASS, NULL },
  { "linux-interface-name", DEBIAN, NAMED ("kernel", "'name': 'eth0', 'mac': '52:54:00:00:00:01'", NO_CLOUD_INIT ","), NULL, BOTH, WARNING,
    NULL },
  { "linux-interface-name", DEBIAN, NAMED ("kernel", "'name': 'eth0', 'file': '/f', 'mac': '52:54:00:00:00:01'", ""), NULL, BOTH, INFO, NULL,
    "52:54:00:00:00:01" },
  { "linux-interface-name", DEBIAN, NAMED ("predictable", "'name': 'br0'", NO_CLOUD_INIT ","), NULL, BOTH, PASS, NULL },
  { "linux-interface-name", DEBIAN, NAMED ("predictable", "'name': 'ens3'", "'cloudInit': {'networkDisabledBy': '/f'},"), NULL, BOTH, WARNING,
    NULL },
  { "linux-interface-name", DEBIAN, NULL, "linux.network.naming", BOTH, UNKNOWN, NULL },
  { "linux-interface-name", DEBIAN, "{'linux': {" NO_CLOUD_INIT "}}", "linux.network", BOTH, UNKNOWN, NULL },
  { "linux-persistent-net", DEBIAN, "{'linux': {'network': {'persistentRules': true, 'persistentRulesEvidence': 'rules:3'}}}", NULL, BOTH,
    WARNING, NULL, "rules:3" },

  { "linux-file-system", DEBIAN, NULL, NULL, BOTH, PASS, NULL, "ext4" },
  { "linux-file-system", DEBIAN, ROOT ("'type': 'xfs'"), NULL, BOTH, PASS, NULL },
  { "linux-file-system", DEBIAN, ROOT ("'type': 'btrfs'"), NULL, BOTH, WARNING, "RootPartitionNotFound", "btrfs" },
  { "linux-file-system", DEBIAN, NULL, "disk.filesystems", BOTH, UNKNOWN, NULL },
  { "linux-raid", DEBIAN, NULL, NULL, BOTH, PASS, NULL },
  { "linux-raid", DEBIAN, "{'disk': {'raid': true}}", NULL, BOTH, INFO, NULL, "/dev/sda1" },
  { "linux-raid", DEBIAN, "{'disk': {'raid': true}, 'os': {'root': '/dev/md0'}}", NULL, BOTH, WARNING, "RootPartitionNotFound", "/dev/md0" },
  { "linux-raid", DEBIAN, NULL, "disk.raid", BOTH, UNKNOWN, NULL },
  { "linux-free-space", DEBIAN, NULL, NULL, BOTH, PASS, NULL, "17.0 GiB free" },
  { "linux-free-space", DEBIAN, ROOT ("'size': 2000000000, 'free': 104857600"), NULL, BOTH, PASS, NULL },
  { "linux-free-space", DEBIAN, ROOT ("'size': 2000000000, 'free': 104857599"), NULL, BOTH, WARNING, NULL, "100.0 MiB free" },
  { "linux-free-space", DEBIAN, ROOT ("'size': 20000000000, 'free': 1000000000"), NULL, BOTH, PASS, NULL },
  { "linux-free-space", DEBIAN, ROOT ("'size': 20000000000, 'free': 999999999"), NULL, CURRENT, WARNING, NULL },
  { "linux-free-space", DEBIAN, ROOT ("'size': 400000000000, 'free': 1073741824"), NULL, BOTH, PASS, NULL },
  { "linux-free-space", DEBIAN, ROOT ("'size': 400000000000, 'free': 300000000000}, {'mountPoint': '/boot', 'size': 500000000, 'free': 9000000"),
    NULL, BOTH, WARNING, NULL, "/boot" },
  { "linux-free-space", DEBIAN, NULL, "disk.filesystems", BOTH, UNKNOWN, NULL },
  { "linux-unclean", DEBIAN, NULL, NULL, BOTH, PASS, NULL },
  { "linux-unclean", DEBIAN, ROOT ("'type': 'ext4', 'clean': false"), NULL, BOTH, WARNING, NULL, "/dev/sda1" },
  { "linux-unclean", DEBIAN, ROOT ("'clean': true}, {'device': '/dev/sda7', 'clean': false"), NULL, BOTH, PASS, NULL },
  { "linux-unclean", DEBIAN, NULL, "disk.filesystems", BOTH, UNKNOWN, NULL },
  { "linux-shadow", DEBIAN, NULL, NULL, BOTH, PASS, NULL },
  { "linux-shadow", DEBIAN, "{'linux': {'shadow': 'missing'}}", NULL, CURRENT, WARNING, NULL },
  { "linux-shadow", DEBIAN, "{'linux': {'shadow': 'immutable'}}", NULL, BOTH, WARNING, NULL, "immutable" },
  { "linux-shadow", DEBIAN, "{'linux': {'shadow': 'unreadable'}}", NULL, BOTH, UNKNOWN, NULL },
  { "linux-shadow", DEBIAN, NULL, "linux.shadow", BOTH, UNKNOWN, NULL },
  { "linux-selinux", DEBIAN, NULL, NULL, BOTH, PASS, NULL, "disabled" },
  { "linux-selinux", DEBIAN, "{'linux': {'selinux': 'enforcing'}}", NULL, BOTH, INFO, NULL },
  { "linux-selinux", DEBIAN, "{'linux': {'selinux': 'permissive', 'selinuxRelabel': true}}", NULL, BOTH, INFO, NULL, "/.autorelabel" },
  { "linux-selinux", DEBIAN, NULL, "linux.selinux", BOTH, UNKNOWN, NULL },
  { "linux-hardware", DEBIAN, NULL, NULL, CURRENT, INFO, NULL },
};

static const OwnerCase owners[] = {
  { DEBIAN, "{'linux': {" NO_CLOUD_INIT "}}", "linux-cloud-init" },
  { DEBIAN, "{'linux': {'cloudInit': {'enabled': false, 'disabledBy': 'cloud-init=disabled'}}}", "linux-cloud-init" },
  { DEBIAN, "{'linux': {'rootDevice': '/dev/sda1'}}", "linux-root-device" },
  { DEBIAN, FSTAB (LINE ("/dev/sda1", "/", "ext4", "defaults", "name")), "linux-fstab" },
  { DEBIAN, FSTAB (LINE ("/dev/sdb1", "/data", "ext4", "defaults", "name")), "linux-other-disks" },
  { DEBIAN, FSTAB (LINE ("/dev/sdb1", "none", "swap", "defaults", "name")), "linux-swap" },
  { DEBIAN, FSTAB (LINE ("/dev/sda5", "none", "swap", "defaults", "name")), "linux-swap" },
  { DEBIAN, FSTAB (LINE ("UUID=dead", "/home", "ext4", "defaults", "absent")), "whole-disk" },
  { DEBIAN, FSTAB (LINE ("UUID=dead", "/boot", "ext4", "defaults", "absent")), "whole-disk" },
  { DEBIAN, FSTAB (LINE ("/dev/sda2", "/boot", "ext4", "defaults", "name")), "linux-fstab" },
  { DEBIAN, INTERFACE ("'name': 'eth0', 'method': 'static'"), "linux-static-address" },
  { DEBIAN, "{'linux': {'network': {'persistentRules': true}}}", "linux-persistent-net" },
  { DEBIAN, "{'linux': {'network': {'ipv6': true}}}", "ipv6" },
  { DEBIAN, NAMED ("predictable", "'name': 'ens3', 'method': 'dhcp'", "'cloudInit': {'enabled': false},"),
    "linux-cloud-init linux-interface-name" },
  { DEBIAN, "{'disk': {'raid': true}, 'os': {'root': '/dev/md0'}}", "linux-raid" },
  { DEBIAN, "{'disk': {'lvm': true}, 'os': {'root': '/dev/vg/root'}}", "linux-lvm" },
  { DEBIAN, "{'disk': {'partitionTable': 'gpt'}}", "linux-gpt" },
};
/* clang-format on */

static const char *const notes[] = { "linux-hardware", NULL };

static gboolean belongs_here (const char *id)
{
  return g_str_has_prefix (id, "linux-") || strcmp (id, "whole-disk") == 0;
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

/* What forced import needs of the machine is said with it. */
static void test_forced (void)
{
  g_autoptr (EmbarkFacts) facts = read_facts (DEBIAN, "{'linux': {" NO_CLOUD_INIT "}}");
  g_autoptr (EmbarkReport) report = embark_report_new (facts, embark_limits_get_default (), BOTH, TRUE);
  const EmbarkFinding *finding = embark_report_find (report, "linux-cloud-init");

  g_assert_cmpint (finding->outcome, ==, WARNING);
  g_assert_nonnull (strstr (finding->advice, "must not be full"));
  g_assert_nonnull (strstr (finding->advice, "qcloud_action/os.conf"));
  g_assert_nonnull (strstr (finding->advice, "Change the password"));
}

/* What the agent does need not be asked for; without forced import it helps nothing. */
static void test_agent (void)
{
  g_autoptr (EmbarkFacts) facts = read_facts (DEBIAN, "{'linux': {'agent': true, " NO_CLOUD_INIT "}}");
  g_autoptr (EmbarkReport) forced = embark_report_new (facts, embark_limits_get_default (), BOTH, TRUE);
  g_autoptr (EmbarkReport) plain = embark_report_new (facts, embark_limits_get_default (), BOTH, FALSE);

  g_assert_cmpint (embark_report_find (forced, "linux-cloud-init")->outcome, ==, INFO);
  g_assert_cmpint (embark_report_find (plain, "linux-cloud-init")->outcome, ==, BLOCKER);
}

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_cases (cases, G_N_ELEMENTS (cases));
  g_test_add_func ("/rules/every-limit-has-cases", test_every_limit_has_cases);
  g_test_add_func ("/rules/one-owner", test_one_owner);
  g_test_add_func ("/rules/forced", test_forced);
  g_test_add_func ("/rules/agent", test_agent);
  return g_test_run ();
}
