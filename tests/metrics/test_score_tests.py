"""Score tests: against brute force, in parts, with weights, and of calibrated models."""

import numpy as np
import pytest

from softmax_cli.activations.functions import sigmoid, softmax
from softmax_cli.metrics.evaluate import evaluate
from softmax_cli.metrics.outcomes import (
    binary_outcomes,
    sigmoid_outcomes,
    softmax_outcomes,
    top_label_outcomes,
)
from softmax_cli.metrics.score_tests import ScoreSums, sharpness_p
from tests.reference_set import naive_softmax, reference_set

FIELDS = ("weights", "predicted", "observed", "spread", "variance", "excess", "excess_variance")


def _sums(rows=slice(None), shift=0.0):
    logits, labels = reference_set()
    return ScoreSums.from_outcomes(softmax_outcomes(logits[rows] + shift, labels[rows]))


def _assert_equal(one, other, rtol=1e-10):
    for name in (*FIELDS, "covariance"):
        ours, theirs = getattr(one, name), getattr(other, name)
        assert (ours is None) == (theirs is None)
        if ours is not None:
            np.testing.assert_allclose(ours, theirs, rtol=rtol, atol=1e-11)


def test_the_sums_are_those_of_plain_formulas():
    logits, labels = reference_set()
    p = naive_softmax(logits)
    entropy = -(p * np.log(p)).sum(1)
    nll = -np.log(p[np.arange(1000), labels])
    found = _sums()
    assert found.excess[0] == pytest.approx((nll - entropy).sum(), rel=1e-11)
    variance = ((p * np.log(p) ** 2).sum(1) - entropy**2).sum()
    assert found.excess_variance[0] == pytest.approx(variance, rel=1e-11)
    np.testing.assert_allclose(found.variance, (p * (1 - p)).sum(0), rtol=1e-11)
    np.testing.assert_allclose(found.covariance, np.diag(p.sum(0)) - p.T @ p, rtol=1e-9)
    np.testing.assert_array_equal(found.observed, np.bincount(labels))


def test_probabilities_have_the_sums_of_their_logits():
    logits, labels = reference_set()
    found = ScoreSums.from_outcomes(top_label_outcomes(softmax(logits), labels))
    _assert_equal(found, _sums(), rtol=1e-9)


@pytest.mark.parametrize("at", [0, 1, 500, 1000])
def test_halves_merged_equal_the_whole(at):
    _assert_equal(_sums(slice(at)).merge(_sums(slice(at, None))), _sums())


@pytest.mark.parametrize("shift", [-700.0, 1e3])
def test_a_constant_added_to_a_row_does_not_matter(shift):
    _assert_equal(_sums(shift=shift), _sums(), rtol=1e-9)


def test_masked_classes_are_out_of_the_sums():
    logits, labels = reference_set()
    masked = np.column_stack((logits, np.full(1000, -np.inf)))
    found = ScoreSums.from_outcomes(softmax_outcomes(masked, labels))
    np.testing.assert_allclose(found.excess, _sums().excess, rtol=1e-11)
    assert found.variance[4] == 0
    assert found.class_p()[4] == 1.0


def test_one_class_is_the_same_as_two():
    logits, labels = reference_set()
    z, y = logits[:, :1], (labels == 0).astype(int)
    one = ScoreSums.from_outcomes(sigmoid_outcomes(z, y[:, None]))
    two = ScoreSums.from_outcomes(softmax_outcomes(np.column_stack((0 * z, z)), y))
    np.testing.assert_allclose(one.sharpness, two.sharpness, rtol=1e-10)
    np.testing.assert_allclose(one.class_z[0], two.class_z[1], rtol=1e-10)
    given = ScoreSums.from_outcomes(binary_outcomes(sigmoid(z), y[:, None]))
    np.testing.assert_allclose(given.sharpness, one.sharpness, rtol=1e-9)


@pytest.mark.parametrize("activation", ["softmax", "sigmoid"])
def test_equal_weights_change_no_score(activation):
    logits, labels = reference_set()
    values = softmax(logits) if activation == "softmax" else sigmoid(logits)
    labels = labels if activation == "softmax" else np.eye(4, dtype=int)[labels]
    plain = evaluate(values, labels, activation=activation).summary.scores
    found = evaluate(values, labels, activation=activation, weights=np.full(1000, 2.5))
    scores = found.summary.scores
    np.testing.assert_allclose(scores.sharpness, plain.sharpness, rtol=1e-10)
    np.testing.assert_allclose(scores.class_z, plain.class_z, rtol=1e-10)
    np.testing.assert_allclose(scores.class_p(), plain.class_p(), rtol=1e-8)
    np.testing.assert_allclose(scores.detectable, plain.detectable, rtol=1e-10)


def test_a_rare_class_has_the_p_value_of_a_count():
    # One class of probability 0.0005 that comes once in 400 rows: no surprise, though z is 4.
    p = np.full((400, 3), [0.6, 0.3995, 0.0005])
    labels = np.array([0] * 240 + [1] * 159 + [2])
    scores = evaluate(p, labels).summary.scores
    assert scores.class_z[2] < -1.7
    assert scores.class_p()[2] > 0.3
    three = np.where(np.arange(400) < 3, 2, labels)
    assert evaluate(p, three).summary.scores.class_p()[2] < 0.01


def test_a_few_surprising_rows_are_bounded_by_chebyshev():
    assert sharpness_p(np.array([6.0]), np.array([4.0]))[0] == pytest.approx(1 / 9)
    assert sharpness_p(np.array([60.0]), np.array([400.0]))[0] == pytest.approx(0.0027, abs=1e-4)
    assert sharpness_p(np.array([0.0]), np.array([0.0]))[0] == 1.0
    assert sharpness_p(np.array([np.inf]), np.array([0.0]))[0] == 0.0


def test_labels_of_probability_zero_fail_the_test():
    found = evaluate([[1.0, 0.0], [0.5, 0.5], [0.5, 0.5]], [1, 0, 1])
    assert np.isposinf(found.summary.scores.sharpness[0])
    assert found.verdict.word == "miscalibrated"


def test_independent_labels_that_are_missing_enter_no_sum():
    logits, labels = reference_set()
    targets = np.eye(4, dtype=int)[labels]
    targets[::2, 1] = -1
    scores = ScoreSums.from_outcomes(sigmoid_outcomes(logits, targets))
    assert scores.weights.tolist() == [1000, 500, 1000, 1000]
    alone = ScoreSums.from_outcomes(sigmoid_outcomes(logits[1::2, 1:2], targets[1::2, 1:2]))
    np.testing.assert_allclose(scores.sharpness[1], alone.sharpness[0], rtol=1e-11)
