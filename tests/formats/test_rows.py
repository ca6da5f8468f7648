"""Rows of logits: selected, and converted from another scale."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.columns.roles import Columns
from softmax_cli.formats.rows import SKIP, ArgumentRow, Location, Rows
from tests.each import each

COLUMNS = Columns(("id", "a", "b", "y"), True, (1, 2), labels=(3,), ids=(0,))


class _TestRows(Rows):
    """Rows on lines from 1, with an error that names the number of its row."""

    def __init__(self, logits, passthrough=None, *, truncated=False):
        super().__init__(np.array(logits, dtype=float), COLUMNS)
        self.truncated = truncated
        self.read = 0
        self._frame = passthrough

    def row_error(self, i):
        return SoftmaxError(f"fault {i}")

    def location(self, i):
        return Location("f", line=i + 1)

    def read_passthrough(self):
        self.read += 1
        return pl.DataFrame() if self._frame is None else self._frame

    def read_columns(self, columns):
        return pl.DataFrame({f"c{j}": [f"{j}:{i}" for i in range(len(self))] for j in columns})

    def splice_template(self):
        return "template"


_rows = _TestRows


@each(
    ("kept", "places"),
    [
        ([True, False, True], [0, 2]),
        ([False, False, True], [2]),
        ([False] * 3, []),
        ([True] * 3, [0, 1, 2]),
    ],
)
@each("passthrough", [None, pl.DataFrame({"id": ["u", None, "w"]})])
def test_selected_rows_keep_locations_and_columns(kept, places, passthrough):
    rows = _rows([[1, 2], [3, 4], [5, 6]], passthrough)
    selected = rows.select(np.array(kept))
    assert len(selected) == len(places)
    assert selected.logits.tolist() == [rows.logits[i].tolist() for i in places]
    assert [selected.row_error(i).message for i in range(len(places))] == [
        f"fault {i}" for i in places
    ]
    assert [selected.location(i).line for i in range(len(places))] == [i + 1 for i in places]
    assert selected.read_labels().to_series().to_list() == [f"3:{i}" for i in places]
    assert selected.passthrough.rows() == (
        [] if passthrough is None else [passthrough.row(i) for i in places]
    )
    assert selected.splice_template() is None


def test_selected_and_converted_rows_read_any_columns():
    rows = _rows([[0.5, 0.5], [0.25, 0.75]])
    selected = rows.select(np.array([False, True])).as_logits("probabilities", exclusive=True)
    assert selected.read_columns([1, 0]).rows() == [("1:1", "0:1")]
    assert selected.columns is COLUMNS
    assert selected.inputs.tolist() == [[0.25, 0.75]]


def test_class_names_are_those_of_the_columns_or_of_each_row():
    rows = _rows([[1, 2], [3, 4]])
    assert (rows.class_names, rows.row_classes(1)) == (("a", "b"), ("a", "b"))
    rows = _rows([[1, 2], [3, 4]])
    rows.columns = replace(COLUMNS, class_columns=(0, 3))
    assert [list(names) for names in rows.class_names] == [["0:0", "3:0"], ["0:1", "3:1"]]
    assert rows.row_classes(1) == ("0:1", "3:1")


def test_rows_can_be_selected_twice():
    selected = (
        _rows([[1], [2], [3]]).select(np.array([False, True, True])).select(np.array([False, True]))
    )
    assert (selected.logits.tolist(), selected.location(0).line, selected.row_error(0).message) == (
        [[3]],
        3,
        "fault 2",
    )


def test_passthrough_columns_are_read_lazily_and_once():
    rows = _rows([[1]])
    assert rows.read == 0
    assert rows.passthrough is rows.passthrough
    assert rows.read == 1


def test_logits_need_no_conversion():
    rows = _rows([[1, 2]])
    assert rows.as_logits("logits", exclusive=True) is rows


@pytest.mark.parametrize(
    ("truncated", "exclusive", "reason"),
    [(False, True, "sum"), (True, True, None), (False, False, None)],
)
def test_probabilities_must_sum_to_1_unless_truncated(truncated, exclusive, reason):
    rows = _rows([[0.5, 0.25]], truncated=truncated).as_logits("probabilities", exclusive=exclusive)
    assert np.isfinite(rows.logits).all() == (reason is None)
    row_error = rows.row_error(0)
    assert (row_error.location, row_error.hint) == (("f, line 1", SKIP) if reason else ("", None))
    assert (reason or "fault 0") in row_error.message


def test_scale_errors_name_the_row():
    rows = _rows([[0.5, 0.5], [2.0, 0.5], [np.nan, 0.5]], truncated=True)
    converted = rows.as_logits("probabilities", exclusive=True)
    assert converted.row_error(1).location == "f, line 2"
    assert converted.row_error(0).message == "fault 0"
    assert converted.location(2) == Location("f", line=3)
    assert converted.truncated


@pytest.mark.parametrize(
    ("location", "text"),
    [
        (Location("f", line=3), "f, line 3"),
        (Location("f", row=2), "f, row 2"),
        (Location("f"), "f"),
    ],
)
def test_row_error_names_its_location(location, text):
    error = location.error("m", column="c", hint="R.")
    assert str(error) == f'{text}, column "c": m. R.'


def test_argument_vector_has_no_passthrough_columns():
    rows = ArgumentRow(np.array([[np.nan, 1.0]]), "<arguments>", 2)
    assert (len(rows), rows.location(0).row) == (1, 2)
    assert rows.row_error(0).summary == "<arguments>, row 2: a logit is NaN"
    assert rows.read_passthrough().width == rows.read_labels().width == 0
    assert rows.columns.classes == ("0", "1")
