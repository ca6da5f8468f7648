"""The delimiter of a text, and whether its first row is a header."""

import pytest

from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.columns.names import is_id_name, is_sequential
from softmax_cli.formats.delimited.dialect import (
    collapse_spaces,
    detect_delimiter,
    is_header,
    reject_json,
    split,
    strip_comment_mark,
)
from softmax_cli.formats.text.records import TextChunk


@pytest.mark.parametrize(
    ("records", "delimiter"),
    [
        ([b"a,b\n", b"1,2\n"], ","),
        ([b"a,b\n"], ","),
        ([b"a\n", b"1\n"], ","),
        ([b"a b,c\n", b"1,2\n"], ","),
        ([b"a|b;c\n", b"1;2\n"], ";"),
        ([b"a,b\t1;2\n", b"c,d\t3;4\n"], "\t"),
        ([b"a,b c\n", b"1 2\n"], " "),
        ([b"a  b\n", b"1 2\r\n"], " "),
        ([b" a b\n", b"-1   2 \n"], " "),
        ([b"a b\n", b"1 2 3\n"], ","),
        ([b'"a;b",c\n', b'"d;e",1\n'], ","),
        ([b'"a,""b";c\n', b"d;1\n"], ";"),
        ([b"a,b\n", b"x y,1\n"], ","),
        ([b"1 2,3\n", b"a,b\n"], ","),
    ],
)
def test_the_delimiter_is_what_the_records_hold_equally_often(records, delimiter):
    assert detect_delimiter(records, "f") == delimiter


@pytest.mark.parametrize(
    ("records", "delimiter"),
    [([b"1,5;2\n", b"1;2,5\n"], ";"), ([b"1,5 2,5\n", b"1,5 2,5\n"], " "), ([b"1,5\n"], ",")],
)
def test_a_decimal_comma_is_no_delimiter(records, delimiter):
    assert detect_delimiter(records, "f", comma=True) == delimiter


@pytest.mark.parametrize(
    ("records", "marks"),
    [
        ([b"1,5;2,5\n", b"1,5;2,5\n"], '";" and ","'),
        ([b"a,b|c\n", b"1,2|3\n"], '"," and "|"'),
        ([b"a,b\n", b"1,5 2\n"], '"," and a space'),
        ([b"1,2 .5,3\n"], '"," and a space'),
    ],
)
def test_two_delimiters_that_would_do_are_refused(records, marks):
    with pytest.raises(SoftmaxError) as caught:
        detect_delimiter(records, "f")
    assert caught.value.summary == f"f: {marks} could both stand between the columns"


@pytest.mark.parametrize(
    ("cells", "header"),
    [
        (["a", "b"], True),
        (["a", "1"], False),
        (["a", "1e400"], False),
        (["id", "7"], True),
        ([" ID ", "7"], True),
        (["7", "Label"], True),
        (["", "7"], False),
        (["", "0", "1"], True),
        (["u", "1", "2", "3"], True),
        (["0", "1"], True),
        (["1", "2"], True),
        (["1", "0"], False),
        (["0", "2"], False),
        (["0.0", "1.0"], False),
        (["0", "01"], False),
        (["0"], False),
        (["u", "0"], False),
        (["nan", "-Inf"], False),
        (["NaN", "x"], True),
        (["", ""], False),
        (["", " x"], True),
        (["１"], True),
    ],
)
def test_a_header_names_columns(cells, header):
    assert is_header(cells) == header


@pytest.mark.parametrize(
    ("name", "ids"),
    [
        ("id", True), (" Index ", True), ("", True), ("user_id", True), ("image-ID", True),
        ("Sample Id", True), ("sampleId", True), ("x.id", True), ("covid", False), ("idle", False),
        ("arachnid", False), ("id_card", False), ("CAPTID", False), ("cat", False),
    ],
)  # fmt: skip
def test_names_of_identifiers_are_known(name, ids):
    assert is_id_name(name) == ids


@pytest.mark.parametrize(
    ("numbers", "counting"),
    [
        (("0", "1"), True),
        (["1", "2", "3"], True),
        (["0"], False),
        (["1"], False),
        ([], False),
        (["2", "3"], False),
        ([" 0", "1"], False),
    ],
)
def test_more_than_one_number_count_up_from_0_or_1(numbers, counting):
    assert is_sequential(numbers) == counting


@pytest.mark.parametrize(
    ("record", "rest"),
    [
        (b"# a,b\n", b"a,b\n"),
        (b"#a\n", b"a\n"),
        (b"#  # a", b"# a"),
        (b"a#\n", b"a#\n"),
        (b" # a", b" # a"),
        (b"", b""),
    ],
)
def test_the_mark_of_a_comment_is_taken_off_once(record, rest):
    assert strip_comment_mark(record) == rest


@pytest.mark.parametrize(
    ("text", "squeezed"),
    [
        (b"  a   b \nc d\n", b"a b\nc d\n"),
        (b" \n\n a\n", b"\n\na\n"),
        (b"a\tb  c\n", b"a\tb c\n"),
        (b"a  b\r\nc\r\n", b"a b\nc\n"),
        (b'a  "b  c"\n', b'a  "b  c"\n'),
    ],
)
def test_runs_of_spaces_are_one_unless_there_are_quotes(text, squeezed):
    chunk = collapse_spaces(TextChunk(text, 3, 17))
    assert (chunk.text, chunk.first_line, chunk.position) == (squeezed, 3, 17)


@pytest.mark.parametrize(
    ("record", "delimiter", "cells"),
    [
        (b"a,b\n", ",", ["a", "b"]),
        (b"a,b", ",", ["a", "b"]),
        (b"a,b\r\n", ",", ["a", "b"]),
        (b"\n", ",", [""]),
        (b",\n", ",", ["", ""]),
        (b" a ; b \n", ";", [" a ", " b "]),
        (b"  a   b \r\n", " ", ["a", "b"]),
        (b'"a,\n""b""",""\r\n', ",", ['a,\n"b"', ""]),
        (b'"a b" c', " ", ["a b", "c"]),
        ("é,虎\n".encode(), ",", ["é", "虎"]),
    ],
)
def test_a_record_is_split_into_its_cells(record, delimiter, cells):
    assert split(record, delimiter, "f", 1) == cells


@pytest.mark.parametrize(
    ("record", "message"),
    [
        (b'a\n"b', "f, line 5: a quote is opened and not closed"),
        (b"\xe9,a\n", "f, line 4: byte 0xe9 is not UTF-8"),
        (b"a\0", "f, line 4: a NUL byte, which text does not hold"),
        (b'a"b",c\n', "f, line 4: a quote in the middle of a field"),
    ],
)
def test_a_record_that_is_no_sound_text_is_refused_with_its_line(record, message):
    with pytest.raises(SoftmaxError) as caught:
        split(record, ",", "f", 4)
    assert caught.value.summary == message


@pytest.mark.parametrize(
    ("record", "format_name"),
    [
        (b"[\n", "json"),
        (b"{\r\n", "json"),
        (b" [[ \n", "json"),
        (b"[[1,2],[3,4]]", "jsonl"),
        (b'{"a": 1}\n', "jsonl"),
        (b"[red],[green]\n", None),
        (b"[1, 2], [3, 4]\n", None),
        (b"[]\n", None),
        (b"{}\n", None),
        (b'"[1]"\n', None),
        (b"5\n", None),
        (b"[\xff]\n", None),
        (b"[1,\n", None),
    ],
)
def test_a_first_line_of_json_is_refused(record, format_name):
    if format_name is None:
        reject_json(record, "f")
        return
    with pytest.raises(SoftmaxError) as caught:
        reject_json(record, "f")
    told = f"f: read as csv, but the content is {format_name}. Use --input-format {format_name}."
    assert str(caught.value) == told


@pytest.mark.parametrize("end", ["\n", "\r\n", " \n", " \r\n"])
def test_spaces_are_squeezed_whatever_ends_the_lines(end):
    text = f" 1  2{end}3 4{end}".encode()
    assert collapse_spaces(TextChunk(text, 1)).text == b"1 2\n3 4\n"
