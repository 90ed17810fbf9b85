# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of every text file: licence line, white space, notes left behind."""
import re

from tree import Check

LICENSED = (".c", ".h", ".py", ".sh", ".ui", ".css", ".svg", ".xml", ".in", ".1", "meson.build", ".po")
TEXT = LICENSED + (".json", ".md", ".options", ".txt")
# Their formats have no place for a comment, or the comment would be shown.
NO_LICENSE = {"po/LINGUAS"}


def find_spdx(tree):
    problems = []
    for path in tree.select(*LICENSED):
        head = tree.read(path)[:400].splitlines()[:6]
        if path in NO_LICENSE or any("SPDX-License-Identifier:" in line for line in head):
            continue
        problems.append(f"{path}: no SPDX-License-Identifier in its first lines")
    return problems


def find_space(tree):
    problems = []
    for path in tree.select(*TEXT):
        try:
            text = tree.read(path)
        except UnicodeDecodeError:
            problems.append(f"{path}: not UTF-8")
            continue
        if text and not text.endswith("\n"):
            problems.append(f"{path}: does not end with a new line")
        if text.endswith("\n\n"):
            problems.append(f"{path}: ends with an empty line")
        for number, line in enumerate(text.split("\n"), 1):
            if re.search(r"[ \t\r]$", line):
                problems.append(f"{path}:{number}: white space at the end")
            if "\t" in line and path.endswith((".c", ".h", ".py", ".ui", "meson.build")):
                problems.append(f"{path}:{number}: a tab")
    return problems


def find_notes(tree):
    word = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")
    return [f"{path}:{number}: {match.group(1)}: do it or make an issue of it"
            for path in tree.select(".c", ".h", ".py", ".sh", ".ui", ".css", "meson.build")
            for number, line in enumerate(tree.read(path).splitlines(), 1)
            for match in word.finditer(line)]


SPDX = "SPDX-License-Identifier: GPL-3.0-or-later"

CHECKS = [
    Check("spdx", "every source names its licence", find_spdx,
          {"gui/a.c": f"/* {SPDX} */\n", "resources/a.ui": f"<?xml version='1.0'?>\n<!-- {SPDX} -->\n"},
          [{"gui/a.c": "int a;\n"}, {"tests/a.py": "x = 1\n"}, {"gui/meson.build": "\n"},
           {"resources/a.ui": "<interface/>\n"}]),
    Check("space", "no stray white space, UTF-8 everywhere", find_space,
          {"gui/a.c": "int a;\n\nint b;\n", "po/zh_CN.po": "云\n"},
          [{"gui/a.c": "int a; \n"}, {"gui/a.c": "\tint a;\n"}, {"gui/a.c": "int a;"}, {"gui/a.c": "int a;\r\n"},
           {"gui/a.c": "int a;\n\n"}, {"po/zh_CN.po": b"\xd4\xc6\n"}]),
    Check("notes", "nothing was left for later in a comment", find_notes,
          {"gui/a.c": "/* does it */\n"},
          [{"gui/a.c": "/* TO" "DO: do it */\n"}, {"tests/a.py": "# FIX" "ME\n"}]),
]
