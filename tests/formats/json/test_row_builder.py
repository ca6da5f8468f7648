"""Records as rows: numbers, errors, and other values as JSON."""

import math

import numpy as np
import polars as pl
import pytest

from softmax_cli.formats.json.detection import detect_shape
from softmax_cli.formats.json.row_builder import RowBuilder
from softmax_cli.formats.read_options import ReadOptions
from softmax_cli.formats.rows import SKIP, Location
from softmax_cli.formats.text import strict_json
from tests.each import each

INF, NAN = math.inf, math.nan


def _where(i):
    return Location("x", line=10 + i)


def _maker(first):
    return RowBuilder(detect_shape([first], ReadOptions(), "x"), "x")


def _rows(*lines):
    records = [strict_json.loads(line) for line in lines]
    return _maker(records[0]).rows(records, _where)


@each(
    ("text", "value"),
    [("1", 1), ("-0.0", -0.0), ("9007199254740993", 2.0**53), ("1e-400", 0), ("Infinity", INF),
     ("-Infinity", -INF), ('"inf"', INF), ('"-inf"', -INF), ('"Infinity"', INF), ('"-Infinity"', -INF), ("NaN", NAN)],
)  # fmt: skip
def test_a_number_is_the_nearest_float(text, value):
    logits = _rows("[0,1.5]", f"[{text},1.5]").logits
    np.testing.assert_array_equal(logits, [[0, 1.5], [value, 1.5]])
    assert math.copysign(1, logits[1, 0]) == math.copysign(1, value)


@each(
    ("text", "column", "message"),
    [
        ("true", "1", "true is not a number"),
        ("null", "1", "null is not a number"),
        ('"nan"', "1", '"nan" is not a number'),
        ('"INFI"', "1", '"INFI" is not a number'),
        ('"\\u001b"', "1", '"\\u001b" is not a number'),
        ('{"a":1}', "1", '{"a": 1} is not a number'),
        (f'"{"y" * 200}"', "1", f'"{"y" * 79} is not a number'),
        ("1e400", "1", "number is out of range for float64"),
        ("1" + "0" * 400, "1", "number is out of range for float64"),
        ("NaN", None, "a logit is NaN"),
    ],
)
def test_a_value_that_is_no_number_is_reported_when_it_is_read(text, column, message):
    rows = _rows("[0,1,2]", f"[0,{text},2]", "[3,4,5]")
    assert np.isnan(rows.logits).any(1).tolist() == [False, True, False]
    row_error = rows.row_error(1)
    assert (row_error.line, row_error.column, row_error.message, row_error.hint) == (
        11,
        column,
        message,
        SKIP,
    )


def test_the_first_of_several_faults_of_a_row_is_reported():
    rows = _rows('{"a":1,"b":2,"c":3}', '{"c":null,"b":true,"a":1}')
    np.testing.assert_array_equal(rows.logits[1], [1, NAN, NAN])
    assert rows.row_error(1).column == "b"


def test_a_row_of_floats_one_of_which_is_too_large_has_none():
    rows = _rows("[1.5,-1e400]")
    assert np.isnan(rows.logits).all()
    assert "out of range" in rows.row_error(0).message


def test_the_words_for_a_row_without_an_answer_have_its_line():
    rows = _rows("[0,0]", '["-inf","-inf"]', '[0,"inf"]')
    assert str(rows.row_error(1)).startswith("x, line 11: every logit is -inf")
    assert str(rows.row_error(2)).startswith("x, line 12: a logit is +inf")
    assert rows.location(2) == Location("x", line=12)


@each(
    ("given", "written"),
    [
        ("null", None),
        ('"null"', '"null"'),
        ("1.0", "1.0"),
        ("123456789012345678901234567890", "123456789012345678901234567890"),
        ('{"b" : [1, null], "a": {}}', '{"b":[1,null],"a":{}}'),
        ('"\\u00e9\\ud83d\\ude00"', '"é😀"'),
        ('"\\ud83d"', '"\\ud83d"'),
        ('{"\\ud83d":"é"}', '{"\\ud83d":"\\u00e9"}'),
        ("NaN", None),
        ("-Infinity", '"-inf"'),
        ("1e400", '"inf"'),
        ('[NaN,{"a":Infinity,"b":"\\udfff"}]', '[null,{"a":"inf","b":"\\udfff"}]'),
    ],
)
def test_other_values_are_json_and_null_is_nothing(given, written):
    rows = _rows(f'{{"x":{given},"logits":[1,2]}}')
    assert rows.passthrough.rows() == [(written,)]


def test_labels_are_read_as_texts_among_the_others():
    rows = _rows(
        '{"id":7,"label":"b\\n","logits":[1,2]}',
        '{"id":8,"label":null,"logits":[1,2]}',
        '{"id":9,"label":1,"logits":[1,2]}',
    )
    assert rows.read_labels().rows() == [("b\n",), (None,), ("1",)]


@pytest.mark.parametrize(
    ("first", "kinds"),
    [
        ({"i": 1, "f": 1.5, "t": True, "s": "u", "n": None, "l": [], "logits": [1]},
         {0: pl.Int64, 1: pl.Float64, 2: pl.Boolean}),
        ({"logits": [1, 2], "id": 1}, {2: pl.Int64}),
        ([1, 2], {}),
    ],
)  # fmt: skip
def test_the_types_of_other_columns_are_those_of_the_first_record(first, kinds):
    assert _maker(first).dtypes(first, _where) == kinds


def test_no_records_are_rows_of_the_same_columns():
    rows = _maker({"id": 1, "logits": [1, 2]}).rows([], _where)
    assert rows.logits.shape == (0, 2)
    assert (rows.passthrough.columns, rows.passthrough.height) == (["0"], 0)
