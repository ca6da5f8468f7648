"""Derivatives and losses: exact cases, central differences at 60 digits, and properties."""

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from softmax_cli.activations.calibration_map import CalibrationMap
from softmax_cli.activations.gradients import (
    complement,
    loss,
    sigmoid_derivative,
    sigmoid_slope,
    softmax_derivative,
    softmax_jacobian,
    softmax_slope,
)

EXAMPLE = np.array([-0.5, 1.2, -0.1, 2.4])
HARD = [
    EXAMPLE,
    np.array([0.0, 40.0]),
    np.array([700.0, 0.0, -700.0]),
    np.array([1e-8, 0.0, 3e-8]),
    np.array([5.0, 5.0, 5.0]),
]
TEMPERATURES = [0.3, 1.0, 7.0]
vectors = st.lists(st.floats(-50, 50), min_size=1, max_size=7).map(np.array)


def _softmax(z, t):
    weights = [mpmath.exp(x / t) for x in z]
    return [w / mpmath.fsum(weights) for w in weights]


def _sigmoid(z, t):
    return [1 / (1 + mpmath.exp(-x / t)) for x in z]


def _differences(function, z, t):
    """Central differences, row i and column j: how value i changes with logit j."""
    step = mpmath.mpf(10) ** -30
    columns = []
    for j in range(len(z)):
        up, down = list(z), list(z)
        up[j] += step
        down[j] -= step
        pairs = zip(function(up, t), function(down, t), strict=True)
        columns.append([(a - b) / (2 * step) for a, b in pairs])
    return np.array([[float(column[i]) for column in columns] for i in range(len(columns[0]))])


def _exact(z):
    return [mpmath.mpf(float(x)) for x in z]


@pytest.mark.parametrize("temperature", TEMPERATURES)
@pytest.mark.parametrize("logits", HARD, ids=str)
def test_derivatives_are_central_differences(logits, temperature):
    with mpmath.workdps(1200):
        z, t = _exact(logits), mpmath.mpf(temperature)
        jacobian = _differences(_softmax, z, t)
        slopes = np.diag(_differences(_sigmoid, z, t))
    np.testing.assert_allclose(softmax_jacobian(logits, temperature), jacobian, 1e-13, 1e-320)
    np.testing.assert_allclose(
        softmax_derivative(logits, temperature), np.diag(jacobian), 1e-13, 1e-320
    )
    np.testing.assert_allclose(sigmoid_derivative(logits, temperature), slopes, 1e-13, 1e-320)


@pytest.mark.parametrize("temperature", TEMPERATURES)
@pytest.mark.parametrize("logits", HARD, ids=str)
def test_gradients_of_losses_are_central_differences(logits, temperature):
    label = 1

    def losses(z, t):
        p, s = _softmax(z, t), _sigmoid(z, t)
        y = [mpmath.mpf(k == label) for k in range(len(z))]
        binary = [-mpmath.log(s[k] if y[k] else 1 - s[k]) for k in range(len(z))]
        squares = [(a - b) ** 2 for a, b in zip(p, y, strict=True)]
        return [-mpmath.log(p[label]), mpmath.fsum(squares), mpmath.fsum(binary)]

    found = loss(logits, label, temperature)
    with mpmath.workdps(1200):
        z, t = _exact(logits), mpmath.mpf(temperature)
        values = [float(value) for value in losses(z, t)]
        gradients = _differences(losses, z, t)
    computed = [found.cross_entropy, found.squared_error, found.binary_cross_entropy]
    np.testing.assert_allclose(computed, values, 1e-13)
    np.testing.assert_allclose(found.gradient, gradients[0], 1e-12, 1e-320)
    np.testing.assert_allclose(found.squared_gradient, gradients[1], 1e-12, 1e-17)
    np.testing.assert_allclose(found.binary_gradient, gradients[2], 1e-12, 1e-320)


def test_exact_cases():
    assert sigmoid_derivative(np.zeros(2)).tolist() == [0.25, 0.25]
    assert sigmoid_derivative(np.zeros(1), 4.0).tolist() == [0.0625]
    assert softmax_jacobian(np.zeros(4)).tolist() == [
        [0.1875 if i == j else -0.0625 for j in range(4)] for i in range(4)
    ]
    assert softmax_jacobian(np.array([3.0])).tolist() == [[0.0]]
    found = loss(np.zeros(2), 0)
    assert found.one_hot.tolist() == [1.0, 0.0]
    assert found.gradient.tolist() == [-0.5, 0.5]
    assert found.squared_error == 0.5
    assert found.squared_gradient.tolist() == [-0.5, 0.5]
    assert found.cross_entropy == pytest.approx(np.log(2))
    assert found.binary_cross_entropy == pytest.approx(2 * np.log(2))
    assert found.binary_gradient.tolist() == [-0.5, 0.5]


def test_no_digit_is_lost_near_1():
    # 1 - p would be 0 here.
    assert complement(np.array([[1.0, 1e-20]]))[0, 0] == 1e-20
    assert softmax_slope(np.array([0.0, -50.0]))[0] == pytest.approx(np.exp(-50.0), 1e-14)
    assert sigmoid_slope(np.array([50.0]))[0] == pytest.approx(np.exp(-50.0), 1e-14)
    assert loss(np.array([50.0, 0.0]), 0).gradient[0] == pytest.approx(-np.exp(-50.0), 1e-14)


@pytest.mark.parametrize("temperature", [0.0, np.inf])
def test_limits_are_flat(temperature):
    logits = np.array([1.0, 2.0, -np.inf])
    assert not softmax_jacobian(logits, temperature).any()
    assert not sigmoid_derivative(logits, temperature).any()


def test_the_jump_at_the_limit_is_infinite():
    assert sigmoid_derivative(np.array([0.0]), 0.0).tolist() == [np.inf]
    assert softmax_derivative(np.array([1.0, 1.0]), 0.0).tolist() == [np.inf, np.inf]


def test_a_confident_wrong_row_has_a_gradient_of_cross_entropy_only():
    found = loss(np.array([40.0, 0.0]), 1)
    assert np.abs(found.squared_gradient).max() < 1e-16
    assert found.gradient.tolist() == [1.0, -1.0]


@given(vectors, st.floats(0.1, 10))
def test_what_one_class_gains_the_others_lose(logits, temperature):
    jacobian = softmax_jacobian(logits, temperature)
    np.testing.assert_allclose(jacobian.sum(0), 0, atol=1e-14 / temperature)
    np.testing.assert_array_equal(jacobian, jacobian.T)
    assert (np.diag(jacobian) >= 0).all()
    assert abs(loss(logits, 0, temperature).gradient.sum()) <= 1e-14 / temperature
    assert (sigmoid_slope(logits, temperature) <= 0.25).all()


BIAS = (0.7, -1.5, 0.25, 0.55)


@pytest.mark.parametrize("temperature", TEMPERATURES)
def test_derivatives_under_biases_are_central_differences(temperature):
    calibration = CalibrationMap(temperature, BIAS)
    # z / T + b is (z + T b) / T.
    with mpmath.workdps(100):
        moved = [
            mpmath.mpf(z) + mpmath.mpf(temperature) * mpmath.mpf(b)
            for z, b in zip(EXAMPLE.tolist(), BIAS, strict=True)
        ]
        expected = _differences(_softmax, moved, mpmath.mpf(temperature))
        own = np.diag(_differences(_sigmoid, moved, mpmath.mpf(temperature)))
        p = np.array([float(x) for x in _softmax(moved, temperature)])
        s = np.array([float(x) for x in _sigmoid(moved, temperature)])
    np.testing.assert_allclose(softmax_jacobian(EXAMPLE, calibration), expected, rtol=1e-13)
    diagonal = np.diag(expected)
    np.testing.assert_allclose(softmax_derivative(EXAMPLE, calibration), diagonal, rtol=1e-13)
    np.testing.assert_allclose(sigmoid_derivative(EXAMPLE, calibration), own, rtol=1e-13)
    np.testing.assert_allclose(sigmoid_slope(EXAMPLE, calibration), s * (1 - s), rtol=1e-12)
    found, y = loss(EXAMPLE, 1, calibration), np.eye(4)[1]
    assert found.cross_entropy == pytest.approx(-np.log(p[1]), rel=1e-13)
    assert found.binary_cross_entropy == pytest.approx(
        -np.log(np.where(y, s, 1 - s)).sum(), rel=1e-13
    )
    np.testing.assert_allclose(found.gradient, (p - y) / temperature, rtol=1e-12)
    np.testing.assert_allclose(found.binary_gradient, (s - y) / temperature, rtol=1e-12)
    squared = 2 * expected @ (p - y)
    np.testing.assert_allclose(found.squared_gradient, squared, rtol=1e-11)


def test_biases_of_0_change_nothing():
    calibration = CalibrationMap(2.0, (0.0,) * 4)
    for function in (sigmoid_slope, softmax_slope, softmax_jacobian):
        np.testing.assert_allclose(function(EXAMPLE, calibration), function(EXAMPLE, 2.0), 1e-15)
