#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The program or this computer fails in the middle of an upload: killed, full
disk, source that changed. What was begun is finished or said to be useless."""

import os
import random
import shutil
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))

from fault_case import KEYS, MIB, FaultCase, hash_file, write_disk  # noqa: E402

KILLS = 30
# Lets a limit on the size of files fail writes instead of ending the program.
LIMITED = ("env", "--ignore-signal=XFSZ", "--")


class Killed(FaultCase):
    def let_through(self, count):
        """So many parts get through, of the others a piece. What waits there may still arrive when its sender is dead,
        so nothing is put together: that is refused, not stalled."""
        self.server.command("faults", faults=[
            {"match": {"op": "UploadPart", "after": count}, "do": "stall", "seconds": 600,
             "after": random.choice((0, 1, 3 * MIB, 8 * MIB - 1))},
            {"match": {"op": "CompleteMultipartUpload"}, "do": "status"}])

    def die(self, words, longest):
        """Started and killed, at any moment up to where it can go no further; the time of the kill."""
        process = self.start(*words)
        try:
            process.wait(random.uniform(0, longest))
        except subprocess.TimeoutExpired:
            pass
        else:
            self.fail(f"it ended: {process.communicate()}")
        moment = time.time()
        self.kill(process)
        return moment

    def test_killed_30_times_and_finished(self):
        """Never a part twice that was there, never a second upload, at last the very object."""
        seed = random.SystemRandom().randrange(1 << 32)
        random.seed(seed)
        self.addCleanup(lambda: self.has_failed() and print(f"seed {seed}", file=sys.stderr))
        self.fault("UploadPart", "stall", {"part": 1}, seconds=600)
        begin = time.monotonic()
        process = self.start()
        self.until_parts(2, process)
        longest = 1.2 * (time.monotonic() - begin)
        kills = [time.time()]
        self.kill(process)
        while len(kills) < KILLS:
            self.let_through(random.choice((0, 0, 0, 1)) if KILLS - len(kills) > 4 else 1000)
            kills.append(self.die(("continue", "--json"), longest))
            self.assert_resumable()
        self.server.command("faults", faults=[])
        self.assert_identical(self.go_on())
        self.assert_sent_once(kills)
        self.assertEqual(self.count("InitiateMultipartUpload"), 1)

    def has_failed(self):
        return any(error for _, error in getattr(self._outcome, "errors", ())) or bool(
            self._outcome.result.failures + self._outcome.result.errors)

    def test_killed_while_the_sandbox_starts(self):
        """Whoever reads the disk for a program that is gone has to notice, also before it is told whom to die with."""
        for _ in range(12):
            process = self.start()
            self.until(lambda: any("qemu-nbd" in words for words in self.find_children()), process)
            self.kill(process)
        self.until(lambda: not self.find_children())

    def test_killed_before_the_answer_of_the_start(self):
        """The bucket has an upload whose id never arrived: the next run removes it."""
        self.fault("InitiateMultipartUpload", "lost-answer")
        process = self.start()
        self.until(self.uploads, process)
        self.kill(process)
        self.server.command("faults", faults=[])
        self.assert_identical(self.go_on())

    def test_killed_behind_complete(self):
        """The object is there; nobody was told."""
        self.fault("CompleteMultipartUpload", "slow-complete", seconds=60)
        process = self.start()
        self.until(lambda: self.object_path(self.key), process)
        self.kill(process)
        self.server.command("clear")
        self.assert_identical(self.go_on())
        self.assertEqual(self.count("UploadPart"), 0)

    def test_terminated_politely(self):
        """A logout is not a cancel by hand, but either leaves nothing or something to continue."""
        self.fault("UploadPart", "stall", {"part": 5}, seconds=600)
        process = self.start()
        self.until_parts(4, process)
        process.terminate()
        result = self.finish(process)
        self.assertNotEqual(result.status, 0)
        self.server.command("faults", faults=[])
        if self.uploads():
            self.assert_resumable()
            self.assert_identical(self.go_on())
        else:
            self.assert_nothing_left()
            self.assert_identical(self.upload())


class Changed(FaultCase):
    def change(self, disk):
        with open(disk, "r+b") as file:
            file.seek(20 * MIB)
            file.write(b"another content")

    def stop_in_the_middle(self):
        disk = os.path.join(self.folder, "changing.raw")
        shutil.copyfile(self.disk, disk)
        self.fault("UploadPart", "stall", {"part": 4}, seconds=600)
        process = self.start(*self.upload_words(disk=disk))
        self.until_parts(3, process)
        return disk, process

    def expect_changed(self, result, disk):
        """Said so, and nothing is put together; whoever goes on then gets the new content and no piece of the old."""
        self.assertEqual(result.status, 3, result.err)
        self.assert_one_sentence(result)
        self.assertEqual(result.lines[-1]["code"], "source-changed")
        if self.uploads():
            self.assert_resumable()
        self.assertIsNone(self.object_path(self.key))
        # What the terminal began anew and has nothing to show for is not kept in the history.
        again = self.go_on() if self.uploads() else self.run_embark(*self.upload_words(disk=disk))
        self.assertEqual(again.status, 0, again.err)
        path = self.object_path(self.key)
        subprocess.check_call(["qemu-img", "check", "-q", "-f", "qcow2", path])
        subprocess.check_call(["qemu-img", "compare", "-q", "-f", "raw", "-F", "qcow2", disk, path])
        self.assertNotEqual(hash_file(path), self.expected)
        self.assert_nothing_left()

    def test_while_it_was_not_running(self):
        disk, process = self.stop_in_the_middle()
        self.kill(process)
        self.change(disk)
        self.server.command("faults", faults=[])
        self.expect_changed(self.go_on(), disk)

    def test_while_it_is_read(self):
        disk, process = self.stop_in_the_middle()
        self.change(disk)
        self.server.command("faults", faults=[])
        self.expect_changed(self.finish(process), disk)

    def test_replaced_by_another_file(self):
        disk, process = self.stop_in_the_middle()
        self.kill(process)
        write_disk(disk + ".new", seed=2)
        os.rename(disk + ".new", disk)
        self.server.command("faults", faults=[])
        self.expect_changed(self.go_on(), disk)


class FullDisk(FaultCase):
    """No room for the journal, played by a limit on the size of files: it needs no root and strikes at any moment. What
    is written then fails with “File too large” where a full disk says “No space left”, at the same calls."""

    def limit(self, process, size):
        subprocess.check_call(["prlimit", f"--pid={process.pid}", f"--fsize={size}:{size}"])

    def stall_all_but_one(self):
        """Fewer parts are under way than the disk has: its end is not reached, so nothing more was written down."""
        self.fault("UploadPart", "stall", {"after": 1}, seconds=600)

    def expect_full(self, result):
        """What could not be written is told last, and warned of when it happens."""
        lines = result.err.splitlines()
        self.assertEqual(result.status, 3, result.err)
        self.assertTrue(lines and all(line.startswith("embark: ") for line in lines if line), result.err)
        self.assertIn("migrations", lines[-1] or lines[-2])
        self.assertIsNone(self.object_path(self.key))

    def test_at_the_start(self):
        result = self.run_embark(*self.upload_words(), wrapper=(*LIMITED, "prlimit", "--fsize=0:0", "--"))
        self.expect_full(result)
        self.assert_nothing_left()
        self.assert_identical(self.upload())

    def test_when_the_upload_id_arrives(self):
        """What cannot be remembered must not be left behind."""
        self.fault("InitiateMultipartUpload", "stall", seconds=600)
        process = self.spawn(*self.upload_words(), wrapper=LIMITED)
        self.addCleanup(self.end, process)
        self.until(lambda: self.fired() > 0, process)
        self.limit(process, 0)
        self.server.command("faults", faults=[])
        self.expect_full(self.finish(process))
        self.assert_nothing_left()
        self.assert_identical(self.go_on())

    def test_in_the_middle(self):
        """All parts arrive; what the object must be cannot be written down, so it is not put together yet."""
        self.stall_all_but_one()
        process = self.spawn(*self.upload_words(), wrapper=LIMITED)
        self.addCleanup(self.end, process)
        self.until_parts(1, process)
        self.limit(process, 0)
        self.server.command("faults", faults=[])
        self.expect_full(self.finish(process))
        self.assert_resumable()
        self.assert_identical(self.go_on())
        self.assertEqual(self.count("InitiateMultipartUpload"), 1)
        self.assert_sent_once()

    def test_a_file_system_that_is_full(self):
        """The same for real, where this test may mount one."""
        state = os.path.join(self.home, "small")
        os.mkdir(state)
        if subprocess.call(["mount", "-t", "tmpfs", "-o", "size=64k", "none", state], stderr=subprocess.DEVNULL) != 0:
            self.skipTest("mounting a small file system needs root")
        self.addCleanup(subprocess.call, ["umount", "-l", state])
        env = self.environment(**KEYS, XDG_STATE_HOME=state)
        self.stall_all_but_one()
        process = self.start(env=env)
        self.until_parts(1, process)
        filler = os.path.join(state, "filler")
        with open(filler, "wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(512))
            except OSError:
                pass
        self.server.command("faults", faults=[])
        self.expect_full(self.finish(process))
        self.assertEqual(len(self.uploads()), 1)
        os.remove(filler)
        self.assert_identical(self.go_on(env=env))
        self.assert_sent_once()


if __name__ == "__main__":
    unittest.main()
