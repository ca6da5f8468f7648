"""Rows of very many columns: parsed and written as one long column of numbers.

What polars does for each column of each block is lost in a row of ten columns and is most of
the work in one of 128,000. Turning delimiters into newlines, and back, costs a few nanoseconds
a value instead.
"""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from softmax_cli.formats.text.splice import SpliceTemplate

# From so many columns on, one column for all of them is faster.
WIDE = 256
_PIECE = 64
_NEWLINE = ord("\n")


def locate_logits(text: bytes, delimiter: str, before: int, behind: int) -> SpliceTemplate | None:
    """Where the logits of each line begin and end, so many fields from its ends.

    None where a line has not as many fields. A search from the ends of long lines: to find
    all fields takes twenty times as long.
    """
    mark = delimiter.encode()
    firsts, lasts = [], []
    for start, stop in _lines(text):
        first, last = start, stop
        for _ in range(before):
            first = text.find(mark, first, stop) + 1 or stop + 1
        for _ in range(behind):
            last = text.rfind(mark, start, max(start, last))
        if first > last:
            return None
        firsts.append(first)
        lasts.append(last)
    return SpliceTemplate.from_spans(text, np.array(firsts), np.array(lasts))


def matrix(text: bytes, delimiter: str, count: int) -> NDArray[np.float64] | None:
    """Lines of `count` finite numbers each, shape (N, count); None for anything else."""
    column = to_single_column(text, delimiter, count)
    if column is None or column.startswith(BOM_UTF8):
        return None
    import polars as pl

    try:
        frame = pl.read_csv(
            column,
            has_header=False,
            schema={"c0": pl.Float64},
            separator="\x01",  # a comma is part of a number here, and makes it none
            quote_char=None,
            ignore_errors=True,
        )
    except pl.exceptions.PolarsError:
        return None
    values: NDArray[np.float64] = frame.to_series().to_numpy().reshape(-1, count)
    return None if frame.null_count().item() or not np.isfinite(values).all() else values


def to_single_column(text: bytes, delimiter: str, count: int) -> bytes | None:
    """Lines of `count` fields with every field on a line of its own; None for other lines."""
    delimiters = np.frombuffer(text, np.uint8) == ord(delimiter)
    if any(np.count_nonzero(delimiters[start:end]) != count - 1 for start, end in _lines(text)):
        return None
    # Several times as fast as np.where: to each delimiter is added what makes it a newline.
    difference = np.uint8((_NEWLINE - ord(delimiter)) % 256)
    column: NDArray[np.uint8] = delimiters.view(np.uint8) * difference
    column += np.frombuffer(text, np.uint8)
    return column.tobytes()


def segment_width(count: int) -> int:
    """How many of the numbers of a row to write as a line: few columns, in as few lines."""
    return next(width for width in range(_PIECE, 0, -1) if count % width == 0)


def join_segments(text: bytes, count: int, delimiter: str) -> bytes:
    """Pieces of rows, each a line, as rows of `count` pieces."""
    column: NDArray[np.uint8] = np.frombuffer(text, np.uint8).copy()
    ends = np.flatnonzero(column == _NEWLINE)
    inner = np.ones(len(ends), np.bool_)
    inner[count - 1 :: count] = False
    column[ends[inner]] = ord(delimiter)
    return column.tobytes()


def _lines(text: bytes) -> Iterator[tuple[int, int]]:
    """Where each line begins and ends, its newline left out."""
    start = 0
    while start < len(text):
        end = text.index(b"\n", start)
        yield start, end
        start = end + 1
