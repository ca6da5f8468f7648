"""Ranked predictions: ties, cells, AUROC and risk over coverage."""

import numpy as np
import pytest

from softmax_cli.activations.functions import sigmoid, softmax
from softmax_cli.metrics import summary
from softmax_cli.metrics.evaluate import evaluate
from softmax_cli.metrics.ranked.predictions import RankedPredictions
from tests.reference_set import reference_set


def _ranked(values, outcomes):
    return evaluate(values, outcomes, activation="sigmoid").summary.ranked[0]


def test_equal_predictions_are_one_block():
    found = _ranked([0.2, 0.8, 0.8, 0.5], [0, 1, 0, 1])
    assert found.values.tolist() == [0.8, 0.5, 0.2]
    assert found.count.tolist() == [2, 1, 1]
    assert found.positives.tolist() == [1, 1, 0]
    assert found.exact


def test_confidence_is_that_of_the_predicted_class():
    found = _ranked([0.25, 0.75, 0.5, 0.125], [0, 1, 0, 1]).by_confidence()
    assert found.values.tolist() == [0.875, 0.75, 0.5]
    assert found.count.tolist() == [1, 2, 1]
    assert found.positives.tolist() == [0, 2, 0]


def test_auroc_counts_pairs():
    random = np.random.RandomState(1)
    values, outcomes = random.randint(0, 9, 60) / 8, random.randint(0, 2, 60)
    pairs = [(a > b) + (a == b) / 2 for a in values[outcomes == 1] for b in values[outcomes == 0]]
    assert _ranked(values, outcomes).auroc() == pytest.approx(np.mean(pairs), rel=1e-14)


@pytest.mark.parametrize("outcomes", [[1, 1], [0, 0]])
def test_auroc_needs_both_outcomes(outcomes):
    assert np.isnan(_ranked([0.2, 0.8], outcomes).auroc())


def test_auroc_agrees_with_scikit_learn():
    sklearn = pytest.importorskip("sklearn.metrics")
    logits, labels = reference_set()
    values, outcomes = sigmoid(logits[:, 0]), (labels == 0).astype(int)
    assert _ranked(values, outcomes).auroc() == pytest.approx(
        sklearn.roc_auc_score(outcomes, values), rel=1e-12
    )


def test_fine_cells_come_close_where_predictions_are_not_stored(monkeypatch):
    logits, labels = reference_set()
    exact = evaluate(softmax(logits), labels)
    monkeypatch.setattr(summary, "MOST_STORED", 10)
    halves = [
        evaluate(softmax(logits[rows]), labels[rows]).summary
        for rows in (slice(500), slice(500, None))
    ]
    merged = halves[0].merge(halves[1]).ranked[0]
    assert not merged.exact
    assert merged.auroc() == pytest.approx(exact.metrics["auroc"], abs=1e-3)


def test_risk_is_the_mean_over_coverages():
    found = RankedPredictions(np.array([0.9, 0.8, 0.7]), np.ones(3), np.array([1.0, 0, 1]), True)
    aurc, excess, augrc = found.risk_over_coverage()
    assert aurc == pytest.approx((0 + 1 / 2 + 1 / 3) / 3)
    assert excess == pytest.approx(aurc - (1 / 3) / 3)
    assert augrc == pytest.approx((0 + 1 + 1) / 3 / 3)
