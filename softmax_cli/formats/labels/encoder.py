"""Encoder of columns of labels, as metrics take them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from softmax_cli.dataclass import dataclass
from softmax_cli.errors import SoftmaxError, UsageError
from softmax_cli.formats.columns.names import is_sequential
from softmax_cli.formats.columns.selection import quote_names
from softmax_cli.formats.columns.short_names import short_names
from softmax_cli.formats.labels.binary_encoder import BinaryEncoder
from softmax_cli.formats.labels.column_encoders import ClassEncoder
from softmax_cli.formats.labels.lists import expand_lists, holds_lists

if TYPE_CHECKING:
    import polars as pl
    from numpy.typing import NDArray

    from softmax_cli.formats.rows import Location

# Each class name is searched for in each label name.
_MAX_SEARCHED_CLASSES = 200
# Kinds of labels of which a stream may not have some others: fields of EncodedLabels.
LABEL_KINDS = ("named", "numbered", "minus_one")


@dataclass(frozen=True)
class EncodedLabels:
    """Labels of a chunk of N rows.

    Attributes:
        classes: class indices of shape (N,), or binary labels of shape (N, C); -1 for no label.
        named: returns the location of a label that can only be a class name, if any.
        numbered: returns the location of a label that can only be a class index, if any.
        minus_one: returns the location of a -1 that is read as no label, if any.
    """

    classes: NDArray[np.integer[Any]]
    named: Callable[[], Location] | None = None
    numbered: Callable[[], Location] | None = None
    minus_one: Callable[[], Location] | None = None


class LabelEncoder:
    """Encoder of columns of labels.

    One column has the class of each row, or a binary label if there is one independent class, or
    lists of binary labels. One column per class has binary labels; such columns are matched to
    classes by name if possible.
    """

    def __init__(
        self,
        names: Sequence[str],
        classes: Sequence[str],
        source: str,
        *,
        exclusive: bool,
        base: int = 0,
    ) -> None:
        self.base = base
        self._exclusive = exclusive
        self._count = len(classes)
        self._order: list[int] | None = None
        if len(names) not in (1, len(classes)):
            raise UsageError(
                f"{len(names)} label columns for {len(classes)} classes",
                source=source,
                hint="Use one column, or one per class.",
            )
        self._name = names[0]
        self._single = len(names) == 1
        self._one_column = self._single and (exclusive or len(classes) > 1)
        self._class_encoder = ClassEncoder(classes, names[0], base)
        if not self._one_column and len(classes) > 1:
            self._order = match_label_columns(names, classes, source)
            names = [names[i] for i in self._order] if self._order else names
        self._lists = False
        self._binary_encoder = BinaryEncoder(names, classes)

    @property
    def by_order(self) -> bool:
        """True if several columns are matched to classes by position only."""
        return not self._one_column and self._count > 1 and self._order is None

    @property
    def reads_indices(self) -> bool:
        """True if labels may be class indices."""
        return self._one_column and not self._lists

    def study(self, frame: pl.DataFrame) -> None:
        """Learn from the first rows how labels are written, before any are encoded."""
        self._lists = self._single and holds_lists(frame.to_series(0))
        if self._lists:
            self._binary_encoder = BinaryEncoder([self._name] * self._count)
        elif not self._one_column:
            self._binary_encoder.study(frame)

    def conflict(self, location: Location) -> SoftmaxError:
        """Return the error for labels that are names in some rows and indices in others."""
        return self._class_encoder.conflict(location)

    def late_minus_one(self, location: Location) -> SoftmaxError:
        """Return the error for labels 1 and -1 of which the first rows hold only one kind."""
        return location.error(
            "label -1 may mean no, or no label: there is no label 0",
            column=self._name,
            hint="Use 0 for no, and blank for no label.",
        )

    def __call__(self, frame: pl.DataFrame, location: Callable[[int], Location]) -> EncodedLabels:
        """Return the labels of N rows; thread-safe."""
        if self._lists:
            cells = frame.to_series(0).alias(self._name)
            frame = expand_lists(cells, self._count, location)
        if self._lists or not self._one_column:
            ordered = frame if self._order is None else frame[:, self._order]
            return self._encode_binary(ordered, location)
        indices = self._class_encoder.match(frame.to_series(0), location)
        classes = indices.classes
        return EncodedLabels(
            classes if self._exclusive else _to_binary(classes, self._count),
            None if indices.named is None else partial(location, indices.named),
            None if indices.numbered is None else partial(location, indices.numbered),
        )

    def _encode_binary(
        self, frame: pl.DataFrame, location: Callable[[int], Location]
    ) -> EncodedLabels:
        binary = self._binary_encoder.match(frame, location)
        minus_one = None if binary.minus_one is None else partial(location, binary.minus_one)
        if self._exclusive:
            return EncodedLabels(_to_indices(binary.classes, location))
        return EncodedLabels(binary.classes, minus_one=minus_one)


def _to_binary(classes: NDArray[np.int32], count: int) -> NDArray[np.int8]:
    """Return class indices as binary labels of each class, -1 in rows without a label."""
    binary = (classes[:, None] == np.arange(count)).astype(np.int8)
    binary[classes < 0] = -1
    return np.asarray(binary)


def _to_indices(binary: NDArray[np.int8], location: Callable[[int], Location]) -> NDArray[np.int32]:
    """Return the positive class of each row, -1 if one of its labels is missing."""
    unlabeled = (binary < 0).any(1)
    invalid = ~unlabeled & ((binary == 1).sum(1) != 1)
    if invalid.any():
        raise location(int(invalid.argmax())).error(
            "expected exactly one positive label",
            hint="Use -a sigmoid for independent classes.",
        )
    return np.where(unlabeled, -1, binary.argmax(1)).astype(np.int32)


def match_label_columns(
    labels: Sequence[str], classes: Sequence[str], source: str
) -> list[int] | None:
    """Return, for each class, the label column named after it, such as `y_cat` for `cat`.

    Return None if no name matches, so that only the order of the columns remains.

    Raises:
        SoftmaxError: if some names match and some do not.
    """
    if is_sequential(labels) and is_sequential(classes):
        return None  # both only count, perhaps one of them from 0
    places = {name: i for i, name in reversed(list(enumerate(short_names(labels))))}
    for names in (list(classes), short_names(classes)):
        order = [places.get(name, -1) for name in names]
        if sorted(order) == list(range(len(labels))):
            return order
    if len(classes) > _MAX_SEARCHED_CLASSES:
        return None
    order = [_search_label(name, labels) for name in classes]
    if sorted(order) == list(range(len(labels))):
        return order
    if any(name in places for name in short_names(classes)):
        raise SoftmaxError(
            f"label columns {quote_names(labels)} do not match the names of classes "
            f"{quote_names(classes)}",
            source=source,
            hint="Rename the label columns after the classes.",
        )
    return None


def _search_label(name: str, labels: Sequence[str]) -> int:
    pattern = re.compile(rf"(?:.*[\W_])?{re.escape(name)}(?:[\W_].*)?", re.DOTALL)
    matches = [i for i, label in enumerate(labels) if pattern.fullmatch(label)]
    return matches[0] if len(matches) == 1 else -1
