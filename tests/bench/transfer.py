# SPDX-License-Identifier: GPL-3.0-or-later
"""`./dev bench transfer`: one run, same disk, same practice cloud over TLS on
loopback. The server's CPU counts for nobody. Each object is compared with its
disk, and no disk is changed by any of it."""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile

from measure import Cost
from table import Table, median
from ways import HERE, Bench

MIB, GIB = 1 << 20, 1 << 30
CLUSTER = 64 << 10
MEGABIT = 1000000 / 8
SMALL_MB = 512
FAST_LINE, SLOW_LINE = 1000 * MEGABIT, 100 * MEGABIT


class Transfer:
    def __init__(self, bench, table, rounds):
        self.bench, self.table, self.rounds = bench, table, rounds

    def repeat(self, function, *arguments):
        """The median cost of a way, and what else it gives back."""
        results = [function(*arguments) for _ in range(self.rounds)]
        if isinstance(results[0], Cost):
            return median(results)
        return median([cost for cost, _ in results]), results[-1][1]

    def make_sparse(self, name, size, pieces, piece_size):
        """A disk of that size whose pieces of text lie evenly over it."""
        path = self.bench.path(name)
        text = b"".join(b"line %d of a file that shrinks\n" % number for number in range(MIB // 20))[:MIB]
        with open(path, "wb") as file:
            file.truncate(size)
            for number in range(pieces):
                file.seek(size // pieces * number // CLUSTER * CLUSTER)
                for done in range(0, piece_size, MIB):
                    file.write(text[:min(MIB, piece_size - done)])
            write_boot_record(file)
        return path

    def files(self):
        """Embark against converting and uploading."""
        bench, table = self.bench, self.table
        disk = make_disk()
        read_whole(disk)
        small = bench.path("compressed.qcow2")
        table.head("8 GiB disk with program files")
        embark, size = self.repeat(bench.upload, disk)
        table.cost(f"embark upload ({size / 1e6:.0f} MB)", embark)
        convert = bench.convert(disk, small, True)
        table.cost(f"qemu-img convert -c -m 16 -W ({os.path.getsize(small) / 1e6:.0f} MB)", convert)
        others = {"rclone copyto": self.repeat(bench.rclone, small, disk), "parallel curl": self.repeat(bench.curl, small, disk)}
        for name, cost in others.items():
            table.cost(name, cost)
        best = min(others, key=lambda name: others[name].wall)
        sum_ = convert + others[best]
        table.cost(f"convert and {best}", sum_)
        os.remove(small)
        table.judge(f"(convert and {best}) / embark, seconds", sum_.wall / embark.wall, "least", 6)
        table.judge(f"embark / (convert and {best}), CPU seconds", embark.cpu / sum_.cpu, "most", 0.2)
        table.judge("temporary MB of embark", embark.temporary / 1e6, "most", 0)
        table.judge("peak memory of embark, MB", embark.memory / 1e6, "most", 200)

    def compare_plain(self, disk, title, rate):
        """Against the uncompressed image, which somebody made before."""
        bench, table = self.bench, self.table
        plain = bench.path("plain.qcow2")
        bench.convert(disk, plain, False)
        read_whole(plain)
        read_whole(disk)
        bench.shape(rate)
        rclone = self.repeat(bench.rclone, plain, disk)
        embark, size = self.repeat(bench.upload, disk)
        bench.shape(0)
        saved = os.path.getsize(plain) / size
        table.head(title)
        table.cost(f"rclone copyto of the uncompressed image ({os.path.getsize(plain) / 1e6:.0f} MB)", rclone)
        table.cost(f"embark upload ({size / 1e6:.0f} MB)", embark)
        # In proportion to the bytes saved, but for the start of the program and the last part, a tenth.
        bound = 1.0 if rate == 0 else 0.9 * saved
        table.judge(f"rclone / embark, seconds ({title}; {saved:.1f} times the bytes)", rclone.wall / embark.wall, "least",
                    bound)
        os.remove(plain)

    def plain(self):
        self.compare_plain(make_disk(), "no limit", 0)

    def fast_line(self):
        self.compare_plain(make_disk(), "1 Gbit/s", FAST_LINE)

    def slow_line(self):
        self.compare_plain(make_disk(SMALL_MB), "100 Mbit/s", SLOW_LINE)

    def race(self, disk, kept, rounds):
        """Embark and curl in turn: the costs of both, and how many times as fast Embark was, by the server's log from
        the first byte to the last, and as whole programs."""
        bench = self.bench
        costs, lines, walls = ([], []), [], []
        for _ in range(rounds):
            costs[0].append(bench.upload(disk)[0])
            line = bench.measure_throughput()
            costs[1].append(bench.curl(kept, disk))
            lines.append(line / bench.measure_throughput())
            walls.append(costs[1][-1].wall / costs[0][-1].wall)
        return median(costs[0]), median(costs[1]), statistics.median(lines), statistics.median(walls)

    def random(self):
        """What does not shrink must go as fast as if nobody had tried. What the practice cloud computes is three
        quarters of all the work and would be another computer's: it gets a processor of its own."""
        bench, table = self.bench, self.table
        disk, kept = bench.path("random.raw"), bench.path("random.qcow2")
        with open(disk, "wb") as file:
            for _ in range(1024):
                file.write(os.urandom(MIB))
            write_boot_record(file)
        flush(disk)
        size = bench.upload(disk, keep=kept)[1]
        table.head(f"1 GiB of random bytes ({size / 1e6:.0f} MB)")
        *_, line, wall = self.race(disk, kept, self.rounds)
        is_parted = bench.part_processors()
        rounds = max(3, self.rounds)
        self.race(disk, kept, 1)  # to warm up
        embark, curl, parted_line, parted_wall = self.race(disk, kept, rounds)
        bench.join_processors()
        table.cost("embark upload", embark)
        table.cost("parallel curl of the same bytes", curl)
        table.judge("throughput of embark / curl, first to last byte", parted_line, "least", 0.95)
        print(f"    whole programs, with start and end: {parted_wall:.2f}", flush=True)
        if is_parted:
            print(f"    with the server on the same processors: {line:.2f}, whole programs {wall:.2f}", flush=True)
        os.remove(disk)
        os.remove(kept)

    def memory(self):
        """The same for 1 GB and 100 GB; what is not there costs nothing."""
        bench, table = self.bench, self.table
        table.head("Sparse disks")
        costs = {}
        for name, size, pieces, piece in (("1 GB", 10 ** 9 // 512 * 512, 900, MIB),
                                          ("100 GB, 2 GB in it", 10 ** 11 // 512 * 512, 30000, 65536),
                                          ("2 GB, 1 GB in it", 2 * GIB, 1, GIB),
                                          ("500 GB, 1 GB in it", 500 * GIB, 1, GIB)):
            disk = self.make_sparse("sparse.raw", size, pieces, piece)
            flush(disk)
            # A second each: one round says little.
            costs[name] = median([bench.upload(disk)[0] for _ in range(max(3, self.rounds))])
            table.cost(name, costs[name])
            os.remove(disk)
        one, hundred = costs["1 GB"], costs["100 GB, 2 GB in it"]
        table.judge("peak memory, 100 GB, MB", hundred.memory / 1e6, "most", 200)
        table.judge("peak memory, 100 GB / 1 GB", hundred.memory / one.memory, "most", 1.15)
        two, many = costs["2 GB, 1 GB in it"], costs["500 GB, 1 GB in it"]
        table.judge("500 GB / 2 GB, seconds", many.wall / two.wall, "most", 1.2)
        table.judge("500 GB / 2 GB, CPU seconds", many.cpu / two.cpu, "most", 1.2)


def write_boot_record(file):
    """So that it is a disk and no text."""
    file.seek(0)
    file.write(bytes(510) + b"\x55\xaa")


def make_disk(megabytes=None):
    command = ["sh", os.path.join(HERE, "make-disk.sh"), *([str(megabytes)] if megabytes else [])]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def read_whole(path):
    subprocess.run(["cat", path], stdout=subprocess.DEVNULL, check=True)


def flush(path):
    """What was just written stays in memory, and nobody writes it while something is measured."""
    with open(path, "rb") as file:
        os.fsync(file.fileno())


def take_stamp(path):
    status = os.stat(path)
    return status.st_size, status.st_mtime_ns, status.st_ino


PARTS = {"files": Transfer.files, "plain": Transfer.plain, "fast-line": Transfer.fast_line,
         "slow-line": Transfer.slow_line, "random": Transfer.random, "memory": Transfer.memory}


def main():
    parser = argparse.ArgumentParser(description="From disk to bucket, against other tools.")
    parser.add_argument("build")
    parser.add_argument("--only", action="append", choices=sorted(PARTS), help="only this part")
    parser.add_argument("--rounds", type=int, default=1, help="of each way but convert, of which the median counts")
    parser.add_argument("--no-fail", action="store_true", help="end with 0 whatever is missed")
    options = parser.parse_args()
    stamps = {disk: take_stamp(disk) for disk in (make_disk(), make_disk(SMALL_MB))}
    folder = tempfile.mkdtemp(prefix="embark-bench.")
    bench = Bench(options.build, folder)
    table = Table()
    try:
        with open("/proc/loadavg", encoding="utf-8") as file:
            print(f"{os.cpu_count()} processors, load {' '.join(file.read().split()[:3])}", flush=True)
        for name in options.only or PARTS:
            PARTS[name](Transfer(bench, table, options.rounds))
    finally:
        bench.stop()
        shutil.rmtree(folder, ignore_errors=True)
    for disk, stamp in stamps.items():
        if take_stamp(disk) != stamp:
            raise RuntimeError(f"{disk} was changed")
    table.finish()
    return 1 if table.n_missed and not options.no_fail else 0


if __name__ == "__main__":
    sys.exit(main())
