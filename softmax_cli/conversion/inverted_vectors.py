"""Inverted vectors, which `invert` shows of numbers given as arguments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from softmax_cli.activations import ACTIVATIONS
from softmax_cli.activations.inversion import clean_logits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from softmax_cli.activations.exact import Floats
    from softmax_cli.conversion.convert_options import InvertOptions
    from softmax_cli.formats.rows import ArgumentRow


@dataclass(frozen=True)
class InvertedVector:
    """Probabilities of one vector, shape (C,), and their logits; `row` counts from 1."""

    row: int
    activation: str
    epsilon: float
    classes: Sequence[str]
    probabilities: Floats
    logits: Floats


def invert_vectors(
    vectors: Sequence[ArgumentRow], options: InvertOptions
) -> Iterator[InvertedVector]:
    """Yield each vector with its logits; raise SoftmaxError or skip if it has none."""
    exclusive = ACTIVATIONS[options.activation].exclusive
    for row, given in enumerate(vectors, start=1):
        rows = given.as_logits("probabilities", exclusive=exclusive)
        logits = clean_logits(rows.logits, options.epsilon, exclusive=exclusive)[0]
        if np.isnan(logits).any() and options.invalid != "nan":
            if options.invalid == "skip":
                continue
            raise rows.row_error(0)
        yield InvertedVector(
            row,
            options.activation,
            options.epsilon,
            given.columns.classes,
            given.logits[0],
            logits,
        )
