"""Few numbers as text, written as polars writes them."""

import numpy as np
import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from softmax_cli.formats.delimited.row_renderer import DelimitedRows
from softmax_cli.formats.output_schema import NumericColumns, OutputSchema
from softmax_cli.formats.text import small_rendering
from softmax_cli.formats.text.small_rendering import render_small

RENDERED = {
    places: DelimitedRows(OutputSchema([], False), ";", places) for places in (None, 0, 3, 17)
}
shares = st.floats(0, 1) | st.floats(0, 1e-3) | st.floats()


@pytest.mark.parametrize("places", RENDERED)
@given(st.lists(st.tuples(shares, shares), min_size=1, max_size=5))
@example([(1e-4, -1e-4), (1e-5, -1e-5), (1.5e-5, -1.25e-5), (1e-6, 9.999e-7), (1e-10, 1e-100)])
@example([(0.0, -0.0), (1.0, 0.5)])
@example([(0.0, -0.0), (1.0, 0.5), (1e15, 1e16), (1.5e300, 5e-324), (0.0625, 0.9995)])
@example([(float("nan"), float("inf")), (-float("inf"), 123456.7890625)])
def test_numbers_are_written_as_polars_writes_them(places, rows):
    pieces = [NumericColumns(np.array(rows))]
    parts = RENDERED[places].render_columns(pieces)
    assert render_small(pieces, places, ";") == b"".join(parts)


def test_columns_are_rendered_side_by_side():
    left, right = (
        NumericColumns(np.array([[0.5, 0.25], [1, 0]])),
        NumericColumns(np.array([[-1.5], [2e-7]]), True),
    )
    assert render_small([left, right], 2, ",") == b"0.50,0.25,-1.5\n1.00,0.00,2e-7\n"
    assert render_small([NumericColumns(np.empty((0, 3)))], 2, ",") == b""


def test_text_and_many_numbers_are_left_to_others(monkeypatch):
    numbers = NumericColumns(np.zeros((2, 3)))
    assert render_small([pl.Series(["a", "b"]), numbers], None, ",") is None
    monkeypatch.setattr(small_rendering, "MOST_VALUES", 11)
    assert render_small([numbers, numbers], None, ",") is None
    assert render_small([numbers], None, ",") == b"0.0,0.0,0.0\n" * 2
