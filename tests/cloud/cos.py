# SPDX-License-Identifier: GPL-3.0-or-later
"""COS: which operation a request is, who may do it, and the operations on the
service and on buckets."""

import re

import cos_multipart
import cos_objects
import path_style
import signing_cos
from account import APPID, OWNER_UIN
from cos_xml import format_time, read_xml, write_xml
from errors import CosError
from intake import read_small
from listing import make_encoder, read_count, split_by_delimiter
from regions import REGIONS
from wire import Response

MAX_BUCKETS = 200
MAX_HOST = 60
BUCKET_ACLS = ("private", "public-read", "public-read-write", "authenticated-read")
BUCKET_NAME = re.compile(r"(?!-)[a-z0-9-]+(?<!-)-" + APPID)
SUBRESOURCES = ("acl", "policy", "lifecycle", "cors", "website", "accelerate", "tagging", "logging", "replication",
                "versioning", "location", "versions", "delete", "inventory", "encryption", "object-lock", "restore",
                "append", "select", "torrent")

OPERATIONS = {
    ("service", "GET", ""): "GetService",
    ("bucket", "GET", ""): "GetBucket",
    ("bucket", "GET", "uploads"): "ListMultipartUploads",
    ("bucket", "HEAD", ""): "HeadBucket",
    ("bucket", "PUT", ""): "PutBucket",
    ("bucket", "DELETE", ""): "DeleteBucket",
    ("object", "GET", ""): "GetObject",
    ("object", "HEAD", ""): "HeadObject",
    ("object", "PUT", ""): "PutObject",
    ("object", "DELETE", ""): "DeleteObject",
    ("object", "PUT", "acl"): "PutObjectAcl",
    ("object", "POST", "uploads"): "InitiateMultipartUpload",
    ("object", "PUT", "uploadId"): "UploadPart",
    ("object", "GET", "uploadId"): "ListParts",
    ("object", "POST", "uploadId"): "CompleteMultipartUpload",
    ("object", "DELETE", "uploadId"): "AbortMultipartUpload",
}


def find_operation(place, request):
    """The name the access policies use, or MethodNotAllowed, NotImplemented."""
    kind = place.kind if place.kind == "service" else "bucket" if request.path == "/" else "object"
    if place.kind == "service" and request.path != "/":
        return "PathStyle"
    sub = next((name for name in ("uploads", "uploadId") if request.has(name)), "")
    if not sub:
        sub = next((name for name in SUBRESOURCES if request.has(name)), "")
    if "x-cos-copy-source" in request.headers or "x-amz-copy-source" in request.headers:
        return "NotImplemented"
    if place.is_path_style and (kind, request.method) == ("bucket", "PUT"):
        return "NotImplemented"
    found = OPERATIONS.get((kind, request.method, sub))
    if found is None:
        return "NotImplemented" if sub in SUBRESOURCES else "MethodNotAllowed"
    return found


def check_bucket_name(place):
    if not BUCKET_NAME.fullmatch(place.bucket):
        raise CosError("InvalidBucketName", "The bucket name must be of a-z, 0-9 and -, and end with the APPID.")
    if len(f"{place.bucket}.cos.{place.region}.myqcloud.com") > MAX_HOST:
        raise CosError("BucketNameTooLong", "The host name of the bucket is longer than 60 characters.")


def authorize(cloud, request, place, bucket):
    """Keys of the account may do everything; anybody may read what is public."""
    if place.is_path_style:
        path_style.authorize(cloud, request, place)
        return
    key = signing_cos.verify(request, cloud.account, cloud.clock.now(), cloud.is_strict)
    if key is not None:
        return
    if bucket is not None and request.op in ("GetObject", "HeadObject"):
        stored = cloud.store.find_object(bucket, request.path[1:])
        acl = stored.acl if stored is not None else "default"
        acl = bucket.acl if acl == "default" else acl
        if acl.startswith("public-read"):
            return
    raise CosError("AccessDenied", "Access Denied.")


def answer(cloud, request, place):
    """The Response of a COS request, or CosError."""
    if place.kind == "accelerate":
        raise CosError("BucketAccelerateNotEnabled", "Global acceleration is not enabled for this bucket.")
    if place.region and place.region not in REGIONS:
        raise CosError("InvalidRegionName", "There is no such region.")
    if place.kind == "service" and request.op == "PathStyle":
        raise CosError("InvalidURI", "Buckets have host names; path style is not supported.")
    bucket = None
    if place.kind == "bucket":
        if request.op == "PutBucket":
            check_bucket_name(place)
        bucket = cloud.store.find_bucket(place.bucket, place.region)
    authorize(cloud, request, place, bucket)
    if request.op == "MethodNotAllowed":
        raise CosError("MethodNotAllowed", "The specified method is not allowed against this resource.")
    if request.op == "NotImplemented":
        raise CosError("NotImplemented", "The practice cloud does not have this operation.")
    if "transfer-encoding" in request.headers:
        raise CosError("MissingContentLength", "You must provide the Content-Length HTTP header.")
    if request.op == "GetService":
        return list_service(cloud, request, place)
    if request.op == "PutBucket":
        return put_bucket(cloud, request, place)
    if bucket is None:
        raise CosError("NoSuchBucket", "The specified bucket does not exist.")
    return HANDLERS[request.op](cloud, request, bucket)


def list_service(cloud, request, place):
    limit = read_count(request, "max-keys", 2000, 2000) or 2000
    region = place.region or request.get("region", "")
    marker = request.get("marker", "")
    buckets = [bucket for bucket in cloud.store.list_buckets(region) if bucket.name > marker]
    page = buckets[:limit]
    entries = [("Bucket", [("Name", bucket.name), ("Location", bucket.region),
                           ("CreationDate", format_time(bucket.created)), ("BucketType", "cos")]) for bucket in page]
    owner = [("ID", f"qcs::cam::uin/{OWNER_UIN}:uin/{OWNER_UIN}"), ("DisplayName", OWNER_UIN)]
    is_cut = len(buckets) > len(page)
    children = [("Owner", owner), ("Buckets", entries), ("Marker", marker), ("MaxKeys", limit),
                ("IsTruncated", "true" if is_cut else "false")]
    if is_cut:
        children.append(("NextMarker", page[-1].name))
    return Response(200, body=write_xml("ListAllMyBucketsResult", children), content_type="application/xml")


def read_bucket_configuration(request):
    """Whether it is to be in several zones."""
    data = read_small(request, 1 << 16)
    if not data:
        return False
    if "content-md5" not in request.headers:
        raise CosError("InvalidDigest", "A body of PUT Bucket needs Content-MD5.")
    zones = read_xml(data, "CreateBucketConfiguration").findtext("BucketAZConfig")
    if zones != "MAZ":
        raise CosError("MalformedXML", "BucketAZConfig must be MAZ.")
    return True


def put_bucket(cloud, request, place):
    is_multi_zone = read_bucket_configuration(request)
    acl = request.headers.get("x-cos-acl", "private")
    if acl not in BUCKET_ACLS:
        raise CosError("InvalidArgument", "The ACL is not known.")
    with cloud.store.lock:
        known = cloud.store.buckets.get(place.bucket)
        if known is not None and known.region == place.region:
            raise CosError("BucketAlreadyOwnedByYou", "The bucket you tried to create already exists, and you own it.")
        if known is not None:
            raise CosError("BucketAlreadyExists", "The bucket exists in another region.")
        if len(cloud.store.buckets) >= MAX_BUCKETS:
            raise CosError("TooManyBuckets", "You have attempted to create more buckets than allowed.")
        cloud.store.create_bucket(place.bucket, place.region, cloud.clock.now(), acl, is_multi_zone)
    return Response(200)


def head_bucket(cloud, request, bucket):
    headers = [("x-cos-bucket-region", bucket.region)]
    if bucket.is_multi_zone:
        headers.append(("x-cos-bucket-az-type", "MAZ"))
    return Response(200, headers)


def delete_bucket(cloud, request, bucket):
    with cloud.store.lock:
        if bucket.objects or bucket.uploads:
            raise CosError("BucketNotEmpty", "The bucket you tried to delete is not empty.")
        cloud.store.delete_bucket(bucket)
    return Response(204)


def get_bucket(cloud, request, bucket):
    encode = make_encoder(request)
    prefix, delimiter = request.get("prefix", ""), request.get("delimiter", "")
    marker = request.get("marker", "")
    limit = read_count(request, "max-keys", 1000, 1000)
    with cloud.store.lock:
        objects = dict(bucket.objects)
    keys = sorted((key for key in objects if key.startswith(prefix)), key=str.encode)
    entries = [entry for entry in split_by_delimiter(keys, prefix, delimiter) if entry[1].encode() > marker.encode()]
    page = entries[:limit]
    is_cut = len(entries) > len(page) > 0
    children = [("Name", bucket.name), ("Prefix", encode(prefix)), ("Marker", encode(marker)), ("MaxKeys", limit),
                ("Delimiter", encode(delimiter)), ("IsTruncated", "true" if is_cut else "false")]
    if is_cut:
        children.append(("NextMarker", encode(page[-1][1])))
    for kind, name in page:
        if kind == "prefix":
            children.append(("CommonPrefixes", [("Prefix", encode(name))]))
            continue
        stored = objects[name]
        children.append(("Contents", [
            ("Key", encode(name)), ("LastModified", format_time(stored.modified)), ("ETag", stored.etag),
            ("Size", stored.size), ("Owner", [("ID", OWNER_UIN), ("DisplayName", OWNER_UIN)]),
            ("StorageClass", stored.storage_class)]))
    return Response(200, body=write_xml("ListBucketResult", children), content_type="application/xml")


HANDLERS = {
    "GetBucket": get_bucket,
    "HeadBucket": head_bucket,
    "DeleteBucket": delete_bucket,
    "ListMultipartUploads": cos_multipart.list_uploads,
    "GetObject": cos_objects.get_object,
    "HeadObject": cos_objects.get_object,
    "PutObject": cos_objects.put_object,
    "DeleteObject": cos_objects.delete_object,
    "PutObjectAcl": cos_objects.put_object_acl,
    "InitiateMultipartUpload": cos_multipart.initiate,
    "UploadPart": cos_multipart.upload_part,
    "ListParts": cos_multipart.list_parts,
    "CompleteMultipartUpload": cos_multipart.complete,
    "AbortMultipartUpload": cos_multipart.abort,
}
