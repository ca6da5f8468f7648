"""`softmax ensemble`: rows and classes matched, mixed, and written."""

import json
import subprocess

import numpy as np
import polars as pl
import pytest

from softmax_cli import ensemble
from softmax_cli.activations import mixing
from softmax_cli.conversion import convert_options
from softmax_cli.formats.delimited import small_parser
from tests.chunks import cut_blocks
from tests.each import each
from tests.formats.files import PAIRS, put, read_back
from tests.runner import PROGRAM, softmax

# The logarithms of 3 and 9: with 0 they give shares of 3/4 and 9/10.
LN3, LN9 = "1.0986122886681098", "2.1972245773362196"
A = f"id,cat,dog,label\nx,0,0,u\ny,{LN3},0,v\n"
B = f"dog,id,cat\n0,x,{LN3}\n0,y,{LN3}\n"
OUT = "id,cat,dog,label\nx,0.625,0.375,u\ny,0.750,0.250,v\n"
BY_ID = 'softmax: rows joined by "id"\n'
BY_POSITION = "softmax: rows matched by position\n"
IDS_HINT = (
    "Use --id COL to join rows by another column, or --drop id if it does not identify rows.\n"
)
POSITION_HINT = (
    "Rows are matched by position. Use --id COL to join them by a column that all files have.\n"
)


def _cat_dog(*rows):
    return "cat,dog\n" + "".join(f"{row}\n" for row in rows)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder in which relative paths are looked up."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@each(
    ("arguments", "files", "out", "err", "code"),
    [
        # The order of classes and of rows.
        ([], [A, B], OUT, BY_ID, 0),
        (["-q"], [A, f"id,dog,cat\ny,0,{LN3}\nx,0,{LN3}\n"], OUT, "", 0),
        (["-q"], [A, B, B], OUT.replace("0.625,0.375", "0.667,0.333"), "", 0),
        (["-q"], [A, f"ID,p_dog,p_cat\ny,0,{LN3}\nx,0,{LN3}\n"], OUT, "", 0),
        (["-q", "--drop", "id"], [A, B.replace("x", "z")], OUT.replace("id,", "").replace("x,", "")
         .replace("y,", ""), "", 0),
        (["-q"], [A.replace("id", "image"), B.replace("id", "image")],
         OUT.replace("id", "image"), "", 0),
        (["-q", "--id", "k"], ["id,k,cat,dog\n1,x,0,0\n", f"id,k,cat,dog\n2,x,{LN3},0\n"],
         "id,k,cat,dog\n1,x,0.625,0.375\n", "", 0),
        (["-q"], ["id,cat,dog\n1.0,0,0\n", f"id,cat,dog\n1,{LN3},0\n"],
         "id,cat,dog\n1.0,0.625,0.375\n", "", 0),
        # By position.
        ([], [_cat_dog("0,0"), _cat_dog(f"{LN3},0")], _cat_dog("0.625,0.375"), BY_POSITION, 0),
        ([], [_cat_dog("0,0"), f"dog,cat\n0,{LN3}\n"], _cat_dog("0.625,0.375"), BY_POSITION, 0),
        ([], [_cat_dog("0,0"), f"{LN3},0\n"], _cat_dog("0.625,0.375"),
         BY_POSITION + "softmax: b.csv: classes matched by position\n", 0),
        (["-q"], ["0,0\n", f"{LN3},0\n"], "0.625,0.375\n", "", 0),
        # Means, weights, temperatures, scales.
        (["-q", "--mean", "geometric"], [_cat_dog("0,0"), _cat_dog(f"{LN9},0")],
         _cat_dog("0.750,0.250"), "", 0),
        (["-q", "--mean", "logits"], [_cat_dog("0,0"), _cat_dog(f"{LN9},0")],
         _cat_dog("0.750,0.250"), "", 0),
        (["-q", "--weights", "3, 1"], [_cat_dog("0,0"), _cat_dog(f"{LN3},0")],
         _cat_dog("0.562,0.438"), "", 0),
        (["-q", "--weights", "0,1"], [_cat_dog("nan,0"), _cat_dog(f"{LN3},0")],
         _cat_dog("0.750,0.250"), "", 0),
        (["-q", "-t", "2"], [_cat_dog("0,0"), _cat_dog(f"{LN9},0")], _cat_dog("0.625,0.375"), "", 0),
        (["-q", "-t", "1", "-t", "2"], [_cat_dog(f"{LN3},0"), _cat_dog(f"{LN9},0")],
         _cat_dog("0.750,0.250"), "", 0),
        (["-q", "--from", "probabilities"], [_cat_dog("0.5,0.5"), _cat_dog("1,0")],
         _cat_dog("0.750,0.250"), "", 0),
        (["-q", "--from", "log-probabilities"], [_cat_dog("-inf,0"), _cat_dog("0,-inf")],
         _cat_dog("0.500,0.500"), "", 0),
        (["-q", "-a", "sigmoid"], [_cat_dog("0,-inf"), _cat_dog(f"{LN3},inf")],
         _cat_dog("0.625,0.500"), "", 0),
        ([], [_cat_dog("0,1"), _cat_dog("0.25,0.75")], _cat_dog("0.323,0.677"),
         BY_POSITION + "softmax: warning: b.csv: rows look like probabilities (rows sum to 1) but "
         "are read as logits. Use --from probabilities if they are.\n", 0),
        # Added columns.
        (["-q", "--add", "disagreement"], [_cat_dog("0,-inf", "1,0"), _cat_dog("-inf,0", "1,0")],
         "cat,dog,disagreement,dissent\n0.500,0.500,0.693,1.0\n0.731,0.269,0.000,0.0\n", "", 0),
        (["-q", "--add", "prediction,disagreement,confidence"],
         [_cat_dog(f"{LN3},0"), _cat_dog(f"{LN3},0")],
         "cat,dog,prediction,confidence,disagreement,dissent\n0.750,0.250,cat,0.750,0.000,0.0\n",
         "", 0),
        (["--add", "doubt"], [A, B], "", "'doubt' is not one of prediction, confidence, ", 2),
        (["-q", "--add", "disagreement"], ["disagreement,cat,dog\nu,1,2\n"] * 2, "",
         'already has a column "disagreement"', 1),
        # Rows that do not match.
        (["-q"], [A, B.replace("0,y", "0,z")], "id,cat,dog,label\n",
         f'softmax: a.csv, line 3, column "id": no row for identifier "y" in b.csv. {IDS_HINT}', 1),
        (["-q"], [A, "id,cat,dog\nx,0,0\n"], "id,cat,dog,label\n",
         f'softmax: a.csv, line 3, column "id": no row for identifier "y" in b.csv. {IDS_HINT}', 1),
        (["-q"], ["id,cat,dog\n" + "".join(f"{c},0,0\n" for c in "abcde"), "id,cat,dog\nx,0,0\n"],
         "id,cat,dog\n",
         f'softmax: a.csv, line 2, column "id": no row for identifier "a", "b", "c" and 2 more in b.csv. {IDS_HINT}',
         1),
        (["-q"], [A, B + "0,z,0\n"], OUT,
         f'softmax: b.csv, line 4, column "id": no row for identifier "z" in a.csv. {IDS_HINT}', 1),
        (["-q"], [A, "id,cat,dog\nz,0,0\ny,0,0\nx,0,0\n"], OUT.replace("0.625,0.375", "0.500,0.500")
         .replace("0.750,0.250", "0.625,0.375"),
         f'softmax: b.csv, line 2, column "id": no row for identifier "z" in a.csv. {IDS_HINT}', 1),
        (["-q"], [A, "id,cat,dog\ny,0,0\nx,0,0\nx,0,0\n"], "id,cat,dog,label\n",
         f'softmax: b.csv, line 4, column "id": duplicate identifier "x". {IDS_HINT}', 1),
        (["-q"], ["id,cat,dog\nx,0,0\nx,0,0\n", "id,cat,dog\ny,0,0\nx,0,0\n"], "id,cat,dog\n",
         f'softmax: a.csv, line 3, column "id": duplicate identifier "x". {IDS_HINT}', 1),
        (["-q"], [_cat_dog("0,0"), _cat_dog("0,0", "0,0")], _cat_dog("0.500,0.500"),
         f"softmax: a.csv: ends after row 1, but b.csv has more rows. {POSITION_HINT}", 1),
        (["-q"], [_cat_dog("0,0", "0,0"), _cat_dog("0,0")], _cat_dog(),
         f"softmax: b.csv: ends after row 1, but a.csv has more rows. {POSITION_HINT}", 1),
        # Labels of the same row, of which only the first file's are written.
        (["-q"], [A, f"id,cat,dog,y\ny,{LN3},0, v \nx,{LN3},0,\n"], OUT, "", 0),
        (["-q"], [A, f"id,cat,dog,y\ny,{LN3},0,0\nx,{LN3},0,1\n"], OUT, "", 0),
        (["-q"], [A, f"id,cat,dog,y\ny,{LN3},0,v\nx,{LN3},0,w\n"], "id,cat,dog,label\n",
         'softmax: b.csv, line 3: another label for identifier "x" than "u" in a.csv, line 2. '
         "Correct one of them, or use --drop label if it is no label.\n", 1),
        (["-q", "--drop", "label"], [A, A.replace("u", "w")], "id,cat,dog\nx,0.500,0.500\ny,0.750,0.250\n", "", 0),
        (["-q"], ["cat,dog,y\n0,0,1\n0,0,-1\n", "cat,dog,y\n0,0,1.0\n0,0,2\n"],
         "cat,dog,y\n0.500,0.500,1\n0.500,0.500,-1\n", "", 0),
        (["-q"], ["cat,dog,y\n0,0,1\n0,0,0\n", "cat,dog,y\n0,0,0\n0,0,1\n"], "cat,dog,y\n",
         f'softmax: b.csv, line 2: another label than "1" in a.csv, line 2. {POSITION_HINT}', 1),
        # Classes that do not match.
        ([], [A, "id,cat,bird\nx,0,0\n"], "",
         'softmax: b.csv: classes differ from those of a.csv: no "dog". '
         "Models must have the same classes, in any order.\n", 1),
        ([], [A, "id,cat,dog,bird\nx,0,0,0\n"], "",
         "softmax: b.csv: classes differ from those of a.csv: 3 instead of 2. ", 1),
        # Rows that are not valid.
        (["-q"], [_cat_dog("0,0"), _cat_dog("0,NA")], _cat_dog(),
         'softmax: b.csv, line 2, column "dog": "NA" is not a number. ', 1),
        (["-q"], [_cat_dog("0,NA"), _cat_dog("0,0")], _cat_dog(),
         'softmax: a.csv, line 2, column "dog": "NA" is not a number. ', 1),
        (["-q", "--from", "probabilities"], [_cat_dog("0.5,0.5"), _cat_dog("0.5,0.9")], _cat_dog(),
         "softmax: b.csv, line 2: probabilities sum to 1.4, not 1. ", 1),
        (["-q", "--invalid", "skip"], [A, f"id,cat,dog\ny,{LN3},0\nx,inf,0\n"],
         "id,cat,dog,label\ny,0.750,0.250,v\n",
         "softmax: warning: 1 of 2 rows skipped; first: b.csv, line 3: a logit is +inf", 0),
        (["-q", "--invalid", "nan"], [A, f"id,cat,dog\ny,{LN3},0\nx,,0\n"],
         "id,cat,dog,label\nx,NaN,NaN,u\ny,0.750,0.250,v\n",
         'softmax: warning: 1 of 2 rows written as NaN; first: b.csv, line 3, column "cat"', 0),
        (["-q", "--mean", "geometric"], [_cat_dog("0,-inf"), _cat_dog("-inf,0")], _cat_dog(),
         "softmax: a.csv, line 2: one model is certain of a class that another excludes. "
         "Use --mean arithmetic. Use --invalid skip to skip such rows.\n", 1),
        (["-q", "--mean", "logits", "-a", "sigmoid"], [_cat_dog("inf,0"), _cat_dog("-inf,0")],
         _cat_dog(), "softmax: a.csv, line 2: one model is certain of a class that another excludes. ",
         1),
        # Usage.
        ([], [A], "", "softmax: ensemble needs two or more files.\n", 2),
        ([], [], "", "softmax: ensemble needs two or more files.\n", 2),
        (["1,2", "3,4"], [], "", "softmax: ensemble needs two or more files.\n", 2),
        (["-", "-"], [], "", "softmax: only one file can come from standard input.\n", 2),
        (["--weights", "1,2,3"], [A, B], "",
         "softmax: --weights: expected 2 values, found 3. Give one for each file.\n", 2),
        (["-t", "1", "-t", "2", "-t", "3"], [A, B], "", "softmax: -t: expected 2 values, found 3", 2),
        (["--weights", "0,0"], [A, B], "", "weights must be finite, >= 0, and not all 0.", 2),
        (["--weights", "1,-1"], [A, B], "", "weights must be finite, >= 0, and not all 0.", 2),
        (["--weights", "1;1"], [A, B], "", "'1;1' is not a number.", 2),
        (["--mean", "median"], [A, B], "", "'median' is not one of", 2),
        (["-a", "tanh"], [A, B], "", "'tanh' is not one of", 2),
        (["-t", "-1"], [A, B], "", "temperature must be >= 0", 2),
    ],
)  # fmt: skip
def test_ensemble(arguments, files, out, err, code, folder):
    paths = [f"{name}.csv" for name in "abc"[: len(files)]]
    for path, text in zip(paths, files, strict=True):
        put(folder, path, text)
    ran = softmax("ensemble", *arguments, *paths, "--decimals", "3")
    assert (ran.out, ran.code) == (out, code), ran.err
    assert err in ran.err
    assert bool(ran.err) == bool(err)


def test_one_file_can_be_standard_input(tmp_path):
    ran = softmax("ensemble", "-q", "-", put(tmp_path, "b.csv", B), "--decimals=3", stdin=A)
    assert (ran.out, ran.err, ran.code) == (OUT, "", 0)


def test_each_file_has_its_calibration_in_its_own_order_of_classes(tmp_path):
    a, b = put(tmp_path, "a.csv", A), put(tmp_path, "b.csv", B)
    fitted = {"temperature": 2.0, "map": "bias", "bias": [1.0, 0.0], "activation": "softmax"}
    t = put(tmp_path, "t.json", json.dumps({**fitted, "classes": ["dog", "cat"]}))
    ran = softmax("ensemble", "-q", a, b, "-t", "1", "-t", f"@{t}")
    rows = [list(map(float, line.split(",")[1:3])) for line in ran.out.splitlines()[1:]]
    expected = ensemble(
        [[[0.0, 0.0], [float(LN3), 0.0]], [[float(LN3) / 2, 1.0], [float(LN3) / 2, 1.0]]]
    )
    np.testing.assert_allclose(rows, expected, rtol=1e-14)
    ran = softmax("ensemble", "-q", a, b, "-t", f"@{t}")
    assert 'class 1 was "dog", now "cat"' in ran.err
    assert ran.code == 1
    classes = put(tmp_path, "s.json", '{"temperature":[1,2],"activation":"sigmoid"}')
    ran = softmax("ensemble", "-q", "-a", "sigmoid", a, b, "-t", "1", "-t", f"@{classes}")
    cat = float(ran.out.splitlines()[1].split(",")[1])
    assert cat == pytest.approx((0.5 + 1 / (1 + 3**-0.5)) / 2)


LOGITS = np.random.default_rng(3).normal(0, 2, (2, 60, 3)).round(3)
ORDER = np.random.default_rng(4).permutation(60)


def _text(logits, rows=range(60)):
    lines = (f"r{i},{','.join(map(repr, logits[i].tolist()))}\n" for i in rows)
    return "id,u,v,w\n" + "".join(lines)


@pytest.mark.parametrize(("cells", "jobs"), [(7, "4"), (100, "1")])
@pytest.mark.parametrize("shuffled", [False, True])
def test_neither_threads_nor_chunks_nor_the_order_change_the_numbers(
    shuffled, cells, jobs, monkeypatch, tmp_path
):
    monkeypatch.setattr(small_parser, "MOST_BYTES", -1)
    rows = [*range(24), *(i for i in ORDER if i >= 24)] if shuffled else range(60)
    a = put(tmp_path, "a.csv", _text(LOGITS[0]))
    b = put(
        tmp_path, "b.csv", _text(LOGITS[1], rows).replace("id", "note,id").replace("r", "long,r")
    )
    cut_blocks(monkeypatch, cells)
    ran = softmax("ensemble", "-q", "-j", jobs, a, b)
    assert (ran.err, ran.code) == ("", 0)
    cells = [line.split(",") for line in ran.out.splitlines()[1:]]
    assert [row[0] for row in cells] == [f"r{i}" for i in range(60)]
    np.testing.assert_array_equal(np.array(cells)[:, 1:].astype(float), ensemble(LOGITS))


@each(("given", "output"), PAIRS)
def test_every_format_mixes_with_every_other(given, output, tmp_path):
    path, target = str(tmp_path / f"given.{given.suffix}"), str(tmp_path / f"out.{output}")
    given.write(path)
    again = str(tmp_path / "again.npy")
    np.save(again, 2 * given.logits[:, ::-1].astype(np.float64))
    ran = softmax("ensemble", "-q", path, again, "-o", target)
    assert (ran.out, ran.code) == ("", 0), ran.err
    mixed, others = read_back(target, type(given)(**{**vars(given), "float32": False}))
    expected = ensemble([given.logits, 2 * given.logits[:, ::-1].astype(np.float64)])
    np.testing.assert_allclose(mixed, expected, rtol=1e-15)
    if others is not None:
        assert others == given.texts()


def test_float32_stays_float32(tmp_path):
    paths = [str(tmp_path / f"{i}.npy") for i in range(2)]
    for path, logits in zip(paths, LOGITS.astype(np.float32), strict=True):
        np.save(path, logits)
    for suffix in ("npy", "parquet"):
        target = str(tmp_path / f"out.{suffix}")
        assert softmax("ensemble", "-q", *paths, "--add=disagreement", "-o", target).code == 0
        mixed = np.load(target) if suffix == "npy" else pl.read_parquet(target).to_numpy()
        assert mixed.dtype == np.float32
        np.testing.assert_allclose(mixed[:, :3], ensemble(LOGITS.astype("f4")), rtol=2.0**-23)
        assert set(mixed[:, 4]) <= {0.0, 1.0, 2.0}


def test_added_columns_are_not_read_as_classes(tmp_path):
    paths = [put(tmp_path, "a.csv", A), put(tmp_path, "b.csv", B)]
    mean = str(tmp_path / "mean.csv")
    added = "prediction,confidence,entropy,margin,disagreement"
    assert softmax("ensemble", "-q", *paths, "--add", added, "-o", mean).code == 0
    ran = softmax("convert", mean, "--from", "probabilities")
    assert ran.code == 0
    assert '2 logits: "cat", "dog";' in ran.err


def test_identifiers_match_across_formats(tmp_path):
    a = put(tmp_path, "a.csv", "id,cat,dog\n7,0,0\n8,0,0\n")
    b = put(tmp_path, "b.jsonl", f'{{"id":8,"cat":0,"dog":0}}\n{{"id":7,"cat":{LN3},"dog":0}}\n')
    c = str(tmp_path / "c.parquet")
    pl.DataFrame({"dog": [0.0, 0.0], "cat": [0.0, 0.0], "id": [8, 7]}).write_parquet(c)
    ran = softmax("ensemble", "-q", a, b, c, "--decimals", "4")
    assert (ran.out, ran.err) == ("id,cat,dog\n7,0.5833,0.4167\n8,0.5000,0.5000\n", "")


def test_rows_with_classes_of_their_own_are_rejected(tmp_path):
    record = {"top_logprobs": [{"a": -0.1, "b": -3.0}]}
    path = put(tmp_path, "a.jsonl", json.dumps(record) + "\n")
    ran = softmax("ensemble", path, path, "--from", "log-probabilities")
    assert ran.code == 2
    assert "classes differ from row to row" in ran.err


def test_a_closed_pipe_ends_quietly(tmp_path):
    path = put(tmp_path, "x.csv", "a,b\n" + "0,1\n2,3\n" * 150_000)
    done = subprocess.run(
        ["bash", "-c", '"$@" | head -n 1; exit ${PIPESTATUS[0]}', "-", *PROGRAM, "ensemble", "-q",
         path, path],
        capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.stdout, done.stderr, done.returncode) == (b"a,b\n", b"", 141)


def test_an_output_may_be_an_input_and_stays_after_an_error(tmp_path):
    a, b = put(tmp_path, "a.csv", A), put(tmp_path, "b.csv", B + "0,z,0\n")
    assert softmax("ensemble", "-q", a, b, "-o", a).code == 1
    assert (tmp_path / "a.csv").read_text() == A
    b = put(tmp_path, "b.csv", B)
    assert softmax("ensemble", "-q", a, b, "--decimals=3", "-o", a).code == 0
    assert (tmp_path / "a.csv").read_text() == OUT


def test_the_help_lists_all_means():
    assert convert_options.MEANS == mixing.MEANS


C = f"id,cat,dog\nx,0,{LN3}\ny,{LN3},0\n"
REPORT = """\
Agreement of 3 models
═════════════════════

All models predict the same in 50.0% of 2 rows. Disagreement, the mean KL
divergence of the models from the ensemble: 0.0436 nats.

╭──────────┬────────┬─────────┬─────────┬────────────╮
│ model    │ weight │      KL │ dissent │ confidence │
├──────────┼────────┼─────────┼─────────┼────────────┤
│ 0.csv    │      1 │ <0.0001 │    0.0% │     0.6250 │
│ 1.csv    │      1 │  0.0654 │    0.0% │     0.7500 │
│ 2.csv    │      1 │  0.0654 │   50.0% │     0.7500 │
├──────────┼────────┼─────────┼─────────┼────────────┤
│ ensemble │        │         │         │     0.6250 │
╰──────────┴────────┴─────────┴─────────┴────────────╯
KL: mean divergence of the model from the ensemble, in nats. Dissent: rows in
which the model predicts another class than the ensemble. Confidence: mean of
the largest probability.

Rows in which two models predict the same
─────────────────────────────────────────

╭───────┬────────┬────────┬───────╮
│ model │  0.csv │  1.csv │ 2.csv │
├───────┼────────┼────────┼───────┤
│ 0.csv │        │ 100.0% │ 50.0% │
│ 1.csv │ 100.0% │        │ 50.0% │
│ 2.csv │  50.0% │  50.0% │       │
╰───────┴────────┴────────┴───────╯
"""


def _three(folder):
    # Where all is even, the first class is predicted.
    return [put(folder, f"{i}.csv", text) for i, text in enumerate((A, B, C))]


def test_a_report_has_the_agreement_of_models(folder):
    ran = softmax("ensemble", *_three(folder), "--report")
    assert (ran.out, ran.code) == (REPORT, 0), ran.err
    assert ran.err.startswith(BY_ID)


@pytest.mark.parametrize(
    ("format_name", "start"),
    [("json", '{\n  "activation": "softmax"'), ("markdown", "# Agreement of 3 models\n"),
     ("csv", "source,weight,kl,dissent,confidence,same_as_0.csv,same_as_1.csv,same_as_2.csv\n"),
     ("html", "<!DOCTYPE html>")],
)  # fmt: skip
def test_a_report_in_every_format(format_name, start, folder):
    ran = softmax("ensemble", "-q", *_three(folder), "--report", "-f", format_name)
    assert ran.out.startswith(start)
    assert (ran.err, ran.code) == ("", 0)
    path = folder / "out.md"
    assert softmax("ensemble", "-q", *_three(folder), "--report", "-o", str(path)).out == ""
    assert path.read_text().startswith("# Agreement")


def test_a_report_with_a_picture(folder):
    pytest.importorskip("matplotlib")
    ran = softmax("ensemble", "-q", *_three(folder), "--report", "--plot", "x.svg")
    picture = (folder / "x.svg").read_text()
    assert (ran.out, ran.err) == (REPORT, "")
    assert "<!-- 0.0654 -->" in picture
    assert "<!-- 50.0% -->" in picture


@each(
    ("arguments", "err"),
    [
        (["-f", "html"], "-f html does not apply to rows. Choose from csv, tsv, jsonl, json, npy, parquet, "
         "arrow, or add --report."),
        (["--plot", "x.png"], "--plot does not apply to rows. Add --report."),
        (["--report", "--add", "entropy"], "--add does not apply to --report, which writes no rows."),
        (["--report", "--invalid", "nan"], "--invalid nan does not apply to --report. Use --invalid skip."),
        (["--report", "-f", "npy"], "-f npy does not apply to --report. "
         "Choose from table, json, csv, markdown, html."),
        (["--report", "-o", "x.npy"], 'x.npy: unknown report format ".npy". '
         "Choose one with -f: table, json, csv, markdown, html."),
    ],
)  # fmt: skip
def test_a_report_is_no_rows(arguments, err, folder):
    pytest.importorskip("matplotlib")
    ran = softmax("ensemble", *_three(folder), *arguments)
    assert (ran.out, ran.err, ran.code) == ("", f"softmax: {err}\n", 2)


def test_a_report_without_rows_is_an_error(folder):
    paths = [put(folder, f"{i}.csv", "cat,dog\n") for i in range(2)]
    ran = softmax("ensemble", "-q", *paths, "--report")
    assert (ran.out, ran.code) == ("", 1)
    assert ran.err == f"softmax: {paths[0]}: expected at least 1 row, found 0.\n"
