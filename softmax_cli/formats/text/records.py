"""A stream of delimited text cut into blocks of whole records."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from softmax_cli.errors import SoftmaxError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from softmax_cli.formats.streams.input import ByteStream

# So many cells to a block: enough to keep its fixed cost out of sight, and few enough, with
# what is made of them, for flat memory. In bytes, no more than this.
_CELLS = 1 << 18
_LARGEST_BLOCK = 4 << 20
LONGEST_RECORD = 64 << 20
_BLANK_LINES, _BLANK_TEXTS = (b"\n\n", b"\n\r\n"), (b"\n", b"\r\n")
# A slow pipe's rows wait no longer than this for more to join them.
FLUSH_SECONDS = 0.05


@dataclass(frozen=True)
class TextChunk:
    """Whole records, each ended by a newline, that can be handled on their own.

    `position` is how many bytes of the raw input had been read when it was complete.
    """

    text: bytes
    first_line: int
    position: int = 0

    @cached_property
    def has_quotes(self) -> bool:
        """Whether there is a quote in it, so that not every newline ends a record."""
        return b'"' in self.text

    @cached_property
    def has_carriage_return(self) -> bool:
        """Whether there is a carriage return in it."""
        return b"\r" in self.text


class RecordReader:
    """The records of a stream: the first ones singly, then the rest in blocks.

    Blank lines at the end of the stream are dropped; elsewhere they stay, to be refused.
    """

    def __init__(self, stream: ByteStream) -> None:
        self.stream = stream
        self.source = stream.source
        self.line = 1
        self._size = _LARGEST_BLOCK
        self._pending = b""
        self._behind = b""  # what has been read behind the last newline of that, while it is cut
        self._ended = False

    @property
    def pending(self) -> int:
        """How many bytes have been read and not been given yet."""
        return len(self._pending)

    def peek(self, count: int) -> list[bytes]:
        """The first records, as many as there are up to `count`, left to be read."""
        self._skip_blank_lines()
        records: list[bytes] = []
        start = 0
        while len(records) < count:
            end = _first_end(self._pending, start)
            if end == 0 and not self._ended:
                self._refuse_endless()
                self._pull()
                continue
            record = self._pending[start : end or len(self._pending)]
            if not record.strip():
                break
            records.append(record)
            start = end or len(self._pending)
        return records

    def set_chunk_size(self, record: bytes, cells: int) -> None:
        """Size the blocks for records like this one, of so many cells."""
        self._size = min(_LARGEST_BLOCK, _CELLS * len(record) // cells)

    def skip(self, record: bytes) -> None:
        """Leave out a record that was peeked at."""
        self._pending = self._pending[len(record) :]
        self.line += record.count(b"\n")

    def chunks(self) -> Iterator[TextChunk]:
        """All that is left, in order."""
        target = self._size
        while True:
            self._fill(target)
            end = len(self._pending) if self._ended else _last_end(self._pending)
            chunk = self._cut(end)
            self._pending, self._behind = self._pending + self._behind, b""
            if chunk:
                yield chunk
                target = self._size
            if self._ended:
                return
            if chunk is None:
                self._refuse_endless()
                target = len(self._pending) + self._size

    def _skip_blank_lines(self) -> None:
        while not self._pending.strip() and self._pull():
            pass
        blank = len(self._pending) - len(self._pending.lstrip(b"\r\n"))
        self.skip(self._pending[:blank])

    def _pull(self) -> bool:
        data = self.stream.read()
        self._pending += data
        self._ended = not data
        return not self._ended

    def _fill(self, target: int) -> None:
        """Read up to `target` bytes, or what comes in time if there are whole records in it."""
        deadline = time.monotonic() + FLUSH_SECONDS
        parts, size = [self._pending], len(self._pending)
        while size < target and not self._ended:
            if size and not self.stream.ready(deadline - time.monotonic()):
                parts = [b"".join(parts)]
                if parts[0].strip(b"\r\n") and _last_end(parts[0]):
                    break
            data = self.stream.read()
            self._ended = not data
            parts.append(data)
            size += len(data)
        last = parts.pop()
        end = 0 if self._ended else last.rfind(b"\n") + 1
        # Where a block ends, as a rule: its text is then all that is pending, and not a copy.
        self._behind = last[end:] if end else b""
        self._pending = b"".join((*parts, memoryview(last)[: end or len(last)]))

    def _cut(self, end: int) -> TextChunk | None:
        """What is pending up to `end`, but for blank lines there: they wait for what follows."""
        text, blank = self._pending[:end], b""
        if not text.endswith(b"\n") or text.endswith(_BLANK_LINES) or text in _BLANK_TEXTS:
            body = text.rstrip(b"\r\n")
            if not body:
                return None
            blank = text[len(body) :].partition(b"\n")[2]
            text = body + b"\n"
        self._pending = blank + self._pending[end:]
        chunk = TextChunk(text, self.line, self.stream.raw.position)
        self.line += _newlines(text)
        return chunk

    def _refuse_endless(self) -> None:
        if len(self._pending) <= LONGEST_RECORD:
            return
        raise SoftmaxError(
            "a quote is opened and not closed"
            if b'"' in self._pending
            else f"the line is longer than {LONGEST_RECORD >> 20} MiB",
            source=self.source,
            line=self.line,
        )


def _first_end(text: bytes, start: int) -> int:
    """Where the record that begins at `start` ends, past its newline; 0 if it does not."""
    end = text.find(b"\n", start) + 1
    quotes = text.count(b'"', start, end) if end else 0
    while end and quotes % 2:
        after = text.find(b"\n", end) + 1
        quotes += text.count(b'"', end, after) if after else 0
        end = after
    return end


def _last_end(text: bytes) -> int:
    """Where the last whole record ends, past its newline; 0 if there is none."""
    end = text.rfind(b"\n") + 1
    if b'"' not in text:
        return end
    quotes = text.count(b'"', 0, end)
    while end and quotes % 2:
        before = text.rfind(b"\n", 0, end - 1) + 1
        quotes -= text.count(b'"', before, end)
        end = before
    return end


def _newlines(text: bytes) -> int:
    # A sixth of the time of bytes.count.
    return int(np.count_nonzero(np.frombuffer(text, np.uint8) == ord("\n")))
