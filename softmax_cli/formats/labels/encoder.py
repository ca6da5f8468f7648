"""Columns of labels to what is known of each row."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from softmax_cli.errors import SoftmaxError, UsageError
from softmax_cli.formats.labels.column_encoders import BinaryEncoder, ClassEncoder

if TYPE_CHECKING:
    import polars as pl
    from numpy.typing import NDArray

    from softmax_cli.formats.rows import Location

_FEW = 200


@dataclass(frozen=True)
class EncodedLabels:
    """What is known of a block: `classes` as metrics take it.

    `named` and `numbered` tell where a label can only be a name or only a number, if any is.
    """

    classes: NDArray[np.integer[Any]]
    named: Callable[[], Location] | None = None
    numbered: Callable[[], Location] | None = None


class LabelEncoder:
    """Columns of labels to what is known of each row.

    One column has the class of a row, or yes or no where there is but one class; as many as
    there are classes have 1 for yes and 0 for no, and are matched with classes by their
    names where these allow it.
    """

    def __init__(
        self, names: Sequence[str], classes: Sequence[str], source: str, *, exclusive: bool
    ) -> None:
        self._normalized = exclusive
        self._count = len(classes)
        self._order: list[int] | None = None
        if len(names) not in (1, len(classes)):
            raise UsageError(
                f"{len(names)} columns of labels for {len(classes)} classes",
                source=source,
                hint="Give one column, or one for each class.",
            )
        self._single = len(names) == 1 and (exclusive or len(classes) > 1)
        self._of_class = ClassEncoder(classes, names[0])
        if not self._single:
            self._order = match_label_columns(names, classes)
            names = [names[i] for i in self._order] if self._order else names
        self._truths = BinaryEncoder(names)

    @property
    def by_order(self) -> bool:
        """Whether several columns are matched with classes by nothing but their order."""
        return not self._single and self._count > 1 and self._order is None

    def conflict(self, location: Location) -> SoftmaxError:
        """The error for a stream whose labels are names in one row and numbers in another."""
        return self._of_class.conflict(location)

    def __call__(self, frame: pl.DataFrame, location: Callable[[int], Location]) -> EncodedLabels:
        """What is known of N rows; safe to call from many threads at once."""
        if not self._single:
            ordered = frame if self._order is None else frame[:, self._order]
            allow_bool = self._truths.match(ordered, location)
            return EncodedLabels(
                _one_of_each(allow_bool, location) if self._normalized else allow_bool
            )
        matched = self._of_class.match(frame.to_series(0), location)
        classes = matched.classes
        return EncodedLabels(
            classes if self._normalized else _spread(classes, self._count),
            None if matched.named is None else partial(location, matched.named),
            None if matched.numbered is None else partial(location, matched.numbered),
        )


def _spread(classes: NDArray[np.int32], count: int) -> NDArray[np.int8]:
    """One column of classes as yes or no for each class."""
    allow_bool = (classes[:, None] == np.arange(count)).astype(np.int8)
    allow_bool[classes < 0] = -1
    return np.asarray(allow_bool)


def _one_of_each(
    allow_bool: NDArray[np.int8], location: Callable[[int], Location]
) -> NDArray[np.int32]:
    """The class that is yes in each row; -1 where nothing is known of the row."""
    unknown = (allow_bool < 0).any(1)
    wrong = ~unknown & ((allow_bool == 1).sum(1) != 1)
    if wrong.any():
        raise location(int(wrong.argmax())).error(
            "the labels do not name exactly one class",
            hint="Use -a sigmoid if classes do not exclude each other.",
        )
    return np.where(unknown, -1, allow_bool.argmax(1)).astype(np.int32)


def match_label_columns(labels: Sequence[str], classes: Sequence[str]) -> list[int] | None:
    """For each class the label column that is named after it: `y_cat` for `cat`.

    None where the columns are not named so, and can only be taken in their order.
    """
    places = {label: i for i, label in enumerate(labels)}
    for label in labels:
        before, name, behind = label.partition(classes[0])
        if name:
            found = [places.get(before + other + behind, -1) for other in classes]
            if sorted(found) == list(range(len(labels))):
                return found
    if len(classes) > _FEW:  # each name would be looked for in each label
        return None
    found = [_named_after(name, labels) for name in classes]
    return found if sorted(found) == list(range(len(labels))) else None


def _named_after(name: str, labels: Sequence[str]) -> int:
    pattern = re.compile(rf"(?:.*[\W_])?{re.escape(name)}(?:[\W_].*)?", re.DOTALL)
    fitting = [i for i, label in enumerate(labels) if pattern.fullmatch(label)]
    return fitting[0] if len(fitting) == 1 else -1
