#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The programs for the first start of Windows, as the oldest Windows that is
served (NT 6.1, and 6.0 by its API) looks at them before it runs them."""

import struct
import sys
import unittest

MACHINES = {"embark-first-boot-amd64.exe": 0x8664, "embark-first-boot-x86.exe": 0x014C}
LIBRARIES = {"kernel32.dll", "advapi32.dll", "msvcrt.dll"}
CONSOLE = 3
DYNAMIC_BASE, NX = 0x40, 0x100
NEEDED = {"StartServiceCtrlDispatcherW", "SetServiceStatus", "DeleteService", "MoveFileExW", "CreateProcessW",
          "IsWow64Process"}


class Program:
    def __init__(self, path):
        with open(path, "rb") as file:
            self.data = file.read()
        assert self.data[:2] == b"MZ"
        self.pe = self.unpack("<I", 0x3C)
        assert self.data[self.pe:self.pe + 4] == b"PE\0\0"
        self.machine, count = self.unpack("<HH", self.pe + 4)
        self.stamp = self.unpack("<I", self.pe + 8)
        self.optional = self.pe + 24
        self.is_64 = self.unpack("<H", self.optional) == 0x20B
        self.subsystem, self.characteristics = self.unpack("<HH", self.optional + 68)
        table = self.optional + self.unpack("<H", self.pe + 20)
        self.sections = [self.unpack("<IIII", table + 40 * i + 8) for i in range(count)]

    def unpack(self, layout, at):
        values = struct.unpack_from(layout, self.data, at)
        return values[0] if len(values) == 1 else values

    def version(self, at):
        return self.unpack("<HH", self.optional + at)

    def find(self, address):
        for size, start, raw_size, raw in self.sections:
            if start <= address < start + max(size, raw_size):
                return raw + address - start
        raise AssertionError(f"nothing at {address:#x}")

    def text(self, address):
        at = self.find(address)
        return self.data[at:self.data.index(b"\0", at)].decode("ascii")

    def imports(self):
        """Library, in small letters, to its functions."""
        result = {}
        at = self.find(self.unpack("<I", self.optional + (112 if self.is_64 else 96) + 8))
        while True:
            names, _, _, library, addresses = self.unpack("<5I", at)
            if not library:
                return result
            result[self.text(library).lower()] = set(self.functions(names or addresses))
            at += 20

    def functions(self, address):
        at, layout, size = self.find(address), *(("<Q", 8) if self.is_64 else ("<I", 4))
        while value := self.unpack(layout, at):
            assert value >> (8 * size - 1) == 0, "a function by its number"
            yield self.text(value + 2)
            at += size


class FirstBootPrograms(unittest.TestCase):
    programs = {}

    def test_both_are_there(self):
        self.assertEqual(set(self.programs), set(MACHINES))

    def test_machine(self):
        for name, program in self.programs.items():
            with self.subTest(name):
                self.assertEqual(program.machine, MACHINES[name])
                self.assertEqual(program.is_64, "amd64" in name)

    def test_old_windows_runs_it(self):
        for name, program in self.programs.items():
            with self.subTest(name):
                self.assertEqual(program.subsystem, CONSOLE)
                self.assertLessEqual(program.version(48), (6, 1))
                self.assertLessEqual(program.version(40), (6, 1))

    def test_it_needs_nothing_beside_it(self):
        for name, program in self.programs.items():
            with self.subTest(name):
                imports = program.imports()
                self.assertLessEqual(set(imports), LIBRARIES)
                self.assertLessEqual(NEEDED, imports["kernel32.dll"] | imports["advapi32.dll"])

    def test_it_is_hardened_and_the_same_every_time(self):
        for name, program in self.programs.items():
            with self.subTest(name):
                self.assertEqual(program.characteristics & (DYNAMIC_BASE | NX), DYNAMIC_BASE | NX)
                self.assertEqual(program.stamp, 0)


if __name__ == "__main__":
    FirstBootPrograms.programs = {path.rsplit("/", 1)[-1]: Program(path) for path in sys.argv[1:]}
    unittest.main(argv=sys.argv[:1])
