"""Calibrations as facts for JSON."""

import json
import math

import numpy as np
import pytest

from softmax_cli.display.json_report import calibration_json
from softmax_cli.display.json_values import json_number, to_json_text
from tests.display.sample_reports import calibrated, calibrated_by_bias, calibrated_each
from tests.reference_set import AT_BEST, AT_ONE, TEMPERATURE


def _parsed(facts):
    def refuse(name):
        raise AssertionError(f"{name} is no JSON")

    return json.loads(to_json_text(facts), parse_constant=refuse)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(1.5, 1.5), (0, 0), (math.nan, None), (math.inf, "inf"), (-math.inf, "-inf")],
)
def test_a_number_of_json(value, expected):
    assert json_number(value) == expected


def test_a_calibration_holds_before_and_after():
    facts = _parsed(calibration_json(calibrated()))
    assert facts["temperature"] == pytest.approx(TEMPERATURE, abs=1e-9)
    assert facts["activation"] == "softmax"
    assert facts["classes"] == ["a", "b", "c", "d"]
    assert (facts["rows_fitted"], facts["rows_evaluated"], facts["seed"]) == (1000, 1000, 7)
    assert facts["before"]["metrics"]["ece"] == pytest.approx(AT_ONE["ece"], abs=1e-9)
    assert facts["after"]["metrics"]["ece"] == pytest.approx(AT_BEST["ece"], abs=1e-9)
    assert len(facts["before"]["bins"]) == len(facts["after"]["bins"]) == 15
    assert "fold_temperatures" not in facts
    folds = _parsed(calibration_json(calibrated(folds=(1.5, [2.0, 3.0]))))
    assert folds["fold_temperatures"] == [1.5, [2.0, 3.0]]


def test_what_changed_is_held_in_pairs():
    report = calibrated()
    facts = _parsed(calibration_json(report))
    assert facts["paired"]["nll"]["mean"] == report.paired.nll.mean
    assert facts["paired"]["nll"]["ci_95"] == list(report.paired.nll.ci_95)
    assert (facts["paired"]["changed"], facts["paired"]["only_before"]) == (0, 0)
    assert facts["recommended"] is True
    assert (facts["map"], facts["floor"]) == ("temperature", 0.0)
    assert "bias" not in facts


def test_biases_are_held_with_their_errors():
    report = calibrated_by_bias()
    facts = _parsed(calibration_json(report))
    assert facts["map"] == "bias"
    np.testing.assert_array_equal(facts["bias"], report.fit.bias)
    assert len(facts["bias_standard_error"]) == len(facts["class_shares"]) == 10
    assert facts["precision"] == report.fit.precision
    assert facts["paired"]["changed"] == report.changed


def test_temperatures_of_each_class_are_a_list():
    facts = _parsed(calibration_json(calibrated_each()))
    assert len(facts["temperature"]) == len(facts["standard_error"]) == 3


def test_a_text_of_facts_ends_with_a_line_and_keeps_every_script():
    assert to_json_text({"a": "虎"}) == '{\n  "a": "虎"\n}\n'
