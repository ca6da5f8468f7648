"""What a stream of labeled rows held."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from softmax_cli.errors import SoftmaxError
from softmax_cli.evaluation.row_stats import ChunkResult, RowStats, distinct_labels

modest = settings(max_examples=60)


def _part(rows=0, unlabeled=0, invalid=0, row_error=None, probable=True, labels=()):
    return ChunkResult(None, rows, unlabeled, invalid, row_error, probable, frozenset(labels), 0)


def _counted(*parts):
    counts = RowStats()
    for part in parts:
        counts.add(part)
    return counts


@pytest.mark.parametrize(
    ("classes", "expected"),
    [
        ([], []),
        ([-1, -1], []),
        ([3], [3]),
        ([3, -1, 3], [3]),
        ([0], [0]),
        ([2, 0, 1], [0, 2]),
        ([[1, -1], [-1, 1]], [1]),
        ([[1, 0], [-1, 1]], [0, 1]),
    ],
)
def test_the_labels_of_a_block_are_the_one_or_two_of_them(classes, expected):
    assert sorted(distinct_labels(np.array(classes, np.int32))) == expected


def test_nothing_was_found_of_an_empty_stream():
    assert _counted() == RowStats(0, 0, 0, None, True, frozenset())


def test_rows_are_added_by_their_kind():
    found = _counted(_part(1, 20, 300), _part(4, 50, 600), _part())
    assert (found.rows, found.unlabeled, found.invalid) == (5, 70, 900)


def test_the_fault_told_is_the_first():
    first, second = SoftmaxError("a"), SoftmaxError("b")
    found = _counted(_part(), _part(row_error=first), _part(row_error=second), _part())
    assert found.first_error is first


@pytest.mark.parametrize("place", [0, 1, 2])
def test_one_block_that_does_not_look_like_probabilities_is_enough(place):
    assert _counted(*[_part()] * 3).looks_like_probabilities
    assert not _counted(*[_part(probable=i != place) for i in range(3)]).looks_like_probabilities


@modest
@given(st.lists(st.lists(st.integers(-1, 3), max_size=4), max_size=6))
def test_a_single_label_is_told_apart_from_more_however_rows_are_cut(chunks):
    parts = [_part(labels=distinct_labels(np.array(chunk, np.int32))) for chunk in chunks]
    expected = {label for chunk in chunks for label in chunk if label >= 0}
    found = _counted(*parts).labels
    assert found <= expected
    assert found == expected or len(found) >= 2
