"""Chunks of whole lines of a stream of text, where every newline ends a record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.text.records import FLUSH_SECONDS, LONGEST_RECORD, TextChunk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from softmax_cli.formats.streams.input import ByteStream

_CHUNK_SIZE = 2 << 20
_SAMPLE_SIZE = 1 << 20


class LineReader:
    """The lines of a stream: the first one separately, then all in chunks."""

    def __init__(self, stream: ByteStream, first_line: int = 1) -> None:
        self.stream = stream
        self._pending = b""
        self._ended = False
        self._line = first_line

    def first(self) -> tuple[bytes, int]:
        """Return the first nonblank line and its number, and keep it unread.

        Raises:
            SoftmaxError: if there is none.
        """
        while True:
            body = self._pending.lstrip()
            self._line += self._pending[: len(self._pending) - len(body)].count(b"\n")
            self._pending = body
            if self._ended or b"\n" in body:
                break
            data = self.stream.read()
            self._ended = not data
            self._pending += data
            self._require_bounded_record()
        if line := self._pending.partition(b"\n")[0].strip():
            return line, self._line
        raise SoftmaxError("empty input", source=self.stream.source)

    def peek(self, most: int) -> list[bytes]:
        """Return the first whole lines of those that are ready, and keep them unread."""
        missing = self._pending.count(b"\n") < most
        if missing and not self._ended and self.stream.ready(FLUSH_SECONDS):
            self._pull(_SAMPLE_SIZE)
        end = len(self._pending) if self._ended else self._pending.rfind(b"\n") + 1
        return self._pending[:end].split(b"\n", most)[:most]

    def chunks(self) -> Iterator[TextChunk]:
        """Yield all lines in order."""
        while not self._ended or self._pending:
            if not self._ended:
                self._pull(_CHUNK_SIZE)
            end = len(self._pending) if self._ended else self._pending.rfind(b"\n") + 1
            text, self._pending = self._pending[:end], self._pending[end:]
            if text:
                yield TextChunk(text, self._line, self.stream.raw.position)
                self._line += text.count(b"\n")

    def _pull(self, target: int) -> None:
        """Read up to `target` bytes, or fewer with a whole line if no more are ready."""
        reads, size = [self._pending], len(self._pending)
        has_line = b"\n" in self._pending
        while size < target or not has_line:
            if has_line and not self.stream.ready(FLUSH_SECONDS):
                break
            data = self.stream.read()
            if not data:
                self._ended = True
                break
            reads.append(data)
            size += len(data)
            has_line = has_line or b"\n" in data
            if not has_line and size > LONGEST_RECORD:
                break
        self._pending = b"".join(reads)
        self._require_bounded_record()

    def _require_bounded_record(self) -> None:
        if len(self._pending) > LONGEST_RECORD and b"\n" not in self._pending:
            raise SoftmaxError(
                f"line exceeds {LONGEST_RECORD >> 20} MiB",
                source=self.stream.source,
                line=self._line,
            )
