#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line against the practice cloud: what it refuses and how it
says so, what it sends, and that nothing is left behind."""

import json
import os
import signal
import socket
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))

from embark_cli import BUCKET, BUILD, KEYS, REGION, EmbarkCase  # noqa: E402

PLACE = ("--bucket", BUCKET, "--region", REGION)
NOBODY = 65534


class Check(EmbarkCase):
    """Both stages of a check, with a program in the place of the appliance."""

    HELPER = """#!/bin/sh
read request
echo call >> '{calls}'
echo '{{"event":"facts","slow":true,"facts":{{"os":{{"found":true,"type":"linux","distribution":"debian"}}}}}}'
"""

    def setUp(self):
        super().setUp()
        self.calls = self.path("calls")
        self.helper = self.path("helper")
        with open(self.helper, "w", encoding="utf-8") as file:
            file.write(self.HELPER.format(calls=os.fsdecode(self.calls)))
        os.chmod(self.helper, 0o700)
        self.disk = self.make_disk("checked.qcow2")

    def check(self, *options):
        result = self.run_embark("check", "--json", *options, self.disk,
                                 env=self.environment(EMBARK_GUEST_HELPER=self.helper))
        return result, json.loads(result.out)

    def count_calls(self):
        if not os.path.exists(self.calls):
            return 0
        with open(self.calls, encoding="utf-8") as file:
            return len(file.readlines())

    def test_headers(self):
        result, report = self.check("--headers")
        self.assertIn(result.status, (1, 3))
        self.assertEqual((report["stage"], report["kept"], self.count_calls()), ("headers", False, 0))
        self.assertIn("partitionTable", report["facts"]["disk"])
        self.assertIn("upperBound", report["facts"]["stream"])
        self.assertNotIn("os", report["facts"])
        self.assertLess(report["seconds"], 60)
        text = self.run_embark("check", "--headers", self.disk, env=self.environment(EMBARK_GUEST_HELPER=self.helper))
        self.assertEqual(text.status, result.status)
        self.assertIn("Only the headers were read", text.out)

    def test_an_unchanged_disk_is_not_looked_into_again(self):
        first = self.check()[1]
        self.assertEqual((first["stage"], first["kept"], self.count_calls()), ("whole", False, 1))
        kept = self.check()[1]
        self.assertEqual((kept["kept"], self.count_calls()), (True, 1))
        self.assertEqual((kept["checkedAt"], kept["facts"]), (first["checkedAt"], first["facts"]))
        again = self.check("--again")[1]
        self.assertEqual((again["kept"], self.count_calls()), (False, 2))
        subprocess.run(["qemu-io", "-f", "qcow2", "-c", "write -P 3 0 64k", self.disk], check=True,
                       stdout=subprocess.DEVNULL)
        changed = self.check()[1]
        self.assertEqual((changed["kept"], self.count_calls()), (False, 3))


class BadInput(EmbarkCase):
    """Each gets one clear sentence and exit status 1 (2 for a wrong call), and nothing is left behind."""

    def check_refused(self, target, *words, status=1, **options):
        for verb in (["check"], ["upload", *PLACE]):
            result = self.run_embark(*verb, "--", target, **options)
            self.assertEqual(result.status, status, result.err)
            self.assert_one_sentence(result, *words)
            self.assert_nothing_left()
        self.assertEqual(self.objects(), [])

    def write(self, name, content):
        path = self.path(name)
        with open(path, "wb") as file:
            file.write(content)
        return path

    def test_missing_file(self):
        self.check_refused(self.path("not-there.qcow2"), "not-there.qcow2")

    def test_directory(self):
        os.mkdir(self.path("folder.qcow2"))
        self.check_refused(self.path("folder.qcow2"), "folder.qcow2")

    def test_empty_file(self):
        self.check_refused(self.write("empty.qcow2", b""), "empty.qcow2")

    def test_text_file(self):
        self.check_refused(self.write("letter.txt", b"Dear reader,\n" * 200000), "letter.txt")

    def test_archive(self):
        self.check_refused(self.write("disk.qcow2.gz", b"\x1f\x8b\x08" + bytes(4096)), "disk.qcow2.gz")

    def test_truncated_qcow2(self):
        path = self.make_disk("cut.qcow2")
        os.truncate(path, os.path.getsize(path) // 2)
        self.check_refused(path, "cut.qcow2")

    def test_backing_file_of_the_host(self):
        path = self.path("steal.qcow2")
        subprocess.check_call(["qemu-img", "create", "-q", "-u", "-f", "qcow2", "-b", "/etc/passwd", "-F", "raw", path,
                               "64M"])
        self.check_refused(path, "/etc/passwd")

    def test_no_permission(self):
        path = self.make_disk("secret.qcow2")
        os.chmod(path, 0)
        wrapper = ()
        if os.geteuid() == 0:
            wrapper = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--")
            for folder, _, _ in os.walk(self.home):
                os.chown(folder, NOBODY, NOBODY)
        self.check_refused(path, "secret.qcow2", wrapper=wrapper)

    def test_in_use(self):
        path = self.make_disk("busy.qcow2")
        holder = subprocess.Popen(["qemu-io", "-f", "qcow2", path], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        holder.stdin.write(b"read 0 512\n")
        holder.stdin.flush()
        holder.stdout.readline()
        try:
            self.check_refused(path, "busy.qcow2")
        finally:
            holder.communicate(b"quit\n")

    def test_wrong_calls(self):
        for arguments in (["check"], ["check", "a", "b"], ["check", "--edition", "future", "a"], ["check", "--sideways"],
                          ["upload", "disk"], ["migrate", "disk", "--bucket", BUCKET], ["keys"], ["keys", "print"],
                          ["machines", "extra"],
                          ["upload", "disk", "--bucket", "Not A Bucket", "--region", REGION],
                          ["upload", "disk", "--bucket", BUCKET, "--region", "../../etc"]):
            result = self.run_embark(*arguments)
            self.assertEqual(result.status, 2, (arguments, result.err))
            self.assert_one_sentence(result)
            self.assert_nothing_left()


class Cloud(EmbarkCase):
    def upload(self, *options, **named):
        return self.run_embark("upload", *PLACE, *options, "--", self.make_disk(), **named)

    def check_failed(self, result, *words):
        self.assertEqual(result.status, 3, result.err)
        self.assert_one_sentence(result, *words)
        self.assert_nothing_left()
        self.assertEqual(self.objects(), [])

    def test_no_keys(self):
        result = self.upload(env=self.environment(DBUS_SESSION_BUS_ADDRESS="unix:path=/nonexistent"))
        self.check_failed(result, "TENCENTCLOUD_SECRET_ID")

    def test_wrong_keys(self):
        wrong = {**KEYS, "TENCENTCLOUD_SECRET_KEY": "anotherSecretKey0000000000000000"}
        result = self.upload(env=self.environment(**wrong))
        self.check_failed(result)
        self.assertNotIn("anotherSecretKey", result.err)

    def test_unknown_keys(self):
        wrong = {**KEYS, "TENCENTCLOUD_SECRET_ID": "AKIDnobody00000000000000000000000000"}
        self.check_failed(self.upload(env=self.environment(**wrong)))

    def test_no_bucket(self):
        result = self.run_embark("upload", "--bucket", "not-there-1250000000", "--region", REGION, "--",
                                 self.make_disk())
        self.check_failed(result, "not-there-1250000000")

    def test_no_network(self):
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            port = closed.getsockname()[1]
        result = self.upload(env=self.environment(**KEYS, EMBARK_CONNECT_TO=f"127.0.0.1:{port}"))
        self.check_failed(result)

    def test_key_is_taken(self):
        self.assertEqual(self.upload("--key", "mine.qcow2").status, 0)
        result = self.upload("--key", "mine.qcow2")
        self.assertEqual(result.status, 3)
        self.assert_one_sentence(result, "mine.qcow2")
        self.assert_nothing_left()

    def test_full_disk(self):
        state = os.path.join(self.home, "small")
        os.mkdir(state)
        if subprocess.call(["mount", "-t", "tmpfs", "-o", "size=16k", "none", state], stderr=subprocess.DEVNULL) != 0:
            self.skipTest("mounting a small file system needs root")
        self.addCleanup(subprocess.call, ["umount", "-l", state])
        filler = os.open(os.path.join(state, "filler"), os.O_WRONLY | os.O_CREAT)
        try:
            while True:
                os.write(filler, bytes(512))
        except OSError:
            os.close(filler)
        self.check_failed(self.upload(env=self.environment(**KEYS, XDG_STATE_HOME=state)))


class Uploads(EmbarkCase):
    def test_upload_is_identical(self):
        disk = self.make_disk(megabytes=20)
        result = self.run_embark("upload", "--json", *PLACE, "--key", "images/one.qcow2", "--", disk)
        self.assertEqual(result.status, 0, result.err)
        states = [line["state"] for line in result.lines if line["event"] == "state"]
        self.assertEqual(states[-1], "done")
        self.assertIn("uploading", states)
        progress = [line["progress"] for line in result.lines if line["event"] == "progress"]
        self.assertEqual(progress, sorted(progress))
        last = result.lines[-1]
        self.assertEqual((last["event"], last["key"], last["imageId"]), ("done", "images/one.qcow2", None))
        self.assert_same_disk(disk, "qcow2", "images/one.qcow2")
        self.assert_nothing_left()

    def test_odd_names(self):
        for number, name in enumerate((b"caf\xe9.qcow2", b"two\nlines.qcow2", b"a,b=c:d.qcow2", b"-dash.qcow2",
                                       b"nbd:localhost:1", b"json:{}", b"%s%n.qcow2", "镜像 一.qcow2".encode())):
            disk = self.make_disk(name, megabytes=1)
            key = f"odd/{number}.qcow2"
            result = self.run_embark("upload", *PLACE, "--key", key, "--", disk)
            self.assertEqual(result.status, 0, (name, result.err))
            self.assert_same_disk(disk, "qcow2", key)
        self.assert_nothing_left()

    def test_relative_name_with_dash(self):
        self.make_disk("-dash.qcow2", megabytes=1)
        process = subprocess.run([os.path.join(BUILD, "gui", "embark"), "upload", *PLACE, "--key", "dash", "--",
                                  "-dash.qcow2"], cwd=self.folder, env=self.environment(**KEYS), check=False,
                                 capture_output=True)
        self.assertEqual(process.returncode, 0, process.stderr)

    def test_interrupt_removes_the_upload(self):
        self.server.command("set", importSeconds=0)
        self.server.command("faults", faults=[{"match": {"op": "UploadPart"}, "do": "slow", "bytesPerSecond": 200000}])
        process = self.spawn("upload", "--json", *PLACE, "--", self.make_disk(megabytes=20))
        for line in process.stdout:
            event = json.loads(line)
            if event["event"] == "progress" and self.uploads():
                break
        result = self.interrupt(process)
        self.assertEqual(result.status, 130, result.err)
        self.assert_nothing_left()
        self.assertEqual(self.objects(), [])

    def test_kill_leaves_no_process_and_is_remembered(self):
        self.server.command("faults", faults=[{"match": {"op": "UploadPart"}, "do": "slow", "bytesPerSecond": 200000}])
        process = self.spawn("upload", "--json", *PLACE, "--", self.make_disk(megabytes=20))
        for line in process.stdout:
            if json.loads(line)["event"] == "progress" and self.uploads():
                break
        self.interrupt(process, signal.SIGKILL)
        self.wait_for_children()
        self.server.command("clear")
        result = self.run_embark("imports", "--json")
        (entry,) = json.loads(result.out)
        self.assertEqual(entry["state"], "prepared")
        self.assertEqual(entry["bucket"], BUCKET)
        self.assertEqual(len(self.uploads()), 1)

    def wait_for_children(self):
        """Until the kernel has told the children that their parent is gone."""
        for _ in range(200):
            if not self.find_children():
                return
            subprocess.run(["sleep", "0.05"], check=True)
        self.fail(self.find_children())


class Machines(EmbarkCase):
    def test_test_driver(self):
        result = self.run_embark("machines", "--json", "--connect", "test:///default")
        self.assertEqual(result.status, 0, result.err)
        (connection,) = json.loads(result.out)
        self.assertEqual([machine["name"] for machine in connection["machines"]], ["test"])
        self.assertEqual(connection["machines"][0]["state"], "running")

    def test_no_libvirt(self):
        result = self.run_embark("machines", "--json", "--connect", "qemu+unix:///system?socket=/nonexistent/libvirt")
        self.assertEqual(result.status, 3)
        (connection,) = json.loads(result.out)
        self.assertTrue(connection["error"])
        self.assertEqual(connection["machines"], [])

    def test_unknown_machine(self):
        result = self.run_embark("check", "--connect", "test:///default", "machine:nobody")
        self.assertEqual(result.status, 1)
        self.assert_one_sentence(result, "nobody")

    def test_running_machine_is_refused(self):
        disk = self.make_disk("run.qcow2")
        node = self.path("node.xml")
        with open(node, "wb") as file:
            file.write(b"""<node><domain type='test'><name>web</name><memory>65536</memory><os><type>hvm</type></os>
                <devices><disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='%s'/>
                <target dev='vda' bus='virtio'/></disk></devices></domain></node>""" % disk)
        result = self.run_embark("check", "--connect", f"test://{os.fsdecode(node)}", "machine:web/vda")
        self.assertEqual(result.status, 1, result.err)
        self.assert_one_sentence(result, "web")
        self.assert_nothing_left()


if __name__ == "__main__":
    unittest.main()
