"""Headers of delimited text: rows that are headers, and rows that are not."""

import pytest

from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.delimited.header import (
    detect_header,
    has_row_names,
    is_header,
    names_classes,
    require_width,
)
from tests.each import each

FRACTIONS = (["0.5", "1.5", "-2.5"], ["1.25", "-0.5", "3"])


@each(
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
def test_header_names_columns(cells, header):
    assert is_header(cells) == header


@each(
    "first",
    [
        ["3", "5", "7"],
        ["7", "3", "5"],
        ["3.0", "5.0", "7.0"],
        ["0.0", "1.0", "2.0"],
        ["-1", "0", "1"],
        ["2019", "2020", "2021"],
        [" 3", "5 ", "7"],
        ["100000", "0", "1"],
    ],
)
def test_whole_numbers_over_fractions_are_a_header(first):
    assert detect_header([first, *FRACTIONS], is_header) == (True, True)


@pytest.mark.parametrize(
    "rows",
    [
        [["3", "5", "7"], ["0.5", "1.5", "2.5"]],
        [["3", "5", "7"], ["0.5", "1.5", "2.5"], ["1", "2", "3"]],
        [["3", "5", "7"], ["0.5", "1.5", "2.5"], ["-1", "2.0", "3"]],
        [["3", "5", "3"], *FRACTIONS],
        [["3.5", "5", "7"], *FRACTIONS],
        [["3.00", "5.00", "7.00"], *FRACTIONS],
        [["3", "5", "1e3"], *FRACTIONS],
        [["3", "x", "7"], *FRACTIONS],
        [["", "5", "7"], ["", "1.5", "2.5"], ["", "2.5", "1.5"]],
        [["3", "5", "7"], ["1", "2", "4"], ["9", "8", "7"]],
        [["5"]],
        [["[1, 2]", "3"], *FRACTIONS],
    ],
    ids=["one row", "a whole row", "a whole row with 2.0", "repeated", "a fraction", "two decimals",
         "an exponent", "text", "blank cells", "all whole", "alone", "a vector"],
)  # fmt: skip
def test_first_row_of_numbers_is_data(rows):
    assert detect_header(rows, is_header) == (False, False)


@each(
    ("rows", "header"),
    [
        ([["", "0", "1"], ["0", "0.5", "1.5"]], (True, False)),
        ([["", "3", "7"], ["0", "0.5", "1.5"]], (True, False)),
        ([["", "0.5", "0.7"], ["u", "0.5", "1.5"]], (True, False)),
        ([[" ", "3", "7"], ["2024-01-01", "0.5", "1.5"]], (True, False)),
        ([["", "3", "7"], ["", "0.5", "1.5"]], (False, False)),
        ([["", "3", "7"]], (False, False)),
        ([["", "3", "x"], ["u", "0.5", "1.5"]], (False, False)),
        ([[""], ["0.5"]], (False, False)),
    ],
)
def test_blank_cell_before_numbers_is_the_index_of_pandas(rows, header):
    assert detect_header(rows, is_header) == header


@pytest.mark.parametrize(
    ("rows", "header"),
    [
        ([["0", "1"], ["0.5", "1.5"]], (True, True)),
        ([["1", "2"], ["3", "4"]], (True, True)),
        ([["0", "1"]], (False, True)),
        ([["a", "b"]], (True, False)),
    ],
)
def test_sequential_numbers_are_a_header_unless_alone(rows, header):
    assert detect_header(rows, is_header) == header


@each(
    ("cells", "names"),
    [
        (["a", "b"], True),
        (["a", " "], True),
        (["3", "5"], True),
        (["-1", "1"], True),
        (["3.0", "5.0"], True),
        (["3", "3"], False),
        (["0.5", "1"], False),
        (["a", "1"], False),
    ],
)
def test_classes_are_named_by_text_or_by_different_whole_numbers(cells, names):
    assert names_classes(cells) == names


@each(
    ("names", "rows", "row_names"),
    [
        ("a b", ["u 1.5 2.5", "v 2.5 0.5"], True),
        ("a b", ["1 1.5 2.5", "2 2.5 0.5"], True),
        ("a b", ["10 1.5 2.5"], True),
        ("a b note", ["1 1.5 2.5 x"], True),
        ("a b", ["2024-01-01 1 2"], True),
        ("a b", ["1 1.5 2.5", "2 0.5"], True),
        ("a b", ["1.5 2.5"], False),
        ("a b", ["1.5 2.5 0.5", "0.5 2.5 0.5"], False),
        ("a b", ["1 2.5 0.5", "-1 2.5 0.5"], False),
        ("a b", ["1 2.5 0.5", "1 0.5 2.5"], False),
        ("a b", ["u 2.5 0.5", "u 0.5 2.5"], False),
        ("title x", ["a b c", "1 2 3"], False),
        ("a b", ["1 2.5 0.5 3.5"], False),
        ("a b", [], False),
    ],
)
def test_row_names_of_r_differ_and_are_text_or_whole_numbers(names, rows, row_names):
    assert has_row_names(names.split(), [row.split() for row in rows]) == row_names


def test_rows_with_an_empty_field_at_the_end_have_no_row_names():
    assert not has_row_names(["a", "b"], [["1", "2.5", ""], ["2", "3.5", ""]])


@pytest.mark.parametrize(
    ("names", "rows", "message"),
    [
        (["My results"], [["a", "b"], ["1", "2"]],
         'f: the first line has 1 field, the lines below it 2: "My results". '
         "Use --skip-lines 1 to skip a title."),
        (["a", "b"], [["1", "2", ""], ["1", "2", ""]],
         'f: the first line has 2 fields, the lines below it 3: "a b". '
         "Remove the empty field at the end of each line below it."),
        (["a", "b"], [["1.5", "2", "3"], ["1.5", "2", "3"]],
         'f: the first line has 2 fields, the lines below it 3: "a b". '
         "Complete the header, or skip lines above it, such as a title, with --skip-lines."),
    ],
)  # fmt: skip
def test_header_shorter_than_the_rows_is_an_error(names, rows, message):
    with pytest.raises(SoftmaxError) as caught:
        require_width(names, rows, "f")
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("names", "rows"),
    [
        (["a", "b"], [["1", "2"], ["1", "2"]]),
        (["a", "b"], [["1", "2", "3"]]),
        (["a", "b"], [["1", "2", "3"], ["1", "2"]]),
        (["a", "b", "c"], [["1", "2"], ["1", "2"]]),
        (["a"], []),
    ],
)
def test_ragged_rows_and_longer_headers_are_left_to_the_parser(names, rows):
    require_width(names, rows, "f")


@each(
    ("first", "row", "header"),
    [
        (["2019", "2020", "2021"], ["0.5", "-1.5", "2"], True),
        (["2019", "2020", "2021"], ["0.5", "-1.5", ""], True),
        (["2019", "2020"], ["1950.5", "1930.1"], False),
        (["2019", "3"], ["0.5", "0.1"], False),
        (["2019", "2019"], ["0.5", "0.1"], False),
        (["2019", "2020"], ["5", "1"], False),
        (["2019"], ["0.5"], False),
    ],
)
def test_over_one_row_whole_numbers_are_a_header_if_on_another_scale(first, row, header):
    assert detect_header([first, row], is_header) == (header, header)
