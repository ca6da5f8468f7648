"""One vector of logits, and the names of its classes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from softmax_cli.activations.exact import Floats


def check_vector(logits: ArrayLike) -> Floats:
    """Return the logits as an array, shape (C,); raise ValueError if softmax rejects them."""
    values = np.array(logits, np.float64)
    if values.ndim != 1 or not len(values):
        raise ValueError(f"logits must be one vector, not an array of shape {values.shape}")
    if not np.isfinite(values.max()):
        raise ValueError("logits must not contain NaN or +inf, nor be all -inf")
    return values


def name_classes(logits: Floats, classes: Sequence[str] | None) -> tuple[str, ...]:
    """Return the names of the classes: those given, or indices."""
    names = tuple(map(str, range(len(logits)) if classes is None else classes))
    if len(names) != len(logits):
        raise ValueError(f"expected {len(logits)} classes, found {len(names)}")
    return names


def class_index(chosen: int | str, classes: Sequence[str]) -> int:
    """Return the index of a class given by name, or by index if an int."""
    if isinstance(chosen, str) and chosen in classes:
        return classes.index(chosen)
    if not isinstance(chosen, str) and 0 <= chosen < len(classes):
        return int(chosen)
    raise ValueError(f"unknown class {chosen!r}")
