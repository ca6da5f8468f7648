"""`softmax invert`: probabilities to logits, and back by convert."""

import json
import subprocess

import numpy as np

from softmax_cli import invert
from softmax_cli import softmax as softmax_of
from tests.each import each
from tests.formats.files import PAIRS, put, read_back
from tests.runner import PROGRAM, softmax

NOTE = "softmax: logits of softmax are known up to a constant per row; here their mean is 0\n"


@each(
    ("arguments", "stdin", "out", "err", "code"),
    [
        (["--decimals", "3"], "a,b\n0.75,0.25\n", "a,b\n0.549,-0.549\n", NOTE, 0),
        (["-q"], "id,a,b,label\nx,0.5,0.5,u\n", "id,a,b,label\nx,0.0,0.0,u\n", "", 0),
        (["-q"], "a,b,c\n0.5,0,0.5\n", "a,b,c\n0.0,-inf,0.0\n", "", 0),
        (["-q"], "0.5,0.5\n1,0\n", "0.0,0.0\n0.0,-inf\n", "", 0),
        (["-q", "--epsilon", "0.01", "--decimals", "3"], "a,b\n1,0\n", "a,b\n2.303,-2.303\n", "", 0),
        (["-a", "sigmoid"], "a,b,c\n0,1,0.5\n", "a,b,c\n-inf,inf,0.0\n", "", 0),
        (["-a", "sigmoid", "--epsilon", "0.1", "--decimals", "3"], "a,b\n0,1\n",
         "a,b\n-2.197,2.197\n", "", 0),
        (["-q", "--input-format", "jsonl"], '{"id":1,"probs":[1,0],"t":"u"}\n',
         '{"id":1,"probs":[0.0,"-inf"],"t":"u"}\n', "", 0),
        (["-q", "-f", "jsonl"], "a,b\n0.5,0.5\n", '{"a":0.0,"b":0.0}\n', "", 0),
        (["-q", "--invalid", "nan"], "id,a,b\nx,0.5,0.9\ny,0.5,0.5\n", "id,a,b\nx,NaN,NaN\ny,0.0,0.0\n",
         "softmax: warning: 1 of 2 rows written as NaN; first: <stdin>, line 2: ", 0),
        (["-q", "--invalid", "skip"], "id,a,b\nx,-0.5,1.5\ny,0.5,0.5\n", "id,a,b\ny,0.0,0.0\n",
         "softmax: warning: 1 of 2 rows skipped; first: <stdin>, line 2: -0.5 ", 0),
        (["-q"], "a,b\n0.5,0.5\n0.5,0.9\n", "a,b\n", "softmax: <stdin>, line 3: ", 1),
        (["-q"], "a,b\n0.5,0.5\n1,NA\n", "a,b\n",
         'softmax: <stdin>, line 3, column "b": "NA" is not a number.', 1),
        (["-q", "-a", "sigmoid"], "a,b\n2,0.5\n", "a,b\n", "softmax: <stdin>, line 2: 2 ", 1),
        (["--epsilon", "0.5"], "a,b\n1,0\n", "", "0.5 is not in the range", 2),
        (["--epsilon", "-1"], "a,b\n1,0\n", "", "-1.0 is not in the range", 2),
        (["-a", "tanh"], "a,b\n1,0\n", "", "'tanh' is not one of", 2),
        (["-f", "html"], "a,b\n1,0\n", "", "softmax: -f html does not apply to rows.", 2),
        (["-f", "npy", "1", "0"], "", "", "softmax: -f npy does not apply to vectors.", 2),
        (["-f", "csv", "0.5,0.5", "1,0"], "",
         "row,class,probability,logit\n1,0,0.5,0.0\n1,1,0.5,0.0\n2,0,1.0,0.0\n2,1,0.0,-inf\n", "", 0),
        (["-f", "csv", "cat=0.5", "dog=0.5"], "",
         "row,class,probability,logit\n1,cat,0.5,0.0\n1,dog,0.5,0.0\n", "", 0),
        (["-f", "csv", "--decimals", "2", "-a", "sigmoid", "0.75"], "",
         "row,class,probability,logit\n1,0,0.75,1.10\n", "", 0),
        (["1", "0", "--columns", "2"], "", "",
         "softmax: --columns applies to files, not to numbers given as arguments.\n", 2),
        (["0.5", "0.9"], "", "",
         "softmax: <arguments>, row 1: probabilities sum to 1.4, not 1.\n", 1),
        (["0.5", "0.9", "--invalid", "skip"], "", "", "softmax: <arguments>: every row was skipped", 1),
        (["0.5,0.9", "1,0", "--invalid", "skip", "-f", "csv"], "",
         "row,class,probability,logit\n2,0,1.0,0.0\n2,1,0.0,-inf\n", "", 0),
        (["0.5", "0.9", "--invalid", "nan", "-f", "csv"], "",
         "row,class,probability,logit\n1,0,0.5,NaN\n1,1,0.9,NaN\n", "", 0),
    ],
)  # fmt: skip
def test_invert(arguments, stdin, out, err, code):
    ran = softmax("invert", *arguments, stdin=stdin)
    assert (ran.out, ran.code) == (out, code), ran.err
    assert err in ran.err
    assert bool(ran.err) == bool(err)


TABLE = """\
Logits of softmax
═════════════════

╭───────┬─────────────┬─────────╮
│ class │ probability │   logit │
├───────┼─────────────┼─────────┤
│ 0     │      0.7500 │  0.5493 │
│ 1     │      0.2500 │ -0.5493 │
│ 2     │      0.0000 │    -inf │
╰───────┴─────────────┴─────────╯

log p minus its mean over the finite ones: logits of softmax are known up to a
constant per row; here their mean is 0.
"""


def test_vectors_are_shown_as_a_table():
    ran = softmax("invert", "0.75", "0.25", "0")
    assert (ran.out, ran.err, ran.code) == (TABLE, "", 0)
    ran = softmax("invert", "0.75", "0.25", "-a", "sigmoid", "--epsilon", "0.3", "--decimals", "2")
    assert "│ 0     │        0.75 │  0.85 │" in ran.out
    assert "\nlog(p / (1 - p)) of each class.\n\nProbabilities are clipped by 0.3.\n" in ran.out


def test_vectors_as_json():
    (record,) = json.loads(softmax("invert", "0.5", "0.5", "-f", "json").out)
    assert record == {
        "row": 1, "activation": "softmax", "epsilon": 0.0, "classes": ["0", "1"],
        "probabilities": [0.5, 0.5], "logits": [0.0, 0.0],
    }  # fmt: skip


@each(("given", "output"), PAIRS)
def test_convert_gives_the_probabilities_of_every_format_back(given, output, tmp_path):
    path = str(tmp_path / f"given.{given.suffix}")
    given.write(path)
    steps = [str(tmp_path / f"{name}.{output}") for name in ("probabilities", "logits", "again")]
    for command, source, target in zip(
        ("convert", "invert", "convert"), [path, *steps], steps, strict=False
    ):
        ran = softmax(command, "-q", source, "-o", target)
        assert (ran.out, ran.code) == ("", 0), ran.err
    probabilities, others = read_back(steps[0], given)
    wide = type(given)(**{**vars(given), "float32": False})
    again, others_again = read_back(steps[2], wide)
    assert others_again == others
    assert again.dtype == np.float64
    expected = softmax_of(given.logits.astype(np.float64))
    precision = 2.0**-22 if probabilities.dtype == np.float32 or given.float32 else 2.0**-52 * 24
    np.testing.assert_allclose(again, expected, rtol=precision)
    logits, _ = read_back(steps[1], wide)
    np.testing.assert_array_equal(logits, invert(probabilities.astype(np.float64)))


def test_several_outputs_go_to_a_folder(tmp_path):
    paths = [put(tmp_path, f"{i}.csv", "a,b\n0.5,0.5\n") for i in range(2)]
    ran = softmax("invert", "-q", *paths, "-o", f"{tmp_path}/out/")
    assert (ran.err, ran.code) == ("", 0)
    assert (tmp_path / "out" / "1.csv").read_text() == "a,b\n0.0,0.0\n"


def test_a_closed_pipe_ends_quietly(tmp_path):
    path = put(tmp_path, "x.csv", "a,b\n" + "0.5,0.5\n" * 300_000)
    done = subprocess.run(
        ["bash", "-c", '"$@" | head -n 1; exit ${PIPESTATUS[0]}', "-", *PROGRAM, "invert", path],
        capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.stdout, done.stderr, done.returncode) == (b"a,b\n", b"", 141)
