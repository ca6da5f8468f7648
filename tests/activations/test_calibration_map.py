"""Maps of logits: temperature, biases and floor."""

import math

import numpy as np
import pytest

from softmax_cli.activations import ACTIVATIONS
from softmax_cli.activations.calibration_map import (
    CalibrationMap,
    check_one_scaling,
    divisor,
    floor_logits,
)
from softmax_cli.activations.functions import log_softmax, sigmoid, softmax
from tests.each import each

INF = math.inf


def _logits(rows=5, classes=4):
    return np.random.RandomState(0).normal(0, 3, (rows, classes))


def test_a_map_is_a_division_and_a_sum():
    z = _logits()
    b = (0.5, -1.0, 0.25, 0.25)
    weights = np.exp(z / 1.7 + np.array(b))
    expected = weights / weights.sum(1, keepdims=True)
    np.testing.assert_allclose(softmax(CalibrationMap(1.7, b).apply(z)), expected, rtol=1e-13)


@pytest.mark.parametrize("name", ["softmax", "log-softmax", "sigmoid", "log-sigmoid"])
def test_activations_take_a_map_for_a_temperature(name):
    z, activation = _logits(), ACTIVATIONS[name]
    mapped = CalibrationMap(2.0, (0.1, 0.2, 0.3, 0.4), activation.exclusive)
    expected = activation(mapped.apply(z))
    np.testing.assert_allclose(activation(z, mapped), expected, rtol=1e-13)
    plain = CalibrationMap(2.0, (), activation.exclusive)
    np.testing.assert_allclose(activation(z, plain), activation(z, 2.0), rtol=1e-12)


@pytest.mark.parametrize("shift", [1e3, -1e6, 1e300])
def test_a_constant_added_to_a_row_changes_nothing_for_exclusive_classes(shift):
    z = np.array([[1.0, 2.0, 3.0]]) if abs(shift) < 1e15 else np.zeros((1, 3))
    mapped = CalibrationMap(1.5, (0.5, -0.5, 0.0))
    np.testing.assert_allclose(mapped.apply(z + shift), mapped.apply(z), atol=1e-9)


def test_a_masked_class_stays_masked():
    z = np.array([[1.0, -INF, 2.0]])
    p = softmax(CalibrationMap(2.0, (0.0, 5.0, 0.0)).apply(z))
    assert p[0, 1] == 0.0
    assert p[0, 2] / p[0, 0] == pytest.approx(math.exp(0.5))


@each("row", [[-INF, -INF], [INF, 0.0], [math.nan, 0.0]])
@each("floor", [0.0, 1e-3])
def test_an_invalid_row_stays_invalid(row, floor):
    mapped = CalibrationMap(2.0, (0.5, -0.5), floor=floor)
    assert np.isnan(softmax(mapped.apply(np.array([row])))).any()


def test_each_independent_class_may_have_a_temperature():
    z = _logits()
    mapped = CalibrationMap([1.0, 2.0, 3.0, 4.0], (1.0, 0.0, 0.0, -1.0), exclusive=False)
    p = sigmoid(mapped.apply(z))
    np.testing.assert_allclose(p[:, 3], 1 / (1 + np.exp(-(z[:, 3] / 4 - 1))), rtol=1e-13)


@pytest.mark.parametrize("floor", [2.0**-52, 1e-6, 0.5])
def test_no_probability_is_below_the_floor(floor):
    z = np.array([[5.0, -1e6, 4.0], [0.0, -800.0, -3e38]])
    ratios = np.exp(floor_logits(z, floor, exclusive=True))
    assert ratios.max(1).tolist() == [1.0, 1.0]
    np.testing.assert_allclose(ratios.min(1), floor, rtol=1e-12)


def test_a_floor_leaves_larger_probabilities_alone():
    z = _logits(100)
    floored = floor_logits(z, 1e-12, exclusive=True)
    np.testing.assert_allclose(log_softmax(floored), log_softmax(z), rtol=1e-12)
    np.testing.assert_array_equal(floor_logits(z, 1e-12, exclusive=False), z)


def test_a_mask_of_logits_is_none_of_probabilities():
    z = np.array([[0.0, -INF]])
    assert floor_logits(z, 0.1, exclusive=True)[0, 1] == -INF
    floored = floor_logits(z, 0.1, exclusive=True, floors_masks=True)
    assert floored[0, 1] == pytest.approx(math.log(0.1))


def test_the_odds_of_an_independent_class_are_bounded_on_both_sides():
    z = np.array([[INF, -INF, 3.0, 700.0]])
    limit = -math.log(1e-3)
    found = floor_logits(z, 1e-3, exclusive=False)
    np.testing.assert_allclose(found, [[limit, -limit, 3.0, limit]])


def test_signs_go_through_a_map():
    z, signs = _logits(), np.array([1.0, -1.0, -1.0, 1.0])
    mapped = CalibrationMap(2.0, (0.1, 0.2, 0.3, 0.4), False, bias_rest=(1e-18,) * 4)
    np.testing.assert_array_equal(mapped.signed(signs).apply(z * signs), mapped.apply(z) * signs)
    assert mapped.signed(-1.0).bias_rest == (-1e-18,) * 4
    assert CalibrationMap(2.0).signed(signs) == CalibrationMap(2.0)


@pytest.mark.parametrize(
    "scaling", [0.0, INF, 2, CalibrationMap(0.0), CalibrationMap(2.0, (0.5, -0.5))]
)
def test_one_temperature_may_have_biases(scaling):
    check_one_scaling(scaling, 2)
    assert divisor(scaling) == getattr(scaling, "temperature", scaling)


@pytest.mark.parametrize(
    ("scaling", "message"),
    [
        (-1.0, ">= 0"),
        (math.nan, ">= 0"),
        (CalibrationMap(-1.0, (0.5, -0.5)), ">= 0"),
        (CalibrationMap([1.0, 2.0], (), False), "expected one temperature"),
        (CalibrationMap(1.0, floor=0.1), "without a floor"),
        (CalibrationMap(1.0, (0.5,)), "expected 2 biases, found 1"),
        (CalibrationMap(0.0, (0.5, -0.5)), "a finite temperature above 0"),
        (CalibrationMap(INF, (0.5, -0.5)), "a finite temperature above 0"),
    ],
)
def test_what_is_no_one_temperature_is_refused(scaling, message):
    with pytest.raises(ValueError, match=message):
        check_one_scaling(scaling, 2)
