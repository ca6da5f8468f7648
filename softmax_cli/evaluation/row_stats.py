"""Labeled rows of a chunk, and counts of what a stream held."""

from __future__ import annotations

from collections import Counter
from dataclasses import field
from functools import cached_property
from typing import TYPE_CHECKING, Generic, TypeVar

import numpy as np

from softmax_cli.activations.scales import probability_warning
from softmax_cli.dataclass import dataclass
from softmax_cli.errors import Notice, SoftmaxError
from softmax_cli.formats.columns.selection import quote_names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from softmax_cli.activations.exact import Floats
    from softmax_cli.formats.labels.row_columns import RowGroups
    from softmax_cli.formats.rows import Rows
    from softmax_cli.metrics.outcomes import Labels

R = TypeVar("R")


@dataclass(frozen=True)
class LabeledChunk:
    """Rows with a label, -1 where there is none.

    Attributes:
        inputs: the values as they were read, shape (N, C).
        logits: made from them.
        labels: class indices, shape (N,), or binary labels, shape (N, C).
        weights: shape (N,), or None if all are 1.
        groups: the group of each row, or None.
    """

    inputs: Floats
    logits: Floats
    labels: Labels
    weights: Floats | None = None
    groups: RowGroups | None = None

    def select(self, kept: NDArray[np.bool_]) -> LabeledChunk:
        """Return the rows for which `kept`, of shape (N,), is true."""
        if kept.all():
            return self
        same = self.inputs is self.logits
        logits = self.logits[kept]
        return LabeledChunk(
            logits if same else self.inputs[kept],
            logits,
            self.labels[kept],
            None if self.weights is None else self.weights[kept],
            None if self.groups is None else self.groups.select(kept),
        )


@dataclass(frozen=True)
class CheckedRows:
    """All rows of a chunk as a LabeledChunk, of which those `kept`, shape (N,), are valid."""

    rows: Rows
    chunk: LabeledChunk
    kept: NDArray[np.bool_]

    @cached_property
    def valid(self) -> LabeledChunk:
        """The rows that are kept."""
        return self.chunk.select(self.kept)


@dataclass(frozen=True)
class ChunkResult(Generic[R]):
    """The result of a function of a chunk, with the counts of its rows.

    `position` is how many bytes of the input had been read.
    """

    result: R
    stats: RowStats
    position: int


@dataclass()
class RowStats:
    """Counts of rows: `rows` are valid and, where labels are needed, labeled.

    Attributes:
        rows: valid rows.
        unlabeled: valid rows without a label.
        zero_weight: valid, labeled rows of weight 0.
        invalid: rows without probabilities.
        first_error: the error of the first invalid row.
        looks_like_probabilities: True if all rows, read as logits, look like probabilities.
        labels: the smallest and the largest label.
        doubts: warnings of readers, each with the number of rows or records.
        scored: the number of rows with a score for each class; empty where all rows have all.
    """

    rows: int = 0
    unlabeled: int = 0
    zero_weight: int = 0
    invalid: int = 0
    first_error: SoftmaxError | None = None
    looks_like_probabilities: bool = True
    labels: frozenset[int] = frozenset()
    doubts: Counter[str] = field(default_factory=Counter)
    scored: Counter[str] = field(default_factory=Counter)

    def add(self, other: RowStats) -> None:
        """Add the counts of the rows that follow."""
        self.rows += other.rows
        self.unlabeled += other.unlabeled
        self.zero_weight += other.zero_weight
        self.invalid += other.invalid
        self.first_error = self.first_error or other.first_error
        self.looks_like_probabilities &= other.looks_like_probabilities
        self.doubts.update(other.doubts)
        self.scored.update(other.scored)
        if labels := self.labels | other.labels:
            self.labels = frozenset((min(labels), max(labels)))

    def no_rows(self, source: str) -> SoftmaxError:
        """Return the error for a source of which no row is left."""
        counts = {
            "invalid": self.invalid,
            "without a label": self.unlabeled,
            "of weight 0": self.zero_weight,
        }
        skipped = ", ".join(f"{count} {what}" for what, count in counts.items() if count)
        if not skipped:
            return SoftmaxError("no labeled rows", source=source)
        first = f"; first: {self.first_error.summary}" if self.first_error else ""
        first += "".join(f"; {doubt}: {count}" for doubt, count in self.doubts.items())
        return SoftmaxError(f"every row was skipped: {skipped}{first}", source=source)

    def warnings(self, source: str, *, exclusive: bool, invalid_rows: str) -> Iterator[Notice]:
        """Yield warnings about the rows; `invalid_rows` says what became of invalid ones."""
        if self.rows and self.looks_like_probabilities:
            text = probability_warning(exclusive=exclusive, truncated=bool(self.scored))
            yield Notice(f"{source}: {text}", warning=True)
        unseen = [name for name, count in self.scored.items() if not count]
        if self.rows and unseen:
            text = f"no row has a score for {quote_names(unseen)}: probability 0 in every row"
            yield Notice(f"{source}: {text}", warning=True)
        for doubt, count in self.doubts.items():
            yield Notice(f"{source}: {doubt}: {count}", warning=True)
        if self.first_error:
            total = self.rows + self.unlabeled + self.zero_weight + self.invalid
            text = f"{self.invalid} of {total} rows {invalid_rows}; first: "
            yield Notice(text + self.first_error.summary, warning=True)


def distinct_labels(labels: Labels) -> frozenset[int]:
    """Return the smallest and the largest label of some rows."""
    known = labels[labels >= 0]
    return frozenset((int(known.min()), int(known.max()))) if known.size else frozenset()


def count_scored(rows: Rows) -> Counter[str]:
    """Return the number of rows with a score for each class, where rows may lack some."""
    if not rows.truncated or rows.columns.class_columns:
        return Counter()
    counts = (rows.logits > -np.inf).sum(0).tolist()
    return Counter(dict(zip(rows.columns.classes, counts, strict=True)))
