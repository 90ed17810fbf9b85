#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What users do to bring a disk into the cloud, in the real window."""

import os
import subprocess

import harness


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
