"""One vector over many temperatures, or over many values of one logit: what `sweep` shows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from softmax_cli.activations import ACTIVATIONS
from softmax_cli.activations.calibration_map import (
    check_one_scaling,
    check_temperature,
    divisor,
)
from softmax_cli.activations.gradients import complement, sigmoid_slope
from softmax_cli.activations.uncertainty import entropy
from softmax_cli.activations.vector import check_vector, name_classes
from softmax_cli.dataclass import dataclass

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from softmax_cli.activations.calibration_map import OneScaling
    from softmax_cli.activations.exact import Floats

TEMPERATURES = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)


@dataclass(frozen=True)
class Sweep:
    """Probabilities of one vector, shape (C,), while a temperature or one logit varies.

    Attributes:
        index: the class whose logit varies; None where the temperature does.
        temperature: that of a sweep over a logit, or a calibration; None where it varies.
        grid: the G temperatures or values of the logit.
        probabilities: shape (G, C).
    """

    logits: Floats
    classes: Sequence[str]
    activation: str
    index: int | None
    temperature: OneScaling | None
    grid: Floats
    probabilities: Floats

    @property
    def exclusive(self) -> bool:
        """True if the classes are mutually exclusive."""
        return ACTIVATIONS[self.activation].exclusive

    @cached_property
    def entropy(self) -> Floats:
        """Entropy in nats at each point, shape (G,)."""
        return entropy(self.probabilities, exclusive=self.exclusive)

    @property
    def top(self) -> NDArray[np.intp]:
        """Index of the top class at each point, shape (G,)."""
        return np.asarray(self.probabilities.argmax(-1))

    @cached_property
    def derivatives(self) -> Floats:
        """Derivative of each probability by what varies, shape (G, C)."""
        return _by_temperature(self) if self.index is None else _by_logit(self)

    @cached_property
    def limits(self) -> Sweep | None:
        """The same vector at T = 0 and T = inf; None for a sweep over a logit."""
        return _sweep(self, np.array([0.0, np.inf])) if self.index is None else None

    def refine(self, points: int) -> Sweep | None:
        """Return the same range on a fine grid, to draw; None if that is empty or overflows."""
        drawn = np.isfinite(self.grid) & ((self.grid > 0) | (self.index is not None))
        finite = self.grid[drawn].tolist()
        low, high = min(finite, default=0.0), max(finite, default=0.0)
        if low == high or math.isinf(high - low):
            return None
        spaced = np.geomspace if self.index is None else np.linspace
        return _sweep(self, spaced(low, high, points))


def sweep_temperature(
    logits: ArrayLike,
    temperatures: ArrayLike = TEMPERATURES,
    activation: str = "softmax",
    classes: Sequence[str] | None = None,
) -> Sweep:
    """Return the probabilities of one vector at each temperature.

    Args:
        logits: shape (C,). -inf masks a class.
        temperatures: shape (G,), each T >= 0; 0 and inf are limits.
        activation: "softmax" or "sigmoid".
        classes: names of the classes; by default their indices.

    Raises:
        ValueError: a temperature is negative or NaN, the logits are not one valid vector, or
            the activation gives no probabilities.

    >>> sweep_temperature([0.0, 1.0], [0.0, float("inf")]).probabilities.tolist()
    [[0.0, 1.0], [0.5, 0.5]]
    """
    grid = np.array(temperatures, np.float64, ndmin=1)
    for temperature in grid.tolist():
        check_temperature(temperature)
    values = check_vector(logits)
    empty = Sweep(
        values, name_classes(values, classes), _checked(activation), None, None, grid, grid
    )
    return _sweep(empty, grid)


def sweep_logit(
    logits: ArrayLike,
    index: int,
    values: ArrayLike,
    activation: str = "softmax",
    temperature: OneScaling = 1.0,
    classes: Sequence[str] | None = None,
) -> Sweep:
    """Return the probabilities of one vector while the logit at `index` takes each value.

    Args:
        logits: shape (C,). -inf masks a class.
        index: the class whose logit varies.
        values: shape (G,), finite or -inf.
        activation: "softmax" or "sigmoid".
        temperature: T >= 0, or a calibration of one temperature with biases.
        classes: names of the classes; by default their indices.

    Raises:
        ValueError: as for `sweep_temperature`, or the index is out of range.

    >>> sweep_logit([0.0, 0.0], 0, [0.0, 800.0]).probabilities.tolist()
    [[0.5, 0.5], [1.0, 0.0]]
    """
    vector = check_vector(logits)
    check_one_scaling(temperature, len(vector))
    if not 0 <= index < len(vector):
        raise ValueError(f"unknown class {index}")
    grid = np.array(values, np.float64, ndmin=1)
    if not (grid < np.inf).all():
        raise ValueError("a logit must not be NaN or +inf")
    names = name_classes(vector, classes)
    return _sweep(Sweep(vector, names, _checked(activation), index, temperature, grid, grid), grid)


def _checked(activation: str) -> str:
    if activation not in ACTIVATIONS or not ACTIVATIONS[activation].probabilities:
        raise ValueError(f'the activation must be "softmax" or "sigmoid", not {activation!r}')
    return activation


def _rows(sweep: Sweep, grid: Floats) -> Floats:
    """Return the logits at each point of a sweep over a logit, shape (G, C)."""
    rows = np.tile(sweep.logits, (len(grid), 1))
    rows[:, sweep.index] = grid
    return rows


def _sweep(sweep: Sweep, grid: Floats) -> Sweep:
    activation = ACTIVATIONS[sweep.activation]
    if sweep.temperature is None:
        probabilities = np.array([activation(sweep.logits, t) for t in grid.tolist()])
    else:
        probabilities = activation(_rows(sweep, grid), sweep.temperature)
    return replace(sweep, grid=grid, probabilities=probabilities)


def _slope_over(slope: Floats, divisor: Floats | float) -> Floats:
    """Return slope / divisor, where 0 stays 0."""
    with np.errstate(all="ignore"):
        return np.where(slope == 0, 0.0, slope / divisor) + 0.0


def _by_logit(sweep: Sweep) -> Floats:
    """Return p_i (delta_ik - p_k) / T for the class k that varies; of sigmoid only its own."""
    assert sweep.temperature is not None
    assert sweep.index is not None
    k, p = sweep.index, sweep.probabilities
    if sweep.exclusive:
        slope = -p * p[:, k : k + 1]
        slope[:, k] = p[:, k] * complement(p)[:, k]
    else:
        slope = np.zeros_like(p)
        slope[:, k] = sigmoid_slope(_rows(sweep, sweep.grid), sweep.temperature)[:, k]
    return _slope_over(slope, np.float64(divisor(sweep.temperature)))


def _by_temperature(sweep: Sweep) -> Floats:
    """Return p_i (E[z] - z_i) / T^2 of softmax, -s (1 - s) z / T^2 of sigmoid."""
    p, masked = sweep.probabilities, np.isinf(sweep.logits)
    z = np.where(masked, 0.0, sweep.logits)
    if sweep.exclusive:
        # From the maximum: what is near it is what counts, and differences there keep digits.
        centered = z - z[~masked].max()
        slope = p * ((p * centered).sum(-1, keepdims=True) - centered)
    else:
        slopes = [sigmoid_slope(sweep.logits, t) for t in sweep.grid.tolist()]
        slope = -np.array(slopes) * z
    t = sweep.grid[:, None]
    return _slope_over(_slope_over(slope, t), t)
