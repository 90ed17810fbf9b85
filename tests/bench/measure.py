# SPDX-License-Identifier: GPL-3.0-or-later
"""What a program costs with all that it starts: wall and CPU seconds, memory
at the peak, bytes in temporary files."""

import ctypes
import json
import os
import resource
import subprocess
import sys
import time
from dataclasses import dataclass

PR_SET_CHILD_SUBREAPER = 36
INTERVAL_S = 0.05


@dataclass
class Cost:
    wall: float = 0.0
    cpu: float = 0.0
    memory: int = 0     # bytes: the sum of what each process had at its own peak
    temporary: int = 0  # bytes in files of the watched folders, or deleted and still open

    def __add__(self, other):
        return Cost(self.wall + other.wall, self.cpu + other.cpu, max(self.memory, other.memory),
                    max(self.temporary, other.temporary))


def read_text(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def list_tree(root):
    """The processes below and including root."""
    parents = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        fields = read_text(f"/proc/{pid}/stat").rpartition(") ")[2].split()
        if len(fields) > 1:
            parents[int(pid)] = int(fields[1])
    found = {root}
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def read_peak(pid):
    for line in read_text(f"/proc/{pid}/status").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0


def count_hidden(pid):
    """Bytes of files that only this process still has."""
    total = 0
    try:
        names = os.listdir(f"/proc/{pid}/fd")
    except OSError:
        return 0
    for name in names:
        path = f"/proc/{pid}/fd/{name}"
        try:
            if os.readlink(path).endswith(" (deleted)"):
                total += os.stat(path).st_blocks * 512
        except OSError:
            pass
    return total


def count_files(folders):
    total = 0
    for top in folders:
        for folder, _, names in os.walk(top):
            for name in names:
                try:
                    total += os.lstat(os.path.join(folder, name)).st_blocks * 512
                except OSError:
                    pass
    return total


def watch(command, folders):
    """In a process of its own, to which every orphan below comes: its children's time is the command's."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)
    peaks, temporary = {}, 0
    begin = time.monotonic()
    process = subprocess.Popen(command)
    while process.poll() is None:
        for pid in list_tree(os.getpid()) - {os.getpid()}:
            peaks[pid] = max(peaks.get(pid, 0), read_peak(pid))
            temporary = max(temporary, count_hidden(pid))
        temporary = max(temporary, count_files(folders))
        try:
            process.wait(INTERVAL_S)
        except subprocess.TimeoutExpired:
            pass
    wall = time.monotonic() - begin
    try:
        while True:
            os.wait()
    except ChildProcessError:
        pass
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {"status": process.returncode, "wall": wall, "cpu": usage.ru_utime + usage.ru_stime,
            "memory": sum(peaks.values()), "temporary": temporary}


def run(command, env, log, folders=()):
    """The Cost of a command, which must succeed; what it says goes to the file log."""
    with open(log, "wb") as file:
        done = subprocess.run([sys.executable, "-B", os.path.abspath(__file__), json.dumps(folders), *command], env=env,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=file, check=False, text=True)
    answer = json.loads(done.stdout.splitlines()[-1]) if done.stdout else {"status": "not started"}
    if answer["status"] != 0:
        raise RuntimeError(f"{command[0]} ended with {answer['status']}: {read_text(log)[-2000:]}")
    return Cost(answer["wall"], answer["cpu"], answer["memory"], answer["temporary"])


if __name__ == "__main__":
    OUT = os.dup(1)
    os.dup2(2, 1)
    RESULT = watch(sys.argv[2:], json.loads(sys.argv[1]))
    os.write(OUT, json.dumps(RESULT).encode() + b"\n")
