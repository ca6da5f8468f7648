"""Numbers and bars as short texts."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from softmax_cli.display.number_format import (
    bar,
    fewest_decimals,
    format_bounded,
    format_count,
    format_number,
    format_percent,
    format_probability,
    format_temperature,
)
from tests.each import each

modest = settings(max_examples=60)


@each(
    ("value", "decimals", "text"),
    [
        (0.0, 2, "0.00"),
        (-0.006, 2, "-0.01"),
        (-0.004, 2, "-4.0e-03"),
        (0.4, 0, "4e-01"),
        (0.6, 0, "1"),
        (1e9, 1, "1e+09"),
        (1e9, 3, "1.00e+09"),
        (-999_999_999.0, 0, "-999999999"),
        (math.inf, 2, "inf"),
        (math.nan, 2, "nan"),
        (5e-324, 2, "4.9e-324"),
    ],
)
def test_a_number_is_in_exponents_only_where_decimals_do_not_do(value, decimals, text):
    assert format_number(value, decimals) == text


@pytest.mark.parametrize(("value", "text"), [(1e-9, "0.00"), (0.999, "1.00"), (math.nan, "nan")])
def test_a_share_may_show_as_nothing(value, text):
    assert format_probability(value, 2) == text


@modest
@given(st.floats(-1e300, 1e300), st.integers(1, 5))
def test_a_figure_is_near_its_number_and_no_longer_than_need_be(value, decimals):
    text = format_number(value, decimals)
    assert abs(float(text) - value) <= max(0.5 * 10.0**-decimals, abs(value) / 2) * (1 + 1e-9)
    assert bool(float(text)) is bool(value)
    assert len(text) <= 12 + decimals


@each(
    ("value", "text"),
    [(0.0, ""), (1.0, "####"), (0.24, "#"), (math.inf, "####"), (-math.inf, ""), (math.nan, "")],
)
def test_a_bar_without_unicode_is_of_whole_marks(value, text):
    assert bar(value, 4, unicode=False) == text


@modest
@given(st.floats(0, 1), st.integers(1, 40))
def test_a_bar_is_as_long_as_its_value_and_never_longer_than_its_place(value, width):
    drawn = bar(value, width)
    assert len(drawn) <= width
    eighths = sum(" ▏▎▍▌▋▊▉█".index(mark) for mark in drawn)
    assert abs(eighths - 8 * width * value) <= 0.5 + 1e-9
    assert abs(len(bar(value, width, unicode=False)) - width * value) <= 0.5 + 1e-9


@each("decimals", range(17))
def test_half_a_unit_of_the_last_decimal_is_shown_or_in_exponents(decimals):
    assert float(format_number(0.5 * 10.0**-decimals, decimals)) > 0


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.1234, "12.3%"), (0.0, "0.0%"), (1.0, "100.0%"), (math.nan, "unknown")],
)
def test_a_share_is_in_percent(value, text):
    assert format_percent(value) == text


@each(
    ("given", "text"),
    [(1.91666, "1.917"), (100.0, "100"), (0.01, "0.01"), (123456.0, "1.235e+05"),
     ([1.0, 2.0], "1, 2"), ([1, 2, 3, 4, 5], "1, 2, 3, 4, 5"),
     ([1.0] * 7, "1, 1, 1, 1, 1, ... (7 in all)"), (math.inf, "inf")],
)  # fmt: skip
def test_a_temperature_has_four_digits(given, text):
    assert format_temperature(given) == text


@pytest.mark.parametrize(
    ("arguments", "text"),
    [((1, "row"), "1 row"), ((0, "row"), "0 rows"), ((1234, "row"), "1,234 rows"),
     ((2, "class", "classes"), "2 classes"), ((1, "class", "classes"), "1 class")],
)  # fmt: skip
def test_a_number_of_things(arguments, text):
    assert format_count(*arguments) == text


@each(
    ("value", "decimals", "text"),
    [
        (0.0, 4, "0.0000"),
        (1.0, 4, "1.0000"),
        (4.9e-5, 4, "<0.0001"),
        (5.1e-5, 4, "0.0001"),
        (5e-324, 4, "<0.0001"),
        (0.99994, 4, "0.9999"),
        (1 - 1e-16, 4, ">0.9999"),
        (0.3, 0, "<1"),
        (0.7, 0, ">0"),
        (2.5379, 4, "2.5379"),
        (0.25, 1, "0.2"),
    ],
)
def test_a_probability_near_0_or_1_is_not_rounded_to_it(value, decimals, text):
    assert format_bounded(value, decimals) == text


@each(
    ("values", "limit", "decimals"),
    [
        ([], 6, 0),
        ([1.0, -20.0], 6, 0),
        ([-0.5, 1.25], 6, 2),
        ([2.4 - 1.2, 0.1 + 0.2], 6, 1),
        ([1 / 3], 6, 6),
        ([1e-9], 6, 6),
        ([math.inf, math.nan, 0.5], 6, 1),
    ],
)
def test_the_fewest_decimals_show_all_values_exactly(values, limit, decimals):
    assert fewest_decimals(values, limit) == decimals
