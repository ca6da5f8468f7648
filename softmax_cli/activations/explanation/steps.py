"""The steps from logits to probabilities, and logits divided by their sum, which are none."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from softmax_cli.activations.calibration_map import CalibrationMap, OneScaling, divisor
from softmax_cli.activations.exact import sum_of
from softmax_cli.activations.functions import by_class, sigmoid, softmax
from softmax_cli.dataclass import dataclass

if TYPE_CHECKING:
    from softmax_cli.activations.exact import Floats


@dataclass(frozen=True)
class SoftmaxSteps:
    """The steps of softmax, shape (C,).

    Attributes:
        scaled: z / T.
        calibrated: z / T + b; the same without biases.
        maximum: the largest of these.
        shifted: these minus the maximum.
        exponentials: exp of that, and their `total`.
        probabilities: the shares of the total.
    """

    scaled: Floats
    calibrated: Floats
    maximum: float
    shifted: Floats
    exponentials: Floats
    total: float
    probabilities: Floats


@dataclass(frozen=True)
class SigmoidSteps:
    """The steps of sigmoid, shape (C,).

    Attributes:
        scaled: z / T.
        calibrated: m = z / T + b; the same without biases.
        exponentials: exp(-m).
        denominators: 1 + exp(-m).
        probabilities: the reciprocals of these.
    """

    scaled: Floats
    calibrated: Floats
    exponentials: Floats
    denominators: Floats
    probabilities: Floats


@dataclass(frozen=True)
class NaiveShares:
    """Logits divided by their sum, shape (C,): NaN for masks, for all if that is 0 or infinite."""

    total: float
    shares: Floats


def softmax_steps(logits: Floats, temperature: OneScaling) -> SoftmaxSteps:
    """Return the steps of softmax."""
    scaled = _scale(logits, temperature)
    calibrated = _add_bias(scaled, temperature)
    # From differences of logits: those of z / T are NaN where that overflows.
    with np.errstate(over="ignore"):
        shifted = _add_bias(_scale(logits - logits.max(), temperature), temperature)
    shifted = shifted - shifted.max()
    exponentials = np.exp(shifted)
    return SoftmaxSteps(
        scaled,
        calibrated,
        float(calibrated.max()),
        shifted,
        exponentials,
        float(exponentials.sum()),
        by_class(softmax, logits, temperature),
    )


def sigmoid_steps(logits: Floats, temperature: OneScaling) -> SigmoidSteps:
    """Return the steps of sigmoid."""
    scaled = _scale(logits, temperature)
    calibrated = _add_bias(scaled, temperature)
    with np.errstate(over="ignore"):
        exponentials = np.exp(-calibrated)
    probabilities = by_class(sigmoid, logits, temperature)
    return SigmoidSteps(scaled, calibrated, exponentials, 1.0 + exponentials, probabilities)


def naive_shares(logits: Floats) -> NaiveShares:
    """Return the logits divided by their sum."""
    finite = logits[np.isfinite(logits)]
    total = sum_of(finite)
    if math.isinf(total):
        return NaiveShares(total, np.full_like(logits, np.nan))
    # Decimals that cancel, such as 0.1 + 0.2 - 0.3, leave a rounding error instead of 0.
    if abs(total) <= 1e-15 * np.abs(finite).max():
        return NaiveShares(0.0, np.full_like(logits, np.nan))
    return NaiveShares(total, np.where(np.isfinite(logits), logits, np.nan) / total)


def _scale(logits: Floats, temperature: OneScaling) -> Floats:
    """Return z / T, where 0 / 0 is 0 and masks stay masks: the limits at T = 0 and T = inf."""
    with np.errstate(all="ignore"):
        quotient = logits / np.float64(divisor(temperature))
    return np.where((logits == 0) | np.isinf(logits), logits, quotient) + 0.0


def _add_bias(scaled: Floats, temperature: OneScaling) -> Floats:
    bias = temperature.bias if isinstance(temperature, CalibrationMap) else ()
    return scaled + np.array(bias) if bias else scaled
