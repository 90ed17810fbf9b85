# SPDX-License-Identifier: GPL-3.0-or-later
"""One unfinished multipart upload: a folder with a file for each part. The
name of a part's file says its number, MD5 and CRC, so a restart finds it."""

import json
import os
import re
import secrets
import shutil
import threading
from dataclasses import dataclass

import crc64

PART_NAME = re.compile(r"part-(\d{5})-([0-9a-f]{32})-([0-9a-f]{16})")


@dataclass
class Part:
    number: int
    size: int
    md5: str
    crc64: int
    modified: float
    path: str


def copy_bytes(source, target, length):
    """In the kernel; both files at their own positions. A target opened for appending would be refused."""
    count = os.copy_file_range(source.fileno(), target.fileno(), length)
    if count == 0:
        raise OSError("a part is shorter than it was")
    return count


class Upload:
    """lock is held while the upload is completed or aborted, and while a part is added."""

    def __init__(self, folder, facts):
        self.lock = threading.Lock()
        self.folder = folder
        self.id = facts["id"]
        self.key = facts["key"]
        self.initiated = facts["initiated"]
        self.headers = facts["headers"]
        self.parts = {}
        self.is_gone = False
        self.finished = threading.Event()

    @classmethod
    def create(cls, parent, key, initiated, headers):
        upload_id = f"{int(initiated)}{secrets.token_hex(32)}"
        facts = {"id": upload_id, "key": key, "initiated": initiated, "headers": headers}
        folder = os.path.join(parent, upload_id)
        os.mkdir(folder)
        with open(os.path.join(folder, "upload.json"), "w", encoding="utf-8") as file:
            json.dump(facts, file)
        return cls(folder, facts)

    @classmethod
    def load(cls, folder):
        try:
            with open(os.path.join(folder, "upload.json"), encoding="utf-8") as file:
                upload = cls(folder, json.load(file))
        except (OSError, ValueError):
            shutil.rmtree(folder, ignore_errors=True)
            return None
        for name in os.listdir(folder):
            match = PART_NAME.fullmatch(name)
            if match:
                path = os.path.join(folder, name)
                status = os.stat(path)
                upload.parts[int(match[1])] = Part(int(match[1]), status.st_size, match[2], int(match[3], 16),
                                                   status.st_mtime, path)
        return upload

    def add_part(self, number, size, md5, crc, modified, path):
        """Takes over the file at path; False if the upload has ended meanwhile."""
        with self.lock:
            if self.is_gone:
                os.unlink(path)
                return False
            target = os.path.join(self.folder, f"part-{number:05}-{md5}-{crc:016x}")
            old = self.parts.get(number)
            os.replace(path, target)
            if old is not None and old.path != target:
                os.unlink(old.path)
            self.parts[number] = Part(number, size, md5, crc, modified, target)
            return True

    def list_parts(self):
        with self.lock:
            return sorted(self.parts.values(), key=lambda part: part.number)

    def combine_crc(self, parts):
        crc = 0
        for part in parts:
            crc = crc64.combine(crc, part.crc64, part.size)
        return crc

    def join_parts(self, parts):
        """Appends all parts to the first one's file, freeing each at once, and returns its path. A generator
        that yields between parts, since it can take long; the last value is the path."""
        first = parts[0].path
        with open(first, "r+b", buffering=0) as target:
            target.seek(0, os.SEEK_END)
            for part in parts[1:]:
                with open(part.path, "rb", buffering=0) as source:
                    left = part.size
                    while left:
                        left -= copy_bytes(source, target, left)
                os.unlink(part.path)
                yield None
        yield first

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)
