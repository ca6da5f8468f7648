"""The rows of whole groups, each an item with one logit."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from softmax_cli.errors import printable
from softmax_cli.formats.rows import SKIP

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from softmax_cli.activations.exact import Floats
    from softmax_cli.errors import SoftmaxError
    from softmax_cli.formats.groups.keys import KeyedRows
    from softmax_cli.formats.groups.merging import GroupChunk

_SKIP_GROUPS = "Use --invalid skip to skip such groups."


class Items:
    """The N items of a chunk of G groups, in the order of the input.

    Attributes:
        logits: shape (N,).
        order: the items of one group after those of another, shape (N,).
        starts: the place in `order` of the first item of each group, shape (G,).
        lengths: the number of items of each group, shape (G,).
    """

    def __init__(self, chunk: GroupChunk) -> None:
        self._spans = chunk.spans
        self._ends = np.cumsum([span.last - span.first for span in chunk.spans])
        self.logits: Floats = np.concatenate(
            [span.keyed.rows.logits[span.first : span.last, 0] for span in chunk.spans]
        )
        self.starts = chunk.starts
        self.lengths = np.diff(chunk.starts, append=len(self.logits))
        self.order = np.arange(len(self.logits)) if chunk.order is None else chunk.order

    @cached_property
    def groups(self) -> NDArray[np.intp]:
        """The group of each item, shape (N,)."""
        groups = np.empty(len(self.logits), np.intp)
        groups[self.order] = np.repeat(np.arange(len(self.starts)), self.lengths)
        return groups

    @cached_property
    def frame(self) -> pl.DataFrame:
        """The columns to write, N high."""
        return pl.concat(
            [span.keyed.frame[span.first : span.last] for span in self._spans if span.last]
        )

    @cached_property
    def classes(self) -> pl.Series:
        """The class of each item: its 1-based place in the group where there is no column."""
        if self._spans[0].keyed.classes is not None:
            return self._concat([span.keyed.classes for span in self._spans])
        places = np.empty(len(self.logits), np.intp)
        places[self.order] = np.arange(1, len(places) + 1) - np.repeat(self.starts, self.lengths)
        return pl.Series(places).cast(pl.String)

    @cached_property
    def labels(self) -> pl.Series:
        """The label of each item."""
        return self._concat([span.keyed.labels for span in self._spans])

    def _concat(self, columns: Sequence[pl.Series | None]) -> pl.Series:
        return pl.concat(
            [
                column[span.first : span.last]
                for column, span in zip(columns, self._spans, strict=True)
                if column is not None
            ]
        )

    def blocks(self) -> Iterator[NDArray[np.intp]]:
        """Yield the items of all groups of one length L, shape (groups, L), for every L."""
        for length in np.unique(self.lengths):
            starts = self.starts[self.lengths == length]
            yield self.order[starts[:, None] + np.arange(length)]

    def members(self, group: int) -> NDArray[np.intp]:
        """Return the items of a group."""
        start = self.starts[group]
        return self.order[start : start + self.lengths[group]]

    def locate(self, item: int) -> tuple[KeyedRows, int]:
        """Return the chunk of an item, and its row there."""
        place = int(np.searchsorted(self._ends, item, "right"))
        span = self._spans[place]
        return span.keyed, span.last - int(self._ends[place]) + item

    def group_name(self, group: int) -> str:
        """Return the key of a group, quoted for a message."""
        keyed, row = self.locate(int(self.members(group)[0]))
        return keyed.group_name(row)

    def find_difference(self, values: pl.Series) -> int | None:
        """Return the first item whose value is not that of the first of its group, if any."""
        firsts = values[self.order[self.starts]]
        differs = firsts[self.groups].ne_missing(values).to_numpy()
        return int(differs.argmax()) if differs.any() else None

    def require_distinct_classes(self, column: str) -> None:
        """Raise SoftmaxError if a class occurs twice in a group."""
        pairs = pl.DataFrame({"group": self.groups, "class": self.classes})
        if pairs.hash_rows().n_unique() == pairs.height:  # the usual case, in half the time
            return
        repeated = ~pairs.select(pl.struct(pl.all()).is_first_distinct()).to_series()
        if not repeated.any():
            return
        item = int(repeated.arg_max() or 0)
        name, group = printable(self.classes[item]), self.group_name(int(self.groups[item]))
        raise self.error(
            item,
            f'duplicate class "{name}" in group {group}',
            column=printable(column),
            hint="Remove one of its rows, or add a column to --group.",
        )

    def error(
        self, item: int, message: str, *, column: str | None = None, hint: str | None = None
    ) -> SoftmaxError:
        """Return an error about an item."""
        keyed, row = self.locate(item)
        return keyed.rows.location(row).error(message, column=column, hint=hint)

    def group_error(self, group: int) -> SoftmaxError:
        """Return what is wrong with a group: its first invalid item, if there is one."""
        members = self.members(group)
        values = self.logits[members]
        invalid = np.isnan(values) | (values == np.inf)
        if invalid.any():
            keyed, row = self.locate(int(members[invalid.argmax()]))
            error = keyed.rows.row_error(row)
            error.hint = _SKIP_GROUPS if error.hint == SKIP else error.hint
            return error
        message = f"every logit of group {self.group_name(group)} is -inf, so that no item is left"
        return self.error(int(members[0]), message, hint=_SKIP_GROUPS)
