"""Columns chosen by name, by glob and by range."""

import pytest

from softmax_cli.errors import UsageError
from softmax_cli.formats.columns.selection import quote_names, resolve_column, select_columns

NAMES = ("id", "cat", "dog", "c,d", "3", "cat*", "1-2")


@pytest.mark.parametrize(
    ("spec", "index"), [("cat", 1), ("c,d", 3), ("1", 0), ("2", 1), ("3", 4), ("7", 6), ("1-2", 6)]
)
def test_a_column_is_found_by_its_name_or_else_its_number(spec, index):
    assert resolve_column(NAMES, spec, "--id", "f") == index


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("0", 'f: --id: there is no column "0"'),
        ("8", 'there is no column "8"'),
        ("-1", 'there is no column "-1"'),
        ("２", 'there is no column "２"'),
        ("dgo", 'there is no column "dgo". Did you mean "dog"?'),
        ("zebra", 'The columns are "id", "cat", ..., "1-2".'),
        ("", 'there is no column ""'),
        ("a\x1b[31m", r'there is no column "a\x1b[31m"'),
    ],
)
def test_a_column_that_is_not_there_is_refused(spec, message):
    with pytest.raises(UsageError) as caught:
        resolve_column(NAMES, spec, "--id", "f")
    assert message in str(caught.value)


def test_a_name_that_two_columns_have_is_refused():
    with pytest.raises(UsageError, match='more than one column is called "a"'):
        resolve_column(("a", "a"), "a", "--id", "f")
    assert resolve_column(("a", "a"), "2", "--id", "f") == 1


@pytest.mark.parametrize(
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
def test_names_globs_and_ranges_choose_each_column_once(specs, indices):
    assert select_columns(NAMES, specs, "--columns", "f") == indices


@pytest.mark.parametrize("spec", ["2-9", "0-2", "3-2"])
def test_a_range_must_lie_within_the_columns(spec):
    with pytest.raises(UsageError, match=f"--columns: {spec} is not a range within the 7 columns"):
        select_columns(NAMES, [spec], "--columns", "f")


def test_a_glob_that_fits_nothing_is_refused():
    with pytest.raises(UsageError, match=r'there is no column "z\*"'):
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
def test_of_many_names_the_middle_is_left_out(names, text):
    assert quote_names(names) == text
