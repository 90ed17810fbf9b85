#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds the images of the tests, each once: they are kept in the user's cache
under a key of their recipe, so that a changed recipe builds only its own
anew. usage: images.py NAME… prints their paths; images.py --list"""
import argparse
import contextlib
import fcntl
import hashlib
import importlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
RECIPES = HERE / "recipes"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "embark-tests"
TREE = "debian12-cloud.tar.zst"
sys.dont_write_bytecode = True
sys.path.insert(0, str(RECIPES))
from kit import link_beside  # noqa: E402


class Recipe:
    """@files: what the images depend on; @images: {name: file}; @base: the recipe whose images these build on."""

    def __init__(self, name, files, images, base=None, as_root=False):
        self.name, self.images, self.base, self.as_root = name, images, base, as_root
        digest = hashlib.sha256((base.key if base else "").encode())
        for file in files:
            digest.update((RECIPES / file).read_bytes())
        self.key = digest.hexdigest()[:16]
        self.folder = CACHE / "corpus" / f"{name}-{self.key}"

    def path(self, name):
        return self.folder / self.images[name]

    def list_bases(self):
        """What an overlay may name as its base."""
        return [self.base.path(name) for name in self.base.images] if self.base else []

    def build(self, names, out):
        """Yields the name of each image as it is finished."""
        yield from importlib.import_module(self.name).build(names, out, self.base.folder if self.base else None)


class ScriptRecipe(Recipe):
    """One run of the script makes all, and the tree that other recipes lay out."""

    def build(self, names, out):
        subprocess.run(["nice", RECIPES / "debian.sh", out], check=True, stdout=sys.stderr)
        (out / TREE).rename(self.folder / TREE)
        yield from self.images


def add_python(name, base=None, files=(), as_root=False):
    module = importlib.import_module(name)
    return Recipe(name, [f"{name}.py", "kit.py", "initramfs.py", *files], module.IMAGES, base, as_root)


LINUX = ["linux.py", "linux_parts.py", "linux_families.py"]


def list_recipes():
    script = ["debian.sh", "debian-configure.sh", "debian-disk.sh"]
    debian = ScriptRecipe("debian", script, {"debian12": "debian12.qcow2", "debian12-cloud": "debian12-cloud.qcow2"})
    return [
        debian,
        add_python("debian_i386", files=["linux_parts.py"], as_root=True),
        add_python("debian_edits", debian),
        add_python("debian_fixes", debian, files=["debian_edits.py"]),
        add_python("debian_layouts", debian, as_root=True),
        add_python("debian_packages", debian),
        add_python("linux", files=LINUX),
        add_python("linux_fixes", files=LINUX),
        add_python("windows", files=["windows_files.py"]),
        add_python("wrong", files=LINUX),
    ]


ALL = list_recipes()
PLACES = {name: recipe for recipe in ALL for name in recipe.images}


@contextlib.contextmanager
def lock():
    CACHE.mkdir(parents=True, exist_ok=True)
    with open(CACHE / "lock", "w", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def build_missing(recipe, names):
    """The finished images appear by a rename, so that what has a name is whole."""
    missing = [name for name in names if not recipe.path(name).exists()]
    if not missing:
        return
    print(f"Building {', '.join(missing)}", file=sys.stderr, flush=True)
    recipe.folder.mkdir(parents=True, exist_ok=True)
    for left in (CACHE / "corpus").glob("building.*"):
        shutil.rmtree(left)
    out = Path(tempfile.mkdtemp(prefix="building.", dir=CACHE / "corpus"))
    # mmdebstrap hands its results over as another user where it has no root.
    out.chmod(0o777)
    try:
        for name in build_as_owner(recipe, missing, out):
            for base in recipe.list_bases():
                link_beside(base, recipe.folder)
            (out / recipe.images[name]).rename(recipe.path(name))
    finally:
        shutil.rmtree(out, ignore_errors=True)


def build_as_owner(recipe, names, out):
    """The owners of the files in a tree are to be those of the guest, which takes root or fakeroot."""
    if not recipe.as_root or os.geteuid() == 0:
        yield from recipe.build(names, out)
        return
    with subprocess.Popen(["fakeroot", sys.executable, __file__, "--into", out, *names], stdout=subprocess.PIPE,
                          text=True) as process:
        yield from map(str.strip, process.stdout)
    if process.returncode != 0:
        raise subprocess.CalledProcessError(process.returncode, process.args)


def build_all(names):
    """Makes sure of the images @names; returns {name: path}."""
    paths = {name: PLACES[name].path(name) for name in names}
    if all(path.exists() for path in paths.values()):
        return paths
    with lock():
        for recipe in ALL:
            wanted = [name for name in names if PLACES[name] is recipe]
            if wanted and recipe.base and any(not recipe.path(name).exists() for name in wanted):
                build_missing(recipe.base, list(recipe.base.images))
            build_missing(recipe, wanted)
    return paths

# The guests that the other tests know by name, together in one folder.
GUESTS = ("debian12", "debian12-cloud", "win2008r2", "win2012r2", "win2012r2-virtio")


def find_guest_folder():
    keys = "".join(dict.fromkeys(PLACES[name].key for name in GUESTS))
    return CACHE / ("guests-" + hashlib.sha256(keys.encode()).hexdigest()[:16])


def make_guest_folder():
    folder = find_guest_folder()
    if (folder / "complete").exists():
        return folder
    paths = build_all(GUESTS)
    with lock():
        folder.mkdir(exist_ok=True)
        for name, path in paths.items():
            if not (folder / f"{name}.qcow2").exists():
                os.link(path, folder / f"{name}.qcow2")
        (folder / "complete").touch()
    return folder


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--guests", action="store_true")
    parser.add_argument("--guest-folder", action="store_true")
    parser.add_argument("--into", type=Path)
    parser.add_argument("names", nargs="*")
    arguments = parser.parse_args()
    unknown = [name for name in arguments.names if name not in PLACES]
    if unknown:
        parser.error("there is no image " + ", ".join(unknown))
    if arguments.list:
        print("\n".join(PLACES))
    elif arguments.guest_folder:
        print(find_guest_folder())
    elif arguments.guests:
        print(make_guest_folder())
    elif arguments.into:
        for name in PLACES[arguments.names[0]].build(arguments.names, arguments.into):
            print(name, flush=True)
    else:
        for path in build_all(arguments.names or list(PLACES)).values():
            print(path)


if __name__ == "__main__":
    main()
