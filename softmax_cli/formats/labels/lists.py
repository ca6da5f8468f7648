"""Labels that are lists: a 0 or 1 for each class in one cell."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Callable

    from softmax_cli.formats.rows import Location

_NUMPY_LIST = re.compile(r"\[([\s\w.+-]*)\]")


def holds_lists(labels: pl.Series) -> bool:
    """Return True if a column of labels holds lists, or text that begins like one."""
    if isinstance(labels.dtype, pl.List | pl.Array):
        return True
    first = labels.drop_nulls().head(1)
    return labels.dtype == pl.String and len(first) == 1 and str(first[0]).lstrip().startswith("[")


def expand_lists(
    labels: pl.Series, count: int, location: Callable[[int], Location]
) -> pl.DataFrame:
    """Return a column for each item of lists of `count` items.

    Raises:
        SoftmaxError: for a list of another length, and for a cell that is none.
    """
    rows = [_items(cell) for cell in labels.to_list()]
    for i, items in enumerate(rows):
        if items is None or len(items) not in (0, count):
            found = "no list" if items is None else f"a list of {len(items)}"
            raise location(i).error(
                f"expected a list of {count} labels, one for each class; found {found}",
                column=labels.name,
            )
    filled = [items or [None] * count for items in rows]
    columns = zip(*filled, strict=True) if filled else [()] * count
    return pl.DataFrame(
        [
            pl.Series(str(i), [None if item is None else str(item) for item in column], pl.String)
            for i, column in enumerate(columns)
        ]
    )


def _items(cell: object) -> list[object] | None:
    if cell is None or cell == "":
        return []
    if isinstance(cell, str):
        try:
            cell = json.loads(cell)
        except ValueError:
            # As NumPy prints it: [1 0 0], [ True False].
            numpy = _NUMPY_LIST.fullmatch(str(cell).strip())
            return list(numpy[1].split()) if numpy else None
    return list(cell) if isinstance(cell, list) else None
