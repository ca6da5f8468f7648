r"""Ranges of bytes of a text file, from the start of a record to the start of another.

A range starts after the first newline at or past its offset that is outside quotes, and ends
where the next range starts: so a quoted newline never splits a record, and each record belongs to
one range. Whether an offset is inside quotes follows from the number of quotes before it.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import numpy as np

from softmax_cli.errors import STDIN, SoftmaxError, wrap_os_errors
from softmax_cli.formats.part import QuoteFoundError
from softmax_cli.formats.streams.input import ByteStream
from softmax_cli.formats.streams.raw_file import READ_SIZE, RawFile
from softmax_cli.formats.streams.urls import open_binary

if TYPE_CHECKING:
    from softmax_cli.formats.part import Part

_SEARCH_SIZE = 1 << 16
# A record without an end within this many bytes is rejected wherever it begins.
_LONGEST_SEARCH = 64 << 20


def has_ranges(stream: ByteStream) -> bool:
    """Return True for a file whose bytes can be read from any offset, as they are."""
    raw = stream.raw
    regular = isinstance(raw, RawFile) and raw.size is not None and raw.source != STDIN
    return regular and not stream.filtered


def end_of_text(path: str, start: int) -> int:
    """Return the offset behind the last line that is not blank, at least `start`."""
    with wrap_os_errors(path), open_binary(path) as file:
        end: int = file.seek(0, os.SEEK_END)
        while end > start:
            low = max(start, end - READ_SIZE)
            file.seek(low)
            if body := file.read(end - low).rstrip(b"\r\n"):
                file.seek(low + len(body))
                return low + len(body) + len(file.readline())
            end = low
    return start


def count_quotes(path: str, part: Part) -> int:
    """Return the number of quotes between the offsets of a part."""
    with wrap_os_errors(path), open_binary(path) as file:
        file.seek(part.start)
        missing, count = part.stop - part.start, 0
        while missing and (data := file.read(min(READ_SIZE, missing))):
            count += data.count(b'"')
            missing -= len(data)
    return count


def open_range(path: str, part: Part, size: int, *, quoting: bool) -> ByteStream:
    """Open the records of a part of a file of `size` bytes; `quoting` if newlines may be quoted.

    Reading raises QuoteFoundError for a quote that was not expected.
    """
    raw = RangeFile(path, part, size, quoting=quoting)
    return ByteStream(raw, raw.read)


class RangeFile(RawFile):
    """A range of a file, with the interface of a whole one."""

    def __init__(self, path: str, part: Part, size: int, *, quoting: bool) -> None:
        super().__init__(path)
        try:
            self._require_size(size)
            self._quoting = quoting
            self._watched = quoting and part.quoted is None
            inside = part.quoted or (False, False)
            start = part.start if part.first else self._next_record(part.start, inside=inside[0])
            stop = part.stop if part.last else self._next_record(part.stop, inside=inside[1])
            self._left = max(0, stop - start)
            self.file.seek(start)
        except BaseException:
            self.close()
            raise

    def read(self, size: int = READ_SIZE) -> bytes:
        """Return up to `size` bytes; b"" at the end of the range."""
        with wrap_os_errors(self.source):
            data = self.file.read(min(size, self._left)) or b""
        self._left -= len(data)
        self.position += len(data)
        self._watch(data)
        return data

    def _next_record(self, offset: int, *, inside: bool) -> int:
        """Return the start of the next record, at or past an offset that may be inside quotes."""
        self.file.seek(offset)
        searched = 0
        while searched < _LONGEST_SEARCH and (data := self.file.read(_SEARCH_SIZE)):
            end = _end_of_record(data, inside=inside) if self._quoting else data.find(b"\n") + 1
            self._watch(data[: end or len(data)])
            if end:
                return offset + searched + end
            inside ^= bool(self._quoting and data.count(b'"') % 2)
            searched += len(data)
        return self.size or 0

    def _watch(self, data: bytes) -> None:
        if self._watched and b'"' in data:
            raise QuoteFoundError

    def _require_size(self, size: int) -> None:
        if self.size != size:
            raise SoftmaxError(
                f"file has {self.size} bytes on a worker, {size} on the client",
                source=self.source,
                hint="Use a folder that all workers share, and do not change the file meanwhile.",
            )


def _end_of_record(data: bytes, *, inside: bool) -> int:
    """Return the offset behind the first newline outside quotes; 0 if there is none."""
    if b'"' not in data:
        return 0 if inside else data.find(b"\n") + 1
    text = np.frombuffer(data, np.uint8)
    outside = np.logical_xor.accumulate(text == ord('"')) == inside
    ends = np.flatnonzero((text == ord("\n")) & outside)
    return int(ends[0]) + 1 if len(ends) else 0
