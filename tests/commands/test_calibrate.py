"""`softmax calibrate`: the temperature of least NLL, and its file."""

import json
from functools import cache

import numpy as np
import pytest

from softmax_cli import fit_temperature
from softmax_cli.calibration import spool
from tests.chunks import cut_blocks
from tests.each import each
from tests.reference_set import (
    AT_BEST,
    AT_ONE,
    STANDARD_ERROR,
    TEMPERATURE,
    reference_csv,
    reference_set,
)
from tests.runner import softmax
from tests.trust_sets import first_half

OWN = ["--holdout", "0"]
LABELED = ["--label", "y"]
SHORT = "".join(reference_csv().splitlines(keepends=True)[:201])
FLATTERS = "softmax: warning: evaluated on the fitted rows: results are optimistic\n"


@cache
def _facts(*arguments, stdin=None):
    ran = softmax("calibrate", "-q", "-f", "json", *arguments, stdin=stdin or reference_csv())
    in_sample = "--holdout" in arguments and arguments[arguments.index("--holdout") + 1] == "0"
    assert (ran.err.replace(FLATTERS, ""), ran.code) == ("", 0)
    assert (FLATTERS in ran.err) is in_sample
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
    ran = softmax("calibrate", *LABELED, stdin=reference_csv())
    assert (ran.err, ran.code) == ("", 0)
    text = " ".join(ran.out.split())
    assert text.startswith("Calibration of <stdin> ")
    advice = (
        "Divide the logits by 1.801: ECE 16.8% -> 4.4%, noise floor 4.9%; NLL 1.0993 -> 0.9334."
    )
    assert text.count(advice) == 2
    assert text.endswith(advice)
    assert (
        "Temperature 1.801 for softmax, standard error 0.11 (95% CI 1.591 to 2.039); "
        "accuracy and the order of classes are unchanged. "
        "Fitted on 477 rows; evaluated on 523 rows (held out). "
        "After minus before: NLL -0.1659 (95% CI " in text
    )


@pytest.mark.parametrize("arguments", [["-f", "table"], ["-f", "json"]])
def test_without_a_holdout_it_says_loudly_that_it_judges_itself(arguments):
    ran = softmax("calibrate", *LABELED, *OWN, *arguments, stdin=reference_csv())
    assert (ran.err, ran.code) == (FLATTERS, 0)
    if "table" in arguments:
        assert "Optimistic: evaluated on the rows used for fitting" in ran.out
    else:
        assert json.loads(ran.out)["evaluated_on"] == "the same rows"
    assert softmax("calibrate", "-q", *OWN, *arguments, stdin=reference_csv()).out == ran.out


def test_folds_judge_all_rows():
    found = _facts("--folds", "3")
    assert found["temperature"] == pytest.approx(TEMPERATURE, abs=1e-9)
    assert len(found["fold_temperatures"]) == 3
    assert (found["rows_fitted"], found["rows_evaluated"]) == (1000, 1000)
    assert found["before"]["metrics"]["nll"] == pytest.approx(AT_ONE["nll"], abs=1e-9)
    assert found["after"]["metrics"]["nll"] > AT_BEST["nll"]
    ran = softmax("calibrate", *LABELED, "--folds", "3", stdin=reference_csv())
    assert ran.err == ""
    text = " ".join(ran.out.split())
    assert "(3-fold cross-validation)." in text
    assert "Fold temperatures: " in text
    assert "Optimistic" not in ran.out


# Arguments that make no difference to what is found.
@each(
    "arguments",
    [[], ["-"], ["-j", "1"], ["-j", "4"], ["--seed", "0"], ["--holdout", "0.5"], ["--bins", "15"],
     ["-a", "softmax", "--from", "logits"], ["--invalid", "skip"], LABELED, ["--columns", "a,b,c,d"]],
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


def test_labels_may_be_in_another_file(tmp_path):
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


def test_each_class_has_its_temperature():
    arguments = ["-a", "sigmoid", "--label", "y_*", "--per-class", *OWN]
    found = _facts(*arguments, stdin=_multilabel())
    logits, labels = reference_set()
    targets = (labels[:, None] == np.arange(4)).astype(int)
    expected = fit_temperature(logits, targets, activation="sigmoid", per_class=True)
    assert found["temperature"] == pytest.approx(expected.temperatures.tolist(), rel=1e-12)
    assert found["standard_error"] == pytest.approx(expected.standard_errors.tolist(), rel=1e-9)
    ran = softmax("calibrate", "-q", *arguments, stdin=_multilabel())
    assert "A temperature does not fix this: try --map bias. At one temp" in ran.out
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
    text = " ".join(ran.out.split())
    assert "Leave the logits as they are: T = 1 changes the NLL by " in text
    assert "The 95% CI includes 1: these rows give no evidence that a temperature is needed" in text


@each(
    ("arguments", "given", "message", "code"),
    [
        (OWN, "a,b,y\n1,0,b\n0,1,a\n", "<stdin>: no finite temperature is optimal: labels are no better "
         "than chance, so the NLL is lowest at T = infinity (uniform). "
         "Check that the labels match the rows and the class columns.", 1),
        (OWN, "a,b,y\n1,0,a\n0,1,b\n", "<stdin>: no positive temperature is optimal: in the rows that are fitted, every label has "
         "the largest logit, so the NLL is lowest at T = 0. "
         "Fit on rows not used in training, or on more rows.", 1),
        ([], "a,b,y\n1,0,a\n", "<stdin>: no labeled rows left to", 1),
        (OWN, "a,b,y\n1,0,\n", "<stdin>: every row was skipped: 1 without a label.", 1),
        (OWN, "a,b,y\n1,0,c\n", 'unknown label "c"', 1),
        (OWN, "a,b,y\n-inf,0,a\n", "is masked with -inf", 1),
        ([*OWN, "--from", "probabilities", "--floor", "0"], "a,b,y\n1,0,a\n1,0,b\n",
         '<stdin>, line 3: label "b" has probability 0. '
         "Leave the row out, or give it no label (-1).", 1),
        ([*OWN, "-a", "sigmoid"], "a,y\n1,1\ninf,0\n",
         "<stdin>, line 3: infinite logit contradicts its label.", 1),
        ([*OWN, "-a", "sigmoid", "--per-class", "--label", "y_*"],
         "a,b,y_a,y_b\n1,1,0,0\n-1,-2,1,1\n0.5,1,0,1\n",
         'no finite temperature is optimal for "a", "b": labels are no better than chance', 1),
        (["--holdout", "1"], "a,b,y\n1,0,a\n", "1.0 is not in the range 0<=x<1", 2),
        (["--holdout", "-0.1"], "a,b,y\n1,0,a\n", "is not in the range", 2),
        (["--map", "matrix"], "a,b,y\n1,0,a\n", "'matrix' is not one of", 2),
        (["--map", "auto", "--folds", "3"], "a,b,y\n1,0,a\n", "--map auto uses cross-validation", 2),
        (["--floor", "1"], "a,b,y\n1,0,a\n", "1.0 is not in the range 0<=x<1", 2),
        ([*OWN, "--map", "auto"], "a,b,y\n1,0,a\n0,1,b\n", "Use more rows, or --map temperature.", 1),
        (OWN, "a,b,y\n1.5,1.5,a\n0.5,0.5,b\n", "<stdin>: no temperature is optimal: every row has equal "
         "logits, so all temperatures give the same probabilities.", 1),
        (OWN, "a,b,y\n1.001,0.5,a\n1.5,0.5,b\n",
         "<stdin>: no finite temperature is optimal: labels are no better", 1),
        (OWN, "a,b,y\n1.001,0,a\n1,0,b\n",
         "<stdin>: too few rows to fit a temperature: 2, which leave T between", 1),
        (["--folds", "1"], "a,b,y\n1,0,a\n", "1 is not in the range 2<=x<=100", 2),
        (["--per-class"], "a,b,y\n1,0,a\n",
         "--per-class requires -a sigmoid.", 2),
        (["--plot", "r.gif"], "a,b,y\n1,0,a\n", "use a .png, .svg or .pdf file.", 2),
        ([], "a,b\n1,0\n", "no label column.", 2),
        ([], "a,y\n1,0\n", "softmax of a single class is always 1", 2),
        (["-t", "2"], "a,b,y\n1,0,a\n", "No such option", 2),
        ([], "", "<stdin>: empty input.", 1),
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
    ran = softmax("calibrate", "-q", "-f", "json", "--invalid", "skip", *OWN, stdin=more)
    assert "softmax: warning: 1 of 1004 rows skipped; first: <stdin>, line 1002" in ran.err
    found = json.loads(ran.out)
    assert (found["invalid"], found["unlabeled"], found["rows_fitted"]) == (1, 3, 1000)
    assert found["temperature"] == pytest.approx(TEMPERATURE, rel=1e-12)


def test_a_picture_shows_before_and_after(tmp_path):
    pytest.importorskip("matplotlib")
    path = tmp_path / "r.svg"
    ran = softmax("calibrate", "-q", "--plot", str(path), stdin=reference_csv())
    assert (ran.err, ran.code) == ("", 0)
    assert path.read_text().lstrip().startswith("<?xml")


@cache
def _shifted_csv(name="c10s"):
    logits, labels = first_half(name)
    names = ["score"] if logits.shape[1] == 1 else [f"c{k}" for k in range(logits.shape[1])]
    rows = zip(logits.tolist(), labels.tolist(), strict=True)
    lines = [",".join([*names, "y"]), *(",".join(map(repr, [*row, y])) for row, y in rows)]
    return "\n".join(lines) + "\n"


def test_biases_go_into_a_file_that_every_command_uses(tmp_path):
    path = tmp_path / "t.json"
    arguments = ["--map", "bias", *OWN, "-o", str(path), "-f", "json"]
    ran = softmax("calibrate", "-q", *arguments, stdin=_shifted_csv())
    assert (ran.err, ran.code) == (FLATTERS, 0)
    fitted = json.loads(path.read_text())
    assert fitted == json.loads(ran.out)
    assert (fitted["map"], fitted["activation"], fitted["seed"]) == ("bias", "softmax", 0)
    assert fitted["precision"] == pytest.approx(3.041189596, rel=1e-6)
    assert sum(fitted["class_shares"]) == pytest.approx(1)
    assert set(fitted["versions"]) == {"softmax-cli", "numpy"}
    logits, labels = first_half("c10s")
    scaled = logits / fitted["temperature"] + np.array(fitted["bias"])
    expected = np.exp(scaled) / np.exp(scaled).sum(1, keepdims=True)
    calibration = ["-t", f"@{path}"]
    converted = softmax("convert", "-q", *calibration, stdin=_shifted_csv())
    first = [float(cell) for cell in converted.out.splitlines()[1].split(",")[:10]]
    np.testing.assert_allclose(first, expected[0], rtol=1e-12)
    evaluated = softmax("evaluate", "-q", "-f", "json", *calibration, stdin=_shifted_csv())
    nll = json.loads(evaluated.out)["metrics"]["nll"]
    assert nll == pytest.approx(-np.log(expected[np.arange(2500), labels]).mean(), rel=1e-12)
    assert nll == pytest.approx(fitted["after"]["metrics"]["nll"], rel=1e-12)
    compared = softmax("compare", "-q", "--rows", "1", "-f", "json", *calibration,
                       stdin=_shifted_csv())  # fmt: skip
    values = json.loads(compared.out)[0]["softmax"]["values"]
    np.testing.assert_allclose(values, expected[0], rtol=1e-12)
    drawn = softmax("sample", "-q", *calibration, stdin=_shifted_csv())
    assert (drawn.err, drawn.code) == ("", 0)
    vector = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "1"]
    explained = softmax("explain", *calibration, *vector, "-f", "json")
    assert json.loads(explained.out)["bias"]["values"] == fitted["bias"]
    other = softmax("convert", *calibration, stdin=reference_csv())
    assert "temperature was fitted for 10 classes, not 4" in other.err


def test_a_headline_calls_for_biases_where_a_temperature_does_not_help():
    arguments = ["-q", "-a", "sigmoid", "--label", "y"]
    ran = softmax("calibrate", *arguments, stdin=_shifted_csv("b2s"))
    assert "A temperature does not fix this: try --map bias. At T = " in ran.out
    ran = softmax("calibrate", *arguments, "--map", "bias", stdin=_shifted_csv("b2s"))
    assert "Divide the logits by 1.402 and add the class bias: ECE " in ran.out


def test_auto_chooses_a_map():
    found = _facts("--map", "auto", stdin=_shifted_csv())
    assert (found["map"], found["selection"]["chosen"]) == ("bias", "bias")
    assert [step["map"] for step in found["selection"]["steps"]] == ["temperature", "bias"]
    assert found["recommended"] is True
    assert found["paired"]["nll"]["ci_95"][1] < 0


def test_a_label_of_probability_zero_has_a_floor(tmp_path):
    given = "a,b,y\n" + "0.8,0.2,a\n0.3,0.7,b\n" * 300 + "1,0,b\n" + "0.6,0.4,b\n" * 5
    found = _facts("--from", "probabilities", "--holdout", "0", stdin=given)
    assert found["floor"] == 2.0**-52
    assert found["before"]["metrics"]["nll"] < 2
    path = tmp_path / "t.json"
    path.write_text(json.dumps(found))
    judged = softmax("evaluate", "-q", "-f", "json", "--from", "probabilities", "-t", f"@{path}",
                     stdin=given)  # fmt: skip
    nll = json.loads(judged.out)["metrics"]["nll"]
    assert nll == pytest.approx(found["after"]["metrics"]["nll"], rel=1e-9)


def test_few_rows_that_decide_are_named():
    given = "a,b,y\n" + "2.5,0.5,a\n0.5,2.5,b\n" * 100 + "2.5,0.5,b\n" * 5 + "0.5,-50.5,b\n"
    ran = softmax("calibrate", *LABELED, *OWN, stdin=given)
    assert ran.code == 0
    assert "softmax: warning: row 206 holds " in ran.err
    assert "--floor 2.2e-16 limits what one row counts." in ran.err
