# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of the C sources: walls between folders, length, format, calls nobody may make."""
import ast
import re

from tree import Check, blank_out, run_tool

FILE_LINES = 500
FUNCTION_LINES = 60

# Libraries and the only folders that may know them; everything below glib is free.
HOMES = (
    (r"libvirt/", {"model/source"}),
    (r"(guestfs|hivex)\.h", {"model/guest"}),
    (r"(archive|archive_entry|zlib|zstd|lzma|lz4|lz4frame|bzlib|lzo/lzo1x)\.h", {"model/guest"}),
    (r"openssl/", {"model/guest"}),
    (r"(libnbd|igzip_lib|crc64)\.h|isa-l", {"model/stream"}),
    (r"curl/", {"model/cloud"}),
    (r"libsecret/", {"model/store"}),
    (r"libxml/", {"model/source", "model/cloud"}),
    (r"json-glib/", {"gui", "model", "model/base", "model/guest", "model/check", "model/cloud", "model/store"}),
    (r"(gtk|gdk|gsk|adwaita|graphene|cairo|pango)", {"gui"}),
)
FREE = re.compile(r"(glib|gio|gobject|gmodule)(/|-|\.h)|glib\.h|(sys|linux|arpa|netinet|net)/\w+\.h|"
                  r"(errno|fcntl|unistd|string|strings|stdio|stdlib|stdarg|stdbool|stdint|stddef|math|signal|poll|"
                  r"time|locale|limits|float|ctype|inttypes|pwd|grp|dirent|termios|sched|libgen|elf|endian|assert|"
                  r"byteswap|langinfo|wchar|wctype|ftw|glob|dlfcn|malloc|spawn|pthread|netdb|getopt|cpuid|"
                  r"x86intrin|immintrin)\.h$")

BANNED = (
    ("system popen tmpnam tempnam mktemp", "a shell or a race"),
    ("strcpy strcat sprintf vsprintf gets strtok", "no bounds"),
    ("g_spawn_command_line_sync g_spawn_command_line_async", "a shell's rules for words"),
    ("sleep usleep nanosleep g_usleep", "nothing waits by sleeping"),
)
# What only tests may do: read numbers without care, start children anywhere (the program has one place for it).
HIDING = {"atoi", "atol", "atof"}
SPAWN = re.compile(r"g_spawn_(sync|async\w*)$|g_subprocess\w*|fork|vfork|exec[lv]\w*$")
SPAWN_HOME = "model/base/process"
BANNED_CALLS = {name: why for names, why in BANNED for name in names.split()}


def folder_of(path):
    parts = path.split("/")
    return "/".join(parts[:2]) if parts[0] == "model" and len(parts) > 2 else parts[0]


def may_include(folder, header):
    target = folder_of(header)
    if folder == "gui":
        return target in ("gui", "model", "model/base", "model/check")
    if folder == "model":
        return target.startswith("model")
    return target in (folder, "model/base")


def find_walls(tree):
    problems = []
    for path in tree.select(".c", ".h"):
        folder = folder_of(path)
        if folder not in ("gui", "model") and not folder.startswith("model/"):
            continue
        for number, line in enumerate(tree.read(path).splitlines(), 1):
            match = re.match(r"\s*#\s*include\s*([<\"])([^>\"]+)", line)
            if match is None:
                continue
            kind, header = match.groups()
            if kind == '"' and not may_include(folder, header) and "/" in header:
                problems.append(f"{path}:{number}: {folder} must not see {header}")
            elif kind == '"' and "/" not in header:
                problems.append(f"{path}:{number}: write {header} from the root of the tree")
            elif kind == "<":
                problems += look_at_library(path, number, folder, header)
    return problems


def look_at_library(path, number, folder, header):
    for pattern, homes in HOMES:
        if re.match(pattern, header):
            if folder in homes:
                return []
            return [f"{path}:{number}: <{header}> is at home in {', '.join(sorted(homes))}"]
    return [] if FREE.match(header) else [f"{path}:{number}: <{header}> has no home, see HOMES in the lint"]


def c_functions(text):
    """(name, first line, last line) of every function: its brace stands alone at the start of a line."""
    lines = text.splitlines()
    start = None
    for number, line in enumerate(lines):
        if line == "{" and number > 0 and lines[number - 1].rstrip().endswith(")"):
            start = number
        elif line == "}" and start is not None:
            first = start - 1
            while first > 0 and re.match(r"\s", lines[first]):
                first -= 1
            name = re.search(r"(\w+)\s*\(", lines[first])
            yield (name.group(1) if name else "?", first + 1, number + 1)
            start = None


def python_functions(text):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield (node.name, node.lineno, node.end_lineno)


def find_length(tree):
    problems = []
    for path in tree.select(".c", ".h", ".py", ".sh"):
        text = tree.read(path)
        count = text.count("\n")
        if count > FILE_LINES:
            problems.append(f"{path}: {count} lines, at most {FILE_LINES}")
        functions = python_functions(text) if path.endswith(".py") else c_functions(text)
        for name, first, last in functions:
            if last - first + 1 > FUNCTION_LINES and not name.endswith("_class_init"):
                problems.append(f"{path}:{first}: {name} has {last - first + 1} lines, at most {FUNCTION_LINES}")
    return problems


def find_format(tree):
    files = tree.select(".c", ".h")
    style = tree.whole(".clang-format")
    if not files or ".clang-format" not in tree.paths:
        return ["no sources or no .clang-format"]
    problems = run_tool(["clang-format", "--dry-run", "-Werror", "--ferror-limit=1", f"--style=file:{style}"]
                        + [tree.whole(path) for path in files])
    return [line.replace(tree.root + "/", "") for line in problems if "error:" in line] or problems


def find_banned(tree):
    problems = []
    for path in tree.select(".c", ".h"):
        for number, line in enumerate(blank_out(tree.read(path)).splitlines(), 1):
            for match in re.finditer(r"(?<![\w.>])(\w+)\s*\(", line):
                if match.group(1) in BANNED_CALLS:
                    problems.append(f"{path}:{number}: {match.group(1)}(): {BANNED_CALLS[match.group(1)]}")
                if match.group(1) in HIDING and not path.startswith("tests/"):
                    problems.append(f"{path}:{number}: {match.group(1)}() hides errors")
                if SPAWN.match(match.group(1)) and path.startswith(("gui/", "model/")) \
                        and not path.startswith(SPAWN_HOME):
                    problems.append(f"{path}:{number}: {match.group(1)}(): children are started by {SPAWN_HOME}.c")
                if match.group(1) == "g_assert" and path.startswith("tests/"):
                    problems.append(f"{path}:{number}: g_assert() says nothing when it fails, use g_assert_cmp*()")
            if re.search(r"\bgoto\b", line):
                problems.append(f"{path}:{number}: goto")
    return problems


C = "/* SPDX */\n#include <glib.h>\n"
STYLE = "BasedOnStyle: GNU\nColumnLimit: 120\nAlwaysBreakAfterDefinitionReturnType: None\n"
LONG_BODY = "  do_it ();\n" * 70

CHECKS = [
    Check("walls", "folders see only what they may", find_walls,
          {"model/source/a.c": C + '#include "model/base/job.h"\n#include <libvirt/libvirt.h>\n',
           "gui/b.c": '#include "model/machine.h"\n#include "model/check/report.h"\n#include <adwaita.h>\n',
           "model/c.c": '#include "model/source/a.h"\n#include <json-glib/json-glib.h>\n#include <sys/stat.h>\n',
           "tests/unit/d.c": '#include "model/source/a.h"\n'},
          [{"model/source/a.c": '#include "model/cloud/http.h"\n'},
           {"model/base/a.c": '#include "model/machine.h"\n'},
           {"model/check/a.c": '#include "gui/window.h"\n'},
           {"gui/a.c": '#include "model/cloud/bucket.h"\n'},
           {"gui/a.c": "#include <curl/curl.h>\n"},
           {"model/a.c": "#include <gtk/gtk.h>\n"},
           {"model/check/a.c": "#include <libxml/parser.h>\n"},
           {"model/stream/a.c": "#include <guestfs.h>\n"},
           {"model/cloud/a.c": "#include <libsecret/secret.h>\n"},
           {"model/base/a.c": "# include <openssl/evp.h>\n"},
           {"model/base/a.c": '#include "job.h"\n'}]),
    Check("length", "files and functions are short", find_length,
          {"gui/a.c": "static void\nfoo_class_init (FooClass *klass)\n{\n" + LONG_BODY + "}\n"
                      "void go (void)\n{\n" + "  do_it ();\n" * 50 + "}\n"},
          [{"gui/a.c": "x\n" * 501},
           {"tests/unit/a.c": "void go (void)\n{\n" + LONG_BODY + "}\n"},
           {"model/a.c": "void go (int a,\n         int b)\n{\n" + LONG_BODY + "}\n"},
           {"tests/lint/a.py": "def go():\n" + "    x = 1\n" * 70}]),
    Check("format", "clang-format leaves every file as it is", find_format,
          {".clang-format": STYLE, "gui/a.c": "int a;\n"},
          [{".clang-format": STYLE, "gui/a.c": "int   a ;\n"},
           {".clang-format": STYLE, "tests/unit/a.h": "int a;int b;\n"},
           {"gui/a.c": "int a;\n"}]),
    Check("banned", "nobody calls what may not be called", find_banned,
          {"gui/a.c": 'void go (void)\n{\n  /* system (x) */\n  puts ("gets (goto)");\n  self->system (x);\n'
                      "  g_assert (x);\n  embark_sprintf (x);\n}\n",
           "tests/support/a.c": "  g_spawn_sync (x);\n", "model/base/process-spawner.c": "  fork ();\n"},
          [{"gui/a.c": f"  {name} (x);\n"} for name in ("system", "strcpy", "sprintf", "gets", "tmpnam", "g_usleep",
                                                        "g_spawn_command_line_sync", "popen")]
          + [{"model/source/a.c": "  g_spawn_sync (x);\n"}, {"gui/a.c": "  g_subprocess_new (x);\n"},
             {"model/a.c": "  n = atoi (x);\n"},
             {"tests/unit/a.c": "  g_assert (x);\n"}, {"model/a.c": "  goto out;\n"}]),
]
