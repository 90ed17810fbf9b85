# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of faults share: one practice cloud with a bad line in front,
one disk, what an undisturbed upload makes of it, and what must hold after
whatever happened."""

import hashlib
import json
import os
import random
import shutil
import subprocess
import tempfile
import time

from embark_cli import BUCKET, KEYS, REGION, EmbarkCase, Result, client

MIB = 1 << 20
PART = 8 * MIB
DISK_MB = 84
PATIENCE_S = 60


def write_disk(path, seed=1):
    """Text, bytes that do not shrink, and holes, behind a boot signature: nine parts."""
    randomness = random.Random(seed)
    with open(path, "wb") as file:
        file.truncate(DISK_MB * MIB)
        file.seek(510)
        file.write(b"\x55\xaa")
        for megabyte in range(1, DISK_MB - 8):
            file.seek(megabyte * MIB)
            file.write(b"".join(b"line %d of %d\n" % (number, megabyte) for number in range(70000))[:MIB]
                       if megabyte % 8 == 5 else randomness.randbytes(MIB))


def hash_file(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class FaultCase(EmbarkCase):
    """Every test has its own key in the bucket and its own journal; the cloud is the class's."""

    @classmethod
    def setUpClass(cls):
        cls.shared = tempfile.mkdtemp(prefix="embark-faults.")
        cls.addClassCleanup(shutil.rmtree, cls.shared, ignore_errors=True)
        cls.server = client.Server(os.path.join(cls.shared, "cloud"), "--bucket", f"{BUCKET}@{REGION}")
        cls.addClassCleanup(cls.server.stop)
        cls.relay = client.Relay(cls.server)
        cls.addClassCleanup(cls.relay.stop)
        cls.disk = os.fsencode(os.path.join(cls.shared, "disk.raw"))
        write_disk(cls.disk)
        cls.expected = None

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="embark-test.")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.home = os.path.join(self.folder, "home")
        self.make_home()
        self.key = self.id().rpartition(".")[2] + ".qcow2"
        self.server.command("clear")
        self.relay.command("clear")
        if type(self).expected is None:
            type(self).expected = self.make_reference()

    def environment(self, **extra):
        extra.setdefault("EMBARK_CONNECT_TO", f"127.0.0.1:{self.relay.ready['port']}")
        extra.setdefault("EMBARK_RETRY_MS", "20")
        return super().environment(**extra)

    def make_reference(self):
        """The checksum of the object that the undisturbed disk becomes, after QEMU has compared the two."""
        result = self.run_embark(*self.upload_words("reference.qcow2"))
        self.assertEqual(result.status, 0, result.err)
        path = self.object_path("reference.qcow2")
        subprocess.check_call(["qemu-img", "check", "-q", "-f", "qcow2", path])
        subprocess.check_call(["qemu-img", "compare", "-q", "-f", "raw", "-F", "qcow2", self.disk, path])
        self.assertGreaterEqual(os.path.getsize(path), 8 * PART + MIB)
        self.server.command("clear")
        return hash_file(path)

    def upload_words(self, key=None, disk=None, bucket=BUCKET):
        return ("upload", "--json", "--bucket", bucket, "--region", REGION, "--key", key or self.key, "--",
                os.fsdecode(disk or self.disk))

    def upload(self, env=None):
        return self.run_embark(*self.upload_words(), env=env)

    def go_on(self, env=None):
        return self.run_embark("continue", "--json", env=env)

    # What the cloud is told, and tells.

    def fault(self, op, do, match=None, **more):
        self.server.command("add-faults", faults=[{"match": {"op": op, **(match or {})}, "do": do, **more}])

    def fired(self):
        return sum(fault["fired"] for fault in self.server.command("show-faults"))

    def count(self, op, **wanted):
        return sum(1 for entry in self.server.command("requests")
                   if entry.get("op") == op and all(entry.get(name) == value for name, value in wanted.items()))

    def uploads(self):
        """Those of this test that are not finished."""
        return [upload for upload in super().uploads() if upload["key"] == self.key]

    def held_parts(self):
        """Numbers of the parts that the bucket holds of them."""
        return {part["number"] for upload in self.uploads() for part in upload["parts"]}

    def cos(self, method, path, params=(), bucket=BUCKET):
        """A request of somebody else."""
        return client.Client(self.server).cos(method, path, params, host=client.make_host(bucket, REGION)).status

    def until(self, question, process=None):
        """Asks the cloud until the answer is yes; every question is a round trip to another process."""
        end = time.monotonic() + PATIENCE_S
        while not (answer := question()):
            self.assertLess(time.monotonic(), end, f"it does not happen; there are {self.find_children()}")
            if process is not None and process.poll() is not None:
                self.fail(f"ended meanwhile: {process.communicate()}")
        return answer

    def until_parts(self, count, process):
        self.until(lambda: len(self.held_parts()) >= count, process)

    def start(self, *words, env=None):
        """Started, and read from in the background by the pipe's own room: a few hundred lines."""
        process = self.spawn(*(words or self.upload_words()), env=env)
        self.addCleanup(self.end, process)
        return process

    @staticmethod
    def end(process):
        if process.poll() is None:
            process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()

    def finish(self, process):
        out, err = process.communicate(timeout=PATIENCE_S)
        return Result(process, out, err)

    def kill(self, process):
        process.kill()
        return self.finish(process)

    # What must hold.

    def object_path(self, key):
        return next((entry["path"] for entry in self.objects() if entry["key"] == key), None)

    def assert_identical(self, result=None):
        """The very object an undisturbed upload makes, and nothing besides."""
        if result is not None:
            self.assertEqual(result.status, 0, result.err)
            self.assertEqual(result.lines[-1]["event"], "done")
        path = self.object_path(self.key)
        self.assertIsNotNone(path, "there is no object")
        subprocess.check_call(["qemu-img", "check", "-q", "-f", "qcow2", path])
        subprocess.check_call(["qemu-img", "compare", "-q", "-f", "raw", "-F", "qcow2", self.disk, path])
        self.assertEqual(hash_file(path), self.expected)
        self.assert_nothing_left()

    def assert_nothing_left(self):
        self.assertEqual(self.uploads(), [])
        # Both end by themselves once nobody is there any more.
        self.until(lambda: not os.listdir(os.path.join(self.shared, "cloud", "incoming")))
        self.until(lambda: not self.find_children())

    def assert_resumable(self, result=None):
        """A clear word, no object, and an upload that the journal knows."""
        if result is not None:
            self.assertEqual(result.status, 3, result.err)
            self.assert_one_sentence(result)
        self.assertIsNone(self.object_path(self.key))
        uploads = self.uploads()
        journal = self.read_journal()
        for upload in uploads:
            self.assertIn(upload["uploadId"], journal)
        self.assertEqual(len(uploads), 1)

    def read_journal(self):
        folder = os.path.join(self.home, "state", "embark", "migrations")
        texts = []
        for name in os.listdir(folder):
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                texts.append(file.read())
        return "".join(texts)

    def list_entries(self):
        result = self.run_embark("imports", "--json")
        self.assertEqual(result.status, 0, result.err)
        return json.loads(result.out)

    def list_sent(self):
        """(part, when it was there, whether it was) of every part that was sent, in the order of the log."""
        return [(entry["part"], entry["at"], entry["at"] + entry["seconds"], entry["status"] == 200)
                for entry in self.server.command("requests") if entry.get("op") == "UploadPart"]

    def assert_sent_once(self, kills=()):
        """What the bucket held when the program began again was not sent again: only what was under way may be."""
        sent = self.list_sent()
        for number, _, arrived, is_there in sent:
            if not is_there:
                continue
            for again, start, _, _ in sent:
                if again == number and any(arrived < kill < start for kill in kills):
                    self.fail(f"part {number} was there and was sent again")
        self.assertEqual({part for part, _, _, is_there in sent if is_there}, set(range(1, len({s[0] for s in sent}) + 1)))


__all__ = ["BUCKET", "KEYS", "MIB", "REGION", "FaultCase", "Result", "hash_file", "write_disk"]
