"""`softmax convert --group`: rows that are items of groups."""

import csv
import io
import json
import math
from itertools import groupby

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from softmax_cli.formats.delimited import small_parser
from softmax_cli.formats.text import small_rendering
from tests.chunks import WHOLE, cut_blocks
from tests.each import each
from tests.runner import softmax

TABLE = "query,item,score\na,x,1.50\na,y,0.5\nb,x,2\nb,y,2\n"
LONG = "query,item,score,probability\na,x,1.50,0.731\na,y,0.5,0.269\nb,x,2,0.500\nb,y,2,0.500\n"
WIDE = "query,x,y\na,0.731,0.269\nb,0.500,0.500\n"
APART = "q,c,s\na,x,0\nb,x,0\na,y,0\nb,y,0\n"
GROUP = ["--group", "query", "--value", "score"]
G = ["--group", "q", "--value", "s"]
WIDE_G = [*G, "--class", "c", "--wide"]


@pytest.fixture(autouse=True, params=["small", "large"])
def _small_and_large(request, monkeypatch):
    if request.param == "large":
        monkeypatch.setattr(small_parser, "MOST_BYTES", -1)
        monkeypatch.setattr(small_rendering, "MOST_VALUES", -1)


def _convert(text, *arguments):
    return softmax("convert", *arguments, "--decimals", "3", "-q", stdin=text)


@each(
    ("arguments", "text", "expected"),
    [
        (GROUP, TABLE, LONG),
        (["--group", "query"], TABLE, LONG),
        (["--group", "1", "--value", "3"], TABLE, LONG),
        ([*GROUP, "--class", "item"], TABLE, LONG),
        ([*GROUP, "--unsorted"], TABLE, LONG),
        ([*GROUP, "--class", "item", "--wide"], TABLE, WIDE),
        ([*GROUP, "--class", "item", "--wide", "--unsorted"], TABLE, WIDE),
        (GROUP, TABLE.replace(",", "\t"), LONG.replace(",", "\t")),
        (GROUP, TABLE.replace(",", ";"), LONG.replace(",", ";")),
        (GROUP, TABLE.replace("\n", "\r\n"), LONG),
        (GROUP, TABLE.replace(",x,", ',"x, X",'), LONG.replace(",x,", ',"x, X",')),
        ([*GROUP, "--drop", "score,item"], TABLE, "query,probability\na,0.731\na,0.269\nb,0.500\nb,0.500\n"),
        (["--group", "1", "--value", "2"], "a,1\na,0\nb,7\n", "a,1,0.731\na,0,0.269\nb,7,1.000\n"),
        ([*G, "--drop", "q"], "q,s\na,1\n", "s,probability\n1,1.000\n"),
        (["--group", "q,r", "--value", "s"], "q,r,s\na,1,0\na,1,0\na,2,0\n",
         "q,r,s,probability\na,1,0,0.500\na,1,0,0.500\na,2,0,1.000\n"),
        (["--group", "q", "--group", "r", "--value", "s"], "q,r,s\na,1,0\na,1,0\na,2,0\n",
         "q,r,s,probability\na,1,0,0.500\na,1,0,0.500\na,2,0,1.000\n"),
        ([*G, "--unsorted"], APART,
         "q,c,s,probability\na,x,0,0.500\nb,x,0,0.500\na,y,0,0.500\nb,y,0,0.500\n"),
        ([*WIDE_G, "--unsorted"], APART, "q,x,y\na,0.500,0.500\nb,0.500,0.500\n"),
        ([*G, "-t", "0"], "q,s\na,1\na,2\n", "q,s,probability\na,1,0.000\na,2,1.000\n"),
        ([*G, "-a", "log-softmax"], "q,s\na,1\na,1\n", "q,s,log_probability\na,1,-0.693\na,1,-0.693\n"),
        ([*G, "--from", "probabilities"], "q,s\na,0.2\na,0.8\n", "q,s,probability\na,0.2,0.200\na,0.8,0.800\n"),
        (G, "q,s\na,-inf\na,3\n", "q,s,probability\na,-inf,0.000\na,3,1.000\n"),
        ([*G, "--decimal-comma"], "q;s\na;0,5\na;0,5\n", "q;s;probability\na;0,5;0,500\na;0,5;0,500\n"),
        ([*WIDE_G, "--top", "1", "--add", "margin"], "q,c,s\na,x,0\na,y,1\n",
         "q,class_1,probability_1,margin\na,y,0.731,0.462\n"),
        ([*WIDE_G, "--keep"], "q,c,s\na,x,0\na,y,1\n", "q,x,y,logit_x,logit_y\na,0.269,0.731,0.0,1.0\n"),
        ([*WIDE_G, "-a", "sigmoid"], "q,c,s\na,x,0\na,y,0\n", "q,x,y\na,0.500,0.500\n"),
        ([*G, "-f", "jsonl"], "q,s\na,1\na,1.\n",
         '{"q":"a","s":1,"probability":0.500}\n{"q":"a","s":1.0,"probability":0.500}\n'),
        ([*G, "--input-format", "jsonl"], '{"q":"a","n":[1],"s":1}\n{"q":"a","n":null,"s":"-inf"}\n',
         '{"q":"a","n":[1],"s":1,"probability":1.000}\n{"q":"a","n":null,"s":"-inf","probability":0.000}\n'),
        ([*WIDE_G, "--input-format", "jsonl"], '{"q":1,"c":"x","s":1}\n{"q":1,"c":"y","s":1}\n',
         '{"q":1,"x":0.500,"y":0.500}\n'),
        ([*G, "--invalid", "skip"], "q,s\na,1\na,oops\nb,2\nc,-inf\nc,-inf\n", "q,s,probability\nb,2,1.000\n"),
        ([*G, "--invalid", "nan"], "q,s\na,1\na,oops\nb,2\n",
         "q,s,probability\na,1,NaN\na,oops,NaN\nb,2,1.000\n"),
        ([*WIDE_G, "--invalid", "skip"], "q,c,s\na,x,1\na,y,inf\nb,x,2\nb,y,2\n", "q,x,y\nb,0.500,0.500\n"),
    ],
)  # fmt: skip
def test_outputs(arguments, text, expected):
    ran = _convert(text, *arguments)
    assert (ran.out, ran.code) == (expected, 0), ran.err


@each(
    ("arguments", "text", "message", "code"),
    [
        (["--group", "quer"], TABLE, '<stdin>: --group: no column "quer". Did you mean "query"?', 2),
        (["--group", "query", "--value", "scor"], TABLE,
         '<stdin>: --value: no column "scor". Did you mean "score"?', 2),
        ([*GROUP, "--class", "itm"], TABLE, '<stdin>: --class: no column "itm". Did you mean "item"?', 2),
        (["--group", "query", "--value", "query"], TABLE,
         '<stdin>: column "query" is both --value and --group. Name different columns.', 2),
        (["--group", "q"], "q,s,t\na,1.5,2.5\na,0.5,1.25\n",
         '<stdin>: --group needs one logit column, not 2: "s", "t". Use --value with one of them.', 2),
        (G, "q,s\na,1\nb,1\na,1\n",
         '<stdin>, line 4: group "a" occurs again, after other groups. Use --unsorted.', 1),
        (["--group", "q,c", "--value", "s"], "q,c,s\na,x,1\nb,x,1\na,x,1\n",
         '<stdin>, line 4: group "a", "x" occurs again, after other groups. Use --unsorted.', 1),
        (G, "q,s\na,1\n ,1\n", '<stdin>, line 3, column "q": blank group. Fill it in, or remove the row.', 1),
        (WIDE_G, "q,c,s\na,x,1\na,,1\n",
         '<stdin>, line 3, column "c": blank class. Fill it in, or remove the row.', 1),
        (G, "q,s\na,1\na,oops\n",
         '<stdin>, line 3, column "s": "oops" is not a number. Use --invalid skip to skip such groups.', 1),
        (G, "q,s\na,1\na,inf\n",
         "<stdin>, line 3: a logit is +inf, which softmax has no answer for. Use --invalid skip to skip such groups.", 1),
        (G, "q,s\na,1\nb,-inf\nb,-inf\n",
         '<stdin>, line 3: every logit of group "b" is -inf, so that no item is left. '
         "Use --invalid skip to skip such groups.", 1),
        ([*G, "--from", "probabilities"], "q,s\na,0.5\na,0.9\n",
         '<stdin>, line 2: group "a": probabilities sum to 1.4, not 1. Use --invalid skip to skip such groups.', 1),
        (WIDE_G, "q,c,s\na,x,1\nb,y,1\n",
         '<stdin>, line 3, column "c": class "y" of group "b" is not in the first group. '
         "Use --unsorted, which reads all classes first.", 1),
        (WIDE_G, "q,c,s\na,x,1\na,y,1\na,x,1\n",
         '<stdin>, line 4, column "c": duplicate class "x" in group "a". '
         "Remove one of its rows, or add a column to --group.", 1),
        ([*G, "--class", "c"], "q,c,s\na,x,1\na,y,1\na,x,1\n",
         '<stdin>, line 4, column "c": duplicate class "x" in group "a". '
         "Remove one of its rows, or add a column to --group.", 1),
        (WIDE_G, "q,c,s\na,q,1\na,y,1\n", '<stdin>: class "q" has the name of another column. Rename one.', 1),
        (G, "q,s,probability\na,1,1\n",
         '<stdin>: input already has a column "probability". Rename it, or use --drop probability.', 1),
        ([*G, "-a", "sigmoid"], TABLE,
         "--group has no effect with -a sigmoid. Use -a softmax, or leave out --group.", 2),
        ([*G, "--top", "1"], TABLE, "--top needs one row per group. Add --class COL and --wide.", 2),
        ([*G, "--add", "entropy"], TABLE, "--add needs one row per group. Add --class COL and --wide.", 2),
        ([*G, "--keep"], TABLE, "--keep needs one row per group. Add --class COL and --wide.", 2),
        ([*G, "--wide"], TABLE, "--wide needs the class of each row. Add --class COL.", 2),
        ([*WIDE_G, "--drop", "q"], TABLE, "--drop leaves out columns of rows, not of groups.", 2),
        (["--value", "s"], TABLE, "--value has no effect without --group. Add --group COL.", 2),
        (["--class", "s"], TABLE, "--class has no effect without --group. Add --group COL.", 2),
        (["--wide"], TABLE, "--wide has no effect without --group. Add --group COL.", 2),
        (["--unsorted"], TABLE, "--unsorted has no effect without --group. Add --group COL.", 2),
        ([*G, "--columns", "s"], TABLE, "--group reads one logit column. Use --value, not --columns.", 2),
        (["--group", "q", "1", "2"], "", "--group applies to files, not to numbers given as arguments.", 2),
        ([*G, "--input-format", "npy"], "", "-: --group needs column names, npy has none.", 2),
    ],
)  # fmt: skip
def test_errors(arguments, text, message, code):
    ran = _convert(text, *arguments)
    assert (ran.err.splitlines()[-1], ran.code) == (f"softmax: {message}", code)


def _first_group_has_all(text):
    return _convert(text, *WIDE_G, "--unsorted")


def test_the_remedies_work():
    assert _convert(APART, *G).code == 1
    assert _convert(APART, *G, "--unsorted").code == 0
    unknown = "q,c,s\na,x,1\nb,y,1\n"
    assert _convert(unknown, *WIDE_G).code == 1
    ran = _convert(unknown, *WIDE_G, "--unsorted")
    assert ran.out == "q,x,y\na,1.000,0.000\nb,0.000,1.000\n"
    twice = "q,r,c,s\na,1,x,1\na,2,x,1\n"
    assert _convert(twice, *WIDE_G).code == 1
    assert _convert(twice, *WIDE_G, "--group", "r").out == "q,r,x\na,1,1.000\na,2,1.000\n"
    clash = "q,s,probability\na,1,1\n"
    assert _convert(clash, *G, "--drop", "probability").out == "q,s,probability\na,1,1.000\n"
    two = "q,s,t\na,1.5,2.5\na,0.5,1.25\n"
    assert _convert(two, "--group", "q", "--value", "t").code == 0
    assert _convert(TABLE, *GROUP, "--class", "item", "--wide", "--top", "1").code == 0


@each(
    ("arguments", "text", "warning"),
    [
        (WIDE_G, "q,c,s\na,x,1\na,y,1\nb,y,1\n",
         "<stdin>: groups that lack classes, which are masked (probability 0): 1"),
        ([*G, "--invalid", "skip"], "q,s\na,1\na,oops\nb,2\nb,3\n",
         '2 of 4 rows skipped; first: <stdin>, line 3, column "s": "oops" is not a number'),
        (G, "q,s\na,0.25\na,0.75\nb,0.5\nb,0.5\n",
         "<stdin>: rows look like probabilities (rows sum to 1) but are read as logits. "
         "Use --from probabilities if they are."),
    ],
)  # fmt: skip
def test_warnings(arguments, text, warning):
    assert _convert(text, *arguments).err == f"softmax: warning: {warning}\n"


def test_columns_that_a_wide_table_leaves_out_are_noted():
    ran = softmax("convert", *WIDE_G, stdin="q,c,s,title\na,x,1,A\na,y,1,B\n")
    assert ran.err == '<stdin>: left out: "title"\n'.join(["softmax: ", ""])


def test_a_group_in_two_files_is_an_error(tmp_path):
    one, two = tmp_path / "1.csv", tmp_path / "2.csv"
    one.write_text("q,s\na,1\nb,1\n")
    two.write_text("q,s\nc,1\nb,1\n")
    ran = softmax("convert", *G, "-q", str(one), str(two))
    assert ran.err == (
        f'softmax: {two}, line 3: group "b" is in more than one file. '
        "Put all its rows in one file.\n"
    )
    assert softmax("convert", *G, "-q", str(one), str(two), "-o", f"{tmp_path}/out/").code == 0


def test_the_long_table_of_compare_reads_back():
    table = softmax("compare", "-f", "csv", "1", "2", "4.5").out
    chosen = ["--group", "row", "--class", "class", "--value", "logit"]
    ran = softmax("convert", *chosen, "-q", stdin=table)
    rows = list(csv.DictReader(io.StringIO(ran.out)))
    assert [row["probability"] for row in rows] == [row["softmax"] for row in rows]
    wide = softmax("convert", *chosen, "-q", "--wide", stdin=table).out
    assert wide.splitlines()[1] == ",".join(["1", *(row["softmax"] for row in rows)])


@each("suffix", ["parquet", "arrow", "jsonl", "json"])
def test_formats_round_trip(tmp_path, suffix):
    path, again = tmp_path / f"x.{suffix}", tmp_path / "y.csv"
    assert softmax("convert", *GROUP, "-q", "-o", str(path), stdin=TABLE).code == 0
    ran = softmax("convert", *GROUP, "-q", "--drop", "probability", str(path), "-o", str(again))
    assert ran.code == 0, ran.err
    read = pl.read_csv(again)
    direct = pl.read_csv(softmax("convert", *GROUP, "-q", stdin=TABLE).out.encode())
    assert read.equals(direct)


def test_float32_stays_float32(tmp_path):
    path, out = tmp_path / "x.parquet", tmp_path / "y.parquet"
    scores = pl.Series("s", [1.0, 2.0], pl.Float32)
    pl.DataFrame({"q": [7, 7], "s": scores}).write_parquet(path)
    assert softmax("convert", *G, "-q", str(path), "-o", str(out)).code == 0
    assert pl.read_parquet(out).schema == {
        "q": pl.Int64, "s": pl.Float32, "probability": pl.Float32,
    }  # fmt: skip


GROUPS = st.lists(
    st.lists(st.floats(-30, 30) | st.integers(-3, 3), min_size=1, max_size=5),
    min_size=1,
    max_size=12,
)


def _long(groups):
    lines = [f"g{i},{value}" for i, group in enumerate(groups) for value in group]
    return "\n".join(["q,s", *lines, ""])


def _rows(out):
    return list(csv.DictReader(io.StringIO(out)))


@given(GROUPS)
@settings(max_examples=25, deadline=None)
def test_each_group_has_the_softmax_of_its_values(groups):
    rows = _rows(softmax("convert", *G, "-q", stdin=_long(groups)).out)
    for i, (name, members) in enumerate(groupby(rows, lambda row: row["q"])):
        assert name == f"g{i}"
        total = math.fsum(math.exp(value) for value in groups[i])
        got = [float(row["probability"]) for row in members]
        assert got == pytest.approx([math.exp(value) / total for value in groups[i]], rel=1e-13)


@given(st.lists(st.lists(st.floats(-700, 700), min_size=4, max_size=4), min_size=1, max_size=9))
@settings(max_examples=25, deadline=None)
def test_probabilities_are_those_of_wide_rows_to_the_last_digit(groups):
    wide = "\n".join(["a,b,c,d", *(",".join(map(repr, group)) for group in groups), ""])
    expected = softmax("convert", "-q", "--columns", "*", stdin=wide).out
    rows = _rows(softmax("convert", *G, "-q", stdin=_long(groups)).out)
    assert [row["probability"] for row in rows] == ",".join(expected.split("\n")[1:-1]).split(",")


def test_one_group_may_span_many_chunks_and_cuts_do_not_show(monkeypatch):
    rng = np.random.default_rng(0)
    lengths = [1, 700, 3, *rng.integers(1, 9, 400).tolist(), 250]
    text = _long([rng.normal(size=length).tolist() for length in lengths])
    runs = []
    for cells in (WHOLE, 400, 64):
        with monkeypatch.context() as patched:
            cut_blocks(patched, cells)
            runs.append(softmax("convert", *G, "-q", stdin=text).out)
    assert runs[0].count("\n") == sum(lengths) + 1
    assert runs[0] == runs[1] == runs[2]
    assert softmax("convert", *G, "-q", "--unsorted", stdin=text).out == runs[0]


def test_cuts_do_not_show_in_wide_tables(monkeypatch):
    text = "q,c,s\n" + "".join(
        f"g{i},{c},{i % 7 / 3 + ord(c) / 9}\n" for i in range(300) for c in "xyz"
    )
    whole = softmax("convert", *WIDE_G, "-q", stdin=text).out
    assert whole.count("\n") == 301
    cut_blocks(monkeypatch, 64)
    assert softmax("convert", *WIDE_G, "-q", stdin=text).out == whole


@pytest.mark.parametrize("suffix", ["parquet", "arrow"])
def test_values_of_tables_keep_their_types(suffix, tmp_path):
    frame = pl.DataFrame({"q": [1, 1, 2], "s": [2, 2**53 + 1, 3], "f": [1.0, 2.0, 3.0]})
    path = tmp_path / f"a.{suffix}"
    write = frame.write_parquet if suffix == "parquet" else frame.write_ipc
    write(path)
    lines = softmax("convert", "-q", *G, "-f", "jsonl", "--decimals", "1", str(path)).out
    assert lines.splitlines()[1] == '{"q":1,"s":9007199254740993,"f":2.0,"probability":1.0}'
    assert softmax("convert", "-q", *G, str(path), "-o", str(tmp_path / "b.parquet")).code == 0
    assert pl.read_parquet(tmp_path / "b.parquet")[:, :3].equals(frame)


@pytest.mark.parametrize("form", ["jsonl", "json"])
@pytest.mark.parametrize("values", [["2", "2.0"], ["2", "2.5"], ["2", '"3"'], ["-inf", "0"]])
def test_values_of_json_keep_their_types(form, values):
    cells = ['"-inf"' if value == "-inf" else value for value in values]
    records = [f'{{"q":"a","s":{cell}}}' for cell in cells]
    text = f"[{','.join(records)}]" if form == "json" else "\n".join(records)
    out = _convert(text, *G, "--input-format", form, "-f", "jsonl").out
    shown = [json.loads(line)["s"] for line in out.splitlines()]
    assert [(type(value), value) for value in shown] == [
        (type(value), value) for value in map(json.loads, cells)
    ]
