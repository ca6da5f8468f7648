"""Score tests of calibration, which need no bins.

Sharpness tests T = 1 (Spiegelhalter 1986, with the log score): the NLL of calibrated
probabilities is their entropy on average. Class totals test a bias of each class (Rao 1948):
the probabilities of a class sum to its number of labels on average.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from softmax_cli.activations.exact import Floats
from softmax_cli.dataclass import dataclass
from softmax_cli.metrics.outcomes import zero_uncounted
from softmax_cli.metrics.significance.special_functions import special
from softmax_cli.metrics.statistics import Mergeable

if TYPE_CHECKING:
    from softmax_cli.metrics.outcomes import Outcomes

# Up to this many classes, their covariance is summed, for the chi-square test of all together.
MOST_TOGETHER = 50
# A total with a smaller variance is far from normal: its p-value is that of a binomial.
_NORMAL_FROM = 25.0
# Classes with a smaller variance are left out of the chi-square test.
_LEAST_VARIANCE = 5.0
# Products of two matrices with at most this many multiplications stay in one thread.
_SERIAL = 200_000


@dataclass(frozen=True)
class ScoreSums(Mergeable):
    """Sums of the tests, over rows with weights w, of C classes and K binary tasks.

    Attributes:
        weights: sum of w of each class, shape (C,): all rows, or those with a label.
        predicted: sum of w p, shape (C,).
        observed: sum of w over the labels of each class, shape (C,).
        spread: sum of w p (1 - p), shape (C,).
        variance: sum of w^2 p (1 - p), shape (C,).
        excess: sum of w (NLL - entropy), shape (K,).
        excess_variance: sum of its variances, shape (K,).
        covariance: covariance of the class totals, shape (C, C); None for many classes or
            independent ones.
    """

    weights: Floats
    predicted: Floats
    observed: Floats
    spread: Floats
    variance: Floats
    excess: Floats
    excess_variance: Floats
    covariance: Floats | None

    @classmethod
    def from_outcomes(cls, outcomes: Outcomes) -> ScoreSums:
        """Sum over one chunk."""
        return _exclusive(outcomes) if outcomes.labels is not None else _independent(outcomes)

    @property
    def sharpness(self) -> Floats:
        """z of each task, shape (K,): positive if overconfident; NaN without variance."""
        return z_score(self.excess, self.excess_variance)

    @property
    def class_z(self) -> Floats:
        """z of each class total, shape (C,): positive if p is too large; NaN without variance."""
        return z_score(self.predicted - self.observed, self.variance)

    @property
    def base_rates(self) -> Floats:
        """Share of labels of each class, shape (C,); NaN without rows."""
        return _ratio(self.observed, self.weights)

    @property
    def mean_probabilities(self) -> Floats:
        """Mean probability of each class, shape (C,); NaN without rows."""
        return _ratio(self.predicted, self.weights)

    @property
    def class_gaps(self) -> Floats:
        """Mean probability minus share of labels of each class, shape (C,)."""
        return _ratio(self.predicted - self.observed, self.weights)

    def sharpness_p(self) -> Floats:
        """Return the p-value of each task's sharpness, shape (K,)."""
        return sharpness_p(self.excess, self.excess_variance, self.detectable)

    @property
    def detectable(self) -> Floats:
        """Relative error of T that these rows show in 80% of samples, shape (K,)."""
        # Weights may have any scale: their mean square over their mean takes it out.
        scale = self.variance.sum() / self.spread.sum() if self.spread.sum() else 1.0
        return detectable(self.excess_variance) * scale

    def class_p(self) -> Floats:
        """Return the p-value of each class total, shape (C,); 1 for a class without variance."""
        p = 2.0 * special().ndtr(-np.abs(self.class_z))
        rare = _effective(self) < _NORMAL_FROM
        p[rare] = _binomial_p(self, rare)
        p[~(self.variance > 0)] = 1.0
        contradicted = (self.variance == 0) & (np.abs(self.predicted - self.observed) > 1e-9)
        return np.where(contradicted, 0.0, np.minimum(p, 1.0))

    def chi_square(self) -> tuple[float, int, float] | None:
        """Return chi-squared of all class totals, its degrees of freedom and its p-value.

        None for independent or too many classes, or if one is too rare for it.
        """
        if self.covariance is None or len(self.predicted) < 2:
            return None
        if _effective(self).min() < _LEAST_VARIANCE:
            return None
        gap = self.predicted - self.observed
        # Rounding leaves a statistic of 0 slightly below.
        statistic = max(0.0, float(gap @ np.linalg.lstsq(self.covariance, gap, rcond=1e-12)[0]))
        degrees = len(gap) - 1
        return statistic, degrees, float(special().chdtrc(degrees, statistic))


def _exclusive(outcomes: Outcomes) -> ScoreSums:
    p, labels, w = outcomes.probabilities, outcomes.labels, outcomes.weights
    assert labels is not None
    rows, classes = p.shape
    weighted = p if w is None else p * w[:, None]
    squared = p if w is None else weighted * w[:, None]
    predicted, once = weighted.sum(0), squared.sum(0)
    covariance = np.diag(once) - _products(squared, p) if classes <= MOST_TOGETHER else None
    total = float(rows) if w is None else w.sum()
    square = (
        once - np.einsum("ij,ij->j", squared, p) if covariance is None else covariance.diagonal()
    )
    variance = np.maximum(square, 0.0)
    return ScoreSums(
        np.full(classes, total),
        predicted,
        np.bincount(labels, w, classes).astype(np.float64),
        variance if w is None else predicted - np.einsum("ij,ij->j", weighted, p),
        variance,
        *_excess_sums(outcomes),
        covariance,
    )


def _products(one: Floats, other: Floats) -> Floats:
    """Return one.T @ other, in steps so small that BLAS starts no threads within ours."""
    step = max(1, _SERIAL // one.shape[1] ** 2)
    total = np.zeros((one.shape[1], one.shape[1]))
    for start in range(0, len(one), step):
        total += one[start : start + step].T @ other[start : start + step]
    return total


def _independent(outcomes: Outcomes) -> ScoreSums:
    terms = outcomes if outcomes.counted.all() else zero_uncounted(outcomes)
    w = np.ones((len(terms.predicted), 1)) if terms.weights is None else terms.weights[:, None]
    spread = terms.predicted * (1.0 - terms.predicted)
    return ScoreSums(
        (w * terms.counted).sum(0),
        (w * terms.predicted).sum(0),
        (w * terms.observed).sum(0),
        (w * spread).sum(0),
        (w * w * spread).sum(0),
        *_excess_sums(terms),
        None,
    )


def _excess_sums(outcomes: Outcomes) -> tuple[Floats, Floats]:
    if outcomes.weights is None:
        return outcomes.excess.sum(0), outcomes.excess_variance.sum(0)
    w = outcomes.weights[:, None]
    return (w * outcomes.excess).sum(0), (w * w * outcomes.excess_variance).sum(0)


def _ratio(total: Floats, weights: Floats) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(total / weights)


def _effective(sums: ScoreSums) -> Floats:
    """Return the variance of each class total in effective rows."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.nan_to_num(sums.spread**2 / sums.variance)


def _binomial_p(sums: ScoreSums, rare: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Floats:
    """Return two-sided p-values of a binomial with the mean and variance of a class total."""
    betainc = special().betainc
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = (sums.spread / sums.variance)[rare]
        predicted, weights = sums.predicted[rare] * scale, sums.weights[rare] * scale
        observed = sums.observed[rare] * scale
        # A class of nearly all rows is rare among the others.
        flip = predicted > weights / 2
        mean = np.where(flip, weights - predicted, predicted)
        count = np.where(flip, weights - observed, observed)
        share = np.clip(1.0 - sums.spread[rare] * scale / mean, 1e-12, 1.0)
        size = np.maximum(mean / share, count + 1e-9)
        at_least = np.where(
            count > 0, betainc(np.maximum(count, 1e-300), size - count + 1, share), 1
        )
        at_most = betainc(np.maximum(size - count, 1e-300), count + 1, 1.0 - share)
    p_values: Floats = np.nan_to_num(np.minimum(at_least, at_most), nan=0.5)
    return np.minimum(1.0, 2.0 * p_values)


def sharpness_p(excess: Floats, variance: Floats, least: Floats | None = None) -> Floats:
    """Return the p-value of the sharpness, of any shape; 1 without variance.

    Where the variance is that of a few surprising rows, z is far from normal, and Chebyshev's
    bound holds instead. `least` is the error of T that the rows show, by default of weights 1.
    """
    least = detectable(variance) if least is None else least
    z = np.abs(z_score(excess, variance))
    with np.errstate(divide="ignore", invalid="ignore"):
        bound = np.minimum(1.0, 1.0 / z**2)
    p = np.where(least > 1.0, bound, 2.0 * special().ndtr(-z))
    return np.where(np.isposinf(excess), 0.0, np.where(np.isnan(z), 1.0, p))


def z_score(total: Floats, variance: Floats) -> Floats:
    """Return the standard score of a total; NaN without variance."""
    with np.errstate(invalid="ignore", divide="ignore"):
        z = total / np.sqrt(variance)
    return np.where(variance > 0, z, np.where(np.isposinf(total), np.inf, np.nan))


def detectable(variance: Floats) -> Floats:
    """Return the relative error of T that rows with this variance show in 80% of samples."""
    with np.errstate(divide="ignore"):
        return np.asarray(2.8 / np.sqrt(variance))
