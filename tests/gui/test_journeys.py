#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What users do until a disk is chosen and checked, in the real window."""

import os
import shutil
import subprocess

import harness


class Empty(harness.GuiCase):
    def test_says_what_to_do_next(self):
        gui = self.start()
        gui.find("label", "Take a Machine into the Cloud")
        gui.find("push button", "Add Disk Files…")
        gui.find("label", contains="QCOW2, raw, VMDK or VHD")
        gui.find("label", "Practice Cloud")
        gui.shoot("empty")

    def test_says_why_there_are_no_machines(self):
        gui = self.start()
        gui.find("label", contains="libvirtd")
        gui.find("push button", "Retry")
        gui.press("Retry")
        gui.find("label", contains="libvirtd")

    def test_has_no_imports_yet(self):
        gui = self.start()
        gui.press("Imports")
        gui.find("panel", "No Imports Yet")


class Machines(harness.GuiCase):
    def test_machines_are_listed_by_connection(self):
        self.configure(connections="['test:///default', 'qemu+unix:///system?socket=/nowhere/at/all']")
        gui = self.start()
        gui.find("list item", contains="test, Running")
        gui.find("push button", "Retry")
        gui.select_row("test, Running")
        gui.find("label", contains="Running · ")
        gui.shoot("machines")

    def test_connections_are_kept_in_the_preferences(self):
        self.configure(connections="[]")
        gui = self.start()
        gui.find("label", "Take a Machine into the Cloud")
        self.assertFalse(gui.has("push button", "Retry"))
        gui.activate("preferences")
        gui.click("label", "Add a Connection")
        gui.type_keys("test:///default")
        gui.key("Return")
        gui.find("push button", "Remove test:///default")
        gui.find("list item", contains="test, Running")
        gui.press("Remove test:///default")
        gui.wait_gone("list item", contains="test, Running")


class Files(harness.GuiCase):
    def test_refused_files_each_show_the_reason(self):
        text, empty = (os.path.join(self.folder, name) for name in ("notes.txt", "empty.qcow2"))
        with open(text, "w", encoding="utf-8") as file:
            file.write("Not a disk at all.\n" * 40)
        open(empty, "wb").close()
        gui = self.start(text, empty, self.folder, os.path.join(self.folder, "missing.qcow2"))
        gui.find("dialog", "4 of 4 Files Were Not Added")
        reasons = gui.find("label", contains="is a text file").name
        self.assertIn("notes.txt", reasons)
        self.assertIn("empty.qcow2” is empty", reasons)
        self.assertIn("is a folder", reasons)
        self.assertIn("missing.qcow2” does not exist", reasons)
        gui.shoot("refused")
        gui.press("Close", dialog="4 of 4 Files Were Not Added")
        gui.wait_gone("dialog", "4 of 4 Files Were Not Added")
        gui.find("label", "Take a Machine into the Cloud")

    def test_a_second_start_hands_its_files_over(self):
        disk = os.path.join(self.folder, "second.qcow2")
        subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", disk, "64M"], check=True)
        gui = self.start()
        gui.find("label", "Take a Machine into the Cloud")
        self.assertEqual(gui.spawn(disk).wait(harness.PATIENCE), 0)
        gui.find("list item", contains="second.qcow2")
        gui.key("ctrl+f")
        gui.wait(lambda: gui.has("entry", "Search machines and files"), "the search entry")
        gui.key("x", "y", "z")
        gui.find("panel", "No Results Found")
        gui.key("Escape")
        gui.find("list item", contains="second.qcow2")

    def test_a_file_is_there_again_after_a_restart_until_it_is_removed(self):
        disk = os.path.join(self.folder, "kept.qcow2")
        subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", disk, "64M"], check=True)
        gui = self.start(disk)
        gui.find("list item", contains="kept.qcow2")
        gui.find("label", "Virtual size")
        gui.press("Cancel Check")
        gui.wait_gone("panel", "Looking Inside…")
        gui.find("label", "Virtual size")
        self.end(gui)
        gui = self.start()
        gui.find("list item", contains="kept.qcow2")
        gui.select_row("kept.qcow2")
        gui.find("panel", "Not Checked Yet")


class Transfer(harness.GuiCase):
    """The preferences of how disks are sent act at once: there is no button that saves them."""

    def wait_setting(self, gui, line):
        path = os.path.join(gui.home, "config", "glib-2.0", "settings", "keyfile")

        def read():
            if not os.path.exists(path):
                return False
            with open(path, encoding="utf-8") as file:
                return line in file.read().splitlines()
        gui.wait(read, f"the setting {line}")

    def open(self, gui):
        gui.activate("preferences")
        gui.open_tab("Transfer", "Limit the Upload Speed")

    def test_a_limit_has_an_amount_and_hours(self):
        gui = self.start()
        self.open(gui)
        gui.press("Limit the Upload Speed", "check box")
        self.wait_setting(gui, "send-limit=5000")
        gui.press("Only at Certain Hours", "check box")
        self.wait_setting(gui, "send-limit-scheduled=true")
        gui.set_value("The limit begins at", 22 * 60 + 30)
        self.wait_setting(gui, "send-limit-from=1350")
        gui.find("label", "On the next day")
        gui.shoot("limit")
        gui.press("Limit the Upload Speed", "check box")
        self.wait_setting(gui, "send-limit=0")
        gui.wait_gone("spin button", "The limit begins at")

    def test_choices_are_kept(self):
        self.configure(connections="[]", compression="'small'", proxy_mode="'manual'")
        gui = self.start()
        self.open(gui)
        gui.click("list item", "None")
        self.wait_setting(gui, "compression='none'")
        gui.pointer("click", "--repeat", 20, 5)
        gui.pump(1)
        gui.click("label", "Address of the Proxy")
        gui.type_keys("proxy.example.com/path")
        gui.key("Return")
        gui.find("label", contains="not the address of a proxy")
        gui.shoot("proxy-refused")
        gui.key("ctrl+a")
        gui.type_keys("proxy.example.com:3128")
        gui.key("Return")
        self.wait_setting(gui, "proxy-uri='http://proxy.example.com:3128'")
        gui.wait_gone("label", contains="not the address of a proxy")


    def scroll_down(self, gui):
        gui.pointer("mousemove", 300, 400)
        gui.pointer("click", "--repeat", 30, 5)
        gui.pump(1)

    def test_the_login_of_a_proxy_goes_to_the_keyring_only(self):
        self.configure(connections="[]", proxy_mode="'manual'")
        gui = self.start()
        self.open(gui)
        self.scroll_down(gui)
        gui.click("label", "User Name and Password")
        self.scroll_down(gui)
        gui.click("label", "User Name")
        gui.type_keys("proxyuser")
        gui.click("label", "Password")
        gui.type_keys("hunter2")
        gui.press("Keep")
        gui.find("label", "The keyring was changed")
        for folder, _, files in os.walk(gui.home):
            for name in files:
                with open(os.path.join(folder, name), "rb") as file:
                    self.assertNotIn(b"hunter2", file.read(), name)


class Report(harness.GuiCase):
    """From a finding to its help, to the error code, and to a file for somebody else."""

    def test_a_finding_leads_to_help_and_error_code(self):
        gui = self.start_with_facts("facts-win2012r2.json")
        gui.find("label", "One thing would stop the import")
        gui.resize(1080, 860)
        gui.unfold("Stops the import: No virtio disk driver", "Help: No virtio disk driver Help")
        gui.press("Help: No virtio disk driver Help")
        gui.find("label", contains="Embark reads the registry: the service viostor must be there")
        gui.press("Back")
        gui.find("label", "The Import Failed")
        gui.type_keys("partitionnotpresent")
        gui.key("Return")
        gui.find("label", contains="no partitions in the image")
        gui.find("label", contains="Nothing that was seen on it predicts this code")
        gui.key("Escape")
        gui.wait_gone("label", contains="no partitions in the image")
        gui.press("Explain VirtioNotInstall")
        gui.find("label", "On This Disk")
        gui.shoot("explain")

    def go_back(self, gui):
        gui.press("Back")
        gui.find("label", "Error Codes, Findings and Fixes")

    def search(self, gui, words, seen):
        gui.type_keys(words)
        gui.key("Return")
        gui.find("label", contains=seen)

    def test_a_finding_leads_to_what_embark_can_do(self):
        gui = self.start_with_facts("facts-win2012r2.json")
        gui.find("label", "One thing would stop the import")
        gui.resize(1080, 860)
        gui.unfold("Stops the import: No virtio disk driver", "Help: No virtio disk driver Help")
        gui.press("Help: No virtio disk driver Help")
        self.go_back(gui)
        self.search(gui, "linux-persistent-net", "Embark looks for rules such as")
        gui.find("label", "What Embark Can Do")
        gui.find("label", "Let the network card be called eth0")
        gui.shoot("explain-finding-with-fix")
        self.go_back(gui)
        gui.key("ctrl+a")
        # No name of a finding: the only row that fits is the fix's.
        self.search(gui, "ssh host keys", "A machine shows by its host keys that it is the one you mean")
        gui.find("label", contains="Embark removes /etc/ssh/ssh_host_*_key")
        gui.shoot("explain-fix")
        self.go_back(gui)
        gui.find("label", "What Embark Can Do by Itself")
        gui.shoot("explain-list")

    def test_a_failed_look_keeps_what_was_seen_before(self):
        helper = os.path.join(self.folder, "guest")
        answer = '{"event": "error", "code": "appliance", "message": "no kernel on this computer can be read"}'
        with open(helper, "w", encoding="utf-8") as file:
            file.write(f"#!/bin/sh\nread line\necho '{answer}'\n")
        os.chmod(helper, 0o755)
        disk = os.path.join(self.folder, "web.qcow2")
        subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", disk, "40G"], check=True)
        gui = self.start(disk, EMBARK_GUEST_HELPER=helper)
        gui.find("panel", "Looking Inside Failed")
        gui.find("label", contains="No kernel on this computer can be read")
        gui.find("label", "Virtual size")
        gui.find("list item", contains="could not be checked")
        gui.shoot("failed")
        shutil.copy(harness.facts_helper.place(self.folder, "facts-win2012r2.json"), helper)
        gui.press("Look Inside Again")
        gui.find("label", "One thing would stop the import")
        gui.wait_gone("panel", "Looking Inside Failed")

    def read_page(self, name):
        """Its text once it is written to the end."""
        path = os.path.join(self.folder, name)
        if not os.path.exists(path):
            return None
        with open(path, encoding="utf-8") as file:
            text = file.read()
        return text if text.endswith("</html>\n") else None

    def test_a_report_is_saved_as_a_page(self):
        gui = self.start_with_facts("facts-win2012r2.json")
        gui.find("label", "One thing would stop the import")
        gui.press("Save Report…")
        gui.type_into("Name:", os.path.join(self.folder, "mine.html"))
        gui.press("Save")
        # The toast that says so may be gone before it is found.
        text = gui.wait(lambda: self.read_page("mine.html"), "the saved report")
        self.assertTrue(text.startswith("<!DOCTYPE html>"))
        self.assertIn("web.qcow2", text)
        self.assertIn("VirtioNotInstall", text)


if __name__ == "__main__":
    harness.main()
