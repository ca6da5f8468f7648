"""Input streams: files, pipes and standard input, decompressed and as UTF-8."""

from __future__ import annotations

import io
import os
import stat
import sys
from functools import partial
from typing import TYPE_CHECKING, Any

from softmax_cli.errors import ARGUMENTS, STDIN, SoftmaxError, wrap_os_errors
from softmax_cli.formats.streams.compression import (
    MAGICS,
    ZIP,
    Compression,
    compression_from_content,
    wrap_decompression_errors,
)
from softmax_cli.formats.streams.decoding import BYTE_ORDER_MARKS, decoded
from softmax_cli.formats.streams.urls import is_url, open_binary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


READ_SIZE = 1 << 20


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


class ByteStream:
    """Bytes pulled from a raw file: read, decompressed or decoded.

    `filtered` is True if the bytes differ from those of the file.
    """

    def __init__(
        self, raw: RawFile | InMemoryFile, pull: Callable[[], bytes], *, filtered: bool = False
    ) -> None:
        self.raw = raw
        self.filtered = filtered
        self.source = raw.source
        self._pull = pull
        self._head = b""

    def peek(self, signatures: Iterable[bytes]) -> bytes:
        """Return the first bytes, enough to identify a signature, and keep them unread."""
        self._head = _peek_signature(signatures, self._pull, self._head)
        return self._head

    def peek_line(self) -> bytes:
        """Return the first line, or all bytes if there is none, and keep them unread."""
        return self.peek_lines(1)[0]

    def peek_lines(self, count: int) -> list[bytes]:
        """Return the first lines, the last of them whole or to the end, and keep them unread."""
        parts, ends = [self._head], self._head.count(b"\n")
        while ends < count and (data := self._pull()):
            parts.append(data)
            ends += data.count(b"\n")
        self._head = b"".join(parts)
        return self._head.split(b"\n", count)[:count]

    def peek_nonblank(self) -> bytes:
        """Return the first two bytes that are not blank, or fewer at the end, and keep all."""
        while True:
            head = self._head.lstrip()
            rest = head[1:].lstrip()
            if rest or len(self._head) > READ_SIZE or not (data := self._pull()):
                return head[:1] + rest[:1]
            self._head += data

    def read(self) -> bytes:
        """Return some bytes as soon as there are any; b"" at the end."""
        head, self._head = self._head, b""
        return head or self._pull()

    def ready(self, seconds: float) -> bool:
        """Return True if read() would return within `seconds`."""
        return bool(self._head) or self.raw.ready(seconds)

    def has_random_access(self, path: str) -> bool:
        """Return True if its path can be opened again, at any offset."""
        return path != "-" and self.raw.size is not None and not self.filtered

    def close(self) -> None:
        """Close the raw file; standard input stays open."""
        self.raw.close()


class InMemoryFile(io.BytesIO):
    """Text in memory, with the interface of a raw file."""

    def __init__(self, text: bytes, source: str) -> None:
        super().__init__(text)
        self.source = source
        self.size = len(text)

    @property
    def position(self) -> int:
        """The number of bytes read."""
        return self.tell()

    def ready(self, _seconds: float) -> bool:
        """Return True, because memory never blocks."""
        return True


def in_memory_stream(text: bytes, source: str = ARGUMENTS) -> ByteStream:
    """Return text in memory, by default that of the command line, as a stream."""
    raw = InMemoryFile(text, source)
    return ByteStream(raw, raw.read)


def open_stream(path: str, *, unzip: bool = True) -> ByteStream:
    """Open a path, or standard input for `-`, as UTF-8 without a byte-order mark.

    Raises:
        SoftmaxError: now or while reading, for a file that cannot be opened, an
            unsupported compression and corrupt data.
    """
    raw = RawFile(path)
    try:
        with wrap_os_errors(raw.source):
            raw.head = _peek_signature([*MAGICS, ZIP], raw.read)
        raw.position = 0
        compression = compression_from_content(raw.head, raw.source)
        read = _reader(raw, compression, path if unzip else None)
        pull = partial(_pull, read, compression, raw.source)
        return _decode_stream(ByteStream(raw, pull, filtered=read != raw.read))
    except BaseException:
        raw.close()
        raise


def _stdin() -> io.FileIO:
    if sys.stdin is None:
        raise SoftmaxError("standard input is closed")
    # Unbuffered and by descriptor: a thread blocked in it cannot delay the exit.
    return io.FileIO(0, closefd=False)


def _file(path: str) -> io.FileIO:
    with wrap_os_errors(path):
        return io.FileIO(path)


def _peek_signature(
    signatures: Iterable[bytes], pull: Callable[[], bytes], head: bytes = b""
) -> bytes:
    """Return just enough of the first bytes to tell if they begin with a signature.

    Reads no more than that, because a pipe may block for long.
    """
    while any(magic.startswith(head) and magic != head for magic in signatures) and (
        more := pull()
    ):
        head += more
    return head


def _reader(raw: RawFile, by: Compression | None, zip_path: str | None) -> Callable[[], bytes]:
    """Return the function that reads a file, of its content if it is compressed."""
    if by is not None:
        return partial(by.reader(raw).read1, READ_SIZE)
    if zip_path is None or not raw.head.startswith(ZIP):
        return raw.read
    from softmax_cli.formats.streams.archive import open_member

    return open_member(raw, zip_path, READ_SIZE) or raw.read


def _pull(read: Callable[[], bytes], compression: Compression | None, source: str) -> bytes:
    with wrap_os_errors(source), wrap_decompression_errors(compression, source):
        return read()


def _decode_stream(stream: ByteStream) -> ByteStream:
    head = stream.peek([mark for mark, _ in BYTE_ORDER_MARKS])
    encoding = next((name for mark, name in BYTE_ORDER_MARKS if head.startswith(mark)), None)
    if encoding is None:
        return stream
    return ByteStream(stream.raw, decoded(stream.read, encoding, stream.source), filtered=True)
