"""Pearson's chi-square test of counts against the counts that probabilities let expect."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from softmax_cli.dataclass import dataclass
from softmax_cli.metrics.significance.special_functions import special

if TYPE_CHECKING:
    from softmax_cli.activations.exact import Floats

# Cells with a smaller expected count or variance are pooled (Cochran 1954).
LEAST_EXPECTED = 5.0


@dataclass(frozen=True)
class ChiSquare:
    """A test: the p-value is the chance of a statistic as large, `pooled` the cells pooled."""

    statistic: float
    degrees_of_freedom: int
    p_value: float
    pooled: int


def exclusive_chi_square(counts: NDArray[np.intp], expected: Floats) -> ChiSquare | None:
    """Test counts of exclusive classes, shape (C,), whose sum is fixed.

    Classes with an expected count below 5 are pooled, with the rarest other class if the pool
    is still below. Returns None if fewer than two cells are left.
    """
    large = expected >= LEAST_EXPECTED
    small = (expected > 0) & ~large
    if small.any() and large.any() and expected[small].sum() < LEAST_EXPECTED:
        rarest = np.where(large, expected, np.inf).argmin()
        large[rarest], small[rarest] = False, True
    observed, mean = _pool(counts, large, small), _pool(expected, large, small)
    if len(mean) < 2:
        return None
    statistic = float(((observed - mean) ** 2 / mean).sum())
    return _test(statistic, len(mean) - 1, int(small.sum()))


def independent_chi_square(
    counts: NDArray[np.intp], probabilities: Floats, draws: int
) -> ChiSquare | None:
    """Test counts of independent classes, shape (C,), each of that many coins.

    Classes whose count has a variance below 5 are pooled, and ignored if the pool is still
    below. Returns None if no cell is left.
    """
    variances = draws * probabilities * (1.0 - probabilities)
    large = variances >= LEAST_EXPECTED
    small = (variances > 0) & ~large
    if variances[small].sum() < LEAST_EXPECTED:
        small[:] = False
    excess = _pool(counts - draws * probabilities, large, small)
    if not len(excess):
        return None
    statistic = float((excess**2 / _pool(variances, large, small)).sum())
    return _test(statistic, len(excess), int(small.sum()))


def _pool(values: NDArray[Any], large: NDArray[np.bool_], small: NDArray[np.bool_]) -> Floats:
    """Return the values of large cells, then the sum of the small ones if there are any."""
    cells = values[large].astype(np.float64)
    return np.append(cells, values[small].sum()) if small.any() else cells


def _test(statistic: float, degrees_of_freedom: int, pooled: int) -> ChiSquare:
    p_value = float(special().chdtrc(degrees_of_freedom, statistic))
    return ChiSquare(statistic, degrees_of_freedom, p_value, pooled)
