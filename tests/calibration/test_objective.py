"""The sums that a temperature is fitted from, compared with plain loops."""

import math

import mpmath
import numpy as np
import pytest

from softmax_cli.calibration import objective as moments
from softmax_cli.calibration.objective import PER_CLASS, SIGMOID, SOFTMAX
from tests.each import each
from tests.reference_set import reference_set

INF = math.inf


def _exact(logits, label, beta):
    """The terms of one row: E_p[z] - z_label and Var_p(z), by exact arithmetic."""
    with mpmath.workdps(50):
        own = mpmath.mpf(logits[label])
        finite = [mpmath.mpf(z) for z in logits if z != -INF]
        weights = [mpmath.exp(z * beta) for z in finite]
        total = mpmath.fsum(weights)
        mean = mpmath.fsum(w * z for w, z in zip(weights, finite, strict=True)) / total
        square = mpmath.fsum(w * z * z for w, z in zip(weights, finite, strict=True)) / total
        return float(mean - own), float(square - mean * mean)


def _truths(labels, classes=4):
    return (labels[:, None] == np.arange(classes)).astype(int)


@pytest.mark.parametrize("beta", [0.01, 0.5, 1.0, 3.0])
def test_moments_of_rows_are_those_of_exact_arithmetic(beta):
    logits, labels = (array[:40] for array in reference_set())
    terms = [_exact(row, y, beta) for row, y in zip(logits.tolist(), labels.tolist(), strict=True)]
    found = SOFTMAX.terms(logits, labels, np.array([beta]))
    assert found.gradient[0] == pytest.approx(math.fsum(g for g, _ in terms), rel=1e-12)
    assert found.curvature[0] == pytest.approx(math.fsum(c for _, c in terms), rel=1e-12)


@pytest.mark.parametrize("classes", [1, 2, 256, 257, 1000])
def test_any_number_of_classes_works(classes):
    random = np.random.RandomState(0)
    logits, labels = random.normal(0, 3, (5, classes)), random.randint(0, classes, 5)
    terms = [_exact(row, y, 0.7) for row, y in zip(logits.tolist(), labels.tolist(), strict=True)]
    found = SOFTMAX.terms(logits, labels, np.array([0.7]))
    assert found.gradient[0] == pytest.approx(math.fsum(g for g, _ in terms), abs=1e-11)
    assert found.curvature[0] == pytest.approx(math.fsum(c for _, c in terms), abs=1e-10)


def test_a_masked_class_takes_no_part():
    logits = np.array([[1.0, -INF, 0.0], [-INF, 2.0, 3.0]])
    found = SOFTMAX.terms(logits, np.array([0, 1]), np.array([1.0]))
    bare = SOFTMAX.terms(np.array([[1.0, 0.0], [2.0, 3.0]]), np.array([0, 0]), np.array([1.0]))
    np.testing.assert_allclose(found.gradient, bare.gradient, rtol=1e-15)
    np.testing.assert_allclose(found.curvature, bare.curvature, rtol=1e-15)
    span = SOFTMAX.limits(logits, np.array([0, 1]))
    assert (span.at_zero[0], span.at_infinity[0]) == (-0.5 + 0.5, 1.0)
    assert (span.magnitude[0], span.widest[0], span.worst[0]) == (2.0, 1.0, 1.0)


def test_the_span_is_the_gradient_at_both_ends():
    logits, labels = reference_set()
    span = SOFTMAX.limits(logits, labels)
    own = logits[np.arange(1000), labels]
    assert span.rows.tolist() == [1000]
    assert span.at_zero[0] == pytest.approx((logits.mean(1) - own).sum(), rel=1e-12)
    assert span.at_infinity[0] == pytest.approx((logits.max(1) - own).sum(), rel=1e-12)
    cold = SOFTMAX.terms(logits, labels, np.array([1e8])).gradient[0]
    warm = SOFTMAX.terms(logits, labels, np.array([1e-12])).gradient[0]
    assert (cold, warm) == pytest.approx((span.at_infinity[0], span.at_zero[0]), rel=1e-6)


def test_rows_without_a_label_count_nowhere():
    logits, labels = reference_set()
    some = np.where(np.arange(1000) % 3, labels, -1)
    kept = some >= 0
    for function in (SOFTMAX.limits, lambda *of: SOFTMAX.terms(*of, np.array([0.5]))):
        found, expected = function(logits, some), function(logits[kept], labels[kept])
        for name, value in vars(expected).items():
            np.testing.assert_allclose(getattr(found, name), value, rtol=1e-13)


def test_an_independent_class_is_softmax_over_nothing_and_its_logit():
    logits, labels = reference_set()
    targets = _truths(labels)
    found = PER_CLASS.terms(logits, targets, np.full(4, 0.6))
    span = PER_CLASS.limits(logits, targets)
    for k in range(4):
        pair = np.column_stack([np.zeros(1000), logits[:, k]])
        same = SOFTMAX.terms(pair, targets[:, k], np.array([0.6]))
        assert found.gradient[k] == pytest.approx(same.gradient[0], rel=1e-11)
        assert found.curvature[k] == pytest.approx(same.curvature[0], rel=1e-11)
        ends = SOFTMAX.limits(pair, targets[:, k])
        assert span.at_zero[k] == pytest.approx(ends.at_zero[0], rel=1e-11)
        assert span.at_infinity[k] == pytest.approx(ends.at_infinity[0], rel=1e-11)


def test_the_classes_together_are_the_sum_of_each():
    logits, labels = reference_set()
    targets = _truths(labels)
    together = SIGMOID.terms(logits, targets, np.array([0.6]))
    each = PER_CLASS.terms(logits, targets, np.full(4, 0.6))
    np.testing.assert_allclose(together.gradient, each.gradient.sum(), rtol=1e-13)
    np.testing.assert_allclose(together.curvature, each.curvature.sum(), rtol=1e-13)
    assert SIGMOID.limits(logits, targets).rows.tolist() == [4000]
    assert (SIGMOID.per_class, PER_CLASS.per_class) == (False, True)


def test_an_unknown_answer_and_an_infinite_logit_add_nothing():
    logits = np.array([[1.0], [INF], [-INF], [2.0]])
    targets = np.array([[1], [1], [0], [-1]])
    found = PER_CLASS.terms(logits, targets, np.array([1.0]))
    bare = PER_CLASS.terms(logits[:1], targets[:1], np.array([1.0]))
    assert found.gradient.tolist() == bare.gradient.tolist()
    assert found.curvature.tolist() == bare.curvature.tolist()
    assert PER_CLASS.limits(logits, targets).rows.tolist() == [3]


@pytest.mark.parametrize(
    "problem", [SOFTMAX, SIGMOID, PER_CLASS], ids=["softmax", "sigmoid", "each"]
)
@pytest.mark.parametrize("at", [0, 2, 500])
def test_halves_merged_equal_the_whole(problem, at):
    logits, labels = reference_set()
    known = labels if problem is SOFTMAX else _truths(labels)
    beta = np.full(4 if problem.per_class else 1, 0.6)
    for function in (problem.limits, lambda *of: problem.terms(*of, beta)):
        whole = vars(function(logits, known))
        merged = vars(function(logits[:at], known[:at]).merge(function(logits[at:], known[at:])))
        for name, value in whole.items():
            np.testing.assert_allclose(merged[name], value, rtol=1e-12)


def test_sub_blocks_do_not_show(monkeypatch):
    logits, labels = reference_set()
    whole = SOFTMAX.terms(logits, labels, np.array([0.6]))
    monkeypatch.setattr(moments, "CACHED_VALUES", 17)
    cut = SOFTMAX.terms(logits, labels, np.array([0.6]))
    np.testing.assert_allclose(cut.gradient, whole.gradient, rtol=1e-12)
    np.testing.assert_allclose(cut.curvature, whole.curvature, rtol=1e-12)


@each(
    ("rows", "order"),
    [
        (10, "C"),
        (10, "F"),
        (1, "C"),
        (8193, "C"),
    ],
)
@each("function", ["limits", "terms"])
def test_the_rows_are_not_changed(function, rows, order):
    random = np.random.RandomState(0)
    logits = np.array(random.normal(0, 3, (rows, 4)), order=order)
    labels = random.randint(0, 4, rows)
    before = logits.copy()
    more = () if function == "limits" else (np.array([2.0]),)
    getattr(SOFTMAX, function)(logits, labels, *more)
    np.testing.assert_array_equal(logits, before)


def test_a_row_that_cannot_be_written_to_is_read():
    logits, labels = reference_set()
    assert SOFTMAX.limits(logits[:1], labels[:1]).rows.tolist() == [1]
