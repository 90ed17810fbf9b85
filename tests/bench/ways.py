# SPDX-License-Identifier: GPL-3.0-or-later
"""The ways from a disk to the bucket: Embark, and what other tools can do.
Each gives back its cost; what is sent is compared with the disk."""

import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "cloud"))

import client  # noqa: E402  (the practice cloud's own)
import measure  # noqa: E402
import signing_cos  # noqa: E402

BUCKET, REGION = "vm-images-1250000000", "ap-guangzhou"
HOST = client.make_host(BUCKET, REGION)
PART = 8 << 20
PARALLEL = 4
LINK_SECONDS = 3600


class Bench:
    """A practice cloud, a folder, and the programs."""

    def __init__(self, build, folder):
        self.embark = os.path.join(os.path.abspath(build), "gui", "embark")
        self.folder = folder
        self.server = client.Server(os.path.join(folder, "cloud"), "--bucket", f"{BUCKET}@{REGION}")
        self.client = client.Client(self.server)
        self.port = self.server.ready["port"]
        self.ca = self.server.ready["ca"]
        self.n_runs = 0
        self.processors = os.sched_getaffinity(0)

    def stop(self):
        self.server.stop()

    def part_processors(self):
        """The practice cloud stands for another computer: it gets a processor of its own, and so do the programs,
        until join_processors(). False if there is only one for both."""
        cpus = sorted(self.processors)
        if len(cpus) < 2:
            return False
        self.pin_server({cpus[0]})
        os.sched_setaffinity(0, set(cpus[1:]))
        return True

    def join_processors(self):
        os.sched_setaffinity(0, self.processors)
        self.pin_server(self.processors)

    def pin_server(self, cpus):
        for thread in os.listdir(f"/proc/{self.server.process.pid}/task"):
            os.sched_setaffinity(int(thread), cpus)

    def shape(self, rate):
        self.server.command("set", uploadBytesPerSecond=rate)

    def path(self, name):
        return os.path.join(self.folder, name)

    def make_key(self, name):
        """Never the same one twice."""
        self.n_runs += 1
        return f"{name}-{self.n_runs}"

    def make_environment(self, **extra):
        """Nothing of the caller's but the way to the programs: no proxy, no certificates of somebody else."""
        home = self.path(f"home-{self.n_runs}")
        for name in ("run", "state", "cache", "tmp"):
            os.makedirs(os.path.join(home, name), mode=0o700, exist_ok=True)
        return {"PATH": os.environ["PATH"], "HOME": home, "LC_ALL": "C.UTF-8", "GSETTINGS_BACKEND": "memory",
                "XDG_RUNTIME_DIR": home + "/run", "XDG_STATE_HOME": home + "/state", "XDG_CACHE_HOME": home + "/cache",
                "TMPDIR": home + "/tmp", **extra}

    def run(self, command, name, **extra):
        env = self.make_environment(**extra)
        # The history and the log are no copy of anything, and sockets are in memory.
        watched = [env["HOME"] + "/" + part for part in ("cache", "tmp")]
        return measure.run(command, env, self.path(f"{name}-{self.n_runs}.log"), watched)

    def find_object(self, key):
        return next(entry for entry in self.server.command("objects") if entry["key"] == key)

    def verify(self, key, disk):
        """The object is a sound image with the content of the disk; its size. It is removed."""
        entry = self.find_object(key)
        subprocess.run(["qemu-img", "check", "-q", "-f", "qcow2", entry["path"]], check=True)
        subprocess.run(["qemu-img", "compare", "-q", "-f", "raw", "-F", "qcow2", disk, entry["path"]], check=True)
        if self.server.command("uploads"):
            raise RuntimeError("an upload was left behind")
        self.client.cos("DELETE", "/" + key, host=HOST)
        return entry["size"]

    def measure_throughput(self):
        """Bytes a second of all parts in the log, from the first byte of the first to the end of the last."""
        parts = [entry for entry in self.server.command("requests") if entry.get("op") == "UploadPart"]
        begin = min(entry["at"] for entry in parts)
        end = max(entry["at"] + entry["seconds"] for entry in parts)
        return sum(entry["received"] for entry in parts) / (end - begin)

    def upload(self, disk, keep=False):
        """`embark upload`: its cost, and the size of the object (or its path, if it is to be kept)."""
        key = self.make_key("embark")
        self.server.command("clear")
        cost = self.run([self.embark, "upload", "--json", "--bucket", BUCKET, "--region", REGION, "--key", key, "--", disk],
                        "embark", EMBARK_CONNECT_TO=f"127.0.0.1:{self.port}", EMBARK_CA_FILE=self.ca,
                        EMBARK_GUEST_HELPER="/nonexistent", TENCENTCLOUD_SECRET_ID=self.client.secret_id,
                        TENCENTCLOUD_SECRET_KEY=self.client.secret_key)
        if keep:
            shutil.copyfile(self.find_object(key)["path"], keep)
        return cost, self.verify(key, disk)

    def convert(self, disk, target, is_compressed):
        compressed = ["-c", "-m", "16", "-W"] if is_compressed else []
        if os.path.exists(target):
            os.remove(target)
        self.make_key("convert")
        cost = self.run(["qemu-img", "convert", *compressed, "-f", "raw", "-O", "qcow2", disk, target], "convert")
        cost.temporary = os.stat(target).st_blocks * 512
        return cost

    def rclone(self, path, disk):
        key = self.make_key("rclone")
        self.server.command("clear")
        cost = self.run(["rclone", "copyto", "--retries", "1", "--s3-provider", "Other", "--s3-region", REGION,
                         "--s3-endpoint", f"https://127.0.0.1:{self.port}", "--s3-force-path-style",
                         "--s3-no-check-bucket", "--s3-disable-checksum", "--s3-chunk-size", "8M",
                         "--s3-upload-concurrency", str(PARALLEL), "--s3-upload-cutoff", "0", "--ca-cert", self.ca,
                         path, f":s3:{BUCKET}/{key}"], "rclone", RCLONE_CONFIG="/dev/null",
                        RCLONE_S3_ACCESS_KEY_ID=self.client.secret_id,
                        RCLONE_S3_SECRET_ACCESS_KEY=self.client.secret_key)
        self.verify(key, disk)
        return cost

    def split(self, path):
        """Files of a part each, which curl needs; not counted."""
        folder = self.path("parts")
        shutil.rmtree(folder, ignore_errors=True)
        os.mkdir(folder)
        subprocess.run(["split", "-b", str(PART), "-a", "5", "-d", path, folder + "/"], check=True)
        return [os.path.join(folder, name) for name in sorted(os.listdir(folder))]

    def make_link(self, path, params, size):
        """A link that may put that many bytes."""
        now = int(client.time.time())
        signed = signing_cos.make_authorization(
            self.client.secret_id, self.client.secret_key, f"{now - 1};{now + LINK_SECONDS}", "PUT", path, params,
            [("host", HOST), ("content-length", str(size))])
        return f"https://{HOST}{client.make_target(path, params)}&{signed}"

    def curl(self, path, disk):
        """All parts by one curl, the links made before, and the request that puts them together."""
        key = self.make_key("curl")
        files = self.split(path)
        upload_id = self.client.cos("POST", "/" + key, [("uploads", "")], host=HOST).xml.findtext("UploadId")
        lines = []
        for number, file in enumerate(files, 1):
            link = self.make_link("/" + key, [("partNumber", str(number)), ("uploadId", upload_id)],
                                  os.path.getsize(file))
            lines += ["next"] if number > 1 else []
            lines += [f'url = "{link}"', f'upload-file = "{file}"', f'connect-to = "::127.0.0.1:{self.port}"',
                      f'cacert = "{self.ca}"', 'noproxy = "*"', "http1.1", "silent", "fail", 'header = "Expect:"',
                      'output = "/dev/null"']
        with open(self.path("curl.conf"), "w", encoding="utf-8") as config:
            config.write("\n".join(lines) + "\n")
        self.server.command("clear")
        cost = self.run(["curl", "--parallel", "--parallel-immediate", "--parallel-max", str(PARALLEL),
                         "--no-progress-meter", "--config", self.path("curl.conf")], "curl")
        begin = client.time.monotonic()
        listed = self.client.cos("GET", "/" + key, [("uploadId", upload_id)], host=HOST).xml
        body = "".join(f"<Part><PartNumber>{part.findtext('PartNumber')}</PartNumber><ETag>{part.findtext('ETag')}</ETag>"
                       "</Part>" for part in listed.iter("Part"))
        self.client.cos("POST", "/" + key, [("uploadId", upload_id)],
                        f"<CompleteMultipartUpload>{body}</CompleteMultipartUpload>".encode(), HOST)
        cost.wall += client.time.monotonic() - begin
        self.verify(key, disk)
        shutil.rmtree(self.path("parts"))
        return cost
