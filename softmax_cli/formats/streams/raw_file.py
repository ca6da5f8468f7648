"""Files, pipes and terminals as they are, before anything is decompressed or decoded."""

from __future__ import annotations

import io
import os
import stat
import sys
from typing import Any

from softmax_cli.errors import STDIN, SoftmaxError, wrap_os_errors
from softmax_cli.formats.streams.urls import is_url, open_binary

READ_SIZE = 1 << 20
# Bytes in which the end of a line is looked for.
_NEAR = 1 << 16


class RawFile:
    """An open file, pipe or terminal, undecoded, with a count of the bytes read."""

    def __init__(self, path: str) -> None:
        self.source = STDIN if path == "-" else path
        self.size: int | None = None
        self.file: Any
        if is_url(path):
            self.file = open_binary(path)
            self._regular, self.size = True, self.file.size
        else:
            self.file = _stdin() if path == "-" else _file(path)
            status = os.fstat(self.file.fileno())
            self._regular = stat.S_ISREG(status.st_mode)
            self.size = status.st_size if self._regular else None
        self.position = 0
        self.head = b""  # bytes peeked at, still to be read

    def read(self, size: int = READ_SIZE) -> bytes:
        """Return up to `size` bytes as soon as there are any; b"" at the end."""
        if self.head:
            data, self.head = self.head[:size], self.head[size:]
        else:
            data = self.file.read(size) or b""
        self.position += len(data)
        return data

    def read_lines(self, size: int) -> bytes:
        """Return at least `size` bytes of a regular file, to the end of a line, by one read.

        b"" if that end is not near or the file ends before, and of other files.
        """
        if self.head or self.position + size >= (self.size or 0) or is_url(self.source):
            return b""
        self.file.seek(size, os.SEEK_CUR)
        ahead = self.file.read(_NEAR)
        self.file.seek(-size - len(ahead), os.SEEK_CUR)
        end = ahead.find(b"\n") + 1
        return self.read(size + end) if end else b""

    def readinto(self, buffer: memoryview) -> int:
        """Read up to the length of `buffer` into it; return the number of bytes, 0 at the end."""
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def spool(self) -> None:
        """Read on from a temporary copy of the rest, which has random access."""
        from softmax_cli.formats.streams.pipe_spool import spool_to_file

        self.file, self._regular = spool_to_file(self), True

    def fileno(self) -> int | None:
        """Return the file descriptor; None for a URL."""
        return None if is_url(self.source) else int(self.file.fileno())

    def close(self) -> None:
        """Close the file; standard input stays open."""
        self.file.close()

    def ready(self, seconds: float) -> bool:
        """Return True if a read would return within `seconds`."""
        if self.head or self._regular:
            return True
        import select

        try:
            return bool(select.select([self.file], [], [], max(0.0, seconds))[0])
        except (OSError, ValueError):  # Windows selects sockets only, and no select all descriptors
            return True


def _stdin() -> io.FileIO:
    if sys.stdin is None:
        raise SoftmaxError("standard input is closed")
    # Unbuffered and by descriptor: a thread blocked in it cannot delay the exit.
    return io.FileIO(0, closefd=False)


def _file(path: str) -> io.FileIO:
    with wrap_os_errors(path):
        return io.FileIO(path)
