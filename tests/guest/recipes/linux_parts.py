# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts of a Linux system that was never installed: what an inspection
reads of one and little else. Programs and kernels are headers only."""
import struct
import subprocess

import initramfs
import kit

ROOT = "c0ffee00-0000-4000-8000-000000000001"
MACHINES = {"x86_64": (2, 62, "<"), "i386": (1, 3, "<"), "aarch64": (2, 183, "<"), "ppc64le": (2, 21, "<")}


def program(machine="x86_64"):
    """An ELF header."""
    bits, number, order = MACHINES[machine]
    ident = b"\x7fELF" + bytes([bits, 1, 1]) + bytes(9)
    if bits == 1:
        return ident + struct.pack(order + "HHIIIIIHHHHHH", 2, number, 1, 0x8048000, 52, 0, 0, 52, 32, 0, 40, 0, 0)
    return ident + struct.pack(order + "HHIQQQIHHHHHH", 2, number, 1, 0x400000, 64, 0, 0, 64, 56, 0, 64, 0, 0)


def kernel(version, machine="x86_64"):
    """The header of a bzImage, with its version; of an arm64 image; else an ELF."""
    if machine == "aarch64":
        return (b"MZ" + bytes(54) + b"ARM\x64").ljust(4096, b"\0")
    if machine not in ("x86_64", "i386"):
        return program(machine).ljust(4096, b"\0")
    image = bytearray(16384)
    image[0:2] = b"MZ"
    image[0x1f1] = 15
    struct.pack_into("<H", image, 0x1fe, 0xaa55)
    image[0x202:0x206] = b"HdrS"
    struct.pack_into("<H", image, 0x206, 0x20d)
    text = f"{version} (builder@example.com) #1 SMP".encode() + b"\0"
    struct.pack_into("<H", image, 0x20e, 0x1000 - 0x200)
    image[0x211] = 1
    struct.pack_into("<H", image, 0x236, 1 if machine == "x86_64" else 0)
    image[0x1000:0x1000 + len(text)] = text
    return bytes(image)


DRIVERS = {"virtio": "drivers/virtio/virtio", "virtio_ring": "drivers/virtio/virtio_ring",
           "virtio_pci": "drivers/virtio/virtio_pci", "virtio_blk": "drivers/block/virtio_blk",
           "virtio_net": "drivers/net/virtio_net", "virtio_scsi": "drivers/scsi/virtio_scsi"}


def add_kernel(tree, system, base="/lib/modules"):
    """Kernel, configuration, modules and the initramfs as the family makes them."""
    version, ending = system["kernel"], system.get("module", ".ko")
    builtin = system.get("builtin", ())
    machine = system.get("machine", "x86_64")
    names = {key: system.get(key, default).format(version=version) for key, default in
             (("vmlinuz", "vmlinuz-{version}"), ("initrd", "initramfs-{version}.img"))}
    tree.write("/boot/" + names["vmlinuz"], kernel(version, machine))
    symbols = {"VIRTIO_BLK": "virtio_blk", "VIRTIO_NET": "virtio_net", "VIRTIO_PCI": "virtio_pci", "VIRTIO": "virtio",
               "SCSI_VIRTIO": "virtio_scsi"}
    config = {"x86_64": "CONFIG_64BIT=y\nCONFIG_X86_64=y\nCONFIG_X86=y\n", "i386": "CONFIG_X86_32=y\nCONFIG_X86=y\n",
              "aarch64": "CONFIG_64BIT=y\nCONFIG_ARM64=y\n", "ppc64le": "CONFIG_64BIT=y\nCONFIG_PPC64=y\n"}[machine]
    config += "".join(f"CONFIG_{symbol}={'y' if name in builtin else 'm'}\n" for symbol, name in symbols.items())
    tree.write(f"/boot/config-{version}", config)
    folder = f"{base}/{version}"
    modules = [f"kernel/{path}{ending}" for name, path in DRIVERS.items() if name not in builtin]
    tree.write(f"{folder}/modules.dep", "".join(f"{module}:\n" for module in modules))
    tree.write(f"{folder}/modules.builtin", "".join(f"kernel/{DRIVERS[name]}.ko\n" for name in builtin))
    for module in modules:
        tree.write(f"{folder}/{module}", b"\x7fELF")
    inside = {f"{system.get('inside', 'usr/lib/modules')}/{version}/{module}": b"\x7fELF" for module in modules
              if "virtio_scsi" not in module}
    inside["init"] = b"#!/bin/sh\n"
    image = initramfs.COMPRESSORS[system["compression"]](initramfs.pack(inside))
    if system.get("microcode"):
        early = {"early_cpio": b"1\n", "kernel/x86/microcode/GenuineIntel.bin": b"\1" * 2048}
        image = initramfs.pack(early) + image
    tree.write("/boot/" + names["initrd"], image)
    return names


UNITS = ("cloud-init-local", "cloud-init", "cloud-config", "cloud-final")


def add_cloud_init(tree, system):
    kind = system["cloud_init"]
    tree.write("/usr/bin/cloud-init", "#!/usr/bin/python3\n", 0o755)
    tree.write("/etc/cloud/cloud.cfg", "disable_root: false\nssh_pwauth: true\npreserve_hostname: false\n")
    tree.write("/etc/cloud/cloud.cfg.d/99-datasource.cfg",
               f"datasource_list: [ {system.get('datasources', 'ConfigDrive, None')} ]\n")
    tree.write(f"{system.get('python', '/usr/lib/python3.6/site-packages')}/cloud_init-"
               f"{system.get('cloud_init_version', '21.1')}-py3.egg-info/PKG-INFO", "Name: cloud-init\n")
    for number, unit in enumerate(UNITS):
        if kind == "sysvinit":
            tree.write(f"/etc/rc.d/init.d/{unit}", "#!/bin/sh\n", 0o755)
            for level in 2, 3, 4, 5:
                tree.link(f"/etc/rc.d/rc{level}.d/S{50 + number}{unit}", f"../init.d/{unit}")
        elif kind == "upstart":
            tree.write(f"/etc/init/{unit}.conf", "start on started networking\ntask\n")
        else:
            tree.write(f"/usr/lib/systemd/system/{unit}.service", "[Service]\nType=oneshot\n[Install]\nWantedBy="
                       f"{kind}.target\n")
            tree.link(f"/etc/systemd/system/{kind}.target.wants/{unit}.service",
                      f"/usr/lib/systemd/system/{unit}.service")
    if kind == "cloud-init":
        tree.write("/usr/lib/systemd/system/cloud-init.target", "[Unit]\n")
        tree.write("/usr/lib/systemd/system-generators/cloud-init-generator", "#!/bin/sh\n", 0o755)


def add_grub_legacy(tree, names, arguments):
    tree.write("/boot/grub/grub.conf", "default=0\ntimeout=5\nsplashimage=(hd0,0)/boot/grub/splash.xpm.gz\nhiddenmenu\n"
               f"title Linux\n\troot (hd0,0)\n\tkernel /boot/{names['vmlinuz']} {arguments}\n"
               f"\tinitrd /boot/{names['initrd']}\n")
    tree.link("/boot/grub/menu.lst", "./grub.conf")
    tree.link("/etc/grub.conf", "../boot/grub/grub.conf")


def write_grubenv(tree, folder, **values):
    text = "# GRUB Environment Block\n" + "".join(f"{name}={value}\n" for name, value in values.items())
    tree.write(f"{folder}/grubenv", text.ljust(1024, "#"))


def add_grub2(tree, names, arguments, folder="/boot/grub2", word="linux", default="${saved_entry}", boot="/boot"):
    entry = "gnulinux-simple-" + ROOT
    write_grubenv(tree, folder, saved_entry=entry)
    tree.write(f"{folder}/grub.cfg", f"""set pager=1
if [ -s $prefix/grubenv ]; then
  load_env
fi
set default="{default}"
insmod part_msdos
search --no-floppy --fs-uuid --set=root {ROOT}
menuentry 'Linux' --class gnu-linux --class os --unrestricted $menuentry_id_option '{entry}' {{
\tload_video
\t{word} {boot}/{names['vmlinuz']} {arguments}
\t{word.replace('linux', 'initrd')} {boot}/{names['initrd']}
}}
""")


def add_bls(tree, names, arguments, version, title, by_variable=False):
    """@by_variable: the options are in grubenv, as in the first releases of RHEL 8."""
    machine_id = "c0ffee0000004000800000000000b15e"
    entry = f"{machine_id}-{version}"
    values = {"saved_entry": entry, "boot_success": "0"}
    if by_variable:
        values["kernelopts"] = arguments
    write_grubenv(tree, "/boot/grub2", **values)
    tree.write("/etc/machine-id", machine_id + "\n")
    tree.write("/boot/grub2/grub.cfg", "load_env\nset default=\"${saved_entry}\"\ninsmod part_msdos\n"
               f"search --no-floppy --fs-uuid --set=root {ROOT}\ninsmod blscfg\nblscfg\n")
    tree.write(f"/boot/loader/entries/{entry}.conf", f"title {title} ({version})\nversion {version}\n"
               f"linux /boot/{names['vmlinuz']}\ninitrd /boot/{names['initrd']}\n"
               f"options {'$kernelopts' if by_variable else arguments}\ngrub_users $grub_users\ngrub_class kernel\n")


def add_extlinux(tree, names, arguments):
    tree.write("/boot/extlinux/extlinux.conf", "default l0\nprompt 1\ntimeout 10\nlabel l0\n\tmenu label Linux\n"
               f"\tlinux /boot/{names['vmlinuz']}\n\tinitrd /boot/{names['initrd']}\n\tappend {arguments}\n")


IFCFG = "DEVICE={0}\nNAME={0}\nTYPE=Ethernet\nONBOOT=yes\nBOOTPROTO=dhcp\nIPV6INIT=no\n"


def add_network(tree, kind, name="eth0"):
    if kind == "ifcfg":
        tree.write(f"/etc/sysconfig/network-scripts/ifcfg-{name}", IFCFG.format(name))
    elif kind == "suse":
        tree.write(f"/etc/sysconfig/network/ifcfg-{name}", "BOOTPROTO='dhcp4'\nSTARTMODE='auto'\n")
    elif kind == "ifupdown":
        tree.write("/etc/network/interfaces", f"auto lo\niface lo inet loopback\nauto {name}\niface {name} inet dhcp\n")
    elif kind == "netplan":
        tree.write("/etc/netplan/00-installer-config.yaml", f"# This is the network config written by 'subiquity'\n"
                   f"network:\n  ethernets:\n    {name}:\n      dhcp4: true\n  version: 2\n")
    elif kind == "keyfile":
        tree.write(f"/etc/NetworkManager/system-connections/{name}.nmconnection", f"[connection]\nid={name}\n"
                   f"type=ethernet\ninterface-name={name}\n\n[ipv4]\nmethod=auto\n\n[ipv6]\nmethod=disabled\n", 0o600)
    elif kind == "networkd":
        tree.write("/etc/systemd/network/20-wired.network", f"[Match]\nName={name}\n\n[Network]\nDHCP=ipv4\n")


def add_deb_database(tree, system, packages):
    stanzas = "".join(
        f"Package: {name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: {version}\n"
        f"Maintainer: the distribution\nDescription: {name}\n\n" for name, version in packages.items())
    tree.write("/var/lib/dpkg/status", stanzas)
    version = system["kernel"]
    tree.write(f"/var/lib/dpkg/info/linux-image-{version}.list",
               f"/.\n/boot\n/boot/vmlinuz-{version}\n/boot/config-{version}\n/lib/modules/{version}\n")


def add_rpm_database(tree, system, folder):
    """A database in SQLite with the package of the kernel in it."""
    version, release = system["kernel"].rsplit(".", 1)[0].split("-", 1)
    file = f"/lib/modules/{system['kernel']}/vmlinuz"
    spec = folder / "kernel-core.spec"
    spec.write_text(f"Name: kernel-core\nVersion: {version}\nRelease: {release}\nSummary: The Linux kernel\n"
                    f"License: GPL-2.0-only\nVendor: {system['vendor']}\nPackager: {system['vendor']}\n"
                    f"BuildArch: x86_64\nAutoReqProv: no\n%description\nThe kernel.\n"
                    f"%install\nmkdir -p %{{buildroot}}/boot %{{buildroot}}/lib/modules/{system['kernel']}\n"
                    f"echo kernel > %{{buildroot}}{file}\necho kernel > %{{buildroot}}/boot/vmlinuz-{system['kernel']}\n"
                    f"%files\n{file}\n/boot/vmlinuz-{system['kernel']}\n")
    macros = ["--define", f"_topdir {folder}", "--define", "_build_id_links none", "--define", "debug_package %{nil}",
              "--define", "_buildhost example.com", "--define", "__os_install_post %{nil}"]
    kit.run("rpmbuild", "--quiet", "-bb", "--target", "x86_64", *macros, spec)
    database = tree.at(system.get("rpmdb", "/var/lib/rpm"))
    database.mkdir(parents=True)
    common = ["--dbpath", database, "--define", "_db_backend sqlite"]
    kit.run("rpm", *common, "--initdb", stderr=subprocess.DEVNULL)
    kit.run("rpm", *common, "-i", "--justdb", "--nodeps", "--ignoreos", "--ignorearch", "--noscripts", "--nosignature",
            next((folder / "RPMS").rglob("*.rpm")), stderr=subprocess.DEVNULL)
