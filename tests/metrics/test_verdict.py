"""The verdict: of calibrated models, of known faults, and of too few rows."""

import numpy as np
import pytest

from softmax_cli.activations.functions import sigmoid, softmax
from softmax_cli.metrics.evaluate import evaluate
from softmax_cli.metrics.verdict import (
    BIAS,
    TEMPERATURE,
    holm,
    is_below_majority,
    is_decided_by_few_rows,
)
from tests.trust_sets import C10S_TEMPERATURE, second_half


def _drawn(random, rows, classes, bias=0.0, temperature=1.0):
    logits = 2 * random.randn(rows, classes)
    p = softmax(logits / temperature + bias)
    labels = (random.rand(rows)[:, None] > p.cumsum(1)).sum(1)
    return logits, np.minimum(labels, classes - 1)


def test_most_calibrated_models_pass_and_few_are_called_miscalibrated():
    random = np.random.RandomState(5)
    words = []
    for _ in range(40):
        logits, labels = _drawn(random, 400, 5)
        words.append(evaluate(softmax(logits), labels).verdict.word)
    assert words.count("miscalibrated") <= 4
    assert words.count("calibrated") >= 30


def test_each_test_fails_for_5_percent_of_calibrated_models():
    random = np.random.RandomState(6)
    failures = {}
    for _ in range(40):
        logits, labels = _drawn(random, 300, 3)
        for finding in evaluate(softmax(logits), labels).verdict.findings:
            failures[finding.test] = failures.get(finding.test, 0) + (finding.p_value < 0.05)
    assert set(failures) == {"sharpness", "class total", "class totals", "ece", "ece_classwise"}
    assert max(failures.values()) <= 6


def test_shifted_classes_show_in_few_rows():
    random = np.random.RandomState(7)
    bias = np.array([0.8, -0.8, 0.8, -0.8, 0.0])
    words, ece = [], 0
    for _ in range(40):
        found = evaluate(*_probabilities(*_drawn(random, 200, 5, bias)))
        words.append(found.verdict.word)
        ece += found.exceeds_noise_floor
    assert words.count("miscalibrated") >= 36
    assert ece <= 20


def _probabilities(logits, labels):
    return softmax(logits), labels


def test_the_verdict_looks_at_every_class():
    logits, labels = second_half("c10s")
    found = evaluate(softmax(logits, C10S_TEMPERATURE), labels)
    assert not found.exceeds_noise_floor
    verdict = found.verdict
    assert (verdict.word, verdict.remedies) == ("miscalibrated", [BIAS])
    total = next(finding for finding in verdict.findings if finding.test == "class total")
    assert (total.class_index, total.remedy) == (7, BIAS)


def test_a_temperature_is_the_remedy_of_sharpness():
    random = np.random.RandomState(8)
    logits, labels = _drawn(random, 2000, 4, temperature=2.0)
    verdict = evaluate(softmax(logits), labels).verdict
    assert verdict.findings[0].test == "sharpness"
    assert verdict.findings[0].z > 0
    assert verdict.findings[0].remedy == TEMPERATURE


def test_few_rows_are_too_few():
    verdict = evaluate([[0.75, 0.25], [0.25, 0.75], [0.5, 0.5]], [0, 1, 1]).verdict
    assert (verdict.word, verdict.failed, verdict.remedies) == ("too few rows", 0, [])
    assert verdict.detectable > 0.3


def test_one_rare_independent_class_does_not_spoil_all():
    random = np.random.RandomState(9)
    values = sigmoid(random.randn(3000, 4) - np.array([0, 0, 0, 9.0]))
    targets = (random.rand(3000, 4) < values).astype(int)
    verdict = evaluate(values, targets, activation="sigmoid").verdict
    assert verdict.word in ("calibrated", "borderline")
    targets[:, 3] = 0
    assert evaluate(values, targets, activation="sigmoid").verdict.word in (
        "calibrated",
        "borderline",
    )
    values[:, 1] = np.sqrt(values[:, 1])
    bad = evaluate(values, targets, activation="sigmoid").verdict
    assert bad.word == "miscalibrated"
    assert bad.findings[0].class_index == 1


@pytest.mark.parametrize(
    ("values", "labels", "activation"),
    [([[1.0]], [0], "softmax"), ([[1.0, 0.0]], [0], "softmax"), ([[0.5, 0.5]] * 40, [0] * 40, "softmax"),
     ([0.0, 1.0], [0, 1], "sigmoid"), ([[0.5, 0.2], [0.5, 0.2]], [[1, -1], [0, -1]], "sigmoid")],
)  # fmt: skip
def test_every_set_has_a_verdict(values, labels, activation):
    verdict = evaluate(values, labels, activation=activation).verdict
    assert all(0 <= finding.p_value <= 1 for finding in verdict.findings)


def test_holm_corrects_for_the_number_of_tests():
    assert holm([0.01, 0.02, 0.5]) == pytest.approx([0.03, 0.04, 0.5])
    assert holm([0.5, 0.9]) == [1.0, 1.0]
    assert holm([]) == []


@pytest.mark.parametrize(
    ("p", "rows", "word"),
    [(1 / 3, 60, "too few rows"), (1 / 3, 3000, "calibrated"), (1.0, 3, "too few rows"), (1.0, 300, "calibrated")],
)  # fmt: skip
def test_rows_that_no_temperature_changes_are_enough_if_class_totals_are(p, rows, word):
    labels = np.arange(rows) % 3 if p < 1 else np.zeros(rows, int)
    probabilities = np.tile([p, (1 - p) / 2, (1 - p) / 2], (rows, 1))
    assert evaluate(probabilities, labels).verdict.word == word


def test_totals_without_any_gap_have_chi_square_0():
    found = evaluate(np.full((60, 3), 1 / 3), np.arange(60) % 3)
    statistic, _, p_value = found.summary.scores.chi_square()
    assert (statistic, p_value) == (pytest.approx(0, abs=1e-9), pytest.approx(1))


@pytest.mark.parametrize(
    ("spoiled", "p", "few"),
    [(0, 0.5, False), (1, 1e-300, True), (3, 1e-300, True), (400, 1e-300, False), (1, 1e-9, False)],
)
def test_an_nll_of_few_rows_is_noticed(spoiled, p, few):
    logits, labels = _drawn(np.random.RandomState(1), 2000, 3)
    probabilities = softmax(logits)
    probabilities[:spoiled] = p
    probabilities[np.arange(spoiled), (labels[:spoiled] + 1) % 3] = 1.0 - p
    for weights in (None, np.full(2000, 1e-3), np.full(2000, 50.0)):
        summary = evaluate(probabilities, labels, weights=weights).summary
        assert is_decided_by_few_rows(summary) == few


def test_labels_that_do_not_match_are_less_accurate_than_the_most_frequent_class():
    logits, labels = _drawn(np.random.RandomState(1), 300, 3)
    for shift in (0, 1):
        found = evaluate(softmax(logits), (labels + shift) % 3)
        assert is_below_majority(found.summary, found.metrics) == bool(shift)
    random = np.random.RandomState(0)
    for activation, values in (("softmax", [0.9, 0.1]), ("sigmoid", 0.1)):
        labels = (random.rand(400) < 0.1).astype(int)
        found = evaluate([values] * 400, labels, activation=activation)
        assert not is_below_majority(found.summary, found.metrics)
