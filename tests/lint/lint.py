#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs one check of the source tree and prints TAP.

    lint.py CHECK SOURCE     a check by its name
    lint.py --list           the names
    lint.py --write-potfiles SOURCE

Before the tree a check looks at samples of its own: a good one must pass and every bad one must be found, so that a
check that can no longer fail fails itself.
"""
import os
import sys
import tempfile

sys.dont_write_bytecode = True

import checks_code  # noqa: E402
import checks_product  # noqa: E402
import checks_text  # noqa: E402
from tree import Tree  # noqa: E402

CHECKS = {check.name: check for module in (checks_code, checks_product, checks_text) for check in module.CHECKS}


def look_at_sample(check, files):
    with tempfile.TemporaryDirectory(prefix="embark-lint-") as folder:
        for path, text in files.items():
            whole = os.path.join(folder, path)
            os.makedirs(os.path.dirname(whole), exist_ok=True)
            with open(whole, "wb") as file:
                file.write(text if isinstance(text, bytes) else text.encode())
        return check.find(Tree(folder))


class Tap:
    def __init__(self, count):
        self.number = 0
        self.failed = False
        print(f"1..{count}")

    def say(self, is_good, title, problems):
        self.number += 1
        self.failed |= not is_good
        for problem in problems:
            print(f"# {problem}")
        print(f"{'ok' if is_good else 'not ok'} {self.number} - {title}")


def run(check, source):
    tap = Tap(len(check.bad) + 2)
    problems = look_at_sample(check, check.good)
    tap.say(not problems, "a good sample passes", problems)
    for number, files in enumerate(check.bad, 1):
        problems = look_at_sample(check, files)
        tap.say(bool(problems), f"bad sample {number} is found", [] if problems else [f"not found: {files}"])
    problems = check.find(Tree(source))
    tap.say(not problems, check.title, problems)
    return 1 if tap.failed else 0


def main(arguments):
    if arguments == ["--list"]:
        print("\n".join(CHECKS))
        return 0
    if len(arguments) == 2 and arguments[0] == "--write-potfiles":
        checks_product.write_potfiles(Tree(arguments[1]))
        return 0
    if len(arguments) != 2 or arguments[0] not in CHECKS:
        print(__doc__, file=sys.stderr)
        return 2
    return run(CHECKS[arguments[0]], arguments[1])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
