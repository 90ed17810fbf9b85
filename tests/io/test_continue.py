#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""`embark continue` and `embark uploads`: what is left of an upload that was
stopped, killed or cancelled, and how it goes on."""

import json
import os
import signal
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "support"))

from embark_cli import BUCKET, BUILD, KEYS, REGION, EmbarkCase  # noqa: E402

PLACE = ("--bucket", BUCKET, "--region", REGION)
SLOW = [{"match": {"op": "UploadPart", "part": 3}, "do": "slow", "bytesPerSecond": 20000}]


class StoppedCase(EmbarkCase):
    def stop_in_the_middle(self, how, *arguments):
        """An upload of three parts of which two are in the bucket, ended by a signal."""
        self.server.command("faults", faults=SLOW)
        process = self.spawn("upload", "--json", *PLACE, *arguments, "--", self.make_disk(megabytes=20))
        for line in process.stdout:
            if self.count_parts() == 2:
                break
        result = self.interrupt(process, how)
        self.server.command("clear")
        return result

    def count_parts(self):
        return sum(len(upload["parts"]) for upload in self.uploads())

    def continue_to_the_end(self, *arguments):
        result = self.run_embark("continue", "--json", *arguments)
        self.assertEqual(result.status, 0, result.err)
        self.assertEqual(result.lines[-1]["event"], "done")
        self.assertEqual(len(self.objects()), 1)
        self.assertEqual(self.uploads(), [])
        return result

    def count_sent(self):
        """Parts that arrived: one that its sender was stopped in may be told of late, on a slow computer."""
        return sum(1 for entry in self.server.command("requests")
                   if entry.get("op") == "UploadPart" and entry.get("status") == 200)


class Continue(StoppedCase):
    def test_end_of_session(self):
        result = self.stop_in_the_middle(signal.SIGTERM)
        self.assertEqual(result.status, 130, result.err)
        self.assertEqual(result.lines[-1]["code"], "cancelled")
        self.assertEqual(len(self.uploads()), 1)
        (entry,) = json.loads(self.run_embark("imports", "--json").out)
        self.assertTrue(entry["canContinue"])
        self.assertEqual([line["migration"] for line in result.lines if line["event"] == "stopped"], [entry["id"]])
        result = self.continue_to_the_end(entry["id"])
        self.assertEqual(self.count_sent(), 1)
        self.assertTrue(any(line.get("bytesKept", 0) == 16 << 20 for line in result.lines), result.out)
        self.assert_nothing_left()

    def test_kill_and_newest(self):
        self.stop_in_the_middle(signal.SIGKILL)
        self.continue_to_the_end()
        self.assertEqual(self.count_sent(), 1)
        again = self.run_embark("continue", "--json")
        self.assertEqual(again.status, 1)
        self.assertEqual(again.lines[-1]["code"], "not-found")

    def test_cancel_is_not_continued_with_old_parts(self):
        self.stop_in_the_middle(signal.SIGINT)
        self.assertEqual(self.uploads(), [])
        self.continue_to_the_end()
        self.assertEqual(self.count_sent(), 3)

    def test_unknown_and_done(self):
        result = self.run_embark("continue", "nothing\n")
        self.assertEqual(result.status, 1)
        self.assert_one_sentence(result, "nothing")
        result = self.run_embark("upload", "--json", *PLACE, "--", self.make_disk(megabytes=1))
        self.assertEqual(result.status, 0, result.err)
        (entry,) = json.loads(self.run_embark("imports", "--json").out)
        self.assertFalse(entry["canContinue"])
        result = self.run_embark("continue", entry["id"])
        self.assertEqual(result.status, 3)
        self.assert_one_sentence(result, entry["id"])

    def test_disk_changed(self):
        """Said so first; what comes then is of the new disk alone."""
        self.stop_in_the_middle(signal.SIGKILL)
        disk = self.make_disk(megabytes=21)
        result = self.run_embark("continue", "--json")
        self.assertEqual(result.lines[-1]["code"], "source-changed", result.out)
        self.assertEqual(self.objects(), [])
        self.continue_to_the_end()
        (stored,) = self.objects()
        self.assert_same_disk(disk, "qcow2", stored["key"])


class Left(StoppedCase):
    def test_list_and_remove(self):
        self.stop_in_the_middle(signal.SIGKILL)
        (upload,) = json.loads(self.run_embark("uploads", "--json", *PLACE).out)
        (entry,) = json.loads(self.run_embark("imports", "--json").out)
        self.assertEqual(upload["migration"], entry["id"])
        self.assertEqual(upload["uploadId"], self.uploads()[0]["uploadId"])
        self.assertIn(entry["id"], self.run_embark("uploads", *PLACE).out)
        result = self.run_embark("uploads", *PLACE, "--remove", "other.qcow2")
        self.assertEqual(result.status, 1)
        self.assert_one_sentence(result, "other.qcow2")
        self.assertEqual(len(self.uploads()), 1)
        result = self.run_embark("uploads", *PLACE, "--remove", upload["key"])
        self.assertEqual(result.status, 0, result.err)
        self.assertEqual(self.uploads(), [])
        self.assertEqual(json.loads(self.run_embark("uploads", "--json", *PLACE).out), [])
        self.continue_to_the_end()

    def test_history_lost(self):
        """On another computer only the name tells that it is ours."""
        self.stop_in_the_middle(signal.SIGKILL, "--key", "my folder/web-20261124T101112Z-1f2e.qcow2")
        state = os.path.join(self.folder, "other-state")
        env = self.environment(XDG_STATE_HOME=state, **KEYS)
        (upload,) = json.loads(self.run_embark("uploads", "--json", *PLACE, env=env).out)
        self.assertIsNone(upload["migration"])
        result = self.run_embark("uploads", *PLACE, "--remove", upload["key"], env=env)
        self.assertEqual(result.status, 0, result.err)
        self.assertEqual(self.uploads(), [])

    def test_wrong_calls(self):
        for arguments in (["uploads"], ["uploads", *PLACE, "x"], ["continue", "a", "b"],
                          ["upload", *PLACE, "--limit", "fast", "--", "x"]):
            result = self.run_embark(*arguments)
            self.assertIn(result.status, (1, 2, 3), arguments)
            self.assertNotEqual(result.err, "")


class Preferences(EmbarkCase):
    """What was chosen in the window holds in the terminal, unless an option says otherwise."""

    def choose(self, **values):
        folder = os.path.join(self.home, "config", "glib-2.0", "settings")
        os.makedirs(folder)
        with open(os.path.join(folder, "keyfile"), "w", encoding="utf-8") as file:
            file.write("[org/embark/Embark]\n")
            file.writelines(f"{name.replace('_', '-')}={value}\n" for name, value in values.items())
        return self.environment(GSETTINGS_BACKEND="keyfile", XDG_CONFIG_HOME=os.path.join(self.home, "config"),
                                GSETTINGS_SCHEMA_DIR=os.path.join(BUILD, "resources"),
                                DBUS_SESSION_BUS_ADDRESS="unix:path=/nonexistent", **KEYS)

    def test_proxy(self):
        env = self.choose(proxy_mode="'manual'", proxy_uri="'http://127.0.0.1:9'")
        disk = self.make_disk(megabytes=1)
        result = self.run_embark("upload", *PLACE, "--", disk, env=env)
        self.assertEqual(result.status, 3)
        self.assert_one_sentence(result, "127.0.0.1:9")
        result = self.run_embark("upload", *PLACE, "--proxy", "none", "--", disk, env=env)
        self.assertEqual(result.status, 0, result.err)

    def test_proxy_that_is_none(self):
        result = self.run_embark("upload", *PLACE, "--proxy", "http://me:secret@proxy.example:3128", "--",
                                 self.make_disk(megabytes=1))
        self.assertEqual(result.status, 2)
        self.assert_one_sentence(result)
        self.assertNotIn("secret", result.err)

    def test_level(self):
        env = self.choose(compression="'none'")
        disk = self.path("words.raw")
        with open(disk, "wb") as file:
            file.write(bytes(510) + b"\x55\xaa" + b"".join(b"line %d\n" % i for i in range(200000)))
            file.truncate(4 << 20)
        self.assertEqual(self.run_embark("upload", *PLACE, "--key", "a", "--", disk, env=env).status, 0)
        self.assertEqual(self.run_embark("upload", *PLACE, "--key", "b", "--level", "fast", "--", disk, env=env).status,
                         0)
        sizes = {stored["key"]: stored["size"] for stored in self.objects()}
        self.assertGreater(sizes["a"], sizes["b"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
