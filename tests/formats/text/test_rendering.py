"""Numbers and other values as text."""

import numpy as np
import polars as pl
import pytest

from softmax_cli.formats.output_schema import NumericColumns
from softmax_cli.formats.text.rendering import (
    lines_as_column,
    render_json_lists,
    render_rows,
    to_text,
)

VALUES = np.array([[0.25, 1 / 3], [1e-300, 1.0]])


@pytest.mark.parametrize(
    ("decimals", "exact", "expected"),
    [
        (None, False, "0.25,0.3333333333333333\n1e-300,1.0\n"),
        (3, False, "0.250,0.333\n0.000,1.000\n"),
        (3, True, "0.25,0.3333333333333333\n1e-300,1.0\n"),
        (0, False, "0,0\n0,1\n"),
    ],
)
def test_each_row_is_rendered_as_a_line(decimals, exact, expected):
    assert render_rows(NumericColumns(VALUES, exact=exact), decimals, ",").decode() == expected


@pytest.mark.parametrize("width", [1, 5, 5000])
def test_rows_of_any_width_read_back_exactly(width):
    values = np.random.default_rng(0).normal(0, 1e5, (2, width))
    lines = render_rows(NumericColumns(values), None, ";").decode().splitlines()
    assert np.array_equal([[float(cell) for cell in line.split(";")] for line in lines], values)


@pytest.mark.parametrize("decimals", [None, 2])
def test_lists_are_rendered_as_json(decimals):
    values = np.array([[np.nan, 0.5], [-np.inf, np.inf]])
    half = "0.5" if decimals is None else "0.50"
    assert (
        render_json_lists(NumericColumns(values), decimals).decode()
        == f'[null,{half}]\n["-inf","inf"]\n'
    )
    assert render_json_lists(NumericColumns(np.empty((0, 2))), decimals) == b""


def test_any_lines_can_be_a_column():
    assert lines_as_column(b'[1,2]\n"a",\tb\n').to_list() == ["[1,2]", '"a",\tb']


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        (pl.Series(["a", None]), ["a", None]),
        (pl.Series([1, None]), ["1", None]),
        (pl.Series([True]), ["true"]),
        (pl.Series([{"u": 1, "v": None}]), ['{"u":1,"v":null}']),
    ],
)
def test_special_values_have_a_text(values, texts):
    assert to_text(values).to_list() == texts


def test_lists_of_special_values_have_a_text():
    assert to_text(pl.Series([["a", "b"], None])).to_list() == ['["a","b"]', None]
