"""Where bytes come from: files, pipes and standard input, decompressed and as UTF-8."""

from __future__ import annotations

import codecs
import io
import os
import select
import stat
import sys
from functools import partial
from typing import TYPE_CHECKING

from softmax_cli.errors import ARGUMENTS, STDIN, SoftmaxError, wrap_os_errors
from softmax_cli.formats.streams.compression import (
    MAGICS,
    Compression,
    compression_from_content,
    wrap_decompression_errors,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


READ_SIZE = 1 << 20
# Longest first: UTF-32's mark begins with UTF-16's.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class RawFile:
    """An open file, pipe or terminal as it is, with a count of the bytes read."""

    def __init__(self, path: str) -> None:
        self.source = STDIN if path == "-" else path
        self._file = _stdin() if path == "-" else _file(path)
        status = os.fstat(self._file.fileno())
        self._regular = stat.S_ISREG(status.st_mode)
        self.size = status.st_size if self._regular else None
        self.position = 0
        self.head = b""  # what has been looked at and is still to be read

    def read(self, size: int = READ_SIZE) -> bytes:
        """At most so many bytes as soon as there are any; b"" at the end."""
        if self.head:
            data, self.head = self.head[:size], self.head[size:]
        else:
            data = self._file.read(size) or b""
        self.position += len(data)
        return data

    def fileno(self) -> int:
        """The descriptor of the open file."""
        return self._file.fileno()

    def close(self) -> None:
        """Close the file; standard input stays open."""
        self._file.close()

    def ready(self, seconds: float) -> bool:
        """Whether a read would return within so many seconds."""
        if self.head or self._regular:
            return True
        return bool(select.select([self._file], [], [], max(0.0, seconds))[0])


class ByteStream:
    """Bytes that come through a function from a raw file: read, decompressed or decoded.

    `filtered` says that they are not those of the file.
    """

    def __init__(
        self, raw: RawFile | InMemoryFile, pull: Callable[[], bytes], *, filtered: bool = False
    ) -> None:
        self.raw = raw
        self.filtered = filtered
        self.source = raw.source
        self._pull = pull
        self._head = b""

    def peek(self, marks: Iterable[bytes]) -> bytes:
        """The first bytes, as many as tell the marks apart, left to be read."""
        self._head = _peek_signature(marks, self._pull, self._head)
        return self._head

    def read(self) -> bytes:
        """Some bytes as soon as there are any; b"" at the end."""
        head, self._head = self._head, b""
        return head or self._pull()

    def ready(self, seconds: float) -> bool:
        """Whether read() would return within so many seconds."""
        return bool(self._head) or self.raw.ready(seconds)


class InMemoryFile(io.BytesIO):
    """Text that is there from the start, as if it were a raw file."""

    def __init__(self, text: bytes, source: str) -> None:
        super().__init__(text)
        self.source = source
        self.size = len(text)

    @property
    def position(self) -> int:
        """How many bytes have been read."""
        return self.tell()

    def ready(self, _seconds: float) -> bool:
        """Always."""
        return True


def in_memory_stream(text: bytes) -> ByteStream:
    """Text of the command line as a stream."""
    raw = InMemoryFile(text, ARGUMENTS)
    return ByteStream(raw, raw.read)


def open_stream(path: str) -> ByteStream:
    """The bytes of a path, or of standard input for `-`, as plain UTF-8 without a mark.

    Raises SoftmaxError, now or while it is read, for what cannot be opened, for a
    compression we do not read and for damaged data.
    """
    raw = RawFile(path)
    try:
        with wrap_os_errors(raw.source):
            raw.head = _peek_signature(MAGICS, raw.read)
        raw.position = 0
        compression = compression_from_content(raw.head, raw.source)
    except BaseException:
        raw.close()
        raise
    pull = _puller(raw, compression)
    return _decoded(ByteStream(raw, pull, filtered=compression is not None))


def _stdin() -> io.FileIO:
    if sys.stdin is None:
        raise SoftmaxError("standard input is closed")
    # Unbuffered and by number: a thread that waits in it cannot hold up the exit.
    return io.FileIO(0, closefd=False)


def _file(path: str) -> io.FileIO:
    with wrap_os_errors(path):
        return io.FileIO(path)


def _peek_signature(marks: Iterable[bytes], pull: Callable[[], bytes], head: bytes = b"") -> bytes:
    """The first bytes, as many as it takes to tell whether they begin with one of the marks.

    No more than that is waited for: a pipe may hold back the next byte for long.
    """
    while any(mark.startswith(head) and mark != head for mark in marks) and (more := pull()):
        head += more
    return head


def _puller(raw: RawFile, compression: Compression | None) -> Callable[[], bytes]:
    read: Callable[[], bytes] = raw.read
    if compression is not None:
        read = partial(compression.reader(raw).read1, READ_SIZE)

    def pull() -> bytes:
        with wrap_os_errors(raw.source), wrap_decompression_errors(compression, raw.source):
            return read()

    return pull


def _decoded(stream: ByteStream) -> ByteStream:
    head = stream.peek([mark for mark, _ in _MARKS])
    encoding = next((name for mark, name in _MARKS if head.startswith(mark)), None)
    if encoding is None:
        return stream
    decoder = codecs.getincrementaldecoder(encoding)()

    def pull() -> bytes:
        while data := stream.read():
            if text := _decode(decoder, data, stream.source):
                return text
        return _decode(decoder, b"", stream.source)

    return ByteStream(stream.raw, pull, filtered=True)


def _decode(decoder: codecs.IncrementalDecoder, data: bytes, source: str) -> bytes:
    try:
        return decoder.decode(data, final=not data).encode()
    except UnicodeError as error:
        raise SoftmaxError(f"the text is not valid: {error}", source=source) from error
