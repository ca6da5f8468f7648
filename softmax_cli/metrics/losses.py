"""Standard errors of the losses, top-k accuracy, and what the base rates alone achieve."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from softmax_cli.activations.exact import Floats
from softmax_cli.dataclass import dataclass
from softmax_cli.metrics.statistics import Mergeable

if TYPE_CHECKING:
    from softmax_cli.metrics.outcomes import Outcomes
    from softmax_cli.metrics.score_tests import ScoreSums

TOP_K = (2, 5)


@dataclass(frozen=True)
class LossSums(Mergeable):
    """Sums over N rows with weights w; a loss of a row is its mean over labeled classes.

    Attributes:
        rows: N.
        weights: sum of w.
        squares: sum of w^2.
        nll: sums of w x, w^2 x and w^2 x^2 of the NLL, shape (3,).
        brier: those of the Brier score.
        correct: those of the accuracy.
        top: sum of w over rows whose label is among the top k, for each of TOP_K.
    """

    rows: int
    weights: float
    squares: float
    nll: Floats
    brier: Floats
    correct: Floats
    top: Floats | None

    @classmethod
    def from_outcomes(cls, outcomes: Outcomes) -> LossSums:
        """Sum over one chunk."""
        rows, w = len(outcomes.predicted), outcomes.weights
        total, squares = (rows, rows) if w is None else (w.sum(), (w * w).sum())
        nll, brier, correct = (
            _moments(row_loss(outcomes, name), w) for name in ("nll", "brier", "correct")
        )
        top = _top(outcomes, w, float(total))
        return cls(rows, float(total), float(squares), nll, brier, correct, top)

    @property
    def effective_rows(self) -> float:
        """(sum w)^2 / sum w^2: the number of rows if all weights are 1."""
        return self.weights**2 / self.squares

    def standard_error(self, name: str) -> float:
        """Return the standard error of the mean "nll", "brier" or "correct"; NaN for 1 row."""
        once, square, squares = getattr(self, name).tolist()
        rows = self.effective_rows
        if not np.isfinite(squares) or rows <= 1:
            return float("nan")
        mean = once / self.weights
        total = max(squares - 2.0 * mean * square + mean * mean * self.squares, 0.0)
        return float(np.sqrt(total * rows / (rows - 1.0)) / self.weights)


def row_loss(outcomes: Outcomes, name: str) -> Floats:
    """Return a loss of each row, shape (N,): its mean over the classes with a label."""
    values: Floats = getattr(outcomes, name)
    if values.shape[1] == 1:
        return values[:, 0].astype(np.float64)
    counted = outcomes.counted
    return np.asarray(np.where(counted, values, 0.0).sum(1) / np.maximum(counted.sum(1), 1))


def base_rate_nll(scores: ScoreSums, *, exclusive: bool) -> Floats:
    """Return the NLL of predicting the base rates for every row, shape (K,)."""
    rates = scores.base_rates
    terms = _entropy(rates)
    return np.array([terms.sum()]) if exclusive else terms + _entropy(1.0 - rates)


def base_rate_brier(scores: ScoreSums, *, exclusive: bool) -> Floats:
    """Return the Brier score of predicting the base rates for every row, shape (K,)."""
    rates = scores.base_rates
    return np.array([1.0 - (rates**2).sum()]) if exclusive else rates * (1.0 - rates)


def base_rate_accuracy(scores: ScoreSums, *, exclusive: bool) -> Floats:
    """Return the accuracy of always predicting the most frequent class, shape (K,)."""
    rates = scores.base_rates
    return np.array([rates.max()]) if exclusive else np.maximum(rates, 1.0 - rates)


def _entropy(rates: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(rates > 0, -rates * np.log(rates), rates * 0.0)


def _moments(values: Floats, weights: Floats | None) -> Floats:
    # Sums, as a product of vectors starts threads of BLAS within ours.
    if weights is None:
        total = values.sum()
        return np.array([total, total, (values * values).sum()])
    weighted = weights * values
    return np.array([weighted.sum(), (weights * weighted).sum(), (weighted * weighted).sum()])


def _top(outcomes: Outcomes, weights: Floats | None, total: float) -> Floats | None:
    """Sum the weights of rows whose label is among the top k; None for independent classes.

    A label that ties with others has the middle of their ranks.
    """
    labels = outcomes.labels
    if labels is None:
        return None
    # Classes first, so that numpy adds long rows for few classes.
    p = outcomes.probabilities.T
    own = np.take_along_axis(p, labels[None, :].astype(np.intp), 0)
    small = np.int8 if len(p) < 128 else np.int32
    above = (p > own).view(np.int8).sum(0, dtype=small)
    level = (p >= own).view(np.int8).sum(0, dtype=small)
    rank = np.where(outcomes.correct[:, 0], 0.0, (above.astype(np.float64) + level - 1.0) / 2.0)
    missed = (rank >= k for k in TOP_K)
    if weights is None:
        return total - np.array([np.count_nonzero(rows) for rows in missed], np.float64)
    return total - np.array([weights[rows].sum() for rows in missed])
