# SPDX-License-Identifier: GPL-3.0-or-later
"""The practice cloud behind its connections: one request after the other
through fault, signature, operation, log. Everything shared hangs here."""

import collections
import json
import os
import re
import threading
import time

import cos
import cvm
import path_style
from account import Account
from cos_xml import format_http_time, write_error
from errors import BadRequest, ConnectionGone, CosError
from faults import Clock, Faults
from images import Images
from pace import Pace
from regions import find_place
from store import Store
from wire import Connection, Response

LOGGED_REQUESTS = 20000
# The only query parameters that are logged: no signature or token can be among them.
LOGGED_PARAMS = ("partNumber", "uploadId", "uploads", "acl", "prefix", "marker", "max-keys", "delimiter", "max-parts",
                 "part-number-marker", "max-uploads", "key-marker", "upload-id-marker", "encoding-type", "region")


SECRET_ID = re.compile(r"(?:q-ak=|Credential=)([A-Za-z0-9_-]{1,64})")


class Cloud:
    def __init__(self, folder, import_seconds=2.0, image_quota=500, is_strict=True):
        self.folder = folder
        self.is_strict = is_strict
        self.account = Account()
        self.clock = Clock()
        self.faults = Faults()
        self.upload_pace = Pace()
        self.store = Store(folder)
        self.images = Images(self, import_seconds, image_quota)
        self.log = collections.deque(maxlen=LOGGED_REQUESTS)
        self.log_lock = threading.Lock()
        self.log_file = open(os.path.join(folder, "requests.jsonl"), "a", encoding="utf-8", buffering=1)

    def serve(self, sock):
        """All requests of one connection, in its own thread."""
        connection = Connection(sock, self.upload_pace)
        try:
            while self.serve_one(connection) and not connection.must_close:
                pass
        except BadRequest as error:
            self.refuse(connection, str(error))
        except (ConnectionGone, OSError):
            pass
        sock.close()

    def refuse(self, connection, text):
        connection.must_close = True
        try:
            connection.send_bytes(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        except ConnectionGone:
            pass
        self.add_to_log({"at": self.clock.now(), "status": 400, "error": text})

    def serve_one(self, connection):
        request = connection.read_head()
        if request is None:
            return False
        started = time.monotonic()
        sent_before = connection.sent
        entry = {"at": self.clock.now(), "method": request.method, "host": request.host[:255], "status": 0}
        try:
            response = self.prepare(connection, request, entry)
            entry["status"] = response.status
            self.finish_sending(connection, request, response)
        except ConnectionGone as error:
            entry["error"] = str(error)
            raise
        finally:
            entry["received"] = request.body.length - request.body.left
            entry["sent"] = connection.sent - sent_before
            entry["seconds"] = round(time.monotonic() - started, 4)
            self.add_to_log(entry)
        return True

    def prepare(self, connection, request, entry):
        """The Response; for COS and API errors too."""
        place = find_place(request.host.split(":")[0])
        try:
            request.decode()
        except CosError as error:
            return self.make_error(request, error)
        if place.kind == "path-style":
            place = path_style.enter(self.store, request)
        facts = self.describe(request, place)
        entry.update({name: facts[name] for name in ("op", "path", "query", "part") if name in facts})
        if request.fault is None:
            request.fault = self.faults.pick(facts)
        if request.fault is not None:
            entry["fault"] = request.fault.do
            response = self.apply_fault(connection, request)
            if response is not None:
                return response
        return self.answer(request, place, entry)

    def describe(self, request, place):
        """What faults are matched against and the log shows."""
        facts = {"method": request.method, "host": request.host, "path": request.path[:1000]}
        who = SECRET_ID.search(request.headers.get("authorization", request.target))
        facts["secretId"] = who[1] if who else ""
        if place.kind == "api":
            request.op = request.headers.get("x-tc-action", "")[:64]
        elif place.kind != "unknown":
            request.op = cos.find_operation(place, request)
            facts["key"] = request.path[1:]
            number = request.get("partNumber", "")
            if number.isascii() and number.isdigit() and len(number) < 9:
                facts["part"] = int(number)
        facts["op"] = request.op
        query = {name: value[:1000] for name, value in request.params if name in LOGGED_PARAMS}
        if query:
            facts["query"] = query
        return facts

    def answer(self, request, place, entry):
        if place.kind == "unknown":
            return Response(421, body=b"This host is not part of the practice cloud.\n", content_type="text/plain")
        if place.kind == "api":
            return cvm.answer(self, request, place, entry)
        try:
            response = cos.answer(self, request, place)
        except CosError as error:
            entry["code"] = error.code
            return self.make_error(request, error)
        if place.is_path_style:
            path_style.rename_answer(response)
        return self.add_common(request, response)

    def add_common(self, request, response):
        response.headers += [("Date", format_http_time(self.clock.now())), ("Server", "tencent-cos"),
                             ("x-cos-request-id", request.id)]
        return response

    def make_error(self, request, error):
        body = b"" if request.method == "HEAD" else write_error(error, request.path, request.id, request.id)
        headers = [*error.headers, ("x-cos-trace-id", request.id)]
        return self.add_common(request, Response(error.status, headers, body, "application/xml"))

    def apply_fault(self, connection, request):
        """Before the operation: a Response that replaces it, or None to go on (perhaps hindered)."""
        fault = request.fault
        if fault.do == "status":
            return self.make_fault_status(request, fault)
        if fault.do == "garbage":
            connection.must_close = True
            return Response(200, body=b"<html><body>A portal that is not the cloud</body></html>",
                            content_type="text/html")
        if fault.do == "reset":
            request.body.shaping = lambda done: self.reset_at(connection, fault.get("after", 0), done)
            if request.body.length == 0:
                self.reset_at(connection, 0, 0)
        if fault.do == "stall":
            if request.body.length == 0:
                fault.wait(fault.get("seconds", 60))
            stalled = []
            request.body.shaping = lambda done: self.stall_at(fault, stalled, done)
        if fault.do == "slow":
            request.body.shaping = lambda done: self.pace(fault)
        return None

    def make_fault_status(self, request, fault):
        code = fault.get("code", "InternalError")
        error = CosError(code, fault.get("message", "As the practice was told."), fault.get("status", 503))
        response = self.make_error(request, error)
        response.headers += list(fault.get("headers", {}).items())
        if fault.get("noRequestId"):
            response.headers = [pair for pair in response.headers if not pair[0].startswith("x-cos-")]
        return response

    def reset_at(self, connection, limit, done):
        if done >= limit:
            connection.sock.reset()
            raise ConnectionGone("reset on purpose")
        return limit - done

    def stall_at(self, fault, stalled, done):
        limit = fault.get("after", 0)
        if done < limit:
            return limit - done
        if not stalled:
            stalled.append(True)
            fault.wait(fault.get("seconds", 60))
        return 1 << 30

    def pace(self, fault):
        """A tenth of a second's worth of bytes, a tenth of a second later."""
        fault.wait(0.1)
        return max(1, int(fault.get("bytesPerSecond", 100000)) // 10)

    def finish_sending(self, connection, request, response):
        fault = request.fault
        do = fault.do if fault is not None else ""
        if do == "lost-answer":
            connection.drain(request.body)
            response.finish()
            connection.sock.reset()
            raise ConnectionGone("the answer is lost on purpose")
        connection.drain(request.body)
        if do == "cut-answer":
            data = connection.send_head(response, request)
            connection.send_bytes(data[:len(data) // 2])
            response.finish()
            connection.sock.reset()
            raise ConnectionGone("the answer is cut on purpose")
        connection.send_response(response, request, (lambda _: self.pace(fault)) if do == "slow" else None)

    def add_to_log(self, entry):
        with self.log_lock:
            self.log.append(entry)
            self.log_file.write(json.dumps(entry, ensure_ascii=False) + "\n")
