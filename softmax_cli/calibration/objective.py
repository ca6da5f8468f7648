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
from softmax_cli.metrics.statistics import Added, Counts

if TYPE_CHECKING:
    from softmax_cli.metrics.outcomes import Known

# Values worked on at a time: few enough for the caches, and enough for threads not to wait
# for the interpreter's lock.
_CACHED = 131_072
# Up to so many classes a sub-block is turned classes-first, so that sums run along the rows.
_NARROW = 256
# A masked class weighs nothing: any number far down whose square is finite will do for it.
_MASKED = -1e150


@dataclass(frozen=True)
class Span(Added):
    """Sums over rows of K problems, shape (K,): the gradient at beta = 0 and beta = inf."""

    rows: Counts
    at_zero: Floats
    at_infinity: Floats


@dataclass(frozen=True)
class Moments(Added):
    """Sums over rows of K problems, shape (K,): E_p[z] - z_label and Var_p(z) at one beta."""

    gradient: Floats
    curvature: Floats


@dataclass(frozen=True)
class Problem:
    """How rows of logits, shape (N, C), and what is known of them make sums of a beta (K,).

    K is the number of classes where `each_class` has a beta of its own, else 1.
    """

    span: Callable[[Floats, Known], Span]
    moments: Callable[[Floats, Known, Floats], Moments]
    each_class: bool = False


def _exclusive_span(logits: Floats, labels: Known) -> Span:
    at_zero = at_infinity = 0.0
    for shifted, own, axis in _shifted_parts(logits, labels):
        masked = shifted == _MASKED
        kept = np.where(masked, 0.0, shifted).sum(axis) / (~masked).sum(axis)
        at_zero += float((kept - own).sum())
        at_infinity -= float(own.sum())
    return Span(
        np.array([np.count_nonzero(labels >= 0)]), np.array([at_zero]), np.array([at_infinity])
    )


def _exclusive_moments(logits: Floats, labels: Known, beta: Floats) -> Moments:
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
    return Moments(np.array([gradient]), np.array([curvature]))


def _shifted_parts(logits: Floats, labels: Known) -> Iterator[tuple[Floats, Floats, int]]:
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


def _independent_span(logits: Floats, targets: Known) -> Span:
    known, yes = targets >= 0, targets == 1
    finite = np.where(known & np.isfinite(logits), logits, 0.0)
    own = np.where(yes, finite, 0.0)
    at_zero = (finite / 2 - own).sum(0)
    return Span(known.sum(0), at_zero, (np.maximum(finite, 0.0) - own).sum(0))


def _independent_moments(logits: Floats, targets: Known, beta: Floats) -> Moments:
    # An infinite logit is certain at any temperature: it says nothing about beta.
    finite = np.where((targets >= 0) & np.isfinite(logits), logits, 0.0)
    chance = sigmoid(finite * beta)
    gradient = finite * (chance - (targets == 1))
    return Moments(gradient.sum(0), (finite * finite * chance * (1.0 - chance)).sum(0))


def _pooled(problem: Problem) -> Problem:
    """One beta for all of the problem's classes together."""

    def span(logits: Floats, known: Known) -> Span:
        return Span(
            *(part.sum(keepdims=True) for part in vars(problem.span(logits, known)).values())
        )

    def moments(logits: Floats, known: Known, beta: Floats) -> Moments:
        whole = problem.moments(logits, known, beta)
        return Moments(whole.gradient.sum(keepdims=True), whole.curvature.sum(keepdims=True))

    return Problem(span, moments)


SOFTMAX = Problem(_exclusive_span, _exclusive_moments)
EACH_CLASS = Problem(_independent_span, _independent_moments, each_class=True)
SIGMOID = _pooled(EACH_CLASS)
