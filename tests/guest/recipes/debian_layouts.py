# SPDX-License-Identifier: GPL-3.0-or-later
"""The Debian 12 of debian12-cloud.qcow2 on other disks: its tree with another
fstab and boot entry, laid out with what each case needs."""
import shutil
import struct
import subprocess

import kit

ROOT = "e3b0c442-98fc-4c14-9afb-f4c8996fb924"
BOOT = "e3b0c442-0000-4000-8000-00000000b007"
SWAP = "e3b0c442-0000-4000-8000-000000005a4b"
SIZE = 2048 * kit.MIB


def change(tree, fstab, root=f"UUID={ROOT}", boot="/boot"):
    """@boot: what a kernel's path begins with, as the boot loader sees it."""
    tree.at("/etc/fstab").write_text(fstab)
    config = tree.at("/boot/grub/grub.cfg")
    text = config.read_text().replace(f"root=UUID={ROOT}", f"root={root}").replace("\t/boot/", f"\t{boot}/")
    config.write_text(text)


def lay_xfs(disk, tree):
    change(tree, f"UUID={ROOT} / xfs defaults 0 0\n")
    disk.add(kind="xfs", bootable=True, tree=tree.folder, uuid=ROOT)


def lay_btrfs(disk, tree):
    change(tree, f"UUID={ROOT} / btrfs defaults 0 0\n")
    disk.add(kind="btrfs", bootable=True, tree=tree.folder, uuid=ROOT)


def lay_boot(disk, tree):
    """/boot and swap of their own."""
    change(tree, f"UUID={ROOT} / ext4 errors=remount-ro 0 1\nUUID={BOOT} /boot ext4 defaults 0 2\n"
           f"UUID={SWAP} none swap sw 0 0\n", boot="")
    boot = tree.folder.with_name("boot")
    shutil.move(tree.at("/boot"), boot)
    tree.folders("/boot")
    disk.add(256 * kit.MIB, "ext4", bootable=True, tree=boot, uuid=BOOT)
    disk.add(128 * kit.MIB, "swap", mbr="82", uuid=SWAP)
    disk.add(kind="ext4", tree=tree.folder, uuid=ROOT)


def lay_bios_boot(disk, tree):
    change(tree, f"UUID={ROOT} / ext4 errors=remount-ro 0 1\n")
    disk.add(kit.MIB, gpt=kit.BIOS_BOOT, content=tree.at("/boot/grub/i386-pc/core.img").read_bytes())
    disk.add(kind="ext4", tree=tree.folder, uuid=ROOT)


def lay_uefi(disk, tree):
    change(tree, f"UUID={ROOT} / ext4 errors=remount-ro 0 1\nUUID=EFB0-0001 /boot/efi vfat umask=0077 0 1\n")
    tree.folders("/boot/efi")
    esp = kit.Tree(tree.folder.with_name("esp"))
    # Enough of a PE header to be taken for a boot loader.
    loader = b"MZ".ljust(60, b"\0") + struct.pack("<I", 128) + bytes(64) + b"PE\0\0" + struct.pack("<H", 0x8664)
    esp.write("/EFI/BOOT/BOOTX64.EFI", loader)
    esp.write("/EFI/debian/grubx64.efi", loader)
    esp.write("/EFI/debian/grub.cfg", f"search.fs_uuid {ROOT} root\nset prefix=($root)'/boot/grub'\n"
              "configfile $prefix/grub.cfg\n")
    disk.add(64 * kit.MIB, "vfat", gpt=kit.ESP, tree=esp.folder, uuid="EFB0-0001")
    disk.add(kind="ext4", tree=tree.folder, uuid=ROOT)


def lay_luks_home(disk, tree):
    """The system itself is open; one more partition is not."""
    change(tree, f"UUID={ROOT} / ext4 errors=remount-ro 0 1\n")
    disk.add(1920 * kit.MIB, "ext4", bootable=True, tree=tree.folder, uuid=ROOT)
    disk.add(content=make_luks_header())


def lay_luks(disk, tree):
    change(tree, f"/dev/mapper/root / ext4 errors=remount-ro 0 1\nUUID={BOOT} /boot ext4 defaults 0 2\n",
           root="/dev/mapper/root", boot="")
    boot = tree.folder.with_name("boot")
    shutil.move(tree.at("/boot"), boot)
    disk.add(256 * kit.MIB, "ext4", bootable=True, tree=boot, uuid=BOOT)
    disk.add(content=make_luks_header())


def make_luks_header():
    """The header of a LUKS1 volume; without its key nobody sees that nothing is behind it."""
    header = b"LUKS\xba\xbe" + struct.pack(">H", 1)
    header += b"aes".ljust(32, b"\0") + b"xts-plain64".ljust(32, b"\0") + b"sha256".ljust(32, b"\0")
    header += struct.pack(">II", 4096, 64) + b"\x5c" * 20 + b"\xa3" * 32 + struct.pack(">I", 100000)
    header += b"e3b0c442-0000-4000-8000-00000001c5f5".ljust(40, b"\0")
    for slot in range(8):
        state = 0x00AC71F3 if slot == 0 else 0x0000DEAD
        header += struct.pack(">II", state, 100000) + b"\x77" * 32 + struct.pack(">II", 8 + slot * 504, 4000)
    return header


PLAIN = {
    "debian12-xfs": ("dos", lay_xfs),
    "debian12-btrfs": ("dos", lay_btrfs),
    "debian12-boot": ("dos", lay_boot),
    "debian12-gpt-bios": ("gpt", lay_bios_boot),
    "debian12-uefi": ("gpt", lay_uefi),
    "debian12-luks": ("dos", lay_luks),
    "debian12-luks-home": ("dos", lay_luks_home),
}
# Volumes need a kernel, the appliance's.
VOLUMES = {
    "debian12-lvm": ("/dev/mapper/vg-root", "/dev/vg/root", [
        "pvcreate {disk}2", "vgcreate vg {disk}2", "lvcreate-free root vg 100"]),
    "debian12-raid": (f"UUID={ROOT}", "/dev/md/system", [
        # One half of a mirror: nothing to synchronise.
        "md-create system {disk}2 missingbitmap:0x2 level:raid1"]),
}
IMAGES = {name: name + ".qcow2" for name in [*PLAIN, *VOLUMES]}


def unpack(bases, folder):
    tree = kit.Tree(folder / "tree")
    with subprocess.Popen(["zstd", "-dcq", bases / "debian12-cloud.tar.zst"], stdout=subprocess.PIPE) as reader:
        kit.run("tar", "-C", tree.folder, "-xpf", "-", stdin=reader.stdout)
    return tree


def start_volumes(name, folder, bases, out, drive):
    """Lays /boot and empty partitions; the commands that put the root on its volume."""
    root, volume, commands = VOLUMES[name]
    tree = unpack(bases, folder)
    change(tree, f"{root} / ext4 errors=remount-ro 0 1\nUUID={BOOT} /boot ext4 defaults 0 2\n", root=root, boot="")
    shutil.move(tree.at("/boot"), folder / "boot")
    tree.folders("/boot")
    kit.run("tar", "-C", tree.folder, "-cf", folder / "root.tar", ".")
    disk = kit.Disk(folder / "disk.raw", SIZE)
    disk.add(128 * kit.MIB, "ext4", bootable=True, tree=folder / "boot", uuid=BOOT)
    disk.add(mbr="fd" if name.endswith("raid") else "8e")
    disk.to_qcow2(out / IMAGES[name])
    return [command.format(disk=drive) for command in commands] + [
        f"mkfs ext4 {volume}", f"set-uuid {volume} {ROOT}", f"mount {volume} /", f"tar-in {folder}/root.tar / xattrs:true",
        "umount-all"]


def build(names, out, bases):
    for name in names:
        if name in PLAIN:
            with kit.work_folder() as folder:
                table, lay = PLAIN[name]
                disk = kit.Disk(folder / "disk.raw", SIZE, table)
                lay(disk, unpack(bases, folder))
                disk.to_qcow2(out / IMAGES[name])
            yield name
    volumes = [name for name in names if name in VOLUMES]
    with kit.work_folder() as folder:
        commands = []
        for index, name in enumerate(volumes):
            (folder / name).mkdir()
            commands += start_volumes(name, folder / name, bases, out, kit.drive_name(index))
        if volumes:
            kit.guestfish(commands, [(out / IMAGES[name], "qcow2") for name in volumes])
    yield from volumes
