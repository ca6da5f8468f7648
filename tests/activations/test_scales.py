"""Probabilities turned back into logits, and what is taken for which."""

import math

import numpy as np
import pytest

from softmax_cli.activations.functions import log_softmax, sigmoid, softmax
from softmax_cli.activations.scales import (
    describe_invalid_input,
    look_like_probabilities,
    sequential_columns,
    to_logits,
)

INF, NAN = math.inf, math.nan


def test_logits_stay_what_they_are():
    values = np.array([[3.0, -1.0], [NAN, 0.0]])
    assert to_logits(values, "logits", exclusive=True) is values


@pytest.mark.parametrize("temperature", [0.5, 1.0])
def test_softmax_comes_back_as_it_was(temperature):
    values = softmax(np.random.RandomState(0).normal(0, 5, (50, 4)), temperature)
    for scale, given in (("probabilities", values), ("log-probabilities", np.log(values))):
        back = softmax(to_logits(given, scale, exclusive=True))
        np.testing.assert_allclose(back, values, rtol=1e-12)


def test_log_softmax_stands_for_itself():
    logs = log_softmax(np.array([[0.0, -2000.0]]))
    np.testing.assert_array_equal(to_logits(logs, "log-probabilities", exclusive=True), logs)


def test_independent_probabilities_come_back_as_they_were():
    logits = np.array([[-700.0, -30.0, -1.0, 0.0, 1.0, 30.0]])
    values = sigmoid(logits)
    np.testing.assert_allclose(
        to_logits(values, "probabilities", exclusive=False)[:, :5], logits[:, :5], rtol=1e-13
    )
    np.testing.assert_allclose(
        to_logits(np.log(values), "log-probabilities", exclusive=False)[:, :5],
        logits[:, :5],
        rtol=1e-12,
        atol=1e-15,
    )


@pytest.mark.parametrize(
    ("row", "scale", "exclusive", "expected"),
    [
        ([1.0, 0.0], "probabilities", True, [0.0, -INF]),
        ([0.0, -INF], "log-probabilities", True, [0.0, -INF]),
        ([1.0, 0.0, 0.5], "probabilities", False, [INF, -INF, 0.0]),
        ([0.0, -INF, -math.log(2)], "log-probabilities", False, [INF, -INF, 0.0]),
        ([0.505, 0.5], "probabilities", True, [math.log(0.505), math.log(0.5)]),
        ([0.6, 0.5], "probabilities", True, [NAN, NAN]),
        ([0.1, 0.2], "probabilities", True, [NAN, NAN]),
        ([1.5, -0.5], "probabilities", True, [NAN, NAN]),
        ([NAN, 1.0], "probabilities", True, [NAN, NAN]),
        ([0.1, -0.7], "log-probabilities", True, [NAN, NAN]),
        ([2.0, 0.5], "probabilities", False, [NAN, NAN]),
        ([-0.1, 0.5], "probabilities", False, [NAN, NAN]),
        ([NAN, 0.5], "probabilities", False, [NAN, NAN]),
        ([0.1, -0.5], "log-probabilities", False, [NAN, NAN]),
        ([INF, 0.5], "probabilities", False, [NAN, NAN]),
    ],
)
def test_a_row_that_is_not_of_its_scale_is_nan(row, scale, exclusive, expected):
    found = to_logits(np.array([row]), scale, exclusive=exclusive)
    np.testing.assert_allclose(found, [expected], atol=1e-15)


@pytest.mark.parametrize("exclusive", [True, False])
def test_a_spoilt_row_leaves_the_others_alone(exclusive):
    values = np.array([[0.5, 0.5], [5.0, 0.5], [0.25, 0.75]])
    found = to_logits(values, "probabilities", exclusive=exclusive)
    assert np.isnan(found).tolist() == [[False, False], [True, True], [False, False]]


@pytest.mark.parametrize(
    ("row", "scale", "exclusive", "reason"),
    [
        ([0.5, 0.5], "probabilities", True, None),
        ([9.0, -9.0], "logits", True, None),
        ([NAN, 9.0], "probabilities", True, None),
        ([0.5, 0.9], "probabilities", False, None),
        ([0.5, 0.9], "probabilities", True, "the probabilities sum to 1.4, not to 1"),
        ([0.5, 1.2], "probabilities", False, "1.2 is not from 0 to 1, as probabilities are"),
        ([-0.5, 1.5], "probabilities", True, "-0.5 is not from 0 to 1, as probabilities are"),
        ([0.5, -1.0], "log-probabilities", True, "0.5 is not 0 at most, as log-probabilities are"),
        ([-9.0, -9.0], "log-probabilities", True, "the probabilities sum to 0.0002468, not to 1"),
        ([-9.0, -9.0], "log-probabilities", False, None),
        ([1e9, 0.0], "log-probabilities", True, "1e+09 is not 0 at most, as log-probabilities are"),
    ],
)
def test_why_a_row_is_not_of_its_scale(row, scale, exclusive, reason):
    assert describe_invalid_input(np.array(row), scale, exclusive=exclusive) == reason


@pytest.mark.parametrize("exclusive", [True, False])
@pytest.mark.parametrize("scale", ["probabilities", "log-probabilities"])
def test_a_row_has_logits_or_a_reason(scale, exclusive):
    random = np.random.RandomState(0)
    rows = np.vstack([random.normal(0, 1, (50, 2)), random.dirichlet([1, 1], 50)])
    rows = np.log(np.abs(rows)) if scale == "log-probabilities" else rows
    found = to_logits(rows, scale, exclusive=exclusive)
    for row, logits in zip(rows, found, strict=True):
        reason = describe_invalid_input(row, scale, exclusive=exclusive)
        assert np.isnan(logits).all() == (reason is not None), (row, reason)


@pytest.mark.parametrize(
    ("rows", "exclusive", "expected"),
    [
        ([[0.5, 0.5], [0.9, 0.1]], True, True),
        ([[0.5, 0.5], [0.9, 0.2]], True, False),
        ([[0.5, 0.5], [0.9, 0.2]], False, True),
        ([[0.333, 0.333, 0.3335]], True, True),
        ([[0.5, 1.5]], False, False),
        ([[-0.1, 1.1]], True, False),
        ([[NAN, 1.0]], True, False),
    ],
)
def test_what_looks_like_probabilities(rows, exclusive, expected):
    assert look_like_probabilities(np.array(rows), exclusive=exclusive) is expected


def test_no_rows_look_like_nothing():
    assert not look_like_probabilities(np.zeros((0, 2)), exclusive=False)


@pytest.mark.parametrize(
    ("rows", "counting"),
    [
        ([[5, 1.5], [6, 2.5], [7, 3]], {0}),
        ([[5, 0.25], [6, 1.25], [7, 2.25]], {0, 1}),
        ([[5, 0], [6, np.nan], [8, np.inf]], set()),
        ([[1, 0], [2, 0]], None),
        ([[k, 0] for k in range(50)] + [[0, 0]], {0}),
    ],
)
def test_columns_that_count_the_rows_are_found(rows, counting):
    assert sequential_columns(np.array(rows, float)) == counting
