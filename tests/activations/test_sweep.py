"""Sweeps: the functions at each point, derivatives by differences, limits and errors."""

import math

import mpmath
import numpy as np
import pytest

import softmax_cli
from softmax_cli.activations import ACTIVATIONS
from softmax_cli.activations.calibration_map import CalibrationMap
from softmax_cli.activations.functions import sigmoid, softmax
from softmax_cli.activations.sweep import sweep_logit, sweep_temperature
from tests.each import each

EXAMPLE = [-0.5, 1.2, -0.1, 2.4]
FUNCTIONS = {"softmax": softmax, "sigmoid": sigmoid}


@pytest.mark.parametrize("activation", FUNCTIONS)
def test_each_point_is_the_function_itself(activation):
    sweep = sweep_temperature(EXAMPLE, [0.0, 0.5, 1.0, math.inf], activation)
    for t, values in zip(sweep.grid, sweep.probabilities, strict=True):
        assert values.tolist() == FUNCTIONS[activation](EXAMPLE, t).tolist()
    sweep = sweep_logit(EXAMPLE, 1, [-6.0, 6.0], activation, 2.0)
    for z, values in zip(sweep.grid, sweep.probabilities, strict=True):
        assert values.tolist() == FUNCTIONS[activation]([-0.5, z, -0.1, 2.4], 2.0).tolist()


def test_entropy_rises_and_the_top_class_stays_with_temperature():
    sweep = sweep_temperature(EXAMPLE, classes=list("abcd"))
    assert (np.diff(sweep.entropy) > 0).all()
    assert set(sweep.top.tolist()) == {3}
    assert sweep.limits.probabilities.tolist() == [[0, 0, 0, 1], [0.25] * 4]
    assert sweep.limits.entropy.tolist() == [0.0, pytest.approx(math.log(4))]


def test_as_one_logit_grows_its_class_takes_over():
    sweep = sweep_logit(EXAMPLE, 0, np.linspace(-6, 6, 13))
    assert sweep.top.tolist() == [3] * 9 + [0] * 4
    ratios = sweep.probabilities[:, 1] / sweep.probabilities[:, 3]
    np.testing.assert_allclose(ratios, math.exp(1.2 - 2.4))
    assert sweep.limits is None


def _value(activation, z, t):
    if activation == "sigmoid":
        return [1 / (1 + mpmath.exp(-x / t)) for x in z]
    weights = [mpmath.exp(x / t) for x in z]
    return [w / mpmath.fsum(weights) for w in weights]


def _difference(function, at):
    step = mpmath.mpf(10) ** -30
    pairs = zip(function(at + step), function(at - step), strict=True)
    return [float((a - b) / (2 * step)) for a, b in pairs]


@pytest.mark.parametrize("activation", FUNCTIONS)
@pytest.mark.parametrize("logits", [EXAMPLE, [0.0, 100.0], [7.0], [1e3, 1e3 + 1, -1e3]], ids=str)
def test_derivatives_are_central_differences(activation, logits):
    with mpmath.workdps(400):
        z = [mpmath.mpf(x) for x in logits]
        sweep = sweep_temperature(logits, [0.05, 1.0, 9.0], activation)
        expected = [
            _difference(lambda t: _value(activation, z, t), mpmath.mpf(float(t)))
            for t in sweep.grid
        ]
        np.testing.assert_allclose(sweep.derivatives, expected, 1e-12, 1e-300)
        sweep = sweep_logit(logits, 0, [-20.0, 0.0, 50.0], activation, 2.0)
        expected = [
            _difference(
                lambda x: _value(activation, [x, *z[1:]], mpmath.mpf(2)), mpmath.mpf(float(x))
            )
            for x in sweep.grid
        ]
        np.testing.assert_allclose(sweep.derivatives, expected, 1e-12, 1e-300)


@pytest.mark.parametrize("activation", FUNCTIONS)
def test_derivatives_at_the_limits_are_0(activation):
    sweep = sweep_temperature([1.0, 2.0, -math.inf], [0.0, math.inf], activation)
    assert not sweep.derivatives.any()


def test_a_finer_grid_has_the_same_ends():
    fine = sweep_temperature(EXAMPLE, [0.0, 0.5, 8.0, math.inf]).refine(5)
    np.testing.assert_allclose(fine.grid, [0.5, 1, 2, 4, 8])
    fine = sweep_logit(EXAMPLE, 0, [3.0, -math.inf, 1.0]).refine(3)
    assert fine.grid.tolist() == [1.0, 2.0, 3.0]
    assert sweep_temperature(EXAMPLE, [2.0]).refine(5) is None


@each(
    ("function", "arguments", "message"),
    [
        (sweep_temperature, ([1.0], [-1.0]), "temperature"),
        (sweep_temperature, ([1.0], [math.nan]), "temperature"),
        (sweep_temperature, ([math.nan],), "NaN"),
        (sweep_temperature, ([1.0], [1.0], "tanh"), "softmax"),
        (sweep_temperature, ([1.0], [1.0], "relu"), "softmax"),
        (sweep_logit, ([1.0], 1, [0.0]), "unknown class 1"),
        (sweep_logit, ([1.0], 0, [math.inf]), "NaN or"),
        (sweep_logit, ([1.0], 0, [math.nan]), "NaN or"),
        (sweep_logit, ([1.0], 0, [1.0], "softmax", -1.0), "temperature"),
    ],
)
def test_errors(function, arguments, message):
    with pytest.raises(ValueError, match=message):
        function(*arguments)


def test_they_are_part_of_the_api():
    assert softmax_cli.sweep_temperature is sweep_temperature
    assert softmax_cli.sweep_logit is sweep_logit


@pytest.mark.parametrize("name", ["softmax", "sigmoid"])
def test_a_logit_may_be_swept_under_a_calibration(name):
    logits, bias, at = [0.3, -1.0, 2.0], (0.5, -0.25, -0.25), [-2.0, 0.0, 3.0]
    calibration = CalibrationMap(1.7, bias, exclusive=name == "softmax")
    found = sweep_logit(logits, 1, at, name, calibration)
    rows = np.tile(logits, (3, 1))
    rows[:, 1] = at
    np.testing.assert_allclose(
        found.probabilities, ACTIVATIONS[name](rows / 1.7 + np.array(bias)), rtol=1e-13
    )
    step = 1e-6
    ahead, behind = (
        sweep_logit(logits, 1, np.array(at) + d, name, calibration).probabilities
        for d in (step, -step)
    )
    np.testing.assert_allclose(found.derivatives, (ahead - behind) / (2 * step), atol=1e-8)


@pytest.mark.parametrize(
    "calibration", [CalibrationMap([1.0, 2.0], (0.1, 0.2), False), CalibrationMap(1.0, floor=0.1)]
)
def test_a_sweep_takes_one_temperature_without_a_floor(calibration):
    with pytest.raises(ValueError, match="one temperature, with biases but without a floor"):
        sweep_logit([0.0, 1.0], 0, [1.0], "sigmoid", calibration)
