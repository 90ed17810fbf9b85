# SPDX-License-Identifier: GPL-3.0-or-later
"""Decides what becomes of an uploaded image by looking at it: format by its
own magic check, then qemu-img with that format, under limits. The files are
hostile input: nothing here may open another file than the one given."""

import json
import os
import struct
import subprocess
import tempfile
from dataclasses import dataclass

GIB = 1024 ** 3
MAX_ACTUAL = 50 * GIB
MAX_VIRTUAL = 500 * GIB
MAX_OUTPUT = 1 << 20
TOOL_SECONDS = 600
TOOL_MEMORY = 4 * GIB
LIMITED = ("prlimit", f"--as={TOOL_MEMORY}", f"--cpu={TOOL_SECONDS}", "--core=0")
HEAD = 1 << 20
SECTOR = 512

QCOW2_DIRTY, QCOW2_CORRUPT = 1, 2
# Features of QCOW2 that an importer need not know: external data file, zstd, extended L2 entries.
QCOW2_KNOWN = QCOW2_DIRTY | QCOW2_CORRUPT
MAGICS = ((0, b"QFI\xfb", "qcow2"), (0, b"KDMV", "vmdk"), (0, b"# Disk Descriptor", "vmdk-descriptor"),
          (0, b"COWD", "vmdk-cowd"), (0, b"conectix", "vpc"), (0, b"vhdxfile", "vhdx"),
          (64, b"\x7f\x10\xda\xbe", "vdi"), (0, b"QED\0", "qed"), (32769, b"CD001", "iso"), (0, b"\x1f\x8b", "gzip"),
          (0, b"\xfd7zXZ\0", "xz"), (0, b"BZh", "bzip2"), (0, b"\x28\xb5\x2f\xfd", "zstd"), (0, b"PK\x03\x04", "zip"),
          (0, b"7z\xbc\xaf\x27\x1c", "7z"), (257, b"ustar", "tar"))
SUPPORTED = ("raw", "vpc", "qcow2", "vmdk")


@dataclass
class Outcome:
    """code is empty for a good image."""
    code: str
    detail: str
    virtual_size: int = 0


class Refused(Exception):
    def __init__(self, code, detail):
        super().__init__(detail)
        self.code = code
        self.detail = detail


def judge(path, boot_mode="Legacy BIOS", is_forced=False, wants_partitions=True):
    try:
        return Outcome("", "", look(path, boot_mode, is_forced, wants_partitions))
    except Refused as refused:
        return Outcome(refused.code, refused.detail)
    except OSError as error:
        return Outcome("InternalError", str(error))


def look(path, boot_mode, is_forced, wants_partitions):
    """The virtual size of a good image, or Refused."""
    kind = find_format(path)
    if kind == "iso" and is_forced:
        return os.path.getsize(path)
    if kind not in SUPPORTED:
        raise Refused("InvalidFormatSize", f"the format is {kind}")
    checks = {"qcow2": check_qcow2_header, "vmdk": check_vmdk_header, "vpc": check_vpc_header}
    if kind in checks:
        checks[kind](path)
    virtual_size = measure(path, kind)
    if kind in ("qcow2", "vmdk"):
        check_consistency(path, kind)
    if wants_partitions:
        check_partitions(read_disk_head(path, kind, virtual_size), virtual_size, boot_mode)
    return virtual_size


def find_format(path):
    """Our own view of the bytes; a file nothing is known of is a raw disk."""
    size = os.path.getsize(path)
    if size < SECTOR:
        raise Refused("InvalidFormatSize", f"the file has {size} bytes")
    with open(path, "rb") as file:
        head = file.read(HEAD)
        file.seek(size - SECTOR)
        footer = file.read(SECTOR)
    for offset, magic, kind in MAGICS:
        if head[offset:offset + len(magic)] == magic:
            return kind
    return "vpc" if footer.startswith(b"conectix") else "raw"


def check_qcow2_header(path):
    with open(path, "rb") as file:
        head = file.read(112)
    if len(head) < 72:
        raise Refused("InternalError", "the QCOW2 header is cut off")
    version, backing_offset = struct.unpack_from(">IQ", head, 4)
    encryption = struct.unpack_from(">I", head, 32)[0]
    if version not in (2, 3):
        raise Refused("InvalidFormatSize", f"QCOW2 version {version}")
    if backing_offset:
        raise Refused("InvalidFormatSize", "the QCOW2 needs a backing file")
    if encryption:
        raise Refused("InvalidFormatSize", "the QCOW2 is encrypted")
    if version == 2:
        return
    if len(head) < 104:
        raise Refused("InternalError", "the QCOW2 header is cut off")
    features = struct.unpack_from(">Q", head, 72)[0]
    if features & ~QCOW2_KNOWN:
        raise Refused("InvalidFormatSize", f"the QCOW2 has the incompatible features {features:#x}")
    if features & QCOW2_CORRUPT:
        raise Refused("InternalError", "the QCOW2 is marked corrupt")


def check_vpc_header(path):
    """Fixed or dynamic; a differencing VHD needs its parent."""
    with open(path, "rb") as file:
        file.seek(-SECTOR, os.SEEK_END)
        footer = file.read(SECTOR)
    if not footer.startswith(b"conectix"):
        raise Refused("InternalError", "the VHD is cut off: its footer is missing")
    kind = struct.unpack_from(">I", footer, 60)[0]
    if kind not in (2, 3):
        raise Refused("InvalidFormatSize", f"the VHD is of the type {kind}, neither fixed nor dynamic")


def check_vmdk_header(path):
    """A sparse extent with its descriptor inside, and no parent."""
    with open(path, "rb") as file:
        head = file.read(HEAD)
    if len(head) < 512:
        raise Refused("InternalError", "the VMDK header is cut off")
    offset, length = (sectors * SECTOR for sectors in struct.unpack_from("<QQ", head, 28))
    if not offset or offset + length > HEAD:
        raise Refused("InvalidFormatSize", "the VMDK has no descriptor inside; it is one extent of several")
    descriptor = head[offset:offset + length].rstrip(b"\0").decode("utf-8", "replace")
    fields = {name.strip(): value.strip().strip('"') for name, separator, value in
              (line.partition("=") for line in descriptor.splitlines()) if separator}
    if fields.get("createType") not in ("monolithicSparse", "streamOptimized"):
        raise Refused("InvalidFormatSize", f"a VMDK of the type {fields.get('createType')} is several files")
    if fields.get("parentCID", "ffffffff").lower() != "ffffffff" or "parentFileNameHint" in fields:
        raise Refused("InvalidFormatSize", "the VMDK is a snapshot of another one")


def run_tool(*arguments):
    """(exit status, output) of qemu-img."""
    environment = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C"}
    try:
        done = subprocess.run([*LIMITED, "qemu-img", *arguments], stdin=subprocess.DEVNULL, capture_output=True,
                              check=False, timeout=TOOL_SECONDS, env=environment)
    except subprocess.TimeoutExpired:
        raise Refused("InternalError", f"qemu-img {arguments[0]} took too long") from None
    return done.returncode, done.stdout[:MAX_OUTPUT], done.stderr[:2000].decode("utf-8", "replace").strip()


def run_json(*arguments):
    status, output, errors = run_tool(*arguments)
    if status != 0:
        raise Refused("InternalError", errors)
    return json.loads(output)


def measure(path, kind):
    """Checks both sizes and that no other file is involved; the virtual size."""
    # Sizes that our own look at the header gives come first: a tool may refuse absurd ones in its own words.
    facts = run_json("info", "-U", "--output=json", "-f", kind, path)
    if "backing-filename" in facts or "data-file" in facts.get("format-specific", {}).get("data", {}):
        raise Refused("InvalidFormatSize", "the image needs another file")
    virtual_size = facts["virtual-size"]
    if virtual_size > MAX_VIRTUAL:
        raise Refused("InvalidFormatSize", f"the virtual size is {virtual_size}, more than 500 GiB")
    actual = os.path.getsize(path)
    if kind != "qcow2":
        actual = run_json("measure", "-U", "--output=json", "-O", "qcow2", "-f", kind, path)["required"]
    if actual > MAX_ACTUAL:
        raise Refused("InvalidFormatSize", f"the size as QCOW2 is {actual}, more than 50 GiB")
    return virtual_size


def check_consistency(path, kind):
    """Leaked clusters (3) do no harm; 63 is "this format cannot be checked"."""
    status, _, errors = run_tool("check", "-U", "-q", "-f", kind, path)
    if status not in (0, 3, 63):
        raise Refused("InternalError", f"the image is damaged: {errors}")


def read_disk_head(path, kind, virtual_size):
    """The first bytes of the disk inside the image."""
    with tempfile.TemporaryDirectory() as folder:
        target = os.path.join(folder, "head")
        count = max(1, min(HEAD, virtual_size) // SECTOR)
        status, _, errors = run_tool("dd", "-U", "-f", kind, "-O", "raw", f"bs={SECTOR}", f"count={count}",
                                     f"if={path}", f"of={target}")
        if status != 0:
            raise Refused("InternalError", f"the disk cannot be read: {errors}")
        with open(target, "rb") as file:
            return file.read(HEAD)


def list_mbr_partitions(head):
    """[(type, first sector, sectors)] of the used entries, or None where they cannot be a partition table."""
    if len(head) < SECTOR or head[510:512] != b"\x55\xaa":
        return None
    entries = [struct.unpack_from("<B3xB3xII", head, 446 + 16 * number) for number in range(4)]
    if any(flag not in (0, 0x80) for flag, *_ in entries):
        return None
    return [(kind, first, count) for _, kind, first, count in entries if kind and count]


def check_partitions(head, virtual_size, boot_mode):
    partitions = list_mbr_partitions(head)
    if not partitions:
        raise Refused("PartitionNotPresent", "there is no partition table")
    is_gpt = partitions[0][0] == 0xEE
    if is_gpt and boot_mode != "UEFI":
        raise Refused("PartitionNotPresent", "a GPT cannot be imported with the boot mode Legacy BIOS")
    if is_gpt:
        if b"EFI PART" not in (head[SECTOR:SECTOR + 8], head[4096:4104]):
            raise Refused("PartitionNotPresent", "the GPT behind its protective MBR is missing")
        return
    for _, first, count in partitions:
        if first == 0 or (first + count) * SECTOR > virtual_size:
            raise Refused("PartitionNotPresent", "a partition is outside of the disk")
