#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Uploads to a cloud that misbehaves: each ends with the identical object, or
with a clear word and a state from which it is reached."""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))

from fault_case import MIB, REGION, FaultCase  # noqa: E402

DAY_S = 86400
LATE_S = 20 * 60


class GoesOn(FaultCase):
    """Faults that pass: nobody has to do anything."""

    def check(self, fired):
        self.assert_identical(self.upload())
        self.assertEqual(self.fired(), fired)

    def test_every_fifth_part_is_refused(self):
        self.fault("UploadPart", "status", {"every": 5}, status=503, code="SlowDown")
        self.assert_identical(self.upload())
        self.assertGreaterEqual(self.fired(), 2)

    def test_reset_in_the_middle_of_a_part(self):
        self.fault("UploadPart", "reset", {"part": 3, "times": 2}, after=3 * MIB + 5)
        self.check(2)

    def test_wrong_checksum_in_the_answer(self):
        self.fault("UploadPart", "wrong-crc", {"part": 4, "times": 2})
        self.check(2)

    def test_flipped_byte_in_a_part(self):
        self.fault("UploadPart", "flip-byte", {"times": 2}, at=70001)
        self.check(2)

    def test_lost_and_cut_answers_to_parts(self):
        self.fault("UploadPart", "lost-answer", {"part": 2, "times": 1})
        self.fault("UploadPart", "cut-answer", {"part": 5, "times": 1})
        self.check(2)

    def test_a_portal_that_answers_for_the_cloud(self):
        self.fault("UploadPart", "garbage", {"part": 6, "times": 1})
        self.check(1)

    def test_error_in_200_at_complete(self):
        self.fault("CompleteMultipartUpload", "error-in-200", {"times": 1}, code="InternalError")
        self.check(1)

    def test_lost_answer_of_complete(self):
        self.fault("CompleteMultipartUpload", "lost-answer", {"times": 1})
        self.check(1)
        self.assertEqual(len({part for part, *_ in self.list_sent()}), len(self.list_sent()))

    def test_cut_answer_of_complete(self):
        self.fault("CompleteMultipartUpload", "cut-answer", {"times": 1})
        self.check(1)

    def test_lost_answer_of_the_start(self):
        """The upload of which nothing but its key is known."""
        self.fault("InitiateMultipartUpload", "lost-answer", {"times": 1})
        result = self.upload()
        if result.status != 0:
            self.assert_one_sentence(result)
            result = self.go_on()
        self.assert_identical(result)

    def test_no_such_upload_at_90_percent(self):
        """Somebody removed it: the bytes are lost, the migration is not."""
        self.fault("UploadPart", "stall", {"part": 9}, seconds=600)
        process = self.start()
        self.until_parts(8, process)
        (gone,) = self.uploads()
        self.assertEqual(self.cos("DELETE", "/" + self.key, [("uploadId", gone["uploadId"])]), 204)
        self.server.command("faults", faults=[])
        self.assert_identical(self.finish(process))

    def test_clock_is_20_minutes_off(self):
        self.addCleanup(self.server.command, "clear")
        for offset in (LATE_S, -LATE_S):
            self.server.command("set", clockOffset=offset)
            self.assert_identical(self.upload())
            self.server.command("clear")
            self.key = "again-" + self.key

    def test_clock_is_set_in_the_middle(self):
        self.fault("UploadPart", "stall", {"part": 5}, seconds=600)
        process = self.start()
        self.until_parts(4, process)
        self.server.command("set", clockOffset=-LATE_S)
        self.addCleanup(self.server.command, "clear")
        self.server.command("faults", faults=[])
        self.assert_identical(self.finish(process))


class IsContinued(FaultCase):
    """Faults that somebody has to see to: then it is continued, and only what is missing is sent."""

    def stop_at_part(self, number, env=None):
        """An upload of which all parts before are there; what happens then is up to the caller."""
        self.fault("UploadPart", "stall", {"part": number}, seconds=600)
        process = self.start(env=env)
        self.until_parts(number - 1, process)
        return process

    def expect_word(self, result, *words):
        self.assertEqual(result.lines[-1]["event"], "error")
        self.assertIn(result.lines[-1]["code"], words)

    def test_token_expires_in_the_middle(self):
        def keys(name):
            return self.environment(TENCENTCLOUD_SECRET_ID=name, TENCENTCLOUD_SECRET_KEY="secret",
                                    TENCENTCLOUD_TOKEN="token-" + name)
        self.server.command("add-key", key="AKIDfirst:secret:token-AKIDfirst:3600")
        process = self.stop_at_part(5, env=keys("AKIDfirst"))
        self.server.command("add-key", key="AKIDfirst:secret:token-AKIDfirst:-1")
        self.server.command("faults", faults=[])
        result = self.finish(process)
        self.assert_resumable(result)
        self.expect_word(result, "keys-expired")
        again = self.go_on(env=keys("AKIDfirst"))
        self.assert_resumable(again)
        self.server.command("add-key", key="AKIDsecond:secret:token-AKIDsecond:3600")
        self.assert_identical(self.go_on(env=keys("AKIDsecond")))
        self.assert_sent_once()

    def test_403_in_the_middle(self):
        """The part that is refused is the first one, which begins last: others may still be under way then."""
        self.fault("UploadPart", "status", {"part": 1}, status=403, code="AccessDenied")
        result = self.upload()
        self.assert_resumable(result)
        self.expect_word(result, "permission")
        held = self.held_parts()
        self.assertTrue(held)
        self.assertLessEqual(held, set(range(2, 10)))
        self.server.command("faults", faults=[])
        self.assert_identical(self.go_on())
        self.assert_sent_once()

    def test_keys_are_refused(self):
        process = self.stop_at_part(4)
        refusal = {"match": {"op": "*"}, "do": "status", "status": 403, "code": "InvalidAccessKeyId"}
        self.server.command("faults", faults=[refusal])
        result = self.finish(process)
        self.assert_resumable(result)
        self.expect_word(result, "keys-refused")
        self.server.command("faults", faults=[])
        self.assert_identical(self.go_on())
        self.assert_sent_once()

    def delete_bucket(self, bucket):
        """Not while an upload is in it; an upload that was aborted may begin anew twice before the bucket is gone."""
        for _ in range(3):
            for upload in self.uploads():
                self.assertEqual(self.cos("DELETE", "/" + self.key, [("uploadId", upload["uploadId"])], bucket), 204)
            status = self.cos("DELETE", "/", bucket=bucket)
            if status == 204:
                return
            self.assertEqual(status, 409)
        self.fail("there is always another upload in the bucket")

    def test_the_bucket_is_deleted(self):
        bucket = "short-lived-1250000000"
        self.server.command("make-bucket", bucket=bucket, region=REGION)
        self.fault("UploadPart", "stall", {"part": 4}, seconds=600)
        process = self.start(*self.upload_words(bucket=bucket))
        self.until_parts(3, process)
        self.delete_bucket(bucket)
        self.server.command("faults", faults=[])
        result = self.finish(process)
        self.assertEqual(result.status, 3)
        self.assert_one_sentence(result, bucket)
        self.expect_word(result, "no-bucket")
        self.assertEqual((self.uploads(), self.object_path(self.key)), ([], None))
        self.server.command("make-bucket", bucket=bucket, region=REGION)
        self.assert_identical(self.go_on())

    def test_on_another_day(self):
        """The upload began a day ago by the cloud's clock, and the day of the signatures is another one."""
        self.server.command("set", clockOffset=-DAY_S)
        self.addCleanup(self.server.command, "clear")
        process = self.stop_at_part(6)
        self.kill(process)
        self.assert_resumable()
        self.server.command("faults", faults=[])
        self.server.command("set", clockOffset=0)
        (old,) = self.uploads()
        self.assert_identical(self.go_on())
        self.assertEqual({entry["query"]["uploadId"] for entry in self.server.command("requests")
                          if entry.get("op") == "UploadPart"}, {old["uploadId"]})
        self.assertGreaterEqual(self.count("UploadPart", status=200), 8)

    def test_complete_is_refused(self):
        self.fault("CompleteMultipartUpload", "status", status=403, code="AccessDenied")
        self.assert_resumable(self.upload())
        self.server.command("faults", faults=[])
        self.assert_identical(self.go_on())
        self.assert_sent_once()
        acknowledged = [part for part, _, _, is_there in self.list_sent() if is_there]
        self.assertEqual(len(acknowledged), len(set(acknowledged)))


if __name__ == "__main__":
    unittest.main()
