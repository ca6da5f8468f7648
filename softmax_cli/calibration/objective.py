"""The sums over rows that a temperature is fitted from.

With beta = 1 / T, the derivative of the NLL in beta is the mean of E_p[z] - z_label, and its
second derivative the mean of Var_p(z): the problem is convex, and all that a step needs of
the data is a sum. An independent class is softmax over [0, z], its label yes or no.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from softmax_cli.activations.exact import Floats
from softmax_cli.activations.functions import sigmoid
from softmax_cli.metrics.statistics import IntArray, Mergeable

if TYPE_CHECKING:
    from softmax_cli.metrics.outcomes import Labels

# Values worked on at a time: few enough for the caches, and enough for threads not to wait
# for the interpreter's lock.
_CACHED = 131_072
# Up to so many classes a sub-block is turned classes-first, so that sums run along the rows.
_NARROW = 256
# A masked class weighs nothing: any number far down whose square is finite will do for it.
_MASKED = -1e150


@dataclass(frozen=True)
class GradientLimits(Mergeable):
    """Sums over rows of K problems, shape (K,): the gradient at beta = 0 and beta = inf."""

    rows: IntArray
    at_zero: Floats
    at_infinity: Floats


@dataclass(frozen=True)
class NewtonTerms(Mergeable):
    """Sums over rows of K problems, shape (K,): E_p[z] - z_label and Var_p(z) at one beta."""

    gradient: Floats
    curvature: Floats


@dataclass(frozen=True)
class Objective:
    """How rows of logits, shape (N, C), and what is known of them make sums of a beta (K,).

    K is the number of classes where `each_class` has a beta of its own, else 1.
    """

    limits: Callable[[Floats, Labels], GradientLimits]
    terms: Callable[[Floats, Labels, Floats], NewtonTerms]
    each_class: bool = False


def _exclusive_limits(logits: Floats, labels: Labels) -> GradientLimits:
    at_zero = at_infinity = 0.0
    for shifted, own, axis in _shifted_parts(logits, labels):
        masked = shifted == _MASKED
        kept = np.where(masked, 0.0, shifted).sum(axis) / (~masked).sum(axis)
        at_zero += float((kept - own).sum())
        at_infinity -= float(own.sum())
    return GradientLimits(
        np.array([np.count_nonzero(labels >= 0)]), np.array([at_zero]), np.array([at_infinity])
    )


def _exclusive_terms(logits: Floats, labels: Labels, beta: Floats) -> NewtonTerms:
    gradient = curvature = 0.0
    for shifted, own, axis in _shifted_parts(logits, labels):
        weights = np.exp(shifted * beta[0])
        total = weights.sum(axis)
        weights *= shifted
        mean = weights.sum(axis) / total
        weights *= shifted
        square = weights.sum(axis) / total
        gradient += float((mean - own).sum())
        curvature += float((square - mean * mean).sum())
    return NewtonTerms(np.array([gradient]), np.array([curvature]))


def _shifted_parts(logits: Floats, labels: Labels) -> Iterator[tuple[Floats, Floats, int]]:
    """Sub-blocks less the largest of each row, the label's, and which axis the classes are on."""
    narrow = logits.shape[1] <= _NARROW
    step = max(1, _CACHED // logits.shape[1])
    if (labels < 0).any():
        logits, labels = logits[labels >= 0], labels[labels >= 0]
    for start in range(0, len(logits), step):
        part, known = logits[start : start + step], labels[start : start + step]
        rows = np.arange(len(part))
        with np.errstate(over="ignore"):
            if narrow:
                # A copy always: a single row, turned, is contiguous already.
                shifted = np.array(part.T, order="C")
                shifted -= shifted.max(0)
                own = shifted[known, rows]
            else:
                shifted = part - part.max(1, keepdims=True)
                own = shifted[rows, known]
        yield np.maximum(shifted, _MASKED, out=shifted), own, 0 if narrow else 1


def _independent_limits(logits: Floats, targets: Labels) -> GradientLimits:
    known, yes = targets >= 0, targets == 1
    finite = np.where(known & np.isfinite(logits), logits, 0.0)
    own = np.where(yes, finite, 0.0)
    at_zero = (finite / 2 - own).sum(0)
    return GradientLimits(known.sum(0), at_zero, (np.maximum(finite, 0.0) - own).sum(0))


def _independent_terms(logits: Floats, targets: Labels, beta: Floats) -> NewtonTerms:
    # An infinite logit is certain at any temperature: it says nothing about beta.
    finite = np.where((targets >= 0) & np.isfinite(logits), logits, 0.0)
    chance = sigmoid(finite * beta)
    gradient = finite * (chance - (targets == 1))
    return NewtonTerms(gradient.sum(0), (finite * finite * chance * (1.0 - chance)).sum(0))


def _pooled(objective: Objective) -> Objective:
    """One beta for all of the problem's classes together."""

    def limits(logits: Floats, known: Labels) -> GradientLimits:
        return GradientLimits(
            *(part.sum(keepdims=True) for part in vars(objective.limits(logits, known)).values())
        )

    def terms(logits: Floats, known: Labels, beta: Floats) -> NewtonTerms:
        whole = objective.terms(logits, known, beta)
        return NewtonTerms(whole.gradient.sum(keepdims=True), whole.curvature.sum(keepdims=True))

    return Objective(limits, terms)


SOFTMAX = Objective(_exclusive_limits, _exclusive_terms)
EACH_CLASS = Objective(_independent_limits, _independent_terms, each_class=True)
SIGMOID = _pooled(EACH_CLASS)
