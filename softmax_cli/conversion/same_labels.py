"""Check that the files of an ensemble give the same row the same label."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import numpy as np

from softmax_cli.dataclass import dataclass
from softmax_cli.errors import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from softmax_cli.formats.joins.ids import Ids
    from softmax_cli.formats.joins.matching import SourceMatch
    from softmax_cli.formats.joins.rows import RowJoin
    from softmax_cli.formats.joins.runs import JoinedRows
    from softmax_cli.formats.rows import Rows
    from softmax_cli.formats.source import Source

_NUMBER = np.uint64(1)


@dataclass(frozen=True)
class SameLabels:
    """The check of a file after the first; `columns` are the label column of each."""

    match: SourceMatch
    columns: tuple[int, int]

    @classmethod
    def between(cls, first: Source, other: Source, match: SourceMatch) -> SameLabels | None:
        """Return the check of two files; None unless both have one label column to write."""
        own, others = (source.columns for source in (first, other))
        one_each = len(own.labels) == len(others.labels) == 1
        kept = one_each and not {own.labels[0]}.intersection(own.dropped)
        return cls(match, (own.labels[0], others.labels[0])) if kept else None

    def require(self, first: Rows, joined: JoinedRows, ids: Ids | None) -> None:
        """Raise SoftmaxError for a row with another label than in the first file.

        A label that is missing in one of the files, or a name in one and a number in the other,
        has none to compare.
        """
        if not joined.arrays:
            return
        ours, theirs = label_codes(first, self.columns[0]), joined.arrays[1]
        alike = (ours > 0) & (theirs > 0) & ((ours ^ theirs) & _NUMBER == 0)
        differ = alike & (ours != theirs)
        if not differ.any():
            return
        i = int(differ.argmax())
        column = self.columns[0]
        label = printable(str(first.read_columns([column]).to_series()[i]))
        key = "" if ids is None else f' for identifier "{printable(str(ids[i]))}"'
        name = shlex.quote(first.columns.names[column])
        hint = f"Correct one of them, or use --drop {name} if it is no label."
        raise joined.location(i).error(
            f'another label{key} than "{label}" in {first.location(i).error("").location}',
            hint=self.match.hint if ids is None else hint,
        )


def take_rows(
    first: Rows,
    ids: Sequence[Ids | None],
    joins: Sequence[RowJoin],
    checks: Sequence[SameLabels | None],
) -> list[JoinedRows]:
    """Return the rows of each further file that match rows of the first, with the same labels."""
    joined = []
    for join, own_ids, check in zip(joins, ids, checks, strict=True):
        rows = join.take(first, own_ids)
        if check is not None:
            check.require(first, rows, own_ids)
        joined.append(rows)
    return joined


def label_codes(rows: Rows, column: int) -> NDArray[np.uint64]:
    """Return a code of the label of each row, shape (N,): equal for equal ones, 0 for none.

    It is odd for numbers, of which 1 and 1.0 are equal.
    """
    import polars as pl

    labels = rows.read_columns([column]).to_series()
    if labels.dtype.is_nested():
        return np.zeros(len(labels), np.uint64)
    text = labels.cast(pl.String).str.strip_chars().fill_null("")
    numbers = text.cast(pl.Float64, strict=False)
    is_number = numbers.is_not_null().to_numpy()
    number_codes = numbers.fill_null(0.0).hash().to_numpy() | _NUMBER
    text_codes = (text.hash().to_numpy() | _NUMBER) ^ _NUMBER
    codes = np.where(is_number, number_codes, text_codes)
    missing = text.is_in(["", "-1", "-100"]).to_numpy()
    return np.where(missing, np.uint64(0), codes)
