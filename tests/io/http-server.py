#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small TLS server for test-http: a certificate by the name that is asked
for, and an answer by the path; and three proxies, open, locked by a password,
and closed. Prints one line of JSON when it is ready and ends when its standard
input does."""

import base64
import datetime
import json
import os
import socket
import ssl
import struct
import sys
import threading
import time

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = datetime.timedelta(days=1)
NOW = datetime.datetime.utcnow()


def make_name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def make_certificate(name, key, issuer, issuer_key, start, end, is_ca=False):
    return (x509.CertificateBuilder().subject_name(make_name(name)).issuer_name(make_name(issuer))
            .public_key(key.public_key()).serial_number(x509.random_serial_number())
            .not_valid_before(start).not_valid_after(end)
            .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
            .sign(issuer_key, hashes.SHA256()))


def write_pem(path, *objects):
    with open(path, "wb") as file:
        for thing in objects:
            if isinstance(thing, x509.Certificate):
                file.write(thing.public_bytes(serialization.Encoding.PEM))
            else:
                file.write(thing.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                               serialization.NoEncryption()))
    return path


def make_context(path):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


def make_contexts(folder):
    """Contexts by host name, and the path of the CA."""
    ca_key = ec.generate_private_key(ec.SECP256R1())
    ca = make_certificate("Test CA", ca_key, "Test CA", ca_key, NOW - DAY, NOW + DAY, True)
    other_key = ec.generate_private_key(ec.SECP256R1())
    other = make_certificate("Other CA", other_key, "Other CA", other_key, NOW - DAY, NOW + DAY, True)
    key = ec.generate_private_key(ec.SECP256R1())
    contexts = {}
    for host, name, start, end in (("good.example", "good.example", NOW - DAY, NOW + DAY),
                                   ("wrong.example", "other.example", NOW - DAY, NOW + DAY),
                                   ("expired.example", "expired.example", NOW - 3 * DAY, NOW - 2 * DAY)):
        certificate = make_certificate(name, key, "Test CA", ca_key, start, end)
        contexts[host] = make_context(write_pem(os.path.join(folder, host + ".pem"), key, certificate))
    return (contexts, write_pem(os.path.join(folder, "ca.pem"), ca),
            write_pem(os.path.join(folder, "other-ca.pem"), other))


def read_request(sock):
    data = b""
    while b"\r\n\r\n" not in data:
        block = sock.recv(65536)
        if not block:
            return None, None
        data += block
    head, _, body = data.partition(b"\r\n\r\n")
    lengths = [line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    length = int(lengths[0].split(b":")[1]) if lengths else 0
    while len(body) < length:
        block = sock.recv(1 << 20)
        if not block:
            return None, None
        body += block
    return head, body


def send(sock, status, body, *headers, length=None):
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", *headers]
    sock.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)


def reset(sock):
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


def trickle(sock):
    """A space every 0.4 s for longer than a client waits without a byte."""
    sock.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    for _ in range(8):
        sock.sendall(b"1\r\n \r\n")
        time.sleep(0.4)
    sock.sendall(b"4\r\ndone\r\n0\r\n\r\n")


def answer(sock, head, body):
    """FALSE when the connection is over."""
    path = head.split()[1].decode()
    if path == "/echo":
        send(sock, "200 OK", head + b"\r\n\r\n" + body, "X-Twice: one", "x-twice:  two ")
    elif path == "/redirect":
        send(sock, "302 Found", b"", "Location: https://good.example/echo")
    elif path == "/reset":
        sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nabc")
        reset(sock)
        return False
    elif path == "/short":
        send(sock, "200 OK", b"abc", length=1000)
        return False
    elif path == "/silent":
        return False
    elif path == "/stall":
        sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nabc")
        sock.recv(1)
        return False
    elif path == "/huge":
        sock.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            sock.sendall(b"10000\r\n" + b"x" * 65536 + b"\r\n")
    elif path == "/trickle":
        trickle(sock)
    else:
        send(sock, "404 Not Found", b"")
    return True


def relay(source, target):
    try:
        while block := source.recv(1 << 16):
            target.sendall(block)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def check_password(head):
    """For hosts that need one: user and password of the test."""
    wanted = base64.b64encode(b"proxy-user:proxy-password")
    return any(line.lower().startswith(b"proxy-authorization:") and line.split()[1:] == [b"Basic", wanted]
               for line in head.split(b"\r\n"))


def serve_proxy(sock, kind):
    """CONNECT for one connection, to wherever it is asked for on this computer."""
    try:
        head, _ = read_request(sock)
        while kind == "locked" and head is not None and not check_password(head):
            send(sock, "407 Proxy Authentication Required", b"", 'Proxy-Authenticate: Basic realm="test"')
            head, _ = read_request(sock)
        if head is None or not head.startswith(b"CONNECT 127.0.0.1:"):
            return
        if kind == "closed":
            send(sock, "403 Forbidden", b"")
            return
        with socket.create_connection(("127.0.0.1", int(head.split()[1].rpartition(b":")[2]))) as target:
            sock.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            back = threading.Thread(target=relay, args=(target, sock), daemon=True)
            back.start()
            relay(sock, target)
            back.join()
    except OSError:
        pass
    finally:
        sock.close()


def run_proxy(kind):
    """Its port."""
    listener = socket.create_server(("127.0.0.1", 0))

    def accept():
        while True:
            sock, _ = listener.accept()
            threading.Thread(target=serve_proxy, args=(sock, kind), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    return listener.getsockname()[1]


def serve(sock, context):
    try:
        secure = context.wrap_socket(sock, server_side=True)
        while True:
            head, body = read_request(secure)
            if head is None or not answer(secure, head, body):
                break
        secure.close()
    except OSError:
        pass


def main():
    contexts, ca, other_ca = make_contexts(sys.argv[1])
    main_context = contexts["good.example"]
    main_context.sni_callback = lambda sock, name, _: setattr(sock, "context", contexts.get(name, main_context))
    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
    print(json.dumps({"port": listener.getsockname()[1], "ca": ca, "otherCa": other_ca,
                      **{f"{kind}Proxy": run_proxy(kind) for kind in ("open", "locked", "closed")}}), flush=True)
    while True:
        sock, _ = listener.accept()
        threading.Thread(target=serve, args=(sock, main_context), daemon=True).start()


main()
