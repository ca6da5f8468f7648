"""Diagnosis of rows: constant, masked, or dominated by a few."""

import math

import numpy as np
import pytest

from softmax_cli.calibration.diagnosis.row_diagnosis import Diagnosis
from tests.reference_set import reference_set


def _of(logits, labels):
    values = np.asarray(logits, float)
    return Diagnosis.from_rows(values, np.asarray(labels), np.arange(len(values)))


def test_equal_logits_are_seen():
    assert _of([[1.0, 1.0], [3.0, 3.0]], [0, 1]).equal
    assert not _of([[1.0, 1.0], [3.0, 2.0]], [0, 1]).equal
    assert not _of([[1.0], [1.0]], [[0], [1]]).equal


def test_repeated_rows_are_seen():
    assert _of([[1.0, 2.0], [1.0, 2.0]], [0, 1]).repeat
    assert not _of([[1.0, 2.0], [2.0, 3.0]], [0, 1]).repeat
    one, other = _of([[1.0, 2.0]], [0]), _of([[1.0, 2.5]], [0])
    assert one.merge(one).repeat
    assert not one.merge(other).repeat


@pytest.mark.parametrize("mask", [-1e4, -65504.0, -3.4028235e38])
def test_a_finite_mask_is_seen(mask):
    found = _of([[1.0, 2.0, mask], [0.5, mask, 3.0]], [0, 0]).mask
    assert (found.logit, found.times) == (mask, 2)


@pytest.mark.parametrize(
    "logits",
    [[[1.0, 2.0]], [[1.0, -90.0]], [[1.0, -math.inf]], [[-8344.9, 13839.5]], [[0.0, 0.0]]],
)
def test_what_is_no_mask(logits):
    assert _of(logits, [0]).mask is None


def test_few_rows_with_most_of_the_loss_are_named():
    logits, labels = (array.copy() for array in reference_set())
    assert _of(logits, labels).extreme_rows is None
    logits[[20, 700], labels[[20, 700]]] = -1e5
    extreme = _of(logits, labels).extreme_rows
    assert sorted(extreme.numbers) == [21, 701]
    assert 0.98 < extreme.share < 1


def test_infinite_losses_are_all_of_it():
    logits, labels = (array.copy() for array in reference_set())
    logits[5, labels[5]] = -math.inf
    assert _of(logits, labels).extreme_rows == ([6], 1.0)


def test_weights_of_rows_are_those_of_their_losses():
    logits, labels = (array.copy() for array in reference_set())
    logits[20, labels[20]] = -40.0
    w = np.ones(1000)
    assert _of(logits, labels).extreme_rows is None
    w[20] = 200.0
    halves = [
        Diagnosis.from_rows(logits[part], labels[part], np.arange(1000)[part], w[part])
        for part in (slice(500, None), slice(500))
    ]
    found = halves[0].merge(halves[1]).extreme_rows
    assert found.numbers == [21]
    assert found.share > 0.8
    # A heavy row that is not unlikely is none.
    w[20], w[21] = 1.0, 1e6
    assert Diagnosis.from_rows(logits, labels, np.arange(1000), w).extreme_rows is None


def test_many_rows_with_large_losses_are_not_few():
    logits, labels = (array.copy() for array in reference_set())
    logits[np.arange(300), labels[:300]] = -1e3
    extreme = _of(logits, labels).extreme_rows
    assert extreme is None or extreme.share > 0.5


@pytest.mark.parametrize("at", [1, 21, 500])
def test_halves_merged_equal_the_whole(at):
    logits, labels = (array.copy() for array in reference_set())
    logits[20, labels[20]] = -1e5
    logits[:, 3] = np.where((np.arange(1000) % 2 == 1) & (labels != 3), -7e8, logits[:, 3])
    numbers = np.arange(1000)
    whole, one, other = (
        Diagnosis.from_rows(logits[rows], labels[rows], numbers[rows])
        for rows in (slice(None), slice(at), slice(at, None))
    )
    merged = one.merge(other)
    assert (merged.mask, merged.rows) == (whole.mask, whole.rows)
    assert merged.extreme_rows.numbers == whole.extreme_rows.numbers
    assert merged.nll == pytest.approx(whole.nll, rel=1e-12)


def test_independent_classes_are_diagnosed_too():
    found = _of([[1.0, -1e5], [2.0, 0.0]], [[1, 1], [-1, 0]])
    assert found.nll == pytest.approx(1e5 + math.log1p(math.exp(-1)) + math.log(2), rel=1e-12)
