"""Columns selected by name, glob, range and exclusion."""

import shlex

import pytest

from softmax_cli.errors import UsageError
from softmax_cli.formats.columns.selection import (
    option_value,
    quote_names,
    resolve_column,
    select_columns,
)
from tests.each import each

NAMES = ("id", "cat", "dog", "c,d", "3", "cat*", "1-2")


@each(
    ("spec", "index"), [("cat", 1), ("c,d", 3), ("1", 0), ("2", 1), ("3", 4), ("7", 6), ("1-2", 6)]
)
def test_column_resolves_by_name_before_number(spec, index):
    assert resolve_column(NAMES, spec, "--id", "f") == index


@each(
    ("spec", "message"),
    [
        ("0", 'f: --id: no column "0"'),
        ("8", 'no column "8"'),
        ("-1", 'no column "-1"'),
        ("２", 'no column "２"'),
        ("dgo", 'no column "dgo". Did you mean "dog"?'),
        ("zebra", 'Columns: "id", "cat", ..., "1-2".'),
        ("", 'no column ""'),
        ("a\x1b[31m", r'no column "a\x1b[31m"'),
    ],
)
def test_unknown_column_is_an_error(spec, message):
    with pytest.raises(UsageError) as caught:
        resolve_column(NAMES, spec, "--id", "f")
    assert message in str(caught.value)


def test_duplicate_name_requires_a_number():
    with pytest.raises(UsageError, match=r'duplicate column name "a"\. Use its 1-based number'):
        resolve_column(("a", "a"), "a", "--id", "f")
    assert resolve_column(("a", "a"), "2", "--id", "f") == 1


@each(
    ("specs", "indices"),
    [
        ([], []),
        (["cat"], [1]),
        (["dog", "cat"], [2, 1]),
        (["dog,cat"], [2, 1]),
        (["c,d"], [3]),
        (["1-3"], [0, 1, 2]),
        (["2-2"], [1]),
        (["1-2"], [6]),
        (["cat*"], [5]),
        (["ca*"], [1, 5]),
        (["?og"], [2]),
        (["[cd]*"], [1, 2, 3, 5]),
        (["cat", "1-3", "cat"], [1, 0, 2]),
        (["3"], [4]),
        (["dog,1"], [2, 0]),
    ],
)
def test_specs_select_each_column_once(specs, indices):
    assert select_columns(NAMES, specs, "--columns", "f") == indices


ANIMALS = ("id", "cat", "dog", "horse", "!odd", "fold", "9:1")


@each(
    ("specs", "indices"),
    [
        (["cat:horse"], [1, 2, 3]),
        (["cat:cat"], [1]),
        (["id,dog:horse"], [0, 2, 3]),
        (["9:1"], [6]),
        (["*", "!id"], [1, 2, 3, 4, 5, 6]),
        (["*,!id,!5-7"], [1, 2, 3]),
        (["!fold"], [1, 2, 3]),
        (["!fold", "!cat"], [2, 3]),
        (["!cat,!dog"], [3, 5]),
        (["!c*"], [2, 3, 5]),
        (["!2-3"], [3, 5]),
        (["!cat:dog"], [3, 5]),
        (["!6"], [1, 2, 3]),
        (["!id"], [1, 2, 3, 5]),
        (["!odd"], [4]),
        (["!odd,cat"], [4, 1]),
        (["!!odd"], [1, 2, 3, 5]),
        (["!cat", "cat"], []),
    ],
)
def test_ranges_and_exclusions_select_columns(specs, indices):
    assert select_columns(ANIMALS, specs, "--columns", "f", [1, 2, 3, 5]) == indices


@each(
    ("spec", "message"),
    [
        ("horse:cat", "horse:cat ends before it begins"),
        ("!horse:cat", "horse:cat ends before it begins"),
        ("cat:cow", 'no column "cat:cow"'),
        ("!cow", 'no column "cow"'),
        ("!2-9", "invalid range 2-9 for 7 columns"),
        ("!z*", r'no column "z*"'),
        ("!", 'no column ""'),
    ],
)
def test_ranges_and_exclusions_of_unknown_columns_are_an_error(spec, message):
    with pytest.raises(UsageError) as caught:
        select_columns(ANIMALS, [spec], "--columns", "f", [1, 2])
    assert message in str(caught.value)


@each(
    ("names", "indices", "value"),
    [
        (["a", "b"], [0, 1], "a,b"),
        (["a b", "c"], [0, 1], "'a b,c'"),
        (["a,b", "c"], [0, 1], "1-2"),
        (["a", "b,c", "d"], [0, 1], "1-2"),
        (["a", "b", "c", "a"], [0, 2, 3], "1,3-4"),
        (["x*", "y", "z"], [0, 2], "1,3"),
        (["x*", "3", "1"], [0, 2], "1-1,3-3"),
        (list("abcdefgh"), [0, 2, 3, 4, 5, 6, 7], "1,3-8"),
        (list("12345678"), [0, 2, 3, 4, 5, 6, 7], "1-1,3-8"),
        (["", "a"], [0, 1], "1-2"),
        (["1-2", "a", "!b"], [1, 2], "2-3"),
    ],
)
def test_option_value_selects_the_columns_again(names, indices, value):
    assert option_value(names, indices) == value
    assert select_columns(names, shlex.split(value), "--columns", "f") == indices


@pytest.mark.parametrize("spec", ["2-9", "0-2", "3-2"])
def test_range_outside_the_columns_is_an_error(spec):
    with pytest.raises(UsageError, match=f"--columns: invalid range {spec} for 7 columns"):
        select_columns(NAMES, [spec], "--columns", "f")


def test_glob_without_matches_is_an_error():
    with pytest.raises(UsageError, match=r'no column "z\*"'):
        select_columns(NAMES, ["z*"], "--columns", "f")


@pytest.mark.parametrize(
    ("names", "text"),
    [
        ([], ""),
        (["a"], '"a"'),
        (list("abcd"), '"a", "b", "c", "d"'),
        (list("abcde"), '"a", "b", ..., "e"'),
        (["a\n"], '"a\\n"'),
    ],
)
def test_long_list_of_names_is_abbreviated(names, text):
    assert quote_names(names) == text
