"""Diagnosis of rows that no temperature fits, or of few rows that decide the fit."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from softmax_cli.activations.functions import log_sigmoid, log_softmax
from softmax_cli.calibration.temperature_fit import NO_PROBABILITY
from softmax_cli.dataclass import dataclass

if TYPE_CHECKING:
    from softmax_cli.activations.exact import Floats
    from softmax_cli.metrics.outcomes import Labels
    from softmax_cli.metrics.statistics import IntArray

# Rows with the largest losses that are kept.
_MOST_ROWS = 100
# A mask is this many times farther from the largest logit than any other logit.
_MASK_DISTANCE = 100.0


class ExtremeRows(NamedTuple):
    """1-based numbers of the rows that hold most of the NLL, and their share of it."""

    numbers: list[int]
    share: float


class Mask(NamedTuple):
    """A finite logit that masks classes, and how many `times` it occurs."""

    logit: float
    times: int


@dataclass(frozen=True)
class Diagnosis:
    """Properties of labeled rows that explain a failed fit.

    Attributes:
        rows: number of rows.
        equal: True if the logits of each row are equal.
        first: the first row, which the others `repeat` if all are the same.
        lowest: the smallest finite logit, with its `count`; `second` is the next larger one.
        highest: the largest finite logit.
        nll: sum over the rows at T = 1, each with its weight.
        losses: the largest terms of it, with the `weights` of their rows, and their `numbers`
            from 0.
    """

    rows: int
    equal: bool
    first: Floats
    repeat: bool
    lowest: float
    count: int
    second: float
    highest: float
    nll: float
    losses: Floats
    weights: Floats
    numbers: IntArray

    @classmethod
    def from_rows(
        cls, logits: Floats, labels: Labels, numbers: IntArray, weights: Floats | None = None
    ) -> Diagnosis:
        """Diagnose a chunk: logits of shape (N, C), and labels as of the activation."""
        exclusive = labels.ndim == 1
        largest = logits.max(1, keepdims=True)
        used = logits[np.isfinite(logits)]
        used = used if used.size else np.zeros(1)
        lowest = float(used.min())
        rest = used[used > lowest]
        w = np.ones(len(logits)) if weights is None else weights
        nll = _losses(logits, labels) * w
        top = np.argsort(-nll, kind="stable")[:_MOST_ROWS]
        return cls(
            len(logits),
            bool((exclusive & (logits == largest)).all()),
            logits[0],
            bool((logits == logits[0]).all()),
            lowest,
            int(np.count_nonzero(used == lowest)),
            float(rest.min(initial=np.inf)),
            float(used.max()),
            float(nll.sum()),
            nll[top],
            w[top],
            numbers[top],
        )

    def merge(self, other: Diagnosis) -> Diagnosis:
        """Return the diagnosis of the rows of both."""
        losses = np.concatenate((self.losses, other.losses))
        weights = np.concatenate((self.weights, other.weights))
        numbers = np.concatenate((self.numbers, other.numbers))
        top = np.argsort(-losses, kind="stable")[:_MOST_ROWS]
        lowest = min(self.lowest, other.lowest)
        both = (self, other)
        higher = [x for one in both for x in (one.lowest, one.second) if x > lowest]
        return Diagnosis(
            self.rows + other.rows,
            self.equal and other.equal,
            self.first,
            self.repeat and other.repeat and bool((self.first == other.first).all()),
            lowest,
            sum(one.count for one in both if one.lowest == lowest),
            min(higher, default=np.inf),
            max(self.highest, other.highest),
            self.nll + other.nll,
            losses[top],
            weights[top],
            numbers[top],
        )

    @property
    def mask(self) -> Mask | None:
        """The finite logit that stands for -inf; None if there is none."""
        distance, others = self.highest - self.lowest, self.highest - self.second
        if (
            self.count < 2
            or not np.isfinite(others)
            or distance <= _MASK_DISTANCE * max(others, 1.0)
        ):
            return None
        return Mask(self.lowest, self.count)

    @property
    def extreme_rows(self) -> ExtremeRows | None:
        """Up to 1% of the rows that hold half of the NLL or more; None if there are none.

        Only rows that give their label almost no probability count.
        """
        unlikely = self.losses > NO_PROBABILITY * self.weights
        kept = np.flatnonzero(unlikely)[: max(1, self.rows // 100)]
        if not len(kept) or self.rows < 10 * len(kept):
            return None
        if np.isposinf(self.losses[0]):
            kept = kept[np.isposinf(self.losses[kept])]
            share = 1.0
        else:
            share = float(self.losses[kept].sum()) / self.nll
        return ExtremeRows((self.numbers[kept] + 1).tolist(), share) if share >= 0.5 else None


def _losses(logits: Floats, labels: Labels) -> Floats:
    if labels.ndim == 1:
        return np.asarray(-log_softmax(logits)[np.arange(len(labels)), labels])
    signed = log_sigmoid(np.where(labels == 1, logits, -logits))
    return np.asarray(-np.where(labels >= 0, signed, 0.0).sum(1))
