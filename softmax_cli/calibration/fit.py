"""Temperature scaling (Guo et al. 2017): the temperature at which the NLL is least."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial, reduce
from typing import TYPE_CHECKING, Protocol, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from softmax_cli.activations.exact import Floats
from softmax_cli.calibration.objective import EACH_CLASS, SIGMOID, SOFTMAX
from softmax_cli.metrics.statistics import Mergeable
from softmax_cli.metrics.validation import binary_labels, class_labels, row_slices

if TYPE_CHECKING:
    from softmax_cli.calibration.objective import GradientLimits, NewtonTerms, Objective
    from softmax_cli.metrics.outcomes import Labels

S = TypeVar("S", bound=Mergeable)

_LARGEST_STEP = 4.0
# The error of a Newton step is about the square of the step: the last one leaves 1e-14.
_LAST_STEP = 1e-7
_MOST_STEPS = 200


class MapReduce(Protocol):
    """Applies a function to every block of logits and labels, and adds up what it gives."""

    def __call__(self, function: Callable[[Floats, Labels], S]) -> S:
        """The sum of what the function gives."""
        ...


@dataclass(frozen=True)
class TemperatureFit:
    """Temperatures, shape (K,), with the standard error of each.

    K is 1, or the number of classes where each has its own. `passes` is how often the data
    was gone through.
    """

    temperatures: Floats
    standard_errors: Floats
    passes: int

    @property
    def temperature(self) -> float:
        """The one temperature.

        Raises ValueError where each class has its own.
        """
        if len(self.temperatures) != 1:
            raise ValueError("each class has a temperature of its own: see `temperatures`")
        return float(self.temperatures[0])

    @property
    def standard_error(self) -> float:
        """The standard error of the one temperature."""
        return float(self.standard_errors[0]) if len(self.standard_errors) == 1 else np.nan


class NoTemperatureError(ValueError):
    """No finite positive temperature is best.

    `chance` holds the problems (numbers of classes, or 0) whose labels are no better than
    chance, so that the NLL falls as T goes to infinity; `separated` those where every label
    is picked already, so that it falls as T goes to 0; `empty` those with no label.
    """

    def __init__(
        self, uninformative: list[int], separable: list[int], unlabeled: list[int]
    ) -> None:
        super().__init__(
            "the labels are no better than chance: the NLL falls as T goes to infinity"
            if uninformative
            else "every label has the largest logit: the NLL falls as T goes to 0"
            if separable
            else "there is no labeled row"
        )
        self.uninformative = uninformative
        self.separable = separable
        self.unlabeled = unlabeled


def fit_temperature(
    logits: ArrayLike, labels: ArrayLike, *, activation: str = "softmax", per_class: bool = False
) -> TemperatureFit:
    """The temperature T at which softmax (or sigmoid) of logits / T has the least NLL.

    Args:
        logits: shape (N, C); for one independent class also (N,). -inf masks a class.
        labels: shape (N,), indices of classes from 0, -1 or -100 where there is none. With
            `activation="sigmoid"` the shape of the logits, 1 for yes and 0 for no.
        activation: "softmax" where classes exclude each other, "sigmoid" where each is by
            itself.
        per_class: a temperature for each independent class.

    Returns:
        The temperature with its standard error, from the observed information.

    Raises:
        NoTemperatureError: no finite positive one is best.
        ValueError: shapes that do not fit, rows without an answer, labels out of range.

    >>> fit_temperature([[2.0, 0.0], [1.0, 0.0], [3.0, 0.0]], [0, 1, 0]).temperature
    1.3652...
    """
    values = np.asarray(logits, np.float64)
    values = values.reshape(-1, 1) if values.ndim == 1 and activation == "sigmoid" else values
    if values.ndim != 2 or not values.size:
        raise ValueError(f"logits have shape {values.shape}, not (N, C)")
    objective = objective_for(activation, per_class=per_class)
    known = (class_labels if activation == "softmax" else binary_labels)(labels, values.shape)
    slices = list(row_slices(values.shape))
    for rows in slices:
        _require_valid_rows(values[rows], known[rows])
    return fit(
        objective, _map_reduce(values, known, slices), _map_reduce(values, known, slices[:1])
    )


def _map_reduce(values: Floats, known: Labels, slices: Sequence[slice]) -> MapReduce:
    def map_reduce(function: Callable[[Floats, Labels], S]) -> S:
        parts = (function(values[rows], known[rows]) for rows in slices)
        return reduce(lambda one, other: one.merge(other), parts)

    return map_reduce


def objective_for(activation: str, *, per_class: bool = False) -> Objective:
    """What is to be fitted."""
    if activation not in ("softmax", "sigmoid"):
        raise ValueError("activation is softmax or sigmoid")
    if activation == "softmax":
        return SOFTMAX
    return EACH_CLASS if per_class else SIGMOID


def fit(objective: Objective, map_reduce: MapReduce, sample: MapReduce) -> TemperatureFit:
    """The temperatures of a problem; `sample` folds a part of the rows, for a good start.

    Raises NoTemperatureError.
    """
    limits = map_reduce(objective.limits)
    _require_finite(limits)
    try:
        start = _newton(sample, objective, sample(objective.limits), None)
    except NoTemperatureError:
        start = None
    found = _newton(map_reduce, objective, limits, start)
    curvature = found.curvature
    temperatures = 1.0 / found.beta
    errors = temperatures**2 / np.sqrt(curvature)
    return TemperatureFit(temperatures, errors, found.passes + 1)


@dataclass(frozen=True)
class _Found:
    beta: Floats
    curvature: Floats
    passes: int


def _newton(
    map_reduce: MapReduce, objective: Objective, limits: GradientLimits, start: _Found | None
) -> _Found:
    """The root of the gradient by Newton's method in log beta, kept within its bracket."""
    _require_finite(limits)
    rows = limits.rows
    log_beta = np.log(start.beta) if start else np.log(rows / (limits.at_infinity - limits.at_zero))
    low, high = np.full(len(rows), -np.inf), np.full(len(rows), np.inf)
    for passes in range(1, _MOST_STEPS + 1):
        beta = np.exp(log_beta)
        terms = map_reduce(partial(_at, objective, beta))
        low = np.where(terms.gradient < 0, log_beta, low)
        high = np.where(terms.gradient > 0, log_beta, high)
        step = _step(terms, beta, log_beta, low, high)
        log_beta = log_beta + step
        if (np.abs(step) <= _LAST_STEP).all():
            return _Found(np.exp(log_beta), terms.curvature, passes)
    raise ArithmeticError(f"the temperature was not found in {_MOST_STEPS} steps")


def _at(objective: Objective, beta: Floats, logits: Floats, known: Labels) -> NewtonTerms:
    return objective.terms(logits, known, beta)


def _step(terms: NewtonTerms, beta: Floats, at: Floats, low: Floats, high: Floats) -> Floats:
    """Newton's step, or where it leaves the bracket, to the bracket's middle."""
    with np.errstate(all="ignore"):
        newton = -terms.gradient / (terms.curvature * beta)
    downhill = -np.sign(terms.gradient) * _LARGEST_STEP
    step = np.where(np.isfinite(newton), newton, downhill)
    step = np.clip(step, -_LARGEST_STEP, _LARGEST_STEP)
    outside = (at + step <= low) | (at + step >= high)
    closed = np.isfinite(low) & np.isfinite(high)
    with np.errstate(invalid="ignore"):
        middle = (low + high) / 2.0 - at
    return np.where(terms.gradient == 0, 0.0, np.where(outside & closed, middle, step))


def _require_finite(limits: GradientLimits) -> None:
    unlabeled = limits.rows == 0
    uninformative = ~unlabeled & (limits.at_zero >= 0)
    separable = ~unlabeled & ~uninformative & (limits.at_infinity <= 0)
    if (unlabeled | uninformative | separable).any():
        raise NoTemperatureError(
            *(np.flatnonzero(which).tolist() for which in (uninformative, separable, unlabeled))
        )


def _require_valid_rows(logits: Floats, known: Labels) -> None:
    if np.isnan(logits).any():
        raise ValueError("a logit is NaN")
    if known.ndim == 2:
        contrary = np.isinf(logits) & (known >= 0) & ((logits > 0) != (known == 1))
        if contrary.any():
            raise ValueError("an infinite logit is certain of what did not come")
        return
    if (logits == np.inf).any():
        raise ValueError("a logit is +inf, which softmax has no answer for")
    labeled = np.flatnonzero(known >= 0)
    if np.isneginf(logits[labeled, known[labeled]]).any():
        raise ValueError("the label of a row is a class masked with -inf")
