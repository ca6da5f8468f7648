"""Predicted classes and uncertainty measures of rows of probabilities."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from softmax_cli.dataclass import dataclass

if TYPE_CHECKING:
    from softmax_cli.activations.exact import Floats


def predicted_classes(
    values: Floats, *, exclusive: bool, threshold: float = 0.5
) -> NDArray[np.bool_]:
    """Return True for predicted classes, shape (N, C): the largest, or all >= `threshold`.

    Among equal largest values of exclusive classes, the first is predicted.
    """
    if not exclusive:
        return values >= threshold
    predicted = np.zeros(values.shape, np.bool_)
    np.put_along_axis(predicted, values.argmax(-1, keepdims=True), values=True, axis=-1)
    return predicted


def confidence(probabilities: Floats) -> Floats:
    """Return the largest probability of each row: shape (N, C) to (N,)."""
    largest: Floats = probabilities.max(-1)
    return largest


def entropy(probabilities: Floats, *, exclusive: bool = True) -> Floats:
    """Return the Shannon entropy of each row in nats: shape (N, C) to (N,).

    If `exclusive`, of one distribution over the classes; else the sum of the entropies of
    independent binary distributions.
    """
    terms = _surprise(probabilities)
    if not exclusive:
        rest = 1.0 - probabilities
        # log1p, because 1 - p rounds to 1 for tiny probabilities.
        terms = terms - rest * np.log1p(-np.where(rest > 0, probabilities, 0.0))
    total: Floats = terms.sum(-1)
    return total


def margin(probabilities: Floats) -> Floats:
    """Return the largest minus the second-largest probability: shape (N, C) to (N,)."""
    if probabilities.shape[-1] == 1:
        return confidence(probabilities)
    second, first = np.moveaxis(np.partition(probabilities, -2, axis=-1)[..., -2:], -1, 0)
    return np.asarray(first - second)


def _surprise(probabilities: Floats) -> Floats:
    # 0 log 0 = 0: log 1 gives it without a warning.
    logs = np.log(np.where(probabilities > 0, probabilities, 1.0))
    return -probabilities * logs


@dataclass(frozen=True)
class Uncertainty:
    """The uncertainty of a distribution: its top class, margin and entropy in nats."""

    top: int
    confidence: float
    margin: float
    entropy: float
    perplexity: float

    @classmethod
    def from_probabilities(cls, probabilities: Floats) -> Uncertainty:
        """Return the uncertainty of a distribution, shape (C,)."""
        nats = float(entropy(probabilities))
        return cls(
            int(probabilities.argmax()),
            float(probabilities.max()),
            float(margin(probabilities)),
            nats,
            math.exp(nats),
        )
