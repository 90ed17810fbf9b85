# SPDX-License-Identifier: GPL-3.0-or-later
"""What the practice cloud does wrong on request, and its clock. README.md has
the list of faults. Any thread."""

import fnmatch
import threading
import time

MATCH_FIELDS = {"method", "op", "host", "key", "part", "secretId", "every", "after", "times"}
ACTIONS = {
    # What a fault may have besides match and do.
    "status": {"status", "code", "message", "noRequestId", "headers"},
    "reset": {"after"},
    "stall": {"after", "seconds"},
    "slow": {"bytesPerSecond"},
    "flip-byte": {"at"},
    "rot": {"at"},
    "wrong-crc": set(),
    "no-crc": set(),
    "lost-answer": set(),
    "cut-answer": set(),
    "garbage": set(),
    "error-in-200": {"code", "message"},
    "slow-complete": {"seconds"},
    "api-error": {"code", "message"},
    "no-image-id": set(),
    "dry-run-normal": set(),
    "image-late": {"seconds"},
    "import-fails": {"code"},
    "image-vanishes": set(),
}


class Clock:
    """The time of the whole cloud; can be wrong on purpose."""

    def __init__(self):
        self.offset = 0.0

    def now(self):
        return time.time() + self.offset


class Fault:
    def __init__(self, description):
        if not isinstance(description, dict):
            raise ValueError("a fault is an object")
        self.match = description.get("match", {})
        self.do = description.get("do", "")
        self.seen = 0
        self.fired = 0
        self.released = None  # the event of the list it is in
        if self.do not in ACTIONS:
            raise ValueError(f"no such fault: {self.do}; there are {', '.join(ACTIONS)}")
        if not set(self.match) <= MATCH_FIELDS:
            raise ValueError(f"match knows only {', '.join(sorted(MATCH_FIELDS))}")
        self.options = {name: value for name, value in description.items() if name not in ("match", "do")}
        if not set(self.options) <= ACTIONS[self.do]:
            raise ValueError(f"{self.do} knows only {', '.join(sorted(ACTIONS[self.do])) or 'no options'}")

    def get(self, name, default=None):
        return self.options.get(name, default)

    def is_meant(self, facts):
        for name in ("method", "op", "host", "key", "secretId"):
            if name in self.match and not fnmatch.fnmatchcase(str(facts.get(name, "")), self.match[name]):
                return False
        if "part" in self.match and self.match["part"] != facts.get("part"):
            return False
        self.seen += 1
        if self.seen <= self.match.get("after", 0):
            return False
        if (self.seen - self.match.get("after", 0) - 1) % self.match.get("every", 1):
            return False
        if self.fired >= self.match.get("times", 1 << 62):
            return False
        self.fired += 1
        return True

    def wait(self, seconds):
        """Ends early, with True, when the faults are replaced or were since this one was picked."""
        return self.released.wait(seconds)

    def describe(self):
        return {"match": self.match, "do": self.do, **self.options, "seen": self.seen, "fired": self.fired}


class Faults:
    def __init__(self):
        self.lock = threading.Lock()
        self.list = []
        self.released = threading.Event()

    def replace(self, descriptions, is_added=False):
        faults = [Fault(description) for description in descriptions]
        with self.lock:
            if not is_added:
                # Whoever still waits in an old fault goes on at once.
                self.released.set()
                self.released = threading.Event()
            for fault in faults:
                fault.released = self.released
            self.list = (self.list if is_added else []) + faults

    def pick(self, facts):
        """The first fault meant for a request, or None."""
        with self.lock:
            return next((fault for fault in self.list if fault.is_meant(facts)), None)

    def describe(self):
        with self.lock:
            return [fault.describe() for fault in self.list]
