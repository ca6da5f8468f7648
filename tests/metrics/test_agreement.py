"""Agreement with scikit-learn, where both compute the same quantity."""

from functools import cache

import numpy as np
import pytest

from softmax_cli import evaluate, fit_calibration, fit_temperature
from softmax_cli.activations.functions import sigmoid, softmax
from tests.trust_sets import first_half, second_half

metrics = pytest.importorskip("sklearn.metrics")
calibration = pytest.importorskip("sklearn.calibration")
linear_model = pytest.importorskip("sklearn.linear_model")

WEIGHTS = {"plain": None, "weighted": 1.0 + np.arange(2500) % 3}


@cache
def _many():
    logits, labels = second_half("c10s")
    return softmax(logits), labels


@cache
def _binary():
    logits, labels = second_half("b2s")
    return sigmoid(logits)[:, 0], labels


@pytest.mark.parametrize("weights", WEIGHTS.values(), ids=WEIGHTS)
def test_metrics_of_exclusive_classes(weights):
    p, y = _many()
    found = evaluate(p, y, weights=weights).metrics
    options = {"sample_weight": weights}
    assert found["accuracy"] == pytest.approx(metrics.accuracy_score(y, p.argmax(1), **options))
    assert found["nll"] == pytest.approx(metrics.log_loss(y, p, **options), rel=1e-12)
    brier = metrics.brier_score_loss(y, p, scale_by_half=False, **options)
    assert found["brier"] == pytest.approx(brier, rel=1e-12)
    for k in (2, 5):
        top = metrics.top_k_accuracy_score(y, p, k=k, **options)
        assert found[f"top_{k}"] == pytest.approx(top, rel=1e-12)
    assert found["nll_skill"] == pytest.approx(metrics.d2_log_loss_score(y, p, **options))
    assert found["brier_skill"] == pytest.approx(metrics.d2_brier_score(y, p, **options))
    if weights is None:  # weighted rows are ranked by fine cells
        auroc = metrics.roc_auc_score(p.argmax(1) == y, p.max(1))
        assert found["auroc"] == pytest.approx(auroc, rel=1e-12)


def test_metrics_of_a_binary_class():
    p, y = _binary()
    found = evaluate(p, y, activation="sigmoid").metrics
    assert found["nll"] == pytest.approx(metrics.log_loss(y, p), rel=1e-12)
    assert found["brier"] == pytest.approx(metrics.brier_score_loss(y, p), rel=1e-12)
    assert found["auroc"] == pytest.approx(metrics.roc_auc_score(y, p), rel=1e-12)
    assert found["nll_skill"] == pytest.approx(metrics.d2_log_loss_score(y, p), rel=1e-12)
    assert found["brier_skill"] == pytest.approx(metrics.d2_brier_score(y, p), rel=1e-12)


@pytest.mark.parametrize(("binning", "strategy"), [("width", "uniform"), ("mass", "quantile")])
def test_bins_of_the_reliability_diagram(binning, strategy):
    p, y = _binary()
    bins = evaluate(p, y, activation="sigmoid", bins=10, binning=binning).bins
    rate, predicted = calibration.calibration_curve(y, p, n_bins=10, strategy=strategy)
    used = bins.count[0] > 0
    np.testing.assert_allclose(bins.rate[0, used], rate, rtol=1e-12)
    np.testing.assert_allclose(bins.mean_predicted[0, used], predicted, rtol=1e-12)


def test_the_temperature_of_binary_logits_is_a_logistic_slope():
    z, y = first_half("b2s")
    slope = linear_model.LogisticRegression(C=np.inf, fit_intercept=False, tol=1e-10, max_iter=1000)
    slope.fit(z, y)
    found = fit_temperature(z, y, activation="sigmoid").temperature
    assert 1 / found == pytest.approx(slope.coef_[0, 0], rel=1e-6)


def test_the_shrunk_bias_of_binary_logits_is_a_penalized_intercept():
    z, y = first_half("b2s")
    found = fit_calibration(z, y, activation="sigmoid", map="bias")
    # LogisticRegression penalizes coefficients, not the intercept: a column of ones is one,
    # and the slope is put out of the penalty's reach by its scale.
    ones = np.column_stack([z * 1e6, np.ones(len(z))])
    model = linear_model.LogisticRegression(
        C=1 / (found.precision / 2), fit_intercept=False, tol=1e-12, max_iter=10_000,
        solver="newton-cholesky",
    )  # fmt: skip
    model.fit(ones, y)
    assert 1 / found.temperature == pytest.approx(model.coef_[0, 0] * 1e6, rel=1e-5)
    assert found.bias[0] == pytest.approx(model.coef_[0, 1], rel=1e-5)
