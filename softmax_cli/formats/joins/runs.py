"""Runs of rows with their identifiers and locations, one after the other."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from softmax_cli.dataclass import dataclass
from softmax_cli.formats.joins.ids import read_ids
from softmax_cli.formats.rows import Location, Rows

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import polars as pl

    from softmax_cli.errors import SoftmaxError

Arrays = tuple[NDArray[Any], ...]


@dataclass(frozen=True)
class CountedLocations:
    """Locations that count up from that of the first row: all that is left of rows in memory."""

    first: Location

    def location(self, i: int) -> Location:
        """Return the location of row i."""
        line, row = self.first.line, self.first.row
        return Location(
            self.first.source,
            line=None if line is None else line + i,
            row=None if row is None else row + i,
        )


@dataclass(frozen=True)
class RowRun:
    """A run of rows of a chunk.

    Attributes:
        arrays: what is needed of the rows, each of shape (n, ...).
        rows: all rows of the chunk, or their locations.
        ids: of the run; None if rows are matched by position.
        start: index of the first row of the run in the chunk.
        explained: True if the rows are needed to say what is wrong with some of them.
    """

    arrays: Arrays
    rows: Rows | CountedLocations
    ids: pl.Series | None = None
    start: int = 0
    explained: bool = False

    def __len__(self) -> int:
        return len(self.arrays[0])

    def location(self, i: int) -> Location:
        """Return the location of row i of the run."""
        return self.rows.location(self.start + i)

    def split(self, count: int) -> tuple[RowRun, RowRun]:
        """Return the first rows, and the others."""
        return self._part(0, count), self._part(count, len(self))

    def read_ids(self, column: int) -> pl.Series:
        """Read another column of identifiers, unless only locations are left."""
        assert isinstance(self.rows, Rows)
        return read_ids(self.rows, column)[self.start : self.start + len(self)]

    def without_text(self) -> RowRun:
        """Return the run with only the locations of its rows, where these count up."""
        first, last = self.location(0), self.location(len(self) - 1)
        counted = CountedLocations(first)
        if self.explained or last != counted.location(len(self) - 1):
            return self
        return replace(self, rows=counted, start=0)

    def _part(self, start: int, stop: int) -> RowRun:
        return replace(
            self,
            arrays=tuple(array[start:stop] for array in self.arrays),
            ids=None if self.ids is None else self.ids[start:stop],
            start=self.start + start,
        )


@dataclass(frozen=True)
class JoinedRows:
    """Rows in the order of those that they match.

    Attributes:
        arrays: those of the runs that they come from; empty without rows.
        locate: returns the rows of the chunk that row i comes from, and its index in it.
    """

    arrays: Arrays
    locate: Callable[[int], tuple[Rows | CountedLocations, int]]

    def location(self, i: int) -> Location:
        """Return the location of row i."""
        rows, index = self.locate(i)
        return rows.location(index)

    def error(self, i: int) -> SoftmaxError:
        """Return what is wrong with row i, of a run that is `explained`."""
        rows, index = self.locate(i)
        assert isinstance(rows, Rows)
        return rows.row_error(index)


def locator(runs: Sequence[RowRun]) -> Callable[[int], tuple[Rows | CountedLocations, int]]:
    """Return the `locate` of the rows of runs, one after the other."""
    starts = np.cumsum([0, *map(len, runs)])
    places = [(run.rows, run.start) for run in runs]  # not the arrays, which may be freed

    def locate(i: int) -> tuple[Rows | CountedLocations, int]:
        k = int(np.searchsorted(starts, i, "right")) - 1
        rows, start = places[k]
        return rows, start + i - int(starts[k])

    return locate


def join_runs(runs: Sequence[RowRun]) -> JoinedRows:
    """Return the rows of runs, one after the other."""
    locate = locator(runs)
    if len(runs) == 1:
        return JoinedRows(runs[0].arrays, locate)
    arrays = zip(*(run.arrays for run in runs), strict=True)
    return JoinedRows(tuple(map(np.concatenate, arrays)), locate)
