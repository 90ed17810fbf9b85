# SPDX-License-Identifier: GPL-3.0-or-later
"""What the recipes share: partition tables, file systems laid into files
without mounting anything, and overlays that hold only what an edit changed.

Nothing here needs loop devices or root; names and times are fixed, so that
the same recipe makes the same image."""
import contextlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

MIB = 1024 * 1024
SECTOR = 512
CLUSTER = 65536
os.environ["PATH"] += ":/usr/sbin:/sbin"
BIOS_BOOT = "21686148-6449-6E6F-744E-656564454649"
ESP = "C12A7328-F81F-11D2-BA4B-00A0C93EC93B"
LINUX_DATA = "0FC63DAF-8483-4772-8E79-3D69D8477DE4"


def run(*command, **options):
    subprocess.run([str(word) for word in command], check=True, stdout=subprocess.DEVNULL, **options)


@contextlib.contextmanager
def work_folder():
    path = Path(tempfile.mkdtemp(prefix="embark-recipe."))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


class Tree:
    """A folder that becomes a file system."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)

    def at(self, path):
        return self.folder / path.lstrip("/")

    def write(self, path, data, mode=0o644):
        target = self.at(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data.encode() if isinstance(data, str) else data)
        target.chmod(mode)

    def link(self, path, aim):
        target = self.at(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.symlink_to(aim)

    def folders(self, *paths):
        for path in paths:
            self.at(path).mkdir(parents=True, exist_ok=True)


def make_file(path, size):
    with open(path, "wb") as file:
        file.truncate(size)


def copy_data(source, target, offset):
    """Only what holds data, so that holes stay holes."""
    with open(source, "rb") as reader, open(target, "r+b") as writer:
        end = os.fstat(reader.fileno()).st_size
        at = 0
        while at < end:
            try:
                at = os.lseek(reader.fileno(), at, os.SEEK_DATA)
            except OSError:
                return
            stop = os.lseek(reader.fileno(), at, os.SEEK_HOLE)
            reader.seek(at)
            writer.seek(offset + at)
            while at < stop:
                data = reader.read(min(stop - at, 4 * MIB))
                writer.write(data)
                at += len(data)


def write_proto(tree, target):
    """The list of files that mkfs.xfs takes; names with blanks cannot be said in it and are left out."""
    kinds = {0o100000: "-", 0o040000: "d", 0o120000: "l"}
    with open(target, "w", encoding="utf-8") as proto:
        proto.write("/dev/null\n0 0\nd--755 0 0\n")

        def add(folder):
            for path in sorted(folder.iterdir()):
                status = path.lstat()
                kind = kinds.get(status.st_mode & 0o170000)
                if kind is None or " " in path.name:
                    continue
                bits = ("u" if status.st_mode & 0o4000 else "-") + ("g" if status.st_mode & 0o2000 else "-")
                proto.write(f"{path.name} {kind}{bits}{status.st_mode & 0o777:03o} {status.st_uid} {status.st_gid}")
                if kind == "d":
                    proto.write("\n")
                    add(path)
                    proto.write("$\n")
                else:
                    proto.write(f" {os.readlink(path) if kind == 'l' else path}\n")

        add(Path(tree))
        proto.write("$\n")


def make_file_system(path, size, kind, tree=None, uuid=None, label=None):
    """@kind: ext4, xfs, btrfs, vfat, swap; @tree: the folder that it holds."""
    make_file(path, size)
    if kind in ("ext3", "ext4"):
        run("mke2fs", "-q", "-F", "-t", kind, "-b", "4096", "-m", "1", *(["-O", "^metadata_csum_seed,^orphan_file"] if
            kind == "ext4" else []), *(["-U", uuid, "-E", f"hash_seed={uuid}"] if uuid else []),
            *(["-L", label] if label else []), *(["-d", tree] if tree else []), path, stderr=subprocess.DEVNULL)
    elif kind == "xfs":
        write_proto(tree, f"{path}.proto")
        run("mkfs.xfs", "-q", "-f", "-p", f"{path}.proto", *(["-m", f"uuid={uuid}"] if uuid else []), path)
        os.remove(f"{path}.proto")
    elif kind == "btrfs":
        run("mkfs.btrfs", "-q", "-f", *(["-U", uuid] if uuid else []), *(["--rootdir", tree] if tree else []), path)
    elif kind == "vfat":
        run("mkfs.vfat", *(["-i", uuid.replace("-", "")] if uuid else []), path)
        for entry in sorted(Path(tree).iterdir()) if tree else []:
            run("mcopy", "-s", "-i", path, entry, "::/")
    elif kind == "swap":
        run("mkswap", *(["-U", uuid] if uuid else []), path, stderr=subprocess.DEVNULL)
    else:
        raise ValueError(kind)


class Disk:
    """A disk in a raw file: give it partitions, then finish() it."""

    def __init__(self, path, size, table="dos"):
        self.path, self.size, self.table = Path(path), size, table
        self.lines, self.contents, self.next = [], [], MIB
        make_file(path, size)

    def add(self, size=None, kind=None, mbr="83", gpt=LINUX_DATA, bootable=False, content=None, **options):
        """@size: None for the rest; @content: bytes at the start instead of a file system of @kind."""
        start, end = self.next, self.size - MIB
        size = size or end - start
        line = f"start={start // SECTOR}, size={size // SECTOR}, type={mbr if self.table == 'dos' else gpt}"
        self.lines.append(line + (", bootable" if bootable else ""))
        self.contents.append((start, size, kind, content, options))
        self.next = start + size
        return start

    def finish(self):
        if self.table:
            label_id = "0x656d6272" if self.table == "dos" else "656D6272-0000-4000-8000-000000000000"
            run("sfdisk", "-q", self.path, input=f"label: {self.table}\nlabel-id: {label_id}\n".encode() +
                "\n".join(self.lines).encode() + b"\n")
        for number, (start, size, kind, content, options) in enumerate(self.contents, 1):
            part = Path(f"{self.path}.{number}")
            if content is not None:
                make_file(part, size)
                with open(part, "r+b") as file:
                    file.write(content)
            elif kind:
                make_file_system(part, size, kind, **options)
            else:
                continue
            copy_data(part, self.path, start)
            part.unlink()

    def to_qcow2(self, target):
        self.finish()
        convert(self.path, target)
        self.path.unlink()


def convert(raw, target, format="qcow2", *options):
    run("qemu-img", "convert", "-q", "-f", "raw", "-O", format, *options, raw, target)


def find_changes(before, after):
    """The runs of clusters in which two files of one size differ: (offset, length)."""
    runs = []
    with open(before, "rb") as old, open(after, "rb") as new:
        at = 0
        while True:
            try:
                at = os.lseek(new.fileno(), at, os.SEEK_DATA) // CLUSTER * CLUSTER
            except OSError:
                break
            old.seek(at)
            new.seek(at)
            data = new.read(CLUSTER)
            if data != old.read(CLUSTER):
                if runs and sum(runs[-1]) == at:
                    runs[-1] = (runs[-1][0], runs[-1][1] + len(data))
                else:
                    runs.append((at, len(data)))
            at += len(data)
    return runs


def link_beside(base, folder):
    link = folder / base.name
    if not link.exists():
        os.link(base, link)


class Edits:
    """Overlays of a base image, each by an edit of one raw copy that is put back afterwards."""

    def __init__(self, base, folder):
        self.base, self.before, self.after = Path(base), folder / "before.raw", folder / "after.raw"
        run("qemu-img", "convert", "-q", "-f", "qcow2", "-O", "raw", base, self.before)
        run("cp", "--sparse=always", self.before, self.after)

    def save(self, target):
        runs = find_changes(self.before, self.after)
        # Beside its base: a base elsewhere could be any file of the computer, and is refused.
        link_beside(self.base, target.parent)
        run("qemu-img", "create", "-q", "-f", "qcow2", "-b", self.base.name, "-F", "qcow2", target)
        with tempfile.NamedTemporaryFile() as piece, open(self.after, "r+b") as new, open(self.before, "rb") as old:
            commands = []
            for number, (offset, length) in enumerate(runs):
                new.seek(offset)
                data = new.read(length)
                name = f"{piece.name}.{number}"
                Path(name).write_bytes(data)
                commands.append(f"write -q -s {name} {offset} {length}")
                old.seek(offset)
                new.seek(offset)
                new.write(old.read(length))
            run("qemu-io", "-f", "qcow2", target, input="\n".join(commands).encode() + b"\nquit\n")
            for number in range(len(runs)):
                os.unlink(f"{piece.name}.{number}")


def debugfs(raw, commands, offset=MIB):
    """Edits an ext4 inside a disk; a command that fails is an error, which debugfs itself does not say."""
    process = subprocess.run(["debugfs", "-w", "-f", "/dev/stdin", f"{raw}?offset={offset}"], check=True,
                             input="\n".join(commands) + "\n", text=True, capture_output=True)
    complaints = [line for line in process.stderr.splitlines() if line and not line.startswith("debugfs 1.")]
    complaints += [line for line in process.stdout.splitlines() if "not found" in line or "Usage" in line]
    if complaints:
        raise RuntimeError("\n".join(complaints))


def guestfish(commands, drives):
    """One appliance for @drives [(path, format)]; never with KVM, which hangs where it is broken."""
    arguments = []
    for path, format in drives:
        arguments += [f"--format={format}", "-a", str(path)]
    environment = dict(os.environ, LIBGUESTFS_BACKEND="direct", LIBGUESTFS_BACKEND_SETTINGS="force_tcg")
    run("guestfish", "--no-progress-bars", *arguments, input="\n".join(["run", *commands]).encode() + b"\n",
        env=environment)


def drive_name(index):
    """sda … sdz, sdaa …"""
    letters = ""
    index += 1
    while index:
        index, letter = divmod(index - 1, 26)
        letters = chr(ord("a") + letter) + letters
    return "/dev/sd" + letters
