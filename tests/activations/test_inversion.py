"""Probabilities to logits, and back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from softmax_cli import invert, sigmoid, softmax
from tests.each import each

INF = np.inf
ULP = 2.0**-52


@each(
    ("probabilities", "activation", "epsilon", "logits"),
    [
        ([0.5, 0.5], "softmax", 0, [0, 0]),
        ([0.25, 0.5, 0.25], "softmax", 0, np.log([0.25, 0.5, 0.25]) + np.log(32) / 3),
        ([1, 0], "softmax", 0, [0, -INF]),
        ([0.75, 0, 0.25], "softmax", 0, [np.log(3) / 2, -INF, -np.log(3) / 2]),
        ([1, 0], "softmax", 1e-4, [np.log(100), -np.log(100)]),
        ([1], "softmax", 0, [0]),
        ([0.5, 0.8, 0.1], "sigmoid", 0, [0, np.log(4), -np.log(9)]),
        ([0, 1], "sigmoid", 0, [-INF, INF]),
        ([0, 1, 0.5], "sigmoid", 0.1, [-np.log(9), np.log(9), 0]),
        ([1e-300], "sigmoid", 0, [np.log(1e-300)]),
        ([0.05, 0.95], "softmax", 0.1, [np.log(0.1 / 0.95) / 2, np.log(0.95 / 0.1) / 2]),
    ],
)
def test_exact_cases(probabilities, activation, epsilon, logits):
    np.testing.assert_allclose(invert(probabilities, activation, epsilon), logits, rtol=1e-14)


@each(
    ("row", "activation"),
    [
        ([0.5, 0.6], "softmax"),
        ([-0.1, 1.1], "softmax"),
        ([np.nan, 1], "softmax"),
        ([0, 0], "softmax"),
        ([1.5], "sigmoid"),
        ([-0.1, 0.5], "sigmoid"),
        ([np.nan, 0.5], "sigmoid"),
    ],
)
@each("epsilon", [0.0, 0.01])
def test_rows_that_are_no_probabilities_are_nan(row, activation, epsilon):
    assert np.isnan(invert([row], activation, epsilon)).all()


def test_shapes_are_kept():
    assert invert(np.full((2, 3, 4), 0.25)).shape == (2, 3, 4)
    assert invert(np.full((0, 4), 0.25)).shape == (0, 4)


@pytest.mark.parametrize("layout", ["C", "F"])
def test_a_row_has_the_same_logits_in_any_array(layout):
    values = softmax(np.random.default_rng(0).normal(0, 3, (40, 17)))
    whole = invert(np.array(values, order=layout))
    for i in range(40):
        np.testing.assert_array_equal(invert(values[i : i + 1]), whole[i : i + 1])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"activation": "tanh"}, "activation must be"),
        ({"epsilon": 0.5}, "epsilon must be"),
        ({"epsilon": -1e-9}, "epsilon must be"),
        ({"epsilon": np.nan}, "epsilon must be"),
    ],
)
def test_arguments_out_of_range_are_rejected(options, message):
    with pytest.raises(ValueError, match=message):
        invert([0.5, 0.5], **options)


def _rows(limit):
    shapes = st.tuples(st.integers(1, 5), st.integers(1, 8))
    return arrays(np.float64, shapes, elements=st.floats(-limit, limit))


@given(_rows(1.0))
def test_softmax_gives_even_probabilities_back_to_4_ulp(logits):
    p = softmax(logits)
    assert (np.abs(softmax(invert(p)) - p) <= 4 * ULP * p).all()


@given(_rows(2.0))
def test_sigmoid_gives_even_probabilities_back_to_4_ulp(logits):
    p = sigmoid(logits)
    assert (np.abs(sigmoid(invert(p, "sigmoid")) - p) <= 4 * ULP * p).all()


@given(_rows(300.0))
def test_softmax_gives_any_probabilities_back_as_far_as_logits_resolve_them(logits):
    p = softmax(logits)
    z = invert(p)
    resolution = ULP * (np.abs(z) + np.abs(np.log(p))).max(1, keepdims=True)
    assert (np.abs(softmax(z) - p) <= (4 * ULP + resolution) * p).all()


@given(_rows(700.0))
def test_sigmoid_gives_any_probabilities_back_as_far_as_logits_resolve_them(logits):
    p = sigmoid(logits)
    z = invert(p, "sigmoid")
    resolution = np.where(np.isinf(z), 0.0, ULP * np.abs(z))
    assert (np.abs(sigmoid(z) - p) <= (4 * ULP + resolution) * p).all()
