"""Arithmetic that keeps what rounding takes away: error-free transformations.

A result that does not fit a float64 is carried as an unevaluated sum of two of them, `high`
and `low`. After Dekker (1971) and Knuth (The Art of Computer Programming, vol. 2, 4.2.2).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_SPLITTER = 134_217_729.0  # 2**27 + 1, Veltkamp's constant for 53 bits


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
    """dividend - quotient * divisor, exactly (Dekker's product)."""
    head = quotient * _SPLITTER
    head -= head - quotient
    tail = quotient - head
    divisor_head = divisor * _SPLITTER - (divisor * _SPLITTER - divisor)
    divisor_tail = divisor - divisor_head
    product = quotient * divisor
    error = head * divisor_head - product
    error += head * divisor_tail
    error += tail * divisor_head
    error += tail * divisor_tail
    return (dividend - product) - error


def _cleaned(low: Floats | float) -> Floats | float:
    """`low` without the NaNs left by masks and by differences that overflow."""
    if isinstance(low, float) or np.isfinite(low.sum()):
        return low
    return np.where(np.isfinite(low), low, 0.0)
