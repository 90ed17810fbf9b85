# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of what the desktop reads: translations, desktop entry, metainfo, XML, settings, manual page."""
import json
import os
import re
import shutil
import tempfile

from tree import Check, blank_out, run_tool

APP_ID = "org.embark.Embark"
CALLS = re.compile(r"(?<!\w)(_|N_|C_|NC_|Q_|ngettext|g_dngettext|g_dgettext|g_dpgettext2)\s*\(")
PAGE_MAKER = "resources/make-help-page.py"
FIX_WORDS, FIX_TABLE = "model/check/fixes-table.c", "model/guest/fix-table.c"
PRODUCT = (f"{APP_ID}.desktop.in", f"{APP_ID}.gschema.xml", f"{APP_ID}.metainfo.xml.in")


def wanted_potfiles(tree):
    for path in tree.paths:
        if path.startswith(("gui/", "model/")) and path.endswith((".c", ".h")):
            if CALLS.search(blank_out(tree.read(path))):
                yield path
        elif path.endswith(".ui") and re.search(r'translatable="(yes|true)"', tree.read(path)):
            yield path
        elif path.startswith("resources/") and path.endswith(PRODUCT):
            yield path


def write_potfiles(tree):
    with open(tree.whole("po/POTFILES.in"), "w", encoding="utf-8") as file:
        file.write("# SPDX-License-Identifier: GPL-3.0-or-later\n")
        file.writelines(f"{path}\n" for path in sorted(wanted_potfiles(tree)))


def find_potfiles(tree):
    listed = [line.strip() for line in tree.read("po/POTFILES.in").splitlines()]
    listed = [line for line in listed if line and not line.startswith("#")]
    wanted = set(wanted_potfiles(tree))
    return ([f"po/POTFILES.in lacks {path} (lint.py --write-potfiles)" for path in sorted(wanted - set(listed))]
            + [f"po/POTFILES.in has {path}, which has nothing to translate" for path in sorted(set(listed) - wanted)]
            + [f"po/POTFILES.in has {path} twice" for path in sorted({p for p in listed if listed.count(p) > 1})])


def find_po(tree):
    problems = []
    languages = [word for line in tree.read("po/LINGUAS").splitlines() if not line.startswith("#")
                 for word in line.split()]
    catalogues = {os.path.basename(path)[:-3] for path in tree.select(".po")}
    for language in sorted(catalogues ^ set(languages)):
        problems.append(f"{language} is in only one of po/LINGUAS and po/*.po")
    for path in tree.select(".po"):
        problems += run_tool(["msgfmt", "--check", "--check-accelerators=_", "-o", os.devnull, tree.whole(path)])
    return problems if languages else problems + ["po/LINGUAS is empty"]


def in_own_name(tree, ending, arguments):
    """Runs a validator on a copy of APP_ID + ending.in, because it looks at the name of the file, too."""
    path = f"resources/{APP_ID}{ending}.in"
    if path not in tree.paths:
        return [f"{path} is not there"]
    with tempfile.TemporaryDirectory(prefix="embark-lint-") as folder:
        copy = os.path.join(folder, APP_ID + ending)
        shutil.copyfile(tree.whole(path), copy)
        return run_tool(arguments + [copy])


def find_desktop(tree):
    problems = in_own_name(tree, ".desktop", ["desktop-file-validate"])
    if not problems and "DBusActivatable=true" in tree.read(f"resources/{APP_ID}.desktop.in") \
            and f"resources/{APP_ID}.service.in" not in tree.paths:
        problems.append("the desktop entry is started over D-Bus, but there is no D-Bus service file")
    return problems


def find_metainfo(tree):
    return in_own_name(tree, ".metainfo.xml", ["appstreamcli", "validate", "--no-net", "--explain"])


def find_xml(tree):
    files = tree.select(".ui", ".xml", ".svg", ".metainfo.xml.in")
    if not files:
        return ["no XML file was found"]
    return [line.replace(tree.root + "/", "")
            for line in run_tool(["xmllint", "--noout", "--nonet"] + [tree.whole(path) for path in files])]


def find_schema(tree):
    if not tree.select(".gschema.xml"):
        return ["no settings schema was found"]
    return run_tool(["glib-compile-schemas", "--strict", "--dry-run", tree.whole("resources")])


def look_at_page(path):
    # groff warns on its error output and still ends well.
    return run_tool(["sh", "-c", 'out=$(groff -man -ww -Tutf8 -z "$1" 2>&1) && test -z "$out" || '
                                 '{ echo "$out"; exit 1; }', "sh", path])


def look_at_made_page(tree, name):
    with tempfile.TemporaryDirectory(prefix="embark-lint-") as folder:
        page = os.path.join(folder, f"embark-{name}.7")
        problems = run_tool(["sh", "-c", 'python3 "$1" "$2" 0 >"$3"', "sh", tree.whole(PAGE_MAKER),
                             tree.whole(f"resources/help/C/{name}.md"), page])
        return problems + look_at_page(page)


def find_manual(tree):
    problems = []
    pages = tree.select(".1")
    for path in pages:
        problems += look_at_page(tree.whole(path))
    if PAGE_MAKER in tree.paths:
        for name in ("limits", "fixes"):
            problems += look_at_made_page(tree, name)
    return problems if pages else ["there is no manual page"]


def read_help(tree, path):
    """Sections of a file: list of (id, text)."""
    return re.findall(r"^## (.*)\n((?:(?!## ).*\n)*)", tree.read(path), re.M) if path in tree.paths else []


def find_help_of(tree, name, ids, code):
    """Every finding, or every fix, has one section, with the same commands as in English."""
    sections = read_help(tree, name)
    names = [section for section, _ in sections]
    problems = ([f"{name} lacks “## {missing}”" for missing in sorted(ids - set(names))]
                + [f"{name}: “{section}” is nothing that Embark knows" for section in sorted(set(names) - ids)]
                + [f"{name}: “{section}” is there twice" for section in sorted(set(names)) if names.count(section) > 1])
    for section, text in sections:
        fences = re.split(r"^```.*\n", text, flags=re.M)
        if len(fences) % 2 == 0 or any(part.count("`") % 2 for part in fences[::2]):
            problems.append(f"{name}: “{section}” has a fence or a back quote without its pair")
        if not fences[0].strip():
            problems.append(f"{name}: “{section}” says nothing")
        if code.setdefault(section, fences[1::2]) != fences[1::2]:
            problems.append(f"{name}: “{section}” has other commands than in English")
    return problems


def list_fixes(tree):
    return re.findall(r'\.id = "([^"]+)"', tree.read(FIX_WORDS)) if FIX_WORDS in tree.paths else []


def find_help(tree):
    limits = {limit["id"] for path in tree.select(".json") if path.startswith("resources/limits/")
              for limit in json.loads(tree.read(path))["limits"]}
    fixes = set(list_fixes(tree))
    if not limits or not fixes:
        return ["no limits or no fixes were found"]
    languages = [word for line in tree.read("po/LINGUAS").splitlines() if not line.startswith("#")
                 for word in line.split()]
    problems = []
    for file, ids in (("limits.md", limits), ("fixes.md", fixes)):
        code = {}
        for language in ["C"] + languages:
            problems += find_help_of(tree, f"resources/help/{language}/{file}", ids, code)
    return problems


PO_HEADER = ('msgid ""\nmsgstr ""\n"Language: zh_CN\\n"\n"MIME-Version: 1.0\\n"\n"Last-Translator: \\n"\n'
             '"Language-Team: Chinese\\n"\n"Project-Id-Version: embark\\n"\n'
             '"PO-Revision-Date: 2026-01-01 00:00+0000\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n'
             '"Content-Type: text/plain; charset=UTF-8\\n"\n"Plural-Forms: nplurals=1; plural=0;\\n"\n\n')
DESKTOP = "[Desktop Entry]\nType=Application\nName=Embark\nExec=embark %U\nCategories=GNOME;GTK;System;\n"
METAINFO = ('<?xml version="1.0"?>\n<component type="console-application"><id>org.embark.Embark</id><name>Embark</name>'
            "<metadata_license>CC0-1.0</metadata_license><project_license>GPL-3.0-or-later</project_license>"
            "<summary>Move machines</summary><description><p>It moves machines to the cloud, one after the other."
            "</p></description><provides><binary>embark</binary></provides>"
            '<content_rating type="oars-1.1"/></component>\n')
PAGES = {"resources/a.1": '.TH A 1\n.SH NAME\na \\- does it\n', "resources/help/C/limits.md": "## a\n\nText.\n",
         "resources/help/C/fixes.md": "## c\n\nText.\n"}
LIMITS = '{"limits": [%s]}\n'
HELP = {"po/LINGUAS": "zh_CN\n", "resources/limits/x.json": LIMITS % '{"id": "a"}, {"id": "b"}',
        "resources/help/C/limits.md": "# All\n\n## a\n\nText `x`.\n\n```\nls\n```\n\n## b\n\nText.\n",
        "resources/help/zh_CN/limits.md": "## a\n\n甲\n\n```\nls\n```\n\n## b\n\n乙\n",
        FIX_WORDS: '{ .id = "a" }, { .id = "c" },', "resources/help/C/fixes.md": "## a\n\nText.\n\n## c\n\nText.\n",
        "resources/help/zh_CN/fixes.md": "## c\n\n丙\n\n## a\n\n甲\n"}
SCHEMA = ('<schemalist><schema id="a.b" path="/a/b/"><key name="c" type="%s"><default>1</default></key></schema>'
          "</schemalist>\n")


def find_fixes(tree):
    """What is said and what is done: the same fixes, in the same order."""
    said = list_fixes(tree)
    done = re.findall(r'\{\s*"([^"]+)",', tree.read(FIX_TABLE)) if FIX_TABLE in tree.paths else []
    problems = [f"{FIX_TABLE} has {name}, which {FIX_WORDS} has no words for" for name in done if name not in said]
    problems += [f"{FIX_WORDS} promises {name}, which {FIX_TABLE} cannot do" for name in said if name not in done]
    if not problems and said != done:
        problems.append(f"{FIX_TABLE} and {FIX_WORDS} have not the same order")
    return problems if said else problems + [f"{FIX_WORDS} has no fix"]


CHECKS = [
    Check("potfiles", "every file with words for people is translated", find_potfiles,
          {"po/POTFILES.in": "# list\ngui/a.c\nresources/ui/a.ui\n", "gui/a.c": '  say (_ ("Hello"));\n',
           "gui/b.c": '  /* _("x") */ embark_ (x);\n', "resources/ui/a.ui": '<p translatable="yes">x</p>\n'},
          [{"po/POTFILES.in": "", "gui/a.c": '  say (_("Hello"));\n'},
           {"po/POTFILES.in": "", "model/check/a.c": '  N_("Hello")\n'},
           {"po/POTFILES.in": "", "resources/ui/a.ui": '<p translatable="yes">x</p>\n'},
           {"po/POTFILES.in": "gui/gone.c\n"},
           {"po/POTFILES.in": "gui/a.c\ngui/a.c\n", "gui/a.c": '  _("x")\n'}]),
    Check("po", "catalogues are well-formed", find_po,
          {"po/LINGUAS": "zh_CN\n", "po/zh_CN.po": PO_HEADER + '#, c-format\nmsgid "%s left"\nmsgstr "剩余 %s"\n'},
          [{"po/LINGUAS": "zh_CN\n", "po/zh_CN.po": PO_HEADER + '#, c-format\nmsgid "%s left"\nmsgstr "剩余 %d"\n'},
           {"po/LINGUAS": "zh_CN\n", "po/zh_CN.po": PO_HEADER + 'msgid "a"\nmsgstr "b\n'},
           {"po/LINGUAS": "zh_CN de\n", "po/zh_CN.po": PO_HEADER}]),
    Check("desktop", "the desktop entry is valid", find_desktop,
          {f"resources/{APP_ID}.desktop.in": DESKTOP},
          [{f"resources/{APP_ID}.desktop.in": DESKTOP.replace("Exec=", "Run=")},
           {f"resources/{APP_ID}.desktop.in": DESKTOP + "DBusActivatable=true\n"},
           {"resources/other.desktop.in": DESKTOP}]),
    Check("metainfo", "the metainfo is valid", find_metainfo,
          {f"resources/{APP_ID}.metainfo.xml.in": METAINFO},
          [{f"resources/{APP_ID}.metainfo.xml.in": METAINFO.replace("<summary>Move machines</summary>", "")},
           {f"resources/{APP_ID}.metainfo.xml.in": METAINFO.replace("</p>", "")},
           {"resources/a.xml": METAINFO}]),
    Check("xml", "XML files are well-formed", find_xml,
          {"resources/ui/a.ui": "<interface/>\n"},
          [{"resources/ui/a.ui": "<interface>\n"}, {"resources/a.svg": "<svg a=1/>\n"}, {"gui/a.c": "\n"}]),
    Check("schema", "the settings schema is strict", find_schema,
          {"resources/a.gschema.xml": SCHEMA % "i"},
          [{"resources/a.gschema.xml": SCHEMA % "nonsense"}, {"resources/a.gschema.xml": SCHEMA % "b"},
           {"resources/a.xml": "<a/>\n"}]),
    Check("manual", "the manual pages have no mistakes", find_manual,
          {**PAGES, PAGE_MAKER: "print('.TH A 7')\n"},
          [{"resources/a.1": '.TH A 1\n.SH NAME\n.XYZ\n'}, {"resources/a.txt": "x\n"},
           {**PAGES, PAGE_MAKER: "print('.TH A 7\\n.XYZ')\n"}, {**PAGES, PAGE_MAKER: "print('.TH A 7')\nexit(1)\n"}]),
    Check("help", "every finding and every fix has its help in every language", find_help, HELP,
          [{**HELP, "resources/help/zh_CN/limits.md": "## a\n\n甲\n\n```\nls\n```\n"},
           {**HELP, "resources/help/C/limits.md": HELP["resources/help/C/limits.md"] + "\n## c\n\nText.\n"},
           {**HELP, "resources/help/C/limits.md": HELP["resources/help/C/limits.md"] + "\n## b\n\nText.\n"},
           {**HELP, "resources/help/C/limits.md": "## a\n\nText `x.\n\n```\nls\n```\n\n## b\n\nText.\n"},
           {**HELP, "resources/help/C/limits.md": "## a\n\n```\nls\n```\n\n## b\n\nText.\n"},
           {**HELP, "resources/help/zh_CN/limits.md": "## a\n\n甲\n\n```\nrm\n```\n\n## b\n\n乙\n"},
           {**HELP, "resources/help/zh_CN/fixes.md": "## a\n\n甲\n"},
           {**HELP, "resources/help/C/fixes.md": "## a\n\nText.\n\n## b\n\nText.\n\n## c\n\nText.\n"},
           {**HELP, "resources/help/C/fixes.md": "## a\n\nText.\n\n## c\n\n```\nls\n```\n"},
           {**HELP, "resources/help/zh_CN/fixes.md": "## c\n\n丙\n\n```\nls\n```\n\n## a\n\n甲\n"},
           {**HELP, FIX_WORDS: '{ .id = "a" }, { .id = "c" }, { .id = "d" },'},
           {**HELP, FIX_WORDS: ""},
           {**HELP, "resources/limits/x.json": LIMITS % ""}]),
    Check("fixes", "every fix has its words, and all words their fix", find_fixes,
          {FIX_WORDS: '{ .id = "a" }, { .id = "b" },', FIX_TABLE: '{ "a", x },\n{ "b", y },'},
          [{FIX_WORDS: '{ .id = "a" }, { .id = "b" },', FIX_TABLE: '{ "b", y },\n{ "a", x },'},
           {FIX_WORDS: '{ .id = "a" },', FIX_TABLE: '{ "a", x },\n{ "b", y },'},
           {FIX_WORDS: '{ .id = "a" }, { .id = "b" },', FIX_TABLE: '{ "b", y },'},
           {FIX_TABLE: '{ "a", x },'}, {FIX_WORDS: "", FIX_TABLE: ""}]),
]
