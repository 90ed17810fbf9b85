# SPDX-License-Identifier: GPL-3.0-or-later
"""Buckets and objects in folders: DIR/buckets/REGION/NAME/objects/FILE is an
object's bytes, ../meta/FILE.json what is known of it. Everything is there
again after a restart. Any thread; bodies are moved outside the lock."""

import hashlib
import json
import os
import secrets
import shutil
import threading
from dataclasses import asdict, dataclass, field
from urllib.parse import quote

from uploads import Upload

MAX_PLAIN_NAME = 180


@dataclass
class StoredObject:
    key: str
    size: int
    etag: str
    crc64: int
    modified: float
    acl: str = "default"
    content_type: str = "application/octet-stream"
    storage_class: str = "STANDARD"
    meta: dict = field(default_factory=dict)


def make_file_name(key):
    """A name without slashes and leading dots; a long key is known by its hash."""
    name = quote(key, safe="").replace("~", "%7E")
    if name.startswith("."):
        name = "%2E" + name[1:]
    return name if len(name) <= MAX_PLAIN_NAME else "~" + hashlib.sha256(key.encode()).hexdigest()


def write_json(path, value):
    """Whole or not at all."""
    temporary = f"{path}.{secrets.token_hex(4)}.new"
    with open(temporary, "w", encoding="utf-8") as file:
        json.dump(value, file, ensure_ascii=False, indent=1)
    os.replace(temporary, path)


def read_json(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


class Bucket:
    def __init__(self, folder, region, name, created, acl, is_multi_zone):
        self.folder = folder
        self.region = region
        self.name = name
        self.created = created
        self.acl = acl
        self.is_multi_zone = is_multi_zone
        self.objects = {}
        self.uploads = {}
        for part in ("objects", "meta", "uploads"):
            os.makedirs(os.path.join(folder, part), exist_ok=True)

    def save(self):
        write_json(os.path.join(self.folder, "bucket.json"),
                   {"name": self.name, "region": self.region, "created": self.created, "acl": self.acl,
                    "multiZone": self.is_multi_zone})

    def load_contents(self):
        for name in os.listdir(os.path.join(self.folder, "meta")):
            if name.endswith(".json"):
                stored = StoredObject(**read_json(os.path.join(self.folder, "meta", name)))
                self.objects[stored.key] = stored
        for name in os.listdir(os.path.join(self.folder, "uploads")):
            upload = Upload.load(os.path.join(self.folder, "uploads", name))
            if upload is not None:
                self.uploads[upload.id] = upload

    def get_object_path(self, key):
        return os.path.join(self.folder, "objects", make_file_name(key))

    def get_meta_path(self, key):
        return os.path.join(self.folder, "meta", make_file_name(key) + ".json")


class Store:
    def __init__(self, folder):
        self.lock = threading.RLock()
        self.folder = os.path.join(folder, "buckets")
        self.incoming = os.path.join(folder, "incoming")
        self.buckets = {}
        shutil.rmtree(self.incoming, ignore_errors=True)
        os.makedirs(self.incoming)
        os.makedirs(self.folder, exist_ok=True)
        for region in sorted(os.listdir(self.folder)):
            for name in sorted(os.listdir(os.path.join(self.folder, region))):
                self.load_bucket(os.path.join(self.folder, region, name))

    def load_bucket(self, folder):
        facts = read_json(os.path.join(folder, "bucket.json"))
        bucket = Bucket(folder, facts["region"], facts["name"], facts["created"], facts["acl"], facts["multiZone"])
        bucket.load_contents()
        self.buckets[bucket.name] = bucket

    def make_incoming_path(self):
        return os.path.join(self.incoming, secrets.token_hex(12))

    def list_buckets(self, region=""):
        with self.lock:
            return sorted((bucket for bucket in self.buckets.values() if region in ("", bucket.region)),
                          key=lambda bucket: bucket.name)

    def find_bucket(self, name, region):
        """None where the bucket is not in that region."""
        with self.lock:
            bucket = self.buckets.get(name)
            return bucket if bucket is not None and bucket.region == region else None

    def create_bucket(self, name, region, created, acl, is_multi_zone):
        with self.lock:
            folder = os.path.join(self.folder, region, name)
            bucket = Bucket(folder, region, name, created, acl, is_multi_zone)
            bucket.save()
            self.buckets[name] = bucket
            return bucket

    def delete_bucket(self, bucket):
        with self.lock:
            del self.buckets[bucket.name]
            shutil.rmtree(bucket.folder)

    def find_object(self, bucket, key):
        with self.lock:
            return bucket.objects.get(key)

    def put_object(self, bucket, stored, path):
        """Takes over the file at path. Whoever has the old object open keeps reading the old one."""
        with self.lock:
            os.replace(path, bucket.get_object_path(stored.key))
            write_json(bucket.get_meta_path(stored.key), asdict(stored))
            bucket.objects[stored.key] = stored

    def save_object(self, bucket, stored):
        with self.lock:
            write_json(bucket.get_meta_path(stored.key), asdict(stored))

    def delete_object(self, bucket, key):
        with self.lock:
            if bucket.objects.pop(key, None) is not None:
                os.unlink(bucket.get_meta_path(key))
                os.unlink(bucket.get_object_path(key))

    def add_upload(self, bucket, key, initiated, headers):
        upload = Upload.create(os.path.join(bucket.folder, "uploads"), key, initiated, headers)
        with self.lock:
            bucket.uploads[upload.id] = upload
        return upload

    def find_upload(self, bucket, key, upload_id):
        with self.lock:
            upload = bucket.uploads.get(upload_id)
            return upload if upload is not None and upload.key == key else None

    def forget_upload(self, bucket, upload):
        with self.lock:
            bucket.uploads.pop(upload.id, None)
        upload.remove()
