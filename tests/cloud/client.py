# SPDX-License-Identifier: GPL-3.0-or-later
"""A minimal client of the practice cloud for tests written in Python: starts
a server, signs requests, gives back status, headers and body."""

import hashlib
import http.client
import json
import os
import socket
import ssl
import subprocess
import sys
import time
from urllib.parse import quote
from xml.etree import ElementTree

import practice
import signing_cos
import signing_s3
import signing_tc3
from account import DEFAULT_ID, DEFAULT_KEY

HERE = os.path.dirname(os.path.abspath(__file__))
REGION = "ap-guangzhou"
BUCKET = "practice-1250000000"


class Server:
    """A server process with its folder."""

    def __init__(self, folder, *options):
        command = [sys.executable, os.path.join(HERE, "server.py"), "--dir", folder, "--import-seconds", "0", *options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
        self.ready = json.loads(self.process.stdout.readline())
        self.folder = self.ready["dir"]

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()

    def command(self, name, **arguments):
        return practice.send_command(self.folder, {"command": name, **arguments})


class Relay:
    """A relay process in front of a server, with its control socket in the server's folder."""

    def __init__(self, server):
        self.folder = server.folder
        command = [sys.executable, os.path.join(HERE, "relay.py"), "--dir", self.folder, "--to",
                   f"127.0.0.1:{server.ready['port']}"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
        self.ready = {**server.ready, **json.loads(self.process.stdout.readline())}

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()

    def command(self, name, **arguments):
        return practice.send_command(self.folder, {"command": name, **arguments}, "relay.sock")


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.body = response.read()

    @property
    def xml(self):
        return ElementTree.fromstring(self.body.strip())

    @property
    def code(self):
        return self.xml.findtext("Code") if self.body else None


def make_host(bucket=BUCKET, region=REGION):
    return f"{bucket}.cos.{region}.myqcloud.com"


class Client:
    def __init__(self, server, secret_id=DEFAULT_ID, secret_key=DEFAULT_KEY, token=""):
        self.port = server.ready["port"]
        self.context = ssl.create_default_context(cafile=server.ready["ca"])
        self.secret_id, self.secret_key, self.token = secret_id, secret_key, token
        self.offset = 0
        self.links = 0

    def connect(self, host):
        sock = socket.create_connection(("127.0.0.1", self.port), timeout=120)
        connection = http.client.HTTPConnection(host, timeout=120)
        connection.sock = self.context.wrap_socket(sock, server_hostname=host)
        return connection

    def send(self, method, host, target, headers, body=b""):
        """Exactly these headers, nothing added."""
        connection = self.connect(host)
        try:
            connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
            for name, value in headers.items():
                connection.putheader(name, value)
            connection.endheaders(body or None)
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def sign(self, method, host, path, params, headers, seconds=900):
        now = int(time.time() + self.offset)
        return signing_cos.make_authorization(self.secret_id, self.secret_key, f"{now - 1};{now + seconds}", method,
                                              path, params, headers)

    def cos(self, method, path, params=(), body=b"", host=None, headers=(), unsigned=()):
        """A signed COS request. path is decoded; unsigned headers are sent and not signed."""
        host = host or make_host()
        signed = [("host", host), *headers]
        if body or method in ("PUT", "POST"):
            signed.append(("content-length", str(len(body))))
        authorization = self.sign(method, host, path, params, [(name, value) for name, value in signed])
        sent = {**dict(signed), **dict(unsigned), "Authorization": authorization}
        if self.token:
            sent["x-cos-security-token"] = self.token
        return self.send(method, host, make_target(path, params), sent, body)

    def s3(self, method, path, params=(), body=b"", **changes):
        """A request as clients of S3 send it, to this computer itself. headers replace what was signed, unsigned are
        added behind."""
        host = f"127.0.0.1:{self.port}"
        headers = {"host": host, "x-amz-date": time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(time.time() + self.offset)),
                   "x-amz-content-sha256": hashlib.sha256(body).hexdigest(), **changes.get("headers", {})}
        if self.token:
            headers["x-amz-security-token"] = self.token
        headers["authorization"] = signing_s3.make_authorization(
            self.secret_id, self.secret_key, changes.get("region", REGION), method, path, params, headers)
        headers["content-length"] = str(len(body))
        headers.update(changes.get("unsigned", {}))
        return self.send(method, "127.0.0.1", make_target(path, params), headers, changes.get("sent", body))

    def presign(self, path, host=None, seconds=3600):
        """Never the same link twice, not even within a second: the import service takes each once."""
        host = host or make_host()
        self.links += 1
        seconds += self.links
        return f"https://{host}{make_target(path, ())}?" + self.sign("GET", host, path, [], [("host", host)], seconds)

    def api(self, action, parameters, region=REGION, service="cvm", version="2017-03-12", host=None, **changes):
        """The Response object of a JSON call."""
        host = host or service + ".tencentcloudapi.com"
        body = changes.get("body", json.dumps(parameters).encode())
        timestamp = int(time.time() + self.offset)
        headers = {"content-type": "application/json", "host": host, "x-tc-action": action,
                   "x-tc-version": version, "x-tc-timestamp": str(timestamp), "content-length": str(len(body))}
        if region:
            headers["x-tc-region"] = region
        if self.token:
            headers["x-tc-token"] = self.token
        headers["authorization"] = signing_tc3.make_authorization(
            self.secret_id, self.secret_key, service, timestamp, [(name, headers[name]) for name in
                                                                  ("content-type", "host", "x-tc-action")], body)
        headers.update(changes.get("headers", {}))
        answer = self.send("POST", host, "/", headers, body)
        assert answer.status == 200, answer.status
        return json.loads(answer.body)["Response"]

    def upload(self, key, data, part_size=1 << 20, host=None):
        """The whole multipart way; the answer of Complete."""
        path = "/" + key
        upload_id = self.cos("POST", path, [("uploads", "")], host=host).xml.findtext("UploadId")
        parts = ""
        for number, start in enumerate(range(0, len(data), part_size), 1):
            answer = self.cos("PUT", path, [("partNumber", str(number)), ("uploadId", upload_id)],
                              data[start:start + part_size], host)
            assert answer.status == 200, answer.body
            parts += f"<Part><PartNumber>{number}</PartNumber><ETag>{answer.headers['etag']}</ETag></Part>"
        body = f"<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>".encode()
        return self.cos("POST", path, [("uploadId", upload_id)], body, host)


def make_target(path, params):
    query = "&".join(quote(name, safe="") + "=" + quote(value, safe="") for name, value in params)
    return quote(path, safe="/").replace("%7E", "~") + ("?" + query if query else "")
