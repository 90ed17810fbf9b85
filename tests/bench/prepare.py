# SPDX-License-Identifier: GPL-3.0-or-later
"""`./dev bench prepare`: the same disk made ready by Embark and by another
tool, in an overlay, with the same appliance and without KVM. Embark looked at
the disk before, as it does when the user sees what is missing; its second look,
which proves the fix, counts. No disk is changed by any of it."""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile

from measure import run
from table import Table, median

HERE = os.path.dirname(os.path.abspath(__file__))
GUEST = os.path.join(HERE, "..", "guest")
BLOCKED = 1
sys.path.insert(0, GUEST)

import images  # noqa: E402
import windows_drivers  # noqa: E402


class Prepare:
    def __init__(self, build, folder, table, rounds):
        self.build, self.folder, self.table, self.rounds = os.path.abspath(build), folder, table, rounds
        self.embark = os.path.join(self.build, "gui", "embark")
        self.n_runs = 0
        self.overlay_size = {}
        for name in ("run", "state", "cache", "tmp"):
            os.mkdir(self.path(name), 0o700)

    def path(self, name):
        return os.path.join(self.folder, name)

    def make_environment(self, **extra):
        appliance = str(images.CACHE / "appliance")
        os.makedirs(appliance, mode=0o700, exist_ok=True)
        return {"PATH": os.environ["PATH"], "HOME": self.folder, "LC_ALL": "C.UTF-8", "GSETTINGS_BACKEND": "memory",
                "XDG_RUNTIME_DIR": self.path("run"), "XDG_STATE_HOME": self.path("state"),
                "XDG_CACHE_HOME": self.path("cache"), "TMPDIR": self.path("tmp"), "LIBGUESTFS_CACHEDIR": appliance,
                "EMBARK_TEST_APPLIANCE": appliance, "LIBGUESTFS_BACKEND": "direct",
                "LIBGUESTFS_BACKEND_SETTINGS": "force_tcg",
                "EMBARK_GUEST_HELPER": os.path.join(self.build, "model", "guest", "embark-guest"),
                "GSETTINGS_SCHEMA_DIR": os.path.join(self.build, "resources"), **extra}

    def make_overlay(self, disk):
        self.n_runs += 1
        overlay = self.path(f"{self.n_runs}.qcow2")
        subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", "-b", disk, "-F", "qcow2", overlay], check=True)
        return overlay

    def finish(self, name, cost, overlay):
        self.overlay_size[name] = os.stat(overlay).st_blocks * 512
        os.remove(overlay)
        return cost

    def look(self, disk):
        done = subprocess.run([self.embark, "check", "--json", disk], env=self.make_environment(), check=False,
                              stdout=subprocess.DEVNULL)
        if done.returncode not in (0, BLOCKED):
            raise RuntimeError(f"embark check ended with {done.returncode}")

    def prepare(self, disk, *words):
        """`embark prepare`, from the look that it remembers to the look that proves it."""
        self.n_runs += 1
        overlay = self.path(f"{self.n_runs}.overlay")
        cost = run([self.embark, "prepare", disk, "--json", "--keep", overlay, *words], self.make_environment(),
                   self.path("prepare.log"), [self.path("tmp")])
        return self.finish("embark prepare", cost, overlay)

    def other(self, name, disk, command, **extra):
        overlay = self.make_overlay(disk)
        cost = run([word.format(overlay=overlay) for word in command], self.make_environment(**extra),
                   self.path("other.log"), [self.path("tmp")])
        return self.finish(name, cost, overlay)

    def compare(self, title, ways, bound):
        """The ways in turn, as often as there are rounds; the first is Embark's."""
        costs = {name: [] for name in ways}
        for _ in range(self.rounds):
            for name, way in ways.items():
                costs[name].append(way())
        self.table.head(title)
        for name, list_ in costs.items():
            self.table.cost(f"{name} (overlay {self.overlay_size[name] / 1e6:.1f} MB)", median(list_))
        ours, theirs = (median(costs[name]) for name in ways)
        other = list(ways)[1]
        self.table.judge(f"embark prepare / {other}, seconds", ours.wall / theirs.wall, "most", bound)

    def windows(self):
        """The virtio drivers into a Windows."""
        disk = str(images.build_all(["win2012r2"])["win2012r2"])
        drivers = self.path("drivers")
        os.mkdir(drivers)
        with tempfile.TemporaryDirectory() as keys:
            windows_drivers.make_tree(drivers, windows_drivers.make_chain(keys))
        self.look(disk)
        self.compare("Windows Server 2012 R2, virtio drivers", {
            "embark prepare": lambda: self.prepare(disk, "--fix", "windows-virtio", "--virtio-win", drivers),
            "virt-v2v-in-place": lambda: self.other("virt-v2v-in-place", disk,
                                                    ["virt-v2v-in-place", "-i", "disk", "{overlay}"], VIRTIO_WIN=drivers),
        }, 0.8)

    def packages(self):
        """cloud-init from a folder of packages into a Debian."""
        made = images.build_all(["debian12", "debian12-packages"])
        disk, folder = str(made["debian12"]), self.path("packages")
        os.mkdir(folder)
        subprocess.run(["tar", "-C", folder, "-xf", made["debian12-packages"]], check=True)
        self.look(disk)
        self.compare("Debian 12, cloud-init from a folder of packages", {
            "embark prepare": lambda: self.prepare(disk, "--fix", "linux-cloud-init", "--packages", folder),
            "virt-customize": lambda: self.other("virt-customize", disk, [
                "virt-customize", "--no-network", "-a", "{overlay}", "--copy-in", folder + ":/var/tmp", "--run-command",
                "DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install "
                "/var/tmp/packages/*.deb"]),
        }, 1.1)


PARTS = {"windows": Prepare.windows, "packages": Prepare.packages}


def main():
    parser = argparse.ArgumentParser(description="Making a disk ready, against other tools.")
    parser.add_argument("build")
    parser.add_argument("--only", action="append", choices=sorted(PARTS), help="only this part")
    parser.add_argument("--rounds", type=int, default=1, help="of each way, of which the median counts")
    parser.add_argument("--no-fail", action="store_true", help="end with 0 whatever is missed")
    options = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="embark-bench.", dir="/var/tmp")
    table = Table()
    try:
        with open("/proc/loadavg", encoding="utf-8") as file:
            print(f"{os.cpu_count()} processors, load {' '.join(file.read().split()[:3])}", flush=True)
        bench = Prepare(options.build, folder, table, options.rounds)
        for name in options.only or PARTS:
            PARTS[name](bench)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    table.finish()
    return 1 if table.n_missed and not options.no_fail else 0


if __name__ == "__main__":
    sys.exit(main())
