"""Outcomes: predictions and labels as binary tasks.

Softmax has one task per row: is the class with the largest logit the label, with its
probability as the confidence. Sigmoid has one task per class. Every metric is a sum over
tasks, so softmax and sigmoid share all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from softmax_cli.activations.exact import Floats
from softmax_cli.activations.functions import (
    CACHED_VALUES,
    NARROW_CLASSES,
    by_class,
    log_sigmoid,
    log_softmax,
    sigmoid,
    softmax,
)
from softmax_cli.dataclass import dataclass

# Class indices, shape (N,), for exclusive classes; 1 for positive, 0 for negative and -1 for
# missing, shape (N, C), for independent ones.
Labels = NDArray[np.integer[Any]]
Flags = NDArray[np.bool_]

# Smaller probabilities have lost digits: their logarithm comes from log-softmax instead.
_SMALL = 1e-290


@dataclass(frozen=True)
class Outcomes:
    """N labeled rows as N x K binary tasks: K = 1 for softmax, C for sigmoid.

    `predicted` is the probability of a positive, `observed` True for a positive, `counted`
    False for a missing label, `correct` True for a correct prediction; `nll` in nats and
    `brier` are the losses. `excess` is the NLL minus its expectation under the probabilities,
    `excess_variance` the variance of that. For softmax, `probabilities` has shape (N, C) and
    `labels` (N,). `weights`, shape (N,), are those of the rows; None if all are 1.
    """

    predicted: Floats
    observed: Flags
    counted: Flags
    correct: Flags
    nll: Floats
    brier: Floats
    excess: Floats
    excess_variance: Floats
    probabilities: Floats
    labels: Labels | None = None
    weights: Floats | None = None


def outcomes_from_input(
    inputs: Floats,
    logits: Floats,
    labels: Labels,
    *,
    input_scale: str = "logits",
    temperature: float | Sequence[float] = 1.0,
) -> Outcomes:
    """Return the outcomes of inputs of any scale of SCALES, and the logits made of them.

    Probabilities at T = 1 are used unchanged, because a detour through logarithms could move
    one across the edge of its bin.
    """
    unchanged = input_scale == "probabilities" and temperature == 1
    if labels.ndim == 1:
        if unchanged:
            return top_label_outcomes(inputs, labels)
        assert isinstance(temperature, float | int)
        return softmax_outcomes(logits, labels, temperature)
    if unchanged:
        return binary_outcomes(inputs, labels)
    return sigmoid_outcomes(logits, labels, temperature)


def softmax_outcomes(logits: Floats, labels: Labels, temperature: float = 1.0) -> Outcomes:
    """Return the outcomes of logits of exclusive classes, shape (N, C).

    `labels`, shape (N,), are class indices.
    """
    probabilities = softmax(logits, temperature)
    own, others, squares, *sums = _sum_rows(logits, probabilities, labels, temperature)
    # The sum of the other classes keeps the digits that 1 - p loses.
    with np.errstate(divide="ignore"):
        nll = np.where(own > 0.5, -np.log1p(-np.minimum(others, 0.5)), -np.log(own))
    tiny = np.flatnonzero(own < _SMALL)
    if len(tiny):
        nll[tiny] = -log_softmax(logits[tiny], temperature)[np.arange(len(tiny)), labels[tiny]]
    brier = squares + others**2
    return _top_class(probabilities, labels, sums, nll, brier)


def top_label_outcomes(probabilities: Floats, labels: Labels) -> Outcomes:
    """Return the outcomes of probabilities of exclusive classes, shape (N, C)."""
    own, _others, squares, *sums = _sum_rows(None, probabilities, labels)
    with np.errstate(divide="ignore"):
        nll = -np.log(own)
    brier = squares + (1.0 - own) ** 2
    return _top_class(probabilities, labels, sums, nll, brier)


def sigmoid_outcomes(
    logits: Floats, targets: Labels, temperature: float | Sequence[float] = 1.0
) -> Outcomes:
    """Return the outcomes of logits of independent classes, shape (N, C).

    `targets` has the same shape: 1 positive, 0 negative, -1 missing. `temperature` is one
    number, or one per class.
    """
    signs = np.where(targets == 1, 1.0, -1.0)
    nll = -by_class(log_sigmoid, logits * signs, temperature)
    with np.errstate(divide="ignore", invalid="ignore"):
        scaled = logits / np.asarray(temperature, np.float64)
    return _independent(by_class(sigmoid, logits, temperature), targets, nll, scaled)


def binary_outcomes(probabilities: Floats, targets: Labels) -> Outcomes:
    """Return the outcomes of probabilities of independent classes, shape (N, C)."""
    with np.errstate(divide="ignore"):
        log_p, log_q = np.log(probabilities), np.log1p(-probabilities)
    nll = np.where(targets == 1, -log_p, -log_q)
    return _independent(probabilities, targets, nll, log_p - log_q)


def zero_uncounted(outcomes: Outcomes) -> Outcomes:
    """Return the same outcomes with 0 for missing labels."""
    names = ("predicted", "observed", "correct", "nll", "brier", "excess", "excess_variance")
    counted = outcomes.counted
    zeroed = {name: np.where(counted, getattr(outcomes, name), 0) for name in names}
    return replace(outcomes, **zeroed)


def _sum_rows(
    logits: Floats | None, probabilities: Floats, labels: Labels, temperature: float = 1.0
) -> Sequence[NDArray[Any]]:
    """Sum over the classes, block by block; without logits, by the probabilities alone.

    Returns arrays of shape (N,): the probability of the label, the sums of those of the other
    classes and of their squares, the largest probability, True where it is the label's, the
    NLL minus the entropy, and the variance of the NLL.
    """
    rows, classes = probabilities.shape
    # By the number of classes alone, because the layout must not change the last digit.
    axis = 0 if classes <= NARROW_CLASSES else 1
    step = max(1, CACHED_VALUES // classes)
    blocks = []
    with np.errstate(all="ignore"):
        for start in range(0, max(rows, 1), step):
            part = slice(start, start + step)
            own = probabilities[part]
            p = np.array(own.T if axis == 0 else own, order="C")  # a copy, to be overwritten
            if logits is None:
                blocks.append(_block_terms(p, np.log(p), p, labels[part], axis))
                continue
            scores = logits[part].T if axis == 0 else logits[part]
            logs = _below_top(scores, temperature, axis)
            blocks.append(_block_terms(scores, logs, p, labels[part], axis))
    return [np.concatenate(column) for column in zip(*blocks, strict=True)]


def _block_terms(
    scores: Floats, logs: Floats, p: Floats, labels: Labels, axis: int
) -> tuple[Floats | Flags, ...]:
    """Return the sums over the classes of a block; those with larger `scores` have larger p.

    `logs` are the logarithms of the probabilities `p`, up to a constant of the row. Both are
    overwritten.
    """
    count, classes = len(labels), p.shape[axis]
    own_places = labels.astype(np.intp) * (count if axis == 0 else 1)
    own_places += np.arange(count) * (1 if axis == 0 else classes)
    top = scores == scores.max(axis, keepdims=True)
    correct = np.ravel(top).take(own_places)
    if np.count_nonzero(top) > count:  # of equal scores, the first is predicted
        correct = scores.argmax(axis) == labels
    own, confidence = p.ravel().take(own_places), p.max(axis)
    logs[np.isinf(logs)] = 0.0  # where p is 0
    weighted = p * logs
    mean = weighted.sum(axis)  # minus the entropy
    excess = mean - logs.ravel().take(own_places)
    products = "ij,ij->j" if axis == 0 else "ij,ij->i"
    variance = np.maximum(np.einsum(products, weighted, logs) - mean * mean, 0.0)
    p.ravel()[own_places] = 0.0  # because the sum minus the largest loses digits
    others, squares = p.sum(axis), np.einsum(products, p, p)
    return own, others, squares, confidence, correct, excess, variance


def _below_top(logits: Floats, temperature: float, axis: int) -> Floats:
    """Return logits / T minus the largest of their row; 0 at T = 0 and T = inf."""
    if temperature in (0.0, np.inf):
        return np.zeros(logits.shape)
    below: Floats = np.subtract(logits, logits.max(axis, keepdims=True), order="C")
    if temperature != 1.0:
        below /= temperature
    return below


def _top_class(
    probabilities: Floats, labels: Labels, sums: Sequence[NDArray[Any]], nll: Floats, brier: Floats
) -> Outcomes:
    confidence, correct, excess, variance = (column[:, None] for column in sums)
    return Outcomes(
        confidence,
        correct,
        np.ones(correct.shape, np.bool_),
        correct,
        nll[:, None],
        brier[:, None],
        np.where(np.isposinf(nll)[:, None], np.inf, excess),
        variance,
        probabilities,
        labels,
    )


def _independent(probabilities: Floats, targets: Labels, nll: Floats, logits: Floats) -> Outcomes:
    observed = targets == 1
    error = probabilities - observed
    with np.errstate(invalid="ignore"):
        excess = np.where(error == 0.0, 0.0, error * logits)
        variance = probabilities * (1.0 - probabilities) * logits * logits
    return Outcomes(
        probabilities,
        observed,
        targets >= 0,
        (probabilities >= 0.5) == observed,
        nll,
        error**2,
        np.where(np.isposinf(nll), np.inf, np.nan_to_num(excess, posinf=np.inf)),
        np.nan_to_num(variance),
        probabilities,
    )
