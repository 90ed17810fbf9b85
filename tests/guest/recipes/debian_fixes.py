# SPDX-License-Identifier: GPL-3.0-or-later
"""A real Debian 12 that needs fixes before the cloud can start it, for the
proofs that fixes make it start. Its initramfs is made of a short list of
modules, because without KVM one of all modules takes a quarter of an hour."""
import kit
from debian_edits import ABSENT, BASE, DHCP, Guest, add_vmware_tools, keep_virtio_out

SWAP = "5a1ce0de-0000-4000-8000-000000005a4b"
# What the machine has that the system came from.
LIST = "ext4\nsd_mod\nata_piix\nahci\nvmw_pvscsi\n"
RULE = ('SUBSYSTEM=="net", ACTION=="add", DRIVERS=="?*", ATTR{address}=="52:54:00:12:34:56", ATTR{dev_id}=="0x0", '
        'ATTR{type}=="1", NAME="lan0"\n')
INET6 = "iface ens3 inet6 static\n  address 2001:db8::10/64\n"
FIXED = ("auto lo\niface lo inet loopback\n\nauto ens3 ens3:1\niface ens3 inet static\n  address 10.0.0.5/24\n"
         "  gateway 10.0.0.1\n\niface ens3:1 inet static\n  address 10.0.0.6/24\n")
BOND = ("network:\n  version: 2\n  ethernets:\n    ens3: {}\n  bonds:\n    bond0:\n      interfaces: [ens3]\n"
        "      addresses: [10.0.0.5/24]\n")
LINK = "[Match]\nMACAddress=52:54:00:12:34:56\n\n[Link]\nName=lan0\n"


def list_modules(guest):
    """No virtio now, and none when the initramfs is built anew."""
    keep_virtio_out(guest)
    guest.change("/etc/initramfs-tools/initramfs.conf", r"(?m)^MODULES=\w+", "MODULES=list")
    guest.append("/etc/initramfs-tools/modules", LIST)


def name_disks(guest):
    guest.write("/etc/fstab", "# <file system> <mount point> <type> <options> <dump> <pass>\n"
                "/dev/sda1\t/     ext4  errors=remount-ro 0 1\n"
                f"UUID={ABSENT} /data ext4  defaults  0 2\n"
                "/dev/sdb1 /srv/more xfs noatime 0 2 # the other disk\n"
                f"UUID={SWAP} none swap sw 0 0\n")
    guest.write("/etc/initramfs-tools/conf.d/resume", f"RESUME=UUID={SWAP}\n")
    guest.write("/boot/grub/device.map", "(hd0)\t/dev/sda\n")


def name_interface(guest):
    guest.write("/etc/network/interfaces", DHCP.format("ens3") + INET6)
    guest.write("/etc/udev/rules.d/70-persistent-net.rules", RULE)
    guest.write("/etc/systemd/network/10-lan.link", LINK)


def change_entries(guest):
    guest.write("/boot/grub/grub.cfg",
                guest.read("/boot/grub/grub.cfg").replace(" net.ifnames=0 biosdevname=0", "")
                .replace(f"root=UUID={DEBIAN_ROOT}", "root=/dev/sda1")
                .replace(" ro ", f" ro resume=UUID={SWAP} "))
    guest.change("/etc/default/grub", "net.ifnames=0 biosdevname=0 ", "")


DEBIAN_ROOT = "e3b0c442-98fc-4c14-9afb-f4c8996fb924"
EDITS = {
    "debian12-list": list_modules,
    "debian12-fixed": lambda guest: (guest.write("/etc/network/interfaces", FIXED),
                                     guest.write("/etc/systemd/network/10-lan.link", LINK)),
    "debian12-bond": lambda guest: guest.write("/etc/netplan/50-bond.yaml", BOND),
    "debian12-unready": lambda guest: (list_modules(guest), name_disks(guest), name_interface(guest),
                                       change_entries(guest), add_vmware_tools(guest)),
}
IMAGES = {name: name + ".qcow2" for name in EDITS}


def build(names, out, bases):
    with kit.work_folder() as folder:
        edits = kit.Edits(bases / BASE, folder)
        for name in names:
            guest = Guest(edits.after, folder)
            EDITS[name](guest)
            guest.finish()
            edits.save(out / IMAGES[name])
            yield name
