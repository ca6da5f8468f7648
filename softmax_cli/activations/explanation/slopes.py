"""Slopes of both functions, and their values after one logit has risen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from softmax_cli.activations.functions import by_class, sigmoid, softmax
from softmax_cli.activations.gradients import (
    sigmoid_derivative,
    sigmoid_slope,
    softmax_derivative,
    softmax_slope,
)
from softmax_cli.dataclass import dataclass

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from softmax_cli.activations.calibration_map import OneScaling
    from softmax_cli.activations.exact import Floats

# Below this slope, p (1 - p), a function is flat: gradients through it all but vanish.
SATURATED = 1e-3


@dataclass(frozen=True)
class Gradient:
    """Slope p (1 - p) of one function, its derivative (slope / T) and where it is saturated."""

    slope: Floats
    derivative: Floats
    saturated: NDArray[np.bool_]


@dataclass(frozen=True)
class Bump:
    """Both functions after the logit of one class has risen by 1, shape (C,)."""

    index: int
    logits: Floats
    softmax: Floats
    sigmoid: Floats


def softmax_gradient(logits: Floats, temperature: OneScaling) -> Gradient:
    """Return the slope of softmax for each class."""
    slope = softmax_slope(logits, temperature)
    return Gradient(slope, softmax_derivative(logits, temperature), slope < SATURATED)


def sigmoid_gradient(logits: Floats, temperature: OneScaling) -> Gradient:
    """Return the slope of sigmoid for each class."""
    slope = sigmoid_slope(logits, temperature)
    return Gradient(slope, sigmoid_derivative(logits, temperature), slope < SATURATED)


def bump_logit(logits: Floats, index: int, temperature: OneScaling) -> Bump:
    """Return both functions after the logit at `index` has risen by 1."""
    raised = logits.copy()
    raised[index] += 1.0
    functions = (by_class(function, raised, temperature) for function in (softmax, sigmoid))
    return Bump(index, raised, *functions)
