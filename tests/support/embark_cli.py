# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the built `embark` in folders of its own against a practice cloud of
its own: what the tests of the command line share."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("EMBARK_BUILD", os.path.join(ROOT, "build"))
sys.path.insert(0, os.path.join(ROOT, "tests", "cloud"))

import client  # noqa: E402  (the practice cloud's own)

REGION = "ap-guangzhou"
BUCKET = "vm-images-1250000000"
KEYS = {"TENCENTCLOUD_SECRET_ID": client.DEFAULT_ID, "TENCENTCLOUD_SECRET_KEY": client.DEFAULT_KEY}
KEPT = ("PATH", "LANG", "LC_ALL", "DBUS_SESSION_BUS_ADDRESS", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS")


class Result:
    def __init__(self, process, out, err):
        self.status = process.returncode
        self.out = out.decode("utf-8", "replace")
        self.err = err.decode("utf-8", "replace")

    @property
    def lines(self):
        """One JSON object a line."""
        return [json.loads(line) for line in self.out.splitlines()]


class EmbarkCase(unittest.TestCase):
    """A temporary folder, a practice cloud, and Embark's own folders in it."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="embark-test.")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        os.chmod(self.folder, 0o755)
        self.server = client.Server(os.path.join(self.folder, "cloud"), "--bucket", f"{BUCKET}@{REGION}")
        self.addCleanup(self.server.stop)
        self.home = os.path.join(self.folder, "home")
        self.make_home()

    def make_home(self):
        for name in ("", "run", "state", "cache"):
            os.makedirs(os.path.join(self.home, name), mode=0o700, exist_ok=True)
        # The appliance is shared between tests, since making it takes long; what was found in a disk is not.
        self.appliance = os.environ.get("EMBARK_TEST_APPLIANCE") or os.path.join(self.folder, "appliance")
        os.makedirs(self.appliance, mode=0o700, exist_ok=True)

    def environment(self, **extra):
        result = {name: os.environ[name] for name in KEPT if name in os.environ}
        result.update(HOME=self.home, XDG_RUNTIME_DIR=os.path.join(self.home, "run"),
                      XDG_STATE_HOME=os.path.join(self.home, "state"),
                      XDG_CACHE_HOME=os.path.join(self.home, "cache"), LIBGUESTFS_CACHEDIR=self.appliance,
                      GSETTINGS_BACKEND="memory", LC_ALL="C.UTF-8", EMBARK_CA_FILE=self.server.ready["ca"],
                      EMBARK_GUEST_HELPER=os.path.join(BUILD, "model", "guest", "embark-guest"),
                      EMBARK_CONNECT_TO=f"127.0.0.1:{self.server.ready['port']}")
        result.update(extra)
        return {name: value for name, value in result.items() if value is not None}

    def spawn(self, *arguments, env=None, wrapper=(), stdin=subprocess.DEVNULL):
        return subprocess.Popen([*wrapper, os.path.join(BUILD, "gui", "embark"), *arguments], stdin=stdin,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                env=self.environment(**KEYS) if env is None else env)

    def run_embark(self, *arguments, env=None, wrapper=(), text=b""):
        process = self.spawn(*arguments, env=env, wrapper=wrapper, stdin=subprocess.PIPE)
        out, err = process.communicate(text)
        return Result(process, out, err)

    def path(self, name):
        return os.path.join(os.fsencode(self.folder), os.fsencode(name))

    def make_disk(self, name="disk.qcow2", size="64M", fmt="qcow2", megabytes=4):
        """An image with an MBR, a boot signature and random data."""
        raw = self.path("make.raw")
        with open(raw, "wb") as file:
            file.truncate(int(subprocess.check_output(["numfmt", "--from=iec", size])))
            file.seek(446)
            file.write(bytes([0x80, 0, 33, 0, 0x83, 0, 0, 0]) + (2048).to_bytes(4, "little")
                       + (65536).to_bytes(4, "little"))
            file.seek(510)
            file.write(b"\x55\xaa")
            file.seek(1024 * 1024)
            for _ in range(megabytes):
                file.write(os.urandom(1024 * 1024))
        target = self.path(name)
        temporary = self.path("made.image")
        subprocess.check_call(["qemu-img", "convert", "-q", "-f", "raw", "-O", fmt, raw, temporary])
        os.rename(temporary, target)
        os.remove(raw)
        return target

    def download(self, key, bucket=BUCKET):
        """The object's bytes into a file; its path."""
        answer = client.Client(self.server).cos("GET", "/" + key, host=client.make_host(bucket, REGION))
        self.assertEqual(answer.status, 200, answer.body)
        target = self.path("object.qcow2")
        with open(target, "wb") as file:
            file.write(answer.body)
        return target

    def assert_same_disk(self, source, source_format, key):
        """What the bucket holds is a sound QCOW2 with the very content of the source."""
        target = self.download(key)
        subprocess.check_call(["qemu-img", "check", "-q", "-f", "qcow2", target])
        subprocess.check_call(["qemu-img", "compare", "-q", "-f", source_format, "-F", "qcow2", source, target])

    def objects(self):
        return self.server.command("objects")

    def uploads(self):
        return self.server.command("uploads")

    def find_children(self):
        """Command lines of processes that work in this test's folder, other than the practice cloud."""
        found = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{pid}/cmdline", "rb") as file:
                    words = file.read()
            except OSError:
                continue
            if os.fsencode(self.home) in words and int(pid) != os.getpid():
                found.append(words.replace(b"\0", b" ").decode("utf-8", "replace"))
        return found

    def assert_nothing_left(self):
        self.assertEqual(self.find_children(), [])
        self.assertEqual(os.listdir(os.path.join(self.home, "run")), [])
        self.assertEqual(self.uploads(), [])

    def assert_one_sentence(self, result, *words):
        """A clear sentence on standard error that names what it is about."""
        lines = [line for line in result.err.splitlines() if line]
        self.assertTrue(lines and lines[0].startswith("embark: "), result.err)
        self.assertLessEqual(len(lines), 2, result.err)
        for word in words:
            self.assertIn(word, result.err)

    def interrupt(self, process, number=signal.SIGINT):
        process.send_signal(number)
        out, err = process.communicate()
        return Result(process, out, err)
