# SPDX-License-Identifier: GPL-3.0-or-later
"""The source tree as the checks see it, and what a check is."""
import os
import re
import subprocess

FOLDERS = ("gui", "model", "po", "resources", "tests", ".ci")


class Check:
    """find(tree) returns a list of problems; good and bad are samples: path to text."""

    def __init__(self, name, title, find, good, bad):
        self.name, self.title, self.find, self.good, self.bad = name, title, find, good, bad


class Tree:
    def __init__(self, root):
        self.root = os.path.abspath(root)
        self.paths = sorted(self._walk())

    def _walk(self):
        for name in os.listdir(self.root):
            if os.path.isfile(os.path.join(self.root, name)):
                yield name
        for top in FOLDERS:
            for folder, folders, files in os.walk(os.path.join(self.root, top)):
                # Build folders and what Python leaves behind are not sources.
                folders[:] = [f for f in folders if f != "__pycache__"
                              and not os.path.exists(os.path.join(folder, f, "meson-private"))]
                for name in files:
                    yield os.path.relpath(os.path.join(folder, name), self.root)

    def whole(self, path):
        return os.path.join(self.root, path)

    def select(self, *endings):
        return [path for path in self.paths if path.endswith(endings)]

    def read(self, path):
        with open(self.whole(path), encoding="utf-8", newline="") as file:
            return file.read()

    def read_bytes(self, path):
        with open(self.whole(path), "rb") as file:
            return file.read()


def run_tool(arguments, **options):
    """Problems a program reports: its output when it fails. A program that is not there is a problem, not a pass."""
    try:
        done = subprocess.run(arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
                              errors="replace", stdin=subprocess.DEVNULL, **options)
    except FileNotFoundError:
        return [f"{arguments[0]} is not installed"]
    if done.returncode == 0:
        return []
    return done.stdout.splitlines() or [f"{arguments[0]} ended with {done.returncode}"]


def blank_out(text):
    """C without comments and the content of strings; lines keep their numbers."""
    def blank(match):
        found = match.group(0)
        if found[0] == "/":
            return re.sub(r"[^\n]", " ", found)
        return found[0] + " " * (len(found) - 2) + found[-1]
    return re.sub(r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])+'", blank, text, flags=re.S)
