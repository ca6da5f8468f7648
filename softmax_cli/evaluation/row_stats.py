"""Labelled rows, and what a stream of them held."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from softmax_cli.activations.exact import Floats
    from softmax_cli.errors import SoftmaxError
    from softmax_cli.metrics.outcomes import Known as Classes

R = TypeVar("R")


@dataclass(frozen=True)
class Labelled:
    """Rows that have a label and an answer: `given` as they were, `logits` made of it."""

    given: Floats
    logits: Floats
    classes: Classes


@dataclass(frozen=True)
class Part(Generic[R]):
    """What was made of a block, and what was left out of it."""

    result: R | None
    rows: int
    unlabelled: int
    invalid: int
    first_fault: SoftmaxError | None
    probable: bool
    labels: frozenset[int]
    position: int


@dataclass
class Counts:
    """What a stream held: rows used, without a label, invalid.

    `probable` means that all of them look like probabilities; `labels` has the distinct
    labels, all of them if these are one, else two or more.
    """

    rows: int = 0
    unlabelled: int = 0
    invalid: int = 0
    first_fault: SoftmaxError | None = None
    probable: bool = True
    labels: frozenset[int] = frozenset()

    def add(self, part: Part[R]) -> None:
        """Count a block."""
        self.rows += part.rows
        self.unlabelled += part.unlabelled
        self.invalid += part.invalid
        self.first_fault = self.first_fault or part.first_fault
        self.probable &= part.probable
        if len(self.labels) < 2:
            self.labels |= part.labels


def distinct(classes: Classes) -> frozenset[int]:
    """The labels of a block: all if they are one, else two of them."""
    known = classes[classes >= 0]
    return frozenset((int(known.min()), int(known.max()))) if known.size else frozenset()
