"""Equal-width and equal-mass bins of predictions, and their calibration errors."""

from __future__ import annotations

from dataclasses import field
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from softmax_cli.activations.exact import Floats
from softmax_cli.dataclass import dataclass
from softmax_cli.metrics.statistics import Z_95, Histogram, StoredPredictions

if TYPE_CHECKING:
    from softmax_cli.metrics.statistics import IntArray, Keys

BINNINGS = ("width", "mass", "isotonic")


@dataclass(frozen=True)
class Bins:
    """K x M bins: edges, rows, sum of predictions and number of positives.

    An equal-mass bin may end among rows with equal predictions. These are split in
    proportion, so `observed` may be fractional. `squares` is the sum of squared weights, None
    if all weights are 1. `band` is the interval of the rate of a calibrated model, of the blocks
    of an isotonic curve.
    """

    lower: Floats
    upper: Floats
    count: Floats
    predicted: Floats
    observed: Floats
    squares: Floats | None = None
    band: tuple[Floats, Floats] | None = field(default=None, kw_only=True)

    @property
    def effective(self) -> Floats:
        """Effective rows of each bin, (sum w)^2 / sum w^2: the rows if all weights are 1."""
        return self.count if self.squares is None else _ratio(self.count**2, self.squares)

    @property
    def ci_95(self) -> tuple[Floats, Floats]:
        """Wilson interval of the observed rate; NaN if empty."""
        if self.squares is None:
            return wilson(self.observed, self.count)
        return wilson(self.rate * self.effective, self.effective)

    @property
    def mean_predicted(self) -> Floats:
        """Mean prediction of each bin; NaN if empty."""
        return _ratio(self.predicted, self.count)

    @property
    def rate(self) -> Floats:
        """Observed rate of each bin (the accuracy, for softmax); NaN if empty."""
        return _ratio(self.observed, self.count)


def equal_width_bins(histogram: Histogram, bins: int) -> Bins:
    """Return `bins` equal-width bins (lo, hi] over [0, 1], 0 in the first (Guo et al. 2017)."""
    tasks, cells = histogram.count.shape
    shape = (tasks, bins, cells // bins)
    edges = np.tile(np.arange(bins + 1) / bins, (tasks, 1))
    return Bins(
        edges[:, :-1],
        edges[:, 1:],
        histogram.count.reshape(shape).sum(2).astype(np.float64),
        histogram.predicted.reshape(shape).sum(2),
        histogram.observed.reshape(shape).sum(2).astype(np.float64),
        None if histogram.squares is None else histogram.squares.reshape(shape).sum(2),
    )


def equal_mass_bins(stored: StoredPredictions, bins: int, finer: int = 1) -> Bins:
    """Split the sorted predictions into `bins` groups whose sizes differ by at most 1 row.

    Rows with equal predictions count as one mixture, so their order does not matter. Each group
    is split into `finer` ones in the same way.
    """
    tasks = [_equal_mass(keys, bins, finer) for keys in stored.sorted_keys]
    return Bins(*(np.array(field) for field in zip(*tasks, strict=True)))


def equal_mass_cells(stored: StoredPredictions, bins: int, finer: int) -> Histogram:
    """Split each equal-mass bin into `finer` groups, from which outcomes are drawn."""
    fine = equal_mass_bins(stored, bins, finer)
    return Histogram(fine.count.round().astype(np.int64), fine.predicted, fine.count.astype(int))


def expected_error(bins: Bins) -> Floats:
    """Return the ECE of each task, shape (K,): the mean absolute gap of the bins, by rows."""
    return _ratio(np.abs(bins.predicted - bins.observed).sum(1), bins.count.sum(1))


def largest_error(bins: Bins) -> Floats:
    """Return the MCE of each task, shape (K,): the largest absolute gap of its bins."""
    gaps = np.abs(bins.mean_predicted - bins.rate)
    return np.asarray(np.where(np.isnan(gaps), 0.0, gaps).max(1))


def largest_gap_bin(bins: Bins, task: int) -> int:
    """Return the bin that the MCE of a task comes from."""
    gaps = np.abs(bins.mean_predicted - bins.rate)[task]
    return int(np.where(np.isnan(gaps), -1.0, gaps).argmax())


def debiased_error(bins: Bins) -> Floats:
    """Return the bias-corrected L2 calibration error, shape (K,) (Kumar et al. 2019, 5).

    Bins with 1 row are ignored, because their variance cannot be estimated.
    """
    rows = bins.effective
    enough = rows >= 2
    rate = np.where(enough, bins.rate, 0.0)
    gaps = np.where(enough, bins.mean_predicted, 0.0) - rate
    expected = rate * (1.0 - rate) / np.where(enough, rows - 1.0, 1.0)
    squares = _ratio((bins.count * (gaps**2 - expected)).sum(1), bins.count.sum(1))
    return np.sqrt(np.maximum(squares, 0.0))


def wilson(observed: Floats, count: Floats, z: float = Z_95) -> tuple[Floats, Floats]:
    """Return the Wilson (1927) confidence interval of a rate; NaN where `count` is 0."""
    with np.errstate(invalid="ignore", divide="ignore"):
        rate = observed / count
        spread = z * np.sqrt(rate * (1.0 - rate) / count + z * z / (4.0 * count * count))
        scale = 1.0 + z * z / count
        middle = rate + z * z / (2.0 * count)
        low = np.maximum((middle - spread) / scale, 0.0)
        return low, np.asarray(np.minimum((middle + spread) / scale, 1.0))


def _equal_mass(keys: Keys, bins: int, finer: int) -> tuple[Floats, ...]:
    sizes = _split_evenly(_split_evenly(np.array([len(keys)]), bins), finer)
    ends = np.concatenate(([0], sizes.cumsum()))
    if not len(keys):
        undefined = np.full(bins * finer, np.nan)
        return undefined, undefined, *np.zeros((3, bins * finer))
    predicted, observed = _cumulative_at(keys, ends)
    lower = _values(keys[np.minimum(ends[:-1], len(keys) - 1)])
    upper = _values(keys[np.maximum(ends[1:] - 1, 0)])
    return lower, upper, sizes.astype(np.float64), np.diff(predicted), np.diff(observed)


def _split_evenly(sizes: NDArray[np.intp], groups: int) -> NDArray[np.intp]:
    """Split each number of rows into `groups` that differ by at most 1, the larger first."""
    size, larger = np.divmod(sizes[:, None], groups)
    return (size + (np.arange(groups) < larger)).ravel()


def _cumulative_at(keys: Keys, ends: NDArray[np.intp]) -> tuple[Floats, Floats]:
    """Return the sum of predictions and the number of positives before each rank.

    Equal predictions on both sides of a rank are split in proportion.
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
    """Return the sum of predictions and the number of positives from the first rank to each."""
    predicted, observed = [0.0], [0.0]
    for start, stop in pairwise(ranks.tolist()):
        between = keys[start:stop]
        predicted.append(predicted[-1] + float(_values(between).sum()))
        observed.append(observed[-1] + np.count_nonzero(between & np.uint64(1)))
    return np.array(predicted), np.array(observed)


def _values(keys: Keys) -> Floats:
    return (keys >> np.uint64(1)).view(np.float64)


def _ratio(numerator: Floats, denominator: IntArray | Floats) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(numerator / denominator)
