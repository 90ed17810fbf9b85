# SPDX-License-Identifier: GPL-3.0-or-later
"""The server's side of a TLS connection over memory BIOs. Python's own TLS
socket makes two system calls for each record of 16 KiB; this one reads the
network in big blocks, which makes large uploads several times faster."""

import socket
import ssl
import struct

RAW_BLOCK = 512 * 1024


def make_context(certificate, key):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, key)
    context.set_alpn_protocols(["http/1.1"])
    return context


class TlsSocket:
    """The methods of a socket that a Connection uses. Errors are OSError; one thread."""

    def __init__(self, sock, context):
        self.sock = sock
        self.incoming = ssl.MemoryBIO()
        self.outgoing = ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.incoming, self.outgoing, server_side=True)
        self.raw = memoryview(bytearray(RAW_BLOCK))

    def shake_hands(self):
        while True:
            try:
                self.tls.do_handshake()
                self.flush()
                return
            except ssl.SSLWantReadError:
                self.flush()
                self.fill()
            except ssl.SSLError:
                # The alert that says why goes out before the connection ends.
                self.flush()
                raise

    def flush(self):
        if self.outgoing.pending:
            self.sock.sendall(self.outgoing.read())

    def fill(self):
        """One read from the network; at its end TLS sees the end too."""
        count = self.sock.recv_into(self.raw)
        if count == 0:
            self.incoming.write_eof()
        else:
            self.incoming.write(self.raw[:count])

    def recv_into(self, view):
        """As many bytes as are there, at least one; 0 when the client has closed, orderly or not."""
        done = 0
        try:
            while done < len(view):
                try:
                    count = self.tls.read(len(view) - done, view[done:])
                except ssl.SSLWantReadError:
                    self.flush()
                    if done:
                        break
                    self.fill()
                    continue
                if count == 0:
                    break
                done += count
        except (ssl.SSLEOFError, ssl.SSLZeroReturnError):
            pass
        return done

    def sendall(self, data):
        self.tls.write(data)
        self.flush()

    def reset(self):
        """The client sees a reset instead of an orderly end."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()

    def close(self):
        """Orderly; waits a moment for the client so that a last answer is not lost in a reset."""
        try:
            self.sock.settimeout(2)
            self.say_goodbye()
            self.sock.shutdown(socket.SHUT_WR)
            while self.sock.recv_into(self.raw):
                pass
        except (OSError, ValueError):
            pass
        self.sock.close()

    def say_goodbye(self):
        """close_notify, without waiting for the client's."""
        try:
            self.tls.unwrap()
        except ssl.SSLError:
            pass
        self.flush()
