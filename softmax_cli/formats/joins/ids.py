"""Identifiers as text, and an index of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import polars as pl

from softmax_cli.formats.columns.selection import quote_names

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from softmax_cli.formats.rows import Rows

# Identifiers of rows as text.
Ids: TypeAlias = pl.Series


def normalize_ids(ids: pl.Series) -> pl.Series:
    """Return identifiers as text, whole numbers without the .0 of a column of floats."""
    texts = ids.cast(pl.String).fill_null("").str.strip_chars().alias("id")
    return texts.str.replace(r"^([0-9]+)\.0+$", "$1")


def read_ids(rows: Rows, column: int) -> pl.Series:
    """Read a column of identifiers, N high."""
    if not len(rows):
        return pl.Series(dtype=pl.String)
    return normalize_ids(rows.read_columns([column]).to_series())


def describe_duplicate(key: str) -> str:
    """Return what is wrong with an identifier that occurs twice."""
    return f"duplicate identifier {quote_names([key])}"


def describe_missing(keys: Ids, source: str, what: str = "row") -> str:
    """Return what is wrong with identifiers that a source does not have."""
    more = f" and {len(keys) - 3} more" if len(keys) > 3 else ""
    return f"no {what} for identifier {quote_names(keys[:3].to_list())}{more} in {source}"


def count_up(ids: Ids) -> bool:
    """Return True if the identifiers look like the numbers of rows, by the first and the last."""
    ends = [ids[0], ids[-1]]
    return all(map(str.isdecimal, ends)) and int(ends[1]) - int(ends[0]) == len(ids) - 1


def find_other_order(keys: Ids, others: Ids) -> int | None:
    """Return the first place where text names what it has at another place in `others`."""
    if keys.equals(others) or keys.is_duplicated().any() or others.is_duplicated().any():
        return None
    moved = (keys != others) & keys.is_in(others.implode())
    return moved.arg_max() if moved.any() else None


class IdIndex:
    """Identifiers with their places, N in all, and which of them have been taken."""

    def __init__(self, ids: pl.Series) -> None:
        self._order = ids.arg_sort().to_numpy().astype(np.intp)
        self._sorted = ids.gather(self._order)
        self._taken = np.zeros(len(ids), np.bool_)

    def find(self, keys: pl.Series) -> NDArray[np.intp]:
        """Return the place of each of M identifiers, shape (M,); -1 if it is missing."""
        if not len(self._sorted):
            return np.full(len(keys), -1)
        near = self._sorted.search_sorted(keys, "left").to_numpy()
        near = np.minimum(near, len(self._sorted) - 1)
        same = (self._sorted.gather(near) == keys).to_numpy()
        return np.where(same, self._order[near], -1)

    def take(self, places: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Take places; return which were taken before, by this call too, shape (M,)."""
        again = np.ones(len(places), np.bool_)
        again[np.unique(places, return_index=True)[1]] = False
        again |= self._taken[places]
        self._taken[places] = True
        return again

    def left(self) -> NDArray[np.intp]:
        """Return the places that have not been taken, in order."""
        return np.flatnonzero(~self._taken)
