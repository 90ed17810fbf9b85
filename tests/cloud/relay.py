#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A TCP relay for the way to the practice cloud: what it carries it cannot
read, but it can drop, stall, cut and spoil it. README.md has the list."""

import argparse
import json
import os
import signal
import socket
import struct
import threading

import control
from pace import Pace
from server import die_with_parent

BLOCK = 256 * 1024
MATCH_FIELDS = {"after", "every", "times"}
ACTIONS = {
    # What a fault may have besides match, do, after and way.
    "drop": set(),
    "reset": set(),
    "stall": set(),
    "truncate": set(),
    "flip-byte": set(),
    "slow": {"bytesPerSecond"},
}
WAYS = ("up", "down")


class Fault:
    """What becomes of a connection: match counts connections, after counts bytes that go up (or down)."""

    def __init__(self, description):
        if not isinstance(description, dict):
            raise ValueError("a fault is an object")
        self.description = description
        self.match = description.get("match", {})
        self.do = description.get("do", "")
        self.after = int(description.get("after", 0))
        self.way = description.get("way", "up")
        self.rate = float(description.get("bytesPerSecond", 0))
        self.seen = 0
        self.fired = 0
        if self.do not in ACTIONS:
            raise ValueError(f"no such fault: {self.do}; there are {', '.join(ACTIONS)}")
        if not set(self.match) <= MATCH_FIELDS or self.way not in WAYS:
            raise ValueError(f"match knows only {', '.join(sorted(MATCH_FIELDS))}; way is up or down")
        if not set(description) - {"match", "do", "after", "way"} <= ACTIONS[self.do]:
            raise ValueError(f"{self.do} knows only {', '.join(sorted(ACTIONS[self.do])) or 'no options'}")

    def is_meant(self):
        self.seen += 1
        late = self.seen - self.match.get("after", 0)
        if late < 1 or (late - 1) % self.match.get("every", 1) or self.fired >= self.match.get("times", 1 << 62):
            return False
        self.fired += 1
        return True


class Link:
    """One connection of a client and its continuation to the server."""

    def __init__(self, relay, client, server, fault):
        self.relay = relay
        self.client = client
        self.server = server
        self.fault = fault
        self.lock = threading.Lock()
        self.open_ways = len(WAYS)
        self.is_closed = False
        self.released = threading.Event()
        self.slow = Pace(fault.rate) if fault is not None and fault.do == "slow" else None

    def start(self):
        for way, source, target in (("up", self.client, self.server), ("down", self.server, self.client)):
            threading.Thread(target=self.carry, args=(way, source, target), daemon=True).start()

    def close(self, is_reset=False):
        """Both sides. A reset says that it was one."""
        with self.lock:
            if self.is_closed:
                return
            self.is_closed = True
        self.released.set()
        for sock in (self.client, self.server):
            try:
                if is_reset:
                    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                # Wakes a thread that reads from it, without which closing does nothing yet.
                sock.shutdown(socket.SHUT_RD if is_reset else socket.SHUT_RDWR)
            except OSError:
                pass
            sock.close()
        self.relay.forget(self)

    def stall(self):
        """Nothing is carried any more, and nobody is told."""
        self.released.wait()

    def carry(self, way, source, target):
        view = memoryview(bytearray(BLOCK))
        fault = self.fault if self.fault is not None and self.fault.way == way else None
        done = 0
        try:
            while True:
                count = source.recv_into(view[:self.limit_block(fault, done)])
                if count == 0:
                    break
                if fault is not None and fault.do == "flip-byte" and done <= fault.after < done + count:
                    view[fault.after - done] ^= 1
                self.relay.wait_while_stalled(self)
                self.relay.pace.take(count)
                if self.slow is not None:
                    self.slow.take(count)
                target.sendall(view[:count])
                done += count
                self.relay.count(way, count)
                if fault is not None and done >= fault.after and self.act(fault, source, target):
                    return
        except OSError:
            self.close()
            return
        self.end_way(target)

    def limit_block(self, fault, done):
        """Up to the very byte at which something is to happen."""
        count = self.relay.pace.limit_block(BLOCK)
        if self.slow is not None:
            count = self.slow.limit_block(count)
        if fault is not None and done < fault.after:
            count = min(count, fault.after - done) if fault.do != "flip-byte" else count
        return count

    def act(self, fault, source, target):
        """After the bytes before it have gone. True: this way is done."""
        if fault.do == "drop":
            self.close()
        elif fault.do == "reset":
            self.close(is_reset=True)
        elif fault.do == "stall":
            self.stall()
        elif fault.do == "truncate":
            target.shutdown(socket.SHUT_WR)
            while source.recv(BLOCK):
                pass
            self.end_way(target)
        else:
            return False
        return True

    def end_way(self, target):
        """The end of one way is passed on; the end of both ends the link."""
        with self.lock:
            self.open_ways -= 1
            is_last = self.open_ways == 0
            if not is_last and not self.is_closed:
                try:
                    target.shutdown(socket.SHUT_WR)
                except OSError:
                    pass
        if is_last:
            self.close()


class Relay:
    def __init__(self, host, port, target):
        self.target = target
        self.pace = Pace()
        self.lock = threading.Lock()
        self.faults = []
        self.links = set()
        self.moved = dict.fromkeys(WAYS, 0)
        self.n_connections = 0
        self.flowing = threading.Event()
        self.flowing.set()
        self.address = (host, port)
        self.listener = self.bind()
        self.address = self.listener.getsockname()
        self.is_refusing = False
        self.listen()

    def bind(self):
        """A port that is bound and not listened to refuses connections, and nobody else can take it."""
        sock = socket.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        sock.bind(self.address)
        return sock

    def listen(self):
        self.listener.listen(128)
        threading.Thread(target=self.accept_all, args=(self.listener,), daemon=True).start()

    def accept_all(self, listener):
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self.join, args=(client,), daemon=True).start()

    def join(self, client):
        with self.lock:
            self.n_connections += 1
            fault = next((fault for fault in self.faults if fault.is_meant()), None)
        try:
            server = socket.create_connection(self.target)
        except OSError:
            client.close()
            return
        for sock in (client, server):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        link = Link(self, client, server, fault)
        with self.lock:
            self.links.add(link)
        if fault is not None and fault.after == 0 and fault.do in ("drop", "reset"):
            link.close(is_reset=fault.do == "reset")
            return
        link.start()

    def forget(self, link):
        with self.lock:
            self.links.discard(link)

    def count(self, way, count):
        with self.lock:
            self.moved[way] += count

    def wait_while_stalled(self, link):
        while not self.flowing.is_set() and not link.released.is_set():
            self.flowing.wait(0.1)

    def set_refusing(self, is_refusing):
        if is_refusing == self.is_refusing:
            return
        self.is_refusing = is_refusing
        if not is_refusing:
            self.listen()
            return
        old = self.listener
        self.listener = self.bind()
        # Closing alone would leave the thread in accept() with the socket.
        old.shutdown(socket.SHUT_RDWR)
        old.close()

    def cut(self, is_reset):
        with self.lock:
            links = list(self.links)
        for link in links:
            link.close(is_reset)
        return len(links)


def set_faults(relay, command):
    faults = [Fault(description) for description in command.get("faults", [])]
    with relay.lock:
        relay.faults = faults
    return len(faults)


def set_values(relay, command):
    if "bytesPerSecond" in command:
        relay.pace.set_rate(float(command["bytesPerSecond"]))
    if "refuse" in command:
        relay.set_refusing(bool(command["refuse"]))
    if "stall" in command:
        (relay.flowing.clear if command["stall"] else relay.flowing.set)()
    return {"bytesPerSecond": relay.pace.rate, "refuse": relay.is_refusing, "stall": not relay.flowing.is_set()}


def cut(relay, command):
    """Ends all connections of this moment."""
    return relay.cut(command.get("how", "drop") == "reset")


def clear(relay, command):
    set_faults(relay, {})
    set_values(relay, {"bytesPerSecond": 0, "refuse": False, "stall": False})
    return True


def show(relay, command):
    with relay.lock:
        return {"connections": relay.n_connections, "open": len(relay.links), **relay.moved,
                "faults": [{**fault.description, "seen": fault.seen, "fired": fault.fired} for fault in relay.faults]}


COMMANDS = {"faults": set_faults, "set": set_values, "cut": cut, "clear": clear, "show": show}


def main():
    parser = argparse.ArgumentParser(description="A bad line to the practice cloud.")
    parser.add_argument("--dir", required=True, help="folder for the control socket, relay.sock")
    parser.add_argument("--to", required=True, metavar="HOST:PORT", help="where the practice cloud listens")
    parser.add_argument("--port", type=int, default=0, help="0: any that is free")
    parser.add_argument("--listen", default="127.0.0.1")
    options = parser.parse_args()
    die_with_parent()
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    signal.signal(signal.SIGINT, lambda *_: os._exit(0))
    host, _, port = options.to.rpartition(":")
    relay = Relay(options.listen, options.port, (host, int(port)))
    path = os.path.join(os.path.abspath(options.dir), "relay.sock")
    control.serve(path, COMMANDS, relay)
    print(json.dumps({"port": relay.address[1], "control": path}), flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main()
