"""Temperature scaling (Guo et al. 2017): the temperature that minimizes the NLL."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial, reduce
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from softmax_cli.activations.exact import Floats
from softmax_cli.calibration.objective import PER_CLASS, SIGMOID, SOFTMAX
from softmax_cli.calibration.temperature_fit import (
    MapReduce,
    Merging,
    NoTemperatureError,
    TemperatureFit,
)
from softmax_cli.dataclass import dataclass
from softmax_cli.metrics.validation import (
    binary_labels,
    class_labels,
    contradicted_labels,
    row_slices,
    row_weights,
)

if TYPE_CHECKING:
    from softmax_cli.calibration.objective import GradientLimits, NewtonTerms, Objective, Weights
    from softmax_cli.metrics.outcomes import Labels


S = TypeVar("S", bound=Merging)

_LARGEST_STEP = 4.0
# Newton's method converges quadratically: after a step of this size the error is about 1e-14.
_LAST_STEP = 1e-7
_MOST_STEPS = 200
# Rounding error of a sum, in units of the sum of its absolute terms.
_ROUNDING = 64 * np.finfo(np.float64).eps


def fit_temperature(
    logits: ArrayLike,
    labels: ArrayLike,
    *,
    activation: str = "softmax",
    per_class: bool = False,
    weights: ArrayLike | None = None,
) -> TemperatureFit:
    """Fit the temperature T that minimizes the NLL of softmax (or sigmoid) of logits / T.

    Args:
        logits: shape (N, C); for a single independent class also (N,). -inf masks a class.
        labels: shape (N,), class indices from 0, or -1 or -100 if missing. With
            `activation="sigmoid"` the shape of the logits, 1 positive and 0 negative.
        activation: "softmax" for mutually exclusive classes, "sigmoid" for independent ones.
        per_class: fit one temperature per independent class.
        weights: shape (N,), weights >= 0 of the rows; all 1 if None.

    Returns:
        The temperature with its standard error, from the observed information; with weights,
        that of the effective rows, (sum w)^2 / sum w^2.

    Raises:
        NoTemperatureError: no finite positive temperature minimizes the NLL.
        ValueError: mismatched shapes, invalid rows or weights, or labels out of range.

    >>> fit_temperature([[2.0, 0.0], [1.0, 0.0], [3.0, 0.0]], [0, 1, 0]).temperature
    1.3652...
    """
    objective = objective_for(activation, per_class=per_class)
    values, encoded, own = checked_rows(logits, labels, activation, weights)
    slices = list(row_slices(values.shape))
    return fit(
        objective,
        map_reduce_over(values, encoded, slices, own),
        map_reduce_over(values, encoded, slices[:1], own),
    )


def checked_rows(
    logits: ArrayLike, labels: ArrayLike, activation: str, weights: ArrayLike | None = None
) -> tuple[Floats, Labels, Weights]:
    """Return logits, shape (N, C), encoded labels and weights; ValueError if invalid.

    Rows of weight 0 are left out, and the weights have the sum of the effective rows.
    """
    values = np.asarray(logits, np.float64)
    exclusive = activation == "softmax"
    values = values.reshape(-1, 1) if values.ndim == 1 and not exclusive else values
    if values.ndim != 2 or not values.size:
        raise ValueError(f"logits have shape {values.shape}, not (N, C)")
    encoded = (class_labels if exclusive else binary_labels)(labels, values.shape)
    for rows in row_slices(values.shape):
        _require_valid_rows(values[rows], encoded[rows], exclusive=exclusive)
    if weights is None:
        return values, encoded, None
    own = row_weights(weights, len(values))
    kept = own > 0
    own = own[kept]
    # Equal weights change nothing, not even a last digit.
    equal = bool((own == own[0]).all())
    return values[kept], encoded[kept], None if equal else own * own.sum() / (own * own).sum()


def map_reduce_over(
    values: Floats, labels: Labels, slices: Sequence[slice], weights: Weights = None
) -> MapReduce:
    """Return the map-reduce over slices of rows."""

    def map_reduce(function: Callable[[Floats, Labels, Weights], S]) -> S:
        sums = (
            function(values[rows], labels[rows], None if weights is None else weights[rows])
            for rows in slices
        )
        return reduce(lambda one, other: one.merge(other), sums)

    return map_reduce


def objective_for(activation: str, *, per_class: bool = False) -> Objective:
    """Return the objective that the temperatures of an activation minimize."""
    if activation not in ("softmax", "sigmoid"):
        raise ValueError("activation must be softmax or sigmoid")
    if activation == "softmax":
        return SOFTMAX
    return PER_CLASS if per_class else SIGMOID


def fit(
    objective: Objective,
    map_reduce: MapReduce,
    sample: MapReduce,
    limits: GradientLimits | None = None,
) -> TemperatureFit:
    """Minimize an objective; `sample` sums over some of the rows, for the initial value.

    `limits` are those of all rows, where known. Raises NoTemperatureError.
    """
    limits = limits or map_reduce(objective.limits)
    _require_finite(limits)
    try:
        start = _newton(sample, objective, sample(objective.limits), None)
    except NoTemperatureError:
        start = None
    minimum = _newton(map_reduce, objective, limits, start)
    temperatures = 1.0 / minimum.beta
    errors = temperatures**2 / np.sqrt(minimum.curvature)
    return TemperatureFit(temperatures, errors, minimum.passes + 1, limits)


@dataclass(frozen=True)
class _Minimum:
    beta: Floats
    curvature: Floats
    passes: int


def _newton(
    map_reduce: MapReduce, objective: Objective, limits: GradientLimits, start: _Minimum | None
) -> _Minimum:
    """Find the root of the gradient by Newton's method in log beta, within a bracket."""
    _require_finite(limits)
    rows = limits.rows
    log_beta = np.log(start.beta) if start else np.log(rows / (limits.at_infinity - limits.at_zero))
    low, high = np.full(len(rows), -np.inf), np.full(len(rows), np.inf)
    for passes in range(1, _MOST_STEPS + 1):
        beta = np.exp(log_beta)
        terms = map_reduce(partial(_terms_at, objective, beta))
        low = np.where(terms.gradient < 0, log_beta, low)
        high = np.where(terms.gradient > 0, log_beta, high)
        step = _step(terms, beta, log_beta, low, high)
        log_beta = log_beta + step
        if (np.abs(step) <= _LAST_STEP).all():
            return _Minimum(np.exp(log_beta), terms.curvature, passes)
    # Where the gradient is all rounding error, which the limits can hide.
    raise NoTemperatureError(list(range(len(rows))), [], [])


def _terms_at(
    objective: Objective, beta: Floats, logits: Floats, labels: Labels, weights: Weights
) -> NewtonTerms:
    return objective.terms(logits, labels, beta, weights)


def _step(terms: NewtonTerms, beta: Floats, log_beta: Floats, low: Floats, high: Floats) -> Floats:
    """Return Newton's step, or the step to the middle of the bracket if it leaves this."""
    with np.errstate(all="ignore"):
        newton = -terms.gradient / (terms.curvature * beta)
    downhill = -np.sign(terms.gradient) * _LARGEST_STEP
    step = np.where(np.isfinite(newton), newton, downhill)
    step = np.clip(step, -_LARGEST_STEP, _LARGEST_STEP)
    outside = (log_beta + step <= low) | (log_beta + step >= high)
    # Rounding puts a class outside that has converged: it stays, while others take their steps.
    outside &= np.abs(step) > _LAST_STEP
    closed = np.isfinite(low) & np.isfinite(high)
    with np.errstate(invalid="ignore"):
        middle = (low + high) / 2.0 - log_beta
    return np.where(terms.gradient == 0, 0.0, np.where(outside & closed, middle, step))


def _require_finite(limits: GradientLimits) -> None:
    unlabeled = limits.rows == 0
    uninformative = ~unlabeled & (limits.at_zero >= -_ROUNDING * limits.magnitude)
    separable = ~unlabeled & ~uninformative & (limits.at_infinity <= 0)
    if (unlabeled | uninformative | separable).any():
        raise NoTemperatureError(
            *(np.flatnonzero(flags).tolist() for flags in (uninformative, separable, unlabeled))
        )


def _require_valid_rows(logits: Floats, labels: Labels, *, exclusive: bool) -> None:
    if np.isnan(logits).any():
        raise ValueError("logit is NaN")
    if exclusive and (logits == np.inf).any():
        raise ValueError("logit is +inf, where softmax is undefined")
    if contradicted_labels(logits, labels, exclusive=exclusive).any():
        raise ValueError(
            "label is masked with -inf" if exclusive else "infinite logit contradicts its label"
        )
