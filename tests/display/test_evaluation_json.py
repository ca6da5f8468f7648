"""Evaluations as JSON: every key documented, every digit kept."""

import json
import math

import numpy as np
import pytest

from softmax_cli.activations.functions import softmax
from softmax_cli.display.evaluation_json import KEYS, evaluation_json
from softmax_cli.display.json_values import to_json_text
from softmax_cli.metrics.evaluate import evaluate
from tests.display.sample_reports import EvaluationReport, assessed, independent
from tests.reference_set import AT_ONE, reference_set


def _parsed(facts):
    def refuse(name):
        raise AssertionError(f"{name} is no JSON")

    return json.loads(to_json_text(facts), parse_constant=refuse)


def _full():
    logits, labels = reference_set()
    weights, groups = 1 + np.arange(1000) % 2, np.arange(1000) % 2
    evaluation = evaluate(softmax(logits), labels, weights=weights, groups=groups)
    return EvaluationReport(
        "f", "softmax", 1.0, evaluation, group_columns=("g",), weight_column="w",
        acceptance=assessed().evaluation.acceptance(0.8),
    )  # fmt: skip


def test_every_key_is_documented():
    weighted = _parsed(evaluation_json(_full(), by_class=True))
    plain = _parsed(evaluation_json(assessed()))
    assert set(weighted) | set(plain) == set(KEYS)


def test_the_facts_are_the_figures_exactly():
    found = assessed(unlabeled=3, invalid=2)
    facts = _parsed(evaluation_json(found))
    assert facts["metrics"] == dict(found.evaluation.metrics)
    for name, value in AT_ONE.items():
        assert facts["metrics"][name] == pytest.approx(value, abs=1e-9)
    assert (facts["rows"], facts["unlabeled"], facts["invalid"]) == (1000, 3, 2)
    assert facts["gap"] == found.evaluation.gap
    assert facts["ece_noise_floor"]["exceeded"] is True
    assert facts["ece_noise_floor"]["mean"] == found.evaluation.noise_floor.mean
    assert set(facts["noise_floors"]) == {"ece", "mce", "l2", "ece_mass", "ece_classwise"}
    assert facts["predictions_stored"] == 1000
    assert facts["binning"] == {
        "kind": "width", "bins": 15, "edges": "(lower, upper], 0 in the first"
    }  # fmt: skip


def test_the_verdict_has_every_test():
    found = assessed()
    facts = _parsed(evaluation_json(found))["verdict"]
    assert facts["word"] == "miscalibrated"
    assert facts["tests"][0]["test"] == "sharpness"
    assert facts["tests"][0]["z"] == found.evaluation.summary.scores.sharpness[0]
    named = next(test for test in facts["tests"] if test["test"] == "class total")
    assert named["class"] in "abcd"


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
    assert facts["binning"] == {"kind": "mass", "bins": 10, "edges": "equal number of rows in each"}
    assert [part["rows"] for part in facts["bins"]] == [100] * 10


def test_each_class_has_its_totals():
    found = assessed()
    assert "by_class" not in evaluation_json(found)
    facts = _parsed(evaluation_json(found, by_class=True))["by_class"]
    assert [of["class"] for of in facts] == list("abcd")
    assert sum(of["labels"] for of in facts) == 1000
    assert sum(of["probability"] for of in facts) == pytest.approx(1)
    for k, of in enumerate(facts):
        assert of["gap"] == pytest.approx(of["probability"] - of["rate"], abs=1e-15)
        assert of["z"] == found.evaluation.summary.scores.class_z[k]


def test_independent_classes_have_facts_of_their_own():
    found = independent()
    facts = _parsed(evaluation_json(found))
    assert [of["class"] for of in facts["by_class"]] == ["c0", "c1", "c2"]
    for k, of in enumerate(facts["by_class"]):
        assert {"class", "z", "sharpness_z", *found.evaluation.by_class} <= set(of)
        assert of["nll"] == found.evaluation.by_class["nll"][k]
    assert set(facts["bins"][0]) == {"lower", "upper", "rows", "probability", "rate", "ci_95"}
    assert sum(part["rows"] for part in facts["bins"]) == 600


def test_what_is_no_number_in_json_is_text_or_nothing():
    evaluation = evaluate([[1.0, 0.0], [0.5, 0.5]], [[0, -1], [1, -1]], activation="sigmoid")
    facts = _parsed(evaluation_json(EvaluationReport("f", "sigmoid", math.inf, evaluation)))
    assert (facts["metrics"]["nll"], facts["temperature"]) == ("inf", "inf")
    assert facts["infinite_nll"] == 1
    assert facts["by_class"][1]["accuracy"] is None
