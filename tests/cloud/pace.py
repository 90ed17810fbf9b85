# SPDX-License-Identifier: GPL-3.0-or-later
"""A limit of bytes a second that many threads share. Whoever moved bytes
waits until they were due, so that an hour of them is right to a block."""

import threading
import time

# Time that was slept too long is made up for; an idle line saves up no more than this.
CREDIT_SECONDS = 0.05


class Pace:
    """Any thread. A rate of 0 is no limit."""

    def __init__(self, rate=0.0):
        self.lock = threading.Lock()
        self.rate = rate
        self.due = 0.0
        self.changed = threading.Event()

    def set_rate(self, rate):
        """At once, for those who wait too."""
        if not 0 <= rate < 1e12:
            raise ValueError("a rate is a number of bytes a second, 0 for no limit")
        with self.lock:
            self.rate = rate
            self.due = 0.0
            self.changed.set()
            self.changed = threading.Event()

    def limit_block(self, count):
        """A twentieth of a second's worth of bytes at most, so that all who share the line get on."""
        return min(count, max(1, int(self.rate / 20))) if self.rate else count

    def take(self, count):
        """Returns when count more bytes were due."""
        with self.lock:
            if not self.rate:
                return
            now = time.monotonic()
            self.due = max(self.due, now - CREDIT_SECONDS) + count / self.rate
            wait, changed = self.due - now, self.changed
        if wait > 0:
            changed.wait(wait)
