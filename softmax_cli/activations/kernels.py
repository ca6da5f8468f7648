"""Softmax, sigmoid and their kin, to the last digits.

A plain `exp(z - max(z))` is off by up to half an ulp of the difference, which `exp` turns
into hundreds of ulps of the result. Here the rounding errors of the shift and of the
division by the temperature are carried along as `low` and applied at the end:
exp(high + low) = exp(high) * (1 + low); or there is no shift, where none is needed. After
Blanchard, Higham & Higham, "Accurately computing the log-sum-exp and softmax functions"
(IMA J. Numer. Anal. 41, 2021).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from softmax_cli.activations.exact import Floats, divide, exact_sum, two_sum

if TYPE_CHECKING:
    from collections.abc import Callable


# Exponentials beyond these are infinite when added up, or lose digits.
_SMALLEST, _LARGEST = 2.0**-1000, 2.0**1000


def softmax_rows(
    logits: Floats,
    temperature: float,
    axis: int,
    total: Callable[[Floats, int, Floats | float], Floats],
) -> Floats:
    """Return softmax along the axis; total adds up the exponentials."""
    if temperature in (0, math.inf):
        return _limit(logits, temperature, axis)
    weights, largest = _weights(logits, temperature, axis)
    weights /= total(weights, axis, largest)
    return weights


def exact_total(weights: Floats, axis: int, largest: Floats | float) -> Floats:
    """Return sums along the axis to the last digit of a float64."""
    return exact_sum(weights, axis, largest)[0]


def total_to_round(weights: Floats, axis: int, _largest: Floats | float) -> Floats:
    """Sums that are good for all digits of a float32."""
    if axis == 0 and weights.shape[1] == 1:
        # numpy would add those of a row alone in another order than those of many.
        return np.add.accumulate(weights, axis)[-1:]
    return np.asarray(weights.sum(axis, keepdims=True))


def _weights(logits: Floats, temperature: float, axis: int) -> tuple[Floats, Floats | float]:
    """exp(z / T), or in some rows exp((z - max z) / T), and the largest of each row.

    Without the shift there is no error of it to be carried along, which takes half of the
    time. Rows that need it have exponentials that are too large or too small, or all the same:
    of equal weights, only that of 1 gives equal shares to the last digit. So do all where z / T
    is not exact, which it is where T is a power of 2.
    """
    if math.frexp(temperature)[0] != 0.5:
        return _exp(*_shifted(logits, temperature, axis)), 1.0
    weights = np.exp(logits if temperature == 1 else logits / temperature)
    largest = weights.max(axis, keepdims=True)
    smallest = weights.min(axis, keepdims=True)
    if not smallest.all():
        smallest = weights.min(axis, keepdims=True, where=logits > -np.inf, initial=np.inf)
    near = (smallest >= _SMALLEST) & (largest <= _LARGEST) & (smallest < largest)
    if not near.all():
        far = np.flatnonzero(~near)
        rows = (slice(None), far) if axis == 0 else (far,)
        weights[rows] = _exp(*_shifted(logits[rows], temperature, axis))
        largest[rows] = 1.0
    return weights, largest


def log_softmax_rows(logits: Floats, temperature: float, axis: int) -> Floats:
    """Return log-softmax along the axis."""
    if temperature in (0, math.inf):
        return np.log(_limit(logits, temperature, axis))
    high, low = _shifted(logits, temperature, axis)
    weights = np.exp(high)
    # The largest weight is exactly 1: left out of the sum, log1p keeps what the others add.
    np.put_along_axis(weights, logits.argmax(axis, keepdims=True), 0.0, axis)
    total, rest = exact_sum(weights, axis, weights.max(axis, keepdims=True))
    rest += (weights * low).sum(axis, keepdims=True)
    # NaN for a row that has no answer, also where its sum would not tell.
    invalid = 0.0 * logits.max(axis, keepdims=True)
    high -= np.log1p(total) + (rest / (1.0 + total) + invalid)
    high += low
    return high


def sigmoid_rows(logits: Floats, temperature: float, _axis: int) -> Floats:
    """Return sigmoid of each value."""
    if temperature in (0, math.inf):
        return _step(logits, temperature)
    high, low = divide(logits, 0.0, temperature)
    negative = high < 0
    small = np.exp(-np.abs(high))
    total = 1.0 + small
    values = np.where(negative, small, 1.0) / total
    # What was lost in 1 + small, and what `low` moves, both relative to the value.
    lost = small - (total - 1.0)
    values += values * ((np.where(negative, low, small * low) - lost) / total)
    return values


def log_sigmoid_rows(logits: Floats, temperature: float, _axis: int) -> Floats:
    """Return log-sigmoid of each value."""
    if temperature in (0, math.inf):
        return np.log(_step(logits, temperature))
    high, low = divide(logits, 0.0, temperature)
    negative = high < 0
    small = _exp(-np.abs(high), np.where(negative, low, -low))
    return np.minimum(high, 0.0) - np.log1p(small) + np.where(negative, low, 0.0)


def tanh_rows(logits: Floats, temperature: float, _axis: int) -> Floats:
    """Return tanh of each value."""
    if temperature in (0, math.inf):
        return 2.0 * _step(logits, temperature) - 1.0
    return np.tanh(logits / temperature)


def _shifted(logits: Floats, temperature: float, axis: int) -> tuple[Floats, Floats | float]:
    """(z - max z) / T as an unevaluated sum high + low."""
    top = logits.max(axis, keepdims=True)
    scale = _scale(temperature)
    # Shift first, then divide: at T = 1e-310 the other order makes inf - inf.
    if scale != 1:
        logits, top = logits * scale, top * scale
    difference, lost = two_sum(logits, -top)
    return divide(difference, lost, temperature * scale)


def _scale(temperature: float) -> float:
    """A power of 2 for the logits at T above 1, so that their difference cannot overflow."""
    return math.ldexp(1.0, -math.frexp(temperature)[1]) if temperature > 1 else 1.0


def _exp(high: Floats, low: Floats | float) -> Floats:
    """exp(high + low) for a `low` far below 1, which is used up."""
    values = np.exp(high)
    if not isinstance(low, float):
        low *= values
        values += low
    return values


def _limit(logits: Floats, temperature: float, axis: int) -> Floats:
    """Softmax at T = 0 (the argmax, ties share) or T = inf (uniform but for masks)."""
    top = logits.max(axis, keepdims=True)
    chosen = logits == top if temperature == 0 else logits > -np.inf
    shares = chosen / chosen.sum(axis, keepdims=True)
    return np.where(np.isfinite(top), shares, np.nan)


def _step(logits: Floats, temperature: float) -> Floats:
    """Sigmoid at T = 0 (by the sign) or T = inf (0.5 but for infinite logits)."""
    signs = logits if temperature == 0 else np.where(np.isinf(logits), logits, 0.0 * logits)
    return np.heaviside(signs, 0.5)
