#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What users do, in the real window."""

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


class Migration(harness.GuiCase):
    """The main one: from a dropped file to an image in the cloud."""

    def enter_keys(self, gui, key):
        gui.type_into("SecretId", harness.SECRET_ID)
        gui.type_into("SecretKey", key)
        gui.press("Test and Save")

    def test_a_dropped_file_becomes_an_image(self):
        disk = self.guest("debian12-cloud")
        gui = self.start()
        gui.find("label", "Take a Machine into the Cloud")
        gui.drop(disk)
        gui.find("list item", contains="debian12-cloud.qcow2")
        gui.find("panel", "Looking Inside…")
        gui.shoot("checking")
        gui.find("label", "Ready for the cloud", patience=600)
        gui.find("list item", contains="Debian 12")
        gui.shoot("ready")

        gui.press("Upload and Import…")
        self.enter_keys(gui, "wrongSecretKey00000000000000000")
        gui.find("label", "The Keys Were Refused")
        gui.shoot("keys-refused")
        self.enter_keys(gui, harness.SECRET_KEY)

        gui.find("label", contains="vm-images · Guangzhou")
        gui.type_into("Name", "journey-image")
        gui.shoot("destination")
        gui.press("Start")
        gui.find("label", contains="to the image “journey-image” in Guangzhou")
        gui.shoot("migrating")
        gui.find("label", "The image is ready", patience=600)
        image = gui.find("list item", "Image Id")
        self.assertIsNotNone(image)
        image_id = next(widget.name for widget in gui.list("label") if widget.name.startswith("img-"))
        gui.shoot("image")
        images = self.server.command("images")
        self.assertIn(image_id, str(images))

        gui.press("Imports")
        gui.find("list item", contains="journey-image")
        gui.shoot("imports")
        self.end(gui)

        # The history and the keys outlive the program.
        gui = self.start()
        gui.press("Imports")
        gui.find("list item", contains="journey-image")
        gui.activate("preferences")
        gui.find("label", contains="keyring")
        gui.shoot("preferences")
        self.assertFalse(gui.has(contains=harness.SECRET_KEY))


    def start_upload(self, guest="debian12-cloud", **settings):
        """The window with an upload of that guest under way, slowly enough to be looked at."""
        self.configure(connections="[]", **settings)
        helper = harness.facts_helper.place(self.folder, f"facts-{guest}.json")
        gui = self.start(self.guest(guest), EMBARK_GUEST_HELPER=helper, TENCENTCLOUD_SECRET_ID=harness.SECRET_ID,
                         TENCENTCLOUD_SECRET_KEY=harness.SECRET_KEY)
        self.send(gui)
        return gui

    def send(self, gui):
        gui.find("label", "Ready for the cloud")
        gui.press("Upload and Import…")
        gui.find("label", contains="vm-images · Guangzhou")
        gui.press("Start")
        gui.find("label", contains="in Guangzhou")

    def test_a_paused_import_goes_on_and_ends(self):
        gui = self.start_upload(send_limit="4000")
        gui.find("label", "Sending")
        gui.find("label", contains="MB/s")
        gui.shoot("sending")
        gui.press("Pause")
        gui.find("label", "Paused")
        gui.find("list item", contains="Paused at")
        gui.wait_gone("push button", "Pause")
        gui.shoot("paused")
        gui.press("Continue")
        gui.find("label", "Sending")
        gui.press("Pause")
        gui.find("label", "Paused")
        gui.press("Continue")
        gui.click("push button", "At most 4.0\u00a0MB/s")
        gui.find("menu item", "No Limit")
        gui.key("Return")
        gui.find("push button", "Limit Speed")
        gui.find("label", "The image is ready", patience=300)
        gui.find("label", contains="of the disk became")
        self.assertEqual(len(self.server.command("images")), 1)

    def test_a_second_import_waits_for_its_turn(self):
        gui = self.start_upload(send_limit="400")
        gui.find("label", "Sending")
        second = os.path.join(self.folder, "second.qcow2")
        subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", second, "2G"], check=True)
        gui.spawn(second).wait(harness.PATIENCE)
        gui.find("list item", contains="second.qcow2, ")
        self.send(gui)
        gui.find("label", "Waiting for its turn")
        gui.find("list item", contains="second.qcow2, Waiting for its turn")
        self.assertFalse(gui.has("push button", "Pause"))
        gui.shoot("queued")
        gui.select_row("debian12-cloud.qcow2")
        gui.find("label", "Sending")
        gui.press("Pause")
        gui.find("label", "Paused")
        gui.wait(lambda: self.server.command("objects"), "the second disk in the bucket")
        gui.key("ctrl+i")
        gui.find("label", "Under Way")
        gui.find("list item", contains="Paused at")
        gui.shoot("imports-paused")

    def test_an_import_waits_for_the_network(self):
        self.server.command("faults", faults=[{"match": {"op": "UploadPart"}, "do": "status", "status": 503,
                                               "code": "ServiceUnavailable"}])
        gui = self.start_upload()
        gui.find("label", "Waiting for the network", patience=200)
        gui.find("list item", contains="Waiting for the network")
        self.assertFalse(gui.has("label", contains="MB/s"))
        gui.shoot("offline")
        self.server.command("faults", faults=[])
        gui.find("label", "The image is ready", patience=300)
        self.assertEqual(self.server.command("uploads"), [])

    def test_an_import_goes_on_after_the_program_was_quit(self):
        gui = self.start_upload(send_limit="4000")
        gui.wait(lambda: any(upload["parts"] for upload in self.server.command("uploads")), "a part in the bucket")
        gui.activate("quit")
        gui.find("label", contains="what was sent stays in the bucket")
        gui.press("Quit")
        gui.wait_end()
        gui = self.start(TENCENTCLOUD_SECRET_ID=harness.SECRET_ID, TENCENTCLOUD_SECRET_KEY=harness.SECRET_KEY)
        gui.press("Imports")
        gui.press("Look for Unfinished Uploads…")
        gui.find("label", contains="vm-images · Guangzhou")
        gui.press("Look")
        gui.find("label", contains="of the import “debian12-cloud")
        gui.shoot("unfinished")
        gui.press(gui.find("push button", contains="Continue debian12-cloud").name.replace("_", ""))
        gui.find("label", contains="were in the bucket already")
        gui.shoot("kept")
        gui.find("label", "The image is ready", patience=300)
        self.assertEqual(self.server.command("uploads"), [])

    def test_a_forgotten_upload_is_deleted(self):
        cloud = harness.client.Client(self.server)
        host = harness.client.make_host(harness.BUCKET, harness.REGION)
        answer = cloud.cos("POST", "/cvm-images/forgotten.qcow2", [("uploads", "")], host=host)
        self.assertEqual(answer.status, 200)
        gui = self.start(TENCENTCLOUD_SECRET_ID=harness.SECRET_ID, TENCENTCLOUD_SECRET_KEY=harness.SECRET_KEY)
        gui.press("Imports")
        gui.press("Look for Unfinished Uploads…")
        gui.find("label", contains="vm-images · Guangzhou")
        gui.press("Look")
        gui.find("label", contains="of no import in the history")
        gui.press("Delete forgotten.qcow2 Delete…")
        gui.press("Delete")
        gui.find("label", contains="holds no unfinished upload")
        self.assertEqual(self.server.command("uploads"), [])

    def test_a_closed_window_lets_the_import_go_on(self):
        gui = self.start(self.guest("debian12-cloud"), TENCENTCLOUD_SECRET_ID=harness.SECRET_ID,
                         TENCENTCLOUD_SECRET_KEY=harness.SECRET_KEY)
        gui.find("label", "Ready for the cloud", patience=600)
        gui.press("Upload and Import…")
        gui.find("label", contains="vm-images · Guangzhou")
        gui.press("Start")
        gui.find("label", contains="in Guangzhou")
        gui.key("ctrl+w")
        gui.wait_end(600)
        self.assertEqual([shown["title"] for shown in self.notifications.shown],
                         ["debian12-cloud.qcow2 is in the cloud"])
        self.assertEqual(len(self.server.command("images")), 1)
        self.assertEqual(os.listdir(os.path.join(gui.home, "run")), [])


if __name__ == "__main__":
    harness.main()
