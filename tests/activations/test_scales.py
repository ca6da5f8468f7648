"""Input scales: probabilities to logits, rounding, and logits that look like probabilities."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from softmax_cli.activations.functions import log_softmax, sigmoid, softmax
from softmax_cli.activations.scales import (
    describe_invalid_input,
    describe_invalid_row,
    look_like_probabilities,
    normalize,
    probability_warning,
    suggest_reading,
    sum_tolerance,
    to_logits,
    total_probability,
)
from tests.each import each

INF, NAN = math.inf, math.nan
ABOVE_1 = 1 + 2**-52
modest = settings(max_examples=60)


def test_logits_are_returned_as_they_are():
    values = np.array([[3.0, -1.0], [NAN, 0.0]])
    assert to_logits(values, "logits", exclusive=True) is values
    assert normalize(values, "logits", exclusive=True) is values


@pytest.mark.parametrize("temperature", [0.5, 1.0])
def test_softmax_of_the_logits_is_the_input(temperature):
    values = softmax(np.random.RandomState(0).normal(0, 5, (50, 4)), temperature)
    for scale, inputs in (("probabilities", values), ("log-probabilities", np.log(values))):
        back = softmax(to_logits(inputs, scale, exclusive=True))
        np.testing.assert_allclose(back, values, rtol=1e-12)


def test_log_softmax_is_its_own_logits():
    logs = log_softmax(np.array([[0.0, -2000.0]]))
    np.testing.assert_array_equal(to_logits(logs, "log-probabilities", exclusive=True), logs)


def test_sigmoid_of_the_logits_is_the_input():
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


@each(
    ("row", "scale", "exclusive", "expected"),
    [
        ([1.0, 0.0], "probabilities", True, [0.0, -INF]),
        ([0.0, -INF], "log-probabilities", True, [0.0, -INF]),
        ([1.0, 0.0, 0.5], "probabilities", False, [INF, -INF, 0.0]),
        ([0.0, -INF, -math.log(2)], "log-probabilities", False, [INF, -INF, 0.0]),
        ([0.505, 0.5], "probabilities", True, [math.log(0.505 / 1.005), math.log(0.5 / 1.005)]),
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
def test_an_invalid_row_becomes_nan(row, scale, exclusive, expected):
    logits = to_logits(np.array([row]), scale, exclusive=exclusive)
    np.testing.assert_allclose(logits, [expected], atol=1e-15)


@pytest.mark.parametrize("exclusive", [True, False])
def test_an_invalid_row_leaves_the_others_alone(exclusive):
    values = np.array([[0.5, 0.5], [5.0, 0.5], [0.25, 0.75]])
    logits = to_logits(values, "probabilities", exclusive=exclusive)
    assert np.isnan(logits).tolist() == [[False, False], [True, True], [False, False]]


ONE_STEP = [
    ("probabilities", [ABOVE_1, 0.0], [1.0, 0.0]),
    ("probabilities", [1.0, -(2.0**-1074)], [1.0, 0.0]),
    ("probabilities", [1.0 + 2**-23, 0.0], [1.0, 0.0]),
    ("probabilities", [1.0, -1e-9], [1.0, 0.0]),
    ("log-probabilities", [1.2e-7, -INF], [0.0, -INF]),
    ("log-probabilities", [2.0**-1074, -INF], [0.0, -INF]),
]


@each("exclusive", [True, False])
@each(("scale", "row", "expected"), ONE_STEP)
def test_values_a_rounding_step_outside_are_moved_to_the_end(scale, row, expected, exclusive):
    normalized = normalize(np.array([row]), scale, exclusive=exclusive)
    assert normalized.tolist() == [expected]
    assert describe_invalid_input(np.array(row), scale, exclusive=exclusive) is None


@each("exclusive", [True, False])
@each(
    ("scale", "row"),
    [
        ("probabilities", [1.00001, 0.0]),
        ("probabilities", [1.0, -0.00001]),
        ("log-probabilities", [0.00001, -INF]),
        ("probabilities", [2.0, -1.0]),
    ],
)
def test_values_further_outside_are_invalid(scale, row, exclusive):
    assert np.isnan(normalize(np.array([row]), scale, exclusive=exclusive)).all()
    assert "is outside" in describe_invalid_input(np.array(row), scale, exclusive=exclusive)


@pytest.mark.parametrize(
    ("classes", "tolerance"), [(1, 0.006), (2, 0.011), (8, 0.041), (20, 0.1), (1000, 0.1)]
)
def test_the_tolerance_of_sums_grows_with_the_number_of_classes(classes, tolerance):
    assert sum_tolerance(classes) == pytest.approx(tolerance)


@each("classes", [2, 3, 8, 15, 19])
@each("decimals", [2, 3, 6])
@each("scale", ["probabilities", "log-probabilities"])
def test_rounded_probabilities_are_divided_by_their_sum(classes, decimals, scale):
    values = np.random.RandomState(classes).dirichlet(np.ones(classes), 200).round(decimals)
    inputs = values if scale == "probabilities" else np.log(values, where=values > 0,
                                                            out=np.full(values.shape, -INF))  # fmt: skip
    normalized = normalize(inputs, scale, exclusive=True)
    shares = normalized if scale == "probabilities" else np.exp(normalized)
    np.testing.assert_allclose(shares, values / values.sum(1, keepdims=True), rtol=1e-12)
    assert all(describe_invalid_input(row, scale, exclusive=True) is None for row in inputs)


@each("sign", [1, -1])
@each("classes", [2, 8, 20])
def test_sums_that_are_equally_far_off_are_treated_alike(classes, sign):
    for error, valid in ((0.95, True), (1.05, False)):
        row = np.full(classes, (1 + sign * error * sum_tolerance(classes)) / classes)
        normalized = normalize(row[None], "probabilities", exclusive=True)
        assert np.isfinite(normalized).all() == valid
        reason = describe_invalid_input(row, "probabilities", exclusive=True)
        assert (reason is None) == valid


def test_the_sum_of_float32_probabilities_is_valid_for_any_number_of_classes():
    for classes in (2, 50, 1000, 50_000):
        row = np.random.RandomState(0).dirichlet(np.ones(classes)).astype("f4").astype(float)
        assert np.isfinite(normalize(row[None], "probabilities", exclusive=True)).all()


@pytest.mark.parametrize("row", [[0.25, 0.75], [0.1, 0.2, 0.7], [1.0, 0.0]])
def test_sums_that_only_float64_rounds_change_nothing(row):
    assert normalize(np.array([row]), "probabilities", exclusive=True).tolist() == [row]


def test_independent_probabilities_may_have_any_sum():
    values = np.array([[0.9, 0.8], [0.0, 0.1]])
    assert normalize(values, "probabilities", exclusive=False).tolist() == values.tolist()


@pytest.mark.parametrize("scale", ["probabilities", "log-probabilities"])
def test_truncated_rows_may_sum_to_less_but_not_to_more(scale):
    rows = np.array([[0.3, 0.2], [0.9, 0.4]])
    inputs = rows if scale == "probabilities" else np.log(rows)
    normalized = normalize(inputs, scale, exclusive=True, truncated=True)
    shares = normalized if scale == "probabilities" else np.exp(normalized)
    np.testing.assert_allclose(shares[0], [0.6, 0.4], rtol=1e-15)
    assert np.isnan(normalized[1]).all()


@each(
    ("row", "scale", "total"),
    [
        ([0.3, 0.2, -np.inf], "probabilities", 0.5),
        ([0.7, 0.30000001, 0.0], "probabilities", 1.00000001),
        ([0.9, 0.4, 0.0], "probabilities", NAN),
        ([0.3, -0.2, 0.0], "probabilities", NAN),
        ([0.3, NAN, 0.0], "probabilities", NAN),
        ([-np.log(2), -np.log(4), -np.inf], "log-probabilities", 0.75),
        ([0.0, -1000.0, -np.inf], "log-probabilities", 1.0),
        ([0.5, -1.0, -2.0], "log-probabilities", NAN),
    ],
)
def test_total_probability_of_classes_among_more(row, scale, total):
    np.testing.assert_allclose(total_probability(np.array([row]), scale), [total], rtol=1e-15)


@each(
    ("row", "scale", "kind", "suggestion"),
    [
        ([90.0, 5.0], "probabilities", {"exclusive": True, "truncated": True}, "Divide percentages by 100."),
        ([90.0, 10.0], "probabilities", {"exclusive": True}, "Divide percentages by 100."),
        ([0.9, 0.05], "probabilities", {"exclusive": True}, "Use --candidates with all labels"),
        ([-0.1, -3.0], "log-probabilities", {"exclusive": True}, "Use --candidates with all labels"),
        ([0.9, 0.8], "probabilities", {"exclusive": True, "truncated": True}, "Use -a sigmoid"),
        ([0.9, 0.8], "probabilities", {"exclusive": True}, "Use -a sigmoid"),
        ([900.0, 5.0], "probabilities", {"exclusive": True}, ""),
        ([3.0, -5.0], "log-probabilities", {"exclusive": True, "truncated": True}, ""),
    ],
)  # fmt: skip
def test_invalid_scores_suggest_another_reading(row, scale, kind, suggestion):
    text = suggest_reading(np.array(row), scale, **kind)
    assert text.startswith(suggestion)
    assert bool(text) == bool(suggestion)


@modest
@given(st.lists(st.floats(0, 1), min_size=2, max_size=6))
def test_normalizing_twice_changes_nothing(row):
    once = normalize(np.array([row]), "probabilities", exclusive=True)
    twice = normalize(once, "probabilities", exclusive=True)
    np.testing.assert_allclose(twice, once, rtol=0, atol=1e-15)


@each(
    ("row", "scale", "exclusive", "reason"),
    [
        ([0.5, 0.5], "probabilities", True, None),
        ([9.0, -9.0], "logits", True, None),
        ([NAN, 9.0], "probabilities", True, None),
        ([0.5, 0.9], "probabilities", False, None),
        ([0.5, 0.9], "probabilities", True, "probabilities sum to 1.4, not 1"),
        ([0.5, 1.2], "probabilities", False, "1.2 is outside [0, 1]"),
        ([-0.5, 1.5], "probabilities", True, "-0.5 is outside [0, 1]"),
        ([0.5, -1.0], "log-probabilities", True, "0.5 is outside [-inf, 0]"),
        ([-9.0, -9.0], "log-probabilities", True, "probabilities sum to 0.0002468, not 1"),
        ([-9.0, -9.0], "log-probabilities", False, None),
        ([1e9, 0.0], "log-probabilities", True, "1e+09 is outside [-inf, 0]"),
    ],
)
def test_the_reason_names_the_value_or_the_sum(row, scale, exclusive, reason):
    assert describe_invalid_input(np.array(row), scale, exclusive=exclusive) == reason


@pytest.mark.parametrize("exclusive", [True, False])
@pytest.mark.parametrize("scale", ["probabilities", "log-probabilities"])
def test_a_row_has_logits_or_a_reason(scale, exclusive):
    random = np.random.RandomState(0)
    rows = np.vstack([random.normal(0, 1, (50, 2)), random.dirichlet([1, 1], 50)])
    rows = np.log(np.abs(rows)) if scale == "log-probabilities" else rows
    for row, logits in zip(rows, to_logits(rows, scale, exclusive=exclusive), strict=True):
        reason = describe_invalid_input(row, scale, exclusive=exclusive)
        assert np.isnan(logits).all() == (reason is not None), (row, reason)


@each(
    ("rows", "exclusive"),
    [
        ([[0.5, 0.5], [0.9, 0.1]], True),
        ([[0.5, 0.5], [0.9, 0.2]], False),
        ([[0.333, 0.333, 0.3335]], True),
        ([[0.33, 0.33, 0.33], [0.12, 0.13, 0.76]], True),
        ([[0.13, 0.12, 0.12, 0.13, 0.12, 0.12, 0.13, 0.12]], True),
        ([[1, 0], [0.5, 0.5]], True),
    ],
)
def test_rows_that_look_like_probabilities(rows, exclusive):
    assert look_like_probabilities(np.array(rows), exclusive=exclusive)


@each(
    ("rows", "exclusive"),
    [
        ([[0.5, 0.5], [0.9, 0.2]], True),
        ([[0.5, 1.5]], False),
        ([[-0.1, 1.1]], True),
        ([[NAN, 1.0]], True),
        ([[0, 1], [1, 0]], True),
        ([[1, 1], [0, 0]], False),
        (np.zeros((0, 2)), True),
        (np.zeros((0, 2)), False),
        ([[0.5, 0.5], [3.0, -1.0]], True),
    ],
)
def test_rows_that_do_not_look_like_probabilities(rows, exclusive):
    assert not look_like_probabilities(np.array(rows), exclusive=exclusive)


@each(
    ("rows", "expected"),
    [
        ([[0.9, -np.inf], [0.2, 0.3]], True),
        ([[0.9, 0.8, -np.inf]], True),
        ([[1.0, -np.inf]], False),
        ([[0.9, -np.inf], [-0.2, -np.inf]], False),
        ([[-0.1, -2.0]], False),
    ],
)
def test_truncated_rows_that_look_like_probabilities_need_not_sum_to_one(rows, expected):
    found = look_like_probabilities(np.array(rows), exclusive=True, truncated=True)
    assert found == expected


@pytest.mark.parametrize(("exclusive", "reason"), [(True, "sum to 1"), (False, "[0, 1]")])
def test_the_warning_names_the_reason_and_the_option(exclusive, reason):
    text = probability_warning(exclusive=exclusive)
    assert reason in text
    assert text.endswith("Use --from probabilities if they are.")


@pytest.mark.parametrize(
    ("logits", "reason"),
    [
        ([np.nan, np.inf], "a logit is NaN"),
        ([-np.inf, np.nan], "a logit is NaN"),
        ([np.inf, -np.inf], "a logit is +inf, which softmax has no answer for"),
        ([-np.inf, -np.inf], "every logit is -inf, so that no class is left"),
        ([-np.inf], "every logit is -inf, so that no class is left"),
    ],
)
def test_invalid_row_error_states_the_reason(logits, reason):
    assert describe_invalid_row(np.array(logits)) == reason
