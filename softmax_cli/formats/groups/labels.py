"""The labels of groups, from the labels of their items."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from softmax_cli.errors import printable

if TYPE_CHECKING:
    from softmax_cli.formats.groups.items import Items

_POSITIVE, _NEGATIVE = ("1", "1.0", "true"), ("0", "0.0", "false", "")


class GroupLabels:
    """Reader of the label of a group: its class in all of its items, or a 1 in one of them.

    The first groups decide: labels are marks if all are 0 or 1 and those within a group differ.
    They always are if classes are only `placed`, by their place in the group.
    """

    def __init__(self, first: Items, column: str, *, placed: bool) -> None:
        self._column = column
        all_marks = first.labels.str.to_lowercase().is_in([*_POSITIVE, *_NEGATIVE]).all()
        self._marks = placed or (all_marks and first.find_difference(first.labels) is not None)

    def __call__(self, items: Items) -> pl.Series:
        """Return the class of each group; blank where it has no label.

        Raises:
            SoftmaxError: for a group without exactly one label.
        """
        if self._marks:
            return self._marked(items)
        item = items.find_difference(items.labels)
        if item is not None:
            group = items.group_name(int(items.groups[item]))
            raise items.error(
                item,
                f'label "{printable(items.labels[item])}" differs from others of group {group}',
                column=self._column,
                hint="Give all rows of a group its class, or a 1 to one of them and 0 to others.",
            )
        return items.labels[items.order[items.starts]]

    def _marked(self, items: Items) -> pl.Series:
        texts = items.labels.str.to_lowercase()
        positive = texts.is_in(_POSITIVE).to_numpy()
        other = ~(texts.is_in(_NEGATIVE).to_numpy() | positive)
        if other.any():
            item = int(other.argmax())
            raise items.error(
                item,
                f'label "{printable(items.labels[item])}" is neither 0 nor 1',
                column=self._column,
                hint="Mark the right row of each group with 1, the others with 0.",
            )
        counts = np.bincount(items.groups[positive], minlength=len(items.starts))
        blank = np.bincount(items.groups[(texts == "").to_numpy()], minlength=len(items.starts))
        wrong = (counts != 1) & (blank != items.lengths)
        if wrong.any():
            group = int(wrong.argmax())
            raise items.error(
                int(items.members(group)[0]),
                f"expected one label 1 in group {items.group_name(group)}, found {counts[group]}",
                column=self._column,
                hint="Mark the right row of each group with 1, the others with 0.",
            )
        labeled = np.flatnonzero(positive)
        order = np.zeros(len(items.starts), np.intp)
        order[items.groups[labeled]] = labeled
        classes = items.classes[order]
        return classes.set(pl.Series(counts == 0), "")
