"""Reads at an offset of an open file, by several threads at once."""

from __future__ import annotations

import os
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_seek_lock = Lock()


def read_at(descriptor: int, array: NDArray[Any], offset: int) -> int:
    """Fill a contiguous array from an offset of a file; return the bytes read.

    They are fewer than the array's only at the end of the file. The position of the
    descriptor may move.
    """
    read_some = _preadv if hasattr(os, "preadv") else _seek_and_read
    left = array.reshape(-1).view("u1")
    while len(left) and (count := read_some(descriptor, left.data, offset)):
        left, offset = left[count:], offset + count
    return array.nbytes - len(left)


def read_bytes(descriptor: int, offset: int, size: int) -> bytes:
    """Return bytes at an offset of a file; raise IndexError if they are not all there."""
    if not 0 <= offset <= offset + size <= os.fstat(descriptor).st_size:
        raise IndexError(offset)
    data = np.empty(size, np.uint8)
    if read_at(descriptor, data, offset) < size:
        raise IndexError(offset)
    return data.tobytes()


def _preadv(descriptor: int, buffer: memoryview, offset: int) -> int:
    return os.preadv(descriptor, [buffer], offset)


def _seek_and_read(descriptor: int, buffer: memoryview, offset: int) -> int:
    """Read without preadv, which Windows lacks: one thread at a time."""
    with _seek_lock:
        os.lseek(descriptor, offset, os.SEEK_SET)
        data = os.read(descriptor, min(len(buffer), 1 << 30))
    buffer[: len(data)] = data
    return len(data)
