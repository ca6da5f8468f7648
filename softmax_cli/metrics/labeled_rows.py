"""Validated arrays of labeled probabilities, in chunks of outcomes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from softmax_cli.activations.exact import Floats
from softmax_cli.dataclass import dataclass
from softmax_cli.metrics.outcomes import Outcomes, binary_outcomes, top_label_outcomes
from softmax_cli.metrics.validation import (
    binary_labels,
    class_labels,
    probability_rows,
    row_slices,
    row_weights,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from softmax_cli.metrics.outcomes import Flags, Labels


@dataclass(frozen=True)
class LabeledRows:
    """Labeled rows of positive weight.

    Attributes:
        values: probabilities, shape (N, C).
        labels: shape (N,) or (N, C).
        weights: shape (N,), or None if all are 1.
        kept: which of the given rows these are.
        unlabeled: how many have no label.
    """

    values: Floats
    labels: Labels
    weights: Floats | None
    kept: Flags
    unlabeled: int

    def chunks(self) -> Iterator[tuple[slice, Outcomes]]:
        """Yield the outcomes of some rows at a time."""
        to_outcomes = top_label_outcomes if self.labels.ndim == 1 else binary_outcomes
        for rows in row_slices(self.values.shape):
            outcomes = to_outcomes(self.values[rows], self.labels[rows])
            if self.weights is not None:
                outcomes = replace(outcomes, weights=self.weights[rows])
            yield rows, outcomes

    def select(self, column: ArrayLike, name: str) -> NDArray[Any]:
        """Return these rows of a column given for all; ValueError for another length."""
        values = np.asarray(column)
        if values.shape != self.kept.shape:
            raise ValueError(f"{name} have shape {values.shape}, not {self.kept.shape}")
        return values[self.kept]


def labeled_rows(
    probabilities: ArrayLike, labels: ArrayLike, activation: str, weights: ArrayLike | None = None
) -> LabeledRows:
    """Return validated rows with a label; ValueError for anything else."""
    if activation not in ("softmax", "sigmoid"):
        raise ValueError("activation must be softmax or sigmoid")
    exclusive = activation == "softmax"
    values = probability_rows(probabilities, exclusive=exclusive)
    encoded = (class_labels if exclusive else binary_labels)(labels, values.shape)
    labeled = np.asarray(encoded >= 0 if exclusive else (encoded >= 0).any(1))
    unlabeled = int((~labeled).sum())
    own = None if weights is None else row_weights(weights, len(values))
    if own is not None:
        labeled &= own > 0
        own = own[labeled]
    if not labeled.any():
        raise ValueError("no labeled rows")
    return LabeledRows(values[labeled], encoded[labeled], own, labeled, unlabeled)
