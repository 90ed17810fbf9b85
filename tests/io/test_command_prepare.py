#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""`embark fixes`, `embark prepare` and `--fix` on the way to the bucket, with a program in the place of the appliance."""

import hashlib
import json
import os
import shutil
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))

import facts_helper  # noqa: E402
from embark_cli import BUCKET, KEYS, REGION, EmbarkCase  # noqa: E402


class Prepare(EmbarkCase):
    def setUp(self):
        super().setUp()
        helper = facts_helper.place(self.folder, "facts-debian-12.json")
        os.chmod(helper, 0o700)
        self.write("prepared.json", True)
        self.write("facts.json", False)
        self.env = self.environment(EMBARK_GUEST_HELPER=helper, **KEYS)
        self.disk = self.make_disk("unready.qcow2")
        self.sum = self.hash_disk()

    def write(self, name, is_ready):
        path = os.path.join(self.folder, name)
        shutil.copy(os.path.join(facts_helper.FIXTURES, "facts-debian-12.json"), path)
        with open(path, encoding="utf-8") as file:
            facts = json.load(file)
        if not is_ready:
            facts["linux"]["rootDevice"] = "/dev/sda1"
        facts["linux"]["cloudInit"]["installed"] = is_ready
        with open(path, "w", encoding="utf-8") as file:
            json.dump(facts, file)

    def hash_disk(self):
        with open(self.disk, "rb") as file:
            return hashlib.sha256(file.read()).hexdigest()

    def tearDown(self):
        self.assertEqual(self.hash_disk(), self.sum)
        overlays = os.path.join(self.home, "state", "embark", "overlays")
        self.assertEqual(os.listdir(overlays) if os.path.exists(overlays) else [], [])

    def run_json(self, *arguments):
        result = self.run_embark(*arguments, "--json", env=self.env)
        return result, json.loads(result.out)

    def test_lists_all(self):
        result, fixes = self.run_json("fixes")
        self.assertEqual(result.status, 0, result.err)
        names = [fix["id"] for fix in fixes]
        self.assertIn("linux-virtio", names)
        self.assertIn("windows-fast-startup", names)
        self.assertTrue(all(fix["title"] and fix["changes"] for fix in fixes))
        self.assertIn("linux-virtio\n", self.run_embark("fixes", env=self.env).out)

    def test_lists_what_helps(self):
        _, fixes = self.run_json("fixes", self.disk)
        self.assertEqual([fix["id"] for fix in fixes][0], "linux-disks")
        self.assertNotIn("windows-fast-startup", [fix["id"] for fix in fixes])

    def test_rehearsal(self):
        result, answer = self.run_json("prepare", self.disk, "--fix", "linux-disks")
        self.assertEqual(answer["fixes"], ["linux-disks"], result.err)
        self.assertTrue(answer["rehearsal"])
        self.assertEqual(answer["changes"][0]["fix"], "linux-disks")
        outcomes = [{finding["id"]: finding["outcome"] for finding in report["findings"]}["linux-root-device"]
                    for report in (answer["before"], answer)]
        self.assertEqual(outcomes, ["warning", "pass"])

    def test_in_words(self):
        result = self.run_embark("prepare", self.disk, "--fix", "linux-disks", env=self.env)
        for words in ("Name the disk by its UUID", "What changed",
                      "  replaced /etc/linux-disks · /var/lib/embark/replaced", "Before:", "After:", "rehearsal"):
            self.assertIn(words, result.out)

    def test_auto_leaves_out(self):
        result = self.run_embark("prepare", self.disk, "--fix", "auto", "--json", env=self.env)
        self.assertNotIn("linux-cloud-init", json.loads(result.out)["fixes"])
        self.assertIn("linux-cloud-init", result.err)
        _, answer = self.run_json("prepare", self.disk, "--fix", "auto", "--packages", self.folder)
        self.assertIn("linux-cloud-init", answer["fixes"])

    def refuse_cloud_init(self):
        with open(os.path.join(self.folder, "refusals.json"), "w", encoding="utf-8") as file:
            json.dump({"linux-cloud-init": "There is no apt."}, file)

    def test_auto_leaves_out_what_the_guest_refuses(self):
        self.refuse_cloud_init()
        words = ("prepare", self.disk, "--packages", self.folder, "--fix")
        result, answer = self.run_json(*words, "auto")
        self.assertIn("linux-cloud-init", answer["fixes"], result.err)
        self.assertIn({"fix": "linux-cloud-init", "action": "leave-out", "path": "", "reason": "There is no apt."},
                      answer["changes"])
        self.assertIn("Left out: Install and enable cloud-init (linux-cloud-init). There is no apt.\n",
                      self.run_embark(*words, "auto", env=self.env).out)
        for named in "linux-cloud-init", "auto,linux-cloud-init":
            result = self.run_embark(*words, named, env=self.env)
            self.assertEqual(result.status, 1)
            self.assertIn("There is no apt.", result.err)

    def test_tells_on_the_way_what_is_left_out(self):
        self.refuse_cloud_init()
        result = self.run_embark("upload", self.disk, "--fix", "auto", "--packages", self.folder, "--bucket", BUCKET,
                                 "--region", REGION, "--key", "ready.qcow2", env=self.env)
        self.assertEqual(result.status, 0, result.err)
        self.assertIn("Left out: Install and enable cloud-init", result.out + result.err)
        self.assertIn("There is no apt.", result.out + result.err)
        result = self.run_embark("upload", self.disk, "--fix", "auto", "--packages", self.folder, "--bucket", BUCKET,
                                 "--region", REGION, "--key", "again.qcow2", "--json", env=self.env)
        self.assertIn({"event": "warning", "title": "Left out: Install and enable cloud-init",
                       "detail": "There is no apt."}, [json.loads(line) for line in result.out.splitlines()])

    def test_saves(self):
        whole, overlay = self.path("whole.qcow2"), self.path("overlay.qcow2")
        result, answer = self.run_json("prepare", self.disk, "--fix", "linux-disks", "--save", whole, "--keep", overlay)
        self.assertFalse(answer["rehearsal"], result.err)
        self.assertTrue(os.path.exists(whole) and os.path.exists(overlay))

    def test_names_are_free(self):
        """Asked before anything is done, not at the end of it."""
        taken = self.path("taken.qcow2")
        with open(taken, "w", encoding="utf-8") as file:
            file.write("of the user")
        for option in "--save", "--keep":
            result = self.run_embark("prepare", self.disk, "--fix", "linux-disks", option, taken, env=self.env)
            self.assertNotEqual(result.status, 0)
            self.assertIn("taken.qcow2” is there already", result.err)
            self.assertFalse(os.path.exists(os.path.join(self.folder, "calls")), "the disk was looked into")
        with open(taken, encoding="utf-8") as file:
            self.assertEqual(file.read(), "of the user")

    def test_refuses(self):
        for arguments, status, words in (
                (("prepare", self.disk), 2, "--fix"),
                (("prepare", self.disk, "--fix", "windows-fast-startup"), None, "another system"),
                (("prepare", self.disk, "--fix", "nonsense"), None, "is no fix")):
            result = self.run_embark(*arguments, env=self.env)
            self.assertNotEqual(result.status, 0)
            if status is not None:
                self.assertEqual(result.status, status)
            self.assertIn(words, result.err)

    def test_uploads_what_was_made_ready(self):
        result = self.run_embark("upload", self.disk, "--fix", "linux-disks", "--bucket", BUCKET, "--region", REGION,
                                 "--key", "ready.qcow2", env=self.env)
        self.assertEqual(result.status, 0, result.err)
        with open(os.path.join(self.folder, "calls"), encoding="utf-8") as file:
            self.assertEqual(file.read().split(), ["inspect", "prepare"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
