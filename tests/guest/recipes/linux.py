# SPDX-License-Identifier: GPL-3.0-or-later
"""Phony systems of the other families, a few MB each: what an inspection
looks for, made by the rules of linux_families.py. None of them boots."""
import kit
import linux_parts as parts
from linux_families import DEFAULTS, SYSTEMS

IMAGES = {name: name + ".qcow2" for name in SYSTEMS}
SIZE = 512 * kit.MIB
SECOND = "c0ffee00-0000-4000-8000-000000000002"


def make_base(tree, system, uuid):
    tree.folders("/dev", "/etc", "/home", "/lib", "/proc", "/root", "/run", "/sbin", "/sys", "/tmp", "/usr/bin",
                 "/usr/lib", "/var/log", "/boot/grub")
    for name in "bash", "ls", "rm", "sh":
        tree.write(f"/bin/{name}", parts.program(system["machine"]), 0o755)
    for path, text in {**system["files"], **system.get("more", {})}.items():
        tree.write(path, text)
    kind = {"subvolumes": "btrfs"}.get(system["file_system"], system["file_system"])
    tree.write("/etc/fstab", f"UUID={uuid} / {kind} defaults 0 1\n")
    tree.write("/etc/passwd", "root:x:0:0:root:/root:/bin/bash\n")
    tree.write("/etc/shadow", "root:*:19000:0:99999:7:::\n", 0o640)
    tree.write("/etc/hostname", "phony\n")
    if system["cloud_init"] == "upstart":
        tree.write("/sbin/init", parts.program(), 0o755)
        tree.write("/etc/init/rc.conf", "start on runlevel [0123456]\n")
    elif system["cloud_init"] == "sysvinit":
        tree.write("/sbin/init", parts.program(), 0o755)
        tree.write("/etc/init/rcS.conf", "start on startup\n")
    else:
        tree.write("/usr/lib/systemd/systemd", parts.program(system["machine"]), 0o755)
        tree.link("/sbin/init", "/usr/lib/systemd/systemd")


def add_boot(tree, system, names, uuid):
    arguments = f"root=UUID={uuid} {system['arguments']}"
    kind = system["boot"]
    if kind == "legacy":
        parts.add_grub_legacy(tree, names, arguments)
    elif kind == "extlinux":
        parts.add_extlinux(tree, names, arguments)
    elif kind.startswith("bls"):
        parts.add_bls(tree, names, arguments, system["kernel"], "Linux", kind == "bls-variable")
    else:
        parts.add_grub2(tree, names, arguments, "/boot/" + kind, system.get("word", "linux"),
                        "${saved_entry}" if kind == "grub2" else "0")


def make_tree(name, folder, uuid=parts.ROOT):
    system = {**DEFAULTS, **SYSTEMS[name]}
    tree = kit.Tree(folder / "tree")
    make_base(tree, system, uuid)
    names = parts.add_kernel(tree, system)
    add_boot(tree, system, names, uuid)
    parts.add_network(tree, system["network"], system["interface"])
    parts.add_cloud_init(tree, system)
    if system.get("packages") == "deb":
        parts.add_deb_database(tree, system, {"linux-image-" + system["kernel"]: "1", "cloud-init": "22.4.2-1"})
    elif system.get("packages") == "rpm":
        (folder / "rpm").mkdir()
        parts.add_rpm_database(tree, system, folder / "rpm")
    return tree, system


def lay_out(name, folder, target):
    tree, system = make_tree(name, folder)
    if system["table"] is None:
        raw = folder / "disk.raw"
        kit.make_file_system(raw, SIZE, "ext4", tree=tree.folder, uuid=parts.ROOT)
        kit.convert(raw, target)
        return
    disk = kit.Disk(folder / "disk.raw", SIZE, system["table"])
    if system["table"] == "gpt":
        esp = kit.Tree(folder / "esp")
        esp.write("/EFI/BOOT/BOOTX64.EFI", b"MZ")
        disk.add(64 * kit.MIB, "vfat", gpt=kit.ESP, tree=esp.folder, uuid="EFB0-0002")
        disk.add(2 * kit.MIB, gpt=kit.BIOS_BOOT, content=b"\xeb\x63")
    half = SIZE // 2 - kit.MIB if name == "two-systems" else None
    disk.add(half, system["file_system"], bootable=True, tree=tree.folder, uuid=parts.ROOT)
    if half:
        second, _ = make_tree("debian11-lzma", folder / "second", SECOND)
        disk.add(half, "ext4", tree=second.folder, uuid=SECOND)
    disk.to_qcow2(target)


def lay_out_snapshots(name, folder, target):
    """Leap as its installer makes it: the root is one snapshot of several, and folders are volumes of their own."""
    tree, system = make_tree(name, folder)
    volumes = ["home", "root", "tmp", "var"]
    fstab = [f"UUID={parts.ROOT} / btrfs defaults 0 0"]
    fstab += [f"UUID={parts.ROOT} /{volume} btrfs subvol=/@/{volume} 0 0" for volume in volumes]
    fstab += [f"UUID={parts.ROOT} /.snapshots btrfs subvol=/@/.snapshots 0 0"]
    tree.write("/etc/fstab", "\n".join(fstab) + "\n")
    for volume in volumes:
        for entry in tree.at("/" + volume).rglob("*"):
            if entry.is_file():
                entry.unlink()
    tree.folders("/.snapshots")
    kit.run("tar", "-C", tree.folder, "-cf", folder / "root.tar", ".")
    disk = kit.Disk(folder / "disk.raw", SIZE)
    disk.add(kind="btrfs", bootable=True, uuid=parts.ROOT)
    disk.to_qcow2(target)
    first, second = "/@/.snapshots/1/snapshot", "/@/.snapshots/2/snapshot"
    commands = ["mount /dev/sda1 /", "btrfs-subvolume-create /@", "btrfs-subvolume-create /@/.snapshots",
                "mkdir-p /@/.snapshots/1", "mkdir-p /@/.snapshots/2"]
    commands += [f"btrfs-subvolume-create /@/{volume}" for volume in volumes]
    commands += [f"btrfs-subvolume-create {first}", f"tar-in {folder}/root.tar {first}",
                 f"btrfs-subvolume-snapshot {first} {second} ro:true",
                 # 256 is the first volume; /@, /@/.snapshots and the four come before the snapshot.
                 "btrfs-subvolume-set-default 262 /", "umount-all"]
    kit.guestfish(commands, [(target, "qcow2")])


def build(names, out, bases):
    for name in names:
        with kit.work_folder() as folder:
            lay = lay_out_snapshots if SYSTEMS[name].get("file_system") == "subvolumes" else lay_out
            lay(name, folder, out / IMAGES[name])
        yield name
