"""Differences between models on the same rows."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from softmax_cli.activations.exact import Floats
from softmax_cli.dataclass import dataclass
from softmax_cli.metrics.labeled_rows import labeled_rows
from softmax_cli.metrics.losses import row_loss
from softmax_cli.metrics.significance.special_functions import special
from softmax_cli.metrics.statistics import Z_95, Mergeable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from softmax_cli.metrics.outcomes import Outcomes

LOSSES = ("nll", "brier", "correct")


@dataclass(frozen=True)
class RowLosses:
    """NLL, Brier score and accuracy of N rows, shape (3, N), and their weights, if any."""

    values: Floats
    weights: Floats | None = None

    @classmethod
    def from_outcomes(cls, outcomes: Outcomes) -> RowLosses:
        """Return the losses of the rows of a chunk."""
        return cls(np.array([row_loss(outcomes, name) for name in LOSSES]), outcomes.weights)

    def select(self, kept: NDArray[np.bool_]) -> RowLosses:
        """Return the rows for which `kept`, of shape (N,), is true."""
        weights = None if self.weights is None else self.weights[kept]
        return RowLosses(self.values[:, kept], weights)


@dataclass(frozen=True)
class PairedSums(Mergeable):
    """Sums over N rows of the differences d of a model to the first, with weights w.

    Attributes:
        rows: N.
        weights: sum of w.
        squares: sum of w^2.
        sums: sums of w d, w^2 d and w^2 d^2 for each of LOSSES, shape (3, 3).
        only_first: rows that only the first predicts correctly.
        only_other: rows that only the model predicts correctly.
    """

    rows: int
    weights: float
    squares: float
    sums: Floats
    only_first: int
    only_other: int

    @classmethod
    def from_rows(cls, first: RowLosses, other: RowLosses) -> PairedSums:
        """Sum over rows in the same order."""
        with np.errstate(invalid="ignore"):
            d = other.values - first.values
        # Where both are infinite, the label has probability 0 under both.
        d[np.isnan(d)] = 0.0
        w = np.ones(d.shape[1]) if first.weights is None else first.weights
        sums = np.array([(w * d).sum(1), (w * w * d).sum(1), (w * w * d * d).sum(1)]).T
        return cls(
            d.shape[1],
            float(w.sum()),
            float((w * w).sum()),
            sums,
            int((d[2] < 0).sum()),
            int((d[2] > 0).sum()),
        )


@dataclass(frozen=True)
class Difference:
    """Mean of a paired difference and its standard error."""

    mean: float
    standard_error: float

    @property
    def ci_95(self) -> tuple[float, float]:
        """Its 95% confidence interval."""
        half = Z_95 * self.standard_error
        return self.mean - half, self.mean + half


@dataclass(frozen=True)
class PairedComparison:
    """A model minus the first, on the same rows.

    Attributes:
        rows: number of rows.
        nll: difference of the NLL; negative if the model is better.
        brier: difference of the Brier score.
        accuracy: difference of the accuracy; positive if the model is better.
        only_first: rows that only the first predicts correctly.
        only_other: rows that only the model predicts correctly.
        mcnemar_p: p-value of McNemar's exact test of equal accuracy.
    """

    rows: int
    nll: Difference
    brier: Difference
    accuracy: Difference
    only_first: int
    only_other: int
    mcnemar_p: float

    @classmethod
    def from_sums(cls, sums: PairedSums) -> PairedComparison:
        """Return the comparison that sums over all rows give."""
        nll, brier, accuracy = (_difference(sums, row) for row in sums.sums.tolist())
        first, other = sums.only_first, sums.only_other
        return cls(sums.rows, nll, brier, accuracy, first, other, mcnemar(first, other))


def mcnemar(only_first: int, only_other: int) -> float:
    """Return the p-value of McNemar's exact test: 1 if the models differ in no row."""
    total = only_first + only_other
    if not total:
        return 1.0
    return min(1.0, 2.0 * float(special().bdtr(min(only_first, only_other), total, 0.5)))


def compare_models(
    models: Sequence[ArrayLike],
    labels: ArrayLike,
    *,
    activation: str = "softmax",
    weights: ArrayLike | None = None,
) -> list[PairedComparison]:
    """Compare the probabilities of several models for the same labeled rows.

    Args:
        models: probabilities of each model, as for `evaluate`.
        labels: labels of the rows, as for `evaluate`.
        activation: "softmax" for mutually exclusive classes, "sigmoid" for independent ones.
        weights: shape (N,), weights of the rows; all 1 if None.

    Returns:
        The difference of each further model to the first, with 95% confidence intervals.

    Raises:
        ValueError: fewer than two models, or as for `evaluate`.

    >>> first, second = [[0.9, 0.1], [0.6, 0.4]], [[0.8, 0.2], [0.3, 0.7]]
    >>> comparison = compare_models([first, second], [0, 1])[0]
    >>> comparison.only_other, comparison.accuracy.mean
    (1, 0.5)
    """
    if len(models) < 2:
        raise ValueError("at least two models are needed")
    losses = [
        [RowLosses.from_outcomes(outcomes) for _, outcomes in rows.chunks()]
        for rows in (labeled_rows(p, labels, activation, weights) for p in models)
    ]
    if len({tuple(chunk.values.shape[1] for chunk in model) for model in losses}) > 1:
        raise ValueError("models differ in the number of classes")
    first, *others = losses
    sums = (map(PairedSums.from_rows, first, other) for other in others)
    return [PairedComparison.from_sums(reduce(PairedSums.merge, each)) for each in sums]


def _difference(sums: PairedSums, moments: Sequence[float]) -> Difference:
    once, square, squares = moments
    mean = once / sums.weights
    rows = sums.weights**2 / sums.squares
    if not np.isfinite(squares) or rows <= 1:
        return Difference(mean, float("nan"))
    total = max(squares - 2.0 * mean * square + mean * mean * sums.squares, 0.0)
    return Difference(mean, float(np.sqrt(total * rows / (rows - 1.0)) / sums.weights))
