"""The sums of a step in temperature and biases, next to those of plain formulas."""

import math

import numpy as np
import pytest

from softmax_cli.activations.functions import sigmoid, softmax
from softmax_cli.calibration import objective as moments
from softmax_cli.calibration.bias import objective
from softmax_cli.calibration.bias.objective import PER_CLASS_BIAS, SIGMOID_BIAS, SOFTMAX_BIAS
from tests.each import each
from tests.reference_set import reference_set

BETA, BIAS = np.array([0.6]), np.array([0.3, -0.2, 0.5, -0.6])


def _truths(labels, classes=4):
    return (labels[:, None] == np.arange(classes)).astype(int)


def _naive(logits, labels):
    z = logits - logits.max(1, keepdims=True)
    p = softmax(logits * BETA[0] + BIAS)
    rows = np.arange(len(labels))
    mean = (p * z).sum(1)
    return {
        "labels": np.bincount(labels, minlength=4),
        "nll": [-np.log(p[rows, labels]).sum()],
        "beta_gradient": [(mean - z[rows, labels]).sum()],
        "beta_curvature": [((p * z * z).sum(1) - mean**2).sum()],
        "gradient": p.sum(0) - np.bincount(labels, minlength=4),
        "cross": (p * (z - mean[:, None])).sum(0),
        "curvature": np.diag(p.sum(0)) - p.T @ p,
    }


def test_terms_are_those_of_the_formulas():
    logits, labels = reference_set()
    found = vars(SOFTMAX_BIAS.terms(logits, labels, BETA, BIAS))
    for name, value in _naive(logits, labels).items():
        np.testing.assert_allclose(found[name], value, rtol=1e-10, atol=1e-10)


def test_the_diagonal_stands_for_very_many_classes(monkeypatch):
    logits, labels = reference_set()
    dense = SOFTMAX_BIAS.terms(logits, labels, BETA, BIAS)
    monkeypatch.setattr(objective, "DENSE_CLASSES", 3)
    found = SOFTMAX_BIAS.terms(logits, labels, BETA, BIAS)
    np.testing.assert_allclose(found.curvature, np.diag(dense.curvature), rtol=1e-12)
    np.testing.assert_allclose(found.cross, dense.cross, rtol=1e-12)


@pytest.mark.parametrize("classes", [2, 256, 257, 600])
def test_any_number_of_classes_works(classes):
    random = np.random.RandomState(0)
    logits, labels = random.normal(0, 3, (7, classes)), random.randint(0, classes, 7)
    bias = random.normal(0, 1, classes)
    found = SOFTMAX_BIAS.terms(logits, labels, np.array([0.7]), bias)
    p = softmax(logits * 0.7 + bias)
    assert found.nll[0] == pytest.approx(-np.log(p[np.arange(7), labels]).sum(), rel=1e-12)
    np.testing.assert_allclose(found.curvature, np.diag(p.sum(0)) - p.T @ p, atol=1e-13)


def test_terms_of_independent_classes_are_those_of_the_formulas():
    logits, labels = reference_set()
    y = _truths(labels)
    p = sigmoid(logits * BETA[0] + BIAS)
    found = PER_CLASS_BIAS.terms(logits, y, np.full(4, BETA[0]), BIAS)
    np.testing.assert_allclose(found.nll, -np.log(np.where(y, p, 1 - p)).sum(0), rtol=1e-12)
    np.testing.assert_allclose(found.beta_gradient, (logits * (p - y)).sum(0), rtol=1e-10)
    np.testing.assert_allclose(found.gradient, (p - y).sum(0), rtol=1e-10)
    np.testing.assert_allclose(found.cross, (logits * p * (1 - p)).sum(0), rtol=1e-10)
    together = SIGMOID_BIAS.terms(logits, y, BETA, BIAS)
    assert together.beta_gradient.tolist() == [found.beta_gradient.sum()]
    np.testing.assert_array_equal(together.curvature, found.curvature)


def test_a_missing_label_and_an_infinite_logit_add_nothing():
    logits = np.array([[1.0], [math.inf], [-math.inf], [2.0]])
    targets = np.array([[1], [1], [0], [-1]])
    one = np.ones(1)
    found = vars(PER_CLASS_BIAS.terms(logits, targets, one, one))
    bare = vars(PER_CLASS_BIAS.terms(logits[:1], targets[:1], one, one))
    assert {name: value.tolist() for name, value in found.items()} == {
        name: value.tolist() for name, value in bare.items()
    }


def test_a_masked_class_takes_no_part():
    logits = np.array([[1.0, -math.inf, 0.0, 2.0]])
    found = SOFTMAX_BIAS.terms(logits, np.array([0]), BETA, BIAS)
    assert found.gradient[1] == found.cross[1] == 0.0
    assert not found.curvature[1].any()


@each("kind", [SOFTMAX_BIAS, SIGMOID_BIAS, PER_CLASS_BIAS])
@each("at", [0, 2, 500])
def test_halves_merged_equal_the_whole(kind, at):
    logits, labels = reference_set()
    known = labels if kind.exclusive else _truths(labels)
    beta = np.full(4, 0.6) if kind is PER_CLASS_BIAS else BETA
    whole, one, other = (
        kind.terms(logits[rows], known[rows], beta, BIAS)
        for rows in (slice(None), slice(at), slice(at, None))
    )
    for name, value in vars(one.merge(other)).items():
        np.testing.assert_allclose(value, vars(whole)[name], rtol=1e-11, atol=1e-11)


def test_steps_do_not_show(monkeypatch):
    logits, labels = reference_set()
    some = np.where(np.arange(1000) % 3, labels, -1)
    whole = SOFTMAX_BIAS.terms(logits, some, BETA, BIAS)
    monkeypatch.setattr(moments, "CACHED_VALUES", 17)
    for name, value in vars(SOFTMAX_BIAS.terms(logits, some, BETA, BIAS)).items():
        np.testing.assert_allclose(value, vars(whole)[name], rtol=1e-11, atol=1e-11)
