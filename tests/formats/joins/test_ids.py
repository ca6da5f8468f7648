"""Identifiers as text, and the index that finds them."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from softmax_cli.formats.joins.ids import IdIndex, describe_missing, normalize_ids


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
