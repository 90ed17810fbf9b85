#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures of the real window for the README and for whoever changes it: light,
dark, narrow and Chinese. usage: screenshots.py [FOLDER]. The disks are the
guests; what is found in them is on record, so that it takes no appliance."""

import atexit
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


def take(folder, prefix, **environment):
    server = harness.client.Server(os.path.join(folder, "cloud"), "--bucket", f"{harness.BUCKET}@{harness.REGION}")
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
            take(folder, prefix, **environment)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
