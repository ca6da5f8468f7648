"""Mixtures of the predictions of several models, and how much the models disagree."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from softmax_cli.activations import ACTIVATIONS
from softmax_cli.activations.calibration_map import CalibrationMap
from softmax_cli.activations.functions import log_sigmoid, log_softmax, sigmoid, softmax
from softmax_cli.activations.uncertainty import predicted_classes
from softmax_cli.dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

    from softmax_cli.activations.calibration_map import Scaling
    from softmax_cli.activations.exact import Floats

MEANS = ("arithmetic", "geometric", "logits")


def ensemble(
    logits: Sequence[ArrayLike],
    activation: str = "softmax",
    temperatures: Sequence[float] | float = 1.0,
    weights: Sequence[float] | None = None,
    mean: str = "arithmetic",
) -> Floats:
    """Return the mean prediction of several models.

    Args:
        logits: one array for each model, all of the same shape (..., C).
        activation: "softmax" or "sigmoid".
        temperatures: one for each model, or one for all.
        weights: one for each model, >= 0 and not all 0; equal by default. A weight of 2 counts
            a model twice, 0 leaves it out.
        mean: "arithmetic" averages probabilities. "geometric" averages their logarithms and
            normalizes; "logits" averages logits divided by the temperature. The last two give
            the same result, because a constant added to a row does not change its softmax.

    Returns:
        Probabilities, shape (..., C). NaN in rows that are invalid in some model, or in which
        a geometric mean leaves no class a positive probability.

    Raises:
        ValueError: another activation or mean, or shapes or numbers of models that differ.

    >>> ensemble([[0.0, 0.0], [0.0, np.log(3)]]).round(4).tolist()
    [0.375, 0.625]
    """
    arrays = [np.asarray(array, np.float64) for array in logits]
    if activation not in ("softmax", "sigmoid"):
        raise ValueError(f'activation must be "softmax" or "sigmoid", not "{activation}"')
    if mean not in MEANS:
        raise ValueError(f"mean must be one of {', '.join(MEANS)}, not {mean}")
    if len({array.shape for array in arrays}) != 1:
        raise ValueError("logits must be one or more arrays of the same shape")
    scalings = np.broadcast_to(temperatures, len(arrays)).tolist()
    shares = [1.0] * len(arrays) if weights is None else [float(weight) for weight in weights]
    if len(shares) != len(arrays):
        raise ValueError(f"{len(shares)} weights for {len(arrays)} models")
    return Mixture(scalings, shares, mean, exclusive=activation == "softmax").mix(arrays)


@dataclass(frozen=True)
class Mixture:
    """A weighted mean of models with the same classes.

    Attributes:
        temperatures: of each model: one, one for each class, or a map.
        weights: of each model; a model of weight 0 is left out.
        mean: a name of MEANS.
        exclusive: True if classes are mutually exclusive (softmax), else sigmoid.
    """

    temperatures: Sequence[Scaling]
    weights: Sequence[float]
    mean: str = "arithmetic"
    exclusive: bool = True

    def __post_init__(self) -> None:
        """Raise ValueError for weights without a mean."""
        if not all(0 <= weight < math.inf for weight in self.weights) or not any(self.weights):
            raise ValueError("weights must be finite, >= 0, and not all 0")

    def mix(self, logits: Sequence[Floats]) -> Floats:
        """Return the mean probabilities of models, each of shape (..., C)."""
        if self.mean == "arithmetic":
            return self._average(self.probabilities(logits))
        mean_logits = self._average(self._scaled(logits))
        return softmax(mean_logits) if self.exclusive else sigmoid(mean_logits)

    def disagreement(self, logits: Sequence[Floats]) -> Floats:
        """Return the weighted mean of KL(model || mixture) in nats, shape (...).

        For the arithmetic mean this is the Jensen-Shannon divergence of the models.
        """
        return self._average(list(np.moveaxis(self.divergences(logits), -1, 0)))

    def divergences(self, logits: Sequence[Floats]) -> Floats:
        """Return KL(model || mixture) of each of M models in nats, shape (..., M).

        For independent classes, divergences of the binary distributions are summed over classes.
        """
        scaled = self._scaled(logits)
        total: Floats | float = 0.0
        with np.errstate(all="ignore"):
            for sign in (1.0,) if self.exclusive else (1.0, -1.0):
                logs = [self._logarithms(sign * values) for values in scaled]
                mixed = (
                    self._log_average(logs)
                    if self.mean == "arithmetic"
                    else self._logarithms(sign * self._average(scaled))
                )
                total = total + np.stack([_divergence(one, mixed) for one in logs], -1)
        return np.asarray(total)

    def dissent(self, logits: Sequence[Floats], mixed: Floats) -> Floats:
        """Return the number of models that predict other classes than the mixture, shape (...)."""
        predicted = predicted_classes(mixed, exclusive=self.exclusive)
        others = [
            (predicted_classes(own, exclusive=self.exclusive) != predicted).any(-1)
            for own, weight in zip(self.probabilities(logits), self.weights, strict=True)
            if weight
        ]
        return np.asarray(np.sum(others, 0, dtype=np.float64))

    def probabilities(self, logits: Sequence[Floats]) -> list[Floats]:
        """Return the probabilities of each model, each of shape (..., C)."""
        activation = ACTIVATIONS["softmax" if self.exclusive else "sigmoid"]
        return [activation(z, t) for z, t in zip(logits, self.temperatures, strict=True)]

    def _scaled(self, logits: Sequence[Floats]) -> list[Floats]:
        """Return logits to be used at T = 1; those of softmax are log-probabilities."""
        scale = ACTIVATIONS["log-softmax"] if self.exclusive else _log_odds
        return [scale(z, t) for z, t in zip(logits, self.temperatures, strict=True)]

    def _logarithms(self, scaled: Floats) -> Floats:
        return log_softmax(scaled) if self.exclusive else log_sigmoid(scaled)

    def _average(self, arrays: Sequence[Floats]) -> Floats:
        """Return the weighted mean, NaN where infinities contradict each other."""
        largest = max(self.weights)  # divided by, so that the sum cannot overflow
        shares = [weight / largest for weight in self.weights]
        total: Floats | float = 0.0
        with np.errstate(all="ignore"):
            for array, share in zip(arrays, shares, strict=True):
                if share:
                    total = total + array * share
            return np.asarray(total / math.fsum(shares))

    def _log_average(self, logs: Sequence[Floats]) -> Floats:
        """Return the logarithm of the mean of exponentials, also where these underflow."""
        total = math.fsum(weight / max(self.weights) for weight in self.weights)
        shares = [weight / max(self.weights) / total for weight in self.weights]
        terms = [one + math.log(w) for one, w in zip(logs, shares, strict=True) if w]
        return np.asarray(np.logaddexp.reduce(terms, axis=0))


def _log_odds(logits: Floats, temperature: Scaling) -> Floats:
    """Return logits whose sigmoid at T = 1 is that of these at a temperature."""
    if isinstance(temperature, CalibrationMap):
        return temperature.apply(logits)
    with np.errstate(all="ignore"):
        quotient = logits / np.asarray(temperature, np.float64)
    # 0 / 0 at T = 0, and inf / inf at T = inf.
    return np.where((logits == 0) | np.isinf(logits), logits, quotient)


def _divergence(logs: Floats, mixed: Floats) -> Floats:
    """Return KL(p || m) from logarithms, shape (..., C) to (...).

    The terms are p log(p / m) - p + m, none of which is negative, so that a small divergence
    keeps its digits; what they add to p log(p / m) sums to 0.
    """
    p, m, difference = np.exp(logs), np.exp(mixed), logs - mixed
    near = p * (difference + np.expm1(-difference))
    far = p * difference - p + m
    terms = np.where(np.abs(difference) < 1, near, far)
    return np.asarray(np.where(p > 0, terms, m).sum(-1))
