#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Uploads over a bad line: it drops, resets, stalls, spoils and refuses, and
the upload goes on by itself."""

import json
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))

from fault_case import KEYS, MIB, FaultCase, Result  # noqa: E402


class Line(FaultCase):
    def bend(self, do, **more):
        self.relay.command("faults", faults=[{"do": do, **more}])

    def fired_on_the_line(self):
        return self.relay.command("show")["faults"][0]["fired"]

    def check(self, do, at_least=2, **more):
        self.bend(do, **more)
        self.assert_identical(self.upload())
        self.assertGreaterEqual(self.fired_on_the_line(), at_least)

    def test_dropped(self):
        self.check("drop", match={"times": 4}, after=2 * MIB + 17)

    def test_reset(self):
        self.check("reset", match={"times": 4}, after=3 * MIB + 1)

    def test_truncated(self):
        self.check("truncate", match={"times": 4}, after=MIB + 3)

    def test_answers_are_truncated(self):
        self.check("truncate", match={"times": 2}, after=5000, way="down")

    def test_a_byte_is_flipped(self):
        """TLS sees it: the connection is useless from then on, and the part is sent again."""
        self.check("flip-byte", match={"times": 4}, after=5 * MIB + 123)

    def test_refused_connections_at_the_start(self):
        self.check("reset", match={"times": 2}, after=0)

    def test_slow(self):
        self.check("slow", match={"times": 2}, bytesPerSecond=40 * MIB)

    def test_everything_is_cut_again_and_again(self):
        process = self.start()
        for number in range(1, 8):
            self.until_parts(number, process)
            self.relay.command("cut", how="reset" if number % 2 else "drop")
        self.assert_identical(self.finish(process))

    def test_a_stall_without_end(self):
        """The first connection that carries parts says nothing any more: 30 seconds later another one is made."""
        self.bend("stall", match={"after": 1, "times": 1}, after=4 * MIB)
        self.assert_identical(self.upload())
        self.assertEqual(self.fired_on_the_line(), 1)


class Offline(FaultCase):
    def read_until(self, process, stage):
        """Its lines up to the one that tells of the stage."""
        lines = []
        for line in process.stdout:
            lines.append(line)
            event = json.loads(line)
            if event["event"] == "progress" and event["stage"] == stage:
                return lines
        self.fail(f"never {stage}: {lines[-3:]} {process.stderr.read()}")
        return None

    def check_goes_on(self, process, lines):
        """From there to the end, by itself."""
        out, err = process.communicate()
        result = Result(process, b"".join(lines) + out, err)
        self.assert_identical(result)
        progress = [line["progress"] for line in result.lines if line["event"] == "progress"]
        self.assertEqual(progress, sorted(progress))
        self.assertLessEqual(max(progress), 1)
        return result

    def test_no_connections_for_a_while(self):
        """As when names are not resolved: waits, says so, and goes on when it is back."""
        self.fault("UploadPart", "stall", {"part": 4}, seconds=600)
        process = self.start()
        self.until_parts(3, process)
        self.relay.command("set", refuse=True)
        self.relay.command("cut", how="reset")
        lines = self.read_until(process, "offline")
        self.server.command("faults", faults=[])
        self.assertIsNone(process.poll())
        self.relay.command("set", refuse=False)
        self.check_goes_on(process, lines)
        self.assertEqual(self.count("InitiateMultipartUpload"), 1)

    def test_killed_while_it_waits(self):
        self.fault("UploadPart", "stall", {"part": 4}, seconds=600)
        process = self.start()
        self.until_parts(3, process)
        self.relay.command("set", refuse=True)
        self.relay.command("cut", how="reset")
        self.read_until(process, "offline")
        self.kill(process)
        self.server.command("faults", faults=[])
        self.relay.command("set", refuse=False)
        self.assert_resumable()
        self.assert_identical(self.go_on())
        self.assertEqual(self.count("InitiateMultipartUpload"), 1)

    def test_the_server_is_out_of_order(self):
        """503 to everything is no reason to give up either."""
        self.fault("UploadPart", "status", {"after": 3}, status=503, code="ServiceUnavailable")
        process = self.start()
        lines = self.read_until(process, "offline")
        self.server.command("faults", faults=[])
        self.check_goes_on(process, lines)

    def test_a_name_that_is_not_resolved(self):
        """From the very start: nothing was begun, and it says what to check."""
        result = self.upload(env=self.environment(**KEYS, EMBARK_CONNECT_TO="nobody.invalid:443"))
        self.assertEqual(result.status, 3)
        self.assert_one_sentence(result)
        self.assertEqual(result.lines[-1]["code"], "network")
        self.assert_nothing_left()
        self.assert_identical(self.upload())


if __name__ == "__main__":
    unittest.main()
