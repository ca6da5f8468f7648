"""Isotonic reliability curves, and scores decomposed by them."""

from functools import cache

import numpy as np
import pytest

from softmax_cli.activations.functions import sigmoid, softmax
from softmax_cli.metrics import summary
from softmax_cli.metrics.evaluate import evaluate
from softmax_cli.metrics.ranked.corp import IsotonicCurve, estimate_miscalibration_floors
from softmax_cli.metrics.ranked.predictions import RankedPredictions
from tests.trust_sets import second_half


@cache
def _evaluated(name):
    logits, labels = second_half(name)
    if name == "c10s":
        return evaluate(softmax(logits), labels, binning="isotonic")
    return evaluate(sigmoid(logits), labels, activation="sigmoid", binning="isotonic")


def _ranked(values, outcomes):
    return evaluate(values, outcomes, activation="sigmoid").summary.ranked[0]


@pytest.mark.parametrize(
    ("name", "score", "figures"),
    [
        ("b2s", "brier", (0.036318151, 0.082756716, 0.235359000)),
        ("b2s", "log", (0.131150418, 0.204361124, 0.663572455)),
        ("c10s", "brier", (0.069387551, 0.044330571, 0.249972960)),
        ("c10s", "log", (0.255540053, 0.096149757, 0.693093100)),
    ],
)
def test_scores_are_decomposed_as_elsewhere(name, score, figures):
    found = _evaluated(name).metrics
    parts = [found[f"{part}_{score}"] for part in ("mcb", "dsc", "unc")]
    assert parts == pytest.approx(figures, abs=6e-10)
    if name == "b2s":  # one binary task: its own scores
        own = found["brier" if score == "brier" else "nll"]
        assert parts[0] - parts[1] + parts[2] == pytest.approx(own, abs=1e-12)


def test_the_curve_is_the_closest_rising_one():
    found = IsotonicCurve.fit(
        _ranked([0.1, 0.2, 0.3, 0.4, 0.5, 0.5, 0.9], [0, 1, 0, 0, 0, 1, 1])
    ).bins
    assert found.count.tolist() == [[1, 3, 2, 1]]
    np.testing.assert_allclose(found.rate, [[0, 1 / 3, 0.5, 1]])
    assert found.lower.tolist() == [[0.1, 0.2, 0.5, 0.9]]
    assert found.upper.tolist() == [[0.1, 0.4, 0.5, 0.9]]
    np.testing.assert_allclose(found.mean_predicted, [[0.1, 0.3, 0.5, 0.9]])


def test_the_curve_agrees_with_scikit_learn():
    isotonic = pytest.importorskip("sklearn.isotonic")
    random = np.random.RandomState(3)
    values = random.randint(0, 200, 1000) / 199
    outcomes = (random.rand(1000) < values**2).astype(int)
    bins = IsotonicCurve.fit(_ranked(values, outcomes)).bins
    own = bins.rate[0][np.searchsorted(bins.upper[0], values)]
    expected = isotonic.IsotonicRegression().fit_transform(values, outcomes)
    np.testing.assert_allclose(own, expected, atol=1e-14)


def test_a_rising_transformation_changes_only_the_miscalibration():
    random = np.random.RandomState(4)
    p = random.rand(500)
    outcomes = (random.rand(500) < p).astype(int)
    one, other = (
        evaluate(values, outcomes, activation="sigmoid", binning="isotonic").metrics
        for values in (p, p**3)
    )
    for part in ("dsc_brier", "unc_brier", "dsc_log", "unc_log"):
        assert one[part] == pytest.approx(other[part], abs=1e-14)
    assert other["mcb_brier"] > one["mcb_brier"] > 0


def test_infinite_scores_are_all_miscalibration():
    found = evaluate([0.0, 0.5, 1.0], [1, 0, 1], activation="sigmoid", binning="isotonic").metrics
    assert found["mcb_log"] == np.inf
    assert np.isfinite([found["dsc_log"], found["unc_log"], found["mcb_brier"]]).all()


@pytest.mark.parametrize("size", [400, 6000])
def test_the_noise_floor_is_what_calibrated_models_show(size):
    """Below and above the number of groups that outcomes are drawn for."""
    random = np.random.RandomState(size)
    p = np.sort(random.beta(0.5, 0.5, size))[::-1]
    ones = np.ones(size)
    floors = estimate_miscalibration_floors([RankedPredictions(p, ones, ones, True)])
    drawn = []
    for _ in range(60):
        outcomes = (random.rand(size) < p).astype(float)
        curve = IsotonicCurve.fit(RankedPredictions(p, ones, outcomes, True))
        drawn.append((curve.decompose_brier().miscalibration, curve.decompose_log().miscalibration))
    for values, name in zip(np.transpose(drawn), ("mcb_brier", "mcb_log"), strict=True):
        error = values.std() / np.sqrt(len(values))
        assert abs(values.mean() - floors[name].mean) < 4 * error
        assert 0.8 < np.mean(values <= floors[name].upper) <= 1.0


def test_the_band_holds_the_curves_of_calibrated_models():
    random = np.random.RandomState(8)
    inside = []
    for _ in range(10):
        p = random.rand(300)
        outcomes = (random.rand(300) < p).astype(int)
        bins = evaluate(p, outcomes, activation="sigmoid", binning="isotonic").bins
        low, high = bins.band
        middle = (bins.mean_predicted > 0.1) & (bins.mean_predicted < 0.9)
        inside += ((low <= bins.rate) & (bins.rate <= high))[middle].tolist()
    assert np.mean(inside) > 0.85


def test_overconfidence_is_outside_the_band():
    bins = _evaluated("c10s").bins
    low, _ = bins.band
    assert np.average(bins.rate < low, weights=bins.count) > 0.9


def test_classes_are_decomposed_one_by_one_and_drawn_together():
    random = np.random.RandomState(5)
    p = random.rand(200, 3)
    outcomes = (random.rand(200, 3) < p).astype(int)
    found = evaluate(p, outcomes, activation="sigmoid", binning="isotonic")
    for k in range(3):
        own = evaluate(p[:, k], outcomes[:, k], activation="sigmoid", binning="isotonic")
        assert found.by_class["mcb_log"][k] == pytest.approx(own.metrics["mcb_log"], abs=1e-14)
    assert found.metrics["mcb_log"] == pytest.approx(found.by_class["mcb_log"].mean())
    assert found.bins.count.sum() == 600
    assert {"mcb_brier", "mcb_log"} <= set(found.noise_floors)


def test_more_predictions_than_are_stored_are_taken_by_fine_cells(monkeypatch):
    logits, labels = second_half("b2s")
    exact = _evaluated("b2s")
    monkeypatch.setattr(summary, "MOST_STORED", 100)
    values = sigmoid(logits)
    both = [
        evaluate(values[part], labels[part], activation="sigmoid", binning="isotonic").summary
        for part in (slice(500), slice(500, None))
    ]
    merged = both[0].merge(both[1])
    assert merged.stored is None
    curve = merged.curves[0]
    assert curve.decompose_log() is None
    assert curve.decompose_brier().miscalibration == pytest.approx(
        exact.metrics["mcb_brier"], abs=1e-3
    )
    assert merged.diagram.count.sum() == 1000


def test_weights_and_unknown_binnings_are_rejected():
    with pytest.raises(ValueError, match="only equal-width bins take weights"):
        evaluate([[0.9, 0.1]], [0], weights=[1.0], binning="isotonic")
    with pytest.raises(ValueError, match="binning must be width, mass or isotonic"):
        evaluate([[0.9, 0.1]], [0], binning="corp")
