"""`softmax sample`: draws of rows and counts of one vector."""

import csv
import io
import json
import subprocess

import numpy as np
import polars as pl
import pytest

from softmax_cli import sample, sigmoid
from softmax_cli.formats.delimited import small_parser
from tests.chunks import cut_blocks
from tests.each import each
from tests.formats.files import PAIRS, put
from tests.runner import PROGRAM, softmax

ROWS = "id,cat,dog,label\nx,9,0,u\ny,0,9,v\nz,9,0,\n"
SURE = "id,sample,label\nx,cat,u\ny,dog,v\nz,cat,\n"


@each(
    ("arguments", "stdin", "out", "err", "code"),
    [
        ([], ROWS, SURE, "", 0),
        (["-t", "0", "-n", "2"], ROWS,
         "id,draw_1,draw_2,label\nx,cat,cat,u\ny,dog,dog,v\nz,cat,cat,\n", "", 0),
        (["--top-k", "1", "-t", "inf", "--temperature-order", "last"], ROWS, SURE, "", 0),
        (["--top-p", "0.5"], ROWS, SURE, "", 0),
        (["--min-p", "1"], ROWS, SURE, "", 0),
        (["-f", "tsv"], ROWS, SURE.replace(",", "\t"), "", 0),
        (["-f", "jsonl"], "id,cat,dog\nx,9,0\n", '{"id":"x","sample":"cat"}\n', "", 0),
        (["--input-format", "jsonl"], '{"id":7,"logits":[0,99]}\n', '{"id":7,"sample":"1"}\n', "", 0),
        (["--input-format", "jsonl"], "[0,99]\n[99,0]\n", '{"sample":"1"}\n{"sample":"0"}\n', "", 0),
        ([], "99,0\n0,99\n", "0\n1\n", "", 0),
        (["--from", "probabilities"], "a,b\n0,1\n1,0\n", "sample\nb\na\n", "", 0),
        (["0,99", "99,0"], "", "1\n0\n", "", 0),
        (["-a", "sigmoid"], "id,a,b,c\nx,99,-99,99\ny,-99,-99,-99\nz,-inf,inf,-99\n",
         "id,sample\nx,a|c\ny,\nz,b\n", "", 0),
        (["-a", "sigmoid", "-n", "2", "-t", "0"], "a,b\n1,-1\n", "draw_1,draw_2\na,a\n", "", 0),
        (["--invalid", "nan"], "id,a,b\nx,NA,0\ny,0,99\n", "id,sample\nx,\ny,b\n",
         "softmax: warning: 1 of 2 rows written as NaN; first: <stdin>, line 2, column \"a\": "
         '"NA" is not a number\n', 0),
        (["--invalid", "skip", "-f", "jsonl"], "id,a,b\nx,-inf,-inf\ny,0,99\n",
         '{"id":"y","sample":"b"}\n',
         "softmax: warning: 1 of 2 rows skipped; first: <stdin>, line 2: ", 0),
        ([], "a,b\n1,NA\n", "sample\n", 'softmax: <stdin>, line 2, column "b": "NA" is not a number.', 1),
        ([], "sample,a,b\nu,1,2\n", "", 'already has a column "sample"', 1),
        (["-t", "-1"], ROWS, "", "temperature must be >= 0", 2),
        (["--top-k", "0"], ROWS, "", "0 is not in the range", 2),
        (["--top-p", "0"], ROWS, "", "0.0 is not in the range", 2),
        (["--top-p", "1.01"], ROWS, "", "1.01 is not in the range", 2),
        (["--min-p", "-0.1"], ROWS, "", "-0.1 is not in the range", 2),
        (["--seed", "-1"], ROWS, "", "-1 is not in the range", 2),
        (["-n", "0"], ROWS, "", "0 is not in the range", 2),
        (["-a", "tanh"], ROWS, "", "'tanh' is not one of", 2),
        (["-a", "sigmoid", "--top-k", "1"], ROWS, "",
         "softmax: --top-k, --top-p and --min-p choose among exclusive classes. Use -a softmax.\n", 2),
        (["--temperature-order", "last"], ROWS, "",
         "softmax: --temperature-order has no effect without a filter. "
         "Add --top-k, --top-p or --min-p.\n", 2),
        (["-f", "table"], ROWS, "", "softmax: -f table does not apply to rows.", 2),
        (["-f", "parquet", "1", "2"], "", "", "softmax: -f parquet does not apply to one vector.", 2),
        (["-o", "x.npy"], ROWS, "", "softmax: npy holds only numbers", 2),
        (["1", "0", "--columns", "2"], "", "",
         "softmax: --columns applies to files, not to numbers given as arguments.\n", 2),
        (["-inf", "-inf"], "", "", "softmax: <arguments>, row 1: ", 1),
        (["nan", "1"], "", "", 'softmax: <arguments>, row 1, column "1": "nan" is not a number.\n', 1),
    ],
)  # fmt: skip
def test_sample(arguments, stdin, out, err, code):
    ran = softmax("sample", "-q", *arguments, stdin=stdin)
    assert (ran.out, ran.code) == (out, code), ran.err
    assert err in ran.err
    assert bool(ran.err) == bool(err)


def _column(text):
    return [row["sample"] for row in csv.DictReader(io.StringIO(text))]


LOGITS = np.random.default_rng(2).normal(0, 2, (80, 3)).round(3)
TEXT = "id,0,1,2\n" + "".join(
    f"r{i},{','.join(map(str, row))}\n" for i, row in enumerate(LOGITS.tolist())
)


@pytest.mark.parametrize(("cells", "jobs"), [(7, "4"), (100, "1")])
@pytest.mark.parametrize("activation", ["softmax", "sigmoid"])
def test_neither_threads_nor_chunks_change_the_draws(jobs, cells, activation, monkeypatch):
    monkeypatch.setattr(small_parser, "MOST_BYTES", -1)
    cut_blocks(monkeypatch, cells)
    ran = softmax("sample", "-q", "-j", jobs, "--seed", "5", "-a", activation, stdin=TEXT)
    drawn = sample(LOGITS, activation=activation, seed=5)
    if activation == "sigmoid":
        drawn = ["|".join(map(str, np.flatnonzero(row))) for row in drawn]
    assert _column(ran.out) == list(map(str, drawn))


def test_skipped_rows_leave_the_draws_of_the_others():
    lines = TEXT.splitlines(keepends=True)
    lines[3] = "r2,NA,1,1\n"
    whole = _column(softmax("sample", "-q", stdin=TEXT).out)
    ran = softmax("sample", "-q", "--invalid", "skip", stdin="".join(lines))
    assert _column(ran.out) == whole[:2] + whole[3:]


def test_rows_are_numbered_over_all_files(tmp_path):
    header, *lines = TEXT.splitlines(keepends=True)
    paths = [
        put(tmp_path, f"{i}.csv", header + "".join(part))
        for i, part in enumerate((lines[:150], lines[150:]))
    ]
    assert softmax("sample", "-q", *paths).out == softmax("sample", "-q", stdin=TEXT).out


def test_the_first_draws_do_not_depend_on_how_many_follow():
    one = _column(softmax("sample", "-q", stdin=TEXT).out)
    three = softmax("sample", "-q", "-n", "3", stdin=TEXT).out
    rows = list(csv.DictReader(io.StringIO(three)))
    assert [row["draw_1"] for row in rows] == one
    assert [row["draw_2"] for row in rows] != one


def test_another_seed_gives_other_draws():
    runs = {softmax("sample", "-q", "--seed", str(seed), stdin=TEXT).out for seed in range(4)}
    assert len(runs) == 4


def _samples(path, header):
    suffix = path.rpartition(".")[2]
    if suffix in ("parquet", "arrow"):
        return (pl.read_parquet if suffix == "parquet" else pl.read_ipc)(path)["sample"].to_list()
    with open(path, encoding="utf-8", newline="") as file:
        text = file.read()
    if suffix in ("json", "jsonl"):
        rows = json.loads(text) if suffix == "json" else [*map(json.loads, text.splitlines())]
        return [row["sample"] for row in rows]
    delimiter = "," if suffix == "csv" else "\t"
    if header:
        return [row["sample"] for row in csv.DictReader(io.StringIO(text), delimiter=delimiter)]
    return text.split()


@each(("given", "output"), [pair for pair in PAIRS if "npy" not in pair])
def test_every_format_has_the_same_draws(given, output, tmp_path):
    path, target = str(tmp_path / f"given.{given.suffix}"), str(tmp_path / f"out.{output}")
    given.write(path)
    ran = softmax("sample", "-q", path, "-o", target)
    assert (ran.out, ran.code) == ("", 0), ran.err
    drawn = sample(given.logits.astype(np.float64))
    assert _samples(target, given.header) == [given.classes[k] for k in drawn]


def test_a_closed_pipe_ends_quietly(tmp_path):
    path = put(tmp_path, "x.csv", "a,b\n" + "0,1\n" * 300_000)
    done = subprocess.run(
        ["bash", "-c", '"$@" | head -n 1; exit ${PIPESTATUS[0]}', "-", *PROGRAM, "sample", path],
        capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.stdout, done.stderr, done.returncode) == (b"sample\n", b"", 141)


COUNTED = """\
1000 draws from softmax, seed 7
═══════════════════════════════

╭───────┬────────┬─────────────┬──────────┬───────╮
│ class │  logit │ probability │ expected │ count │
├───────┼────────┼─────────────┼──────────┼───────┤
│ 0     │ 0.0000 │      0.5000 │   500.00 │   {0} │
│ 1     │ 0.0000 │      0.5000 │   500.00 │   {1} │
│ 2     │   -inf │      0.0000 │     0.00 │     0 │
╰───────┴────────┴─────────────┴──────────┴───────╯

Chi-square {2} with 1 degree of freedom, p-value {3}: the share of samples
that deviate as much or more.
"""


def test_one_vector_is_counted_against_what_to_expect():
    ran = softmax("sample", "-n", "1000", "--seed", "7", "--", "0", "0", "-inf")
    record = json.loads(
        softmax("sample", "-n", "1000", "--seed", "7", "-f", "json", "--", "0", "0", "-inf").out
    )
    test = record["chi_square"]
    assert record["counts"][:2] != [500, 500]
    assert sum(record["counts"]) == 1000
    assert test["statistic"] == pytest.approx(2 * (record["counts"][0] - 500) ** 2 / 500)
    shown = COUNTED.format(
        *record["counts"][:2], f"{test['statistic']:.4g}", f"{test['p_value']:.4f}"
    )
    assert (ran.out, ran.err, ran.code) == (shown, "", 0)


@pytest.mark.parametrize(
    ("arguments", "first", "line"),
    [
        (["-f", "csv"], "class,logit,probability,expected,count", "1,99.0,1.0,1.0,1"),
        (
            ["-f", "markdown"],
            "# 1 draw from softmax, seed 0",
            "| 1 | 99.0000 | 1.0000 | 1.00 | 1 |",
        ),
        (["-a", "sigmoid", "-f", "csv"], "class,logit,probability,expected,count", "0,-99.0,"),
    ],
)
def test_counts_in_every_format(arguments, first, line):
    ran = softmax("sample", *arguments, "--", "-99", "99")
    assert ran.out.startswith(first + "\n")
    assert line in ran.out
    assert (ran.err, ran.code) == ("", 0)


def test_named_classes_keep_their_names():
    ran = softmax("sample", "cat=99", "dog=-99", "-n", "3")
    assert "│ cat   │" in ran.out
    assert "\nDrawn: cat, cat, cat.\n" in ran.out


def test_counts_as_a_page(tmp_path):
    target = tmp_path / "x.html"
    assert softmax("sample", "1", "2", "-o", str(target)).code == 0
    assert "<table" in target.read_text()


def test_filters_and_few_draws_are_shown():
    ran = softmax("sample", "0", "99", "-n", "3", "-t", "2", "--top-k", "1", "--top-p", "0.9")
    assert "\nDrawn: 1, 1, 1.\n" in ran.out
    assert "\nTemperature 2, top-k 1, top-p 0.9, temperature first.\n" in ran.out
    assert "\nToo few draws, or too certain ones, for a chi-square test.\n" in ran.out
    ran = softmax("sample", "-a", "sigmoid", "-n", "2", "--", "99", "-99", "99")
    assert "\nDrawn: 0|2, 0|2.\n" in ran.out
    assert "\nDrawn: none.\n" in softmax("sample", "-a", "sigmoid", "--", "-99").out


def test_many_draws_of_one_vector_are_those_of_python():
    record = json.loads(softmax("sample", "1", "2", "3", "-n", "400000", "-f", "json").out)
    counts = np.bincount(sample([1.0, 2.0, 3.0], n=400_000))
    assert record["counts"] == counts.tolist()
    assert len(record["first_draws"]) == 20
    record = json.loads(
        softmax("sample", "1", "2", "-n", "600000", "-a", "sigmoid", "-f", "json").out
    )
    coins = sample([1.0, 2.0], n=600_000, activation="sigmoid")
    assert record["counts"] == coins.sum(0).tolist()
    assert record["probabilities"] == sigmoid([1.0, 2.0]).tolist()
