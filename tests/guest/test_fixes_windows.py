#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixes on disks that an inspection takes for Windows: what they write into the
registry and beside it, and when they must not write at all. Quick is part of
./dev test, all of ./dev corpus."""
import mmap
import os
import struct
import subprocess
import tempfile
import unittest
import unittest.mock
import zipfile

import registry
import windows_drivers
import windows_files
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
        self.assert_looked_at(made)

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

    def make_unfinished(self, software_only):
        """A disk whose hives (or the second of them alone) have a write under way: the two counters differ."""
        raw, disk = self.path("unfinished.raw"), self.path(f"unfinished-{software_only}.qcow2")
        subprocess.check_call(["qemu-img", "convert", "-O", "raw", self.find_image("win2012r2"), raw])
        with open(raw, "r+b") as file, mmap.mmap(file.fileno(), 0) as data:
            at = data.find(b"regf")
            while at >= 0:
                is_system = data.find(b"ControlSet001", at, at + 0x10000) >= 0
                first, second = struct.unpack_from("<II", data, at + 4)
                if at % 512 == 0 and first == second and not (software_only and is_system):
                    checksum, = struct.unpack_from("<I", data, at + 0x1FC)
                    struct.pack_into("<I", data, at + 4, first + 1)
                    struct.pack_into("<I", data, at + 0x1FC, checksum ^ first ^ (first + 1))
                at = data.find(b"regf", at + 4)
        subprocess.check_call(["qemu-img", "convert", "-f", "raw", "-O", "qcow2", raw, disk])
        return disk

    def test_unfinished_hive(self):
        self.assertRegex(self.refuse(self.make_unfinished(False), "windows-fast-startup"),
                         "config/SYSTEM.+was not closed properly")
        self.assertRegex(self.refuse(self.make_unfinished(True), "windows-fast-startup"),
                         "config/SOFTWARE.+was not closed properly")


def make_drivers(path, make_signer=windows_drivers.make_chain):
    """A folder of drivers in the layout of virtio-win.iso; its path."""
    os.mkdir(path)
    with tempfile.TemporaryDirectory() as keys:
        windows_drivers.make_tree(path, make_signer(keys))
    return path


def make_cloudbase(path, is_64_bit=True):
    """A zip in the shape of cloudbase-init's own."""
    program = windows_files.program(is_64_bit)
    with zipfile.ZipFile(path, "w") as file:
        for name, data in (("bin/OpenStackService.exe", program), ("Python/Scripts/cloudbase-init.exe", program),
                           ("Python/Lib/site.py", b"import sys\n"),
                           ("conf/cloudbase-init.conf", b"[DEFAULT]\r\nusername=Admin\r\n")):
            file.writestr("Cloudbase-Init/" + name, data)


class Quick(FixCase):
    """The drivers from an ISO, and cloudbase-init from a zip; what virt-v2v makes of the same disk is compared in
    test_windows_oracle.py."""

    FOLDER, SYSTEM32 = "/Windows/Drivers/VirtIO", "/Windows/System32"
    CLOUDBASE = "/Program Files/Cloudbase Solutions/Cloudbase-Init"

    def test_drivers(self):
        iso = self.path("virtio-win.iso")
        windows_drivers.make_iso(make_drivers(self.path("tree")), iso)
        make_cloudbase(self.path("cloudbase.zip"))
        made = self.prepare("win2012r2", "windows-virtio", "windows-cloudbase", cloudbase=self.path("cloudbase.zip"),
                            **{"virtio-win": iso})
        self.assert_turned(made, "windows-virtio", "windows-virtio-net", "windows-cloudbase-init")
        self.assert_settled(made)
        driver = f"{self.SYSTEM32}/drivers/viostor.sys"
        before, after = registry.read_disks([made.original, made.overlay], 1, [
            self.FOLDER, driver, f"'{self.CLOUDBASE}'", f"'{self.CLOUDBASE}/bin/OpenStackService.exe'"])
        self.check_registry(registry.find_changes(before, after))
        self.check_files(registry.find_new_files(before, after))
        for path, descriptor in after.descriptors.items():
            # Owned by the administrators, nothing inherited, and users (S-1-5-32-545) may not write.
            self.assertEqual(descriptor[2:4], b"\x04\x90", path)
            self.assertIn(b"\xa9\x00\x12\x00\x01\x02\0\0\0\0\0\x05\x20\0\0\0\x21\x02\0\0", descriptor, path)

    def check_registry(self, changes):
        service = "controlset001\\services\\"
        self.assertEqual(changes["SYSTEM", service + "viostor", "start"], "dword:00000000")
        self.assertEqual(changes["SYSTEM", service + "embarkfirstboot", "start"], "dword:00000002")
        self.assertEqual(changes["SYSTEM", service + "cloudbase-init", "start"], "dword:00000002")
        self.assertEqual(registry.decode(changes["SOFTWARE", "microsoft\\windows\\currentversion", "devicepath"]),
                         "2:%SystemRoot%\\inf;%SystemRoot%\\Drivers\\VirtIO\0")
        active = changes["SYSTEM", "driverdatabase\\driverinffiles\\viostor.inf", "active"]
        self.assertRegex(registry.decode(active), r"viostor\.inf_amd64_[0-9a-f]{16}")

    def check_files(self, files):
        for name in "viostor.sys", "viostor.inf", "viostor.cat", "netkvm.sys", "netkvm.inf", "embark-first-boot.exe":
            self.assertIn(f"{self.FOLDER}/{name}".lower(), files)
        for name in "conf/cloudbase-init.conf", "Python/Lib/site.py":
            self.assertIn(f"{self.CLOUDBASE}/{name}".lower(), files)
        self.assertEqual(files[f"{self.SYSTEM32}/drivers/viostor.sys".lower()],
                         files[f"{self.FOLDER}/viostor.sys".lower()])


class Refusals(FixCase):
    def refuse_drivers(self, image, drivers):
        return self.refuse(image, "windows-virtio", **{"virtio-win": drivers})

    def test_signatures(self):
        tree = make_drivers(self.path("self-signed"), windows_drivers.make_self_signed)
        self.assertIn("0.1.215", self.refuse_drivers("win2012r2", tree))
        architectures, number, _, has_helper = windows_drivers.VERSIONS["2k8R2"]
        later = {"2k8R2": (architectures, number, "sha256", has_helper)}
        with unittest.mock.patch.dict(windows_drivers.VERSIONS, later):
            tree = make_drivers(self.path("sha256"))
        self.assertIn("KB4474419", self.refuse_drivers("win2008r2", tree))

    def test_sources(self):
        empty = self.path("empty")
        os.mkdir(empty)
        self.assertIn("virtio-win.iso", self.refuse_drivers("win2012r2", empty))
        self.assertIn("virtio-win.iso", self.refuse("win2012r2", "windows-virtio"))

    def test_cloudbase(self):
        make_cloudbase(self.path("x86.zip"), is_64_bit=False)
        self.assertIn("x64", self.refuse("win2012r2", "windows-cloudbase", cloudbase=self.path("x86.zip")))
        self.assertIn("zip", self.refuse("win2012r2", "windows-cloudbase"))

    def test_settings(self):
        """One that is installed keeps its other settings."""
        made = self.prepare("win2012r2-cloudbase-http", "windows-cloudbase")
        self.assert_turned(made, "windows-cloudbase-init")
        self.assert_settled(made)

    def test_disks(self):
        for image, word in (("win2012r2-bitlocker", "BitLocker"), ("win2012r2-dynamic", "dynamic")):
            with self.subTest(image):
                self.assertIn(word, self.refuse_drivers(image, "/usr/share"))


if __name__ == "__main__":
    unittest.main()
