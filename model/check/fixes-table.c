/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The fixes in words, in the order in which they are applied.
 */
#include "model/check/fixes.h"

#include <glib/gi18n-lib.h>

#define NEEDS_PACKAGES                                                                                                     \
  N_ ("A folder with the packages of cloud-init for this system, fetched on a machine of the same distribution (for "      \
      "example with “apt-get download” or “dnf download --resolve”), or the permission to ask the system’s own " \
      "package sources through the network")

static const EmbarkFix fixes[] = {
  { .id = "linux-disks",
    .system = "linux",
    .title = N_ ("Name the disk by its UUID"),
    .changes = N_ ("Replaces /dev/sda and the like by UUID=… in /etc/fstab and /etc/crypttab, in the boot entries "
                   "(root= and resume=), in /etc/default/grub and in /etc/initramfs-tools/conf.d/resume, and by "
                   "/dev/vda in device.map of /boot/grub."),
    .findings = { "linux-root-device", "linux-fstab" } },
  { .id = "linux-other-disks",
    .system = "linux",
    .title = N_ ("Do not wait for disks that stay behind"),
    .changes = N_ ("Adds the options nofail and x-systemd.device-timeout=5s to every entry of /etc/fstab whose disk is "
                   "not part of the image; where the system has no systemd, the entry becomes a comment. Entries for "
                   "/, /usr and /boot stay."),
    .findings = { "linux-other-disks" } },
  { .id = "linux-swap",
    .system = "linux",
    .title = N_ ("Do not wait for a swap area that stays behind"),
    .changes = N_ ("Names the swap area of this disk by its UUID in /etc/fstab, and gives the entry of one that is not "
                   "part of the image the option nofail (without systemd it becomes a comment). Removes resume= for it "
                   "from the boot entries and from /etc/initramfs-tools/conf.d/resume, and then adds noresume."),
    .findings = { "linux-swap" } },
  { .id = "linux-dhcp",
    .system = "linux",
    .title = N_ ("Get the address of eth0 by DHCP"),
    .changes = N_ ("Writes a DHCP setting for eth0 where this system keeps its network: /etc/network/interfaces, "
                   "/etc/netplan, /etc/sysconfig/network-scripts, /etc/sysconfig/network or "
                   "/etc/NetworkManager/system-connections; fixed addresses of the old card go."),
    .findings = { "linux-network", "linux-static-address" } },
  { .id = "linux-ipv6",
    .system = "linux",
    .title = N_ ("Switch IPv6 off"),
    .changes = N_ ("Writes /etc/sysctl.d/70-embark-ipv6.conf, which disables IPv6 (without systemd, lines in "
                   "/etc/sysctl.conf), and takes addresses and routes of IPv6 out of the settings of the network card. "
                   "Programs in the machine that use IPv6 stop working."),
    .findings = { "ipv6" },
    .is_by_choice = TRUE },
  { .id = "linux-eth0",
    .system = "linux",
    .title = N_ ("Let the network card be called eth0"),
    .changes =
        N_ ("Adds net.ifnames=0 and biosdevname=0 to the boot entries and to /etc/default/grub, and removes "
            "what gives network cards a name in /etc/udev/rules.d and /etc/systemd/network. The network settings "
            "of the only card get the name eth0 and lose its hardware address."),
    .findings = { "linux-interface-name", "linux-persistent-net" } },
  { .id = "linux-guest-tools",
    .system = "linux",
    .title = N_ ("Do not start the tools of other hypervisors"),
    .changes =
        N_ ("Removes what starts the services of the tools of VMware, VirtualBox, Xen and Parallels: their links "
            "below /etc/systemd/system and in /etc/rc*.d; others become masked. The packages stay installed."),
    .findings = { "guest-tools" } },
  { .id = "linux-cloud-init",
    .system = "linux",
    .title = N_ ("Install and enable cloud-init"),
    .changes = N_ ("Installs the package cloud-init with what it depends on, writes a file in /etc/cloud/cloud.cfg.d "
                   "that reads the cloud’s config drive, enables its four services, and removes what an earlier run "
                   "or another cloud left in /etc/cloud and /var/lib/cloud."),
    .needs = NEEDS_PACKAGES,
    .needed = EMBARK_FIX_NEEDS_PACKAGES,
    .findings = { "linux-cloud-init" } },
  { .id = "linux-agent",
    .system = "linux",
    .title = N_ ("Set the machine up without cloud-init"),
    .changes = N_ ("Installs the script /usr/sbin/embark-agent and what starts it (embark-agent.service in "
                   "/etc/systemd/system, or embark-agent in /etc/init.d). At each start it applies "
                   "qcloud_action/os.conf of the cloud’s disc: host name, root’s password, address of the network "
                   "card and name servers. For forced imports of systems that cannot have cloud-init."),
    .is_by_choice = TRUE },
  { .id = "linux-ssh-keys",
    .system = "linux",
    .title = N_ ("Remove the SSH host keys"),
    .changes = N_ ("Removes /etc/ssh/ssh_host_*_key and their public halves; cloud-init makes new ones at the first "
                   "start. Only in a system with cloud-init."),
    .is_by_choice = TRUE },
  { .id = "linux-machine-id",
    .system = "linux",
    .title = N_ ("Remove the machine id"),
    .changes = N_ ("Empties /etc/machine-id, so that every machine made of the image gets an id of its own at its "
                   "first start."),
    .is_by_choice = TRUE },
  { .id = "linux-virtio",
    .system = "linux",
    .title = N_ ("Put the virtio drivers into the initramfs"),
    .changes = N_ ("Names the virtio drivers in the settings of dracut, initramfs-tools or mkinitrd, and makes the "
                   "initramfs in /boot anew with the system’s own tool."),
    .findings = { "linux-virtio" } },
  { .id = "linux-selinux",
    .system = "linux",
    .title = N_ ("Label all files for SELinux at the next start"),
    .changes = N_ ("Creates /.autorelabel. The first start in the cloud takes some minutes longer, and the machine "
                   "restarts once by itself."),
    .findings = { "linux-selinux" } },
  { .id = "windows-fast-startup",
    .system = "windows",
    .title = N_ ("Switch fast startup off"),
    .changes = N_ ("Sets HiberbootEnabled to 0 in HKLM\\SYSTEM\\CurrentControlSet\\Control\\Session "
                   "Manager\\Power, so that a shutdown is a whole one."),
    .findings = { "windows-fast-startup" } },
  { .id = "windows-virtio",
    .system = "windows",
    .title = N_ ("Install the virtio drivers"),
    .changes = N_ ("Copies the disk drivers viostor and vioscsi to System32\\drivers and all drivers for this Windows "
                   "to Drivers\\VirtIO; enters them in HKLM\\SYSTEM (Services, and DriverDatabase or "
                   "CriticalDeviceDatabase) and in DevicePath of HKLM\\SOFTWARE; adds the service EmbarkFirstBoot, "
                   "which installs the network driver at the first start and then removes itself."),
    .needs = N_ ("virtio-win.iso, or a folder with the drivers (.inf, .sys and .cat), to be had from "
                 "https://fedorapeople.org/groups/virt/virtio-win/direct-downloads/, in the package virtio-win of many "
                 "distributions, or unpacked from the driver package of the cloud"),
    .needed = EMBARK_FIX_NEEDS_VIRTIO_WIN,
    .findings = { "windows-virtio", "windows-virtio-net" } },
  { .id = "windows-cloudbase",
    .system = "windows",
    .title = N_ ("Set cloudbase-init up"),
    .changes =
        N_ ("Unpacks cloudbase-init to Program Files\\Cloudbase Solutions\\Cloudbase-Init, writes its "
            "cloudbase-init.conf for the cloud’s config drive, and adds its service to HKLM\\SYSTEM. Where it is "
            "installed already, only its settings and the start of its service change."),
    .needs =
        N_ ("The zip of cloudbase-init (not the installer), from https://cloudbase.it/cloudbase-init/, or the folder "
            "of one that is installed elsewhere"),
    .needed = EMBARK_FIX_NEEDS_CLOUDBASE,
    .findings = { "windows-cloudbase-init" } },
  { .id = "windows-remote-desktop",
    .system = "windows",
    .title = N_ ("Allow Remote Desktop"),
    .changes =
        N_ ("Sets fDenyTSConnections to 0 in HKLM\\SYSTEM\\CurrentControlSet\\Control\\Terminal Server and opens "
            "the firewall for it. Whoever reaches the machine through the network can then try to log in."),
    .findings = { "windows-remote-desktop" },
    .is_by_choice = TRUE },
  { .id = NULL },
};

const EmbarkFix *embark_fixes_get (void)
{
  return fixes;
}
