"""Temperature with a bias per class (Alexandari, Kundaje & Shrikumar 2020), shrunk toward none.

The logits z / T + b minimize the NLL plus lambda / 2 |b|^2. Each pass over the data gives a
Newton step and lambda together (`shrinkage`). For independent classes, this is Platt's slope
and intercept.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from softmax_cli.calibration.bias.objective import DENSE_CLASSES, BiasTerms
from softmax_cli.calibration.bias.shrinkage import newton_step
from softmax_cli.calibration.temperature_fit import NoTemperatureError
from softmax_cli.dataclass import dataclass

if TYPE_CHECKING:
    from softmax_cli.activations.exact import Floats
    from softmax_cli.calibration.bias.objective import BiasObjective
    from softmax_cli.calibration.bias.shrinkage import Step
    from softmax_cli.calibration.objective import Weights
    from softmax_cli.calibration.temperature_fit import MapReduce
    from softmax_cli.metrics.outcomes import Labels

_MOST_PASSES = 100
# Newton's method converges quadratically, its step with the diagonal only linearly.
_LAST_STEP = 1e-9
_LAST_STEP_OF_MANY = 1e-6
_SHORTEST_STEP = 1e-4
_ROUNDING = 1e-12
# The NLL per label of rows that are separable.
_NO_LOSS = 1e-9


@dataclass(frozen=True)
class BiasFit:
    """Temperatures, shape (A,), and biases, shape (C,), with standard errors.

    `precision` is lambda, inf if all biases are 0; `passes` counts passes over the data.
    """

    temperatures: Floats
    standard_errors: Floats
    bias: Floats
    bias_errors: Floats
    precision: float
    passes: int


@dataclass(frozen=True)
class _Point:
    """A beta, a bias, and the terms there."""

    beta: Floats
    bias: Floats
    terms: BiasTerms

    def loss(self, precision: float, weight: float) -> float:
        """Return the NLL with the penalty of the biases."""
        nll = float(self.terms.nll.sum())
        if not self.bias.any():
            return nll  # also for an infinite precision
        return nll + precision * weight / 2 * float((self.bias**2).sum())


def fit_bias(
    objective: BiasObjective,
    map_reduce: MapReduce,
    beta: Floats,
    classes: int,
    *,
    shrink: bool = True,
) -> BiasFit:
    """Fit temperatures and biases, starting at a beta, shape (A,), and no biases.

    Raises NoTemperatureError if the NLL is lowest at T = 0 or T = infinity.
    """
    search = _Search(objective, map_reduce)
    point = search.evaluate(beta, np.zeros(classes))
    precision = 1.0 if shrink else None
    last_step = _LAST_STEP if classes <= DENSE_CLASSES else _LAST_STEP_OF_MANY
    while True:
        _require_loss(point)
        step = newton_step(point.terms, point.beta, point.bias, objective.weight, precision)
        precision = step.precision if shrink else None
        if _size(point, step) <= last_step:
            break
        better = search.improve(point, step)
        if better is None or search.passes >= _MOST_PASSES:
            _require_positive(step)
            break  # only rounding errors are left
        point = better
    temperatures = 1.0 / point.beta
    errors = temperatures**2 * step.beta_errors
    bias, bias_errors = point.bias, step.bias_errors
    if objective.exclusive:
        bias, bias_errors = _centered(bias, bias_errors, step.precision)
    return BiasFit(temperatures, errors, bias, bias_errors, step.precision, search.passes)


def _centered(bias: Floats, errors: Floats, precision: float) -> tuple[Floats, Floats]:
    """Return biases with mean 0: a shift of all has no effect, but the variance of the prior."""
    of_shift = 1.0 / (precision * len(bias)) if precision else 0.0
    return bias - bias.mean(), np.sqrt(np.maximum(errors**2 - of_shift, 0.0))


class _Search:
    """Points of an objective over the data, each a pass."""

    def __init__(self, objective: BiasObjective, map_reduce: MapReduce) -> None:
        self._objective = objective
        self._map_reduce = map_reduce
        self.passes = 0

    def evaluate(self, beta: Floats, bias: Floats) -> _Point:
        """Return the point at a beta and a bias."""
        self.passes += 1
        terms = self._map_reduce(partial(_terms_at, self._objective, beta, bias))
        return _Point(beta, bias, terms)

    def improve(self, point: _Point, step: Step) -> _Point | None:
        """Return a point toward the step with no larger loss; None if there is none."""
        weight = self._objective.weight
        before = point.loss(step.precision, weight)
        fraction = 1.0
        while fraction >= _SHORTEST_STEP:
            beta = point.beta + fraction * (step.beta - point.beta)
            if (beta > 0).all():
                bias = point.bias + fraction * (step.bias - point.bias)
                found = self.evaluate(beta, bias)
                if found.loss(step.precision, weight) <= before + _ROUNDING * abs(before):
                    return found
            fraction /= 4
        return None


def _terms_at(
    objective: BiasObjective,
    beta: Floats,
    bias: Floats,
    logits: Floats,
    labels: Labels,
    weights: Weights,
) -> BiasTerms:
    return objective.terms(logits, labels, beta, bias, weights)


def _size(point: _Point, step: Step) -> float:
    """Return the largest change of log beta or of a bias."""
    relative = np.abs(step.beta / point.beta - 1.0).max()
    return float(max(relative, np.abs(step.bias - point.bias).max()))


def _require_loss(point: _Point) -> None:
    """Raise NoTemperatureError for separable rows, whose loss has no minimum above 0."""
    rows = max(1.0, float(point.terms.labels.sum()))
    if not float(point.terms.nll.sum()) > _NO_LOSS * rows:
        raise NoTemperatureError([], list(range(len(point.beta))), [])


def _require_positive(step: Step) -> None:
    uninformative = np.flatnonzero(step.beta <= 0).tolist()
    if uninformative:
        raise NoTemperatureError(uninformative, [], [])
