#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""`embark explain`, and the forms in which `embark check --save` writes a report."""

import json
import os
import sys
import unittest
from html.parser import HTMLParser

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))

import facts_helper  # noqa: E402
from embark_cli import EmbarkCase  # noqa: E402

IMPORT_CODES = ["InvalidUrl", "InvalidFormatSize", "PartitionNotPresent", "RootPartitionNotFound", "VirtioNotInstall",
                "CloudInitNotInstalled", "InternalError"]


class Page(HTMLParser):
    """Names of elements, and text by class."""

    def __init__(self, text):
        super().__init__()
        self.open, self.names, self.classes = [], set(), set()
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.names.add(tag)
        self.classes.update((dict(attrs).get("class") or "").split())
        if tag not in ("meta",):
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.names.add(tag)
        self.classes.update((dict(attrs).get("class") or "").split())

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, f"</{tag}> closes <{self.open[-1:]}>"
        self.open.pop()


class Explain(EmbarkCase):
    def explain(self, *words, **options):
        result = self.run_embark("explain", *words, **options)
        self.assertEqual((result.status, result.err), (0, ""))
        return result.out

    def test_every_code(self):
        listed = json.loads(self.explain("--json"))
        self.assertEqual(listed["codes"][:7], IMPORT_CODES)
        plain = self.explain()
        for code in listed["codes"]:
            self.assertIn(code, plain)
            answer = json.loads(self.explain("--json", code.upper()))
            self.assertEqual(answer["code"], code)
            self.assertEqual(answer["of"], "import" if code in IMPORT_CODES else "request")
            self.assertTrue(answer["meaning"] and answer["causes"] and answer["advice"])
            self.assertLessEqual(set(answer["findings"]), set(listed["findings"]))

    def test_findings_and_codes_lead_to_each_other(self):
        text = self.explain("virtionotinstall")
        self.assertIn("Usual causes:", text)
        self.assertIn("linux-virtio", text)
        answer = json.loads(self.explain("--json", "linux-virtio"))
        self.assertEqual(answer["codes"], ["VirtioNotInstall"])
        self.assertIn("code", [block["kind"] for block in answer["help"]])
        text = self.explain("LINUX-VIRTIO")
        self.assertIn("update-initramfs -u -k all", text)
        self.assertIn("VirtioNotInstall", text)
        self.assertNotIn("`", text)

    def test_every_fix(self):
        listed = json.loads(self.explain("--json"))
        plain = self.explain()
        known = {fix["id"]: fix for fix in json.loads(self.run_embark("fixes", "--json").out)}
        self.assertEqual(listed["fixes"], list(known))
        for name, fix in known.items():
            self.assertIn(f"{name:24} {fix['title']}", plain)
            text = self.explain(name.upper())
            answer = json.loads(self.explain("--json", name))
            if name in listed["findings"]:
                # The finding, and what can be done about it behind it.
                self.assertEqual(answer["finding"], name)
                self.assertLess(text.index(answer["title"]), text.index(f"Fix {name}: {fix['title']}"))
                answer = next(other for other in answer["fixes"] if other["fix"] == name)
            else:
                self.assertTrue(text.startswith(f"Fix {name}: {fix['title']}\n"))
            self.assertEqual({key: answer[key] for key in ("title", "changes", "needs", "findings")},
                             {key: fix[key] for key in ("title", "changes", "needs", "findings")})
            self.assertGreater(len(answer["help"]), 3)
            self.assertIn(answer["help"][0]["text"].replace("`", "")[:60], text)
            for finding in fix["findings"]:
                self.assertIn(f"  {finding}", text)

    def test_a_finding_ends_with_its_fix(self):
        text = self.explain("linux-fstab")
        self.assertIn("\nEmbark can do it, with --fix:\n  linux-disks ", text)
        self.assertEqual([fix["fix"] for fix in json.loads(self.explain("--json", "linux-fstab"))["fixes"]],
                         ["linux-disks"])
        self.assertNotIn("--fix", self.explain("vhdx"))
        self.assertEqual(json.loads(self.explain("--json", "vhdx"))["fixes"], [])

    def test_language(self):
        env = self.environment(LC_ALL="C.UTF-8", LANGUAGE="zh_CN")
        self.assertIn("网卡", self.explain("linux-network", env=env))
        self.assertIn("总线", self.explain("linux-eth0", env=env))

    def test_unknown_words(self):
        for word, like in (("VirtioNotInstalled", "VirtioNotInstall"), ("linux-vritio", "linux-virtio"), ("linux-ethO", "linux-eth0"),
                           ("nonsense", "without a name"), ("", "without a name"), ("\x1b[2J", "\\x1b[2J")):
            result = self.run_embark("explain", word)
            self.assertEqual((result.status, result.out), (2, ""))
            self.assert_one_sentence(result, like)
        for arguments in (["InvalidUrl", "InternalError"], ["--save", "a.html"]):
            self.assertEqual(self.run_embark("explain", *arguments).status, 2)


class Save(EmbarkCase):
    def setUp(self):
        super().setUp()
        self.env = self.environment(EMBARK_GUEST_HELPER=facts_helper.place(self.folder, "facts-win2012r2.json"))
        self.disk = self.make_disk()

    def save(self, name, *options):
        path = self.path(name)
        result = self.run_embark("check", *options, "--save", path, "--", self.disk, env=self.env)
        return result, path

    def read(self, name, *options):
        result, path = self.save(name, *options)
        self.assertEqual((result.status, result.err), (1, ""))
        with open(path, encoding="utf-8") as file:
            return file.read(), result

    def test_page(self):
        text, result = self.read("r.HTML")
        self.assertIn("VirtioNotInstall", result.out)
        page = Page(text)
        self.assertEqual(page.open, [])
        self.assertLessEqual({"html", "svg", "article", "details"}, page.names)
        self.assertFalse({"script", "link", "img", "iframe", "a"} & page.names)
        self.assertLessEqual({"verdict", "blocked", "disk", "gauge"}, page.classes)
        self.assertIn(os.fsdecode(self.disk), text)

    def test_other_forms(self):
        text, _ = self.read("r.md")
        self.assertTrue(text.startswith("# One thing would stop the import\n"))
        self.assertIn("`windows-virtio`", text)
        text, _ = self.read("r.txt")
        self.assertIn("Stops the import: No virtio disk driver", text)
        text, result = self.read("r.json", "--json")
        # How the check went is said to a program that waits for it; the report is the same later.
        spoken = json.loads(result.out)
        self.assertEqual(json.loads(text), {name: spoken[name] for name in json.loads(text)})
        self.assertLessEqual({"verdict", "findings", "facts"}, set(json.loads(text)))

    def test_refused_before_looking_inside(self):
        os.remove(self.env["EMBARK_GUEST_HELPER"])
        for name in ("r.pdf", "r", "disk.qcow2", ".html"):
            result, path = self.save(name)
            self.assertEqual(result.status, 2)
            self.assert_one_sentence(result, "--save", ".html")
            self.assertEqual(os.path.exists(path), name == "disk.qcow2")

    def test_cannot_be_written(self):
        result, _ = self.save("no/such/folder/r.html")
        self.assertEqual(result.status, 3)
        self.assert_one_sentence(result, "r.html")

    def test_the_disk_is_never_the_report(self):
        os.rename(self.disk, self.path("disk.md"))
        self.disk = self.path("disk.md")
        with open(self.disk, "rb") as file:
            before = file.read()
        for name in ("disk.md", "./x/../disk.md"):
            result, path = self.save(name)
            self.assertEqual(result.status, 2, result.err)
            self.assert_one_sentence(result, "disk.md")
        with open(self.disk, "rb") as file:
            self.assertEqual(file.read(), before)


if __name__ == "__main__":
    unittest.main()
