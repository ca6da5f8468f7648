"""`softmax evaluate` with groups, weights, acceptance, several models, and formats of reports."""

import csv
import io
import json

import pytest

from tests.chunks import cut_blocks
from tests.each import each
from tests.reference_set import reference_csv
from tests.runner import softmax

ROWS = reference_csv().splitlines()
# With a site and a weight for each row.
SITES = "\n".join(
    [f"{ROWS[0]},site,w", *(f"{row},s{i % 3},{1 + i % 2}" for i, row in enumerate(ROWS[1:301]))]
) + "\n"  # fmt: skip
LABEL = ("--label", "y", "--columns", "a,b,c,d")
MULTI = "a,b,y_a,y_b\n1,2,1,0\n-1,3,0,1\n0.5,-1,1,0\n"


def _facts(*arguments, stdin=SITES):
    ran = softmax("evaluate", "-q", "-f", "json", *LABEL, *arguments, stdin=stdin)
    assert (ran.err, ran.code) == ("", 0)
    return json.loads(ran.out)


def test_groups_are_evaluated_in_one_pass(monkeypatch):
    found = _facts("--by", "site")
    assert found["group_columns"] == ["site"]
    assert {group["name"][0]: group["rows"] for group in found["groups"]} == {
        "s0": 100, "s1": 100, "s2": 100,
    }  # fmt: skip
    cut_blocks(monkeypatch, 60)
    cut = _facts("--by", "site")
    for one, other in zip(found["groups"], cut["groups"], strict=True):
        assert one["name"] == other["name"]
        assert one["nll"] == pytest.approx(other["nll"], rel=1e-12)
        assert one["z"] == pytest.approx(other["z"], rel=1e-10)


@pytest.mark.parametrize(
    "arguments", [["--by", "site,w"], ["--by", "site", "--by", "w"], ["--by", "6,7"]]
)
def test_groups_may_be_of_several_columns(arguments):
    found = _facts(*arguments)
    assert found["group_columns"] == ["site", "w"]
    assert len(found["groups"]) == 6
    out = softmax("evaluate", "-q", *LABEL, *arguments, stdin=SITES).out
    assert "Groups by site, w\n" in out


def test_columns_of_groups_and_weights_are_no_logits():
    ran = softmax(
        "evaluate", "-q", "--label", "y", "--by", "site", "--weight", "w", "-f", "json", stdin=SITES
    )
    assert json.loads(ran.out)["classes"] == ["a", "b", "c", "d"]


def test_weights_are_rows_repeated():
    twice = [row for row in SITES.splitlines()[1:] for _ in range(int(row[-1]))]
    repeated = "\n".join([SITES.splitlines()[0], *twice]) + "\n"
    found, expected = _facts("--weight", "w"), _facts(stdin=repeated)
    for name in ("accuracy", "nll", "brier", "ece", "ece_classwise"):
        assert found["metrics"][name] == pytest.approx(expected["metrics"][name], rel=1e-11)
    assert (found["rows"], found["weight"]) == (300, "w")
    assert found["effective_rows"] == pytest.approx(450**2 / 750)


def test_acceptance_is_shown():
    found = _facts("--accept", "0.7")["acceptance"]
    assert found["target"] == 0.7
    out = softmax("evaluate", "-q", *LABEL, "--accept", "0.7", stdin=SITES).out
    assert "Accept predictions with confidence >= " in out


def test_each_class_is_shown_with_per_class():
    assert "by_class" not in _facts()
    assert [of["class"] for of in _facts("--by-class")["by_class"]] == ["a", "b", "c", "d"]
    out = softmax("evaluate", "-q", *LABEL, "--by-class", stdin=SITES).out
    assert "│ class │ labels │ base rate │ mean probability │" in out


def test_the_verdict_is_the_first_and_the_last_line():
    out = softmax("evaluate", "-q", *LABEL, stdin=reference_csv()).out
    lines = out.replace("\n<", " <").splitlines()
    assert lines[3].startswith(
        "Not calibrated: overconfident, mean confidence 77.3%, accuracy 62.6%"
    )
    assert lines[-3] == lines[3]
    assert lines[-1].startswith("Fix: softmax calibrate, on labeled rows other than these, fits")


def test_several_models_are_shown_side_by_side(tmp_path):
    paths = [tmp_path / "one.csv", tmp_path / "two.csv"]
    paths[0].write_text(SITES)
    paths[1].write_text(SITES)
    arguments = ["evaluate", "-q", *LABEL, *map(str, paths)]
    ran = softmax(*arguments)
    assert (ran.err, ran.code) == ("", 0)
    assert "Differences to one.csv\n" in ran.out
    assert "No clear difference to one.csv: two.csv.\n" in ran.out
    found = json.loads(softmax(*arguments, "-f", "json").out)
    assert [model["source"] for model in found["models"]] == [str(path) for path in paths]
    difference = found["differences_to_first"][0]
    assert difference["nll"]["mean"] == 0.0
    assert (difference["rows"], difference["mcnemar_p"]) == (300, 1.0)
    rows = list(csv.DictReader(io.StringIO(softmax(*arguments, "-f", "csv").out)))
    assert [row["nll_difference"] for row in rows] == ["", "0.0"]


@pytest.mark.parametrize("jobs", ["1", "4"])
def test_models_may_be_cut_differently(tmp_path, monkeypatch, jobs):
    cut_blocks(monkeypatch, 60)
    path = tmp_path / "wide.csv"
    path.write_text(
        SITES.replace("site,w", "site,w,e").replace(",1\n", ",1,x\n").replace(",2\n", ",2,x\n")
    )
    ran = softmax("evaluate", "-q", "-j", jobs, "-f", "json", *LABEL, "-", str(path), stdin=SITES)
    assert json.loads(ran.out)["differences_to_first"][0]["rows"] == 300


@pytest.mark.parametrize(
    ("suffix", "start"),
    [("json", "{\n"), ("csv", "metric,value,"), ("md", "# Evaluation of"), ("html", "<!DOCTYPE html>"),
     ("txt", "Evaluation of <stdin>\n")],
)  # fmt: skip
def test_the_suffix_of_the_output_is_its_format(tmp_path, suffix, start):
    pytest.importorskip("matplotlib")
    path = tmp_path / f"report.{suffix}"
    ran = softmax("evaluate", "-q", *LABEL, "-o", str(path), stdin=SITES)
    assert (ran.out, ran.err, ran.code) == ("", "", 0)
    assert path.read_text().startswith(start)


def test_both_curves_are_in_one_picture(tmp_path):
    pytest.importorskip("matplotlib")
    paths = [tmp_path / "one.csv", tmp_path / "two.csv", tmp_path / "r.svg"]
    for path in paths[:2]:
        path.write_text(SITES)
    ran = softmax("evaluate", "-q", *LABEL, *map(str, paths[:2]), "--plot", str(paths[2]))
    assert ran.code == 0
    assert paths[2].stat().st_size > 1000


@each(
    ("arguments", "message", "code"),
    [
        (["--by", "nowhere"], 'no column "nowhere"', 2),
        (["--weight", "site"], 'invalid weight "s0"', 1),
        (["--weight", "w", "--accept", "0.8"], "--weight and --accept are mutually exclusive", 2),
        (["--weight", "w", "--binning", "mass"], "--weight and --binning mass are mutually exclusive", 2),
        (["--accept", "1"], "1.0 is not in the range 0<x<1", 2),
        (["-", "-"], "only one file can come from standard input", 2),
        (["a.csv", "b.csv", "--by", "site"], "--by takes one file, not 2", 2),
        (["a.csv", "b.csv", "--accept", "0.8"], "--accept takes one file, not 2", 2),
        (["-o", "x.docx"], 'unknown report format ".docx"', 2),
    ],
)  # fmt: skip
def test_what_does_not_go_together_is_refused(arguments, message, code):
    ran = softmax("evaluate", "-q", *LABEL, *arguments, stdin=SITES)
    assert (ran.out, ran.code) == ("", code)
    assert message in ran.err


def test_several_independent_classes_make_no_single_prediction():
    ran = softmax("evaluate", "-a", "sigmoid", "--label", "y_*", "--accept", "0.8", stdin=MULTI)
    assert (ran.out, ran.code) == ("", 2)
    assert "--accept needs one prediction per row" in ran.err


@pytest.mark.parametrize("option", ["--weight", "--by"])
def test_an_unknown_column_is_named_with_its_option(option):
    ran = softmax("evaluate", *LABEL, option, "nowhere", stdin=SITES)
    assert (ran.out, ran.code) == ("", 2)
    assert f'{option}: no column "nowhere"' in ran.err


def test_an_isotonic_curve_is_reported():
    found = _facts("--binning", "isotonic")
    assert {"mcb_brier", "dsc_log", "unc_log"} <= set(found["metrics"])
    assert {"mcb_brier", "mcb_log"} <= set(found["noise_floors"])
    assert found["binning"]["edges"] == "blocks of the isotonic curve"
    assert sum(block["rows"] for block in found["bins"]) == 300
    rates = [block["accuracy"] for block in found["bins"]]
    assert rates == sorted(rates)
    low, high = found["bins"][-1]["band_95"]
    assert 0 <= low <= high <= 1
    text = softmax("evaluate", "-q", *LABEL, "--binning", "isotonic", stdin=SITES).out
    assert "│ 95% band" in text
    assert "accuracy by isotonic regression" in text
    assert "Miscalibration, log" in text
    ran = softmax("evaluate", *LABEL, "--binning", "isotonic", "--weight", "w", stdin=SITES)
    assert ran.err == "softmax: --weight and --binning isotonic are mutually exclusive.\n"
