# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the files of a Windows that was never installed: registry hives filled
by hivexregedit, and programs that are a PE header and nothing else. Nothing in
them is Microsoft's."""
import struct
import subprocess

CONTROL = "ControlSet001"
SCSI_CLASS = "{4d36e97b-e325-11ce-bfc1-08002be10318}"
NET_CLASS = "{4d36e972-e325-11ce-bfc1-08002be10318}"
CARD = "{0f1e2d3c-0000-4000-8000-00000000eth0}".replace("eth0", "e700")
LOADER = "{6c2e7e1c-0000-4000-8000-0000000000b0}"
BOOT_MANAGER = "{9dea862c-5cdd-4e70-acc1-f32b344d4795}"
DISK_ID = 0x656d6272
# Driver: service start, group, PCI devices, setup class.
DRIVERS = {
    "viostor": (0, "SCSI miniport", ("1001", "1042"), SCSI_CLASS),
    "vioscsi": (0, "SCSI miniport", ("1004", "1048"), SCSI_CLASS),
    "netkvm": (3, "NDIS", ("1000", "1041"), NET_CLASS),
}


def empty_hive():
    """A registry hive with a root key: one 4 KiB bin with an nk and an sk cell."""
    security = bytes.fromhex("010004801400000024000000000000003400000001020000000000052000000020020000"
                             "010200000000000520000000200200000200080000000000")
    sk_size = (24 + len(security) + 7) // 8 * 8
    name = b"ROOT"
    nk_size = (80 + len(name) + 7) // 8 * 8
    nk_at, sk_at = 32, 32 + nk_size
    none = 0xffffffff
    nk = struct.pack("<i2sHQIIIIIIIIIIIIIIIHH", -nk_size, b"nk", 0x2c, 0, 0, 0, 0, 0, none, none, 0, none, sk_at, none,
                     0, 0, 0, 0, 0, len(name), 0) + name
    sk = struct.pack("<i2sHIIII", -sk_size, b"sk", 0, sk_at, sk_at, 1, len(security)) + security
    cells = nk.ljust(nk_size, b"\0") + sk.ljust(sk_size, b"\0")
    rest = 4096 - 32 - len(cells)
    page = struct.pack("<4sIIQQI", b"hbin", 0, 4096, 0, 0, 0) + cells + struct.pack("<i", rest)
    header = bytearray(4096)
    struct.pack_into("<4sIIQIIIIIII", header, 0, b"regf", 1, 1, 0, 1, 3, 0, 1, nk_at, 4096, 1)
    checksum = 0
    for (word,) in struct.iter_unpack("<I", header[:0x1fc]):
        checksum ^= word
    struct.pack_into("<I", header, 0x1fc, checksum)
    return bytes(header) + page.ljust(4096, b"\0")


def program(is_64_bit=True):
    """A PE header without sections."""
    dos = b"MZ".ljust(60, b"\0") + struct.pack("<I", 128)
    if is_64_bit:
        coff = struct.pack("<4sHHIIIHH", b"PE\0\0", 0x8664, 0, 0, 0, 0, 240, 0x22)
        optional = struct.pack("<HBBIIIIIQII", 0x20b, 14, 0, 0, 0, 0, 0x1000, 0x1000, 0x140000000, 4096, 512)
    else:
        coff = struct.pack("<4sHHIIIHH", b"PE\0\0", 0x14c, 0, 0, 0, 0, 224, 0x102)
        optional = struct.pack("<HBBIIIIIIIII", 0x10b, 14, 0, 0, 0, 0, 0x1000, 0x1000, 0x1000, 0x400000, 4096, 512)
    optional += struct.pack("<HHHHHHIIIIHH", 6, 1, 0, 0, 6, 1, 0, 0x2000, 512, 0, 3, 0)
    return (dos.ljust(128, b"\0") + coff + optional.ljust(240, b"\0")).ljust(1024, b"\0")


def text(value):
    return '"%s"' % value.replace("\\", "\\\\")


def wide(kind, value):
    """Strings of the kinds that hivexregedit takes as bytes."""
    return f"hex({kind}):" + ",".join("%02x" % byte for byte in (value + "\0").encode("utf-16-le"))


def expand(value):
    return wide(2, value)


def multi(*values):
    return wide(7, "".join(value + "\0" for value in values))


def number(value):
    return "dword:%08x" % value


def binary(data):
    return "hex:" + ",".join("%02x" % byte for byte in data)


def write_hive(target, prefix, keys):
    """@keys: {path: {name: value}}; missing parents are made first, as hivexregedit wants them."""
    seen = set()
    lines = []
    for key, values in keys.items():
        parts = key.split("\\")
        for i in range(1, len(parts) + 1):
            parent = "\\".join(parts[:i])
            if parent not in seen or i == len(parts):
                seen.add(parent)
                lines.append("\n[%s\\%s]" % (prefix, parent))
        lines += ["@=" + value if name == "@" else '"%s"=%s' % (name, value) for name, value in values.items()]
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(empty_hive())
    subprocess.run(["hivexregedit", "--merge", str(target), "--prefix", prefix],
                   input="\n".join(lines) + "\n", text=True, check=True)


def make_software(state):
    current = r"Microsoft\Windows NT\CurrentVersion"
    version = {"ProductName": text(state["product"]), "CurrentBuild": text(state["build"]),
               "CurrentBuildNumber": text(state["build"]), "EditionID": text(state["edition"]),
               "InstallationType": text(state["type"]), "SystemRoot": text(r"C:\Windows"),
               "CurrentVersion": text("6.3" if state["version"] == "10.0" else state["version"])}
    if state["version"] == "10.0":
        version.update(CurrentMajorVersionNumber=number(10), CurrentMinorVersionNumber=number(0))
    uninstall = r"Microsoft\Windows\CurrentVersion\Uninstall"
    keys = {
        r"Microsoft\Windows\CurrentVersion": {"ProgramFilesDir": text(r"C:\Program Files"),
                                                 "DevicePath": expand(r"%SystemRoot%\inf")},
        r"Microsoft\Windows\CurrentVersion\Setup\State": {"ImageState": text("IMAGE_STATE_COMPLETE")},
        uninstall: {},
        current: version,
        current + r"\ProfileList": {"ProfilesDirectory": expand(r"%SystemDrive%\Users"),
                                    "ProgramData": expand(r"%SystemDrive%\ProgramData")},
        current + r"\SoftwareProtectionPlatform": {"KeyManagementServiceName": text("kms.example.com")}
        if state["kms"] else {},
    }
    for number_, (name, publisher) in enumerate(state["programs"]):
        keys[f"{uninstall}\\Program{number_}"] = {"DisplayName": text(name), "Publisher": text(publisher),
                                                  "DisplayVersion": text("1.0.9")}
    return keys


def add_driver(keys, state, driver):
    start, group, devices, class_id = DRIVERS[driver]
    start = state["start"].get(driver, start)
    if driver in state["no_service"]:
        return
    keys[f"{CONTROL}\\Services\\{driver}"] = {
        "Type": number(1), "Start": number(start), "ErrorControl": number(1), "Group": text(group),
        "ImagePath": expand(f"system32\\drivers\\{driver}.sys")}
    if driver in state["no_database"]:
        return
    if state["version"] < "6.2" and state["version"] != "10.0":
        for device in devices:
            if driver == "netkvm":
                keys[f"{CONTROL}\\Enum\\PCI\\VEN_1AF4&DEV_{device}&SUBSYS_00011AF4&REV_00\\3&13c0b0c5&0&18"] = {
                    "Service": text(driver), "ClassGUID": text(class_id)}
            else:
                keys[f"{CONTROL}\\Control\\CriticalDeviceDatabase\\PCI#VEN_1AF4&DEV_{device}&REV_00"] = {
                    "Service": text(driver), "ClassGUID": text(class_id)}
        return
    inf = f"oem{list(DRIVERS).index(driver) + 1}.inf"
    package = f"{driver}.inf_amd64_0123456789abcdef"
    keys["DriverDatabase\\DriverInfFiles\\" + inf] = {"@": multi(package), "Active": text(package)}
    keys["DriverDatabase\\DriverPackages\\" + package] = {
        "@": text(inf), "InfName": text(driver + ".inf"), "Provider": text(state["provider"]),
        "Version": binary(bytes([0, 0xff, 9, 0, 0, 0, 0, 0]) + bytes(40)), "ClassGuid": text(class_id)}
    keys[f"DriverDatabase\\DriverPackages\\{package}\\Configurations\\{driver}_Inst"] = {
        "ConfigFlags": number(0), "Service": text(driver)}
    for device in devices:
        keys["DriverDatabase\\DeviceIds\\PCI\\VEN_1AF4&DEV_" + device] = {inf: "hex:01,ff,00,00"}


def make_system(state):
    where = struct.pack("<IQ", DISK_ID, state["start_of_c"])
    if state["guid_of_c"]:
        where = b"DMIO:ID:" + state["guid_of_c"]
    card = {"EnableDHCP": number(1)}
    if state["address"]:
        card = {"EnableDHCP": number(0), "IPAddress": multi(state["address"]), "SubnetMask": multi("255.255.255.0")}
    memory = r"\Control\Session Manager\Memory Management"
    keys = {
        "Select": {"Current": number(1), "Default": number(1), "Failed": number(0), "LastKnownGood": number(1)},
        "Setup": {"SystemSetupInProgress": number(0), "OOBEInProgress": number(0), "CmdLine": text("")},
        "MountedDevices": {r"\\DosDevices\\C:": binary(where)},
        CONTROL + r"\Control\ComputerName\ComputerName": {"ComputerName": text("EMBARK")},
        CONTROL + memory: {"PagingFiles": multi(state["pagefile"])},
        CONTROL + r"\Control\Session Manager\Power": {"HiberbootEnabled": number(int(state["fast_startup"]))},
        CONTROL + r"\Control\Terminal Server": {"fDenyTSConnections": number(int(not state["remote_desktop"]))},
        f"{CONTROL}\\Control\\Network\\{NET_CLASS}\\{CARD}\\Connection": {"Name": text("Ethernet")},
        CONTROL + r"\Services\TermService": {"Type": number(0x20), "Start": number(3)},
        CONTROL + r"\Services\Tcpip\Parameters": {"Hostname": text("EMBARK")},
        f"{CONTROL}\\Services\\Tcpip\\Parameters\\Interfaces\\{CARD}": card,
        CONTROL + r"\Services\disk": {"Type": number(1), "Start": number(0)},
    }
    if state["version"] < "6.2" and state["version"] != "10.0":
        keys[CONTROL + r"\Control\CriticalDeviceDatabase\PCI#CC_0101"] = {
            "Service": text("intelide"), "ClassGUID": text("{4d36e96a-e325-11ce-bfc1-08002be10318}")}
    else:
        keys[r"DriverDatabase\DeviceIds\PCI\CC_0101"] = {"mshdc.inf": "hex:03,ff,00,00"}
    for driver in state["drivers"]:
        add_driver(keys, state, driver)
    if state["cloudbase"]:
        keys[CONTROL + r"\Services\cloudbase-init"] = {
            "Type": number(0x10), "Start": number(2), "ErrorControl": number(1), "ObjectName": text("LocalSystem"),
            "ImagePath": expand(r"C:\Program Files\Cloudbase Solutions\Cloudbase-Init\bin\OpenStackService.exe "
                                "cloudbase-init")}
    for service in state["services"]:
        keys[f"{CONTROL}\\Services\\{service}"] = {"Type": number(0x10), "Start": number(2)}
    return keys


def write_bcd(target, loader):
    elements = "Objects\\%s\\Elements\\%s"
    write_hive(target, r"HKEY_LOCAL_MACHINE\BCD00000000", {
        "Description": {"KeyName": text("BCD00000000"), "System": number(1)},
        f"Objects\\{BOOT_MANAGER}\\Description": {"Type": number(0x10100002)},
        elements % (BOOT_MANAGER, "23000003"): {"Element": text(LOADER)},
        f"Objects\\{LOADER}\\Description": {"Type": number(0x10200003)},
        elements % (LOADER, "12000002"): {"Element": text(loader)},
        elements % (LOADER, "22000002"): {"Element": text(r"\Windows")},
    })


def write_files(tree, state):
    """Fills @tree with drive C:."""
    system32 = "/Windows/System32"
    code = program(state["is_64_bit"])
    tree.folders("/Program Files", "/Users", "/Windows/INF", f"{system32}/drivers", f"{system32}/config")
    write_hive(tree.at(f"{system32}/config/SOFTWARE"), r"HKEY_LOCAL_MACHINE\SOFTWARE", make_software(state))
    write_hive(tree.at(f"{system32}/config/SYSTEM"), r"HKEY_LOCAL_MACHINE\SYSTEM", make_system(state))
    for name in "cmd.exe", "ntoskrnl.exe", "winload.exe", "drivers/disk.sys":
        tree.write(f"{system32}/{name}", code)
    for driver in state["drivers"]:
        if driver not in state["no_file"]:
            tree.write(f"{system32}/drivers/{driver}.sys", code)
        devices = "".join(f"%d% = i, PCI\\VEN_1AF4&DEV_{device}\r\n" for device in DRIVERS[driver][2])
        if driver not in state["no_database"]:
            tree.write(f"/Windows/INF/oem{list(DRIVERS).index(driver) + 1}.inf", "[Version]\r\n[Models]\r\n" + devices)
    if state["cloudbase"]:
        folder = "/Program Files/Cloudbase Solutions/Cloudbase-Init"
        tree.write(folder + "/bin/OpenStackService.exe", code)
        tree.write(folder + "/conf/cloudbase-init.conf", "[DEFAULT]\r\nusername=Administrator\r\n"
                   "groups=Administrators\r\ninject_user_password=true\r\nconfig_drive_cdrom=true\r\n"
                   f"metadata_services={state['cloudbase']}\r\n")
    if state["hibernated"]:
        tree.write("/hiberfil.sys", b"hibr".ljust(65536, b"\1"))
    if state["version"] == "5.2":
        tree.write("/boot.ini", "[boot loader]\r\ntimeout=5\r\ndefault=multi(0)disk(0)rdisk(0)partition(1)\\WINDOWS\r\n")
        tree.write("/ntldr", code)
    elif state["layout"] in ("one", "bitlocker-data", "ldm-data", "dynamic", "fat"):
        tree.write("/bootmgr", code)
        write_bcd(tree.at("/Boot/BCD"), state["loader"])
