"""One vector under softmax and sigmoid, step by step: what `explain` shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from softmax_cli.activations.calibration_map import (
    CalibrationMap,
    OneScaling,
    check_one_scaling,
    divisor,
)
from softmax_cli.activations.explanation.slopes import (
    Bump,
    Gradient,
    bump_logit,
    sigmoid_gradient,
    softmax_gradient,
)
from softmax_cli.activations.explanation.steps import (
    NaiveShares,
    SigmoidSteps,
    SoftmaxSteps,
    naive_shares,
    sigmoid_steps,
    softmax_steps,
)
from softmax_cli.activations.gradients import Loss, loss, softmax_jacobian
from softmax_cli.activations.uncertainty import Uncertainty
from softmax_cli.activations.vector import check_vector, class_index, name_classes
from softmax_cli.dataclass import dataclass

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from softmax_cli.activations.exact import Floats

# Up to this many classes the whole Jacobian is computed.
MOST_JACOBIAN = 8


@dataclass(frozen=True)
class Bias:
    """Biases that are added to z / T, shape (C,), and the function they were fitted for."""

    values: Floats
    fitted_for: str


@dataclass(frozen=True)
class Explanation:
    """One vector of logits, shape (C,), under softmax and sigmoid, step by step.

    `bias` is None without biases, `jacobian` for more than 8 classes; `loss` and `bump` are None
    unless asked for.
    """

    logits: Floats
    classes: Sequence[str]
    temperature: float
    bias: Bias | None
    softmax: SoftmaxSteps
    sigmoid: SigmoidSteps
    naive: NaiveShares
    softmax_gradient: Gradient
    sigmoid_gradient: Gradient
    jacobian: Floats | None
    uncertainty: Uncertainty
    loss: Loss | None = None
    bump: Bump | None = None

    @property
    def scaling(self) -> OneScaling:
        """The temperature, or the map of it with biases."""
        if self.bias is None:
            return self.temperature
        return CalibrationMap(self.temperature, tuple(self.bias.values.tolist()))


def explain(
    logits: ArrayLike,
    temperature: OneScaling = 1.0,
    label: int | str | None = None,
    bump: int | str | None = None,
    classes: Sequence[str] | None = None,
) -> Explanation:
    """Return every step from one vector of logits to softmax and sigmoid, with gradients.

    Args:
        logits: shape (C,). -inf masks a class.
        temperature: T >= 0, of which 0 and inf are limits; or the `calibration` of a fit with
            one temperature and a bias for each class.
        label: the true class, by name or index, for the losses and their gradients.
        bump: a class whose logit rises by 1, by name or index.
        classes: names of the classes; by default their indices.

    Raises:
        ValueError: the temperature is negative or NaN, the calibration has a temperature for
            each class or a floor, the logits are not one vector that softmax has an answer for,
            or a class is unknown.

    >>> explain([-0.5, 1.2, -0.1, 2.4]).uncertainty.top
    3
    """
    values = check_vector(logits)
    check_one_scaling(temperature, len(values))
    names = name_classes(values, classes)
    steps = softmax_steps(values, temperature)
    return Explanation(
        values,
        names,
        divisor(temperature),
        _bias(temperature),
        steps,
        sigmoid_steps(values, temperature),
        naive_shares(values),
        softmax_gradient(values, temperature),
        sigmoid_gradient(values, temperature),
        softmax_jacobian(values, temperature) if len(values) <= MOST_JACOBIAN else None,
        Uncertainty.from_probabilities(steps.probabilities),
        None if label is None else loss(values, class_index(label, names), temperature),
        None if bump is None else bump_logit(values, class_index(bump, names), temperature),
    )


def _bias(temperature: OneScaling) -> Bias | None:
    if not isinstance(temperature, CalibrationMap) or not temperature.bias:
        return None
    return Bias(np.array(temperature.bias), "softmax" if temperature.exclusive else "sigmoid")
