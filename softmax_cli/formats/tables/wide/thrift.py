"""Thrift's compact protocol, in which the metadata of Parquet are written.

https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# Numbers of types.
I32, I64, BINARY, LIST, STRUCT = 5, 6, 8, 9, 12
FIRST_LIST = 1 << 4 | LIST  # what a struct begins with whose first field is a list
BINARY_AFTER = bytes((1 << 4 | BINARY,))  # what a field is that is bytes, after the last
_BOOLEANS, _INTEGERS, _SIZES = (1, 2), (4, I32, I64), {1: 0, 2: 0, 3: 1, 7: 8, 13: 16}
_LISTS = (LIST, 10)


def field(delta: int, kind: int, value: bytes) -> bytes:
    """Return a field whose number is `delta` more than that before it."""
    return bytes((delta << 4 | kind,)) + value


def i32(delta: int, number: int) -> bytes:
    """Return a field that is a number of 0 or more."""
    return field(delta, I32, varint(number << 1))


def i64(delta: int, number: int) -> bytes:
    """Return a field that is a number of 0 or more."""
    return field(delta, I64, varint(number << 1))


def binary(delta: int, data: bytes) -> bytes:
    """Return a field that is bytes."""
    return field(delta, BINARY, varint(len(data)) + data)


def struct(delta: int, fields: bytes) -> bytes:
    """Return a field that is a struct."""
    return field(delta, STRUCT, fields + b"\0")


def list_header(delta: int, kind: int, count: int) -> bytes:
    """Return what comes before the items of a field that is a list."""
    short = bytes((count << 4 | kind,)) if count < 15 else bytes((0xF0 | kind,)) + varint(count)
    return field(delta, LIST, short)


def varint(number: int) -> bytes:
    """Return a number of 0 or more, seven bits a byte."""
    digits = bytearray()
    while number > 127:
        digits.append(number & 127 | 128)
        number >>= 7
    digits.append(number)
    return bytes(digits)


def read_varint(data: bytes, at: int) -> tuple[int, int]:
    """Return a number of 0 or more, and the position after it."""
    digit = data[at]
    number, shift = digit & 127, 7
    while digit > 127:
        at += 1
        digit = data[at]
        number |= (digit & 127) << shift
        shift += 7
    return number, at + 1


def read_integer(data: bytes, at: int) -> int:
    """Return a number that is written as a zigzag varint."""
    number = read_varint(data, at)[0]
    return number >> 1 ^ -(number & 1)


def read_binary(data: bytes, at: int) -> bytes:
    """Return bytes that come after their number."""
    size, at = read_varint(data, at)
    return data[at : at + size]


def read_fields(data: bytes, at: int, number: int = 0) -> Iterator[tuple[int, int, int]]:
    """Yield the number, the type and the position of each field of a struct after one.

    The end of the struct is a field of number 0, at the position after it.
    """
    while header := data[at]:
        at += 1
        if header > 15:
            number += header >> 4
        else:
            number, at = read_integer(data, at), skip(data, at, I32)
        yield number, header & 15, at
        at = skip(data, at, header & 15)
    yield 0, 0, at + 1


def read_numbers(data: bytes, at: int) -> tuple[dict[int, int], int]:
    """Return the integers of a struct by the numbers of their fields, and the position after it.

    They are 0 or more. Structs with jumps in the numbers of more than 15 raise ValueError.
    """
    numbers, number = {}, 0
    while header := data[at]:
        at += 1
        if header <= 15:
            raise ValueError(header)
        number += header >> 4
        kind = header & 15
        if kind in _INTEGERS:
            value, at = read_varint(data, at)
            numbers[number] = value >> 1
        else:
            at = skip(data, at, kind)
    return numbers, at + 1


def read_list(data: bytes, at: int) -> tuple[int, int, int]:
    """Return the number of items of a list, their type, and the position of the first."""
    count, kind = data[at] >> 4, data[at] & 15
    if count < 15:
        return count, kind, at + 1
    count, at = read_varint(data, at + 1)
    return count, kind, at


def skip(data: bytes, at: int, kind: int) -> int:
    """Return the position after a value."""
    if kind in _INTEGERS:
        while data[at] > 127:
            at += 1
        return at + 1
    if kind == BINARY:
        size, at = read_varint(data, at)
        return at + size
    if kind == STRUCT:
        while header := data[at]:
            at = at + 1 if header > 15 else read_varint(data, at + 1)[1]
            at = skip(data, at, header & 15)
        return at + 1
    if kind in _LISTS:
        count, kind, at = read_list(data, at)
        if kind in _BOOLEANS:
            return at + count
        for _ in range(count):
            at = skip(data, at, kind)
        return at
    return at + _SIZES[kind]
