"""Weights of rows in fits: whole ones are rows repeated, equal ones change nothing."""

import numpy as np
import pytest

from softmax_cli.activations.functions import sigmoid
from softmax_cli.calibration.bias.fit import fit_bias
from softmax_cli.calibration.bias.objective import PER_CLASS_BIAS, SIGMOID_BIAS, SOFTMAX_BIAS
from softmax_cli.calibration.fit import fit_temperature, map_reduce_over
from softmax_cli.calibration.maps import fit_calibration
from softmax_cli.calibration.objective import PER_CLASS, SIGMOID, SOFTMAX
from softmax_cli.metrics import validation
from tests.reference_set import naive_softmax, reference_set
from tests.trust_sets import first_half

BIAS = np.array([0.3, -0.2, 0.5, -0.6])
WHOLE = 1 + np.arange(1000) % 4
REPEATED = np.repeat(np.arange(1000), WHOLE)
MAPS = [("temperature", False), ("bias", False), ("temperature", True), ("bias", True)]
FITS = [(*pair, "sigmoid") for pair in MAPS] + [(*pair, "softmax") for pair in MAPS[:2]]


def _set(activation, missing=False):
    logits, labels = reference_set()
    if activation == "sigmoid":
        labels = np.eye(4, dtype=int)[labels]
    if missing:
        labels = np.where(
            (np.arange(1000) % 7 == 0).reshape(-1, *[1] * (labels.ndim - 1)), -1, labels
        )
    return logits, labels


def _same(one, other, rel=1e-10):
    for name in ("temperatures", "standard_errors", "bias", "bias_errors"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rel, 1e-9)
    assert one.precision == pytest.approx(other.precision, rel=1e-8)


def test_the_reference_set_has_its_temperature():
    found = fit_temperature(*first_half("c10s"), weights=1.0 + np.arange(2500) % 3)
    assert found.temperature == pytest.approx(1.901980732, abs=1e-9)


@pytest.mark.parametrize("kind", [SOFTMAX, SIGMOID, PER_CLASS])
@pytest.mark.parametrize("missing", [False, True])
def test_sums_with_whole_weights_are_those_of_rows_repeated(kind, missing):
    logits, labels = _set("softmax" if kind is SOFTMAX else "sigmoid", missing)
    beta = np.full(4 if kind.per_class else 1, 0.6)
    repeated = logits[REPEATED], labels[REPEATED]
    for found, expected in (
        (kind.limits(logits, labels, WHOLE.astype(float)), kind.limits(*repeated)),
        (kind.terms(logits, labels, beta, WHOLE.astype(float)), kind.terms(*repeated, beta)),
    ):
        for name, value in vars(expected).items():
            np.testing.assert_allclose(getattr(found, name), value, rtol=1e-11)


@pytest.mark.parametrize("kind", [SOFTMAX_BIAS, SIGMOID_BIAS, PER_CLASS_BIAS])
@pytest.mark.parametrize("missing", [False, True])
def test_sums_of_biases_with_whole_weights_are_those_of_rows_repeated(kind, missing):
    logits, labels = _set("softmax" if kind.exclusive else "sigmoid", missing)
    beta = np.full(4 if kind is PER_CLASS_BIAS else 1, 0.6)
    found = kind.terms(logits, labels, beta, BIAS, WHOLE.astype(float))
    for name, value in vars(kind.terms(logits[REPEATED], labels[REPEATED], beta, BIAS)).items():
        np.testing.assert_allclose(getattr(found, name), value, rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize("kind", [SOFTMAX_BIAS, SIGMOID_BIAS, PER_CLASS_BIAS])
def test_the_prior_by_whole_weights_is_that_of_rows_repeated(kind):
    logits, labels = _set("softmax" if kind.exclusive else "sigmoid")
    beta = np.full(4 if kind is PER_CLASS_BIAS else 1, 0.5)
    rows = [slice(0, 300), slice(300, 1000)]
    found = fit_bias(kind, map_reduce_over(logits, labels, rows, WHOLE.astype(float)), beta, 4)
    repeated = map_reduce_over(logits[REPEATED], labels[REPEATED], [slice(None)])
    expected = fit_bias(kind, repeated, beta, 4)
    assert 0 < expected.precision < np.inf
    _same(found, expected)


@pytest.mark.parametrize(
    ("per_class", "activation"), [(False, "softmax"), (False, "sigmoid"), (True, "sigmoid")]
)
def test_temperatures_by_whole_weights_are_those_of_rows_repeated(per_class, activation):
    logits, labels = _set(activation)
    kind = {"activation": activation, "per_class": per_class}
    found = fit_temperature(logits, labels, weights=WHOLE, **kind)
    expected = fit_temperature(logits[REPEATED], labels[REPEATED], **kind)
    np.testing.assert_allclose(found.temperatures, expected.temperatures, rtol=1e-11)
    # Of 2500 rows, of which up to four are one, there are fewer to tell.
    effective = WHOLE.sum() ** 2 / (WHOLE**2).sum()
    ratio = found.standard_errors / expected.standard_errors
    np.testing.assert_allclose(ratio, np.sqrt(2500 / effective), rtol=1e-9)


@pytest.mark.parametrize(("name", "per_class", "activation"), FITS)
def test_a_weight_of_0_leaves_a_row_out(name, per_class, activation):
    logits, labels = _set(activation)
    kind = {"map": name, "activation": activation, "per_class": per_class, "floor": 1e-6}
    w = np.random.RandomState(0).exponential(size=1000) * (np.arange(1000) % 3 > 0)
    found = fit_calibration(logits, labels, weights=w, **kind)
    kept = w > 0
    expected = fit_calibration(logits[kept], labels[kept], weights=w[kept], **kind)
    assert found.temperatures.tolist() == expected.temperatures.tolist()
    assert found.bias.tolist() == expected.bias.tolist()
    assert found.precision == expected.precision


@pytest.mark.parametrize("weight", [1e-9, 1, 7.3])
@pytest.mark.parametrize(("name", "per_class", "activation"), FITS)
def test_a_constant_weight_changes_nothing(name, per_class, activation, weight):
    logits, labels = _set(activation)
    kind = {"map": name, "activation": activation, "per_class": per_class}
    found = fit_calibration(logits, labels, weights=np.full(1000, weight), **kind)
    expected = fit_calibration(logits, labels, **kind)
    assert found.temperatures.tolist() == expected.temperatures.tolist()
    assert found.standard_errors.tolist() == expected.standard_errors.tolist()
    assert found.bias.tolist() == expected.bias.tolist()


@pytest.mark.parametrize(("name", "per_class", "activation"), FITS)
def test_neither_the_order_of_rows_nor_the_scale_of_weights_nor_blocks_show(
    monkeypatch, name, per_class, activation
):
    logits, labels = _set(activation, missing=True)
    kind = {"map": name, "activation": activation, "per_class": per_class}
    random = np.random.RandomState(0)
    w, order = random.exponential(size=1000), random.permutation(1000)
    found = fit_calibration(logits, labels, weights=w, **kind)
    monkeypatch.setattr(validation, "_BLOCK", 400)
    _same(fit_calibration(logits[order], labels[order], weights=w[order] / 1e6, **kind), found)


def test_weights_move_the_fit_to_the_rows_that_count():
    logits, labels = reference_set()
    flat = np.arange(1000) < 500
    drawn = np.where(flat[:, None], logits * 3, logits)
    whole, one = (
        fit_temperature(drawn, labels, weights=w).temperature
        for w in (np.where(flat, 1.0, 1e-12), np.where(flat, 1.0, 0.0))
    )
    assert whole == pytest.approx(one, rel=1e-6)
    assert one > 1.5 * fit_temperature(drawn, labels, weights=np.where(flat, 0, 1)).temperature


def test_standard_errors_are_how_fits_with_weights_spread():
    found = []
    for seed in range(60):
        random = np.random.RandomState(seed)
        logits = random.normal(0, 3, (600, 3))
        p = naive_softmax(logits / 1.5).cumsum(1)
        labels = np.minimum((random.rand(600)[:, None] > p).sum(1), 2)
        found.append(fit_temperature(logits, labels, weights=random.exponential(size=600)))
    spread = np.std([fit.temperature for fit in found])
    assert np.mean([fit.standard_error for fit in found]) == pytest.approx(spread, rel=0.2)


def test_one_row_that_outweighs_the_others_is_too_few():
    logits, labels = reference_set()
    w = np.full(1000, 1e-9)
    w[0] = 1.0
    assert fit_temperature(logits * 3, labels, weights=w).undetermined == [0]


@pytest.mark.parametrize("fit", [fit_temperature, fit_calibration])
@pytest.mark.parametrize(
    ("weights", "message"),
    [([1.0, -1.0], ">= 0"), ([1.0, np.nan], ">= 0"), ([1.0, np.inf], ">= 0"), ([1.0], r"shape \(1,\), not \(2,\)"),
     ([0.0, 0.0], "every weight is 0"), ([1.0, 1e-150], "from 1e-100 to 1e100 unless 0"), (["x", 1.0], "could not convert")],
)  # fmt: skip
def test_weights_that_make_no_sense_are_refused(fit, weights, message):
    with pytest.raises(ValueError, match=message):
        fit([[1.0, 0.0], [2.0, 3.0]], [0, 1], weights=weights)


def test_one_independent_class_may_have_weights():
    random = np.random.RandomState(0)
    logits, w = random.normal(0, 3, 300), np.arange(300) % 3
    targets = (random.rand(300) < sigmoid(logits / 2 + 0.5)).astype(int)
    found = fit_calibration(logits, targets, activation="sigmoid", weights=w)
    rows = np.repeat(np.arange(300), w)
    expected = fit_temperature(logits[rows], targets[rows], activation="sigmoid")
    assert found.temperature == pytest.approx(expected.temperature, rel=1e-10)
