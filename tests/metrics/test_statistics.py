"""Sums that merge: cells, their edges, and halves."""

import math
from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from softmax_cli.metrics.outcomes import binary_outcomes, softmax_outcomes, top_label_outcomes
from softmax_cli.metrics.statistics import (
    NOT_COUNTED,
    Classwise,
    Histogram,
    StoredPredictions,
    Totals,
    cell_of,
)
from tests.each import each
from tests.reference_set import naive_softmax, reference_set

modest = settings(max_examples=100)


def _independent(rows=60, classes=3, seed=0):
    random = np.random.RandomState(seed)
    return random.rand(rows, classes), random.randint(-1, 2, (rows, classes))


@each("count", [1, 2, 3, 7, 10, 15, 49, 100, 1500])
def test_an_edge_belongs_to_the_cell_below_it(count):
    edges = np.array([k / count for k in range(count + 1)])
    expected = [0, *range(count)]
    assert cell_of(edges, count).tolist() == expected
    above = np.nextafter(edges[:-1], 1)
    assert cell_of(above, count).tolist() == list(range(count))
    below = np.nextafter(edges[1:], 0)
    assert cell_of(below, count).tolist() == list(range(count))


def test_zero_is_in_the_first_cell_and_one_in_the_last():
    values = np.array([0.0, -0.0, 5e-324, 1.0])
    assert cell_of(values, 15).tolist() == [0, 0, 0, 14]


@modest
@given(st.floats(0, 1), st.integers(1, 1000))
def test_a_value_lies_within_its_cell(value, count):
    cell = int(cell_of(np.array([value]), count)[0])
    assert 0 <= cell < count
    assert cell / count < value or cell == 0
    assert value <= (cell + 1) / count


def test_totals_are_sums_over_rows():
    found = Totals.from_outcomes(
        top_label_outcomes(np.array([[0.75, 0.25], [0.5, 0.5], [1.0, 0.0]]), np.array([0, 1, 1])),
        15,
    )
    assert found.rows.tolist() == [3]
    assert found.predicted.tolist() == [2.25]
    assert found.observed.tolist() == found.correct.tolist() == [1]
    assert found.nll.tolist() == [math.inf]
    assert found.zero_probability_labels.tolist() == [1]
    assert found.brier.tolist() == [0.125 + 0.5 + 2.0]


def test_totals_leave_out_what_is_not_known():
    values = np.array([[0.5, 0.0], [1.0, 0.25]])
    found = Totals.from_outcomes(binary_outcomes(values, np.array([[1, -1], [-1, 0]])), 15)
    assert found.rows.tolist() == [1, 1]
    assert found.predicted.tolist() == [0.5, 0.25]
    assert found.observed.tolist() == [1, 0]
    assert found.zero_probability_labels.tolist() == [0, 0]
    np.testing.assert_allclose(found.nll, [math.log(2), -math.log(0.75)], rtol=1e-15)


def test_a_histogram_counts_each_cell():
    found = Histogram.from_outcomes(
        top_label_outcomes(np.array([[0.5, 0.5], [0.75, 0.25], [0.7, 0.3]]), np.array([0, 0, 1])), 2
    )
    cells = found.count.shape[1]
    assert cells % 2 == 0
    assert found.count.sum() == 3
    assert found.count[0, : cells // 2].sum() == 1
    np.testing.assert_allclose(found.predicted.sum(), 1.95, rtol=1e-15)
    assert found.observed.sum() == 2


@pytest.mark.parametrize("classes", [1, 50, 3000])
def test_the_cells_of_many_classes_are_fewer_and_divide_the_bins(classes):
    values = np.full((2, classes), 0.5)
    found = Histogram.from_outcomes(binary_outcomes(values, np.ones((2, classes), int)), 15)
    assert found.count.shape[0] == classes
    assert found.count.shape[1] % 15 == 0
    assert found.count.size <= max(200_000, 15 * classes)
    assert (found.count.sum(1) == 2).all()


def test_a_histogram_leaves_out_what_is_not_known():
    values, targets = _independent()
    found = Histogram.from_outcomes(binary_outcomes(values, targets), 15)
    np.testing.assert_array_equal(found.count.sum(1), (targets >= 0).sum(0))
    np.testing.assert_array_equal(found.observed.sum(1), (targets == 1).sum(0))
    np.testing.assert_allclose(
        found.predicted.sum(1), np.where(targets >= 0, values, 0).sum(0), rtol=1e-13
    )


@each("bins", [1, 2, 15, 40])
@each("order", ["C", "F"])
def test_classwise_gaps_are_those_of_plain_loops(bins, order):
    logits, labels = (array[:200] for array in reference_set())
    probabilities = np.array(naive_softmax(logits), order=order)
    expected = np.zeros((4, bins))
    for row, label in zip(probabilities.tolist(), labels.tolist(), strict=True):
        for k, p in enumerate(row):
            place = next(m for m in range(bins) if p <= (m + 1) / bins)
            expected[k, place] += p - (k == label)
    found = Classwise.from_outcomes(top_label_outcomes(probabilities, labels), bins)
    np.testing.assert_allclose(found.gaps, expected, atol=1e-12)


def test_independent_classes_need_no_classwise_gaps():
    assert Classwise.from_outcomes(binary_outcomes(*_independent()), 15) is None


def test_held_predictions_keep_their_order_and_outcome():
    values = np.array([[0.25], [0.0], [-0.0], [1.0], [0.5]])
    keys = StoredPredictions.from_outcomes(
        binary_outcomes(values, np.array([[1], [0], [0], [1], [-1]])), 15
    ).parts[0]
    assert keys[4, 0] == NOT_COUNTED
    assert keys[1, 0] == keys[2, 0] == 0
    counted = keys[:4, 0]
    assert (np.argsort(counted, kind="stable") == [1, 2, 0, 3]).all()
    assert (counted & np.uint64(1)).tolist() == [1, 0, 0, 1]
    assert (counted >> np.uint64(1)).view(np.float64).tolist() == [0.25, 0.0, 0.0, 1.0]


def test_small_parts_are_joined_and_large_ones_are_left_alone():
    logits, labels = reference_set()
    small = StoredPredictions.from_outcomes(softmax_outcomes(logits, labels), 15)
    assert len(small.merge(small).parts) == 1
    many = np.tile(logits, (10, 1)), np.tile(labels, 10)
    large = StoredPredictions.from_outcomes(softmax_outcomes(*many), 15)
    assert len(large.merge(large).parts) == 2
    mixed = small.merge(large).merge(small)
    assert sum(len(part) for part in mixed.parts) == 12_000


@each("record", [Totals, Histogram, Classwise])
@each("at", [0, 1, 400, 999, 1000])
def test_halves_merged_equal_the_whole(record, at):
    logits, labels = reference_set()

    def of(rows):
        return record.from_outcomes(softmax_outcomes(logits[rows], labels[rows]), 15)

    merged, whole = of(slice(at)).merge(of(slice(at, None))), of(slice(None))
    for field in fields(record):
        one, other = getattr(merged, field.name), getattr(whole, field.name)
        if other is None:
            assert one is None
            continue
        if one.dtype == np.int64:
            np.testing.assert_array_equal(one, other)
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-12)
