"""Small chunks of text: the same rows and the same errors as of large ones."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.columns.roles import Columns
from softmax_cli.formats.delimited import small_parser
from softmax_cli.formats.delimited.polars_parser import PolarsParser
from softmax_cli.formats.delimited.small_parser import SmallParser
from softmax_cli.formats.read_options import Passthrough
from softmax_cli.formats.text.records import TextChunk

KINDS = "innlt"
COLUMNS = Columns(tuple(KINDS), True, (1, 2), (3,), (4,))
ALONE = Columns(("a", "b"), True, (0, 1), (), ())
NUMBERS = st.sampled_from(["1", "-0.5", " 1e-3\t", ".25", "7.", "inf", "-Infinity", "nan", ""])
CELLS = NUMBERS | st.floats().map(repr) | st.text("0123456789+-.eE_ \x0binfaN１,", max_size=6)
PLAIN = st.sampled_from(["a", "é", "", "x y", "b1"])
QUOTED = PLAIN.map('"{}"'.format) | st.sampled_from(['"a;b"', '"c""d"', '"e\nf"'])
quick = settings(max_examples=60)


def _said(call):
    """What came of it: a value, or the message of the error."""
    try:
        return call()
    except SoftmaxError as error:
        return str(error)


def _outcome(parser, text, line):
    rows = _said(lambda: parser(TextChunk(text.encode(), line)))
    if isinstance(rows, str):
        return rows
    edges = rows.splice_template()
    return (
        np.where(np.isnan(rows.logits), np.nan, rows.logits).tobytes("F"),
        [str(rows.row_error(i)) for i in range(len(rows))],
        [rows.location(i) for i in range(len(rows))],
        [tuple(cell or "" for cell in row) for row in rows.read_passthrough().rows()],
        rows.read_labels().rows(),
        None if edges is None else bytes(edges.splice(b"1\n" * len(rows))),
    )


@quick
@pytest.mark.parametrize("comma", [False, True])
@given(
    st.lists(st.tuples(PLAIN, CELLS, CELLS, PLAIN, PLAIN), min_size=1, max_size=4),
    st.sampled_from([1, 7, 200]),
)
def test_small_and_polars_parser_agree_on_any_cells(comma, cells, line):
    text = "".join(";".join(row) + "\n" for row in cells)
    outcomes = [
        _outcome(parser(COLUMNS, "f", ";", comma=comma, passthrough=Passthrough.TEXT), text, line)
        for parser in (SmallParser, PolarsParser)
    ]
    assert outcomes[0] == outcomes[1]


@quick
@given(st.lists(st.tuples(QUOTED, CELLS, CELLS, QUOTED, PLAIN), min_size=1, max_size=4))
def test_small_and_polars_parser_agree_on_quoted_cells(cells):
    text = "".join(";".join(row) + "\r\n" for row in cells)
    outcomes = [
        _outcome(parser(COLUMNS, "f", ";", comma=False, passthrough=Passthrough.TEXT), text, 1)
        for parser in (SmallParser, PolarsParser)
    ]
    assert outcomes[0] == outcomes[1]


@quick
@given(st.text('1.5;\n"\r\0 x', max_size=12).map(lambda text: text + "\n"))
def test_small_and_polars_parser_agree_on_any_text(text):
    outcomes = [
        _outcome(parser(ALONE, "f", ";", comma=False, passthrough=Passthrough.TEXT), text, 3)
        for parser in (SmallParser, PolarsParser)
    ]
    assert outcomes[0] == outcomes[1]


def test_passthrough_cells_follow_the_columns():
    text = b'u;1;2;l;"t;1"\n"v ";3;x;;\n'
    rows = SmallParser(COLUMNS, "f", ";", comma=False, passthrough=Passthrough.TEXT)(
        TextChunk(text, 1)
    )
    passthrough = rows.read_passthrough().rows()
    for i in range(2):
        assert tuple(rows.passthrough_cells(i)) == tuple(cell or "" for cell in passthrough[i])


def test_small_parser_hands_larger_chunks_to_polars(monkeypatch):
    parser = SmallParser(ALONE, "f", ";", comma=False, passthrough=Passthrough.TEXT)
    chunk = TextChunk(b"1;2\n3;4\n", 1)
    assert parser(chunk).logits.tolist() == [[1, 2], [3, 4]]
    assert "polars" not in vars(parser)
    monkeypatch.setattr(small_parser, "MOST_BYTES", 7)
    assert parser(chunk).logits.tolist() == [[1, 2], [3, 4]]
    assert "polars" in vars(parser)


@pytest.mark.parametrize("passthrough", list(Passthrough))
def test_splice_template_exists_where_it_is_wanted(passthrough):
    parser = SmallParser(COLUMNS, "f", ";", comma=False, passthrough=passthrough)
    edges = parser(TextChunk(b"u;1;2;l;t\n", 1)).splice_template()
    assert (edges is None) == (passthrough is Passthrough.LABELS)


def test_memory_layout_equals_that_of_the_polars_parser():
    few, many = (
        parser(ALONE, "f", ";", comma=False, passthrough=Passthrough.TEXT)(
            TextChunk(b"1;2\n3;4\n5;6\n", 1)
        ).logits
        for parser in (SmallParser, PolarsParser)
    )
    assert few.strides == many.strides
    assert np.array_equal(few, many)
