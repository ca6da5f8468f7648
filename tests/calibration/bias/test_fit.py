"""Temperature and biases: reference figures, promises and invariances."""

import numpy as np
import pytest

from softmax_cli.activations.functions import sigmoid
from softmax_cli.calibration.bias import fit as search
from softmax_cli.calibration.bias import objective, shrinkage
from softmax_cli.calibration.bias.fit import fit_bias
from softmax_cli.calibration.bias.objective import PER_CLASS_BIAS, SIGMOID_BIAS, SOFTMAX_BIAS
from softmax_cli.calibration.fit import map_reduce_over
from softmax_cli.calibration.maps import fit_calibration
from softmax_cli.calibration.temperature_fit import NoTemperatureError
from tests.reference_set import naive_softmax
from tests.trust_sets import first_half, second_half


def _fit(logits, labels, kind=SOFTMAX_BIAS, beta=1.0, **options):
    rows = [slice(start, start + 500) for start in range(0, len(logits), 500)]
    start = np.full(logits.shape[1] if kind is PER_CLASS_BIAS else 1, beta)
    return fit_bias(kind, map_reduce_over(logits, labels, rows), start, logits.shape[1], **options)


def _nll(found, logits, labels):
    p = naive_softmax(logits / found.temperatures + found.bias)
    return float(-np.log(p[np.arange(len(labels)), labels]).mean())


def _pairs(logits):
    return np.column_stack([np.zeros(len(logits)), logits[:, 0]])


# Worked out by nested Newton fits for each lambda, apart from this program.
@pytest.mark.parametrize(
    ("name", "precision", "temperature", "nll"),
    [
        ("c10s", 3.041189596, 1.800005617, 1.406985610),
        ("c100s", 1.706954982, 1.492748160, 2.587144842),
        ("b2s", 2.895085325, 1.602512965, 0.479837696),
    ],
)
def test_the_reference_sets_have_their_maps(name, precision, temperature, nll):
    (logits, labels), (test, answers) = first_half(name), second_half(name)
    if name == "b2s":
        logits, test = _pairs(logits), _pairs(test)
    found = _fit(logits, labels)
    assert found.precision == pytest.approx(precision, rel=1e-6)
    assert found.temperatures[0] == pytest.approx(temperature, abs=2e-9)
    assert _nll(found, test, answers) == pytest.approx(nll, abs=1e-9)


def test_the_reference_sets_have_their_biases():
    found = _fit(*first_half("c10s"))
    expected = [0.008690796, 0.090052668, -1.101906221, -0.389700663]
    np.testing.assert_allclose(found.bias[:4], expected, atol=2e-9)
    assert abs(found.bias.mean()) < 1e-15
    logits, labels = first_half("b2s")
    pair = _fit(_pairs(logits), labels).bias
    np.testing.assert_allclose(pair, [0.413315520, -0.413315520], atol=2e-9)


@pytest.mark.parametrize(
    ("name", "temperature", "nll"),
    [("c10s", 1.795865334, 1.406876285), ("b2s", 1.598813197, 0.479939899)],
)
def test_without_a_prior_it_is_maximum_likelihood(name, temperature, nll):
    (logits, labels), (test, answers) = first_half(name), second_half(name)
    if name == "b2s":
        logits, test = _pairs(logits), _pairs(test)
    found = _fit(logits, labels, shrink=False)
    assert found.temperatures[0] == pytest.approx(temperature, abs=1e-8)
    assert _nll(found, test, answers) == pytest.approx(nll, abs=1e-8)


def test_classes_that_do_not_differ_have_no_biases():
    (logits, labels), (test, answers) = first_half("c10"), second_half("c10")
    found = _fit(logits, labels, beta=1 / 1.798312046)
    assert np.isinf(found.precision)
    assert not found.bias.any()
    assert _nll(found, test, answers) == pytest.approx(1.405505850, abs=1e-8)


@pytest.mark.parametrize("kind", [SIGMOID_BIAS, PER_CLASS_BIAS])
def test_one_independent_class_is_two_exclusive_ones(kind):
    logits, labels = first_half("b2s")
    found = _fit(logits, labels[:, None], kind)
    pair = _fit(_pairs(logits), labels)
    assert found.precision == pytest.approx(pair.precision, rel=1e-9)
    assert found.temperatures[0] == pytest.approx(pair.temperatures[0], rel=1e-9)
    assert found.bias[0] == pytest.approx(pair.bias[1] - pair.bias[0], rel=1e-9)
    assert found.standard_errors[0] == pytest.approx(pair.standard_errors[0], rel=1e-6)
    assert found.bias_errors[0] == pytest.approx(2 * pair.bias_errors[1], rel=1e-6)


def test_classes_that_share_a_slope_have_intercepts_of_their_own():
    random = np.random.RandomState(3)
    truth = np.array([-1.0, 0.0, 2.0])
    logits = random.normal(0, 4, (4000, 3))
    targets = (random.rand(4000, 3) < sigmoid(logits / 2 + truth)).astype(int)
    found = _fit(logits, targets, SIGMOID_BIAS)
    assert len(found.temperatures) == 1
    assert abs(found.temperatures[0] - 2) < 4 * found.standard_errors[0]
    assert (np.abs(found.bias - truth) < 4 * found.bias_errors).all()
    each = _fit(logits, targets, PER_CLASS_BIAS)
    assert (np.abs(each.temperatures - 2) < 4 * each.standard_errors).all()
    assert (np.abs(each.bias - truth) < 4 * each.bias_errors).all()


def test_a_constant_added_to_a_row_changes_nothing():
    logits, labels = first_half("c10s")
    moved = logits + np.random.RandomState(0).randint(-1000, 1000, (len(logits), 1))
    one, other = _fit(logits, labels), _fit(moved, labels)
    np.testing.assert_allclose(other.bias, one.bias, atol=1e-8)
    assert other.temperatures[0] == pytest.approx(one.temperatures[0], rel=1e-9)


def test_neither_the_order_of_rows_nor_that_of_classes_matters():
    logits, labels = first_half("c10s")
    order = np.random.RandomState(0).permutation(len(logits))
    one, other = _fit(logits, labels), _fit(logits[order][:, ::-1], 9 - labels[order])
    np.testing.assert_allclose(other.bias[::-1], one.bias, atol=1e-8)
    assert other.precision == pytest.approx(one.precision, rel=1e-7)


def test_a_masked_class_takes_no_part():
    logits, labels = first_half("c10s")
    masked = np.insert(logits, 2, -np.inf, axis=1)
    one, other = _fit(logits, labels), _fit(masked, np.where(labels >= 2, labels + 1, labels))
    assert other.temperatures[0] == pytest.approx(one.temperatures[0], rel=1e-8)
    np.testing.assert_allclose(np.delete(other.bias, 2), one.bias, atol=1e-7)


def test_standard_errors_are_how_fits_spread():
    truth, found = np.array([0.6, -0.6, 0.0]), []
    for seed in range(40):
        random = np.random.RandomState(seed)
        logits = random.normal(0, 3, (600, 3))
        p = naive_softmax(logits / 1.5 + truth).cumsum(1)
        labels = np.minimum((random.rand(600)[:, None] > p).sum(1), 2)
        found.append(_fit(logits, labels, beta=0.5))
    spread = np.std([fit.temperatures[0] for fit in found])
    assert np.mean([fit.standard_errors[0] for fit in found]) == pytest.approx(spread, rel=0.3)
    spreads = np.std([fit.bias for fit in found], 0)
    errors = np.mean([fit.bias_errors for fit in found], 0)
    np.testing.assert_allclose(errors, spreads, rtol=0.35)


@pytest.mark.parametrize("beta", [1e-3, 0.1, 1.0, 10.0])
def test_any_start_leads_to_the_same_map(beta):
    found = _fit(*first_half("c10s"), beta=beta)
    assert found.temperatures[0] == pytest.approx(1.800005617, abs=1e-8)


def test_the_diagonal_finds_the_same_map_of_very_many_classes(monkeypatch):
    logits, labels = first_half("c10s")
    dense = _fit(logits, labels, beta=0.5, shrink=False)
    for module in (objective, shrinkage, search):
        monkeypatch.setattr(module, "DENSE_CLASSES", 5)
    found = _fit(logits, labels, beta=0.5)
    assert found.temperatures[0] == pytest.approx(dense.temperatures[0], rel=0.01)
    np.testing.assert_allclose(found.bias, dense.bias, atol=0.1)


def test_few_passes_are_enough():
    found = fit_calibration(*first_half("c10s"), map="bias")
    assert found.passes < 14


def test_few_rows_of_many_classes_do_no_harm():
    logits, labels = first_half("c100s")
    test, answers = second_half("c100s")
    few = fit_calibration(logits[:200], labels[:200], map="bias")
    alone = fit_calibration(logits[:200], labels[:200])
    rows = np.arange(len(answers))
    nll = [-np.log(fit.probabilities(test)[rows, answers]).mean() for fit in (few, alone)]
    assert nll[0] < nll[1]


def test_rows_that_biases_separate_have_no_map():
    logits = np.array([[2.0, 0.0], [1.5, 0.0], [0.5, 0.0], [0.2, 0.0]])
    with pytest.raises(NoTemperatureError) as caught:
        _fit(logits, np.array([0, 0, 1, 1]), shrink=False)
    assert caught.value.separable


def test_labels_that_contradict_their_logits_have_no_map():
    random = np.random.RandomState(0)
    logits = random.normal(0, 2, (300, 3))
    p = naive_softmax(-logits).cumsum(1)
    labels = np.minimum((random.rand(300)[:, None] > p).sum(1), 2)
    with pytest.raises(NoTemperatureError) as caught:
        _fit(logits, labels)
    assert caught.value.uninformative
