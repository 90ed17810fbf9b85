# SPDX-License-Identifier: GPL-3.0-or-later
"""A real Debian 12 that the cloud takes, with one thing changed in each image:
overlays on debian12-cloud.qcow2, edited with debugfs."""
import re
import struct
import subprocess

import initramfs
import kit

BASE = "debian12-cloud.qcow2"
ABSENT = "5a1ce0de-0000-4000-8000-00000000d15c"
DHCP = "auto lo\niface lo inet loopback\nallow-hotplug {0}\niface {0} inet dhcp\n"
LAN = "[Match]\nMACAddress=52:54:00:12:34:56\n\n[Network]\nDHCP=yes\n"
LINK = "[Match]\nMACAddress=52:54:00:12:34:56\n\n[Link]\nName=eth0\n"


class Guest:
    """The ext4 of the raw copy: reads at once, collects what it writes."""

    def __init__(self, raw, folder):
        self.raw, self.folder, self.commands, self.n = raw, folder, [], 0
        self.version = re.search(r"vmlinuz-(\S+?)/", self.ask("ls -p /boot"))[1]

    def ask(self, command):
        return self.ask_bytes(command).decode("utf-8", "replace")

    def ask_bytes(self, command):
        return subprocess.run(["debugfs", "-R", command, f"{self.raw}?offset={kit.MIB}"], check=True,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout

    def read(self, path):
        return self.ask(f"cat {path}")

    def has(self, path):
        return "Inode:" in self.ask(f"stat {path}")

    def write(self, path, data, mode=0o100644):
        source = self.folder / f"file.{self.n}"
        self.n += 1
        source.write_bytes(data.encode() if isinstance(data, str) else data)
        folder, _, name = path.rpartition("/")
        if self.has(path):
            self.commands.append(f"rm {path}")
        parts = folder.split("/")[1:]
        for end in range(1, len(parts) + 1):
            parent = "/" + "/".join(parts[:end])
            if f"mkdir {parent}" not in self.commands and not self.has(parent):
                self.commands.append(f"mkdir {parent}")
        self.commands += [f"cd {folder or '/'}", f"write {source} {name}", f"sif {name} mode 0{mode:o}"]

    def change(self, path, old, new):
        text = self.read(path)
        if not re.search(old, text):
            raise RuntimeError(f"{path} has no “{old}”")
        self.write(path, re.sub(old, new, text))

    def append(self, path, text):
        self.write(path, self.read(path) + text)

    def remove(self, path):
        self.commands.append(f"rm {path}")

    def link(self, path, aim):
        self.commands.append(f"symlink {path} {aim}")

    def finish(self):
        if self.commands:
            kit.debugfs(self.raw, self.commands)


def keep_virtio_out(guest):
    name = f"/boot/initrd.img-{guest.version}"
    image = initramfs.remove_files(guest.ask_bytes(f"cat {name}"), lambda path: "/virtio_" in path)
    guest.write(name, image)


def remove_initramfs(guest):
    guest.remove(f"/boot/initrd.img-{guest.version}")
    guest.change("/boot/grub/grub.cfg", r"\n\s*initrd\s[^\n]*", "")


def remove_virtio(guest):
    keep_virtio_out(guest)
    guest.change(f"/boot/config-{guest.version}", r"CONFIG_VIRTIO_(BLK|NET|PCI|SCSI)=m", r"# CONFIG_VIRTIO_\1 is not set")
    folder = guest_modules(guest)
    guest.change(f"{folder}/modules.dep", r"(?m)^[^\n]*/virtio_(blk|net|pci|scsi)\.ko:[^\n]*\n", "")


def guest_modules(guest):
    for folder in f"/usr/lib/modules/{guest.version}", f"/lib/modules/{guest.version}":
        if guest.has(f"{folder}/modules.dep"):
            return folder
    raise RuntimeError("the guest has no modules.dep")


def disown_kernel(guest):
    """As if built by hand: no package lists the kernel any more."""
    guest.remove(f"/var/lib/dpkg/info/linux-image-{guest.version}.list")
    stanzas = guest.read("/var/lib/dpkg/status").split("\n\n")
    kept = [stanza for stanza in stanzas if not stanza.startswith("Package: linux-image-")]
    guest.write("/var/lib/dpkg/status", "\n\n".join(kept))


def add_argument(word):
    return lambda guest: guest.change("/boot/grub/grub.cfg", r"( console=tty0)", rf" {word}\1")


def mask_cloud_init(guest):
    for unit in "cloud-init-local", "cloud-init", "cloud-config", "cloud-final":
        guest.link(f"/etc/systemd/system/{unit}.service", "/dev/null")


def fill(guest):
    """Three of a hundred blocks stay free."""
    with open(guest.raw, "rb") as file:
        file.seek(kit.MIB + 1024)
        superblock = file.read(1024)
    blocks, _, free = struct.unpack_from("<III", superblock, 4)
    guest.write("/var/lib/data.bin", b"")
    guest.finish()
    kit.debugfs(guest.raw, [f"fallocate /var/lib/data.bin 0 {free - blocks * 3 // 100}"])
    guest.commands = []


def crash(guest):
    """What a machine leaves whose power was cut: a journal to replay and no mark of a clean end."""
    guest.commands += ["feature needs_recovery", "set_super_value state 0"]


def add_package(guest, name, version):
    guest.append("/var/lib/dpkg/status", f"Package: {name}\nStatus: install ok installed\nPriority: optional\n"
                 f"Section: admin\nArchitecture: amd64\nVersion: {version}\nMaintainer: nobody\nDescription: {name}\n\n")


def add_vmware_tools(guest):
    add_package(guest, "open-vm-tools", "2:12.2.0-1+deb12u2")
    guest.write("/usr/bin/vmtoolsd", b"\x7fELF\2\1\1" + bytes(57), 0o100755)
    guest.write("/lib/systemd/system/open-vm-tools.service" if not guest.has("/usr/lib/systemd/system") else
                "/usr/lib/systemd/system/open-vm-tools.service",
                "[Unit]\nDescription=Service for virtual machines hosted on VMware\n"
                "[Service]\nExecStart=/usr/bin/vmtoolsd\n[Install]\nWantedBy=multi-user.target\n")
    guest.link("/etc/systemd/system/multi-user.target.wants/open-vm-tools.service",
               "/lib/systemd/system/open-vm-tools.service")
    guest.write("/etc/vmware-tools/tools.conf", "[logging]\n")


def set_interfaces(text):
    return lambda guest: guest.write("/etc/network/interfaces", text)


def write_file(path, text, mode=0o100644):
    return lambda guest: guest.write(path, text, mode)


EDITS = {
    "debian12-no-virtio": keep_virtio_out,
    "debian12-no-initramfs": remove_initramfs,
    "debian12-virtio-absent": remove_virtio,
    "debian12-own-kernel": disown_kernel,
    "debian12-cloud-init-off": write_file("/etc/cloud/cloud-init.disabled", ""),
    "debian12-cloud-init-masked": mask_cloud_init,
    "debian12-cloud-init-argument": add_argument("cloud-init=disabled"),
    "debian12-other-datasource": write_file("/etc/cloud/cloud.cfg.d/99-datasource.cfg", "datasource_list: [ Ec2, None ]\n"),
    "debian12-static": set_interfaces(
        "auto lo\niface lo inet loopback\nauto eth0\niface eth0 inet static\n  address 192.168.122.10/24\n"
        "  gateway 192.168.122.1\n"),
    "debian12-ens3": set_interfaces(DHCP.format("ens3")),
    # With cloud-init the next three would be no harm, or less.
    "debian12-ens3-alone": lambda guest: (guest.write("/etc/network/interfaces", DHCP.format("ens3")),
                                          guest.write("/etc/cloud/cloud-init.disabled", "")),
    "debian12-mac-alone": lambda guest: (
        guest.write("/etc/network/interfaces", "auto lo\niface lo inet loopback\n"),
        guest.write("/etc/systemd/network/10-lan.network", LAN), guest.write("/etc/cloud/cloud-init.disabled", "")),
    "debian12-no-network": lambda guest: (guest.write("/etc/network/interfaces", "auto lo\niface lo inet loopback\n"),
                                          guest.write("/etc/cloud/cloud-init.disabled", "")),
    "debian12-predictable": lambda guest: guest.change("/boot/grub/grub.cfg", " net.ifnames=0 biosdevname=0", ""),
    "debian12-link-mac": write_file("/etc/systemd/network/10-lan.link", LINK),
    "debian12-ipv6": set_interfaces(
        DHCP.format("eth0") + "iface eth0 inet6 static\n  address 2001:db8::10/64\n  gateway 2001:db8::1\n"),
    "debian12-persistent-net": write_file(
        "/etc/udev/rules.d/70-persistent-net.rules",
        'SUBSYSTEM=="net", ACTION=="add", DRIVERS=="?*", ATTR{address}=="52:54:00:12:34:56", ATTR{dev_id}=="0x0", '
        'ATTR{type}=="1", KERNEL=="eth*", NAME="eth0"\n'),
    "debian12-fstab-sda": lambda guest: guest.change("/etc/fstab", r"^UUID=\S+", "/dev/sda1"),
    "debian12-root-sda": lambda guest: guest.change("/boot/grub/grub.cfg", r"root=UUID=\S+", "root=/dev/sda1"),
    "debian12-other-disk": lambda guest: guest.append("/etc/fstab", f"UUID={ABSENT} /data ext4 defaults 0 2\n"),
    "debian12-var-elsewhere": lambda guest: guest.append("/etc/fstab", f"UUID={ABSENT} /var ext4 defaults 0 2\n"),
    "debian12-usr-elsewhere": lambda guest: guest.append("/etc/fstab", f"UUID={ABSENT} /usr ext4 defaults 0 2\n"),
    "debian12-home-elsewhere": lambda guest: guest.append("/etc/fstab", f"UUID={ABSENT} /home ext4 defaults 0 2\n"),
    "debian12-swap-elsewhere": lambda guest: guest.append("/etc/fstab", f"UUID={ABSENT} none swap sw 0 0\n"),
    "debian12-no-shadow": lambda guest: guest.remove("/etc/shadow"),
    # EXT4_EXTENTS_FL and EXT4_IMMUTABLE_FL.
    "debian12-shadow-immutable": lambda guest: guest.commands.append("sif /etc/shadow flags 0x80010"),
    "debian12-full": fill,
    "debian12-vmware": add_vmware_tools,
    "debian12-selinux": lambda guest: (guest.write("/etc/selinux/config", "SELINUX=enforcing\nSELINUXTYPE=default\n"),
                                       guest.write("/.autorelabel", "")),
    "debian12-unclean": crash,
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
