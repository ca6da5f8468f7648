"""Objective of temperature scaling: the NLL and its derivatives as sums over rows.

With beta = 1 / T, the derivative of the NLL in beta is the mean of E_p[z] - z_label, and its
second derivative the mean of Var_p(z): the NLL is convex, and a Newton step needs only sums
over the data. An independent class is softmax over [0, z] with a binary label.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from softmax_cli.activations.exact import Floats
from softmax_cli.activations.functions import CACHED_VALUES, NARROW_CLASSES, sigmoid
from softmax_cli.metrics.statistics import IntArray, Mergeable

if TYPE_CHECKING:
    from softmax_cli.metrics.outcomes import Labels

# Stands for a masked class, which has no weight: far below any logit, with a finite square.
_MASKED = -1e150


@dataclass(frozen=True)
class GradientLimits:
    """Sums over rows, shape (K,): the gradient at beta = 0 and at beta = inf.

    `magnitude` sums the absolute terms of `at_zero`, which bound its rounding error. `widest`
    is the largest distance of a finite logit from the row's largest, or of an independent
    class's from 0; `worst` is that of a label's logit.
    """

    rows: IntArray
    at_zero: Floats
    at_infinity: Floats
    magnitude: Floats
    widest: Floats
    worst: Floats

    def merge(self, other: Self) -> GradientLimits:
        """Return the limits over the rows of both."""
        return GradientLimits(
            self.rows + other.rows,
            self.at_zero + other.at_zero,
            self.at_infinity + other.at_infinity,
            self.magnitude + other.magnitude,
            np.maximum(self.widest, other.widest),
            np.maximum(self.worst, other.worst),
        )

    def pooled(self) -> GradientLimits:
        """Return the limits of one beta for all K classes together."""
        sums = (self.rows, self.at_zero, self.at_infinity, self.magnitude)
        return GradientLimits(
            *(values.sum(keepdims=True) for values in sums),
            *(values.max(keepdims=True) for values in (self.widest, self.worst)),
        )


@dataclass(frozen=True)
class NewtonTerms(Mergeable):
    """Sums over rows, shape (K,): E_p[z] - z_label and Var_p(z) at one beta."""

    gradient: Floats
    curvature: Floats


@dataclass(frozen=True)
class Objective:
    """Functions from logits, shape (N, C), and labels to sums at a beta, shape (K,).

    K is the number of classes if the beta is `per_class`, else 1.
    """

    limits: Callable[[Floats, Labels], GradientLimits]
    terms: Callable[[Floats, Labels, Floats], NewtonTerms]
    per_class: bool = False


def _exclusive_limits(logits: Floats, labels: Labels) -> GradientLimits:
    at_zero = at_infinity = magnitude = widest = worst = 0.0
    for shifted, own, axis in shifted_logits(logits, labels):
        masked = shifted == _MASKED
        finite = np.where(masked, 0.0, shifted)
        means = finite.sum(axis) / (~masked).sum(axis)
        at_zero += float((means - own).sum())
        at_infinity -= float(own.sum())
        magnitude -= float((means + own).sum())
        widest = max(widest, -float(finite.min(initial=0.0)))
        worst = max(worst, -float(own.min(initial=0.0)))
    rows = np.array([np.count_nonzero(labels >= 0)])
    values = (at_zero, at_infinity, magnitude, widest, worst)
    return GradientLimits(rows, *(np.array([value]) for value in values))


def _exclusive_terms(logits: Floats, labels: Labels, beta: Floats) -> NewtonTerms:
    gradient = curvature = 0.0
    for shifted, own, axis in shifted_logits(logits, labels):
        weights = np.exp(shifted * beta[0])
        total = weights.sum(axis)
        weights *= shifted
        mean = weights.sum(axis) / total
        weights *= shifted
        square = weights.sum(axis) / total
        gradient += float((mean - own).sum())
        curvature += float((square - mean * mean).sum())
    return NewtonTerms(np.array([gradient]), np.array([curvature]))


def shifted_logits(
    logits: Floats, labels: Labels, fewest_rows: int = 1
) -> Iterator[tuple[Floats, Floats, int]]:
    """Yield logits minus the row's largest, that of the label, and the axis of classes."""
    for step_logits, step_labels in labeled_steps(logits, labels, fewest_rows):
        rows = np.arange(len(step_logits))
        narrow = logits.shape[1] <= NARROW_CLASSES
        with np.errstate(over="ignore"):
            if narrow:
                # np.array, because ascontiguousarray does not copy a transposed single row.
                shifted = np.array(step_logits.T, order="C")
                shifted -= shifted.max(0)
                own = shifted[step_labels, rows]
            else:
                shifted = step_logits - step_logits.max(1, keepdims=True)
                own = shifted[rows, step_labels]
        yield np.maximum(shifted, _MASKED, out=shifted), own, 0 if narrow else 1


def labeled_steps(
    logits: Floats, labels: Labels, fewest_rows: int = 1
) -> Iterator[tuple[Floats, Labels]]:
    """Yield a few labeled rows at a time, as many as fit the CPU caches."""
    step = max(fewest_rows, CACHED_VALUES // logits.shape[1])
    if (labels < 0).any():
        logits, labels = logits[labels >= 0], labels[labels >= 0]
    for start in range(0, len(logits), step):
        yield logits[start : start + step], labels[start : start + step]


def _independent_limits(logits: Floats, targets: Labels) -> GradientLimits:
    labeled = targets >= 0
    finite = np.where(labeled & np.isfinite(logits), logits, 0.0)
    own = np.where(targets == 1, finite, 0.0)
    positive = np.maximum(finite, 0.0)
    return GradientLimits(
        labeled.sum(0),
        (finite / 2 - own).sum(0),
        (positive - own).sum(0),
        np.abs(finite).sum(0) / 2,
        np.abs(finite).max(0, initial=0.0),
        (positive - own).max(0, initial=0.0),
    )


def _independent_terms(logits: Floats, targets: Labels, beta: Floats) -> NewtonTerms:
    # The probability of an infinite logit is 0 or 1 at any beta: it does not affect the fit.
    finite = np.where((targets >= 0) & np.isfinite(logits), logits, 0.0)
    probabilities = sigmoid(finite * beta)
    gradient = finite * (probabilities - (targets == 1))
    curvature = finite * finite * probabilities * (1.0 - probabilities)
    return NewtonTerms(gradient.sum(0), curvature.sum(0))


def _pooled_limits(logits: Floats, targets: Labels) -> GradientLimits:
    return _independent_limits(logits, targets).pooled()


def _pooled_terms(logits: Floats, targets: Labels, beta: Floats) -> NewtonTerms:
    """Return the terms of one beta for all classes together."""
    sums = vars(_independent_terms(logits, targets, beta)).values()
    return NewtonTerms(*(values.sum(keepdims=True) for values in sums))


SOFTMAX = Objective(_exclusive_limits, _exclusive_terms)
PER_CLASS = Objective(_independent_limits, _independent_terms, per_class=True)
SIGMOID = Objective(_pooled_limits, _pooled_terms)
