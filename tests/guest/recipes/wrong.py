# SPDX-License-Identifier: GPL-3.0-or-later
"""What people upload by mistake, and image files that no cloud takes."""
import os
import random
import struct
import subprocess

import initramfs
import kit
import linux
import linux_parts

IMAGES = {
    "data-disk": "data-disk.qcow2", "installer": "installer.iso", "boot-partition": "boot-partition.qcow2",
    "empty-disk": "empty-disk.qcow2", "cut-off": "cut-off.qcow2", "cut-off-raw": "cut-off-raw.raw",
    "mbr-without-partitions": "mbr-without-partitions.raw", "protective-only": "protective-only.raw",
    "single-partition": "single-partition.raw", "encrypted": "encrypted.qcow2",
    "vmdk-snapshot": "machine-000001.vmdk", "vhdx": "vhdx.vhdx", "vhd": "vhd.vhd", "vdi": "vdi.vdi",
    "archive": "archive.qcow2.gz", "huge-virtual": "huge-virtual.qcow2", "huge-actual": "huge-actual.qcow2",
    "swap-only": "swap-only.qcow2",
}
SIZE = 64 * kit.MIB
TRIES = 30
# A system with nothing wrong, for image files that are what is wrong.
SYSTEM = "debian11-lzma"


def make_data(folder):
    tree = kit.Tree(folder / "data")
    tree.write("/photos/1.jpg", b"\xff\xd8\xff\xe0" + bytes(4000))
    tree.folders("/lost+found")
    return tree


def make_boot(folder):
    tree = kit.Tree(folder / "boot")
    tree.write("/vmlinuz-6.1.0-21-amd64", bytes(4096))
    tree.write("/initrd.img-6.1.0-21-amd64", initramfs.pack({"init": b"#!/bin/sh\n"}))
    tree.write("/grub/grub.cfg", "set default=0\nmenuentry 'Linux' {\n\tlinux /vmlinuz-6.1.0-21-amd64 ro\n}\n")
    return tree


def lay_one(folder, target, kind, tree=None, mbr="83"):
    disk = kit.Disk(folder / "disk.raw", SIZE)
    disk.add(kind=kind, mbr=mbr, tree=tree.folder if tree else None, uuid="c0ffee00-0000-4000-8000-0000000000da")
    disk.to_qcow2(target)


def make_data_disk(folder, target):
    lay_one(folder, target, "ext4", make_data(folder))


def make_boot_partition(folder, target):
    lay_one(folder, target, "ext4", make_boot(folder))


def make_swap_only(folder, target):
    lay_one(folder, target, "swap", mbr="82")


def make_single_partition(folder, target):
    """One partition saved for the whole disk."""
    kit.make_file_system(target, SIZE, "ext4", make_data(folder).folder)


def make_installer(folder, target):
    tree = kit.Tree(folder / "iso")
    tree.write("/install.amd/vmlinuz", bytes(4096))
    tree.write("/.disk/info", "Debian GNU/Linux 12 \"Bookworm\" - Unofficial amd64\n")
    kit.run("genisoimage", "-quiet", "-R", "-V", "INSTALLER", "-o", target, tree.folder, stderr=subprocess.DEVNULL)


def make_empty(folder, target):
    kit.run("qemu-img", "create", "-q", "-f", "qcow2", target, str(SIZE))


def make_cut_off(folder, target):
    """A copy that ended early: the header promises more clusters than the file has."""
    kit.make_file(folder / "disk.raw", SIZE)
    with open(folder / "disk.raw", "r+b") as file:
        for index in range(SIZE // kit.MIB):
            file.seek(index * kit.MIB)
            file.write(bytes([index + 1]) * kit.CLUSTER)
    kit.convert(folder / "disk.raw", target)
    os.truncate(target, os.path.getsize(target) // 2)


def make_cut_off_raw(folder, target):
    """The table names partitions that the file has no room for."""
    disk = kit.Disk(folder / "disk.raw", SIZE)
    disk.add(kind="ext4", bootable=True, tree=make_data(folder).folder)
    disk.finish()
    os.truncate(disk.path, 8 * kit.MIB)
    disk.path.rename(target)


def make_mbr_only(folder, target):
    kit.Disk(target, SIZE).finish()


def make_protective_only(folder, target):
    """A GPT of which only the MBR that stands in front of it was copied."""
    kit.make_file(target, SIZE)
    with open(target, "r+b") as file:
        file.seek(446)
        file.write(struct.pack("<BBBBBBBBII", 0, 0, 2, 0, 0xee, 255, 255, 255, 1, SIZE // 512 - 1))
        file.seek(510)
        file.write(b"\x55\xaa")


def make_encrypted(folder, target):
    secret = folder / "secret"
    secret.write_text("embark")
    command = ["qemu-img", "create", "-q", "-f", "qcow2", "--object", f"secret,id=s,file={secret}", "-o",
               "encrypt.format=luks,encrypt.key-secret=s,encrypt.iter-time=10", target, str(SIZE)]
    for _ in range(TRIES):
        # qemu measures how fast it derives a key, and where the clock of the processor is coarse it finds no time
        # passed and gives up: "Unable to get accurate CPU usage".
        if subprocess.run(command, check=False, stderr=subprocess.DEVNULL).returncode == 0:
            return
    kit.run(*command)


def make_system(folder):
    """A raw disk that the cloud would take."""
    tree, _ = linux.make_tree(SYSTEM, folder)
    disk = kit.Disk(folder / "disk.raw", linux.SIZE)
    disk.add(kind="ext4", bootable=True, tree=tree.folder, uuid=linux_parts.ROOT)
    disk.finish()
    return disk.path


def convert_system(format):
    return lambda folder, target: kit.convert(make_system(folder), target, format)


def make_archive(folder, target):
    kit.run("qemu-img", "create", "-q", "-f", "qcow2", folder / "disk.qcow2", str(SIZE))
    target.write_bytes(initramfs.COMPRESSORS["gzip"]((folder / "disk.qcow2").read_bytes()))


def make_huge_virtual(folder, target):
    """501 GiB, of which nearly nothing is stored."""
    kit.convert(make_system(folder), target)
    kit.run("qemu-img", "resize", "-q", "-f", "qcow2", target, "501G")


def make_huge_actual(folder, target):
    """60 GiB in use in a file of a few MiB: behind the system every entry of the tables names one cluster of noise, so
    that it reads as data that does not compress. The reference counts are wrong, which only a repair would mind."""
    bits, size = 21, 60 << 30
    cluster, copied = 1 << bits, 1 << 63
    tables = -(-size // cluster // (cluster // 8))
    data_at = 4 + tables
    entries, stored = [], [random.Random(60).randbytes(cluster)]
    with open(make_system(folder), "rb") as file:
        while data := file.read(cluster):
            entries.append(0)
            if data.strip(b"\0"):
                entries[-1] = (data_at + len(stored)) * cluster | copied
                stored.append(data)
    entries += [data_at * cluster] * (size // cluster - len(entries))
    header = struct.pack(">4sIQIIQIIQQIIQQQQII", b"QFI\xfb", 3, 0, 0, bits, size, 0, tables, cluster, 2 * cluster, 1, 0,
                         0, 0, 0, 0, 4, 104)
    blocks = [header, b"".join(struct.pack(">Q", (4 + i) * cluster | copied) for i in range(tables)),
              struct.pack(">Q", 3 * cluster), struct.pack(">H", 1) * (data_at + len(stored)),
              struct.pack(f">{len(entries)}Q", *entries), *stored]
    with open(target, "wb") as file:
        for number, block in enumerate(blocks):
            file.seek(number * cluster)
            file.write(block)
        file.truncate(len(blocks) * cluster)


MAKERS = {
    "data-disk": make_data_disk, "installer": make_installer, "boot-partition": make_boot_partition,
    "empty-disk": make_empty, "cut-off": make_cut_off, "cut-off-raw": make_cut_off_raw,
    "mbr-without-partitions": make_mbr_only, "protective-only": make_protective_only,
    "single-partition": make_single_partition, "encrypted": make_encrypted, "vmdk-snapshot": convert_system("vmdk"),
    "vhdx": convert_system("vhdx"), "vhd": convert_system("vpc"), "vdi": convert_system("vdi"), "archive": make_archive,
    "huge-virtual": make_huge_virtual, "huge-actual": make_huge_actual, "swap-only": make_swap_only,
}


def build(names, out, bases):
    for name in names:
        with kit.work_folder() as folder:
            MAKERS[name](folder, out / IMAGES[name])
        yield name
