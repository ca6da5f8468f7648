"""Rows of a source in memory, taken by their identifiers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from softmax_cli.formats.joins.ids import IdIndex, describe_duplicate, describe_missing
from softmax_cli.formats.joins.runs import JoinedRows, locator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    from softmax_cli.formats.joins.matching import SourceMatch
    from softmax_cli.formats.joins.runs import Arrays, RowRun
    from softmax_cli.formats.rows import Location, Rows


class HeldRows:
    """The arrays, identifiers and locations of the rows of a source.

    The first rows, `same` in number, are in the order of those that match them. `seen` holds the
    hashes of their identifiers and of those before, which none behind them may have again.

    Raises:
        SoftmaxError: for a duplicate identifier.
    """

    def __init__(
        self, runs: Iterable[RowRun], match: SourceMatch, seen: NDArray[np.uint64], same: int
    ) -> None:
        self._match, self._seen, self._same = match, seen, same
        held = [run.without_text() for run in runs]
        self._locate = locator(held)
        ids = [run.ids for run in held if run.ids is not None]
        self._ids = pl.concat(ids)[same:] if ids else pl.Series(dtype=pl.String)
        again = ~self._ids.is_first_distinct().to_numpy() | self._were_seen(self._ids)
        if again.any():
            i = int(again.argmax())
            raise match.error(self._location(same + i), describe_duplicate(self._ids[i]))
        self._index = IdIndex(self._ids)
        self._arrays = _stack(held, sum(map(len, held))) if held else ()

    def take(self, ids: pl.Series, rows: Rows, same: int = 0) -> JoinedRows:
        """Return the rows with the identifiers of `rows`, of which the first `same` are first."""
        found = self._find(ids[same:], lambda i: rows.location(same + i))
        places = np.concatenate((np.arange(same), found + self._same))
        arrays = tuple(_gather(array, places) for array in self._arrays)
        return JoinedRows(arrays, lambda i: self._locate(int(places[i])))

    def _find(self, ids: pl.Series, location: Callable[[int], Location]) -> NDArray[np.intp]:
        """Return where identifiers are behind the first rows, shape (N,)."""
        match, places = self._match, self._index.find(ids)
        missing = places < 0
        again = np.zeros(len(ids), np.bool_)
        again[~missing] = self._index.take(places[~missing])
        if missing.any():
            again |= self._were_seen(ids)
        if again.any() or missing.any():
            i = int((again | missing).argmax())
            if again[i]:
                raise match.error(location(i), describe_duplicate(ids[i]))
            message = describe_missing(
                ids.filter(missing).unique(maintain_order=True), match.source
            )
            raise match.error(location(i), message)
        return places

    def require_all_taken(self) -> None:
        """Raise SoftmaxError if there are rows left."""
        left = self._index.left()
        if len(left):
            message = describe_missing(self._ids.gather(left), self._match.first)
            raise self._match.error(self._location(self._same + int(left[0])), message)

    def _were_seen(self, ids: pl.Series) -> NDArray[np.bool_]:
        return np.isin(ids.hash().to_numpy(), self._seen)

    def _location(self, place: int) -> Location:
        rows, i = self._locate(place)
        return rows.location(i)


def _stack(runs: list[RowRun], count: int) -> Arrays:
    """Return the arrays of all runs, of which each is freed once it is copied."""
    arrays = tuple(np.empty_like(one, shape=(count, *one.shape[1:])) for one in runs[0].arrays)
    start = 0
    runs.reverse()
    while runs:
        run = runs.pop()
        for array, values in zip(arrays, run.arrays, strict=True):
            array[start : start + len(run)] = values
        start += len(run)
    return arrays


def _gather(array: NDArray[Any], places: NDArray[np.intp]) -> NDArray[Any]:
    """Return rows in the memory order of the array, on which the last digit of sums depends."""
    if array.ndim > 1 and array.flags.f_contiguous:
        return np.asarray(array.T.take(places, axis=1).T)
    return np.asarray(array.take(places, axis=0))
