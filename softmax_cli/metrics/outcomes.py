"""Outcomes: predictions and labels as binary tasks.

Softmax has one task per row: is the class with the largest logit the label, with its
probability as the confidence. Sigmoid has one task per class. Every metric is a sum over
tasks, so softmax and sigmoid share all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from softmax_cli.activations.exact import Floats
from softmax_cli.activations.functions import by_class, log_sigmoid, log_softmax, sigmoid, softmax

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
    own, others, squares = _label_and_rest(probabilities, labels)
    # The sum of the other classes keeps the digits that 1 - p loses.
    with np.errstate(divide="ignore"):
        nll = np.where(own > 0.5, -np.log1p(-np.minimum(others, 0.5)), -np.log(own))
    tiny = np.flatnonzero(own < _SMALL)
    if len(tiny):
        nll[tiny] = -log_softmax(logits[tiny], temperature)[np.arange(len(tiny)), labels[tiny]]
    excess = _excess(_below_top(logits, temperature), probabilities, labels, nll)
    losses = (nll, squares + others**2, *excess)
    return _top_class(probabilities, labels, logits.argmax(1), losses)


def top_label_outcomes(probabilities: Floats, labels: Labels) -> Outcomes:
    """Return the outcomes of probabilities of exclusive classes, shape (N, C)."""
    own, _others, squares = _label_and_rest(probabilities, labels)
    with np.errstate(divide="ignore"):
        nll = -np.log(own)
        logs = np.log(probabilities)
    logs[np.isneginf(logs)] = 0.0
    brier = squares + (1.0 - own) ** 2
    losses = (nll, brier, *_excess(logs, probabilities, labels, nll))
    return _top_class(probabilities, labels, probabilities.argmax(1), losses)


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


def _label_and_rest(probabilities: Floats, labels: Labels) -> tuple[Floats, Floats, Floats]:
    """Return the label's probability, the sum of the others, and the sum of their squares."""
    own = np.take_along_axis(probabilities, labels[:, None].astype(np.intp), 1)[:, 0]
    rest = probabilities.copy(order="K")
    np.put_along_axis(rest, labels[:, None].astype(np.intp), 0.0, 1)
    return own, rest.sum(1), (rest * rest).sum(1)


def _below_top(logits: Floats, temperature: float) -> Floats:
    """Return logits / T minus the largest of their row; 0 for a class of probability 0."""
    if temperature in (0.0, np.inf):
        return np.zeros_like(logits)
    with np.errstate(over="ignore", invalid="ignore"):
        below: Floats = logits - logits.max(1, keepdims=True)
        if temperature != 1.0:
            below /= temperature
        if not np.isfinite(below.sum()):
            below[~np.isfinite(below)] = 0.0
    return below


def _excess(
    logs: Floats, probabilities: Floats, labels: Labels, nll: Floats
) -> tuple[Floats, Floats]:
    """Return the NLL minus the entropy, and the variance of the NLL, of each row.

    `logs` are the logarithms of the probabilities, up to a constant of the row.
    """
    weighted = probabilities * logs
    mean = weighted.sum(1)  # minus the entropy
    weighted *= logs
    variance = np.maximum(weighted.sum(1) - mean * mean, 0.0)
    excess = mean - np.take_along_axis(logs, labels[:, None].astype(np.intp), 1)[:, 0]
    return np.where(np.isposinf(nll), np.inf, excess), variance


def _top_class(
    probabilities: Floats, labels: Labels, top: NDArray[np.intp], losses: Sequence[Floats]
) -> Outcomes:
    confidence = np.take_along_axis(probabilities, top[:, None], 1)
    correct = (top == labels)[:, None]
    counted = np.ones(correct.shape, np.bool_)
    nll, brier, excess, variance = (loss[:, None] for loss in losses)
    return Outcomes(
        confidence, correct, counted, correct, nll, brier, excess, variance, probabilities, labels
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
