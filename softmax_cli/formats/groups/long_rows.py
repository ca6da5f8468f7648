"""Items of groups as rows: a function of logits applies within each group."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from softmax_cli.activations.scales import (
    describe_invalid_input,
    sum_tolerance,
    to_logits,
)
from softmax_cli.formats.rows import Location, Rows

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import polars as pl

    from softmax_cli.activations.exact import Floats
    from softmax_cli.errors import SoftmaxError
    from softmax_cli.formats.columns.roles import Columns
    from softmax_cli.formats.groups.items import Items

ALONE = "groups of one row, which makes its probability 1"


class LongRows(Rows):
    """The items of whole groups, in the order of the input; logits have shape (N, 1)."""

    def __init__(self, items: Items, columns: Columns, input_scale: str = "logits") -> None:
        super().__init__(items.logits[:, None], columns)
        self._items = items
        self._input_scale = input_scale
        alone = int(np.count_nonzero(items.lengths == 1))
        self.warnings = {ALONE: alone} if alone else {}
        if input_scale != "logits":
            self.logits = self._by_group(
                lambda block: to_logits(block, input_scale, exclusive=True)
            )

    def _by_group(self, function: Callable[[Floats], Floats]) -> Floats:
        """Apply a function of rows to the groups, as rows of shape (groups, length)."""
        values = np.empty_like(self.logits)
        for block in self._items.blocks():
            values[block, 0] = function(self.logits[block, 0])
        return values

    def apply(self, function: Callable[[Floats, int], Floats], first_row: int) -> Floats:
        """Apply a function of rows of logits to each group."""
        return self._by_group(lambda block: function(block, first_row))

    def as_logits(self, input_scale: str, *, exclusive: bool) -> Rows:
        """Return the same rows with logits made from another scale, of which groups sum to 1."""
        assert exclusive
        if input_scale == "logits":
            return self
        return LongRows(self._items, self.columns, input_scale)

    def look_like_probabilities(self) -> bool:
        """Return True if the logits of every group look like probabilities."""
        items = self._items
        logits = items.logits
        if not ((logits >= 0) & (logits <= 1)).all() or not (logits % 1 != 0).any():
            return False
        sums = np.add.reduceat(logits[items.order], items.starts)
        return bool((np.abs(sums - 1) <= sum_tolerance(int(items.lengths.min()))).all())

    def location(self, i: int) -> Location:
        """Return the location of row i."""
        keyed, row = self._items.locate(i)
        return keyed.rows.location(row)

    def row_error(self, i: int) -> SoftmaxError:
        """Return what is wrong with the group of row i."""
        group = int(self._items.groups[i])
        members = self._items.members(group)
        values = self._items.logits[members]
        reason = describe_invalid_input(values, self._input_scale, exclusive=True)
        error = self._items.group_error(group)
        if reason:
            name = self._items.group_name(group)
            return self._items.error(int(members[0]), f"group {name}: {reason}", hint=error.hint)
        return error

    def read_passthrough(self) -> pl.DataFrame:
        """Read all columns of the input that are not dropped."""
        return self._items.frame

    def read_columns(self, columns: Sequence[int]) -> pl.DataFrame:
        """Read columns, N high, given as indices of the source's columns."""
        places = map(self.columns.passthrough.index, columns)
        return self._items.frame[:, list(places)]
