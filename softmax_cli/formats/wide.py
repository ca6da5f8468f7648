"""Rows of very many columns: parsed and written as one long column of numbers.

What polars does for each column of each block is lost in a row of ten columns and is most of
the work in one of 128,000. Turning delimiters into newlines, and back, costs a few nanoseconds
a value instead.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from softmax_cli.formats.edges import Edges

# From so many columns on, one column for all of them is faster.
WIDE = 256
_NEWLINE = ord("\n")


def cut(text: bytes, delimiter: str, before: int, behind: int) -> Edges | None:
    """Where the logits of each line begin and end, so many fields from its ends.

    None where a line has not as many fields. A search from the ends of long lines: to find
    all fields takes twenty times as long.
    """
    mark = delimiter.encode()
    starts, ends = [0], []
    line = 0
    while line < len(text):
        stop = text.index(b"\n", line)
        first, last = line, stop
        for _ in range(before):
            first = text.find(mark, first, stop) + 1 or stop + 1
        for _ in range(behind):
            last = text.rfind(mark, line, last)
        if first > last:
            return None
        ends.append(first)
        starts.append(last)
        line = stop + 1
    ends.append(len(text))
    return Edges(np.frombuffer(text, np.uint8), np.array(starts), np.array(ends))


def matrix(text: bytes, delimiter: str, count: int) -> NDArray[np.float64] | None:
    """Lines of `count` finite numbers each, shape (N, count); None for anything else."""
    if not are_even(text, delimiter, count):
        return None
    frame = pl.read_csv(
        one_column(text, delimiter),
        has_header=False,
        schema={"c0": pl.Float64},
        quote_char=None,
        ignore_errors=True,
    )
    values: NDArray[np.float64] = frame.to_series().to_numpy().reshape(-1, count)
    return None if frame.null_count().item() or not np.isfinite(values).all() else values


def one_column(text: bytes, delimiter: str) -> bytes:
    """Lines of numbers with every number on a line of its own."""
    mark = np.frombuffer(text, np.uint8)
    return np.where(mark == ord(delimiter), np.uint8(_NEWLINE), mark).tobytes()


def are_even(text: bytes, delimiter: str, count: int) -> bool:
    """Whether each line has `count` fields."""
    marks = np.frombuffer(text, np.uint8)
    ends = np.flatnonzero(marks == _NEWLINE)
    starts = np.concatenate(([0], ends[:-1] + 1))
    return all(
        np.count_nonzero(marks[start:end] == ord(delimiter)) == count - 1
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True)
    )


def rows_of(text: bytes, count: int, delimiter: str) -> bytes:
    """Numbers, each on its line, as rows of `count`."""
    marks: NDArray[np.uint8] = np.frombuffer(text, np.uint8).copy()
    ends = np.flatnonzero(marks == _NEWLINE)
    inner = np.ones(len(ends), np.bool_)
    inner[count - 1 :: count] = False
    marks[ends[inner]] = ord(delimiter)
    return marks.tobytes()
