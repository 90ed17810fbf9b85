# SPDX-License-Identifier: GPL-3.0-or-later
"""The one account of the practice cloud: its numbers and its keys."""

import threading
from dataclasses import dataclass

APPID = "1250000000"
OWNER_UIN = "100000000001"
DEFAULT_ID = "AKIDpractice0000000000000000000000000"
DEFAULT_KEY = "practiceSecretKey00000000000000"


@dataclass
class Key:
    secret_id: str
    secret_key: str
    token: str = ""
    expires: float = 0.0


class Account:
    """The keys that are valid, and the SecretIds that were ever used. Any thread."""

    def __init__(self):
        self.lock = threading.Lock()
        self.keys = {}
        self.seen = {}

    def add(self, key):
        with self.lock:
            self.keys[key.secret_id] = key

    def find(self, secret_id):
        with self.lock:
            if len(self.seen) < 1000:
                self.seen[secret_id[:64]] = self.seen.get(secret_id[:64], 0) + 1
            return self.keys.get(secret_id)

    def list_seen(self):
        with self.lock:
            return [{"secretId": name, "requests": count, "known": name in self.keys}
                    for name, count in self.seen.items()]


def parse_key(text, now):
    """ID:KEY or ID:KEY:TOKEN:SECONDS (a temporary key that is valid that long)."""
    parts = text.split(":")
    if len(parts) == 2 and all(parts):
        return Key(parts[0], parts[1])
    if len(parts) == 4 and all(parts):
        return Key(parts[0], parts[1], parts[2], now + float(parts[3]))
    raise ValueError("a key is ID:KEY or ID:KEY:TOKEN:SECONDS")
