#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real guests, started as they are and as the object that Embark makes of them. Part of ./dev corpus."""
import os
import subprocess
import sys
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "support"))

import images  # noqa: E402
from embark_cli import BUCKET, REGION, EmbarkCase  # noqa: E402

GUESTS = ("debian12", "debian12-cloud")


class Boot(EmbarkCase):
    """Each real guest boots on virtio devices, and so does the very object that Embark made of it in the bucket."""

    def boot(self, image, name, what):
        start = time.monotonic()
        process = subprocess.run([os.path.join(HERE, "boot-test.sh"), image], check=False, capture_output=True,
                                 text=True)
        found = "login prompt" if process.returncode == 0 else "no login prompt"
        print(f"{name:30} {what + ': login prompt':32} {found:32} {time.monotonic() - start:7.1f}", flush=True)
        self.assertEqual(process.returncode, 0, process.stderr)

    def test_boot(self):
        for name, disk in images.build_all(GUESTS).items():
            with self.subTest(name):
                self.boot(str(disk), name, "boots")
                result = self.run_embark("upload", "--bucket", BUCKET, "--region", REGION, "--key", name, "--",
                                         str(disk))
                self.assertEqual(result.status, 0, result.err)
                self.assert_same_disk(str(disk), "qcow2", name)
                self.boot(self.path("object.qcow2").decode(), name, "its object boots")


if __name__ == "__main__":
    unittest.main()
