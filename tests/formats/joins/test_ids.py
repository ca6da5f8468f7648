"""Identifiers as text, and the index that finds them."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from softmax_cli.formats.joins.ids import (
    IdIndex,
    count_up,
    describe_missing,
    find_other_order,
    normalize_ids,
)


@pytest.mark.parametrize(
    ("ids", "expected"),
    [
        ([1, 2], ["1", "2"]),
        ([1.0, 2.5], ["1", "2.5"]),
        ([" a", "1.00 ", None], ["a", "1", ""]),
        (["007", "-1.0"], ["007", "-1.0"]),
    ],
)
def test_identifiers_are_text_without_blanks_and_needless_decimals(ids, expected):
    assert normalize_ids(pl.Series(ids)).to_list() == expected


@given(st.lists(st.text(max_size=2), unique=True), st.lists(st.text(max_size=2)))
def test_an_index_finds_what_a_dictionary_finds(ids, keys):
    places = {key: i for i, key in enumerate(ids)}
    found = IdIndex(pl.Series(ids, dtype=pl.String)).find(pl.Series(keys, dtype=pl.String))
    assert found.tolist() == [places.get(key, -1) for key in keys]


@pytest.mark.parametrize(
    ("ids", "expected"),
    [("0 1 2", True), ("7 8", True), ("7", True), ("0 2 1", False), ("a b", False), ("1 3", False)],
)
def test_numbers_of_rows_count_up(ids, expected):
    assert count_up(pl.Series(ids.split())) is expected


@pytest.mark.parametrize(
    ("keys", "others", "expected"),
    [("abc", "abc", None), ("abc", "acb", 1), ("abc", "xbc", None), ("abc", "xya", 0),
     ("aab", "baa", None), ("abc", "bbc", None)],
)  # fmt: skip
def test_another_order_is_one_of_the_same_texts(keys, others, expected):
    assert find_other_order(pl.Series(list(keys)), pl.Series(list(others))) == expected


def test_a_place_is_taken_once():
    index = IdIndex(pl.Series(["c", "a", "b"]))
    assert index.take(np.array([2, 0, 2])).tolist() == [False, False, True]
    assert index.take(np.array([1, 0])).tolist() == [False, True]
    assert index.left().tolist() == []
    index = IdIndex(pl.Series(["c", "a"]))
    index.take(np.array([1]))
    assert index.left().tolist() == [0]


def test_three_missing_identifiers_are_named():
    assert describe_missing(pl.Series(["a"]), "x") == 'no row for identifier "a" in x'
    more = describe_missing(pl.Series([*"abcde"]), "x", "label")
    assert more == 'no label for identifier "a", "b", "c" and 2 more in x'
