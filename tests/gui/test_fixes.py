#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What users do to make a disk ready for the cloud, in the real window. What is about the window alone has a program in
the place of the appliance."""

import hashlib
import json
import mmap
import os
import shutil
import subprocess
import sys
import tempfile

import harness

sys.path.insert(0, os.path.join(harness.ROOT, "tests", "guest"))

import windows_drivers  # noqa: E402

BLOCKED = "win2012r2"


class Window(harness.GuiCase):
    """A disk whose root is named by its place and that has no cloud-init."""

    def setUp(self):
        super().setUp()
        self.configure(connections="[]")
        self.helper = harness.facts_helper.place(self.folder, "facts-debian-12.json")
        self.write_facts("facts.json", False)
        self.write_facts("prepared.json", True)
        self.disk = os.path.join(self.folder, "web.qcow2")
        subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", self.disk, "40G"], check=True)
        self.gui = self.start(self.disk, EMBARK_GUEST_HELPER=self.helper, TENCENTCLOUD_SECRET_ID=harness.SECRET_ID,
                              TENCENTCLOUD_SECRET_KEY=harness.SECRET_KEY)
        self.gui.find("label", "One thing would stop the import")
        self.gui.resize(1080, 860)

    def write_facts(self, name, is_ready, has_cloud_init=None):
        facts = harness.facts_helper.read_facts(harness.facts_helper.FIXTURES, "facts-debian-12.json")
        facts["linux"]["cloudInit"]["installed"] = is_ready if has_cloud_init is None else has_cloud_init
        if not is_ready:
            facts["linux"]["rootDevice"] = "/dev/sda1"
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
            json.dump(facts, file)

    def list_overlays(self):
        folder = os.path.join(self.gui.home, "state", "embark", "overlays")
        return [name for name in os.listdir(folder) if name.endswith(".qcow2")] if os.path.exists(folder) else []

    def is_sensitive(self, name):
        widget = self.gui.find("push button", name)
        return widget.node.get_state_set().contains(self.gui.atspi.StateType.SENSITIVE)

    def open_all(self):
        self.gui.press("Fix Everything That Can Be Fixed Fix…")
        self.gui.find("frame", "Make Ready for the Cloud")

    def start_all(self):
        self.open_all()
        self.gui.press("The System’s Own Package Sources", "check box")
        self.gui.press("Start")

    def test_one_fix_and_what_it_needs(self):
        gui = self.gui
        gui.press(next(widget.name for widget in gui.list("push button", contains="Fix: cloud-init is not installed")))
        gui.find("frame", "Make Ready for the Cloud")
        gui.find("label", contains="The disk itself is not changed")
        gui.find("label", contains="Installs the package cloud-init")
        gui.find("label", contains="“Install and enable cloud-init” lacks what it needs")
        self.assertFalse(self.is_sensitive("Start"))
        gui.press("The System’s Own Package Sources", "check box")
        gui.wait(lambda: self.is_sensitive("Start"), "a start that can be pressed")
        gui.click("check box", "Install and enable cloud-init")
        gui.find("label", "Choose what is to be fixed.")
        self.assertFalse(gui.has("check box", "The System’s Own Package Sources"))
        gui.click("check box", "Name the disk by its UUID")
        gui.wait(lambda: self.is_sensitive("Start"), "a start that can be pressed")
        gui.shoot("fix-choose")
        gui.leave("Make Ready for the Cloud")

    def test_stopped_then_refused(self):
        gui = self.gui
        stall, refusal = (os.path.join(self.folder, name) for name in ("stall", "refusal"))
        open(stall, "w", encoding="utf-8").close()
        # Of several, one that the guest does not allow is left out.
        with open(os.path.join(self.folder, "refusals.json"), "w", encoding="utf-8") as file:
            json.dump({"linux-cloud-init": "The system has none of apt, dnf, yum and zypper."}, file)
        self.open_all()
        gui.click("check box", "Remove the machine id")
        gui.press("The System’s Own Package Sources", "check box")
        gui.press("Start")
        gui.find("panel", "Making the Disk Ready…")
        gui.wait(lambda: self.list_overlays(), "an overlay")
        gui.press("Show Log")
        gui.wait(lambda: any("stalled" in self.read_text(widget) for widget in gui.list("text", "Log of the guest")),
                 "the line of the guest")
        done = [widget.name for widget in gui.list("image", dialog="Make Ready for the Cloud")
                if widget.name in ("Fine", "Attention")]
        self.assertEqual(done, ["Fine", "Attention"])
        gui.shoot("fix-running")
        gui.key("Escape")
        gui.find("dialog", "Stop and Close?")
        gui.press("Keep Going")
        gui.wait_gone("dialog", "Stop and Close?")
        gui.press("Stop")
        gui.find("check box", "Install and enable cloud-init")
        self.assertEqual(self.list_overlays(), [])

        os.remove(stall)
        with open(refusal, "w", encoding="utf-8") as file:
            file.write("the packages in “/srv/packages” are for another system")
        gui.press("Start")
        gui.find("label", "The Disk Was Not Made Ready")
        gui.find("label", contains="The packages in “/srv/packages” are for another system.")
        gui.find("text", "Log of the guest")
        gui.shoot("fix-refused")
        gui.press("Back")
        os.remove(refusal)
        self.write_facts("prepared.json", True, has_cloud_init=False)
        gui.press("Start")
        gui.find("panel", "After")
        gui.find("label", contains="Not fixed: The system has none of apt, dnf, yum and zypper.")
        gui.find("label", "Left out")
        gui.shoot("fix-left-out")
        gui.press("Discard")
        gui.wait_gone("frame", "Make Ready for the Cloud")
        self.assertEqual(self.list_overlays(), [])

    @staticmethod
    def read_text(widget):
        text = widget.node.get_text_iface()
        return text.get_text(0, text.get_character_count())

    def test_saved_then_closed_with_the_window(self):
        gui = self.gui
        self.start_all()
        gui.find("panel", "After")
        gui.find("label", "Ready for the cloud")
        gui.shoot("fix-result")
        gui.key("Escape")
        gui.find("dialog", "Discard What Was Made?")
        gui.press("Keep")
        gui.wait_gone("dialog", "Discard What Was Made?")
        self.assertEqual(len(self.list_overlays()), 1)
        target = os.path.join(self.folder, "made.qcow2")
        gui.press("Save as File…")
        gui.type_into("Name:", target)
        gui.press("Save")
        # It says so for a few seconds only, which a busy computer may miss.
        gui.wait(lambda: os.path.exists(target), "the file")
        gui.find("push button", "Discard")
        subprocess.run(["qemu-img", "compare", "-q", self.disk, target], check=True)
        gui.leave("Make Ready for the Cloud")
        self.assertEqual(self.list_overlays(), [])

    def test_uploaded(self):
        gui = self.gui
        self.start_all()
        gui.find("panel", "After")
        gui.press("Upload and Import…", dialog="Make Ready for the Cloud")
        gui.find("label", contains="vm-images · Guangzhou")
        gui.press("Start", dialog="Upload and Import")
        gui.wait(lambda: self.server.command("objects"), "the disk in the bucket")
        self.assertFalse(gui.has("frame", "Make Ready for the Cloud"))

    def test_made_ready_on_the_way(self):
        gui = self.gui
        gui.press("Upload and Import…")
        gui.find("label", contains="vm-images · Guangzhou")
        self.assertFalse(gui.has("check box", "Install and enable cloud-init"))
        gui.press("Make It Ready First", "check box")
        gui.find("label", contains="“Install and enable cloud-init” lacks what it needs")
        self.assertFalse(self.is_sensitive("Start"))
        gui.press("The System’s Own Package Sources", "check box")
        gui.shoot("migrate-fix")
        gui.press("Start")
        gui.wait(lambda: self.server.command("objects"), "the disk in the bucket")
        gui.find("list item", contains="Made ready")

    def test_quit_while_it_runs(self):
        gui = self.gui
        open(os.path.join(self.folder, "stall"), "w", encoding="utf-8").close()
        self.start_all()
        gui.wait(lambda: self.list_overlays(), "an overlay")
        gui.activate("quit")
        gui.wait_end()
        self.assertEqual(self.list_overlays(), [])
        self.assertEqual(os.listdir(os.path.join(gui.home, "run")), [])


class Drivers(harness.GuiCase):
    """A Windows whose drivers come from a folder that the preferences remember."""

    def test_remembered_drivers_are_enough(self):
        folder = os.path.join(self.folder, "drivers")
        os.mkdir(folder)
        self.configure(connections="[]", virtio_win=f"'file://{folder}'")
        gui = self.start_with_facts("facts-win2012r2.json")
        gui.find("label", "One thing would stop the import")
        gui.press(gui.find("push button", contains="Fix: No virtio disk driver").name)
        # Names are compared without underscores, and this one may have some.
        gui.find("label", contains=folder)
        start = gui.find("push button", "Start").node
        gui.wait(lambda: start.get_state_set().contains(gui.atspi.StateType.SENSITIVE), "a start that can be pressed")
        gui.press("Forget")
        gui.find("label", contains="“Install the virtio drivers” lacks what it needs")
        gui.leave("Make Ready for the Cloud")
        gui.activate("preferences")
        gui.find("label", "virtio-win.iso or a Folder with the Drivers")
        self.assertFalse(gui.has("label", contains=folder))


class Journey(harness.GuiCase):
    """A Windows that would not start in the cloud, with a real appliance; what its registry holds is made up."""

    def hash(self, path):
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def holds(self, disk, data):
        raw = os.path.join(self.folder, "disk.raw")
        subprocess.run(["qemu-img", "convert", "-f", "qcow2", "-O", "raw", disk, raw], check=True)
        with open(raw, "rb") as file, mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as content:
            return content.find(data) >= 0

    def make_drivers(self):
        folder = os.path.join(self.folder, "drivers")
        os.mkdir(folder)
        with tempfile.TemporaryDirectory() as keys:
            windows_drivers.make_tree(folder, windows_drivers.make_chain(keys))
        return folder

    def download(self):
        (entry,) = self.server.command("objects")
        answer = harness.client.Client(self.server).cos(
            "GET", "/" + entry["key"], host=harness.client.make_host(harness.BUCKET, harness.REGION))
        self.assertEqual(answer.status, 200)
        path = os.path.join(self.folder, "object.qcow2")
        with open(path, "wb") as file:
            file.write(answer.body)
        return path

    def test_a_blocked_disk_is_fixed_and_becomes_an_image(self):
        disk = self.image(BLOCKED)
        before = self.hash(disk)
        self.configure(connections="[]", virtio_win=f"'file://{self.make_drivers()}'")
        gui = self.start(disk, TENCENTCLOUD_SECRET_ID=harness.SECRET_ID, TENCENTCLOUD_SECRET_KEY=harness.SECRET_KEY)
        gui.find("label", "One thing would stop the import", patience=600)
        gui.resize(1080, 860)
        gui.shoot("blocked")
        gui.press(gui.find("push button", contains="Fix: No virtio disk driver").name)
        gui.shoot("blocked-choose")
        gui.press("Start")
        gui.find("panel", "Making the Disk Ready…")
        gui.find("panel", "After", patience=900)
        # cloudbase-init is still missing.
        gui.find("label", "One thing needs attention")
        gui.shoot("blocked-result")

        gui.press("Upload and Import…", dialog="Make Ready for the Cloud")
        gui.find("label", contains="vm-images · Guangzhou")
        gui.press("Start", dialog="Upload and Import")
        gui.find("label", "The image is ready", patience=600)
        self.assertFalse(gui.has("frame", "Make Ready for the Cloud"))
        self.assertEqual(len(self.server.command("images")), 1)
        with open(os.path.join(self.folder, "drivers", "viostor", "2k12R2", "amd64", "viostor.sys"), "rb") as file:
            driver = file.read()
        self.assertTrue(self.holds(self.download(), driver))
        self.assertFalse(self.holds(disk, driver))
        self.assertEqual(self.hash(disk), before)


if __name__ == "__main__":
    harness.main([BLOCKED])
