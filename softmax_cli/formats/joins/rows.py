"""Rows of a file along with those of the first one: joined by identifier or by position."""

from __future__ import annotations

import shlex
from collections import deque
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from softmax_cli.errors import Notice, SoftmaxError
from softmax_cli.formats.columns.selection import quote_names
from softmax_cli.formats.joins.held import HeldRows
from softmax_cli.formats.joins.ids import (
    count_up,
    describe_duplicate,
    describe_missing,
    find_other_order,
    read_ids,
)
from softmax_cli.formats.joins.runs import JoinedRows, RowRun, join_runs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from softmax_cli.formats.joins.matching import SourceMatch
    from softmax_cli.formats.rows import Rows

# Rows in the same order whose identifiers are remembered, to find duplicates among later ones.
_MOST_SEEN = 1 << 22


class RowJoin:
    """The rows of a source, taken along with those of the first one.

    With identifiers, no row is kept as long as both come in the same order. From the first
    difference on, the rest of the source is held in memory; with `in_order`, a hint, that is an
    error.
    """

    def __init__(
        self, match: SourceMatch, runs: Iterator[RowRun], *, in_order: str | None = None
    ) -> None:
        self._match = match
        self._runs = runs
        self._in_order = in_order
        self._ahead: deque[RowRun] = deque()
        self._taken = 0
        self._in_step = 0
        self._seen: list[NDArray[np.uint64]] = []
        self._held: HeldRows | None = None

    def take(self, rows: Rows, ids: pl.Series | None) -> JoinedRows:
        """Return the rows that match the next rows of the first source, and their identifiers.

        Raises:
            SoftmaxError: for missing rows, and for missing or duplicate identifiers.
        """
        if self._held is None:
            runs = self._take_up_to(len(rows))
            if ids is None:
                if sum(map(len, runs)) < len(rows):
                    raise self._fewer_rows(self._match.source, self._match.first)
                return join_runs(runs)
            same = _count_same(runs, ids)
            self._see(ids[:same])
            if same == len(ids):
                self._require_one_order(rows, ids, runs)
                return join_runs(runs)
            self._held = self._hold(runs, same)
            return self._held.take(ids, rows, same)
        assert ids is not None
        return self._held.take(ids, rows)

    def skip(self, count: int) -> None:
        """Leave out the next rows."""
        self._take_up_to(count)

    def require_end(self) -> None:
        """Raise SoftmaxError if there are rows that match none of the first source."""
        match = self._match
        if self._held is not None:
            self._held.require_all_taken()
        elif run := self._next():
            if run.ids is None:
                raise self._fewer_rows(match.first, match.source)
            left = pl.concat([one.ids for one in (run, *self._rest()) if one.ids is not None])
            seen = any(np.isin(left[:1].hash().to_numpy(), own)[0] for own in self._seen)
            message = describe_duplicate(left[0]) if seen else describe_missing(left, match.first)
            raise match.error(run.location(0), message)

    def notices(self) -> Iterator[Notice]:
        """Yield a note if rows came in another order."""
        if self._held is not None:
            yield Notice(f"{self._match.source}: rows in another order, held in memory")

    def _hold(self, runs: Sequence[RowRun], same: int) -> HeldRows:
        """Hold rows, and all that follow, because behind the `same` they are in another order."""
        match = self._match
        if self._in_order or self._in_step > _MOST_SEEN:
            raise SoftmaxError(
                f"identifiers {quote_names([match.id_name or ''])} are not in the order of "
                f"{match.first}",
                source=match.source,
                hint=self._in_order or "Sort both files by them.",
            )
        seen = np.concatenate(self._seen) if self._seen else np.empty(0, np.uint64)
        return HeldRows(chain(runs, self._rest()), match, seen, same)

    def _require_one_order(self, rows: Rows, ids: pl.Series, runs: Sequence[RowRun]) -> None:
        """Raise SoftmaxError if another column contradicts row numbers or ids that repeat."""
        match = self._match
        if match.second is None or not runs:
            return
        repeated = bool(ids.is_duplicated().any())
        if not repeated and not count_up(ids):
            return
        name, column, own_column = match.second
        keys = read_ids(rows, column)
        others = pl.concat([run.read_ids(own_column) for run in runs])
        if repeated:
            i = find_other_order(ids + "\n" + keys, ids + "\n" + others)
        else:
            i = find_other_order(keys, others)
        if i is not None:
            first, second = quote_names([match.id_name or ""]), quote_names([name])
            option = shlex.quote(name)
            raise rows.location(i).error(
                f"{second} is {quote_names([keys[i]])}, but {quote_names([others[i]])} in the row "
                f"of {match.source} with the same {first}",
                hint=f"Use --id {option} to join by it, or --drop {option} to join by {first}.",
            )

    def _see(self, ids: pl.Series) -> None:
        self._in_step += len(ids)
        if self._in_step <= _MOST_SEEN:
            self._seen.append(ids.hash().to_numpy())

    def _rest(self) -> Iterator[RowRun]:
        while run := self._next():
            yield run

    def _next(self) -> RowRun | None:
        """Return the next rows that are not taken; None at the end."""
        if self._ahead:
            return self._ahead.popleft()
        return next((run for run in self._runs if len(run)), None)

    def _take_up_to(self, count: int) -> list[RowRun]:
        """Return the next rows: `count`, or fewer at the end."""
        runs: list[RowRun] = []
        while count and (run := self._next()):
            taken, rest = run.split(count)
            if len(rest):
                self._ahead.appendleft(rest)
            runs.append(taken)
            count -= len(taken)
            self._taken += len(taken)
        return runs

    def _fewer_rows(self, shorter: str, longer: str) -> SoftmaxError:
        message = f"ends after row {self._taken}, but {longer} has more rows"
        return SoftmaxError(message, source=shorter, hint=self._match.hint)


def read_first_ids(rows: Rows, matches: Sequence[SourceMatch]) -> list[pl.Series | None]:
    """Read the identifiers of rows of the first source for the join of each other source."""
    columns = [None if match.id_name is None else match.id_columns[0] for match in matches]
    ids = {column: read_ids(rows, column) for column in columns if column is not None}
    return [None if column is None else ids[column] for column in columns]


def _count_same(runs: Sequence[RowRun], ids: pl.Series) -> int:
    """Return how many rows of the runs have these identifiers, up to the first difference."""
    own = [run.ids for run in runs if run.ids is not None]
    if not own:
        return 0
    differ = pl.concat(own) != ids[: sum(map(len, own))]
    return differ.arg_max() or 0 if differ.any() else len(differ)
