"""Bins of predictions, of equal width or equal mass, and what calibration errors they show."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from softmax_cli.activations.exact import Floats
from softmax_cli.metrics.statistics import NOT_COUNTED, Histogram, StoredPredictions

if TYPE_CHECKING:
    from softmax_cli.metrics.statistics import IntArray, Keys

BINNINGS = ("width", "mass")


@dataclass(frozen=True)
class Bins:
    """K x M bins: their edges, and of each the rows, the sum predicted and the number of yes.

    Of equal mass, a bin may end in the middle of rows that are predicted alike: these are
    then shared out, so that `happened` need not be whole.
    """

    lower: Floats
    upper: Floats
    count: Floats
    predicted: Floats
    observed: Floats

    @property
    def mean_predicted(self) -> Floats:
        """The mean prediction of each bin; NaN for an empty one."""
        return _ratio(self.predicted, self.count)

    @property
    def rate(self) -> Floats:
        """The share of yes in each bin (of right picks, for softmax); NaN for an empty one."""
        return _ratio(self.observed, self.count)


def equal_width_bins(histogram: Histogram, bins: int) -> Bins:
    """`bins` bins (lo, hi] of equal width over [0, 1], 0 in the first (Guo et al. 2017)."""
    tasks, cells = histogram.count.shape
    shape = (tasks, bins, cells // bins)
    edges = np.tile(np.arange(bins + 1) / bins, (tasks, 1))
    return Bins(
        edges[:, :-1],
        edges[:, 1:],
        histogram.count.reshape(shape).sum(2).astype(np.float64),
        histogram.predicted.reshape(shape).sum(2),
        histogram.observed.reshape(shape).sum(2).astype(np.float64),
    )


def equal_mass_bins(stored: StoredPredictions, bins: int) -> Bins:
    """`bins` groups of the sorted predictions whose sizes differ by one row at most.

    Rows that are predicted alike count as one mixture, whatever their order.
    """
    parts = [_mass(_sorted(stored, k), bins) for k in range(stored.parts[0].shape[1])]
    return Bins(*(np.array(field) for field in zip(*parts, strict=True)))


def equal_mass_cells(stored: StoredPredictions, bins: int, finer: int) -> Histogram:
    """Each of the bins of equal mass in `finer` groups, for drawing outcomes."""
    fine = equal_mass_bins(stored, bins * finer)
    return Histogram(fine.count.round().astype(np.int64), fine.predicted, fine.count.astype(int))


def expected_error(bins: Bins) -> Floats:
    """ECE of each question: the mean over rows of how far their bin's rate is off, shape (K,)."""
    return _ratio(np.abs(bins.predicted - bins.observed).sum(1), bins.count.sum(1))


def largest_error(bins: Bins) -> Floats:
    """MCE of each question: how far the worst bin is off, shape (K,)."""
    gaps = np.abs(bins.mean_predicted - bins.rate)
    return np.asarray(np.where(np.isnan(gaps), 0.0, gaps).max(1))


def largest_gap_bin(bins: Bins, task: int) -> int:
    """Which bin the largest error is from."""
    gaps = np.abs(bins.mean_predicted - bins.rate)[task]
    return int(np.where(np.isnan(gaps), -1.0, gaps).argmax())


def debiased_error(bins: Bins) -> Floats:
    """L2 calibration error less what chance adds to it, shape (K,) (Kumar et al. 2019, 5).

    A bin with one row says nothing of its own variance, and is left out.
    """
    enough = bins.count >= 2
    rate = np.where(enough, bins.rate, 0.0)
    gaps = np.where(enough, bins.mean_predicted, 0.0) - rate
    expected = rate * (1.0 - rate) / np.where(enough, bins.count - 1.0, 1.0)
    squares = _ratio((bins.count * (gaps**2 - expected)).sum(1), bins.count.sum(1))
    return np.sqrt(np.maximum(squares, 0.0))


def wilson(observed: Floats, count: Floats, z: float = 1.959963984540054) -> tuple[Floats, Floats]:
    """The interval of Wilson (1927) for a rate: 95 % by default; NaN where `count` is 0."""
    with np.errstate(invalid="ignore", divide="ignore"):
        rate = observed / count
        spread = z * np.sqrt(rate * (1.0 - rate) / count + z * z / (4.0 * count * count))
        scale = 1.0 + z * z / count
        middle = rate + z * z / (2.0 * count)
        low = np.maximum((middle - spread) / scale, 0.0)
        return low, np.asarray(np.minimum((middle + spread) / scale, 1.0))


def _sorted(stored: StoredPredictions, task: int) -> Keys:
    """The keys of one question whose outcome is known, in order."""
    keys = np.concatenate([part[:, task] for part in stored.parts])
    keys.sort()
    return keys[: np.searchsorted(keys, NOT_COUNTED)]


def _mass(keys: Keys, bins: int) -> tuple[Floats, ...]:
    size, larger = divmod(len(keys), bins)
    sizes = np.where(np.arange(bins) < larger, size + 1, size)
    ends = np.concatenate(([0], sizes.cumsum()))
    if not len(keys):
        nothing = np.full(bins, np.nan)
        return nothing, nothing, *np.zeros((3, bins))
    predicted, observed = _up_to(keys, ends)
    lower = _values(keys[np.minimum(ends[:-1], len(keys) - 1)])
    upper = _values(keys[np.maximum(ends[1:] - 1, 0)])
    return lower, upper, sizes.astype(np.float64), np.diff(predicted), np.diff(observed)


def _up_to(keys: Keys, ends: NDArray[np.intp]) -> tuple[Floats, Floats]:
    """The sum of predictions and the number of yes before each rank.

    Rows that are predicted alike on both sides of one are shared out in proportion.
    """
    at = keys[np.minimum(ends, len(keys) - 1)] | np.uint64(1)
    first = np.searchsorted(keys, at - np.uint64(1), "left")
    last = np.searchsorted(keys, at, "right")
    ranks = np.unique(np.concatenate((first, last)))
    predicted, observed = _sums(keys, ranks)
    before, behind = np.searchsorted(ranks, first), np.searchsorted(ranks, last)
    share = (ends - first) / (last - first)
    return (
        predicted[before] + share * (predicted[behind] - predicted[before]),
        observed[before] + share * (observed[behind] - observed[before]),
    )


def _sums(keys: Keys, ranks: NDArray[np.intp]) -> tuple[Floats, Floats]:
    """The sum of predictions and the number of yes from the first rank to each."""
    predicted, observed = [0.0], [0.0]
    for start, stop in pairwise(ranks.tolist()):
        part = keys[start:stop]
        predicted.append(predicted[-1] + float(_values(part).sum()))
        observed.append(observed[-1] + np.count_nonzero(part & np.uint64(1)))
    return np.array(predicted), np.array(observed)


def _values(keys: Keys) -> Floats:
    return (keys >> np.uint64(1)).view(np.float64)


def _ratio(numerator: Floats, denominator: IntArray | Floats) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(numerator / denominator)
