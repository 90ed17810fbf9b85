#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the manual pages embark-limits(7) and embark-fixes(7) of the help texts, so that they are written once.

    make-help-page.py HELP/C/limits.md VERSION > embark-limits.7
    make-help-page.py HELP/C/fixes.md VERSION > embark-fixes.7
"""
import os
import re
import sys

HEAD = """.\\" SPDX-License-Identifier: GPL-3.0-or-later
.\\" Made of resources/help/C/{name}.md.
.TH EMBARK\\-{title} 7 "" "Embark {version}" "Miscellaneous"
.nh
.ad l
.SH NAME
embark\\-{name} \\- {summary}
.SH DESCRIPTION
"""
PAGES = {
    "limits": ("what the cloud demands of a disk, and how to mend it", """Each section explains one finding of
.BR embark (1):
what is looked at, what the cloud demands, what happens otherwise, and what to do.
.B embark explain
.I FINDING
prints one of them.
"""),
    "fixes": ("what Embark can mend on a disk by itself", """Each section explains one fix of
.BR "embark prepare" :
what it is against, what it changes in the machine, what it needs, what is to be seen at the first start, how to do the
same by hand, and how to undo it.
.B embark explain
.I FIX
prints one of them,
.B embark fixes
lists them.
"""),
}
TAIL = """.SH SEE ALSO
.BR embark (1),
.BR {other} (7)
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


def make_page(name, markdown, version):
    summary, description = PAGES[name]
    other = "embark\\-limits" if name == "fixes" else "embark\\-fixes"
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
    return HEAD.format(name=name, title=name.upper(), summary=summary, version=version) + description \
        + "\n".join(page.lines) + "\n" + TAIL.format(other=other)


def main(arguments):
    with open(arguments[0], encoding="utf-8") as file:
        sys.stdout.reconfigure(encoding="utf-8")
        name = os.path.splitext(os.path.basename(arguments[0]))[0]
        sys.stdout.write(make_page(name, file.read(), arguments[1]))


if __name__ == "__main__":
    main(sys.argv[1:])
