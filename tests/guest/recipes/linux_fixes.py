# SPDX-License-Identifier: GPL-3.0-or-later
"""Phony systems of linux.py whose boot entries need fixes, one for each boot
loader: cards get new names, and a sleeping system is looked for elsewhere."""
import kit
import linux
from linux_families import SYSTEMS

SWAP = "5a1ce0de-0000-4000-8000-000000005a4b"
ARGUMENTS = f"ro resume=UUID={SWAP} quiet"
LIKE = {"fix-centos6": "centos6", "fix-centos7": "centos7", "fix-centos8": "centos8", "fix-rocky9": "rocky9",
        "fix-sles15": "sles15", "fix-debian9-extlinux": "debian9-extlinux",
        "fix-ubuntu2204": "ubuntu2204-installer"}
SYSTEMS.update({name: {**SYSTEMS[like], "arguments": ARGUMENTS} for name, like in LIKE.items()})
# Its programs do not run on the computers that make it ready, and its initramfs has no virtio.
SYSTEMS["fix-arm64"] = {**SYSTEMS["debian12-arm64"], "inside": "lib/modules/0"}
IMAGES = {name: name + ".qcow2" for name in (*LIKE, "fix-arm64")}


def build(names, out, bases):
    for name in names:
        with kit.work_folder() as folder:
            linux.lay_out(name, folder, out / IMAGES[name])
        yield name
