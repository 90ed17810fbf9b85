#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The main job on real guests: verdicts, a whole migration with keys from
the keyring, and that the keys are nowhere else. Runs inside with-keyring.sh."""

import json
import os
import subprocess
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "support"))

from embark_cli import BUCKET, REGION, EmbarkCase  # noqa: E402

GUESTS = subprocess.check_output([os.path.join(HERE, "guests.sh"), "--path"], text=True).strip()
CANARY_ID = "AKIDcanarycanarycanarycanarycanary00"
CANARY_KEY = "tHiSiStHeCaNaRyKeY0123456789abcd"
FINDING = {"id", "outcome", "title", "evidence", "why", "code", "editions", "fix"}
PLACE = ("--bucket", BUCKET, "--region", REGION)


def guest(name):
    return os.path.join(GUESTS, name + ".qcow2")


class Verdicts(EmbarkCase):
    def check(self, name, status, verdict, code):
        result = self.run_embark("check", "--json", "--", guest(name))
        self.assertEqual(result.status, status, result.err)
        report = json.loads(result.out)
        self.assertEqual((report["verdict"], report["predictedCode"]), (verdict, code),
                         [(finding["id"], finding["outcome"], finding["evidence"]) for finding in report["findings"]
                          if finding["outcome"] not in ("pass", "info", "not-applicable")])
        self.assertEqual(report["target"], guest(name))
        for finding in report["findings"]:
            self.assertEqual(FINDING - set(finding), set(), finding)
        self.assert_nothing_left()
        return report

    def test_debian_with_cloud_init(self):
        self.check("debian12-cloud", 0, "ready", None)

    def test_windows_2008r2(self):
        self.check("win2008r2", 1, "blocked", "VirtioNotInstall")


class WholeWay(EmbarkCase):
    def setUp(self):
        super().setUp()
        self.server.command("add-key", key=f"{CANARY_ID}:{CANARY_KEY}")
        self.env = self.environment()
        result = self.run_embark("keys", "set", env=self.env, text=f"{CANARY_ID}\n{CANARY_KEY}\n".encode())
        self.assertEqual(result.status, 0, result.err)
        self.addCleanup(self.run_embark, "keys", "clear", env=self.env)
        self.seen = set()

    def look_at_children(self, parent):
        """No process that Embark starts, directly or not, has the key in its arguments or environment."""
        parents, words = {}, {}
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
                    parents[int(pid)] = int(file.read().rpartition(")")[2].split()[1])
                with open(f"/proc/{pid}/cmdline", "rb") as file:
                    words[int(pid)] = file.read()
                with open(f"/proc/{pid}/environ", "rb") as file:
                    words[int(pid)] += file.read()
            except OSError:
                continue
        for pid, text in words.items():
            ancestor = pid
            while ancestor not in (parent, 0, None):
                ancestor = parents.get(ancestor)
            if ancestor == parent:
                self.assertNotIn(CANARY_KEY.encode(), text)
                self.seen.add(text.split(b"\0")[0])

    def look_at_files(self):
        for folder, _, names in os.walk(self.folder):
            # What the practice cloud writes for itself is the other side of the wire.
            if folder.startswith(os.path.join(self.folder, "cloud")):
                continue
            for name in names:
                with open(os.path.join(folder, name), "rb") as file:
                    content = file.read()
                self.assertNotIn(CANARY_KEY.encode(), content, name)
                self.assertNotIn(b"q-signature=", content, name)

    def test_migrate_and_keys_stay_in_the_keyring(self):
        process = self.spawn("migrate", "--json", *PLACE, "--name", "whole-way", "--", guest("debian12-cloud"),
                             env=self.env)
        lines = []
        output = b""
        for line in process.stdout:
            output += line
            lines.append(json.loads(line))
            self.look_at_children(process.pid)
        _, complaints = process.communicate()
        self.assertEqual(process.returncode, 0, complaints)
        self.assertNotIn(CANARY_KEY.encode(), output + complaints)
        programs = {os.path.basename(program) for program in self.seen}
        self.assertLessEqual({b"embark-guest", b"qemu-nbd"}, programs, "the walk over the processes saw too little")

        last = lines[-1]
        self.assertEqual(last["event"], "done")
        (image,) = self.server.command("images")
        self.assertEqual((image["ImageId"], image["ImageState"]), (last["imageId"], "NORMAL"))
        self.assertEqual([line["state"] for line in lines if line["event"] == "state"],
                         ["draft", "checking", "checked", "prepared", "uploading", "uploaded", "importing", "done"])
        self.assert_same_disk(guest("debian12-cloud"), "qcow2", last["key"])
        self.look_at_files()
        self.assert_nothing_left()

    def test_blocked_sends_nothing_and_force_lifts_it(self):
        result = self.run_embark("migrate", *PLACE, "--", guest("win2012r2"), env=self.env)
        self.assertEqual(result.status, 1, result.err)
        self.assert_one_sentence(result, "VirtioNotInstall")
        self.assertEqual(self.objects(), [])
        self.assert_nothing_left()
        result = self.run_embark("migrate", *PLACE, "--force", "--no-wait", "--", guest("debian12"), env=self.env)
        self.assertEqual(result.status, 0, result.err)
        self.assertRegex(result.out.splitlines()[-1], r"^img-[0-9a-z]{8}$")
        result = self.run_embark("imports", "--json", env=self.env)
        (entry,) = json.loads(result.out)
        self.assertEqual(entry["state"], "uploaded")


if __name__ == "__main__":
    unittest.main()
