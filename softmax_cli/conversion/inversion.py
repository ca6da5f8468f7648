"""Rows of probabilities to rows of logits, as `invert` does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from softmax_cli.activations import ACTIVATIONS
from softmax_cli.activations.inversion import clean_logits
from softmax_cli.conversion.convert_options import ConvertOptions, InvertOptions
from softmax_cli.conversion.projection import Projection

if TYPE_CHECKING:
    from collections.abc import Callable

    from softmax_cli.activations.exact import Floats
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
