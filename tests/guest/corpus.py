#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The corpus: checks every image with the built program and compares with
corpus/expected.json, then proves that the real guests boot. What is expected
names each finding that is not pass, info or not-applicable, all others are; or words of the refusal,
when the program does not take the file for a disk at all."""
import argparse
import concurrent.futures
import json
import os
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "support"))

import images  # noqa: E402
from embark_cli import BUILD, ROOT  # noqa: E402

EXPECTED = os.path.join(HERE, "corpus", "expected.json")
FIXTURES = os.path.join(ROOT, "tests", "unit", "fixtures", "corpus")
# Few that take every way through the inspection, and are quick to build.
FEW = ("debian12-no-virtio", "centos6", "centos7", "rocky9", "ubuntu2204-installer", "win2012r2-uefi",
       "win2012r2-hibernated", "data-disk")
EMBARK = os.path.join(BUILD, "gui", "embark")
QUIET = ("pass", "info", "not-applicable")
# What is really started, changed or killed, a class of a test each; those that take long first.
PROOFS = ("test_windows_oracle.Oracle", "test_fixes_linux.Families", "test_prepare_kill.Killed", "test_fixes_linux.Boots",
          "test_fixes_cloud.CloudInit", "test_fixes_windows.Refusals", "test_fixes_linux.Networks",
          "test_fixes_windows.Registry", "test_boot.Boot", "test_fixes_cloud.Agent", "test_fixes_cloud.Object",
          "test_fixes_windows.Quick")


def make_environment(home):
    """Folders of its own, but the appliance of all tests: making one takes long."""
    appliance = images.CACHE / "appliance"
    for folder in (home, os.path.join(home, "run"), os.path.join(home, "cache"), appliance):
        os.makedirs(folder, mode=0o700, exist_ok=True)
    return dict(os.environ, HOME=home, XDG_RUNTIME_DIR=os.path.join(home, "run"),
                XDG_STATE_HOME=os.path.join(home, "state"), XDG_CACHE_HOME=os.path.join(home, "cache"),
                LIBGUESTFS_CACHEDIR=str(appliance),
                GSETTINGS_BACKEND="memory", LC_ALL="C.UTF-8",
                EMBARK_GUEST_HELPER=os.path.join(BUILD, "model", "guest", "embark-guest"))


def check(path):
    """What the program says of one image: (report or None, its complaint, seconds)."""
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="embark-corpus.") as home:
        # --again: what was found before is not to be believed here.
        process = subprocess.run([EMBARK, "check", "--again", "--json", "--", path], env=make_environment(home),
                                 check=False, capture_output=True, text=True)
    try:
        report = json.loads(process.stdout)
    except ValueError:
        report = {}
    complaint = process.stderr.strip() or process.stdout.strip()
    return report if "verdict" in report else None, complaint, time.monotonic() - start


def summarize(report):
    """A report in the form of expected.json; None when there was none."""
    if report is None:
        return None
    return {"verdict": report["verdict"], "code": report["predictedCode"],
            "findings": {finding["id"]: finding["outcome"] for finding in report["findings"]
                         if finding["outcome"] not in QUIET}}


def describe(summary):
    if summary is None or "refusal" in summary:
        return "refused"
    return summary["verdict"] + (" " + summary["code"] if summary["code"] else "")


def compare(expected, report, complaint):
    """The differences in words; none when the image is judged as it should be."""
    found = summarize(report)
    if found == expected:
        return []
    if "refusal" in expected:
        return [] if found is None and expected["refusal"] in complaint else [complaint or "there is a report"]
    if found is None:
        return [complaint]
    lines = []
    evidence = {finding["id"]: f"{finding['outcome']}: {finding['evidence']}" for finding in report["findings"]}
    for name in sorted({*expected["findings"], *found["findings"]}):
        wanted = expected["findings"].get(name, "nothing")
        if found["findings"].get(name, "nothing") != wanted:
            lines.append(f"{name}: expected {wanted}, found {evidence.get(name, 'no such finding')}")
    return lines


def normalize(facts):
    """Without what differs from machine to machine and from build to build."""
    for part, member in (("look", "calls"), ("image", "fileSize"), ("stream", "sampled")):
        facts.get(part, {}).pop(member, None)
    image = facts.get("image", {})
    if "path" in image:
        image["path"] = os.path.basename(image["path"])
    for file in image.get("files", []):
        file.pop("mtime", None)
        file.pop("size", None)
        file["path"] = os.path.basename(file["path"])
    return facts


def record(name, report):
    os.makedirs(FIXTURES, exist_ok=True)
    with open(os.path.join(FIXTURES, name + ".json"), "w", encoding="utf-8") as file:
        json.dump(normalize(report["facts"]), file, indent=1, sort_keys=True, ensure_ascii=False)
        file.write("\n")


def list_expected():
    """Every image but those that only fixes are tried on."""
    with open(EXPECTED, encoding="utf-8") as file:
        expected = json.load(file)
    return [name for name in images.PLACES if name in expected]


def check_all(names, is_recording):
    """Prints the table line by line; the number of wrong lines."""
    with open(EXPECTED, encoding="utf-8") as file:
        expected = json.load(file)
    paths = images.build_all(names)
    wrong = 0
    print(f"{'image':30} {'expected':32} {'found':32} seconds")
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for name, (report, complaint, seconds) in zip(names, pool.map(check, map(str, paths.values()))):
            differences = compare(expected[name], report, complaint)
            wrong += bool(differences)
            print(f"{name:30} {describe(expected[name]):32} {describe(summarize(report)):32} {seconds:7.1f}"
                  f"{'  WRONG' if differences else ''}", flush=True)
            for line in differences:
                print("    " + line, flush=True)
            if is_recording and report is not None:
                record(name, report)
    print(f"{len(names)} images, {wrong} wrong")
    return wrong


def prove(proof):
    """One of PROOFS: whether all of it holds, what it printed, seconds."""
    start = time.monotonic()
    module, name = proof.split(".")
    process = subprocess.run([sys.executable, "-B", os.path.join(HERE, module + ".py"), name], check=False,
                             env=dict(os.environ, EMBARK_BUILD=BUILD), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return process.returncode == 0, process.stdout.decode("utf-8", "replace"), time.monotonic() - start


def prove_all():
    """Two at a time, as an appliance without KVM takes one processor; the number of those that do not hold."""
    wrong = 0
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for proof, (holds, text, seconds) in zip(PROOFS, pool.map(prove, PROOFS)):
            wrong += not holds
            print(f"{proof:63} {'holds' if holds else 'FAILED':6} {seconds:6.1f}", flush=True)
            if not holds:
                print(text, flush=True)
    print(f"{len(PROOFS)} proofs, {wrong} failed")
    return wrong


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--few", action="store_true", help="a representative eight")
    parser.add_argument("--boot", action="store_true", help="only the proofs that guests boot")
    parser.add_argument("--record", action="store_true", help="keep the facts as fixtures of the unit tests")
    parser.add_argument("names", nargs="*", help="only these images")
    arguments = parser.parse_args()
    unknown = [name for name in arguments.names if name not in list_expected()]
    if unknown:
        parser.error("there is no image " + ", ".join(unknown))
    names = arguments.names or list(FEW if arguments.few else list_expected())
    wrong = 0 if arguments.boot else check_all(names, arguments.record)
    if arguments.boot or not (arguments.names or arguments.few or arguments.record):
        wrong += prove_all()
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
