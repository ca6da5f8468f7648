"""`softmax explain`: one vector, step by step."""

import json
import os
import subprocess

import pytest

from tests.each import each
from tests.runner import PROGRAM, softmax, spawn

HEADER = (
    "class,logit,scaled,shifted,exponential,softmax,sigmoid,naive_share,softmax_derivative,"
    "sigmoid_derivative"
)
NAMED = "cat,dog\n1,2\n0,0\n"
ROW = "0.000,0.000,0.000,1.000,0.500,0.500,NaN,0.250,0.250"


@each(
    ("arguments", "stdin", "out", "err", "code"),
    [
        (["0", "0", "-f", "csv", "--decimals", "3"], "", f"{HEADER}\n0,{ROW}\n1,{ROW}\n", "", 0),
        (["[0, 0]", "-f", "csv", "--decimals", "3"], "", f"{HEADER}\n0,{ROW}\n1,{ROW}\n", "", 0),
        (["-f", "csv", "--decimals", "3", "--row", "2", "-q"], NAMED,
         f"{HEADER}\ncat,{ROW}\ndog,{ROW}\n", "", 0),
        (["-f", "csv", "--columns", "dog,cat", "--decimals", "0", "-q"], NAMED, None, "", 0),
        (["-f", "csv", "--", "-inf", "0"], "",
         f"{HEADER}\n0,-inf,-inf,-inf,0.0,0.0,0.0,NaN,0.0,0.0\n1,0.0,0.0,0.0,1.0,1.0,0.5,NaN,0.0,0.25\n",
         "", 0),
        (["-f", "csv", "-t", "0", "1", "2", "--decimals", "1"], "",
         f"{HEADER}\n0,1.0,inf,-inf,0.0,0.0,1.0,0.3,0.0,0.0\n1,2.0,inf,0.0,1.0,1.0,1.0,0.7,0.0,0.0\n",
         "", 0),
        (["-f", "csv", "-t", "inf", "1", "--decimals", "1"], "",
         f"{HEADER}\n0,1.0,0.0,0.0,1.0,1.0,0.5,1.0,0.0,0.0\n", "", 0),
        (["1", "nan"], "", "", 'softmax: <arguments>, row 1, column "2": "nan" is not a number.\n', 1),
        (["1", "2", "--label", "cat"], "", "",
         'softmax: --label: unknown class "cat". Classes without names are 0 to 1.\n', 2),
        (["--bump", "cot"], NAMED, "",
         'softmax: --bump: unknown class "cot". Did you mean "cat"?\n', 2),
        (["--bump", "zebra", "-q"], NAMED, "",
         'softmax: --bump: unknown class "zebra". Classes: "cat", "dog".\n', 2),
        (["1,2", "3,4"], "", "", "softmax: expected one vector, found 2.\n", 2),
        (["1", "2", "--row", "1"], "", "",
         "softmax: --row applies to files, not to numbers given as arguments.\n", 2),
        (["-q", "--row", "3"], NAMED, "",
         "softmax: <stdin>: expected at least 3 rows, found 2.\n", 1),
        (["a.csv", "b.csv"], "", "", "softmax: explain takes one file, found 2.\n", 2),
        (["1", "2", "-o", "x.xlsx"], "", "",
         'softmax: x.xlsx: unknown report format ".xlsx". '
         "Choose one with -f: table, json, csv, markdown, html.\n", 2),
        (["1", "2", "-o", "/dev/full"], "", "", "softmax: /dev/full: No space left on device.\n", 1),
    ],
)  # fmt: skip
def test_arguments_output_and_exit_code(arguments, stdin, out, err, code):
    ran = softmax("explain", *arguments, stdin=stdin)
    assert (ran.err, ran.code) == (err, code)
    assert out is None or ran.out == out


@pytest.mark.parametrize(
    ("arguments", "stdin", "reason"),
    [
        (["1", "inf"], "", "row 1: a logit is +inf"),
        (["--", "-inf", "-inf"], "", "row 1: every logit is -inf"),
        (["-q"], "a,b\n1,inf\n", "line 2: a logit is +inf"),
        (["-q"], "a,b\n1,nan\n", 'line 2, column "b": '),
        (["-q", "--row", "2"], "a,b\n1,2\n1,x\n", 'line 3, column "b": "x" is not a number'),
    ],
)
def test_a_vector_without_an_answer_is_one_sentence(arguments, stdin, reason):
    ran = softmax("explain", *arguments, stdin=stdin)
    assert (ran.out, ran.code) == ("", 1)
    assert reason in ran.err
    assert "--invalid" not in ran.err


def test_the_page_answers_a_student():
    ran = softmax("explain", "12", "0", "--label", "1", "--bump", "1")
    assert ran.code == 0
    text = " ".join(ran.out.split())
    for said in (
        "Subtract the maximum, 12. The largest value is then 0 and no exponential can overflow.",
        "Why exponentials? The logits divided by their sum",
        "Softmax is saturated for 2 of 2 classes: learning stalls here, unless the loss cancels the slope, as cross-entropy does.",
        "Confident and wrong: the gradient of the squared error is almost 0",
        'Under sigmoid only "1" changes.',
        "Softmax is wrong for tags that may be true together",
    ):
        assert said in text


def test_json_is_the_record():
    ran = softmax(
        "explain", "1", "2", "--label", "1", "--bump", "0", "-f", "json", "--decimals", "4"
    )
    record = json.loads(ran.out)
    assert record["classes"] == ["0", "1"]
    assert record["softmax"]["probabilities"] == [0.2689, 0.7311]
    assert record["jacobian"] == [[0.1966, -0.1966], [-0.1966, 0.1966]]
    assert record["loss"]["label"] == 1
    assert record["loss"]["cross_entropy"] == 0.3133
    assert record["bump"]["softmax"] == [0.5, 0.5]
    assert record["uncertainty"]["top"] == 1


@pytest.mark.parametrize(
    ("name", "start"),
    [("a.md", "# "), ("a.html", "<!DOCTYPE"), ("a.json", "{"), ("a.csv", "class,")],
)
def test_the_format_follows_the_suffix(tmp_path, name, start):
    ran = softmax("explain", "1", "2", "-o", str(tmp_path / name))
    assert (ran.out, ran.err, ran.code) == ("", "", 0)
    assert (tmp_path / name).read_text(encoding="utf-8").startswith(start)


def test_the_chart_is_saved(tmp_path):
    pytest.importorskip("matplotlib")
    ran = softmax("explain", "1", "2", "-q", "--plot", str(tmp_path / "a.png"))
    assert ran.code == 0
    assert (tmp_path / "a.png").stat().st_size > 1000


def test_a_fitted_temperature_is_used(tmp_path):
    path = tmp_path / "t.json"
    path.write_text('{"temperature": 2, "activation": "sigmoid"}')
    ran = softmax("explain", "2", "-t", f"@{path}", "-f", "json")
    assert json.loads(ran.out)["temperature"] == 2
    path.write_text('{"temperature": [2, 3], "activation": "sigmoid"}')
    ran = softmax("explain", "2", "1", "-t", f"@{path}")
    assert (ran.err, ran.code) == (
        "softmax: expected one temperature, found one per class. "
        "Use -t T; compare and convert take a whole calibration.\n", 2,
    )  # fmt: skip
    path.write_text('{"temperature": 2, "floor": 0.1}')
    ran = softmax("explain", "2", "1", "-t", f"@{path}")
    assert (ran.out, ran.code) == ("", 2)
    assert ran.err.startswith("softmax: expected one temperature, found a map with a floor. Use")


@pytest.fixture
def biased(tmp_path):
    """A calibration of two classes with biases."""
    path = tmp_path / "bias.json"
    path.write_text('{"temperature": 2, "map": "bias", "bias": [0.5, -0.5], "classes": ["a", "b"]}')
    return f"@{path}"


def test_a_map_with_biases_is_explained(biased):
    given = ["2", "1", "-t", biased, "--label", "0", "--bump", "1"]
    record = json.loads(softmax("explain", *given, "-f", "json").out)
    assert record["bias"] == {"values": [0.5, -0.5], "fitted_for": "softmax"}
    assert record["softmax"]["scaled"] == [1.0, 0.5]
    assert record["softmax"]["calibrated"] == record["sigmoid"]["calibrated"] == [1.5, 0.0]
    assert record["softmax"]["shifted"] == [0.0, -1.5]
    converted = softmax("convert", "-q", "-t", biased, stdin="a,b\n2,1\n0,9\n").out
    first = [float(cell) for cell in converted.splitlines()[1].split(",")]
    assert record["softmax"]["probabilities"] == first
    text = softmax("explain", *given).out
    for line in (
        "│ class │ logit z │ z / T │ bias b │ m = z / T + b │",
        "│ 0     │       2 │   1.0 │    0.5 │           1.5 │",
        "│ class │   m │ minus max │      exp │ softmax │",
        "│ 0     │ 1.5 │       0.0 │ 1.000000 │  0.8176 │",
    ):
        assert line in text
    rows = softmax("explain", *given, "-f", "csv", "--decimals", "2").out.splitlines()
    assert rows[0].startswith("class,logit,scaled,bias,calibrated,shifted,")
    assert rows[2].startswith("1,1.00,0.50,-0.50,0.00,-1.50,0.22,0.18,0.50,")
    markdown = softmax("explain", *given, "-f", "markdown").out
    assert "| bias b | m = z / T + b |" in markdown
    assert "<th>m = z / T + b</th>" in softmax("explain", *given, "-f", "html").out.replace(
        ' class="number"', ""
    )


def test_biases_of_other_classes_are_refused(biased):
    ran = softmax("explain", "-q", "-t", biased, stdin="a,c\n1,2\n")
    assert (ran.out, ran.code) == ("", 1)
    assert 'temperature was fitted for other classes: class 2 was "b", now "c"' in ran.err
    ran = softmax("explain", "-t", biased, "1", "2", "3")
    assert "temperature was fitted for 2 classes, not 3" in ran.err


def test_names_from_files_are_text():
    stdin = "<script>,[red]x[/red],虎\n1,2,3\n"
    ran = softmax("explain", "-q", "--label", "[red]x[/red]", stdin=stdin)
    assert "[red]x[/red]" in ran.out
    ran = softmax("explain", "-q", "-f", "html", stdin=stdin)
    assert "<script>" not in ran.out
    assert "<td>&lt;script&gt;</td>" in ran.out


def test_a_note_lists_the_columns_of_a_file_unless_quiet():
    stdin = "id,a,b\nx,1,2\n"
    assert softmax("explain", stdin=stdin).err.startswith('softmax: <stdin>: 2 logits: "a", "b"')
    assert softmax("explain", "-q", stdin=stdin).err == ""


def test_an_encoding_without_boxes_gets_ascii():
    ran = spawn("explain", "-q", stdin="虎,b\n1,2\n", env={"PYTHONIOENCODING": "ascii"})
    assert ran.code == 0
    assert ran.out.isascii()
    assert "| b " in ran.out


def test_a_closed_pipe_ends_it_quietly():
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "wb") as out:
        done = subprocess.run(
            [*PROGRAM, "explain", "1", "2"], stdout=out, stderr=subprocess.PIPE, check=False
        )
    assert (done.stderr, done.returncode) == (b"", 141)


def test_a_full_disk_is_one_sentence():
    with open("/dev/full", "wb") as out:
        done = subprocess.run(
            [*PROGRAM, "explain", "1", "2"], stdout=out, stderr=subprocess.PIPE, check=False
        )
    assert done.stderr == b"softmax: <stdout>: No space left on device.\n"
    assert done.returncode == 1
