"""What reads as a number."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from softmax_cli.formats.text.numbers import (
    is_finite_number,
    is_missing,
    is_vector_argument,
    split_vectors,
    to_float,
    without_comma,
)

modest = settings(max_examples=100)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0.0),
        ("-0", -0.0),
        ("+.5", 0.5),
        ("5.", 5.0),
        ("1E+2", 100.0),
        ("007", 7.0),
        (" \t1e-2\t", 0.01),
        ("1e-400", 0.0),
        ("179769313486231580793e288", 1.7976931348623157e308),
        ("-inf", -math.inf),
        ("+Infinity", math.inf),
        ("9" * 300 + "." + "9" * 300, 1e300),
    ],
)
def test_a_number_in_ascii_notation_is_the_nearest_float(text, value):
    assert math.copysign(1, to_float(text)) == math.copysign(1, value)
    assert to_float(text) == value


@modest
@given(st.floats(allow_nan=False))
def test_every_float_reads_back(value):
    assert to_float(repr(value)) == value
    assert is_finite_number(repr(value)) == math.isfinite(value)


@modest
@given(st.text("01.eE+-_ \n\x0bnaif１", max_size=8))
def test_what_is_a_number_here_is_one_for_python(text):
    try:
        value = to_float(text)
    except ValueError:
        return
    assert value == float(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        *[
            (text, "is not a number")
            for text in [
                "", " ", ".", "e5", "1e", "1e+", "+", "1 2", "1_0", "0x1", "1d5", "１", "nan", "1\n",
                "\u00a01", "1,5", "in", "infin", "--1", "1.2.3", "−1",
            ]
        ],
        ("1e309", "is too large for a 64-bit float"),
        ("-" + "9" * 400, "is too large for a 64-bit float"),
    ],
)  # fmt: skip
def test_what_is_no_number_is_refused_with_the_reason(text, reason):
    with pytest.raises(ValueError, match=rf"^{reason}$"):
        to_float(text)


@pytest.mark.parametrize(
    ("text", "finite"),
    [
        ("1", True),
        ("1e400", True),
        ("", False),
        (" 1", False),
        ("inf", False),
        ("1\n", False),
        ("nan", False),
    ],
)
def test_a_finite_number_stands_alone(text, finite):
    assert is_finite_number(text) == finite


@pytest.mark.parametrize(
    ("text", "missing"),
    [("", True), (" \t", True), (" NaN ", True), ("-nan", True), ("N/A", True), ("NULL", True), ("?", True), ("-", True),
     ("0", False), ("inf", False), ("x", False), ("--", False), ("nan(ind)", False)],
)  # fmt: skip
def test_signs_for_a_missing_number_are_known(text, missing):
    assert is_missing(text) == missing


@pytest.mark.parametrize(
    ("token", "vector"),
    [
        ("1", True), ("-1,", True), ("1,2", True), (" 1 , nan ,-inf", True), ("[a", False),
        ("[1, 2]", True), ("[x]", True), ("[1,2", True), ("[", True), ("[red].csv", False),
        ("", False), (",", False), ("1,,2", False), ("1,x", False), ("1 2", True), ("1 x", False), ("1.csv", False),
        ("1,2,,", False), ("-", False), ("?", False), ("1]", False), ("[1].csv", False),
    ],
)  # fmt: skip
def test_an_argument_of_numbers_is_told_from_a_path(token, vector):
    assert is_vector_argument(token) == vector


@pytest.mark.parametrize(
    ("token", "rest"),
    [("1,", "1"), (" 1, ", "1"), ("1,2", "1,2"), ("1,,", "1,"), (",", ""), ("", "")],
)
def test_one_comma_behind_a_token_is_left_out(token, rest):
    assert without_comma(token) == rest


@pytest.mark.parametrize(
    ("token", "cells"),
    [
        ("1", [["1"]]),
        ("1, 2,", [["1", "2"]]),
        ("[1, 2]", [["1", "2"]]),
        ("[1 \t2\n3]", [["1", "2", "3"]]),
        (" [ 1 ,\n 2 ] ", [["1", "2"]]),
        ("[]", [[]]),
        ("[ ]", [[]]),
        ("[[1, 2], [3]]", [["1", "2"], ["3"]]),
        ("[[1 2]\n [3 4]]", [["1", "2"], ["3", "4"]]),
        ("[ [1][2] , [] ]", [["1"], ["2"], []]),
        ("[1 2, 3]", [["1 2", "3"]]),
    ],
)
def test_the_cells_of_an_argument_are_told_apart(token, cells):
    assert split_vectors(token) == cells


@pytest.mark.parametrize(
    "token",
    ["[", "[1", "[1]]", "[[1]", "[1], [2]", "[[1], 2]", "[[1],, [2]]", "[[[1]]]", "[[1],]", "[1]x"],
)
def test_brackets_that_do_not_match_are_refused(token):
    with pytest.raises(ValueError, match=r"^is not a vector in brackets$"):
        split_vectors(token)
