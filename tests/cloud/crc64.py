# SPDX-License-Identifier: GPL-3.0-or-later
"""CRC-64/XZ as x-cos-hash-crc64ecma has it: fast by ISA-L, and a table of
our own that checks ISA-L (and stands in where it is missing). combine()
joins the values of two neighbouring blocks without reading them again."""

import ctypes
import sys

POLYNOMIAL = 0xC96C5795D7870F42
MASK = (1 << 64) - 1


def make_table():
    table = []
    for byte in range(256):
        value = byte
        for _ in range(8):
            value = (value >> 1) ^ POLYNOMIAL if value & 1 else value >> 1
        table.append(value)
    return table


TABLE = make_table()


def update_by_table(crc, data):
    crc ^= MASK
    for byte in bytes(data):
        crc = TABLE[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    return crc ^ MASK


def load_isal():
    try:
        function = ctypes.CDLL("libisal.so.2").crc64_ecma_refl
    except (OSError, AttributeError):
        return None
    function.restype = ctypes.c_uint64
    function.argtypes = [ctypes.c_uint64, ctypes.c_void_p, ctypes.c_uint64]
    return function


ISAL = load_isal()
if ISAL is None:
    print("practice cloud: libisal.so.2 is missing, checksums are slow", file=sys.stderr)


def update(crc, buffer, length):
    """The first length bytes of a writable buffer; the interpreter is free for other threads meanwhile."""
    if ISAL is None:
        return update_by_table(crc, memoryview(buffer)[:length])
    if length == 0:
        return crc
    return ISAL(crc, ctypes.addressof(ctypes.c_char.from_buffer(buffer)), length)


def compute(data):
    return update(0, bytearray(data), len(data))


def multiply(a, b):
    """The product of two polynomials modulo the polynomial, bits reflected."""
    product = 0
    bit = 1 << 63
    while bit:
        if a & bit:
            product ^= b
        b = (b >> 1) ^ POLYNOMIAL if b & 1 else b >> 1
        bit >>= 1
    return product


def make_powers():
    powers = [1 << 62]
    for _ in range(80):
        powers.append(multiply(powers[-1], powers[-1]))
    return powers


POWERS = make_powers()


def combine(first, second, second_length):
    """The CRC of two blocks one after the other."""
    shift = 1 << 63
    exponent = 3
    while second_length:
        if second_length & 1:
            shift = multiply(POWERS[exponent], shift)
        second_length >>= 1
        exponent += 1
    return multiply(shift, first) ^ second
