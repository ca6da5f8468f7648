"""A stream of text cut into blocks of whole lines, where no line holds another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.text.records import FLUSH_SECONDS, LONGEST_RECORD, TextChunk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from softmax_cli.formats.streams.input import ByteStream

_BLOCK = 4 << 20


class LineReader:
    """The lines of a stream: the first one singly, then all in blocks."""

    def __init__(self, stream: ByteStream) -> None:
        self.stream = stream
        self._pending = b""
        self._ended = False
        self._line = 1

    def first(self) -> tuple[bytes, int]:
        """The first line that is not blank, left to be read, with its number.

        Raises SoftmaxError if there is none.
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
            self._refuse_endless()
        if line := self._pending.partition(b"\n")[0].strip():
            return line, self._line
        raise SoftmaxError("the input is empty", source=self.stream.source)

    def chunks(self) -> Iterator[TextChunk]:
        """All lines, in order."""
        while not self._ended or self._pending:
            if not self._ended:
                self._pull(_BLOCK)
            end = len(self._pending) if self._ended else self._pending.rfind(b"\n") + 1
            text, self._pending = self._pending[:end], self._pending[end:]
            if text:
                yield TextChunk(text, self._line, self.stream.raw.position)
                self._line += text.count(b"\n")

    def _pull(self, target: int) -> None:
        """Read up to `target` bytes, or what there is if a whole line is among it."""
        parts, size = [self._pending], len(self._pending)
        whole = b"\n" in self._pending
        while size < target or not whole:
            if whole and not self.stream.ready(FLUSH_SECONDS):
                break
            data = self.stream.read()
            if not data:
                self._ended = True
                break
            parts.append(data)
            size += len(data)
            whole = whole or b"\n" in data
            if not whole and size > LONGEST_RECORD:
                break
        self._pending = b"".join(parts)
        self._refuse_endless()

    def _refuse_endless(self) -> None:
        if len(self._pending) > LONGEST_RECORD and b"\n" not in self._pending:
            raise SoftmaxError(
                f"the line is longer than {LONGEST_RECORD >> 20} MiB",
                source=self.stream.source,
                line=self._line,
            )
