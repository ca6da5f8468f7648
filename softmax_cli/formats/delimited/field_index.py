"""Where the fields of a block stand, found by numpy: for checks and for error messages.

The fast path leaves the splitting to polars, which pads short rows and reads some stray
quotes as text. What it leaves unsaid is looked up here.
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


class FieldIndex:
    """The fields of a block: `row` and `column` count from 0."""

    def __init__(self, chunk: TextChunk, delimiter: str, source: str) -> None:
        self._block = chunk
        self.source = source
        self._text = np.frombuffer(chunk.text, np.uint8)
        self._newlines = self._text == _NEWLINE
        ends = self._newlines | (self._text == ord(delimiter))
        if chunk.has_quotes:
            ends &= ~np.logical_xor.accumulate(self._text == _QUOTE)
        self._ends = np.flatnonzero(ends)

    @cached_property
    def _last(self) -> NDArray[np.intp]:
        """For each row, which of the ends is its last."""
        return np.flatnonzero(self._text[self._ends] == _NEWLINE)

    @property
    def height(self) -> int:
        """The number of rows."""
        return len(self._last)

    def line(self, row: int) -> int:
        """The line of the file on which a row begins."""
        return self._block.first_line + self._block.text.count(b"\n", 0, self._start(row, 0))

    def cell(self, row: int, column: int) -> str:
        """The text of a cell, without its quotes."""
        first = 0 if row == 0 else int(self._last[row - 1]) + 1
        raw = self._block.text[self._start(row, column) : int(self._ends[first + column])]
        text = raw.decode("utf-8", "replace").removesuffix("\r")
        if text.startswith('"') and text.endswith('"') and len(text) > 1:
            return text[1:-1].replace('""', '"')
        return text

    def cells(self, row: int) -> list[str]:
        """The texts of all cells of a row."""
        first = 0 if row == 0 else int(self._last[row - 1]) + 1
        return [self.cell(row, i) for i in range(int(self._last[row]) + 1 - first)]

    def require_fields(self, count: int) -> None:
        """Refuse a row with more or fewer fields than `count`, or a blank line."""
        if self._is_even(count):
            return
        fields = np.diff(self._last, prepend=-1)
        wrong = np.flatnonzero(fields != count)
        if not len(wrong):
            return
        row = int(wrong[0])
        found = int(fields[row])
        blank = found == 1 and not self.cell(row, 0).strip()
        raise SoftmaxError(
            "the line is blank" if blank else f"{_fields(found)} where {count} are expected",
            source=self.source,
            line=self.line(row),
            hint=None if blank else _ragged_hint(found, count),
        )

    def template(self, count: int, before: int, behind: int) -> SpliceTemplate | None:
        """What stands around the fields but so many before and behind; None if ragged or quoted."""
        if not self._is_even(count):
            return None
        if before:
            firsts = self._ends[before - 1 :: count] + 1
        else:
            firsts = np.concatenate(([0], self._ends[count - 1 :: count][:-1] + 1))
        return SpliceTemplate.from_spans(
            self._block.text, firsts, self._ends[count - 1 - behind :: count]
        )

    def _is_even(self, count: int) -> bool:
        """Whether every row has `count` fields: far quicker than to find one that has not."""
        if len(self._ends) % count or self._block.has_quotes:
            return False
        every_last = self._text[self._ends[count - 1 :: count]] == _NEWLINE
        return np.count_nonzero(self._newlines) == len(every_last) and bool(every_last.all())

    def _start(self, row: int, column: int) -> int:
        first = 0 if row == 0 else int(self._last[row - 1]) + 1
        index = first + column
        return 0 if index == 0 else int(self._ends[index - 1]) + 1


def _fields(count: int) -> str:
    return "1 field" if count == 1 else f"{count} fields"


def _ragged_hint(found: int, count: int) -> str | None:
    if found == count + 1:
        return "Is there a delimiter at the end, or one inside a value that wants quotes?"
    return None
