"""Correction of probabilities for other class shares than those of the fit.

If only the shares of the classes differ (label shift), the probabilities change by their ratios,
p'_c ~ p_c q_c / pi_c, and the shares q can be estimated from unlabeled rows: EM finds those of
the largest likelihood (Saerens, Latinne & Decaestecker, Neural Computation 14, 2002). Steps are
extrapolated (SQUAREM: Varadhan & Roland, Scand. J. Stat. 35, 2008), which reaches the same
shares in a tenth of the passes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from softmax_cli.activations import ACTIVATIONS
from softmax_cli.activations.calibration_map import CalibrationMap
from softmax_cli.activations.exact import Floats, logarithm, two_sum
from softmax_cli.activations.scales import sum_tolerance
from softmax_cli.dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from softmax_cli.activations.calibration_map import Scaling

_MOST_STEPS = 2000
# Change of a share in a step of EM from which on it has converged.
_CONVERGED = 1e-12


def adjust_prior(
    logits: ArrayLike,
    prior: ArrayLike,
    fitted_prior: ArrayLike,
    *,
    activation: str = "softmax",
) -> Floats:
    """Return probabilities of logits where the classes have other shares than in the fit.

    Args:
        logits: calibrated logits, shape (..., C); the logarithms of probabilities serve too.
        prior: share of each class among the rows at hand, shape (C,), with sum 1; for sigmoid
            the base rate of each class.
        fitted_prior: the same of the rows that the model was calibrated on.
        activation: "softmax" or "sigmoid".

    Returns:
        Probabilities, shape (..., C): those of p q / pi, normalized.

    Raises:
        ValueError: another activation, or shares that are invalid or not one per class.

    >>> adjust_prior(np.log([0.5, 0.5]), [0.9, 0.1], [0.5, 0.5]).round(4).tolist()
    [0.9, 0.1]
    """
    exclusive = _is_exclusive(activation)
    values = np.asarray(logits, np.float64)
    shares = (np.asarray(prior, np.float64), np.asarray(fitted_prior, np.float64))
    if any(share.shape != values.shape[-1:] for share in shares):
        raise ValueError(f"expected {values.shape[-1]} shares, one per class")
    return ACTIVATIONS[activation](values, with_prior(1.0, *shares, exclusive=exclusive))


def estimate_prior(
    logits: ArrayLike, fitted_prior: ArrayLike, *, activation: str = "softmax"
) -> Floats:
    """Estimate the share of each class among unlabeled rows, shape (C,), by EM.

    Args:
        logits: calibrated logits, shape (N, C); the logarithms of probabilities serve too.
        fitted_prior: share of each class among the rows that the model was calibrated on.
        activation: "softmax", or "sigmoid" for the base rate of each independent class.

    Raises:
        ValueError: no rows, another activation, or shares that are invalid or not one per class.

    >>> rows = np.log([[0.9, 0.1], [0.8, 0.2], [0.9, 0.1], [0.3, 0.7]])
    >>> estimate_prior(rows, [0.5, 0.5]).round(2).tolist()
    [0.77, 0.23]
    """
    exclusive = _is_exclusive(activation)
    probabilities = ACTIVATIONS[activation](np.asarray(logits, np.float64))
    fitted = np.asarray(fitted_prior, np.float64)
    if probabilities.ndim != 2 or fitted.shape != probabilities.shape[1:]:
        raise ValueError("logits must have shape (N, C), and the shares shape (C,)")
    kept = probabilities[~np.isnan(probabilities).any(1)]
    if not len(kept):
        raise ValueError("no valid rows")
    return maximize_likelihood(
        lambda shares: Expectation.of_rows(kept, shares, fitted, exclusive=exclusive),
        fitted,
        exclusive=exclusive,
    )


def with_prior(
    scaling: Scaling, prior: Sequence[float] | Floats, fitted: Sequence[float] | Floats,
    *, exclusive: bool,
) -> CalibrationMap:  # fmt: skip
    """Return a calibration that also corrects for the shares of the classes.

    Raises ValueError for invalid shares, and a temperature of 0.
    """
    calibration = (
        scaling
        if isinstance(scaling, CalibrationMap)
        else CalibrationMap(scaling, exclusive=exclusive)
    )
    q, pi = np.asarray(prior, np.float64), np.asarray(fitted, np.float64)
    _require_fitted(pi, exclusive=exclusive)
    require_shares(q, exclusive=exclusive)
    if not (np.array(calibration.temperature) > 0).all():
        raise ValueError("the temperature must be above 0")
    parts = [logarithm(q / pi)]  # -inf for a class with share 0
    if not exclusive:
        high, low = logarithm((1.0 - q) / (1.0 - pi))
        parts.append((-high, -low))
    parts.append((np.array(calibration.bias or np.zeros_like(q)), np.zeros_like(q)))
    bias, rest = parts[0]
    with np.errstate(invalid="ignore"):
        for high, low in parts[1:]:
            bias, lost = two_sum(bias, high)
            rest = rest + lost + low
    return replace(
        calibration, bias=tuple(bias.tolist()), bias_rest=tuple(np.nan_to_num(rest).tolist())
    )


def require_shares(shares: Floats, *, exclusive: bool) -> None:
    """Raise ValueError unless these can be shares of exclusive classes, or base rates."""
    if not ((shares >= 0) & (shares <= 1)).all():
        raise ValueError("shares must be in [0, 1]")
    if exclusive and not abs(shares.sum() - 1.0) <= sum_tolerance(len(shares)):
        raise ValueError(f"shares sum to {shares.sum():.4g}, not 1")


def _require_fitted(shares: Floats, *, exclusive: bool) -> None:
    if not (shares > 0).all() or not (exclusive or (shares < 1).all()):
        raise ValueError(
            "every class must occur among the labels of the fit"
            if exclusive
            else "every class must be both positive and negative among the labels of the fit"
        )
    require_shares(shares, exclusive=exclusive)


@dataclass(frozen=True)
class Expectation:
    """Sums of a step of EM over rows: the probabilities at some shares, and log-likelihoods.

    Attributes:
        rows: number of rows.
        shares: sum of the probabilities of each class, shape (C,).
        likelihood: sum of logarithms, shape (1,); of each class if these are independent.
    """

    rows: int
    shares: Floats
    likelihood: Floats

    @classmethod
    def of_rows(
        cls, probabilities: Floats, shares: Floats, fitted: Floats, *, exclusive: bool
    ) -> Expectation:
        """Sum over rows, shape (N, C), of probabilities at the shares of the fit."""
        ratio = shares / fitted
        if exclusive:
            mixture = probabilities @ ratio
            sums = ratio * ((1.0 / mixture) @ probabilities)
            return cls(len(mixture), sums, np.log(mixture).sum(keepdims=True))
        positive = probabilities * ratio
        mixture = positive + (1.0 - probabilities) * ((1.0 - shares) / (1.0 - fitted))
        return cls(len(mixture), (positive / mixture).sum(0), np.log(mixture).sum(0))

    def merge(self, other: Expectation) -> Expectation:
        """Return the sums over the rows of both."""
        return Expectation(
            self.rows + other.rows, self.shares + other.shares, self.likelihood + other.likelihood
        )


def maximize_likelihood(
    expect: Callable[[Floats], Expectation], fitted: Floats, *, exclusive: bool
) -> Floats:
    """Return the shares of the largest likelihood, shape (C,); `expect` sums over all rows.

    Raises ValueError if a class does not occur in the fit.
    """
    _require_fitted(fitted, exclusive=exclusive)
    start = fitted / fitted.sum() if exclusive else fitted
    for _ in range(_MOST_STEPS):
        once, _ = _step(expect, start)
        twice, least = _step(expect, once)
        if np.abs(twice - once).max() < _CONVERGED:
            return twice
        far = _extrapolate(start, once, twice, exclusive=exclusive)
        # The step may overshoot: it must not be worse than EM by itself was.
        after, likelihood = _step(expect, far)
        start = np.where(likelihood >= least, after, twice)
    return start


def _step(expect: Callable[[Floats], Expectation], shares: Floats) -> tuple[Floats, Floats]:
    """Return the shares after a step of EM, and the likelihood before it."""
    sums = expect(shares)
    return sums.shares / sums.rows, sums.likelihood


def _extrapolate(start: Floats, once: Floats, twice: Floats, *, exclusive: bool) -> Floats:
    """Return shares further along two steps of EM; the second step where these leave (0, 1)."""
    first = once - start
    bend = twice - once - first
    size, curvature = (np.linalg.norm(x) if exclusive else np.abs(x) for x in (first, bend))
    with np.errstate(divide="ignore", invalid="ignore"):
        length = np.maximum(np.nan_to_num(size / curvature, nan=1.0, posinf=1.0), 1.0)
    far = start + 2.0 * length * first + length**2 * bend
    inside = (far > 0.0) & (far < 1.0)
    return np.where(inside.all() if exclusive else inside, far, twice)


def _is_exclusive(activation: str) -> bool:
    if activation not in ("softmax", "sigmoid"):
        raise ValueError(f'activation must be "softmax" or "sigmoid", not "{activation}"')
    return activation == "softmax"
