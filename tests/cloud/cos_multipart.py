# SPDX-License-Identifier: GPL-3.0-or-later
"""COS multipart uploads: initiate, upload part, list, complete, abort."""

import re
import secrets
import time

from account import OWNER_UIN
from cos_objects import add_crc, check_traffic_limit, read_key, read_object_headers
from cos_xml import format_time, read_xml, write_xml
from errors import CosError
from intake import check_length, read_small, receive
from listing import make_encoder, read_count, split_by_delimiter
from store import StoredObject
from wire import Response

MAX_PART = 5 * 1024 ** 3
MIN_PART = 1024 ** 2
MAX_PARTS = 10000
MAX_COMPLETE_BODY = 1024 ** 2
SPACES_EVERY = 1.0
S3_NAMESPACE = "{http://s3.amazonaws.com/doc/2006-03-01/}"
OWNER = [("ID", f"qcs::cam::uin/{OWNER_UIN}:uin/{OWNER_UIN}"), ("DisplayName", OWNER_UIN)]


def answer_xml(name, children):
    return Response(200, body=write_xml(name, children), content_type="application/xml")


def initiate(cloud, request, bucket):
    key = read_key(request)
    check_length(request, 0)
    upload = cloud.store.add_upload(bucket, key, cloud.clock.now(), read_object_headers(request))
    return answer_xml("InitiateMultipartUploadResult",
                      [("Bucket", bucket.name), ("Key", key), ("UploadId", upload.id)])


def find_upload(cloud, request, bucket):
    upload = cloud.store.find_upload(bucket, request.path[1:], request.get("uploadId", ""))
    if upload is None:
        raise CosError("NoSuchUpload", "The specified multipart upload does not exist.")
    return upload


def read_part_number(text):
    if not re.fullmatch(r"[0-9]{1,5}", text or "") or not 1 <= int(text) <= MAX_PARTS:
        raise CosError("InvalidArgument", "partNumber must be 1 to 10000.")
    return int(text)


def upload_part(cloud, request, bucket):
    number = read_part_number(request.get("partNumber"))
    upload = find_upload(cloud, request, bucket)
    check_traffic_limit(request)
    check_length(request, MAX_PART)
    if request.body.length == 0:
        raise CosError("MissingRequestBodyError", "A part has at least one byte.")
    got = receive(request, cloud.store.make_incoming_path(), request.body.connection.buffer)
    if not upload.add_part(number, got.size, got.md5, got.crc64, cloud.clock.now(), got.path):
        raise CosError("NoSuchUpload", "The specified multipart upload does not exist.")
    headers = [("ETag", f'"{got.md5}"')]
    add_crc(cloud, request, headers, got.crc64)
    return Response(200, headers)


def list_parts(cloud, request, bucket):
    upload = find_upload(cloud, request, bucket)
    encode = make_encoder(request)
    limit = read_count(request, "max-parts", 1000, 1000)
    marker = read_count(request, "part-number-marker", 0, MAX_PARTS)
    parts = [part for part in upload.list_parts() if part.number > marker]
    page = parts[:limit]
    is_cut = len(parts) > len(page) > 0
    children = [("Bucket", bucket.name), ("Key", encode(upload.key)), ("UploadId", upload.id),
                ("Owner", OWNER), ("PartNumberMarker", marker), ("Initiator", OWNER),
                ("StorageClass", upload.headers["storage_class"]), ("MaxParts", limit),
                ("IsTruncated", "true" if is_cut else "false")]
    if is_cut:
        children.append(("NextPartNumberMarker", page[-1].number))
    for part in page:
        children.append(("Part", [("PartNumber", part.number), ("LastModified", format_time(part.modified)),
                                  ("ETag", f'"{part.md5}"'), ("Size", part.size)]))
    return answer_xml("ListPartsResult", children)


def read_part_list(request):
    """[(number, ETag without quotes)] of a Complete request."""
    if "content-length" in request.headers and request.body.length == 0:
        raise CosError("MissingRequestBodyError", "The request body is empty.")
    root = read_xml(read_small(request, MAX_COMPLETE_BODY), "CompleteMultipartUpload",
                    S3_NAMESPACE if request.signed_path is not None else "")
    listed = []
    for element in root:
        number, etag = element.findtext("PartNumber"), element.findtext("ETag")
        if element.tag != "Part" or etag is None or not re.fullmatch(r"\s*[0-9]{1,9}\s*", number or ""):
            raise CosError("MalformedXML", "A Part needs PartNumber and ETag.")
        listed.append((int(number), etag.strip().strip('"').lower()))
    if not listed:
        raise CosError("MalformedXML", "There is no Part.")
    return listed


def check_parts(upload, listed):
    """The Part objects in order, if they are all there as listed."""
    numbers = [number for number, _ in listed]
    if numbers != sorted(set(numbers)):
        raise CosError("InvalidPartOrder", "The list of parts was not in ascending order.")
    parts = []
    for expected, (number, etag) in enumerate(listed, 1):
        part = upload.parts.get(number)
        if number != expected or part is None or part.md5 != etag:
            raise CosError("InvalidPart", f"Part {min(expected, number)} could not be found, the list has a gap, or "
                           "the ETag did not match.")
        parts.append(part)
    if any(part.size < MIN_PART for part in parts[:-1]):
        raise CosError("EntityTooSmall", "A part other than the last is smaller than 1 MB.")
    return parts


def complete(cloud, request, bucket):
    """Errors that are known at once are statuses; then it is 200, spaces, and the outcome."""
    upload = find_upload(cloud, request, bucket)
    listed = read_part_list(request)
    if upload.is_gone:
        # A repeated Complete hears of the end only when the object is there.
        upload.finished.wait(600)
    with upload.lock:
        if upload.is_gone:
            raise CosError("NoSuchUpload", "The specified multipart upload does not exist.")
        parts = check_parts(upload, listed)
        crc = upload.combine_crc(parts)
        response = Response(200, content_type="application/xml")
        add_crc(cloud, request, response.headers, crc)
        fault = request.fault
        if fault is not None and fault.do == "error-in-200":
            response.stream = stream_error(fault, request)
            return response
        upload.is_gone = True
    response.stream = stream_completion(cloud, request, bucket, upload, parts, crc)
    return response


def stream_error(fault, request):
    yield b" "
    yield write_xml("Error", [("Code", fault.get("code", "InternalError")),
                              ("Message", fault.get("message", "We encountered an internal error.")),
                              ("Resource", request.path), ("RequestId", request.id), ("TraceId", request.id)])


def stream_completion(cloud, request, bucket, upload, parts, crc):
    """Spaces while the parts are joined. Always run to its end, also when the client no longer listens."""
    yield b" "
    last = time.monotonic()
    result = None
    for result in join(cloud, bucket, upload, parts, crc):
        if time.monotonic() - last >= SPACES_EVERY:
            last = time.monotonic()
            yield b" "
    for _ in range(int(request.fault.get("seconds", 3)) if is_slow(request) else 0):
        request.fault.wait(1)
        yield b" "
    yield write_xml("CompleteMultipartUploadResult", [
        ("Location", f"{bucket.name}.cos.{bucket.region}.myqcloud.com/{upload.key}"), ("Bucket", bucket.name),
        ("Key", upload.key), ("ETag", result.etag)])


def is_slow(request):
    return request.fault is not None and request.fault.do == "slow-complete"


def join(cloud, bucket, upload, parts, crc):
    """Yields None while it works and the StoredObject at last."""
    path = None
    for path in upload.join_parts(parts):
        yield None
    # Never the MD5 of the content, and never to be computed from the parts: an opaque value.
    etag = f'"{secrets.token_hex(16)}-{len(parts)}"'
    stored = StoredObject(upload.key, sum(part.size for part in parts), etag, crc, cloud.clock.now(),
                          **upload.headers)
    cloud.store.put_object(bucket, stored, path)
    cloud.store.forget_upload(bucket, upload)
    upload.finished.set()
    yield stored


def abort(cloud, request, bucket):
    upload = find_upload(cloud, request, bucket)
    with upload.lock:
        if upload.is_gone:
            raise CosError("NoSuchUpload", "The specified multipart upload does not exist.")
        upload.is_gone = True
    cloud.store.forget_upload(bucket, upload)
    return Response(204)


def list_uploads(cloud, request, bucket):
    encode = make_encoder(request)
    prefix, delimiter = request.get("prefix", ""), request.get("delimiter", "")
    key_marker, id_marker = request.get("key-marker", ""), request.get("upload-id-marker", "")
    limit = read_count(request, "max-uploads", 1000, 1000)
    with cloud.store.lock:
        uploads = [upload for upload in bucket.uploads.values() if upload.key.startswith(prefix)]
    uploads.sort(key=lambda upload: (upload.key.encode(), upload.id))
    uploads = [upload for upload in uploads if is_after(upload, key_marker, id_marker)]
    kinds = dict.fromkeys(split_by_delimiter([upload.key for upload in uploads], prefix, delimiter))
    plain = {name for kind, name in kinds if kind == "key"}
    uploads = [upload for upload in uploads if upload.key in plain]
    page = uploads[:limit]
    is_cut = len(uploads) > len(page) > 0
    children = [("Bucket", bucket.name), ("Prefix", encode(prefix)), ("Delimiter", encode(delimiter)),
                ("KeyMarker", encode(key_marker)), ("UploadIdMarker", id_marker), ("MaxUploads", limit),
                ("IsTruncated", "true" if is_cut else "false")]
    if is_cut:
        children += [("NextKeyMarker", encode(page[-1].key)), ("NextUploadIdMarker", page[-1].id)]
    for upload in page:
        children.append(("Upload", [
            ("Key", encode(upload.key)), ("UploadId", upload.id), ("Initiator", OWNER), ("Owner", OWNER),
            ("StorageClass", upload.headers["storage_class"]), ("Initiated", format_time(upload.initiated))]))
    children += [("CommonPrefixes", [("Prefix", encode(name))]) for kind, name in kinds if kind == "prefix"]
    return answer_xml("ListMultipartUploadsResult", children)


def is_after(upload, key_marker, id_marker):
    if not key_marker:
        return True
    if upload.key != key_marker:
        return upload.key.encode() > key_marker.encode()
    return bool(id_marker) and upload.id > id_marker
