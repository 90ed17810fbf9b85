# SPDX-License-Identifier: GPL-3.0-or-later
"""COS operations on whole objects: put, get with ranges, head, delete, ACL."""

import re

from cos_xml import format_http_time
from errors import CosError
from intake import check_length, receive
from store import StoredObject
from wire import Response

MAX_PUT = 5 * 1024 ** 3
MAX_KEY = 850
MAX_META = 2048
OBJECT_ACLS = ("private", "public-read", "default")
STORAGE_CLASSES = ("STANDARD", "STANDARD_IA", "ARCHIVE", "DEEP_ARCHIVE", "INTELLIGENT_TIERING", "MAZ_STANDARD",
                   "MAZ_STANDARD_IA", "MAZ_INTELLIGENT_TIERING")
OVERRIDES = {"response-content-type": "Content-Type", "response-content-language": "Content-Language",
             "response-expires": "Expires", "response-cache-control": "Cache-Control",
             "response-content-disposition": "Content-Disposition", "response-content-encoding": "Content-Encoding"}


def read_key(request):
    """The object's key from the path, if it may be written under that name."""
    key = request.path[1:]
    if len(key.encode()) > MAX_KEY:
        raise CosError("KeyTooLong", "The key is longer than 850 bytes.")
    if key[0] in "/\\" or re.search(r"[\x18-\x1b]", key):
        raise CosError("InvalidObjectName", "The key begins with a slash or has control characters.")
    if all(part in ("", ".", "..") for part in key.split("/")):
        raise CosError("InvalidObjectName", "The key is made of dots and slashes only.")
    return key


def read_object_headers(request):
    """What an object is created with: for PUT Object and for a new multipart upload."""
    acl = request.headers.get("x-cos-acl", "default")
    if acl not in OBJECT_ACLS:
        raise CosError("InvalidArgument", "The ACL is not known.")
    storage_class = request.headers.get("x-cos-storage-class", "STANDARD")
    if storage_class not in STORAGE_CLASSES:
        raise CosError("NotSupportedStorageClass", "The storage class is not known.")
    meta = {name: value for name, value in request.headers.items()
            if name.startswith("x-cos-meta-") and "_" not in name}
    if sum(len(name) + len(value) for name, value in meta.items()) > MAX_META:
        raise CosError("InvalidArgument", "x-cos-meta-* is longer than 2 KB in all.")
    check_traffic_limit(request)
    return {"acl": acl, "storage_class": storage_class, "meta": meta,
            "content_type": request.headers.get("content-type", "application/octet-stream")}


def check_traffic_limit(request):
    text = request.headers.get("x-cos-traffic-limit")
    if text is None:
        return
    if not re.fullmatch(r"[0-9]{1,12}", text) or not 819200 <= int(text) <= 838860800:
        raise CosError("InvalidArgument", "x-cos-traffic-limit must be 819200 to 838860800 bit/s.")


def add_crc(cloud, request, headers, crc):
    """The checksum header, unless a fault says otherwise."""
    do = request.fault.do if request.fault is not None else ""
    if do == "wrong-crc":
        crc ^= 1
    if do != "no-crc":
        headers.append(("x-cos-hash-crc64ecma", str(crc)))


def put_object(cloud, request, bucket):
    key = read_key(request)
    properties = read_object_headers(request)
    check_length(request, MAX_PUT)
    received = receive(request, cloud.store.make_incoming_path(), request.body.connection.buffer)
    stored = StoredObject(key, received.size, f'"{received.md5}"', received.crc64, cloud.clock.now(), **properties)
    cloud.store.put_object(bucket, stored, received.path)
    headers = [("ETag", stored.etag)]
    add_crc(cloud, request, headers, stored.crc64)
    return Response(200, headers)


def find_object(cloud, request, bucket):
    stored = cloud.store.find_object(bucket, request.path[1:])
    if stored is None:
        raise CosError("NoSuchKey", "The specified key does not exist.")
    return stored


def read_range(text, size):
    """(start, length), or None for a header that is not a single range of bytes (it is ignored then)."""
    match = re.fullmatch(r"bytes=([0-9]{0,15})-([0-9]{0,15})", text)
    if match is None or match[0] == "bytes=-":
        return None
    if match[1] == "":
        start, end = max(0, size - int(match[2])), size - 1
    else:
        start, end = int(match[1]), min(int(match[2] or size - 1), size - 1)
    if start >= size or end < start:
        raise CosError("InvalidRange", "The requested range is not satisfiable.",
                       headers=[("Content-Range", f"bytes */{size}")])
    return start, end - start + 1


def matches(etag, header):
    return header.strip() == "*" or etag.strip('"') in [item.strip().strip('"') for item in header.split(",")]


def get_object(cloud, request, bucket):
    stored = find_object(cloud, request, bucket)
    headers = [("ETag", stored.etag), ("Last-Modified", format_http_time(stored.modified)),
               ("Accept-Ranges", "bytes"), *stored.meta.items()]
    if stored.storage_class != "STANDARD":
        headers.append(("x-cos-storage-class", stored.storage_class))
    add_crc(cloud, request, headers, stored.crc64)
    if "if-match" in request.headers and not matches(stored.etag, request.headers["if-match"]):
        raise CosError("PreconditionFailed", "The precondition in If-Match does not hold.")
    if "if-none-match" in request.headers and matches(stored.etag, request.headers["if-none-match"]):
        return Response(304, headers)
    replaced = {OVERRIDES[name]: value for name, value in request.params if name in OVERRIDES}
    if any("\r" in value or "\n" in value for value in replaced.values()):
        raise CosError("InvalidArgument", "A response header has a line break.")
    headers += list({"Content-Type": stored.content_type, **replaced}.items())
    part = read_range(request.headers["range"], stored.size) if "range" in request.headers else None
    start, length = part or (0, stored.size)
    if part is not None:
        headers.append(("Content-Range", f"bytes {start}-{start + length - 1}/{stored.size}"))
    response = Response(200 if part is None else 206, headers)
    response.file = (bucket.get_object_path(stored.key), start, length)
    return response


def delete_object(cloud, request, bucket):
    cloud.store.delete_object(bucket, request.path[1:])
    return Response(204)


def put_object_acl(cloud, request, bucket):
    acl = request.headers.get("x-cos-acl")
    if acl not in OBJECT_ACLS:
        raise CosError("InvalidArgument", "x-cos-acl must be private, public-read or default.")
    stored = find_object(cloud, request, bucket)
    stored.acl = acl
    cloud.store.save_object(bucket, stored)
    return Response(200)
