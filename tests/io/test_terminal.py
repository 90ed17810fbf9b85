#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line as people and programs meet it: at a terminal, in a pipe,
with JSON when something fails, and with words from hostile places."""

import json
import os
import pty
import signal
import subprocess
import sys
import termios
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))

from embark_cli import BUCKET, BUILD, KEYS, REGION, EmbarkCase  # noqa: E402

PLACE = ("--bucket", BUCKET, "--region", REGION)
SECRET = "notToBeShown0000000000000000000"


class Terminal:
    """A program at a pseudo terminal; everything it shows is kept."""

    def __init__(self, arguments, env, columns=80):
        self.shown = b""
        self.master, slave = pty.openpty()
        termios.tcsetwinsize(slave, (24, columns))
        self.process = subprocess.Popen(arguments, stdin=slave, stdout=slave, stderr=slave, env=env,
                                        start_new_session=True, preexec_fn=lambda: os.close(self.master))
        os.close(slave)

    def read(self):
        try:
            block = os.read(self.master, 4096)
        except OSError:
            block = b""
        self.shown += block
        return block

    def read_until(self, text):
        while text not in self.shown:
            if not self.read():
                raise AssertionError(self.shown)

    def type(self, text):
        os.write(self.master, text)

    def finish(self):
        while self.read():
            pass
        os.close(self.master)
        return self.process.wait()


class Check(EmbarkCase):
    HELPER = """#!/bin/sh
read request
cat '{gate}' > /dev/null
echo '{{"event":"facts","slow":true,"facts":{{"os":{{"found":true,"type":"linux","distribution":"debian"}}}}}}'
"""

    def test_the_headers_speak_before_the_end(self):
        gate, helper = self.path("gate"), self.path("helper")
        os.mkfifo(gate)
        with open(helper, "w", encoding="utf-8") as file:
            file.write(self.HELPER.format(gate=os.fsdecode(gate)))
        os.chmod(helper, 0o700)
        env = self.environment(EMBARK_GUEST_HELPER=helper)
        for size, words in (("64M", "The headers are fine"), ("600G", "would stop the import")):
            disk = self.path(f"disk-{size}.qcow2")
            os.rename(self.make_disk(), disk)
            subprocess.run(["qemu-img", "resize", "-q", disk, size], check=True)
            terminal = Terminal([os.path.join(BUILD, "gui", "embark"), "check", disk], env)
            terminal.read_until(words.encode())
            with open(gate, "w", encoding="utf-8"):
                pass
            self.assertNotEqual(terminal.finish(), 2)
            self.assertIn(b"\r\x1b[K", terminal.shown)


class Keys(EmbarkCase):
    def start(self):
        env = self.environment(DBUS_SESSION_BUS_ADDRESS="unix:path=/nonexistent")
        return Terminal([os.path.join(BUILD, "gui", "embark"), "keys", "set"], env)

    def test_secret_is_not_shown(self):
        terminal = self.start()
        terminal.read_until(b"SecretId:")
        terminal.type(KEYS["TENCENTCLOUD_SECRET_ID"].encode() + b"\n")
        terminal.read_until(b"SecretKey:")
        terminal.type(SECRET.encode() + b"\n")
        terminal.read_until(b"Token")
        terminal.type(b"\n")
        self.assertEqual(terminal.finish(), 3)
        self.assertNotIn(SECRET.encode(), terminal.shown)

    def test_interrupt_at_the_prompt(self):
        for prompt in (b"SecretId:", b"SecretKey:"):
            terminal = self.start()
            terminal.read_until(b"SecretId:")
            if prompt == b"SecretKey:":
                terminal.type(b"AKIDabc\n")
                terminal.read_until(prompt)
            terminal.process.send_signal(signal.SIGINT)
            terminal.process.wait()
            self.assertTrue(termios.tcgetattr(terminal.master)[3] & termios.ECHO)
            self.assertEqual(terminal.finish(), 130)

    def test_lines(self):
        """Good lines are tried in the cloud (and no keyring is there: 3); what cannot be keys is a wrong call."""
        good = (KEYS["TENCENTCLOUD_SECRET_ID"] + "\n" + KEYS["TENCENTCLOUD_SECRET_KEY"] + "\n").encode()
        env = self.environment(DBUS_SESSION_BUS_ADDRESS="unix:path=/nonexistent")
        cases = {good: 3, good.replace(b"\n", b"\r\n"): 3, good.rstrip(b"\n"): 3, b"  " + good: 3, b"": 2, b"\n\n": 2,
                 b"only\n": 2, b"a" * 100000 + b"\n" + good: 2, good.replace(b"\n", b"\x1b[2J\n"): 2,
                 b"caf\xc3\xa9\nkey\n": 2, b"with blank\nkey\n": 2, bytes(5000): 2}
        for text, status in cases.items():
            result = self.run_embark("keys", "set", env=env, text=text)
            self.assertEqual(result.status, status, (text[:60], result.err))
            self.assert_one_sentence(result)
            if status == 3:
                self.assertIn("keyring", result.err)
            self.assertNotIn(KEYS["TENCENTCLOUD_SECRET_KEY"], result.out + result.err)

    def test_closed_input(self):
        result = self.run_embark("keys", "set", wrapper=("sh", "-c", 'exec "$0" "$@" <&-'))
        self.assertEqual(result.status, 2, result.err)


class Pipes(EmbarkCase):
    def test_reader_went_away(self):
        """A list that nobody reads ends quietly; a migration goes on."""
        read_end, write_end = os.pipe()
        os.close(read_end)
        for arguments in (["machines", "--connect", "test:///default"],
                          ["upload", "--json", *PLACE, "--", self.make_disk()]):
            process = subprocess.run([os.path.join(BUILD, "gui", "embark"), *arguments], stdout=write_end,
                                     stderr=subprocess.PIPE, env=self.environment(**KEYS), check=False)
            self.assertEqual(process.returncode, 0, process.stderr)
            self.assertEqual(process.stderr, b"")
        os.close(write_end)
        self.assertEqual(len(self.objects()), 1)
        self.assert_nothing_left()

    def test_output_cannot_be_written(self):
        with open("/dev/full", "wb") as full:
            process = subprocess.run([os.path.join(BUILD, "gui", "embark"), "machines", "--connect", "test:///default"],
                                     stdout=full, stderr=subprocess.PIPE, env=self.environment(), check=False)
        self.assertEqual(process.returncode, 3)
        self.assertTrue(process.stderr.startswith(b"embark: "), process.stderr)


class Json(EmbarkCase):
    def check_error(self, result, code, status):
        self.assertEqual(result.status, status, result.err)
        last = result.lines[-1]
        self.assertEqual((last["event"], last["code"]), ("error", code))
        self.assertTrue(last["message"])
        self.assertEqual([line["event"] for line in result.lines].count("error"), 1)
        self.assert_one_sentence(result)

    def test_refused_file(self):
        for name in (b"no\xe9.qcow2", b"two\nlines", "\u202egnp.wocq".encode()):
            for verb in (["check"], ["upload", *PLACE], ["migrate", *PLACE]):
                result = self.run_embark(*verb, "--json", "--", self.path(name))
                self.check_error(result, "not-found", 1)
                self.assertNotIn("\u202e", result.err)

    def test_refused_by_the_cloud(self):
        result = self.run_embark("upload", "--json", "--bucket", "none-1250000000", "--region", REGION, "--",
                                 self.make_disk())
        self.check_error(result, "no-bucket", 3)

    def test_no_keys(self):
        env = self.environment(DBUS_SESSION_BUS_ADDRESS="unix:path=/nonexistent")
        result = self.run_embark("upload", "--json", *PLACE, "--", self.make_disk(), env=env)
        self.check_error(result, "no-keyring", 3)

    def test_another_program_runs(self):
        self.server.command("faults", faults=[{"match": {"op": "UploadPart"}, "do": "slow", "bytesPerSecond": 200000}])
        process = self.spawn("upload", "--json", *PLACE, "--", self.make_disk(megabytes=20))
        for line in process.stdout:
            if json.loads(line)["event"] == "progress" and self.uploads():
                break
        (entry,) = json.loads(self.run_embark("imports", "--json").out)
        self.assertTrue(entry["running"])
        self.assertIn("Another program", self.run_embark("imports").out)
        self.interrupt(process, signal.SIGTERM)
        (entry,) = json.loads(self.run_embark("imports", "--json").out)
        self.assertFalse(entry["running"])

    def test_unknown_machine(self):
        result = self.run_embark("check", "--json", "--connect", "test:///default", "machine:nobody")
        self.check_error(result, "not-found", 1)


class Words(EmbarkCase):
    def write_node(self):
        """A machine whose names hold CSI (U+009B), which terminals obey."""
        node = self.path("node.xml")
        with open(node, "wb") as file:
            file.write(b"""<node><domain type='test'><name>w&#x9b;31m</name><memory>65536</memory><os><type>hvm</type></os>
                <devices><disk type='file' device='disk'><source file='/a&#x9b;2J'/><target dev='vda' bus='virtio'/></disk>
                </devices></domain></node>""")
        return "test://" + os.fsdecode(node)

    def test_terminal_codes(self):
        result = self.run_embark("machines", "--connect", self.write_node())
        self.assertEqual(result.status, 0, result.err)
        self.assertIn("\\x9b31m", result.out)
        self.assertNotIn("\x9b", result.out)
        result = self.run_embark("machines", "--json", "--connect", self.write_node())
        self.assertEqual(json.loads(result.out)[0]["machines"][0]["name"], "w\x9b31m")

    def test_neither_verb_nor_file(self):
        for word in ("frobnicate", "not-there.qcow2", "\x1b[2J"):
            result = self.run_embark(word)
            self.assertEqual(result.status, 2)
            self.assert_one_sentence(result, "embark --help")
            self.assertNotIn("\x1b", result.err)

    def test_help_and_version(self):
        env = self.environment(DISPLAY=None, WAYLAND_DISPLAY=None)
        result = self.run_embark("--help", env=env)
        self.assertEqual(result.status, 0, result.err)
        for verb in ("check", "machines", "upload", "migrate", "imports", "keys"):
            self.assertIn(verb, result.out)
            detail = self.run_embark(verb, "--help", env=env)
            self.assertEqual((detail.status, detail.err), (0, ""))
            self.assertIn(f"embark {verb}", detail.out)
        result = self.run_embark("--version", env=env)
        self.assertEqual((result.status, result.err), (0, ""))
        self.assertRegex(result.out, r"^embark \d+\.\d+\.\d+\n$")

    def test_lines_break_between_words(self):
        env = self.environment()
        terminal = Terminal([os.path.join(BUILD, "gui", "embark"), "machines", "--connect",
                             "qemu+unix:///system?socket=/nonexistent/libvirt"], env, columns=50)
        self.assertEqual(terminal.finish(), 3)
        lines = terminal.shown.decode().replace("\r", "").splitlines()
        self.assertGreater(len(lines), 2)
        for line in lines:
            self.assertTrue(len(line) <= 50 or " " not in line.strip(), line)
        self.assertNotIn("  ", " ".join(line.strip() for line in lines))


if __name__ == "__main__":
    unittest.main()
