"""Predictions and outcomes: exact cases, limits, textbook formulas."""

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from softmax_cli.activations.scales import to_logits
from softmax_cli.metrics.outcomes import (
    binary_outcomes,
    outcomes_from_input,
    sigmoid_outcomes,
    softmax_outcomes,
    top_label_outcomes,
)
from tests.each import each
from tests.reference_set import reference_set

LN2, LN3 = math.log(2), math.log(3)
INF = math.inf
modest = settings(max_examples=50)


def _row(outcomes):
    """The figures of the first row: predicted, happened, nll, brier."""
    return [float(array[0, 0]) for array in (outcomes.predicted, outcomes.nll, outcomes.brier)], [
        bool(array[0, 0]) for array in (outcomes.observed, outcomes.correct, outcomes.counted)
    ]


@each(
    ("probabilities", "label", "confidence", "right", "nll", "brier"),
    [
        ([0.5, 0.25, 0.25], 0, 0.5, True, LN2, 0.375),
        ([0.5, 0.25, 0.25], 1, 0.5, False, 2 * LN2, 0.25 + 0.5625 + 0.0625),
        ([1.0, 0.0], 0, 1.0, True, 0.0, 0.0),
        ([1.0, 0.0], 1, 1.0, False, INF, 2.0),
        ([0.5, 0.5], 0, 0.5, True, LN2, 0.5),
        ([0.5, 0.5], 1, 0.5, False, LN2, 0.5),
        ([1.0], 0, 1.0, True, 0.0, 0.0),
        ([1e-300, 1.0], 0, 1.0, False, 300 * math.log(10), 2.0),
    ],
)
def test_probabilities_are_taken_as_they_are(probabilities, label, confidence, right, nll, brier):
    found = top_label_outcomes(np.array([probabilities]), np.array([label]))
    figures, flags = _row(found)
    np.testing.assert_allclose(figures, [confidence, nll, brier], rtol=1e-15)
    assert flags == [right, right, True]


@each(
    ("logits", "label", "temperature", "confidence", "nll", "brier"),
    [
        ([0.0, 0.0], 0, 1.0, 0.5, LN2, 0.5),
        ([0.0, 0.0, 0.0], 2, 1.0, 1 / 3, LN3, 2 / 3),
        ([LN3, 0.0], 0, 1.0, 0.75, -math.log(0.75), 0.125),
        ([LN3, 0.0], 1, 1.0, 0.75, 2 * LN2, 1.125),
        ([2 * LN3, 0.0], 0, 2.0, 0.75, -math.log(0.75), 0.125),
        ([1.0, 0.0], 0, 0.0, 1.0, 0.0, 0.0),
        ([1.0, 0.0], 1, 0.0, 1.0, INF, 2.0),
        ([1.0, 1.0, 0.0], 1, 0.0, 0.5, LN2, 0.5),
        ([5.0, 0.0], 1, INF, 0.5, LN2, 0.5),
        ([9.0, 3.0, -5.0], 1, INF, 1 / 3, LN3, 2 / 3),
        ([0.0, -INF], 0, 1.0, 1.0, 0.0, 0.0),
        ([0.0, -INF], 1, 1.0, 1.0, INF, 2.0),
        ([-INF, 0.0, 0.0], 1, 1.0, 0.5, LN2, 0.5),
        ([0.0, -2000.0], 1, 1.0, 1.0, 2000.0, 2.0),
        ([0.0, -700.0], 1, 1.0, 1.0, 700.0, 2.0),
        ([0.0, -1.0], 1, 1e-3, 1.0, 1000.0, 2.0),
        ([40.0, 0.0], 0, 1.0, 1.0, math.exp(-40), 2 * math.exp(-80)),
        ([1e308, -1e308], 0, 1.0, 1.0, 0.0, 0.0),
    ],
)  # fmt: skip
def test_softmax_answers_one_question_a_row(logits, label, temperature, confidence, nll, brier):
    found = softmax_outcomes(np.array([logits]), np.array([label]), temperature)
    np.testing.assert_allclose(_row(found)[0], [confidence, nll, brier], rtol=2e-15)


@each(
    ("logit", "yes", "temperature", "probability", "nll", "brier", "right"),
    [
        (0.0, 1, 1.0, 0.5, LN2, 0.25, True),
        (0.0, 0, 1.0, 0.5, LN2, 0.25, False),
        (LN3, 1, 1.0, 0.75, -math.log(0.75), 0.0625, True),
        (LN3, 0, 1.0, 0.75, 2 * LN2, 0.5625, False),
        (-LN3, 0, 1.0, 0.25, -math.log(0.75), 0.0625, True),
        (2 * LN3, 1, 2.0, 0.75, -math.log(0.75), 0.0625, True),
        (INF, 1, 1.0, 1.0, 0.0, 0.0, True),
        (INF, 0, 1.0, 1.0, INF, 1.0, False),
        (-INF, 1, 1.0, 0.0, INF, 1.0, False),
        (-1000.0, 1, 1.0, 0.0, 1000.0, 1.0, False),
        (1000.0, 0, 1.0, 1.0, 1000.0, 1.0, False),
        (3.0, 1, 0.0, 1.0, 0.0, 0.0, True),
        (-3.0, 1, 0.0, 0.0, INF, 1.0, False),
        (-3.0, 1, INF, 0.5, LN2, 0.25, True),
    ],
)
def test_sigmoid_answers_one_question_a_class(  # noqa: PLR0917
    logit, yes, temperature, probability, nll, brier, right
):
    found = sigmoid_outcomes(np.array([[logit]]), np.array([[yes]]), temperature)
    figures, flags = _row(found)
    np.testing.assert_allclose(figures, [probability, nll, brier], rtol=2e-15)
    assert flags == [yes == 1, right, True]


def test_independent_probabilities_are_taken_as_they_are():
    found = binary_outcomes(np.array([[0.75, 0.5, 0.0, 1.0]]), np.array([[0, 1, 1, 1]]))
    np.testing.assert_allclose(found.nll, [[2 * LN2, LN2, INF, 0]], rtol=1e-15)
    assert found.brier.tolist() == [[0.5625, 0.25, 1.0, 0.0]]
    assert found.correct.tolist() == [[False, True, False, True]]


def test_what_is_not_known_is_not_counted():
    found = sigmoid_outcomes(np.zeros((2, 2)), np.array([[1, -1], [-1, 0]]))
    assert found.counted.tolist() == [[True, False], [False, True]]
    assert not found.observed[0, 1]


def test_each_class_may_have_a_temperature():
    logits = np.array([[2 * LN3, 3 * LN3]])
    found = sigmoid_outcomes(logits, np.array([[1, 0]]), [2.0, 3.0])
    np.testing.assert_allclose(found.predicted, [[0.75, 0.75]], rtol=1e-15)
    np.testing.assert_allclose(found.nll, [[-math.log(0.75), 2 * LN2]], rtol=1e-15)


@each(
    ("scale", "temperature", "as_given"),
    [("probabilities", 1.0, True), ("probabilities", 2.0, False),
     ("log-probabilities", 1.0, False), ("logits", 1.0, False)],
)  # fmt: skip
@each("exclusive", [True, False])
def test_given_probabilities_are_not_sent_through_logarithms_in_vain(
    scale, temperature, as_given, exclusive
):
    given = np.array([[0.7, 0.1, 0.2], [0.3, 0.3, 0.4]])
    if scale == "log-probabilities":
        given = np.log(given)
    logits = to_logits(given, scale, exclusive=exclusive)
    known = np.array([0, 1]) if exclusive else np.array([[1, 0, 0], [0, 1, 1]])
    found = outcomes_from_input(given, logits, known, input_scale=scale, temperature=temperature)
    assert (found.probabilities is given) == as_given
    of = softmax_outcomes if exclusive else sigmoid_outcomes
    np.testing.assert_allclose(found.nll, of(logits, known, temperature).nll, rtol=1e-14)


def test_a_temperature_moves_given_probabilities():
    given = np.array([[0.9, 0.1]])
    found = outcomes_from_input(
        given, np.log(given), np.array([0]), input_scale="probabilities", temperature=2.0
    )
    np.testing.assert_allclose(found.predicted, [[0.75]], rtol=1e-15)


@pytest.mark.parametrize("constant", [-1024.0, 0.5, 2.0**20])
def test_a_constant_added_to_a_rows_logits_changes_the_last_digits_at_most(constant):
    logits = np.round(reference_set()[0] * 64) / 64
    labels = reference_set()[1]
    found, moved = softmax_outcomes(logits, labels), softmax_outcomes(logits + constant, labels)
    np.testing.assert_array_equal(found.correct, moved.correct)
    for name in ("predicted", "nll", "brier"):
        np.testing.assert_allclose(getattr(found, name), getattr(moved, name), 1e-14, 1e-16)


@pytest.mark.parametrize("temperature", [1e-3, 0.1, 0.5, 2.0, 37.0])
def test_no_temperature_changes_what_is_picked(temperature):
    logits, labels = reference_set()
    cold, warm = softmax_outcomes(logits, labels), softmax_outcomes(logits, labels, temperature)
    np.testing.assert_array_equal(cold.correct, warm.correct)


def test_softmax_and_its_probabilities_have_the_same_losses():
    logits, labels = reference_set()
    found = softmax_outcomes(logits, labels)
    given = top_label_outcomes(found.probabilities, labels)
    np.testing.assert_allclose(found.nll, given.nll, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(found.brier, given.brier, rtol=1e-12, atol=1e-15)
    np.testing.assert_array_equal(found.predicted, given.predicted)


def test_the_rows_are_not_changed():
    logits, labels = (array.copy() for array in reference_set())
    before = logits.copy()
    softmax_outcomes(logits, labels)
    top_label_outcomes(softmax_outcomes(logits, labels).probabilities, labels)
    np.testing.assert_array_equal(logits, before)


rows = st.integers(1, 6).flatmap(
    lambda count: st.tuples(
        st.lists(st.floats(-60, 60), min_size=count, max_size=count), st.integers(0, count - 1)
    )
)


@modest
@given(rows, st.sampled_from([0.25, 1.0, 3.0]))
def test_losses_are_those_of_exact_arithmetic(row, temperature):
    logits, label = row
    with mpmath.workdps(150):
        shares = [mpmath.exp(mpmath.mpf(z) / temperature) for z in logits]
        probabilities = [share / mpmath.fsum(shares) for share in shares]
        nll = -mpmath.log(probabilities[label])
        brier = mpmath.fsum((p - (i == label)) ** 2 for i, p in enumerate(probabilities))
        nll, brier = float(nll), float(brier)
    found = softmax_outcomes(np.array([logits]), np.array([label]), temperature)
    assert found.nll[0, 0] == pytest.approx(nll, rel=1e-13, abs=1e-300)
    assert found.brier[0, 0] == pytest.approx(brier, rel=1e-13, abs=1e-300)


@modest
@given(st.floats(-60, 60), st.booleans(), st.sampled_from([0.25, 1.0, 3.0]))
def test_losses_of_independent_classes_are_those_of_exact_arithmetic(logit, yes, temperature):
    with mpmath.workdps(150):
        p = 1 / (1 + mpmath.exp(-mpmath.mpf(logit) / temperature))
        nll, brier = -mpmath.log(p if yes else 1 - p), (p - yes) ** 2
        nll, brier = float(nll), float(brier)
    found = sigmoid_outcomes(np.array([[logit]]), np.array([[int(yes)]]), temperature)
    assert found.nll[0, 0] == pytest.approx(nll, rel=1e-13)
    assert found.brier[0, 0] == pytest.approx(brier, rel=1e-12, abs=1e-15)
