#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixes on disks that an inspection takes for Windows: what they write into the
registry, and when they must not write at all. Part of ./dev corpus."""
import unittest

from fixes import FixCase

SYSTEM = "HKLM\\SYSTEM\\ControlSet001\\"
KEPT = "/Windows/Embark/Replaced"


class Registry(FixCase):
    def assert_kept(self, made):
        kept = {change["kept"] for change in made.changes if change.get("kept")}
        self.assertEqual({path.lower() for path in kept}, {(KEPT + "/Windows/System32/config/SYSTEM").lower()})

    def test_remote_desktop(self):
        made = self.prepare("win2012r2-no-remote-desktop", "windows-remote-desktop")
        self.assert_turned(made, "windows-remote-desktop")
        self.assertIn(SYSTEM + "Control\\Terminal Server\\fDenyTSConnections", made.changed_paths())
        self.assert_kept(made)
        self.assert_settled(made)

    def test_fast_startup(self):
        made = self.prepare("win2012r2-fast-startup", "windows-fast-startup")
        facts = [report["facts"]["windows"]["fastStartup"] for report in (made.before, made.after)]
        self.assertEqual(facts, [True, False])
        self.assertIn(SYSTEM + "Control\\Session Manager\\Power\\HiberbootEnabled", made.changed_paths())
        self.assert_kept(made)
        self.assert_settled(made)

    def test_refusals(self):
        for name, word in (("win2012r2-hibernated", "hibernated"), ("win2012r2-dirty", "not shut down properly")):
            with self.subTest(name):
                self.assertIn(word, self.refuse(name, "windows-fast-startup"))


if __name__ == "__main__":
    unittest.main()
