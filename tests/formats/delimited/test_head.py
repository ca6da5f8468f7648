"""The head of delimited text: lines above the rows, the header and the delimiter."""

import pytest

from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.delimited.head import read_head
from softmax_cli.formats.delimited.header import is_header
from softmax_cli.formats.read_options import ReadOptions
from softmax_cli.formats.streams.input import in_memory_stream
from softmax_cli.formats.text.records import RecordReader
from tests.each import each
from tests.runner import softmax


def _head(text, mark="", **options):
    content = text if isinstance(text, bytes) else text.encode()
    reader = RecordReader(in_memory_stream(content))
    return read_head(reader, ReadOptions(**options), mark, is_header)


def _rows(head):
    return ["|".join(row) for row in head.rows]


@each(
    ("text", "names", "rows"),
    [
        ("a,b\n1,2\n3,4\n", "a|b", ["1|2", "3|4"]),
        ("1.5,2\n3,4\n", "1|2", ["1.5|2", "3|4"]),
        ("a,b\n", "a|b", []),
        (" id , a\t, b \n7,1,2\n", "id|a|b", ["7|1|2"]),
        ('"a,b",c\n1,2\n', "a,b|c", ["1|2"]),
        ('a,b\n"1\n",2\n', "a|b", ["1\n|2"]),
        ('a,b\n1,2\n"x, y",2\n', "a|b", ["1|2", "x, y|2"]),
        ("\n\na,b\n1,2\n", "a|b", ["1|2"]),
    ],
)
def test_head_holds_names_and_first_rows(text, names, rows):
    head = _head(text)
    assert ("|".join(head.names), _rows(head)) == (names, rows)


@each("mark", ["\t", ",", ";", "|", " "])
@each("quote", ["", '"'])
@each("row_names", [["1", "2"], ["u", "v"]])
def test_header_of_r_lacks_the_name_of_the_row_names(row_names, quote, mark):
    names = mark.join(f"{quote}{name}{quote}" for name in ("cat", "dog"))
    rows = [f"{quote}{name}{quote}{mark}0.5{mark}1.5\n" for name in row_names]
    head = _head(f"{names}\n{''.join(rows)}")
    assert (head.names, head.delimiter) == (("", "cat", "dog"), mark)
    assert _rows(head) == [f"{name}|0.5|1.5" for name in row_names]


def test_header_of_r_is_recognized_next_to_decimal_commas():
    head = _head("cat;dog\nu;0,5;1,5\nv;0,25;2\n", decimal_comma=True)
    assert head.names == ("", "cat", "dog")


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"], ids=repr)
@pytest.mark.parametrize("line", ["sep=", "SEP=", "Sep="])
def test_separator_line_of_excel_states_the_delimiter(line, mark):
    head = _head(f"{line}{mark}\r\ncat{mark}dog\r\n1{mark}2\r\n")
    assert (head.delimiter, head.names, _rows(head)) == (mark, ("cat", "dog"), ["1|2"])


def test_separator_line_settles_what_would_be_ambiguous():
    assert _head("sep=;\n1,5;2,5\n1,5;2,5\n").delimiter == ";"
    with pytest.raises(SoftmaxError, match="ambiguous delimiter"):
        _head("1,5;2,5\n1,5;2,5\n")


def test_delimiter_option_overrides_the_separator_line():
    head = _head("sep=;\na,b\n1,2\n", delimiter=",")
    assert (head.delimiter, head.names) == (",", ("a", "b"))


@pytest.mark.parametrize("first", ["sep", "sep=", "sep=;;", "xsep=;", "sep = ;"])
def test_other_first_lines_are_no_separator_line(first):
    assert first in _head(f"{first}\n0.5\n1.5\n", mark="\t").names


@each(
    ("text", "names", "rows"),
    [
        ("# cat,dog\n0.5,1.5\n", "cat|dog", ["0.5|1.5"]),
        ("# cat dog\n0.5 1.5\n", "cat|dog", ["0.5|1.5"]),
        ("#cat\tdog\n0.5\t1.5\n", "cat|dog", ["0.5|1.5"]),
        ("# 0,1\n0.5,1.5\n", "0|1", ["0.5|1.5"]),
        ("# 3,7\n0.5,1.5\n", "3|7", ["0.5|1.5"]),
        ("# written by x\n# cat,dog\n0.5,1.5\n", "cat|dog", ["0.5|1.5"]),
        ("# written by x\ncat,dog\n0.5,1.5\n", "cat|dog", ["0.5|1.5"]),
        ("# a\n# b\n# c\n0.5,1.5\n", "1|2", ["0.5|1.5"]),
        ("# written 2024, by x\n0.5,1.5,2.5\n", "1|2|3", ["0.5|1.5|2.5"]),
        ("# 0.25,1.25\n0.5,1.5\n", "1|2", ["0.5|1.5"]),
        ("#id,cat,dog\n7,0.5,1.5\n", "id|cat|dog", ["7|0.5|1.5"]),
        ("#,cat,dog\n1,0.5,1.5\n", "|cat|dog", ["1|0.5|1.5"]),
        ("# cat,dog\n", "cat|dog", []),
        ("sep=;\n# cat;dog\n0.5;1.5\n", "cat|dog", ["0.5|1.5"]),
    ],
)
def test_comments_above_the_rows_may_hold_the_names(text, names, rows):
    head = _head(text)
    assert ("|".join(head.names), _rows(head)) == (names, rows)


@each(
    ("text", "rows"),
    [
        ("#1,0.5,1.5\n#2,2.5,3.5\n", ["#1|0.5|1.5", "#2|2.5|3.5"]),
        ("#u,0.5,1.5\n#v,2.5,3.5\n", ["#u|0.5|1.5", "#v|2.5|3.5"]),
        ("# u,0.5,1.5\nv,2.5,3.5\n", ["# u|0.5|1.5", "v|2.5|3.5"]),
        ("#u,0.5,1.5\n#v,2.5,3.5\nw,4.5,5.5\n", ["#u|0.5|1.5", "#v|2.5|3.5", "w|4.5|5.5"]),
        ("# made by x\n#u,0.5,1.5\n#v,2.5,3.5\n", ["#u|0.5|1.5", "#v|2.5|3.5"]),
        ("#1,2,3\n#2,5,6\n", ["#1|2|3", "#2|5|6"]),
        ("id,cat,dog\n#1,0.5,1.5\n", ["#1|0.5|1.5"]),
    ],
)
def test_ids_that_begin_with_a_number_sign_are_no_comments(text, rows):
    assert _rows(_head(text)) == rows


def test_any_number_of_ids_may_begin_with_a_number_sign():
    text = "".join(f"#{i},0,0\n" for i in range(1, 500))
    ran = softmax("convert", "-q", "--decimals", "1", stdin=text)
    assert ran.out == text.replace(",0,0", ",0.5,0.5")


def test_header_no_reads_no_names_from_comments():
    assert _head("# cat,dog\n0.5,1.5\n", header=False).names == ("1", "2")


@each("text", ["# 0.5,1.5\n", "# 1 2.5\n# 2 3.5\n"])
@each("header", [None, True, False])
def test_comments_without_rows_are_an_error(text, header):
    with pytest.raises(SoftmaxError, match="no rows below the comments"):
        _head(text, header=header)


@pytest.mark.parametrize("text", ["", "\n\n", "sep=;\n"])
def test_input_without_records_is_an_error(text):
    with pytest.raises(SoftmaxError, match=r"empty input|no rows below the line sep="):
        _head(text)


@pytest.mark.parametrize("marks", [1, 2])
@pytest.mark.parametrize("text", ["id,cat,dog\n7,0,0\n", "\nid,cat,dog\n7,0,0\n"])
def test_byte_order_marks_are_no_part_of_the_first_name(text, marks):
    content = b"\xef\xbb\xbf" * marks + text.encode()
    ran = softmax("convert", "-q", stdin=content)
    assert (ran.out, ran.code) == ("id,cat,dog\n7,0.5,0.5\n", 0)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_unicode_text_of_excel_is_read(encoding):
    content = ("\ufeff" + "id\tcat\tdog\r\n7\t0\t0\r\n").encode(encoding)
    assert softmax("convert", "-q", stdin=content).out == "id\tcat\tdog\n7\t0.5\t0.5\n"


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("a,b\n1,2\n", None),
        (",0,1\n0,0.5,1.5\n", None),
        ("0,1\n0.5,1.5\n", "first row read as header (use --header no if it is data)"),
        ("3,7\n0.5,1.5\n1.5,2.5\n", "first row read as header (use --header no if it is data)"),
    ],
)
def test_note_states_a_guessed_header(text, note):
    assert _head(text).note == note
    assert _head(text, header=True).note is None


def test_first_rows_are_sampled_up_to_a_limit():
    head = _head("a,b\n" + "1.5,2.5\n" * 1000)
    assert 150 <= len(head.rows) <= 200
    assert len(_head("a," * 5000 + "a\n" + "1.5," * 5000 + "1.5\n").rows) == 1
