#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The practice cloud: COS, CVM, STS and CAM over HTTPS for tests and for
trying things without an account. See README.md beside this file."""

import argparse
import ctypes
import json
import os
import signal
import socket
import sys
import threading
import time

import control
from account import DEFAULT_ID, DEFAULT_KEY, Key, parse_key
from certificates import ensure_certificates
from cloud import Cloud
from tls import TlsSocket, make_context
from wire import IDLE_SECONDS

PR_SET_PDEATHSIG = 1


def parse_arguments():
    parser = argparse.ArgumentParser(description="A practice cloud on this computer.")
    parser.add_argument("--dir", required=True, help="folder for certificates, buckets, images and logs")
    parser.add_argument("--port", type=int, default=0, help="0: any that is free")
    parser.add_argument("--listen", default="127.0.0.1")
    parser.add_argument("--keys", action="append", default=[], metavar="ID:KEY[:TOKEN:SECONDS]",
                        help="keys that are valid instead of the built-in one")
    parser.add_argument("--import-seconds", type=float, default=2.0, help="how long an import takes at least")
    parser.add_argument("--image-quota", type=int, default=500, help="custom images of a region")
    parser.add_argument("--upload-bytes-per-second", type=float, default=0, help="of all uploads together; 0: no limit")
    parser.add_argument("--bucket", action="append", default=[], metavar="NAME@REGION", help="make it if missing")
    parser.add_argument("--not-strict", action="store_true", help="do not insist on signing all that matters")
    parser.add_argument("--no-parent-death", action="store_true", help="stay when the parent process ends")
    return parser.parse_args()


def die_with_parent():
    """The signal comes when the thread that started us ends; callers that start us from a short-lived thread need
    --no-parent-death."""
    parent = os.getppid()
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        sys.exit(1)


def list_keys(texts):
    if texts:
        return [parse_key(text, time.time()) for text in texts]
    return [Key(os.environ.get("EMBARK_PRACTICE_ID") or DEFAULT_ID,
                os.environ.get("EMBARK_PRACTICE_KEY") or DEFAULT_KEY)]


def serve_connection(cloud, context, sock):
    sock.settimeout(IDLE_SECONDS)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    secure = TlsSocket(sock, context)
    try:
        secure.shake_hands()
    except OSError as error:
        cloud.add_to_log({"at": cloud.clock.now(), "status": 0, "error": f"TLS: {error}"})
        sock.close()
        return
    cloud.serve(secure)


def run(options):
    os.makedirs(options.dir, mode=0o700, exist_ok=True)
    folder = os.path.abspath(options.dir)
    ca, certificate, key = ensure_certificates(folder)
    cloud = Cloud(folder, options.import_seconds, options.image_quota, not options.not_strict)
    cloud.upload_pace.set_rate(options.upload_bytes_per_second)
    keys = list_keys(options.keys)
    for entry in keys:
        cloud.account.add(entry)
    for text in options.bucket:
        name, _, region = text.partition("@")
        if name not in cloud.store.buckets:
            cloud.store.create_bucket(name, region, cloud.clock.now(), "private", False)
    context = make_context(certificate, key)
    listener = socket.create_server((options.listen, options.port), backlog=128)
    control.start(cloud, folder)
    print(json.dumps({"port": listener.getsockname()[1], "ca": ca, "dir": folder, "secretId": keys[0].secret_id,
                      "control": os.path.join(folder, "control.sock")}), flush=True)
    while True:
        sock, _ = listener.accept()
        threading.Thread(target=serve_connection, args=(cloud, context, sock), daemon=True).start()


def main():
    options = parse_arguments()
    if not options.no_parent_death:
        die_with_parent()
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    signal.signal(signal.SIGINT, lambda *_: os._exit(0))
    run(options)


if __name__ == "__main__":
    main()
