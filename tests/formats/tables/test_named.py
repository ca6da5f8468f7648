"""Maps and lists of {label, score} in columns of tables."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.columns.class_order import ClassOrder
from softmax_cli.formats.tables.named import NamedColumn, numbers_with_names
from tests.each import each
from tests.runner import softmax

NAMED = [{"cat": 0.0, "dog": 0.0}, {"dog": 1000.0, "cat": 0.0}]
PAIR = pl.Struct({"label": pl.String, "score": pl.Float64})


def _pairs(rows, label="label", score="score"):
    return [
        None if row is None else [{label: name, score: value} for name, value in row.items()]
        for row in rows
    ]


def _maps(rows, number=pl.Float64):
    entries = pl.List(pl.Struct({"key": pl.String, "value": number}))
    return pl.Series(_pairs(rows, "key", "value"), dtype=entries).cast(pl.Map(pl.String, number))


def _convert(column, tmp_path, *arguments, **others):
    path = tmp_path / "x.parquet"
    pl.DataFrame({**others, "x": column}).write_parquet(path)
    return softmax("convert", "-q", str(path), "-f", "csv", *arguments)


@pytest.mark.parametrize("make", [_maps, _pairs])
def test_scores_are_in_the_order_of_the_first_names(make, tmp_path):
    ran = _convert(make(NAMED), tmp_path, id=["a", "b"])
    assert ran.out == "id,cat,dog\na,0.5,0.5\nb,0.0,1.0\n"
    assert _convert(make(NAMED), tmp_path, "--columns", "x", p=[0.5, 1.5], q=[0.5, 2.5]).out == (
        "p,q,cat,dog\n0.5,0.5,0.5,0.5\n1.5,2.5,0.0,1.0\n"
    )


def test_other_names_of_the_two_fields_and_arrow_are_read_too(tmp_path):
    frame = pl.DataFrame({"x": _pairs(NAMED, "Class", "logit")})
    frame.write_ipc(tmp_path / "x.arrow")
    ran = softmax("convert", "-q", str(tmp_path / "x.arrow"), "-f", "jsonl")
    assert ran.out == '{"cat":0.5,"dog":0.5}\n{"cat":0.0,"dog":1.0}\n'


@each("make", [_maps, _pairs])
@each(
    ("rows", "message"),
    [
        ([NAMED[0], {"cat": 1.0}], 'row 2, column "x": missing label "dog": found 1 of 2'),
        ([*[NAMED[0]] * 300, {"cow": 1.0}], 'row 301, column "x": label "cow" is not in'),
        ([NAMED[0], None], "row 2: a logit is NaN"),
        ([NAMED[0], {"cat": None, "dog": 1.0}], "row 2: a logit is NaN"),
    ],
)
def test_rows_with_other_names_are_refused(make, rows, message, tmp_path):
    ran = _convert(make(rows), tmp_path)
    assert (message in ran.err, ran.code) == (True, 1), ran.err


def test_maps_without_any_entry_hold_no_scores(tmp_path):
    ran = _convert(_maps([None, {}]), tmp_path)
    assert ('column "x": no scores in the first rows' in ran.err, ran.code) == (True, 1)


def test_a_class_with_the_name_of_a_column_is_refused(tmp_path):
    ran = _convert(_pairs(NAMED), tmp_path, cat=["u", "v"])
    assert 'column "x": "cat" is a column and a class.' in ran.err


def test_float32_stays_float32(tmp_path):
    path = tmp_path / "x.parquet"
    pl.DataFrame({"x": _maps(NAMED, pl.Float32)}).write_parquet(path)
    softmax("convert", "-q", str(path), "-o", str(tmp_path / "o.parquet"))
    assert pl.read_parquet_schema(tmp_path / "o.parquet") == {"cat": pl.Float32, "dog": pl.Float32}


@pytest.mark.parametrize(
    "dtype",
    [
        pl.Map(pl.Int64, pl.Float64),
        pl.Map(pl.String, pl.String),
        pl.List(pl.Struct({"word": pl.String, "start": pl.Int64})),
        pl.List(pl.Struct({"label": pl.Int64, "score": pl.Float64})),
        pl.List(pl.Float64),
        pl.String,
        PAIR,
    ],
    ids=str,
)
def test_other_types_hold_no_scores_with_names(dtype):
    assert numbers_with_names(dtype) is None


def test_candidates_are_the_classes_of_lists_of_the_best(tmp_path):
    rows = [[("cat", 0.5), ("dog", 0.25)], [("bird", 0.75), ("cat", 0.125)]]
    lists = [[{"label": name, "score": score} for name, score in row] for row in rows]
    path = str(tmp_path / "x.parquet")
    pl.DataFrame({"id": [1, 2], "p": lists}).write_parquet(path)
    given = ["-q", "-f", "csv", "--decimals", "3", "--candidates", "cat,dog,bird", path]
    ran = softmax("convert", "--from", "probabilities", *given)
    assert (ran.out, ran.err) == (
        "id,mass,cat,dog,bird\n1,0.750,0.667,0.333,0.000\n2,0.875,0.143,0.000,0.857\n",
        "",
    )
    pl.DataFrame({"a": [1.5], "b": [2.5]}).write_parquet(path)
    assert "not columns of logits" in softmax("convert", *given).err


TOP = [[("cat", 0.25), ("dog", 0.125)], [("bird", 0.75)], [], None, [("cow", 0.5)]]


def _write_best(tmp_path, **others):
    lists = [r if r is None else [{"label": n, "score": s} for n, s in r] for r in TOP]
    frame = pl.DataFrame({"id": range(5), "p": lists, **others}, strict=False)
    frame.write_parquet(tmp_path / "x.parquet")
    return ["--candidates", "cat,dog,bird", "-q", "-f", "csv", str(tmp_path / "x.parquet")]


def test_lists_without_a_candidate_are_invalid_rows(tmp_path):
    given = ["convert", "--from", "probabilities", *_write_best(tmp_path)]
    ran = softmax(*given)
    assert 'row 3, column "p": no scores in the list. Use --invalid skip' in ran.err
    ran = softmax(*given, "--invalid", "nan", "--decimals", "3")
    assert ran.out == (
        "id,mass,cat,dog,bird\n0,0.375,0.667,0.333,0.000\n1,0.750,0.000,0.000,1.000\n"
        "2,NaN,NaN,NaN,NaN\n3,NaN,NaN,NaN,NaN\n4,NaN,NaN,NaN,NaN\n"
    )
    assert ran.err == (
        "softmax: warning: PATH: rows in which the candidates have a mass below 0.5: 1\n"
        "softmax: warning: PATH: rows in which only one candidate has a score, which makes its "
        "probability 1: 1\n"
        'softmax: warning: 3 of 5 rows written as NaN; first: PATH, row 3, column "p": no scores '
        "in the list\n"
    ).replace("PATH", given[-1])


def test_the_mass_is_a_column_that_can_be_dropped_and_is_none_of_the_input(tmp_path):
    given = ["convert", "--from", "probabilities", "--invalid", "skip", *_write_best(tmp_path)]
    assert softmax(*given, "--drop", "mass").out.startswith("id,cat,dog,bird\n")
    assert softmax(*given, "--id", "id").out.startswith("id,mass,cat,dog,bird\n")
    output = str(tmp_path / "o.parquet")
    softmax(*[each for each in given if each not in ("-f", "csv")], "-o", output)
    assert pl.read_parquet(output)["mass"].to_list() == [0.375, 0.75]
    _write_best(tmp_path, mass=[1.0] * 5)
    assert '"mass" is a column of the input, and that of the total' in softmax(*given).err


_SCORE = st.none() | st.floats(allow_nan=False)
_ROW = st.lists(st.tuples(st.sampled_from("abcde"), _SCORE), max_size=4)


@given(st.lists(st.none() | _ROW, min_size=1, max_size=5), st.booleans())
def test_scores_in_one_pass_are_those_row_by_row(rows, has_candidates):
    candidates = ("b", "d", "a") if has_candidates else ()
    order = ClassOrder([[("a", 1.0), ("b", 1.0)]], candidates)
    named = NamedColumn("x", order, "s", has_candidates, None)
    pairs = [row and [{"label": name, "score": value} for name, value in row] for row in rows]
    column = pl.Series("x", pairs, dtype=pl.List(PAIR))
    one_pass = named._regular(column)
    try:
        values, errors = named._row_by_row(column, 1)
    except SoftmaxError:
        assert one_pass is None
        return
    assert one_pass is None or not errors
    assert one_pass is None or np.array_equal(one_pass, values, equal_nan=True)
    assert one_pass is not None or errors or None in rows


@pytest.mark.parametrize("name", ["preds", "pred", "prediction", "result"])
def test_lists_named_like_predictions_are_scores_if_nothing_else_is(name, tmp_path):
    path = tmp_path / "x.parquet"
    pl.DataFrame({"id": ["a", "b"], name: _pairs(NAMED)}).write_parquet(path)
    assert (
        softmax("convert", "-q", str(path), "-f", "csv").out == "id,cat,dog\na,0.5,0.5\nb,0.0,1.0\n"
    )
    pl.DataFrame({"id": ["a"], name: _pairs(NAMED[:1]), "p": [1.0], "q": [1.0]}).write_parquet(path)
    ran = softmax("convert", "-q", str(path), "-f", "csv", "--drop", name)
    assert ran.out == "id,p,q\na,0.5,0.5\n"
