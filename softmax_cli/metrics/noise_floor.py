"""Noise floor: the calibration error of a perfectly calibrated model.

Outcomes are drawn from the predictions themselves (consistency resampling, Bröcker & Smith
2007). Rows in one fine cell have nearly equal predictions, so their number of positives is
binomial, and the cost does not grow with the number of rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from typing import TYPE_CHECKING

import numpy as np

from softmax_cli.activations.exact import Floats
from softmax_cli.dataclass import dataclass
from softmax_cli.metrics.significance.special_functions import special

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from softmax_cli.metrics.statistics import Classwise, Histogram

_DRAWS = 1000
_LEAST_DRAWS = 100
_MOST_BINOMIALS = 4_000_000
_BATCH = 1 << 18
# Cells per bin that are drawn, if the histogram has a multiple of them.
_CELLS = 20
_FEW = 6
_SEED = 20170806


@dataclass(frozen=True)
class NoiseFloor:
    """Mean and 95th percentile of an error of outcomes drawn from the predictions."""

    mean: float
    upper: float
    draws: Floats = field(repr=False, compare=False)

    @classmethod
    def from_draws(cls, draws: Floats) -> NoiseFloor:
        """Summarize the errors of drawn outcomes."""
        return cls(float(draws.mean()), float(np.quantile(draws, 0.95)), draws)

    def p_value(self, error: float) -> float:
        """Return the share of calibrated models with at least this error."""
        return float((1 + np.count_nonzero(self.draws >= error)) / (1 + len(self.draws)))


def estimate_noise_floor(cells: Histogram, bins: int, seed: int = _SEED) -> NoiseFloor:
    """Estimate the ECE of calibrated predictions, averaged over the K tasks."""
    drawn = _Draws(cells, bins)
    return NoiseFloor.from_draws(
        np.concatenate([drawn.expected_errors(gaps) for gaps in drawn.gaps(seed)])
    )


def estimate_noise_floors(cells: Histogram, bins: int, seed: int = _SEED) -> dict[str, NoiseFloor]:
    """Estimate the errors of calibrated predictions: "ece", "mce" and "l2" of METRICS."""
    drawn = _Draws(cells, bins)
    parts = [drawn.errors(gaps) for gaps in drawn.gaps(seed)]
    errors = (np.concatenate(part) for part in zip(*parts, strict=True))
    return dict(zip(("ece", "mce", "l2"), map(NoiseFloor.from_draws, errors), strict=True))


def estimate_task_noise_floors(cells: Histogram, bins: int) -> tuple[Floats, ...]:
    """Return the mean and the 95th percentile of the ECE of each task, shape (K,) each."""
    drawn = _Draws(cells, bins)
    errors = np.concatenate([drawn.task_errors(gaps) for gaps in drawn.gaps(_SEED)])
    return errors.mean(0), np.quantile(errors, 0.95, axis=0)


def estimate_classwise_noise_floor(classwise: Classwise, seed: int = _SEED) -> NoiseFloor:
    """Estimate the classwise ECE of calibrated predictions of exclusive classes."""
    # Two classes mirror each other: the gaps of the second are those of the first.
    classes = 1 if len(classwise.count) == 2 else len(classwise.count)
    used = classwise.count[:classes] > 0
    count, predicted = classwise.count[:classes][used], classwise.predicted[:classes][used]
    squares = None if classwise.squares is None else classwise.squares[:classes][used]
    rows = classwise.count[0].sum() * classes
    if len(count) > _MOST_BINOMIALS // _DRAWS:
        return _normal_floor(count, predicted, squares, rows)
    draws = (np.abs(gaps).sum(0) for gaps in _draw_gaps(count, predicted, squares, seed))
    return NoiseFloor.from_draws(np.concatenate(list(draws)) / rows)


class _Draws:
    """The cells with rows, and where the bins of each task begin among them."""

    def __init__(self, cells: Histogram, bins: int) -> None:
        cells = _coarsen(cells, bins)
        self._tasks, width = cells.count.shape
        used = np.flatnonzero(cells.count)
        self._count, self._predicted = cells.count.ravel()[used], cells.predicted.ravel()[used]
        self._squares = None if cells.squares is None else cells.squares.ravel()[used]
        bin_of = used // (width // bins)
        self._starts = np.flatnonzero(np.diff(bin_of, prepend=-1))
        self._task = bin_of[self._starts] // bins
        self._task_starts = np.flatnonzero(np.diff(self._task, prepend=-1))
        self._sizes = self._sum(self._count)
        self._effective = self._sizes
        if self._squares is not None:
            self._effective = self._sizes**2 / self._sum(self._squares)
        self._mean = self._sum(self._predicted)
        self._rows = cells.count.sum(1)

    def gaps(self, seed: int) -> Iterator[Floats]:
        """Yield gaps of the bins with rows, shape (bins, draws)."""
        for gaps in _draw_gaps(self._count, self._predicted, self._squares, seed):
            yield np.add.reduceat(gaps, self._starts, axis=0)

    def expected_errors(self, gaps: Floats) -> Floats:
        """Return the ECE of each draw, averaged over the tasks."""
        weights = 1.0 / (self._rows[self._task] * np.count_nonzero(self._rows))
        return np.asarray(weights @ np.abs(gaps))

    def errors(self, gaps: Floats) -> tuple[Floats, ...]:
        """Return the ECE and L2 error, averaged over the tasks, and the MCE of each draw."""
        sizes = self._sizes[:, None]
        rate = np.clip((self._mean[:, None] + gaps) / sizes, 0.0, 1.0)
        enough = self._effective >= 2
        noise = rate * (1.0 - rate) / np.where(enough, self._effective - 1.0, 1.0)[:, None]
        squares = np.where(enough[:, None], sizes * ((gaps / sizes) ** 2 - noise), 0.0)
        total = np.add.reduceat(squares, self._task_starts, axis=0)
        total /= self._rows[self._task[self._task_starts], None]
        return (
            self.expected_errors(gaps),
            np.abs(gaps / sizes).max(0),
            np.sqrt(np.maximum(total, 0.0)).mean(0),
        )

    def task_errors(self, gaps: Floats) -> Floats:
        """Return the ECE of each task, shape (draws, K); NaN for a task without rows."""
        totals = np.add.reduceat(np.abs(gaps), self._task_starts, axis=0)
        errors = np.full((gaps.shape[1], self._tasks), np.nan)
        errors[:, self._task[self._task_starts]] = totals.T
        return np.asarray(errors / np.where(self._rows > 0, self._rows, 1))

    def _sum(self, values: NDArray[np.int64] | Floats) -> Floats:
        return np.add.reduceat(values.astype(np.float64), self._starts)


def _coarsen(cells: Histogram, bins: int) -> Histogram:
    """Return cells that are still narrow, but of which fewer need to be drawn."""
    tasks, width = cells.count.shape
    if width // bins % _CELLS:
        return cells
    shape = (tasks, bins * _CELLS, width // bins // _CELLS)
    return cells.apply(lambda values: values.reshape(shape).sum(2))


def _draw_gaps(
    count: NDArray[np.int64] | Floats, predicted: Floats, squares: Floats | None, seed: int
) -> Iterator[Floats]:
    """Yield drawn positives minus predictions of each cell, shape (cells, draws), in batches.

    Weighted rows of a cell count as as many equal ones as are effective.
    """
    rows = count if squares is None else np.maximum(np.rint(count**2 / squares), 1.0)
    scale = None if squares is None else count / rows
    whole = np.asarray(rows).astype(np.int64)
    share = np.clip(predicted / count, 0.0, 1.0)
    rng = np.random.default_rng(seed)
    left = max(_LEAST_DRAWS, min(_DRAWS, _MOST_BINOMIALS // max(1, len(count))))
    while left:
        batch = min(left, max(1, _BATCH // max(1, len(count))))
        drawn = _draw_positives(rng, whole, share, batch)
        yield (drawn if scale is None else drawn * scale[:, None]) - predicted[:, None]
        left -= batch


def _draw_positives(
    rng: np.random.Generator, rows: NDArray[np.int64], share: Floats, draws: int
) -> NDArray[np.int64]:
    """Draw the number of positives of each cell, shape (cells, draws).

    A cell's draws are next to each other, so that the generator prepares each binomial once.
    """
    drawn = np.zeros((len(rows), draws), np.int64)
    # So few rows are drawn one by one, in less time than a binomial.
    few = rows <= _FEW
    for k in range(_FEW):
        cells = few & (rows > k)
        drawn[cells] += rng.random((np.count_nonzero(cells), draws)) < share[cells, None]
    many = (np.count_nonzero(~few), draws)
    drawn[~few] = rng.binomial(rows[~few, None], share[~few, None], many)
    return drawn


def _normal_floor(
    count: Floats, predicted: Floats, squares: Floats | None, rows: float
) -> NoiseFloor:
    """Return the floor of a sum of absolute gaps, enough of them for a normal distribution.

    The mean absolute deviation of a binomial is 2 k (1 - p) P(k), k = floor(np) + 1 (De Moivre).
    """
    functions = special()
    gammaln, xlogy, xlog1py = functions.gammaln, functions.xlogy, functions.xlog1py
    size = count if squares is None else np.maximum(np.rint(count**2 / squares), 1.0)
    p = np.clip(predicted / count, 0.0, 1.0)
    k = np.minimum(np.floor(size * p) + 1.0, size)
    log = gammaln(size + 1) - gammaln(k + 1) - gammaln(size - k + 1) + xlogy(k, p)
    deviation = 2.0 * k * (1.0 - p) * np.exp(log + xlog1py(size - k, -p))
    scale = count / size
    variance = (scale**2 * (size * p * (1.0 - p) - deviation**2)).sum()
    quantiles = functions.ndtri((np.arange(_DRAWS) + 0.5) / _DRAWS)
    draws = (scale * deviation).sum() + np.sqrt(max(variance, 0.0)) * quantiles
    return NoiseFloor.from_draws(np.maximum(draws, 0.0) / rows)
