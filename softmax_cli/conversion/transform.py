"""Transforms of rows of logits, as a converter applies them, and the one of `convert`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from softmax_cli.activations import ACTIVATIONS
from softmax_cli.conversion.projection import Projection

if TYPE_CHECKING:
    from collections.abc import Callable

    from softmax_cli.activations.calibration_map import Scaling
    from softmax_cli.activations.exact import Floats
    from softmax_cli.calibration.fitted_file import FittedTemperature
    from softmax_cli.conversion.convert_options import ConvertOptions
    from softmax_cli.formats.source import Source


class Transform(Protocol):
    """A function of rows of logits, with how rows are read and what is written of them.

    Attributes:
        input_scale: the scale of the input, a name of SCALES.
        exclusive: True if classes are mutually exclusive.
        invalid: one of fail, skip and nan.
        numbered: True if the function needs the numbers of the rows.
        exact: True if numbers are float64 even where the input was float32.
    """

    input_scale: str
    exclusive: bool
    invalid: str
    numbered: bool
    exact: bool

    def projection(self, source: Source) -> Projection:
        """Return the columns to write of a source."""
        ...

    def function(self, source: Source, *, float32: bool) -> Callable[[Floats, int], Floats]:
        """Return the function of logits, shape (N, C), and the number of the first row.

        Its result has shape (N, K), with a NaN in each invalid row. Rows are numbered from 0
        over all sources, where `numbered` asks for it.
        """
        ...


class ActivationTransform:
    """Logits to the values of an activation, as `convert` does."""

    numbered = False
    exact = False

    def __init__(self, options: ConvertOptions) -> None:
        self._options = options
        self._activation = ACTIVATIONS[options.activation]
        self.input_scale = options.input_scale
        self.exclusive = self._activation.exclusive
        self.invalid = options.invalid

    def projection(self, source: Source) -> Projection:
        """Return the columns of a source with the values of the activation."""
        return Projection(source, self._options)

    def function(self, source: Source, *, float32: bool) -> Callable[[Floats, int], Floats]:
        """Return the activation at the temperature for the classes of a source."""
        options = self._options
        derived = bool(options.add) or options.top is not None or options.accept is not None
        dtype = "float32" if float32 and not derived else "float64"
        chosen = options.temperature
        temperature: Scaling = (
            chosen if isinstance(chosen, float | int) else self._calibration(chosen, source)
        )
        return lambda logits, _first_row: self._activation(logits, temperature, dtype)

    def _calibration(self, fitted: FittedTemperature, source: Source) -> Scaling:
        """Return a fitted calibration for the classes of a source and their shares."""
        from softmax_cli.calibration.fitted_file import resolve_temperature

        options = self._options
        if source.grouped:
            fitted = fitted.without_classes()
        temperature = resolve_temperature(
            fitted,
            options.activation,
            source.columns.classes,
            named=source.columns.header,
        )
        if options.prior is None:
            return temperature
        from softmax_cli.calibration.prior.fitted_shares import correct_for_shares

        assert not isinstance(options.prior, str)
        return correct_for_shares(
            temperature, options.prior, fitted, source.columns, exclusive=self.exclusive
        )
