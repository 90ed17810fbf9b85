#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the manual page embark-limits(7) of the help texts, so that they are written once.

    make-limits-page.py HELP/C/limits.md VERSION > embark-limits.7
"""
import re
import sys

HEAD = """.\\" SPDX-License-Identifier: GPL-3.0-or-later
.\\" Made of resources/help/C/limits.md.
.TH EMBARK\\-LIMITS 7 "" "Embark {version}" "Miscellaneous"
.nh
.ad l
.SH NAME
embark\\-limits \\- what the cloud demands of a disk, and how to mend it
.SH DESCRIPTION
Each section explains one finding of
.BR embark (1):
what is looked at, what the cloud demands, what happens otherwise, and what to do.
.B embark explain
.I FINDING
prints one of them.
"""
TAIL = """.SH SEE ALSO
.BR embark (1)
"""


def escape(text):
    """Text of roff: no line of it is a request, and hyphens can be copied."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    text = "".join(c if c < "\x7f" else f"\\[u{ord(c):04X}]" for c in text)
    return "\\&" + text if text[:1] in (".", "'") else text


def paragraph(text):
    """`code` is set in bold; an odd back quote at the end would leave it so."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        raise ValueError(f"a back quote without its pair: {text}")
    return escape("".join(part if index % 2 == 0 else f"\0B{part}\0R" for index, part in enumerate(parts))) \
        .replace("\0B", "\\fB").replace("\0R", "\\fR")


class Page:
    def __init__(self):
        self.lines = []
        self.words = []
        self.number = 0
        self.is_item = False

    def end(self):
        """Ends the paragraph or item that was gathered."""
        if self.words:
            self.lines.append(f'.IP {self.number}. 4' if self.is_item else ".PP")
            self.lines.append(paragraph(" ".join(self.words)))
        self.words, self.is_item = [], False

    def section(self, title):
        self.end()
        self.number = 0
        self.lines.append(f".SH {escape(title)}")

    def code(self, lines):
        self.end()
        self.lines += [".PP", ".RS 8", ".nf"] + [escape(line) for line in lines] + [".fi", ".RE"]

    def read(self, line):
        item = re.match(r"\d+\. (.*)", line)
        if not line.strip():
            self.end()
        elif item:
            self.end()
            self.number += 1
            self.words, self.is_item = [item.group(1)], True
        else:
            self.words.append(line.strip())


def make_page(markdown, version):
    page = Page()
    # What stands before the first finding introduces the file, not the page.
    for part in re.split(r"^## ", markdown, flags=re.M)[1:]:
        title, _, body = part.partition("\n")
        page.section(title.strip())
        for index, text in enumerate(re.split(r"^```.*\n", body, flags=re.M)):
            if index % 2:
                page.code(text.rstrip("\n").split("\n"))
                continue
            for line in text.split("\n"):
                page.read(line)
        page.end()
    return HEAD.format(version=version) + "\n".join(page.lines) + "\n" + TAIL


def main(arguments):
    with open(arguments[0], encoding="utf-8") as file:
        sys.stdout.reconfigure(encoding="utf-8")
        sys.stdout.write(make_page(file.read(), arguments[1]))


if __name__ == "__main__":
    main(sys.argv[1:])
