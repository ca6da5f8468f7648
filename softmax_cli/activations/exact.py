"""Arithmetic that keeps what rounding takes away: error-free transformations.

A result that does not fit a float64 is carried as an unevaluated sum of two of them, `high`
and `low`. After Dekker (1971) and Knuth (The Art of Computer Programming, vol. 2, 4.2.2).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_HEAD = np.int64(-1 << 27)  # the bits of a float64 but for the lower half of its fraction


def two_sum(left: Floats, right: Floats) -> tuple[Floats, Floats]:
    """left + right as an unevaluated, exact sum of the rounded one and its error (Knuth)."""
    total = left + right
    back = total - left
    error = total - back
    np.subtract(left, error, out=error)
    np.subtract(right, back, out=back)
    error += back
    return total, error


def exact_sum(values: Floats, axis: int, largest: Floats | float) -> tuple[Floats, Floats]:
    """Sum along the axis of values from 0 to `largest`, as an unevaluated sum high + low.

    Each value is cut in two: a head that is a multiple of a unit so large that heads add up
    without rounding, and the rest, of which what rounding takes is out of sight (Rump, Ogita
    & Oishi, "Accurate floating-point summation", SIAM J. Sci. Comput. 31, 2008).
    """
    _, exponent = np.frexp(largest)
    unit = np.ldexp(1.0, exponent + (values.shape[axis] - 1).bit_length())
    heads = values + unit
    heads -= unit
    most = heads.sum(axis, keepdims=True)
    rest = np.subtract(values, heads, out=heads).sum(axis, keepdims=True)
    total = most + rest
    return total, rest - (total - most)


def divide(high: Floats, low: Floats | float, temperature: float) -> tuple[Floats, Floats | float]:
    """(high + low) / T as an unevaluated sum of quotient and rest."""
    if temperature == 1:
        return high, _cleaned(low)
    mantissa, exponent = math.frexp(temperature)
    high, low = _times_power_of_two(high, -exponent), _times_power_of_two(low, -exponent)
    quotient = high / mantissa
    rest = (_residue(high, quotient, mantissa) + low) / mantissa
    return quotient, _cleaned(rest)


def _times_power_of_two(values: Floats | float, exponent: int) -> Floats:
    if exponent < 1024:
        return np.multiply(values, math.ldexp(1.0, exponent))  # a quarter of ldexp's time
    return np.ldexp(values, exponent)


def _residue(dividend: Floats, quotient: Floats, divisor: float) -> Floats:
    """dividend - quotient * divisor, to half of its digits (after Dekker's product).

    Heads are of 26 bits, so that a product of two is exact, and so near to the dividend
    that their difference is exact, too.
    """
    head = (quotient.view(np.int64) & _HEAD).view(np.float64)
    divisor_head = (np.float64(divisor).view(np.int64) & _HEAD).view(np.float64)
    rest = dividend - head * divisor_head
    rest -= head * (divisor - divisor_head)
    rest -= np.subtract(quotient, head, out=head) * divisor
    return rest


def _cleaned(low: Floats | float) -> Floats | float:
    """`low` without the NaNs left by masks and by differences that overflow."""
    if isinstance(low, float) or np.isfinite(low.sum()):
        return low
    return np.where(np.isfinite(low), low, 0.0)
