# SPDX-License-Identifier: GPL-3.0-or-later
"""A Debian 12 for 32-bit processors: its real packages, but only unpacked, for
many hosts cannot run their programs; what an installation would add (boot
entry, initramfs, users, the list of packages) is written here."""
import os
import subprocess

import initramfs
import kit
import linux_parts as parts

IMAGES = {"debian12-i386": "debian12-i386.qcow2"}
PACKAGES = ("base-files,base-passwd,bash,coreutils,dash,passwd,login,systemd-sysv,udev,ifupdown,cloud-init,"
            "linux-image-686-pae")
# Of the modules only those are kept that a cloud machine needs.
LEFT_OUT = ("/usr/share/doc/*", "/usr/share/man/*", "/usr/share/locale/*", "/lib/modules/*/kernel/sound/*",
            "/lib/modules/*/kernel/drivers/[g-m]*", "/lib/modules/*/kernel/drivers/net/[a-u]*",
            "/lib/modules/*/kernel/drivers/net/wireless/*", "/lib/modules/*/kernel/drivers/[t-u]*")
SIZE = 1024 * kit.MIB


def unpack(folder):
    """The main suite alone: nothing here is kept up to date."""
    mirror = os.environ.get("EMBARK_TEST_MIRROR") or "deb http://deb.debian.org/debian bookworm main"
    tree = kit.Tree(folder / "tree")
    options = ["--aptopt=APT::Install-Recommends \"false\"", "--aptopt=Acquire::Languages \"none\"",
               "--aptopt=Acquire::Retries \"3\""]
    archive = folder / "tree.tar"
    kit.run("mmdebstrap", "--quiet", "--variant=extract", "--architectures=i386", f"--include={PACKAGES}", *options,
            *(f"--dpkgopt=path-exclude={path}" for path in LEFT_OUT), "bookworm", archive, mirror)
    kit.run("tar", "-C", tree.folder, "--exclude=./dev/*", "--exclude=./var/cache/apt/*", "--exclude=./var/lib/apt/*",
            "-xpf", archive)
    archive.unlink()
    return tree


def add_modules_list(tree, version):
    folder = tree.at(f"/lib/modules/{version}")
    modules = sorted(path.relative_to(folder) for path in folder.rglob("*.ko"))
    (folder / "modules.dep").write_text("".join(f"{module}:\n" for module in modules))
    return folder, [module for module in modules if "virtio" in module.name]


def install(tree):
    version = next(tree.at("/boot").glob("vmlinuz-*")).name.partition("-")[2]
    folder, modules = add_modules_list(tree, version)
    archive = initramfs.pack({f"usr/lib/modules/{version}/{module}": (folder / module).read_bytes()
                              for module in modules} | {"init": b"#!/bin/sh\n"})
    tree.write(f"/boot/initrd.img-{version}", initramfs.COMPRESSORS["zstd"](archive))
    names = {"vmlinuz": f"vmlinuz-{version}", "initrd": f"initrd.img-{version}"}
    parts.add_grub2(tree, names, f"root=UUID={parts.ROOT} ro net.ifnames=0 quiet", "/boot/grub", default="0")
    parts.add_network(tree, "ifupdown")
    tree.write("/etc/fstab", f"UUID={parts.ROOT} / ext4 errors=remount-ro 0 1\n")
    tree.write("/etc/hostname", "embark-i386\n")
    tree.write("/etc/passwd", "root:x:0:0:root:/root:/bin/bash\n")
    tree.write("/etc/shadow", "root:*:19000:0:99999:7:::\n", 0o640)
    tree.write("/etc/cloud/cloud.cfg.d/99-datasource.cfg", "datasource_list: [ ConfigDrive, None ]\n")
    for unit in parts.UNITS:
        tree.link(f"/etc/systemd/system/cloud-init.target.wants/{unit}.service", f"/lib/systemd/system/{unit}.service")
    parts.add_deb_database(tree, {"kernel": version}, {f"linux-image-{version}": "6.1", "cloud-init": "22.4.2-1+deb12u1"})


def build(names, out, bases):
    with kit.work_folder() as folder:
        tree = unpack(folder)
        install(tree)
        disk = kit.Disk(folder / "disk.raw", SIZE)
        disk.add(kind="ext4", bootable=True, tree=tree.folder, uuid=parts.ROOT)
        disk.to_qcow2(out / IMAGES["debian12-i386"])
    yield "debian12-i386"
