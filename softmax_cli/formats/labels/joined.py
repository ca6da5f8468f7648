"""Labels joined to rows by identifiers, in any order."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import polars as pl

from softmax_cli.dataclass import dataclass
from softmax_cli.errors import Notice, SoftmaxError
from softmax_cli.formats.columns.selection import quote_names
from softmax_cli.formats.joins.ids import (
    IdIndex,
    describe_duplicate,
    describe_missing,
    find_other_order,
    normalize_ids,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from softmax_cli.formats.labels.source import LabelChunk, LabelSource
    from softmax_cli.formats.rows import Location

# Labels without a row to look at, for a warning that names three.
_LEFT = 1 << 16
_OTHER_NAMES = "Columns of different names were joined: --drop the first to match by position."


def shared_id(rows: Sequence[str], labels: Sequence[str]) -> tuple[int, int] | None:
    """Return which identifier columns of rows and of labels to join by; None if there are none.

    That is the first name that both have, else the only column of each.
    """
    keys = [name.strip().lower() for name in labels]
    for i, name in enumerate(rows):
        if name.strip().lower() in keys:
            return i, keys.index(name.strip().lower())
    return (0, 0) if len(rows) == len(labels) == 1 else None


def require_same_order(
    keys: pl.Series, others: pl.Series, location: Callable[[int], Location]
) -> None:
    """Raise SoftmaxError if text of rows and of labels names the same things in another order."""
    keys, others = normalize_ids(keys), normalize_ids(others)
    if (i := find_other_order(keys, others)) is not None:
        raise location(i).error(f'row of "{keys[i]}" has the label of "{others[i]}" by position')


class JoinedLabels:
    """Labels of a source, matched to rows by identifier.

    As long as both come in the same order, nothing is kept; from the first difference on, the
    rest of the labels is held in memory. Columns of different names (not `same_name`) that share
    no identifier are no reason to join: rows are then matched by position.
    """

    def __init__(self, labels: LabelSource, id_index: int, *, same_name: bool) -> None:
        self.source = labels.source
        self.names = labels.names
        self.by_position = False
        self._labels = labels
        self._column = len(labels.names) + id_index
        self._same_name = same_name
        self._started = False
        self._held: _HeldLabels | None = None

    @property
    def reordered(self) -> bool:
        """True if the labels came in another order than the rows."""
        return self._held is not None

    def take(self, ids: pl.Series, location: Callable[[int], Location]) -> LabelChunk:
        """Return the labels of rows with these identifiers; location(i) is that of row i.

        Raises:
            SoftmaxError: for a missing or a duplicate identifier.
        """
        ids = normalize_ids(ids)
        if self._held is None:
            frame, found = self._labels.take_up_to(len(ids))
            if not self._started and self._are_unrelated(frame, ids):
                self.by_position = True
            if self.by_position:
                return self._require_all(frame, len(ids)), found
            self._started = True
            if not len(ids):
                return frame, found
            if frame.height == len(ids) and self._ids_of(frame).equals(ids):
                return frame[:, : len(self.names)], found
            self._held = self._hold((frame, found))
        return self._look_up(self._held, ids, location)

    def end(self) -> Iterator[Notice]:
        """Yield a warning if there are labels that no row asked for."""
        if self._held is not None:
            left = self._held.ids.gather(self._held.index.left())
        else:
            frame, _ = self._labels.take_up_to(_LEFT)
            left = self._ids_of(frame)
        if self.by_position and len(left):
            raise SoftmaxError("more labels than rows of logits", source=self.source)
        if len(left):
            names = quote_names(left[:3].to_list())
            yield Notice(f"{self.source}: labels left without a row: {names}", warning=True)

    def _ids_of(self, frame: pl.DataFrame) -> pl.Series:
        if not frame.height:
            return pl.Series(dtype=pl.String)
        return normalize_ids(frame[:, self._column])

    def _are_unrelated(self, frame: pl.DataFrame, ids: pl.Series) -> bool:
        if self._same_name or not frame.height:
            return False
        return not set(self._ids_of(frame)).intersection(ids)

    def _require_all(self, frame: pl.DataFrame, count: int) -> pl.DataFrame:
        if frame.height < count:
            raise SoftmaxError("fewer labels than rows of logits", source=self.source)
        return frame[:, : len(self.names)]

    def _hold(self, first: LabelChunk) -> _HeldLabels:
        """Hold labels, and all that follow, because they are in another order."""
        chunks = [first, self._labels.take_up_to(sys.maxsize)]
        frame = pl.concat([frame for frame, _ in chunks if frame.height] or [first[0]])
        ids, count = self._ids_of(frame), first[0].height

        def location(i: int) -> Location:
            return chunks[0][1](i) if i < count else chunks[1][1](i - count)

        distinct = ids.is_first_distinct()
        if not distinct.all():
            i = int(distinct.to_numpy().argmin())
            raise location(i).error(f"{describe_duplicate(ids[i])} among the labels")
        return _HeldLabels(frame[:, : len(self.names)], ids, IdIndex(ids), location)

    def _look_up(
        self, held: _HeldLabels, ids: pl.Series, location: Callable[[int], Location]
    ) -> LabelChunk:
        places = held.index.find(ids)
        missing = places < 0
        if missing.any():
            raise location(int(missing.argmax())).error(
                describe_missing(ids.filter(missing), self.source, "label"),
                hint="Both files have identifiers: add the missing labels, blank if unknown."
                if self._same_name
                else _OTHER_NAMES,
            )
        again = held.index.take(places)
        if again.any():
            i = int(again.argmax())
            raise location(i).error(f"{describe_duplicate(ids[i])} among the rows")
        return held.labels[places], lambda i: held.location(int(places[i]))


@dataclass(frozen=True)
class _HeldLabels:
    """Labels in memory, with their identifiers and locations."""

    labels: pl.DataFrame
    ids: pl.Series
    index: IdIndex
    location: Callable[[int], Location]
