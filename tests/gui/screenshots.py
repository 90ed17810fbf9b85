#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures of the real window for the README and for whoever changes it: light,
dark, narrow and Chinese. usage: screenshots.py [FOLDER [fixes]]: all, or only those
of making a disk ready. The disks are the guests; what is found in them is on
record, so that it takes no appliance."""

import atexit
import gettext
import json
import os
import shutil
import subprocess
import sys
import tempfile

import harness

GUESTS = {"debian12-cloud": "ready", "debian12": "forced", "win2012r2": "blocked"}
STYLES = {
    "light": {},
    "dark": {"ADW_DEBUG_COLOR_SCHEME": "prefer-dark"},
}
WIDE, NARROW = (1080, 860), (370, 740)
DIALOG, NARROW_DIALOG = (620, 700), (360, 700)


def shoot(gui, name, size):
    gui.resize(*size)
    gui.pointer("mousemove", size[0] + 200, 20)
    gui.shoot(name, f"{size[0]}x{size[1]}+0+0")


def add(gui, folder, guest):
    """As a second start would: one after the other, since the record is that of the next disk."""
    harness.facts_helper.place(folder, f"facts-{guest}.json")
    file = guest + ".qcow2"
    gui.spawn(os.path.join(os.environ["EMBARK_TEST_GUESTS"], file)).wait(harness.PATIENCE)
    gui.wait(lambda: any("…" not in row.name for row in gui.list("list item", contains=file)), f"the check of {file}")


def shoot_reports(gui, folder, prefix):
    for guest, name in GUESTS.items():
        add(gui, folder, guest)
        shoot(gui, f"{prefix}-{name}", WIDE)
        shoot(gui, f"{prefix}-{name}-narrow", NARROW)


def shoot_preferences(gui, prefix):
    """Windows without a window manager lie in the corner."""
    gui.resize(*WIDE)
    gui.activate("preferences")
    gui.find("combo box")
    gui.shoot(f"{prefix}-preferences", "640x700+0+0")
    gui.press(gui.list("page tab")[1].name, "page tab")
    gui.shoot(f"{prefix}-preferences-transfer", "640x700+0+0")
    gui.key("Escape")


def write_facts(folder, name, **linux):
    """A Debian that keeps to every limit, save for @linux."""
    facts = harness.facts_helper.read_facts(harness.facts_helper.FIXTURES, "facts-debian-12.json")
    facts["linux"].update(linux)
    with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
        json.dump(facts, file)


def place_unready(folder):
    facts = harness.facts_helper.read_facts(harness.facts_helper.FIXTURES, "facts-debian-12.json")["linux"]
    kernels = [dict(kernel, initramfsVirtioBlk=False, initramfsVirtioPci=False) for kernel in facts["kernels"]]
    write_facts(folder, "facts.json", kernels=kernels, rootDevice="/dev/sda1",
                cloudInit=dict(facts["cloudInit"], installed=False))
    write_facts(folder, "prepared.json")
    disk = os.path.join(folder, "web-01.qcow2")
    subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", disk, "40G"], check=True)
    return disk


class Dialog:
    """The window in front, by the words of the language."""

    def __init__(self, gui, title, language):
        catalogue = os.path.join(harness.BUILD, "po")
        self.say = gettext.translation("embark", catalogue, [language], fallback=True).gettext
        self.gui, self.title = gui, self.say(title)

    def press(self, words, role="push button"):
        """A switch has its label twice, in Chinese once without the letter of its key."""
        widget = self.gui.find(role, contains=self.say(words).replace("_", ""))
        self.gui.press(widget.name.replace("_", ""), role)

    def shoot(self, name, *sizes):
        for size in sizes:
            self.gui.resize(*size, title=self.title)
            self.gui.pointer("mousemove", WIDE[0] + 200, 20)
            self.gui.shoot(name if size == sizes[0] else f"{name}-narrow", f"{size[0]}x{size[1]}+0+0")
        self.gui.resize(*sizes[0], title=self.title)


def shoot_fixes(gui, folder, prefix, language):
    dialog = Dialog(gui, "Make Ready for the Cloud", language)
    button = gui.find("push button", contains=dialog.say("Fix Everything That Can Be Fixed"))
    for name, size in (("unready", WIDE), ("unready-narrow", NARROW)):
        shoot(gui, f"{prefix}-{name}", size)
    gui.resize(*WIDE)
    gui.press(button.name.replace("_", ""))
    dialog.press("The System’s Own Package Sources", "check box")
    gui.pump(1)
    dialog.shoot(f"{prefix}-fix", DIALOG, NARROW_DIALOG)
    stall = os.path.join(folder, "stall")
    open(stall, "w", encoding="utf-8").close()
    dialog.press("_Start")
    dialog.press("Show _Log")
    gui.pump(2)
    dialog.shoot(f"{prefix}-fix-running", DIALOG, NARROW_DIALOG)
    dialog.press("_Stop")
    os.remove(stall)
    dialog.press("_Start")
    gui.find("panel", dialog.say("After"))
    dialog.shoot(f"{prefix}-fix-result", DIALOG, NARROW_DIALOG)
    dialog.press("_Discard")
    gui.wait_gone("frame", dialog.title)
    shoot_left_out(gui, folder, prefix, dialog)
    shoot_migrate(gui, prefix, language)


def shoot_left_out(gui, folder, prefix, dialog):
    facts = harness.facts_helper.read_facts(folder, "prepared.json")["linux"]
    write_facts(folder, "prepared.json", cloudInit=dict(facts["cloudInit"], installed=False))
    with open(os.path.join(folder, "refusals.json"), "w", encoding="utf-8") as file:
        json.dump({"linux-cloud-init": "The system has none of apt, dnf, yum and zypper."}, file)
    gui.press(gui.find("push button", contains=dialog.say("Fix Everything That Can Be Fixed")).name.replace("_", ""))
    dialog.press("The System’s Own Package Sources", "check box")
    dialog.press("_Start")
    gui.find("panel", dialog.say("After"))
    dialog.shoot(f"{prefix}-fix-left-out", DIALOG, NARROW_DIALOG)
    dialog.press("_Discard")
    gui.wait_gone("frame", dialog.title)


def shoot_migrate(gui, prefix, language):
    dialog = Dialog(gui, "Upload and Import", language)
    dialog.press("_Upload and Import…")
    gui.find("label", contains="vm-images")
    dialog.shoot(f"{prefix}-migrate-fix", DIALOG, NARROW_DIALOG)
    gui.key("Escape")


def take_fixes(folder, prefix, **environment):
    server = harness.client.Server(os.path.join(folder, "cloud"), "--bucket", f"{harness.BUCKET}@{harness.REGION}")
    harness.configure(folder, connections="[]")
    helper = harness.facts_helper.place(folder, "facts-debian-12.json")
    keys = {"TENCENTCLOUD_SECRET_ID": harness.SECRET_ID, "TENCENTCLOUD_SECRET_KEY": harness.SECRET_KEY}
    gui = harness.Gui(folder, server, (place_unready(folder),), dict(environment, EMBARK_GUEST_HELPER=helper, **keys))
    try:
        shoot_fixes(gui, folder, prefix, environment.get("LANGUAGE", "en"))
    finally:
        gui.close()
        server.stop()


def take(folder, prefix, **environment):
    server = harness.client.Server(os.path.join(folder, "cloud"), "--bucket", f"{harness.BUCKET}@{harness.REGION}")
    harness.configure(folder, connections="[]")
    helper = harness.facts_helper.place(folder, "facts-debian12.json")
    gui = harness.Gui(folder, server, (), dict(environment, EMBARK_GUEST_HELPER=helper))
    try:
        shoot_reports(gui, folder, prefix)
        shoot_preferences(gui, prefix)
    finally:
        gui.close()
        server.stop()


def make_locale(folder):
    """A Chinese one, which the system need not have: without it nothing is translated."""
    subprocess.run(["localedef", "-i", "zh_CN", "-f", "UTF-8", os.path.join(folder, "zh_CN.UTF-8")], check=True)
    STYLES["chinese"] = {"LOCPATH": folder, "LC_ALL": "zh_CN.UTF-8", "LANGUAGE": "zh_CN"}


def main():
    harness.enter_world()
    if len(sys.argv) > 1:
        os.environ["EMBARK_SHOTS"] = os.path.abspath(sys.argv[1])
    locales = tempfile.mkdtemp(prefix="embark-shots.")
    atexit.register(shutil.rmtree, locales)
    make_locale(locales)
    for prefix, environment in STYLES.items():
        folder = tempfile.mkdtemp(prefix="embark-shots.")
        try:
            if sys.argv[2:] != ["fixes"]:
                take(folder, prefix, **environment)
            os.makedirs(os.path.join(folder, "fixes"))
            take_fixes(os.path.join(folder, "fixes"), prefix, **environment)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
