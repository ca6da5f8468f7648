"""Charts of an explanation: the curve of sigmoid, and the softmax while one logit varies."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from softmax_cli.activations.sweep import sweep_logit
from softmax_cli.display.documents.document import Chart, Series
from softmax_cli.display.views.sweep import sweep_chart

if TYPE_CHECKING:
    from softmax_cli.activations.explanation.explain import Explanation

_POINTS = 241
# How far a logit is varied, times T, around its value and that at which its class gets a half.
_REACH = 6.0
# Up to this distance of the two.
_MOST_REACH = 1e3


def softmax_chart(item: Explanation, index: int) -> Chart | None:
    """Return the softmax of all classes while one logit varies around its value."""
    middle, t = float(item.logits[index]), item.temperature
    if not math.isfinite(middle):
        return None
    reach = _REACH * t if 0 < t < math.inf else _REACH
    half = _half_way(item, index)
    ends = [middle, half if abs(half - middle) < _MOST_REACH * reach else middle]
    grid = [min(ends) - reach, max(ends) + reach]
    sweep = sweep_logit(item.logits, index, grid, temperature=item.scaling, classes=item.classes)
    return sweep_chart(sweep, f'Softmax while the logit of "{item.classes[index]}" varies')


def _half_way(item: Explanation, index: int) -> float:
    """Return the logit at which the softmax of a class is 1/2; -inf if all others are masked."""
    added = item.temperature * item.bias.values if item.bias else np.zeros(len(item.logits))
    others = np.delete(item.logits + added, index)
    largest = float(others.max(initial=-math.inf))
    if not math.isfinite(largest) or not 0 < item.temperature < math.inf:
        return largest
    with np.errstate(over="ignore"):
        total = float(np.exp((others - largest) / item.temperature).sum())
    return largest + item.temperature * math.log(total) - float(added[index])


def sigmoid_chart(item: Explanation) -> Chart:
    """Return the curve of sigmoid and its slope, with the logits on it."""
    inputs = item.sigmoid.calibrated
    finite = np.isfinite(inputs)
    width = max(6.0, min(float(np.abs(inputs[finite]).max(initial=0.0)) * 1.05, 30.0))
    x = np.linspace(-width, width, _POINTS)
    s = 1.0 / (1.0 + np.exp(-x))
    drawn = finite & (np.abs(inputs) <= width)
    points = inputs[drawn].tolist(), item.sigmoid.probabilities[drawn].tolist()
    return Chart(
        "Sigmoid and its slope: flat at both ends",
        "z / T" if item.bias is None else "z / T + b",
        "probability",
        [
            Series("sigmoid s", x.tolist(), s.tolist()),
            Series("s (1 - s)", x.tolist(), (s * (1.0 - s)).tolist()),
            Series("these logits", *points, points=True),
        ],
    )  # fmt: skip
