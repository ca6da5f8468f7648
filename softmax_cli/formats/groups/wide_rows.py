"""Groups as rows: a column for each class, masked where a group does not have it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from softmax_cli.errors import printable
from softmax_cli.formats.rows import Location, Rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from softmax_cli.activations.exact import Floats
    from softmax_cli.errors import SoftmaxError
    from softmax_cli.formats.columns.roles import Columns
    from softmax_cli.formats.groups.items import Items
    from softmax_cli.formats.groups.labels import GroupLabels

MASKED = "groups that lack classes, which are masked (probability 0)"


class WideRows(Rows):
    """The groups of a chunk, each a row of C logits.

    Groups have their key as columns, and behind it a label, if there are labels.

    Raises:
        SoftmaxError: for a class that is not among the columns, or occurs twice in a group.
    """

    def __init__(
        self,
        items: Items,
        columns: Columns,
        class_column: str | None,
        labels: GroupLabels | None = None,
    ) -> None:
        self._items = items
        self._class_column = class_column or ""
        super().__init__(self._spread(columns.classes), columns)
        short = int((items.lengths < len(columns.classes)).sum())
        self.warnings = {MASKED: short} if short and class_column else {}
        self._require_constant(items.frame.get_columns())
        self._frame = items.frame[items.order[items.starts]]
        if labels is not None:
            self._frame = self._frame.with_columns(labels(items).alias("label"))

    def _spread(self, classes: Sequence[str]) -> Floats:
        items = self._items
        names = items.classes
        codes = names.cast(pl.Enum(classes), strict=False).to_physical()
        if codes.null_count():
            raise self._unknown(int(codes.is_null().arg_max() or 0))
        cells = items.groups * len(classes) + codes.to_numpy()
        logits = np.full(len(items.starts) * len(classes), -np.inf)
        logits[cells] = items.logits
        if np.bincount(cells).max() > 1:
            items.require_distinct_classes(self._class_column)
        return logits.reshape(-1, len(classes))

    def _require_constant(self, columns: Sequence[pl.Series]) -> None:
        """Raise SoftmaxError for a column, other than the label, that differs within a group."""
        places = (i for i in self.columns.passthrough if i not in self.columns.labels)
        for place, values in zip(places, columns, strict=True):
            item = self._items.find_difference(values)
            if item is not None:
                group = self._items.group_name(int(self._items.groups[item]))
                raise self._items.error(
                    item,
                    f"two values in group {group}",
                    column=printable(self.columns.names[place]),
                    hint="Use a column that has one value per group.",
                )

    def _unknown(self, item: int) -> SoftmaxError:
        group = self._items.group_name(int(self._items.groups[item]))
        name = printable(self._items.classes[item])
        return self._items.error(
            item,
            f'class "{name}" of group {group} is not in the first group',
            column=printable(self._class_column),
            hint="Use --unsorted, which reads all classes first.",
        )

    def location(self, i: int) -> Location:
        """Return the location of the first item of group i."""
        keyed, row = self._items.locate(int(self._items.members(i)[0]))
        return keyed.rows.location(row)

    def row_error(self, i: int) -> SoftmaxError:
        """Return what is wrong with group i."""
        return self._items.group_error(i)

    def read_columns(self, columns: Sequence[int]) -> pl.DataFrame:
        """Read columns of the groups, one row per group."""
        places = list(map(self.columns.passthrough.index, columns))
        return self._frame[:, places]
