"""Objective of a temperature with a bias per class: the NLL and its derivatives as sums.

The logits of the map are beta z + b. The sums are those of a Newton step in beta (one, or one
per independent class) and in b: they merge over chunks.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from softmax_cli.activations.exact import Floats
from softmax_cli.activations.functions import log_sigmoid, sigmoid
from softmax_cli.calibration.objective import Step, Weights, shifted_steps
from softmax_cli.dataclass import dataclass
from softmax_cli.metrics.statistics import Mergeable, weigh

if TYPE_CHECKING:
    from softmax_cli.metrics.outcomes import Labels

# Above this many classes, the diagonal stands for the curvature in the biases.
DENSE_CLASSES = 2000


@dataclass(frozen=True)
class BiasTerms(Mergeable):
    """Sums over rows, with their weights, at one beta, shape (A,), and bias, shape (C,).

    A is 1, or C if each class has its own beta. `labels` are the rows with the label of each
    class, or its positives. `curvature` in the biases has shape (C, C), or (C,) if it is diagonal.
    """

    labels: Floats
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

    terms: Callable[[Floats, Labels, Floats, Floats, Weights], BiasTerms]
    weight: float
    exclusive: bool = False


def _exclusive_terms(
    logits: Floats, labels: Labels, beta: Floats, bias: Floats, weights: Weights = None
) -> BiasTerms:
    classes = logits.shape[1]
    dense = classes <= DENSE_CLASSES
    terms: BiasTerms | None = None
    for step in shifted_steps(logits, labels, weights, classes if dense else 1):
        found = _exclusive_step(step, float(beta[0]), bias, dense=dense)
        terms = found if terms is None else terms.merge(found)
    return terms or _no_terms(classes, dense=dense)


def _exclusive_step(step: Step, beta: float, bias: Floats, *, dense: bool) -> BiasTerms:
    shifted = step.shifted if step.axis == 0 else step.shifted.T  # classes first
    scores = shifted * beta
    scores += bias[:, None]
    own_score = step.own * beta + bias[step.labels]
    largest = scores.max(0)
    scores -= largest
    p = np.exp(scores, out=scores)
    total = p.sum(0)
    p /= total
    products = p * shifted
    mean = products.sum(0)
    variance = np.einsum("ij,ij->j", products, shifted) - mean * mean
    weighted = p if step.weights is None else p * step.weights
    sums = weighted.sum(1)
    labeled = np.bincount(step.labels, step.weights, len(sums)).astype(np.float64)
    return BiasTerms(
        labeled,
        np.array([step.total(np.log(total) + largest - own_score)]),
        np.array([step.total(mean - step.own)]),
        np.array([step.total(variance)]),
        sums - labeled,
        np.einsum("ij,ij->i", weighted, shifted) - weighted @ mean,
        np.diag(sums) - weighted @ p.T if dense else sums - (weighted * p).sum(1),
    )


def _no_terms(classes: int, *, dense: bool) -> BiasTerms:
    none, one = np.zeros(classes), np.zeros(1)
    curvature = np.zeros((classes, classes)) if dense else none
    return BiasTerms(none, one, one, one, none, none, curvature)


def _independent_terms(
    logits: Floats, targets: Labels, beta: Floats, bias: Floats, weights: Weights = None
) -> BiasTerms:
    # The probability of an infinite logit is 0 or 1 at any beta and bias.
    used = (targets >= 0) & np.isfinite(logits)
    values = np.where(used, logits, 0.0)
    scores = values * beta + bias
    observed = targets == 1
    probabilities = sigmoid(scores)
    nll = -np.where(used, log_sigmoid(np.where(observed, scores, -scores)), 0.0)
    gaps = np.where(used, probabilities - observed, 0.0)
    variances = np.where(used, probabilities * (1.0 - probabilities), 0.0)
    terms = (
        (used & observed).astype(np.float64),
        nll,
        values * gaps,
        values * values * variances,
        gaps,
        values * variances,
        variances,
    )
    return BiasTerms(*(weigh(values, weights).sum(0) for values in terms))


def _pooled_terms(
    logits: Floats, targets: Labels, beta: Floats, bias: Floats, weights: Weights = None
) -> BiasTerms:
    each = _independent_terms(logits, targets, beta, bias, weights)
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
