"""Intervals of a temperature, and undetermined fits."""

import math

import numpy as np
import pytest

from softmax_cli.calibration.objective import SOFTMAX
from softmax_cli.calibration.temperature_fit import NoTemperatureError, TemperatureFit


def _fit(temperature=2.0, error=0.1, logits=((1.0, 0.0), (0.0, 2.0))):
    limits = SOFTMAX.limits(np.array(logits), np.zeros(len(logits), int))
    return TemperatureFit(np.array([temperature]), np.array([error]), 3, limits)


def test_the_interval_is_symmetric_in_the_logarithm():
    low, high = _fit().ci_95
    assert low * high == pytest.approx(4.0)
    assert high == pytest.approx(2 * math.exp(1.959963984540054 * 0.05))


@pytest.mark.parametrize("error", [1e3, 1e300, math.inf])
def test_an_interval_without_bounds_is_no_error(error):
    fit = _fit(error=error)
    assert fit.ci_95 == (0.0, math.inf)
    assert fit.undetermined == [0]


@pytest.mark.parametrize(("error", "few"), [(0.1, []), (2.3, []), (2.4, [0])])
def test_a_factor_of_100_says_nothing(error, few):
    assert _fit(error=error).undetermined == few


def test_one_row_says_nothing():
    assert _fit(logits=((1.0, 0.0),)).undetermined == [0]


@pytest.mark.parametrize(
    ("far", "temperature", "depends"),
    [(-65504.0, 6270.0, True), (-65504.0, 2.0, False), (-1e4, 1.8, False), (-900.0, 100.0, False)],
)
def test_masks_matter_where_they_have_a_probability(far, temperature, depends):
    assert _fit(temperature, logits=((1.0, far), (0.0, 2.0))).may_depend_on_masks is depends


def test_classes_that_an_error_is_about():
    assert NoTemperatureError([1], [2], [3]).affected == [1]
    assert NoTemperatureError([], [2], [3]).affected == [2]
    assert NoTemperatureError([], [], [3]).affected == [3]
