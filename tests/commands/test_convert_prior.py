"""`softmax convert --prior`: probabilities for other class shares than those of the fit."""

import json
import os

import numpy as np
import pytest

from softmax_cli import adjust_prior, estimate_prior
from tests.each import each
from tests.runner import softmax, spawn

CSV = "id,cat,dog\na,6,0\nb,0,6\nc,5,0\n"
LOGITS = np.array([[6.0, 0.0], [0.0, 6.0], [5.0, 0.0]])
FITTED = [0.25, 0.75]
GIVEN = ["--prior", "cat=0.6,dog=0.4"]


@pytest.fixture
def calibration(tmp_path):
    """A calibration of T = 2 with the shares of its fit."""

    def write(**fields):
        path = tmp_path / "t.json"
        defaults = {"temperature": 2.0, "activation": "softmax", "classes": ["cat", "dog"],
                    "class_shares": FITTED}  # fmt: skip
        path.write_text(json.dumps({**defaults, **fields}))
        return ["-t", f"@{path}"]

    return write


def _numbers(text):
    return np.array([line.split(",")[1:] for line in text.split()[1:]], float)


def test_given_shares_correct_every_row(calibration):
    ran = softmax("convert", "-q", *calibration(), *GIVEN, stdin=CSV)
    assert (ran.err, ran.code) == ("", 0)
    expected = adjust_prior(LOGITS / 2, [0.6, 0.4], FITTED)
    np.testing.assert_allclose(_numbers(ran.out), expected, rtol=1e-15)
    assert [line[0] for line in ran.out.split()] == ["i", "a", "b", "c"]


def test_estimated_shares_are_those_of_python_and_a_note(calibration):
    ran = softmax("convert", *calibration(), "--prior", "estimate", stdin=CSV)
    shares = estimate_prior(LOGITS / 2, FITTED)
    np.testing.assert_allclose(
        _numbers(ran.out), adjust_prior(LOGITS / 2, shares, FITTED), rtol=1e-9
    )
    note, _ = ran.err.splitlines()
    assert note == (
        f'softmax: class shares estimated from 3 rows: "cat" {shares[0]:.3g} (0.25 in the fit), '
        f'"dog" {shares[1]:.3g} (0.75 in the fit)'
    )


def test_a_pipe_is_read_twice_and_gives_the_same_bytes(calibration, tmp_path):
    options = ["-q", *calibration(), "--prior", "estimate"]
    path = tmp_path / "x.csv"
    path.write_text(CSV)
    whole = softmax("convert", str(path), *options).out
    assert spawn("convert", *options, stdin=CSV).out == whole
    assert softmax("convert", *options, "-j1", stdin=CSV).out == whole


def test_shares_are_estimated_over_all_files(calibration, tmp_path):
    for name, rows in (("1.csv", slice(2)), ("2.csv", slice(2, None))):
        lines = CSV.splitlines()
        (tmp_path / name).write_text("\n".join([lines[0], *lines[1:][rows]]))
    files = [str(tmp_path / "1.csv"), str(tmp_path / "2.csv")]
    options = ["-q", *calibration(), "--prior", "estimate"]
    one, other = softmax("convert", *files, *options), softmax("convert", *options, stdin=CSV)
    np.testing.assert_allclose(_numbers(one.out), _numbers(other.out), rtol=1e-9)


@pytest.mark.parametrize("suffix", ["npy", "parquet", "jsonl", "json"])
def test_every_format_gives_the_same_numbers(calibration, tmp_path, suffix):
    source, output = tmp_path / f"x.{suffix}", tmp_path / "y.csv"
    if suffix == "npy":
        np.save(source, LOGITS)
    else:
        softmax("convert", "-a", "log-softmax", "-o", str(source), stdin=CSV)
    options = ["-q", *calibration(), "--prior", "estimate"]
    assert softmax("convert", str(source), *options, "-o", str(output)).err == ""
    rows = _numbers(output.read_text()) if suffix != "npy" else np.loadtxt(output, delimiter=",")
    shares = estimate_prior(LOGITS / 2, FITTED)
    np.testing.assert_allclose(rows, adjust_prior(LOGITS / 2, shares, FITTED), rtol=1e-9)


def test_base_rates_of_independent_classes(calibration):
    fit = calibration(activation="sigmoid", classes=["cat", "dog"])
    ran = softmax("convert", "-q", "-a", "sigmoid", *fit, "--prior", "cat=0.9,dog=0.9", stdin=CSV)
    expected = adjust_prior(LOGITS / 2, [0.9, 0.9], FITTED, activation="sigmoid")
    np.testing.assert_allclose(_numbers(ran.out), expected, rtol=1e-14)
    logs = softmax(
        "convert", "-q", "-a", "log-sigmoid", *fit, "--prior", "cat=0.9,dog=0.9", stdin=CSV
    )
    np.testing.assert_allclose(_numbers(logs.out), np.log(expected), rtol=1e-12)


def test_rows_that_are_invalid_do_not_enter_the_estimate(calibration):
    options = ["convert", "-q", *calibration(), "--prior", "estimate"]
    ran = softmax(*options, "--invalid", "skip", stdin=CSV + "d,-inf,-inf\n")
    assert ran.out == softmax(*options, stdin=CSV).out
    ran = softmax(*options, stdin=CSV + "d,-inf,-inf\n")
    assert (ran.out, ran.code) == ("", 1)
    assert ran.err.startswith("softmax: <stdin>, line 5: every logit is -inf")


@each(
    ("arguments", "message"),
    [
        (["--prior", "cat=0.6"], '--prior: missing share of "dog". Give one for each class.'),
        (["--prior", "cat=1,cow=0"], '--prior: unknown class "cow". Classes: "cat", "dog".'),
        (["--prior", "cat=0.6,dog=0.6"], "--prior: shares sum to 1.2, not 1."),
        (["--prior", "cat=-1,dog=2"], "--prior: shares must be in [0, 1]."),
        (["--prior", "cat=x"], 'share of "cat": "x" is not a number'),
        (["--prior", "cat=0.1,cat=0.9"], 'duplicate class "cat"'),
        (["--prior", "estimated"], '"estimated" is not CLASS=SHARE or estimate'),
        ([*GIVEN, "-a", "sigmoid"], "temperature was fitted for softmax, not sigmoid."),
        ([*GIVEN, "--group", "id"], "--prior needs one row per group. Add --class COL and --wide."),
    ],
)
def test_what_cannot_be_is_rejected(calibration, arguments, message):
    ran = softmax("convert", "-q", *calibration(), *arguments, stdin=CSV)
    assert ran.out == ""
    assert ran.code in (1, 2)
    assert message in ran.err


def test_a_calibration_with_class_shares_is_needed(calibration):
    for options in ([], ["-t", "2"]):
        ran = softmax("convert", "-q", *options, *GIVEN, stdin=CSV)
        assert (ran.out, ran.code) == ("", 2)
        assert ran.err == (
            "softmax: --prior needs the class shares of a calibration. Fit one: "
            "softmax calibrate -o t.json, and add -t @t.json.\n"
        )
    ran = softmax("convert", "-q", *calibration(class_shares=None), *GIVEN, stdin=CSV)
    assert (ran.out, ran.code) == ("", 2)
    assert "no class shares in file, which --prior needs" in ran.err
    for fields, message in (
        ({"class_shares": [1.0, 0.0]}, "every class must occur among the labels of the fit"),
        ({"class_shares": [0.2, 0.3, 0.5]}, "3 class shares for 2 classes"),
        ({"temperature": 0}, "the temperature must be above 0"),
    ):
        ran = softmax("convert", "-q", *calibration(**fields), *GIVEN, stdin=CSV)
        assert (ran.out, ran.code) == ("", 1)
        assert message in ran.err
    ran = softmax("convert", "-q", *calibration(activation=None), "-a", "tanh", *GIVEN, stdin=CSV)
    assert ran.err == "softmax: --prior needs probabilities. Use -a softmax or -a sigmoid.\n"


def test_a_named_pipe_is_rejected_before_it_is_read(calibration, tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    ran = softmax("convert", str(path), *calibration(), "--prior", "estimate")
    assert ran.err == (
        f"softmax: {path}: a pipe cannot be read twice. "
        "Save it as a file, or pipe it to standard input.\n"
    )


def test_a_class_name_may_hold_commas_and_equals_signs(calibration):
    names = ["a,b=c", "dog"]
    ran = softmax(
        "convert", "-q", *calibration(classes=names), "--prior", "a,b=c=0.6, dog = 0.4",
        stdin='"a,b=c",dog\n1,0\n',
    )  # fmt: skip
    expected = adjust_prior([[0.5, 0.0]], [0.6, 0.4], FITTED)
    np.testing.assert_allclose(np.array(ran.out.split()[1].split(","), float), expected[0])


def test_names_of_the_fit_serve_for_columns_without_names(calibration):
    ran = softmax("convert", "-q", *calibration(), *GIVEN, stdin="6,0\n0,6\n")
    expected = adjust_prior(LOGITS[:2] / 2, [0.6, 0.4], FITTED)
    rows = np.array([line.split(",") for line in ran.out.split()], float)
    np.testing.assert_allclose(rows, expected, rtol=1e-15)
