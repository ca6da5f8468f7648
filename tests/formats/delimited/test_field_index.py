"""Positions of the fields of a block, and invalid text."""

import csv
import io

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.delimited.field_index import FieldIndex
from softmax_cli.formats.delimited.validation import require_line_ends, require_valid_text
from softmax_cli.formats.text.records import TextChunk
from tests.each import each

CELLS = st.text('ab ",;\né\r', max_size=4).filter(lambda cell: not cell.endswith("\r"))
TABLES = st.lists(st.lists(CELLS, min_size=1, max_size=4), min_size=1, max_size=4)
REMEDY = "Check for a trailing delimiter or an unquoted delimiter in a value."
modest = settings(max_examples=60)


def _structure(text, delimiter=",", first_line=1):
    text = text if isinstance(text, bytes) else text.encode()
    return FieldIndex(TextChunk(text, first_line), delimiter, "f")


@modest
@given(TABLES, st.sampled_from(",;\t"), st.sampled_from(["\n", "\r\n"]), st.booleans())
@example([['"'], ['""', '","']], ",", "\r\n", False)
@example([["\n"], ["", "\n\n"], ["a"]], ",", "\n", True)
def test_index_finds_the_written_cells_and_lines(rows, delimiter, end, every):
    file = io.StringIO(newline="")
    quoting = csv.QUOTE_ALL if every else csv.QUOTE_MINIMAL
    lines = []
    for row in rows:
        csv.writer(file, delimiter=delimiter, lineterminator=end, quoting=quoting).writerow(row)
        lines.append(file.getvalue().count("\n"))
    field_index = _structure(file.getvalue(), delimiter, first_line=7)
    assert [field_index.cells(i) for i in range(len(rows))] == rows
    assert [field_index.line(i) for i in range(len(rows))] == [
        7,
        *(7 + line for line in lines[:-1]),
    ]
    assert field_index.cell(len(rows) - 1, len(rows[-1]) - 1) == rows[-1][-1]


@each(
    ("text", "cells"),
    [
        ("\n", [""]),
        (",\n", ["", ""]),
        ("a,b\r\n", ["a", "b"]),
        ('"a"\r\n', ["a"]),
        ('"a""b","","""",x\n', ['a"b', "", '"', "x"]),
        (b"\xff,\xc3\xa9\n", ["\ufffd", "é"]),
    ],
)
def test_cells_are_returned_without_quotes(text, cells):
    assert _structure(text).cells(0) == cells


@pytest.mark.parametrize(
    ("text", "count"),
    [("a,b\nc,d\n", 2), ("a\n\n", 1), ('"a,\n",b\n,\n', 2), (",,\r\n,,\r\n", 3), ("\n", 1)],
)
def test_rows_with_equal_field_counts_pass(text, count):
    _structure(text).require_fields(count)


@each(
    ("text", "count", "message"),
    [
        ("1,2,3\n4\n", 2, f"f, line 5: expected 2 fields, found 3. {REMEDY}"),
        ("1\n2,3,4\n", 2, "f, line 5: expected 2 fields, found 1."),
        ("1,2\n3,4,5,6\n", 2, "f, line 6: expected 2 fields, found 4."),
        ("1,2\n3,4\n", 4, "f, line 5: expected 4 fields, found 2."),
        ("1,2\n3,4\n", 1, f"f, line 5: expected 1 field, found 2. {REMEDY}"),
        ('"\n\n",2\n"3,4"\n', 2, "f, line 8: expected 2 fields, found 1."),
        ("1,2\n\n", 2, "f, line 6: blank line."),
        ("1,2\n \t\r\n3,4\n", 2, "f, line 6: blank line."),
        ("\n", 2, "f, line 5: blank line. Use --skip-lines 5 if a title ends here."),
    ],
)
def test_first_ragged_row_is_an_error(text, count, message):
    with pytest.raises(SoftmaxError) as caught:
        _structure(text, first_line=5).require_fields(count)
    assert str(caught.value) == message


@each(
    ("text", "count", "before", "behind", "inside"),
    [
        ("x,1,2\ny,3,4\n", 3, 1, 0, b"1,2\n3,4\n"),
        ("1,2,x\n3,4,y\n", 3, 0, 1, b"1,2\n3,4\n"),
        (",,1,\n,,2,\n", 4, 2, 1, b"1\n2\n"),
        ("x,,y\n", 3, 1, 1, b"\n"),
        ("x\n\n", 1, 0, 0, b"x\n\n"),
        ("x,1\ny\n", 2, 1, 0, None),
        ("x\ny,1,2\n", 2, 1, 0, None),
        ("x,1,2\ny\n", 2, 1, 0, None),
        ("x,1\ny,2\n", 4, 1, 0, None),
        ("x,1\ny,2\n", 1, 0, 0, None),
        ('"x",1\ny,2\n', 2, 1, 0, None),
    ],
)  # fmt: skip
def test_only_even_rows_yield_logit_spans(text, count, before, behind, inside):
    edges = _structure(text).template(count, before, behind)
    assert (edges and edges.logits_text()) == inside
    assert edges is None or bytes(edges.splice(inside)) == text.encode()


@each(
    "text",
    [
        '"a"\n', '"a"\r\n', '""\n', '""""\n', '"a""","""b"\n', 'a,"",""\n', '"\n",1\n"\n"\n',
        '"\r",1\n', '"a\rb","\r\n"\r\n', "\r\n\r\n", "a;é\n", '"a""""b"\n',
    ],
)  # fmt: skip
def test_valid_text_passes(text):
    require_valid_text(TextChunk(text.encode(), 1), ",", "f")


@each(
    ("text", "message"),
    [
        ('""a"\n', "line 4: unterminated quoted field"),
        ('"a","b\n\n', "line 4: unterminated quoted field"),
        ('"\n\n"a\n', "line 6: text after a closing quote"),
        ('"a";1\n', "line 4: text after a closing quote"),
        ('1,2\n"a" ,1\n', "line 5: text after a closing quote"),
        ('1, "a"\n', "line 4: quote inside an unquoted field"),
        ('1,2\n5"",3\n', "line 5: quote inside an unquoted field"),
        ('1;"a"\n', "line 4: quote inside an unquoted field"),
        ('"\n"\n\0', "line 6: unexpected NUL byte"),
        (b"a\n\xe2\x82\n", "line 5: byte 0xe2 is not UTF-8"),
        (b"a\n\xc3\xa9\n\xed\xa0\x80\n", "line 6: byte 0xed is not UTF-8"),
        ("a\rb\n", "line 4: bare carriage return within a line"),
        ("a\n\r\r\n", "line 5: bare carriage return within a line"),
        ('"\r\n\r",a\rb\n', "line 5: bare carriage return within a line"),
    ],
)  # fmt: skip
def test_invalid_text_error_names_the_line(text, message):
    text = text if isinstance(text, bytes) else text.encode()
    with pytest.raises(SoftmaxError) as caught:
        require_valid_text(TextChunk(text, 4), ",", "f")
    assert caught.value.summary == f"f, {message}"


def test_carriage_return_may_end_a_record_without_newline():
    require_line_ends(TextChunk(b"a,b\r", 1), "f")
    with pytest.raises(SoftmaxError):
        require_line_ends(TextChunk(b"a\rb\r", 1), "f")
