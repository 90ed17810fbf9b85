# SPDX-License-Identifier: GPL-3.0-or-later
"""The bad line in front of the practice cloud, and limits of speed."""

import http.client
import os
import socket
import sys
import threading
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from client import Client, Relay
from test_practice_cloud import MIB, CloudTest

BROKEN = (OSError, http.client.HTTPException)


class Line(CloudTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.relay = Relay(cls.server)

    @classmethod
    def tearDownClass(cls):
        cls.relay.stop()
        super().tearDownClass()

    def setUp(self):
        super().setUp()
        self.client = Client(self.relay)
        self.relay.command("clear")

    def set(self, do, **more):
        self.relay.command("faults", faults=[{"match": {"times": 1}, "do": do, **more}])

    def expect_broken(self, key):
        """One request fails; the next one, without the fault, does not."""
        with self.assertRaises(BROKEN):
            self.client.cos("PUT", "/" + key, body=os.urandom(MIB))
        self.expect(self.client.cos("HEAD", "/" + key), 404)
        self.assertEqual(self.relay.command("show")["faults"][0]["fired"], 1)

    def test_carries(self):
        data = os.urandom(3 * MIB + 7)
        self.assertEqual(self.client.upload("carried", data).status, 200)
        self.assertEqual(self.client.cos("GET", "/carried").body, data)
        self.assertGreater(self.relay.command("show")["up"], len(data))
        self.assertGreater(self.relay.command("show")["down"], len(data))

    def test_drop_reset_and_truncate(self):
        for do in ("drop", "reset", "truncate"):
            for after in (0, 1, 100000):
                with self.subTest((do, after)):
                    self.set(do, after=after)
                    self.expect_broken(f"{do}-{after}")

    def test_how_it_ends(self):
        """Seen without TLS, which makes the same of both."""
        for do, after in (("drop", 0), ("drop", 5), ("reset", 0), ("reset", 5)):
            with self.subTest((do, after)):
                self.set(do, after=after)
                with socket.create_connection(("127.0.0.1", self.client.port)) as sock:
                    try:
                        sock.sendall(b"\x16\x03\x01\x02\x00")
                        self.assertEqual((sock.recv(1), do), (b"", "drop"))
                    except ConnectionResetError:
                        self.assertEqual(do, "reset")

    def test_a_flipped_byte_breaks_tls(self):
        for way in ("up", "down"):
            self.set("flip-byte", after=1000, way=way)
            with self.assertRaises(BROKEN):
                self.client.cos("PUT", "/flipped-" + way, body=os.urandom(MIB))
        self.expect(self.client.cos("HEAD", "/flipped-up"), 404)

    def test_a_cut_answer(self):
        self.client.cos("PUT", "/whole", body=bytes(MIB))
        self.set("truncate", after=200000, way="down")
        with self.assertRaises(BROKEN):
            self.client.cos("GET", "/whole")

    def test_stall_until_it_is_cut(self):
        self.set("stall", after=50000)
        failures = []
        before = self.relay.command("show")["up"]

        def send():
            try:
                self.client.cos("PUT", "/stalled", body=os.urandom(8 * MIB))
            except BROKEN as error:
                failures.append(error)

        thread = threading.Thread(target=send)
        thread.start()
        while self.relay.command("show")["up"] < before + 50000:
            pass
        self.assertEqual(self.relay.command("cut", how="reset"), 1)
        thread.join()
        self.assertEqual(len(failures), 1)
        self.assertEqual(self.relay.command("show")["open"], 0)

    def test_all_stall_and_go_on(self):
        self.relay.command("set", stall=True)
        answers = []
        thread = threading.Thread(target=lambda: answers.append(self.client.cos("PUT", "/later", body=b"x")))
        thread.start()
        while not self.relay.command("show")["open"]:
            pass
        self.assertEqual(answers, [])
        self.relay.command("set", stall=False)
        thread.join()
        self.assertEqual(answers[0].status, 200)

    def test_refuse(self):
        for _ in range(3):
            self.relay.command("set", refuse=True)
            with self.assertRaises(ConnectionRefusedError):
                self.client.cos("HEAD", "/")
            self.relay.command("set", refuse=False)
            self.expect(self.client.cos("HEAD", "/"), 200)

    def test_bad_orders_are_refused(self):
        for fault in ({"do": "explode"}, {"do": "drop", "match": {"part": 3}}, {"do": "drop", "way": "sideways"},
                      {"do": "drop", "bytesPerSecond": 1}):
            with self.assertRaises(RuntimeError):
                self.relay.command("faults", faults=[fault])


class Speed(CloudTest):
    """Never faster than was said; how much slower is the computer's business."""

    def measure(self, client, size):
        start = time.monotonic()
        self.expect(client.cos("PUT", "/fast", body=bytes(size)), 200)
        return time.monotonic() - start

    def test_all_uploads_share_the_limit(self):
        self.server.command("set", uploadBytesPerSecond=4 * MIB)
        start = time.monotonic()
        threads = [threading.Thread(target=self.measure, args=(self.client, MIB)) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertGreater(time.monotonic() - start, 0.65)
        self.server.command("set", uploadBytesPerSecond=0)

    def test_a_change_counts_at_once(self):
        self.server.command("set", uploadBytesPerSecond=1)
        thread = threading.Thread(target=self.measure, args=(self.client, MIB))
        thread.start()
        self.server.command("set", uploadBytesPerSecond=0)
        thread.join()

    def test_the_line(self):
        relay = Relay(self.server)
        try:
            relay.command("set", bytesPerSecond=4 * MIB)
            self.assertGreater(self.measure(Client(relay), 2 * MIB), 0.4)
            relay.command("set", bytesPerSecond=0)
            relay.command("faults", faults=[{"do": "slow", "bytesPerSecond": 4 * MIB}])
            self.assertGreater(self.measure(Client(relay), 2 * MIB), 0.4)
        finally:
            relay.stop()


if __name__ == "__main__":
    unittest.main()
