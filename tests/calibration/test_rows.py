"""Rows in subsets, with their numbers and shares of classes."""

from contextlib import closing

import numpy as np
import pytest

from softmax_cli.activations.calibration_map import CalibrationMap
from softmax_cli.calibration.objective import PER_CLASS, SOFTMAX
from softmax_cli.calibration.rows import SubsetRows
from softmax_cli.calibration.split import Split
from softmax_cli.evaluation.row_stats import LabeledChunk
from tests.reference_set import reference_set

SPLIT = Split(0.4, None, 0)


def _rows(split=SPLIT, floor=None, scale="logits", data=None):
    logits, labels = data or reference_set()
    rows = SubsetRows(split, floor or CalibrationMap(1.0), scale, 2)
    for start in range(0, len(logits), 300):
        part = slice(start, start + 300)
        rows.add(LabeledChunk(logits[part], logits[part], labels[part]), start)
    return closing(rows)


def test_every_row_is_in_one_subset_under_its_number():
    logits, labels = reference_set()
    with _rows() as rows:
        assert rows.count([0]) + rows.count([1]) == 1000
        seen = []
        for location in rows.locations([0, 1]):
            chunk, numbers = rows.read(location), rows.numbers(location)
            np.testing.assert_array_equal(chunk.logits, logits[numbers])
            np.testing.assert_array_equal(chunk.labels, labels[numbers])
            seen += numbers.tolist()
        assert sorted(seen) == list(range(1000))


def test_shares_are_those_of_the_labels_of_a_subset():
    labels = reference_set()[1]
    fitted = SPLIT.assign(0, 1000) == 0
    with _rows() as rows:
        shares = np.bincount(labels[fitted]) / fitted.sum()
        np.testing.assert_allclose(rows.class_shares([0]), shares, rtol=1e-12)
        everything = np.bincount(labels) / 1000
        np.testing.assert_allclose(rows.class_shares([0, 1]), everything, rtol=1e-12)


@pytest.mark.parametrize("exclusive", [True, False])
def test_weights_stay_with_their_rows(exclusive):
    logits, labels = reference_set()
    labels = labels if exclusive else (labels[:, None] == np.arange(4)).astype(int)
    w = np.random.RandomState(0).exponential(size=1000)
    with closing(SubsetRows(SPLIT, CalibrationMap(1.0), "logits", 2)) as rows:
        for start in range(0, 1000, 300):
            part = slice(start, start + 300)
            rows.add(LabeledChunk(logits[part], logits[part], labels[part], w[part]), start)
        fitted = SPLIT.assign(0, 1000) == 0
        for location in rows.locations([0, 1]):
            np.testing.assert_array_equal(rows.read(location).weights, w[rows.numbers(location)])
        effective = w[fitted].sum() ** 2 / (w[fitted] ** 2).sum()
        assert rows.effective_rows([0]) == pytest.approx(effective, rel=1e-12)
        assert rows.count([0]) == fitted.sum()
        positive = labels[:, None] == np.arange(4) if exclusive else labels
        shares = w[fitted] @ positive[fitted] / w[fitted].sum()
        np.testing.assert_allclose(rows.class_shares([0]), shares, rtol=1e-12)
        # What a fit sums over has the weight of the effective rows.
        kind = SOFTMAX if exclusive else PER_CLASS
        total = rows.map_reduce([0])(kind.limits).rows
        np.testing.assert_allclose(total, effective, rtol=1e-12)


def test_shares_of_independent_classes_leave_out_missing_labels():
    logits = np.zeros((4, 2))
    targets = np.array([[1, -1], [0, 1], [-1, 1], [1, 0]])
    with _rows(Split(0.0, None, 0), data=(logits, targets)) as rows:
        assert rows.class_shares([0]) == [2 / 3, 2 / 3]


@pytest.mark.parametrize(
    ("exclusive", "values", "expected"),
    [
        (True, [[0.7, 0.3], [1.0, 0.0]], [[0.7, 0.3], [1 / 1.01, 0.01 / 1.01]]),
        (False, [[0.7, 0.3], [1.0, 0.0]], [[0.7, 0.3], [1 / 1.01, 0.01 / 1.01]]),
    ],
)
def test_a_floor_changes_only_rows_below_it(exclusive, values, expected):
    floor = CalibrationMap(1.0, (), exclusive, 0.01, True)
    data = np.array(values), np.zeros(2, int) if exclusive else np.ones((2, 2), int)
    with _rows(Split(0.0, None, 0), floor, "probabilities", data) as rows:
        chunk = rows.read((0, 0))
        np.testing.assert_allclose(chunk.inputs, expected, rtol=1e-14)
        assert chunk.inputs[0].tolist() == values[0]
        assert np.isfinite(chunk.logits).all()
