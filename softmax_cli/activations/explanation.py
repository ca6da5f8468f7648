"""One vector under softmax and sigmoid step by step: what `explain` shows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from softmax_cli.activations.exact import sum_of
from softmax_cli.activations.functions import check_temperature, sigmoid, softmax
from softmax_cli.activations.gradients import (
    Loss,
    loss,
    sigmoid_derivative,
    sigmoid_slope,
    softmax_derivative,
    softmax_jacobian,
    softmax_slope,
)
from softmax_cli.activations.uncertainty import entropy, margin

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from softmax_cli.activations.exact import Floats

# Below this slope, p (1 - p), a function is flat: gradients through it all but vanish.
SATURATED = 1e-3
# Up to this many classes the whole Jacobian is computed.
MOST_JACOBIAN = 8


@dataclass(frozen=True)
class SoftmaxSteps:
    """The steps of softmax, shape (C,): z / T, minus the maximum, exp, and the shares."""

    scaled: Floats
    maximum: float
    shifted: Floats
    exponentials: Floats
    total: float
    probabilities: Floats


@dataclass(frozen=True)
class SigmoidSteps:
    """The steps of sigmoid, shape (C,): z / T, exp(-z / T), 1 + exp(-z / T), and its inverse."""

    scaled: Floats
    exponentials: Floats
    denominators: Floats
    probabilities: Floats


@dataclass(frozen=True)
class NaiveShares:
    """Logits divided by their sum, shape (C,): NaN for masks, for all if that is 0 or infinite."""

    total: float
    shares: Floats


@dataclass(frozen=True)
class Gradient:
    """Slope p (1 - p) of one function, its derivative (slope / T) and where it is saturated."""

    slope: Floats
    derivative: Floats
    saturated: NDArray[np.bool_]


@dataclass(frozen=True)
class Uncertainty:
    """The uncertainty of a distribution: its top class, margin and entropy in nats."""

    top: int
    confidence: float
    margin: float
    entropy: float
    perplexity: float


@dataclass(frozen=True)
class Bump:
    """Both functions after the logit of one class has risen by 1, shape (C,)."""

    index: int
    logits: Floats
    softmax: Floats
    sigmoid: Floats


@dataclass(frozen=True)
class Explanation:
    """One vector of logits, shape (C,), under softmax and sigmoid, step by step.

    `jacobian` is None for more than 8 classes; `loss` and `bump` are None unless asked for.
    """

    logits: Floats
    classes: Sequence[str]
    temperature: float
    softmax: SoftmaxSteps
    sigmoid: SigmoidSteps
    naive: NaiveShares
    softmax_gradient: Gradient
    sigmoid_gradient: Gradient
    jacobian: Floats | None
    uncertainty: Uncertainty
    loss: Loss | None = None
    bump: Bump | None = None


def explain(
    logits: ArrayLike,
    temperature: float = 1.0,
    label: int | str | None = None,
    bump: int | str | None = None,
    classes: Sequence[str] | None = None,
) -> Explanation:
    """Return every step from one vector of logits to softmax and sigmoid, with gradients.

    Args:
        logits: shape (C,). -inf masks a class.
        temperature: T >= 0; 0 and inf are limits.
        label: the true class, by name or index, for the losses and their gradients.
        bump: a class whose logit rises by 1, by name or index.
        classes: names of the classes; by default their indices.

    Raises:
        ValueError: the temperature is negative or NaN, the logits are not one vector that
            softmax has an answer for, or a class is unknown.

    >>> explain([-0.5, 1.2, -0.1, 2.4]).uncertainty.top
    3
    """
    check_temperature(temperature)
    values = check_vector(logits)
    names = name_classes(values, classes)
    return Explanation(
        values,
        names,
        temperature,
        _softmax_steps(values, temperature),
        _sigmoid_steps(values, temperature),
        _naive_shares(values),
        _gradient(softmax_slope, softmax_derivative, values, temperature),
        _gradient(sigmoid_slope, sigmoid_derivative, values, temperature),
        softmax_jacobian(values, temperature) if len(values) <= MOST_JACOBIAN else None,
        _uncertainty(softmax(values, temperature)),
        None if label is None else loss(values, class_index(label, names), temperature),
        None if bump is None else _bump(values, class_index(bump, names), temperature),
    )


def check_vector(logits: ArrayLike) -> Floats:
    """Return the logits as an array, shape (C,); raise ValueError if softmax rejects them."""
    values = np.array(logits, np.float64)
    if values.ndim != 1 or not len(values):
        raise ValueError(f"logits must be one vector, not an array of shape {values.shape}")
    if not np.isfinite(values.max()):
        raise ValueError("logits must not contain NaN or +inf, nor be all -inf")
    return values


def name_classes(logits: Floats, classes: Sequence[str] | None) -> tuple[str, ...]:
    """Return the names of the classes: those given, or indices."""
    names = tuple(map(str, range(len(logits)) if classes is None else classes))
    if len(names) != len(logits):
        raise ValueError(f"expected {len(logits)} classes, found {len(names)}")
    return names


def class_index(chosen: int | str, classes: Sequence[str]) -> int:
    """Return the index of a class given by name, or by index if an int."""
    if isinstance(chosen, str) and chosen in classes:
        return classes.index(chosen)
    if not isinstance(chosen, str) and 0 <= chosen < len(classes):
        return int(chosen)
    raise ValueError(f"unknown class {chosen!r}")


def _softmax_steps(logits: Floats, temperature: float) -> SoftmaxSteps:
    # Not (z / T) - max(z / T): that is NaN where z / T overflows.
    with np.errstate(over="ignore"):
        shifted = _scaled(logits - logits.max(), temperature)
    exponentials = np.exp(shifted)
    scaled = _scaled(logits, temperature)
    return SoftmaxSteps(
        scaled,
        float(scaled.max()),
        shifted,
        exponentials,
        float(exponentials.sum()),
        softmax(logits, temperature),
    )


def _sigmoid_steps(logits: Floats, temperature: float) -> SigmoidSteps:
    scaled = _scaled(logits, temperature)
    with np.errstate(over="ignore"):
        exponentials = np.exp(-scaled)
    return SigmoidSteps(scaled, exponentials, 1.0 + exponentials, sigmoid(logits, temperature))


def _scaled(logits: Floats, temperature: float) -> Floats:
    """Return z / T, where 0 / 0 is 0 and masks stay masks: the limits at T = 0 and T = inf."""
    with np.errstate(all="ignore"):
        quotient = logits / np.float64(temperature)
    return np.where((logits == 0) | np.isinf(logits), logits, quotient) + 0.0


def _naive_shares(logits: Floats) -> NaiveShares:
    finite = logits[np.isfinite(logits)]
    total = sum_of(finite)
    if math.isinf(total):
        return NaiveShares(total, np.full_like(logits, np.nan))
    # Decimals that cancel, such as 0.1 + 0.2 - 0.3, leave a rounding error instead of 0.
    if abs(total) <= 1e-15 * np.abs(finite).max():
        return NaiveShares(0.0, np.full_like(logits, np.nan))
    return NaiveShares(total, np.where(np.isfinite(logits), logits, np.nan) / total)


def _gradient(slope_of: object, derivative_of: object, logits: Floats, t: float) -> Gradient:
    assert callable(slope_of)
    assert callable(derivative_of)
    slope = slope_of(logits, t)
    return Gradient(slope, derivative_of(logits, t), slope < SATURATED)


def _uncertainty(probabilities: Floats) -> Uncertainty:
    nats = float(entropy(probabilities))
    return Uncertainty(
        int(probabilities.argmax()),
        float(probabilities.max()),
        float(margin(probabilities)),
        nats,
        math.exp(nats),
    )


def _bump(logits: Floats, index: int, temperature: float) -> Bump:
    raised = logits.copy()
    raised[index] += 1.0
    return Bump(index, raised, softmax(raised, temperature), sigmoid(raised, temperature))
