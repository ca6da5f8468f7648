"""Chunks of whole records of a stream of delimited text."""

from __future__ import annotations

import time
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from softmax_cli.dataclass import dataclass
from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.text.comments import comment_spans, without_quotes
from softmax_cli.formats.text.record_ends import first_end, last_end

if TYPE_CHECKING:
    from collections.abc import Iterator

    from softmax_cli.formats.streams.input import ByteStream

# Cells per chunk: enough to amortize fixed costs, few enough to bound memory; half in wide rows.
_CELLS, _MAX_CHUNK_SIZE, _WIDE = 1 << 19, 8 << 20, 256
LONGEST_RECORD = 64 << 20
_BLANK_LINES, _BLANK_TEXTS = (b"\n\n", b"\n\r\n"), (b"\n", b"\r\n")
# Flush a slow pipe's rows after this many seconds.
FLUSH_SECONDS = 0.05


@dataclass(frozen=True)
class TextChunk:
    """Whole records, each ended by a newline, that can be processed independently.

    `position` is the number of bytes of the raw input read when the chunk was complete.
    """

    text: bytes
    first_line: int
    position: int = 0

    @cached_property
    def has_quotes(self) -> bool:
        """True if the text contains a quote, so that not every newline ends a record."""
        return b'"' in self.text

    @cached_property
    def has_carriage_return(self) -> bool:
        """True if the text contains a carriage return."""
        return b"\r" in self.text


class RecordReader:
    """The records of a stream: the first ones separately, then the rest in chunks.

    Blank lines at the end of the stream are dropped; elsewhere they stay, to be rejected. Records
    that begin with `comment` are skipped, unless it is empty.
    """

    def __init__(self, stream: ByteStream, comment: bytes = b"") -> None:
        self.stream = stream
        self.source = stream.source
        self.line, self.offset = 1, 0
        self._comment = comment
        self.chunk_size = _MAX_CHUNK_SIZE
        self._pending = b""
        self._tail = b""  # bytes read after the last newline of _pending
        self._ended = False

    @property
    def pending(self) -> bytes:
        """The bytes read but not yet returned."""
        return self._pending

    def peek(self, count: int, most: int = 0) -> list[bytes]:
        """Return the first records and keep them unread.

        There are `count` of them if the stream holds that number, and up to `most` if they have
        been read already.
        """
        self._skip_blank_lines()
        records: list[bytes] = []
        start = 0
        while len(records) < max(count, most):
            comment = self._is_comment(self._pending[start : start + len(self._comment)])
            end = first_end(self._pending, start, quoting=not comment)
            if end == 0 and not self._ended:
                if len(records) >= count:
                    break
                self._require_bounded_record()
                self._pull()
                continue
            end = end or len(self._pending)
            record = self._pending[start:end]
            if not record.strip():
                break
            start = end
            if not self._is_comment(record):
                records.append(record)
            elif not records:
                self._drop(end)
                start = 0
        return records

    def set_chunk_size(self, record: bytes, cells: int) -> None:
        """Set the chunk size for records like this one, of `cells` cells."""
        size = min(_MAX_CHUNK_SIZE, _CELLS * len(record) // cells)
        self.chunk_size = size // 2 if cells >= _WIDE else size

    def skip(self, record: bytes) -> None:
        """Skip a record that was peeked at, and comments after it."""
        self._drop(len(record))
        while self._is_comment(self._pending) and (end := self._pending.find(b"\n") + 1):
            self._drop(end)

    def skip_lines(self, count: int) -> None:
        """Skip lines at the start of the stream; raise SoftmaxError if it has fewer."""
        for _ in range(count):
            while not (end := self._pending.find(b"\n") + 1) and self._pull():
                self._require_bounded_record()
            if not self._pending:
                raise SoftmaxError(f"fewer than {count} lines to skip", source=self.source)
            self._drop(end or len(self._pending))

    def chunks(self) -> Iterator[TextChunk]:
        """Yield the remaining records in order."""
        if not self._comment:
            return self._chunks()
        return (
            part for chunk in self._chunks() for part in _without_comments(chunk, self._comment)
        )

    def _last_end(self) -> int:
        text = self._pending
        return last_end(without_quotes(text, self._comment) if self._comment else text)

    def _is_comment(self, record: bytes) -> bool:
        return bool(self._comment) and record.startswith(self._comment)

    def _drop(self, size: int) -> None:
        self.line, self.offset = self.line + self._pending.count(b"\n", 0, size), self.offset + size
        self._pending = self._pending[size:]

    def _chunks(self) -> Iterator[TextChunk]:
        target = self.chunk_size
        while True:
            self._fill(target)
            end = len(self._pending) if self._ended else self._last_end()
            chunk = self._cut(end)
            self._pending, self._tail = self._pending + self._tail, b""
            if chunk:
                yield chunk
                target = self.chunk_size
            if self._ended:
                return
            if chunk is None:
                self._require_bounded_record()
                target = len(self._pending) + self.chunk_size

    def _skip_blank_lines(self) -> None:
        while not self._pending.strip() and self._pull():
            pass
        blank = len(self._pending) - len(self._pending.lstrip(b"\r\n"))
        self._drop(blank)

    def _pull(self) -> bool:
        data = self.stream.read()
        self._pending += data
        self._ended = not data
        return not self._ended

    def _fill(self, target: int) -> None:
        """Read up to `target` bytes, or fewer with a whole record if time runs out."""
        missing = target - len(self._pending)
        if missing > 0 and (lines := self.stream.read_lines(missing)):
            self._pending += lines
            return
        deadline = time.monotonic() + FLUSH_SECONDS
        reads, size = [self._pending], len(self._pending)
        while size < target and not self._ended:
            if size and not self.stream.ready(deadline - time.monotonic()):
                reads = [b"".join(reads)]
                if reads[0].strip(b"\r\n") and last_end(reads[0]):
                    break
            data = self.stream.read()
            self._ended = not data
            reads.append(data)
            size += len(data)
        last = reads.pop()
        end = 0 if self._ended else last.rfind(b"\n") + 1
        # A chunk usually ends here, so that its text is all of _pending and needs no copy.
        self._tail = last[end:] if end else b""
        self._pending = b"".join((*reads, memoryview(last)[: end or len(last)]))

    def _cut(self, end: int) -> TextChunk | None:
        """Cut a chunk at `end`; blank lines there wait for what follows. None if all are."""
        text, blank = self._pending[:end], b""
        if not text.endswith(b"\n") or text.endswith(_BLANK_LINES) or text in _BLANK_TEXTS:
            body = text.rstrip(b"\r\n")
            if not body:
                return None
            blank = text[len(body) :].partition(b"\n")[2]
            text = body + b"\n"
        self._pending = blank + self._pending[end:]
        chunk = TextChunk(text, self.line, self.stream.raw.position)
        self.line += _count_newlines(text)
        return chunk

    def _require_bounded_record(self) -> None:
        if len(self._pending) <= LONGEST_RECORD:
            return
        raise SoftmaxError(
            "unterminated quoted field"
            if b'"' in self._pending
            else f"line exceeds {LONGEST_RECORD >> 20} MiB",
            source=self.source,
            line=self.line,
        )


def _without_comments(chunk: TextChunk, comment: bytes) -> Iterator[TextChunk]:
    """Yield what lies between the comments of a chunk, with the number of its first line."""
    first, line = 0, chunk.first_line
    for start, end in [*comment_spans(chunk.text, comment), (len(chunk.text), 0)]:
        if part := chunk.text[first:start]:
            yield TextChunk(part, line, chunk.position)
        line += part.count(b"\n") + 1
        first = end


def _count_newlines(text: bytes) -> int:
    # Takes a sixth of the time of bytes.count.
    return int(np.count_nonzero(np.frombuffer(text, np.uint8) == ord("\n")))
