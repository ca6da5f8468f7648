"""Sums and quotients whose rounding errors are kept."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from softmax_cli.activations.exact import divide, exact_sum, two_sum

finite = st.floats(-1e100, 1e100)
shares = st.floats(0, 1)


@given(finite, finite)
def test_a_sum_and_its_error_are_exact_together(left, right):
    total, error = two_sum(np.array([left]), np.array([right]))
    assert total[0] == left + right
    assert Fraction(total[0]) + Fraction(error[0]) == Fraction(left) + Fraction(right)


@given(st.lists(shares, min_size=1, max_size=300), st.sampled_from([0, 1]))
def test_a_long_sum_and_its_error_are_nearly_exact(values, axis):
    array = np.array([values]) if axis else np.array([values]).T
    high, low = exact_sum(array, axis, max(values))
    exact = sum(map(Fraction, values))
    assert abs(high.item() - math.fsum(values)) <= math.ulp(high.item())
    assert abs(Fraction(high.item()) + Fraction(low.item()) - exact) <= exact * Fraction(2) ** -90


@pytest.mark.parametrize("axis", [0, 1])
def test_values_that_would_drown_one_by_one_are_in_the_sum(axis):
    values = np.full(1 << 17, 2.0**-60)
    values[0] = 1.0
    high, low = exact_sum(values.reshape((-1, 1) if axis == 0 else (1, -1)), axis, 1.0)
    assert Fraction(high.item()) + Fraction(low.item()) == 1 + ((1 << 17) - 1) * Fraction(2) ** -60


@pytest.mark.parametrize("largest", [1e-300, 5e-324, 1.0, 1e300])
def test_each_row_may_have_its_own_largest_value(largest):
    rows = np.array([[largest, largest / 4, largest / 2], [1.0, 0.1, 0.2]])
    high, _ = exact_sum(rows, 1, rows.max(1, keepdims=True))
    assert high.ravel().tolist() == [math.fsum(row) for row in rows]


@given(st.floats(-1e3, 1e3), st.floats(1e-3, 1e3))
def test_a_quotient_and_its_rest_are_nearly_exact(value, temperature):
    high, low = divide(np.array([value]), 0.0, temperature)
    quotient = Fraction(value) / Fraction(temperature)
    rest = float(np.asarray(low).ravel()[0])
    assert (
        abs(Fraction(high[0]) + Fraction(rest) - quotient)
        <= abs(quotient) * Fraction(2) ** -78 + Fraction(2) ** -1070
    )
