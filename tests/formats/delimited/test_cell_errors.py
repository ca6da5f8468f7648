"""Errors in rows of delimited text."""

import numpy as np
import pytest

from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.columns.roles import Columns
from softmax_cli.formats.delimited.cell_errors import (
    CHECKED_LINES,
    cell_error,
    require_text_columns,
)
from softmax_cli.formats.delimited.field_index import FieldIndex
from softmax_cli.formats.rows import SKIP
from softmax_cli.formats.text.records import TextChunk
from tests.each import each

THOUSANDS = "Use --decimal-comma if commas are decimal points, else remove thousands separators."
COMMAS = "Use --decimal-comma if commas are decimal points."
COLUMNS = Columns(("t", "a", "u", "b"), True, (3, 1), text_columns=(0, 2))

PERCENT = "Write percentages as fractions, and use --from probabilities."


def _fault(text, row, logits=(0.0, 0.0), *, comma=False):
    field_index = FieldIndex(TextChunk(text.encode(), 5), ";", "f")
    return str(cell_error(COLUMNS, field_index, row, np.array(logits), comma=comma))


@each(
    ("cell", "comma", "problem", "hint"),
    [
        ("", False, "empty cell", SKIP),
        (" \t", True, "empty cell", SKIP),
        ('""', False, "empty cell", SKIP),
        ('"x""y"', False, '"x"y" is not a number', SKIP),
        ("1,5", False, '"1,5" is not a number', COMMAS),
        (",5", False, '",5" is not a number', COMMAS),
        ("1,000,5", False, '"1,000,5" is not a number', SKIP),
        ("1,000", False, '"1,000" is not a number', THOUSANDS),
        ("-12,000,000", False, '"-12,000,000" is not a number', "Remove thousands separators."),
        ("1,000.5", False, '"1,000.5" is not a number', "Remove thousands separators."),
        ("a,b", False, '"a,b" is not a number', SKIP),
        (
            "1.5",
            True,
            '"1.5" is not a number',
            "Omit --decimal-comma if points are decimal points.",
        ),
        (
            "TRUE",
            False,
            '"TRUE" is not a number',
            "Use --columns '!a' if the column holds no logits.",
        ),
        ("60%", False, '"60%" is not a number', PERCENT),
        ("12,5 %", True, '"12,5 %" is not a number', PERCENT),
        ("\u22121.5", False, '"\u22121.5" is not a number', "Write minus signs as hyphens (-)."),
        ("\u22121,5", False, '"\u22121,5" is not a number', SKIP),
        ("1.000,5", True, '"1.000,5" is not a number', SKIP),
        ("1,5,5", True, '"1,5,5" is not a number', SKIP),
        ("1e400", False, '"1e400" is out of range for float64', SKIP),
        ("1,5e400", True, '"1,5e400" is out of range for float64', SKIP),
    ],
)
def test_cell_error_names_location_and_hint(cell, comma, problem, hint):
    text = f"x;1;y;2\nx;{cell};y;2\n"
    assert _fault(text, 1, comma=comma) == f'f, line 6, column "a": {problem}. {hint}'


def test_cell_error_follows_the_order_of_the_logits():
    assert 'column "b": "q"' in _fault("x;p;y;q\n", 0)


@pytest.mark.parametrize(
    ("logits", "reason"),
    [
        ((np.inf, 0), "a logit is +inf, which softmax has no answer for"),
        ((-np.inf, -np.inf), "every logit is -inf, so that no class is left"),
    ],
)
def test_infinite_logits_are_an_error_of_their_row(logits, reason):
    text = 'x;1;"\n\n";2\nx; -inf;y;+INF\t\n'
    assert _fault(text, 1, logits) == f"f, line 8: {reason}. {SKIP}"
    assert _fault("x;1,5;y;-0,5\n", 0, logits, comma=True) == f"f, line 5: {reason}. {SKIP}"


def _require(cells, first_line=1, columns=COLUMNS):
    """Check the second text, of which the lines hold these cells."""
    chunk = TextChunk("".join(f"x;1;{cell};2\n" for cell in cells).encode(), first_line)
    require_text_columns(columns, FieldIndex(chunk, ";", "f"), first_line)


@pytest.mark.parametrize(
    "cells", [["x", "", ""], ["x", "nan"], ["x", "inf"], ["x", " 1"], ["x", "1_0", "1,5"]]
)
def test_text_column_accepts_cells_without_finite_numbers(cells):
    _require(cells)


@pytest.mark.parametrize("cell", ["0", "-1.5", "1e400", "007"])
def test_number_in_a_text_column_is_an_error(cell):
    with pytest.raises(SoftmaxError) as caught:
        _require(["x", "y", cell, "9"], 7)
    summary = f'f, line 9, column "u": number "{cell}" in a text column.'
    assert str(caught.value).startswith(f"{summary} Assign the column with --id or --columns")


@pytest.mark.parametrize("first_line", [1, 2, CHECKED_LINES])
def test_text_columns_are_checked_in_the_first_lines_only(first_line):
    before = ["x"] * (CHECKED_LINES - first_line)
    _require([*before, "x", "5"], first_line)
    with pytest.raises(SoftmaxError, match=f"line {CHECKED_LINES}, "):
        _require([*before, "5"], first_line)
    _require(["5"], CHECKED_LINES + 1)


def test_id_columns_accept_any_cell():
    _require(["x", "5"], columns=Columns(COLUMNS.names, True, (1, 3), ids=(2,), text_columns=(0,)))
    _require(["x", "5"], columns=Columns(COLUMNS.names, True, (1, 3), ids=(0, 2)))
