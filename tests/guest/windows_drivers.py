#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes Windows drivers that drive nothing, laid out as in virtio-win.iso: INF
files as setup wants them, programs that are a PE file of one instruction, and
signatures by made-up authorities. Nothing in them is Red Hat's or Microsoft's.

    windows_drivers.py FOLDER [--self-signed | --unsigned] [--iso FILE]

    signer = make_chain(folder)             # "Red Hat, Inc." by an authority of its own
    signer = make_self_signed(folder)       # issued by itself: what Windows refuses to start
    make_tree(folder, signer)               # <Driver>/<os>/<arch>/…; signer None: not signed at all
    make_iso(folder, "virtio-win.iso")
    """
import argparse
import datetime
import os
import shutil
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

VERSIONS = {
    # os: (architectures, number in DriverVer, digest, co-installer of the framework)
    "2k8R2": (("x86", "amd64"), "61.77.104.17200", "sha1", True),
    "w7": (("x86", "amd64"), "61.77.104.17200", "sha1", True),
    "2k12R2": (("amd64",), "63.93.104.24000", "sha256", False),
    "2k16": (("amd64",), "100.93.104.24000", "sha256", False),
    "2k19": (("amd64",), "100.93.104.24000", "sha256", False),
    "2k22": (("amd64",), "100.93.104.24000", "sha256", False),
}
SCSI, NET, SYSTEM = ("SCSIAdapter", "{4D36E97B-E325-11CE-BFC1-08002BE10318}"), \
    ("Net", "{4d36e972-e325-11ce-bfc1-08002be10318}"), ("System", "{4d36e97d-e325-11ce-bfc1-08002be10318}")
# folder: (file name, class, start, group, (old device, its subsystem), new device, what it is)
DRIVERS = {
    "viostor": ("viostor", SCSI, 0, "SCSI miniport", ("1001", "0002"), "1042", "SCSI controller"),
    "vioscsi": ("vioscsi", SCSI, 0, "SCSI miniport", ("1004", "0008"), "1048", "SCSI pass-through controller"),
    "NetKVM": ("netkvm", NET, 3, "NDIS", ("1000", "0001"), "1041", "Ethernet Adapter"),
    "Balloon": ("balloon", SYSTEM, 3, None, ("1002", "0005"), "1045", "Balloon Driver"),
    "vioserial": ("vioser", SYSTEM, 3, "Extended Base", ("1003", "0003"), "1043", "Serial Driver"),
}
BUS_TYPES = {"viostor": "0x00000001", "vioscsi": "0x0000000A"}
FRAMEWORK = "WdfCoInstaller01009.dll"
HEAD = """;
; A driver for tests. It drives nothing.
;
[Version]
Signature="$Windows NT$"
Class={class_name}
ClassGUID={class_guid}
Provider=%VENDOR%
DriverVer=07/03/2023,{version} ; stamped by the test
CatalogFile={name}.cat
DriverPackageType = PlugAndPlay
DriverPackageDisplayName = %Device.Desc%
PnpLockdown=1

[SourceDisksNames]
1 = %DiskId1%,,,""

[SourceDisksFiles]
{disk_files}

[DestinationDirs]
DefaultDestDir = 12
Helper_Files = 11

[Manufacturer]
%VENDOR% = Models,NT{decoration}

[Models.NT{decoration}]
%Device.Desc% = device_inst, PCI\\VEN_1AF4&DEV_{old}&SUBSYS_{subsystem}1AF4&REV_00, PCI\\VEN_1AF4&DEV_{old}
%Device.Desc% = device_inst, PCI\\VEN_1AF4&DEV_{new}&SUBSYS_11001AF4&REV_01, PCI\\VEN_1AF4&DEV_{new}

"""
INSTALL = """[device_inst{suffix}]
CopyFiles = Driver_Files
{install_more}
[Driver_Files]
{name}.sys,,,2

[device_inst{suffix}.Services]
AddService = {service}, 0x00000002, Service_Inst, EventLog_Inst

[Service_Inst]
DisplayName    = %Device.Desc%
ServiceType    = %SERVICE_KERNEL_DRIVER%
StartType      = {start}
ErrorControl   = %SERVICE_ERROR_NORMAL%
ServiceBinary  = %12%\\{name}.sys
{service_more}
[EventLog_Inst]
AddReg = EventLog_AddReg

[EventLog_AddReg]
HKR,,EventMessageFile,%REG_EXPAND_SZ%,"%%SystemRoot%%\\System32\\IoLogMsg.dll"
HKR,,TypesSupported,%REG_DWORD%,7

"""
STORAGE = """[Service_AddReg]
HKR, "Parameters\\PnpInterface", "5", %REG_DWORD%, 0x00000001
HKR, "Parameters", "BusType", %REG_DWORD%, {bus_type}

[device_inst.HW]
AddReg = Interrupts_AddReg

[Interrupts_AddReg]
HKR, "Interrupt Management",, 0x00000010
HKR, "Interrupt Management\\MessageSignaledInterruptProperties",, 0x00000010
HKR, "Interrupt Management\\MessageSignaledInterruptProperties", MSISupported, 0x00010001, 1

"""
HELPER = """[device_inst{suffix}.CoInstallers]
CopyFiles = Helper_Files
AddReg = Helper_AddReg

[Helper_Files]
{helper}

[Helper_AddReg]
HKR,,CoInstallers32,0x00010000,"{helper},{entry}"

"""
STRINGS = """[Strings]
VENDOR = "Red Hat, Inc."
DiskId1 = "Test VirtIO {what} Installation Disk"
Device.Desc = "Test VirtIO {what}"
REG_EXPAND_SZ = 0x00020000
REG_DWORD = 0x00010001
SERVICE_KERNEL_DRIVER = 1
SERVICE_ERROR_NORMAL = 1
"""


def make_program(is_64_bit, mark):
    """A PE file with room in its headers for a signature, and one section: "xor eax, eax; ret" and @mark."""
    code = (b"\x31\xc0\xc3".ljust(16, b"\xcc") + mark.encode()).ljust(512, b"\0")[:512]
    machine, size, flags, magic = (0x8664, 240, 0x22, 0x20b) if is_64_bit else (0x14c, 224, 0x102, 0x10b)
    coff = struct.pack("<4sHHIIIHH", b"PE\0\0", machine, 1, 0x64a2b3c4, 0, 0, size, flags)
    optional = struct.pack("<HBBIIIII", magic, 14, 0, 512, 0, 0, 0x1000, 0x1000)
    optional += struct.pack("<QII", 0x140000000, 4096, 512) if is_64_bit \
        else struct.pack("<IIII", 0x2000, 0x10000, 4096, 512)
    # Subsystem 1: native. Sizes of stack and heap, then sixteen empty directories.
    optional += struct.pack("<HHHHHHIIIIHH", 6, 1, 0, 0, 6, 1, 0, 0x2000, 512, 0, 1, 0)
    optional += struct.pack("<QQQQII" if is_64_bit else "<IIIIII", 0x40000, 0x1000, 0x100000, 0x1000, 0, 16)
    section = struct.pack("<8sIIIIIIHHI", b".text", 512, 0x1000, 512, 512, 0, 0, 0, 0, 0x60000020)
    dos = b"MZ".ljust(60, b"\0") + struct.pack("<I", 64)
    return (dos + coff + optional.ljust(size, b"\0") + section).ljust(512, b"\0") + code


def choose_helper(driver, version):
    """(co-installer, its entry) as virtio-win has them; (None, None) for a driver that needs none."""
    if driver == "NetKVM":
        return ("netkvmco.dll", "NetKVMCo") if version in ("2k8R2", "w7", "2k12R2") else (None, None)
    if driver in ("Balloon", "vioserial") and VERSIONS[version][3]:
        return (FRAMEWORK, "WdfCoInstaller")
    return (None, None)


def list_files(driver, version):
    """What lies beside the INF and is named by it: the .sys first."""
    files = [DRIVERS[driver][0] + ".sys"]
    helper = choose_helper(driver, version)[0]
    if helper:
        files.append(helper)
    elif driver == "NetKVM":
        files.append("netkvmp.exe")
    return files


def make_inf(driver, version, architecture):
    name, (class_name, class_guid), start, group, (old, subsystem), new, what = DRIVERS[driver]
    helper, entry = choose_helper(driver, version)
    is_storage = driver in BUS_TYPES
    values = {
        "name": name, "class_name": class_name, "class_guid": class_guid, "version": VERSIONS[version][1],
        "disk_files": "\n".join(file + " = 1,," for file in list_files(driver, version)), "decoration": architecture,
        "old": old, "subsystem": subsystem, "new": new, "what": what, "start": start, "helper": helper, "entry": entry,
        # The drivers of the framework write their sections so.
        "suffix": ".NT" if class_name == "System" else "", "service": "BALLOON" if driver == "Balloon" else name,
        "bus_type": BUS_TYPES.get(driver), "install_more": "BusType = 5\n" if driver == "NetKVM" else "",
        "service_more": (f"LoadOrderGroup = {group}\n" if group else "")
        + ("AddReg         = Service_AddReg\n" if is_storage else ""),
    }
    if driver == "NetKVM" and not helper:
        values["install_more"] += "CopyFiles = @netkvmp.exe\n"
    parts = [HEAD, INSTALL] + ([STORAGE] if is_storage else []) + ([HELPER] if helper else []) + [STRINGS]
    return "".join(part.format(**values) for part in parts).replace("\n", "\r\n")


class Signer:
    def __init__(self, certificates, key):
        self.certificates = certificates
        self.key = key

    def sign(self, path, file_digest):
        """Signs the program at @path in its place, with an old signature or a new one as Windows knows them."""
        signed = str(path) + ".signed"
        subprocess.run(["osslsigncode", "sign", "-certs", self.certificates, "-key", self.key, "-h", file_digest,
                        "-n", "A driver for tests", "-in", path, "-out", signed], check=True,
                       stdout=subprocess.DEVNULL)
        os.replace(signed, path)


def make_name(**parts):
    from cryptography import x509
    from cryptography.x509.oid import NameOID
    kinds = {"country": NameOID.COUNTRY_NAME, "organization": NameOID.ORGANIZATION_NAME,
             "unit": NameOID.ORGANIZATIONAL_UNIT_NAME, "name": NameOID.COMMON_NAME}
    return x509.Name([x509.NameAttribute(kinds[kind], value) for kind, value in parts.items()])


def make_certificate(subject, key, issuer, issuer_key, is_authority):
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.x509.oid import ExtendedKeyUsageOID
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key()) \
        .serial_number(x509.random_serial_number()).not_valid_before(datetime.datetime(2020, 1, 1)) \
        .not_valid_after(datetime.datetime(2049, 1, 1)) \
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
    if not is_authority:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), critical=False)
    return builder.sign(issuer_key, hashes.SHA256())


def make_key():
    from cryptography.hazmat.primitives.asymmetric import rsa
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def write_signer(folder, certificates, key):
    from cryptography.hazmat.primitives import serialization
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "certificates.pem").write_bytes(b"".join(certificate.public_bytes(serialization.Encoding.PEM)
                                                       for certificate in certificates))
    (folder / "key.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM,
                                                       serialization.PrivateFormat.TraditionalOpenSSL,
                                                       serialization.NoEncryption()))
    return Signer(folder / "certificates.pem", folder / "key.pem")


def make_chain(folder):
    """Certificates and key of a publisher that an authority vouches for, kept in @folder."""
    authority = make_name(country="US", organization="Embark Test Authority", name="Embark Test Code Signing CA")
    publisher = make_name(country="US", organization="Red Hat, Inc.", name="Red Hat, Inc.")
    authority_key, key = make_key(), make_key()
    return write_signer(folder, [make_certificate(publisher, key, authority, authority_key, False),
                                 make_certificate(authority, authority_key, authority, authority_key, True)], key)


def make_self_signed(folder):
    """As the Windows 8 drivers of newer releases are: nobody vouches for the publisher."""
    publisher = make_name(organization="virtio-win", unit="Dev")
    key = make_key()
    return write_signer(folder, [make_certificate(publisher, key, publisher, key, False)], key)


def write_driver(folder, driver, version, architecture, signer):
    """One driver in its folder, which is made; "viostor/2k12R2/amd64/viostor.{inf,cat,sys,pdb}"."""
    name = DRIVERS[driver][0]
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    mark = f"{driver} {version} {architecture}"
    (folder / f"{name}.inf").write_text(make_inf(driver, version, architecture), encoding="ascii", newline="")
    (folder / f"{name}.cat").write_bytes(b"A made-up catalogue of " + mark.encode())
    (folder / f"{name}.pdb").write_bytes(b"Microsoft C/C++ MSF 7.00\r\n\x1aDS\0\0\0" + mark.encode())
    for file in list_files(driver, version):
        # The same helper whoever brings it, as its maker's is.
        owner = f"{version} {architecture}" if file == FRAMEWORK else mark
        (folder / file).write_bytes(make_program(architecture == "amd64", f"{owner} {file}"))
        if signer and file.endswith(".sys"):
            signer.sign(folder / file, VERSIONS[version][2])


def make_tree(folder, signer, versions=tuple(VERSIONS), drivers=tuple(DRIVERS)):
    """The tree of an ISO below @folder. @signer: (nullable). Returns @folder as a Path."""
    folder = Path(folder)
    for driver in drivers:
        for version in versions:
            for architecture in VERSIONS[version][0]:
                write_driver(folder / driver / version / architecture, driver, version, architecture, signer)
    (folder / "virtio-win_license.txt").write_text("Made up for tests.\n")
    return folder


def make_iso(folder, target):
    """An ISO image of what is in @folder."""
    subprocess.run(["genisoimage", "-quiet", "-J", "-joliet-long", "-R", "-V", "virtio-win-test", "-o", str(target),
                    str(folder)], check=True, stderr=subprocess.DEVNULL)
    return Path(target)


def find_missing():
    """The programs that are needed and not installed; for a reason to skip."""
    return [program for program in ("osslsigncode", "genisoimage") if shutil.which(program) is None]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder")
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument("--self-signed", action="store_true")
    kind.add_argument("--unsigned", action="store_true")
    parser.add_argument("--iso", metavar="FILE")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="embark-signer-") as keys:
        signer = None
        if not options.unsigned:
            signer = make_self_signed(keys) if options.self_signed else make_chain(keys)
        make_tree(options.folder, signer)
    if options.iso:
        make_iso(options.folder, options.iso)
    return 0


if __name__ == "__main__":
    sys.exit(main())
