#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a guest that was made ready does in the cloud, as far as that can be
had here: it is started with the config drive that the cloud gives it, and as
the very object that the bucket received. Part of ./dev corpus."""
import json
import os
import subprocess
import sys
import unittest

import images
from fixes import LOGIN, PANIC, ROOT, SHELL, Files, FixCase

sys.path.insert(0, os.path.join(ROOT, "tests", "support"))

from embark_cli import BUCKET, REGION, EmbarkCase  # noqa: E402

HOST = "from-the-drive"
WORDS = "the user data was applied"
USER_DATA = f"#cloud-config\nruncmd:\n  - echo {WORDS} > /dev/ttyS0\n"


class CloudInit(FixCase):
    def unpack_packages(self):
        folder = self.path("packages")
        os.mkdir(folder)
        subprocess.check_call(["tar", "-C", folder, "-xf", images.build_all(["debian12-packages"])["debian12-packages"]])
        return folder

    def make_config_drive(self):
        """As the cloud makes it: a CD with the label config-2."""
        latest = self.path("drive/openstack/latest")
        os.makedirs(latest)
        metadata = {"uuid": "7d5f3c3a-9f7b-4a06-8d6c-3a1f2c9f0e11", "hostname": HOST, "name": HOST}
        for name, text in (("meta_data.json", json.dumps(metadata)), ("user_data", USER_DATA)):
            with open(os.path.join(latest, name), "w", encoding="utf-8") as file:
                file.write(text)
        subprocess.check_call(["genisoimage", "-quiet", "-R", "-V", "config-2", "-o", self.path("drive.iso"),
                               self.path("drive")])
        return f"file={self.path('drive.iso')},media=cdrom,format=raw,if=ide,readonly=on"

    def test_config_drive(self):
        made = self.prepare("debian12", "linux-cloud-init", packages=self.unpack_packages())
        self.assert_turned(made, "linux-cloud-init")
        self.assert_settled(made)
        self.assertTrue([path for path in made.changed_paths() if path.startswith("cloud-init ")], made.changes)
        self.assertIn("/etc/cloud/cloud.cfg.d/99_embark.cfg", made.changed_paths())
        self.assertEqual(made.after["facts"]["linux"]["cloudInit"]["datasources"][0], "ConfigDrive")
        text, _ = self.boot(made.overlay, wanted=WORDS, seconds=1200, drives=[self.make_config_drive()])
        self.assertRegex(text, rf"GNU/Linux 12 {HOST} ttyS0")


class Agent(FixCase):
    """Without cloud-init, as after a forced import."""

    def make_disc(self):
        os.makedirs(self.path("disc/qcloud_action"))
        with open(self.path("disc/qcloud_action/os.conf"), "w", encoding="utf-8") as file:
            file.write(f'hostname={HOST}\npassword=$(poweroff)\neth0_ip_addr=10.0.2.77\neth0_netmask=255.255.255.0\n'
                       'eth0_gateway=10.0.2.2\ndns_nameserver="10.0.2.3"\n')
        subprocess.check_call(["genisoimage", "-quiet", "-R", "-V", "config-2", "-o", self.path("disc.iso"),
                               self.path("disc")])
        return f"file={self.path('disc.iso')},media=cdrom,format=raw,if=ide,readonly=on"

    def test_agent(self):
        made = self.prepare("debian12", "linux-agent", once=True)
        text, overlay = self.boot(made.overlay, wanted=rf"GNU/Linux 12 {HOST} ttyS0", drives=[self.make_disc()],
                                  power_off=True)
        self.assertNotIn("$(poweroff)", text)
        files = Files(overlay, self.folder)
        self.assertEqual(files.read("/etc/hostname"), HOST + "\n")
        self.assertIn("\taddress 10.0.2.77\n", files.read("/etc/network/interfaces"))
        self.assertIn(HOST, files.read("/etc/hosts"))


class Object(EmbarkCase, FixCase):
    """What is sent is the original with its overlay, and nothing of that is left when it was."""

    def path(self, name):
        return os.path.join(self.folder, name)

    def test_object(self):
        disk = self.find_image("debian12-list")
        result = self.run_embark("upload", "--bucket", BUCKET, "--region", REGION, "--key", "ready", "--fix",
                                 "linux-virtio", "--", disk)
        self.assertEqual(result.status, 0, result.err)
        self.assertEqual(os.listdir(os.path.join(self.home, "state", "embark", "overlays")), [])
        path = self.download("ready")
        subprocess.check_call(["qemu-img", "check", "-q", path])
        self.boot(path, wanted=LOGIN, never=(PANIC, SHELL))


if __name__ == "__main__":
    unittest.main()
