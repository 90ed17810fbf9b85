#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The real libvirt: a machine of qemu:///system is listed, refused while it
runs (under TCG), and its disk is taken once it is shut off."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))

from embark_cli import BUCKET, REGION, EmbarkCase  # noqa: E402

SYSTEM = "qemu:///system"
NAME = "embark-test-machine"
PID_FOLDER = tempfile.mkdtemp(prefix="embark-test-libvirt.")
STARTED = []
DOMAIN = """<domain type='qemu'><name>{name}</name><memory unit='MiB'>64</memory><vcpu>1</vcpu>
<os><type arch='x86_64'>hvm</type><boot dev='hd'/></os>
<devices><disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='{disk}'/>
<target dev='vda' bus='virtio'/></disk>
<disk type='file' device='cdrom'><target dev='sda' bus='sata'/><readonly/></disk></devices></domain>"""


def virsh(*arguments):
    return subprocess.run(["virsh", "-q", "-c", SYSTEM, *arguments], check=True, capture_output=True, text=True,
                          timeout=60).stdout


def start_daemons():
    """True when qemu:///system answers; starts what Debian's service would start, if it may."""
    try:
        virsh("version")
        return True
    except (OSError, subprocess.SubprocessError):
        pass
    if os.geteuid() != 0 or shutil.which("libvirtd") is None:
        return False
    for daemon in ("virtlogd", "libvirtd"):
        pid_file = os.path.join(PID_FOLDER, daemon + ".pid")
        if subprocess.call([daemon, "-d", "-p", pid_file], stderr=subprocess.DEVNULL) == 0:
            STARTED.append(pid_file)
    virsh("version")
    return True


def stop_daemons():
    """Only those that this test started."""
    for pid_file in reversed(STARTED):
        with open(pid_file, encoding="ascii") as file:
            os.kill(int(file.read()), signal.SIGTERM)
    shutil.rmtree(PID_FOLDER)


class SystemLibvirt(EmbarkCase):
    @classmethod
    def setUpClass(cls):
        cls.addClassCleanup(stop_daemons)
        if not start_daemons():
            raise unittest.SkipTest("qemu:///system needs root or membership of the group libvirt")

    def setUp(self):
        super().setUp()
        self.images = os.path.join("/var/lib/libvirt/images", os.path.basename(self.folder))
        os.mkdir(self.images)
        self.addCleanup(shutil.rmtree, self.images)
        self.disk = os.path.join(self.images, "disk.qcow2")
        shutil.copy(self.make_disk(), self.disk)
        definition = os.path.join(self.images, "domain.xml")
        with open(definition, "w", encoding="utf-8") as file:
            file.write(DOMAIN.format(name=NAME, disk=self.disk))
        subprocess.run(["virsh", "-q", "-c", SYSTEM, "destroy", NAME], check=False, capture_output=True)
        subprocess.run(["virsh", "-q", "-c", SYSTEM, "undefine", NAME], check=False, capture_output=True)
        virsh("define", definition)
        self.addCleanup(virsh, "undefine", NAME)

    def find_machine(self):
        result = self.run_embark("machines", "--json", "--connect", SYSTEM)
        self.assertEqual(result.status, 0, result.err)
        (connection,) = json.loads(result.out)
        (machine,) = [machine for machine in connection["machines"] if machine["name"] == NAME]
        return machine

    def upload(self):
        return self.run_embark("upload", "--connect", SYSTEM, "--bucket", BUCKET, "--region", REGION, "--key", "m.qcow2",
                               "--", f"machine:{NAME}/vda")

    def test_life_of_a_machine(self):
        machine = self.find_machine()
        self.assertEqual(machine["state"], "off")
        self.assertEqual([(disk["target"], disk["path"]) for disk in machine["disks"]], [("vda", self.disk)])

        virsh("start", NAME)
        try:
            self.assertEqual(self.find_machine()["state"], "running")
            result = self.upload()
            self.assertEqual(result.status, 1, result.err)
            self.assert_one_sentence(result, NAME)
            # The same file without libvirt's word: the lock of QEMU tells.
            result = self.run_embark("check", "--", self.disk)
            self.assertEqual(result.status, 1, result.err)
            self.assert_one_sentence(result, self.disk)
        finally:
            virsh("destroy", NAME)
        result = self.upload()
        self.assertEqual(result.status, 0, result.err)
        self.assert_same_disk(self.disk, "qcow2", "m.qcow2")
        self.assert_nothing_left()


if __name__ == "__main__":
    unittest.main()
