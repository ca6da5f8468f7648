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
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from softmax_cli.activations.exact import Floats, divide, exact_sum, two_sum

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


# Values worked on at a time: few enough for the caches, and enough for a step to last. Each
# takes the interpreter's lock anew: in steps of a quarter of this, threads wait for each other.
_CACHED = 131_072
# Up to this many classes a sub-block is turned classes-first, so that every step runs along
# the rows; above it, a row alone is long enough.
_NARROW = 256
# Exponentials beyond these are infinite when added up, or lose digits.
_SMALLEST, _LARGEST = 2.0**-1000, 2.0**1000


def softmax(logits: ArrayLike, temperature: float = 1.0, dtype: DTypeLike = np.float64) -> Floats:
    """Probabilities of mutually exclusive classes: exp(z_i / T) / sum_j exp(z_j / T).

    Args:
        logits: shape (..., C), the classes on the last axis. -inf masks a class.
        temperature: T >= 0. 0 gives the argmax (ties share), inf the uniform distribution.
        dtype: of the result. All is computed in float64; float32 is rounded from it, and
            takes a quarter less time.

    Returns:
        The same shape, each row with sum 1, within 5 ulp of float64. A row with a NaN or a
        +inf in it, or of nothing but -inf, has no answer and comes out as NaN.

    Raises:
        ValueError: the temperature is negative or NaN, `logits` is a scalar or has no
            class, or the dtype is neither float64 nor float32.

    >>> softmax([-0.5, 1.2, -0.1, 2.4]).round(4).tolist()
    [0.0383, 0.2094, 0.0571, 0.6953]
    """
    total = _exact_total if np.dtype(dtype) == np.float64 else _total_to_round
    return _by_rows(partial(_softmax, total=total), logits, temperature, dtype)


def log_softmax(
    logits: ArrayLike, temperature: float = 1.0, dtype: DTypeLike = np.float64
) -> Floats:
    """Natural logarithm of `softmax`, within 3 ulp, also where that would be 0 or 1.

    Arguments, shapes, errors and invalid rows are those of `softmax`.

    >>> log_softmax([0.0, 1000.0]).tolist()
    [-1000.0, 0.0]
    """
    return _by_rows(_log_softmax, logits, temperature, dtype)


def sigmoid(logits: ArrayLike, temperature: float = 1.0, dtype: DTypeLike = np.float64) -> Floats:
    """Probability of each class on its own: 1 / (1 + exp(-z / T)), within 3 ulp.

    Args:
        logits: shape (..., C). -inf gives 0, +inf gives 1, NaN stays NaN.
        temperature: T >= 0. 0 gives 0, 0.5 or 1 by the sign, inf gives 0.5.
        dtype: of the result, as for `softmax`.

    Returns:
        The same shape. The rows do not sum to 1.

    Raises:
        ValueError: as for `softmax`.

    >>> sigmoid([-0.5, 1.2, -0.1, 2.4]).round(4).tolist()
    [0.3775, 0.7685, 0.475, 0.9168]
    """
    return _by_rows(_sigmoid, logits, temperature, dtype)


def log_sigmoid(
    logits: ArrayLike, temperature: float = 1.0, dtype: DTypeLike = np.float64
) -> Floats:
    """Natural logarithm of `sigmoid`: -log1p(exp(-z / T)), within 3 ulp.

    Arguments, shapes and errors are those of `sigmoid`.

    >>> log_sigmoid([-1000.0]).tolist()
    [-1000.0]
    """
    return _by_rows(_log_sigmoid, logits, temperature, dtype)


def tanh(logits: ArrayLike, temperature: float = 1.0, dtype: DTypeLike = np.float64) -> Floats:
    """Hyperbolic tangent of z / T, in [-1, 1]; equal to 2 sigmoid(2 z / T) - 1.

    Arguments, shapes and errors are those of `sigmoid`.

    >>> tanh([0.0, 0.5]).round(4).tolist()
    [0.0, 0.4621]
    """
    return _by_rows(_tanh, logits, temperature, dtype)


def by_class(
    function: Callable[..., Floats],
    logits: Floats,
    temperature: float | Sequence[float],
    dtype: DTypeLike = np.float64,
) -> Floats:
    """A function of logits, shape (..., C), at one temperature or at one for each class."""
    if isinstance(temperature, float | int):
        return function(logits, temperature, dtype)
    columns = [function(logits[..., k : k + 1], t, dtype) for k, t in enumerate(temperature)]
    return np.concatenate(columns, -1)


def check_temperature(temperature: float) -> None:
    """Raise ValueError unless the temperature is in [0, inf]."""
    if not temperature >= 0:
        raise ValueError(f"the temperature must be 0 or more, not {temperature}")


def _by_rows(
    kernel: Callable[[Floats, float, int], Floats],
    logits: ArrayLike,
    temperature: float,
    dtype: DTypeLike,
) -> Floats:
    check_temperature(temperature)
    if np.dtype(dtype) not in (np.float64, np.float32):
        raise ValueError(f"the dtype must be float64 or float32, not {np.dtype(dtype)}")
    array = np.asarray(logits, dtype=np.float64)
    if array.ndim == 0:
        raise ValueError("logits must have an axis of classes; a scalar has none")
    if array.shape[-1] == 0:
        raise ValueError("logits must have one class at least")
    rows = array.reshape(-1, array.shape[-1])
    classes = rows.shape[1]
    # How a row is worked on depends on the number of classes alone: where a stream happens to
    # be cut into blocks must not show in the last digit.
    narrow = classes <= _NARROW
    values = np.empty_like(rows, dtype)
    step = max(1, _CACHED // classes)
    with np.errstate(all="ignore"):
        for start in range(0, len(rows), step):
            part, result = rows[start : start + step], values[start : start + step]
            if narrow:
                part, result = part.T, result.T
            result[...] = kernel(np.ascontiguousarray(part), temperature, 0 if narrow else 1)
    return values.reshape(array.shape)


def _softmax(
    logits: Floats,
    temperature: float,
    axis: int,
    total: Callable[[Floats, int, Floats | float], Floats],
) -> Floats:
    if temperature in (0, math.inf):
        return _limit(logits, temperature, axis)
    weights, largest = _weights(logits, temperature, axis)
    weights /= total(weights, axis, largest)
    return weights


def _exact_total(weights: Floats, axis: int, largest: Floats | float) -> Floats:
    return exact_sum(weights, axis, largest)[0]


def _total_to_round(weights: Floats, axis: int, _largest: Floats | float) -> Floats:
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


def _log_softmax(logits: Floats, temperature: float, axis: int) -> Floats:
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


def _sigmoid(logits: Floats, temperature: float, _axis: int) -> Floats:
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


def _log_sigmoid(logits: Floats, temperature: float, _axis: int) -> Floats:
    if temperature in (0, math.inf):
        return np.log(_step(logits, temperature))
    high, low = divide(logits, 0.0, temperature)
    negative = high < 0
    small = _exp(-np.abs(high), np.where(negative, low, -low))
    return np.minimum(high, 0.0) - np.log1p(small) + np.where(negative, low, 0.0)


def _tanh(logits: Floats, temperature: float, _axis: int) -> Floats:
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
