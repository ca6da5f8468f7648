"""Parts of an input, each read by one task."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from softmax_cli.dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

# Lines of a part are counted from here on, until the lines before it have been counted.
UNKNOWN_LINE = 1 << 40


class QuoteFoundError(Exception):
    """A quote in text without quotes so far, where not every newline ends a record."""


@dataclass(frozen=True)
class Part:
    """A part of an input, from `start` to before `stop`.

    Attributes:
        start, stop: rows of arrays and tables; bytes of text.
        size: size in bytes, for progress.
        whole: True if it is all of an input, which can only be read from its beginning.
        by_rows: True if `start` and `stop` are rows.
        first, last: of text, True if `start` or `stop` is the start or end of a record; elsewhere
            the part starts and ends with the next record.
        quoted: of text, whether the bytes at `start` and `stop` are inside quotes; None if no
            quote is expected, so that one raises QuoteFoundError.
        line: of text, the number of the first line, if it is known.
    """

    start: int = 0
    stop: int = 0
    size: int = 0
    whole: bool = False
    by_rows: bool = False
    first: bool = True
    last: bool = True
    quoted: tuple[bool, bool] | None = (False, False)
    line: int | None = None

    def first_line(self, of_text: int = 1) -> int:
        """Return the number of the first line; `of_text` is that of the first part."""
        if self.line is not None:
            return self.line
        return of_text if self.first else UNKNOWN_LINE


def split_rows(rows: int, size: int, part_size: int) -> list[Part]:
    """Return parts of about `part_size` bytes of a table of `rows` rows and `size` bytes."""
    count = max(1, min(rows, round(size / part_size)))
    bounds = [rows * i // count for i in range(count + 1)]
    return [
        Part(start, stop, size * (stop - start) // max(1, rows)) for start, stop in pairwise(bounds)
    ]


def split_text(start: int, stop: int, part_size: int, *, quoting: bool) -> list[Part]:
    """Return parts of about `part_size` bytes of text; `quoting` if newlines may be quoted."""
    size = max(0, stop - start)
    count = max(1, round(size / part_size))
    bounds = [start + size * i // count for i in range(count + 1)]
    quoted = None if quoting and count > 1 else (False, False)
    return [
        Part(low, high, high - low, first=low == start, last=high == stop, quoted=quoted)
        for low, high in pairwise(bounds)
    ]


def with_quotes(parts: Sequence[Part], counts: Sequence[int]) -> list[Part]:
    """Return parts that follow one another, given the number of quotes in each.

    The first part begins outside quotes.
    """
    inside, exact = False, []
    for part, count in zip(parts, counts, strict=True):
        after = inside ^ bool(count % 2)
        exact.append(replace(part, quoted=(inside, after)))
        inside = after
    return exact
