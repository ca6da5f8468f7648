"""Probabilities on one footing in evaluate, calibrate and convert, and counts of skipped rows."""

import json

import numpy as np
import polars as pl
import pytest

from tests.each import each
from tests.runner import softmax

PROBABILITIES = ("--from", "probabilities")


def _json(*arguments, stdin=""):
    ran = softmax(*arguments, "-f", "json", "-q", stdin=stdin)
    assert ran.code == 0, ran.err
    return json.loads(ran.out)


def _table(classes, rows, decimals, seed=0):
    random = np.random.RandomState(seed)
    values = random.dirichlet(np.ones(classes), rows)
    labels = [random.choice(classes, p=row) for row in values]
    names = [f"c{k}" for k in range(classes)]
    table = pl.DataFrame(values.round(decimals), schema=names)
    return table.with_columns(pl.Series("y", labels))


def _expected(table):
    values = table.drop("y").to_numpy()
    values = values / values.sum(1, keepdims=True)
    with np.errstate(divide="ignore"):
        return -np.log(values[np.arange(len(values)), table["y"].to_numpy()]).mean()


@each(("classes", "decimals"), [(2, 2), (2, 16), (3, 3), (8, 2), (8, 7), (15, 3), (15, 16)])
def test_evaluate_calibrate_and_convert_agree_on_rounded_probabilities(tmp_path, classes, decimals):
    table, path = _table(classes, 60, decimals), str(tmp_path / "x.csv")
    # A label of probability 0 has an infinite NLL, which calibrate does not fit.
    own = table.drop("y").to_numpy()[np.arange(60), table["y"].to_numpy()]
    table.filter(pl.Series(own > 0)).write_csv(path)
    expected = _expected(pl.read_csv(path))
    evaluated = _json("evaluate", path, *PROBABILITIES)
    assert evaluated["metrics"]["nll"] == pytest.approx(expected, rel=1e-9)
    calibrated = _json("calibrate", path, *PROBABILITIES, "--holdout", "0")
    assert calibrated["before"]["metrics"]["nll"] == pytest.approx(expected, rel=1e-9)
    converted = softmax("convert", path, *PROBABILITIES, "-q", "-o", str(tmp_path / "p.csv"))
    assert converted.code == 0, converted.err
    again = _json("evaluate", str(tmp_path / "p.csv"), *PROBABILITIES)
    assert again["metrics"]["nll"] == pytest.approx(expected, rel=1e-9)
    assert again["metrics"]["accuracy"] == evaluated["metrics"]["accuracy"]


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet", "npz"])
def test_every_format_is_on_the_same_footing(tmp_path, suffix):
    table, path = _table(5, 40, 2), tmp_path / f"x.{suffix}"
    if suffix == "npz":
        np.savez(path, logits=table.drop("y").to_numpy(), labels=table["y"].to_numpy())
    else:
        {"csv": table.write_csv, "jsonl": table.write_ndjson, "parquet": table.write_parquet}[
            suffix
        ](path)
    found = _json("evaluate", str(path), *PROBABILITIES)["metrics"]["nll"]
    assert found == pytest.approx(_expected(table), rel=1e-9)


@pytest.mark.parametrize("command", ["evaluate", "calibrate"])
@pytest.mark.parametrize("activation", ["softmax", "sigmoid"])
def test_a_probability_one_step_above_1_is_1(command, activation):
    rows = ["1.0000000000000002,0,0", "0.25,0.75,1", "0.75,0.25,0", "0.5,0.5,0", "0.6,0.4,1"] * 4
    text, exact = (
        "a,b,y\n" + "\n".join(rows).replace("1.0000000000000002", one) + "\n"
        for one in ("1.0000000000000002", "1")
    )
    if activation == "sigmoid":
        text, exact = ("\n".join(f"{row.split(',')[1]},{row.split(',')[2]}" for row in t.splitlines())
                       .replace("b,y", "s,y") + "\n" for t in (text, exact))  # fmt: skip
        text = text.replace("\n0,0\n", "\n-0.0000000000000002,0\n")
    options = [*PROBABILITIES, "-a", activation]
    options += ["--holdout", "0"] if command == "calibrate" else []
    assert _json(command, *options, stdin=text) == _json(command, *options, stdin=exact)


@each("command", ["convert", "evaluate", "calibrate"])
@each(
    ("row", "message"),
    [
        ("0.5,0.9", "probabilities sum to 1.4, not 1"),
        ("0.5,0.4", "probabilities sum to 0.9, not 1"),
        ("1.1,-0.1", "1.1 is outside [0, 1]"),
    ],
)
def test_every_command_rejects_the_same_rows_and_skips_them_on_request(command, row, message):
    labels = "bbbabaabbabababaabaa"
    good = "".join(f"0.{2 + i % 7},0.{8 - i % 7},{labels[i]}\n" for i in range(20))
    text = f"a,b,y\n{good}{row},a\n"
    ran = softmax(command, *PROBABILITIES, "-q", stdin=text)
    assert f"<stdin>, line 22: {message}. Use --invalid skip to skip such rows." in ran.err
    assert ran.code == 1
    options = ["--holdout", "0"] if command == "calibrate" else []
    options += [] if command == "convert" else ["-f", "json"]
    skipped, without = (
        softmax(command, *PROBABILITIES, "--invalid", "skip", *options, stdin=given)
        for given in (text, f"a,b,y\n{good}")
    )
    assert (skipped.code, without.code) == (0, 0)
    assert f"softmax: warning: 1 of 21 rows skipped; first: <stdin>, line 22: {message}" in (
        skipped.err
    )
    if command == "convert":
        assert skipped.out == without.out
    elif command == "evaluate":
        report = json.loads(skipped.out)
        assert (report["rows"], report["invalid"]) == (20, 1)
        assert report["metrics"] == json.loads(without.out)["metrics"]
    else:
        assert json.loads(skipped.out)["temperature"] == json.loads(without.out)["temperature"]


@pytest.mark.parametrize("command", ["evaluate", "calibrate"])
def test_the_error_says_so_if_every_row_was_skipped(command):
    ran = softmax(command, "--invalid", "skip", "-q", stdin="a,b,y\ninf,1,a\n-inf,-inf,b\n1,2,\n")
    assert ran.err == (
        "softmax: <stdin>: every row was skipped: 2 invalid, 1 without a label; first: "
        "<stdin>, line 2: a logit is +inf, which softmax has no answer for.\n"
    )
    assert (ran.out, ran.code) == ("", 1)


def test_convert_warns_if_every_row_was_skipped():
    ran = softmax("convert", "--invalid", "skip", "-q", stdin="a,b\ninf,1\n-inf,-inf\n")
    assert "warning: 2 of 2 rows skipped; first: <stdin>, line 2" in ran.err
    assert (ran.out, ran.code) == ("a,b\n", 0)
