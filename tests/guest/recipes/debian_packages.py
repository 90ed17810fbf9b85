# SPDX-License-Identifier: GPL-3.0-or-later
"""The packages that Debian 12 needs for cloud-init, as its own apt chooses them
for the guest debian12: a tar archive of .deb files."""
import os

import kit

IMAGES = {"debian12-packages": "debian12-packages.tar"}
PACKAGE = "cloud-init"


def read_status(disk, folder):
    """The list of what is installed in the guest."""
    raw = folder / "disk.raw"
    kit.run("qemu-img", "convert", "-O", "raw", disk, raw)
    kit.debugfs(raw, [f"dump /var/lib/dpkg/status {folder}/status"])
    raw.unlink()
    return folder / "status"


def download(status, folder):
    state, cache = folder / "state", folder / "cache"
    for path in (state / "lists" / "partial", cache / "archives" / "partial"):
        path.mkdir(parents=True)
    options = [f"Dir::State={state}", f"Dir::State::status={status}", f"Dir::Cache={cache}", "Debug::NoLocking=true",
               "APT::Sandbox::User=", "APT::Install-Recommends=false", "Acquire::Languages=none", "Acquire::Retries=3"]
    mirror = os.environ.get("EMBARK_TEST_MIRROR")
    if mirror:
        (folder / "sources.list").write_text(mirror + "\n", encoding="utf-8")
        options += [f"Dir::Etc::sourcelist={folder}/sources.list", "Dir::Etc::sourceparts=-"]
    words = [word for option in options for word in ("-o", option)]
    kit.run("apt-get", "-q", *words, "update")
    kit.run("apt-get", "-q", "-y", *words, "--download-only", "install", PACKAGE)
    return cache / "archives"


def build(names, out, bases):
    with kit.work_folder() as folder:
        archives = download(read_status(bases / "debian12.qcow2", folder), folder)
        packages = sorted(path.name for path in archives.glob("*.deb"))
        kit.run("tar", "-C", archives, "-cf", out / IMAGES["debian12-packages"], *packages)
    yield "debian12-packages"
