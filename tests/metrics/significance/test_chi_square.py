"""Pearson's chi-square test of counts."""

import numpy as np
import pytest
from scipy.stats import chisquare

from softmax_cli.metrics.significance.chi_square import exclusive_chi_square, independent_chi_square
from tests.each import each


def _exclusive(counts, expected):
    return exclusive_chi_square(np.array(counts), np.array(expected, float))


def test_large_cells_are_tested_as_they_are():
    counts, expected = [52, 31, 17], [50, 30, 20]
    test = _exclusive(counts, expected)
    whole = chisquare(counts, expected)
    assert test.statistic == pytest.approx(whole.statistic)
    assert test.p_value == pytest.approx(whole.pvalue)
    assert (test.degrees_of_freedom, test.pooled) == (2, 0)


@pytest.mark.parametrize(
    ("counts", "expected", "cells", "pooled"),
    [
        ([90, 4, 6], [92, 4, 4], ([90, 10], [92, 8]), 2),
        ([90, 8, 2], [89, 9, 2], ([90, 10], [89, 11]), 2),
        ([50, 38, 8, 4], [50, 39, 7, 4], ([50, 38, 12], [50, 39, 11]), 2),
        ([60, 0, 40], [60, 0, 40], ([60, 40], [60, 40]), 0),
        ([7, 3], [5, 5], ([7, 3], [5, 5]), 0),
    ],
)
def test_rare_classes_are_pooled(counts, expected, cells, pooled):
    test = _exclusive(counts, expected)
    whole = chisquare(*cells)
    assert test.statistic == pytest.approx(whole.statistic)
    assert test.p_value == pytest.approx(whole.pvalue)
    assert (test.degrees_of_freedom, test.pooled) == (len(cells[0]) - 1, pooled)


@each("expected", [[100], [97, 3], [4, 3, 2], [100, 0, 0], [1.0], [4.9, 4.9], [97, 1, 1, 1]])
def test_too_few_cells_have_no_test(expected):
    assert _exclusive([round(value) for value in expected], expected) is None


def test_independent_classes_add_up_their_own_tests():
    test = independent_chi_square(np.array([60, 25]), np.array([0.5, 0.25]), 100)
    assert test.statistic == pytest.approx(10**2 / 25)
    assert (test.degrees_of_freedom, test.pooled) == (2, 0)


def test_rare_independent_classes_are_pooled_or_ignored():
    probabilities = np.array([0.5, 0.03, 0.03, 0.0, 1.0])
    test = independent_chi_square(np.array([50, 5, 3, 0, 100]), probabilities, 100)
    assert test.statistic == pytest.approx(2**2 / 5.82)
    assert (test.degrees_of_freedom, test.pooled) == (2, 2)
    test = independent_chi_square(np.array([60, 5]), np.array([0.5, 0.03]), 100)
    assert (test.statistic, test.degrees_of_freedom, test.pooled) == (4.0, 1, 0)
    assert independent_chi_square(np.array([5]), np.array([0.03]), 100) is None


def test_p_values_of_fair_draws_are_uniform():
    rng = np.random.default_rng(0)
    probabilities = np.array([0.5, 0.3, 0.15, 0.04, 0.01])
    draws = rng.multinomial(1000, probabilities, 400)
    values = [exclusive_chi_square(row, 1000 * probabilities).p_value for row in draws]
    assert np.abs(np.sort(values) - np.linspace(0, 1, 400)).max() < 1.63 / 20
    coins = rng.binomial(1000, probabilities, (400, 5))
    values = [independent_chi_square(row, probabilities, 1000).p_value for row in coins]
    assert np.abs(np.sort(values) - np.linspace(0, 1, 400)).max() < 1.63 / 20
