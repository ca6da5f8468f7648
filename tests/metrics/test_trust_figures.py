"""Figures of sets with a known fault, computed independently to nine digits."""

from functools import cache

import numpy as np
import pytest

from softmax_cli.activations.functions import sigmoid, softmax
from softmax_cli.metrics.evaluate import evaluate
from softmax_cli.metrics.paired import compare_models
from tests.each import each
from tests.trust_sets import C10S_TEMPERATURE, second_half, trust_set

DIGITS = 6e-10


@cache
def _c10s(temperature=1.0, weighted=False):
    logits, labels = second_half("c10s")
    places = np.arange(len(labels)) % 3
    weights = 1.0 + places if weighted else None
    return evaluate(softmax(logits, temperature), labels, weights=weights, groups=places)


@cache
def _b2s(temperature=1.0):
    logits, labels = second_half("b2s")
    return evaluate(sigmoid(logits, temperature), labels, activation="sigmoid")


def _near(value):
    return pytest.approx(value, abs=DIGITS)


@pytest.mark.parametrize(
    ("name", "logits", "labels"),
    [("b2", -36.9505, 976), ("b2s", -99.0772, 737), ("c10", 25202.7132, 22484),
     ("c10s", 24632.6543, 24195), ("c100s", 76679.2234, 506488)],
)  # fmt: skip
def test_the_sets_are_the_ones(name, logits, labels):
    z, y = trust_set(name)
    assert (round(float(z.sum()), 4), int(y.sum())) == (logits, labels)


def test_the_score_tests_of_every_class():
    before, after = _c10s().summary.scores, _c10s(C10S_TEMPERATURE).summary.scores
    assert before.sharpness[0] == _near(56.265602783)
    assert before.chi_square()[0] == pytest.approx(843.781596825, abs=1e-8)
    assert after.sharpness[0] == pytest.approx(1.676448617, abs=1e-8)
    worst = np.abs(after.class_z).argmax()
    assert worst == 7
    assert after.class_gaps[worst] == _near(-0.066861661)
    assert after.class_z[worst] == pytest.approx(-13.390825688, abs=1e-8)
    statistic, degrees, p_value = after.chi_square()
    assert (statistic, degrees) == (pytest.approx(467.413016623, abs=1e-6), 9)
    assert p_value == pytest.approx(5.417281508e-95, rel=1e-8)
    assert _c10s(C10S_TEMPERATURE).metrics["ece_classwise"] == _near(0.032845346)


def test_the_score_tests_of_one_class():
    scores = _b2s().summary.scores
    assert scores.sharpness[0] == _near(14.509117344)
    assert scores.class_z[0] == _near(11.409071826)


def test_the_noise_floor_of_the_classwise_error():
    assert _c10s(C10S_TEMPERATURE).noise_floors["ece_classwise"].upper == pytest.approx(
        0.0151, abs=2e-4
    )


@each(
    ("name", "value"),
    [("brier", 0.717839649), ("nll_base", 2.237336492), ("nll_skill", 0.181542593),
     ("brier_skill", 0.191054151), ("top_2", 0.68), ("top_5", 0.888), ("auroc", 0.736036090)],
)  # fmt: skip
def test_errors_and_baselines(name, value):
    assert _c10s().metrics[name] == _near(value)


def test_standard_errors():
    errors = _c10s().standard_errors
    assert (errors["nll"], errors["brier"]) == (_near(0.042215701), _near(0.014166332))


def test_differences_of_two_models():
    logits, labels = second_half("c10s")
    models = [softmax(logits), softmax(logits, C10S_TEMPERATURE)]
    (found,) = compare_models(models, labels)
    assert found.nll.mean == _near(-0.330816026)
    assert found.nll.standard_error == _near(0.019702590)


@pytest.mark.parametrize(
    ("name", "rows", "accuracy", "nll", "ece", "z"),
    [("0", 834, 0.496402878, 1.907029960, 0.256817556, 34.473871405),
     ("1", 833, 0.501800720, 1.804855679, 0.243659308, 31.055450969),
     ("2", 833, 0.517406963, 1.781517158, 0.251213716, 31.918352939)],
)  # fmt: skip
def test_groups(name, rows, accuracy, nll, ece, z):
    found = next(group for group in _c10s().groups if group.name == (name,))
    assert found.rows == rows
    assert (found.accuracy, found.nll, found.ece) == (_near(accuracy), _near(nll), _near(ece))
    assert found.z == _near(z)


def test_the_furthest_group_comes_first():
    assert [group.name for group in _c10s().groups] == [("0",), ("2",), ("1",)]


@pytest.mark.parametrize(
    ("name", "value"),
    [("accuracy", 0.508701740), ("nll", 1.810234832), ("brier", 0.713095964), ("ece", 0.249630991)],
)
def test_weights(name, value):
    assert _c10s(weighted=True).metrics[name] == _near(value)
    assert _c10s(weighted=True).effective_rows == pytest.approx(2142.673497385, abs=1e-8)


def test_acceptance():
    # At the temperature of the first half.
    found = _b2s(1.7718377467).acceptance(0.8).accepted
    assert (found.coverage, found.rows) == (0.55, 550)
    assert found.accuracy == _near(0.834545455)
    assert found.threshold == pytest.approx(0.736653988, abs=1e-9)
    assert found.p_value == pytest.approx(2.242756873e-02, abs=1e-10)
    tempered = _c10s(C10S_TEMPERATURE)
    found = tempered.acceptance(0.8).accepted
    assert (found.coverage, found.threshold) == (0.1, pytest.approx(0.812180313, abs=1e-8))
    assert found.p_value == pytest.approx(2.119747181e-02, abs=1e-10)
    assert tempered.acceptance(0.9).accepted is None


def test_risk_over_coverage():
    aurc, excess, augrc = _c10s().risk
    assert (aurc, excess) == (_near(0.311209171), _near(0.161261240))
    assert augrc == _near(0.188496320)
