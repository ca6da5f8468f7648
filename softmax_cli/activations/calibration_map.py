"""Calibration of logits by temperatures, biases and a floor, before an activation."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from softmax_cli.dataclass import dataclass

if TYPE_CHECKING:
    from softmax_cli.activations.exact import Floats


@dataclass(frozen=True)
class CalibrationMap:
    """Logits z to z / T + b, so that softmax or sigmoid of the result is calibrated.

    Attributes:
        temperature: one, or one per class; 0 and inf only without biases.
        bias: one per class; empty without biases.
        exclusive: True if classes are mutually exclusive; then the result does not depend on a
            constant added to a row.
        floor: the least probability, as a fraction of the row's largest; 0 for none.
        floors_masks: True if the floor holds for -inf too, which else masks a class.
        bias_rest: what rounding took from each bias; empty for nothing.

    >>> CalibrationMap(2.0, (0.0, 1.0)).apply(np.array([[4.0, 2.0]])).tolist()
    [[0.0, 0.0]]
    """

    temperature: float | Sequence[float]
    bias: tuple[float, ...] = ()
    exclusive: bool = True
    floor: float = 0.0
    floors_masks: bool = False
    bias_rest: tuple[float, ...] = ()

    def apply(self, logits: Floats) -> Floats:
        """Return calibrated logits of the same shape (..., C), to be used at T = 1.

        An activation of the map itself has more digits than that of these rounded logits.
        """
        values = self.floored(logits)
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            if self.exclusive:
                values = values - values.max(-1, keepdims=True)
            values = values / np.asarray(self.temperature, np.float64)
            return np.asarray(values + np.array(self.bias) if self.bias else values)

    def floored(self, logits: Floats) -> Floats:
        """Return the logits, none below the floor."""
        if not self.floor:
            return logits
        return floor_logits(
            logits, self.floor, exclusive=self.exclusive, floors_masks=self.floors_masks
        )

    def signed(self, signs: Floats | float) -> CalibrationMap:
        """Return the map of logits times signs, one or shape (C,), to the result times these."""
        bias, rest = (
            tuple((np.array(part) * signs).tolist()) if part else ()
            for part in (self.bias, self.bias_rest)
        )
        return replace(self, bias=bias, bias_rest=rest)


# What divides logits: one temperature, one per class, or a whole map.
Scaling = float | Sequence[float] | CalibrationMap
# One temperature, or a map of one temperature with biases.
OneScaling = float | CalibrationMap


def divisor(scaling: OneScaling) -> float:
    """Return what logits are divided by."""
    temperature = scaling.temperature if isinstance(scaling, CalibrationMap) else scaling
    assert isinstance(temperature, float | int)
    return temperature


def check_one_scaling(scaling: OneScaling, classes: int) -> None:
    """Raise ValueError unless this is one temperature, or one with a bias for each class."""
    if not isinstance(scaling, CalibrationMap):
        check_temperature(scaling)
        return
    if not isinstance(scaling.temperature, float | int) or scaling.floor:
        raise ValueError("expected one temperature, with biases but without a floor")
    check_temperature(scaling.temperature)
    if not scaling.bias:
        return
    if len(scaling.bias) != classes:
        raise ValueError(f"expected {classes} biases, found {len(scaling.bias)}")
    if not 0 < scaling.temperature < math.inf:
        raise ValueError("biases need a finite temperature above 0")


def check_temperature(temperature: float) -> None:
    """Raise ValueError unless the temperature is in [0, inf]."""
    if not temperature >= 0:
        raise ValueError(f"temperature must be >= 0, not {temperature}")


def floor_logits(
    logits: Floats, floor: float, *, exclusive: bool, floors_masks: bool = False
) -> Floats:
    """Return logits, shape (..., C), whose probabilities are not below a floor.

    For exclusive classes the floor is a fraction of the row's largest probability; for
    independent ones it bounds the odds on both sides.

    >>> floor_logits(np.array([[5.0, -1e6]]), 1e-3, exclusive=True).round(3).tolist()
    [[0.0, -6.908]]
    """
    least = math.log(floor)
    if not exclusive:
        return np.clip(logits, least, -least)
    with np.errstate(over="ignore", invalid="ignore"):
        shifted = logits - logits.max(-1, keepdims=True)
    kept = np.maximum(shifted, least)
    return kept if floors_masks else np.where(np.isneginf(logits), logits, kept)


def reorder_scaling(scaling: Scaling, order: Sequence[int]) -> Scaling:
    """Return a temperature or a map for classes in another order."""
    if not isinstance(scaling, CalibrationMap):
        return _reorder_temperature(scaling, order)
    return replace(
        scaling,
        temperature=_reorder_temperature(scaling.temperature, order),
        bias=tuple(scaling.bias[i] for i in order) if scaling.bias else (),
    )


def _reorder_temperature(
    temperature: float | Sequence[float], order: Sequence[int]
) -> float | Sequence[float]:
    if isinstance(temperature, float | int):
        return temperature
    return [temperature[i] for i in order]
