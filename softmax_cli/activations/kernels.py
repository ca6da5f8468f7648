"""Kernels of the activations, accurate to a few ulps.

The difference in `exp(z - max(z))` is off by up to half an ulp, which `exp` turns into
hundreds of ulps of the result. These kernels keep the rounding errors of the shift and of the
division by the temperature as `low` and apply them at the end:
exp(high + low) = exp(high) * (1 + low); or they omit the shift if it is not needed. After
Blanchard, Higham & Higham, "Accurately computing the log-sum-exp and softmax functions"
(IMA J. Numer. Anal. 41, 2021).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from softmax_cli.activations.exact import Floats, divide, exact_sum, two_sum, without_nan

if TYPE_CHECKING:
    from collections.abc import Callable


# Exponentials outside this range overflow when summed, or lose digits.
_SMALLEST, _LARGEST = 2.0**-1000, 2.0**1000


# Biases of the classes as an unevaluated sum high + low, shaped to add to rows.
Offset = tuple[Floats, Floats]


def softmax_rows(
    logits: Floats,
    temperature: float,
    axis: int,
    offset: Offset | None = None,
    *,
    total: Callable[[Floats, int, Floats | float], Floats],
) -> Floats:
    """Return softmax along the axis; `total` sums the exponentials."""
    if temperature in (0, math.inf):
        return _limit(logits, temperature, axis)
    weights, largest = _weights(logits, temperature, axis, offset)
    weights /= total(weights, axis, largest)
    return weights


def exact_total(weights: Floats, axis: int, largest: Floats | float) -> Floats:
    """Return sums along the axis, accurate to the last digit of a float64."""
    return exact_sum(weights, axis, largest)[0]


def total_to_round(weights: Floats, axis: int, _largest: Floats | float) -> Floats:
    """Return sums along the axis, accurate enough to round to float32."""
    if axis == 0 and weights.shape[1] == 1:
        # Because numpy sums a single row in a different order than many rows.
        return np.add.accumulate(weights, axis)[-1:]
    return np.asarray(weights.sum(axis, keepdims=True))


def _weights(
    logits: Floats, temperature: float, axis: int, offset: Offset | None
) -> tuple[Floats, Floats | float]:
    """Return exp(z / T), or in some rows exp((z - max z) / T), and the largest of each row.

    Without the shift there is no rounding error of it to keep, which halves the time. Rows
    with exponentials that are too large, too small or all equal need the shift: among equal
    weights, only 1 gives exactly equal shares. All rows need it unless T is a power of 2,
    because z / T is inexact.
    """
    if offset is not None or math.frexp(temperature)[0] != 0.5:
        return _exp(*_shifted(logits, temperature, axis, offset)), 1.0
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


def log_softmax_rows(
    logits: Floats, temperature: float, axis: int, offset: Offset | None = None
) -> Floats:
    """Return log-softmax along the axis."""
    if temperature in (0, math.inf):
        return np.log(_limit(logits, temperature, axis))
    high, low = _shifted(logits, temperature, axis, offset)
    weights = np.exp(high)
    # The largest weight is exactly 1: log1p of the sum of the others keeps their digits.
    top = (logits if offset is None else high).argmax(axis, keepdims=True)
    np.put_along_axis(weights, top, 0.0, axis)
    total, rest = exact_sum(weights, axis, weights.max(axis, keepdims=True))
    rest += (weights * low).sum(axis, keepdims=True)
    # NaN for invalid rows, because the sum alone does not always give it.
    invalid = 0.0 * logits.max(axis, keepdims=True)
    high -= np.log1p(total) + (rest / (1.0 + total) + invalid)
    high += low
    return high


def sigmoid_rows(
    logits: Floats, temperature: float, _axis: int, offset: Offset | None = None
) -> Floats:
    """Return sigmoid of each value."""
    if temperature in (0, math.inf):
        return _step(logits, temperature)
    high, low = _add(*divide(logits, 0.0, temperature), offset)
    negative = high < 0
    small = np.exp(-np.abs(high))
    total = 1.0 + small
    values = np.where(negative, small, 1.0) / total
    # The rounding error of 1 + small and the effect of `low`, both relative to the value.
    lost = small - (total - 1.0)
    values += values * ((np.where(negative, low, small * low) - lost) / total)
    return values


def log_sigmoid_rows(
    logits: Floats, temperature: float, _axis: int, offset: Offset | None = None
) -> Floats:
    """Return log-sigmoid of each value."""
    if temperature in (0, math.inf):
        return np.log(_step(logits, temperature))
    high, low = _add(*divide(logits, 0.0, temperature), offset)
    negative = high < 0
    small = _exp(-np.abs(high), np.where(negative, low, -low))
    return np.minimum(high, 0.0) - np.log1p(small) + np.where(negative, low, 0.0)


def tanh_rows(logits: Floats, temperature: float, _axis: int) -> Floats:
    """Return tanh of each value."""
    if temperature in (0, math.inf):
        return 2.0 * _step(logits, temperature) - 1.0
    return np.tanh(logits / temperature)


def _shifted(
    logits: Floats, temperature: float, axis: int, offset: Offset | None = None
) -> tuple[Floats, Floats | float]:
    """Return z / T + b minus its maximum as an unevaluated sum high + low."""
    top = logits.max(axis, keepdims=True)
    scale = _scale(temperature)
    # Shift before dividing: at T = 1e-310 the other order gives inf - inf.
    if scale != 1:
        logits, top = logits * scale, top * scale
    difference, lost = two_sum(logits, -top)
    high, low = divide(difference, lost, temperature * scale)
    if offset is None:
        return high, low
    high, low = _add(high, low, offset)
    assert not isinstance(low, float)
    largest = high.argmax(axis, keepdims=True)
    high, lost = two_sum(high, -np.take_along_axis(high, largest, axis))
    low = low + lost - np.take_along_axis(low, largest, axis)
    return high, without_nan(low)


def _add(high: Floats, low: Floats | float, offset: Offset | None) -> tuple[Floats, Floats | float]:
    """Return high + low + b as an unevaluated sum of the two largest parts."""
    if offset is None:
        return high, low
    total, lost = two_sum(high, offset[0])
    lost += low
    lost += offset[1]
    return total, without_nan(lost)


def _scale(temperature: float) -> float:
    """Return a power of 2 that keeps differences of logits from overflowing at T > 1."""
    return math.ldexp(1.0, -math.frexp(temperature)[1]) if temperature > 1 else 1.0


def _exp(high: Floats, low: Floats | float) -> Floats:
    """Return exp(high + low) for `low` far below 1, overwriting `low`."""
    values = np.exp(high)
    if not isinstance(low, float):
        low *= values
        values += low
    return values


def _limit(logits: Floats, temperature: float, axis: int) -> Floats:
    """Return softmax at T = 0 (argmax, ties share) or T = inf (uniform except for masks)."""
    top = logits.max(axis, keepdims=True)
    selected = logits == top if temperature == 0 else logits > -np.inf
    shares = selected / selected.sum(axis, keepdims=True)
    return np.where(np.isfinite(top), shares, np.nan)


def _step(logits: Floats, temperature: float) -> Floats:
    """Return sigmoid at T = 0 (by the sign) or T = inf (0.5 except for infinite logits)."""
    signs = logits if temperature == 0 else np.where(np.isinf(logits), logits, 0.0 * logits)
    return np.heaviside(signs, 0.5)
