# SPDX-License-Identifier: GPL-3.0-or-later
"""The images of the account and their imports: one thread for each import,
one judged at a time. The reason of a failure goes to messages.jsonl, the
message centre, and never through the API. images.json survives a restart."""

import collections
import copy
import json
import os
import random
import threading
import time

import importer
from account import OWNER_UIN
from cos_xml import format_time
from errors import ApiError
from image_url import find_refusal
from store import read_json, write_json

REQUESTS_PER_SECOND = 10
PUBLIC_IMAGES = (("img-pract001", "Debian 12.0 64bit", "Debian"), ("img-pract002", "Ubuntu 22.04 64bit", "Ubuntu"),
                 ("img-pract003", "Windows Server 2022", "Windows"))


def make_public_image(image_id, name, platform):
    return {"ImageId": image_id, "OsName": name, "ImageType": "PUBLIC_IMAGE", "CreatedTime": "2024-01-01T00:00:00Z",
            "ImageName": name, "ImageDescription": "", "ImageSize": 20, "Architecture": "x86_64",
            "ImageState": "NORMAL", "Platform": platform, "ImageCreator": "", "ImageSource": "OFFICIAL",
            "SyncPercent": None, "IsSupportCloudinit": True, "SnapshotSet": [], "Tags": [],
            "LicenseType": "TencentCloud", "ImageFamily": None, "ImageDeprecated": False, "CdcCacheStatus": None}


class Images:
    """public holds what the API shows; records what it takes to import."""

    def __init__(self, cloud, import_seconds, quota):
        self.cloud = cloud
        self.import_seconds = import_seconds
        self.quota = quota
        self.requests_per_second = REQUESTS_PER_SECOND
        self.changed = threading.Condition(threading.RLock())
        self.judging = threading.Lock()
        self.records = {}
        self.spent = set()
        self.recent = collections.deque()
        self.path = os.path.join(cloud.folder, "images.json")
        self.folder = os.path.join(cloud.folder, "imports")
        os.makedirs(self.folder, exist_ok=True)
        if os.path.exists(self.path):
            self.load()

    def load(self):
        saved = read_json(self.path)
        self.spent = set(saved["spent"])
        self.records = {record["public"]["ImageId"]: record for record in saved["records"]}
        for record in list(self.records.values()):
            if record["public"]["ImageState"] == "IMPORTING":
                self.start_thread(record)

    def save(self):
        write_json(self.path, {"spent": sorted(self.spent), "records": list(self.records.values())})

    def count_request(self):
        """Whether one more import request in this second is allowed."""
        now = time.monotonic()
        with self.changed:
            while self.recent and self.recent[0] < now - 1:
                self.recent.popleft()
            if len(self.recent) >= self.requests_per_second:
                return False
            self.recent.append(now)
            return True

    def list_of_region(self, region):
        return [record for record in self.records.values() if record["region"] == region]

    def check_new(self, call):
        """Name and quota. Called again under the lock when the image is made."""
        known = self.list_of_region(call.region)
        if any(record["public"]["ImageName"] == call.get("ImageName") for record in known):
            raise ApiError("InvalidImageName.Duplicate", "The image name is already used.")
        if len(known) >= self.quota:
            raise ApiError("ImageQuotaLimitExceeded", "The quota of custom images is used up.")

    def spend_urls(self, urls):
        """Marks signed links as used; returns for each whether it was used before."""
        with self.changed:
            links = [url.find_link() for url in urls]
            was_spent = [bool(link) and link in self.spent for link in links]
            self.spent.update(link for link in links if link)
            self.save()
            return was_spent

    def start_import(self, call, urls):
        with self.changed:
            self.check_new(call)
            was_spent = self.spend_urls(urls)
            image_id = self.make_id()
            record = self.make_record(call, image_id, urls)
            self.records[image_id] = record
            self.open_objects(record, urls, was_spent)
            self.save()
        self.start_thread(record)
        return image_id

    def make_id(self):
        letters = "abcdefghijklmnopqrstuvwxyz0123456789"
        while True:
            image_id = "img-" + "".join(random.choice(letters) for _ in range(8))
            if image_id not in self.records:
                return image_id

    def make_record(self, call, image_id, urls):
        fault = call.request.fault
        now = self.cloud.clock.now()
        tags = [tag for specification in call.get("TagSpecification", []) for tag in specification.get("Tags", [])]
        public = {"ImageId": image_id, "OsName": f"{call.get('OsType')} {call.get('OsVersion')}",
                  "ImageType": "PRIVATE_IMAGE", "CreatedTime": None, "ImageName": call.get("ImageName"),
                  "ImageDescription": call.get("ImageDescription", ""), "ImageSize": 0,
                  "Architecture": call.get("Architecture"), "ImageState": "IMPORTING", "Platform": call.get("OsType"),
                  "ImageCreator": OWNER_UIN, "ImageSource": "EXTERNAL_IMPORT", "SyncPercent": None,
                  "IsSupportCloudinit": not call.get("Force", False), "SnapshotSet": [], "Tags": tags,
                  "LicenseType": call.get("LicenseType", "TencentCloud"), "ImageFamily": call.get("ImageFamily"),
                  "ImageDeprecated": False, "CdcCacheStatus": None}
        late = fault.get("seconds", 10) if call.has_fault("image-late") else 0
        return {"public": public, "region": call.region, "created": now, "readyAt": now + self.import_seconds,
                "listedAt": now + late, "vanishes": call.has_fault("image-vanishes"),
                "toldCode": fault.get("code", "InternalError") if call.has_fault("import-fails") else "",
                "bootMode": call.get("BootMode", "Legacy BIOS"), "isForced": call.get("Force", False),
                "files": [], "refusal": ""}

    def open_objects(self, record, urls, was_spent):
        """Links the objects' files, so that the import sees what was there when it began."""
        for number, (url, is_spent) in enumerate(zip(urls, was_spent)):
            refusal = find_refusal(self.cloud, url, record["region"], is_spent)
            if refusal:
                record["refusal"] = refusal
                return
            path = os.path.join(self.folder, f"{record['public']['ImageId']}-{number}")
            with self.cloud.store.lock:
                bucket = self.cloud.store.find_bucket(url.bucket, url.region)
                os.link(bucket.get_object_path(url.key), path)
            record["files"].append(path)

    def start_thread(self, record):
        threading.Thread(target=self.run_import, args=(record,), daemon=True).start()

    def run_import(self, record):
        outcome = self.judge(record)
        with self.changed:
            while (left := record["readyAt"] - self.cloud.clock.now()) > 0:
                self.changed.wait(min(left, 1.0))
            self.finish(record, outcome)
            self.save()
            self.changed.notify_all()
        for path in record["files"]:
            if os.path.exists(path):
                os.unlink(path)

    def judge(self, record):
        if record["toldCode"]:
            return importer.Outcome(record["toldCode"], "as the practice was told")
        if record["refusal"]:
            return importer.Outcome("InvalidUrl", record["refusal"])
        with self.judging:
            outcome = None
            for number, path in enumerate(record["files"]):
                wants_partitions = number == 0
                found = importer.judge(path, record["bootMode"], record["isForced"], wants_partitions)
                outcome = found if outcome is None else outcome
                if found.code:
                    return found
            return outcome

    def finish(self, record, outcome):
        public = record["public"]
        public["CreatedTime"] = format_time(record["created"])
        if record["public"]["ImageId"] not in self.records:
            return
        if not outcome.code:
            public["ImageState"] = "NORMAL"
            public["ImageSize"] = -(-outcome.virtual_size // 1024 ** 3)
            public["SnapshotSet"] = [{"SnapshotId": "snap-" + public["ImageId"][4:], "DiskUsage": "SYSTEM_DISK",
                                      "DiskSize": public["ImageSize"]}]
        else:
            public["ImageState"] = "IMPORTFAILED"
            if record["vanishes"]:
                del self.records[public["ImageId"]]
        self.tell(record, outcome)

    def tell(self, record, outcome):
        message = {"at": self.cloud.clock.now(), "region": record["region"], "image": record["public"]["ImageName"],
                   "imageId": record["public"]["ImageId"], "state": record["public"]["ImageState"],
                   "code": outcome.code, "detail": outcome.detail}
        with open(os.path.join(self.cloud.folder, "messages.jsonl"), "a", encoding="utf-8") as file:
            file.write(json.dumps(message, ensure_ascii=False) + "\n")

    def describe(self, region):
        """What the API shows in a region, newest first, public images last."""
        with self.changed:
            now = self.cloud.clock.now()
            records = [record for record in self.list_of_region(region) if record["listedAt"] <= now]
            records.sort(key=lambda record: record["created"], reverse=True)
            images = [copy.deepcopy(record["public"]) for record in records]
        return images + [make_public_image(*image) for image in PUBLIC_IMAGES]

    def describe_all(self):
        with self.changed:
            return [{"region": record["region"], **record["public"]} for record in self.records.values()]

    def delete(self, region, ids, is_dry):
        with self.changed:
            for image_id in ids:
                record = self.records.get(image_id)
                if record is None or record["region"] != region:
                    raise ApiError("InvalidImageId.NotFound", f"There is no image {image_id}.")
                if record["public"]["ImageState"] in ("CREATING", "SYNCING", "IMPORTING"):
                    raise ApiError("InvalidImageId.IncorrectState", f"The image {image_id} is not ready.")
            for image_id in ids if not is_dry else ():
                del self.records[image_id]
            self.save()

    def hurry(self, timeout):
        """Ends the waiting time of all imports and waits for their outcome; False if that took too long."""
        with self.changed:
            for record in self.records.values():
                record["readyAt"] = min(record["readyAt"], self.cloud.clock.now())
            self.changed.notify_all()
            return self.changed.wait_for(lambda: not any(
                record["public"]["ImageState"] == "IMPORTING" for record in self.records.values()), timeout)
