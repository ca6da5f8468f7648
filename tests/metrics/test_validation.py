"""Validation of arrays: labels, probabilities, and slices of rows."""

import math

import numpy as np
import pytest

from softmax_cli.metrics import validation
from softmax_cli.metrics.validation import (
    binary_labels,
    class_labels,
    contradicted_labels,
    probability_rows,
    row_slices,
)
from tests.each import each

INF, NAN = math.inf, math.nan


@pytest.mark.parametrize("block", [1, 6, 1 << 18])
def test_slices_cover_all_rows_in_order(monkeypatch, block):
    monkeypatch.setattr(validation, "_BLOCK", block)
    rows = np.arange(10)
    assert np.concatenate([rows[part] for part in row_slices((10, 3))]).tolist() == rows.tolist()


@pytest.mark.parametrize(
    "labels",
    [[2, -1, 0, -100], [2.0, NAN, 0.0, -1.0], np.array([2, -1, 0, -100], "i1"), [2.0, NAN, 0, NAN]],
)
def test_class_labels_are_indices_or_missing(labels):
    found = class_labels(labels, (4, 3))
    assert found.tolist() == [2, -1, 0, -1]
    assert found.dtype == np.int32


@each(
    ("labels", "message"),
    [
        ([0, 3], "label 3 in row 1 is not in 0..2"),
        ([0, -2], "label -2 in row 1"),
        ([0.0, 0.5], "label 0.5 in row 1"),
        ([0.0, INF], "label inf in row 1"),
        ([0], r"labels have shape \(1,\), not \(2,\)"),
        ([[0, 1]], r"labels have shape \(1, 2\), not \(2,\)"),
    ],
)
def test_other_class_labels_are_errors(labels, message):
    with pytest.raises(ValueError, match=message):
        class_labels(labels, (2, 3))


@pytest.mark.parametrize(
    ("labels", "shape", "expected"),
    [
        ([[1, 0], [-1, NAN]], (2, 2), [[1, 0], [-1, -1]]),
        ([[True, False]], (1, 2), [[1, 0]]),
        ([1, 0, -100], (3, 1), [[1], [0], [-1]]),
        ([[1], [0]], (2, 1), [[1], [0]]),
    ],
)
def test_binary_labels_are_1_or_0_or_missing(labels, shape, expected):
    found = binary_labels(labels, shape)
    assert found.tolist() == expected
    assert found.dtype == np.int8


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([[1, 2]], "must be 0 or 1"),
        ([[0.5, 1]], "must be 0 or 1"),
        ([1, 0], r"labels have shape \(2,\), not \(1, 2\)"),
        ([[1, 0]] * 2, r"labels have shape \(2, 2\)"),
    ],
)
def test_other_binary_labels_are_errors(labels, message):
    with pytest.raises(ValueError, match=message):
        binary_labels(labels, (1, 2))


@pytest.mark.parametrize(
    ("logits", "label", "expected"),
    [
        ([0, -INF], 1, True),
        ([0, -INF], 0, False),
        ([0, -INF], -1, False),
        ([0, -1e308], 1, False),
    ],
)
def test_a_masked_class_contradicts_its_label(logits, label, expected):
    found = contradicted_labels(np.array([logits]), np.array([label]), exclusive=True)
    assert found.tolist() == [expected]


@each(
    ("logit", "label", "expected"),
    [(INF, 0, True), (INF, 1, False), (-INF, 1, True), (-INF, 0, False), (INF, -1, False),
     (1e308, 0, False)],
)  # fmt: skip
def test_an_infinite_logit_contradicts_the_other_label(logit, label, expected):
    logits, labels = np.array([[0.0, logit]]), np.array([[1, label]])
    assert contradicted_labels(logits, labels, exclusive=False).tolist() == [expected]


@each(
    ("values", "exclusive", "expected"),
    [
        ([[0.25, 0.75]], True, [[0.25, 0.75]]),
        ([[0.25, 0.76]], True, [[0.25 / 1.01, 0.76 / 1.01]]),
        ([[1.0 + 1e-12, 0.0]], True, [[1.0, 0.0]]),
        ([[0.9, 0.9]], False, [[0.9, 0.9]]),
        ([[1.0 + 1e-12, -1e-12]], False, [[1.0, 0.0]]),
        ([0.9, 0.1], False, [[0.9], [0.1]]),
    ],
)
def test_probabilities_are_rows_without_rounding_errors(values, exclusive, expected):
    np.testing.assert_allclose(probability_rows(values, exclusive=exclusive), expected, rtol=1e-15)


@pytest.mark.parametrize(
    ("values", "exclusive", "message"),
    [
        ([[0.5, 0.5], [0.5, 0.6]], True, "row 1: probabilities sum to 1.1, not 1"),
        ([[0.5, 1.5]], False, r"row 0: 1.5 is outside \[0, 1\]"),
        ([[0.5, NAN]], True, "row 0: a probability is NaN"),
        ([0.5, 0.5], True, r"probabilities have shape \(2,\), not \(N, C\)"),
        (np.zeros((0, 2)), True, r"probabilities have shape \(0, 2\)"),
    ],
)
def test_other_probabilities_are_errors(values, exclusive, message):
    with pytest.raises(ValueError, match=message):
        probability_rows(values, exclusive=exclusive)
