"""What a row of probabilities says: which class, how surely."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from softmax_cli.activations.exact import Floats


def predicted_classes(values: Floats, *, exclusive: bool, half: float = 0.5) -> NDArray[np.bool_]:
    """Which classes are picked, shape (N, C): the first largest, or each at `half` or more."""
    if not exclusive:
        return values >= half
    chosen = np.zeros(values.shape, np.bool_)
    np.put_along_axis(chosen, values.argmax(-1, keepdims=True), values=True, axis=-1)
    return chosen


def confidence(probabilities: Floats) -> Floats:
    """The largest probability of each row: shape (N, C) to (N,)."""
    largest: Floats = probabilities.max(-1)
    return largest


def entropy(probabilities: Floats, *, exclusive: bool = True) -> Floats:
    """Shannon entropy of each row in nats: shape (N, C) to (N,).

    Of one distribution over the classes where they are `normalized`, else the sum over
    classes of the entropies of independent yes-or-no distributions.
    """
    terms = _surprise(probabilities)
    if not exclusive:
        rest = 1.0 - probabilities
        # log1p, so that a probability too small to leave a mark on 1 - p still counts.
        terms = terms - rest * np.log1p(-np.where(rest > 0, probabilities, 0.0))
    total: Floats = terms.sum(-1)
    return total


def margin(probabilities: Floats) -> Floats:
    """The largest probability of each row less the second: shape (N, C) to (N,)."""
    if probabilities.shape[-1] == 1:
        return confidence(probabilities)
    second, first = np.moveaxis(np.partition(probabilities, -2, axis=-1)[..., -2:], -1, 0)
    return np.asarray(first - second)


def _surprise(probabilities: Floats) -> Floats:
    # 0 log 0 = 0: a 1 in its place keeps the logarithm quiet.
    logs = np.log(np.where(probabilities > 0, probabilities, 1.0))
    return -probabilities * logs
