"""Probabilities to logits, as `invert` does: rows of files, and vectors given as arguments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from softmax_cli.activations import ACTIVATIONS
from softmax_cli.activations.inversion import clean_logits
from softmax_cli.conversion.convert_options import ConvertOptions, InvertOptions
from softmax_cli.conversion.projection import Projection
from softmax_cli.dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from softmax_cli.activations.exact import Floats
    from softmax_cli.formats.rows import ArgumentRow
    from softmax_cli.formats.source import Source


class InversionTransform:
    """Probabilities to logits; rows are read as probabilities, and arrive as their logits."""

    input_scale = "probabilities"
    numbered = False
    exact = True  # float32 logits would not give float32 probabilities back

    def __init__(self, options: InvertOptions) -> None:
        self._options = options
        self.exclusive = ACTIVATIONS[options.activation].exclusive
        self.invalid = options.invalid

    def projection(self, source: Source) -> Projection:
        """Return the columns of a source with logits in place of probabilities."""
        return Projection(source, ConvertOptions(self._options.activation))

    def function(self, _source: Source, *, float32: bool) -> Callable[[Floats, int], Floats]:  # noqa: ARG002
        """Return the function that clips and centers the logits."""
        epsilon = self._options.epsilon
        return lambda logits, _first_row: clean_logits(logits, epsilon, exclusive=self.exclusive)


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
