# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes a request's body to disk while counting MD5 and CRC64, and checks
Content-MD5. Faults that spoil data on its way act here."""

import base64
import binascii
import hashlib
import os
from dataclasses import dataclass

import crc64
from errors import CosError


@dataclass
class Received:
    path: str
    size: int
    md5: str
    crc64: int


def check_content_md5(request, digest):
    text = request.headers.get("content-md5")
    if text is None:
        return
    if parse_content_md5(text) != digest:
        raise CosError("BadDigest", "The Content-MD5 you specified did not match what was received.")


def parse_content_md5(text):
    try:
        digest = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        digest = b""
    if len(digest) != 16:
        raise CosError("InvalidDigest", "The Content-MD5 you specified is not valid.")
    return digest


def check_sha256(request, digest):
    if request.sha256 != digest:
        raise CosError("XAmzContentSHA256Mismatch", "The x-amz-content-sha256 does not match what was received.")


def check_length(request, maximum):
    """Before anything is read."""
    if "content-length" not in request.headers:
        raise CosError("MissingContentLength", "You must provide the Content-Length HTTP header.")
    if request.body.length > maximum:
        raise CosError("EntityTooLarge", "Your proposed upload exceeds the maximum allowed object size.")
    if "content-md5" in request.headers:
        parse_content_md5(request.headers["content-md5"])


def spoil(view, at, start):
    """Turns one bit of the byte at position at, if it is in view, which begins at start."""
    if start <= at < start + len(view):
        view[at - start] ^= 1


def receive(request, path, buffer):
    """The body in a new file at path. On any failure the file is gone."""
    fault = request.fault
    flips_at = fault.get("at", 0) if fault is not None and fault.do == "flip-byte" else -1
    rots_at = fault.get("at", 0) if fault is not None and fault.do == "rot" else -1
    digest = hashlib.md5(usedforsecurity=False)
    signed = hashlib.sha256() if request.sha256 is not None else None
    crc = 0
    size = 0
    view = memoryview(buffer)
    try:
        with open(path, "wb", buffering=0) as file:
            while count := request.body.read_block(view):
                spoil(view[:count], flips_at, size)
                digest.update(view[:count])
                if signed is not None:
                    signed.update(view[:count])
                crc = crc64.update(crc, buffer, count)
                spoil(view[:count], rots_at, size)
                write_all(file, view[:count])
                size += count
        check_content_md5(request, digest.digest())
        if signed is not None:
            check_sha256(request, signed.hexdigest())
    except BaseException:
        os.unlink(path)
        raise
    return Received(path, size, digest.hexdigest(), crc)


def write_all(file, view):
    while len(view):
        view = view[file.write(view):]


def read_small(request, maximum):
    """A body that is read whole (XML), with its Content-MD5 checked."""
    check_length(request, maximum)
    data = request.body.read_all(maximum)
    check_content_md5(request, hashlib.md5(data, usedforsecurity=False).digest())
    if request.sha256 is not None:
        check_sha256(request, hashlib.sha256(data).hexdigest())
    return data
