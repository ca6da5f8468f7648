"""Fits of maps by name, and the robust fit with a floor."""

import math

import numpy as np
import pytest

import softmax_cli
from softmax_cli.activations.functions import softmax
from softmax_cli.calibration import fitted_file
from softmax_cli.calibration.fit import fit_temperature
from softmax_cli.calibration.maps import MAPS, fit_calibration
from softmax_cli.calibration.selection import NONE
from softmax_cli.calibration.temperature_fit import NoTemperatureError
from softmax_cli.metrics.paired import compare_models
from tests.reference_set import reference_set
from tests.trust_sets import C10S_TEMPERATURE, first_half, second_half


def _spoiled():
    """The first half of c10, where ten rows have their least class for a label, at -1e6."""
    logits, labels = (array.copy() for array in first_half("c10"))
    rows = np.arange(10)
    labels[rows] = logits[rows].argmin(1)
    logits[rows, labels[rows]] = -1e6
    return logits, labels


def _nll(fit, name):
    logits, labels = second_half(name)
    return -np.log(fit.probabilities(logits)[np.arange(len(labels)), labels]).mean()


def test_it_stands_in_the_public_names():
    assert softmax_cli.fit_calibration is fit_calibration


def test_a_temperature_is_that_of_fit_temperature():
    logits, labels = reference_set()
    found, expected = fit_calibration(logits, labels), fit_temperature(logits, labels)
    assert found.temperature == expected.temperature
    assert found.standard_error == expected.standard_error
    assert (found.map, found.bias.size, found.has_bias) == ("temperature", 0, False)


def test_the_shifted_set_has_its_temperature_and_losses():
    logits, labels = first_half("c10s")
    temperature, bias = (fit_calibration(logits, labels, map=name) for name in MAPS)
    assert temperature.temperature == pytest.approx(C10S_TEMPERATURE, abs=1e-9)
    assert _nll(temperature, "c10s") == pytest.approx(1.500348598, abs=1e-9)
    assert _nll(bias, "c10s") == pytest.approx(1.406985610, abs=1e-8)


@pytest.mark.parametrize(("name", "nll"), [("b2s", 0.523911486), ("c100s", 2.794565180)])
def test_a_temperature_alone_leaves_more_loss_than_one_with_biases(name, nll):
    logits, labels = first_half(name)
    if name == "c100s":
        assert _nll(fit_calibration(logits, labels), name) == pytest.approx(nll, abs=1e-8)
        return
    found = fit_calibration(logits, labels[:, None], activation="sigmoid")
    test, answers = second_half(name)
    p = found.probabilities(test)[:, 0]
    own = np.where(answers == 1, p, 1 - p)
    assert -np.log(own).mean() == pytest.approx(nll, abs=1e-8)


def test_the_differences_between_maps_are_those_of_the_reference():
    half, (test, answers) = first_half("c10s"), second_half("c10s")
    maps = [fit_calibration(*half, map=name).probabilities(test) for name in MAPS]
    temperature = compare_models([softmax(test), maps[0]], answers)[0]
    assert temperature.nll.mean == pytest.approx(-0.330816026, abs=1e-8)
    assert temperature.nll.standard_error == pytest.approx(0.019702590, abs=1e-8)
    bias = compare_models(maps, answers)[0]
    assert bias.nll.mean == pytest.approx(-0.093362988, abs=1e-8)
    assert bias.nll.standard_error == pytest.approx(0.007785151, abs=1e-8)
    assert (bias.only_first, bias.only_other) == (72, 163)
    assert bias.mcnemar_p == pytest.approx(2.770943026e-09, rel=1e-8)


@pytest.mark.parametrize("name", list(MAPS))
@pytest.mark.parametrize(
    ("floor", "temperature", "nll"),
    [(2.0**-52, 1.920028083, 1.408477490), (1e-12, 1.890633578, 1.407346154)],
)
def test_a_floor_makes_the_fit_robust(name, floor, temperature, nll):
    found = fit_calibration(*_spoiled(), map=name, floor=floor)
    assert found.temperature == pytest.approx(temperature, abs=1e-8)
    assert _nll(found, "c10") == pytest.approx(nll, abs=1e-8)


def test_without_a_floor_few_rows_ruin_the_fit():
    with pytest.raises(NoTemperatureError):
        fit_calibration(*_spoiled())
    clean = fit_calibration(*first_half("c10"))
    assert clean.temperature == pytest.approx(1.798312046, abs=1e-9)
    assert _nll(clean, "c10") == pytest.approx(1.405505850, abs=1e-9)


def test_a_shift_that_hides_all_is_found_by_biases():
    random = np.random.RandomState(5)
    logits = random.normal(0, 1, (2000, 1)) + 6.0
    p = 1 / (1 + np.exp(-(2.0 * logits - 13.5)))
    labels = (random.rand(2000, 1) < p).astype(int)
    with pytest.raises(NoTemperatureError):
        fit_calibration(logits, labels, activation="sigmoid")
    found = fit_calibration(logits, labels, map="bias", activation="sigmoid")
    assert abs(found.temperature - 0.5) < 4 * found.standard_error


def test_probabilities_of_independent_classes():
    random = np.random.RandomState(0)
    logits = random.normal(0, 3, (500, 2))
    targets = (random.rand(500, 2) < 1 / (1 + np.exp(-logits / 2 - 1))).astype(int)
    found = fit_calibration(logits, targets, map="bias", activation="sigmoid", per_class=True)
    assert found.temperatures.shape == found.bias.shape == found.bias_errors.shape == (2,)
    expected = 1 / (1 + np.exp(-(logits / found.temperatures + found.bias)))
    np.testing.assert_allclose(found.probabilities(logits), expected, rtol=1e-12)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"map": "matrix"}, "map must be one of temperature, bias"),
        ({"floor": 1.0}, r"floor must be in \[0, 1\)"),
        ({"floor": math.nan}, r"floor must be in \[0, 1\)"),
    ],
)
def test_what_is_no_map_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        fit_calibration(*reference_set(), **options)


def test_files_know_all_maps():
    assert set(fitted_file._MAPS) == {*MAPS, NONE}


def test_a_calibrated_model_is_rarely_changed():
    changed = 0
    for seed in range(60):
        random = np.random.RandomState(seed)
        logits = random.normal(0, 2, (400, 5))
        shares = softmax(logits).cumsum(1)
        labels = np.minimum((random.rand(400)[:, None] > shares).sum(1), 4)
        fit = fit_calibration(logits[:200], labels[:200], map="bias")
        models = [softmax(logits[200:]), fit.probabilities(logits[200:])]
        changed += compare_models(models, labels[200:])[0].nll.ci_95[1] < 0
    assert changed <= 3
