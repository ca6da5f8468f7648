"""The steps of one vector: hand-computed values, limits and errors."""

import math
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import softmax_cli
from softmax_cli.activations import ACTIVATIONS
from softmax_cli.activations.calibration_map import CalibrationMap
from softmax_cli.activations.explanation.explain import explain
from softmax_cli.activations.functions import sigmoid, softmax
from softmax_cli.calibration.maps import fit_calibration
from softmax_cli.display.views.explanation.document import explanation_document
from tests.each import each
from tests.trust_sets import first_half

EXAMPLE = [-0.5, 1.2, -0.1, 2.4]
vectors = st.lists(st.floats(-300, 300), min_size=1, max_size=9)


def test_the_steps_of_the_worked_example():
    item = explain(EXAMPLE)
    assert item.softmax.shifted.round(12).tolist() == [-2.9, -1.2, -2.5, 0.0]
    assert item.softmax.exponentials.round(6).tolist() == [0.055023, 0.301194, 0.082085, 1.0]
    assert round(item.softmax.total, 6) == 1.438302
    assert item.softmax.probabilities.round(4).tolist() == [0.0383, 0.2094, 0.0571, 0.6953]
    assert item.sigmoid.denominators.round(6).tolist() == [2.648721, 1.301194, 2.105171, 1.090718]
    assert item.sigmoid.probabilities.round(4).tolist() == [0.3775, 0.7685, 0.475, 0.9168]
    assert item.naive.total == 3.0
    assert item.naive.shares.round(4).tolist() == [-0.1667, 0.4, -0.0333, 0.8]
    assert item.uncertainty.top == 3
    assert item.uncertainty.margin == pytest.approx(0.695264 - 0.209410, abs=1e-6)
    assert item.uncertainty.perplexity == math.exp(item.uncertainty.entropy)
    assert item.jacobian.shape == (4, 4)
    assert (item.loss, item.bump) == (None, None)


def test_a_temperature_divides_first():
    steps = explain(EXAMPLE, 2.0).softmax
    assert steps.scaled.tolist() == [-0.25, 0.6, -0.05, 1.2]
    assert steps.maximum == 1.2


@given(vectors, st.floats(0.05, 20))
def test_each_step_follows_from_the_one_before(logits, temperature):
    item = explain(logits, temperature)
    steps = item.softmax
    np.testing.assert_allclose(steps.shifted, steps.scaled - steps.maximum, 1e-9, 1e-9)
    np.testing.assert_array_equal(steps.exponentials, np.exp(steps.shifted))
    np.testing.assert_allclose(steps.exponentials / steps.total, softmax(logits, temperature), 1e-9)
    np.testing.assert_allclose(
        1 / item.sigmoid.denominators, sigmoid(logits, temperature), 1e-12, 1e-320
    )


def test_saturation_is_that_of_the_slope_whatever_the_temperature():
    assert explain([10.0, 0.0]).softmax_gradient.saturated.tolist() == [True, True]
    assert explain([10.0, 0.0]).sigmoid_gradient.saturated.tolist() == [True, False]
    assert not explain([1.0, 0.0], 1e6).softmax_gradient.saturated.any()


def test_a_bump_moves_one_sigmoid_and_every_softmax():
    item = explain(EXAMPLE, bump=1)
    assert item.bump.logits.tolist() == [-0.5, 2.2, -0.1, 2.4]
    assert np.flatnonzero(item.bump.sigmoid != item.sigmoid.probabilities).tolist() == [1]
    ratios = item.bump.softmax / item.softmax.probabilities
    assert ratios[1] > 1
    np.testing.assert_allclose(ratios[[0, 2, 3]], ratios[0])


def test_classes_go_by_name_or_index():
    item = explain([1, 2], label="b", bump=0, classes=["a", "b"])
    assert (item.classes, item.loss.label, item.bump.index) == (("a", "b"), 1, 0)
    assert explain([1, 2], label="1").loss.label == 1


def test_no_jacobian_of_many_classes():
    assert explain(range(8)).jacobian is not None
    assert explain(range(9)).jacobian is None


@pytest.mark.parametrize(
    ("temperature", "exponentials"), [(0.0, [0, 1, 0]), (math.inf, [1, 1, 0]), (1e-310, [0, 1, 0])]
)
def test_limits(temperature, exponentials):
    item = explain([1.0, 3.0, -math.inf], temperature, label=0, bump=0)
    assert item.softmax.exponentials.tolist() == exponentials
    assert (
        item.softmax.probabilities.tolist() == (np.array(exponentials) / sum(exponentials)).tolist()
    )
    assert not np.isnan(item.softmax.scaled).any()


@pytest.mark.parametrize(
    ("logits", "total"), [([0.1, 0.2, -0.3], 0.0), ([1, -1], 0.0), ([2.0, -math.inf], 2.0)]
)
def test_naive_shares_of_a_sum_of_0_and_of_masks_are_nan(logits, total):
    naive = explain(logits).naive
    assert naive.total == total
    assert np.isnan(naive.shares).any()


@each(
    ("arguments", "message"),
    [
        (([],), "one vector"),
        (([[1.0]],), "one vector"),
        (([1.0, math.nan],), "NaN or"),
        (([1.0, math.inf],), "NaN or"),
        (([-math.inf],), "all -inf"),
        (([1.0], -1.0), "0 or more|>= 0"),
        (([1.0], CalibrationMap(1.0, (0.5, -0.5))), "expected 1 biases, found 2"),
        (([1.0, 2.0], CalibrationMap([1.0, 2.0])), "expected one temperature"),
        (([1.0, 2.0], 1.0, 2), "unknown class 2"),
        (([1.0, 2.0], 1.0, "cat"), "unknown class 'cat'"),
        (([1.0, 2.0], 1.0, None, -1), "unknown class -1"),
        (([1.0, 2.0], 1.0, None, None, ["a"]), "expected 2 classes, found 1"),
    ],
)
def test_errors(arguments, message):
    with pytest.raises(ValueError, match=message):
        explain(*arguments)


@given(vectors, st.floats(0.05, 20), st.randoms(use_true_random=False))
def test_each_step_with_biases_follows_from_the_one_before(logits, temperature, random):
    bias = tuple(random.uniform(-3, 3) for _ in logits)
    calibration = CalibrationMap(temperature, bias)
    item = explain(logits, calibration, label=0, bump=0)
    for steps in (item.softmax, item.sigmoid):
        np.testing.assert_array_equal(steps.calibrated, steps.scaled + np.array(bias))
    steps = item.softmax
    np.testing.assert_allclose(steps.shifted, steps.calibrated - steps.maximum, 1e-9, 1e-9)
    np.testing.assert_allclose(steps.exponentials / steps.total, steps.probabilities, 1e-9)
    expected = ACTIVATIONS["softmax"](np.array(logits), calibration)
    assert steps.probabilities.tolist() == expected.tolist()
    np.testing.assert_allclose(
        1 / item.sigmoid.denominators, item.sigmoid.probabilities, 1e-11, 1e-320
    )
    raised = ACTIVATIONS["softmax"](item.bump.logits, calibration)
    assert item.bump.softmax.tolist() == raised.tolist()
    logs = ACTIVATIONS["log-softmax"](np.array(logits), calibration)
    assert item.loss.cross_entropy == pytest.approx(-logs[0], rel=1e-12)
    assert item.uncertainty.top == expected.argmax()


def test_a_fitted_map_is_explained():
    logits, labels = first_half("c10s")
    fit = fit_calibration(logits, labels, map="bias")
    item = explain(logits[0], fit.calibration)
    assert (item.temperature, item.bias.fitted_for) == (fit.temperature, "softmax")
    assert item.scaling == CalibrationMap(fit.temperature, tuple(fit.bias.tolist()))
    np.testing.assert_allclose(item.softmax.probabilities, fit.probabilities(logits[0]), 1e-13)
    plain = explain(logits[0], CalibrationMap(2.0))
    assert (plain.bias, plain.scaling) == (None, 2.0)
    assert explain([1.0], CalibrationMap(2.0, (0.5,), False)).bias.fitted_for == "sigmoid"


def test_masks_stay_masks_with_biases():
    item = explain([1.0, -math.inf, 2.0], CalibrationMap(1.5, (0.0, 3.0, -3.0)), label=0, bump=0)
    assert item.softmax.calibrated[1] == item.softmax.shifted[1] == -math.inf
    assert item.softmax.probabilities[1] == item.sigmoid.probabilities[1] == 0.0
    assert item.uncertainty.top == 0


def test_it_is_part_of_the_api():
    assert softmax_cli.explain is explain


@pytest.mark.parametrize("logits", [[1e308, 1e308], [-1e308, -1e308, 0.0], [1e308, -1e308]])
def test_logits_whose_sums_overflow_are_explained_without_a_warning(logits):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        item = explain(logits, label=1, bump=0)
        page = explanation_document(item)
    assert item.softmax.probabilities.sum() == 1.0
    assert np.isnan(item.naive.shares).all()
    total = {2e308: "inf", -2e308: "-inf"}.get(sum(logits), "0")
    assert any(f"The logits sum to {total}, so" in getattr(b, "text", "") for b in page.blocks)
