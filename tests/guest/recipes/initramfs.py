# SPDX-License-Identifier: GPL-3.0-or-later
"""Archives of the kind that an initramfs is made of: newc cpio, raw or in any
of the compressions that a kernel knows, one behind the other."""
import bz2
import gzip
import lzma
import subprocess

COMPRESSORS = {
    "raw": lambda data: data,
    "gzip": lambda data: gzip.compress(data, mtime=0),
    "bzip2": bz2.compress,
    # The kernel's own decoder knows no other check than CRC32.
    "xz": lambda data: lzma.compress(data, check=lzma.CHECK_CRC32),
    "lzma": lambda data: lzma.compress(data, format=lzma.FORMAT_ALONE),
    "zstd": lambda data: pipe(["zstd", "-q", "-19", "-c"], data),
    "lz4": lambda data: pipe(["lz4", "-q", "-l", "-9", "-c"], data),
    "lzo": lambda data: pipe(["lzop", "-q", "-c"], data),
}


def pipe(command, data):
    return subprocess.run(command, input=data, check=True, stdout=subprocess.PIPE).stdout


def pad(data):
    return data + bytes(-len(data) % 4)


def pack(files):
    """@files: {path: bytes or None for a folder}."""
    paths = {}
    for path, data in files.items():
        parts = path.split("/")
        for end in range(1, len(parts)):
            paths.setdefault("/".join(parts[:end]), None)
        paths[path] = data
    return pack_entries([(path, 0o040755 if data is None else 0o100644, data or b"") for path, data in paths.items()])


def pack_entries(entries):
    """@entries: [(path, mode, data)]."""
    archive = b""
    chunks = []
    for number, (path, mode, data) in enumerate([*entries, ("TRAILER!!!", 0, b"")], 1):
        name = path.encode() + b"\0"
        fields = (number, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name), 0)
        chunks.append(pad(b"070701" + b"".join(b"%08X" % field for field in fields) + name) + pad(data))
    archive = b"".join(chunks)
    return archive + bytes(-len(archive) % 512)


def unpack(archive):
    """The entries of the first archive, and what follows it."""
    entries, at = [], 0
    while True:
        if archive[at:at + 6] != b"070701":
            raise ValueError("this is no cpio archive")
        fields = [int(archive[at + 6 + i * 8:at + 14 + i * 8], 16) for i in range(13)]
        mode, size, name_size = fields[1], fields[6], fields[11]
        name_at = at + 110
        data_at = name_at + name_size + -(name_at + name_size) % 4
        path = archive[name_at:name_at + name_size - 1].decode()
        at = data_at + size + -size % 4
        if path == "TRAILER!!!":
            return entries, archive[at:].lstrip(b"\0")
        entries.append((path, mode, archive[data_at:data_at + size]))


def remove_files(image, is_unwanted):
    """The Debian initramfs @image packed anew without some of its files."""
    kept = b""
    while image[:6] == b"070701":
        entries, image = unpack(image)
        kept += pack_entries([entry for entry in entries if not is_unwanted(entry[0])])
    if image:
        entries, _ = unpack(pipe(["zstd", "-dcq"], image))
        kept += pipe(["zstd", "-q", "-3", "-c"], pack_entries([entry for entry in entries if not is_unwanted(entry[0])]))
    return kept
