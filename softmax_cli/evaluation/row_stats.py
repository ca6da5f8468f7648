"""Labeled rows, and what a stream of them held."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from softmax_cli.activations.exact import Floats
    from softmax_cli.errors import SoftmaxError
    from softmax_cli.metrics.outcomes import Labels as Classes

R = TypeVar("R")


@dataclass(frozen=True)
class LabeledChunk:
    """Rows that have a label and an answer: `given` as they were, `logits` made of it."""

    inputs: Floats
    logits: Floats
    labels: Classes


@dataclass(frozen=True)
class ChunkResult(Generic[R]):
    """What was made of a block, and what was left out of it."""

    result: R | None
    rows: int
    unlabeled: int
    invalid: int
    first_error: SoftmaxError | None
    looks_like_probabilities: bool
    labels: frozenset[int]
    position: int


@dataclass
class RowStats:
    """What a stream held: rows used, without a label, invalid.

    `probable` means that all of them look like probabilities; `labels` has the distinct
    labels, all of them if these are one, else two or more.
    """

    rows: int = 0
    unlabeled: int = 0
    invalid: int = 0
    first_error: SoftmaxError | None = None
    looks_like_probabilities: bool = True
    labels: frozenset[int] = frozenset()

    def add(self, chunk: ChunkResult[R]) -> None:
        """Count a block."""
        self.rows += chunk.rows
        self.unlabeled += chunk.unlabeled
        self.invalid += chunk.invalid
        self.first_error = self.first_error or chunk.first_error
        self.looks_like_probabilities &= chunk.looks_like_probabilities
        if len(self.labels) < 2:
            self.labels |= chunk.labels


def distinct_labels(labels: Classes) -> frozenset[int]:
    """The labels of a block: all if they are one, else two of them."""
    known = labels[labels >= 0]
    return frozenset((int(known.min()), int(known.max()))) if known.size else frozenset()
