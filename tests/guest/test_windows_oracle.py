#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What windows-virtio leaves in a Windows, held against what virt-v2v-in-place
leaves in the same one with the same drivers: every value of the registry and
every file. What differs on purpose is written down here, and nothing else may.
Part of ./dev corpus."""
import re
import subprocess
import unittest

import registry
from fixes import FixCase
from test_fixes_windows import make_drivers

GUESTS = ("win2008r2", "win2008r2-x86-bare", "win2012r2", "win2016-bare", "win2019-bare", "win2022-bare")
# Ours only: vioscsi besides viostor, the parameters of the INF (BusType, PnpInterface), and the service that installs
# the other drivers, for which virt-v2v has a program that Debian lacks.
OURS_ONLY = re.compile(r"vioscsi|dev_1004|dev_1048|services\\viostor\\parameters|services\\embarkfirstboot")
# The label of a package as Windows makes it, where virt-v2v 2.2 has one that Windows itself stumbles over; a name of
# the INF that says which; and devices whatever their subsystem.
NAMES = ((r"viostor\.inf_(amd64|x86)_[0-9a-f]{16}", "guestor.inf_tmp"), (r"viostor\.inf\b", "guestor.inf"),
         ("embark_conf", "guestor_conf"), ("dev_1001&rev_00", "dev_1001&subsys_00021af4&rev_00"),
         ("dev_1042&rev_01", "dev_1042&subsys_11001af4&rev_01"))
# Symbols for debuggers are of no use to Windows; what was replaced, the list of changes and our program are Embark's.
FILES_THEIRS_ONLY = re.compile(r"\.pdb$")
FILES_OURS_ONLY = re.compile(r"^/windows/embark/|/embark-first-boot\.exe$|/system32/drivers/vioscsi\.sys$")


def rename(text):
    for pattern, name in NAMES:
        text = re.sub(pattern, name, text)
    return text


def as_theirs(changes):
    result = {}
    for (hive, key, name), value in changes.items():
        if OURS_ONLY.search(f"{key}\\{name}"):
            continue
        result[hive, rename(key), name and rename(name)] = rename(registry.decode(value))
    return result


class Oracle(FixCase):
    def convert(self, disk):
        """The overlay that virt-v2v changed."""
        overlay = self.path("v2v.overlay")
        subprocess.check_call(["qemu-img", "create", "-q", "-f", "qcow2", "-b", disk, "-F", "qcow2", overlay])
        environment = dict(self.make_environment(), LIBGUESTFS_BACKEND="direct",
                           LIBGUESTFS_BACKEND_SETTINGS="force_tcg", VIRTIO_WIN=self.path("drivers"))
        done = subprocess.run(["virt-v2v-in-place", "-i", "disk", overlay], env=environment, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.assertEqual(done.returncode, 0, done.stdout)
        return overlay

    def compare(self, image):
        made = self.prepare(image, "windows-virtio", **{"virtio-win": self.path("drivers")})
        self.assert_turned(made, "windows-virtio", "windows-virtio-net")
        self.assert_settled(made)
        before, ours, theirs = registry.read_disks([made.original, made.overlay, self.convert(made.original)], 1)
        wanted = {place: registry.decode(value) for place, value in registry.find_changes(before, theirs).items()}
        self.assertIn(("SYSTEM", r"controlset001\services\viostor", "start"), wanted)
        self.assertEqual(as_theirs(registry.find_changes(before, ours)), wanted)
        files = {path: digest for path, digest in registry.find_new_files(before, ours).items()
                 if not FILES_OURS_ONLY.search(path)}
        self.assertIn("/windows/drivers/virtio/netkvm.sys", files)
        self.assertEqual(files, {path: digest for path, digest in registry.find_new_files(before, theirs).items()
                                 if not FILES_THEIRS_ONLY.search(path)})

    def test_every_windows(self):
        make_drivers(self.path("drivers"))
        for image in GUESTS:
            with self.subTest(image):
                self.compare(image)


if __name__ == "__main__":
    unittest.main()
