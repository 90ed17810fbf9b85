# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of fixes share: one preparation with everything that it
changed, and a guest that is really started, without KVM, until its console
says what is waited for.

    made = self.prepare("debian12-unready", "linux-disks", "linux-virtio")
    self.assert_turned(made, "linux-fstab")      # was found before, and is not after
    made.read("/etc/fstab")                      # of the disk as it is now (ext4 in the first partition)
    made.changes                                 # [{fix, action, path, kept}]
    self.assert_settled(made)                    # a second time changes nothing, the original is what it was

A preparation costs the launch of three appliances: put many assertions on one."""
import hashlib
import json
import os
import re
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
BUILD = os.environ.get("EMBARK_BUILD", os.path.join(ROOT, "build"))
sys.path.insert(0, HERE)

import images  # noqa: E402

MIB = 1024 * 1024
QUIET = ("pass", "info", "not-applicable")
LOGIN = r"GNU/Linux 12 .*ttyS0"
# Where Debian's initramfs stops when it does not find the root.
SHELL = r"\(initramfs\)"
PANIC = r"Kernel panic"
DATA_OF_DEBUGFS = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}


def digest(path):
    result = hashlib.sha256()
    with open(path, "rb") as file:
        for block in iter(lambda: file.read(MIB), b""):
            result.update(block)
    return result.hexdigest()


class Files:
    """Reads the ext4 in the first partition of a qcow2 with all that it stands on."""

    def __init__(self, disk, folder):
        self.raw = tempfile.mktemp(dir=folder, suffix=".raw")
        subprocess.check_call(["qemu-img", "convert", "-q", "-f", "qcow2", "-O", "raw", disk, self.raw])

    def ask(self, command):
        environment = dict(os.environ, PATH=os.environ["PATH"] + ":/usr/sbin:/sbin")
        return subprocess.run(["debugfs", "-R", command, f"{self.raw}?offset={MIB}"], check=True, env=environment,
                              **DATA_OF_DEBUGFS).stdout

    def read(self, path):
        return self.ask(f"cat {path}").decode("utf-8", "replace")

    def has(self, path):
        return b"Inode:" in self.ask(f"stat {path}")

    def status(self, path):
        """Mode, owner and the like, as debugfs says it."""
        return self.ask(f"stat {path}").decode("utf-8", "replace")

    def list(self, path):
        return self.ask(f"ls -p {path}").decode("utf-8", "replace")


class Preparation:
    def __init__(self, result, original, overlay, folder):
        self.original, self.overlay, self.folder = original, overlay, folder
        self.log, self.changes, self.again = result["log"], result["changes"], result.get("again")
        self.before, self.after = result["before"], result["after"]
        self.files = None

    @staticmethod
    def find(report, finding):
        return next(item for item in report["findings"] if item["id"] == finding)

    def find_reason(self, fix):
        """Why it was left out."""
        return next(change["reason"] for change in self.changes
                    if change["fix"] == fix and change["action"] == "leave-out")

    def changed_paths(self, fix=None):
        return [change["path"] for change in self.changes if fix in (None, change["fix"])]

    def get_files(self):
        if self.files is None:
            self.files = Files(self.overlay, self.folder)
        return self.files

    def read(self, path):
        return self.get_files().read(path)

    def has(self, path):
        return self.get_files().has(path)


class FixCase(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="embark-fixes.")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        for name in ("run", "state"):
            os.mkdir(os.path.join(self.folder, name), 0o700)

    def path(self, name):
        return os.path.join(self.folder, name)

    def make_environment(self):
        appliance = images.CACHE / "appliance"
        os.makedirs(appliance, mode=0o700, exist_ok=True)
        return dict(os.environ, HOME=self.folder, XDG_RUNTIME_DIR=self.path("run"), XDG_STATE_HOME=self.path("state"),
                    XDG_CACHE_HOME=self.path("cache"), LIBGUESTFS_CACHEDIR=str(appliance), GSETTINGS_BACKEND="memory",
                    EMBARK_TEST_APPLIANCE=str(appliance), LC_ALL="C.UTF-8",
                    EMBARK_GUEST_HELPER=os.path.join(BUILD, "model", "guest", "embark-guest"))

    def run_prepare(self, disk, overlay, fixes, options):
        words = [word for name, value in options.items()
                 for word in ([f"--{name}"] if value is True else [f"--{name}", str(value)])]
        process = subprocess.run([os.path.join(BUILD, "tests", "guest", "prepare-disk"), *words, disk, overlay,
                                  ",".join(fixes)], env=self.make_environment(), check=False, stdout=subprocess.PIPE)
        try:
            return json.loads(process.stdout)
        except ValueError:
            return self.fail(f"prepare-disk ended with {process.returncode} and told nothing")

    def find_image(self, image):
        """The name of a recipe's image, or the path of any qcow2."""
        return image if os.path.isabs(str(image)) else str(images.build_all([image])[image])

    def prepare(self, image, *fixes, **options):
        """@options: packages="/folder", once=True."""
        disk = self.find_image(image)
        overlay = self.path(f"{len(os.listdir(self.folder))}.overlay")
        before = digest(disk)
        result = self.run_prepare(disk, overlay, fixes, options)
        self.assertNotIn("error", result)
        self.assertEqual(digest(disk), before, "the original was written to")
        return Preparation(result, disk, overlay, self.folder)

    def refuse(self, image, *fixes, **options):
        """The sentence with which the preparation ends; nothing is left of it."""
        disk = self.find_image(image)
        overlay = self.path("refused.overlay")
        before = digest(disk)
        result = self.run_prepare(disk, overlay, fixes, options)
        self.assertIn("error", result)
        self.assertEqual(digest(disk), before)
        self.assertFalse(os.path.exists(overlay))
        return result["error"]

    def assert_turned(self, made, *findings):
        for name in findings:
            self.assertNotIn(made.find(made.before, name)["outcome"], QUIET, f"{name} was fine before")
            after = made.find(made.after, name)
            self.assertIn(after["outcome"], QUIET, f"{name}: {after}")

    def assert_settled(self, made):
        self.assertEqual([change for change in made.again if change["action"] != "leave-out"], [])

    def assert_looked_at(self, made):
        """The look after the fixes takes over what they do not change: a look of its own finds the same."""
        whole = self.path("whole.qcow2")
        subprocess.check_call(["qemu-img", "convert", "-q", "-f", "qcow2", "-O", "qcow2", made.overlay, whole])
        done = subprocess.run([os.path.join(BUILD, "gui", "embark"), "check", "--again", "--json", "--", whole],
                              env=self.make_environment(), check=False, stdout=subprocess.PIPE)
        facts = json.loads(done.stdout)["facts"]
        self.assertTrue(facts["os"]["found"])
        for each in (facts, made.after["facts"]):
            # Merging drops the blocks that are zero.
            del each["disk"]["reclaimable"]
        for part in ("disk", "boot", "os", "linux", "windows"):
            self.assertEqual(made.after["facts"].get(part), facts.get(part), part)

    def boot(self, disk, wanted=LOGIN, never=(PANIC, SHELL), seconds=600, drives=(), power_off=False):
        """Starts a throw-away overlay of @disk until a line of its console has @wanted: (all lines, the overlay). With
        @power_off it is then shut down as by its button, so that the overlay can be read."""
        overlay = self.path(f"{len(os.listdir(self.folder))}.boot")
        subprocess.check_call(["qemu-img", "create", "-q", "-f", "qcow2", "-b", os.path.realpath(disk), "-F", "qcow2",
                               overlay])
        console = Console(overlay, self.path("qmp"), drives)
        self.addCleanup(console.close)
        console.wait(wanted, never, seconds)
        if power_off:
            console.power_off(seconds)
        console.close()
        return console.text, overlay


class Console:
    """A running guest and what it says on its serial line."""

    def __init__(self, disk, qmp, drives):
        self.text, self.qmp = "", qmp
        words = [word for drive in drives for word in ("-drive", drive)]
        self.process = subprocess.Popen(
            ["qemu-system-x86_64", "-machine", "pc,accel=tcg", "-cpu", "max", "-smp", "2", "-m", "1024", "-nodefaults",
             "-display", "none", "-no-reboot", "-drive", f"file={disk},if=virtio,format=qcow2", "-nic",
             "user,model=virtio-net-pci,restrict=on", "-serial", "stdio", "-qmp", f"unix:{qmp},server=on,wait=off",
             *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def read_some(self, deadline):
        """FALSE at the end."""
        left = deadline - time.monotonic()
        if left <= 0:
            raise AssertionError("the guest took too long:\n" + self.text[-3000:])
        if not select.select([self.process.stdout], [], [], left)[0]:
            return True
        data = os.read(self.process.stdout.fileno(), 65536)
        self.text += data.decode("utf-8", "replace")
        return bool(data)

    def wait(self, wanted, never, seconds):
        deadline = time.monotonic() + seconds
        while not re.search(wanted, self.text):
            for pattern in never:
                if re.search(pattern, self.text):
                    raise AssertionError(f"the guest said “{pattern}”:\n" + self.text[-3000:])
            if not self.read_some(deadline):
                raise AssertionError("the guest ended:\n" + self.text[-3000:])

    def power_off(self, seconds):
        with socket.socket(socket.AF_UNIX) as control:
            control.connect(self.qmp)
            control.sendall(b'{"execute": "qmp_capabilities"}\n{"execute": "system_powerdown"}\n')
            deadline = time.monotonic() + seconds
            while self.read_some(deadline):
                pass
        self.process.wait()

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()
        if os.path.exists(self.qmp):
            os.remove(self.qmp)
