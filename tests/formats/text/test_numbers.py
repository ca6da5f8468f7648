"""The syntax of numbers."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from softmax_cli.formats.text.numbers import (
    OutOfRangeError,
    finite_numbers,
    is_finite_number,
    is_missing,
    is_number_text,
    to_float,
    to_floats,
)
from tests.each import each

modest = settings(max_examples=100)


@each(
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
def test_every_accepted_text_is_the_same_number_for_python(text):
    try:
        value = to_float(text)
    except ValueError:
        return
    assert value == float(text)


@each(
    ("text", "reason"),
    [
        *[
            (text, "is not a number")
            for text in [
                "", " ", ".", "e5", "1e", "1e+", "+", "1 2", "1_0", "0x1", "1d5", "１", "nan", "1\n",
                "\u00a01", "1,5", "in", "infin", "--1", "1.2.3", "−1",
            ]
        ],
        ("1e309", "is out of range for float64"),
        ("-" + "9" * 400, "is out of range for float64"),
    ],
)  # fmt: skip
def test_other_text_is_rejected_with_the_reason(text, reason):
    with pytest.raises(ValueError, match=rf"^{reason}$"):
        to_float(text)


@each(
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
def test_a_finite_number_has_no_text_around_it(text, finite):
    assert is_finite_number(text) == finite
    assert is_number_text(text) == (finite or text == "inf")


@each(
    "text",
    ["", " \t", " NaN ", "-nan", "N/A", "NULL", "?", "-", "--", ".", "*", "\\N", "<NA>", "#N/A", "None",
     "NaT", "n.a.", "missing", "1.#IND", "(null)", "nil"],
)  # fmt: skip
def test_markers_of_a_missing_number_are_known(text):
    assert is_missing(text)


@each("text", ["0", "inf", "x", "nan(ind)", "-1", "no", "N", "naïve", "1.#INF"])
def test_other_text_is_no_marker_of_a_missing_number(text):
    assert not is_missing(text)


def _plain_float(text):
    try:
        return to_float(text)
    except OutOfRangeError:
        return math.copysign(math.inf, float(text))
    except ValueError:
        return math.nan


# Most of what float() knows and what it does not, with characters of both.
number_like = st.one_of(
    st.text("0123456789.+-eE", max_size=6),
    st.text("0159.+-eEiInNfFtTyY \t", max_size=9),
    st.text("1_.\xa0\n\x0b\u0661\uff11aAn", max_size=4),
    st.sampled_from(["inf", "-Infinity", "INFINITY", "nan", "infinite", "1e999", " -1e999", "1 2"]),
    st.floats().map(repr),
)


@modest
@given(st.lists(number_like, max_size=12), st.integers(0, 140))
def test_many_texts_are_read_as_each_of_them(texts, others):
    texts = [*["0.5"] * others, *texts, *["-1e-3", "x"][: others % 3], *["7"] * others]
    assert list(map(str, to_floats(texts))) == list(map(str, map(_plain_float, texts)))
    assert finite_numbers(texts) == [text for text in texts if is_finite_number(text)]
