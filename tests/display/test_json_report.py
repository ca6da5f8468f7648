"""Assessments as facts for JSON."""

import json
import math

import pytest

from softmax_cli.display.json_report import calibration_json, evaluation_json
from softmax_cli.display.render import json_number, to_json_text
from softmax_cli.metrics.evaluate import evaluate
from tests.display.sample_reports import (
    EvaluationReport,
    assessed,
    calibrated,
    calibrated_each,
    independent,
)
from tests.reference_set import AT_BEST, AT_ONE, TEMPERATURE


def _parsed(facts):
    def refuse(name):
        raise AssertionError(f"{name} is no JSON")

    return json.loads(to_json_text(facts), parse_constant=refuse)


def test_the_facts_are_the_figures_exactly():
    found = assessed(unlabeled=3, invalid=2)
    facts = _parsed(evaluation_json(found))
    assert list(facts) == [
        "source", "activation", "temperature", "classes", "rows", "unlabeled", "invalid",
        "metrics", "gap", "ece_noise_floor", "infinite_nll", "predictions_stored", "binning", "bins",
    ]  # fmt: skip
    assert facts["metrics"] == dict(found.evaluation.metrics)
    for name, value in AT_ONE.items():
        assert facts["metrics"][name] == pytest.approx(value, abs=1e-9)
    assert (facts["rows"], facts["unlabeled"], facts["invalid"]) == (1000, 3, 2)
    assert facts["gap"] == found.evaluation.gap
    assert facts["ece_noise_floor"]["exceeded"] is True
    assert facts["ece_noise_floor"]["mean"] == found.evaluation.noise_floor.mean
    assert facts["predictions_stored"] == 1000
    assert facts["binning"] == {
        "kind": "width", "bins": 15, "edges": "(lower, upper], 0 in the first"
    }  # fmt: skip


def test_bins_add_up_to_the_error():
    facts = _parsed(evaluation_json(assessed()))
    used = [part for part in facts["bins"] if part["rows"]]
    error = sum(part["rows"] * abs(part["confidence"] - part["accuracy"]) for part in used)
    assert error / 1000 == pytest.approx(AT_ONE["ece"], abs=1e-9)
    for part in used:
        low, high = part["ci_95"]
        assert low <= part["accuracy"] <= high
    empty = [part for part in facts["bins"] if not part["rows"]]
    assert empty
    assert all(part["accuracy"] is part["confidence"] is None for part in empty)
    assert all(part["ci_95"] == [None, None] for part in empty)


def test_bins_of_equal_mass_say_so():
    facts = _parsed(evaluation_json(assessed(binning="mass", bins=10)))
    assert facts["binning"] == {"kind": "mass", "bins": 10, "edges": "equally many rows in each"}
    assert [part["rows"] for part in facts["bins"]] == [100] * 10


def test_independent_classes_have_facts_of_their_own():
    found = independent()
    facts = _parsed(evaluation_json(found))
    assert [of["class"] for of in facts["by_class"]] == ["c0", "c1", "c2"]
    for k, of in enumerate(facts["by_class"]):
        assert set(of) == {"class", *found.evaluation.by_class}
        assert of["nll"] == found.evaluation.by_class["nll"][k]
    assert set(facts["bins"][0]) == {"lower", "upper", "rows", "probability", "rate", "ci_95"}
    assert sum(part["rows"] for part in facts["bins"]) == 600


def test_what_is_no_number_in_json_is_text_or_nothing():
    evaluation = evaluate([[1.0, 0.0], [0.5, 0.5]], [[0, -1], [1, -1]], activation="sigmoid")
    facts = _parsed(evaluation_json(EvaluationReport("f", "sigmoid", math.inf, evaluation)))
    assert (facts["metrics"]["nll"], facts["temperature"]) == ("inf", "inf")
    assert facts["infinite_nll"] == 1
    assert facts["by_class"][1]["accuracy"] is None


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


def test_temperatures_of_each_class_are_a_list():
    facts = _parsed(calibration_json(calibrated_each()))
    assert len(facts["temperature"]) == len(facts["standard_error"]) == 3


def test_a_text_of_facts_ends_with_a_line_and_keeps_every_script():
    assert to_json_text({"a": "虎"}) == '{\n  "a": "虎"\n}\n'
