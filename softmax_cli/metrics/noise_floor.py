"""The calibration error that chance alone gives: what a perfectly calibrated model would show.

Outcomes are drawn from the predictions themselves (consistency resampling, Bröcker & Smith
2007). Rows in one fine cell are predicted as good as alike, so that the number of yes among
them is binomial: the cost does not grow with the rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from softmax_cli.activations.exact import Floats
    from softmax_cli.metrics.statistics import Histogram

_DRAWS = 1000
_LEAST_DRAWS = 100
_MOST_BINOMIALS = 4_000_000
_SEED = 20170806


@dataclass(frozen=True)
class NoiseFloor:
    """The mean and the 95th percentile of the ECE of outcomes drawn from the predictions."""

    mean: float
    upper: float


def estimate_noise_floor(cells: Histogram, bins: int, seed: int = _SEED) -> NoiseFloor:
    """The ECE, averaged over the K questions, that chance gives calibrated predictions."""
    width = cells.count.shape[1]
    used = np.flatnonzero(cells.count)
    count = cells.count.ravel()[used]
    predicted = cells.predicted.ravel()[used]
    bin_of = used // (width // bins)
    starts = np.flatnonzero(np.diff(bin_of, prepend=-1))
    rows = cells.count.sum(1)[bin_of[starts] // bins] * np.count_nonzero(cells.count.sum(1))
    rng = np.random.default_rng(seed)
    share = np.clip(predicted / count, 0.0, 1.0)
    errors = np.array(
        [
            _error(rng.binomial(count, share) - predicted, starts, rows)
            for _ in range(_draws(len(used)))
        ]
    )
    return NoiseFloor(float(errors.mean()), float(np.quantile(errors, 0.95)))


def _draws(cells: int) -> int:
    return max(_LEAST_DRAWS, min(_DRAWS, _MOST_BINOMIALS // max(1, cells)))


def _error(gaps: Floats, starts: np.ndarray[tuple[int], np.dtype[np.intp]], rows: Floats) -> float:
    return float((np.abs(np.add.reduceat(gaps, starts)) / rows).sum())
