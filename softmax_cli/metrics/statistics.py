"""Sums over outcomes that metrics are computed from; those of two parts add up.

Each has `of(outcomes, bins)` and `merge(other)`: after clu's metrics, records of sufficient
statistics. All are as small as their numbers of classes and bins, however many rows there
are, but `Held`, which keeps every prediction.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from softmax_cli.activations.exact import Floats
from softmax_cli.runtime.memory import copy_to_mmap

if TYPE_CHECKING:
    from softmax_cli.metrics.outcomes import Outcomes

IntArray = NDArray[np.int64]
Keys = NDArray[np.uint64]

NOT_COUNTED = np.uint64(2**64 - 1)

# Cells to a bin, for drawing outcomes: in one so narrow all predictions are as good as equal.
_FINER = 100
_MOST_CELLS = 200_000
# Bytes of predictions that are worth a place of their own.
_LARGE = 1 << 16


class Mergeable:
    """A record whose parts add up field by field."""

    def merge(self, other: Self) -> Self:
        """The statistics of both parts together."""
        names = [field.name for field in fields(self)]  # type: ignore[arg-type]
        sums: list[Any] = [getattr(self, name) + getattr(other, name) for name in names]
        return type(self)(*sums)


@dataclass(frozen=True)
class Totals(Mergeable):
    """Sums over rows for each of K questions, shape (K,); `impossible` counts infinite NLLs."""

    rows: IntArray
    predicted: Floats
    observed: IntArray
    correct: IntArray
    nll: Floats
    zero_probability_labels: IntArray
    brier: Floats

    @classmethod
    def of(cls, outcomes: Outcomes, _bins: int) -> Totals:
        """The sums over one block."""
        counted = outcomes.counted
        known = outcomes if counted.all() else _uncounted_left_out(outcomes)
        return cls(
            rows=counted.sum(0),
            predicted=known.predicted.sum(0),
            observed=known.observed.sum(0),
            correct=known.correct.sum(0),
            nll=known.nll.sum(0),
            zero_probability_labels=np.isposinf(known.nll).sum(0),
            brier=known.brier.sum(0),
        )


@dataclass(frozen=True)
class Histogram(Mergeable):
    """Fine cells of equal width over [0, 1], the same number in each bin: shape (K, cells)."""

    count: IntArray
    predicted: Floats
    observed: IntArray

    @classmethod
    def of(cls, outcomes: Outcomes, bins: int) -> Histogram:
        """The cells that one block falls into."""
        tasks = outcomes.predicted.shape[1]
        cells = bins * min(_FINER, max(1, _MOST_CELLS // (tasks * bins)))
        places = cell_of(outcomes.predicted, cells) + np.arange(tasks) * cells
        flat, weights = places[outcomes.counted], outcomes.predicted[outcomes.counted]
        observed = places[outcomes.counted & outcomes.observed]
        size, shape = tasks * cells, (tasks, cells)
        return cls(
            np.bincount(flat, minlength=size).reshape(shape),
            np.bincount(flat, weights, size).reshape(shape),
            np.bincount(observed, minlength=size).reshape(shape),
        )


@dataclass(frozen=True)
class Classwise(Mergeable):
    """For every class and bin, the sum of p less the number of its labels: shape (C, bins)."""

    gaps: Floats

    @classmethod
    def of(cls, outcomes: Outcomes, bins: int) -> Classwise | None:
        """The gaps of one block; None where each class is judged by itself anyway."""
        if outcomes.labels is None:
            return None
        probabilities, labels = outcomes.probabilities, outcomes.labels
        rows, classes = probabilities.shape
        column, values, near = _beyond(probabilities, 1 / bins)
        gaps = np.zeros((classes, bins))
        gaps[:, 0] = near
        places = column * bins + cell_of(values, bins)
        gaps += np.bincount(places, values, gaps.size).reshape(gaps.shape)
        own = cell_of(probabilities[np.arange(rows), labels], bins)
        gaps -= np.bincount(labels * bins + own, minlength=gaps.size).reshape(gaps.shape)
        return cls(gaps)


@dataclass(frozen=True)
class StoredPredictions:
    """Every prediction with its outcome, for bins of equal mass: 8 bytes each, shape (N, K).

    A key is the bits of the float64, which for numbers of 0 and above are in their order,
    moved up by one for the outcome. `NOT_COUNTED` stands where this is not known.
    """

    parts: tuple[Keys, ...]

    @classmethod
    def of(cls, outcomes: Outcomes, _bins: int) -> StoredPredictions:
        """The predictions of one block."""
        # Adding 0 makes a negative zero a positive one.
        keys = np.ascontiguousarray(outcomes.predicted + 0.0).view(np.uint64) << np.uint64(1)
        keys |= outcomes.observed
        keys[~outcomes.counted] = NOT_COUNTED
        return cls((_to_own_pages(keys),))

    def merge(self, other: StoredPredictions) -> StoredPredictions:
        """The predictions of both parts."""
        last, first = self.parts[-1], other.parts[0]
        if last.nbytes < _LARGE and first.nbytes < _LARGE:
            joined = _to_own_pages(np.concatenate((last, first)))
            return StoredPredictions((*self.parts[:-1], joined, *other.parts[1:]))
        return StoredPredictions(self.parts + other.parts)


def _to_own_pages(predictions: Keys) -> Keys:
    # What stays must not lie among the blocks that come and go: it would pin their memory.
    return copy_to_mmap(predictions) if predictions.nbytes >= _LARGE else predictions


def cell_of(values: Floats, count: int) -> NDArray[np.intp]:
    """Which of `count` cells (lo, hi] of equal width over [0, 1] each value falls into.

    0 is in the first. The edges are the float64 nearest to k / count.
    """
    places = np.ceil(values * count) - 1.0
    np.clip(places, 0, count - 1, out=places)
    # The product is rounded: a value on an edge may have come out on its other side.
    places -= values <= places / count
    places += values > (places + 1.0) / count
    return np.asarray(np.clip(places, 0, count - 1)).astype(np.intp)


def _beyond(probabilities: Floats, limit: float) -> tuple[NDArray[np.intp], Floats, Floats]:
    """The values above a limit with their columns, and the sum of each column's others.

    Few probabilities of a row are beyond the first bin: the others need no bin of their own.
    """
    rows, classes = probabilities.shape
    # In the order of memory: numpy finds them several times as fast.
    turned = probabilities.flags.f_contiguous
    flat = (probabilities.T if turned else probabilities).ravel()
    beyond = flat > limit
    found = np.flatnonzero(beyond)
    near = np.where(beyond, 0.0, flat)
    if turned:
        return found // rows, flat[found], near.reshape(classes, rows).sum(1)
    return found % classes, flat[found], near.reshape(rows, classes).sum(0)


def _uncounted_left_out(outcomes: Outcomes) -> Outcomes:
    counted = outcomes.counted
    zeroed = {
        name: np.where(counted, getattr(outcomes, name), 0)
        for name in ("predicted", "observed", "correct", "nll", "brier")
    }
    return type(outcomes)(
        **zeroed, counted=counted, probabilities=outcomes.probabilities, labels=outcomes.labels
    )
