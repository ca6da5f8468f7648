"""Checks of arrays of probabilities and labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from softmax_cli.activations.exact import Floats
    from softmax_cli.metrics.outcomes import Labels


# Values worked on at a time, so that memory does not grow with the rows.
_BLOCK = 1 << 18


def row_slices(shape: Sequence[int]) -> Iterator[slice]:
    """Slices of rows with a bounded number of values each."""
    step = max(1, _BLOCK // shape[1])
    return (slice(start, start + step) for start in range(0, shape[0], step))


def class_labels(labels: ArrayLike, shape: Sequence[int]) -> Labels:
    """Labels as indices of `shape[1]` classes, -1 for a missing one; ValueError for others."""
    array = np.asarray(labels)
    if array.shape != (shape[0],):
        raise ValueError(f"labels have shape {array.shape}, not ({shape[0]},)")
    missing = np.isin(array, (-1, -100))
    if array.dtype.kind == "f":
        missing |= np.isnan(array)
        array = np.where(missing, -1, array)
    wrong = ~missing & ((array != np.floor(array)) | (array < 0) | (array >= shape[1]))
    if wrong.any():
        row = int(wrong.argmax())
        raise ValueError(f"label {array[row]} in row {row} is no class from 0 to {shape[1] - 1}")
    return np.where(missing, -1, array).astype(np.int32)


def binary_labels(labels: ArrayLike, shape: Sequence[int]) -> Labels:
    """Labels of independent classes: 1, 0, and -1 for a missing one; ValueError for others."""
    array = np.asarray(labels, np.float64)
    array = array.reshape(-1, 1) if array.ndim == 1 and shape[1] == 1 else array
    if array.shape != tuple(shape):
        raise ValueError(f"labels have shape {array.shape}, not {tuple(shape)}")
    missing = np.isnan(array) | np.isin(array, (-1, -100))
    if not (missing | np.isin(array, (0, 1))).all():
        raise ValueError("labels of independent classes are 1 for yes and 0 for no")
    return np.where(missing, -1, array).astype(np.int8)


def probability_rows(probabilities: ArrayLike, *, exclusive: bool) -> Floats:
    """Return probabilities as an array of shape (N, C); ValueError for anything else."""
    values = np.asarray(probabilities, np.float64)
    values = values.reshape(-1, 1) if values.ndim == 1 and not exclusive else values
    if values.ndim != 2 or not values.size:
        raise ValueError(f"probabilities have shape {values.shape}, not (N, C)")
    if not ((values >= 0) & (values <= 1)).all():
        raise ValueError("a probability is from 0 to 1")
    if exclusive and (np.abs(values.sum(1) - 1) > 0.01).any():
        raise ValueError("probabilities of classes that exclude each other sum to 1")
    return values
