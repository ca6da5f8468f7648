"""Whole groups from runs of rows, wherever chunks end."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.columns.roles import Columns
from softmax_cli.formats.groups.items import Items
from softmax_cli.formats.groups.keys import KeyedRows, find_runs
from softmax_cli.formats.groups.merging import ContiguousGroups, GatheredGroups, Hashes
from softmax_cli.formats.rows import NumberedRows

COLUMNS = Columns(("q", "s"), True, (1,))


def _keyed(keys, first):
    texts = pl.DataFrame({"0": list(keys)})
    starts = find_runs(texts)
    logits = np.arange(first, first + len(keys), dtype=float)[:, None]
    rows = NumberedRows(logits, COLUMNS, "x.csv", first + 1, texts)
    runs = texts[starts]
    return KeyedRows(rows, texts, None, None, runs, starts, runs.hash_rows().to_numpy(), first)


def _chunks(keys, size):
    return [_keyed(keys[i : i + size], i) for i in range(0, len(keys), size)]


def _groups(chunks):
    """Each group as its name and its items, numbered over all chunks."""
    for chunk in chunks:
        items = Items(chunk)
        for group in range(len(items.starts)):
            members = items.members(group)
            yield items.group_name(group), items.logits[members].astype(int).tolist()


@given(st.lists(st.integers(1, 6), min_size=1, max_size=12), st.integers(1, 9))
def test_chunks_do_not_show_in_contiguous_groups(lengths, size):
    keys = "".join(chr(ord("a") + i) * length for i, length in enumerate(lengths))
    ends = np.cumsum(lengths)
    expected = [
        (f'"{chr(ord("a") + i)}"', list(range(end - length, end)))
        for i, (length, end) in enumerate(zip(lengths, ends, strict=True))
    ]
    assert list(_groups(ContiguousGroups().merge(_chunks(keys, size)))) == expected


@given(st.text("abcd", min_size=1, max_size=30), st.integers(1, 9))
def test_gathered_groups_hold_the_rows_of_each_key_in_order(keys, size):
    expected = [
        (f'"{key}"', [i for i, own in enumerate(keys) if own == key]) for key in dict.fromkeys(keys)
    ]
    assert list(_groups(GatheredGroups().merge(_chunks(keys, size)))) == expected


@given(st.text("abcd", min_size=1, max_size=30), st.integers(1, 9))
def test_a_key_that_comes_again_is_an_error_with_its_first_row(keys, size):
    runs = [i for i, key in enumerate(keys) if i == 0 or keys[i - 1] != key]
    again = [i for n, i in enumerate(runs) if keys[i] in {keys[j] for j in runs[:n]}]
    merged = ContiguousGroups().merge(_chunks(keys, size))
    if not again:
        assert sum(len(items) for _, items in _groups(merged)) == len(keys)
        return
    with pytest.raises(SoftmaxError) as caught:
        list(merged)
    assert str(caught.value) == (
        f'x.csv, row {again[0] + 1}: group "{keys[again[0]]}" occurs again, after other groups. '
        "Use --unsorted."
    )


@pytest.mark.parametrize("merger", [ContiguousGroups, GatheredGroups])
def test_a_key_of_another_input_is_an_error(merger):
    first, second = merger(), merger()
    second.others = [first.seen]
    assert list(_groups(first.merge(_chunks("ab", 2))))
    with pytest.raises(SoftmaxError, match='row 2: group "b" is in more than one file'):
        list(second.merge(_chunks("cb", 2)))


@pytest.mark.parametrize("merger", [ContiguousGroups, GatheredGroups])
def test_no_rows_are_no_groups(merger):
    assert list(merger().merge([])) == []


def test_items_are_located_in_their_chunks():
    (chunk,) = GatheredGroups().merge(_chunks("abcab", 2))
    items = Items(chunk)
    assert [items.locate(i)[0].rows.location(items.locate(i)[1]).row for i in range(5)] == [
        1, 2, 3, 4, 5,
    ]  # fmt: skip
    assert items.groups.tolist() == [0, 1, 2, 0, 1]
    assert sorted(map(sorted, (b.tolist() for b in items.blocks()))) == [[[0, 3], [1, 4]], [[2]]]
    assert items.frame["0"].to_list() == list("abcab")


@given(
    st.lists(st.lists(st.integers(0, 60) | st.just(2**64 - 1), min_size=1, max_size=9), max_size=12)
)
def test_hashes_are_a_set(parts):
    hashes, added = Hashes(), set()
    for part in parts:
        values = np.array(part, np.uint64)
        assert hashes.contain(values).tolist() == [value in added for value in part]
        hashes.add(np.unique(values))
        added.update(part)
    assert sum(map(len, hashes._arrays)) <= sum(len(set(part)) for part in parts)
