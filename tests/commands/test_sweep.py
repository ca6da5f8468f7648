"""`softmax sweep`: one vector over many temperatures, or over one logit."""

import json
import math

import click
import pytest

from softmax_cli.commands.sweep import Grid, Variation
from tests.each import each
from tests.runner import softmax

HINT = "Usage: softmax sweep [OPTIONS] [INPUT]...\nTry 'softmax sweep --help' for help.\n\nError: "
NAMED = "cat,dog\n1,2\n0,1\n"


@each(
    ("arguments", "stdin", "out", "err", "code"),
    [
        (["0", "1", "--temperatures", "0,1,inf", "-f", "csv", "--decimals", "3"], "",
         "temperature,0,1,entropy,top\n0.000,0.000,1.000,0.000,1\n1.000,0.269,0.731,0.582,1\n"
         "inf,0.500,0.500,0.693,0\n", "", 0),
        (["0", "1", "--temperatures", "0,inf", "-a", "sigmoid", "-f", "csv"], "",
         "temperature,0,1,entropy,top\n0.0,0.5,1.0,0.6931471805599453,1\n"
         "inf,0.5,0.5,1.3862943611198906,0\n", "", 0),
        (["--vary", "dog=-6:6:3", "--row", "2", "-q", "-f", "csv", "--decimals", "3"], NAMED,
         "logit,cat,dog,entropy,top\n-6.000,0.998,0.002,0.017,cat\n0.000,0.500,0.500,0.693,cat\n"
         "6.000,0.002,0.998,0.017,dog\n", "", 0),
        (["0", "0", "--vary", "0=0,-inf", "--gradient", "-f", "csv", "-t", "2"], "",
         "logit,0,1,entropy,top,d_0,d_1\n0.0,0.5,0.5,0.6931471805599453,0,0.125,-0.125\n"
         "-inf,0.0,1.0,0.0,1,0.0,0.0\n", "", 0),
        (["0", "-a", "sigmoid", "--vary", "0=0,800", "--gradient", "-f", "csv"], "",
         "logit,0,entropy,top,d_0\n0.0,0.5,0.6931471805599453,0,0.25\n800.0,1.0,0.0,0,0.0\n", "", 0),
        (["1", "2", "-t", "2"], "", "",
         "softmax: -t applies to --vary, not to a sweep over temperatures. Use --temperatures.\n", 2),
        (["1", "2", "--vary", "0=1:2", "--temperatures", "1"], "", "",
         "softmax: --temperatures and --vary are mutually exclusive.\n", 2),
        (["1", "2", "--temperatures", "-1,2"], "", "",
         "softmax: --temperatures: temperature must be >= 0.\n", 2),
        (["1", "2", "--vary", "7=1:2"], "", "",
         'softmax: --vary: unknown class "7". Classes without names are 0 to 1.\n', 2),
        (["1", "2", "--vary", "7"], "", "",
         HINT + "Invalid value for '--vary': \"7\" is not CLASS=START:STOP\n", 2),
        (["1", "nan"], "", "", 'softmax: <arguments>, row 1, column "2": "nan" is not a number.\n', 1),
    ],
)  # fmt: skip
def test_arguments_output_and_exit_code(arguments, stdin, out, err, code):
    ran = softmax("sweep", *arguments, stdin=stdin)
    assert (ran.out, ran.err, ran.code) == (out, err, code)


@each(
    ("text", "values"),
    [
        ("1", (1.0,)),
        ("0.1,1, 10", (0.1, 1.0, 10.0)),
        ("0,inf", (0.0, float("inf"))),
        ("-6:6", (-6.0, 0.0, 6.0)),
        ("-6:6:5", (-6.0, -3.0, 0.0, 3.0, 6.0)),
        ("1:100:log", (1.0, 10.0, 100.0)),
        ("1:100:log:3", (1.0, 10.0, 100.0)),
        ("6:-6:lin:3", (6.0, 0.0, -6.0)),
    ],
)
def test_grids(text, values):
    assert Grid("lin", 3).parse(text) == pytest.approx(values)


@each(
    "text",
    ["", "x", "1,,2", "1:", ":", "1:2:1", "1:2:x", "1:2:3:4", "1:2:log:3:4", "1:2:99999", "nan",
     "0:1:log", "-1:1:log", "1:inf", "-1e308:1e308", "1e400"],
)  # fmt: skip
def test_what_is_no_grid(text):
    with pytest.raises(click.BadParameter):
        Grid("lin", 3).convert(text, None, None)


def test_a_class_may_have_an_equals_sign():
    assert Variation("lin", 2).convert("a=b=0:1", None, None) == ("a=b", (0.0, 1.0))
    with pytest.raises(click.BadParameter, match="inf"):
        Variation("lin", 2).convert("a=0,inf", None, None)


def test_the_default_grid_its_chart_and_its_limits():
    ran = softmax("sweep", "-0.5", "1.2", "-0.1", "2.4")
    assert ran.code == 0
    for said in ("│  0.1 │ <0.0001 │", "│ 10.0 │  0.2192 │", "temperature T", "T -> infinity"):
        assert said in ran.out


def test_json_has_what_the_page_has():
    ran = softmax(
        "sweep", "0", "1", "--temperatures", "1,2", "--gradient", "-f", "json", "--decimals", "3"
    )
    record = json.loads(ran.out)
    assert record["varied"] == "temperature"
    assert record["grid"] == [1.0, 2.0]
    assert record["probabilities"] == [[0.269, 0.731], [0.378, 0.622]]
    assert record["derivatives"] == [[0.197, -0.197], [0.059, -0.059]]
    assert record["limits"] == {"zero": [0.0, 1.0], "infinity": [0.5, 0.5]}


def test_curves_are_saved(tmp_path):
    pytest.importorskip("matplotlib")
    path = tmp_path / "a.png"
    ran = softmax("sweep", "1", "2", "--gradient", "--plot", str(path))
    assert ran.code == 0
    assert path.stat().st_size > 1000


def test_a_single_point_has_no_curve(tmp_path):
    pytest.importorskip("matplotlib")
    ran = softmax("sweep", "1", "2", "--temperatures", "2", "--plot", str(tmp_path / "a.png"))
    assert (ran.err, ran.code) == (
        "softmax: --plot: there is nothing to draw. A chart needs two points.\n", 2,
    )  # fmt: skip


def test_many_classes_and_names_of_any_kind():
    names = [f"[red]{k}" for k in range(59)] + ["<script>"]
    stdin = ",".join(names) + "\n" + ",".join(map(str, range(60))) + "\n"
    ran = softmax("sweep", "-q", "-f", "html", stdin=stdin)
    assert ran.code == 0
    assert "<script>" not in ran.out
    assert "8 largest of 60 classes" in ran.out


def test_a_logit_is_swept_under_a_calibration_with_biases(tmp_path):
    path = tmp_path / "t.json"
    path.write_text('{"temperature": 2, "map": "bias", "bias": [0.5, -0.5]}')
    options = ["sweep", "1", "2", "--vary", "0=0:1:2", "-t", f"@{path}"]
    found = json.loads(softmax(*options, "-f", "json").out)
    assert (found["temperature"], found["bias"]) == (2, [0.5, -0.5])
    assert found["probabilities"][1][0] == pytest.approx(1 / (1 + math.exp(-0.5)))
    assert "Temperature 2, plus class biases." in softmax(*options).out
    path.write_text('{"temperature": 2, "floor": 0.1}')
    ran = softmax(*options)
    assert (ran.out, ran.code) == ("", 2)
    assert ran.err.startswith("softmax: expected one temperature, found a map with a floor. Use")


def test_the_softmax_of_a_single_class_is_a_note():
    assert softmax("sweep", "5").err == "softmax: softmax of a single class is always 1\n"
    assert softmax("sweep", "5", "-q").err == softmax("sweep", "5", "-a", "sigmoid").err == ""
