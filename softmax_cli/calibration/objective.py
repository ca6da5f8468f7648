"""Objective of temperature scaling: the NLL and its derivatives as sums over rows.

With beta = 1 / T, the derivative of the NLL in beta is the mean of E_p[z] - z_label, and its
second derivative the mean of Var_p(z): the NLL is convex, and a Newton step needs only sums
over the data. An independent class is softmax over [0, z] with a binary label. A row of weight
w counts as w rows; no weights are weights of 1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple, Self

import numpy as np

from softmax_cli.activations.exact import Floats
from softmax_cli.activations.functions import CACHED_VALUES, NARROW_CLASSES, sigmoid
from softmax_cli.dataclass import dataclass
from softmax_cli.metrics.statistics import Mergeable, weigh

if TYPE_CHECKING:
    from softmax_cli.metrics.outcomes import Labels

Weights = Floats | None
# Stands for a masked class, which has no weight: far below any logit, with a finite square.
_MASKED = -1e150


@dataclass(frozen=True)
class GradientLimits:
    """Sums over rows, shape (K,): the gradient at beta = 0 and at beta = inf.

    `rows` sums the weights of those with a label. `magnitude` sums the absolute terms of
    `at_zero`, which bound its rounding error. `widest` is the largest distance of a finite
    logit from the row's largest, or of an independent class's from 0; `worst` is that of a
    label's logit.
    """

    rows: Floats
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
    """Functions from logits, shape (N, C), labels and weights, shape (N,), to sums at a beta.

    Betas and sums have shape (K,): K is the number of classes if `per_class`, else 1.
    """

    limits: Callable[[Floats, Labels, Weights], GradientLimits]
    terms: Callable[[Floats, Labels, Floats, Weights], NewtonTerms]
    per_class: bool = False


class Step(NamedTuple):
    """A few labeled rows: logits minus the row's largest, that of the label, and more.

    `axis` is that of the classes in `shifted`.
    """

    shifted: Floats
    own: Floats
    axis: int
    labels: Labels
    weights: Weights

    def total(self, values: Floats) -> float:
        """Return the sum of values of the rows, each with its weight."""
        return float((values if self.weights is None else values * self.weights).sum())


def _exclusive_limits(logits: Floats, labels: Labels, weights: Weights = None) -> GradientLimits:
    rows = at_zero = at_infinity = magnitude = widest = worst = 0.0
    for step in shifted_steps(logits, labels, weights):
        masked = step.shifted == _MASKED
        finite = np.where(masked, 0.0, step.shifted)
        means = finite.sum(step.axis) / (~masked).sum(step.axis)
        rows += step.total(np.ones(len(means)))
        at_zero += step.total(means - step.own)
        at_infinity -= step.total(step.own)
        magnitude -= step.total(means + step.own)
        widest = max(widest, -float(finite.min(initial=0.0)))
        worst = max(worst, -float(step.own.min(initial=0.0)))
    values = (rows, at_zero, at_infinity, magnitude, widest, worst)
    return GradientLimits(*(np.array([value]) for value in values))


def _exclusive_terms(
    logits: Floats, labels: Labels, beta: Floats, weights: Weights = None
) -> NewtonTerms:
    gradient = curvature = 0.0
    for step in shifted_steps(logits, labels, weights):
        powers = np.exp(step.shifted * beta[0])
        total = powers.sum(step.axis)
        powers *= step.shifted
        mean = powers.sum(step.axis) / total
        powers *= step.shifted
        square = powers.sum(step.axis) / total
        gradient += step.total(mean - step.own)
        curvature += step.total(square - mean * mean)
    return NewtonTerms(np.array([gradient]), np.array([curvature]))


def shifted_steps(
    logits: Floats, labels: Labels, weights: Weights, fewest_rows: int = 1
) -> Iterator[Step]:
    """Yield a few labeled rows at a time, as many as fit the CPU caches."""
    for step_logits, step_labels, step_weights in _labeled_steps(
        logits, labels, weights, fewest_rows
    ):
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
        np.maximum(shifted, _MASKED, out=shifted)
        yield Step(shifted, own, 0 if narrow else 1, step_labels, step_weights)


def _labeled_steps(
    logits: Floats, labels: Labels, weights: Weights, fewest_rows: int
) -> Iterator[tuple[Floats, Labels, Weights]]:
    size = max(fewest_rows, CACHED_VALUES // logits.shape[1])
    labeled = labels >= 0
    if not labeled.all():
        logits, labels = logits[labeled], labels[labeled]
        weights = None if weights is None else weights[labeled]
    for start in range(0, len(logits), size):
        rows = slice(start, start + size)
        yield logits[rows], labels[rows], None if weights is None else weights[rows]


def _independent_limits(logits: Floats, targets: Labels, weights: Weights = None) -> GradientLimits:
    labeled = targets >= 0
    finite = np.where(labeled & np.isfinite(logits), logits, 0.0)
    own = np.where(targets == 1, finite, 0.0)
    positive = np.maximum(finite, 0.0)
    return GradientLimits(
        weigh(labeled.astype(np.float64), weights).sum(0),
        weigh(finite / 2 - own, weights).sum(0),
        weigh(positive - own, weights).sum(0),
        weigh(np.abs(finite), weights).sum(0) / 2,
        np.abs(finite).max(0, initial=0.0),
        (positive - own).max(0, initial=0.0),
    )


def _independent_terms(
    logits: Floats, targets: Labels, beta: Floats, weights: Weights = None
) -> NewtonTerms:
    # The probability of an infinite logit is 0 or 1 at any beta: it does not affect the fit.
    finite = np.where((targets >= 0) & np.isfinite(logits), logits, 0.0)
    probabilities = sigmoid(finite * beta)
    gradient = finite * (probabilities - (targets == 1))
    curvature = finite * finite * probabilities * (1.0 - probabilities)
    return NewtonTerms(weigh(gradient, weights).sum(0), weigh(curvature, weights).sum(0))


def _pooled_limits(logits: Floats, targets: Labels, weights: Weights = None) -> GradientLimits:
    return _independent_limits(logits, targets, weights).pooled()


def _pooled_terms(
    logits: Floats, targets: Labels, beta: Floats, weights: Weights = None
) -> NewtonTerms:
    """Return the terms of one beta for all classes together."""
    sums = vars(_independent_terms(logits, targets, beta, weights)).values()
    return NewtonTerms(*(values.sum(keepdims=True) for values in sums))


SOFTMAX = Objective(_exclusive_limits, _exclusive_terms)
PER_CLASS = Objective(_independent_limits, _independent_terms, per_class=True)
SIGMOID = Objective(_pooled_limits, _pooled_terms)
