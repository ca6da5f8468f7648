"""Sufficient statistics of outcomes, from which metrics are computed.

Each has `from_outcomes(outcomes, bins)` and `merge(other)`, after the metrics of clu. Their size
depends on the number of classes and bins, except for `StoredPredictions`, which keeps every one.
"""

from __future__ import annotations

from dataclasses import fields
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from softmax_cli.activations.exact import Floats
from softmax_cli.dataclass import dataclass
from softmax_cli.metrics.outcomes import zero_uncounted
from softmax_cli.runtime.memory import copy_to_mmap

if TYPE_CHECKING:
    from collections.abc import Callable

    from softmax_cli.metrics.outcomes import Labels, Outcomes

IntArray = NDArray[np.int64]
Keys = NDArray[np.uint64]

NOT_COUNTED = np.uint64(2**64 - 1)

# Half the width of a 95% CI in standard errors of a normal distribution.
Z_95 = 1.959963984540054

# Cells per bin: predictions in a cell this narrow count as equal when outcomes are drawn.
_FINER = 100
_MOST_CELLS = 200_000
# Bytes from which predictions are moved to a separate mmap.
_LARGE = 1 << 16


class Mergeable:
    """A record of statistics that merges field by field."""

    def merge(self, other: Self) -> Self:
        """Return the statistics of both, added up; None stays None."""
        names = [field.name for field in fields(self)]  # type: ignore[arg-type]
        pairs = [(getattr(self, n), getattr(other, n)) for n in names]
        return type(self)(*(None if one is None else one + more for one, more in pairs))


@dataclass(frozen=True)
class Totals(Mergeable):
    """Sums over rows, each with its weight, for each of K binary tasks, shape (K,)."""

    rows: IntArray | Floats
    predicted: Floats
    observed: IntArray | Floats
    correct: IntArray | Floats
    nll: Floats
    zero_probability_labels: IntArray
    brier: Floats

    @classmethod
    def from_outcomes(cls, outcomes: Outcomes, _bins: int) -> Totals:
        """Sum over one chunk."""
        terms = outcomes if outcomes.counted.all() else zero_uncounted(outcomes)
        weighed = partial(weigh, weights=outcomes.weights)
        return cls(
            rows=weighed(terms.counted).sum(0),
            predicted=weighed(terms.predicted).sum(0),
            observed=weighed(terms.observed).sum(0),
            correct=weighed(terms.correct).sum(0),
            nll=weighed(terms.nll).sum(0),
            zero_probability_labels=np.isposinf(terms.nll).sum(0),
            brier=weighed(terms.brier).sum(0),
        )


@dataclass(frozen=True)
class Histogram(Mergeable):
    """Fine equal-width cells over [0, 1], the same number in each bin: shape (K, cells).

    `squares` is the sum of squared weights, None if all weights are 1.
    """

    count: IntArray | Floats
    predicted: Floats
    observed: IntArray | Floats
    squares: Floats | None = None

    def apply(self, function: Callable[[NDArray[Any]], NDArray[Any]]) -> Histogram:
        """Return the function of each array."""
        squares = None if self.squares is None else function(self.squares)
        return Histogram(
            function(self.count), function(self.predicted), function(self.observed), squares
        )

    @classmethod
    def from_outcomes(cls, outcomes: Outcomes, bins: int) -> Histogram:
        """Count the predictions of one chunk by cell."""
        tasks = outcomes.predicted.shape[1]
        cells = bins * min(_FINER, max(1, _MOST_CELLS // (tasks * bins)))
        places = cell_of(outcomes.predicted, cells) + np.arange(tasks) * cells
        counted, size, shape = outcomes.counted, tasks * cells, (tasks, cells)
        flat, predicted = places[counted], outcomes.predicted[counted]
        if outcomes.weights is not None:
            weights = np.broadcast_to(outcomes.weights[:, None], counted.shape)[counted]
            terms = (weights, weights * predicted, weights * outcomes.observed[counted], weights**2)
            return cls(*(np.bincount(flat, term, size).reshape(shape) for term in terms))
        observed = places[counted & outcomes.observed]
        return cls(
            np.bincount(flat, minlength=size).reshape(shape),
            np.bincount(flat, predicted, size).reshape(shape),
            np.bincount(observed, minlength=size).reshape(shape),
        )


@dataclass(frozen=True)
class Classwise(Mergeable):
    """Probabilities and labels of each class by bins of the probability: shape (C, bins).

    `squares` is the sum of squared weights, None if all weights are 1.
    """

    count: Floats
    predicted: Floats
    observed: Floats
    squares: Floats | None = None

    @property
    def gaps(self) -> Floats:
        """Sum of p minus number of labels."""
        return self.predicted - self.observed

    @classmethod
    def from_outcomes(cls, outcomes: Outcomes, bins: int) -> Classwise | None:
        """Sum over one chunk; None for independent classes."""
        if outcomes.labels is None:
            return None
        if outcomes.weights is not None:
            return cls._weighted(outcomes.probabilities, outcomes.labels, outcomes.weights, bins)
        probabilities, labels = outcomes.probabilities, outcomes.labels
        rows, classes = probabilities.shape
        shape, size = (classes, bins), classes * bins
        column, values, near = _split_at(probabilities, 1 / bins)
        places = column * bins + cell_of(values, bins)
        predicted = np.bincount(places, values, size).reshape(shape).astype(np.float64)
        count = np.bincount(places, minlength=size).reshape(shape).astype(np.float64)
        predicted[:, 0] += near
        count[:, 0] += rows - count.sum(1)
        own = cell_of(probabilities[np.arange(rows), labels], bins)
        observed = np.bincount(labels * bins + own, minlength=size).reshape(shape)
        return cls(count, predicted, observed.astype(np.float64))

    @classmethod
    def _weighted(
        cls, probabilities: Floats, labels: Labels, weights: Floats, bins: int
    ) -> Classwise:
        rows, classes = probabilities.shape
        cells = cell_of(probabilities, bins)
        places = (cells + np.arange(classes) * bins).ravel()
        each = np.repeat(weights, classes)
        terms = (places, each), (places, each * probabilities.ravel())
        own = labels * bins + cells[np.arange(rows), labels], weights
        sums: list[Floats] = [
            np.bincount(*term, classes * bins).reshape(classes, bins).astype(np.float64)
            for term in (*terms, own, (places, each**2))
        ]
        return cls(*sums)


@dataclass(frozen=True)
class StoredPredictions:
    """Every prediction with its outcome, for equal-mass bins: 8 bytes each, shape (N, K).

    A key is the bits of the float64, which sort like the numbers if these are >= 0, shifted
    left by 1 for the outcome. `NOT_COUNTED` marks a missing label.
    """

    parts: tuple[Keys, ...]

    @cached_property
    def sorted_keys(self) -> list[Keys]:
        """The keys of each task, sorted, without those not counted."""
        return [self._sort(task) for task in range(self.parts[0].shape[1])]

    @property
    def pooled(self) -> StoredPredictions:
        """The predictions of all tasks as those of one."""
        return StoredPredictions(tuple(part.reshape(-1, 1) for part in self.parts))

    def _sort(self, task: int) -> Keys:
        keys = np.concatenate([part[:, task] for part in self.parts])
        keys.sort()
        return keys[: np.searchsorted(keys, NOT_COUNTED)]

    @classmethod
    def from_outcomes(cls, outcomes: Outcomes, _bins: int) -> StoredPredictions:
        """Store the predictions of one chunk."""
        # Adding 0 turns -0.0 into 0.0, because the sign bit would sort it last.
        keys = np.ascontiguousarray(outcomes.predicted + 0.0).view(np.uint64) << np.uint64(1)
        keys |= outcomes.observed
        keys[~outcomes.counted] = NOT_COUNTED
        return cls((_to_own_pages(keys),))

    def merge(self, other: StoredPredictions) -> StoredPredictions:
        """Return the predictions of both."""
        last, first = self.parts[-1], other.parts[0]
        if last.nbytes < _LARGE and first.nbytes < _LARGE:
            joined = _to_own_pages(np.concatenate((last, first)))
            return StoredPredictions((*self.parts[:-1], joined, *other.parts[1:]))
        return StoredPredictions(self.parts + other.parts)


def _to_own_pages(predictions: Keys) -> Keys:
    # Long-lived arrays between short-lived chunks would keep the heap from shrinking.
    return copy_to_mmap(predictions) if predictions.nbytes >= _LARGE else predictions


def cell_of(values: Floats, count: int) -> NDArray[np.intp]:
    """Return the index of each value among `count` equal-width cells (lo, hi] over [0, 1].

    0 is in the first. The edges are the float64 nearest to k / count.
    """
    places = np.ceil(values * count) - 1.0
    np.clip(places, 0, count - 1, out=places)
    # The product is rounded, so a value on an edge may land on the wrong side.
    places -= values <= places / count
    places += values > (places + 1.0) / count
    return np.asarray(np.clip(places, 0, count - 1)).astype(np.intp)


def _split_at(probabilities: Floats, limit: float) -> tuple[NDArray[np.intp], Floats, Floats]:
    """Return the columns and values above a limit, and the sum of the others per column.

    Few probabilities of a row are above the first bin: only these need to be binned.
    """
    rows, classes = probabilities.shape
    # Classes first, so that the layout does not change the last digit.
    by_class = np.ascontiguousarray(probabilities.T)
    flat = by_class.ravel()
    indices = np.flatnonzero(flat > limit)
    columns, values = indices // rows, flat[indices]
    above = np.bincount(columns, values, classes)
    return columns, values, np.maximum(by_class.sum(1) - above, 0.0)


def weigh(values: NDArray[Any], weights: Floats | None) -> NDArray[Any]:
    """Return values, shape (N, K), times the weights of their rows, if there are any."""
    return values if weights is None else values * weights[:, None]
