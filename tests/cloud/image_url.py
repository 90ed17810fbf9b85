# SPDX-License-Identifier: GPL-3.0-or-later
"""The URL of an image as ImportImage takes it, and whether the import service
can read what is behind it."""

import re
from dataclasses import dataclass

import signing_cos
from errors import CosError
from regions import find_place, may_import
from wire import Request

URL = re.compile(r"(https?)://([a-z0-9.-]{1,255})(/[^\s#]{1,4000})")
LINK = re.compile(r"q-signature=([0-9a-f]{40})")


@dataclass
class ImageUrl:
    host: str
    target: str
    key: str
    bucket: str
    region: str

    def find_link(self):
        """What makes a signed link this one, or "" for a plain URL."""
        match = LINK.search(self.target)
        return match[1] if match else ""


def parse_image_url(text):
    """None if it is not the URL of an object by its form (backup domain and acceleration are not documented)."""
    match = URL.fullmatch(text)
    if match is None:
        return None
    place = find_place(match[2])
    request = Request("GET", match[3], {"host": match[2]})
    try:
        request.decode()
    except CosError:
        return None
    if place.kind != "bucket" or not match[2].endswith(".myqcloud.com") or request.path == "/":
        return None
    return ImageUrl(match[2], match[3], request.path[1:], place.bucket, place.region)


def find_refusal(cloud, url, image_region, is_spent):
    """Why the object cannot be read, or None. In the real service all of it is InvalidUrl."""
    if not may_import(url.region, image_region):
        return f"a bucket in {url.region} cannot be read from {image_region}"
    bucket = cloud.store.find_bucket(url.bucket, url.region)
    stored = cloud.store.find_object(bucket, url.key) if bucket is not None else None
    if stored is None:
        return "there is no such object"
    request = Request("GET", url.target, {"host": url.host})
    request.decode()
    try:
        key = signing_cos.verify(request, cloud.account, cloud.clock.now(), cloud.is_strict)
    except CosError as error:
        return f"{error.code}: {error.message}"
    if key is not None:
        return "the signed link was used before" if is_spent else None
    acl = bucket.acl if stored.acl == "default" else stored.acl
    return None if acl.startswith("public-read") else "the object is private and the link is not signed"
