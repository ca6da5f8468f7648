"""Error-free transformations: arithmetic that keeps its rounding errors.

A result that does not fit a float64 is an unevaluated sum of two of them, `high` and `low`.
After Dekker (1971) and Knuth (The Art of Computer Programming, vol. 2, 4.2.2).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_HEAD = np.int64(-1 << 27)  # all bits of a float64 except the lower half of its fraction


def two_sum(left: Floats, right: Floats) -> tuple[Floats, Floats]:
    """Return left + right exactly, as the rounded sum and its rounding error (Knuth)."""
    total = left + right
    back = total - left
    error = total - back
    np.subtract(left, error, out=error)
    np.subtract(right, back, out=back)
    error += back
    return total, error


def exact_sum(values: Floats, axis: int, largest: Floats | float) -> tuple[Floats, Floats]:
    """Sum values in [0, `largest`] along the axis, as an unevaluated sum high + low.

    Each value is split in two: a head, a multiple of a unit so large that heads add up
    without rounding, and the rest, whose rounding errors are negligible (Rump, Ogita & Oishi,
    "Accurate floating-point summation", SIAM J. Sci. Comput. 31, 2008).
    """
    _, exponent = np.frexp(largest)
    unit = np.ldexp(1.0, exponent + (values.shape[axis] - 1).bit_length())
    heads = values + unit
    heads -= unit
    high = heads.sum(axis, keepdims=True)
    rest = np.subtract(values, heads, out=heads).sum(axis, keepdims=True)
    total = high + rest
    return total, rest - (total - high)


def logarithm(values: Floats) -> tuple[Floats, Floats]:
    """Return the natural logarithm of values >= 0 as an unevaluated sum of high and low."""
    with np.errstate(divide="ignore", invalid="ignore"):
        high = np.log(values)
        back = np.exp(high)
        low = np.log1p((values - back) / back)
    return high, np.where(np.isfinite(low), low, 0.0)


def divide(high: Floats, low: Floats | float, temperature: float) -> tuple[Floats, Floats | float]:
    """Return (high + low) / T as an unevaluated sum of quotient and rest."""
    if temperature == 1:
        return high, without_nan(low)
    mantissa, exponent = math.frexp(temperature)
    high, low = _times_power_of_two(high, -exponent), _times_power_of_two(low, -exponent)
    quotient = high / mantissa
    rest = (_residue(high, quotient, mantissa) + low) / mantissa
    return quotient, without_nan(rest)


def _times_power_of_two(values: Floats | float, exponent: int) -> Floats:
    if exponent < 1024:
        return np.multiply(values, math.ldexp(1.0, exponent))  # 4x faster than ldexp
    return np.ldexp(values, exponent)


def _residue(dividend: Floats, quotient: Floats, divisor: float) -> Floats:
    """Return dividend - quotient * divisor to half of its digits (after Dekker's product).

    Heads have 26 bits, so a product of two is exact, and so near to the dividend that the
    difference is exact.
    """
    head = (quotient.view(np.int64) & _HEAD).view(np.float64)
    divisor_head = (np.float64(divisor).view(np.int64) & _HEAD).view(np.float64)
    rest = dividend - head * divisor_head
    rest -= head * (divisor - divisor_head)
    rest -= np.subtract(quotient, head, out=head) * divisor
    return rest


def without_nan(low: Floats | float) -> Floats | float:
    """Return `low` with 0 for the NaN that masks and overflowing differences leave."""
    if isinstance(low, float) or np.isfinite(low.sum()):
        return low
    return np.where(np.isfinite(low), low, 0.0)


def sum_of(values: Sequence[float] | Floats) -> float:
    """Return the sum without a rounding error; infinite where it overflows."""
    try:
        return math.fsum(values)
    except OverflowError:
        return math.copysign(math.inf, math.fsum(value / 2**64 for value in values))
