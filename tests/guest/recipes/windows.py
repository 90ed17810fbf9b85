# SPDX-License-Identifier: GPL-3.0-or-later
"""Disks that an inspection takes for Windows (partitions, NTFS, registry) and
that boot nothing. One appliance lays the files of all of them."""
import struct
import uuid

import kit
import windows_files as files

CONFIG_DRIVE = "cloudbaseinit.metadata.services.configdrive.ConfigDriveService"
SIZE = 1024 * kit.MIB
MBR_START = kit.MIB
GUID_OF_C = "656d6272-0000-4000-8000-00000000000c"
MICROSOFT_RESERVED = "E3C9E316-0B5C-4DB8-817D-F92DF00215AE"
MICROSOFT_DATA = "EBD0A0A2-B9E5-4433-87C0-68B6B72699C7"

# A Windows with nothing wrong; each image says how it differs.
GOOD = {
    "product": "Windows Server 2012 R2 Standard", "version": "6.3", "build": "9600", "edition": "ServerStandard",
    "type": "Server", "is_64_bit": True, "layout": "one", "start_of_c": MBR_START, "guid_of_c": None,
    "drivers": ("viostor", "netkvm"), "start": {}, "no_service": (), "no_database": (), "no_file": (),
    "provider": "Red Hat, Inc.", "programs": (), "services": (), "kms": False, "address": None,
    "pagefile": r"?:\pagefile.sys", "fast_startup": False, "remote_desktop": True, "cloudbase": CONFIG_DRIVE,
    "hibernated": False, "dirty": False, "loader": r"\Windows\system32\winload.exe",
}
BARE = {"drivers": (), "cloudbase": None}


def server(year, version, build, edition="Standard", **more):
    return {"product": f"Windows Server {year} {edition}", "version": version, "build": build, **more}


R2_2008 = server("2008 R2", "6.1", "7601")

IMAGES_STATES = {
    "win2003": server("2003 R2", "5.2", "3790"),
    "win2008": server("2008", "6.0", "6002"),
    "win2008r2": {**R2_2008, **BARE},
    "win2008r2-virtio": R2_2008,
    "win2008r2-x86": {**R2_2008, "is_64_bit": False},
    "win2008r2-x86-bare": {**R2_2008, **BARE, "is_64_bit": False},
    "win2012": server("2012", "6.2", "9200"),
    "win2012r2": BARE,
    "win2012r2-virtio": {},
    "win2012r2-viostor-start3": {"start": {"viostor": 3}},
    "win2012r2-viostor-no-file": {"no_file": ("viostor",)},
    "win2012r2-viostor-no-database": {"no_database": ("viostor",)},
    "win2012r2-vioscsi-only": {"drivers": ("vioscsi", "netkvm")},
    "win2012r2-no-netkvm": {"drivers": ("viostor",)},
    "win2016": server("2016", "10.0", "14393", layout="reserved", start_of_c=101 * kit.MIB),
    "win2019": server("2019", "10.0", "17763", "Datacenter", edition_id="ServerDatacenter"),
    "win2022": server("2022", "10.0", "20348"),
    "win2016-bare": server("2016", "10.0", "14393", **BARE),
    "win2019-bare": server("2019", "10.0", "17763", **BARE),
    "win2022-bare": server("2022", "10.0", "20348", **BARE),
    "win10-client": {"product": "Windows 10 Pro", "version": "10.0", "build": "19045", "edition": "Professional",
                     "type": "Client"},
    "win2012r2-hibernated": {"hibernated": True},
    "win2012r2-fast-startup": {"fast_startup": True},
    "win2012r2-dirty": {"dirty": True},
    "win2012r2-dynamic": {"layout": "dynamic"},
    "win2012r2-ldm-data": {"layout": "ldm-data"},
    "win2012r2-bitlocker": {"layout": "bitlocker"},
    "win2012r2-bitlocker-data": {"layout": "bitlocker-data"},
    "win2012r2-uefi": {"layout": "uefi", "guid_of_c": uuid.UUID(GUID_OF_C).bytes_le,
                       "loader": r"\Windows\system32\winload.efi"},
    "win2012r2-efi-loader": {"loader": r"\Windows\system32\winload.efi"},
    "win2012r2-fat": {"layout": "fat"},
    "win2012r2-pagefile-d": {"pagefile": r"D:\pagefile.sys 4096 4096"},
    "win2012r2-no-cloudbase": {"cloudbase": None},
    "win2012r2-cloudbase-http": {"cloudbase": "cloudbaseinit.metadata.services.httpservice.HttpService"},
    "win2012r2-no-remote-desktop": {"remote_desktop": False},
    "win2012r2-static": {"address": "192.168.122.20"},
    "win2012r2-tencent": {"provider": "Tencent Technology (Shenzhen) Company Limited",
                          "programs": (("Tencent VirtIO Drivers", "Tencent Technology (Shenzhen) Company Limited"),)},
    "win2012r2-evaluation": {"edition": "ServerStandardEval"},
    "win2012r2-kms": {"kms": True},
    "win2012r2-vmware": {"programs": (("VMware Tools", "VMware, Inc."),), "services": ("VMTools",)},
}
IMAGES = {name: name + ".qcow2" for name in IMAGES_STATES}


def get_state(name):
    state = {**GOOD, **IMAGES_STATES[name]}
    state["edition"] = state.get("edition_id", "ServerStandard" if state["edition"] in ("Standard", "Datacenter")
                                 else state["edition"])
    return state


def make_bitlocker_header():
    """The start of a BitLocker volume of Windows 7 and later, and its first block of metadata."""
    header = b"\xeb\x58\x90-FVE-FS-".ljust(160, b"\0")
    header += bytes.fromhex("3bd67949292ed84a8399f6a339e3d001") + struct.pack("<Q", kit.MIB)
    return (header.ljust(510, b"\0") + b"\x55\xaa").ljust(kit.MIB, b"\0") + b"-FVE-FS-" + struct.pack("<HH", 64, 2)


def lay_partitions(state, raw):
    """The disk with its partitions; the one of drive C: by number, None when it cannot be opened."""
    layout = state["layout"]
    disk = kit.Disk(raw, SIZE, "gpt" if layout == "uefi" else "dos")
    number = 1
    if layout == "uefi":
        esp = kit.Tree(f"{raw}.esp")
        files.write_bcd(esp.at("/EFI/Microsoft/Boot/BCD"), state["loader"])
        esp.write("/EFI/Microsoft/Boot/bootmgfw.efi", files.program())
        disk.add(100 * kit.MIB, "vfat", gpt=kit.ESP, tree=esp.folder, uuid="EFB0-0003")
        disk.add(16 * kit.MIB, gpt=MICROSOFT_RESERVED)
        disk.add(gpt=f"{MICROSOFT_DATA}, uuid={GUID_OF_C}")
        number = 3
    elif layout in ("reserved", "bitlocker"):
        disk.add(100 * kit.MIB, mbr="7", bootable=True)
        disk.add(mbr="7", content=make_bitlocker_header() if layout == "bitlocker" else None)
        number = 2 if layout == "reserved" else None
    elif layout in ("bitlocker-data", "ldm-data"):
        disk.add(512 * kit.MIB, mbr="7", bootable=True)
        if layout == "bitlocker-data":
            disk.add(mbr="7", content=make_bitlocker_header())
        else:
            disk.add(mbr="42")
    else:
        disk.add(mbr="42" if layout == "dynamic" else "7", bootable=True)
    return disk, number


def lay_fat(state, folder, target):
    """Drive C: on FAT, which needs no appliance."""
    tree = kit.Tree(folder / "c")
    files.write_files(tree, state)
    disk = kit.Disk(folder / "disk.raw", SIZE)
    disk.add(kind="vfat", mbr="c", bootable=True, tree=tree.folder, uuid="EFB0-0004")
    disk.to_qcow2(target)


def prepare(name, state, folder, target, drive):
    """Lays the partitions; the commands that fill drive C: and the system partition."""
    disk, number = lay_partitions(state, folder / "disk.raw")
    disk.to_qcow2(target)
    commands = []
    if state["layout"] in ("reserved", "bitlocker"):
        reserved = kit.Tree(folder / "reserved")
        reserved.write("/bootmgr", files.program())
        files.write_bcd(reserved.at("/Boot/BCD"), state["loader"])
        commands += fill(f"{drive}1", "System", folder / "reserved")
    if number:
        tree = kit.Tree(folder / "c")
        files.write_files(tree, state)
        commands += fill(f"{drive}{number}", "Windows", folder / "c")
    return commands


def fill(device, label, tree):
    kit.run("tar", "-C", tree, "-cf", f"{tree}.tar", ".")
    return [f"mkfs ntfs {device} label:{label}", f"mount {device} /", f"tar-in {tree}.tar /", "umount-all"]


def mark_dirty(target, folder):
    """Sets the flag that says “check me” in both copies of the record of $Volume; mkntfs has no option for it."""
    raw = folder / "dirty.raw"
    kit.run("qemu-img", "convert", "-q", "-f", "qcow2", "-O", "raw", target, raw)
    with open(raw, "r+b") as file:
        file.seek(MBR_START)
        boot = file.read(512)
        sector, sectors = struct.unpack_from("<HB", boot, 11)
        records, mirror = struct.unpack_from("<QQ", boot, 0x30)
        for cluster in records, mirror:
            record_at = MBR_START + cluster * sector * sectors + 3 * 1024
            file.seek(record_at)
            record = file.read(1024)
            at = struct.unpack_from("<H", record, 20)[0]
            while struct.unpack_from("<I", record, at)[0] != 0x70:
                at += struct.unpack_from("<I", record, at + 4)[0]
            flags_at = at + struct.unpack_from("<H", record, at + 20)[0] + 10
            file.seek(record_at + flags_at)
            file.write(struct.pack("<H", struct.unpack_from("<H", record, flags_at)[0] | 1))
    target.unlink()
    kit.convert(raw, target)
    raw.unlink()


def build(names, out, bases):
    states = {name: get_state(name) for name in names}
    laid = [name for name in names if states[name]["layout"] != "fat"]
    with kit.work_folder() as folder:
        commands = []
        for name in names:
            (folder / name).mkdir()
            if name in laid:
                commands += prepare(name, states[name], folder / name, out / IMAGES[name],
                                    kit.drive_name(laid.index(name)))
            else:
                lay_fat(states[name], folder / name, out / IMAGES[name])
        if laid:
            kit.guestfish(commands, [(out / IMAGES[name], "qcow2") for name in laid])
        for name in names:
            if states[name]["dirty"]:
                mark_dirty(out / IMAGES[name], folder)
    yield from names
