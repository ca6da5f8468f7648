"""What was predicted beside what came: the yes-or-no questions that a classifier answers.

Softmax answers one question a row: is the class with the largest logit the right one, with
its probability as the confidence. Sigmoid answers one for each class. Every metric is a sum
over these questions, so that softmax and sigmoid share all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from softmax_cli.activations.exact import Floats
from softmax_cli.activations.functions import by_class, log_sigmoid, log_softmax, sigmoid, softmax

# What is known of rows: the class of each, shape (N,), where classes exclude each other, or
# 1 for yes, 0 for no and -1 for neither, shape (N, C), where they are independent.
Labels = NDArray[np.integer[Any]]
Flags = NDArray[np.bool_]

# Below this a probability has lost digits: its logarithm is taken before the exponential.
_SMALL = 1e-290


@dataclass(frozen=True)
class Outcomes:
    """N labeled rows as N x K questions: K = 1 for softmax, C for sigmoid.

    `predicted` is the probability of yes, `happened` whether it was yes, `counted` whether
    the answer is known, `correct` whether the pick was right; `nll` in nats and `brier` are
    the losses. For softmax, `probabilities` has shape (N, C) and `labels` (N,).
    """

    predicted: Floats
    observed: Flags
    counted: Flags
    correct: Flags
    nll: Floats
    brier: Floats
    probabilities: Floats
    labels: Labels | None = None


def outcomes_from_input(
    given: Floats,
    logits: Floats,
    known: Labels,
    *,
    input_scale: str = "logits",
    temperature: float | Sequence[float] = 1.0,
) -> Outcomes:
    """The outcomes of rows given in a scale of SCALES, whose logits have been made of it.

    Probabilities are taken as they are unless a temperature moves them: a way through
    logarithms and back could push one over the edge of its bin.
    """
    as_given = input_scale == "probabilities" and temperature == 1
    if known.ndim == 1:
        if as_given:
            return top_label_outcomes(given, known)
        assert isinstance(temperature, float | int)
        return softmax_outcomes(logits, known, temperature)
    if as_given:
        return binary_outcomes(given, known)
    return sigmoid_outcomes(logits, known, temperature)


def softmax_outcomes(logits: Floats, labels: Labels, temperature: float = 1.0) -> Outcomes:
    """The outcomes of rows of logits, shape (N, C), whose classes exclude each other.

    `labels`, shape (N,), are indices of classes.
    """
    probabilities = softmax(logits, temperature)
    own, others, squares = _label_and_rest(probabilities, labels)
    # What the label leaves to the others keeps its digits where 1 - p would lose them.
    with np.errstate(divide="ignore"):
        nll = np.where(own > 0.5, -np.log1p(-np.minimum(others, 0.5)), -np.log(own))
    tiny = np.flatnonzero(own < _SMALL)
    if len(tiny):
        nll[tiny] = -log_softmax(logits[tiny], temperature)[np.arange(len(tiny)), labels[tiny]]
    return _top_class(probabilities, labels, logits.argmax(1), nll, squares + others**2)


def top_label_outcomes(probabilities: Floats, labels: Labels) -> Outcomes:
    """The outcomes of rows of probabilities, shape (N, C), taken as they are."""
    own, _others, squares = _label_and_rest(probabilities, labels)
    with np.errstate(divide="ignore"):
        nll = -np.log(own)
    brier = squares + (1.0 - own) ** 2
    return _top_class(probabilities, labels, probabilities.argmax(1), nll, brier)


def sigmoid_outcomes(
    logits: Floats, targets: Labels, temperature: float | Sequence[float] = 1.0
) -> Outcomes:
    """The outcomes of rows of logits, shape (N, C), each class by itself.

    `targets` has the same shape: 1 for yes, 0 for no, -1 where that is not known.
    `temperature` is one number or one for each class.
    """
    signs = np.where(targets == 1, 1.0, -1.0)
    nll = -by_class(log_sigmoid, logits * signs, temperature)
    return _each_class(by_class(sigmoid, logits, temperature), targets, nll)


def binary_outcomes(probabilities: Floats, targets: Labels) -> Outcomes:
    """The outcomes of independent probabilities, shape (N, C), taken as they are."""
    with np.errstate(divide="ignore"):
        nll = np.where(targets == 1, -np.log(probabilities), -np.log1p(-probabilities))
    return _each_class(probabilities, targets, nll)


def _label_and_rest(probabilities: Floats, labels: Labels) -> tuple[Floats, Floats, Floats]:
    """The label's probability, the sum of all others, and the sum of their squares."""
    own = np.take_along_axis(probabilities, labels[:, None].astype(np.intp), 1)[:, 0]
    rest = probabilities.copy(order="K")
    np.put_along_axis(rest, labels[:, None].astype(np.intp), 0.0, 1)
    return own, rest.sum(1), (rest * rest).sum(1)


def _top_class(
    probabilities: Floats, labels: Labels, top: NDArray[np.intp], nll: Floats, brier: Floats
) -> Outcomes:
    confidence = np.take_along_axis(probabilities, top[:, None], 1)
    right = (top == labels)[:, None]
    counted = np.ones(right.shape, np.bool_)
    losses = nll[:, None], brier[:, None]
    return Outcomes(confidence, right, counted, right, *losses, probabilities, labels)


def _each_class(probabilities: Floats, targets: Labels, nll: Floats) -> Outcomes:
    observed = targets == 1
    return Outcomes(
        probabilities,
        observed,
        targets >= 0,
        (probabilities >= 0.5) == observed,
        nll,
        (probabilities - observed) ** 2,
        probabilities,
    )
