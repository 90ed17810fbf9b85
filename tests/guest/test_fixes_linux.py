#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixes on Linux guests. Quick: one preparation of a real Debian with all of
them. Boots and Families are part of ./dev corpus: that a guest which did not
start does so, really; and the files of systems that are not to be had."""
import unittest

from fixes import LOGIN, PANIC, SHELL, FixCase, Files

DISKS = ("linux-disks", "linux-other-disks", "linux-swap", "linux-eth0", "linux-virtio")
CHOICES = ("linux-guest-tools", "linux-ipv6")
FSTAB = """# <file system> <mount point> <type> <options> <dump> <pass>
UUID=e3b0c442-98fc-4c14-9afb-f4c8996fb924\t/     ext4  errors=remount-ro 0 1
UUID=5a1ce0de-0000-4000-8000-00000000d15c /data ext4  defaults,nofail,x-systemd.device-timeout=5s  0 2
/dev/sdb1 /srv/more xfs noatime,nofail,x-systemd.device-timeout=5s 0 2 # the other disk
UUID=5a1ce0de-0000-4000-8000-000000005a4b none swap sw,nofail,x-systemd.device-timeout=5s 0 0
"""
ENTRY = "root=UUID=e3b0c442-98fc-4c14-9afb-f4c8996fb924 ro console=tty0 console=ttyS0,115200n8"
NAMING = "net.ifnames=0 biosdevname=0"
# The initramfs was told of a sleeping system on the other disk.
FORGET = "noresume"


class Quick(FixCase):
    def test_unready(self):
        # The last is for guests without cloud-init: refused, and left out.
        made = self.prepare("debian12-unready", *DISKS, *CHOICES, "linux-agent", optional="linux-agent")
        self.assertIn("cloud-init", made.find_reason("linux-agent"))
        self.assert_turned(made, "linux-virtio", "linux-root-device", "linux-fstab", "linux-other-disks", "linux-swap",
                           "linux-persistent-net", "guest-tools", "ipv6")
        self.assert_settled(made)
        with self.subTest("files"):
            self.assertEqual(made.read("/etc/fstab"), FSTAB)
            self.assertEqual(made.read("/boot/grub/device.map"), "(hd0)\t/dev/vda\n")
            self.assertEqual(made.read("/etc/initramfs-tools/conf.d/resume"), "RESUME=none\n")
            self.assertIn("iface eth0 inet dhcp\n", made.read("/etc/network/interfaces"))
            self.assertNotIn("inet6", made.read("/etc/network/interfaces"))
            self.assertIn("net.ipv6.conf.all.disable_ipv6 = 1\n", made.read("/etc/sysctl.d/70-embark-ipv6.conf"))
            self.assertIn(NAMING, made.read("/etc/default/grub"))
            self.assertIn("\nvirtio_blk\n", made.read("/etc/initramfs-tools/modules"))
            for gone in ("/etc/udev/rules.d/70-persistent-net.rules", "/etc/systemd/network/10-lan.link",
                         "/etc/initramfs-tools/conf.d/zz-embark",
                         "/etc/systemd/system/multi-user.target.wants/open-vm-tools.service"):
                self.assertFalse(made.has(gone), gone)
        with self.subTest("entries"):
            config = made.read("/boot/grub/grub.cfg")
            # The recovery entry is of the same system.
            self.assertEqual(config.count(f" {ENTRY} {FORGET} {NAMING}\n"), 1, config)
            self.assertEqual(config.count(f" {ENTRY} single {FORGET} {NAMING}\n"), 1, config)
        with self.subTest("kept"):
            kept = {change["path"]: change.get("kept") for change in made.changes}
            self.assertIn("/dev/sda1\t/ ", made.read(kept["/etc/fstab"]))
            initramfs = next(path for path in kept if path.startswith("/boot/initrd.img-"))
            self.assertTrue(made.has("/usr/bin/vmtoolsd"))
            self.assertTrue(made.has(kept[initramfs] or f"/var/lib/embark/replaced{initramfs}"))


class Boots(FixCase):
    def test_virtio(self):
        image = self.find_image("debian12-list")
        self.boot(image, wanted=SHELL, never=(PANIC, LOGIN))
        made = self.prepare(image, "linux-virtio")
        self.assert_turned(made, "linux-virtio")
        self.assert_settled(made)
        self.assert_looked_at(made)
        self.boot(made.overlay)

    def test_unready(self):
        """By its old names of disks and cards it would neither start nor have a network."""
        image = self.find_image("debian12-unready")
        self.boot(image, wanted=SHELL, never=(PANIC, LOGIN))
        made = self.prepare(image, *DISKS, once=True)
        _, overlay = self.boot(made.overlay, power_off=True)
        files = Files(overlay, self.folder)
        self.assertIn('interface "eth0";', files.read("/var/lib/dhcp/dhclient.eth0.leases"))


class Networks(FixCase):
    def test_fixed(self):
        """The address goes, and the second one; the file gets the name of the new card in the same preparation."""
        made = self.prepare("debian12-fixed", "linux-dhcp", "linux-eth0")
        self.assert_turned(made, "linux-static-address")
        self.assert_settled(made)
        self.assertEqual(made.read("/etc/network/interfaces"),
                         "auto lo\niface lo inet loopback\n\nauto eth0\niface eth0 inet dhcp\n\n")

    def test_unset(self):
        """This file reads no folder, so the setting goes into it."""
        made = self.prepare("debian12-no-network", "linux-dhcp")
        self.assert_turned(made, "linux-network")
        self.assert_settled(made)
        self.assertTrue(made.read("/etc/network/interfaces").endswith("allow-hotplug eth0\niface eth0 inet dhcp\n"))

    def test_bond(self):
        """Refused also where it may be left out, when there is nothing else to do."""
        for options in {}, {"optional": "linux-dhcp"}:
            self.assertIn("50-bond.yaml", self.refuse("debian12-bond", "linux-dhcp", **options))


class Families(FixCase):
    """Made-up images: only what is done to text can be seen in them."""

    def check_entry(self, name, wanted):
        made = self.prepare(name, "linux-swap", "linux-eth0")
        self.assertIn("resume=", made.before["facts"]["linux"]["cmdline"])
        self.assertEqual(made.after["facts"]["linux"]["cmdline"], wanted)
        self.assertEqual(made.after["facts"]["linux"]["bootLoader"], made.before["facts"]["linux"]["bootLoader"])
        self.assert_settled(made)
        return made

    def test_entries(self):
        root = "root=UUID=c0ffee00-0000-4000-8000-000000000001 ro quiet"
        for name in ("fix-rocky9", "fix-centos8", "fix-centos7", "fix-ubuntu2204"):
            with self.subTest(name):
                made = self.check_entry(name, f"{root} {NAMING}")
                if name == "fix-centos8":
                    self.assertEqual(len(made.read("/boot/grub2/grubenv")), 1024)
                if name == "fix-ubuntu2204":
                    self.assertIn("    eth0:\n", made.read("/etc/netplan/00-installer-config.yaml"))
        # Of these the kernel's own names are kept.
        for name in ("fix-centos6", "fix-sles15", "fix-debian9-extlinux"):
            with self.subTest(name):
                made = self.prepare(name, "linux-swap", "linux-eth0")
                self.assertNotIn("resume=", made.after["facts"]["linux"]["cmdline"])
                self.assertIn("quiet", made.after["facts"]["linux"]["cmdline"])
                self.assert_settled(made)

    def test_refusals(self):
        self.assertIn("linux-image-amd64", self.refuse("debian12-virtio-absent", "linux-virtio"))
        self.assertIn("aarch64", self.refuse("fix-arm64", "linux-virtio"))
        self.assertIn("initramfs", self.refuse("debian12-no-initramfs", "linux-virtio"))


if __name__ == "__main__":
    unittest.main()
