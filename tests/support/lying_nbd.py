#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""An NBD server that lies about the used parts of a disk of 64 MiB, all of it zero.

Usage: lying_nbd.py SOCKET MODE, where MODE says what block status answers:
  empty    an extent of no bytes
  endless  extents far beyond what was asked for, and beyond the end of the disk
  many     a million extents of 512 bytes
  silent   nothing at all
Prints "ready" when it listens.
"""
import socket
import struct
import sys

SIZE = 64 << 20
ABORT, GO, STRUCTURED_REPLY, SET_META_CONTEXT = 2, 7, 8, 10
REP_ACK, REP_INFO, REP_META_CONTEXT, REP_ERR_UNSUP = 1, 3, 4, 0x80000001
READ, DISCONNECT, BLOCK_STATUS = 0, 2, 7
CHUNK_DATA, CHUNK_STATUS = 1, 5
USED = 0


def take(connection, length):
    data = b""
    while len(data) < length:
        more = connection.recv(length - len(data))
        if not more:
            raise EOFError
        data += more
    return data


def negotiate(connection):
    connection.sendall(b"NBDMAGICIHAVEOPT" + struct.pack(">H", 3))
    take(connection, 4)
    while True:
        _, option, length = struct.unpack(">8sII", take(connection, 16))
        take(connection, length)

        def reply(kind, data=b""):
            connection.sendall(struct.pack(">QIII", 0x3E889045565A9, option, kind, len(data)) + data)

        if option == STRUCTURED_REPLY:
            reply(REP_ACK)
        elif option == SET_META_CONTEXT:
            reply(REP_META_CONTEXT, struct.pack(">I", 1) + b"base:allocation")
            reply(REP_ACK)
        elif option == GO:
            reply(REP_INFO, struct.pack(">HQH", 0, SIZE, 3))
            reply(REP_ACK)
            return
        elif option == ABORT:
            raise EOFError
        else:
            reply(REP_ERR_UNSUP)


def extents(mode, length):
    if mode == "empty":
        return struct.pack(">II", 0, USED)
    if mode == "endless":
        return struct.pack(">II", 0xFFFFFE00, USED) * 4
    return struct.pack(">II", 512, USED) * 1_000_000


def serve(connection, mode):
    negotiate(connection)
    while True:
        _, _, kind, handle, offset, length = struct.unpack(">IHHQQI", take(connection, 28))
        if kind == DISCONNECT:
            return
        if kind == BLOCK_STATUS and mode == "silent":
            continue
        chunk, data = CHUNK_STATUS, struct.pack(">I", 1)
        if kind == READ:
            chunk, data = CHUNK_DATA, struct.pack(">Q", offset) + bytes(length)
        else:
            data += extents(mode, length)
        connection.sendall(struct.pack(">IHHQI", 0x668E33EF, 1, chunk, handle, len(data)) + data)


def main():
    path, mode = sys.argv[1:3]
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen(8)
    print("ready", flush=True)
    while True:
        connection, _ = listener.accept()
        with connection:
            try:
                serve(connection, mode)
            except (EOFError, ConnectionError):
                pass


if __name__ == "__main__":
    main()
