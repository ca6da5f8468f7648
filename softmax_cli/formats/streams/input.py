"""Input streams: files, pipes and standard input, decompressed and as UTF-8."""

from __future__ import annotations

import io
from functools import partial
from typing import TYPE_CHECKING

from softmax_cli.errors import ARGUMENTS, wrap_os_errors
from softmax_cli.formats.streams.compression import (
    MAGICS,
    ZIP,
    Compression,
    compression_from_content,
    wrap_decompression_errors,
)
from softmax_cli.formats.streams.decoding import BYTE_ORDER_MARKS, decoded
from softmax_cli.formats.streams.raw_file import READ_SIZE, RawFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class ByteStream:
    """Bytes pulled from a raw file: read, decompressed or decoded.

    `filtered` is True if the bytes differ from those of the file.
    """

    def __init__(
        self,
        raw: RawFile | InMemoryFile,
        pull: Callable[[], bytes],
        *,
        filtered: bool = False,
        pull_lines: Callable[[int], bytes] | None = None,
    ) -> None:
        self.raw = raw
        self.filtered = filtered
        self.source = raw.source
        self._pull = pull
        self._pull_lines = pull_lines
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

    def read_lines(self, size: int) -> bytes:
        """Return at least `size` bytes to the end of a line, without joining reads.

        b"" where that is impossible; `read` then returns what there is.
        """
        if self._head or self._pull_lines is None:
            return b""
        with wrap_os_errors(self.source):
            return self._pull_lines(size)

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
        filtered = read != raw.read
        lines = None if filtered else raw.read_lines
        return _decode_stream(ByteStream(raw, pull, filtered=filtered, pull_lines=lines))
    except BaseException:
        raw.close()
        raise


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
