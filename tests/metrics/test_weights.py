"""Weights of rows: whole ones are rows repeated, equal ones change nothing."""

import numpy as np
import pytest

from softmax_cli.activations.functions import sigmoid, softmax
from softmax_cli.metrics import validation
from softmax_cli.metrics.evaluate import evaluate
from tests.each import each
from tests.reference_set import reference_set

# Metrics that see each row by itself, or its bin.
EXACT = ("accuracy", "confidence", "nll", "brier", "nll_skill", "brier_skill", "ece", "mce")


def _set(activation):
    logits, labels = reference_set()
    if activation == "softmax":
        return softmax(logits), labels
    return sigmoid(logits), np.eye(4, dtype=int)[labels]


@pytest.mark.parametrize("activation", ["softmax", "sigmoid"])
def test_whole_weights_are_rows_repeated(activation):
    values, labels = _set(activation)
    weights = np.arange(1000) % 4
    repeated = np.repeat(np.arange(1000), weights)
    found = evaluate(values, labels, activation=activation, weights=weights)
    expected = evaluate(values[repeated], labels[repeated], activation=activation)
    names = (*EXACT, "ece_classwise") if activation == "softmax" else (*EXACT, "rate")
    for name in names:
        assert found.metrics[name] == pytest.approx(expected.metrics[name], rel=1e-11), name
    assert found.metrics["auroc"] == pytest.approx(expected.metrics["auroc"], abs=2e-3)
    assert found.rows == 750
    assert found.effective_rows < found.rows < expected.rows
    assert found.noise_floor.mean > expected.noise_floor.mean
    assert found.standard_errors["nll"] > expected.standard_errors["nll"]


@each("activation", ["softmax", "sigmoid"])
@each("weight", [0.01, 1.0, 7.0])
def test_equal_weights_change_nothing(activation, weight):
    values, labels = _set(activation)
    plain = evaluate(values, labels, activation=activation)
    found = evaluate(values, labels, activation=activation, weights=np.full(1000, weight))
    for name, value in plain.metrics.items():
        if name not in ("ece_mass", "auroc"):
            assert found.metrics[name] == pytest.approx(value, rel=1e-10), name
    assert found.effective_rows == pytest.approx(1000)
    for name, error in plain.standard_errors.items():
        assert found.standard_errors[name] == pytest.approx(error, rel=1e-9)
    for name, floor in found.noise_floors.items():
        assert floor.mean == pytest.approx(plain.noise_floors[name].mean, rel=1e-9)
    assert found.gap_noise_floor == pytest.approx(plain.gap_noise_floor, rel=1e-10)
    np.testing.assert_allclose(found.bins.ci_95, plain.bins.ci_95, atol=1e-12)
    assert found.verdict.word == plain.verdict.word


def test_blocks_do_not_show(monkeypatch):
    values, labels = _set("softmax")
    weights = np.random.RandomState(0).rand(1000)
    whole = evaluate(values, labels, weights=weights)
    monkeypatch.setattr(validation, "_BLOCK", 28)
    cut = evaluate(values, labels, weights=weights)
    assert cut.metrics == pytest.approx(dict(whole.metrics), rel=1e-10)
    assert cut.effective_rows == pytest.approx(whole.effective_rows)


def test_unequal_weights_keep_the_noise_floor():
    random = np.random.RandomState(4)
    below = {"ece": 0, "ece_classwise": 0}
    for _ in range(60):
        p = softmax(2 * random.randn(300, 3))
        labels = np.minimum((random.rand(300)[:, None] > p.cumsum(1)).sum(1), 2)
        found = evaluate(p, labels, weights=random.exponential(size=300))
        for name in below:
            below[name] += found.metrics[name] <= found.noise_floors[name].upper
    assert min(below.values()) >= 51


@pytest.mark.parametrize(
    ("weights", "options", "message"),
    [([1.0, -1.0], {}, ">= 0"), ([1.0, np.nan], {}, ">= 0"), ([1.0], {}, r"shape \(1,\)"),
     ([0.0, 0.0], {}, "every weight is 0"), ([1.0, 1e-150], {}, "from 1e-100 to 1e100"), ([1.0, 1.0], {"binning": "mass"}, "only equal-width bins take weights")],
)  # fmt: skip
def test_weights_that_make_no_sense_are_refused(weights, options, message):
    with pytest.raises(ValueError, match=message):
        evaluate([[0.5, 0.5]] * 2, [0, 1], weights=weights, **options)
