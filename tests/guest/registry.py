# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads Windows disks as they are: hives as {key: {name: value}}, and the
checksum of every file. One appliance for all disks."""
import os
import re
import subprocess
import tempfile
from pathlib import Path

import images
import kit

HIVES = ("SYSTEM", "SOFTWARE")
VALUE = re.compile(r'(?:"((?:[^"\\]|\\.)*)"|@)=(.*)')


def read_hive(path):
    """{key in lower case: {name in lower case: value as hivexregedit writes it}}"""
    text = subprocess.run(["hivexregedit", "--export", path, "\\"], check=True, stdout=subprocess.PIPE).stdout.decode()
    keys, values = {}, None
    for line in text.splitlines():
        if line.startswith("["):
            values = keys.setdefault(line[1:-1].strip("\\").lower(), {})
        elif match := VALUE.fullmatch(line):
            values[re.sub(r"\\(.)", r"\1", match[1] or "").lower()] = match[2]
    return keys


def decode(value):
    """The type and the text of what hivexregedit writes as the bytes of a string; other values as they are."""
    match = re.fullmatch(r"hex\(([127])\):([0-9a-f,]*)", value or "")
    if not match:
        return value
    return match[1] + ":" + bytes.fromhex(match[2].replace(",", "")).decode("utf-16-le")


class Windows:
    """@descriptors: {path: security descriptor as NTFS keeps it} of those that were asked for."""

    def __init__(self, folder, paths):
        self.descriptors = {path: (folder / f"descriptor{number}").read_bytes() for number, path in enumerate(paths)}
        self.hives = {name: read_hive(folder / name) for name in HIVES}
        self.files = {}
        for line in (folder / "sums").read_text(encoding="utf-8", errors="replace").splitlines():
            digest, _, path = line.partition("  ")
            self.files[path.removeprefix(".").lower()] = digest


def ask_appliance(commands, disks):
    """Read-only, since an overlay and what it stands on are open at once; without KVM."""
    words = [word for disk in disks for word in ("--format=qcow2", "-a", disk)]
    subprocess.run(["guestfish", "--ro", "--no-progress-bars", *words], check=True, stdout=subprocess.DEVNULL,
                   input="\n".join(["run", *commands]).encode() + b"\n",
                   env=dict(os.environ, LIBGUESTFS_BACKEND="direct", LIBGUESTFS_BACKEND_SETTINGS="force_tcg",
                            LIBGUESTFS_CACHEDIR=str(images.CACHE / "appliance")))


def read_disks(disks, partition, paths=()):
    """[Windows] of qcow2 files; @partition: number of that of drive C:; @paths: whose descriptors to read, as far as
    they are there."""
    with tempfile.TemporaryDirectory(prefix="embark-registry.") as top:
        commands, folders = [], []
        for number, _ in enumerate(disks):
            folder = Path(top, str(number))
            folder.mkdir()
            folders.append(folder)
            commands.append(f"mount-ro {kit.drive_name(number)}{partition} /")
            commands += [f"download /Windows/System32/config/{hive} {folder}/{hive}" for hive in HIVES]
            commands += [f"-getxattr {path} system.ntfs_acl | cat > {folder}/descriptor{place}"
                         for place, path in enumerate(paths)]
            commands += [f"checksums-out sha256 / {folder}/sums", "umount-all"]
        ask_appliance(commands, disks)
        return [Windows(folder, paths) for folder in folders]


def find_changes(before, after):
    """{(hive, key, name): value} of what is new or different, None for what is gone; a key that holds nothing has
    the name None."""
    changes = {}
    for hive in HIVES:
        old, new = before.hives[hive], after.hives[hive]
        for key in old.keys() | new.keys():
            if key not in old and not new[key]:
                changes[hive, key, None] = ""
            for name in old.get(key, {}).keys() | new.get(key, {}).keys():
                value = new.get(key, {}).get(name)
                if value != old.get(key, {}).get(name):
                    changes[hive, key, name] = value
    return changes


def find_new_files(before, after):
    """{path: checksum} of files that are new or different, but for the hives."""
    return {path: digest for path, digest in after.files.items()
            if before.files.get(path) != digest and "/system32/config/" not in path}
