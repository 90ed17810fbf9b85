# SPDX-License-Identifier: GPL-3.0-or-later
"""The other way in, for other tools in benches: https://127.0.0.1/BUCKET/KEY
signed as clients of S3 sign. Behind it are the same operations as ever."""

import hashlib

import signing_s3
from errors import CosError
from intake import check_sha256
from regions import Place

EMPTY_SHA256 = hashlib.sha256().hexdigest()
# The names of S3 and of COS for what an object is created with.
RENAMED = ("acl", "storage-class", "traffic-limit")


def enter(store, request):
    """The Place that the path names; what is left of the path is the object's."""
    request.signed_path = request.path
    name, _, key = request.path[1:].partition("/")
    if not name:
        return Place("service", is_path_style=True)
    request.path = "/" + key
    bucket = store.buckets.get(name)
    return Place("bucket", bucket.region if bucket is not None else "", name, is_path_style=True)


def authorize(cloud, request, place):
    """Nobody without a signature, and nothing that was not signed."""
    signing_s3.verify(request, cloud.account, place.region, cloud.clock.now())
    if request.body.length == 0 and request.sha256 is not None:
        check_sha256(request, EMPTY_SHA256)
    for name in [name for name in request.headers if name.startswith("x-cos-")]:
        raise CosError("InvalidArgument", f"A header of COS in a request of S3: {name}")
    for name, value in list(request.headers.items()):
        short = name.removeprefix("x-amz-")
        if short != name and (short in RENAMED or short.startswith("meta-")):
            request.headers["x-cos-" + short] = value


def rename_answer(response):
    response.headers = [("x-amz-" + name[6:] if name.startswith("x-cos-meta-") else name, value)
                        for name, value in response.headers]
