# SPDX-License-Identifier: GPL-3.0-or-later
"""The control socket DIR/control.sock: one JSON line in, one out. By it tests
set faults and look at what happened; clients of the cloud never see it."""

import json
import os
import socketserver
import threading

from account import parse_key

MAX_LINE = 1 << 20


def list_uploads(cloud):
    with cloud.store.lock:
        uploads = [(bucket, upload) for bucket in cloud.store.buckets.values() for upload in bucket.uploads.values()]
    return [{"bucket": bucket.name, "region": bucket.region, "key": upload.key, "uploadId": upload.id,
             "parts": [{"number": part.number, "size": part.size, "md5": part.md5, "crc64": part.crc64}
                       for part in upload.list_parts()]} for bucket, upload in uploads]


def list_objects(cloud):
    with cloud.store.lock:
        return [{"bucket": bucket.name, "region": bucket.region, "key": stored.key, "size": stored.size,
                 "crc64": stored.crc64, "etag": stored.etag, "acl": stored.acl,
                 "path": bucket.get_object_path(stored.key)}
                for bucket in cloud.store.buckets.values() for stored in bucket.objects.values()]


def list_buckets(cloud):
    return [{"name": bucket.name, "region": bucket.region, "acl": bucket.acl} for bucket in cloud.store.list_buckets()]


def list_messages(cloud):
    path = os.path.join(cloud.folder, "messages.jsonl")
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def set_faults(cloud, command):
    cloud.faults.replace(command.get("faults", []))
    return cloud.faults.describe()


def add_faults(cloud, command):
    cloud.faults.replace(command.get("faults", []), is_added=True)
    return cloud.faults.describe()


def clear(cloud, command):
    """No faults, the right time, an empty log. Buckets and images stay."""
    cloud.faults.replace([])
    cloud.clock.offset = 0.0
    with cloud.log_lock:
        cloud.log.clear()
    return True


def set_values(cloud, command):
    """Changes what the options of the server gave: clockOffset, importSeconds, imageQuota,
    importsPerSecond, strict, uploadBytesPerSecond."""
    if "clockOffset" in command:
        cloud.clock.offset = float(command["clockOffset"])
    if "importSeconds" in command:
        cloud.images.import_seconds = float(command["importSeconds"])
    if "imageQuota" in command:
        cloud.images.quota = int(command["imageQuota"])
    if "importsPerSecond" in command:
        cloud.images.requests_per_second = int(command["importsPerSecond"])
    if "strict" in command:
        cloud.is_strict = bool(command["strict"])
    if "uploadBytesPerSecond" in command:
        cloud.upload_pace.set_rate(float(command["uploadBytesPerSecond"]))
    return {"clockOffset": cloud.clock.offset, "importSeconds": cloud.images.import_seconds,
            "imageQuota": cloud.images.quota, "importsPerSecond": cloud.images.requests_per_second,
            "strict": cloud.is_strict, "uploadBytesPerSecond": cloud.upload_pace.rate}


def add_key(cloud, command):
    cloud.account.add(parse_key(command["key"], cloud.clock.now()))
    return True


def make_bucket(cloud, command):
    cloud.store.create_bucket(command["bucket"], command["region"], cloud.clock.now(),
                              command.get("acl", "private"), False)
    return True


def list_requests(cloud, command):
    with cloud.log_lock:
        return list(cloud.log)


COMMANDS = {
    "faults": set_faults,
    "add-faults": add_faults,
    "show-faults": lambda cloud, command: cloud.faults.describe(),
    "clear": clear,
    "set": set_values,
    "add-key": add_key,
    "make-bucket": make_bucket,
    "requests": list_requests,
    "uploads": lambda cloud, command: list_uploads(cloud),
    "objects": lambda cloud, command: list_objects(cloud),
    "buckets": lambda cloud, command: list_buckets(cloud),
    "images": lambda cloud, command: cloud.images.describe_all(),
    "messages": lambda cloud, command: list_messages(cloud),
    "keys": lambda cloud, command: cloud.account.list_seen(),
    "hurry": lambda cloud, command: cloud.images.hurry(float(command.get("timeout", 120))),
}


def run_command(commands, owner, line):
    try:
        command = json.loads(line)
        function = commands.get(command.get("command"))
        if function is None:
            raise ValueError("commands are " + ", ".join(commands))
        return {"result": function(owner, command)}
    except (ValueError, KeyError, TypeError, AttributeError, OSError) as error:
        return {"error": f"{type(error).__name__}: {error}"}


def start(cloud, folder):
    serve(os.path.join(folder, "control.sock"), COMMANDS, cloud)


def serve(path, commands, owner):
    """Serves the socket in the background. commands: name to a function of owner and the command."""
    if os.path.exists(path):
        os.unlink(path)

    class Handler(socketserver.StreamRequestHandler):
        def handle(self):
            line = self.rfile.readline(MAX_LINE)
            self.wfile.write(json.dumps(run_command(commands, owner, line), ensure_ascii=False).encode() + b"\n")

    class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
        daemon_threads = True

        def handle_error(self, request, client_address):
            """The asker went away: nobody is left to tell."""

    old_mask = os.umask(0o077)
    try:
        server = Server(path, Handler)
    finally:
        os.umask(old_mask)
    threading.Thread(target=server.serve_forever, daemon=True).start()
