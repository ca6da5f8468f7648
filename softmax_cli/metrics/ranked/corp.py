"""Isotonic reliability curve, and scores decomposed by it (CORP).

Isotonic regression of the outcomes on the predictions needs no bins; with it a mean score is
miscalibration - discrimination + uncertainty: what recalibration gains, what the recalibrated
predictions gain over the base rate, and the score of the base rate (Dimitriadis, Gneiting &
Jordan, PNAS 118, 2021).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from softmax_cli.dataclass import dataclass
from softmax_cli.metrics.bins import Bins
from softmax_cli.metrics.noise_floor import NoiseFloor
from softmax_cli.metrics.ranked.predictions import RankedPredictions
from softmax_cli.metrics.significance.special_functions import special

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from softmax_cli.activations.exact import Floats

_DRAWS, _LEAST_DRAWS = 1000, 100
# Groups of neighboring predictions, few enough for a thousand regressions.
_GROUPS = 2000
# Draws of single predictions that show what grouping takes from the miscalibration: of many
# predictions, few draws are as exact.
_SINGLE_DRAWS, _SINGLE_PREDICTIONS = range(2, 11), 2_000_000
_SEED = 20210217


@dataclass(frozen=True)
class Decomposition:
    """A mean score: score = miscalibration - discrimination + uncertainty."""

    score: float
    miscalibration: float
    discrimination: float
    uncertainty: float


@dataclass(frozen=True)
class IsotonicCurve:
    """Isotonic regression of the outcomes of ranked predictions, in B blocks of equal rates.

    Attributes:
        ranked: the predictions, the smallest first.
        starts: index of the first of them of each block, shape (B,).
    """

    ranked: RankedPredictions
    starts: NDArray[np.intp]

    @classmethod
    def fit(cls, ranked: RankedPredictions) -> IsotonicCurve:
        """Fit the curve to predictions ranked from the largest, as all are."""
        from scipy.optimize import isotonic_regression

        rising = RankedPredictions(
            ranked.values[::-1], ranked.count[::-1], ranked.positives[::-1], ranked.exact
        )
        found = isotonic_regression(rising.positives / rising.count, weights=rising.count)
        return cls(rising, found.blocks[:-1])

    @property
    def bins(self) -> Bins:
        """The blocks as bins, K = 1."""
        ranked = self.ranked
        ends = np.append(self.starts[1:], len(ranked.values)) - 1
        columns = (
            ranked.values[self.starts],
            ranked.values[ends],
            self._sum(ranked.count),
            self._sum(ranked.values * ranked.count),
            self._sum(ranked.positives),
        )
        return Bins(*(column[None] for column in columns))

    def decompose_brier(self) -> Decomposition:
        """Decompose the mean squared error of the predictions."""
        ranked = self.ranked
        return self._decompose(
            _squares(ranked.values, ranked.count, ranked.positives), lambda p: p * (1.0 - p)
        )

    def decompose_log(self) -> Decomposition | None:
        """Decompose the mean negative log-likelihood; None for inexact predictions.

        The mean of a fine cell stands for many predictions, whose logarithms may be far apart.
        """
        ranked = self.ranked
        if not ranked.exact:
            return None
        return self._decompose(_logarithms(ranked.values, ranked.count, ranked.positives), _entropy)

    def _decompose(self, losses: Floats, entropy: Callable[[Floats], Floats]) -> Decomposition:
        count, positives = self._sum(self.ranked.count), self._sum(self.ranked.positives)
        rows = float(count.sum())
        score = float(losses.sum()) / rows
        fitted = float((count * entropy(positives / count)).sum()) / rows
        base = float(entropy(np.array(positives.sum() / rows)))
        return Decomposition(score, score - fitted, base - fitted, base)

    def _sum(self, values: Floats) -> Floats:
        return np.add.reduceat(values, self.starts)


def isotonic_bins(ranked: RankedPredictions) -> Bins:
    """Return the blocks of the curve, with the band that it lies in if calibrated (K = 1).

    The band holds the curve of a calibrated model at each prediction in 95% of samples.
    """
    bins = IsotonicCurve.fit(ranked).bins
    drawn = _Draws(ranked)
    low, high = np.quantile(drawn.curves(_DRAWS), (0.025, 0.975), axis=0)
    band = (np.interp(bins.mean_predicted, drawn.predicted, limit) for limit in (low, high))
    return Bins(
        bins.lower,
        bins.upper,
        bins.count,
        bins.predicted,
        bins.observed,
        band=(next(band), next(band)),
    )


def estimate_miscalibration_floors(tasks: Sequence[RankedPredictions]) -> dict[str, NoiseFloor]:
    """Estimate the miscalibration of calibrated predictions, averaged over tasks."""
    draws = max(_LEAST_DRAWS, _DRAWS // len(tasks))
    used = [task for task in tasks if len(task.values)]
    errors = np.mean([_Draws(task).miscalibrations(draws) for task in used], axis=0)
    return {
        name: NoiseFloor.from_draws(values)
        for name, values in zip(("mcb_brier", "mcb_log"), errors, strict=True)
    }


class _Draws:
    """Groups of neighboring predictions, the smallest first, and outcomes drawn from them."""

    def __init__(self, ranked: RankedPredictions) -> None:
        self._values, self._each = ranked.values[::-1], ranked.count[::-1]
        ends = self._each.cumsum()
        group = ((ends - self._each / 2) * _GROUPS / ends[-1]).astype(np.intp)
        every = np.arange(len(group))
        few = len(group) <= _GROUPS
        self._starts = every if few else np.flatnonzero(np.diff(group, prepend=-1))
        self._count = self._sum(self._each)
        self.predicted = np.clip(self._sum(self._values * self._each) / self._count, 0.0, 1.0)

    def curves(self, draws: int) -> Floats:
        """Return the drawn curves at each group, shape (draws, groups)."""
        return self._regress(self._draw(draws))

    def miscalibrations(self, draws: int) -> Floats:
        """Return the miscalibrations of drawn outcomes by both scores, shape (2, draws)."""
        positives = self._draw(draws)
        errors = self._gains(positives, self._regress(positives))
        return errors if len(self._starts) == len(self._each) else errors + self._correction()

    def _draw(self, draws: int) -> Floats:
        rng = np.random.default_rng(_SEED)
        whole = np.rint(self._count).astype(np.int64)
        return rng.binomial(whole, self.predicted, (draws, len(whole))).astype(np.float64)

    def _regress(self, positives: Floats) -> Floats:
        return np.array([_isotonic(each, self._count) for each in positives])

    def _gains(self, positives: Floats, curves: Floats) -> Floats:
        return np.array([
            (loss(self.predicted, self._count, positives) - loss(curves, self._count, positives))
            .sum(-1) / self._count.sum()
            for loss in (_squares, _logarithms)
        ])  # fmt: skip

    def _correction(self) -> Floats:
        """Return the mean of what single predictions add to both miscalibrations, shape (2, 1).

        The same outcomes are taken one by one and in groups: their difference varies little.
        """
        rng, added = np.random.default_rng(_SEED + 1), np.zeros((2, 1))
        values, each = np.clip(self._values, 0.0, 1.0), self._each
        whole = np.rint(each).astype(np.int64)
        once = bool((each == 1.0).all())
        draws = min(max(_SINGLE_DRAWS[0], _SINGLE_PREDICTIONS // len(each)), _SINGLE_DRAWS[-1])
        for _ in range(draws):
            drawn = rng.random(len(values)) < values if once else rng.binomial(whole, values)
            positives = drawn.astype(np.float64)
            curve, grouped = _isotonic(positives, each), self._sum(positives)
            single = [
                (loss(values, each, positives) - loss(curve, each, positives)).sum() / each.sum()
                for loss in (_squares, _logarithms)
            ]
            together = self._gains(grouped, _isotonic(grouped, self._count))
            added += (np.array(single) - together)[:, None]
        return added / draws

    def _sum(self, values: Floats) -> Floats:
        return np.add.reduceat(values, self._starts)


def _isotonic(positives: Floats, count: Floats) -> Floats:
    from scipy.optimize import isotonic_regression

    return np.asarray(isotonic_regression(positives / count, weights=count).x)


def _squares(predicted: Floats, count: Floats, positives: Floats) -> Floats:
    """Return the sum of squared errors of rows with equal predictions."""
    return np.asarray(
        positives * (1.0 - predicted) ** 2 + (count - positives) * predicted**2, np.float64
    )


def _logarithms(predicted: Floats, count: Floats, positives: Floats) -> Floats:
    """Return the sum of negative log-likelihoods of rows with equal predictions."""
    right = special().xlogy(positives, predicted)
    return np.asarray(-right - special().xlog1py(count - positives, -predicted))


def _entropy(p: Floats) -> Floats:
    return np.asarray(-special().xlogy(p, p) - special().xlog1py(1.0 - p, -p))
