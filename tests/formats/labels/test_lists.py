"""Lists of binary labels in one cell."""

import polars as pl
import pytest

from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.labels.lists import expand_lists, holds_lists
from softmax_cli.formats.rows import Location
from tests.each import each


def _location(row):
    return Location("f.csv", line=row + 2)


@each(
    ("cells", "expected"),
    [
        (pl.Series([[1, 0]]), True),
        (pl.Series([[1, 0]], dtype=pl.Array(pl.Int8, 2)), True),
        (pl.Series(["[1, 0]"]), True),
        (pl.Series([None, " [1 0]"]), True),
        (pl.Series(["1", "[1, 0]"]), False),
        (pl.Series(["a"]), False),
        (pl.Series([1]), False),
        (pl.Series([None], dtype=pl.String), False),
        (pl.Series([], dtype=pl.String), False),
    ],
)
def test_a_column_of_lists_is_recognized_by_its_dtype_or_first_cell(cells, expected):
    assert holds_lists(cells) is expected


@each(
    "cell",
    ["[1,0,1]", "[1, 0, 1]", " [1.0, 0.0, 1.0] ", "[1 0 1]", "[1. 0. 1.]", "[ 1  0\n 1]",
     "[true, false, true]", "[True False True]", '["1", "0", "1"]'],
)  # fmt: skip
def test_lists_as_json_and_as_numpy_prints_them(cell):
    frame = expand_lists(pl.Series("y", [cell]), 3, _location)
    values = [str(text).strip('"').lower().rstrip(".").removesuffix(".0") for text in frame.row(0)]
    assert values in (["1", "0", "1"], ["true", "false", "true"])


@pytest.mark.parametrize(
    "cells",
    [
        pl.Series([[1, 0], None, []]),
        pl.Series([[True, False], None, []]),
        pl.Series([[1.0, 0.0], None, []]),
        pl.Series(["[1,0]", None, ""]),
        pl.Series(["[1,null]", None, "[]"]),
    ],
)
def test_empty_lists_and_cells_are_no_labels(cells):
    frame = expand_lists(cells, 2, _location)
    assert frame.width == 2
    assert frame.rows()[1:] == [(None, None)] * 2


@each(
    ("cells", "found"),
    [
        (["[1,0]", "[1,0,1]"], "a list of 3"),
        (["[1,0]", "[1]"], "a list of 1"),
        (["[1,0]", "1"], "no list"),
        (["[1,0]", "[1,0"], "no list"),
        (["[1,0]", '{"a":1}'], "no list"),
        (["[1,0]", "[[1,0]]"], "a list of 1"),
    ],
)
def test_other_cells_are_errors_with_their_location(cells, found):
    with pytest.raises(SoftmaxError) as caught:
        expand_lists(pl.Series("y", cells), 2, _location)
    assert str(caught.value) == (
        f'f.csv, line 3, column "y": expected a list of 2 labels, one for each class; '
        f"found {found}."
    )


def test_no_rows_have_columns_too():
    assert expand_lists(pl.Series("y", [], dtype=pl.String), 2, _location).shape == (0, 2)
