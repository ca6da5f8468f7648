"""Counts of the rows of a stream, and warnings."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from softmax_cli.errors import Notice, SoftmaxError
from softmax_cli.evaluation.row_stats import LabeledChunk, RowStats, distinct_labels
from tests.each import each

modest = settings(max_examples=60)


def _sum(*parts):
    total = RowStats()
    for part in parts:
        total.add(part)
    return total


def _warnings(stats, *, exclusive=True):
    return list(stats.warnings("x", exclusive=exclusive, invalid_rows="skipped"))


@each(
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
def test_labels_of_a_chunk_are_the_smallest_and_the_largest(classes, expected):
    assert sorted(distinct_labels(np.array(classes, np.int32))) == expected


def test_an_empty_stream_has_no_counts():
    assert _sum() == RowStats(0, 0, 0, 0, None, True, frozenset(), Counter())


def test_counts_are_added():
    total = _sum(
        RowStats(1, 20, 300, 4000, doubts=Counter(a=1)),
        RowStats(4, 50, 600, 7000, doubts=Counter(a=2, b=1)),
        RowStats(),
    )
    counts = total.rows, total.unlabeled, total.zero_weight, total.invalid
    assert counts == (5, 70, 900, 11000)
    assert total.doubts == {"a": 3, "b": 1}


def test_the_first_error_is_kept():
    first, second = SoftmaxError("a"), SoftmaxError("b")
    total = _sum(RowStats(), RowStats(first_error=first), RowStats(first_error=second), RowStats())
    assert total.first_error is first


@pytest.mark.parametrize("position", [0, 1, 2])
def test_one_chunk_is_enough_not_to_look_like_probabilities(position):
    assert _sum(*[RowStats(1)] * 3).looks_like_probabilities
    parts = [RowStats(1, looks_like_probabilities=i != position) for i in range(3)]
    assert not _sum(*parts).looks_like_probabilities


@modest
@given(st.lists(st.lists(st.integers(-1, 3), max_size=4), max_size=6))
def test_labels_are_those_of_all_rows_in_chunks_of_any_size(chunks):
    parts = [RowStats(labels=distinct_labels(np.array(chunk, np.int32))) for chunk in chunks]
    labels = {label for chunk in chunks for label in chunk if label >= 0}
    expected = {min(labels), max(labels)} if labels else set()
    assert _sum(*parts).labels == expected


def test_unsuspicious_rows_have_no_warning():
    assert _warnings(RowStats(5, looks_like_probabilities=False)) == []
    assert _warnings(RowStats()) == []


def test_classes_without_a_score_in_any_row_are_a_warning():
    parts = [RowStats(2, scored=Counter(a=2, b=0, c=0)), RowStats(1, scored=Counter(a=1, b=1, c=0))]
    stats = _sum(*parts)
    assert (stats.scored["b"], "c" in stats.scored) == (1, True)
    assert [notice.text for notice in _warnings(stats)] == [
        "x: rows look like probabilities (all in [0, 1]) but are read as logits. "
        "Use --from probabilities if they are.",
        'x: no row has a score for "c": probability 0 in every row',
    ]


def test_warnings_come_with_counts():
    stats = RowStats(
        4, 3, 2, 1, SoftmaxError("bad", source="x", row=7, hint="Fix it."),
        looks_like_probabilities=False, doubts=Counter({"a doubt": 6}),
    )  # fmt: skip
    assert _warnings(stats) == [
        Notice("x: a doubt: 6", warning=True),
        Notice("1 of 10 rows skipped; first: x, row 7: bad", warning=True),
    ]


@pytest.mark.parametrize(
    ("exclusive", "reason"), [(True, "rows sum to 1"), (False, "all in [0, 1]")]
)
def test_rows_that_look_like_probabilities_are_a_warning(exclusive, reason):
    (notice,) = _warnings(RowStats(2), exclusive=exclusive)
    assert notice.warning
    assert reason in notice.text
    assert notice.text.endswith("Use --from probabilities if they are.")


@pytest.mark.parametrize(
    ("stats", "message"),
    [
        (RowStats(), "no labeled rows"),
        (RowStats(unlabeled=3), "every row was skipped: 3 without a label"),
        (RowStats(zero_weight=3), "every row was skipped: 3 of weight 0"),
        (RowStats(invalid=2, first_error=SoftmaxError("bad", source="x", line=2)),
         "every row was skipped: 2 invalid; first: x, line 2: bad"),
        (RowStats(0, 1, 2, 3), "every row was skipped: 3 invalid, 1 without a label, 2 of weight 0"),
    ],
)  # fmt: skip
def test_the_error_for_no_rows_says_why_they_were_skipped(stats, message):
    assert stats.no_rows("x").summary == f"x: {message}"


def test_selected_rows_keep_what_belongs_to_them():
    inputs, logits = np.arange(6.0).reshape(3, 2), -np.arange(6.0).reshape(3, 2)
    chunk = LabeledChunk(inputs, logits, np.array([0, 1, 0]), np.array([1.0, 2.0, 3.0]))
    kept = np.array([True, False, True])
    selected = chunk.select(kept)
    assert selected.inputs.tolist() == [[0, 1], [4, 5]]
    assert selected.logits.tolist() == [[0, -1], [-4, -5]]
    assert selected.labels.tolist() == [0, 0]
    assert selected.weights.tolist() == [1, 3]
    assert chunk.select(np.ones(3, bool)) is chunk


def test_logits_that_are_the_inputs_are_selected_once():
    values = np.arange(6.0).reshape(3, 2)
    selected = LabeledChunk(values, values, np.zeros(3, int)).select(np.array([1, 0, 1], bool))
    assert selected.inputs is selected.logits
