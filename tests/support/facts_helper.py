#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stands in for embark-guest where a test is not about looking inside: place() puts it into the folder of the test,
where it answers with the facts in the file beside it."""

import json
import os
import shutil
import sys

FIXTURES = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "unit", "fixtures")


def place(folder, fixture):
    """For EMBARK_GUEST_HELPER: the program, whose answer is that fixture."""
    helper = os.path.join(folder, "facts_helper.py")
    shutil.copy(os.path.realpath(__file__), helper)
    shutil.copy(os.path.join(FIXTURES, fixture), os.path.join(folder, "facts.json"))
    return helper


def main():
    sys.stdin.readline()
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "facts.json"), encoding="utf-8") as file:
        facts = json.load(file)
    print(json.dumps({"event": "facts", "facts": facts, "slow": False}), flush=True)


if __name__ == "__main__":
    main()
