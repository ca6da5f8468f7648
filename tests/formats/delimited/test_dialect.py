"""The delimiter of a text, and its records as cells."""

import pytest

from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.delimited.dialect import (
    collapse_spaces,
    detect_delimiter,
    reject_json,
    split,
    without_padding,
)
from softmax_cli.formats.text.records import TextChunk
from tests.each import each
from tests.runner import softmax


@each(
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
        ([b"a b\n", b"1 2 3\n"], " "),
        ([b"a,b\n", b"u,1,2\n"], ","),
        ([b'"a"\t"b"\n', b'"u"\t1\t2\n'], "\t"),
        ([b"a;b\n", b"u;1;2\n"], ";"),
        ([b"a\n", b"u 1\n"], " "),
        ([b"score\n", b"u,1\n"], ","),
        ([b"1 2\n", b"1 2 3\n"], ","),
        ([b"My results\n", b"a;b;c\n"], ","),
        ([b'"a;b",c\n', b'"d;e",1\n'], ","),
        ([b'"a,""b";c\n', b"d;1\n"], ";"),
        ([b"a,b\n", b"x y,1\n"], ","),
        ([b"1 2,3\n", b"a,b\n"], ","),
    ],
)
def test_delimiter_occurs_equally_often_in_both_records(records, delimiter):
    assert detect_delimiter(records, "f") == delimiter


@each(
    ("records", "delimiter"),
    [
        ([b"1,5;2\n", b"1;2,5\n"], ";"),
        ([b"1,5 2,5\n", b"1,5 2,5\n"], " "),
        ([b"1,5\t2\n"], "\t"),
        ([b"1,5\n"], ";"),
        ([b"1,5\n", b"2,5\n"], ";"),
        ([b"score\n", b"2,5\n"], ";"),
        ([b"a,b\n", b'"1,5","2,5"\n'], ","),
        ([b"a,b\n", b"1,2\n"], ","),
        ([b'"1,5"\n', b'"2,5"\n'], ","),
    ],
)
def test_decimal_comma_is_no_delimiter(records, delimiter):
    assert detect_delimiter(records, "f", comma=True) == delimiter


@pytest.mark.parametrize(
    ("records", "marks"),
    [
        ([b"1,5;2,5\n", b"1,5;2,5\n"], '";" or ","'),
        ([b"a,b|c\n", b"1,2|3\n"], '"," or "|"'),
        ([b"a,b\n", b"1,5 2\n"], '"," or a space'),
        ([b"1,2 .5,3\n"], '"," or a space'),
    ],
)
def test_two_possible_delimiters_are_ambiguous(records, marks):
    with pytest.raises(SoftmaxError) as caught:
        detect_delimiter(records, "f")
    assert caught.value.summary == f"f: ambiguous delimiter: {marks}"


@pytest.mark.parametrize("cell", ["0,5", "-1,25", " 10,0 "])
def test_decimal_comma_below_one_name_is_ambiguous(cell):
    with pytest.raises(SoftmaxError) as caught:
        detect_delimiter([b"score\n", f"{cell}\n".encode()], "f")
    assert str(caught.value) == (
        f'f: ambiguous comma: a delimiter or a decimal point in "{cell.strip()}". '
        "Use --decimal-comma, or --delimiter ,"
    )


@pytest.mark.parametrize(
    ("text", "collapsed"),
    [
        (b"  a   b \nc d\n", b"a b\nc d\n"),
        (b" \n\n a\n", b"\n\na\n"),
        (b"a\tb  c\n", b"a\tb c\n"),
        (b"a  b\r\nc\r\n", b"a b\nc\n"),
        (b'a  "b  c"\n', b'a  "b  c"\n'),
    ],
)
def test_runs_of_spaces_collapse_without_quotes(text, collapsed):
    chunk = collapse_spaces(TextChunk(text, 3, 17))
    assert (chunk.text, chunk.first_line, chunk.position) == (collapsed, 3, 17)


@each(
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
def test_record_splits_into_cells(record, delimiter, cells):
    assert split(record, delimiter, "f", 1) == cells


@pytest.mark.parametrize(
    ("record", "message"),
    [
        (b'a\n"b', "f, line 5: unterminated quoted field"),
        (b"\xe9,a\n", "f, line 4: byte 0xe9 is not UTF-8"),
        (b"a\0", "f, line 4: unexpected NUL byte"),
        (b'a"b",c\n', "f, line 4: quote inside an unquoted field"),
    ],
)
def test_invalid_record_error_names_the_line(record, message):
    with pytest.raises(SoftmaxError) as caught:
        split(record, ",", "f", 4)
    assert caught.value.summary == message


@each(
    ("record", "format_name"),
    [
        (b'{"columns": ["a"], "index": [0], "data": [[1, 2]]}\n', "json"),
        (b'{"logits": [[1, 2], [2, 1]], "labels": [0, 1]}\n', "json"),
        (b'{"id": 1, "logits": [1, 2]}\n', "jsonl"),
        (b"[\n", "json"),
        (b"{\r\n", "json"),
        (b" [[ \n", "json"),
        (b"[[1,2],[3,4]]", "jsonl"),
        (b'{"a": 1}\n', "jsonl"),
        (b"[red],[green]\n", None),
        (b"[[1, 2],\n", "json"),
        (b"[]\n", None),
        (b"{}\n", None),
        (b'"[1]"\n', None),
        (b"5\n", None),
        (b"[\xff]\n", None),
        (b"[0],[1]\n", None),
    ],
)
def test_json_in_the_first_line_reports_its_format(record, format_name):
    if format_name is None:
        reject_json(record, "f")
        return
    with pytest.raises(SoftmaxError) as caught:
        reject_json(record, "f")
    message = f"f: expected csv, found {format_name}. Use --input-format {format_name}."
    assert str(caught.value) == message


@pytest.mark.parametrize(
    "record", [b"[1, 2], [3, 4]\n", b"[1,\n", b"[[1., 2.],\n", b"[[1 2]\n", b"array([1, 2])\n"]
)
def test_a_printed_vector_in_the_first_line_is_rejected(record):
    with pytest.raises(SoftmaxError) as caught:
        reject_json(record, "f")
    assert caught.value.summary == "f: expected csv, found a printed vector"


@pytest.mark.parametrize("end", ["\n", "\r\n", " \n", " \r\n"])
def test_spaces_collapse_with_any_line_ending(end):
    text = f" 1  2{end}3 4{end}".encode()
    assert collapse_spaces(TextChunk(text, 1)).text == b"1 2\n3 4\n"


@pytest.mark.parametrize(
    ("text", "delimiter", "expected"),
    [
        (b'"a, x", 1,  "b"\n "c",2\n', ",", b'"a, x", 1,"b"\n"c",2\n'),
        (b'"say, ""hi""", "b"\n', ",", b'"say, ""hi""","b"\n'),
        (b'"x\n "",  ""y", 1\n', ",", b'"x\n "",  ""y", 1\n'),
        (b'1\t "a, ""b"\n', "\t", b'1\t"a, ""b"\n'),
        (b'1; "a, b" ; 2\n', ";", b'1;"a, b" ; 2\n'),
        (b'a, 5 "x"\n', ",", b'a, 5 "x"\n'),
    ],
)
def test_blanks_between_a_delimiter_and_a_quote_are_left_out(text, delimiter, expected):
    chunk = without_padding(TextChunk(text, 3, 17), delimiter)
    assert (chunk.text, chunk.first_line, chunk.position) == (expected, 3, 17)


def test_text_with_blanks_before_quotes_is_read():
    text = '"id", "cat", "dog"\n"a, ""x""", 0, 0\nb, "0", "0"\n'
    ran = softmax("convert", "-q", stdin=text)
    assert (ran.out, ran.code) == ('id,cat,dog\n"a, ""x""",0.5,0.5\nb,0.5,0.5\n', 0)
    ran = softmax("convert", "-q", stdin=text + '"c", "1", x\n')
    assert 'line 4, column "dog": " x" is not a number' in ran.err
