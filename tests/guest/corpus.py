#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The long proofs: each real guest boots on virtio devices, and so does the
very object that Embark made of it in the bucket. Prints a table."""

import os
import subprocess
import sys
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "support"))

from embark_cli import BUCKET, REGION, EmbarkCase  # noqa: E402

GUESTS = subprocess.check_output([os.path.join(HERE, "guests.sh")], text=True).strip()
ROWS = []


class Corpus(EmbarkCase):
    def boot(self, image, name, what):
        start = time.monotonic()
        process = subprocess.run([os.path.join(HERE, "boot-test.sh"), image], check=False, capture_output=True,
                                 text=True)
        found = "login prompt" if process.returncode == 0 else "no login prompt"
        ROWS.append((name, what, "login prompt", found, time.monotonic() - start))
        self.assertEqual(process.returncode, 0, process.stderr)

    def check_guest(self, name):
        disk = os.path.join(GUESTS, name + ".qcow2")
        self.boot(disk, name, "original")
        result = self.run_embark("upload", "--bucket", BUCKET, "--region", REGION, "--key", name, "--", disk)
        self.assertEqual(result.status, 0, result.err)
        self.assert_same_disk(disk, "qcow2", name)
        self.boot(self.path("object.qcow2"), name, "object in the bucket")

    def test_debian12(self):
        self.check_guest("debian12")

    def test_debian12_cloud(self):
        self.check_guest("debian12-cloud")


if __name__ == "__main__":
    outcome = unittest.main(exit=False).result
    print(f"{'image':16} {'boots':22} {'expected':14} {'found':16} seconds")
    for row in ROWS:
        print(f"{row[0]:16} {row[1]:22} {row[2]:14} {row[3]:16} {row[4]:7.0f}")
    sys.exit(0 if outcome.wasSuccessful() else 1)
