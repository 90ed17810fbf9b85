#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Talks to a running practice cloud: practice.py DIR COMMAND [ARGUMENT].
Faults and other arguments are JSON; answers are printed as JSON lines."""

import json
import os
import socket
import sys

USAGE = """usage: practice.py DIR COMMAND [JSON]
  faults '[{"match": {"op": "UploadPart", "part": 3, "times": 2}, "do": "status", "status": 503, "code": "SlowDown"}]'
  add-faults '[…]'   show-faults   clear
  set '{"clockOffset": -3600, "importSeconds": 0, "imageQuota": 1, "strict": true}'
  add-key '{"key": "ID:KEY:TOKEN:SECONDS"}'   make-bucket '{"bucket": "a-1250000000", "region": "ap-guangzhou"}'
  requests   uploads   objects   buckets   images   messages   keys
  hurry              end the waiting time of imports and wait for their outcome"""


def send_command(folder, command, name="control.sock"):
    """The result, or RuntimeError with the server's words. name: relay.sock for the relay."""
    with socket.socket(socket.AF_UNIX) as sock:
        sock.connect(os.path.join(folder, name))
        sock.sendall(json.dumps(command).encode() + b"\n")
        with sock.makefile("rb") as file:
            answer = json.loads(file.readline())
    if "error" in answer:
        raise RuntimeError(answer["error"])
    return answer["result"]


def make_command(name, text):
    argument = json.loads(text) if text else {}
    if isinstance(argument, list):
        argument = {"faults": argument}
    return {"command": name, **argument}


def main():
    if len(sys.argv) not in (3, 4):
        print(USAGE, file=sys.stderr)
        return 2
    try:
        result = send_command(sys.argv[1], make_command(sys.argv[2], sys.argv[3] if len(sys.argv) == 4 else ""))
    except (OSError, RuntimeError, ValueError) as error:
        print(f"practice.py: {error}", file=sys.stderr)
        return 1
    for line in result if isinstance(result, list) else [result]:
        print(json.dumps(line, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
