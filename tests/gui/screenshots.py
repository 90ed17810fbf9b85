#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures of the real window for the README and for whoever changes it: light,
dark, narrow and Chinese. usage: screenshots.py [FOLDER]"""

import os
import shutil
import sys
import tempfile

import harness


def crop(width, height):
    return f"{width}x{height}+0+0"


def shoot_machine(gui, name, size):
    gui.resize(*size)
    gui.shoot(name, crop(*size))


def wait_checked(gui, files):
    for file in files:
        gui.wait(lambda file=file: any("under way" not in row.name and "…" not in row.name
                                       for row in gui.list("list item", contains=file)), f"the check of {file}", 900)


def take(folder, server, prefix, guests, **environment):
    disks = [os.path.join(guests, name + ".qcow2") for name in ("debian12-cloud", "debian12", "win2012r2")]
    files = [os.path.basename(disk) for disk in disks]
    gui = harness.Gui(folder, server, disks, environment)
    try:
        gui.find("list item", contains=files[-1])
        gui.pump(1)
        wait_checked(gui, files)
        for file, name in zip(files, ("ready", "forced", "blocked")):
            gui.select_row(file)
            shoot_machine(gui, f"{prefix}-{name}", (1080, 860))
        gui.resize(370, 740)
        gui.shoot(f"{prefix}-narrow", crop(370, 740))
    finally:
        gui.close()


def main():
    harness.enter_world()
    if len(sys.argv) > 1:
        os.environ["EMBARK_SHOTS"] = os.path.abspath(sys.argv[1])
    guests = os.environ["EMBARK_TEST_GUESTS"]
    styles = {
        "light": {},
        "dark": {"ADW_DEBUG_COLOR_SCHEME": "prefer-dark"},
        "chinese": {"LANGUAGE": "zh_CN"},
    }
    for prefix, environment in styles.items():
        folder = tempfile.mkdtemp(prefix="embark-shots.")
        server = harness.client.Server(os.path.join(folder, "cloud"), "--bucket",
                                       f"{harness.BUCKET}@{harness.REGION}")
        try:
            take(folder, server, prefix, guests, **environment)
        finally:
            server.stop()
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
