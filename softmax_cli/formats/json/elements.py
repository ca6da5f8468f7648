"""Lists of records in JSON documents, put on a line each while they are read.

NumPy finds the brackets and quotes of a megabyte at once, and so where the records end, in a
fraction of the time that a parser takes for their values.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from softmax_cli.errors import SoftmaxError, printable
from softmax_cli.formats.rows import Location
from softmax_cli.formats.streams.input import ByteStream
from softmax_cli.formats.streams.raw_file import READ_SIZE
from softmax_cli.formats.text.records import LONGEST_RECORD

if TYPE_CHECKING:
    from collections.abc import Iterator

TRAILING_DATA_HINT = "For one record per line, use --input-format jsonl."
_BLANKS = b" \t\r\n"
# A tab is as blank as a line end, and as invalid in a string.
_NEWLINE_TO_TAB = bytes.maketrans(b"\n", b"\t")
_OPENING, _CLOSING, _QUOTE, _TO_BRACE = (np.uint8(code) for code in (*b'{}"', 0x20))
_SHOWN, _DEEPEST = 20, 1000


def begins_list_of_records(stream: ByteStream) -> bool:
    """Return True if a document begins as a list of lists or objects."""
    return stream.peek_nonblank() in (b"[[", b"[{")


def split_records(stream: ByteStream) -> ByteStream:
    """Return the records of a list as a stream of lines, one per record.

    Raises:
        SoftmaxError: while reading, for anything but commas between the records, and anything
            after the list.
    """
    lines = _Splitter(stream).lines()
    return ByteStream(stream.raw, lambda: next(lines, b""), filtered=True)


class _Splitter:
    """The records of a list, which end where their brackets close."""

    def __init__(self, stream: ByteStream) -> None:
        self._stream = stream
        self._pending = b""
        self._rows = 0

    def lines(self) -> Iterator[bytes]:
        """Yield lines, some at a time."""
        self._stream.peek_nonblank()  # the next read then holds the opening bracket
        self._pull()
        self._pending = self._pending.lstrip(_BLANKS)[1:]
        while True:
            starts, ends, closing = self._locate_records()
            if starts:
                yield self._cut(starts, ends)
                closing -= ends[-1]
            if closing >= 0:
                break
            if not self._pull():
                raise self._error("invalid JSON: unterminated list")
        self._require_blank(self._pending[:closing])
        if self._pending[closing : closing + 1] != b"]":
            raise self._error('invalid JSON: expected "]", found "}"')
        self._pending = self._pending[closing + 1 :]
        self._require_end()

    def _require_end(self) -> None:
        """Raise SoftmaxError for anything after the list."""
        while self._pending or self._pull():
            if self._pending.strip(_BLANKS):
                raise SoftmaxError(
                    "invalid JSON: data after the list",
                    source=self._stream.source,
                    hint=TRAILING_DATA_HINT,
                )
            self._pending = b""

    def _locate_records(self) -> tuple[list[int], list[int], int]:
        try:
            return locate_records(self._pending)
        except ValueError as error:
            raise self._error(str(error)) from error

    def _cut(self, starts: list[int], ends: list[int]) -> bytes:
        """Return the records between these offsets as lines."""
        text = self._pending
        self._require_commas(starts, ends)
        records = [text[start:end] for start, end in zip(starts, ends, strict=True)]
        if b"\n" in text:
            records = [_on_one_line(record) for record in records]
        self._rows += len(records)
        self._pending = text[ends[-1] :]
        return b"\n".join(records) + b"\n"

    def _require_commas(self, starts: list[int], ends: list[int]) -> None:
        """Raise SoftmaxError unless there is one comma between records."""
        text = self._pending
        gaps = [text[end:start] for end, start in zip([0, *ends[:-1]], starts, strict=True)]
        if not self._rows and not gaps[0].strip(_BLANKS):
            gaps[0] = b","
        if any(gap.strip(_BLANKS) != b"," for gap in set(gaps)):
            row = next(i for i, gap in enumerate(gaps) if gap.strip(_BLANKS) != b",")
            self._rows += row
            self._require_blank(gaps[row])
            raise self._error("invalid JSON: missing comma")

    def _require_blank(self, gap: bytes) -> None:
        """Raise SoftmaxError for anything but blanks where a comma or the end should be."""
        if found := gap.strip(_BLANKS + b","):
            text = printable(found[:_SHOWN].decode(errors="replace"))
            raise self._error(f'expected a list or an object, found "{text}"')
        if gap.strip(_BLANKS):
            raise self._error("invalid JSON: unexpected comma")

    def _pull(self) -> bool:
        """Read more, twice as much in all for a long record; return False at the end."""
        reads, size = [self._pending], len(self._pending)
        if size > LONGEST_RECORD:
            raise self._error(f"record exceeds {LONGEST_RECORD >> 20} MiB")
        target = 2 * size if size >= READ_SIZE else size + 1
        while size < target and (data := self._stream.read()):
            reads.append(data)
            size += len(data)
        self._pending = b"".join(reads)
        return len(reads) > 1

    def _error(self, message: str, hint: str | None = None) -> SoftmaxError:
        return Location(self._stream.source, row=self._rows + 1).error(message, hint=hint)


def locate_records(text: bytes) -> tuple[list[int], list[int], int]:
    """Return the starts and ends of the whole records in a list, and the offset of its end.

    The text begins between two records; the offset is -1 unless the list ends in it. Raises
    ValueError for records that are nested deeper than a parser can read.
    """
    if b"\\" in text:  # escaped quotes do not end a string
        text = text.replace(b"\\\\", b"  ").replace(b'\\"', b"  ")
    marks, steps = _brackets(np.frombuffer(text, np.uint8))
    depth = np.cumsum(steps)
    if depth.max(initial=0) > _DEEPEST:
        raise ValueError("JSON is nested too deeply")
    outside = np.flatnonzero(depth < 0)
    closing = int(marks[outside[0]]) if len(outside) else -1
    inside = slice(int(outside[0]) if len(outside) else None)
    ends = marks[inside][(depth[inside] == 0) & (steps[inside] < 0)] + 1
    starts = marks[inside][(depth[inside] == 1) & (steps[inside] > 0)][: len(ends)]
    return starts.tolist(), ends.tolist(), closing


def _brackets(codes: NDArray[np.uint8]) -> tuple[NDArray[np.intp], NDArray[np.int8]]:
    """Return the offsets of the brackets outside strings, and 1 or -1 for each."""
    braces = codes | _TO_BRACE  # both kinds of brackets
    quotes = codes == _QUOTE
    marks = np.flatnonzero((braces == _OPENING) | (braces == _CLOSING) | quotes)
    if quotes.any():
        quoted = quotes[marks]
        inside = np.cumsum(quoted) & 1 != 0
        marks = marks[~(quoted | inside)]
    steps: NDArray[np.int8] = 1 - 2 * (braces[marks] == _CLOSING).astype(np.int8)
    return marks, steps


def _on_one_line(record: bytes) -> bytes:
    if b'"' in record:
        return record.translate(_NEWLINE_TO_TAB)
    # Numbers alone are parsed fastest without blanks, which must not join two of them.
    text = b" ".join(record.split())
    for mark in (b"[ ", b", ", b" ]", b" ,"):
        text = text.replace(mark, mark.strip())
    return text
