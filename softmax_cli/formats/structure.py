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
from softmax_cli.formats.edges import Edges

if TYPE_CHECKING:
    from softmax_cli.formats.records import Block

_NEWLINE, _RETURN, _QUOTE = b'\n\r"'


class Structure:
    """The fields of a block: `row` and `column` count from 0."""

    def __init__(self, block: Block, delimiter: str, source: str) -> None:
        self._block = block
        self.source = source
        self._text = np.frombuffer(block.text, np.uint8)
        self._newlines = self._text == _NEWLINE
        ends = self._newlines | (self._text == ord(delimiter))
        if block.quoted:
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
            remedy=None if blank else _ragged_remedy(found, count),
        )

    def edges(self, count: int, before: int, behind: int) -> Edges | None:
        """What stands around the fields but so many before and behind; None if ragged or quoted."""
        if not self._is_even(count):
            return None
        if before:
            firsts = self._ends[before - 1 :: count] + 1
        else:
            firsts = np.concatenate(([0], self._ends[count - 1 :: count][:-1] + 1))
        return Edges.of(self._block.text, firsts, self._ends[count - 1 - behind :: count])

    def _is_even(self, count: int) -> bool:
        """Whether every row has `count` fields: far quicker than to find one that has not."""
        if len(self._ends) % count or self._block.quoted:
            return False
        every_last = self._text[self._ends[count - 1 :: count]] == _NEWLINE
        return np.count_nonzero(self._newlines) == len(every_last) and bool(every_last.all())

    def _start(self, row: int, column: int) -> int:
        first = 0 if row == 0 else int(self._last[row - 1]) + 1
        index = first + column
        return 0 if index == 0 else int(self._ends[index - 1]) + 1


def _fields(count: int) -> str:
    return "1 field" if count == 1 else f"{count} fields"


def _ragged_remedy(found: int, count: int) -> str | None:
    if found == count + 1:
        return "Is there a delimiter at the end, or one inside a value that wants quotes?"
    return None


def require_sound_text(block: Block, delimiter: str, source: str) -> None:
    """Refuse NULs, bytes that are not UTF-8, and quotes that neither open nor close a field."""
    require_characters(block, source)
    if block.quoted:
        _require_sound_quotes(block, delimiter, source)
    if block.returned:
        require_line_ends(block, source)


def require_characters(block: Block, source: str) -> None:
    """Refuse NULs and bytes that are not UTF-8."""
    if b"\0" in block.text:
        raise SoftmaxError(
            "a NUL byte, which text does not hold",
            source=source,
            line=_line_at(block, block.text.index(b"\0")),
            remedy="UTF-16 is read when it begins with a byte-order mark.",
        )
    if not block.text.isascii():
        _require_utf8(block, source)


def require_line_ends(block: Block, source: str) -> None:
    """Refuse a carriage return that is not the end of a line together with a newline."""
    text = np.frombuffer(block.text, np.uint8)
    alone = (text[:-1] == _RETURN) & (text[1:] != _NEWLINE)
    if block.quoted:
        alone &= ~np.logical_xor.accumulate(text == _QUOTE)[:-1]
    if alone.any():
        raise SoftmaxError(
            "a carriage return in the middle of a line",
            source=source,
            line=_line_at(block, int(alone.argmax())),
            remedy="If lines end in one, convert them first: tr '\\r' '\\n'.",
        )


def _require_sound_quotes(block: Block, delimiter: str, source: str) -> None:
    text = np.frombuffer(block.text, np.uint8)
    quotes = np.flatnonzero(text == _QUOTE)
    if len(quotes) % 2:
        _refuse_quote(block, int(quotes[-1]), "a quote is opened and not closed", source)
    opening, closing = quotes[::2], quotes[1::2]
    before = np.where(opening > 0, text[opening - 1], _NEWLINE)
    after = text[closing + 1]
    # Two quotes in a row inside a field stand for one: the first closes, the second reopens.
    doubled = closing[:-1] + 1 == opening[1:]
    bad_opening = ~_among(before, (_NEWLINE, ord(delimiter)))
    bad_opening[1:] &= ~doubled
    bad_closing = ~_among(after, (_NEWLINE, _RETURN, ord(delimiter)))
    bad_closing[:-1] &= ~doubled
    if bad_opening.any():
        place = int(opening[bad_opening.argmax()])
        _refuse_quote(block, place, "a quote in the middle of a field", source)
    if bad_closing.any():
        place = int(closing[bad_closing.argmax()])
        _refuse_quote(block, place, "text after a closing quote", source)


def _among(values: NDArray[np.uint8], allowed: tuple[int, ...]) -> NDArray[np.bool_]:
    return np.isin(values, np.array(allowed, np.uint8))


def _refuse_quote(block: Block, place: int, message: str, source: str) -> None:
    raise SoftmaxError(
        message,
        source=source,
        line=_line_at(block, place),
        remedy='A field that holds a quote is quoted whole, its quotes doubled: "5"" disk".',
    )


def _require_utf8(block: Block, source: str) -> None:
    """Refuse bytes that are not UTF-8, with their line."""
    try:
        block.text.decode()
    except UnicodeDecodeError as error:
        raise SoftmaxError(
            f"byte 0x{block.text[error.start]:02x} is not UTF-8",
            source=source,
            line=_line_at(block, error.start),
            remedy="Convert the file first: iconv -f latin1 -t utf-8.",
        ) from error


def _line_at(block: Block, place: int) -> int:
    return block.first_line + block.text.count(b"\n", 0, place)
