#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A preparation that is killed, whoever of those who work at it: the original
is what it was, and nothing is left over after the next start. Part of
./dev corpus."""
import os
import random
import signal
import subprocess
import sys
import time
import unittest

import images
from fixes import ROOT, digest

sys.path.insert(0, os.path.join(ROOT, "tests", "support"))

from embark_cli import EmbarkCase  # noqa: E402

KILLS = 10
PATIENCE_S = 120
VICTIMS = ("embark", "embark-guest", "qemu-system")


class Killed(EmbarkCase):
    def start(self):
        return self.spawn("prepare", self.disk, "--fix", "linux-machine-id", "--json")

    def find_pids(self, name):
        """Processes of this test whose program is called so."""
        found = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{pid}/cmdline", "rb") as file:
                    words = file.read().split(b"\0")
                with open(f"/proc/{pid}/environ", "rb") as file:
                    is_ours = os.fsencode(f"HOME={self.home}") in file.read().split(b"\0")
            except OSError:
                continue
            if is_ours and os.path.basename(words[0]).startswith(os.fsencode(name)):
                found.append(int(pid))
        return found

    def kill_one(self, process, name):
        """The newest of that name; what is not there yet is the program itself."""
        victims = [process.pid] if name == "embark" else self.find_pids(name)
        os.kill(max(victims) if victims else process.pid, signal.SIGKILL)

    def wait_gone(self):
        end = time.monotonic() + PATIENCE_S
        while self.find_children() or any(self.find_pids(name) for name in VICTIMS):
            self.assertLess(time.monotonic(), end, f"they stay: {self.find_children()}")

    def list_left(self):
        folders = [os.path.join(self.home, "run"), os.path.join(self.home, "state", "embark", "overlays")]
        return [name for folder in folders if os.path.exists(folder) for name in os.listdir(folder)]

    def die(self, name, longest):
        process = self.start()
        try:
            process.wait(random.uniform(0, longest))
        except subprocess.TimeoutExpired:
            self.kill_one(process, name)
        process.communicate()

    def test_killed(self):
        seed = random.SystemRandom().randrange(1 << 32)
        print(f"seed {seed}", file=sys.stderr)
        random.seed(seed)
        self.disk = str(images.build_all(["debian12"])["debian12"])
        before = digest(self.disk)
        self.assertIn(self.run_embark("prepare", self.disk, "--fix", "linux-machine-id", "--json").status, (0, 1))
        begin = time.monotonic()
        self.assertIn(self.run_embark("prepare", self.disk, "--fix", "linux-machine-id", "--json").status, (0, 1))
        longest = time.monotonic() - begin
        for number in range(KILLS):
            name = VICTIMS[number % len(VICTIMS)]
            with self.subTest(name):
                self.die(name, longest)
                self.wait_gone()
                self.assertEqual(self.run_embark("imports").status, 0)
                self.assertEqual(self.list_left(), [])
        self.assertEqual(digest(self.disk), before)
        self.assertIn(self.run_embark("prepare", self.disk, "--fix", "linux-machine-id", "--json").status, (0, 1))


if __name__ == "__main__":
    unittest.main()
