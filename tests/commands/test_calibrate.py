"""`softmax calibrate`: the temperature of the least NLL, and where it goes."""

import json
from functools import cache

import numpy as np
import pytest

from softmax_cli import fit_temperature
from softmax_cli.calibration import spool
from tests.chunks import cut_blocks
from tests.reference_set import (
    AT_BEST,
    AT_ONE,
    STANDARD_ERROR,
    TEMPERATURE,
    reference_csv,
    reference_set,
)
from tests.runner import softmax

OWN = ["--holdout", "0"]
TOLD = ["--label", "y"]
SHORT = "".join(reference_csv().splitlines(keepends=True)[:201])
FLATTERS = "softmax: judged on the rows it was fitted on, which flatters it\n"


@cache
def _facts(*arguments, stdin=None):
    ran = softmax("calibrate", "-q", "-f", "json", *arguments, stdin=stdin or reference_csv())
    assert (ran.err, ran.code) == ("", 0)
    return json.loads(ran.out)


def _multilabel(names=("y_a", "y_b", "y_c", "y_d")):
    logits, labels = reference_set()
    lines = [",".join(("a", "b", "c", "d", *names))]
    for row, label in zip(logits.tolist(), labels.tolist(), strict=True):
        lines.append(",".join(map(repr, [*row, *(int(label == k) for k in range(4))])))
    return "\n".join(lines) + "\n"


def _binary():
    logits, labels = reference_set()
    rows = zip(logits[:, 0].tolist(), labels.tolist(), strict=True)
    return "score,y\n" + "".join(f"{z!r},{int(label == 0)}\n" for z, label in rows)


def test_the_reference_set_has_its_temperature():
    found = _facts(*OWN)
    assert found["temperature"] == pytest.approx(TEMPERATURE, abs=1e-9)
    assert found["standard_error"] == pytest.approx(STANDARD_ERROR, abs=1e-6)
    for name, value in AT_ONE.items():
        assert found["before"]["metrics"][name] == pytest.approx(value, abs=1e-9)
    for name, value in AT_BEST.items():
        assert found["after"]["metrics"][name] == pytest.approx(value, abs=1e-9)
    assert (found["rows_fitted"], found["rows_evaluated"]) == (1000, 1000)
    assert found["classes"] == ["a", "b", "c", "d"]


def test_half_of_the_rows_are_held_out():
    ran = softmax("calibrate", *TOLD, stdin=reference_csv())
    assert (ran.err, ran.code) == ("", 0)
    lines = ran.out.splitlines()
    assert lines[:3] == [
        "Divide the logits by 1.801: ECE 16.8 % -> 4.4 %, noise floor 4.9 %; NLL 1.0993 -> 0.9334.",
        "Temperature 1.801, standard error 0.11 (95 %: 1.591 to 2.039), for softmax; accuracy and ranking stay as they are.",
        "Fitted on 477 rows; before and after are of 523 rows: rows held out of the fit.",
    ]  # fmt: skip
    assert "│ metric             │ before │  after │ what it is" in ran.out
    assert "After, ECE 4.4 % is within what chance alone gives" in ran.out


@pytest.mark.parametrize("arguments", [["-f", "table"], ["-f", "json"]])
def test_without_a_holdout_it_says_loudly_that_it_judges_itself(arguments):
    ran = softmax("calibrate", *TOLD, *OWN, *arguments, stdin=reference_csv())
    assert (ran.err, ran.code) == (FLATTERS, 0)
    if "table" in arguments:
        assert (
            "These figures flatter: the temperature is judged on the rows it was fitted" in ran.out
        )
    else:
        assert json.loads(ran.out)["evaluated_on"] == "the rows it was fitted on"
    assert softmax("calibrate", "-q", *OWN, *arguments, stdin=reference_csv()).out == ran.out


def test_folds_judge_all_rows():
    found = _facts("--folds", "3")
    assert found["temperature"] == pytest.approx(TEMPERATURE, abs=1e-9)
    assert len(found["fold_temperatures"]) == 3
    assert (found["rows_fitted"], found["rows_evaluated"]) == (1000, 1000)
    assert found["before"]["metrics"]["nll"] == pytest.approx(AT_ONE["nll"], abs=1e-9)
    assert found["after"]["metrics"]["nll"] > AT_BEST["nll"]
    ran = softmax("calibrate", *TOLD, "--folds", "3", stdin=reference_csv())
    assert ran.err == ""
    assert "3 folds, each at the temperature of the others." in ran.out
    assert "The temperatures of the folds: " in ran.out
    assert "flatter" not in ran.out


# Arguments that make no difference to what is found.
@pytest.mark.parametrize(
    "arguments",
    [[], ["-"], ["-j", "1"], ["-j", "4"], ["--seed", "0"], ["--holdout", "0.5"], ["--bins", "15"],
     ["-a", "softmax", "--from", "logits"], ["--invalid", "skip"], TOLD, ["--columns", "a,b,c,d"]],
)  # fmt: skip
def test_what_makes_no_difference(arguments):
    assert _facts(*arguments) == _facts()


@pytest.mark.parametrize("arguments", [[], OWN, ["--folds", "2"]])
def test_threads_make_the_same_bytes(monkeypatch, arguments):
    cut_blocks(monkeypatch, 150)
    runs = [
        softmax("calibrate", "-f", "json", *arguments, "-j", str(jobs), stdin=SHORT)
        for jobs in (1, 4)
    ]
    assert runs[0] == runs[1]
    assert runs[0].code == 0


@pytest.mark.parametrize("arguments", [[], ["--folds", "2"], ["-a", "sigmoid"]])
@pytest.mark.parametrize("room", [1 << 25, 0])
def test_neither_blocks_nor_the_disk_show(monkeypatch, arguments, room):
    whole = softmax("calibrate", *arguments, stdin=SHORT)
    cut_blocks(monkeypatch, 150)
    monkeypatch.setattr(spool, "_IN_MEMORY", room)
    assert softmax("calibrate", *arguments, stdin=SHORT) == whole


def test_another_seed_holds_out_other_rows():
    one, other = _facts("--seed", "1"), _facts("--seed", "2")
    assert one["temperature"] != other["temperature"]
    assert (one["seed"], other["seed"]) == (1, 2)
    assert one == _facts("--seed", "1")


def test_labels_may_lie_beside(tmp_path):
    lines = [line.rpartition(",") for line in reference_csv().splitlines()]
    path = tmp_path / "y.csv"
    path.write_text("".join(line[2] + "\n" for line in lines))
    rows = "".join(line[0] + "\n" for line in lines)
    assert _facts("--labels", str(path), stdin=rows) == _facts()


@pytest.mark.parametrize(
    ("arguments", "given", "key"),
    [
        ([], reference_csv, None),
        (["-a", "sigmoid", "--label", "y_*"], _multilabel, None),
        (["-a", "sigmoid", "--label", "y_*", "--per-class"], _multilabel, list),
        (["-a", "sigmoid"], _binary, None),
    ],
)
def test_the_temperature_goes_into_a_file_that_other_commands_read(tmp_path, arguments, given, key):
    path = tmp_path / "t.json"
    ran = softmax("calibrate", "-q", *arguments, "-o", str(path), "-f", "json", stdin=given())
    assert (ran.err, ran.code) == ("", 0)
    assert path.read_text() == ran.out
    fitted = json.loads(path.read_text())
    assert isinstance(fitted["temperature"], key or float)
    shared = [part for part in arguments if part != "--per-class"]
    judged = softmax("evaluate", "-q", "-f", "json", *shared, "-t", f"@{path}", stdin=given())
    found = json.loads(judged.out)
    assert found["temperature"] == fitted["temperature"]
    assert found["metrics"]["nll"] < fitted["before"]["metrics"]["nll"] + 0.1
    converted = softmax("convert", "-q", *shared, "-t", f"@{path}", stdin=given())
    assert (converted.err, converted.code) == ("", 0)
    if key is None:
        plain = [*shared, "-t", repr(fitted["temperature"])]
        assert converted.out == softmax("convert", "-q", *plain, stdin=given()).out
        vector = ["1"] * len(fitted["classes"])
        compared = softmax("compare", "-t", f"@{path}", *vector)
        assert (compared.err, compared.code) == ("", 0)


def test_a_fitted_temperature_compares_its_own_activation(tmp_path):
    path = tmp_path / "t.json"
    softmax("calibrate", "-q", "-o", str(path), stdin=reference_csv())
    t = repr(json.loads(path.read_text())["temperature"])
    vector = ["-a", "softmax", "1", "2", "3", "-4"]
    fitted = softmax("compare", "-t", f"@{path}", *vector)
    assert (fitted.err, fitted.code) == ("", 0)
    assert fitted.out == softmax("compare", "-t", t, *vector).out


def test_each_class_has_its_temperature_told():
    arguments = ["-a", "sigmoid", "--label", "y_*", "--per-class", *OWN]
    found = _facts(*arguments, stdin=_multilabel())
    logits, labels = reference_set()
    targets = (labels[:, None] == np.arange(4)).astype(int)
    expected = fit_temperature(logits, targets, activation="sigmoid", per_class=True)
    assert found["temperature"] == pytest.approx(expected.temperatures.tolist(), rel=1e-12)
    assert found["standard_error"] == pytest.approx(expected.standard_errors.tolist(), rel=1e-9)
    ran = softmax("calibrate", "-q", *arguments, stdin=_multilabel())
    assert ran.out.startswith("Divide the logits by those of each class: ECE ")
    assert "│ class │ temperature │ standard error │" in ran.out


def test_columns_of_labels_may_come_in_any_order():
    arguments = ["-a", "sigmoid", "--label", "y_*", "--per-class"]
    lines = [line.split(",") for line in _multilabel().splitlines()]
    turned = "".join(",".join(line[:4] + line[:3:-1]) + "\n" for line in lines)
    assert _facts(*arguments, stdin=turned) == _facts(*arguments, stdin=_multilabel())


def test_a_calibrated_model_is_left_as_it_is():
    logits, labels = reference_set()
    rows = zip((logits / TEMPERATURE).tolist(), labels.tolist(), strict=True)
    given = "a,b,c,d,y\n" + "".join(f"{','.join(map(repr, row))},{y}\n" for row, y in rows)
    ran = softmax("calibrate", "-q", *OWN, stdin=given)
    assert "Divide the logits by 1: " in ran.out
    assert "The temperature is 1 within its error: these labels give no reason to change" in ran.out


@pytest.mark.parametrize(
    ("arguments", "given", "message", "code"),
    [
        (OWN, "a,b,y\n1,0,b\n0,1,a\n", "<stdin>: no finite temperature is best: the labels are no "
         "better than chance, so that the NLL falls all the way to T = infinity, where every class "
         "is as likely. Do the labels belong to these rows, and the columns to these classes?", 1),
        (OWN, "a,b,y\n1,0,a\n0,1,b\n", "<stdin>: no temperature above 0 is best: every label has "
         "the largest logit already, so that the NLL falls all the way to T = 0. "
         "Fit on rows that the model was not trained on, or on more of them.", 1),
        ([], "a,b,y\n1,0,a\n", "<stdin>: no labeled row is left to", 1),
        (OWN, "a,b,y\n1,0,\n", "<stdin>: no row has a label.", 1),
        (OWN, "a,b,y\n1,0,c\n", 'label "c" names no class', 1),
        (OWN, "a,b,y\n-inf,0,a\n", "a class masked with -inf", 1),
        ([*OWN, "--from", "probabilities"], "a,b,y\n1,0,a\n1,0,b\n",
         '<stdin>, line 3: the label is "b", a class of probability 0. '
         "Leave the row out, or give it no label (-1).", 1),
        ([*OWN, "-a", "sigmoid"], "a,y\n1,1\ninf,0\n",
         "<stdin>, line 3: an infinite logit is certain of what did not come.", 1),
        ([*OWN, "-a", "sigmoid", "--per-class", "--label", "y_*"],
         "a,b,y_a,y_b\n1,1,1,0\n-1,-2,0,1\n0.5,1,0,1\n",
         'no finite temperature is best for "b": the labels are no better than chance', 1),
        (["--holdout", "1"], "a,b,y\n1,0,a\n", "1.0 is not in the range 0<=x<1", 2),
        (["--holdout", "-0.1"], "a,b,y\n1,0,a\n", "is not in the range", 2),
        (["--folds", "1"], "a,b,y\n1,0,a\n", "1 is not in the range 2<=x<=100", 2),
        (["--per-class"], "a,b,y\n1,0,a\n",
         "--per-class is for -a sigmoid: softmax has one temperature.", 2),
        (["--plot", "r.gif"], "a,b,y\n1,0,a\n", "a picture ends in .png, .svg or .pdf.", 2),
        ([], "a,b\n1,0\n", "no column of labels is known.", 2),
        ([], "a,y\n1,0\n", "there is one logit only", 2),
        (["-t", "2"], "a,b,y\n1,0,a\n", "No such option", 2),
        ([], "", "<stdin>: the input is empty.", 1),
    ],
)  # fmt: skip
def test_what_cannot_be_fitted_is_refused(tmp_path, arguments, given, message, code):
    path = tmp_path / "t.json"
    ran = softmax("calibrate", "-o", str(path), *arguments, stdin=given)
    assert (ran.out, ran.code) == ("", code)
    assert message in ran.err
    assert "internal error" not in ran.err
    assert not path.exists()


def test_what_was_left_out_is_counted():
    given = reference_csv().replace("a,b,c,d,y", "0,1,2,3,y")
    more = given + "x,0,0,0,1\n" + "1,1,1,1,\n" * 3
    found = _facts("--invalid", "skip", *OWN, stdin=more)
    assert (found["invalid"], found["unlabeled"], found["rows_fitted"]) == (1, 3, 1000)
    assert found["temperature"] == pytest.approx(TEMPERATURE, rel=1e-12)


def test_a_picture_shows_before_and_after(tmp_path):
    pytest.importorskip("matplotlib")
    path = tmp_path / "r.svg"
    ran = softmax("calibrate", "-q", "--plot", str(path), stdin=reference_csv())
    assert (ran.err, ran.code) == ("", 0)
    assert path.read_text().lstrip().startswith("<?xml")
