"""The classes that bars are drawn for, where there are too many."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from softmax_cli.activations.exact import Floats

# More pictures on a page take longer than anyone will look at them.
MOST_PICTURES = 20
# More bars below each other cannot be read.
_MOST_CLASSES = 30


def largest(values: Floats) -> list[int]:
    """Return the indices of the largest values, shape (C,), at most 30, in ascending order."""
    order = np.argsort(-values, kind="stable")[:_MOST_CLASSES]
    return sorted(order.tolist())


def with_count(title: str, shown: int, classes: int) -> str:
    """Return a title that says how many classes are shown, if not all are."""
    return title if shown == classes else f"{title}: {shown} largest of {classes} classes"
