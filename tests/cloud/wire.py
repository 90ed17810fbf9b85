# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP/1.1 over one TLS connection: request heads, bodies in big blocks, and
answers. Written for speed with large bodies; one thread a connection."""

import os
import re
import secrets
from urllib.parse import unquote_to_bytes

from errors import BadRequest, ConnectionGone, CosError

MAX_HEAD = 32 * 1024
MAX_HEADERS = 100
MAX_DRAIN = 64 * 1024 * 1024
BLOCK = 1024 * 1024
IDLE_SECONDS = 60
REASONS = {200: "OK", 204: "No Content", 206: "Partial Content", 304: "Not Modified", 400: "Bad Request",
           403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed", 409: "Conflict", 411: "Length Required",
           412: "Precondition Failed", 416: "Range Not Satisfiable", 421: "Misdirected Request",
           500: "Internal Server Error", 501: "Not Implemented", 503: "Service Unavailable"}
HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")


def decode_percent(text, what):
    """Strict: a stray percent sign or bytes that are not UTF-8 are refused."""
    if re.search(r"%(?![0-9A-Fa-f]{2})", text):
        raise CosError("InvalidURI", f"The {what} has a stray percent sign.")
    try:
        return unquote_to_bytes(text.encode("latin-1")).decode("utf-8")
    except UnicodeDecodeError:
        raise CosError("InvalidURI", f"The {what} is not UTF-8.") from None


def parse_query(text):
    """Pairs in order. A plus sign could mean two things and is refused, but in the token, where the official SDK
    leaves it unencoded."""
    params = []
    for item in text.split("&") if text else []:
        name, _, value = item.partition("=")
        if "+" in item and name != "x-cos-security-token":
            raise CosError("InvalidURI", "A plus sign in the query must be encoded.")
        params.append((decode_percent(name, "query"), decode_percent(value, "query")))
    names = [name for name, _ in params]
    if len(names) != len(set(names)):
        raise CosError("InvalidArgument", "A query parameter is there twice.")
    return params


class Request:
    """One request. path and params are decoded by decode(), which may refuse them."""

    def __init__(self, method, target, headers):
        self.method = method
        self.target = target
        self.headers = headers
        self.host = headers.get("host", "").lower()
        self.path = ""
        self.params = []
        self.body = None
        self.fault = None
        self.op = ""
        self.sha256 = None       # of the body, in hex, if that was signed
        self.signed_path = None  # where the path has changed since
        self.id = secrets.token_hex(16)

    def decode(self):
        path, _, query = self.target.partition("?")
        self.path = decode_percent(path, "path")
        self.params = parse_query(query)

    def get(self, name, default=None):
        return next((value for known, value in self.params if known == name), default)

    def has(self, name):
        return any(known == name for known, _ in self.params)


class Response:
    def __init__(self, status=200, headers=(), body=b"", content_type=None):
        self.status = status
        self.headers = list(headers)
        self.body = body
        self.file = None    # (path, start, length): sent instead of body
        self.stream = None  # an iterator of blocks: sent chunked
        if content_type:
            self.headers.append(("Content-Type", content_type))

    def finish(self):
        """Does what is left to do without sending it."""
        for _ in self.stream or ():
            pass


def parse_head(head):
    lines = head.decode("latin-1").split("\r\n")
    match = re.fullmatch(r"([A-Z]{1,16}) (/[^\s\x00-\x1f]*) HTTP/1\.1", lines[0])
    if match is None or len(lines) > MAX_HEADERS + 1:
        raise BadRequest("the request line is malformed or there are too many headers")
    headers = {}
    for line in lines[1:]:
        name, separator, value = line.partition(":")
        name = name.lower()
        if not separator or not HEADER_NAME.fullmatch(name) or name in headers:
            raise BadRequest("a header is malformed or there twice")
        headers[name] = value.strip(" \t")
    if "host" not in headers:
        raise BadRequest("there is no Host header")
    return Request(match[1], match[2], headers)


class Body:
    """The bytes of a request that are still to be read."""

    def __init__(self, connection, length):
        self.connection = connection
        self.length = length
        self.left = length
        self.is_expected = False  # the client waits for "100 Continue" before it sends
        self.shaping = None  # called with (bytes read so far, of length) before each block

    def read_block(self, view):
        """Fills view as far as the body goes; returns the number of bytes, 0 at the end."""
        wanted = min(len(view), self.left)
        if wanted == 0:
            return 0
        if self.is_expected:
            self.is_expected = False
            self.connection.send_bytes(b"HTTP/1.1 100 Continue\r\n\r\n")
        if self.shaping is not None:
            wanted = min(wanted, self.shaping(self.length - self.left))
        wanted = self.connection.pace.limit_block(wanted)
        self.connection.read_exactly(view[:wanted])
        self.connection.pace.take(wanted)
        self.left -= wanted
        return wanted

    def read_all(self, limit):
        """The whole body, or None if it is longer than limit."""
        if self.length > limit:
            return None
        data = bytearray(self.left)
        view = memoryview(data)
        while self.left:
            view = view[self.read_block(view):]
        return bytes(data)


class Connection:
    def __init__(self, sock, pace):
        self.sock = sock
        self.pace = pace  # of all bodies that are read
        self.rest = b""
        self.buffer = bytearray(BLOCK)
        self.must_close = False
        self.sent = 0

    def receive(self, view):
        try:
            count = self.sock.recv_into(view)
        except OSError as error:
            raise ConnectionGone(str(error)) from None
        if count == 0:
            raise ConnectionGone("closed by the client")
        return count

    def read_head(self):
        """The next request, or None when the client has closed the connection between two."""
        data = bytearray(self.rest)
        view = memoryview(bytearray(16384))
        while b"\r\n\r\n" not in data:
            if len(data) > MAX_HEAD:
                raise BadRequest("the head is too long")
            try:
                count = self.receive(view)
            except ConnectionGone:
                if not data:
                    return None
                raise
            data += view[:count]
        head, _, self.rest = bytes(data).partition(b"\r\n\r\n")
        if len(head) > MAX_HEAD:
            raise BadRequest("the head is too long")
        request = parse_head(head)
        request.body = Body(self, self.read_length(request))
        request.body.is_expected = request.headers.get("expect", "").lower() == "100-continue"
        return request

    def read_length(self, request):
        text = request.headers.get("content-length", "0")
        if not re.fullmatch(r"[0-9]{1,15}", text):
            raise BadRequest("Content-Length is malformed")
        if "transfer-encoding" in request.headers:
            # Its end cannot be known without reading it; the answer is the last on this connection.
            self.must_close = True
        if request.headers.get("connection", "").lower() == "close":
            self.must_close = True
        return int(text)

    def read_exactly(self, view):
        if self.rest:
            count = min(len(self.rest), len(view))
            view[:count] = self.rest[:count]
            self.rest = self.rest[count:]
            view = view[count:]
        while len(view):
            view = view[self.receive(view):]

    def drain(self, body):
        """Reads what is left of a body so that the connection can be used again; gives up on a long one."""
        if body.left > MAX_DRAIN or (body.left and body.is_expected):
            self.must_close = True
            return
        body.shaping = None
        view = memoryview(self.buffer)
        while body.read_block(view):
            pass

    def send_bytes(self, data):
        try:
            self.sock.sendall(data)
        except OSError as error:
            raise ConnectionGone(str(error)) from None
        self.sent += len(data)

    def send_head(self, response, request):
        is_bodyless = response.status in (204, 304)
        headers = list(response.headers)
        if response.stream is not None:
            headers.append(("Transfer-Encoding", "chunked"))
        elif response.file is not None:
            headers.append(("Content-Length", str(response.file[2])))
        elif not is_bodyless and not any(name == "Content-Length" for name, _ in headers):
            headers.append(("Content-Length", str(len(response.body))))
        headers.append(("Connection", "close" if self.must_close else "keep-alive"))
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
        reason = REASONS.get(response.status, "Status")
        head = f"HTTP/1.1 {response.status} {reason}\r\n{lines}\r\n".encode("utf-8", "replace")
        return head if request.method == "HEAD" or is_bodyless else head + response.body

    def send_response(self, response, request, pace=None):
        """pace is called with a number of bytes before that many are sent, for answers that are slow on purpose. A
        stream is always run to its end: it works while it is sent."""
        try:
            self.send_bytes(self.send_head(response, request))
            if request.method == "HEAD":
                return
            if response.file is not None:
                self.send_file(*response.file, pace)
            elif response.stream is not None:
                for block in response.stream:
                    self.send_bytes(b"%x\r\n%s\r\n" % (len(block), block))
                self.send_bytes(b"0\r\n\r\n")
        except ConnectionGone:
            response.finish()
            raise

    def send_file(self, path, start, length, pace):
        view = memoryview(self.buffer)
        with open(path, "rb", buffering=0) as file:
            file.seek(start)
            while length:
                wanted = min(length, BLOCK)
                if pace is not None:
                    wanted = min(wanted, pace(wanted))
                count = file.readinto(view[:wanted])
                if not count:
                    raise ConnectionGone(f"{os.path.basename(path)} has become shorter")
                self.send_bytes(view[:count])
                length -= count
