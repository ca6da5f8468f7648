"""Objective of a temperature with a bias per class: the NLL and its derivatives as sums.

The logits of the map are beta z + b. The sums are those of a Newton step in beta (one, or one
per independent class) and in b: they merge over chunks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from softmax_cli.activations.exact import Floats
from softmax_cli.activations.functions import log_sigmoid, sigmoid
from softmax_cli.calibration.objective import labeled_steps, shifted_logits
from softmax_cli.metrics.statistics import IntArray, Mergeable

if TYPE_CHECKING:
    from softmax_cli.metrics.outcomes import Labels

# Above this many classes, the diagonal stands for the curvature in the biases.
DENSE_CLASSES = 2000


@dataclass(frozen=True)
class BiasTerms(Mergeable):
    """Sums over rows at one beta, shape (A,), and bias, shape (C,).

    A is 1, or C if each class has its own beta. `labels` counts the labels of each class, or
    its positives. `curvature` in the biases has shape (C, C), or (C,) if it is diagonal.
    """

    labels: IntArray
    nll: Floats
    beta_gradient: Floats
    beta_curvature: Floats
    gradient: Floats
    cross: Floats
    curvature: Floats


@dataclass(frozen=True)
class BiasObjective:
    """Terms of an activation at a beta and a bias.

    `weight` is the prior precision of a bias as a multiple of lambda: two exclusive classes
    with biases -b / 2 and b / 2 are one independent class with bias b.
    """

    terms: Callable[[Floats, Labels, Floats, Floats], BiasTerms]
    weight: float
    exclusive: bool = False


def _exclusive_terms(logits: Floats, labels: Labels, beta: Floats, bias: Floats) -> BiasTerms:
    classes = logits.shape[1]
    dense = classes <= DENSE_CLASSES
    terms: BiasTerms | None = None
    fewest_rows = classes if dense else 1
    steps = labeled_steps(logits, labels, fewest_rows)
    shifted_steps = shifted_logits(logits, labels, fewest_rows)
    for (shifted, own, axis), (_, step_labels) in zip(shifted_steps, steps, strict=True):
        by_class = shifted if axis == 0 else shifted.T
        step = _exclusive_step(by_class, own, step_labels, float(beta[0]), bias, dense=dense)
        terms = step if terms is None else terms.merge(step)
    return terms or _no_terms(classes, dense=dense)


def _exclusive_step(
    shifted: Floats, own: Floats, labels: Labels, beta: float, bias: Floats, *, dense: bool
) -> BiasTerms:
    """Return the terms of logits of shape (C, N), minus the row's largest."""
    scores = shifted * beta
    scores += bias[:, None]
    own_score = own * beta + bias[labels]
    largest = scores.max(0)
    scores -= largest
    weights = np.exp(scores, out=scores)
    total = weights.sum(0)
    weights /= total
    weighted = weights * shifted
    mean = weighted.sum(0)
    sums = weights.sum(1)
    cross = weighted.sum(1) - weights @ mean
    weighted *= shifted
    labeled = np.bincount(labels, minlength=len(sums))
    return BiasTerms(
        labeled,
        np.array([float((np.log(total) + largest - own_score).sum())]),
        np.array([float((mean - own).sum())]),
        np.array([float((weighted.sum(0) - mean * mean).sum())]),
        sums - labeled,
        cross,
        np.diag(sums) - weights @ weights.T if dense else sums - (weights * weights).sum(1),
    )


def _no_terms(classes: int, *, dense: bool) -> BiasTerms:
    none, one = np.zeros(classes), np.zeros(1)
    curvature = np.zeros((classes, classes)) if dense else none
    return BiasTerms(np.zeros(classes, np.int64), one, one, one, none, none, curvature)


def _independent_terms(logits: Floats, targets: Labels, beta: Floats, bias: Floats) -> BiasTerms:
    # The probability of an infinite logit is 0 or 1 at any beta and bias.
    used = (targets >= 0) & np.isfinite(logits)
    values = np.where(used, logits, 0.0)
    scores = values * beta + bias
    observed = targets == 1
    probabilities = sigmoid(scores)
    nll = -np.where(used, log_sigmoid(np.where(observed, scores, -scores)), 0.0)
    gaps = np.where(used, probabilities - observed, 0.0)
    variances = np.where(used, probabilities * (1.0 - probabilities), 0.0)
    return BiasTerms(
        (used & observed).sum(0),
        nll.sum(0),
        (values * gaps).sum(0),
        (values * values * variances).sum(0),
        gaps.sum(0),
        (values * variances).sum(0),
        variances.sum(0),
    )


def _pooled_terms(logits: Floats, targets: Labels, beta: Floats, bias: Floats) -> BiasTerms:
    each = _independent_terms(logits, targets, beta, bias)
    return BiasTerms(
        each.labels,
        each.nll.sum(keepdims=True),
        each.beta_gradient.sum(keepdims=True),
        each.beta_curvature.sum(keepdims=True),
        each.gradient,
        each.cross,
        each.curvature,
    )


SOFTMAX_BIAS = BiasObjective(_exclusive_terms, 1.0, exclusive=True)
SIGMOID_BIAS = BiasObjective(_pooled_terms, 0.5)
PER_CLASS_BIAS = BiasObjective(_independent_terms, 0.5)
