"""Index of the fields of a chunk, for checks and error messages.

The fast path leaves splitting to polars, which pads short rows and accepts some stray quotes
as text. This index detects both.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.text.splice import SpliceTemplate

if TYPE_CHECKING:
    from softmax_cli.formats.text.records import TextChunk

_NEWLINE, _RETURN, _QUOTE = b'\n\r"'

# Lines that a title above a header takes at most.
_TITLE_LINES = 5


class FieldIndex:
    """The fields of a chunk; `row` and `column` are 0-based."""

    def __init__(self, chunk: TextChunk, delimiter: str, source: str) -> None:
        self._chunk = chunk
        self.source = source
        self._text = np.frombuffer(chunk.text, np.uint8)
        self._newlines = self._text == _NEWLINE
        ends = self._newlines | (self._text == ord(delimiter))
        if chunk.has_quotes:
            ends &= ~np.logical_xor.accumulate(self._text == _QUOTE)
        self._ends = np.flatnonzero(ends)

    @cached_property
    def _last(self) -> NDArray[np.intp]:
        """The index in `_ends` of the last field of each row."""
        return np.flatnonzero(self._text[self._ends] == _NEWLINE)

    @property
    def height(self) -> int:
        """The number of rows."""
        return len(self._last)

    def line(self, row: int) -> int:
        """Return the line of the file on which a row begins."""
        return self._chunk.first_line + self._chunk.text.count(b"\n", 0, self._start(row, 0))

    def cell(self, row: int, column: int) -> str:
        """Return the text of a cell, without its quotes."""
        first = 0 if row == 0 else int(self._last[row - 1]) + 1
        raw = self._chunk.text[self._start(row, column) : int(self._ends[first + column])]
        text = raw.decode("utf-8", "replace").removesuffix("\r")
        if text.startswith('"') and text.endswith('"') and len(text) > 1:
            return text[1:-1].replace('""', '"')
        return text

    def cells(self, row: int) -> list[str]:
        """Return the texts of all cells of a row."""
        first = 0 if row == 0 else int(self._last[row - 1]) + 1
        return [self.cell(row, i) for i in range(int(self._last[row]) + 1 - first)]

    def require_fields(self, count: int) -> None:
        """Raise SoftmaxError for a blank line or a row without `count` fields."""
        if self._is_rectangular(count):
            return
        fields = np.diff(self._last, prepend=-1)
        wrong = np.flatnonzero(fields != count)
        if not len(wrong):
            return
        row = int(wrong[0])
        actual = int(fields[row])
        blank = actual == 1 and not self.cell(row, 0).strip()
        raise SoftmaxError(
            "blank line" if blank else f"expected {_fields(count)}, found {actual}",
            source=self.source,
            line=self.line(row),
            hint=self._blank_hint(row) if blank else _ragged_hint(self.cell(row, 0), actual, count),
        )

    def _blank_hint(self, row: int) -> str | None:
        """Return how to skip a title that a blank line ends; None further below."""
        line = self.line(row)
        return f"Use --skip-lines {line} if a title ends here." if line <= _TITLE_LINES else None

    def template(self, count: int, before: int, after: int) -> SpliceTemplate | None:
        """Return the text around the logits; None if rows are ragged or quoted.

        Rows have `count` fields, of which `before` and `after` surround the logits.
        """
        if not self._is_rectangular(count):
            return None
        if before:
            firsts = self._ends[before - 1 :: count] + 1
        else:
            firsts = np.concatenate(([0], self._ends[count - 1 :: count][:-1] + 1))
        return SpliceTemplate.from_spans(
            self._chunk.text, firsts, self._ends[count - 1 - after :: count]
        )

    def _is_rectangular(self, count: int) -> bool:
        """Return True if every row has `count` fields and none is quoted.

        Much faster than finding a row that has not.
        """
        if len(self._ends) % count or self._chunk.has_quotes:
            return False
        every_last = self._text[self._ends[count - 1 :: count]] == _NEWLINE
        return np.count_nonzero(self._newlines) == len(every_last) and bool(every_last.all())

    def _start(self, row: int, column: int) -> int:
        first = 0 if row == 0 else int(self._last[row - 1]) + 1
        index = first + column
        return 0 if index == 0 else int(self._ends[index - 1]) + 1


def _fields(count: int) -> str:
    return "1 field" if count == 1 else f"{count} fields"


def _ragged_hint(first: str, actual: int, count: int) -> str | None:
    if first.startswith(("#", "%", "//")):
        mark = "//" if first.startswith("//") else first[0]
        return f"Use --comment '{mark}' if this line is a comment."
    if actual == count + 1:
        return "Check for a trailing delimiter or an unquoted delimiter in a value."
    return None
