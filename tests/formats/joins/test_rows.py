"""Rows joined to those of a first file: any order, any chunks, and what cannot be joined."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.columns.roles import Columns
from softmax_cli.formats.joins import rows as joins
from softmax_cli.formats.joins.matching import SourceMatch
from softmax_cli.formats.joins.rows import RowJoin
from softmax_cli.formats.joins.runs import CountedLocations, RowRun
from softmax_cli.formats.rows import NumberedRows

BY_ID = SourceMatch("a.csv", "b.csv", [0, 1], by_name=True, id_name="id")
BY_POSITION = SourceMatch("a.csv", "b.csv", [0, 1], by_name=True)
COLUMNS = Columns(("u", "v"), header=True, logits=(0, 1))


def _values(keys):
    """Two numbers for each key, which tell it from any other."""
    return np.array([[ord(key), -ord(key)] for key in keys], float).reshape(-1, 2)


def _rows(keys, source, first):
    return NumberedRows(_values(keys), COLUMNS, source, first)


def _cut(keys, sizes):
    """Yield the first row's number and the keys of each chunk."""
    start = 0
    for size in [*sizes, len(keys)]:
        if keys[start : start + size]:
            yield start + 1, keys[start : start + size]
        start += size


def _runs(keys, sizes, *, ids=True, order="C", explained=False):
    for first, part in _cut(keys, sizes):
        arrays = np.array(_values(part), order=order), np.array([ord(key) for key in part])
        own = pl.Series(list(part)) if ids else None
        yield RowRun(arrays, _rows(part, "b.csv", first), own, explained=explained)


def _joined(ours, theirs, own_sizes=(), their_sizes=(), *, match=BY_ID, **options):
    """The values of all rows, and the numbers of their rows in the second file."""
    by_id = match.id_name is not None
    join = RowJoin(match, _runs(theirs, their_sizes, ids=by_id, **options))
    values, numbers = [], []
    for first, part in _cut(ours, own_sizes):
        found = join.take(_rows(part, "a.csv", first), pl.Series(list(part)) if by_id else None)
        np.testing.assert_array_equal(found.arrays[0][:, 0], found.arrays[1])
        values += found.arrays[1].tolist()
        numbers += [found.location(i).row for i in range(len(part))]
    join.require_end()
    return values, numbers, list(join.notices())


CHUNKS = st.lists(st.integers(1, 4), max_size=4)


@given(st.permutations("abcdefgh"), st.permutations("abcdefgh"), CHUNKS, CHUNKS)
def test_rows_are_joined_by_identifier_in_any_order_and_chunks(ours, theirs, own, other):
    values, numbers, notices = _joined(ours, theirs, own, other)
    assert values == [ord(key) for key in ours]
    assert numbers == [theirs.index(key) + 1 for key in ours]
    assert bool(notices) is (ours != theirs)


@given(st.permutations("abcdefgh"), CHUNKS, CHUNKS)
def test_rows_without_identifiers_are_joined_by_position(theirs, own, other):
    values, numbers, notices = _joined("abcdefgh", theirs, own, other, match=BY_POSITION)
    assert values == [ord(key) for key in theirs]
    assert (numbers, notices) == ([*range(1, 9)], [])


def test_identifiers_may_repeat_in_the_same_order_alone():
    assert _joined("aaba", "aaba", [2], [1])[0] == [ord(key) for key in "aaba"]


@pytest.mark.parametrize("own", [[], [1, 1], [2], [3]])
@pytest.mark.parametrize("other", [[], [1, 1], [2], [3]])
@pytest.mark.parametrize(
    ("ours", "theirs", "message"),
    [
        ("abac", "abca", 'b.csv, row 4, column "id": duplicate identifier "a"'),
        ("abac", "abcd", 'a.csv, row 3, column "id": duplicate identifier "a"'),
        ("abcb", "acbd", 'a.csv, row 4, column "id": duplicate identifier "b"'),
        ("abcd", "bcda", None),
        ("aabc", "aacb", None),
        ("abca", "abac", 'b.csv, row 3, column "id": duplicate identifier "a"'),
        ("abcc", "abdc", 'a.csv, row 4, column "id": duplicate identifier "c"'),
        ("abcd", "abce", 'a.csv, row 4, column "id": no row for identifier "d" in b.csv'),
        ("abcd", "bcde", 'a.csv, row 1, column "id": no row for identifier "a"'),
        ("abcd", "abc", 'a.csv, row 4, column "id": no row for identifier "d" in b.csv'),
        ("abc", "abcd", 'b.csv, row 4, column "id": no row for identifier "d" in a.csv'),
        ("abc", "dcba", 'b.csv, row 1, column "id": no row for identifier "d" in a.csv'),
        ("abc", "", 'a.csv, row 1, column "id": no row for identifier "a", "b", "c" in b.csv'),
    ],
)
def test_errors_are_the_same_whatever_the_chunks(ours, theirs, message, own, other):
    if message is None:
        _joined(ours, theirs, own, other)
        return
    with pytest.raises(SoftmaxError) as caught:
        _joined(ours, theirs, own, other)
    # How many missing identifiers are named depends on the chunk.
    assert caught.value.summary.startswith(message.split('", "')[0])
    assert caught.value.hint.startswith("Use --id COL to join rows by another column, or --drop id")


@pytest.mark.parametrize(
    ("ours", "theirs", "message"),
    [("abc", "ab", "b.csv: ends after row 2, but a.csv has more rows"),
     ("ab", "abc", "a.csv: ends after row 2, but b.csv has more rows")],
)  # fmt: skip
@pytest.mark.parametrize("sizes", [[], [1], [2]])
def test_other_numbers_of_rows_are_an_error_by_position(ours, theirs, message, sizes):
    with pytest.raises(SoftmaxError) as caught:
        _joined(ours, theirs, sizes, match=BY_POSITION)
    assert caught.value.summary == message


@pytest.mark.parametrize("order", ["C", "F"])
def test_the_memory_order_is_that_of_the_chunks(order):
    join = RowJoin(BY_ID, _runs("dcba", [3], order=order))
    for keys in ("ab", "cd"):
        values = join.take(_rows(keys, "a.csv", 1), pl.Series(list(keys))).arrays[0]
        assert values.flags[f"{order}_CONTIGUOUS"]
        np.testing.assert_array_equal(values, _values(keys))


def test_a_long_way_in_the_same_order_may_not_end_in_another(monkeypatch):
    monkeypatch.setattr(joins, "_MOST_SEEN", 2)
    assert _joined("abcd", "badc", [2], [2])[0] == [ord(key) for key in "abcd"]
    assert _joined("abcd", "abdc", [2], [2])[0] == [ord(key) for key in "abcd"]
    with pytest.raises(SoftmaxError) as caught:
        _joined("abced", "abcde", [2, 1], [2])
    assert str(caught.value) == (
        'b.csv: identifiers "id" are not in the order of a.csv. Sort both files by them.'
    )


def test_only_locations_are_held_unless_rows_are_to_be_explained():
    (run,) = _runs("abc", [])
    held = run.without_text()
    assert isinstance(held.rows, CountedLocations)
    assert [held.location(i) for i in range(3)] == [run.location(i) for i in range(3)]
    _, later = run.split(1)
    assert later.without_text().location(1).row == 3
    (explained,) = _runs("abc", [], explained=True)
    assert explained.without_text() is explained


def test_lines_that_do_not_count_up_are_those_of_the_rows():
    class Sparse(NumberedRows):
        def location(self, i):
            return super().location(i * i)

    run = RowRun((_values("abc"),), Sparse(_values("abc"), COLUMNS, "b.csv", 1))
    assert [run.without_text().location(i).row for i in range(3)] == [1, 2, 5]
