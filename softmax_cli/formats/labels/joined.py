"""Labels joined to rows by identifiers, in any order."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import polars as pl

from softmax_cli.errors import Notice, SoftmaxError
from softmax_cli.formats.columns.selection import quote_names
from softmax_cli.formats.joins.ids import normalize_ids

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from softmax_cli.formats.labels.source import LabelChunk, LabelSource
    from softmax_cli.formats.rows import Location

# Labels read ahead at a time once the order differs.
_CHUNK = 1 << 16


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
    if keys.equals(others) or keys.is_duplicated().any() or others.is_duplicated().any():
        return
    known = set(others)
    for i, (key, other) in enumerate(zip(keys, others, strict=True)):
        if key != other and key in known:
            raise location(i).error(f'row of "{key}" has the label of "{other}" by position')


class JoinedLabels:
    """Labels of a source, matched to rows by identifier.

    As long as both come in the same order, nothing is kept; from the first difference on, the
    labels that no row has asked for are kept by their identifiers. Columns of different names
    (not `same_name`) that share no identifier are no reason to join: rows are then matched by
    position.
    """

    def __init__(self, labels: LabelSource, id_index: int, *, same_name: bool) -> None:
        self.source = labels.source
        self.names = labels.names
        self.by_position = False
        self._labels = labels
        self._column = len(labels.names) + id_index
        self._same_name = same_name
        self._started = False
        self._ahead: dict[str, tuple[tuple[object, ...], Callable[[], Location]]] | None = None
        self._used: set[str] = set()

    @property
    def reordered(self) -> bool:
        """True if the labels came in another order than the rows."""
        return self._ahead is not None

    def take(self, ids: pl.Series, location: Callable[[int], Location]) -> LabelChunk:
        """Return the labels of rows with these identifiers; location(i) is that of row i.

        Raises:
            SoftmaxError: for a missing or a duplicate identifier.
        """
        ids = normalize_ids(ids)
        if self._ahead is None:
            frame, found = self._labels.take_up_to(len(ids))
            if not self._started and self._are_unrelated(frame, ids):
                self.by_position = True
            if self.by_position:
                return self._require_all(frame, len(ids)), found
            self._started = True
            if not len(ids):
                return frame, found
            if frame.height == len(ids) and normalize_ids(frame[:, self._column]).equals(ids):
                return frame[:, : len(self.names)], found
            self._ahead = {}
            self._keep(frame, found)
            self._keep_rest()
        return self._look_up(ids, location)

    def end(self) -> Iterator[Notice]:
        """Yield a warning if there are labels that no row asked for."""
        left = list(self._ahead or ())
        if self._ahead is None:
            frame, _ = self._labels.take_up_to(_CHUNK)
            left = normalize_ids(frame[:, self._column]).to_list() if frame.height else []
        if self.by_position and left:
            raise SoftmaxError("more labels than rows of logits", source=self.source)
        if left:
            names = quote_names(left[:3])
            yield Notice(f"{self.source}: labels left without a row: {names}", warning=True)

    def _are_unrelated(self, frame: pl.DataFrame, ids: pl.Series) -> bool:
        if self._same_name or not frame.height:
            return False
        return not set(normalize_ids(frame[:, self._column])).intersection(ids)

    def _require_all(self, frame: pl.DataFrame, count: int) -> pl.DataFrame:
        if frame.height < count:
            raise SoftmaxError("fewer labels than rows of logits", source=self.source)
        return frame[:, : len(self.names)]

    def _keep_rest(self) -> None:
        while True:
            frame, location = self._labels.take_up_to(_CHUNK)
            if not frame.height:
                return
            self._keep(frame, location)

    def _keep(self, frame: pl.DataFrame, location: Callable[[int], Location]) -> None:
        assert self._ahead is not None
        keys = normalize_ids(frame[:, self._column]) if frame.height else ()
        rows = frame[:, : len(self.names)].iter_rows() if frame.height else ()
        for i, (key, row) in enumerate(zip(keys, rows, strict=True)):
            if key in self._ahead:
                raise location(i).error(f'duplicate identifier "{key}" among the labels')
            # Finding a location takes longer than keeping a label, and few are needed.
            self._ahead[key] = row, partial(location, i)

    def _look_up(self, ids: pl.Series, location: Callable[[int], Location]) -> LabelChunk:
        assert self._ahead is not None
        for i, key in enumerate(ids):
            if key in self._used:
                raise location(i).error(f'duplicate identifier "{key}" among the rows')
            if key not in self._ahead:
                raise self._missing([one for one in ids if one not in self._ahead], location(i))
            self._used.add(key)
        found = [self._ahead.pop(key) for key in ids]
        schema = list(map(str, range(len(self.names))))
        frame = pl.DataFrame([cells for cells, _ in found], schema=schema, orient="row")
        return frame, lambda i: found[i][1]()

    def _missing(self, keys: Sequence[str], location: Location) -> SoftmaxError:
        more = f" and {len(keys) - 3} more" if len(keys) > 3 else ""
        return location.error(
            f"no label for identifier {quote_names(keys[:3])}{more} in {self.source}",
            hint="Both files have identifiers: add the missing labels, blank if unknown."
            if self._same_name
            else "Columns of different names were joined: --drop the first to match by position.",
        )
