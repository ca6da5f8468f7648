"""Probabilities back to logits."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from softmax_cli.activations.exact import Floats
from softmax_cli.activations.scales import to_logits


def invert(probabilities: ArrayLike, activation: str = "softmax", epsilon: float = 0.0) -> Floats:
    """Return logits whose softmax or sigmoid the probabilities are.

    Those of softmax are known up to a constant, which is chosen so that the mean of the finite
    ones is 0: log p minus the mean of log p, the centered log-ratio of Aitchison (1986). Those
    of sigmoid are log(p / (1 - p)).

    Args:
        probabilities: shape (..., C); for softmax each row sums to 1.
        activation: "softmax" or "sigmoid".
        epsilon: in [0, 0.5). Probabilities below it are raised to it, and for sigmoid those
            above 1 - epsilon are lowered to that. With 0, a probability of 0 gives -inf, and
            for sigmoid 1 gives inf.

    Returns:
        The same shape; NaN in rows that hold no probabilities. The activation of the result
        gives p back within 4 ulp, or a relative error of 2**-52 * (|z| + |log p|) for the
        largest of these in the row: no float64 logit resolves more.

    Raises:
        ValueError: the activation is another one, or epsilon is out of range.

    >>> invert([0.25, 0.5, 0.25]).round(4).tolist()
    [-0.231, 0.4621, -0.231]
    """
    if activation not in ("softmax", "sigmoid"):
        raise ValueError(f'activation must be "softmax" or "sigmoid", not "{activation}"')
    if not 0 <= epsilon < 0.5:
        raise ValueError(f"epsilon must be in [0, 0.5), not {epsilon}")
    exclusive = activation == "softmax"
    values = np.asarray(probabilities, np.float64)
    return clean_logits(
        to_logits(values, "probabilities", exclusive=exclusive), epsilon, exclusive=exclusive
    )


def clean_logits(logits: Floats, epsilon: float, *, exclusive: bool) -> Floats:
    """Return logits clipped by epsilon and, for exclusive classes, centered.

    Shape (..., C); for exclusive classes they are logarithms of probabilities.
    """
    if exclusive:
        return _center(np.maximum(logits, math.log(epsilon)) if epsilon else logits)
    if not epsilon:
        return logits
    most = math.log1p(-epsilon) - math.log(epsilon)
    return np.asarray(np.clip(logits, -most, most))


def _center(logits: Floats) -> Floats:
    """Return logits minus the mean of the finite ones in each row."""
    finite = np.isfinite(logits)
    # Contiguous, because numpy adds up other layouts in another order.
    addends = np.ascontiguousarray(np.where(finite, logits, 0.0))
    count = np.maximum(finite.sum(-1, keepdims=True), 1)
    return np.asarray(logits - addends.sum(-1, keepdims=True) / count)
