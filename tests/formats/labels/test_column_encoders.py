"""Texts of labels to codes: columns of every type, and against looking each up by itself."""

import math

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.labels.column_encoders import BinaryEncoder, ClassEncoder
from softmax_cli.formats.rows import Location

modest = settings(max_examples=60)
PAIR = ("cat", "dog")


def _where(row):
    return Location("f", row=row + 1)


def _matched(cells, classes=PAIR):
    return ClassEncoder(classes, "y").match(cells, _where)


@pytest.mark.parametrize(
    "cells",
    [
        pl.Series([1, 0, -1, None]),
        pl.Series([1, 0, -100, None], dtype=pl.Int8),
        pl.Series([1.0, 0.0, math.nan, -100.0]),
        pl.Series([1.0, 0.0, -1.0, None], dtype=pl.Float32),
        pl.Series(["dog", "cat", None, " "], dtype=pl.Categorical),
        pl.Series(["dog", "cat", "", None], dtype=pl.Enum(["", *PAIR])),
    ],
    ids=lambda cells: str(cells.dtype),
)
def test_labels_of_every_type_are_matched(cells):
    assert _matched(cells).classes.tolist() == [1, 0, -1, -1]


def test_truth_values_may_be_the_names_of_classes():
    assert _matched(pl.Series([True, False, None]), ("false", "true")).classes.tolist() == [
        1,
        0,
        -1,
    ]


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (pl.Series([True, False, None]), [1, 0, -1]),
        (pl.Series([1, 0, -1], dtype=pl.Int8), [1, 0, -1]),
        (pl.Series([1.0, 0.0, math.nan]), [1, 0, -1]),
        (pl.Series(["TRUE ", " 0.0", "NaN"]), [1, 0, -1]),
        (pl.Series([None] * 3), [-1] * 3),
    ],
    ids=lambda given: str(getattr(given, "dtype", "")),
)
def test_yes_and_no_are_of_every_type(column, expected):
    frame = pl.DataFrame({"a": column, "b": ["1", "1", "0"]})
    found = BinaryEncoder(["y_a", "y_b"]).match(frame, _where)
    assert found.T.tolist() == [expected, [1, 1, 0]]


@pytest.mark.parametrize(
    "cells",
    [pl.Series([1.5]), pl.Series([2]), pl.Series([1e9]), pl.Series([-2]), pl.Series([True])],
)
def test_numbers_that_are_no_class_are_refused(cells):
    with pytest.raises(SoftmaxError, match="names no class"):
        _matched(cells)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("2", "If these labels count from 1, subtract 1, or give"),
        ("3", "Numbers of classes go from 0 to 1."),
        ("-2", "Numbers of classes go from 0 to 1."),
        ("999999999", "Numbers of classes go from 0 to 1."),
        ("Cat", 'The classes are "cat", "dog".'),
        ("0.5", 'The classes are "cat", "dog".'),
        ("１", 'The classes are "cat", "dog".'),
    ],
)
def test_the_first_that_names_no_class_is_told_with_a_remedy(text, hint):
    with pytest.raises(SoftmaxError) as caught:
        _matched(pl.Series(["cat", f" {text} ", "zebra"]))
    error = caught.value
    assert (error.row, error.column) == (2, "y")
    assert error.message == f'label "{text}" names no class'
    assert hint in error.hint


def test_a_stream_of_names_and_numbers_has_an_error_at_its_place():
    error = ClassEncoder(PAIR, "y").conflict(Location("f", line=7))
    assert error.location == 'f, line 7, column "y"'


names = st.sampled_from(["cat", "a b", "0", "1", "2", "01", "1.0", "-1"])


def _by_itself(text, classes):
    """The class, and whether it can only have been its name or its number."""
    text = text.strip()
    try:
        number = int(float(text)) if float(text) == int(float(text)) else None
    except ValueError:
        number = None
    if text in classes:
        return classes.index(text), "" if number == classes.index(text) else "named"
    if text in ("", "-1", "-100", "nan"):
        return -1, ""
    return (number, "numbered") if number is not None and 0 <= number < len(classes) else (None, "")


@modest
@given(
    st.lists(names, unique=True, min_size=1, max_size=5),
    st.lists(names | st.just("") | st.just(" cat "), max_size=8),
)
def test_labels_are_those_looked_up_one_by_one(classes, texts):
    expected = [_by_itself(text, classes) for text in texts]
    cells = pl.Series(texts, dtype=pl.String)
    places = [place for place, _ in expected]
    if None in places:
        with pytest.raises(SoftmaxError) as caught:
            _matched(cells, classes)
        assert caught.value.row == places.index(None) + 1
        return
    found, marks = _matched(cells, classes), [mark for _, mark in expected]
    assert found.classes.tolist() == places
    assert found.named == (marks.index("named") if "named" in marks else None)
    assert found.numbered == (marks.index("numbered") if "numbered" in marks else None)


def test_a_missing_label_is_none_also_where_a_class_has_no_name():
    assert _matched(pl.Series(["b", "", None]), ("", "b")).classes.tolist() == [1, -1, -1]
