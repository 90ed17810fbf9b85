#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stands in for embark-guest where a test is not about looking inside: place() puts it into the folder of the test,
where it answers with the facts in the file beside it. Asked to prepare, it changes nothing and answers with the facts
in prepared.json; each time it adds a line to calls, with a file named stall it does not answer at all, with one
named refusal it refuses in the words of that, and with refusals.json, {fix: sentence}, it does not allow those fixes."""

import json
import os
import shutil
import signal
import sys

FIXTURES = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "unit", "fixtures")


def place(folder, fixture):
    """For EMBARK_GUEST_HELPER: the program, whose answer is that fixture."""
    helper = os.path.join(folder, "facts_helper.py")
    shutil.copy(os.path.realpath(__file__), helper)
    shutil.copy(os.path.join(FIXTURES, fixture), os.path.join(folder, "facts.json"))
    return helper


def say(event, **members):
    print(json.dumps({"event": event, **members}), flush=True)


def read_facts(folder, name):
    with open(os.path.join(folder, name), encoding="utf-8") as file:
        return json.load(file)


def refuse(message):
    say("error", code="blocked", message=message)
    sys.exit(1)


def leave_out(folder, options):
    """As model/guest/prepare-session.c: {fix: sentence} of those that are optional."""
    if not os.path.exists(os.path.join(folder, "refusals.json")):
        return {}
    refusals = {fix: reason for fix, reason in read_facts(folder, "refusals.json").items() if fix in options["fixes"]}
    for fix, reason in refusals.items():
        if fix not in options["optional"] or len(refusals) == len(options["fixes"]):
            refuse(reason)
        say("output", text=f"{fix}: leave-out: {reason}")
    return refusals


def prepare(folder, options):
    left_out = leave_out(folder, options)
    fixes = [fix for fix in options["fixes"] if fix not in left_out]
    for fix in fixes:
        say("stage", stage=f"fix:{fix}")
        say("output", text=f"making {fix}")
    if os.path.exists(os.path.join(folder, "stall")):
        say("output", text="stalled")
        signal.pause()
    refusal = os.path.join(folder, "refusal")
    if os.path.exists(refusal):
        with open(refusal, encoding="utf-8") as file:
            refuse(file.read())
    changes = [{"fix": fix, "action": "replace", "path": f"/etc/{fix}", "kept": f"/var/lib/embark/replaced/etc/{fix}"}
               for fix in fixes]
    changes += [{"fix": fix, "action": "leave-out", "path": "", "reason": reason} for fix, reason in left_out.items()]
    say("prepared", facts=read_facts(folder, "prepared.json"), changes=changes, slow=False)


def main():
    folder = os.path.dirname(os.path.abspath(__file__))
    request = json.loads(sys.stdin.readline())
    with open(os.path.join(folder, "calls"), "a", encoding="utf-8") as file:
        file.write(request["verb"] + "\n")
    if request["verb"] == "prepare":
        prepare(folder, request["options"])
    else:
        say("facts", facts=read_facts(folder, "facts.json"), slow=False)


if __name__ == "__main__":
    main()
