"""Derivatives of softmax and sigmoid, and of the losses that train them, to the last digits.

The complement 1 - p loses all digits where p is near 1, which is where gradients vanish. It is
therefore the sigmoid of -z, or the sum of the other probabilities.
"""

from __future__ import annotations

import numpy as np

from softmax_cli.activations.calibration_map import CalibrationMap, OneScaling, divisor
from softmax_cli.activations.exact import Floats
from softmax_cli.activations.functions import by_class, log_sigmoid, log_softmax, sigmoid, softmax
from softmax_cli.dataclass import dataclass


def sigmoid_slope(logits: Floats, temperature: OneScaling = 1.0) -> Floats:
    """Return s (1 - s), the derivative of sigmoid but for its factor 1/T; the same shape."""
    complements = by_class(sigmoid, -logits, _signed(temperature, -1.0))
    return by_class(sigmoid, logits, temperature) * complements


def sigmoid_derivative(logits: Floats, temperature: OneScaling = 1.0) -> Floats:
    """Return the derivative of sigmoid by its logit, s (1 - s) / T; the same shape.

    >>> sigmoid_derivative(np.array([0.0]), 2.0).tolist()
    [0.125]
    """
    return _over(sigmoid_slope(logits, temperature), temperature)


def softmax_slope(logits: Floats, temperature: OneScaling = 1.0) -> Floats:
    """Return p (1 - p), shape (..., C): the Jacobian's diagonal but for its factor 1/T."""
    probabilities = by_class(softmax, logits, temperature)
    return probabilities * complement(probabilities)


def softmax_derivative(logits: Floats, temperature: OneScaling = 1.0) -> Floats:
    """Return the derivative of each probability by its own logit, p (1 - p) / T."""
    return _over(softmax_slope(logits, temperature), temperature)


def softmax_jacobian(logits: Floats, temperature: OneScaling = 1.0) -> Floats:
    """Return dp_i / dz_j = p_i (delta_ij - p_j) / T of one vector, shape (C,) to (C, C).

    Rows and columns sum to 0: what one class gains, the others lose.

    >>> softmax_jacobian(np.array([0.0, 0.0])).tolist()
    [[0.25, -0.25], [-0.25, 0.25]]
    """
    probabilities = by_class(softmax, logits, temperature)
    jacobian = -np.outer(probabilities, probabilities)
    np.fill_diagonal(jacobian, probabilities * complement(probabilities))
    return _over(jacobian, temperature)


@dataclass(frozen=True)
class Loss:
    """The losses of one vector for its label, with gradients by the logits, shape (C,).

    Attributes:
        one_hot: the target y: 1 for the label, 0 for the others.
        cross_entropy: -log p of the label, in nats.
        gradient: (p - y) / T, the gradient of the cross-entropy.
        squared_error: the sum of (p - y)^2.
        squared_gradient: its gradient, which the slope of softmax multiplies.
        binary_cross_entropy: that of sigmoid, summed over the classes, in nats.
        binary_gradient: (s - y) / T.
    """

    label: int
    one_hot: Floats
    cross_entropy: float
    gradient: Floats
    squared_error: float
    squared_gradient: Floats
    binary_cross_entropy: float
    binary_gradient: Floats


def loss(logits: Floats, label: int, temperature: OneScaling = 1.0) -> Loss:
    """Return the losses of one vector, shape (C,), whose true class is `label`."""
    one_hot = np.zeros(len(logits))
    one_hot[label] = 1.0
    probabilities = by_class(softmax, logits, temperature)
    error = probabilities.copy()
    error[label] = -complement(probabilities)[label]
    signs = 2.0 * one_hot - 1.0
    signed, scaling = logits * signs, _signed(temperature, signs)
    missing = by_class(sigmoid, -signed, _signed(scaling, -1.0))
    with np.errstate(over="ignore"):
        binary = 0.0 - float(by_class(log_sigmoid, signed, scaling).sum())
    return Loss(
        label,
        one_hot,
        0.0 - float(by_class(log_softmax, logits, temperature)[label]),
        _over(error, temperature),
        float((error * error).sum()),
        _squared_gradient(probabilities, error, temperature),
        binary,
        _over(-signs * missing, temperature),
    )


def complement(probabilities: Floats) -> Floats:
    """Return 1 - p of distributions, shape (..., C), to the last digits also near 1."""
    return _sum_of_others(probabilities, 1.0 - probabilities, probabilities.argmax(-1))


def _squared_gradient(probabilities: Floats, error: Floats, temperature: OneScaling) -> Floats:
    """Return 2 p_i sum_j p_j (e_i - e_j) / T for the errors e = p - y, shape (C,)."""
    weighted = probabilities * error
    others = _sum_of_others(weighted, weighted.sum() - weighted, probabilities.argmax())
    return _over(2.0 * probabilities * (error * complement(probabilities) - others), temperature)


def _sum_of_others(values: Floats, differences: Floats, top: object) -> Floats:
    """Return the differences (sum - value), but for the top class the sum over the others."""
    index = np.expand_dims(np.asarray(top), -1)
    others = values.copy()
    np.put_along_axis(others, index, 0.0, -1)
    np.put_along_axis(differences, index, others.sum(-1, keepdims=True), -1)
    return differences


def _signed(temperature: OneScaling, signs: Floats | float) -> OneScaling:
    """Return the scaling of logits times signs, one or shape (C,)."""
    return temperature.signed(signs) if isinstance(temperature, CalibrationMap) else temperature


def _over(values: Floats, temperature: OneScaling) -> Floats:
    """Return values / T, where 0 stays 0 at T = 0: away from its jump a step is flat."""
    with np.errstate(all="ignore"):
        return np.where(values == 0, 0.0, values / np.float64(divisor(temperature))) + 0.0
