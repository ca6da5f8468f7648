"""Blocks of delimited text as rows: read as csv and float() read them."""

import csv
import io
from unittest import mock

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.columns.roles import Columns
from softmax_cli.formats.delimited.polars_parser import PolarsParser
from softmax_cli.formats.read_options import Passthrough
from softmax_cli.formats.text import wide
from softmax_cli.formats.text.numbers import to_float
from softmax_cli.formats.text.records import TextChunk
from tests.each import each

TEXT, COLUMNS, ALL_AS_TEXT, LABELS = Passthrough
TEXTS = st.text('ab ",;\né#', max_size=4)
NUMBERS = st.sampled_from(["1", "-0.5", "1e-3", ".25", "7."]) | st.floats(
    allow_nan=False, allow_infinity=False
).map(repr)
CELLS = st.text("0123456789+-.eE_ \t\x0b\u00a0infaINFx１", max_size=6) | st.lists(
    st.sampled_from(["inf", "-", "+", "nan", "Infinity", " ", "1", ".", "e", "E5", "e400", ","]),
    min_size=1,
    max_size=4,
).map("".join)
modest = settings(max_examples=15)


def _parser(kinds, delimiter=",", *, comma=False, passthrough=Passthrough.TEXT):
    """That of columns which are logits (n), labels (l), identifiers (i) or text (t)."""
    places = {kind: tuple(i for i, each in enumerate(kinds) if each == kind) for kind in "nlit"}
    columns = Columns(
        tuple(kinds), True, places["n"], places["l"], ids=places["i"], text_columns=places["t"]
    )
    return PolarsParser(columns, "f", delimiter, comma=comma, passthrough=passthrough)


def _block(text, first_line=1):
    return TextChunk(text if isinstance(text, bytes) else text.encode(), first_line)


def _filled(frame):
    return [tuple(cell or "" for cell in row) for row in frame.rows()]


@st.composite
def _tables(draw):
    """Kinds of columns, one of them a logit at least, with rows for them."""
    kinds = draw(
        st.lists(st.sampled_from("nnli"), min_size=1, max_size=5).filter(lambda k: "n" in k)
    )
    row = st.tuples(*(NUMBERS if kind == "n" else TEXTS for kind in kinds))
    return "".join(kinds), draw(st.lists(row, min_size=1, max_size=4))


@modest
@pytest.mark.parametrize("passthrough", Passthrough)
@pytest.mark.parametrize("least", [1, wide.WIDE])
@given(
    _tables(), st.sampled_from(",;\t"), st.sampled_from(["\n", "\r\n"]), st.sampled_from(range(3))
)
@example(("nl", [("1", ""), ("2", "")]), ",", "\n", csv.QUOTE_MINIMAL)
@example(("in", [("", "1"), ("x", "2")]), ",", "\n", csv.QUOTE_MINIMAL)
@example(("inl", [("", "1", ""), ("", "2", "")]), ",", "\r\n", csv.QUOTE_MINIMAL)
@example(("ini", [("a\n\n", "1", '"'), ("\n", "2", "")]), ",", "\n", csv.QUOTE_MINIMAL)
@example(("inl", [("a\r", "1", "\r\nb"), ("\r\r\n", "2", "\r")]), ",", "\r\n", csv.QUOTE_MINIMAL)
def test_parsed_rows_equal_the_written_rows(least, passthrough, table, delimiter, end, quoting):
    kinds, rows = table
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows(rows)
    with mock.patch.object(wide, "WIDE", least):
        found = _parser(kinds, delimiter, passthrough=passthrough)(_block(file.getvalue()))
    chosen = [[i for i, kind in enumerate(kinds) if kind in some] for some in ("n", "li", "l")]
    logits, passthrough, labels = ([tuple(row[i] for i in some) for row in rows] for some in chosen)
    assert found.logits.tolist() == [list(map(float, row)) for row in logits]
    assert _filled(found.passthrough) == (passthrough if chosen[1] else [])
    assert _filled(found.read_labels()) == (labels if chosen[2] else [])
    if (edges := found.splice_template()) is not None:
        inside = "".join(delimiter.join(row) + "\n" for row in logits).encode()
        assert edges.logits_text() == inside
        assert bytes(edges.splice(inside)) == file.getvalue().encode()


@each("passthrough", Passthrough)
@each("least", [1, wide.WIDE])
@each("first", ["i", "n", '"i"'])
@each("last", "nli")
@each("end", ["\n", "\r\n"])
def test_short_row_cannot_compensate_for_a_long_row(end, last, first, least, passthrough):
    head = {"i": "x", "n": "1", '"i"': '"x"'}[first]
    tail = "1" if last == "n" else "y"
    kinds = first.strip('"') + "n" + last
    whole, short, long = f"{head},1,{tail}", f"{head},1", f"{head},1,{tail},{tail}"
    with mock.patch.object(wide, "WIDE", least):
        parser = _parser(kinds, passthrough=passthrough)
    for bad, line in (
        ([whole, short, long], 10),
        ([whole, long, short], 10),
        ([long, whole, short], 9),
        ([short, whole, whole], 9),
        ([whole, whole, long], 11),
        ([whole, whole, short], 11),
        ([whole, f"{long},", head], 10),
    ):
        text = "".join(row + end for row in bad)
        with pytest.raises(SoftmaxError, match=f"line {line}: expected 3 fields, found [0-9]"):
            parser(_block(text, 9))


@each("passthrough", Passthrough)
@each("end", ["\n", "\r\n"])
@each("cell", ["x", '"x"'])
def test_row_without_an_unused_column_is_an_error(cell, end, passthrough):
    text = end.join([f"{cell},1,y,z", "x,1,y", ""])
    with pytest.raises(SoftmaxError, match="line 2: expected 4 fields, found 3"):
        _parser("inli", passthrough=passthrough)(_block(text))


@modest
@pytest.mark.parametrize("least", [1, wide.WIDE])
@pytest.mark.parametrize("comma", [False, True])
@given(st.lists(CELLS.filter(lambda cell: ";" not in cell), min_size=1, max_size=12))
@example(
    [
        "inf",
        "-Infinity",
        " +inf\t",
        "\u00a01",
        "1\x0b",
        "1e400",
        "-1e400",
        "nan",
        "",
        " ",
        "1_0",
        "1,5",
        "1.5",
    ]
)
def test_numeric_cells_follow_the_number_syntax(least, comma, cells):
    def value(cell):
        try:
            return to_float(cell.replace(".", "?").replace(",", ".") if comma else cell)
        except ValueError:
            return np.nan

    with mock.patch.object(wide, "WIDE", least):
        parser = _parser("nin", ";", comma=comma)
        alone = _parser("inn", ";", comma=comma)
    text = "".join(f"{cell};x;3\n" for cell in cells)
    expected = [[value(cell), 3.0] for cell in cells]
    np.testing.assert_array_equal(parser(_block(text)).logits, expected)
    for cell, row in zip(cells[:3], expected[:3], strict=True):
        np.testing.assert_array_equal(alone(_block(f"x;{cell};3\n")).logits, [row])


@each("least", [1, wide.WIDE])
@each("cell", ["", " ", "NA", "x", "1e400", '""', '"x"'])
def test_error_location_counts_valid_rows(cell, least):
    with mock.patch.object(wide, "WIDE", least):
        rows = _parser("inn")(_block(f"u,1,2\nv,3,{cell}\nw,5,6\n", 8))
    np.testing.assert_array_equal(rows.logits, [[1, 2], [3, np.nan], [5, 6]])
    assert rows.row_error(1).location == 'f, line 9, column "n"'
    assert rows.location(2).line == 10
    assert rows.passthrough.to_series().to_list() == ["u", "v", "w"]
    edges = rows.splice_template()
    assert edges is None if '"' in cell else edges.passthrough_text(",") == b"u\nv\nw\n"


def test_a_cell_that_is_no_number_changes_nothing_for_the_chunks_that_follow():
    parser = _parser("in")
    texts = ["u,1.5\nv,2\n", "u,x\nv,2\n", "u,\nv,1e400\n", "u,1.5\nv,2\n", "u, 1 \nv,nan\n"]
    logits = [parser(_block(text)).logits.ravel().tolist() for text in texts]
    nan = np.nan
    expected = [[1.5, 2], [nan, 2], [nan, nan], [1.5, 2], [1, nan]]
    np.testing.assert_array_equal(logits, expected)
    assert [_parser("in")(_block(text)).logits.ravel().tolist() for text in texts[::3]] == [
        [1.5, 2]
    ] * 2


def test_row_line_counts_newlines_in_quoted_text():
    rows = _parser("in")(_block('"\n\n",1\n"a\nb",2\nc,x\n', 3))
    assert [rows.location(i).line for i in range(3)] == [3, 6, 8]
    assert rows.row_error(2).line == 8


@each(
    ("kinds", "passthrough", "least", "cut"),
    [
        ("in", TEXT, 256, True),
        ("nl", TEXT, 256, True),
        ("innl", TEXT, 256, True),
        ("nin", TEXT, 256, False),
        ("nn", TEXT, 256, False),
        ("in", COLUMNS, 256, False),
        ("in", LABELS, 256, False),
        ("in", COLUMNS, 1, True),
        ("nn", TEXT, 1, False),
        ("nin", TEXT, 1, False),
    ],
)
def test_splice_template_covers_adjacent_logits(kinds, passthrough, least, cut):
    with mock.patch.object(wide, "WIDE", least):
        parser = _parser(kinds, passthrough=passthrough)
    row = ",".join("1" if kind == "n" else "x" for kind in kinds)
    edges = parser(_block(f"{row}\n{row}\n")).splice_template()
    assert (edges is not None) == cut


def test_logits_keep_the_order_of_selection():
    columns = Columns(tuple("abc"), True, (2, 0), (1,), ())
    rows = PolarsParser(columns, "f", ",", comma=False, passthrough=Passthrough.TEXT)(
        _block("1,x,3\n4,y,6\n")
    )
    assert rows.logits.tolist() == [[3, 1], [6, 4]]
    assert rows.passthrough.rows() == rows.read_labels().rows() == [("x",), ("y",)]


def test_any_column_can_be_read_as_text():
    text = "007,1.50,x\n,nan, y \n"
    assert _parser("nni").text_columns(_block(text), (1, 0, 2)).rows() == [
        ("1.50", "007", "x"),
        ("nan", None, " y "),
    ]
    for bad in (b"1,2,x\n1,2\n", b"1,2,x\n1,2,x,y\n", b"1,2,\xff\n", b'1,2,"x\n'):
        with pytest.raises(SoftmaxError):
            _parser("nni").text_columns(_block(bad), (0,))


def test_number_in_a_text_column_error_names_the_column():
    with pytest.raises(SoftmaxError, match='f, line 3, column "t": number "5"'):
        _parser("tn")(_block("x,1\ny,1\n5,1\n"))
    assert len(_parser("in")(_block("x,1\ny,1\n5,1\n"))) == 3


@each("passthrough", Passthrough)
@each("least", [1, wide.WIDE])
@each("line", [0, 1])
def test_byte_order_mark_inside_the_text_is_kept(line, least, passthrough):
    rows = ["x,1,2", "y,3,4"]
    rows[line] = "\ufeff" + rows[line]
    with mock.patch.object(wide, "WIDE", least):
        parsed = _parser("inn", passthrough=passthrough)(
            _block("".join(row + "\n" for row in rows))
        )
    assert parsed.passthrough.to_series().to_list() == [row.split(",")[0] for row in rows]
    numbers = _parser("nn", passthrough=passthrough)(_block("\ufeff1,2\n"))
    assert np.isnan(numbers.logits[0, 0])
