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


def pairwise_sum(values: Floats, axis: int, *, few: int) -> tuple[Floats, Floats | float]:
    """Sum along the axis in pairs, with what rounding took from it if more than `few`.

    Not what the first two rounds take: that is an ulp at most, and most of the work.
    """
    part = values if axis == 0 else values.T
    exact = len(part) > few
    error: Floats | float = 0.0
    rounds = 0
    while len(part) > 1:
        half = len(part) // 2
        rounds += 1
        if exact and (rounds > 2 or few == 1):
            folded, lost = two_sum(part[:half], part[half : 2 * half])
            error = error + lost.sum(0)
        else:
            folded = part[:half] + part[half : 2 * half]
        if len(part) % 2:
            folded[0], lost = two_sum(folded[0], part[-1])
            error = error + lost
        part = folded
    return np.expand_dims(part[0], axis), np.expand_dims(error, axis) if exact else error


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
