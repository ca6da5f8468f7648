"""Validation of probabilities, logits, labels and weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from softmax_cli.activations.scales import describe_invalid_input, normalize

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from softmax_cli.activations.exact import Floats
    from softmax_cli.metrics.outcomes import Flags, Labels


# Values per chunk, so that memory does not grow with the number of rows.
_BLOCK = 1 << 18
LEAST_WEIGHT, MOST_WEIGHT = 1e-100, 1e100
WEIGHT_RANGE = "from 1e-100 to 1e100 unless 0"


def row_slices(shape: Sequence[int]) -> Iterator[slice]:
    """Return slices of rows with a bounded number of values each."""
    step = max(1, _BLOCK // shape[1])
    return (slice(start, start + step) for start in range(0, shape[0], step))


def class_labels(labels: ArrayLike, shape: Sequence[int]) -> Labels:
    """Return labels as indices of `shape[1]` classes, -1 if missing; ValueError if invalid."""
    array = np.asarray(labels)
    if array.shape != (shape[0],):
        raise ValueError(f"labels have shape {array.shape}, not ({shape[0]},)")
    missing = np.isin(array, (-1, -100))
    if array.dtype.kind == "f":
        missing |= np.isnan(array)
        array = np.where(missing, -1, array)
    invalid = ~missing & ((array != np.floor(array)) | (array < 0) | (array >= shape[1]))
    if invalid.any():
        row = int(invalid.argmax())
        raise ValueError(f"label {array[row]} in row {row} is not in 0..{shape[1] - 1}")
    return np.where(missing, -1, array).astype(np.int32)


def binary_labels(labels: ArrayLike, shape: Sequence[int]) -> Labels:
    """Return labels of independent classes: 1, 0, or -1 if missing; ValueError if invalid."""
    array = np.asarray(labels, np.float64)
    array = array.reshape(-1, 1) if array.ndim == 1 and shape[1] == 1 else array
    if array.shape != tuple(shape):
        raise ValueError(f"labels have shape {array.shape}, not {tuple(shape)}")
    missing = np.isnan(array) | np.isin(array, (-1, -100))
    if not (missing | np.isin(array, (0, 1))).all():
        raise ValueError("labels of independent classes must be 0 or 1")
    return np.where(missing, -1, array).astype(np.int8)


def contradicted_labels(logits: Floats, labels: Labels, *, exclusive: bool) -> Flags:
    """Return True for each row, shape (N,), with an infinite logit that rules out its label.

    For exclusive classes, the label is masked with -inf; for independent ones, the logit of
    a positive is -inf or that of a negative +inf.
    """
    if exclusive:
        return (labels >= 0) & np.isneginf(logits[np.arange(len(labels)), labels])
    contradicts = np.isinf(logits) & (labels >= 0) & ((logits > 0) != (labels == 1))
    return np.asarray(contradicts.any(1))


def invalid_weights(weights: Floats) -> Flags:
    """Return True for each weight, shape (N,), that is not 0 or of a usual size.

    The squares of others, and their sums, do not fit a float64.
    """
    usual = (weights >= LEAST_WEIGHT) & (weights <= MOST_WEIGHT)
    return np.asarray(~usual & (weights != 0))


def row_weights(weights: ArrayLike, rows: int) -> Floats:
    """Return weights as an array of shape (N,); ValueError for anything else."""
    values = np.asarray(weights, np.float64)
    if values.shape != (rows,):
        raise ValueError(f"weights have shape {values.shape}, not ({rows},)")
    if invalid_weights(values).any():
        raise ValueError(f"weights must be finite numbers >= 0, {WEIGHT_RANGE}")
    if not values.any():
        raise ValueError("every weight is 0")
    return values


def probability_rows(probabilities: ArrayLike, *, exclusive: bool) -> Floats:
    """Return probabilities as an array of shape (N, C); ValueError for anything else."""
    values = np.asarray(probabilities, np.float64)
    values = values.reshape(-1, 1) if values.ndim == 1 and not exclusive else values
    if values.ndim != 2 or not values.size:
        raise ValueError(f"probabilities have shape {values.shape}, not (N, C)")
    normalized = normalize(values, "probabilities", exclusive=exclusive)
    invalid = np.isnan(normalized).any(1)
    if invalid.any():
        row = int(invalid.argmax())
        reason = describe_invalid_input(values[row], "probabilities", exclusive=exclusive)
        raise ValueError(f"row {row}: {reason or 'a probability is NaN'}")
    return normalized
